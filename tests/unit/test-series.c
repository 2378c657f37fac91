/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "calc/series.h"
#include "fixture.h"

#define J        UINT64_C(1000000) /* in uj */
#define W        UINT64_C(1000000) /* in uw */
#define RANGE    UINT64_C(262143328850)
#define START_NS INT64_C(777000000000)

/* A run under test: the frame to come, and what the last one gave. */
struct bench {
	struct series series;
	struct frame frame;
	struct sample row;
	struct series_gaps gaps;
	bool row_given;
};

static struct domain energy_domain(const char *id, enum family family)
{
	struct domain domain;

	domain_init(&domain, id, family);
	domain.range_uj = RANGE;
	domain.max_uw = 300 * W;
	domain.update_ns = NS_PER_MS;
	return domain;
}

static void bench_add(struct bench *bench, struct domain domain)
{
	assert_true(series_add_domain(&bench->series, &domain) >= 0);
	bench->frame.domain_count = bench->series.count;
}

static void bench_init(struct bench *bench, struct domain domain)
{
	memset(bench, 0, sizeof *bench);
	series_init(&bench->series, START_NS);
	bench_add(bench, domain);
}

static struct reading *put(struct bench *bench, size_t i, int64_t ms)
{
	struct reading *r = &bench->frame.reading[i];

	memset(r, 0, sizeof *r);
	r->t_ns = START_NS + ms * NS_PER_MS;
	return r;
}

static struct reading *energy(struct bench *bench, size_t i, int64_t ms, uint64_t uj)
{
	struct reading *r = put(bench, i, ms);

	r->energy_uj = uj;
	r->has = READING_ENERGY;
	return r;
}

static struct reading *power(struct bench *bench, size_t i, int64_t ms, uint64_t uw)
{
	struct reading *r = put(bench, i, ms);

	r->power_uw = uw;
	r->has = READING_POWER;
	return r;
}

static void failed(struct bench *bench, size_t i, int64_t ms)
{
	put(bench, i, ms)->err = -EAGAIN;
}

static void go(struct bench *bench, int64_t ms, enum read_why why, bool last)
{
	bench->frame.t_ns = ms * NS_PER_MS;
	bench->frame.why = why;
	bench->row_given = series_add(&bench->series, &bench->frame, last, &bench->row,
				      &bench->gaps);
	assert_int_equal(bench->row_given, why != READ_PACE);
	memset(bench->frame.reading, 0, sizeof bench->frame.reading);
}

static void tick(struct bench *bench, int64_t ms, uint64_t uj)
{
	energy(bench, 0, ms, uj);
	go(bench, ms, ms == 0 ? READ_EDGE : READ_TICK, false);
}

static void end(struct bench *bench, int64_t ms, uint64_t uj)
{
	energy(bench, 0, ms, uj);
	go(bench, ms, READ_EDGE, true);
}

static void assert_row(const struct bench *bench, enum sample_state state, uint64_t uj)
{
	assert_int_equal(bench->row.state[0], state);
	assert_true(bench->row.energy_uj[0] == uj);
}

static void assert_gap(const struct bench *bench, enum gap_why why, int64_t from_ms,
		       int64_t to_ms)
{
	assert_int_equal(bench->gaps.count, 1);
	assert_int_equal(bench->gaps.gap[0].why, why);
	assert_int_equal(bench->gaps.gap[0].from_ns, from_ms * NS_PER_MS);
	assert_int_equal(bench->gaps.gap[0].to_ns, to_ms * NS_PER_MS);
}

static void the_first_frame_is_the_base(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, 5 * J);
	assert_row(&bench, SAMPLE_OK, 0);
	assert_int_equal(bench.gaps.count, 0);
	tick(&bench, 1000, 105 * J);
	assert_row(&bench, SAMPLE_OK, 100 * J);
	end(&bench, 1500, 155 * J);
	assert_row(&bench, SAMPLE_OK, 150 * J);
	assert_int_equal(bench.gaps.count, 0);
	assert_int_equal(bench.series.domains[0].covered_ns, 1500 * NS_PER_MS);
	assert_int_equal(bench.series.domains[0].gap_ns, 0);
}

