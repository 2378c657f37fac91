/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worked examples of docs/METHOD.md: every row of tests/method/E-*.csv. "-" is what is
 * not known. With --count it prints how many rows of each it runs, for tools/check-method.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/attribute.h"
#include "calc/carbon.h"
#include "calc/compare.h"
#include "calc/cost.h"
#include "calc/forecast.h"
#include "calc/interval.h"
#include "calc/ledger.h"
#include "calc/predict.h"
#include "calc/sections.h"
#include "calc/stat.h"
#include "calc/total.h"
#include "calc/wall.h"
#include "fixture.h"
#include "machine/server-model.h"

#define COLUMNS_MAX 20
#define LINE_MAX_   2048

struct table {
	char head_text[LINE_MAX_];
	char line_text[LINE_MAX_];
	char *head[COLUMNS_MAX];
	char *cell[COLUMNS_MAX];
	size_t columns;
};

static size_t cut(char *text, char **cells)
{
	size_t n = 0;

	text[strcspn(text, "\r\n")] = '\0';
	for (char *next = text; next; n++) {
		assert_true(n < COLUMNS_MAX);
		cells[n] = strsep(&next, ",");
	}
	return n;
}

static const char *cell(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->columns; i++)
		if (strcmp(table->head[i], name) == 0)
			return table->cell[i];
	fail_msg("no column %s", name);
	return "";
}

static bool has(const struct table *table, const char *name)
{
	return strcmp(cell(table, name), "-") != 0;
}

static uint64_t num(const struct table *table, const char *name)
{
	uint64_t value = 0;

	assert_int_equal(parse_u64(cell(table, name), &value), 0);
	return value;
}

static double real(const struct table *table, const char *name)
{
	double value = 0;

	assert_int_equal(parse_double(cell(table, name), &value), 0);
	return value;
}

static void expect(const struct table *table, const char *name, uint64_t got)
{
	if (num(table, name) != got)
		fail_msg("%s: %s is %llu", table->cell[0], name, (unsigned long long)got);
}

static void expect_share(const struct table *table, const struct share *share,
			 uint64_t active_uj)
{
	assert_int_equal(share->known, has(table, "active_uj"));
	if (!share->known)
		return;
	expect(table, "active_uj", active_uj);
	expect(table, "u_permille", share->u_permille);
}

static void counter(const struct table *table)
{
	static const char *const ends[] = { "ok", "still", "went back", "reset",
					    "implausible" };
	struct reading a = { .energy_uj = num(table, "a_uj"), .has = READING_ENERGY };
	struct reading b = { .energy_uj = num(table, "b_uj"), .has = READING_ENERGY };
	struct interval interval;
	struct domain domain;

	domain_init(&domain, "package-0", FAMILY_CPU);
	domain.range_uj = num(table, "range_uj");
	domain.max_uw = num(table, "max_uw");
	b.t_ns = (int64_t)num(table, "dt_ms") * NS_PER_MS;
	interval_of_counter(&domain, &a, &b, 0, &interval);
	assert_string_equal(ends[interval.end], cell(table, "end"));
	expect(table, "step_uj", interval.step_uj);
	expect(table, "maybe_lost_uj", interval.maybe_lost_uj);
}

static void power(const struct table *table)
{
	struct reading a = { .power_uw = num(table, "a_uw"), .has = READING_POWER };
	struct reading b = { .power_uw = num(table, "b_uw"), .has = READING_POWER };
	struct power_interval interval;
	uint64_t rest = 0;

	b.t_ns = (int64_t)num(table, "dt_ms") * NS_PER_MS;
	interval_of_power(&a, &b, &rest, &interval);
	expect(table, "step_uj", interval.step_uj);
	expect(table, "ripple_uj", interval.ripple_uj);
}

static void cpu_times(const struct table *table, struct use *a, struct use *b)
{
	if (has(table, "scope_ms")) {
		a->has |= USE_SCOPE_CPU;
		b->has |= USE_SCOPE_CPU;
		b->scope_cpu_ns = num(table, "scope_ms") * 1000000;
	}
	if (has(table, "machine_ms")) {
		a->has |= USE_MACHINE_CPU;
		b->has |= USE_MACHINE_CPU;
		b->machine_cpu_ns = num(table, "machine_ms") * 1000000;
	}
}

