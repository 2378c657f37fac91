/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <string.h>

#include "live-made.h"
#include "report/live-view.h"

static char *written(const struct live_view *view)
{
	char *text = NULL;

	assert_int_equal(live_json(view, &text), 0);
	return text;
}

static void a_watched_machine_has_every_key_in_its_order(void **unused)
{
	AUTO_FREE struct live_view *view = malloc(sizeof *view);
	struct live_process processes[2];
	struct live_run run;
	AUTO_FREE char *text = NULL;

	(void)unused;
	assert_non_null(view);
	live_made(view, processes, &run);
	text = written(view);
	assert_golden("live-json-made.json", text);
}

static void what_is_not_known_is_null(void **unused)
{
	AUTO_FREE struct live_view *view = malloc(sizeof *view);
	AUTO_FREE char *text = NULL;

	(void)unused;
	assert_non_null(view);
	live_nothing(view);
	text = written(view);
	assert_golden("live-json-nothing.json", text);
}

static void it_is_one_line_whatever_names_there_are(void **unused)
{
	AUTO_FREE struct live_view *view = malloc(sizeof *view);
	struct live_process processes[2];
	struct live_run run;
	AUTO_FREE char *text = NULL;
	json_t *root;
	json_t *name;

	(void)unused;
	assert_non_null(view);
	live_made(view, processes, &run);
	text = written(view);
	assert_null(strpbrk(text, "\n\r\x1b\x07"));
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	name = json_object_get(json_array_get(json_object_get(root, "processes"), 0),
			       "name");
	assert_non_null(strstr(json_string_value(name), "\xef\xbf\xbd"));
	assert_non_null(strstr(json_string_value(name), "a\"b\\c\nd"));
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_watched_machine_has_every_key_in_its_order),
		cmocka_unit_test(what_is_not_known_is_null),
		cmocka_unit_test(it_is_one_line_whatever_names_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
