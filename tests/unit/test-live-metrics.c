/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <string.h>

#include "base/strbuf.h"
#include "live-made.h"
#include "report/live-view.h"

struct made {
	struct live_view view;
	struct live_process processes[2];
	struct live_run run;
	char *text;
};

static int set_up(void **state)
{
	struct made *made = calloc(1, sizeof *made);

	assert_non_null(made);
	live_made(&made->view, made->processes, &made->run);
	*state = made;
	return 0;
}

static int tear_down(void **state)
{
	struct made *made = *state;

	free(made->text);
	free(made);
	return 0;
}

static const char *written(struct made *made, enum live_metrics format)
{
	free(made->text);
	made->text = NULL;
	assert_int_equal(live_metrics(&made->view, format, &made->text), 0);
	return made->text;
}

/* A release changes no golden file. */
static void assert_promised(struct made *made, const char *golden,
			    enum live_metrics format)
{
	const char *text = written(made, format);
	const char *version = strstr(text, "version=\"" GRAMME_VERSION "\"");
	struct strbuf plain = STRBUF_INIT;

	assert_non_null(version);
	strbuf_add_bytes(&plain, text, (size_t)(version - text));
	strbuf_add(&plain, "version=\"VERSION\"");
	strbuf_add(&plain, version + strlen("version=\"" GRAMME_VERSION "\""));
	assert_golden(golden, plain.text);
	strbuf_done(&plain);
}

static void both_texts_are_as_they_were_promised(void **state)
{
	assert_promised(*state, "live-metrics.prom", LIVE_PROMETHEUS);
	assert_promised(*state, "live-metrics.openmetrics", LIVE_OPENMETRICS);
}

static void what_is_not_known_is_absent_and_no_zero(void **state)
{
	struct made *made = *state;
	const char *text;

	live_nothing(&made->view);
	text = written(made, LIVE_PROMETHEUS);
	assert_null(strstr(text, "gramme_domain"));
	assert_null(strstr(text, "gramme_machine_power_watts"));
	assert_null(strstr(text, "gramme_carbon"));
	assert_null(strstr(text, "gramme_run"));
	assert_null(strstr(text, "nan"));
	assert_non_null(
		strstr(text, "gramme_build_info{version=\"" GRAMME_VERSION "\"} 1"));
	assert_string_equal(strstr(written(made, LIVE_OPENMETRICS), "# EOF"), "# EOF\n");
}

static void a_domain_without_a_reading_keeps_its_counter_and_has_no_power(void **state)
{
	const char *text = written(*state, LIVE_PROMETHEUS);

	assert_non_null(
		strstr(text, "gramme_domain_energy_joules_total{domain=\"dram-1\""));
	assert_null(strstr(text, "gramme_domain_power_watts{domain=\"dram-1\""));
}

static void no_name_breaks_out_of_its_quotes_or_reaches_a_terminal(void **state)
{
	const char *text = written(*state, LIVE_PROMETHEUS);

	assert_non_null(strstr(text, "name=\"a\\\"b\\\\c\\nd <script>"));
	assert_non_null(strstr(text, "experiment=\"lr \\\"sweep\\\"\""));
	assert_null(strpbrk(text, "\r\x1b\x07"));
	assert_null(strchr(text, '\xff'));
}

static void a_line_of_text_is_a_sample_or_a_comment(void **state)
{
	for (const char *line = written(*state, LIVE_OPENMETRICS); *line != '\0';
	     line = strchr(line, '\n') + 1)
		assert_true(strncmp(line, "# ", 2) == 0 ||
			    strncmp(line, "gramme_", 7) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_texts_are_as_they_were_promised,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_known_is_absent_and_no_zero,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_domain_without_a_reading_keeps_its_counter_and_has_no_power,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			no_name_breaks_out_of_its_quotes_or_reaches_a_terminal, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(a_line_of_text_is_a_sample_or_a_comment,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
