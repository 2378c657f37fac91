/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "calc/ledger.h"
#include "fixture.h"

#define J    UINT64_C(1000000) /* in uj */
#define W    UINT64_C(1000000) /* in uw */
#define ROWS 40

/* A machine made up for one test, its rows, and what the ledger says of them. */
struct bench {
	struct run_domain domains[16];
	size_t count;
	struct sample rows[ROWS + 1];
	size_t row_count;
	struct ledger *ledger;
};

static struct domain *add(struct bench *bench, const char *id, enum family family)
{
	struct domain *domain = &bench->domains[bench->count++].domain;

	domain_init(domain, id, family);
	domain->update_ns = NS_PER_MS;
	return domain;
}

static void init(struct bench *bench)
{
	memset(bench, 0, sizeof *bench);
}

static const struct run_domain *decided(struct bench *bench, const char *id)
{
	ledger_decide(bench->domains, bench->count);
	for (size_t i = 0; i < bench->count; i++)
		if (strcmp(bench->domains[i].domain.id, id) == 0)
			return &bench->domains[i];
	fail_msg("no domain %s", id);
	return NULL;
}

static void assert_counted(struct bench *bench, const char *id)
{
	const struct run_domain *row = decided(bench, id);

	assert_true(row->counted);
	assert_string_equal(row->why_not, "");
}

static void assert_left_out(struct bench *bench, const char *id, const char *why)
{
	const struct run_domain *row = decided(bench, id);

	assert_false(row->counted);
	assert_string_equal(row->why_not, why);
}

static void inside(struct domain *domain, const char *id)
{
	(void)strcpy(domain->inside, id);
}

static void what_is_inside_another_is_not_counted_again(void **unused)
{
	struct bench bench;

	(void)unused;
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU);
	inside(add(&bench, "core-0", FAMILY_CPU), "package-0");
	add(&bench, "dram-0", FAMILY_MEMORY);
	inside(add(&bench, "core-1", FAMILY_CPU), "package-1");
	assert_counted(&bench, "package-0");
	assert_left_out(&bench, "core-0", "inside package-0");
	assert_counted(&bench, "dram-0");
	/* Its package is not here: better a part than nothing. */
	assert_counted(&bench, "core-1");
}

static void node_meters_stand_beside_the_sum(void **unused)
{
	struct bench bench;

	(void)unused;
	init(&bench);
	inside(add(&bench, "package-0", FAMILY_CPU), "psys");
	add(&bench, "psys", FAMILY_NODE);
	add(&bench, "plug", FAMILY_OTHER)->boundary = BOUNDARY_WALL;
	assert_counted(&bench, "package-0");
	assert_left_out(&bench, "psys", "node boundary: shown beside the sum");
	assert_left_out(&bench, "plug", "wall boundary: shown beside the sum");
}

static void one_counter_shown_twice_counts_once(void **unused)
{
	struct bench bench;

	(void)unused;
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU);
	(void)strcpy(add(&bench, "package-0-mmio", FAMILY_CPU)->duplicate_of,
		     "package-0");
	assert_left_out(&bench, "package-0-mmio", "same counter as package-0");
}

static void an_estimate_never_mixes_into_a_measured_sum(void **unused)
{
	struct bench bench;

	(void)unused;
	init(&bench);
	add(&bench, "cpu-model", FAMILY_CPU)->kind = KIND_MODELLED;
	add(&bench, "memory-model", FAMILY_MEMORY)->kind = KIND_MODELLED;
	assert_counted(&bench, "cpu-model");
	add(&bench, "package-0", FAMILY_CPU);
	assert_left_out(&bench, "cpu-model", "estimate, package-0 is measured");
	/* A measured sum holds no estimate, of whatever family. */
	assert_left_out(&bench, "memory-model", "estimate, package-0 is measured");
	/* What a needless estimate contains is counted on its own. */
	inside(add(&bench, "core-9", FAMILY_CPU), "cpu-model");
	assert_counted(&bench, "core-9");
}

