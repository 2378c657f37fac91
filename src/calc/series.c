/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-1, E-2 over a whole run; the mirrors of E-8.
 * Reads: frames of raw readings.
 * Gives: rows of joules since the start, and gaps with their reasons.
 * Needs: every frame, in the order of time.
 * Limits: looks at no share and no idle power; knows not what is counted.
 */
#include "calc/series.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "calc/series-check.h"
#include "calc/wide.h"

/* What became of a domain's reading in this frame. */
enum taken { TAKEN_NOT, TAKEN_BASE, TAKEN_STILL, TAKEN_MOVED };

/* One call's arguments, together. */
struct pass {
	struct series *series;
	const struct frame *frame;
	struct series_gaps *gaps;
	bool last;
};

void series_init(struct series *series, int64_t start_ns)
{
	memset(series, 0, sizeof *series);
	series->start_ns = start_ns;
}

int series_add_domain(struct series *series, const struct domain *domain)
{
	struct series_domain *d;

	if (series->count >= DOMAINS_MAX)
		return -ENOSPC;
	d = &series->domains[series->count];
	memset(d, 0, sizeof *d);
	d->domain = *domain;
	d->twin = -1;
	d->twin_candidate = -1;
	return (int)series->count++;
}

static uint32_t wanted(const struct series_domain *d)
{
	return d->domain.measure == MEASURE_ENERGY ? READING_ENERGY : READING_POWER;
}

static const struct reading *reading_of(const struct pass *pass, uint32_t i)
{
	const struct reading *r = &pass->frame->reading[i];

	if (i >= pass->frame->domain_count)
		return NULL;
	return r->has & wanted(&pass->series->domains[i]) ? r : NULL;
}

/* A gap of domain i from the last reading taken (the start, where there is none). */
static void gap_add(const struct pass *pass, uint32_t i, int64_t to_ns, enum gap_why why)
{
	struct series_domain *d = &pass->series->domains[i];
	int64_t start_ns = pass->series->start_ns;
	int64_t from_ns = d->last.has ? d->last.t_ns : start_ns;

	assert(pass->gaps->count < DOMAINS_MAX);
	if (to_ns < from_ns)
		to_ns = from_ns;
	d->gap_ns += to_ns - from_ns;
	pass->gaps->gap[pass->gaps->count++] = (struct gap){
		.domain = i,
		.from_ns = from_ns > start_ns ? from_ns - start_ns : 0,
		.to_ns = to_ns > start_ns ? to_ns - start_ns : 0,
		.why = why,
	};
}

static void remember(const struct pass *pass, struct series_domain *d,
		     const struct reading *r)
{
	d->last = *r;
	d->begun_ns = pass->series->start_ns + pass->frame->t_ns;
	d->asleep_ns = pass->frame->asleep_ns;
}

static enum taken base_take(const struct pass *pass, uint32_t i, const struct reading *r)
{
	struct series_domain *d = &pass->series->domains[i];

	if (pass->frame->why == READ_PACE)
		return TAKEN_NOT;
	if (r->t_ns - pass->series->start_ns > LATE_NS) {
		gap_add(pass, i, r->t_ns, GAP_LATE);
		d->restarted = true;
	}
	remember(pass, d, r);
	return TAKEN_BASE;
}

static enum taken gap_take(const struct pass *pass, uint32_t i, const struct reading *r,
			   enum gap_why why)
{
	struct series_domain *d = &pass->series->domains[i];

	gap_add(pass, i, r->t_ns, why);
	d->restarted = true;
	d->alive = false;
	d->rest = 0;
	remember(pass, d, r);
	return TAKEN_BASE;
}

static void step_take(const struct pass *pass, struct series_domain *d,
		      const struct reading *r, uint64_t step_uj)
{
	d->energy_uj = wide_add(d->energy_uj, step_uj);
	d->covered_ns += r->t_ns - d->last.t_ns;
	d->moved = true;
	d->alive = true;
	remember(pass, d, r);
}

