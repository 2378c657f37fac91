/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "calc/curve.h"
#include "engine/curve.h"
#include "fixture.h"

#define ROWS_MAX 600
#define S        NS_PER_S

/* Rows, and what is made of them. */
struct trial {
	struct run_domain domains[3];
	size_t domain_count;
	struct sample rows[ROWS_MAX];
	size_t row_count;
	struct ledger *ledger;
	struct run_curve curve;
	uint64_t random;
};

static int set_up(void **state)
{
	struct trial *trial = calloc(1, sizeof *trial);

	assert_non_null(trial);
	trial->random = 7;
	*state = trial;
	return 0;
}

static void forget(struct trial *trial)
{
	ledger_free(trial->ledger);
	trial->ledger = NULL;
	run_curve_done(&trial->curve);
	memset(&trial->curve, 0, sizeof trial->curve);
}

static int tear_down(void **state)
{
	forget(*state);
	free(*state);
	return 0;
}

static struct run_domain *add_domain(struct trial *trial, const char *id,
				     enum family family)
{
	struct run_domain *own = &trial->domains[trial->domain_count++];

	domain_init(&own->domain, id, family);
	own->counted = true;
	return own;
}

/* Of one domain; half of the busy time is the run's. */
static struct sample *add_row(struct trial *trial, int64_t t_ns, uint64_t energy_j)
{
	struct sample *row = &trial->rows[trial->row_count++];

	memset(row, 0, sizeof *row);
	row->t_ns = t_ns;
	row->domain_count = (uint32_t)trial->domain_count;
	row->state[0] = trial->row_count == 1 ? SAMPLE_RESTART : SAMPLE_OK;
	row->energy_uj[0] = energy_j * UJ_PER_J;
	row->use.has = USE_SCOPE_CPU | USE_MACHINE_CPU;
	row->use.scope_cpu_ns = (uint64_t)t_ns / 2;
	row->use.machine_cpu_ns = (uint64_t)t_ns;
	return row;
}

static const struct run_curve *curve_of(struct trial *trial, size_t bins_max)
{
	struct curve *curve = NULL;

	forget(trial);
	assert_int_equal(ledger_new(trial->domains, trial->domain_count, NULL,
				    &trial->ledger),
			 0);
	assert_int_equal(curve_new(trial->domains, trial->domain_count, bins_max, &curve),
			 0);
	for (size_t i = 0; i < trial->row_count; i++)
		curve_see(curve, trial->rows[i].t_ns);
	assert_int_equal(curve_begin(curve), 0);
	for (size_t i = 0; i < trial->row_count; i++) {
		ledger_add(trial->ledger, &trial->rows[i]);
		curve_add(curve, &trial->rows[i], trial->ledger);
	}
	assert_int_equal(curve_end(curve, &trial->curve), 0);
	curve_free(curve);
	return &trial->curve;
}

static bool is_near(double value, double expected)
{
	return fabs(value - expected) <= 1e-9 * fmax(fabs(expected), 1e-6);
}

#define assert_near(value, expected)                                                     \
	do {                                                                             \
		if (!is_near(value, expected))                                           \
			fail_msg("%s is %.17g, not %.17g", #value, (double)(value),      \
				 (double)(expected));                                    \
	} while (0)

/* --- bins --- */

static void a_run_of_few_rows_has_a_bin_from_each_to_the_next(void **state)
{
	struct trial *trial = *state;
	const struct run_curve *curve;

	add_domain(trial, "package-0", FAMILY_CPU);
	add_row(trial, S / 2, 0);
	add_row(trial, 2 * S, 30);
	add_row(trial, 3 * S, 40);
	curve = curve_of(trial, 0);
	assert_int_equal(curve->bins, 2);
	assert_false(curve->thinned);
	assert_near(curve->edge_s[0], 0.5);
	assert_near(curve->edge_s[1], 2);
	assert_near(curve->edge_s[2], 3);
	assert_near(curve->lanes[0].machine_w[0], 20);
	assert_near(curve->lanes[0].machine_w[1], 10);
	assert_near(curve->lanes[0].attributed_w[1], 5);
	assert_near(curve->lanes[0].covered_s[0], 1.5);
	assert_near(curve->scope_cpu_ratio[0], 0.5);
	assert_null(curve->intensity_gpkwh);
}

