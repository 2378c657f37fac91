/* SPDX-License-Identifier: Apache-2.0 */
#include "report/when-view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/time-text.h"
#include "report/json-value.h"
#include "report/number.h"
#include "report/shown.h"

/* The verdict shall not scroll off the screen. */
#define ROWS_SHOWN     12
#define CLOCK_MAX      32
#define DAY_S          86400
#define LOCAL_COLUMNS  13
#define UTC_COLUMNS    13
#define NUMBER_COLUMNS 8
#define KG_COLUMNS     13
#define SAME_RATIO     5e-4

static const char *const verdicts[] = {
	[WHEN_UNKNOWN] = "unknown",
	[WHEN_RUN_NOW] = "run-now",
	[WHEN_WAIT] = "wait",
};

/* --- for people --------------------------------------------------------------------------- */

static int64_t day_of(int64_t unix_s, int32_t offset_s)
{
	int64_t local = unix_s + offset_s;

	return local / DAY_S - (local % DAY_S < 0);
}

/* "02:30", or "24 Nov 02:30". Months' names are the C locale's: plain_locale_enter(). */
static void clock_text(int64_t unix_s, int32_t offset_s, bool day, char *buf, size_t size)
{
	time_t local = (time_t)(unix_s + offset_s);
	struct tm tm;

	if (!gmtime_r(&local, &tm) ||
	    strftime(buf, size, day ? "%e %b %H:%M" : "%H:%M", &tm) == 0)
		(void)snprintf(buf, size, "?");
}

static void add_clock(struct strbuf *text, const struct when *when, int64_t unix_s,
		      int32_t offset_s)
{
	char clock[CLOCK_MAX];
	bool day =
		day_of(unix_s, offset_s) != day_of(when->now_unix_s, when->now_offset_s);

	clock_text(unix_s, offset_s, day, clock, sizeof clock);
	strbuf_add(text, clock[0] == ' ' ? clock + 1 : clock);
}

static void add_wait(struct strbuf *text, const struct when *when)
{
	char saving[48];
	char probability[48];
	char wait[TIME_TEXT_MAX];

	duration_text((when->best_unix_s - when->now_unix_s) * NS_PER_S, wait,
		      sizeof wait);
	number_percent(when->saving_ratio, saving, sizeof saving);
	if (when->probability > 0.99)
		(void)snprintf(probability, sizeof probability, "over 99 %%");
	else
		(void)snprintf(probability, sizeof probability, "%.0f %%",
			       100 * when->probability);
	strbuf_add(text, "Wait until ");
	add_clock(text, when, when->best_unix_s, when->best_offset_s);
	strbuf_printf(text,
		      " (in %s): saves %s (%.1f to %.1f %%), %s likely to save "
		      "anything.",
		      wait, saving, 100 * when->saving_low_ratio,
		      100 * when->saving_high_ratio, probability);
}

static void add_verdict(struct strbuf *out, const struct when *when,
			const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf lines = STRBUF_INIT;

	if (when->verdict == WHEN_WAIT)
		add_wait(&text, when);
	else if (when->verdict == WHEN_RUN_NOW)
		strbuf_printf(&text, "Run now: %s.", when->reason);
	else
		strbuf_printf(&text,
			      "No forecast: %s. Nothing speaks for waiting: run now.",
			      when->reason[0] != '\0' ? when->reason
						      : "nobody could be asked");
	shown_wrap(&lines, strbuf_part(&lines, &text), 0, shown_columns(opts));
	ink_add(out, opts, INK_STRONG, strbuf_part(out, &lines));
}

static void add_mass(struct strbuf *text, const char *label, const struct quantity *kg)
{
	char number[NUMBER_TEXT_MAX];

	number_quantity(kg, NUMBER_CO2E, number, sizeof number);
	strbuf_printf(text, "%s %s", label, number);
}

/* What, where and until when. */
static void add_question(struct strbuf *out, const struct when *when,
			 const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char length[TIME_TEXT_MAX];
	char energy[NUMBER_TEXT_MAX];

	duration_text(when->duration_ns, length, sizeof length);
	strbuf_printf(&text, "%s in %s, to be done by ", length,
		      when->place.text[0] != '\0' ? when->place.text
						  : "an unknown place");
	add_clock(&text, when, when->deadline_unix_s, when->deadline_offset_s);
	if (when->facility_kwh.known) {
		number_quantity(&when->facility_kwh, NUMBER_KWH, energy, sizeof energy);
		strbuf_printf(&text, ", %s with PUE", energy);
	}
	strbuf_add(&text, ".");
	if (when->now_kg.known) {
		add_mass(&text, " Now:", &when->now_kg);
		if (when->best_unix_s != when->now_unix_s && when->best_kg.known)
			add_mass(&text, "; then:", &when->best_kg);
		strbuf_add(&text, ".");
	}
	shown_wrap(out, strbuf_part(out, &text), 0, shown_columns(opts));
}