static void one_failed_read_costs_nothing(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, 0);
	tick(&bench, 1000, 100 * J);
	failed(&bench, 0, 2000);
	go(&bench, 2000, READ_TICK, false);
	assert_int_equal(bench.row.state[0], SAMPLE_NONE);
	assert_int_equal(bench.gaps.count, 0);
	end(&bench, 3000, 300 * J);
	assert_row(&bench, SAMPLE_OK, 300 * J);
	assert_int_equal(bench.gaps.count, 0);
	assert_int_equal(bench.series.domains[0].covered_ns, 3 * NS_PER_S);
}

static void a_pace_frame_asks_only_some(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, 0);
	go(&bench, 500, READ_PACE, false);
	assert_int_equal(bench.gaps.count, 0);
	energy(&bench, 0, 700, 70 * J);
	go(&bench, 700, READ_PACE, false);
	end(&bench, 1000, 100 * J);
	assert_row(&bench, SAMPLE_OK, 100 * J);
}

/* Reads between rows at random, wraps and failures with them: the joules are the same. */
static void joules_do_not_depend_on_when_it_was_read(void **unused)
{
	(void)unused;
	srandom(4);
	for (int run = 0; run < 200; run++) {
		struct bench bench;
		uint64_t raw = RANGE - (uint64_t)random() % (3000 * J), used = 0;
		int64_t ms = 0;

		bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
		bench.series.domains[0].domain.max_uw = 0;
		tick(&bench, 0, raw % RANGE);
		for (int i = 0; i < 50; i++) {
			int64_t step_ms = 1 + random() % 2000;
			enum read_why why = random() % 2 ? READ_PACE : READ_TICK;

			ms += step_ms;
			used += (uint64_t)step_ms * 150 * J / 1000;
			if (random() % 4)
				energy(&bench, 0, ms, (raw + used) % RANGE);
			else
				failed(&bench, 0, ms);
			go(&bench, ms, why, false);
			assert_int_equal(bench.gaps.count, 0);
		}
		end(&bench, ms + 1, (raw + used + J) % RANGE);
		assert_row(&bench, SAMPLE_OK, used + J);
		assert_int_equal(bench.series.domains[0].covered_ns,
				 (ms + 1) * NS_PER_MS);
	}
}

static void a_counter_that_goes_back_leaves_a_gap(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, 1000 * J);
	tick(&bench, 1000, 1100 * J);
	tick(&bench, 2000, 7 * J);
	assert_gap(&bench, GAP_WENT_BACK, 1000, 2000);
	assert_row(&bench, SAMPLE_RESTART, 100 * J);
	tick(&bench, 3000, 107 * J);
	assert_row(&bench, SAMPLE_OK, 200 * J);
	assert_int_equal(bench.series.domains[0].gap_ns, NS_PER_S);
	assert_int_equal(bench.series.domains[0].wraps, 0);
}

static void a_leap_leaves_a_gap(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, 0);
	tick(&bench, 1000, 5000 * J);
	assert_gap(&bench, GAP_IMPLAUSIBLE, 0, 1000);
	assert_row(&bench, SAMPLE_RESTART, 0);
	tick(&bench, 2000, 5100 * J);
	assert_row(&bench, SAMPLE_OK, 100 * J);
}

