/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "fixture.h"
#include "sampler/sampler.h"

/* A source of two domains whose counter is how often it was read. */
struct counted {
	struct host *host;
	unsigned reads;
	enum read_why last_why;
	bool closed;
};

static struct domain domains[2];

static size_t counted_domains(const void *state, const struct domain **ret)
{
	(void)state;
	*ret = domains;
	return 2;
}

static void counted_read(void *state, enum read_why why, struct reading *readings)
{
	struct counted *counted = state;

	counted->reads++;
	counted->last_why = why;
	for (size_t i = 0; i < 2; i++)
		readings[i] = (struct reading){ .t_ns = host_now_ns(counted->host),
						.energy_uj = counted->reads * 10 + i,
						.has = READING_ENERGY };
}

static void counted_close(void *state)
{
	struct counted *counted = state;

	counted->closed = true;
}

static const struct source source_counted = { .name = "counted",
					      .domains = counted_domains,
					      .read = counted_read,
					      .close = counted_close };

struct user {
	unsigned reads;
	bool closed;
};

static void user_read(void *state, enum read_why why, struct use *use)
{
	struct user *user = state;

	(void)why;
	user->reads++;
	use->scope_cpu_ns = user->reads;
	use->has |= USE_SCOPE_CPU;
}

static void user_close(void *state)
{
	struct user *user = state;

	user->closed = true;
}

static const struct activity activity_user = { .name = "user",
					       .read = user_read,
					       .close = user_close };

struct bench {
	struct fixture fixture;
	struct sampler *sampler;
	struct counted fast; /* wants 100 ms */
	struct counted slow; /* ticks will do */
	struct user user;
	struct frame frame;
};

static const int32_t fast_slots[] = { 0, -1 };
static const int32_t slow_slots[] = { 2, 1 };

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof *bench);

	fixture_open(&bench->fixture);
	bench->fast.host = bench->slow.host = &bench->fixture.host;
	assert_int_equal(sampler_new(&bench->fixture.host, NS_PER_S, &bench->sampler), 0);
	assert_int_equal(sampler_add_source(bench->sampler, &source_counted, &bench->fast,
					    fast_slots, 100 * NS_PER_MS),
			 0);
	assert_int_equal(sampler_add_source(bench->sampler, &source_counted, &bench->slow,
					    slow_slots, INT64_MAX),
			 0);
	assert_int_equal(sampler_add_activity(bench->sampler, &activity_user,
					      &bench->user),
			 0);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	sampler_free(bench->sampler);
	fixture_close(&bench->fixture);
	free(bench);
	return 0;
}

static void take(struct bench *bench, int64_t ms, enum read_why why)
{
	bench->fixture.now_ns = 100 * NS_PER_S + ms * NS_PER_MS;
	sampler_take(bench->sampler, why, &bench->frame);
}

static int64_t next_ms(struct bench *bench, enum read_why *ret_why)
{
	return (sampler_next(bench->sampler, ret_why) - 100 * NS_PER_S) / NS_PER_MS;
}

static void a_period_outside_its_limits_is_refused(void **state)
{
	struct bench *bench = *state;
	struct sampler *sampler = NULL;
	const int64_t bad[] = { 0, -1, SAMPLER_PERIOD_MIN_NS - 1,
				SAMPLER_PERIOD_MAX_NS + 1 };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(sampler_new(&bench->fixture.host, bad[i], &sampler),
				 -ERANGE);
	assert_null(sampler);
}

static void the_first_frame_is_the_start(void **state)
{
	struct bench *bench = *state;

	take(bench, 250, READ_EDGE);
	assert_int_equal(bench->frame.t_ns, 0);
	assert_int_equal(sampler_start_ns(bench->sampler),
			 100 * NS_PER_S + 250 * NS_PER_MS);
	assert_int_equal(sampler_start_unix_ns(bench->sampler),
			 sampler_start_ns(bench->sampler) + bench->fixture.unix_ns);
	take(bench, 1250, READ_TICK);
	assert_int_equal(bench->frame.t_ns, NS_PER_S);
}

static void readings_go_to_their_slots(void **state)
{
	struct bench *bench = *state;

	take(bench, 0, READ_EDGE);
	assert_int_equal(bench->frame.domain_count, 3);
	assert_int_equal(bench->frame.reading[0].energy_uj, 10); /* fast's first */
	assert_int_equal(bench->frame.reading[1].energy_uj, 11); /* slow's second */
	assert_int_equal(bench->frame.reading[2].energy_uj, 10); /* slow's first */
}

