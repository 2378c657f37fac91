/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "place/table.h"

static int parse(const char *text, struct diag *diag, struct table **ret)
{
	return table_parse("t.csv", strdup(text), strlen(text), diag, ret);
}

static struct table *parsed(const char *text)
{
	struct diag diag = { 0 };
	struct table *table = NULL;

	if (parse(text, &diag, &table) < 0)
		fail_msg("%s", diag.text);
	return table;
}

static void a_table_is_header_lines_then_columns_then_rows(void **unused)
{
	struct table *table = parsed("# title: two places\n# about:  a, \"b\": c \n"
				     "place,pue\nworld,1.58\nhome,\n");
	double pue = 7;

	(void)unused;
	assert_string_equal(table_meta(table, "title"), "two places");
	assert_string_equal(table_meta(table, "about"), "a, \"b\": c");
	assert_string_equal(table_meta(table, "year"), "");
	assert_int_equal(table_rows(table), 2);
	assert_int_equal(table_column(table, "pue"), 1);
	assert_true(table_column(table, "wue") == TABLE_NO_COLUMN);
	assert_string_equal(table_column_name(table, 0), "place");
	assert_null(table_column_name(table, 2));
	assert_string_equal(table_text(table, 0, 0), "world");
	assert_string_equal(table_text(table, 1, 1), "");
	assert_string_equal(table_text(table, 1, TABLE_NO_COLUMN), "");
	assert_true(table_number(table, 0, 1, &pue) && pue == 1.58);
	assert_false(table_is_own(table));
	table_free(table);
}

static void an_empty_field_is_no_number(void **unused)
{
	struct table *table = parsed("a\n\"\"\nx\nnan\n1e999\n 2.5 \n");
	double value = 7;

	(void)unused;
	assert_int_equal(table_rows(table), 5);
	for (size_t row = 0; row < 4; row++)
		assert_false(table_number(table, row, 0, &value));
	assert_true(value == 7);
	(void)setlocale(LC_ALL, "de_DE.UTF-8");
	assert_true(table_number(table, 4, 0, &value) && value == 2.5);
	table_free(table);
}

static void a_quoted_field_may_hold_anything(void **unused)
{
	struct table *table = parsed("a,b\n\"x, \"\"y\"\"\nz\",\"\"\n\"q\",w\"w\n");

	(void)unused;
	assert_int_equal(table_rows(table), 2);
	assert_string_equal(table_text(table, 0, 0), "x, \"y\"\nz");
	assert_string_equal(table_text(table, 0, 1), "");
	assert_string_equal(table_text(table, 1, 0), "q");
	assert_string_equal(table_text(table, 1, 1), "w\"w");
	table_free(table);
}

static void files_of_other_systems_are_read_alike(void **unused)
{
	static const char *const texts[] = {
		"# title: t\na,b\n1,x\n2,y\n",
		"# title: t\na,b\n1,x\n\n2,y",
		"# title: t\r\na,b\r\n1,\"x\"\r\n\r\n2,y\r\n",
		"\xef\xbb\xbf# title: t\r\na,b\r\n1,x\r\n2,\"y\"",
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct table *table = parsed(texts[i]);

		assert_string_equal(table_meta(table, "title"), "t");
		assert_int_equal(table_rows(table), 2);
		assert_string_equal(table_column_name(table, 1), "b");
		assert_string_equal(table_text(table, 0, 1), "x");
		assert_string_equal(table_text(table, 1, 1), "y");
		table_free(table);
	}
}

static void what_is_no_table_is_said_with_its_line(void **unused)
{
	static const struct {
		const char *text;
		const char *says;
	} bad[] = {
		{ "", "line 1: there is no row of column names" },
		{ "# title: t\n", "line 2: there is no row of column names" },
		{ "# t: t\na,b\n1,2\n1\n", "line 4: not as many fields" },
		{ "a,b\n1,2,3\n", "line 2: not as many fields" },
		{ "a,b\n\n1,\"2\n3\n", "line 3: a quote is not closed" },
		{ "a\n\"b\nc\"\n\"d\" e\n", "line 4: text after a closing quote" },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct diag diag = { 0 };
		struct table *table = NULL;

		assert_int_equal(parse(bad[i].text, &diag, &table), -EPROTO);
		assert_null(table);
		if (!strstr(diag.text, bad[i].says) || !strstr(diag.text, "t.csv"))
			fail_msg("%s, not: %s", diag.text, bad[i].says);
	}
}

static void a_zero_byte_is_no_text(void **unused)
{
	static const char text[] = "a\nb\0c\n";
	char *copy = malloc(sizeof text);
	struct diag diag = { 0 };
	struct table *table = NULL;

	(void)unused;
	memcpy(copy, text, sizeof text);
	assert_int_equal(table_parse("t", copy, sizeof text - 1, &diag, &table), -EPROTO);
	assert_non_null(strstr(diag.text, "line 2"));
}

static void a_row_is_found_by_its_text_whatever_the_case(void **unused)
{
	struct table *table = parsed("k,v\nDE,1\nde-x,2\nde,3\n");

	(void)unused;
	assert_int_equal(table_find(table, 0, "dE", 0), 0);
	assert_int_equal(table_find(table, 0, "dE", 1), 2);
	assert_int_equal(table_find(table, 0, "DE-X", 0), 1);
	assert_int_equal(table_find(table, 0, "D", 0), table_rows(table));
	assert_int_equal(table_find(table, 0, "FR", 9), table_rows(table));
	assert_int_equal(table_find(table, TABLE_NO_COLUMN, "DE", 0), table_rows(table));
	table_free(table);
}

