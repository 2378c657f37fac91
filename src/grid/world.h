/* SPDX-License-Identifier: Apache-2.0 */
/* On its way out: the world's mean alone, until the view asks grid/factor.h. */
#pragma once

#include "model/factor.h"

void grid_world(struct factor *ret);
void grid_default_pue(struct quantity *ret);
const char *grid_data_version(void);
