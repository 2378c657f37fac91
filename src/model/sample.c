/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sample.h"

const char *gap_why_text(enum gap_why why)
{
	static const char *const text[] = {
		[GAP_READ_FAILED] = "could not be read",
		[GAP_WENT_BACK] = "the counter went back",
		[GAP_STOOD_STILL] = "the counter stood still",
		[GAP_RESET] = "the counter began anew",
		[GAP_LATE] = "opened after the start",
		[GAP_IMPLAUSIBLE] = "more than the part can draw",
	};
	size_t i = (size_t)why;

	return i < ARRAY_SIZE(text) ? text[i] : "unknown";
}
