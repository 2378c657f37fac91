/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-20.
 * Reads: rows, and the ledger's sums after each.
 * Gives: joules of the machine and of the scope, a section and a time of one.
 * Needs: the rows in the order of time; the marks before the first of them.
 * Limits: between two readings power is taken to be level. Joules that a counter brought out of
 * a gap are in a section that holds all of the gap, and in no other.
 */
#include "calc/sections.h"

#include <assert.h>
#include <errno.h>
#include <math.h>

#include "calc/interval.h"
#include "calc/sections-tally.h"
#include "calc/wide.h"

static void sections_done(struct sections **sections)
{
	sections_free(*sections);
}

static int lane_new(const struct sections *sections, const struct run_domain *own,
		    size_t domain, struct section_lane *lane)
{
	size_t sums = sections->count + sections->time_count;

	lane->domain = (uint32_t)domain;
	lane->meter = own->domain;
	lane->at = calloc(sections->event_count + 1, sizeof *lane->at);
	lane->sums = calloc(sums + 1, sizeof *lane->sums);
	lane->doubts = calloc(sections->count + 1, sizeof *lane->doubts);
	return lane->at && lane->sums && lane->doubts ? 0 : -ENOMEM;
}

static int lanes_new(const struct run_record *record, struct sections *sections)
{
	int r = 0;

	sections->lanes = calloc(record->domain_count + 1, sizeof *sections->lanes);
	if (!sections->lanes)
		return -ENOMEM;
	for (size_t i = 0; i < record->domain_count && r == 0; i++)
		if (record->domains[i].counted)
			r = lane_new(sections, &record->domains[i], i,
				     &sections->lanes[sections->lane_count++]);
	return r;
}

int sections_new(const struct run_record *record, struct sections **ret)
{
	CLEANUP(sections_done) struct sections *sections = NULL;
	int r;

	*ret = NULL;
	if (record->mark_count == 0)
		return 0;
	sections = calloc(1, sizeof *sections);
	if (!sections)
		return -ENOMEM;
	r = sections_of_marks(record, sections);
	if (r == 0)
		r = lanes_new(record, sections);
	if (r < 0)
		return r;
	*ret = STEAL(sections);
	return 0;
}

void sections_free(struct sections *sections)
{
	if (!sections)
		return;
	for (size_t i = 0; i < sections->lane_count; i++) {
		free(sections->lanes[i].at);
		free(sections->lanes[i].sums);
		free(sections->lanes[i].doubts);
	}
	free(sections->lanes);
	free(sections->list);
	free(sections->times);
	free(sections->events);
	free(sections);
}

size_t sections_lost_ends(const struct sections *sections)
{
	return sections->lost_ends;
}

size_t sections_left_out(const struct sections *sections)
{
	return sections->left_out;
}

/* --- the machine's joules at an event ----------------------------------------------------- */

/* The most a part can draw for a moment; as E-1's. */
static double most_uj(const struct domain *meter, int64_t ns)
{
	return 2 * (double)wide_uj(interval_max_uw(meter), ns);
}

/* A point's own instant: nothing is cut. */
static struct section_at whole_at(const struct section_point *point)
{
	double uj = (double)point->machine_uj;

	return (struct section_at){ uj, uj, uj, uj, point->covered_ns };
}

/* Between two readings: by time, and bounded by what the part can draw. */
static struct section_at even_at(const struct section_lane *lane,
				 const struct section_point *to, int64_t t_ns)
{
	const struct section_point *from = &lane->last;
	double a = (double)from->machine_uj;
	double b = (double)to->machine_uj;
	double part = (double)(t_ns - from->t_ns) / (double)(to->t_ns - from->t_ns);
	double covered_ns = (double)(to->covered_ns - from->covered_ns);
	double uj = a + part * (b - a);

	return (struct section_at){
		.uj = uj,
		.time_uj = uj,
		.low_uj = fmin(fmax(a, b - most_uj(&lane->meter, to->t_ns - t_ns)), uj),
		.high_uj =
			fmax(fmin(b, a + most_uj(&lane->meter, t_ns - from->t_ns)), uj),
		.covered_ns = from->covered_ns + (int64_t)(part * covered_ns),
	};
}

/* In a gap: what it brought is in what began before it, and is not ended in it. */
static double gap_uj(const struct section_lane *lane, const struct section_point *to,
		     bool begins, int64_t from_ns)
{
	return (double)(begins || from_ns > lane->last.t_ns ? to->machine_uj
							    : lane->last.machine_uj);
}

static struct section_at at_of(const struct section_lane *lane,
			       const struct section_point *to,
			       const struct section_event *event)
{
	struct section_at at;

	if (event->t_ns >= to->t_ns)
		return whole_at(to);
	if (to->covered_ns > lane->last.covered_ns)
		return even_at(lane, to, event->t_ns);
	at = whole_at(&lane->last);
	at.high_uj = (double)to->machine_uj;
	at.uj = gap_uj(lane, to, event->begins, event->since_ns);
	at.time_uj = gap_uj(lane, to, event->begins, event->from_ns);
	return at;
}