static void a_run_without_two_rows_has_no_bins(void **state)
{
	struct trial *trial = *state;

	add_domain(trial, "package-0", FAMILY_CPU);
	assert_int_equal(curve_of(trial, 0)->bins, 0);
	assert_int_equal(trial->curve.lane_count, 1);
	add_row(trial, 0, 0);
	assert_int_equal(curve_of(trial, 0)->bins, 0);
	add_row(trial, 0, 5);
	assert_int_equal(curve_of(trial, 0)->bins, 0);
}

static void many_rows_make_bins_of_equal_time_that_keep_the_peak(void **state)
{
	struct trial *trial = *state;
	const struct run_curve *curve;

	add_domain(trial, "package-0", FAMILY_CPU);
	for (int i = 0; i <= 100; i++)
		add_row(trial, i * S, (uint64_t)i * 10 + (i > 33 ? 500 : 0));
	curve = curve_of(trial, 10);
	assert_int_equal(curve->bins, 10);
	assert_true(curve->thinned);
	for (int i = 0; i <= 10; i++)
		assert_near(curve->edge_s[i], 10.0 * i);
	assert_near(curve->lanes[0].machine_w[2], 10);
	assert_near(curve->lanes[0].peak_w[2], 10);
	assert_near(curve->lanes[0].machine_w[3], 60);
	assert_near(curve->lanes[0].peak_w[3], 510);
}

static void a_burst_of_marks_takes_no_bins_from_the_rest(void **state)
{
	struct trial *trial = *state;
	const struct run_curve *curve;

	add_domain(trial, "package-0", FAMILY_CPU);
	for (int i = 0; i < 500; i++)
		add_row(trial, S + i * NS_PER_MS, 10);
	for (int i = 2; i <= 100; i++)
		add_row(trial, i * S, (uint64_t)i * 10);
	curve = curve_of(trial, 99);
	for (int i = 0; i < 99; i++)
		assert_near(curve->edge_s[i + 1] - curve->edge_s[i], 1);
}

/* --- joules --- */

static void a_domain_read_now_and_then_is_a_level_and_no_spike(void **state)
{
	struct trial *trial = *state;
	const struct run_curve *curve;

	add_domain(trial, "package-0", FAMILY_CPU);
	for (int i = 0; i <= 60; i++) {
		struct sample *row = add_row(trial, i * S, (uint64_t)i * 7);

		if (i % 30 != 0)
			row->state[0] = SAMPLE_NONE;
	}
	curve = curve_of(trial, 0);
	assert_int_equal(curve->bins, 60);
	for (int i = 0; i < 60; i++) {
		assert_near(curve->lanes[0].machine_w[i], 7);
		assert_near(curve->lanes[0].peak_w[i], 7);
		assert_near(curve->lanes[0].attributed_w[i], 3.5);
	}
}

static void a_gap_is_nan_and_what_a_counter_brings_out_of_it_is_of_no_bin(void **state)
{
	struct trial *trial = *state;
	const struct run_curve *curve;
	const struct curve_lane *lane;

	add_domain(trial, "package-0", FAMILY_CPU);
	add_row(trial, 0, 0);
	add_row(trial, S, 10);
	add_row(trial, 2 * S, 0)->state[0] = SAMPLE_NONE;
	add_row(trial, 3 * S, 110)->state[0] = SAMPLE_RESTART;
	add_row(trial, 4 * S, 120);
	curve = curve_of(trial, 0);
	lane = &curve->lanes[0];
	assert_near(lane->machine_w[0], 10);
	for (int i = 1; i <= 2; i++) {
		assert_true(isnan(lane->machine_w[i]));
		assert_true(isnan(lane->peak_w[i]));
		assert_true(isnan(lane->attributed_w[i]));
		assert_near(lane->covered_s[i], 0);
	}
	assert_near(lane->machine_w[3], 10);
	assert_near(lane->peak_w[3], 10);
	assert_near(lane->loose_j, 100);
}

static void a_bin_s_mean_is_over_what_is_covered_of_it(void **state)
{
	struct trial *trial = *state;
	const struct run_curve *curve;

	add_domain(trial, "package-0", FAMILY_CPU);
	for (int i = 0; i <= 20; i++)
		add_row(trial, i * S, (uint64_t)i * 10)->state[0] =
			i >= 5 && i < 8 ? SAMPLE_NONE
			: i == 8        ? SAMPLE_RESTART
					: SAMPLE_OK;
	trial->rows[0].state[0] = SAMPLE_RESTART;
	curve = curve_of(trial, 2);
	assert_near(curve->lanes[0].covered_s[0], 6);
	assert_near(curve->lanes[0].machine_w[0], 10);
	assert_near(curve->lanes[0].machine_w[1], 10);
}

