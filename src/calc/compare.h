/* SPDX-License-Identifier: Apache-2.0 */
/* METHOD E-17 to E-19. Two or more settings compared by their runs; see model/compare.h. */
#pragma once

#include "base/macro.h"
#include "model/compare.h"

/*
 * Fills *ret from ask. -EINVAL: fewer than two sides, more than there is room for, or a level
 * that is none; -ENOMEM. Same input, same output, to the bit: random draws have a fixed seed.
 * Warnings hold numbers and names as they are: call it in the C locale, and escape what it says.
 * Besides the codes of model/compare.h there is "share": one machine, but one side's part of it
 * is much less sure.
 */
MUST_USE int compare_of(const struct compare_ask *ask, struct compare_outcome *ret);
