/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/parse.h"
#include "engine/fetch.h"
#include "fixture.h"
#include "place/factor.h"

struct asker {
	struct config config;
	struct tables *tables;
	struct keys *keys;
	struct fetch_plan plan;
	struct fetch_candidate candidates[FETCH_CANDIDATES_MAX];
	size_t count;
};

static void set(struct asker *asker, enum config_key key, const char *text)
{
	config_set(&asker->config, key, text, "a test");
}

static int set_up(void **state)
{
	struct asker *asker = calloc(1, sizeof *asker);

	assert_non_null(asker);
	assert_int_equal(tables_new(NULL, &asker->tables), 0);
	asker->plan.config = &asker->config;
	asker->plan.tables = asker->tables;
	*state = asker;
	return 0;
}

static int tear_down(void **state)
{
	struct asker *asker = *state;

	keys_free(asker->keys);
	tables_free(asker->tables);
	free(asker);
	return 0;
}

static void have_keys(struct asker *asker, const char *text)
{
	struct fixture fixture;
	char path[128];
	struct diag diag = { 0 };

	fixture_open(&fixture);
	fixture_write(&fixture, "keys", text);
	(void)snprintf(path, sizeof path, "%s/keys", fixture.path);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(keys_open(path, &diag, &asker->keys), 0);
	fixture_close(&fixture);
}

/* The row of that provider, in force at that place. */
static const struct fetch_candidate *candidate(struct asker *asker, const char *place,
					       const char *name)
{
	struct diag diag = { 0 };

	memset(&asker->plan.place, 0, sizeof asker->plan.place);
	if (*place)
		assert_int_equal(place_of_text(asker->tables, place, &diag,
					       &asker->plan.place),
				 0);
	asker->count = fetch_candidates(&asker->plan, asker->keys, asker->candidates);
	for (size_t i = 0; i < asker->count; i++)
		if (strcmp(asker->candidates[i].grid->name, name) == 0)
			return &asker->candidates[i];
	return NULL;
}

/* --- addresses ---------------------------------------------------------------------------- */

static void assert_url(struct asker *asker, const char *service, const char *expected)
{
	char url[64] = "old";

	fetch_url(&asker->config, service, "https://real", url, sizeof url);
	assert_string_equal(url, expected);
}

static void an_address_of_the_setting_goes_before_the_real_one(void **state)
{
	struct asker *asker = *state;

	assert_url(asker, "eia", "https://real");
	set(asker, CONFIG_URLS, "  ipinfo=http://a/json \t eia=http://b");
	assert_url(asker, "eia", "http://b");
	assert_url(asker, "ipinfo", "http://a/json");
	assert_url(asker, "metadata", "https://real");
}

static void a_name_is_the_whole_name(void **state)
{
	struct asker *asker = *state;

	set(asker, CONFIG_URLS, "xeia=http://a eiax=http://b eia http://c");
	assert_url(asker, "eia", "https://real");
}

static void of_an_address_that_says_nothing_the_real_one_holds(void **state)
{
	struct asker *asker = *state;

	set(asker, CONFIG_URLS, "eia=");
	assert_url(asker, "eia", "https://real");
}

static void a_service_that_has_no_address_has_none(void **state)
{
	struct asker *asker = *state;
	char url[16] = "old";

	fetch_url(&asker->config, "csv", NULL, url, sizeof url);
	assert_string_equal(url, "");
}

/* --- who ---------------------------------------------------------------------------------- */

static void offline_is_any_word_but_no(void **state)
{
	static const struct {
		const char *text;
		bool offline;
	} rows[] = {
		{ "", false }, { "0", false },  { "no", false },  { "No", false },
		{ "1", true }, { "yes", true }, { "true", true }, { "FALSE", false }
	};
	struct asker *asker = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		set(asker, CONFIG_OFFLINE, rows[i].text);
		assert_int_equal(fetch_is_offline(&asker->config), rows[i].offline);
	}
}

static void the_table_is_nobody_to_ask(void **state)
{
	struct asker *asker = *state;

	assert_null(candidate(asker, "GB", "table"));
	assert_int_equal(asker->count, grid_row_count - 1);
}