static void a_zone_that_vanishes_and_comes_back_is_told(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, 500 * J);
	tick(&bench, 1000, 600 * J);
	failed(&bench, 0, 2000);
	go(&bench, 2000, READ_TICK, false);
	energy(&bench, 0, 3000, 3 * J)->epoch = 1;
	go(&bench, 3000, READ_TICK, false);
	assert_gap(&bench, GAP_RESET, 1000, 3000);
	assert_row(&bench, SAMPLE_RESTART, 100 * J);
	energy(&bench, 0, 4000, 103 * J)->epoch = 1;
	go(&bench, 4000, READ_TICK, false);
	assert_row(&bench, SAMPLE_OK, 200 * J);
	/* Back with the counter gone on: nothing is lost. */
	energy(&bench, 0, 5000, 203 * J)->epoch = 2;
	go(&bench, 5000, READ_TICK, false);
	assert_row(&bench, SAMPLE_OK, 300 * J);
	assert_int_equal(bench.gaps.count, 0);
}

static void a_reset_between_rows_keeps_both_sides(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, 500 * J);
	energy(&bench, 0, 400, 540 * J);
	go(&bench, 400, READ_PACE, false);
	energy(&bench, 0, 600, 0);
	go(&bench, 600, READ_PACE, false);
	assert_gap(&bench, GAP_WENT_BACK, 400, 600);
	failed(&bench, 0, 800);
	go(&bench, 800, READ_TICK, false);
	assert_int_equal(bench.row.state[0], SAMPLE_NONE);
	tick(&bench, 1000, 40 * J);
	assert_row(&bench, SAMPLE_RESTART, 80 * J);
	assert_int_equal(bench.series.domains[0].covered_ns, 800 * NS_PER_MS);
}

static void a_suspend_that_resets_is_a_gap_and_one_that_does_not_is_none(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, RANGE - 100 * J);
	bench.frame.asleep_ns = 60 * NS_PER_S;
	tick(&bench, 1000, 3 * J);
	assert_gap(&bench, GAP_RESET, 0, 1000);
	assert_row(&bench, SAMPLE_RESTART, 0);
	bench.frame.asleep_ns = 120 * NS_PER_S;
	tick(&bench, 2000, 103 * J);
	assert_row(&bench, SAMPLE_OK, 100 * J);
	assert_int_equal(bench.gaps.count, 0);
}

static void a_frozen_counter_that_catches_up_loses_nothing(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, 0);
	tick(&bench, 50, 5 * J);
	tick(&bench, 100, 5 * J);
	assert_row(&bench, SAMPLE_OK, 5 * J); /* a zero of at most one step */
	tick(&bench, 1000, 5 * J);
	assert_int_equal(bench.row.state[0], SAMPLE_NONE);
	tick(&bench, 2000, 5 * J);
	assert_int_equal(bench.row.state[0], SAMPLE_NONE);
	end(&bench, 3000, 300 * J);
	assert_row(&bench, SAMPLE_OK, 300 * J);
	assert_int_equal(bench.gaps.count, 0);
	assert_int_equal(bench.series.domains[0].covered_ns, 3 * NS_PER_S);
}

static void a_counter_that_stands_still_at_the_end_is_a_gap(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, 0);
	tick(&bench, 1000, 100 * J);
	tick(&bench, 2000, 100 * J);
	end(&bench, 3000, 100 * J);
	assert_gap(&bench, GAP_STOOD_STILL, 1000, 3000);
	assert_int_equal(bench.row.state[0], SAMPLE_NONE);
	assert_int_equal(bench.series.domains[0].covered_ns, NS_PER_S);
}

static void a_short_stand_at_the_end_is_covered(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, 0);
	tick(&bench, 1000, 100 * J);
	end(&bench, 1050, 100 * J);
	assert_row(&bench, SAMPLE_OK, 100 * J);
	assert_int_equal(bench.gaps.count, 0);
	assert_int_equal(bench.series.domains[0].covered_ns, 1050 * NS_PER_MS);
}

static void a_run_shorter_than_the_update_is_unknown_and_not_zero(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("gpu-0", FAMILY_GPU));
	tick(&bench, 0, 42 * J);
	end(&bench, 20, 42 * J);
	assert_int_equal(bench.row.state[0], SAMPLE_NONE);
	assert_gap(&bench, GAP_STOOD_STILL, 0, 20);
}

