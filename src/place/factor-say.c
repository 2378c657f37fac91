/* SPDX-License-Identifier: Apache-2.0 */
#include "place/factor-say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

void factor_say(struct factor *factor, const char *fmt, ...)
{
	size_t used = strlen(factor->why);
	va_list args;

	if (used > 0)
		used += (size_t)snprintf(factor->why + used, sizeof factor->why - used,
					 "; ");
	if (used >= sizeof factor->why)
		return;
	va_start(args, fmt);
	(void)vsnprintf(factor->why + used, sizeof factor->why - used, fmt, args);
	va_end(args);
}

void factor_say_year(struct factor *factor, int asked, const struct factor_year *at)
{
	if (at->year != asked)
		factor_say(factor, "%d is not in the table%s: %d", asked,
			   at->newest < asked ? " yet" : "", at->year);
}

void factor_set_year(struct factor *factor, int year)
{
	(void)snprintf(factor->year_or_time, sizeof factor->year_or_time, "%d", year);
	(void)copy_text(factor->resolution, sizeof factor->resolution, "year");
}