static enum taken still_take(const struct series_domain *d, const struct reading *r)
{
	return d->alive && r->t_ns - d->last.t_ns < STILL_NS ? TAKEN_STILL : TAKEN_NOT;
}

static enum taken counter_take(const struct pass *pass, uint32_t i,
			       const struct reading *r)
{
	struct series_domain *d = &pass->series->domains[i];
	struct reading from = d->last;
	struct interval interval;

	/* Whoever is stopped between a value and its time stamps it late. */
	if (d->begun_ns < from.t_ns)
		from.t_ns = d->begun_ns;
	interval_of_counter(&d->domain, &from, r, pass->frame->asleep_ns - d->asleep_ns,
			    &interval);
	switch (interval.end) {
	case INTERVAL_OK:
		step_take(pass, d, r, interval.step_uj);
		d->maybe_lost_uj = wide_add(d->maybe_lost_uj, interval.maybe_lost_uj);
		d->wraps += interval.wrapped;
		return TAKEN_MOVED;
	case INTERVAL_STILL:
		return still_take(d, r);
	case INTERVAL_WENT_BACK:
		return gap_take(pass, i, r, GAP_WENT_BACK);
	case INTERVAL_RESET:
		return gap_take(pass, i, r, GAP_RESET);
	case INTERVAL_IMPLAUSIBLE:
		break;
	}
	return gap_take(pass, i, r, GAP_IMPLAUSIBLE);
}

static bool power_hole(const struct pass *pass, const struct series_domain *d,
		       const struct reading *r)
{
	if (d->domain.pace_ns > 0)
		return r->t_ns - d->last.t_ns > POWER_HOLE_PACES * d->domain.pace_ns;
	return d->unread + pass->frame->missed >= POWER_HOLE_PACES;
}

static enum taken power_take(const struct pass *pass, uint32_t i, const struct reading *r)
{
	struct series_domain *d = &pass->series->domains[i];
	struct power_interval step;

	if (r->t_ns <= d->last.t_ns)
		return TAKEN_STILL;
	if (power_hole(pass, d, r))
		return gap_take(pass, i, r, GAP_READ_FAILED);
	interval_of_power(&d->last, r, &d->rest, &step);
	step_take(pass, d, r, step.step_uj);
	d->ripple_uj = wide_add(d->ripple_uj, step.ripple_uj);
	return TAKEN_MOVED;
}

static enum taken take(const struct pass *pass, uint32_t i)
{
	struct series_domain *d = &pass->series->domains[i];
	const struct reading *r = reading_of(pass, i);

	if (!r)
		return TAKEN_NOT;
	if (!d->last.has)
		return base_take(pass, i, r);
	if (d->domain.measure == MEASURE_ENERGY)
		return counter_take(pass, i, r);
	return power_take(pass, i, r);
}

/* Uncore may well draw nothing; a platform's counter that never moves is not there. */
static bool may_stand_still(const struct series_domain *d, int64_t ns)
{
	int64_t patience = 2 * d->domain.update_ns;

	if (d->domain.inside[0] || d->domain.measure == MEASURE_POWER)
		return true;
	if (d->energy_uj == 0 && d->domain.boundary != BOUNDARY_COMPONENT)
		return true;
	return d->alive && ns < (patience > STILL_NS ? patience : STILL_NS);
}

/* The run ends: time that no reading covers is named. */
static void end_domain(const struct pass *pass, uint32_t i, enum taken taken)
{
	struct series_domain *d = &pass->series->domains[i];
	const struct reading *r = reading_of(pass, i);
	int64_t end_ns = pass->series->start_ns + pass->frame->t_ns;

	if (d->domain.duplicate_of[0] || taken == TAKEN_BASE || taken == TAKEN_MOVED)
		return;
	if (!r)
		gap_add(pass, i, end_ns, GAP_READ_FAILED);
	else if (taken == TAKEN_STILL)
		d->covered_ns += r->t_ns - d->last.t_ns;
	else if (!may_stand_still(d, r->t_ns - d->last.t_ns))
		gap_add(pass, i, r->t_ns, GAP_STOOD_STILL);
}