static void inner_and_node_counters_may_stand_still(void **unused)
{
	struct domain inner = energy_domain("uncore-0", FAMILY_CPU);
	struct domain node = energy_domain("psys", FAMILY_NODE);
	struct bench bench;

	(void)unused;
	(void)strcpy(inner.inside, "package-0");
	bench_init(&bench, inner);
	tick(&bench, 0, 0);
	end(&bench, 9000, 0);
	assert_int_equal(bench.gaps.count, 0);
	assert_int_equal(bench.row.state[0], SAMPLE_NONE);
	bench_init(&bench, node);
	tick(&bench, 0, 0);
	end(&bench, 9000, 0);
	assert_int_equal(bench.gaps.count, 0);
	/* One that did move has no excuse. */
	bench_init(&bench, node);
	tick(&bench, 0, 0);
	tick(&bench, 1000, J);
	end(&bench, 9000, J);
	assert_gap(&bench, GAP_STOOD_STILL, 1000, 9000);
}

static void a_late_source_begins_where_it_begins(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, 0);
	bench_add(&bench, energy_domain("gpu-0", FAMILY_GPU));
	energy(&bench, 1, 1500, 900 * J);
	go(&bench, 1500, READ_PACE, false);
	assert_int_equal(bench.gaps.count, 0);
	energy(&bench, 1, 2000, 1000 * J);
	tick(&bench, 2000, 200 * J);
	assert_gap(&bench, GAP_LATE, 0, 2000);
	assert_int_equal(bench.gaps.gap[0].domain, 1);
	assert_int_equal(bench.row.state[1], SAMPLE_RESTART);
	assert_true(bench.row.energy_uj[1] == 0);
	energy(&bench, 1, 3000, 1250 * J);
	tick(&bench, 3000, 300 * J);
	assert_int_equal(bench.row.state[1], SAMPLE_OK);
	assert_true(bench.row.energy_uj[1] == 250 * J);
}

static void a_domain_never_read_is_a_gap_as_long_as_the_run(void **unused)
{
	struct domain twice = energy_domain("package-0-mmio", FAMILY_CPU);
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	(void)strcpy(twice.duplicate_of, "package-0");
	bench_add(&bench, twice);
	failed(&bench, 0, 0);
	go(&bench, 0, READ_EDGE, false);
	failed(&bench, 0, 4000);
	go(&bench, 4000, READ_EDGE, true);
	assert_gap(&bench, GAP_READ_FAILED, 0, 4000);
	assert_int_equal(bench.row.state[0], SAMPLE_NONE);
}

static void a_read_that_fails_to_the_end_is_a_gap_from_the_last(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, 0);
	tick(&bench, 1000, 100 * J);
	failed(&bench, 0, 5000);
	go(&bench, 5000, READ_EDGE, true);
	assert_gap(&bench, GAP_READ_FAILED, 1000, 5000);
}

static void wraps_that_may_be_lost_widen(void **unused)
{
	struct bench bench;
	int64_t ms = (int64_t)(RANGE / 300000) + 1000; /* a wrap at 300 W, and a second */

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, 0);
	tick(&bench, 1000, 100 * J);
	assert_true(bench.series.domains[0].maybe_lost_uj == 0);
	tick(&bench, 1000 + ms, 200 * J);
	assert_row(&bench, SAMPLE_OK, 200 * J);
	assert_true(bench.series.domains[0].maybe_lost_uj == RANGE);
}

static struct domain power_domain(int64_t pace_ms)
{
	struct domain domain;

	domain_init(&domain, "amdgpu-0", FAMILY_GPU);
	domain.measure = MEASURE_POWER;
	domain.pace_ns = pace_ms * NS_PER_MS;
	return domain;
}