static void a_familys_total_gives_way_to_its_parts(void **unused)
{
	struct bench bench;

	(void)unused;
	init(&bench);
	add(&bench, "cray-cpu", FAMILY_CPU)->gives_way = true;
	add(&bench, "cray-accel-0", FAMILY_GPU)->gives_way = true;
	add(&bench, "cray-accel-1", FAMILY_GPU)->gives_way = true;
	add(&bench, "cpu-model", FAMILY_CPU)->kind = KIND_MODELLED;
	assert_counted(&bench, "cray-cpu");
	assert_counted(&bench, "cray-accel-0");
	assert_counted(&bench, "cray-accel-1");
	assert_left_out(&bench, "cpu-model", "estimate, cray-cpu is measured");
	add(&bench, "package-0", FAMILY_CPU);
	assert_left_out(&bench, "cray-cpu", "package-0 counts part by part");
	assert_counted(&bench, "cray-accel-0");
}

static void a_meter_that_never_moved_gives_way_to_the_estimate(void **unused)
{
	struct bench bench;

	(void)unused;
	init(&bench);
	add(&bench, "cpu-model", FAMILY_CPU)->kind = KIND_MODELLED;
	add(&bench, "package-0", FAMILY_CPU);
	bench.domains[1].stood_still = true;
	assert_left_out(&bench, "package-0", "its counter never moved: no working meter");
	assert_counted(&bench, "cpu-model");
}

/* Rows of one second: domain i draws watts[i]; we have scope of busy CPU ms. */
static void rows(struct bench *bench, const uint64_t *watts, uint64_t scope,
		 uint64_t busy)
{
	bench->row_count = ROWS + 1;
	for (size_t k = 0; k <= ROWS; k++) {
		struct sample *row = &bench->rows[k];

		row->t_ns = (int64_t)k * NS_PER_S;
		row->domain_count = (uint32_t)bench->count;
		row->use.has = USE_SCOPE_CPU | USE_MACHINE_CPU;
		row->use.scope_cpu_ns = k * scope * 1000000;
		row->use.machine_cpu_ns = k * busy * 1000000;
		for (size_t i = 0; i < bench->count; i++) {
			row->state[i] = SAMPLE_OK;
			row->energy_uj[i] = k * watts[i] * J;
		}
	}
}

static const struct idle *no_idle;

static void weigh(struct bench *bench, const struct idle *idle)
{
	const struct reserve reserve = { .cpu_permille = 250, .mem_permille = 500 };

	ledger_decide(bench->domains, bench->count);
	ledger_free(bench->ledger);
	assert_int_equal(ledger_new(bench->domains, bench->count, &reserve,
				    &bench->ledger),
			 0);
	ledger_set_idle(bench->ledger, idle);
	for (size_t k = 0; k < bench->row_count; k++)
		ledger_add(bench->ledger, &bench->rows[k]);
}

static struct ledger_domain got(const struct bench *bench, size_t i)
{
	struct ledger_domain ret;

	ledger_domain_get(bench->ledger, i, &ret);
	return ret;
}

static struct ledger_total total(const struct bench *bench)
{
	struct ledger_total ret;

	ledger_total_get(bench->ledger, &ret);
	return ret;
}

static void done(struct bench *bench)
{
	ledger_free(bench->ledger);
}

static void assert_ordered(const struct bounded_uj *b)
{
	assert_true(b->low <= b->value && b->value <= b->high);
}

