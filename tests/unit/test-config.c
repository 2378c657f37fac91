/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/config.h"
#include "fixture.h"

static const char *const names[] = { "GRAMME_DB",      "GRAMME_REGION",
				     "GRAMME_PUE",     "GRAMME_PERIOD",
				     "GRAMME_PROJECT", "GRAMME_EXPERIMENT",
				     "GRAMME_OFFLINE", "XDG_CONFIG_HOME",
				     "XDG_DATA_HOME",  "HOME" };

struct folder {
	struct fixture fixture;
	struct config config;
	struct diag diag;
	char path[128];
};

static int set_up(void **state)
{
	struct folder *place = calloc(1, sizeof *place);

	fixture_open(&place->fixture);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(unsetenv(names[i]), 0);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	struct folder *place = *state;

	fixture_close(&place->fixture);
	free(place);
	return 0;
}

static int load(struct folder *place, const char *text)
{
	fixture_write(&place->fixture, "gramme.conf", text);
	(void)snprintf(place->path, sizeof place->path, "%s/gramme.conf",
		       place->fixture.path);
	return config_load(&place->config, place->path, &place->diag);
}

static const char *value(const struct folder *place, enum config_key key)
{
	return place->config.value[key].text;
}

static const char *from(const struct folder *place, enum config_key key)
{
	return place->config.value[key].from;
}

static void a_file_is_keys_values_and_comments(void **state)
{
	struct folder *place = *state;

	assert_int_equal(load(place, "# all ours\n\n  region =  FR \r\npue=1.2 # here\n"
				     "project = a b = c"),
			 0);
	assert_string_equal(value(place, CONFIG_REGION), "FR");
	assert_string_equal(value(place, CONFIG_PUE), "1.2");
	assert_string_equal(value(place, CONFIG_PROJECT), "a b = c");
	assert_string_equal(from(place, CONFIG_REGION), place->path);
}

static void what_is_not_understood_is_told_with_its_line(void **state)
{
	struct folder *place = *state;

	assert_int_equal(load(place, "pue = 1.2\nregion FR\n"), -EPROTO);
	assert_non_null(strstr(place->diag.text, "line 2: no '='"));
	assert_int_equal(load(place, "\n\ncolour = red\n"), -EPROTO);
	assert_non_null(strstr(place->diag.text, "line 3"));
	assert_non_null(strstr(place->diag.text, "'colour'"));
}

static void what_was_understood_holds_beside_what_was_not(void **state)
{
	struct folder *place = *state;

	assert_int_equal(load(place, "colour = red\npue = 1.2\nregion FR\nperiod=2s\n"),
			 -EPROTO);
	assert_string_equal(value(place, CONFIG_PUE), "1.2");
	assert_string_equal(value(place, CONFIG_PERIOD), "2s");
	assert_string_equal(value(place, CONFIG_REGION), "");
	assert_int_equal(place->config.doubt_count, 2);
	assert_non_null(strstr(place->config.doubts[0], "line 1"));
	assert_non_null(strstr(place->config.doubts[1], "line 3"));
	assert_string_equal(place->diag.text, place->config.doubts[0]);
}

static void a_doubt_is_kept_once_and_not_without_end(void **state)
{
	struct folder *place = *state;
	char text[32];

	assert_int_equal(load(place, ""), 0);
	for (int i = 0; i < 2 * (CONFIG_DOUBTS_MAX + 3); i++) {
		(void)snprintf(text, sizeof text, "doubt %d", i / 2);
		config_doubt(&place->config, text);
	}
	assert_int_equal(place->config.doubt_count, CONFIG_DOUBTS_MAX);
	assert_string_equal(place->config.doubts[CONFIG_DOUBTS_MAX - 1], "doubt 7");
}

static void a_file_that_was_named_must_be_there(void **state)
{
	struct folder *place = *state;

	assert_int_equal(config_load(&place->config, "/nowhere/gramme.conf",
				     &place->diag),
			 -ENOENT);
	assert_non_null(strstr(place->diag.text, "/nowhere/gramme.conf"));
}

static void the_environment_beats_a_file_and_an_option_both(void **state)
{
	struct folder *place = *state;

	assert_int_equal(setenv("GRAMME_PUE", "1.4", 1), 0);
	assert_int_equal(setenv("GRAMME_REGION", "", 1), 0);
	assert_int_equal(load(place, "pue = 1.2\nregion = FR\n"), 0);
	assert_string_equal(value(place, CONFIG_PUE), "1.4");
	assert_string_equal(from(place, CONFIG_PUE), "GRAMME_PUE");
	assert_string_equal(value(place, CONFIG_REGION), "FR"); /* empty is unset */
	config_set(&place->config, CONFIG_PUE, "1.6", "option");
	assert_string_equal(value(place, CONFIG_PUE), "1.6");
	assert_string_equal(from(place, CONFIG_PUE), "option");
}

