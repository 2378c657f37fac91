/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "engine/appendix-filter.h"
#include "engine/appendix-spec.h"
#include "fixture.h"

static int parse(const char *text, struct diag *diag, struct appendix_spec *ret)
{
	*diag = (struct diag){ 0 };
	return appendix_spec_parse(text, strlen(text), "site.json", diag, ret);
}

static void assert_refused(const char *text, const char *says)
{
	struct appendix_spec spec = { NULL, NULL, 7 };
	struct diag diag;

	assert_int_equal(parse(text, &diag, &spec), -EPROTO);
	assert_int_equal(spec.count, 7);
	if (!strstr(diag.text, says))
		fail_msg("'%s' does not say '%s'", diag.text, says);
	assert_memory_equal(diag.text, "site.json: ", 11);
}

/* The form and the names are those of the predecessor's README. */
static void the_predecessor_s_keys_are_taken(void **unused)
{
	static const char text[] =
		"{\"Comparing\": {\"filter\": \"(translation)\", \"description\": \"On it.\","
		"\"executive_summary_variables\": [\"total_power\", \"gpu_hours\"],"
		"\"executive_summary_ordering_variable\": \"total_power\","
		"\"extra_files_processor\": \"package.module.function\","
		"\"executive_summary_plots\": [{\"x\": \"total_power\", \"y\": \"BLEU\"}],"
		"\"child_experiments\": {"
		"\"Transformer\": {\"filter\": \"(transformer)\", \"description\": \"a\"},"
		"\"Conv\": {\"filter\": null}}}}";
	struct appendix_spec spec;
	struct diag diag;

	(void)unused;
	assert_int_equal(parse(text, &diag, &spec), 0);
	assert_int_equal(spec.count, 3);
	assert_string_equal(spec.wishes[0].name, "Comparing");
	assert_string_equal(spec.wishes[0].filter, "(translation)");
	assert_string_equal(spec.wishes[0].description, "On it.");
	assert_string_equal(spec.wishes[0].order, "total_power");
	assert_int_equal(json_array_size(spec.wishes[0].variables), 2);
	assert_int_equal(json_array_size(spec.wishes[0].plots), 1);
	assert_int_equal(spec.wishes[0].parent, APPENDIX_SPEC_TOP);
	assert_string_equal(spec.wishes[1].name, "Transformer");
	assert_int_equal(spec.wishes[1].parent, 0);
	assert_int_equal(spec.wishes[1].depth, 2);
	assert_null(spec.wishes[2].filter);
	assert_string_equal(spec.wishes[2].description, "");
	appendix_spec_done(&spec);
}

static void groups_stay_in_the_file_s_order(void **unused)
{
	struct appendix_spec spec;
	struct diag diag;

	(void)unused;
	assert_int_equal(parse("{\"z\": {}, \"a\": {}, \"m\": {}}", &diag, &spec), 0);
	assert_string_equal(spec.wishes[0].name, "z");
	assert_string_equal(spec.wishes[1].name, "a");
	assert_string_equal(spec.wishes[2].name, "m");
	appendix_spec_done(&spec);
}

static void what_is_no_spec_is_refused_with_its_place(void **unused)
{
	(void)unused;
	assert_refused("", "no JSON in line 1");
	assert_refused("{\n\n\"a\": }", "no JSON in line 3");
	assert_refused("[]", "an object of groups is expected");
	assert_refused("{}", "no group");
	assert_refused("{\"a\": {}, \"a\": {}}", "duplicate");
	assert_refused("{\"a\": 3}", "a: an object is expected");
	assert_refused("{\"a\": {\"filter\": 3}}", "a > filter: a text is expected");
	assert_refused("{\"a\": {\"description\": []}}", "a > description");
	assert_refused("{\"a\": {\"filtre\": \"b\"}}",
		       "a > filtre: there is no such key");
	assert_refused("{\"a\": {\"child_experiments\": {\"b\": {\"filter\": \"(\"}}}}",
		       "a > child_experiments > b > filter: no regular expression");
	assert_refused("{\"a\": {\"child_experiments\": []}}", "a > child_experiments");
	assert_refused("{\"a\": {\"executive_summary_variables\": \"x\"}}", "a list");
	assert_refused("{\"a\": {\"executive_summary_variables\": [3]}}", "in quotes");
	assert_refused("{\"a\": {\"executive_summary_plots\": [{\"x\": \"a\"}]}}",
		       "executive_summary_plots");
	assert_refused("{\"a\": {\"executive_summary_ordering_variable\": []}}",
		       "the name of one variable");
	assert_refused("{\"a\\u0000b\": {}}", "no JSON");
}