static void who_serves_a_place_may_be_asked_by_its_own_name_of_it(void **state)
{
	struct asker *asker = *state;
	const struct fetch_candidate *own = candidate(asker, "DK-DK1", "energinet");

	assert_int_equal(own->may, FETCH_MAY);
	assert_string_equal(own->zone, "DK1");
	assert_string_equal(own->base_url, own->grid->base_url);
	own = candidate(asker, "DK-DK1", "ukcarbon");
	assert_int_equal(own->may, FETCH_NOT_SERVED);
	assert_string_equal(own->zone, "");
	assert_int_equal(candidate(asker, "", "energinet")->may, FETCH_NOT_SERVED);
}

static void without_its_key_nobody_is_asked(void **state)
{
	struct asker *asker = *state;

	assert_int_equal(candidate(asker, "DE", "electricitymaps")->may, FETCH_NO_KEY);
	have_keys(asker, "electricitymaps = abc\n");
	assert_int_equal(candidate(asker, "DE", "electricitymaps")->may, FETCH_MAY);
	assert_int_equal(candidate(asker, "DE", "entsoe")->may, FETCH_NO_KEY);
}

static void offline_only_a_file_is_asked(void **state)
{
	struct asker *asker = *state;

	set(asker, CONFIG_OFFLINE, "1");
	assert_int_equal(candidate(asker, "GB", "csv")->may, FETCH_NO_FILE);
	set(asker, CONFIG_INTENSITY, "/some/where.csv");
	assert_int_equal(candidate(asker, "GB", "csv")->may, FETCH_MAY);
	assert_string_equal(candidate(asker, "GB", "csv")->base_url, "/some/where.csv");
	for (size_t i = 0; i < asker->count; i++)
		assert_true((asker->candidates[i].grid->flags & GRID_IS_LOCAL) ||
			    asker->candidates[i].may == FETCH_OFFLINE);
}

static void one_that_is_named_is_the_only_average(void **state)
{
	struct asker *asker = *state;

	have_keys(asker, "electricitymaps = abc\nwatttime = me:abc\n");
	set(asker, CONFIG_GRID, "ukcarbon");
	assert_int_equal(candidate(asker, "GB", "ukcarbon")->may, FETCH_MAY);
	assert_int_equal(candidate(asker, "GB", "electricitymaps")->may,
			 FETCH_NOT_WANTED);
	assert_int_not_equal(candidate(asker, "GB", "watttime")->may, FETCH_NOT_WANTED);
	asker->plan.grid = "electricitymaps";
	assert_int_equal(candidate(asker, "GB", "ukcarbon")->may, FETCH_NOT_WANTED);
	assert_int_equal(candidate(asker, "GB", "electricitymaps")->may, FETCH_MAY);
}

static void auto_names_nobody(void **state)
{
	struct asker *asker = *state;

	assert_null(fetch_names_grid(&asker->plan));
	set(asker, CONFIG_GRID, "auto");
	assert_null(fetch_names_grid(&asker->plan));
	set(asker, CONFIG_GRID, "eia");
	assert_string_equal(fetch_names_grid(&asker->plan), "eia");
}

static void one_that_is_not_known_is_nobody(void **state)
{
	struct asker *asker = *state;

	set(asker, CONFIG_GRID, "nobody");
	(void)candidate(asker, "GB", "ukcarbon");
	for (size_t i = 0; i < asker->count; i++)
		assert_int_equal(asker->candidates[i].may, FETCH_NOT_WANTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		WITH(an_address_of_the_setting_goes_before_the_real_one),
		WITH(a_name_is_the_whole_name),
		WITH(of_an_address_that_says_nothing_the_real_one_holds),
		WITH(a_service_that_has_no_address_has_none),
		WITH(offline_is_any_word_but_no),
		WITH(the_table_is_nobody_to_ask),
		WITH(who_serves_a_place_may_be_asked_by_its_own_name_of_it),
		WITH(without_its_key_nobody_is_asked),
		WITH(offline_only_a_file_is_asked),
		WITH(one_that_is_named_is_the_only_average),
		WITH(auto_names_nobody),
		WITH(one_that_is_not_known_is_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
