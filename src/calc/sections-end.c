/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-20, E-12: what was gathered of sections as numbers with their intervals.
 * Reads: the lanes' sums, and the whole run's joules.
 * Gives: a section_view each.
 * Needs: all rows.
 * Limits: the meters' and the share's error is taken for the run's own part, in proportion.
 */
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "calc/sections-tally.h"
#include "calc/uncertainty.h"

/* As in the ledger's sums: up to a hundredth may be nobody's. A uj is a rounding. */
#define UNKNOWN_PART 100
#define ROUNDING_UJ  1

/* All counted domains of a section, or of a time of one. */
struct whole {
	bool known;
	bool shared;
	double machine_uj;
	double active_uj;
	double coverage_ratio; /* NAN: no length, or nothing is counted */
};

struct lacking {
	double uj;
	size_t shares;
};

static void add_sum(struct whole *whole, struct lacking *lacking,
		    const struct section_sum *sum)
{
	double machine_uj = fmax(sum->machine_uj, 0);

	whole->known = true;
	whole->machine_uj += machine_uj;
	if (sum->nobody_uj > machine_uj / UNKNOWN_PART + ROUNDING_UJ) {
		lacking->uj += machine_uj;
		return;
	}
	lacking->shares++;
	whole->active_uj += fmin(fmax(sum->active_uj, 0), machine_uj);
}

/* METHOD E-20, with the rules of E-8 */
static struct whole whole_of(const struct sections *sections, size_t index, int64_t ns)
{
	struct whole whole = { .coverage_ratio = NAN };
	struct lacking lacking = { 0, 0 };

	for (size_t i = 0; i < sections->lane_count && ns > 0; i++) {
		const struct section_sum *sum = &sections->lanes[i].sums[index];
		double ratio = fmin(fmax(sum->covered_ns, 0) / (double)ns, 1);

		whole.coverage_ratio = fmin(whole.coverage_ratio, ratio);
		if (ratio > 0)
			add_sum(&whole, &lacking, sum);
	}
	whole.shared = lacking.shares > 0 &&
		       lacking.uj <= whole.machine_uj / UNKNOWN_PART + ROUNDING_UJ;
	return whole;
}

/* --- the interval ------------------------------------------------------------------------- */

/* How far the machine's and the scope's joules may reach beyond their part of the run's. */
struct reach {
	double machine_down_uj;
	double machine_up_uj;
	double active_down_uj;
	double active_up_uj;
};

/* One end that lies inside of what was read. */
static double edge_uj(const struct section_lane *lane)
{
	return (double)uncertainty_edges_uj(&lane->meter, lane->last.machine_uj,
					    lane->last.covered_ns) /
	       2;
}

/* What the time without readings may have held, where it is more than the run has of it. */
static double gap_uj(const struct section_lane *lane, const struct section_sum *sum,
		     int64_t ns)
{
	double run_ns = (double)(lane->last.t_ns - lane->first.t_ns);
	double run_covered_ns = (double)lane->last.covered_ns;
	double gap_ns = (double)ns - sum->covered_ns;

	if (!(run_covered_ns > 0))
		return 0;
	gap_ns -= sum->covered_ns * fmax(run_ns - run_covered_ns, 0) / run_covered_ns;
	return fmax(gap_ns, 0) / run_covered_ns * (double)lane->last.machine_uj;
}

static void add_reach(const struct section_lane *lane, size_t section, int64_t ns,
		      struct reach *reach)
{
	const struct section_doubt *doubt = &lane->doubts[section];
	double machine_uj = (double)lane->last.machine_uj;
	double edges_uj = (double)doubt->edges * edge_uj(lane);
	double share = machine_uj > 0 ? (double)lane->last.active_uj / machine_uj : 0;
	double missed_uj = gap_uj(lane, &lane->sums[section], ns);

	reach->machine_down_uj += doubt->machine_down_uj + edges_uj;
	reach->machine_up_uj += doubt->machine_up_uj + edges_uj + missed_uj;
	reach->active_down_uj += doubt->active_down_uj + edges_uj * share;
	reach->active_up_uj += doubt->active_up_uj + edges_uj * share + missed_uj;
}