static void check_text(const struct table_text *text)
{
	char path[256];
	char *file;
	FILE *f;

	(void)snprintf(path, sizeof path, TESTS_DIR "/../data/%s.csv", text->name);
	f = fopen(path, "re");
	assert_non_null(f);
	file = malloc(text->size + 1);
	assert_int_equal(fread(file, 1, text->size + 1, f), text->size);
	assert_memory_equal(file, text->text, text->size);
	assert_int_equal(text->text[text->size], '\0');
	free(file);
	(void)fclose(f);
}

static void every_table_is_compiled_in_byte_for_byte(void **unused)
{
	(void)unused;
	assert_true(table_text_count > 10);
	for (size_t i = 0; i < table_text_count; i++) {
		check_text(&table_texts[i]);
		if (i > 0)
			assert_true(strcmp(table_texts[i - 1].name, table_texts[i].name) <
				    0);
	}
}

static void every_table_has_the_rows_its_header_tells(void **unused)
{
	struct tables *tables = NULL;

	(void)unused;
	assert_int_equal(tables_new(NULL, &tables), 0);
	for (size_t i = 0; i < table_text_count; i++) {
		const struct table *table = tables_get(tables, table_texts[i].name);
		char rows[24];

		assert_non_null(table);
		(void)snprintf(rows, sizeof rows, "%zu", table_rows(table));
		assert_string_equal(table_meta(table, "rows"), rows);
		assert_ptr_equal(table, tables_get(tables, table_texts[i].name));
	}
	assert_null(tables_get(tables, "no-such-table"));
	assert_string_equal(tables_trouble(tables), "");
	tables_free(tables);
}

static void the_version_is_the_newest_date_of_all(void **unused)
{
	struct tables *tables = NULL;
	char newest[8] = "";

	(void)unused;
	assert_int_equal(tables_new("", &tables), 0);
	for (size_t i = 0; i < table_text_count; i++) {
		const char *taken =
			table_meta(tables_get(tables, table_texts[i].name), "taken");

		if (strcmp(taken, newest) > 0)
			(void)snprintf(newest, sizeof newest, "%s", taken);
	}
	assert_string_equal(tables_version(tables), newest);
	tables_free(tables);
}

static void a_users_own_table_wins(void **unused)
{
	struct fixture fixture;
	struct tables *tables = NULL;
	const struct table *pue;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(
		&fixture, "pue.csv",
		"# taken: 2099-01\nsource,pue,year,place,note\nours,1.1,2026,x,y\n");
	assert_int_equal(tables_new(fixture.path, &tables), 0);
	pue = tables_get(tables, "pue");
	assert_true(table_is_own(pue));
	assert_int_equal(table_rows(pue), 1);
	assert_string_equal(table_text(pue, 0, table_column(pue, "pue")), "1.1");
	assert_false(table_is_own(tables_get(tables, "cpu_arm")));
	assert_string_equal(tables_version(tables), "2099-01+own");
	assert_string_equal(tables_trouble(tables), "");
	tables_free(tables);
	fixture_close(&fixture);
}

static void an_own_table_that_is_not_understood_is_left_aside_and_told(void **unused)
{
	static const struct {
		const char *text;
		const char *says;
	} bad[] = {
		{ "place,year,pue,source\nx,1\n", "/pue.csv line 2: not as many fields" },
		{ "place,year,source\nx,1,y\n", "/pue.csv: there is no column 'pue'" },
	};
	struct fixture fixture;

	(void)unused;
	fixture_open(&fixture);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct tables *tables = NULL;

		fixture_write(&fixture, "pue.csv", bad[i].text);
		assert_int_equal(tables_new(fixture.path, &tables), 0);
		assert_null(strstr(tables_version(tables), "own"));
		assert_false(table_is_own(tables_get(tables, "pue")));
		assert_true(table_rows(tables_get(tables, "pue")) > 10);
		assert_non_null(strstr(tables_trouble(tables), bad[i].says));
		tables_free(tables);
	}
	fixture_close(&fixture);
}

static void a_folder_that_is_not_there_is_told_and_ours_hold(void **unused)
{
	struct tables *tables = NULL;

	(void)unused;
	assert_int_equal(tables_new("/no/such/folder", &tables), 0);
	assert_non_null(tables_get(tables, "pue"));
	assert_non_null(strstr(tables_trouble(tables), "/no/such/folder"));
	tables_free(tables);
	tables_free(NULL);
	table_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_header_lines_then_columns_then_rows),
		cmocka_unit_test(an_empty_field_is_no_number),
		cmocka_unit_test(a_quoted_field_may_hold_anything),
		cmocka_unit_test(files_of_other_systems_are_read_alike),
		cmocka_unit_test(what_is_no_table_is_said_with_its_line),
		cmocka_unit_test(a_zero_byte_is_no_text),
		cmocka_unit_test(a_row_is_found_by_its_text_whatever_the_case),
		cmocka_unit_test(every_table_is_compiled_in_byte_for_byte),
		cmocka_unit_test(every_table_has_the_rows_its_header_tells),
		cmocka_unit_test(the_version_is_the_newest_date_of_all),
		cmocka_unit_test(a_users_own_table_wins),
		cmocka_unit_test(
			an_own_table_that_is_not_understood_is_left_aside_and_told),
		cmocka_unit_test(a_folder_that_is_not_there_is_told_and_ours_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
