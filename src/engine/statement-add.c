/* SPDX-License-Identifier: Apache-2.0 */
/* Runs added up: what several come to, each joule once. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/total.h"
#include "engine/nest.h"
#include "engine/statement.h"
#include "place/factor.h"
#include "report/json-value.h"

static void count_state(struct statement *s, enum run_state state)
{
	size_t *const counters[] = { [RUN_RUNNING] = &s->running,
				     [RUN_FINISHED] = &s->finished,
				     [RUN_FAILED] = &s->failed,
				     [RUN_INTERRUPTED] = &s->interrupted };

	(*counters[state])++;
}

static void count_runs(struct statement *s)
{
	s->from_unix_ns = INT64_MAX;
	for (size_t i = 0; i < s->count; i++) {
		const struct run_info *info = &s->views[i].record.info;
		int64_t end_ns = run_time_unix_ns(info, info->duration_ns);

		count_state(s, info->state);
		if (statement_adds(s, i) &&
		    __builtin_add_overflow(s->duration_ns, info->duration_ns,
					   &s->duration_ns))
			s->duration_ns = INT64_MAX;
		if (info->started_unix_ns < s->from_unix_ns)
			s->from_unix_ns = info->started_unix_ns;
		if (end_ns > s->to_unix_ns)
			s->to_unix_ns = end_ns;
	}
}

/* What tells one machine, place and grid from another: texts that live as long as it. */
struct groups {
	char machine[RUN_NAME_MAX];
	char site[QUANTITY_SOURCE_MAX + 2 * PLACE_NAME_MAX];
	char grid[PLACE_NAME_MAX];
};

/*
 * One building, whatever words found it: a cloud's region, else all of a country that go by one
 * figure, for nobody tells its buildings apart.
 */
static void name_site(const struct run_view *view, struct groups *groups)
{
	const struct place *place = &view->place;

	if (place->cloud[0] != '\0')
		(void)snprintf(groups->site, sizeof groups->site, "%s:%s %s",
			       place->cloud, place->cloud_region, view->pue.value.source);
	else
		(void)snprintf(groups->site, sizeof groups->site, "%s %s", place->iso2,
			       view->pue.value.source);
}

/*
 * One zone's figures err alike from year to year, by one provider as by another, and whether
 * all or a part of a run has the intensity of its time.
 */
static void name_grid(const struct run_view *view, struct groups *groups)
{
	const char *zone =
		view->in_time.covered_ratio > 0 ? view->place.zone : view->intensity.zone;

	(void)copy_text(groups->grid, sizeof groups->grid, zone);
}

static void name_groups(const struct run_view *view, struct groups *groups)
{
	CLEANUP(json_value_release)
	json_t *software = json_value_parse(view->record.software_json, JSON_OBJECT);
	const char *host = json_string_value(json_object_get(software, "hostname"));

	(void)copy_text(groups->machine, sizeof groups->machine, host ? host : "");
	name_site(view, groups);
	name_grid(view, groups);
}

static size_t count_machines(const struct groups *groups, size_t count)
{
	size_t machines = 0;

	for (size_t i = 0; i < count; i++) {
		bool seen = false;

		for (size_t k = 0; k < i && !seen; k++)
			seen = strcmp(groups[i].machine, groups[k].machine) == 0;
		machines += !seen;
	}
	return machines;
}

static bool is_lost(const struct run_view *view)
{
	return view->record.info.state == RUN_FAILED ||
	       view->record.info.state == RUN_INTERRUPTED;
}

static bool is_any(const struct run_view *view)
{
	(void)view;
	return true;
}

/* What a sum is made of: each run's figures, and with whom it shares their errors. */
struct parts {
	struct groups *groups;   /* a view */
	struct total_run *runs;  /* room for all */
	struct nest_run *nested; /* likewise */
	struct nest *nests;      /* of those that are wanted */
};

static void parts_done(struct parts *parts)
{
	free(parts->groups);
	free(parts->runs);
	free(parts->nested);
	free(parts->nests);
}

static int parts_new(const struct statement *s, struct parts *ret)
{
	ret->groups = calloc(s->count + 1, sizeof *ret->groups);
	ret->runs = calloc(s->count + 1, sizeof *ret->runs);
	ret->nested = calloc(s->count + 1, sizeof *ret->nested);
	ret->nests = calloc(s->count + 1, sizeof *ret->nests);
	if (!ret->groups || !ret->runs || !ret->nested || !ret->nests)
		return -ENOMEM;
	for (size_t i = 0; i < s->count; i++)
		name_groups(&s->views[i], &ret->groups[i]);
	return 0;
}

/* Nesting among those that are wanted: a failed run inside a finished one is a failed run. */
static int nest_wanted(const struct statement *s, struct parts *parts,
		       bool (*is_wanted)(const struct run_view *view))
{
	size_t count = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct run_view *view = &s->views[i];

		if (is_wanted(view))
			parts->nested[count++] = (struct nest_run){
				&view->record.info,
				(const char(*)[RUN_ID_MAX])view->outers,
				view->outer_count, view->attributed_j.known
			};
	}
	return nest_find(parts->nested, count, parts->nests);
}

