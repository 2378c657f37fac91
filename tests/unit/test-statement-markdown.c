/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "statement.h"

static void it_reads_as_approved(void **unused)
{
	(void)unused;
	assert_statements(
		"markdown", "md",
		"hourly experiment modelled unknown partly no-carbon given hostile negative");
}

static void the_long_one_reads_as_approved(void **unused)
{
	(void)unused;
	assert_long_statements("markdown", "md", "hourly experiment unknown hostile");
}

static void the_short_one_has_no_table(void **unused)
{
	AUTO_FREE char *text = statement_written("markdown", "hourly");

	(void)unused;
	assert_null(strstr(text, "|---|"));
	assert_null(strstr(text, "- P. Henderson"));
	assert_non_null(strstr(text, "Henderson et al. (2020)"));
}

static bool is_escaped(const char *text, const char *p)
{
	size_t slashes = 0;

	while (p > text && p[-1] == '\\') {
		slashes++;
		p--;
	}
	return slashes % 2 == 1;
}

static void a_row_has_two_cells_whatever_is_in_them(void **unused)
{
	static const char *const names[] = { "hostile", "experiment", "given",
					     "unknown" };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		AUTO_FREE char *text = statement_written_long("markdown", names[i]);

		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
			size_t bars = 0;

			for (const char *p = line; *p != '\0'; p++)
				bars += *p == '|' && !is_escaped(line, p);
			assert_true(bars == (line[0] == '|' ? 3 : 0));
		}
	}
}

/* Before the references, which are ours. */
static void nothing_from_outside_is_markup(void **unused)
{
	AUTO_FREE char *text = statement_written_long("markdown", "hostile");
	char *end = strstr(text, "\n- P. Henderson");
	const char *p;

	(void)unused;
	assert_non_null(end);
	*end = '\0';
	for (p = strchr(text, '\n'); *p != '\0'; p++) {
		assert_null(strchr("<>", *p));
		if (strchr("`*_[]~$@#!", *p))
			assert_true(is_escaped(text, p));
	}
	assert_null(strstr(text, "http://"));
	assert_null(strchr(text, '\x1b'));
	assert_non_null(strstr(text, "&lt;b&gt;CPU\\_1&lt;/b&gt;"));
}

static void the_table_has_no_number_that_is_not_known(void **unused)
{
	AUTO_FREE char *text = statement_written_long("markdown", "unknown");

	(void)unused;
	assert_non_null(strstr(text, "| Energy of the facility | not known |"));
	assert_non_null(strstr(text, "| Carbon | not known |"));
	assert_null(strstr(text, "Social cost,"));
	assert_null(strstr(text, "Coverage"));
}

static void the_table_says_boundary_pue_and_coverage(void **unused)
{
	AUTO_FREE char *text = statement_written_long("markdown", "hourly");

	(void)unused;
	assert_non_null(strstr(text, "| PUE | 1.58, assumed |"));
	assert_non_null(strstr(text, "| Boundary | facility |"));
	assert_non_null(strstr(text, "| Coverage of the time | 97.2 % |"));
	assert_non_null(strstr(text, "measured |"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_as_approved),
		cmocka_unit_test(the_long_one_reads_as_approved),
		cmocka_unit_test(the_short_one_has_no_table),
		cmocka_unit_test(a_row_has_two_cells_whatever_is_in_them),
		cmocka_unit_test(nothing_from_outside_is_markup),
		cmocka_unit_test(the_table_has_no_number_that_is_not_known),
		cmocka_unit_test(the_table_says_boundary_pue_and_coverage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
