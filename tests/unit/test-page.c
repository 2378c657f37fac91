/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "report/json-value.h"
#include "report/page-sections.h"
#include "report/page-series.h"
#include "report/page-view.h"
#include "statement.h"

#define BINS       8
#define TAGS_MAX   64
#define TAG_LENGTH 16

/* --- pages made up ------------------------------------------------------------------------ */

static double *values_of(double first, double step)
{
	double *values = calloc(BINS + 1, sizeof *values);

	assert_non_null(values);
	for (size_t i = 0; i <= BINS; i++)
		values[i] = first + step * (double)i;
	return values;
}

static void fill_curve(const struct run_view *view, struct run_curve *curve)
{
	double end_s = (double)view->record.info.duration_ns / 1e9;

	curve->bins = BINS;
	curve->edge_s = values_of(0, end_s / BINS);
	curve->lanes = calloc(view->component_count + 1, sizeof *curve->lanes);
	assert_non_null(curve->lanes);
	for (size_t i = 0; i < view->component_count; i++) {
		curve->lanes[i] =
			(struct curve_lane){ .domain = (uint32_t)i,
					     .machine_w = values_of(20, 1),
					     .peak_w = values_of(25, 1),
					     .attributed_w = values_of(10, 1),
					     .covered_s = values_of(end_s / BINS, 0) };
		curve->lane_count++;
	}
	if (curve->lane_count > 0)
		curve->lanes[0].covered_s[3] = 0;
	if (curve->lane_count > 0)
		curve->lanes[0].machine_w[3] = curve->lanes[0].peak_w[3] =
			curve->lanes[0].attributed_w[3] = NAN;
	curve->thinned = true;
}

struct made {
	struct run_view view;
	struct statement statement;
	struct page_view page;
	struct page_section *sections; /* sections_of() fills it */
};

static void make(struct made *made, void (*fill)(struct run_view *view), bool curve)
{
	memset(made, 0, sizeof *made);
	made->sections = calloc(PAGE_SECTIONS_MAX, sizeof *made->sections);
	assert_non_null(made->sections);
	fill(&made->view);
	statement_of_view(&made->view, &made->statement);
	made->page.total = &made->statement;
	made->page.runs = calloc(1, sizeof *made->page.runs);
	assert_non_null(made->page.runs);
	made->page.count = 1;
	made->page.runs[0].view = &made->view;
	if (curve)
		fill_curve(&made->view, &made->page.runs[0].curve);
	made->page.runs[0].forms[0] =
		(struct page_form){ "text", "the statement, as plain text",
				    strdup("We used <energy>.\n") };
}

static void unmake(struct made *made)
{
	page_view_done(&made->page);
	run_view_done(&made->view);
	free(made->sections);
}

static char *html_of(struct made *made)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	char *text;

	page_html(&made->page, &out);
	assert_int_equal(strbuf_steal(&out, &text), 0);
	return text;
}

/* --- is it well formed? ------------------------------------------------------------------- */

