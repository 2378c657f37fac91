/* SPDX-License-Identifier: Apache-2.0 */
/* METHOD E-22. What its error is, `gramme validate` and its test say; here is what it promises. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data-server-model-row.h"
#include "fixture.h"
#include "machine/server-model.h"
#include "place/table.h"

#define ROWS  ARRAY_SIZE(data_server_model_row)
#define LOOSE 1e-9 /* of watts that are worked out twice */

static struct server_fit *fit;

static int set_up(void **state)
{
	(void)state;
	return server_fit_new(NULL, &fit);
}

static int tear_down(void **state)
{
	(void)state;
	server_fit_free(fit);
	return 0;
}

static const char *text(uint32_t at)
{
	return data_server_model_row_text + at;
}

/* A server of two Xeon Gold 6252, all of it known. */
static struct server_ask known_ask(void)
{
	struct server_ask ask;

	server_ask_init(&ask);
	(void)snprintf(ask.cpu_name, sizeof ask.cpu_name, "Intel Xeon Gold 6252 2.10GHz");
	(void)snprintf(ask.vendor, sizeof ask.vendor, "FUJITSU");
	ask.chips = 2;
	ask.cores = 48;
	ask.threads = 96;
	ask.mhz = 2100;
	ask.memory_gb = 192;
	ask.tdp_w = 150;
	ask.year = 2019.46;
	return ask;
}

static struct server_curve curve_with(const struct server_fit *with,
				      const struct server_ask *ask)
{
	struct server_curve curve;

	assert_int_equal(server_curve_of(with, ask, &curve, NULL), 0);
	return curve;
}

static struct server_curve curve_of(const struct server_ask *ask)
{
	return curve_with(fit, ask);
}

static double width(const struct server_curve *curve, int level)
{
	return log(curve->at[level].high90 / curve->at[level].low90);
}

/* Names and keys */

static void names_as_machines_write_them_give_the_key_of_the_table(void **unused)
{
	static const char *const rows[][3] = {
		{ "Intel(R) Xeon(R) CPU E5-2660 v2 @ 2.20GHz", "e52660v2", "ivy-bridge" },
		{ "Intel(R) Xeon(R) CPU E5-2650 0 @ 2.00GHz", "e52650", "sandy-bridge" },
		{ "Intel(R) Xeon(R) Gold 6252 CPU @ 2.10GHz", "sp6252", "xeon-sp2" },
		{ "Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz", "sp8259cl",
		  "xeon-sp2" },
		{ "Intel(R) Xeon(R) Platinum 8480+", "sp8480", "xeon-sp4" },
		{ "Intel(R) Xeon(R) CPU           X5570  @ 2.93GHz", "x5570", "nehalem" },
		{ "Intel(R) Xeon(R) CPU           L5420  @ 2.50GHz", "l5420", "penryn" },
		{ "AMD EPYC 7742 64-Core Processor", "epyc7742", "zen2" },
		{ "AMD EPYC 9654 96-Core Processor", "epyc9654", "zen4" },
		{ "AMD EPYC 7501 32-Core Processor", "epyc7501", "zen1" },
		{ "AMD Opteron(tm) Processor 6272", "opteron6272", "bulldozer" },
		{ "Six-Core AMD Opteron(tm) Processor 2435", "opteron2435", "istanbul" },
		{ "12th Gen Intel(R) Core(TM) i5-1245U", "i51245u", "other" },
		{ "Intel(R) Xeon(R) Processor", "", "other" },
		{ "", "", "other" },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char key[SERVER_KEY_MAX];

		server_key(rows[i][0], key, sizeof key);
		if (strcmp(key, rows[i][1]) != 0 ||
		    strcmp(server_group("generation", key), rows[i][2]) != 0)
			fail_msg("%s: '%s' of %s", rows[i][0], key,
				 server_group("generation", key));
	}
}

static void makers_are_known_by_any_of_their_names(void **unused)
{
	(void)unused;
	assert_string_equal(server_group("vendor", "Hewlett Packard Enterprise"),
			    "hewlett");
	assert_string_equal(server_group("vendor", "HP"), "hewlett");
	assert_string_equal(server_group("vendor", "Dell Inc."), "dell");
	assert_string_equal(server_group("vendor", "Super Micro Computer, Inc."),
			    "supermicro");
	assert_string_equal(server_group("vendor", "Nobody"), "other");
	assert_string_equal(server_group("vendor", ""), "other");
}