static void names_from_the_file_send_nothing_to_a_terminal(void **unused)
{
	struct appendix_spec spec;
	struct diag diag;

	(void)unused;
	assert_int_equal(parse("{\"\\u001b[31m\\u202e\": {\"filter\": 1}}", &diag, &spec),
			 -EPROTO);
	assert_null(strchr(diag.text, '\x1b'));
	assert_null(strstr(diag.text, "\xe2\x80\xae"));
}

static void add_deep(struct strbuf *text, int depth)
{
	for (int i = 0; i < depth; i++)
		strbuf_add(text, "{\"a\": {\"child_experiments\": ");
	strbuf_add(text, "{}");
	for (int i = 0; i < depth; i++)
		strbuf_add(text, "}}");
}

static void eight_levels_are_taken_and_nine_are_not(void **unused)
{
	for (int depth = 8; depth <= 9; depth++) {
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
		struct appendix_spec spec = { NULL, NULL, 0 };
		struct diag diag;

		add_deep(&text, depth);
		assert_int_equal(parse(text.text, &diag, &spec),
				 depth == 8 ? 0 : -EPROTO);
		appendix_spec_done(&spec);
	}
	(void)unused;
}

static void more_groups_than_there_may_be_are_refused(void **unused)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	struct appendix_spec spec;
	struct diag diag;

	(void)unused;
	strbuf_add(&text, "{");
	for (int i = 0; i <= APPENDIX_SPEC_GROUPS_MAX; i++)
		strbuf_printf(&text, "%s\"%d\": {}", i > 0 ? "," : "", i);
	strbuf_add(&text, "}");
	assert_int_equal(parse(text.text, &diag, &spec), -E2BIG);
	assert_non_null(strstr(diag.text, "more than 10000 groups"));
}

static void a_file_of_more_than_a_mebibyte_is_not_read(void **unused)
{
	static char text[APPENDIX_SPEC_BYTES_MAX + 2];
	struct appendix_spec spec;
	struct diag diag = { 0 };

	(void)unused;
	memset(text, ' ', sizeof text - 1);
	memcpy(text, "{\"a\":{}}", 8);
	assert_int_equal(appendix_spec_parse(text, sizeof text - 1, "site.json", &diag,
					     &spec),
			 -E2BIG);
	assert_int_equal(appendix_spec_parse(text, sizeof text - 2, "site.json", &diag,
					     &spec),
			 0);
	appendix_spec_done(&spec);
}

static int compile(const char *pattern)
{
	char why[128];
	regex_t regex;
	int r = appendix_filter_compile(pattern, why, sizeof why, &regex);

	if (r == 0)
		regfree(&regex);
	return r;
}

static void filters_are_posix_and_light(void **unused)
{
	static const char *const good[] = {
		"",
		"(translation)",
		"(.*vtrace.*.a2c.*)|(.*a2c.*.vtrace.*)",
		"^a/b$",
		"[]a{9}]",
		"seed[0-9]{1,3}",
		"a\\{255}",
		"\\\\d",
		"[[:digit:]]+",
		"(a+b+)+c+d*e?",
	};
	static const char *const bad[] = {
		"(",
		"[a",
		"\\d+",
		"(?:a)",
		"(?i)a",
		"(a)\\1",
		"a{256}",
		"(a{200}){200}",
		"((a{99}){99}){99}",
		"a++++++++++++++++++++++++++",
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		if (compile(good[i]) != 0)
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (compile(bad[i]) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_predecessor_s_keys_are_taken),
		cmocka_unit_test(groups_stay_in_the_file_s_order),
		cmocka_unit_test(what_is_no_spec_is_refused_with_its_place),
		cmocka_unit_test(names_from_the_file_send_nothing_to_a_terminal),
		cmocka_unit_test(eight_levels_are_taken_and_nine_are_not),
		cmocka_unit_test(more_groups_than_there_may_be_are_refused),
		cmocka_unit_test(a_file_of_more_than_a_mebibyte_is_not_read),
		cmocka_unit_test(filters_are_posix_and_light),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
