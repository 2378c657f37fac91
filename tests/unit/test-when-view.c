/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/when.h"
#include "report/shown.h"
#include "report/when-view.h"
#include "view.h"

/* 2026-11-23T20:10:00Z: the machine's clock is an hour ahead. */
#define NOW      INT64_C(1795464600)
#define HOUR_S   3600
#define OFFSET_S 3600

/* A night that gets greener until four hours on, an hour a step. */
static void fill_forecast(struct intensity_series *series, size_t hours, double least)
{
	*series = (struct intensity_series){ 0 };
	(void)copy_text(series->provider, sizeof series->provider, "electricitymaps");
	(void)copy_text(series->zone, sizeof series->zone, "DE");
	for (size_t i = 0; i < hours; i++) {
		int64_t from = NOW - NOW % HOUR_S + (int64_t)i * HOUR_S;
		double far = fabs((double)i - 5);
		const struct intensity_point point = { .from_unix_s = from,
						       .to_unix_s = from + HOUR_S,
						       .gpkwh = fmin(400,
								     least + 40 * far),
						       .forecast = true };

		assert_int_equal(intensity_series_add(series, &point), 0);
	}
}

static struct predict_ask ask_of(const struct intensity_series *series, int64_t hours)
{
	return (struct predict_ask){ .series = series,
				     .now_unix_s = NOW,
				     .deadline_unix_s = NOW + hours * HOUR_S,
				     .duration_ns = 2 * HOUR_S * NS_PER_S,
				     .error_now_ratio = 0.02,
				     .error_day_ratio = 0.08 };
}

static const struct quantity three_kwh = {
	.known = true, .value = 3, .low = 2.8, .high = 3.2, .kind = KIND_MEASURED
};

/* What the engine adds. */
static void dress(struct when *when)
{
	when->now_offset_s = OFFSET_S;
	when->best_offset_s = OFFSET_S;
	when->deadline_offset_s = OFFSET_S;
	for (size_t i = 0; i < when->row_count; i++)
		when->row[i].utc_offset_s = OFFSET_S;
	(void)copy_text(when->place.text, sizeof when->place.text, "DE");
	(void)copy_text(when->place.zone, sizeof when->place.zone, "DE");
	(void)copy_text(when->place.country, sizeof when->place.country, "DEU");
	(void)copy_text(when->place.how, sizeof when->place.how, "option");
	(void)copy_text(when->provider, sizeof when->provider, "electricitymaps");
	(void)copy_text(when->zone, sizeof when->zone, "DE");
	(void)copy_text(when->basis, sizeof when->basis,
			"average, lifecycle, consumption");
	(void)copy_text(when->error_from, sizeof when->error_from, "assumed");
	when->fetched_unix_s = NOW - 60;
}

static void fill(struct when *when, double least, int64_t hours,
		 const struct quantity *kwh)
{
	CLEANUP(intensity_series_done) struct intensity_series series;
	struct predict_ask ask = ask_of(&series, hours);
	struct predict predict;

	fill_forecast(&series, 30, least);
	predict_start(&ask, &predict);
	*when = (struct when){ 0 };
	when_of(&ask, &predict, kwh, when);
	dress(when);
}

static char *printed(const struct when *when, bool colour)
{
	struct report_opts opts = { .width = 80, .colour = colour };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	char *text = NULL;

	when_text(when, &opts, &out);
	assert_int_equal(strbuf_steal(&out, &text), 0);
	return text;
}

static void waiting_is_told_with_its_saving_and_probability(void **unused)
{
	struct when when;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *json = NULL;

	(void)unused;
	fill(&when, 200, 12, &three_kwh);
	assert_int_equal(when.verdict, WHEN_WAIT);
	text = printed(&when, false);
	assert_golden("when-wait.txt", text);
	assert_true(strncmp(text, "Wait until 24 Nov ", 18) == 0);
	assert_int_equal(when_json(&when, &json), 0);
	assert_golden("when-wait.json", json);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(shown_width(line) <= 80);
}

static void the_verdict_may_be_to_run_now(void **unused)
{
	struct when when;
	AUTO_FREE char *text = NULL;

	(void)unused;
	fill(&when, 398, 12, &(struct quantity){ 0 });
	assert_int_equal(when.verdict, WHEN_RUN_NOW);
	text = printed(&when, false);
	assert_golden("when-now.txt", text);
	assert_true(strncmp(text, "Run now: ", 9) == 0);
	assert_null(strstr(text, "mass"));
}