struct published {
	struct tables *tables;
	const struct table *table;
};

static void open_published(struct published *ret)
{
	assert_int_equal(tables_new(NULL, &ret->tables), 0);
	ret->table = tables_get(ret->tables, "server_power");
	assert_non_null(ret->table);
	assert_true(table_rows(ret->table) > 600);
}

static const char *told(const struct published *all, size_t row, const char *name)
{
	return table_text(all->table, row, table_column(all->table, name));
}

static double figure(const struct published *all, size_t row, const char *name)
{
	double value = (double)NAN;

	if (!table_number(all->table, row, table_column(all->table, name), &value))
		return (double)NAN;
	return value;
}

static double measured(const struct published *all, size_t row, int level)
{
	char name[16] = "w_idle";

	if (level > 0)
		(void)snprintf(name, sizeof name, "w_%d", 10 * level);
	return figure(all, row, name);
}

static void published_ask(const struct published *all, size_t row, struct server_ask *ret)
{
	server_ask_init(ret);
	(void)snprintf(ret->cpu_name, sizeof ret->cpu_name, "%s",
		       told(all, row, "cpu_name"));
	(void)snprintf(ret->vendor, sizeof ret->vendor, "%s", told(all, row, "vendor"));
	ret->chips = figure(all, row, "chips");
	ret->cores = figure(all, row, "cores");
	ret->threads = figure(all, row, "threads");
	ret->mhz = figure(all, row, "mhz");
	ret->memory_gb = figure(all, row, "memory_gb");
	ret->tdp_w = figure(all, row, "tdp_w");
	ret->year = strtod(told(all, row, "hw_available"), NULL);
}

/* The row of the model that a published server is part of. */
static bool is_in_the_model(const struct server_ask *ask, const char *key)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct data_server_model_row *row = &data_server_model_row[i];

		if (strcmp(text(row->key), key) == 0 &&
		    strcmp(text(row->maker), server_group("vendor", ask->vendor)) == 0 &&
		    row->chips == ask->chips && row->cores == ask->cores &&
		    row->threads == ask->threads && row->mhz == ask->mhz &&
		    fabs(row->memory_mgb / 1e3 - ask->memory_gb) < 1e-3)
			return true;
	}
	return false;
}

static void every_published_name_gives_the_key_that_the_fit_gave_it(void **unused)
{
	struct published all;

	(void)unused;
	open_published(&all);
	for (size_t i = 0; i < table_rows(all.table); i++) {
		char key[SERVER_KEY_MAX];
		struct server_ask ask;

		published_ask(&all, i, &ask);
		server_key(ask.cpu_name, key, sizeof key);
		if (!key[0]) /* some published names hide the processor */
			(void)snprintf(key, sizeof key, "unnamed");
		if (!is_in_the_model(&ask, key))
			fail_msg("%s, %s of %s", told(&all, i, "result_id"), key,
				 ask.vendor);
	}
	tables_free(all.tables);
}

static void every_row_of_the_fit_is_of_the_generation_that_its_key_gives(void **unused)
{
	uint32_t members = 0;

	(void)unused;
	for (size_t i = 0; i < ROWS; i++) {
		const struct data_server_model_row *row = &data_server_model_row[i];

		assert_string_equal(text(row->generation),
				    server_group("generation", text(row->key)));
		members += row->members;
	}
	assert_int_equal(members, 659);
}

static void a_name_is_cut_to_its_place(void **unused)
{
	char key[8];
	char name[300];

	(void)unused;
	memset(name, 'x', sizeof name);
	name[sizeof name - 1] = '\0';
	server_key("Opteron 123456789", key, sizeof key);
	assert_string_equal(key, "opteron");
	server_key(name, key, sizeof key);
	assert_true(strlen(key) < sizeof key);
	server_key("Opteron 6272", key, 1);
	assert_string_equal(key, "");
}

/* Answers */

