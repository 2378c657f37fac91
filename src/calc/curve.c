/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run over time.
 * Reads: rows, and the ledger's sums after each.
 * Gives: bins of mean and peak power a domain, and of the scope's part of the busy time.
 * Needs: the same rows in both passes, in the order of time.
 * Limits: inside an interval power is taken to be level. Joules that a counter brought out of a
 * gap are of no time, and of no bin (loose_j). Of an interval that is joined with another the
 * share is that of both.
 */
#include "calc/curve.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "calc/wide.h"

/* As in the ledger's sums: up to a hundredth may be nobody's. */
#define UNKNOWN_PART 100

struct cell {
	double machine_uj;
	double active_uj;
	double unknown_uj;
	double owed_uj; /* whose is not known yet */
	double peak_uj; /* of the interval with the highest power, and its length */
	double peak_ns;
	int64_t covered_ns;
};

struct lane {
	uint32_t domain;
	int64_t least_ns; /* an interval's length */
	bool based;
	int64_t base_ns; /* in bins until here */
	size_t base_bin;
	struct ledger_so_far taken;
	int64_t whole_ns; /* whole intervals until here */
	size_t whole_bin;
	struct ledger_so_far whole;
	int64_t last_ns; /* rows until here */
	struct ledger_so_far seen;
	size_t owed_bin; /* the first that may be owed a share */
	double loose_uj;
	struct cell *cells;
};

/* The scope's part of the busy time. */
struct busy {
	bool based;
	bool any;
	int64_t t_ns;
	size_t bin;
	uint64_t scope_ns;
	uint64_t machine_ns;
	double *scope; /* a bin */
	double *machine;
	int64_t *covered_ns;
};

struct curve {
	size_t bins_max;
	size_t times; /* that differ */
	int64_t first_ns;
	int64_t last_ns;
	int64_t *edge_ns;
	size_t bins;
	size_t bin; /* where the row that is being added lies */
	struct busy busy;
	size_t lane_count;
	struct lane lanes[];
};

/* --- what there is to draw --- */

/* A part of another domain, or a mirror of it, is in that one's lane. */
static bool is_beside(const struct run_domain *own)
{
	const struct domain *domain = &own->domain;

	return !own->counted && !domain->duplicate_of[0] && !own->stood_still &&
	       (domain->boundary != BOUNDARY_COMPONENT || domain->family == FAMILY_NODE ||
		domain->kind == KIND_MODELLED || domain->kind == KIND_ASSUMED);
}

static void lane_add(struct curve *curve, const struct run_domain *own, size_t domain)
{
	struct lane *lane = &curve->lanes[curve->lane_count++];

	lane->domain = (uint32_t)domain;
	lane->least_ns = own->domain.update_ns > 0 ? own->domain.update_ns : 1;
}

static void curve_done(struct curve **curve)
{
	curve_free(*curve);
}

int curve_new(const struct run_domain *domains, size_t count, size_t bins_max,
	      struct curve **ret)
{
	CLEANUP(curve_done) struct curve *curve = NULL;

	if (count > DOMAINS_MAX)
		return -EINVAL;
	curve = calloc(1, sizeof *curve + count * sizeof curve->lanes[0]);
	if (!curve)
		return -ENOMEM;
	curve->bins_max = bins_max ? bins_max : CURVE_BINS_MAX;
	curve->edge_ns = calloc(curve->bins_max + 1, sizeof *curve->edge_ns);
	if (!curve->edge_ns)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (domains[i].counted)
			lane_add(curve, &domains[i], i);
	for (size_t i = 0; i < count; i++)
		if (is_beside(&domains[i]))
			lane_add(curve, &domains[i], i);
	*ret = STEAL(curve);
	return 0;
}

void curve_free(struct curve *curve)
{
	if (!curve)
		return;
	for (size_t i = 0; i < curve->lane_count; i++)
		free(curve->lanes[i].cells);
	free(curve->busy.scope);
	free(curve->busy.machine);
	free(curve->busy.covered_ns);
	free(curve->edge_ns);
	free(curve);
}

/* --- bins --- */

void curve_see(struct curve *curve, int64_t t_ns)
{
	if (curve->times > 0 && t_ns <= curve->last_ns)
		return;
	if (curve->times == 0)
		curve->first_ns = t_ns;
	if (curve->times <= curve->bins_max)
		curve->edge_ns[curve->times] = t_ns;
	curve->times++;
	curve->last_ns = t_ns;
}

