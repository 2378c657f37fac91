/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/parse.h"
#include "place/factor-row.h"
#include "place/factor.h"

bool factor_fuel(struct tables *tables, const char *scheme, const char *fuel,
		 double *ret_lifecycle_gpkwh, double *ret_direct_gpkwh)
{
	struct factor_row row;
	bool more = factor_row_find(tables, "fuel_factor", "scheme", scheme, &row);

	for (; more; more = factor_row_next(&row, "scheme", scheme)) {
		double lifecycle = NAN;
		double direct = NAN;

		if (!same_ascii(factor_row_text(&row, "fuel"), fuel))
			continue;
		(void)factor_row_number(&row, "lifecycle_gpkwh", &lifecycle);
		(void)factor_row_number(&row, "direct_gpkwh", &direct);
		if (isnan(lifecycle) && isnan(direct))
			return false;
		*ret_lifecycle_gpkwh = lifecycle;
		*ret_direct_gpkwh = direct;
		return true;
	}
	return false;
}