static bool is_void(const char *name)
{
	static const char *const names[] = { "meta", "link", "br", "hr", "input", "img" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Past an element whose content is no markup. */
static const char *past_raw(const char *at, const char *name)
{
	char end[TAG_LENGTH + 4];

	if (strcmp(name, "script") != 0 && strcmp(name, "style") != 0)
		return at;
	(void)snprintf(end, sizeof end, "</%s>", name);
	at = strstr(at, end);
	assert_non_null(at);
	return at;
}

/* Every element that is opened is closed, in order; attributes are quoted. */
static void assert_balanced(const char *text)
{
	char open[TAGS_MAX][TAG_LENGTH];
	size_t depth = 0;

	text = strchr(text + 1, '<');
	for (const char *at = text; at; at = strchr(at, '<')) {
		bool closes = at[1] == '/';
		char name[TAG_LENGTH];
		const char *end = strchr(at, '>');
		size_t len = strcspn(at + 1 + closes, " />\n");

		assert_non_null(end);
		(void)snprintf(name, sizeof name, "%.*s", (int)len, at + 1 + closes);
		if (closes) {
			assert_true(depth > 0);
			assert_string_equal(name, open[--depth]);
		} else if (end[-1] != '/' && !is_void(name)) {
			assert_true(depth < TAGS_MAX);
			(void)copy_text(open[depth++], TAG_LENGTH, name);
		}
		at = closes ? end : past_raw(end, name);
	}
	assert_int_equal(depth, 0);
}

static void assert_page(void (*fill)(struct run_view *view), bool curve)
{
	struct made made;
	char *text;
	const char *data;

	make(&made, fill, curve);
	text = html_of(&made);
	assert_balanced(text);
	data = strstr(text, "<main");
	assert_null(strstr(data, ">nan"));
	assert_null(strstr(data, " nan"));
	assert_null(strstr(data, "inf "));
	assert_null(strstr(data, " style=\""));
	assert_null(strstr(data, " onclick"));
	free(text);
	unmake(&made);
}

static void every_sort_of_run_gives_a_whole_page(void **state)
{
	(void)state;
	assert_page(view_measured, true);
	assert_page(view_weighed, true);
	assert_page(view_told, true);
	assert_page(view_modelled, true);
	assert_page(view_in_part, true);
	assert_page(view_unknown, false);
	assert_page(view_measured, false);
}

static void what_is_not_known_says_why(void **state)
{
	struct made made;
	char *text;

	(void)state;
	make(&made, view_unknown, false);
	text = html_of(&made);
	assert_non_null(strstr(text, "not known"));
	assert_non_null(strstr(text, "Why: "));
	assert_non_null(strstr(text, "ended before two readings"));
	assert_null(strstr(text, ">0 J<"));
	free(text);
	unmake(&made);
}

static void an_estimate_is_said_to_be_one(void **state)
{
	struct made made;
	char *text;

	(void)state;
	make(&made, view_modelled, true);
	text = html_of(&made);
	assert_non_null(strstr(text, "No meter was read"));
	assert_null(strstr(text, "badge good\">measured"));
	free(text);
	unmake(&made);
}

static void a_hostile_name_stays_text(void **state)
{
	static const char evil[] = "</title><script>alert(1)</script>\" onload='x'";
	struct made made;
	char *text;

	(void)state;
	make(&made, view_measured, true);
	(void)copy_text(made.view.record.info.name, sizeof made.view.record.info.name,
			evil);
	(void)copy_text(made.view.record.marks[0].name,
			sizeof made.view.record.marks[0].name, evil);
	(void)copy_text(made.view.record.metrics[0].name,
			sizeof made.view.record.metrics[0].name, evil);
	text = html_of(&made);
	assert_balanced(text);
	assert_null(strstr(text, "<script>alert"));
	/* In the data a quote has its backslash, and no element can end there. */
	*strstr(text, "<script type=\"application/json\"") = '\0';
	assert_null(strstr(text, "\" onload"));
	free(text);
	unmake(&made);
}

static void the_figures_are_told_to_programs(void **state)
{
	struct made made;
	json_t *json;
	char *text;

	(void)state;
	make(&made, view_weighed, true);
	json = page_json(&made.page);
	assert_non_null(json);
	assert_int_equal(json_value_dump(json, &text), 0);
	assert_golden("page-report.json", text);
	free(text);
	json_decref(json);
	unmake(&made);
}

/* --- sections ----------------------------------------------------------------------------- */

static size_t sections_of(struct made *made)
{
	return page_sections_of(&made->page.runs[0], made->sections);
}

static void a_time_of_a_section_is_told_with_its_mean_power(void **state)
{
	struct made made;

	(void)state;
	make(&made, view_measured, true);
	assert_int_equal(sections_of(&made), 2);
	assert_string_equal(made.sections[0].name, "epoch 1");
	assert_true(fabs(made.sections[0].to_s - made.sections[1].from_s) < 1e-9);
	assert_true(fabs(made.sections[1].to_s - 192.345) < 1e-9);
	assert_true(fabs(made.sections[1].attributed_w -
			 made.sections[1].attributed_j / (192.345 - 97)) < 1e-9);
	/* Over what was read of it. */
	assert_true(made.sections[0].attributed_w >
		    1.05 * made.sections[0].attributed_j / 95);
	made.view.sections[0].times[0].coverage_ratio = 0;
	assert_int_equal(sections_of(&made), 2);
	assert_true(isnan(made.sections[0].attributed_w));
	unmake(&made);
}

static void add_times(struct section_view *section, size_t count, int64_t first_ns)
{
	free(section->times);
	section->times = calloc(count, sizeof *section->times);
	assert_non_null(section->times);
	section->count = section->time_count = count;
	for (size_t i = 0; i < count; i++)
		section->times[i] = (struct section_time){
			.from_ns = first_ns + (int64_t)i * NS_PER_MS,
			.to_ns = first_ns + (int64_t)i * NS_PER_MS + NS_PER_US,
		};
}

static void times_come_in_order_and_the_first_have_room(void **state)
{
	struct made made;

	(void)state;
	make(&made, view_told, true);
	add_times(&made.view.sections[0], 150, 2 * NS_PER_MS + 500);
	add_times(&made.view.sections[1], 150, 0);
	assert_int_equal(sections_of(&made), PAGE_SECTIONS_MAX);
	for (size_t i = 1; i < PAGE_SECTIONS_MAX; i++)
		assert_true(made.sections[i - 1].from_s <= made.sections[i].from_s);
	assert_string_equal(made.sections[0].name, "train");
	assert_true(made.sections[PAGE_SECTIONS_MAX - 1].from_s < 0.102);
	unmake(&made);
}

static void a_log_s_own_figures_stand_beside_ours(void **state)
{
	struct made made;
	char *text;

	(void)state;
	make(&made, view_told, true);
	(void)strcpy(made.view.record.import->figures[0].name, "<b>power");
	text = html_of(&made);
	assert_balanced(text);
	assert_non_null(strstr(text, "0.00191 kWh"));
	assert_non_null(strstr(text, "experiment-impact-tracker 0.1.8, from runs/a.zip"));
	assert_non_null(strstr(text, "mJ a token"));
	assert_null(strstr(text, "<b>power"));
	free(text);
	unmake(&made);
}

/* --- metrics ------------------------------------------------------------------------------ */

static void a_thinned_metric_keeps_its_extremes(void **state)
{
	struct run_record record = { .metric_count = 5000 };
	struct page_metric metrics[PAGE_METRICS_MAX];
	struct page_points *points = calloc(1, sizeof *points);
	size_t left;
	double most = -INFINITY;

	(void)state;
	assert_non_null(points);
	record.metrics = calloc(record.metric_count, sizeof *record.metrics);
	assert_non_null(record.metrics);
	for (size_t i = 0; i < record.metric_count; i++) {
		record.metrics[i].t_ns = (int64_t)i * NS_PER_S;
		(void)strcpy(record.metrics[i].name, "loss");
		record.metrics[i].value = i == 1234 ? 99 : 1;
	}
	assert_int_equal(page_metrics_of(&record, metrics, &left), 1);
	assert_int_equal(left, 0);
	page_points_of(&record, &metrics[0], points);
	assert_true(points->count <= PAGE_POINTS_MAX);
	for (size_t i = 0; i < points->count; i++)
		most = fmax(most, points->value[i]);
	assert_true(most > 98);
	free(record.metrics);
	free(points);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sort_of_run_gives_a_whole_page),
		cmocka_unit_test(what_is_not_known_says_why),
		cmocka_unit_test(an_estimate_is_said_to_be_one),
		cmocka_unit_test(a_hostile_name_stays_text),
		cmocka_unit_test(the_figures_are_told_to_programs),
		cmocka_unit_test(a_time_of_a_section_is_told_with_its_mean_power),
		cmocka_unit_test(times_come_in_order_and_the_first_have_room),
		cmocka_unit_test(a_log_s_own_figures_stand_beside_ours),
		cmocka_unit_test(a_thinned_metric_keeps_its_extremes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