static void set_edges(struct curve *curve)
{
	wide_uint span_ns = (wide_uint)(curve->last_ns - curve->first_ns);

	curve->bins = curve->times > 1 ? curve->times - 1 : 0;
	if (curve->bins <= curve->bins_max)
		return;
	curve->bins = curve->bins_max;
	for (size_t i = 0; i <= curve->bins; i++)
		curve->edge_ns[i] =
			curve->first_ns + (int64_t)(span_ns * i / curve->bins);
}

int curve_begin(struct curve *curve)
{
	struct busy *busy = &curve->busy;
	size_t room;

	set_edges(curve);
	room = curve->bins + 1;
	busy->scope = calloc(room, sizeof *busy->scope);
	busy->machine = calloc(room, sizeof *busy->machine);
	busy->covered_ns = calloc(room, sizeof *busy->covered_ns);
	if (!busy->scope || !busy->machine || !busy->covered_ns)
		return -ENOMEM;
	for (size_t i = 0; i < curve->lane_count; i++) {
		struct lane *lane = &curve->lanes[i];

		lane->cells = calloc(room, sizeof *lane->cells);
		if (!lane->cells)
			return -ENOMEM;
		for (size_t k = 0; k < room; k++)
			lane->cells[k].peak_ns = 1;
	}
	return 0;
}

/* Rows come in order, so that this is a step now and then. */
static void find_bin(struct curve *curve, int64_t t_ns)
{
	while (curve->bin > 0 && t_ns < curve->edge_ns[curve->bin])
		curve->bin--;
	while (curve->bin + 1 < curve->bins && t_ns >= curve->edge_ns[curve->bin + 1])
		curve->bin++;
}

/* How much of from..to lies in the bin. */
static int64_t overlap_ns(const struct curve *curve, size_t bin, int64_t from_ns,
			  int64_t to_ns)
{
	int64_t begin_ns = curve->edge_ns[bin];
	int64_t end_ns = curve->edge_ns[bin + 1];

	begin_ns = begin_ns > from_ns ? begin_ns : from_ns;
	end_ns = end_ns < to_ns ? end_ns : to_ns;
	return end_ns > begin_ns ? end_ns - begin_ns : 0;
}

/* --- joules --- */

/* What came since, and whose it is: parts of it and of what was owed, 0 to 1. */
struct flow {
	double machine_uj;
	double active;
	double unknown;
	double owed;
	bool still_owed; /* all of it: nothing was settled */
};

static struct flow flow_of(const struct ledger_so_far *from,
			   const struct ledger_so_far *to)
{
	uint64_t machine_uj = to->machine_uj - from->machine_uj;
	uint64_t all_uj = machine_uj + from->owed_uj;
	struct flow flow = { .machine_uj = (double)machine_uj,
			     .still_owed = to->owed_uj == all_uj };
	double per_uj;

	if (all_uj == 0)
		return flow;
	per_uj = 1 / (double)all_uj;
	flow.active = (double)(to->active_uj - from->active_uj) * per_uj;
	flow.unknown = (double)(to->unknown_uj - from->unknown_uj) * per_uj;
	flow.owed = (double)to->owed_uj * per_uj;
	return flow;
}

/* What bins were owed finds its owner, or none. */
static void settle(const struct curve *curve, struct lane *lane, const struct flow *flow)
{
	if (lane->taken.owed_uj == 0 || flow->still_owed)
		return;
	for (size_t i = lane->owed_bin; i <= curve->bin; i++) {
		struct cell *cell = &lane->cells[i];
		double owed_uj = cell->owed_uj;

		cell->active_uj += owed_uj * flow->active;
		cell->unknown_uj += owed_uj * flow->unknown;
		cell->owed_uj = owed_uj * flow->owed;
	}
}

/* The part of a flow that fell into a bin. */
static void pour(struct cell *cell, const struct flow *flow, double uj)
{
	cell->machine_uj += uj;
	cell->active_uj += uj * flow->active;
	cell->unknown_uj += uj * flow->unknown;
	cell->owed_uj += uj * flow->owed;
}

/* From base_ns to a later time, where the sums were these. */
static void spread(const struct curve *curve, struct lane *lane, int64_t to_ns,
		   const struct ledger_so_far *to)
{
	struct flow flow = flow_of(&lane->taken, to);
	double uj_per_ns = flow.machine_uj / (double)(to_ns - lane->base_ns);

	settle(curve, lane, &flow);
	if (lane->taken.owed_uj == 0)
		lane->owed_bin = lane->base_bin;
	for (size_t i = lane->base_bin; i <= curve->bin; i++) {
		int64_t ns = overlap_ns(curve, i, lane->base_ns, to_ns);

		if (ns == 0)
			continue;
		pour(&lane->cells[i], &flow, uj_per_ns * (double)ns);
		lane->cells[i].covered_ns += ns;
	}
	lane->base_ns = to_ns;
	lane->taken = *to;
}