static void a_row_without_cpu_times_is_covered_by_the_next(void **unused)
{
	static const uint64_t watts[] = { 40 };
	struct bench bench;
	struct ledger_domain whole;

	(void)unused;
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU);
	rows(&bench, watts, 250, 1000);
	weigh(&bench, no_idle);
	whole = got(&bench, 0);
	for (size_t k = 1; k < ROWS; k += 2)
		bench.rows[k].use.has = USE_MACHINE_CPU;
	weigh(&bench, no_idle);
	assert_true(got(&bench, 0).has_share);
	assert_true(got(&bench, 0).machine.value == whole.machine.value);
	assert_true(got(&bench, 0).active.value == whole.active.value);
	/* Never read again: most of it is without a share, and none is made up. */
	for (size_t k = 2; k <= ROWS; k++)
		bench.rows[k].use.has = USE_MACHINE_CPU;
	weigh(&bench, no_idle);
	assert_false(got(&bench, 0).has_share);
	assert_true(got(&bench, 0).machine.value == whole.machine.value);
	done(&bench);
}

static void dram_is_added_and_psys_is_not(void **unused)
{
	static const uint64_t watts[] = { 50, 30, 20, 120 };
	struct bench bench;

	(void)unused;
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU);
	inside(add(&bench, "core-0", FAMILY_CPU), "package-0");
	add(&bench, "dram-0", FAMILY_MEMORY);
	add(&bench, "psys", FAMILY_NODE);
	rows(&bench, watts, 500, 1000);
	weigh(&bench, no_idle);
	assert_true(total(&bench).sum.machine.value == 70 * J * ROWS);
	assert_int_equal(total(&bench).counted, 2);
	assert_true(got(&bench, 0).active.value == 25 * J * ROWS);
	assert_true(total(&bench).sum.active.value == 35 * J * ROWS);
	assert_true(got(&bench, 3).active.value == 60 * J * ROWS);
	assert_string_equal(got(&bench, 0).share_how, "CPU time");
	assert_string_equal(got(&bench, 2).share_how, "CPU time, PSS is not known");
	done(&bench);
}

static void eight_boards_are_summed(void **unused)
{
	static const uint64_t watts[] = { 100, 200, 300, 400, 500, 600, 700, 800 };
	struct bench bench;

	(void)unused;
	init(&bench);
	for (int g = 0; g < 8; g++) {
		char id[] = "gpu-0";

		id[4] = (char)('0' + g);
		add(&bench, id, FAMILY_GPU)->gpu = g;
	}
	rows(&bench, watts, 1, 1);
	for (size_t k = 0; k <= ROWS; k++) {
		bench.rows[k].gpu_count = 8;
		for (int g = 0; g < 8; g++)
			bench.rows[k].use.gpu[g] =
				(struct gpu_use){ .has = GPU_USE_CLIENTS,
						  .scope_clients = g < 2,
						  .all_clients = 1 };
	}
	weigh(&bench, no_idle);
	assert_true(total(&bench).sum.machine.value == 3600 * J * ROWS);
	assert_true(total(&bench).sum.active.value == 300 * J * ROWS);
	assert_string_equal(got(&bench, 0).share_how, "only client");
	assert_string_equal(got(&bench, 7).share_how, "no client");
	done(&bench);
}

static void a_domain_without_users_known_has_no_share(void **unused)
{
	static const uint64_t watts[] = { 50, 300 };
	struct bench bench;

	(void)unused;
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU);
	add(&bench, "gpu-0", FAMILY_GPU)->gpu = 0;
	rows(&bench, watts, 500, 1000);
	weigh(&bench, no_idle);
	assert_true(got(&bench, 1).has_machine);
	assert_false(got(&bench, 1).has_share);
	assert_true(got(&bench, 0).has_share);
	assert_true(total(&bench).sum.has_machine);
	assert_false(total(&bench).sum.has_share);
	done(&bench);
}