static void add_cell(struct strbuf *out, const char *text, size_t columns)
{
	strbuf_add(out, "  ");
	shown_cell(out, text, columns, SHOWN_RIGHT);
}

static void add_known(struct strbuf *out, const struct quantity *quantity,
		      enum number_unit unit, size_t columns)
{
	char text[NUMBER_TEXT_MAX] = "-";

	if (quantity->known && unit == NUMBER_GPKWH)
		number_digits(quantity->value, 3, text, sizeof text);
	else if (quantity->known)
		number_text(quantity->value, unit, text, sizeof text);
	add_cell(out, text, columns);
}

static void add_row(struct strbuf *out, const struct when *when,
		    const struct when_row *row, const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT;
	char local[CLOCK_MAX];
	char utc[CLOCK_MAX];
	char change[32] = "-";
	bool changes = isfinite(row->change_ratio) && !row->now;

	clock_text(row->start_unix_s, row->utc_offset_s, true, local, sizeof local);
	clock_text(row->start_unix_s, 0, true, utc, sizeof utc);
	if (changes && fabs(row->change_ratio) < SAME_RATIO)
		(void)snprintf(change, sizeof change, "same");
	else if (changes)
		(void)snprintf(change, sizeof change, "%+.1f %%",
			       100 * row->change_ratio);
	shown_cell(&line, local, LOCAL_COLUMNS, SHOWN_RIGHT);
	add_cell(&line, utc, UTC_COLUMNS);
	add_known(&line, &row->gpkwh, NUMBER_GPKWH, NUMBER_COLUMNS);
	if (when->facility_kwh.known)
		add_known(&line, &row->carbon_kg, NUMBER_CO2E, KG_COLUMNS);
	add_cell(&line, change, NUMBER_COLUMNS);
	strbuf_add(&line, row->now ? "  now" : "");
	strbuf_add(&line, row->best && !row->now ? "  best" : "");
	ink_add(out, opts, row->best ? INK_GOOD : INK_NONE, strbuf_part(out, &line));
	strbuf_add(out, "\n");
}

static void add_table(struct strbuf *out, const struct when *when,
		      const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf head = STRBUF_INIT;
	size_t stride = (when->row_count + ROWS_SHOWN - 1) / ROWS_SHOWN;

	if (when->row_count == 0)
		return;
	shown_cell(&head, "start, here", LOCAL_COLUMNS, SHOWN_RIGHT);
	add_cell(&head, "UTC", UTC_COLUMNS);
	add_cell(&head, "g/kWh", NUMBER_COLUMNS);
	if (when->facility_kwh.known)
		add_cell(&head, "mass", KG_COLUMNS);
	add_cell(&head, "to now", NUMBER_COLUMNS);
	strbuf_add(out, "\n");
	ink_add(out, opts, INK_STRONG, strbuf_part(out, &head));
	strbuf_add(out, "\n");
	for (size_t i = 0; i < when->row_count; i++)
		if (i % stride == 0 || when->row[i].now || when->row[i].best)
			add_row(out, when, &when->row[i], opts);
	if (stride > 1)
		strbuf_printf(out, "  (one in %zu; --json has all)\n", stride);
}

static void add_forecast(struct strbuf *text, const struct when *when)
{
	char now[48];
	char day[48];

	if (strcmp(when->provider, "naive") == 0)
		strbuf_add(text, "No provider has a forecast here: the same hours of the "
				 "last 7 days stand for one");
	else
		strbuf_printf(text, "The forecast is from %s", when->provider);
	strbuf_printf(text, "%s%s", when->zone[0] != '\0' ? ", zone " : "", when->zone);
	strbuf_printf(text, "%s%s.", when->basis[0] != '\0' ? "; " : "", when->basis);
	number_percent(when->error_now_ratio, now, sizeof now);
	number_percent(when->error_day_ratio, day, sizeof day);
	strbuf_printf(text,
		      " It errs by %s at once and %s a day ahead (standard error%s%s).",
		      now, day, when->error_from[0] != '\0' ? ", " : "",
		      when->error_from);
}

/* The table shows more than the verdict promises, and why. */
static void add_luck(struct strbuf *text, const struct when *when)
{
	char seen[48];
	char saving[48];

	if (when->verdict != WHEN_WAIT || !(when->seen_ratio > when->saving_ratio))
		return;
	number_percent(when->seen_ratio, seen, sizeof seen);
	number_percent(fmax(0, when->saving_ratio), saving, sizeof saving);
	strbuf_printf(text,
		      " The table is the forecast as it is; the best of many starts is "
		      "partly the luckiest: of the %s it shows, %s are expected.",
		      seen, saving);
}

static void add_basis(struct strbuf *out, const struct when *when,
		      const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	if (when->provider[0] != '\0')
		add_forecast(&text, when);
	add_luck(&text, when);
	if (when->starts_bare > 0 && text.len > 0)
		strbuf_printf(&text, " The forecast does not cover %u of %u starts.",
			      when->starts_bare, when->starts + when->starts_bare);
	if (when->trouble[0] != '\0')
		strbuf_printf(&text, "%sNote: %s.", text.len > 0 ? " " : "",
			      when->trouble);
	if (text.len == 0)
		return;
	strbuf_add(out, "\n");
	shown_wrap(out, strbuf_part(out, &text), 0, shown_columns(opts));
}