static void rebase(const struct curve *curve, struct lane *lane, int64_t t_ns,
		   const struct ledger_so_far *now)
{
	lane->based = true;
	lane->base_ns = lane->whole_ns = lane->last_ns = t_ns;
	lane->base_bin = lane->whole_bin = curve->bin;
	lane->taken = lane->whole = lane->seen = *now;
}

/* A whole interval's power is seen in every bin that it touches. */
static void show_power(const struct curve *curve, struct lane *lane)
{
	double uj = (double)(int64_t)(lane->seen.machine_uj - lane->whole.machine_uj);
	double ns = (double)(lane->last_ns - lane->whole_ns);

	for (size_t i = lane->whole_bin; i <= curve->bin; i++) {
		struct cell *cell = &lane->cells[i];

		if (uj * cell->peak_ns <= cell->peak_uj * ns ||
		    overlap_ns(curve, i, lane->whole_ns, lane->last_ns) == 0)
			continue;
		cell->peak_uj = uj;
		cell->peak_ns = ns;
	}
}

/* What lies in one bin is poured into it together: a run has millions of intervals. Not so where
 * a share is owed: whose it is is asked of each. */
static void add_interval(const struct curve *curve, struct lane *lane)
{
	bool alone = lane->last_ns > curve->edge_ns[lane->base_bin + 1] ||
		     lane->seen.owed_uj > 0 || lane->whole.owed_uj > 0;

	if (alone && lane->whole_ns > lane->base_ns)
		spread(curve, lane, lane->whole_ns, &lane->whole);
	show_power(curve, lane);
	lane->whole_ns = lane->last_ns;
	lane->whole_bin = curve->bin;
	lane->whole = lane->seen;
	if (!alone)
		return;
	spread(curve, lane, lane->whole_ns, &lane->whole);
	lane->base_bin = curve->bin;
}

/* Joules without a time. */
static void loosen(const struct curve *curve, struct lane *lane,
		   const struct ledger_so_far *now)
{
	struct flow flow = flow_of(&lane->taken, now);

	settle(curve, lane, &flow);
	lane->loose_uj += flow.machine_uj;
	lane->taken = *now;
}

/* What waits for more waits no longer. */
static void flush(const struct curve *curve, struct lane *lane)
{
	if (lane->whole_ns > lane->base_ns)
		spread(curve, lane, lane->whole_ns, &lane->whole);
	if (lane->last_ns > lane->base_ns)
		spread(curve, lane, lane->last_ns, &lane->seen);
	else
		loosen(curve, lane, &lane->seen);
}

static void lane_row(const struct curve *curve, struct lane *lane,
		     const struct sample *row, const struct ledger *ledger)
{
	struct ledger_so_far now;

	if (lane->domain >= row->domain_count || row->state[lane->domain] == SAMPLE_NONE)
		return;
	ledger_so_far_get(ledger, lane->domain, &now);
	if (!lane->based) {
		rebase(curve, lane, row->t_ns, &now);
		return;
	}
	if (now.covered_ns > lane->seen.covered_ns) {
		lane->last_ns = row->t_ns;
		lane->seen = now;
		if (lane->last_ns - lane->whole_ns >= lane->least_ns)
			add_interval(curve, lane);
	} else if (row->state[lane->domain] == SAMPLE_OK && row->t_ns == lane->last_ns) {
		lane->seen = now;
	} else {
		flush(curve, lane);
		loosen(curve, lane, &now);
		rebase(curve, lane, row->t_ns, &now);
	}
}

/* --- the busy time --- */

static void busy_spread(const struct curve *curve, struct busy *busy,
			const struct sample *row)
{
	double whole_ns = (double)(row->t_ns - busy->t_ns);
	double scope_ns = (double)(row->use.scope_cpu_ns - busy->scope_ns);
	double machine_ns = (double)(row->use.machine_cpu_ns - busy->machine_ns);

	for (size_t i = busy->bin; i <= curve->bin; i++) {
		int64_t ns = overlap_ns(curve, i, busy->t_ns, row->t_ns);

		busy->scope[i] += scope_ns * ((double)ns / whole_ns);
		busy->machine[i] += machine_ns * ((double)ns / whole_ns);
		busy->covered_ns[i] += ns;
		busy->any |= ns > 0;
	}
}

