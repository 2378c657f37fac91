/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "statement.h"

static void it_reads_as_approved(void **unused)
{
	(void)unused;
	assert_statements(
		"latex", "tex",
		"hourly experiment modelled unknown partly no-carbon given hostile negative");
}

static void the_long_one_reads_as_approved(void **unused)
{
	(void)unused;
	assert_long_statements("latex", "tex", "hourly experiment hostile");
}

/* Everything that means something to LaTeX is escaped, or is ours. */
static void is_safe_tex(const char *text)
{
	int depth = 0;

	for (const char *p = text; *p != '\0'; p++) {
		bool at_start = p == text || p[-1] == '\n';

		if (*p == '%' && at_start) {
			p += strcspn(p, "\n");
			continue;
		}
		if (*p == '\\' && strchr("{}$&#_%", p[1])) {
			p++;
			continue;
		}
		assert_null(strchr("$&#_%^<>|\"", *p));
		assert_true(*p >= ' ' || *p == '\n' || (unsigned char)*p >= 0x80);
		depth += (*p == '{') - (*p == '}');
		assert_true(depth >= 0);
	}
	assert_int_equal(depth, 0);
}

static void the_papers_own_figures_come_out(void **unused)
{
	AUTO_FREE char *text = statement_written("latex", "given");

	(void)unused;
	assert_non_null(strstr(text, "8.021~kg of CO\\textsubscript{2}eq"));
	assert_non_null(strstr(text, "24.344~kWh"));
	for (char *p = text; *p != '\0'; p++)
		*p = *p == '\n' ? ' ' : *p;
	assert_non_null(strstr(text, "\\$0.38 (\\$0.00, \\$0.95)"));
}

static void no_text_from_outside_is_a_command(void **unused)
{
	static const char *const names[] = { "hostile", "hourly", "experiment", "given" };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		AUTO_FREE char *text = statement_written("latex", names[i]);
		AUTO_FREE char *more = statement_written_long("latex", names[i]);

		is_safe_tex(text);
		is_safe_tex(more);
	}
}

static void letters_beyond_ascii_stay(void **unused)
{
	AUTO_FREE char *text = statement_written("latex", "hostile");

	(void)unused;
	assert_non_null(strstr(text, "\xc3\xa9"));
	assert_null(strstr(text, "\xe2\x80\xae"));
}

/* The bug of the paper's script: a citation of what its BibTeX does not have. */
static void every_citation_has_its_entry(void **unused)
{
	AUTO_FREE char *text = statement_written("latex", "experiment");

	(void)unused;
	for (char *p = text; (p = strstr(p, "\\cite{")) != NULL;) {
		char *end = strchr(p, '}');
		char *save = NULL;

		assert_non_null(end);
		*end = '\0';
		for (char *key = strtok_r(p + 6, ",", &save); key;
		     key = strtok_r(NULL, ",", &save)) {
			char entry[64];

			(void)snprintf(entry, sizeof entry, "{%s,\n", key);
			if (!strstr(end + 1, entry))
				fail_msg("no entry for %s", key);
		}
		p = end + 1;
	}
}

static void only_what_is_used_is_referred_to(void **unused)
{
	AUTO_FREE char *given = statement_written("latex", "given");
	AUTO_FREE char *hourly = statement_written("latex", "hourly");
	AUTO_FREE char *unknown = statement_written("latex", "unknown");

	(void)unused;
	assert_non_null(strstr(given, "{ricke2018country,"));
	assert_null(strstr(given, "{ember,"));
	assert_null(strstr(given, "{watttime,"));
	assert_non_null(strstr(hourly, "{watttime,"));
	assert_null(strstr(hourly, "{iso21031,"));
	assert_null(strstr(hourly, "{wri2020water,"));
	assert_null(strstr(unknown, "{ricke2018country,"));
	assert_null(strstr(unknown, "{uptime,"));
}

/* The other one: a placeholder that goes to print. */
static void nothing_is_left_to_be_filled_in(void **unused)
{
	AUTO_FREE char *text = statement_written("latex", "hourly");

	(void)unused;
	assert_null(strstr(text, "TODO"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_as_approved),
		cmocka_unit_test(the_long_one_reads_as_approved),
		cmocka_unit_test(the_papers_own_figures_come_out),
		cmocka_unit_test(no_text_from_outside_is_a_command),
		cmocka_unit_test(letters_beyond_ascii_stay),
		cmocka_unit_test(every_citation_has_its_entry),
		cmocka_unit_test(only_what_is_used_is_referred_to),
		cmocka_unit_test(nothing_is_left_to_be_filled_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