static void an_interval_shorter_than_its_counter_s_step_is_no_peak(void **state)
{
	struct trial *trial = *state;
	const struct run_curve *curve;

	add_domain(trial, "gpu-0", FAMILY_CPU)->domain.update_ns = 100 * NS_PER_MS;
	add_row(trial, 0, 0);
	add_row(trial, S, 10);
	add_row(trial, S + NS_PER_MS, 11);
	add_row(trial, 2 * S, 20);
	curve = curve_of(trial, 0);
	for (int i = 0; i < 3; i++) {
		assert_near(curve->lanes[0].machine_w[i], 10);
		assert_near(curve->lanes[0].peak_w[i], 10);
	}
}

static void rows_of_one_instant_lose_no_joule(void **state)
{
	struct trial *trial = *state;
	const struct run_curve *curve;

	add_domain(trial, "package-0", FAMILY_CPU);
	add_row(trial, 0, 0);
	add_row(trial, S, 10);
	add_row(trial, S, 12);
	add_row(trial, 2 * S, 20);
	curve = curve_of(trial, 0);
	assert_int_equal(curve->bins, 2);
	assert_near(curve->lanes[0].machine_w[0] + curve->lanes[0].machine_w[1], 20);
	assert_near(curve->lanes[0].loose_j, 0);
}

/* --- shares --- */

static void what_nobody_is_known_to_have_used_is_nan_and_not_zero(void **state)
{
	struct trial *trial = *state;
	const struct run_curve *curve;

	add_domain(trial, "package-0", FAMILY_CPU);
	for (int i = 0; i <= 4; i++)
		add_row(trial, i * S, (uint64_t)i * 10)->use.has = 0;
	curve = curve_of(trial, 0);
	assert_near(curve->lanes[0].machine_w[2], 10);
	assert_true(isnan(curve->lanes[0].attributed_w[2]));
	assert_null(curve->scope_cpu_ratio);
}

static void a_share_that_comes_late_goes_to_the_bins_it_is_of(void **state)
{
	struct trial *trial = *state;
	const struct run_curve *curve;

	add_domain(trial, "package-0", FAMILY_CPU);
	for (int i = 0; i <= 6; i++) {
		struct sample *row = add_row(trial, i * S,
					     i < 2 ? (uint64_t)i * 10 : (uint64_t)i * 20);

		if (i == 3 || i == 4)
			row->use.has = 0;
	}
	curve = curve_of(trial, 0);
	assert_near(curve->lanes[0].machine_w[2], 20);
	for (int i = 2; i < 6; i++)
		assert_near(curve->lanes[0].attributed_w[i], 10);
	assert_near(curve->scope_cpu_ratio[3], 0.5);
	trial->row_count = 5;
	curve = curve_of(trial, 0);
	assert_near(curve->lanes[0].attributed_w[0], 5);
	assert_true(isnan(curve->lanes[0].attributed_w[3]));
}

/* Six of the first ten seconds have no reading of CPU times; the eleventh tells of them all. */
static void a_share_that_comes_in_the_next_bin_is_not_mixed_with_that_bin_s_own(
	void **state)
{
	struct trial *trial = *state;
	const struct run_curve *curve;

	add_domain(trial, "package-0", FAMILY_CPU);
	for (int i = 0; i <= 20; i++) {
		struct sample *row = add_row(trial, i * S, (uint64_t)i * 10);

		if (i > 11)
			row->use.scope_cpu_ns = (uint64_t)11 * S / 2;
		if (i > 4 && i < 11)
			row->use.has = 0;
	}
	curve = curve_of(trial, 2);
	assert_near(curve->lanes[0].attributed_w[0], 5);
	assert_near(curve->lanes[0].attributed_w[1], 0.5);
}

/* --- lanes --- */