static void a_tiny_part_without_a_share_is_in_the_high_bound(void **unused)
{
	static const uint64_t watts[] = { 100 };
	struct bench bench;

	(void)unused;
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU);
	rows(&bench, watts, 1000, 1000);
	/* The first row's use is not there, and hardly any joules after it. */
	bench.rows[0].use.has = 0;
	for (size_t k = 1; k <= ROWS; k++)
		bench.rows[k].energy_uj[0] = (1 + (k - 1) * 100) * J;
	weigh(&bench, no_idle);
	assert_true(got(&bench, 0).has_share);
	assert_true(got(&bench, 0).machine.value == 3901 * J);
	assert_true(got(&bench, 0).active.value == 3900 * J);
	assert_true(got(&bench, 0).active.high >= 3901 * J);
	/* More of it, and the share is not known. */
	bench.rows[ROWS].use.has = 0;
	weigh(&bench, no_idle);
	assert_false(got(&bench, 0).has_share);
	assert_true(got(&bench, 0).has_machine);
	done(&bench);
}

static void a_domain_with_no_interval_is_unknown(void **unused)
{
	static const uint64_t watts[] = { 50, 50 };
	struct bench bench;

	(void)unused;
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU);
	add(&bench, "dram-0", FAMILY_MEMORY);
	rows(&bench, watts, 1, 2);
	for (size_t k = 1; k <= ROWS; k++)
		bench.rows[k].state[1] = SAMPLE_NONE;
	weigh(&bench, no_idle);
	assert_false(got(&bench, 1).has_machine);
	assert_false(got(&bench, 1).has_share);
	assert_true(total(&bench).sum.machine.value == 50 * J * ROWS);
	assert_int_equal(total(&bench).sum.covered_ns, 0); /* the least of the counted */
	done(&bench);
}

static struct idle idle_of(uint64_t low_w, uint64_t w, uint64_t high_w)
{
	return (struct idle){ .known = true,
			      .power_uw = w * W,
			      .low_uw = low_w * W,
			      .high_uw = high_w * W };
}

static void marginal_and_reserved_follow_idle(void **unused)
{
	static const uint64_t watts[] = { 100 };
	struct idle idle = idle_of(20, 40, 40);
	struct ledger_domain domain;
	struct bench bench;

	(void)unused;
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU);
	rows(&bench, watts, 500, 1000);
	weigh(&bench, &idle);
	domain = got(&bench, 0);
	assert_true(domain.has_marginal && domain.has_reserved);
	assert_true(domain.active.value == 50 * J * ROWS);
	assert_true(domain.marginal.value == 30 * J * ROWS);
	assert_true(domain.reserved.value == 40 * J * ROWS); /* a quarter of idle's 40 */
	assert_true(domain.marginal.high >= 40 * J * ROWS);
	assert_ordered(&domain.marginal);
	assert_ordered(&domain.reserved);
	weigh(&bench, NULL);
	assert_false(got(&bench, 0).has_marginal);
	assert_false(got(&bench, 0).has_reserved);
	assert_false(total(&bench).sum.has_marginal);
	done(&bench);
}

static void a_full_load_all_along_does_not_make_marginal_nothing_for_sure(void **unused)
{
	static const uint64_t watts[] = { 100 };
	struct idle_finder *finder = NULL;
	struct ledger_domain domain;
	struct idle idle;
	struct bench bench;

	(void)unused;
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU);
	rows(&bench, watts, 1000, 1000);
	assert_int_equal(idle_finder_new(bench.domains, bench.count, &finder), 0);
	for (size_t k = 0; k <= ROWS; k++)
		idle_finder_add(finder, &bench.rows[k]);
	idle_finder_get(finder, 0, &idle);
	assert_true(idle.known);
	assert_true(idle.power_uw <= 100 * W && idle.power_uw > 98 * W);
	assert_true(idle.high_uw >= 100 * W && idle.high_uw < 102 * W);
	assert_string_equal(idle.how, "1st percentile of this run's power");
	weigh(&bench, &idle);
	domain = got(&bench, 0);
	assert_true(domain.marginal.value < 2 * J * ROWS);
	assert_true(domain.marginal.low == 0);
	assert_true(domain.marginal.high >= 50 * J * ROWS);
	idle_finder_free(finder);
	done(&bench);
}