static struct split split_of(const struct share *share, uint64_t de_uj, uint64_t idle_uj,
			     uint64_t reserved_permille)
{
	struct split split = { 0, 0, 0 };

	if (share->known)
		attribute_split(share, de_uj, idle_uj, (uint32_t)reserved_permille,
				&split);
	return split;
}

static struct share cpu_share(const struct table *table)
{
	struct use a = { .has = 0 }, b = { .has = 0 };
	struct share share;

	cpu_times(table, &a, &b);
	attribute_cpu(&a, &b, &share);
	return share;
}

static void active(const struct table *table)
{
	struct share share = cpu_share(table);

	expect_share(table, &share,
		     split_of(&share, num(table, "de_uj"), 0, 0).active_uj);
}

static uint64_t idle_uj(const struct table *table)
{
	return num(table, "idle_uw") * num(table, "dt_ms") / 1000;
}

static void marginal(const struct table *table)
{
	struct share share = cpu_share(table);

	expect(table, "marginal_uj",
	       split_of(&share, num(table, "de_uj"), idle_uj(table), 0).marginal_uj);
}

static void reserved(const struct table *table)
{
	struct share share = cpu_share(table);
	struct split split = split_of(&share, num(table, "de_uj"), idle_uj(table),
				      num(table, "reserved_permille"));

	expect(table, "reserved_uj", split.reserved_uj);
}

static void level(const struct table *table, const char *scope, const char *used,
		  struct use *use)
{
	if (!has(table, scope))
		return;
	use->has |= USE_SCOPE_MEM | USE_MACHINE_MEM;
	use->scope_mem_bytes = num(table, scope);
	use->machine_mem_bytes = num(table, used);
}

static void memory(const struct table *table)
{
	struct use a = { .has = 0 }, b = { .has = 0 };
	struct share share;

	level(table, "scope_a", "used_a", &a);
	level(table, "scope_b", "used_b", &b);
	cpu_times(table, &a, &b);
	attribute_memory(&a, &b, &share);
	expect_share(table, &share,
		     split_of(&share, num(table, "de_uj"), 0, 0).active_uj);
}

static void board(const struct table *table)
{
	struct gpu_use use = { .has = 0 };
	struct gpu_span span;
	struct share share;

	if (has(table, "scope_clients")) {
		use.has |= GPU_USE_CLIENTS;
		use.scope_clients = (uint32_t)num(table, "scope_clients");
		use.all_clients = (uint32_t)num(table, "all_clients");
	}
	if (has(table, "scope_sm")) {
		use.has |= GPU_USE_SM;
		use.scope_sm_permille = (uint32_t)num(table, "scope_sm");
		use.all_sm_permille = (uint32_t)num(table, "all_sm");
	}
	memset(&span, 0, sizeof span);
	attribute_gpu_add(&span, &use, &use, NS_PER_S);
	attribute_gpu(&span, &share);
	expect_share(table, &share,
		     split_of(&share, num(table, "de_uj"), num(table, "idle_uj"), 0)
			     .active_uj);
}

/* A run of two rows over the domains, of which only the machine's joules are looked at. */
static struct ledger_total weigh(struct run_domain *domains, const uint64_t *uj,
				 size_t count, int64_t ns)
{
	struct ledger *ledger = NULL;
	struct ledger_total total;
	struct sample row;

	ledger_decide(domains, count);
	assert_int_equal(ledger_new(domains, count, NULL, &ledger), 0);
	memset(&row, 0, sizeof row);
	row.domain_count = (uint32_t)count;
	memset(row.state, SAMPLE_OK, sizeof row.state);
	ledger_add(ledger, &row);
	row.t_ns = ns;
	memcpy(row.energy_uj, uj, count * sizeof uj[0]);
	ledger_add(ledger, &row);
	ledger_total_get(ledger, &total);
	ledger_free(ledger);
	return total;
}

