/* SPDX-License-Identifier: Apache-2.0 */
/* Nobody answers here but loopback, where nobody listens. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/parse.h"
#include "base/process.h"
#include "engine/fetch.h"
#include "fixture.h"

#define WAIT_NS  (20 * NS_PER_S)
#define FAR_MORE ((size_t)4 << 30)

struct asked {
	struct fixture home;
	struct host real;
	struct config config;
	struct tables *tables;
	struct fetch_plan plan;
	struct fetch_result result;
};

static int setup(void **state)
{
	struct asked *asked = calloc(1, sizeof *asked);

	assert_non_null(asked);
	fixture_open(&asked->home);
	assert_int_equal(host_init(&asked->real, NULL), 0);
	assert_int_equal(setenv("HOME", asked->home.path, 1), 0);
	assert_int_equal(unsetenv("XDG_CONFIG_HOME"), 0);
	assert_int_equal(tables_new("", &asked->tables), 0);
	asked->plan = (struct fetch_plan){ .host = &asked->real,
					   .config = &asked->config,
					   .tables = asked->tables,
					   .from_unix_s = 1763000000,
					   .to_unix_s = 1763003600 };
	asked->plan.budget_ns = WAIT_NS;
	(void)copy_text(asked->plan.place.how, sizeof asked->plan.place.how, "option");
	(void)copy_text(asked->plan.place.zone, sizeof asked->plan.place.zone, "GB");
	(void)copy_text(asked->plan.place.iso2, sizeof asked->plan.place.iso2, "GB");
	(void)copy_text(asked->plan.place.country, sizeof asked->plan.place.country,
			"GBR");
	config_set(&asked->config, CONFIG_GRID, "ukcarbon", "test");
	config_set(&asked->config, CONFIG_URLS, "ukcarbon=http://127.0.0.1:1", "test");
	*state = asked;
	return 0;
}

static int teardown(void **state)
{
	struct asked *asked = *state;

	fetch_result_done(&asked->result);
	tables_free(asked->tables);
	fixture_close(&asked->home);
	host_done(&asked->real);
	free(asked);
	return 0;
}

/* The answer of a child, which is waited for. */
static void ask(struct asked *asked)
{
	struct fetch fetch = FETCH_NONE;
	int r = -EAGAIN;

	assert_int_equal(fetch_start(&asked->plan, &fetch), 0);
	while (r == -EAGAIN) {
		struct wait_fd wait = { fetch.fd, false };

		assert_int_equal(wait_until(&asked->real, &wait, 1,
					    host_now_ns(&asked->real) + WAIT_NS),
				 1);
		r = fetch_take(&fetch, &asked->result);
	}
	assert_int_equal(r, 0);
}

static const char *said(const struct asked *asked)
{
	return asked->result.trouble_count > 0 ? asked->result.trouble[0].text : "";
}

static void who_is_not_there_is_said_by_the_child(void **state)
{
	struct asked *asked = *state;

	ask(asked);
	assert_int_equal(asked->result.series[SIGNAL_AVERAGE].count, 0);
	assert_true(asked->result.trouble_count > 0);
}

/* One with a GPU's library may well have some GB mapped. */
static void a_large_process_asks_as_a_small_one_does(void **state)
{
	struct asked *asked = *state;
	char small[sizeof asked->result.trouble[0].text];
	void *mapped;

	ask(asked);
	(void)copy_text(small, sizeof small, said(asked));
	fetch_result_done(&asked->result);
	mapped = mmap(NULL, FAR_MORE, PROT_NONE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_true(mapped != MAP_FAILED);
	ask(asked);
	assert_int_equal(munmap(mapped, FAR_MORE), 0);
	assert_string_equal(said(asked), small);
}

static void a_run_asks_for_all_of_its_time(void **unused)
{
	struct fetch_plan plan = { .from_unix_s = 7 };

	(void)unused;
	fetch_span(&plan, 1763000000, 1763000000);
	assert_int_equal(plan.from_unix_s, 1763000000);
	assert_int_equal(plan.to_unix_s, 1763000001);
	fetch_span(&plan, 1763000000, 1763000000 + FETCH_BACK_S);
	assert_int_equal(plan.from_unix_s, 1763000000);
	assert_int_equal(plan.to_unix_s, 1763000001 + FETCH_BACK_S);
}

/* Else each hour would ask for more than the last, and a run that was begun before the clock
 * was set for all of the century. */
static void a_run_of_weeks_asks_for_its_last_days(void **unused)
{
	struct fetch_plan plan = { .from_unix_s = 7 };

	(void)unused;
	fetch_span(&plan, 100, 1763000000);
	assert_int_equal(plan.from_unix_s, 1763000000 - FETCH_BACK_S);
	assert_int_equal(plan.to_unix_s, 1763000001);
}

static void a_clock_put_back_leaves_a_second(void **unused)
{
	struct fetch_plan plan = { .from_unix_s = 7 };

	(void)unused;
	fetch_span(&plan, 1763000000, 1762000000);
	assert_int_equal(plan.from_unix_s, 1763000000);
	assert_int_equal(plan.to_unix_s, 1763000001);
}

#define ASKED(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_asks_for_all_of_its_time),
		cmocka_unit_test(a_run_of_weeks_asks_for_its_last_days),
		cmocka_unit_test(a_clock_put_back_leaves_a_second),
		ASKED(who_is_not_there_is_said_by_the_child),
		ASKED(a_large_process_asks_as_a_small_one_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