static void idle_needs_enough_of_a_run(void **unused)
{
	struct run_domain domain;
	struct idle_finder *finder = NULL;
	struct sample row;
	struct idle idle;

	(void)unused;
	memset(&domain, 0, sizeof domain);
	memset(&row, 0, sizeof row);
	domain_init(&domain.domain, "package-0", FAMILY_CPU);
	row.domain_count = 1;
	row.state[0] = SAMPLE_OK;
	assert_int_equal(idle_finder_new(&domain, 1, &finder), 0);
	/* Rows of a ms at 10 W, then of a ms at 30 W: put together by 50. */
	for (int ms = 0; ms <= 950; ms++) {
		row.t_ns = ms * NS_PER_MS;
		row.energy_uj[0] = (uint64_t)ms * (ms < 500 ? 10000 : 30000);
		idle_finder_add(finder, &row);
	}
	idle_finder_get(finder, 0, &idle);
	assert_false(idle.known);
	row.t_ns += 50 * NS_PER_MS;
	row.energy_uj[0] += 3 * J / 2;
	idle_finder_add(finder, &row);
	idle_finder_get(finder, 0, &idle);
	assert_true(idle.known);
	assert_true(idle.power_uw <= 10 * W && idle.power_uw > 9800000);
	idle_finder_free(finder);
}

/* The first cut of the machine: any row but the ends may be missing. */
static void dropping_rows_keeps_joules(void **unused)
{
	static const uint64_t watts[] = { 73, 19 };
	struct bench bench, thin;

	(void)unused;
	srandom(7);
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU);
	add(&bench, "dram-0", FAMILY_MEMORY);
	rows(&bench, watts, 250, 1000);
	weigh(&bench, no_idle);
	for (int run = 0; run < 100; run++) {
		thin = bench;
		thin.ledger = NULL;
		thin.row_count = 0;
		for (size_t k = 0; k <= ROWS; k++)
			if (k == 0 || k == ROWS || random() % 3)
				thin.rows[thin.row_count++] = bench.rows[k];
		weigh(&thin, no_idle);
		for (size_t i = 0; i < 2; i++) {
			struct ledger_domain a = got(&bench, i), b = got(&thin, i);

			assert_true(a.machine.value == b.machine.value);
			assert_int_equal(a.covered_ns, b.covered_ns);
			assert_true(a.active.value - b.active.value + ROWS <= 2 * ROWS);
		}
		done(&thin);
	}
	done(&bench);
}

static void random_rows(struct bench *bench)
{
	static const uint64_t watts[] = { 0, 0 };
	uint64_t scope = 0, machine = 0;

	init(bench);
	add(bench, "package-0", FAMILY_CPU)->gain_u_permille = 30;
	add(bench, "dram-0", FAMILY_MEMORY)->offset_u_uw = W / 5;
	rows(bench, watts, 0, 0);
	for (size_t k = 1; k <= ROWS; k++) {
		struct sample *row = &bench->rows[k];
		uint64_t busy = (uint64_t)random() % 4000000000;

		machine += busy;
		scope += busy / 100 * ((uint64_t)random() % 101);
		row->use.scope_cpu_ns = scope;
		row->use.machine_cpu_ns = machine;
		for (size_t i = 0; i < 2; i++) {
			row->energy_uj[i] = bench->rows[k - 1].energy_uj[i] +
					    (uint64_t)random() % (200 * J);
			row->state[i] = random() % 8   ? SAMPLE_OK
					: random() % 2 ? SAMPLE_NONE
						       : SAMPLE_RESTART;
			if (row->state[i] == SAMPLE_RESTART)
				row->energy_uj[i] = bench->rows[k - 1].energy_uj[i];
		}
	}
	bench->rows[ROWS].state[0] = bench->rows[ROWS].state[1] = SAMPLE_OK;
}