static void power_is_integrated_between_rows_too(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, power_domain(100));
	power(&bench, 0, 0, 50 * W);
	go(&bench, 0, READ_EDGE, false);
	for (int64_t ms = 100; ms < 1000; ms += 100) {
		power(&bench, 0, ms, ms < 500 ? 50 * W : 150 * W);
		go(&bench, ms, READ_PACE, false);
	}
	power(&bench, 0, 1000, 150 * W);
	go(&bench, 1000, READ_EDGE, true);
	/* 400 ms of 50 W, 100 ms on the way, 500 ms of 150 W. */
	assert_row(&bench, SAMPLE_OK, 105 * J);
	assert_true(bench.series.domains[0].ripple_uj == 5 * J);
	assert_int_equal(bench.gaps.count, 0);
}

static void a_hole_in_power_is_no_straight_line(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, power_domain(100));
	power(&bench, 0, 0, 50 * W);
	go(&bench, 0, READ_EDGE, false);
	power(&bench, 0, 1000, 50 * W);
	go(&bench, 1000, READ_TICK, false);
	assert_row(&bench, SAMPLE_OK, 50 * J);
	power(&bench, 0, 2001, 50 * W);
	go(&bench, 2001, READ_TICK, false);
	assert_gap(&bench, GAP_READ_FAILED, 1000, 2001);
	assert_row(&bench, SAMPLE_RESTART, 50 * J);
}

static void without_a_pace_ten_rows_make_a_hole(void **unused)
{
	struct bench bench;

	(void)unused;
	for (int unread = 9; unread <= 10; unread++) {
		bench_init(&bench, power_domain(0));
		power(&bench, 0, 0, 50 * W);
		go(&bench, 0, READ_EDGE, false);
		for (int i = 1; i <= unread; i++) {
			failed(&bench, 0, i * 1000);
			go(&bench, i * 1000, READ_TICK, false);
		}
		power(&bench, 0, (unread + 1) * 1000, 50 * W);
		go(&bench, (unread + 1) * 1000, READ_TICK, false);
		assert_int_equal(bench.gaps.count, unread == 10);
		assert_row(&bench, unread == 10 ? SAMPLE_RESTART : SAMPLE_OK,
			   unread == 10 ? 0 : 500 * J);
	}
}

static void power_alone_is_no_reading_of_a_counter(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("gpu-0", FAMILY_GPU));
	tick(&bench, 0, 0);
	power(&bench, 0, 500, 100 * W);
	go(&bench, 500, READ_TICK, false);
	assert_int_equal(bench.row.state[0], SAMPLE_NONE);
	assert_int_equal(bench.gaps.count, 0);
	end(&bench, 1000, 100 * J);
	assert_row(&bench, SAMPLE_OK, 100 * J);
}

static int check_of(unsigned counter_w, int seconds, uint32_t *ret)
{
	struct bench bench;

	bench_init(&bench, energy_domain("gpu-0", FAMILY_GPU));
	for (int i = 0; i <= seconds * 4; i++) {
		int64_t ms = i * 250;

		if (i % 4 == 0) {
			struct reading *r =
				energy(&bench, 0, ms, (uint64_t)i / 4 * counter_w * J);

			r->power_uw = 100 * W;
			r->has |= READING_POWER;
		} else {
			power(&bench, 0, ms, 100 * W);
		}
		go(&bench, ms, i ? READ_TICK : READ_EDGE, false);
	}
	return series_cross_check(&bench.series.domains[0], ret);
}

static void a_counter_is_held_against_its_own_power(void **unused)
{
	uint32_t permille = 7;

	(void)unused;
	assert_int_equal(check_of(100, 4, &permille), -EAGAIN);
	assert_int_equal(permille, 7);
	assert_int_equal(check_of(100, 6, &permille), 0);
	assert_int_equal(permille, 1000);
	assert_int_equal(check_of(87, 60, &permille), 0);
	assert_int_equal(permille, 870);
}

