/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "place/table.h"
#include "report/data-view.h"
#include "report/shown.h"
#include "view.h"

static const struct data_row rows[] = {
	{ "carbon_country_year", "carbon intensity by country and year, gCO2e per kWh",
	  "2000-2024", "CC BY 4.0", "2026-11", "Ember, https://ember-energy.org",
	  "Ember (ember-energy.org)", 5372, false },
	{ "carbon_electricitymaps_zone_year", "carbon intensity by zone and year",
	  "2021-2025", "ODbL 1.0, see data/NOTICE-electricitymaps.md", "2026-11",
	  "Electricity Maps", "Electricity Maps (electricitymaps.com)", 1760, false },
	{ "carbon_us_state_year", "carbon intensity by state of the USA", "2001-2024",
	  "CC BY 4.0", "2026-11", "Ember", "Ember (ember-energy.org)", 1232, false },
	{ "pue", "power usage effectiveness of our own building", NULL, "", NULL, NULL,
	  NULL, 1, true },
};

static const struct data_view small = { rows, ARRAY_SIZE(rows), "2026-11+own", "" };

static char *printed(const struct data_view *view, bool colour)
{
	struct report_opts opts = { .width = 80, .colour = colour };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	char *text = NULL;

	data_text(view, &opts, &out);
	assert_int_equal(strbuf_steal(&out, &text), 0);
	return text;
}

static void tables_are_listed_with_what_their_licences_ask(void **unused)
{
	AUTO_FREE char *text = printed(&small, false);
	AUTO_FREE char *json = NULL;

	(void)unused;
	assert_golden("data.txt", text);
	assert_int_equal(data_json(&small, &json), 0);
	assert_golden("data.json", json);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(shown_width(line) <= 80);
}

static void a_maker_is_named_once(void **unused)
{
	AUTO_FREE char *text = printed(&small, false);
	const char *first;

	(void)unused;
	first = strstr(text, "Ember (ember-energy.org)");
	assert_non_null(first);
	assert_null(strstr(first + 1, "Ember (ember-energy.org)"));
	assert_non_null(strstr(text, "share a database"));
}

static void what_a_table_does_not_tell_is_null(void **unused)
{
	AUTO_FREE char *json = NULL;
	const char *own;

	(void)unused;
	assert_int_equal(data_json(&small, &json), 0);
	own = strstr(json, "\"pue\"");
	assert_non_null(own);
	assert_non_null(strstr(own, "\"year\": null"));
	assert_non_null(strstr(own, "\"licence\": null"));
	assert_non_null(strstr(own, "\"own\": true"));
}

static void a_table_that_was_left_aside_is_told(void **unused)
{
	struct data_view view = small;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *json = NULL;

	(void)unused;
	view.trouble = "pue.csv: line 3 has 2 fields instead of 4";
	text = printed(&view, false);
	assert_non_null(strstr(text, "left aside: pue.csv: line 3"));
	assert_int_equal(data_json(&view, &json), 0);
	assert_non_null(strstr(json, "line 3"));
}

static void hostile_tables_reach_no_terminal(void **unused)
{
	const struct data_row hostile = { "\x1b[2Jx",
					  "\xe2\x80\xae\xff",
					  "\x1b[0m",
					  "CC BY \x1b[31m",
					  "\x07",
					  "\r\n",
					  "\x1b]0;x\x07",
					  2,
					  true };
	const struct data_view view = { &hostile, 1, "\x1b", "\x1b[5m" };
	AUTO_FREE char *text = printed(&view, false);
	AUTO_FREE char *json = NULL;

	(void)unused;
	assert_null(strchr(text, '\x1b'));
	assert_null(strchr(text, '\x07'));
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_int_equal(data_json(&view, &json), 0);
	assert_null(strchr(json, '\x1b'));
}

static void colours_only_where_they_are_liked(void **unused)
{
	AUTO_FREE char *plain = printed(&small, false);
	AUTO_FREE char *inked = printed(&small, true);

	(void)unused;
	assert_null(strchr(plain, '\x1b'));
	assert_non_null(strchr(inked, '\x1b'));
}

/* As the engine does it: all that is compiled in fits a terminal. */
static void every_table_compiled_in_can_be_listed(void **unused)
{
	AUTO_FREE struct data_row *all = calloc(table_text_count, sizeof *all);
	struct data_view view = { all, table_text_count, "2026-11", "" };
	AUTO_FREE char *text = NULL;
	struct tables *tables;

	(void)unused;
	assert_int_equal(tables_new(NULL, &tables), 0);
	for (size_t i = 0; i < table_text_count; i++) {
		const struct table *table = tables_get(tables, table_texts[i].name);

		assert_non_null(table);
		all[i] = (struct data_row){ .name = table_texts[i].name,
					    .what = table_meta(table, "title"),
					    .year = table_meta(table, "year"),
					    .licence = table_meta(table, "licence"),
					    .taken = table_meta(table, "taken"),
					    .source = table_meta(table, "source"),
					    .attribution =
						    table_meta(table, "attribution"),
					    .rows = table_rows(table),
					    .own = table_is_own(table) };
	}
	text = printed(&view, false);
	assert_non_null(strstr(text, "Electricity Maps (electricitymaps.com)"));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(shown_width(line) <= 80);
	tables_free(tables);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_listed_with_what_their_licences_ask),
		cmocka_unit_test(a_maker_is_named_once),
		cmocka_unit_test(what_a_table_does_not_tell_is_null),
		cmocka_unit_test(a_table_that_was_left_aside_is_told),
		cmocka_unit_test(hostile_tables_reach_no_terminal),
		cmocka_unit_test(colours_only_where_they_are_liked),
		cmocka_unit_test(every_table_compiled_in_can_be_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
