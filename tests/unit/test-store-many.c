/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "fixture.h"
#include "store/store.h"

static int book_open(void **state)
{
	struct store *store = NULL;

	assert_int_equal(store_open(":memory:", STORE_WRITE, NULL, &store), 0);
	*state = store;
	return 0;
}

static int book_close(void **state)
{
	store_close(*state);
	return 0;
}

static int64_t put_run(struct store *store, const char *id, const char *boot_id)
{
	struct run_info info = { .state = RUN_FINISHED };

	(void)copy_text(info.id, sizeof info.id, id);
	(void)copy_text(info.boot_id, sizeof info.boot_id, boot_id);
	assert_int_equal(store_run_insert(store, &info, NULL), 0);
	return info.key;
}

static void put_metric(struct store *store, int64_t run, const char *name, int64_t t_ns,
		       double value)
{
	struct run_metric metric = { .t_ns = t_ns, .value = value };

	(void)copy_text(metric.name, sizeof metric.name, name);
	assert_int_equal(store_metric_add(store, run, &metric, NULL), 0);
}

static void a_metric_s_last_value_is_by_time_and_of_its_run(void **state)
{
	struct store_metric_of of[3] = { { .run = put_run(*state, "a", "") },
					 { .run = put_run(*state, "b", "") },
					 { .run = put_run(*state, "c", "") } };

	put_metric(*state, of[0].run, "accuracy", 10, 0.5);
	put_metric(*state, of[0].run, "loss", 40, 9);
	put_metric(*state, of[0].run, "accuracy", 30, 0.75);
	put_metric(*state, of[0].run, "accuracy", 20, 0.625);
	put_metric(*state, of[1].run, "accuracy", 5, 0.25);
	put_metric(*state, of[1].run, "accuracy", 5, 0.125);
	assert_int_equal(store_metric_last(
				 *state, &(struct store_metric_ask){ .name = "accuracy" },
				 NULL, of, 3),
			 0);
	assert_true(of[0].has && of[0].last == 0.75 && of[0].last_ns == 30);
	assert_true(of[1].has && of[1].last == 0.125);
	assert_false(of[2].has);
	assert_false(of[0].reached);
}

static void what_is_no_number_at_the_end_is_not_the_number_before(void **state)
{
	struct store_metric_of of = { .run = put_run(*state, "a", "") };

	put_metric(*state, of.run, "loss", 1, 0.5);
	put_metric(*state, of.run, "loss", 2, NAN);
	assert_int_equal(store_metric_last(*state,
					   &(struct store_metric_ask){ .name = "loss" },
					   NULL, &of, 1),
			 0);
	assert_true(of.has);
	assert_true(isnan(of.last));
}

static void a_target_is_reached_the_first_time_from_its_own_side(void **state)
{
	struct store_metric_of of = { .run = put_run(*state, "a", "") };
	struct store_metric_ask ask = { .name = "x", .has_target = true, .target = 0.5 };

	put_metric(*state, of.run, "x", 10, 0.25);
	put_metric(*state, of.run, "x", 20, 0.75);
	put_metric(*state, of.run, "x", 30, 0.25);
	put_metric(*state, of.run, "x", 40, 0.75);
	assert_int_equal(store_metric_last(*state, &ask, NULL, &of, 1), 0);
	assert_true(of.reached && of.reached_ns == 20);
	ask.less = true;
	assert_int_equal(store_metric_last(*state, &ask, NULL, &of, 1), 0);
	assert_true(of.reached && of.reached_ns == 10);
	ask.less = false;
	ask.target = 0.875;
	assert_int_equal(store_metric_last(*state, &ask, NULL, &of, 1), 0);
	assert_false(of.reached);
}

struct seen {
	size_t count;
	char text[256];
};

static int see_hardware(void *ctx, int64_t run, const char *json)
{
	struct seen *seen = ctx;

	(void)snprintf(seen->text + strlen(seen->text),
		       sizeof seen->text - strlen(seen->text), "%d:%s ", (int)run, json);
	seen->count++;
	return 0;
}

static int see_boot(void *ctx, const char *boot_id, const char *json)
{
	struct seen *seen = ctx;

	(void)snprintf(seen->text + strlen(seen->text),
		       sizeof seen->text - strlen(seen->text), "%s:%s ", boot_id, json);
	seen->count++;
	return 0;
}

static int stop(void *ctx, int64_t run, const char *json)
{
	(void)ctx;
	(void)run;
	(void)json;
	return 7;
}

static void inventories_are_told_by_run_and_the_rest_by_boot(void **state)
{
	struct seen seen = { 0 };
	int64_t runs[4] = { put_run(*state, "a", "boot-2"),
			    put_run(*state, "b", "boot-1"),
			    put_run(*state, "c", "boot-1"), put_run(*state, "d", "") };

	assert_int_equal(store_inventory_put(*state, runs[0], "h1", "s1", NULL), 0);
	assert_int_equal(store_inventory_put(*state, runs[2], "h3", "s3", NULL), 0);
	assert_int_equal(store_inventory_put(*state, runs[3], NULL, "s4", NULL), 0);
	assert_int_equal(store_hardware_each(*state, NULL, see_hardware, &seen), 0);
	assert_string_equal(seen.text, "1:h1 3:h3 ");
	seen = (struct seen){ 0 };
	assert_int_equal(store_boots_each(*state, NULL, see_boot, &seen), 0);
	assert_string_equal(seen.text, "boot-1:s3 boot-2:s1 ");
	assert_int_equal(store_hardware_each(*state, NULL, stop, NULL), 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, book_open, book_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_metric_s_last_value_is_by_time_and_of_its_run),
		TEST(what_is_no_number_at_the_end_is_not_the_number_before),
		TEST(a_target_is_reached_the_first_time_from_its_own_side),
		TEST(inventories_are_told_by_run_and_the_rest_by_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
