/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/outlook.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/time-text.h"

void outlook_init(struct outlook *outlook, double expected_s)
{
	memset(outlook, 0, sizeof *outlook);
	outlook->expected_s = expected_s > 0 ? expected_s : NAN;
	outlook->done_ratio = NAN;
	forecast_curve_add(&outlook->by_time, 0, 0);
}

double outlook_expected_s(const struct run_tag *tags, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *end;
		double s;

		if (strcmp(tags[i].key, OUTLOOK_TAG) != 0)
			continue;
		s = strtod(tags[i].value, &end);
		return end != tags[i].value && strcmp(end, " s") == 0 && s > 0 ? s : NAN;
	}
	return NAN;
}

/* Between the row before and the last one the joules go by time. */
static void settle(struct outlook *outlook)
{
	const struct forecast_curve *seen = &outlook->by_time;
	double s = seen->last_x - outlook->before_s;
	double part = s > 0 ? (outlook->waits_s - outlook->before_s) / s : 1;
	double j;

	if (!outlook->waits || outlook->waits_s > seen->last_x)
		return;
	part = fmin(fmax(part, 0), 1);
	j = outlook->before_j + part * (seen->last_y - outlook->before_j);
	forecast_curve_add(&outlook->joules_by_done, outlook->waits_ratio, j);
	forecast_curve_add(&outlook->seconds_by_done, outlook->waits_ratio,
			   outlook->waits_s);
	outlook->waits = false;
}

void outlook_see(struct outlook *outlook, double t_s, double attributed_j)
{
	/* A row may be read twice: what it says is known by then. */
	if (!isfinite(attributed_j) || t_s <= outlook->by_time.last_x)
		return;
	outlook->before_s = outlook->by_time.last_x;
	outlook->before_j = outlook->by_time.last_y;
	forecast_curve_add(&outlook->by_time, t_s, attributed_j);
	settle(outlook);
}

void outlook_tell(struct outlook *outlook, double t_s, double done_ratio)
{
	if (!(done_ratio >= 0 && done_ratio <= 1) || done_ratio <= outlook->done_ratio)
		return;
	outlook->done_ratio = done_ratio;
	outlook->waits = true;
	outlook->waits_s = t_s;
	outlook->waits_ratio = done_ratio;
	/* Numbers may come in a little after the row that was read since. */
	settle(outlook);
}

/* --- the answer --- */

static void meter_of(const struct bounded_uj *sum, struct forecast_ask *ask)
{
	double value = (double)sum->value;

	if (sum->value == 0)
		return;
	ask->meter_down_ratio = (value - (double)sum->low) / value;
	ask->meter_up_ratio = ((double)sum->high - value) / value;
}

static void fill(struct run_outlook *ret, const struct forecast *forecast, enum kind kind)
{
	if (!forecast->known) {
		(void)copy_text(ret->why_not, sizeof ret->why_not, forecast->why_not);
		return;
	}
	ret->total_j = (struct quantity){ .known = true,
					  .value = forecast->value,
					  .low = forecast->low95,
					  .high = forecast->high95,
					  .kind = kind_worse(kind, KIND_DERIVED) };
	ret->low90_j = forecast->low90;
	ret->high90_j = forecast->high90;
}

static PRINTF_LIKE(2, 3) void say_how(struct run_outlook *ret, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(ret->how, sizeof ret->how, fmt, args);
	va_end(args);
	(void)copy_text(ret->total_j.source, sizeof ret->total_j.source, ret->how);
}

static bool by_work(const struct outlook *outlook, struct forecast_ask *ask,
		    enum kind kind, struct run_outlook *ret)
{
	struct forecast_ask when = { .curve = &outlook->seconds_by_done,
				     .end = 1,
				     .unseen_ratio = FORECAST_UNSEEN_RATIO };
	struct forecast joules;
	struct forecast seconds;

	ask->curve = &outlook->joules_by_done;
	ask->end = 1;
	forecast_over_work(ask, &joules);
	if (!joules.known)
		return false;
	fill(ret, &joules, kind);
	forecast_over_work(&when, &seconds);
	if (seconds.known)
		ret->time_left_s = fmax(seconds.value - outlook->by_time.last_x, 0);
	/* What is used since the last word may be more than that word foretold. */
	ret->total_j.value = fmax(ret->total_j.value, outlook->by_time.last_y);
	ret->total_j.high = fmax(ret->total_j.high, ret->total_j.value);
	ret->high90_j = fmax(ret->high90_j, ret->total_j.value);
	say_how(ret, "%.0f %% is done, as the run told", 100 * ask->curve->last_x);
	return true;
}

static void by_time(const struct outlook *outlook, struct forecast_ask *ask,
		    enum kind kind, struct run_outlook *ret)
{
	char text[TIME_TEXT_MAX];
	struct forecast joules;

	ask->curve = &outlook->by_time;
	ask->end = isfinite(outlook->expected_s) ? outlook->expected_s : 0;
	forecast_over_time(ask, &joules);
	fill(ret, &joules, kind);
	if (isfinite(outlook->expected_s) && ask->end >= ask->curve->last_x)
		ret->time_left_s = ask->end - ask->curve->last_x;
	if (!joules.known)
		return;
	duration_text((int64_t)(ask->end * (double)NS_PER_S), text, sizeof text);
	say_how(ret, "if it lasts %s, as was expected", text);
}

/* METHOD E-21 */
void outlook_get(const struct outlook *outlook, const struct ledger_total *total,
		 struct run_outlook *ret)
{
	struct forecast_ask ask = { .unseen_ratio = FORECAST_UNSEEN_RATIO };

	memset(ret, 0, sizeof *ret);
	ret->total_j.value = ret->total_j.low = ret->total_j.high = NAN;
	ret->low90_j = ret->high90_j = ret->time_left_s = NAN;
	ret->done_ratio = outlook->done_ratio;
	if (total->counted == 0 || !total->sum.has_machine || !total->sum.has_share) {
		(void)copy_text(ret->why_not, sizeof ret->why_not,
				"the energy of this run is not known");
		return;
	}
	meter_of(&total->sum.active, &ask);
	if (by_work(outlook, &ask, total->kind, ret))
		return;
	by_time(outlook, &ask, total->kind, ret);
	if (!ret->total_j.known && isfinite(outlook->done_ratio) &&
	    !isfinite(outlook->expected_s))
		(void)copy_text(ret->why_not, sizeof ret->why_not,
				"too early: progress was told once, and twice is needed");
}
