/* SPDX-License-Identifier: Apache-2.0 */
#include "report/progress-line.h"

#include <math.h>

#include "base/time-text.h"
#include "report/number.h"
#include "report/shown.h"

#define MARK_COLUMNS 24

static void add_time(struct strbuf *out, int64_t ns)
{
	char text[TIME_TEXT_MAX];

	/* Once a second comes now a little early, now a little late. */
	ns = ns > 0 ? (ns + NS_PER_S / 2) / NS_PER_S * NS_PER_S : 0;
	if (ns < 60 * NS_PER_S) {
		strbuf_printf(out, "%d s", (int)(ns / NS_PER_S));
		return;
	}
	duration_text(ns, text, sizeof text);
	strbuf_add(out, text);
}

static void add_number(struct strbuf *out, double value, enum number_unit unit)
{
	char text[NUMBER_TEXT_MAX];

	number_text(value, unit, text, sizeof text);
	strbuf_printf(out, "   %s", text);
}

static void add_numbers(struct strbuf *out, const struct progress *progress, bool lost)
{
	bool estimate = progress->kind == KIND_MODELLED || progress->kind == KIND_ASSUMED;

	if (!isfinite(progress->attributed_j)) {
		strbuf_add(out, "   energy not known");
		return;
	}
	if (estimate)
		strbuf_add(out, "   estimate:");
	if (isfinite(progress->power_w) && !lost)
		add_number(out, progress->power_w, NUMBER_W);
	add_number(out, progress->attributed_j, NUMBER_J);
	if (isfinite(progress->carbon_kg))
		add_number(out, progress->carbon_kg, NUMBER_CO2E);
	else
		strbuf_add(out, "   CO2e not known");
}

static void add_forecast(struct strbuf *out, const struct progress *progress)
{
	struct quantity all = { .known = true,
				.value = progress->forecast_j,
				.low = progress->forecast_low_j,
				.high = progress->forecast_high_j };
	char text[NUMBER_TEXT_MAX];

	if (!(progress->forecast_j > 0))
		return;
	if (isfinite(all.low) && isfinite(all.high))
		number_quantity(&all, NUMBER_J, text, sizeof text);
	else
		number_text(all.value, NUMBER_J, text, sizeof text);
	strbuf_printf(out, "   of %s", text);
	if (!isfinite(progress->time_left_s))
		return;
	strbuf_add(out, "   ");
	add_time(out, (int64_t)(progress->time_left_s * (double)NS_PER_S));
	strbuf_add(out, " to go");
}

static void add_mark(struct strbuf *out, const char *mark)
{
	if (mark[0] == '\0')
		return;
	strbuf_add(out, "   (");
	shown_cut(out, mark, MARK_COLUMNS);
	strbuf_add(out, ")");
}

void progress_line(const struct progress_line *line, struct strbuf *out)
{
	const struct progress *progress = line->progress;

	strbuf_add(out, "gramme  ");
	add_time(out, line->elapsed_ns);
	if (line->lost)
		strbuf_add(out, "   no longer measured");
	else if (!progress)
		strbuf_add(out, "   no reading yet");
	if (progress)
		add_numbers(out, progress, line->lost);
	if (progress && !line->lost)
		add_forecast(out, progress);
	if (progress && !line->lost && line->age_ns >= PROGRESS_OLD_NS) {
		strbuf_add(out, "   (read ");
		add_time(out, line->age_ns);
		strbuf_add(out, " ago)");
	}
	if (progress)
		add_mark(out, progress->mark);
}