static void twins_are_found_after_five_rows(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	bench_add(&bench, energy_domain("package-1", FAMILY_CPU));
	bench_add(&bench, energy_domain("package-2", FAMILY_CPU));
	bench_add(&bench, energy_domain("dram-0", FAMILY_MEMORY));
	for (int i = 0; i <= 5; i++) {
		assert_int_equal(bench.series.domains[1].twin, -1);
		for (size_t d = 1; d < 4; d++)
			energy(&bench, d, i * 1000,
			       (uint64_t)(i + 1) * 10 * J + (d == 2 && i == 3));
		tick(&bench, i * 1000, (uint64_t)(i + 1) * 10 * J);
	}
	assert_int_equal(bench.series.domains[1].twin, 0);
	assert_int_equal(bench.series.domains[0].twin, -1);
	assert_int_equal(bench.series.domains[2].twin, -1);
	assert_int_equal(bench.series.domains[3].twin, -1);
}

static void counters_that_rest_are_no_twins(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	bench_add(&bench, energy_domain("package-1", FAMILY_CPU));
	for (int i = 0; i <= 20; i++) {
		energy(&bench, 1, i * 1000, 5 * J);
		tick(&bench, i * 1000, 5 * J);
	}
	assert_int_equal(bench.series.domains[1].twin, -1);
}

static void a_wrap_after_a_suspend_is_a_wrap(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, RANGE - 150 * J);
	bench.frame.asleep_ns = 60 * NS_PER_S;
	tick(&bench, 1000, RANGE - 50 * J);
	tick(&bench, 2000, 50 * J);
	assert_row(&bench, SAMPLE_OK, 200 * J);
	assert_int_equal(bench.series.domains[0].wraps, 1);
}

static void a_counter_that_stops_after_a_gap_is_unknown(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, 500 * J);
	tick(&bench, 1000, 600 * J);
	tick(&bench, 1010, J);
	assert_row(&bench, SAMPLE_RESTART, 100 * J);
	tick(&bench, 1020, J);
	assert_int_equal(bench.row.state[0], SAMPLE_NONE);
}

static void ticks_that_were_missed_count_as_unread(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, power_domain(0));
	power(&bench, 0, 0, 50 * W);
	go(&bench, 0, READ_EDGE, false);
	power(&bench, 0, 11000, 50 * W);
	bench.frame.missed = 10;
	go(&bench, 11000, READ_TICK, false);
	assert_gap(&bench, GAP_READ_FAILED, 0, 11000);
}

static void a_counter_that_differs_once_is_no_twin_yet(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	bench_add(&bench, energy_domain("package-1", FAMILY_CPU));
	for (int i = 0; i <= 8; i++) {
		energy(&bench, 1, i * 1000, (uint64_t)(i + 1) * 10 * J + (i == 4));
		tick(&bench, i * 1000, (uint64_t)(i + 1) * 10 * J);
	}
	assert_int_equal(bench.series.domains[1].twin, -1);
}

static void power_read_too_seldom_is_no_check(void **unused)
{
	struct bench bench;
	uint32_t permille;

	(void)unused;
	bench_init(&bench, energy_domain("gpu-0", FAMILY_GPU));
	for (int i = 0; i <= 20; i++) {
		struct reading *r = energy(&bench, 0, i * 3000, (uint64_t)i * 100 * J);

		r->power_uw = 100 * W;
		r->has |= READING_POWER;
		go(&bench, i * 3000, READ_TICK, false);
	}
	assert_int_equal(series_cross_check(&bench.series.domains[0], &permille),
			 -EAGAIN);
}

static void the_guard_is_half_a_wrap(void **unused)
{
	struct domain domain = energy_domain("package-0", FAMILY_CPU);

	(void)unused;
	assert_int_equal(series_wrap_guard_ns(&domain) / NS_PER_S, 436);
	domain.max_uw = 0;
	assert_int_equal(series_wrap_guard_ns(&domain) / NS_PER_S, 43);
	domain.range_uj = 1;
	assert_int_equal(series_wrap_guard_ns(&domain), NS_PER_MS);
	domain.range_uj = 0;
	assert_true(series_wrap_guard_ns(&domain) == INT64_MAX);
}