/* --- and whose they are ------------------------------------------------------------------- */

/* What the ledger made of a uj between two points at which nothing was owed. */
struct rate {
	const struct section_point *from;
	double active;
	double nobody;
};

static struct rate rate_of(const struct section_point *from,
			   const struct section_point *to)
{
	double machine_uj = (double)(to->machine_uj - from->machine_uj);
	uint64_t nobody_uj = to->unknown_uj + to->owed_uj - from->unknown_uj;
	struct rate rate = { .from = from };

	if (machine_uj <= 0)
		return rate;
	rate.active = (double)(to->active_uj - from->active_uj) / machine_uj;
	rate.nobody = (double)nobody_uj / machine_uj;
	return rate;
}

static void sum_add(struct section_sum *sum, const struct section_at *at, double uj,
		    const struct rate *rate, double sign)
{
	double since_uj = uj - (double)rate->from->machine_uj;

	sum->machine_uj += sign * uj;
	sum->active_uj +=
		sign * ((double)rate->from->active_uj + rate->active * since_uj);
	sum->nobody_uj +=
		sign * ((double)rate->from->unknown_uj + rate->nobody * since_uj);
	sum->covered_ns += sign * (double)at->covered_ns;
}

/* What lies before a begin may be too much of what lies behind, and the other way round. */
static void doubt_add(struct section_doubt *doubt, const struct section_at *at,
		      const struct rate *rate, bool begins)
{
	double before_uj = at->uj - at->low_uj;
	double behind_uj = at->high_uj - at->uj;
	double up_uj = begins ? before_uj : behind_uj;
	double down_uj = begins ? behind_uj : before_uj;

	doubt->machine_up_uj += up_uj;
	doubt->machine_down_uj += down_uj;
	doubt->active_up_uj += rate->active * up_uj;
	doubt->active_down_uj += rate->active * down_uj;
}

static void settle(const struct sections *sections, struct section_lane *lane,
		   const struct section_point *to)
{
	struct rate rate = rate_of(&lane->settled, to);

	for (; lane->open < lane->next; lane->open++) {
		const struct section_event *event = &sections->events[lane->open];
		const struct section_at *at = &lane->at[lane->open];
		double sign = event->begins ? -1 : 1;

		if (event->time != SECTION_NONE)
			sum_add(&lane->sums[sections->count + event->time], at,
				at->time_uj, &rate, sign);
		if (!event->edge)
			continue;
		sum_add(&lane->sums[event->section], at, at->uj, &rate, sign);
		doubt_add(&lane->doubts[event->section], at, &rate, event->begins);
	}
}

/* --- rows --------------------------------------------------------------------------------- */

static void lane_point(struct sections *sections, struct section_lane *lane,
		       const struct section_point *to)
{
	const struct section_event *events = sections->events;

	if (!lane->based)
		lane->first = lane->last = lane->settled = *to;
	lane->based = true;
	while (lane->next < sections->event_count &&
	       events[lane->next].t_ns <= to->t_ns) {
		lane->at[lane->next] = at_of(lane, to, &events[lane->next]);
		lane->next++;
	}
	lane->last = *to;
	if (to->owed_uj > 0)
		return;
	settle(sections, lane, to);
	lane->settled = *to;
}

void sections_add(struct sections *sections, const struct sample *row,
		  const struct ledger *ledger)
{
	for (size_t i = 0; i < sections->lane_count; i++) {
		struct section_lane *lane = &sections->lanes[i];
		struct ledger_so_far now;

		if (lane->domain >= row->domain_count ||
		    row->state[lane->domain] == SAMPLE_NONE)
			continue;
		ledger_so_far_get(ledger, lane->domain, &now);
		lane_point(sections, lane,
			   &(struct section_point){
				   .t_ns = lane->based && row->t_ns < lane->last.t_ns
						   ? lane->last.t_ns
						   : row->t_ns,
				   .covered_ns = now.covered_ns,
				   .machine_uj = now.machine_uj,
				   .active_uj = now.active_uj,
				   .unknown_uj = now.unknown_uj,
				   .owed_uj = now.owed_uj,
			   });
	}
}

/* Where a section begins or ends with the readings it has no edge that the run has not. */
static void count_edges(const struct sections *sections, struct section_lane *lane)
{
	for (size_t i = 0; i < sections->event_count; i++) {
		const struct section_event *event = &sections->events[i];

		lane->doubts[event->section].edges += event->edge &&
						      event->t_ns > lane->first.t_ns &&
						      event->t_ns < lane->last.t_ns;
	}
}

void sections_flush(struct sections *sections)
{
	for (size_t i = 0; i < sections->lane_count; i++) {
		struct section_lane *lane = &sections->lanes[i];

		for (; lane->next < sections->event_count; lane->next++)
			lane->at[lane->next] = whole_at(&lane->last);
		settle(sections, lane, &lane->last);
		count_edges(sections, lane);
	}
}