static void machine(const struct table *table)
{
	static const struct {
		const char *column, *id, *inside;
		enum family family;
	} kinds[] = { { "package_uj", "package-0", "", FAMILY_CPU },
		      { "core_uj", "core-0", "package-0", FAMILY_CPU },
		      { "dram_uj", "dram-0", "", FAMILY_MEMORY },
		      { "gpu_uj", "gpu-0", "", FAMILY_GPU },
		      { "psys_uj", "psys", "", FAMILY_NODE } };
	struct run_domain domains[ARRAY_SIZE(kinds)];
	uint64_t uj[ARRAY_SIZE(kinds)];
	struct ledger_total total;
	size_t n = 0;

	memset(domains, 0, sizeof domains);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!has(table, kinds[i].column))
			continue;
		domain_init(&domains[n].domain, kinds[i].id, kinds[i].family);
		(void)strcpy(domains[n].domain.inside, kinds[i].inside);
		uj[n++] = num(table, kinds[i].column);
	}
	total = weigh(domains, uj, n, NS_PER_S);
	assert_int_equal(total.sum.has_machine, has(table, "sum_uj"));
	if (total.sum.has_machine)
		expect(table, "sum_uj", total.sum.machine.value);
}

static struct quantity about(const struct table *table, const char *low,
			     const char *value, const char *high)
{
	struct quantity q = { .known = has(table, value) };

	if (!q.known)
		return q;
	q.low = real(table, low);
	q.value = real(table, value);
	q.high = real(table, high);
	return q;
}

static void expect_quantity(const struct table *table, const struct quantity *got)
{
	struct quantity want = about(table, "low", "value", "high");

	assert_int_equal(got->known, want.known);
	if (!want.known)
		return;
	assert_true(fabs(got->low - want.low) < 1e-6);
	assert_true(fabs(got->value - want.value) < 1e-6);
	assert_true(fabs(got->high - want.high) < 1e-6);
}

static void facility(const struct table *table)
{
	struct quantity j = about(table, "j_low", "j", "j_high");
	struct quantity pue = about(table, "pue_low", "pue", "pue_high");
	struct quantity kwh = carbon_facility_kwh(&j, &pue);

	expect_quantity(table, &kwh);
}

static void at_the_wall(const struct table *table)
{
	const struct wall_line line = {
		.a_w = real(table, "a"),
		.a_u_w = real(table, "a_u"),
		.b = real(table, "b"),
		.b_u = real(table, "b_u"),
		.cov_w = real(table, "cov"),
		.rest_u_ratio = real(table, "rest"),
	};
	struct quantity j = about(table, "j_low", "j", "j_high");
	struct wall_answer got = { .wall_j = { .known = false } };

	assert_int_equal(wall_of(&line, &j, real(table, "seconds"), &got), j.known);
	expect_quantity(table, &got.wall_j);
	if (!j.known)
		return;
	assert_true(fabs(got.low90_j - real(table, "low90")) < 1e-6);
	assert_true(fabs(got.high90_j - real(table, "high90")) < 1e-6);
}

#define POINTS_MAX 16

static int64_t whole(const char *text)
{
	int64_t value = 0;

	assert_int_equal(parse_i64(text, &value), 0);
	return value;
}

/* "0-3600=200 3600-7200=400": steps in seconds and g/kWh. */
static size_t steps_of(const char *text, struct intensity_point *points)
{
	char copy[LINE_MAX_];
	size_t n = 0;

	(void)copy_text(copy, sizeof copy, text);
	for (char *next = copy, *word; (word = strsep(&next, " "));) {
		const char *from = strsep(&word, "-"), *to = strsep(&word, "=");

		assert_true(n < POINTS_MAX);
		points[n] = (struct intensity_point){ .from_unix_s = whole(from),
						      .to_unix_s = whole(to) };
		assert_int_equal(parse_double(word, &points[n++].gpkwh), 0);
	}
	return n;
}

/* "0=0 3600=3600000000": a run's seconds and microjoules so far. */
static void feed(struct carbon_curve *curve, const char *text)
{
	char copy[LINE_MAX_];

	(void)copy_text(copy, sizeof copy, text);
	for (char *next = copy, *word; (word = strsep(&next, " "));) {
		int64_t t_ns = whole(strsep(&word, "=")) * NS_PER_S;

		carbon_curve_point(curve, t_ns, (uint64_t)whole(word));
	}
}