static void lanes_are_what_is_counted_and_then_what_stands_beside(void **state)
{
	struct trial *trial = *state;
	struct run_domain *own;
	const struct run_curve *curve;

	own = add_domain(trial, "node-ipmi", FAMILY_NODE);
	own->counted = false;
	own->domain.boundary = BOUNDARY_NODE;
	own = add_domain(trial, "core-0", FAMILY_CPU);
	own->counted = false;
	(void)copy_text(own->domain.inside, sizeof own->domain.inside, "package-0");
	add_domain(trial, "package-0", FAMILY_CPU);
	curve = curve_of(trial, 0);
	assert_int_equal(curve->lane_count, 2);
	assert_int_equal(curve->lanes[0].domain, 2);
	assert_int_equal(curve->lanes[1].domain, 0);
}

/* --- properties --- */

static uint64_t below(struct trial *trial, uint64_t most)
{
	trial->random = trial->random * UINT64_C(6364136223846793005) +
			UINT64_C(1442695040888963407);
	return (trial->random >> 33) % most;
}

static uint8_t random_state(struct trial *trial, size_t row, bool with_gaps)
{
	uint64_t dice = below(trial, 20);

	if (row == 0)
		return below(trial, 2) ? SAMPLE_RESTART : SAMPLE_NONE;
	if (dice < 4)
		return SAMPLE_NONE;
	return with_gaps && dice == 4 ? SAMPLE_RESTART : SAMPLE_OK;
}

/* Any times, marks in one instant, domains that come late, shares that are missing. */
static void randomize(struct trial *trial, bool with_gaps)
{
	struct sample row = { .domain_count = 3 };

	trial->row_count = 0;
	trial->domain_count = 0;
	add_domain(trial, "package-0", FAMILY_CPU);
	add_domain(trial, "dram-0", FAMILY_MEMORY);
	add_domain(trial, "rail", FAMILY_OTHER)->domain.update_ns =
		(int64_t)below(trial, 3) * S;
	for (size_t i = 0; i < 2 + below(trial, ROWS_MAX - 2); i++) {
		row.t_ns += (int64_t)(below(trial, 8) ? below(trial, 2000000000) : 0);
		row.domain_count = i < 5 ? 2 : 3;
		for (int k = 0; k < 3; k++) {
			row.state[k] = random_state(trial, i, with_gaps);
			row.energy_uj[k] += below(trial, 3) ? below(trial, 90000000) : 0;
		}
		row.use.has = below(trial, 6) ? USE_SCOPE_CPU | USE_MACHINE_CPU : 0;
		row.use.scope_cpu_ns += below(trial, 900000000);
		row.use.machine_cpu_ns += 900000000 + below(trial, 900000000);
		trial->rows[trial->row_count++] = row;
	}
}

struct lane_sums {
	double machine_j;
	double attributed_j;
	double covered_s;
	double peak_w;
};

static struct lane_sums sums_of(const struct run_curve *curve, size_t i)
{
	const struct curve_lane *lane = &curve->lanes[i];
	struct lane_sums sums = { .machine_j = lane->loose_j };

	for (size_t b = 0; b < curve->bins; b++) {
		double width_s = curve->edge_s[b + 1] - curve->edge_s[b];

		assert_true(width_s > 0 && lane->covered_s[b] <= width_s + 1e-6);
		if (lane->covered_s[b] <= 0) {
			assert_true(isnan(lane->machine_w[b]) && isnan(lane->peak_w[b]) &&
				    isnan(lane->attributed_w[b]));
			continue;
		}
		assert_true(lane->peak_w[b] >= lane->machine_w[b]);
		assert_false(lane->attributed_w[b] > lane->machine_w[b]);
		sums.machine_j += lane->machine_w[b] * lane->covered_s[b];
		sums.covered_s += lane->covered_s[b];
		sums.peak_w = fmax(sums.peak_w, lane->peak_w[b]);
		if (!isnan(lane->attributed_w[b]))
			sums.attributed_j += lane->attributed_w[b] * lane->covered_s[b];
	}
	return sums;
}

/* The highest power of any interval of the domain, as its rows say. */
static double highest_w(const struct trial *trial, size_t domain)
{
	const struct sample *base = NULL;
	double most_w = 0;

	for (size_t i = 0; i < trial->row_count; i++) {
		const struct sample *row = &trial->rows[i];

		if (domain >= row->domain_count || row->state[domain] == SAMPLE_NONE)
			continue;
		if (base && row->state[domain] == SAMPLE_OK && row->t_ns > base->t_ns)
			most_w = fmax(most_w, (double)(row->energy_uj[domain] -
						       base->energy_uj[domain]) *
						      1e3 /
						      (double)(row->t_ns - base->t_ns));
		/* Joules of one instant are of the interval that follows. */
		if (!base || row->state[domain] == SAMPLE_RESTART ||
		    row->t_ns > base->t_ns)
			base = row;
	}
	return most_w;
}