/* Two ledgers over the two parts, which share the row of the cut. */
static void cutting_a_run_anywhere_keeps_its_joules(void **unused)
{
	struct bench bench, part;

	(void)unused;
	srandom(8);
	for (int run = 0; run < 200; run++) {
		struct idle idle[2] = { idle_of(5, 10, 12), idle_of(5, 10, 12) };
		size_t cut = 1 + (size_t)random() % (ROWS - 1);
		uint64_t machine = 0, active = 0, marginal = 0;

		random_rows(&bench);
		bench.rows[cut].state[0] = bench.rows[cut].state[1] = SAMPLE_OK;
		weigh(&bench, idle);
		for (int half = 0; half < 2; half++) {
			part = bench;
			part.ledger = NULL;
			part.row_count = half ? ROWS + 1 - cut : cut + 1;
			if (half)
				memmove(part.rows, bench.rows + cut,
					part.row_count * sizeof part.rows[0]);
			weigh(&part, idle);
			machine += total(&part).sum.machine.value;
			active += total(&part).sum.active.value;
			marginal += total(&part).sum.marginal.value;
			done(&part);
		}
		assert_true(machine == total(&bench).sum.machine.value);
		assert_true(active == total(&bench).sum.active.value);
		assert_true(marginal == total(&bench).sum.marginal.value);
		done(&bench);
	}
}

static void bounds_are_in_order_and_below_the_machine(void **unused)
{
	struct bench bench;

	(void)unused;
	srandom(9);
	for (int run = 0; run < 200; run++) {
		struct idle idle[2] = { idle_of(5, 10, 12), idle_of(0, 50, 90) };
		struct ledger_domain sum;

		random_rows(&bench);
		weigh(&bench, idle);
		for (int i = -1; i < 2; i++) {
			sum = i < 0 ? total(&bench).sum : got(&bench, (size_t)i);
			assert_true(sum.has_marginal && sum.has_reserved);
			assert_ordered(&sum.machine);
			assert_ordered(&sum.active);
			assert_ordered(&sum.marginal);
			assert_ordered(&sum.reserved);
			assert_true(sum.active.high <= sum.machine.high);
			assert_true(sum.marginal.value <= sum.active.value);
		}
		assert_true(sum.machine.low < sum.machine.value);
		done(&bench);
	}
}

static void two_scopes_share_what_there_is(void **unused)
{
	struct bench bench;

	(void)unused;
	srandom(10);
	for (int run = 0; run < 100; run++) {
		uint64_t machine, both;

		random_rows(&bench);
		weigh(&bench, no_idle);
		machine = total(&bench).sum.machine.value;
		both = total(&bench).sum.active.value;
		for (size_t k = 0; k <= ROWS; k++)
			bench.rows[k].use.scope_cpu_ns =
				bench.rows[k].use.machine_cpu_ns -
				bench.rows[k].use.scope_cpu_ns;
		weigh(&bench, no_idle);
		both += total(&bench).sum.active.value;
		assert_true(both <= machine);
		assert_true(both + 4 * ROWS >= machine);
		done(&bench);
	}
}

static void more_power_never_gives_less_energy(void **unused)
{
	struct bench bench;

	(void)unused;
	srandom(11);
	for (int run = 0; run < 100; run++) {
		size_t from = 1 + (size_t)random() % ROWS;
		struct ledger_domain before;

		random_rows(&bench);
		weigh(&bench, no_idle);
		before = total(&bench).sum;
		for (size_t k = from; k <= ROWS; k++)
			bench.rows[k].energy_uj[0] += 10 * J;
		weigh(&bench, no_idle);
		assert_true(total(&bench).sum.machine.value >= before.machine.value);
		assert_true(total(&bench).sum.active.value >= before.active.value);
		done(&bench);
	}
}