static struct quantity mean_in_time(const struct table *table,
				    const struct quantity *yearly)
{
	struct intensity_point points[POINTS_MAX];
	struct intensity_series series = { .points = points,
					   .error_ratio = real(table, "error") };
	struct carbon_curve curve;
	struct in_time parts;
	struct quantity mean;

	series.count = steps_of(cell(table, "steps"), points);
	carbon_curve_begin(&curve, &series, yearly);
	feed(&curve, cell(table, "points"));
	carbon_curve_end(&curve, &mean, &parts);
	assert_true(fabs(parts.covered_ratio - real(table, "covered")) < 1e-9);
	return mean;
}

static void carbon(const struct table *table)
{
	struct quantity kwh = about(table, "kwh_low", "kwh", "kwh_high");
	struct quantity g = about(table, "g_low", "g", "g_high"), kg;

	if (has(table, "points"))
		g = mean_in_time(table, &g);
	kg = carbon_kg(&kwh, &g);
	expect_quantity(table, &kg);
}

static void social_cost(const struct table *table)
{
	struct quantity kg = about(table, "kg_low", "kg", "kg_high");
	struct quantity usd_per_t = about(table, "t_low", "t", "t_high");
	struct quantity usd = cost_usd(&kg, &usd_per_t);

	expect_quantity(table, &usd);
}

static void making(const struct table *table)
{
	struct embodied embodied = {
		.making_kg = about(table, "te_low", "te", "te_high"),
		.lifespan_years = real(table, "years"),
		.reserved_ns = (int64_t)num(table, "hours") * 3600 * NS_PER_S,
		.share_ratio = real(table, "share"),
	};
	struct quantity kg = embodied_kg(&embodied);

	expect_quantity(table, &kg);
}

/* "200 210 190": g/kWh, an hour each. */
static size_t hours_of(const char *text, struct intensity_point *points)
{
	char copy[LINE_MAX_];
	int64_t n = 0;

	(void)copy_text(copy, sizeof copy, text);
	for (char *next = copy, *word; (word = strsep(&next, " ")); n++) {
		assert_true(n < POINTS_MAX);
		points[n] = (struct intensity_point){ .from_unix_s = n * 3600,
						      .to_unix_s = (n + 1) * 3600,
						      .forecast = true };
		assert_int_equal(parse_double(word, &points[n].gpkwh), 0);
	}
	return (size_t)n;
}

static void start(const struct table *table)
{
	struct intensity_point points[POINTS_MAX];
	struct intensity_series series = { .points = points };
	int64_t hours = whole(cell(table, "hours"));
	struct predict_ask ask = {
		.series = &series,
		.deadline_unix_s = 3600 * (hours + whole(cell(table, "slack_h"))),
		.duration_ns = hours * 3600 * NS_PER_S,
		.step_s = 3600,
		.error_now_ratio = real(table, "e_now"),
		.error_day_ratio = real(table, "e_day"),
	};
	struct predict predict;

	series.count = hours_of(cell(table, "hourly"), points);
	predict_start(&ask, &predict);
	assert_string_equal(predict_verdict_text(predict.verdict),
			    cell(table, "verdict"));
	assert_int_equal(predict.best_unix_s, 3600 * whole(cell(table, "best_h")));
	assert_true(fabs(predict.saving_ratio - real(table, "saving")) < 2e-6);
	assert_true(fabs(predict.probability - real(table, "probability")) < 2e-6);
}

#define RUNS_MAX 8

static struct quantity give_or_take(double value, double ratio)
{
	return (struct quantity){ .known = true,
				  .value = value,
				  .low = value * (1 - ratio),
				  .high = value * (1 + ratio) };
}