static void a_published_server_finds_its_own_watts_within_its_interval(void **unused)
{
	struct published all;
	double asked = 0;
	double held90 = 0;
	double held95 = 0;
	double error = 0;

	(void)unused;
	open_published(&all);
	for (size_t i = 0; i < table_rows(all.table); i += 3) {
		struct server_curve curve;
		struct server_ask ask;

		published_ask(&all, i, &ask);
		curve = curve_of(&ask);
		for (int k = 0; k < SERVER_LEVELS; k++) {
			double w = measured(&all, i, k);
			const struct server_watts *at = &curve.at[k];

			asked++;
			held90 += at->low90 <= w && w <= at->high90;
			held95 += at->low95 <= w && w <= at->high95;
			error += fabs(at->w / w - 1);
		}
	}
	assert_true(held90 / asked > 0.92);
	assert_true(held95 / asked > 0.96);
	assert_true(error / asked < 0.09);
	tables_free(all.tables);
}

static void a_server_with_more_chips_draws_more_at_every_load(void **unused)
{
	static const double chips[] = { 1, 2, 4, 8 };
	struct server_curve last = { 0 };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(chips); i++) {
		struct server_ask ask = known_ask();
		struct server_curve curve;

		ask.chips = chips[i];
		ask.cores = 24 * chips[i];
		ask.threads = 48 * chips[i];
		ask.memory_gb = 96 * chips[i];
		curve = curve_of(&ask);
		for (int k = 0; k < SERVER_LEVELS; k++)
			assert_true(curve.at[k].w > last.at[k].w);
		last = curve;
	}
}

static void watts_of_a_published_processor_never_fall_with_load(void **unused)
{
	(void)unused;
	struct published all;

	open_published(&all);
	for (size_t i = 0; i < table_rows(all.table); i += 3) {
		struct server_curve curve;
		struct server_ask ask;

		published_ask(&all, i, &ask);
		curve = curve_of(&ask);
		for (int k = 1; k < SERVER_LEVELS; k++)
			if (curve.at[k].w < curve.at[k - 1].w)
				fail_msg("%s at %d: %.2f", ask.cpu_name, k,
					 curve.at[k].w);
	}
	tables_free(all.tables);
}

static void nothing_known_is_no_answer(void **unused)
{
	struct server_curve curve = { .results = 7 };
	struct server_ask ask;

	(void)unused;
	server_ask_init(&ask);
	assert_int_equal(server_curve_of(fit, &ask, &curve, NULL), -ENODATA);
	ask.chips = 2;
	ask.year = 2018;
	ask.memory_gb = 64;
	ask.mhz = 2000;
	assert_int_equal(server_curve_of(fit, &ask, &curve, NULL), -ENODATA);
	assert_int_equal(curve.results, 7);
}

static void a_figure_that_no_server_has_is_refused_in_words(void **unused)
{
	static const struct {
		size_t at;
		double value;
		const char *why;
	} rows[] = {

#define FIGURE(name) offsetof(struct server_ask, name)
		{ FIGURE(chips), 0, "chips: 1 to 64" },
		{ FIGURE(chips), -1, "chips: 1 to 64" },
		{ FIGURE(chips), (double)INFINITY, "chips: 1 to 64" },
		{ FIGURE(cores), 5000, "cores: 1 to 4096" },
		{ FIGURE(cores), 1, "cores: fewer than chips" },
		{ FIGURE(threads), 20000, "threads: 1 to 16384" },
		{ FIGURE(threads), 40, "threads: fewer than cores" },
		{ FIGURE(mhz), 2.1, "MHz: 200 to 10000" },
		{ FIGURE(memory_gb), 0, "memory: 0.1 to 65536 GB" },
		{ FIGURE(tdp_w), 150000, "TDP: 1 to 2000 W a chip" },
		{ FIGURE(year), 19, "year: 1995 to 2100" },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct server_ask ask = known_ask();
		struct server_curve curve = { .results = 7 };
		const char *why = "";

		memcpy((char *)&ask + rows[i].at, &rows[i].value, sizeof rows[i].value);
		assert_int_equal(server_curve_of(fit, &ask, &curve, &why), -EINVAL);
		assert_string_equal(why, rows[i].why);
		assert_int_equal(curve.results, 7);
		assert_int_equal(server_curve_of(fit, &ask, &curve, NULL), -EINVAL);
	}
}

