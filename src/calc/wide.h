/* SPDX-License-Identifier: Apache-2.0 */
/* Products of two 64-bit numbers, without overflow and without floating point. */
#pragma once

#include <stdint.h>

#include "base/macro.h"

__extension__ typedef unsigned __int128 wide_uint;

/* The result no uint64_t can hold is UINT64_MAX: a bound that is too wide stays a bound. */
static inline uint64_t wide_clamp(wide_uint value)
{
	return value > UINT64_MAX ? UINT64_MAX : (uint64_t)value;
}

/* a * b / c, rounded down; c is not 0. Nearly all products fit a word, whose division is a
 * quarter of the work. */
static inline uint64_t wide_muldiv(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t product;

	if (!__builtin_mul_overflow(a, b, &product))
		return product / c;
	return wide_clamp((wide_uint)a * b / c);
}

/* uw over ns, in uj, rounded down. A negative time is none. */
static inline uint64_t wide_uj(uint64_t power_uw, int64_t ns)
{
	return ns > 0 ? wide_muldiv(power_uw, (uint64_t)ns, (uint64_t)NS_PER_S) : 0;
}

static inline uint64_t wide_add(uint64_t a, uint64_t b)
{
	return wide_clamp((wide_uint)a + b);
}