static struct total_run part_of(const struct run_view *view, const struct groups *groups)
{
	return (struct total_run){
		.attributed_j = &view->attributed_j,
		.pue = &view->pue.value,
		.intensity_gpkwh = &view->intensity.value,
		.machine = groups->machine,
		.site = groups->site,
		.grid = groups->grid,
	};
}

/* Those up to so much of a nesting. */
static int add_those(const struct statement *s, const struct parts *parts,
		     bool (*is_wanted)(const struct run_view *view), bool with_parts,
		     struct total *ret)
{
	size_t count = 0;
	size_t at = 0;

	for (size_t i = 0; i < s->count; i++) {
		enum nesting nesting;

		if (!is_wanted(&s->views[i]))
			continue;
		nesting = parts->nests[at++].nesting;
		if (nesting == NESTING_NONE || (nesting == NESTING_PART && with_parts))
			parts->runs[count++] = part_of(&s->views[i], &parts->groups[i]);
	}
	return total_of(parts->runs, count, ret);
}

static void lower(struct quantity *all, const struct quantity *without)
{
	if (all->known)
		all->low = without->known ? fmin(all->low, without->low) : 0;
}

/* E-12. A run that outlived the one around it may be in both sums, or in one: the low end is
 * without it. */
static int add_wanted(const struct statement *s, struct parts *parts,
		      bool (*is_wanted)(const struct run_view *view), struct total *ret)
{
	struct total without;
	int r = nest_wanted(s, parts, is_wanted);

	if (r == 0)
		r = add_those(s, parts, is_wanted, true, ret);
	if (r < 0 || s->in_part == 0)
		return r;
	r = add_those(s, parts, is_wanted, false, &without);
	if (r < 0)
		return r;
	lower(&ret->attributed_j, &without.attributed_j);
	lower(&ret->facility_kwh, &without.facility_kwh);
	lower(&ret->carbon_kg, &without.carbon_kg);
	return 0;
}

/* Of one run alone there is none, and what another statement says of it stands. */
static void take_nesting(struct statement *s, const struct nest *nests)
{
	for (size_t i = 0; i < s->count && s->count > 1; i++) {
		s->views[i].nesting = nests[i].nesting;
		s->inside += nests[i].nesting == NESTING_INSIDE;
		s->in_part += nests[i].nesting == NESTING_PART;
	}
}

/* Over all runs, and over those alone that came to nothing. */
static int add_up(struct statement *s)
{
	CLEANUP(parts_done) struct parts parts = { NULL, NULL, NULL, NULL };
	int r = parts_new(s, &parts);

	if (r == 0)
		r = nest_wanted(s, &parts, is_any);
	if (r < 0)
		return r;
	take_nesting(s, parts.nests);
	s->machines = count_machines(parts.groups, s->count);
	r = add_wanted(s, &parts, is_any, &s->total);
	return r < 0 ? r : add_wanted(s, &parts, is_lost, &s->lost);
}

/* One run's sums are its own, to the last digit, whatever lies inside of it. */
static void take_single(struct statement *s)
{
	const struct run_view *single = NULL;

	if (s->count - s->inside != 1)
		return;
	for (size_t i = 0; i < s->count; i++)
		if (statement_adds(s, i))
			single = &s->views[i];
	if (!single)
		return;
	s->total.attributed_j = single->attributed_j;
	s->total.facility_kwh = single->facility_kwh;
	s->total.carbon_kg = single->carbon_kg;
}

/* Numbers of which only one error is known are added with it, all of it at once. */
static void add_plain(struct quantity *sum, const struct quantity *part, bool first)
{
	if (!part->known || (!first && !sum->known)) {
		*sum = (struct quantity){ .known = false };
		return;
	}
	if (first) {
		*sum = *part;
		return;
	}
	sum->value += part->value;
	sum->low += part->low;
	sum->high += part->high;
	sum->kind = kind_worse(sum->kind, part->kind);
}

static void fill_beside(struct statement *s)
{
	bool first = true;

	for (size_t i = 0; i < s->count; i++) {
		const struct run_view *view = &s->views[i];

		if (!statement_adds(s, i))
			continue;
		add_plain(&s->marginal_kg, &view->carbon_marginal_kg, first);
		add_plain(&s->water_l, &view->water_l, first);
		first = false;
	}
	(void)copy_text(s->country, sizeof s->country, s->views[0].place.country);
	for (size_t i = 1; i < s->count; i++)
		if (strcmp(s->views[i].place.country, s->country) != 0)
			s->country[0] = '\0';
}

int statement_add_up(struct tables *tables, struct diag *diag, struct statement *s)
{
	struct place place;
	int r;

	r = add_up(s);
	if (r < 0)
		return diag_fail(diag, r, "cannot add %zu runs up", s->count);
	count_runs(s);
	take_single(s);
	fill_beside(s);
	place_world(&place);
	if (s->country[0] != '\0')
		place = s->views[0].place;
	statement_cost(tables, &place, s->from_unix_ns, s);
	return 0;
}
