/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/parse.h"
#include "report/shown.h"
#include "view.h"

static void the_summary_of(void (*make)(struct run_view *), const char *golden)
{
	CLEANUP(run_view_done) struct run_view view;
	AUTO_FREE char *text = NULL;

	make(&view);
	text = view_report("summary", &view, 80);
	assert_golden(golden, text);
}

static void a_measured_run_is_summed_up(void **unused)
{
	(void)unused;
	the_summary_of(view_measured, "report-summary-measured.txt");
}

static void an_estimate_says_so_before_its_number(void **unused)
{
	CLEANUP(run_view_done) struct run_view view;
	AUTO_FREE char *text = NULL;

	(void)unused;
	the_summary_of(view_modelled, "report-summary-modelled.txt");
	view_modelled(&view);
	text = view_report("summary", &view, 80);
	assert_non_null(strstr(text, "ESTIMATE"));
	assert_true(strstr(text, "ESTIMATE") < strstr(text, "kJ"));
	assert_non_null(strstr(text, "gramme doctor"));
}

static void a_part_that_is_an_estimate_is_named(void **unused)
{
	(void)unused;
	the_summary_of(view_in_part, "report-summary-part.txt");
}

static void what_is_not_known_says_why(void **unused)
{
	(void)unused;
	the_summary_of(view_unknown, "report-summary-unknown.txt");
}

static void it_fits_in_80_columns_and_10_lines(void **unused)
{
	void (*const makers[])(struct run_view *) = { view_measured, view_modelled,
						      view_in_part, view_unknown };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		CLEANUP(run_view_done) struct run_view view;
		AUTO_FREE char *text = NULL;
		size_t lines = 0;

		makers[i](&view);
		(void)copy_text(
			view.record.info.name, sizeof view.record.info.name,
			"a name that is so long that it cannot stand in one line with "
			"all the rest");
		text = view_report("summary", &view, 80);
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
			assert_true(shown_width(line) <= 80);
			lines++;
		}
		assert_in_range(lines, 5, 12);
	}
}

static void no_control_character_reaches_the_terminal(void **unused)
{
	CLEANUP(run_view_done) struct run_view view;
	AUTO_FREE char *text = NULL;

	(void)unused;
	view_measured(&view);
	(void)strcpy(view.record.info.name, "a\x1b[2Jb\rc\xe2\x80\xae"
					    "d\x9b"
					    "e\xc2\x9bz");
	text = view_report("summary", &view, 0);
	for (const char *p = text; *p != '\0'; p++)
		assert_true(*p == '\n' || (unsigned char)*p >= 0x20);
	assert_non_null(strstr(text, "a\\x1b[2Jb\\x0dc?d?e\\x9bz"));
}

static void colours_are_only_there_when_wanted(void **unused)
{
	CLEANUP(run_view_done) struct run_view view;
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct report_opts opts = { .colour = true, .width = 80 };
	AUTO_FREE char *plain = NULL;

	(void)unused;
	view_modelled(&view);
	plain = view_report("summary", &view, 80);
	assert_null(strchr(plain, '\x1b'));
	report_find("summary")->run(&view, &opts, &out);
	assert_non_null(strstr(out.text, "\x1b[1;33mESTIMATE\x1b[0m"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_measured_run_is_summed_up),
		cmocka_unit_test(an_estimate_says_so_before_its_number),
		cmocka_unit_test(a_part_that_is_an_estimate_is_named),
		cmocka_unit_test(what_is_not_known_says_why),
		cmocka_unit_test(it_fits_in_80_columns_and_10_lines),
		cmocka_unit_test(no_control_character_reaches_the_terminal),
		cmocka_unit_test(colours_are_only_there_when_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