static void the_less_is_known_the_wider_is_the_interval(void **unused)
{
	struct server_ask all = known_ask();
	struct server_ask by_name = all;
	struct server_ask by_count = all;
	struct server_curve curves[3];

	(void)unused;
	server_ask_init(&by_name);
	(void)snprintf(by_name.cpu_name, sizeof by_name.cpu_name, "%s", all.cpu_name);
	server_ask_init(&by_count);
	by_count.cores = all.cores;
	curves[0] = curve_of(&all);
	curves[1] = curve_of(&by_name);
	curves[2] = curve_of(&by_count);
	for (int k = 0; k < SERVER_LEVELS; k++) {
		assert_true(width(&curves[0], k) < width(&curves[1], k));
		assert_true(width(&curves[1], k) < width(&curves[2], k));
	}
	assert_int_equal(curves[1].how, SERVER_SAME_CPU);
	assert_int_equal(curves[2].how, SERVER_UNLIKE);
	assert_true(isnan(curves[2].as.memory_gb));
}

static double any(uint32_t *seed, double least, double most)
{
	*seed = *seed * 1664525 + 1013904223;
	if (*seed >> 29 == 0)
		return (double)NAN;
	return least * pow(most / least, (*seed >> 8) / 16777216.0);
}

static void any_ask(uint32_t *seed, struct server_ask *ret)
{
	static const char *const names[] = {
		"",
		"Intel(R) Xeon(R) Platinum 8480+",
		"AMD EPYC 7763 64-Core Processor",
		"Intel(R) Xeon(R) CPU @ 2.20GHz",
		"Who Knows 9000",
		"\xff\xfe [*",
	};

	*seed = *seed * 1664525 + 1013904223;
	server_ask_init(ret);
	(void)snprintf(ret->cpu_name, sizeof ret->cpu_name, "%s",
		       names[(*seed >> 8) % ARRAY_SIZE(names)]);
	ret->chips = round(any(seed, 1, 8));
	ret->cores = round(any(seed, 8, 256));
	ret->threads = round(any(seed, 256, 1024));
	ret->mhz = any(seed, 200, 10000);
	ret->memory_gb = any(seed, 0.1, 65536);
	ret->tdp_w = any(seed, 1, 2000);
	ret->year = any(seed, 1995, 2100);
}

static void the_interval_of_whatever_is_asked_holds_its_own_middle(void **unused)
{
	uint32_t seed = 6;

	(void)unused;
	for (int i = 0; i < 200; i++) {
		struct server_curve curve;
		struct server_ask ask;
		int r;

		any_ask(&seed, &ask);
		r = server_curve_of(fit, &ask, &curve, NULL);
		if (r == -ENODATA)
			continue;
		assert_int_equal(r, 0);
		for (int k = 0; k < SERVER_LEVELS; k++) {
			const struct server_watts *at = &curve.at[k];

			assert_true(0 < at->low95 && at->low95 <= at->low90 &&
				    at->low90 < at->w && at->w < at->high90 &&
				    at->high90 <= at->high95 && isfinite(at->high95));
		}
		assert_true(curve.method[0] != '\0');
	}
}

/* Left out */

static void without_a_processor_its_servers_are_guessed_from_others(void **unused)
{
	struct server_ask ask = known_ask();
	struct server_curve with = curve_of(&ask);
	struct server_curve without;
	struct server_fit *less = NULL;

	(void)unused;
	assert_int_equal(server_fit_new(&(struct server_skip){ .key = "sp6252" }, &less),
			 0);
	without = curve_with(less, &ask);
	assert_int_equal(with.how, SERVER_SAME_CPU);
	assert_int_equal(without.how, SERVER_LIKE);
	assert_int_equal(server_fit_members(less, "sp6252"), 0);
	assert_int_equal(without.results, 0);
	assert_string_equal(without.method,
			    "published servers of its generation, xeon-sp2, "
			    "and those like it");
	for (int k = 0; k < SERVER_LEVELS; k++) {
		assert_true(fabs(with.at[k].w / without.at[k].w - 1) > 0.001);
		assert_true(width(&with, k) < width(&without, k));
	}
	server_fit_free(less);
}

