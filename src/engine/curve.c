/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/curve.h"

/* NOLINTNEXTLINE(readability-function-size): the contract's six parameters */
int view_make_curve(const struct view_door *door, int64_t run, size_t bins_max,
		    struct diag *diag, struct run_view *ret_view,
		    struct run_curve *ret_curve)
{
	struct view_more more = { .bins_max = bins_max };
	int r = view_make_more(door, run, &more, diag, ret_view);

	if (r == 0)
		*ret_curve = more.curve;
	return r;
}