static void busy_row(const struct curve *curve, struct busy *busy,
		     const struct sample *row)
{
	const uint32_t both = USE_SCOPE_CPU | USE_MACHINE_CPU;
	const struct use *use = &row->use;

	if ((use->has & both) != both)
		return;
	if (busy->based && row->t_ns > busy->t_ns &&
	    use->scope_cpu_ns >= busy->scope_ns &&
	    use->machine_cpu_ns >= busy->machine_ns)
		busy_spread(curve, busy, row);
	busy->based = true;
	busy->t_ns = row->t_ns;
	busy->bin = curve->bin;
	busy->scope_ns = use->scope_cpu_ns;
	busy->machine_ns = use->machine_cpu_ns;
}

void curve_add(struct curve *curve, const struct sample *row, const struct ledger *ledger)
{
	if (curve->bins == 0)
		return;
	find_bin(curve, row->t_ns);
	for (size_t i = 0; i < curve->lane_count; i++)
		lane_row(curve, &curve->lanes[i], row, ledger);
	busy_row(curve, &curve->busy, row);
}

/* --- the end --- */

static double *doubles(size_t count)
{
	return calloc(count + 1, sizeof(double));
}

static void end_cell(const struct cell *cell, struct curve_lane *ret, size_t i)
{
	double w_per_uj = 1e3 / (double)cell->covered_ns;
	double nobody_uj = cell->unknown_uj + cell->owed_uj;

	ret->covered_s[i] = (double)cell->covered_ns / 1e9;
	ret->machine_w[i] = ret->peak_w[i] = ret->attributed_w[i] = NAN;
	if (cell->covered_ns == 0)
		return;
	ret->machine_w[i] = cell->machine_uj * w_per_uj;
	ret->peak_w[i] = fmax(cell->peak_uj * 1e3 / cell->peak_ns, ret->machine_w[i]);
	if (nobody_uj <= cell->machine_uj / UNKNOWN_PART)
		ret->attributed_w[i] =
			fmin(cell->active_uj * w_per_uj, ret->machine_w[i]);
}

static int end_lane(const struct curve *curve, struct lane *lane, struct curve_lane *ret)
{
	flush(curve, lane);
	ret->domain = lane->domain;
	ret->loose_j = lane->loose_uj / 1e6;
	ret->machine_w = doubles(curve->bins);
	ret->peak_w = doubles(curve->bins);
	ret->attributed_w = doubles(curve->bins);
	ret->covered_s = doubles(curve->bins);
	if (!ret->machine_w || !ret->peak_w || !ret->attributed_w || !ret->covered_s)
		return -ENOMEM;
	for (size_t i = 0; i < curve->bins; i++)
		end_cell(&lane->cells[i], ret, i);
	return 0;
}

/* The two clocks differ by a tick: no scope is busier than its machine. Nobody ran: 0. */
static void end_busy(const struct curve *curve, double *ret)
{
	const struct busy *busy = &curve->busy;

	for (size_t i = 0; i < curve->bins; i++) {
		double machine_ns = fmax(busy->machine[i], busy->scope[i]);

		ret[i] = busy->covered_ns[i] == 0 ? NAN : 0;
		if (machine_ns > 0)
			ret[i] = busy->scope[i] / machine_ns;
	}
}

int curve_end(struct curve *curve, struct run_curve *ret)
{
	CLEANUP(run_curve_done) struct run_curve made = { .bins = curve->bins };
	int r = 0;

	made.thinned = curve->times > curve->bins + 1;
	made.edge_s = doubles(curve->bins);
	made.lanes = calloc(curve->lane_count + 1, sizeof *made.lanes);
	if (curve->busy.any)
		made.scope_cpu_ratio = doubles(curve->bins);
	if (!made.edge_s || !made.lanes || (curve->busy.any && !made.scope_cpu_ratio))
		return -ENOMEM;
	for (size_t i = 0; i < curve->lane_count && r == 0; i++)
		r = end_lane(curve, &curve->lanes[i], &made.lanes[made.lane_count++]);
	if (r < 0)
		return r;
	for (size_t i = 0; curve->bins > 0 && i <= curve->bins; i++)
		made.edge_s[i] = (double)curve->edge_ns[i] / 1e9;
	if (made.scope_cpu_ratio)
		end_busy(curve, made.scope_cpu_ratio);
	*ret = made;
	memset(&made, 0, sizeof made);
	return 0;
}