static struct reach reach_of(const struct sections *sections, size_t section, int64_t ns)
{
	struct reach reach = { 0, 0, 0, 0 };

	for (size_t i = 0; i < sections->lane_count; i++)
		add_reach(&sections->lanes[i], section, ns, &reach);
	return reach;
}

/* METHOD E-20 */
static void fill_quantity(const struct quantity *run, double uj, double down_uj,
			  double up_uj, struct quantity *ret)
{
	double j = uj / (double)UJ_PER_J;
	double part = run->value > 0 ? j / run->value : 0;

	*ret = *run;
	ret->kind = kind_worse(run->kind, KIND_DERIVED);
	ret->value = j;
	ret->low = fmax(part * run->low - down_uj / (double)UJ_PER_J, 0);
	ret->high = part * run->high + up_uj / (double)UJ_PER_J;
	ret->high = fmax(fmin(ret->high, run->high), j);
}

/* --- the views ---------------------------------------------------------------------------- */

struct end {
	const struct sections *sections;
	const struct quantity *attributed_j;
	const struct quantity *machine_j;
	struct section_view *views;
};

static double joules_if(bool known, double uj)
{
	return known ? uj / (double)UJ_PER_J : NAN;
}

static void fill_section(const struct end *end, size_t i)
{
	const struct section *own = &end->sections->list[i];
	struct section_view *view = &end->views[i];
	struct whole whole = whole_of(end->sections, i, own->duration_ns);
	struct reach reach = reach_of(end->sections, i, own->duration_ns);

	(void)copy_text(view->name, sizeof view->name, own->name);
	view->paired = own->paired;
	view->count = own->count;
	view->duration_ns = own->duration_ns;
	view->coverage_ratio = whole.coverage_ratio;
	if (!whole.known)
		(void)copy_text(view->machine_j.source, sizeof view->machine_j.source,
				"nothing was read while it lasted");
	if (whole.known && end->machine_j->known)
		fill_quantity(end->machine_j, whole.machine_uj, reach.machine_down_uj,
			      reach.machine_up_uj, &view->machine_j);
	if (!view->machine_j.known || !whole.shared || !end->attributed_j->known)
		return;
	fill_quantity(end->attributed_j, whole.active_uj, reach.active_down_uj,
		      reach.active_up_uj, &view->attributed_j);
	view->attributed_j.high = fmin(view->attributed_j.high, view->machine_j.high);
}

static void add_time(const struct end *end, size_t i)
{
	const struct sections *sections = end->sections;
	const struct section_open *own = &sections->times[i];
	struct section_view *view = &end->views[own->section];
	struct whole whole =
		whole_of(sections, sections->count + i, own->to_ns - own->from_ns);

	assert(view->times);
	view->times[view->time_count++] = (struct section_time){
		.from_ns = own->from_ns,
		.to_ns = own->to_ns,
		.attributed_j =
			joules_if(whole.known && whole.shared && end->attributed_j->known,
				  whole.active_uj),
		.machine_j =
			joules_if(whole.known && end->machine_j->known, whole.machine_uj),
		.coverage_ratio = whole.coverage_ratio,
	};
}

int sections_end(struct sections *sections, const struct quantity *attributed_j,
		 const struct quantity *machine_j, struct section_view **ret,
		 size_t *ret_count)
{
	struct end end = { sections, attributed_j, machine_j, NULL };

	sections_flush(sections);
	end.views = calloc(sections->count + 1, sizeof *end.views);
	if (!end.views)
		return -ENOMEM;
	for (size_t i = 0; i < sections->count; i++) {
		fill_section(&end, i);
		end.views[i].times =
			calloc(sections->list[i].kept + 1, sizeof *end.views[i].times);
		if (!end.views[i].times) {
			section_views_free(end.views, sections->count);
			return -ENOMEM;
		}
	}
	for (size_t i = 0; i < sections->time_count; i++)
		add_time(&end, i);
	*ret = end.views;
	*ret_count = sections->count;
	return 0;
}