/* Runs of 1 kWh at PUE 1.5 and 400 g/kWh each; `alike` says what they have in common. */
static void sum(const struct table *table)
{
	static const char *const names[RUNS_MAX] = { "a", "b", "c", "d",
						     "e", "f", "g", "h" };
	struct quantity j = give_or_take(3.6e6, real(table, "j_ratio"));
	struct quantity pue = give_or_take(1.5, real(table, "pue_ratio"));
	struct quantity gpkwh = give_or_take(400, real(table, "grid_ratio"));
	const char *alike = cell(table, "alike");
	struct total_run runs[RUNS_MAX];
	size_t count = num(table, "runs");
	struct total total;

	assert_true(count <= RUNS_MAX);
	for (size_t i = 0; i < count; i++)
		runs[i] = (struct total_run){ &j,
					      &pue,
					      &gpkwh,
					      names[strstr(alike, "machine") ? 0 : i],
					      names[strstr(alike, "site") ? 0 : i],
					      names[strstr(alike, "grid") ? 0 : i] };
	assert_int_equal(total_of(runs, count, &total), 0);
	expect_quantity(table, &total.carbon_kg);
}

static void bounds(const struct table *table)
{
	struct run_domain one;
	struct ledger_total total;
	uint64_t uj;

	if (has(table, "runs")) {
		sum(table);
		return;
	}
	uj = num(table, "energy_uj");
	memset(&one, 0, sizeof one);
	domain_init(&one.domain, "package-0", FAMILY_CPU);
	one.domain.gain_u_permille = (uint32_t)num(table, "gain_permille");
	one.domain.offset_u_uw = num(table, "offset_uw");
	one.domain.step_uj = num(table, "step_uj");
	one.domain.update_ns = (int64_t)num(table, "update_us") * NS_PER_US;
	total = weigh(&one, &uj, 1, (int64_t)num(table, "time_ms") * NS_PER_MS);
	expect(table, "low_uj", total.sum.machine.low);
	expect(table, "high_uj", total.sum.machine.high);
}

#define VALUES_MAX 8
#define SEED       7

struct values {
	double values[VALUES_MAX];
	struct stat_side side;
};

/* "102 98 101 99" */
static void take_values(const struct table *table, const char *name, struct values *ret)
{
	char copy[LINE_MAX_];

	(void)copy_text(copy, sizeof copy, cell(table, name));
	ret->side = (struct stat_side){ .values = ret->values };
	for (char *next = copy, *word; (word = strsep(&next, " "));) {
		assert_true(ret->side.count < VALUES_MAX);
		assert_int_equal(parse_double(word, &ret->values[ret->side.count++]), 0);
	}
}

/* What a table says to six places; "-" where there is none. */
static void expect_real(const struct table *table, const char *name, double got)
{
	if (has(table, name) != !isnan(got) ||
	    (has(table, name) && fabs(real(table, name) - got) > 1e-6))
		fail_msg("%s: %s is %.6f", table->cell[0], name, got);
}

static int test_of(const char *name, const struct stat_side *a, const struct stat_side *b,
		   struct stat_test *ret)
{
	for (size_t i = 0; i < stat_named_count; i++)
		if (strcmp(stat_named[i].name, name) == 0)
			return stat_named[i].test(a, b, SEED, ret);
	return -ENOSYS;
}

static int interval_by(const struct table *table, const struct stat_side *a,
		       const struct stat_side *b, struct stat_interval *ret)
{
	const char *name = cell(table, "test");

	if (strcmp(name, "difference") == 0)
		return stat_difference(a, b, real(table, "given"), ret);
	if (strcmp(name, "BCa") == 0)
		return stat_difference_bca(a, b, real(table, "given"), SEED, ret);
	return stat_cliffs_delta(a, b, real(table, "given"), ret);
}

static void adjusted(const struct table *table)
{
	struct values p, want;

	take_values(table, "a", &p);
	take_values(table, "b", &want);
	stat_holm(p.values, p.side.count);
	for (size_t i = 0; i < p.side.count; i++)
		assert_true(fabs(p.values[i] - want.values[i]) < 1e-12);
}

static void statistics(const struct table *table)
{
	struct stat_test test = { .statistic = NAN, .p = NAN };
	struct stat_interval interval = { .low = NAN, .high = NAN };
	struct values a, b;

	if (strcmp(cell(table, "test"), "Holm") == 0) {
		adjusted(table);
		return;
	}
	take_values(table, "a", &a);
	take_values(table, "b", &b);
	if (strcmp(cell(table, "test"), "TOST") == 0) {
		assert_int_equal(stat_equivalence(&a.side, &b.side, real(table, "given"),
						  &test.p),
				 0);
	} else if (has(table, "given")) {
		assert_int_equal(interval_by(table, &a.side, &b.side, &interval), 0);
		test.statistic = interval.value;
	} else {
		assert_int_equal(test_of(cell(table, "test"), &a.side, &b.side, &test),
				 has(table, "p") ? 0 : -ENODATA);
	}
	expect_real(table, "statistic", test.statistic);
	expect_real(table, "p", test.p);
	expect_real(table, "low", interval.low);
	expect_real(table, "high", interval.high);
}