static void joules_and_peaks_stay_for_any_rows_and_any_bins(void **state)
{
	static const size_t bins[] = { 0, 1, 2, 7, 100, ROWS_MAX };
	struct trial *trial = *state;

	for (int round = 0; round < 300; round++) {
		randomize(trial, true);
		for (size_t b = 0; b < ARRAY_SIZE(bins); b++) {
			const struct run_curve *curve = curve_of(trial, bins[b]);

			assert_true(bins[b] == 0 || curve->bins <= bins[b]);
			for (size_t i = 0; curve->bins > 0 && i < 3; i++) {
				struct lane_sums sums = sums_of(curve, i);
				struct ledger_so_far all;

				ledger_so_far_get(trial->ledger, i, &all);
				assert_near(sums.machine_j, (double)all.machine_uj / 1e6);
				assert_near(sums.covered_s, (double)all.covered_ns / 1e9);
				assert_true(sums.attributed_j <=
					    (double)all.active_uj / 1e6 * (1 + 1e-9));
				if (trial->domains[i].domain.update_ns == 0)
					assert_near(sums.peak_w, highest_w(trial, i));
			}
		}
	}
}

static void shares_stay_where_all_are_known(void **state)
{
	struct trial *trial = *state;
	size_t compared = 0;

	for (int round = 0; round < 300; round++) {
		randomize(trial, false);
		/* The last tells all that is owed; a domain's first row has no interval. */
		for (size_t i = 0; i < trial->row_count; i++) {
			struct sample *row = &trial->rows[i];

			if (i < 12 || i + 1 == trial->row_count)
				row->use.has = USE_SCOPE_CPU | USE_MACHINE_CPU;
			if (i + 1 == trial->row_count)
				memset(row->state, SAMPLE_OK, 3);
		}
		for (size_t bins_max = 1; bins_max < 3000; bins_max *= 9) {
			const struct run_curve *curve = curve_of(trial, bins_max);

			for (size_t i = 0; curve->bins > 0 && i < 3; i++) {
				struct ledger_so_far all;

				ledger_so_far_get(trial->ledger, i, &all);
				if (all.unknown_uj > 0 || all.owed_uj > 0 ||
				    curve->lanes[i].loose_j > 0)
					continue;
				compared++;
				assert_near(sums_of(curve, i).attributed_j,
					    (double)all.active_uj / 1e6);
			}
		}
	}
	assert_true(compared > 500);
}

/* --- with the view --- */

static void store_rows_of(struct trial *trial, struct store *store, struct run_info *info)
{
	struct store_block block = { 0, trial->rows, 0 };

	info->duration_ns = trial->rows[trial->row_count - 1].t_ns;
	assert_int_equal(store_run_insert(store, info, NULL), 0);
	assert_int_equal(store_domains_put(store, info->key, trial->domains,
					   trial->domain_count, NULL),
			 0);
	for (size_t at = 0; at < trial->row_count; at += STORE_BLOCK_ROWS) {
		block.rows = &trial->rows[at];
		block.count = trial->row_count - at < STORE_BLOCK_ROWS
				      ? trial->row_count - at
				      : STORE_BLOCK_ROWS;
		assert_int_equal(store_block_put(store, info->key, &block, NULL), 0);
		block.number++;
	}
}

static void assert_same_joules(const struct run_view *view, const struct run_curve *curve)
{
	for (size_t i = 0; i < curve->lane_count; i++) {
		const struct component_view *own =
			&view->components[curve->lanes[i].domain];

		assert_near(sums_of(curve, i).machine_j, own->machine_j.value);
		assert_near(sums_of(curve, i).attributed_j, own->attributed_j.value);
	}
}