static void a_gap_adds_nothing_but_to_the_high_bound(void **unused)
{
	static const uint64_t watts[] = { 100 };
	struct bench bench;
	struct ledger_domain whole, holed;

	(void)unused;
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU);
	rows(&bench, watts, 1000, 1000);
	weigh(&bench, no_idle);
	whole = got(&bench, 0);
	for (size_t k = 20; k <= ROWS; k++) {
		bench.rows[k].state[0] = k == 20 ? SAMPLE_RESTART : SAMPLE_OK;
		bench.rows[k].energy_uj[0] -= 100 * J;
	}
	weigh(&bench, no_idle);
	holed = got(&bench, 0);
	assert_true(holed.machine.value == whole.machine.value - 100 * J);
	assert_int_equal(holed.covered_ns, (ROWS - 1) * NS_PER_S);
	assert_true(holed.machine.high >= whole.machine.value);
	assert_true(holed.active.high >= whole.active.value);
	assert_true(holed.machine.low <= whole.machine.low);
	done(&bench);
}

static void joules_of_a_restart_row_count_and_its_time_does_not(void **unused)
{
	static const uint64_t watts[] = { 100 };
	struct bench bench;

	(void)unused;
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU);
	rows(&bench, watts, 500, 1000);
	bench.rows[20].state[0] = SAMPLE_RESTART;
	weigh(&bench, no_idle);
	assert_true(got(&bench, 0).machine.value == 100 * J * ROWS);
	assert_true(got(&bench, 0).active.value == 50 * J * ROWS);
	assert_int_equal(got(&bench, 0).covered_ns, (ROWS - 1) * NS_PER_S);
	done(&bench);
}

static void a_board_is_split_anew_in_every_interval(void **unused)
{
	static const uint64_t watts[] = { 100 };
	struct bench bench;

	(void)unused;
	init(&bench);
	add(&bench, "gpu-0", FAMILY_GPU)->gpu = 0;
	rows(&bench, watts, 0, 0);
	for (size_t k = 0; k <= ROWS; k++) {
		bench.rows[k].gpu_count = 1;
		bench.rows[k].use.gpu[0] = (struct gpu_use){ .has = GPU_USE_CLIENTS,
							     .scope_clients = k < 10,
							     .all_clients = 1 };
	}
	weigh(&bench, no_idle);
	/* Nine seconds ours, one half ours, the rest another's. */
	assert_true(got(&bench, 0).active.value == 950 * J);
	done(&bench);
}

static void a_meter_error_is_systematic_and_families_add_in_quadrature(void **unused)
{
	static const uint64_t watts[] = { 100, 100, 200 };
	struct bench bench;
	struct ledger_domain sum;
	uint64_t all = 400 * J * ROWS, half;

	(void)unused;
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU)->gain_u_permille = 30;
	add(&bench, "package-1", FAMILY_CPU)->gain_u_permille = 30;
	add(&bench, "dram-0", FAMILY_MEMORY)->gain_u_permille = 40;
	for (size_t i = 0; i < 3; i++)
		bench.domains[i].domain.update_ns = 1;
	rows(&bench, watts, 1000, 1000);
	weigh(&bench, no_idle);
	sum = total(&bench).sum;
	/* 200 * 3 % = 6 and 200 * 4 % = 8 make 10 W; 1.96 of them. */
	half = 10 * J * ROWS * 196 / 100;
	assert_true(sum.machine.value == all);
	assert_in_range(sum.machine.high - all, half, half + 100);
	assert_in_range(all - sum.machine.low, half, half + 100);
	done(&bench);
}

static void widening_is_kept(void **unused)
{
	static const uint64_t watts[] = { 100 };
	struct bench bench;
	struct ledger_domain before, after;

	(void)unused;
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU);
	rows(&bench, watts, 500, 1000);
	weigh(&bench, no_idle);
	before = got(&bench, 0);
	ledger_widen(bench.ledger, 0, 1000 * J, 7 * J);
	after = got(&bench, 0);
	assert_true(after.machine.value == before.machine.value);
	assert_true(after.machine.high == before.machine.high + 1007 * J);
	assert_true(after.machine.low == before.machine.low - 7 * J);
	done(&bench);
}