static void without_a_forecast_nothing_speaks_for_waiting(void **unused)
{
	const struct intensity_series none = { 0 };
	struct predict_ask ask = ask_of(&none, 24);
	struct predict predict;
	struct when when = { 0 };
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *json = NULL;

	(void)unused;
	predict_start(&ask, &predict);
	when_of(&ask, &predict, &three_kwh, &when);
	(void)copy_text(when.trouble, sizeof when.trouble, "offline: nobody was asked");
	text = printed(&when, false);
	assert_golden("when-unknown.txt", text);
	assert_true(strncmp(text, "No forecast: ", 13) == 0);
	assert_int_equal(when_json(&when, &json), 0);
	assert_golden("when-unknown.json", json);
	assert_non_null(strstr(json, "\"now_kg\": null"));
	assert_non_null(strstr(json, "\"saving_ratio\": null"));
	assert_non_null(strstr(json, "\"forecast\": null"));
}

static void rows_are_few_in_order_and_hold_now_and_the_best(void **unused)
{
	static const int64_t deadlines[] = { 3, 12, 24, 28, 24 * 30 };

	(void)unused;
	for (size_t d = 0; d < ARRAY_SIZE(deadlines); d++) {
		struct when when;
		size_t best = 0;

		fill(&when, 200, deadlines[d], &three_kwh);
		assert_true(when.row_count > 1 && when.row_count <= WHEN_ROWS_MAX);
		assert_true(when.row[0].now);
		for (size_t i = 0; i < when.row_count; i++) {
			const struct when_row *row = &when.row[i];

			best += row->best;
			assert_true(i == 0 || row->start_unix_s > row[-1].start_unix_s);
			assert_true(row->start_unix_s + 2 * HOUR_S <=
				    when.deadline_unix_s);
		}
		assert_int_equal(best, 1);
	}
}

static void a_start_past_the_forecast_is_a_gap(void **unused)
{
	struct when when;
	const struct when_row *last;

	(void)unused;
	fill(&when, 200, 48, &three_kwh);
	last = &when.row[when.row_count - 1];
	assert_false(last->gpkwh.known);
	assert_false(last->carbon_kg.known);
	assert_true(isnan(last->change_ratio));
	assert_true(when.starts_bare > 0);
}

static void a_deadline_too_near_has_no_rows(void **unused)
{
	struct when when;
	AUTO_FREE char *text = NULL;

	(void)unused;
	fill(&when, 200, 1, &three_kwh);
	assert_int_equal(when.verdict, WHEN_RUN_NOW);
	assert_int_equal(when.row_count, 0);
	text = printed(&when, false);
	assert_non_null(strstr(text, "would not end before the deadline"));
}

static void the_last_days_are_called_what_they_are(void **unused)
{
	struct when when;
	AUTO_FREE char *text = NULL;

	(void)unused;
	fill(&when, 200, 12, &three_kwh);
	(void)copy_text(when.provider, sizeof when.provider, "naive");
	(void)copy_text(when.error_from, sizeof when.error_from, "found on those days");
	text = printed(&when, false);
	assert_non_null(strstr(text, "No provider has a forecast here"));
	assert_non_null(strstr(text, "found on"));
}

static void hostile_texts_reach_no_terminal(void **unused)
{
	struct when when;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *json = NULL;

	(void)unused;
	fill(&when, 398, 12, &three_kwh);
	(void)copy_text(when.place.text, sizeof when.place.text,
			"\x1b[2J\xe2\x80\xae\xff");
	(void)copy_text(when.reason, sizeof when.reason, "\x1b]0;x\x07");
	(void)copy_text(when.zone, sizeof when.zone, "\x1b[31m");
	(void)copy_text(when.trouble, sizeof when.trouble, "a\x1b[0mb");
	text = printed(&when, false);
	assert_null(strchr(text, '\x1b'));
	assert_null(strchr(text, '\x07'));
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_int_equal(when_json(&when, &json), 0);
	assert_null(strchr(json, '\x1b'));
}

static void colours_only_where_they_are_liked(void **unused)
{
	struct when when;
	AUTO_FREE char *plain = NULL;
	AUTO_FREE char *inked = NULL;

	(void)unused;
	fill(&when, 200, 12, &three_kwh);
	plain = printed(&when, false);
	inked = printed(&when, true);
	assert_null(strchr(plain, '\x1b'));
	assert_non_null(strchr(inked, '\x1b'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waiting_is_told_with_its_saving_and_probability),
		cmocka_unit_test(the_verdict_may_be_to_run_now),
		cmocka_unit_test(without_a_forecast_nothing_speaks_for_waiting),
		cmocka_unit_test(rows_are_few_in_order_and_hold_now_and_the_best),
		cmocka_unit_test(a_start_past_the_forecast_is_a_gap),
		cmocka_unit_test(a_deadline_too_near_has_no_rows),
		cmocka_unit_test(the_last_days_are_called_what_they_are),
		cmocka_unit_test(hostile_texts_reach_no_terminal),
		cmocka_unit_test(colours_only_where_they_are_liked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