static enum sample_state state_of(struct series_domain *d, enum taken taken)
{
	if (taken == TAKEN_NOT)
		return SAMPLE_NONE;
	if (!d->restarted)
		return SAMPLE_OK;
	d->restarted = false;
	return SAMPLE_RESTART;
}

static bool mirrors(const struct pass *pass, uint32_t i, uint32_t j)
{
	const struct series_domain *a = &pass->series->domains[i];
	const struct series_domain *b = &pass->series->domains[j];
	const struct reading *ra = reading_of(pass, i);
	const struct reading *rb = reading_of(pass, j);

	return ra && rb && a->domain.measure == MEASURE_ENERGY &&
	       b->domain.measure == MEASURE_ENERGY &&
	       a->domain.family == b->domain.family && !b->domain.inside[0] && a->moved &&
	       b->moved && ra->energy_uj == rb->energy_uj && ra->energy_uj != 0;
}

static void twin_look(const struct pass *pass, uint32_t i)
{
	struct series_domain *d = &pass->series->domains[i];
	uint32_t j = 0;

	if (d->twin >= 0 || d->domain.inside[0])
		return;
	while (j < i && !mirrors(pass, i, j))
		j++;
	if (j == i) {
		/* A row without news is no sign either way. */
		if (d->moved)
			d->raw_equal = 0;
		return;
	}
	d->raw_equal = d->twin_candidate == (int)j ? d->raw_equal + 1 : 1;
	d->twin_candidate = (int)j;
	if (d->raw_equal >= TWIN_ROWS)
		d->twin = (int)j;
}

static void row_begin(const struct pass *pass, struct sample *row)
{
	memset(row, 0, sizeof *row);
	row->t_ns = pass->frame->t_ns;
	row->domain_count = pass->series->count;
	row->gpu_count = pass->frame->gpu_count;
	row->use = pass->frame->use;
	row->use.pids = NULL;
	row->use.pid_count = 0;
}

static void row_end(const struct pass *pass)
{
	for (uint32_t i = 0; i < pass->series->count; i++)
		twin_look(pass, i);
	for (uint32_t i = 0; i < pass->series->count; i++)
		pass->series->domains[i].moved = false;
}

bool series_add(struct series *series, const struct frame *frame, bool last,
		struct sample *ret_row, struct series_gaps *gaps)
{
	const struct pass pass = { series, frame, gaps, last };
	bool row = frame->why != READ_PACE;

	gaps->count = 0;
	if (row)
		row_begin(&pass, ret_row);
	for (uint32_t i = 0; i < series->count; i++) {
		struct series_domain *d = &series->domains[i];
		enum taken taken = take(&pass, i);

		if (i < frame->domain_count && d->domain.measure == MEASURE_ENERGY)
			series_check_add(d, &frame->reading[i], taken == TAKEN_BASE,
					 taken == TAKEN_MOVED);
		if (last)
			end_domain(&pass, i, taken);
		if (taken != TAKEN_NOT)
			d->unread = 0;
		else if (row)
			d->unread += 1 + frame->missed;
		if (!row)
			continue;
		ret_row->state[i] = (uint8_t)state_of(d, taken);
		ret_row->energy_uj[i] = d->energy_uj;
	}
	if (row)
		row_end(&pass);
	return row;
}

int64_t series_wrap_guard_ns(const struct domain *domain)
{
	uint64_t ns;

	if (domain->range_uj == 0 || domain->measure == MEASURE_POWER)
		return INT64_MAX;
	ns = wide_muldiv(domain->range_uj, (uint64_t)NS_PER_S / 2,
			 interval_max_uw(domain));
	if (ns > INT64_MAX)
		return INT64_MAX;
	return (int64_t)ns > NS_PER_MS ? (int64_t)ns : NS_PER_MS;
}