static void there_is_room_for_no_more_than_there_is(void **unused)
{
	struct domain domain = energy_domain("package-0", FAMILY_CPU);
	struct series series;

	(void)unused;
	series_init(&series, 0);
	for (int i = 0; i < DOMAINS_MAX; i++)
		assert_int_equal(series_add_domain(&series, &domain), i);
	assert_int_equal(series_add_domain(&series, &domain), -ENOSPC);
}

/* Whoever reads may be stopped between the value and its time: the next is no absurd step. */
static void a_value_that_was_stamped_late_is_as_old_as_its_frame(void **unused)
{
	struct bench bench;

	(void)unused;
	bench_init(&bench, energy_domain("package-0", FAMILY_CPU));
	tick(&bench, 0, 0);
	energy(&bench, 0, 3000, 100 * J);
	go(&bench, 1000, READ_TICK, false);
	tick(&bench, 3001, 500 * J);
	assert_int_equal(bench.gaps.count, 0);
	assert_row(&bench, SAMPLE_OK, 500 * J);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_frame_is_the_base),
		cmocka_unit_test(one_failed_read_costs_nothing),
		cmocka_unit_test(a_pace_frame_asks_only_some),
		cmocka_unit_test(joules_do_not_depend_on_when_it_was_read),
		cmocka_unit_test(a_counter_that_goes_back_leaves_a_gap),
		cmocka_unit_test(a_leap_leaves_a_gap),
		cmocka_unit_test(a_zone_that_vanishes_and_comes_back_is_told),
		cmocka_unit_test(a_reset_between_rows_keeps_both_sides),
		cmocka_unit_test(
			a_suspend_that_resets_is_a_gap_and_one_that_does_not_is_none),
		cmocka_unit_test(a_frozen_counter_that_catches_up_loses_nothing),
		cmocka_unit_test(a_counter_that_stands_still_at_the_end_is_a_gap),
		cmocka_unit_test(a_short_stand_at_the_end_is_covered),
		cmocka_unit_test(a_run_shorter_than_the_update_is_unknown_and_not_zero),
		cmocka_unit_test(inner_and_node_counters_may_stand_still),
		cmocka_unit_test(a_late_source_begins_where_it_begins),
		cmocka_unit_test(a_domain_never_read_is_a_gap_as_long_as_the_run),
		cmocka_unit_test(a_read_that_fails_to_the_end_is_a_gap_from_the_last),
		cmocka_unit_test(wraps_that_may_be_lost_widen),
		cmocka_unit_test(power_is_integrated_between_rows_too),
		cmocka_unit_test(a_hole_in_power_is_no_straight_line),
		cmocka_unit_test(without_a_pace_ten_rows_make_a_hole),
		cmocka_unit_test(power_alone_is_no_reading_of_a_counter),
		cmocka_unit_test(a_counter_is_held_against_its_own_power),
		cmocka_unit_test(twins_are_found_after_five_rows),
		cmocka_unit_test(counters_that_rest_are_no_twins),
		cmocka_unit_test(a_wrap_after_a_suspend_is_a_wrap),
		cmocka_unit_test(a_counter_that_stops_after_a_gap_is_unknown),
		cmocka_unit_test(ticks_that_were_missed_count_as_unread),
		cmocka_unit_test(a_counter_that_differs_once_is_no_twin_yet),
		cmocka_unit_test(power_read_too_seldom_is_no_check),
		cmocka_unit_test(the_guard_is_half_a_wrap),
		cmocka_unit_test(a_value_that_was_stamped_late_is_as_old_as_its_frame),
		cmocka_unit_test(there_is_room_for_no_more_than_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