static void a_curve_has_the_joules_of_the_view_it_was_made_with(void **state)
{
	struct trial *trial = *state;
	struct view_door door = { .store = NULL };
	struct run_info info = { .id = "a-run", .attributed_j = -1, .machine_j = -1 };
	struct run_view views[2];
	struct run_curve curve;
	struct diag diag = { 0 };

	assert_int_equal(store_open(":memory:", STORE_WRITE, &diag, &door.store), 0);
	assert_int_equal(tables_new(NULL, &door.tables), 0);
	add_domain(trial, "package-0", FAMILY_CPU);
	for (int i = 0; i < ROWS_MAX; i++)
		add_row(trial, i * S, (uint64_t)i * 10 + (uint64_t)i % 7);
	store_rows_of(trial, door.store, &info);
	memset(views, 0, sizeof views);
	assert_int_equal(view_make(&door, info.key, &diag, &views[0]), 0);
	for (size_t bins_max = 0; bins_max < 1000; bins_max += 90) {
		assert_int_equal(view_make_curve(&door, info.key, bins_max, &diag,
						 &views[1], &curve),
				 0);
		assert_near(views[1].attributed_j.value, views[0].attributed_j.value);
		assert_near(views[1].carbon_kg.value, views[0].carbon_kg.value);
		assert_same_joules(&views[1], &curve);
		run_view_done(&views[1]);
		run_curve_done(&curve);
	}
	assert_int_equal(view_make_curve(&door, 42, 0, &diag, &views[1], &curve),
			 -ENOENT);
	run_view_done(&views[0]);
	store_close(door.store);
	tables_free(door.tables);
}

/* --- intensity --- */

static void add_step(struct intensity_series *series, int64_t from_s, int64_t to_s,
		     double gpkwh)
{
	struct intensity_point point = { .from_unix_s = from_s,
					 .to_unix_s = to_s,
					 .gpkwh = gpkwh };

	assert_int_equal(intensity_series_add(series, &point), 0);
}

static void a_bin_has_the_mean_intensity_of_its_time(void **state)
{
	struct trial *trial = *state;
	struct run_info info = { .started_unix_ns = 1000 * S };
	struct quantity yearly = { .known = true, .value = 500 };
	struct intensity_series series = { .provider = "csv" };
	const struct run_curve *curve;

	add_domain(trial, "package-0", FAMILY_CPU);
	for (int i = 0; i <= 40; i++)
		add_row(trial, i * S, (uint64_t)i * 10);
	add_step(&series, 900, 1005, 100);
	add_step(&series, 1005, 1020, 200);
	curve = curve_of(trial, 4);
	assert_int_equal(curve_weigh(&trial->curve, &info, &series, &yearly), 0);
	assert_near(curve->intensity_gpkwh[0], 150);
	assert_near(curve->intensity_gpkwh[1], 200);
	assert_near(curve->intensity_gpkwh[2], 500);
	curve = curve_of(trial, 4);
	yearly.known = false;
	assert_int_equal(curve_weigh(&trial->curve, &info, &series, &yearly), 0);
	assert_near(curve->intensity_gpkwh[1], 200);
	assert_true(isnan(curve->intensity_gpkwh[2]));
	curve = curve_of(trial, 4);
	info.started_unix_ns = 5000 * S;
	assert_int_equal(curve_weigh(&trial->curve, &info, &series, &yearly), 0);
	assert_null(curve->intensity_gpkwh);
	intensity_series_done(&series);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH(a_run_of_few_rows_has_a_bin_from_each_to_the_next),
		WITH(a_run_without_two_rows_has_no_bins),
		WITH(many_rows_make_bins_of_equal_time_that_keep_the_peak),
		WITH(a_burst_of_marks_takes_no_bins_from_the_rest),
		WITH(a_domain_read_now_and_then_is_a_level_and_no_spike),
		WITH(a_gap_is_nan_and_what_a_counter_brings_out_of_it_is_of_no_bin),
		WITH(a_bin_s_mean_is_over_what_is_covered_of_it),
		WITH(an_interval_shorter_than_its_counter_s_step_is_no_peak),
		WITH(rows_of_one_instant_lose_no_joule),
		WITH(what_nobody_is_known_to_have_used_is_nan_and_not_zero),
		WITH(a_share_that_comes_late_goes_to_the_bins_it_is_of),
		WITH(a_share_that_comes_in_the_next_bin_is_not_mixed_with_that_bin_s_own),
		WITH(lanes_are_what_is_counted_and_then_what_stands_beside),
		WITH(joules_and_peaks_stay_for_any_rows_and_any_bins),
		WITH(shares_stay_where_all_are_known),
		WITH(a_curve_has_the_joules_of_the_view_it_was_made_with),
		WITH(a_bin_has_the_mean_intensity_of_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