/* A run on machine `m` with meters of this half-width in the logarithm; "-": not known. */
static struct compare_run a_run(const struct table *table, double joules, const char *m,
				const char *width)
{
	struct compare_run run = { .state = RUN_FINISHED,
				   .energy_low_j = NAN,
				   .energy_high_j = NAN,
				   .coverage_ratio = 1 };

	for (size_t i = 0; i < COMPARE_WHATS; i++)
		run.value[i] = NAN;
	run.value[COMPARE_ENERGY] = joules;
	if (has(table, width)) {
		run.energy_low_j = joules * exp(-real(table, width));
		run.energy_high_j = joules * exp(real(table, width));
	}
	(void)copy_text(run.machine, sizeof run.machine, cell(table, m));
	(void)copy_text(run.domains, sizeof run.domains, cell(table, "domains"));
	return run;
}

/* a over b: energies, each side's machine and width, the margin. */
static void comparison(const struct table *table)
{
	static const char *const verdicts[] = { "less", "more",    "same",
						"open", "too few", "not alike" };
	struct compare_run runs[2][VALUES_MAX];
	struct compare_side sides[] = { { .runs = runs[0] }, { .runs = runs[1] } };
	struct compare_ask ask = { .sides = sides,
				   .side_count = 2,
				   .level = 0.95,
				   .margin = 0.02,
				   .metric_margin = NAN };
	struct compare_outcome *outcome = calloc(1, sizeof *outcome);
	const struct compare_result *got = &outcome->pairs[0].what[COMPARE_ENERGY];
	struct values a, b;

	assert_non_null(outcome);
	take_values(table, "a", &a);
	take_values(table, "b", &b);
	sides[0].count = b.side.count;
	sides[1].count = a.side.count;
	for (size_t i = 0; i < b.side.count; i++)
		runs[0][i] = a_run(table, b.values[i], "b_on", "b_width");
	for (size_t i = 0; i < a.side.count; i++)
		runs[1][i] = a_run(table, a.values[i], "a_on", "a_width");
	assert_int_equal(compare_of(&ask, outcome), 0);
	expect_real(table, "ratio", got->ratio);
	expect_real(table, "low", got->low);
	expect_real(table, "high", got->high);
	expect_real(table, "p", got->p_welch);
	expect_real(table, "systematic", got->systematic_ratio);
	expect_real(table, "runs", got->runs_needed);
	assert_string_equal(verdicts[got->verdict], cell(table, "verdict"));
	free(outcome);
}

/* A section of a run whose rows are pairs of s and J; half of the busy time is the scope's. */
struct part_of_run {
	struct run_domain domain;
	struct run_mark marks[2];
	struct run_record record;
	struct ledger *ledger;
	struct sections *sections;
};

static void add_rows(const struct table *table, struct part_of_run *own)
{
	struct sample row;
	const char *text = cell(table, "rows_s_j");
	double t_s, joules;
	int used;

	for (bool first = true; sscanf(text, "%lf %lf%n", &t_s, &joules, &used) == 2;
	     text += used, first = false) {
		memset(&row, 0, sizeof row);
		row.t_ns = (int64_t)llround(t_s * 1e9);
		row.domain_count = 1;
		row.state[0] = first ? SAMPLE_RESTART : SAMPLE_OK;
		row.energy_uj[0] = (uint64_t)llround(joules * 1e6);
		row.use.has = USE_SCOPE_CPU | USE_MACHINE_CPU;
		row.use.scope_cpu_ns = (uint64_t)row.t_ns / 2;
		row.use.machine_cpu_ns = (uint64_t)row.t_ns;
		ledger_add(own->ledger, &row);
		sections_add(own->sections, &row, own->ledger);
	}
}