static void ticks_lie_on_a_grid(void **state)
{
	struct bench *bench = *state;
	enum read_why why;

	take(bench, 0, READ_EDGE);
	take(bench, 990, READ_PACE);
	assert_int_equal(next_ms(bench, &why), 1000);
	assert_int_equal(why, READ_TICK);
	take(bench, 1030, READ_TICK); /* late, and the grid stays */
	assert_int_equal(bench->frame.missed, 0);
	take(bench, 1980, READ_PACE);
	assert_int_equal(next_ms(bench, &why), 2000);
}

static void a_tick_that_comes_for_several_is_one_and_the_rest_are_missed(void **state)
{
	struct bench *bench = *state;
	enum read_why why;

	take(bench, 0, READ_EDGE);
	take(bench, 4500, READ_TICK);
	assert_int_equal(bench->frame.missed, 3);
	take(bench, 4950, READ_PACE);
	assert_int_equal(next_ms(bench, &why), 5000);
}

static void between_ticks_only_what_has_a_pace_is_read(void **state)
{
	struct bench *bench = *state;
	enum read_why why;

	take(bench, 0, READ_EDGE);
	assert_int_equal(next_ms(bench, &why), 100);
	assert_int_equal(why, READ_PACE);
	take(bench, 100, READ_PACE);
	assert_int_equal(bench->fast.reads, 2);
	assert_int_equal(bench->fast.last_why, READ_PACE);
	assert_int_equal(bench->slow.reads, 1);
	assert_int_equal(bench->user.reads, 1);
	assert_int_equal(bench->frame.reading[2].has, 0); /* not asked: not there */
	assert_int_equal(bench->frame.use.has, 0);
	assert_int_equal(next_ms(bench, &why), 200);
}

static void an_edge_reads_everything_and_moves_no_tick(void **state)
{
	struct bench *bench = *state;
	enum read_why why;

	take(bench, 0, READ_EDGE);
	take(bench, 950, READ_EDGE);
	assert_int_equal(bench->fast.reads, 2);
	assert_int_equal(bench->slow.reads, 2);
	assert_int_equal(bench->user.reads, 2);
	assert_int_equal(bench->frame.use.scope_cpu_ns, 2);
	assert_int_equal(next_ms(bench, &why), 1000);
	assert_int_equal(why, READ_TICK);
}

static void sleep_is_counted_from_the_start(void **state)
{
	struct bench *bench = *state;

	bench->fixture.asleep_ns = 50 * NS_PER_S; /* before the run: not its */
	take(bench, 0, READ_EDGE);
	assert_int_equal(bench->frame.asleep_ns, 0);
	bench->fixture.asleep_ns += 7 * NS_PER_S;
	take(bench, 1000, READ_TICK);
	assert_int_equal(bench->frame.asleep_ns, 7 * NS_PER_S);
}

static void a_source_that_comes_late_is_read_from_then_on(void **state)
{
	struct bench *bench = *state;
	struct counted late = { .host = &bench->fixture.host };
	const int32_t slots[] = { 3, 4 };

	take(bench, 0, READ_EDGE);
	assert_int_equal(bench->frame.domain_count, 3);
	assert_int_equal(sampler_add_source(bench->sampler, &source_counted, &late, slots,
					    INT64_MAX),
			 0);
	take(bench, 1000, READ_TICK);
	assert_int_equal(bench->frame.domain_count, 5);
	assert_int_equal(bench->frame.reading[3].energy_uj, 10);
	sampler_free(bench->sampler);
	bench->sampler = NULL;
	assert_true(late.closed);
}

static void it_closes_what_it_was_given(void **state)
{
	struct bench *bench = *state;

	sampler_free(bench->sampler);
	bench->sampler = NULL;
	assert_true(bench->fast.closed && bench->slow.closed && bench->user.closed);
	sampler_free(NULL);
}

static void there_is_an_end_to_what_it_takes(void **state)
{
	struct bench *bench = *state;
	struct user users[16] = { { 0, false } };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(users); i++)
		r = sampler_add_activity(bench->sampler, &activity_user, &users[i]);
	assert_int_equal(r, -ENOSPC);
	sampler_free(bench->sampler);
	bench->sampler = NULL;
}

int main(void)
{
#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_BENCH(a_period_outside_its_limits_is_refused),
		WITH_BENCH(the_first_frame_is_the_start),
		WITH_BENCH(readings_go_to_their_slots),
		WITH_BENCH(ticks_lie_on_a_grid),
		WITH_BENCH(a_tick_that_comes_for_several_is_one_and_the_rest_are_missed),
		WITH_BENCH(between_ticks_only_what_has_a_pace_is_read),
		WITH_BENCH(an_edge_reads_everything_and_moves_no_tick),
		WITH_BENCH(sleep_is_counted_from_the_start),
		WITH_BENCH(a_source_that_comes_late_is_read_from_then_on),
		WITH_BENCH(it_closes_what_it_was_given),
		WITH_BENCH(there_is_an_end_to_what_it_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
