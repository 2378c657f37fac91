/* SPDX-License-Identifier: Apache-2.0 */
/* METHOD E-17 to E-19. Two or more settings compared by their runs; see model/compare.h. */
#pragma once

#include "base/macro.h"
#include "model/compare.h"

/*
 * Fills *ret from ask. -EINVAL: fewer than two sides, or more than there is room for; -ENOMEM.
 * Same input, same output, to the bit: random draws have a fixed seed.
 */
MUST_USE int compare_of(const struct compare_ask *ask, struct compare_outcome *ret);