static void a_share_has_its_own_width(void **unused)
{
	static const uint64_t watts[] = { 100 };
	struct ledger_domain alone, shared;
	struct bench bench;

	(void)unused;
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU)->update_ns = 1;
	rows(&bench, watts, 1000, 1000);
	weigh(&bench, no_idle);
	alone = got(&bench, 0);
	rows(&bench, watts, 500, 1000);
	weigh(&bench, no_idle);
	shared = got(&bench, 0);
	assert_true(alone.active.value - alone.active.low < alone.active.value / 1000);
	/* 1.96 * 0.2 * (1 - 0.5) */
	assert_in_range((shared.active.value - shared.active.low) * 1000 /
				shared.active.value,
			196, 198);
	done(&bench);
}

static void a_sum_is_as_good_as_its_worst_part(void **unused)
{
	static const uint64_t watts[] = { 100, 10 };
	struct bench bench;

	(void)unused;
	init(&bench);
	add(&bench, "package-0", FAMILY_CPU);
	add(&bench, "dram-0", FAMILY_MEMORY)->kind = KIND_DERIVED;
	rows(&bench, watts, 500, 1000);
	weigh(&bench, no_idle);
	assert_int_equal(total(&bench).kind, KIND_DERIVED);
	done(&bench);
}

static void nothing_counted_is_unknown(void **unused)
{
	struct ledger_total ret;
	struct bench bench;

	(void)unused;
	init(&bench);
	weigh(&bench, no_idle);
	ret = total(&bench);
	assert_int_equal(ret.counted, 0);
	assert_false(ret.sum.has_machine);
	assert_false(ret.sum.has_share);
	done(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_inside_another_is_not_counted_again),
		cmocka_unit_test(node_meters_stand_beside_the_sum),
		cmocka_unit_test(one_counter_shown_twice_counts_once),
		cmocka_unit_test(an_estimate_never_mixes_into_a_measured_sum),
		cmocka_unit_test(a_familys_total_gives_way_to_its_parts),
		cmocka_unit_test(a_meter_that_never_moved_gives_way_to_the_estimate),
		cmocka_unit_test(a_row_without_cpu_times_is_covered_by_the_next),
		cmocka_unit_test(dram_is_added_and_psys_is_not),
		cmocka_unit_test(eight_boards_are_summed),
		cmocka_unit_test(a_domain_without_users_known_has_no_share),
		cmocka_unit_test(a_tiny_part_without_a_share_is_in_the_high_bound),
		cmocka_unit_test(a_domain_with_no_interval_is_unknown),
		cmocka_unit_test(marginal_and_reserved_follow_idle),
		cmocka_unit_test(
			a_full_load_all_along_does_not_make_marginal_nothing_for_sure),
		cmocka_unit_test(idle_needs_enough_of_a_run),
		cmocka_unit_test(dropping_rows_keeps_joules),
		cmocka_unit_test(cutting_a_run_anywhere_keeps_its_joules),
		cmocka_unit_test(bounds_are_in_order_and_below_the_machine),
		cmocka_unit_test(two_scopes_share_what_there_is),
		cmocka_unit_test(more_power_never_gives_less_energy),
		cmocka_unit_test(a_gap_adds_nothing_but_to_the_high_bound),
		cmocka_unit_test(
			a_meter_error_is_systematic_and_families_add_in_quadrature),
		cmocka_unit_test(joules_of_a_restart_row_count_and_its_time_does_not),
		cmocka_unit_test(a_board_is_split_anew_in_every_interval),
		cmocka_unit_test(widening_is_kept),
		cmocka_unit_test(a_share_has_its_own_width),
		cmocka_unit_test(a_sum_is_as_good_as_its_worst_part),
		cmocka_unit_test(nothing_counted_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
