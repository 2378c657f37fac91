/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a run here would ask over the network, of what, and why not: nobody is asked for it. */
#pragma once

#include "engine/context.h"
#include "report/sources-view.h"

void doctor_network(struct gramme *gramme, struct sources_view *view);