static void a_home_s_file_is_read_where_there_is_one(void **state)
{
	struct folder *place = *state;

	assert_int_equal(setenv("HOME", place->fixture.path, 1), 0);
	assert_int_equal(config_load(&place->config, NULL, &place->diag), 0);
	assert_string_equal(value(place, CONFIG_PUE), "");
	fixture_write(&place->fixture, ".config/gramme/gramme.conf", "pue = 1.3\n");
	assert_int_equal(config_load(&place->config, NULL, &place->diag), 0);
	assert_string_equal(value(place, CONFIG_PUE), "1.3");
	fixture_write(&place->fixture, "xdg/gramme/gramme.conf", "pue = 1.5\n");
	(void)snprintf(place->path, sizeof place->path, "%s/xdg", place->fixture.path);
	assert_int_equal(setenv("XDG_CONFIG_HOME", place->path, 1), 0);
	assert_int_equal(config_load(&place->config, NULL, &place->diag), 0);
	assert_string_equal(value(place, CONFIG_PUE), "1.5");
}

static void the_ledger_s_place_follows_the_home(void **state)
{
	struct folder *place = *state;

	assert_int_equal(load(place, ""), 0);
	assert_string_equal(value(place, CONFIG_DB), ""); /* no home, no place */
	assert_int_equal(setenv("HOME", "/home/a", 1), 0);
	assert_int_equal(load(place, ""), 0);
	assert_string_equal(value(place, CONFIG_DB),
			    "/home/a/.local/share/gramme/gramme.db");
	assert_string_equal(from(place, CONFIG_DB), "built in");
	assert_int_equal(setenv("XDG_DATA_HOME", "/data", 1), 0);
	assert_int_equal(load(place, ""), 0);
	assert_string_equal(value(place, CONFIG_DB), "/data/gramme/gramme.db");
	assert_int_equal(load(place, "db = /x.db\n"), 0);
	assert_string_equal(value(place, CONFIG_DB), "/x.db");
}

static void a_period_is_a_time_from_a_millisecond_to_an_hour(void **state)
{
	static const char *const bad[] = { "0", "999us", "61m", "soon", "-1s" };
	struct folder *place = *state;
	int64_t ns = 7;

	assert_int_equal(load(place, ""), 0);
	assert_int_equal(config_period_ns(&place->config, &ns, &place->diag), 0);
	assert_int_equal(ns, NS_PER_S);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		config_set(&place->config, CONFIG_PERIOD, bad[i], "option");
		assert_true(config_period_ns(&place->config, &ns, &place->diag) < 0);
		assert_non_null(strstr(place->diag.text, bad[i]));
		assert_int_equal(ns, NS_PER_S);
	}
	config_set(&place->config, CONFIG_PERIOD, "1ms", "option");
	assert_int_equal(config_period_ns(&place->config, &ns, &place->diag), 0);
	assert_int_equal(ns, NS_PER_MS);
}

static void a_pue_is_from_one_to_ten(void **state)
{
	static const char *const bad[] = { "0.99", "10.1", "nan", "inf", "1,2", "x" };
	struct folder *place = *state;
	double pue = 7;

	assert_int_equal(load(place, ""), 0);
	assert_int_equal(config_pue(&place->config, &pue, &place->diag), 0);
	assert_true(pue == 7); /* not set: untouched */
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		config_set(&place->config, CONFIG_PUE, bad[i], "GRAMME_PUE");
		assert_true(config_pue(&place->config, &pue, &place->diag) < 0);
		assert_non_null(strstr(place->diag.text, "GRAMME_PUE"));
		assert_true(pue == 7);
	}
	config_set(&place->config, CONFIG_PUE, "1.25", "option");
	assert_int_equal(config_pue(&place->config, &pue, &place->diag), 0);
	assert_true(pue == 1.25);
}

int main(void)
{
#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_PLACE(a_file_is_keys_values_and_comments),
		WITH_PLACE(what_is_not_understood_is_told_with_its_line),
		WITH_PLACE(what_was_understood_holds_beside_what_was_not),
		WITH_PLACE(a_doubt_is_kept_once_and_not_without_end),
		WITH_PLACE(a_file_that_was_named_must_be_there),
		WITH_PLACE(the_environment_beats_a_file_and_an_option_both),
		WITH_PLACE(a_home_s_file_is_read_where_there_is_one),
		WITH_PLACE(the_ledger_s_place_follows_the_home),
		WITH_PLACE(a_period_is_a_time_from_a_millisecond_to_an_hour),
		WITH_PLACE(a_pue_is_from_one_to_ten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
