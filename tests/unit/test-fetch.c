/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* --- what a child sends ------------------------------------------------------------------- */

struct sent {
	struct fetch_result result;
	struct intensity_point points[2];
};

static void fill(struct sent *sent)
{
	struct intensity_series *series = &sent->result.series[SIGNAL_AVERAGE];

	memset(sent, 0, sizeof *sent);
	(void)copy_text(series->provider, sizeof series->provider, "eia");
	(void)copy_text(series->zone, sizeof series->zone, "CISO");
	series->count = 2;
	series->points = (struct intensity_point *)(uintptr_t)0xdeadbeef;
	for (int i = 0; i < 2; i++)
		sent->points[i] = (struct intensity_point){ .from_unix_s = i,
							    .to_unix_s = i + 1,
							    .gpkwh = 100 + i };
	fetch_say(&sent->result, "grid", "eia was slow");
}

/* A pipe with these bytes in it, and nobody at its other end unless `open`. */
static int pipe_of(const void *bytes, size_t size, struct fetch *ret)
{
	int pair[2];

	assert_int_equal(pipe2(pair, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(write(pair[1], bytes, size), (ssize_t)size);
	*ret = (struct fetch){ .fd = pair[0] };
	return pair[1];
}

static int take(const void *bytes, size_t size, struct fetch_result *ret)
{
	struct fetch fetch;
	int r;

	(void)close(pipe_of(bytes, size, &fetch));
	r = fetch_take(&fetch, ret);
	assert_int_equal(fetch.fd, -1);
	assert_null(fetch.bytes);
	return r;
}

static void an_answer_is_taken_whole(void **unused)
{
	struct fetch_result result;
	struct sent sent;

	(void)unused;
	fill(&sent);
	assert_int_equal(take(&sent, sizeof sent, &result), 0);
	assert_int_equal(result.series[SIGNAL_AVERAGE].count, 2);
	assert_true(result.series[SIGNAL_AVERAGE].points[1].gpkwh == 101);
	assert_null(result.series[SIGNAL_MARGINAL].points);
	assert_string_equal(result.trouble[0].text, "eia was slow");
	fetch_result_done(&result);
}

static void an_answer_that_comes_in_parts_is_waited_for(void **unused)
{
	struct fetch_result result;
	struct sent sent;
	struct fetch fetch;
	size_t half = sizeof sent / 2;
	int fd;

	(void)unused;
	fill(&sent);
	fd = pipe_of(&sent, half, &fetch);
	assert_int_equal(fetch_take(&fetch, &result), -EAGAIN);
	assert_true(fetch.fd >= 0);
	assert_int_equal(write(fd, (char *)&sent + half, sizeof sent - half),
			 (ssize_t)(sizeof sent - half));
	assert_int_equal(fetch_take(&fetch, &result), -EAGAIN);
	(void)close(fd);
	assert_int_equal(fetch_take(&fetch, &result), 0);
	assert_int_equal(result.series[SIGNAL_AVERAGE].count, 2);
	fetch_result_done(&result);
}

static void an_answer_cut_short_anywhere_is_none(void **unused)
{
	struct fetch_result result = { .trouble_count = 3 };
	struct sent sent;

	(void)unused;
	fill(&sent);
	for (size_t size = 0; size < sizeof sent; size += 1 + size / 7) {
		assert_int_equal(take(&sent, size, &result), -EPIPE);
		assert_int_equal(result.trouble_count, 3);
	}
}

static void counts_that_do_not_add_up_are_no_answer(void **unused)
{
	static const size_t counts[] = { 3, FETCH_POINTS_MAX, FETCH_POINTS_MAX + 1,
					 SIZE_MAX,
					 SIZE_MAX / sizeof(struct intensity_point) + 2 };
	struct fetch_result result;
	struct sent sent;

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		fill(&sent);
		sent.result.series[SIGNAL_AVERAGE].count = counts[i];
		assert_int_equal(take(&sent, sizeof sent, &result), -EPIPE);
	}
	fill(&sent);
	sent.result.trouble_count = FETCH_TROUBLES + 1;
	assert_int_equal(take(&sent, sizeof sent, &result), -EPIPE);
}

static void texts_without_an_end_are_ended(void **unused)
{
	struct fetch_result result;
	struct sent sent;
	bool asked = true;

	(void)unused;
	fill(&sent);
	memset(&sent.result.place, 'x', sizeof sent.result.place);
	memcpy(&sent.result.place.has_position, &asked, sizeof asked);
	memset(sent.result.series[0].zone, 'x', sizeof sent.result.series[0].zone);
	memset(sent.result.trouble, 'x', sizeof sent.result.trouble);
	assert_int_equal(take(&sent, sizeof sent, &result), 0);
	assert_int_equal(strlen(result.place.text), sizeof result.place.text - 1);
	assert_int_equal(strlen(result.place.iso2), sizeof result.place.iso2 - 1);
	assert_int_equal(strlen(result.series[0].zone), sizeof result.series[0].zone - 1);
	assert_int_equal(strlen(result.trouble[FETCH_TROUBLES - 1].text),
			 sizeof result.trouble[0].text - 1);
	fetch_result_done(&result);
}

static void bytes_by_chance_end_in_an_answer_or_an_error(void **unused)
{
	AUTO_FREE unsigned char *bytes = malloc(sizeof(struct sent));
	unsigned seed = 42;

	(void)unused;
	assert_non_null(bytes);
	for (int round = 0; round < 200; round++) {
		struct fetch_result result;

		for (size_t i = 0; i < sizeof(struct sent); i++) {
			seed = seed * 1103515245u + 12345u;
			bytes[i] = (unsigned char)(seed >> 16);
		}
		if (take(bytes, sizeof(struct sent), &result) == 0)
			fetch_result_done(&result);
	}
}

static void a_ninth_trouble_is_let_go(void **unused)
{
	struct fetch_result result = { .trouble_count = 0 };

	(void)unused;
	fetch_say(&result, "grid", "");
	assert_int_equal(result.trouble_count, 0);
	for (int i = 0; i < FETCH_TROUBLES + 3; i++)
		fetch_say(&result, "grid", "no");
	assert_int_equal(result.trouble_count, FETCH_TROUBLES);
}

static void nothing_under_way_is_stopped_without_harm(void **unused)
{
	struct fetch fetch = FETCH_NONE;

	(void)unused;
	fetch_stop(&fetch);
	assert_int_equal(fetch.fd, -1);
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
		cmocka_unit_test(an_answer_is_taken_whole),
		cmocka_unit_test(an_answer_that_comes_in_parts_is_waited_for),
		cmocka_unit_test(an_answer_cut_short_anywhere_is_none),
		cmocka_unit_test(counts_that_do_not_add_up_are_no_answer),
		cmocka_unit_test(texts_without_an_end_are_ended),
		cmocka_unit_test(bytes_by_chance_end_in_an_answer_or_an_error),
		cmocka_unit_test(a_ninth_trouble_is_let_go),
		cmocka_unit_test(nothing_under_way_is_stopped_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