void when_text(const struct when *when, const struct report_opts *opts,
	       struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();

	(void)locale;
	add_verdict(out, when, opts);
	add_question(out, when, opts);
	add_table(out, when, opts);
	add_basis(out, when, opts);
}

/* --- for programs ------------------------------------------------------------------------- */

static json_t *time_json(int64_t unix_s)
{
	return json_value_time(unix_s * NS_PER_S);
}

static json_t *row_json(const struct when_row *row, int *failed)
{
	json_t *object = json_object();

	const struct {
		const char *key;
		json_t *value;
	} rows[] = {
		{ "start", time_json(row->start_unix_s) },
		{ "utc_offset_s", json_integer(row->utc_offset_s) },
		{ "intensity_gpkwh", json_value_quantity(&row->gpkwh) },
		{ "carbon_kg", json_value_quantity(&row->carbon_kg) },
		{ "change_ratio", json_value_real(row->change_ratio) },
		{ "now", json_boolean(row->now) },
		{ "best", json_boolean(row->best) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		(void)json_value_set(object, rows[i].key, rows[i].value, failed);
	return object;
}

/* null where no later start was weighed. */
static json_t *saving_json(const struct when *when, int *failed)
{
	json_t *object;

	if (when->best_unix_s == when->now_unix_s || when->verdict == WHEN_UNKNOWN)
		return json_null();
	object = json_object();
	(void)json_value_set(object, "value", json_value_real(when->saving_ratio),
			     failed);
	(void)json_value_set(object, "low", json_value_real(when->saving_low_ratio),
			     failed);
	(void)json_value_set(object, "high", json_value_real(when->saving_high_ratio),
			     failed);
	(void)json_value_set(object, "probability", json_value_real(when->probability),
			     failed);
	(void)json_value_set(object, "seen", json_value_real(when->seen_ratio), failed);
	return object;
}

static json_t *forecast_json(const struct when *when, int *failed)
{
	json_t *object;

	if (when->provider[0] == '\0')
		return json_null();
	object = json_object();

	const struct {
		const char *key;
		json_t *value;
	} rows[] = {
		{ "provider", json_value_text(when->provider) },
		{ "zone", json_value_text_or_null(when->zone) },
		{ "basis", json_value_text_or_null(when->basis) },
		{ "fetched", when->fetched_unix_s > 0 ? time_json(when->fetched_unix_s)
						      : json_null() },
		{ "error_now_ratio", json_value_real(when->error_now_ratio) },
		{ "error_day_ratio", json_value_real(when->error_day_ratio) },
		{ "error_from", json_value_text_or_null(when->error_from) },
		{ "starts", json_value_count(when->starts) },
		{ "starts_bare", json_value_count(when->starts_bare) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		(void)json_value_set(object, rows[i].key, rows[i].value, failed);
	return object;
}

static void set_head(json_t *root, const struct when *when, int *failed)
{
	const char *verdict = (size_t)when->verdict < ARRAY_SIZE(verdicts)
				      ? verdicts[when->verdict]
				      : verdicts[WHEN_UNKNOWN];
	bool known = when->now_gpkwh.known;

	const struct {
		const char *key;
		json_t *value;
	} rows[] = {
		{ "schema", json_value_text("gramme.when/1") },
		{ "verdict", json_value_text(verdict) },
		{ "reason", json_value_text_or_null(when->reason) },
		{ "now", time_json(when->now_unix_s) },
		{ "start", known ? time_json(when->best_unix_s) : json_null() },
		{ "deadline", time_json(when->deadline_unix_s) },
		{ "duration_s", json_value_seconds(when->duration_ns) },
		{ "region", json_value_region(&when->place) },
		{ "saving_ratio", saving_json(when, failed) },
		{ "now_gpkwh", json_value_quantity(&when->now_gpkwh) },
		{ "start_gpkwh", json_value_quantity(&when->best_gpkwh) },
		{ "facility_kwh", json_value_quantity(&when->facility_kwh) },
		{ "now_kg", json_value_quantity(&when->now_kg) },
		{ "start_kg", json_value_quantity(&when->best_kg) },
		{ "forecast", forecast_json(when, failed) },
		{ "note", json_value_text_or_null(when->trouble) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		(void)json_value_set(root, rows[i].key, rows[i].value, failed);
}

int when_json(const struct when *when, char **ret)
{
	CLEANUP(json_value_release) json_t *root = json_object();
	int failed = 0;
	json_t *starts;

	set_head(root, when, &failed);
	starts = json_value_set(root, "starts", json_array(), &failed);
	for (size_t i = 0; i < when->row_count; i++)
		(void)json_value_append(starts, row_json(&when->row[i], &failed),
					&failed);
	return failed < 0 ? failed : json_value_dump(root, ret);
}