static void servers_of_other_figures_stay_when_those_alike_are_left_out(void **unused)
{
	struct server_ask ask = known_ask();
	struct server_point point;
	struct server_fit *less = NULL;
	uint32_t all = server_fit_members(fit, "sp6252");

	(void)unused;
	server_point_of(&ask, ask.chips, &point);
	assert_int_equal(server_fit_new(&(struct server_skip){ "sp6252", &point }, &less),
			 0);
	assert_true(server_fit_members(less, "sp6252") > 0);
	assert_true(server_fit_members(less, "sp6252") < all);
	server_fit_free(less);
}

static void a_fit_is_the_same_whenever_it_is_made(void **unused)
{
	struct server_ask ask = known_ask();
	struct server_curve first;
	struct server_curve second;
	struct server_fit *again = NULL;

	(void)unused;
	ask.memory_gb = (double)NAN;
	first = curve_of(&ask);
	assert_int_equal(server_fit_new(NULL, &again), 0);
	second = curve_with(again, &ask);
	assert_memory_equal(first.at, second.at, sizeof first.at);
	server_fit_free(again);
	server_fit_free(NULL);
}

/* Loads */

static void between_two_levels_watts_go_in_a_straight_line(void **unused)
{
	struct server_ask ask = known_ask();
	struct server_curve curve = curve_of(&ask);
	struct server_watts at = server_watts_at(&curve, 0.325);

	(void)unused;
	assert_true(fabs(at.w - (0.75 * curve.at[3].w + 0.25 * curve.at[4].w)) < LOOSE);
	assert_true(fabs(at.low95 -
			 (0.75 * curve.at[3].low95 + 0.25 * curve.at[4].low95)) < LOOSE);
	for (int k = 0; k < SERVER_LEVELS; k++)
		assert_true(fabs(server_watts_at(&curve, k / 10.0).w - curve.at[k].w) <
			    LOOSE);
}

static void a_load_beyond_nothing_or_all_is_taken_as_that(void **unused)
{
	struct server_ask ask = known_ask();
	struct server_curve curve = curve_of(&ask);

	(void)unused;
	assert_true(fabs(server_watts_at(&curve, -0.5).w - curve.at[0].w) < LOOSE);
	assert_true(fabs(server_watts_at(&curve, 1.7).high90 -
			 curve.at[SERVER_LEVELS - 1].high90) < LOOSE);
}

static void a_load_that_is_not_known_gives_no_watts(void **unused)
{
	struct server_ask ask = known_ask();
	struct server_curve curve = curve_of(&ask);
	struct server_watts at = server_watts_at(&curve, (double)NAN);

	(void)unused;
	assert_true(isnan(at.w) && isnan(at.low90) && isnan(at.high90));
	assert_true(isnan(at.low95) && isnan(at.high95));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_as_machines_write_them_give_the_key_of_the_table),
		cmocka_unit_test(makers_are_known_by_any_of_their_names),
		cmocka_unit_test(every_published_name_gives_the_key_that_the_fit_gave_it),
		cmocka_unit_test(
			every_row_of_the_fit_is_of_the_generation_that_its_key_gives),
		cmocka_unit_test(a_name_is_cut_to_its_place),
		cmocka_unit_test(
			a_published_server_finds_its_own_watts_within_its_interval),
		cmocka_unit_test(a_server_with_more_chips_draws_more_at_every_load),
		cmocka_unit_test(watts_of_a_published_processor_never_fall_with_load),
		cmocka_unit_test(nothing_known_is_no_answer),
		cmocka_unit_test(a_figure_that_no_server_has_is_refused_in_words),
		cmocka_unit_test(the_less_is_known_the_wider_is_the_interval),
		cmocka_unit_test(the_interval_of_whatever_is_asked_holds_its_own_middle),
		cmocka_unit_test(without_a_processor_its_servers_are_guessed_from_others),
		cmocka_unit_test(
			servers_of_other_figures_stay_when_those_alike_are_left_out),
		cmocka_unit_test(a_fit_is_the_same_whenever_it_is_made),
		cmocka_unit_test(between_two_levels_watts_go_in_a_straight_line),
		cmocka_unit_test(a_load_beyond_nothing_or_all_is_taken_as_that),
		cmocka_unit_test(a_load_that_is_not_known_gives_no_watts),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