/* The run's own shares are taken to err by its meters alone. */
static void end_section(const struct table *table, struct part_of_run *own,
			struct section_view **ret)
{
	struct ledger_total total;
	struct quantity machine_j = { .known = true };
	struct quantity attributed_j;
	double w = 1.96 * real(table, "gain_permille") / 1000;
	size_t count;

	ledger_total_get(own->ledger, &total);
	machine_j.value = (double)total.sum.machine.value / 1e6;
	machine_j.low = machine_j.value * (1 - w);
	machine_j.high = machine_j.value * (1 + w);
	attributed_j = machine_j;
	attributed_j.value = (double)total.sum.active.value / 1e6;
	attributed_j.low = attributed_j.value * (1 - w);
	attributed_j.high = attributed_j.value * (1 + w);
	assert_int_equal(sections_end(own->sections, &attributed_j, &machine_j, ret,
				      &count),
			 0);
	assert_int_equal(count, 1);
}

static void section(const struct table *table)
{
	struct part_of_run own = { .marks = { { 0, "s:begin" }, { 0, "s:end" } } };
	struct section_view *got;

	domain_init(&own.domain.domain, "package-0", FAMILY_CPU);
	own.domain.domain.update_ns = 1;
	own.domain.domain.max_uw = num(table, "max_w") * UJ_PER_J;
	own.domain.domain.step_uj = num(table, "step_mj") * 1000;
	own.domain.counted = true;
	own.marks[0].t_ns = (int64_t)num(table, "from_ms") * NS_PER_MS;
	own.marks[1].t_ns = (int64_t)num(table, "to_ms") * NS_PER_MS;
	own.record = (struct run_record){ .domains = &own.domain,
					  .domain_count = 1,
					  .marks = own.marks,
					  .mark_count = 2 };
	assert_int_equal(ledger_new(&own.domain, 1, NULL, &own.ledger), 0);
	ledger_set_idle(own.ledger, NULL);
	assert_int_equal(sections_new(&own.record, &own.sections), 0);
	add_rows(table, &own);
	end_section(table, &own, &got);
	expect_real(table, "attributed_j", got->attributed_j.value);
	expect_real(table, "machine_j", got->machine_j.value);
	expect_real(table, "low_j", got->machine_j.low);
	expect_real(table, "high_j", got->machine_j.high);
	expect_real(table, "coverage", got->coverage_ratio);
	if (has(table, "attributed_low_j")) {
		expect_real(table, "attributed_low_j", got->attributed_j.low);
		expect_real(table, "attributed_high_j", got->attributed_j.high);
	}
	section_views_free(got, 1);
	sections_free(own.sections);
	ledger_free(own.ledger);
}

/* Points are "x y x y …". */
static void curve_of(const char *text, struct forecast_curve *ret)
{
	char *end;

	*ret = (struct forecast_curve){ .count = 0 };
	for (const char *next = text; *next; next = end) {
		double x = strtod(next, &end);
		double y = strtod(end, &end);

		forecast_curve_add(ret, x, y);
	}
}

static void expect_near(const struct table *table, const char *name, double got)
{
	if (!has(table, name))
		assert_true(isnan(got));
	else if (!(fabs(real(table, name) - got) <= 1e-9 * fabs(got)))
		fail_msg("%s: %s is %.12g", table->cell[0], name, got);
}

static void foretold(const struct table *table)
{
	struct forecast_curve curve;
	struct forecast forecast;
	struct forecast_ask ask = { .curve = &curve };

	curve_of(cell(table, "points"), &curve);
	ask.end = real(table, "end");
	ask.unseen_ratio = real(table, "unseen_ratio");
	ask.meter_down_ratio = ask.meter_up_ratio = real(table, "meter_ratio");
	if (strcmp(cell(table, "over"), "time") == 0)
		forecast_over_time(&ask, &forecast);
	else
		forecast_over_work(&ask, &forecast);
	assert_int_equal(forecast.known, has(table, "value"));
	expect_near(table, "value", forecast.value);
	expect_near(table, "low90", forecast.low90);
	expect_near(table, "high90", forecast.high90);
	expect_near(table, "low95", forecast.low95);
	expect_near(table, "high95", forecast.high95);
	expect_near(table, "begin", forecast.begin);
}

static double real_or_nan(const struct table *table, const char *name)
{
	return has(table, name) ? real(table, name) : (double)NAN;
}

static void server_told(const struct table *table, struct server_ask *ret)
{
	server_ask_init(ret);
	if (has(table, "cpu_name"))
		(void)snprintf(ret->cpu_name, sizeof ret->cpu_name, "%s",
			       cell(table, "cpu_name"));
	if (has(table, "vendor"))
		(void)snprintf(ret->vendor, sizeof ret->vendor, "%s",
			       cell(table, "vendor"));
	ret->chips = real_or_nan(table, "chips");
	ret->cores = real_or_nan(table, "cores");
	ret->threads = real_or_nan(table, "threads");
	ret->mhz = real_or_nan(table, "mhz");
	ret->memory_gb = real_or_nan(table, "memory_gb");
	ret->tdp_w = real_or_nan(table, "tdp_w");
	ret->year = real_or_nan(table, "year");
}

/* To four figures: another machine's last bits do not matter. */
static void expect_watts(const struct table *table, const char *name, double got)
{
	if (!(fabs(real(table, name) / got - 1) < 2e-4))
		fail_msg("%s: %s is %.2f", table->cell[0], name, got);
}

static void server(const struct table *table)
{
	struct server_fit *fit = NULL;
	struct server_curve curve;
	struct server_watts at;
	struct server_ask ask;
	int r;

	assert_int_equal(server_fit_new(NULL, &fit), 0);
	server_told(table, &ask);
	r = server_curve_of(fit, &ask, &curve, NULL);
	server_fit_free(fit);
	assert_int_equal(r, has(table, "w") ? 0 : -ENODATA);
	if (r < 0)
		return;
	at = server_watts_at(&curve, real(table, "load"));
	assert_string_equal(server_how_text(curve.how), cell(table, "how"));
	expect_watts(table, "w", at.w);
	expect_watts(table, "low90", at.low90);
	expect_watts(table, "high90", at.high90);
	expect_watts(table, "low95", at.low95);
	expect_watts(table, "high95", at.high95);
}

static const struct equation {
	const char *id;
	void (*run)(const struct table *table);
} equations[] = {
	{ "E-1", counter },      { "E-2", power },        { "E-3", active },
	{ "E-4", marginal },     { "E-5", reserved },     { "E-6", memory },
	{ "E-7", board },        { "E-8", machine },      { "E-9", facility },
	{ "E-10", carbon },      { "E-11", at_the_wall }, { "E-12", bounds },
	{ "E-13", social_cost }, { "E-14", making },      { "E-15", start },
	{ "E-16", statistics },  { "E-17", comparison },  { "E-18", comparison },
	{ "E-19", comparison },  { "E-20", section },     { "E-21", foretold },
	{ "E-22", server },
};

static void no_row(const struct table *table)
{
	(void)table;
}

/* Runs every row; how many there were. */
static unsigned rows_of(const char *id, void (*run)(const struct table *table))
{
	char path[512];
	struct table table;
	unsigned rows = 0;
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/method/%s.csv", TESTS_DIR, id);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(table.head_text, sizeof table.head_text, file));
	table.columns = cut(table.head_text, table.head);
	while (fgets(table.line_text, sizeof table.line_text, file)) {
		assert_int_equal(cut(table.line_text, table.cell), table.columns);
		run(&table);
		rows++;
	}
	(void)fclose(file);
	return rows;
}

static void an_equation_gives_its_worked_examples(void **state)
{
	const struct equation *equation = *state;

	assert_true(rows_of(equation->id, equation->run) > 0);
}

static int count(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(equations); i++)
		printf("%s %u\n", equations[i].id, rows_of(equations[i].id, no_row));
	return 0;
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[ARRAY_SIZE(equations)];
	struct equation all[ARRAY_SIZE(equations)];

	if (argc > 1 && strcmp(argv[1], "--count") == 0)
		return count();
	memcpy(all, equations, sizeof all);
	for (size_t i = 0; i < ARRAY_SIZE(equations); i++)
		tests[i] = (struct CMUnitTest){
			.name = all[i].id,
			.test_func = an_equation_gives_its_worked_examples,
			.initial_state = &all[i]
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
