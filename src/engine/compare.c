/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_compare(). */
#include "calc/compare.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/parse.h"
#include "engine/appendix-intern.h"
#include "engine/compare-sides.h"
#include "engine/nest.h"
#include "engine/run-sums.h"
#include "engine/select.h"
#include "report/compare-view.h"
#include "report/shown.h"

#define NAME_SHOWN_MAX 48
#define METRICS_SHOWN  6
/* So near 1 a quantile is beyond any run; a little nearer there is none. */
#define LEVEL_MOST 0.999999

/* Containers of one machine have a host name each, and one boot id. */
struct boot {
	char boot_id[40];
	char machine[96];
};

/* All of a call. */
struct call {
	struct gramme *gramme;
	struct view_door door;
	struct run_info *infos;
	size_t count;
	struct side_runs found[COMPARE_SIDES_MAX];
	struct compare_side sides[COMPARE_SIDES_MAX];
	struct compare_ask ask;
	struct compare_outcome outcome;
	struct boot *boots;
	size_t boot_count;
	struct run_sums_cache cache;
};

static void free_call(struct call **owner)
{
	struct call *call = *owner;

	if (!call)
		return;
	for (size_t i = 0; i < COMPARE_SIDES_MAX; i++) {
		side_runs_done(&call->found[i]);
		free(call->sides[i].runs);
	}
	free(call->boots);
	store_free_infos(call->infos, call->count);
	store_close(call->door.store);
	free(call);
}

/* --- what is asked ------------------------------------------------------------------------ */

static int misused(struct gramme *gramme, const char *text)
{
	return diag_say(&gramme->diag, -EINVAL, "%s", text);
}

static int check_numbers(struct gramme *gramme, const struct gramme_compare_opts *opts)
{
	if (opts->level != 0 && !(opts->level > 0.5 && opts->level <= LEVEL_MOST))
		return misused(gramme, "the level is over 0.5 and at most 0.999999, as "
				       "in 0.95");
	if (opts->margin != 0 && !(opts->margin > 0 && opts->margin < 1))
		return misused(gramme, "the margin is a part, as in 0.02 for 2 %");
	if (opts->metric_margin != 0 &&
	    !(opts->metric_margin > 0 && isfinite(opts->metric_margin)))
		return misused(gramme, "the metric's margin is a number above 0");
	return 0;
}

static int take_opts(struct call *call, const struct gramme_compare_opts *opts)
{
	struct compare_ask *ask = &call->ask;
	int r = check_numbers(call->gramme, opts);

	if (r < 0)
		return r;
	while (opts->sides && opts->sides[ask->side_count] &&
	       ask->side_count < COMPARE_SIDES_MAX)
		ask->side_count++;
	if (ask->side_count < 2)
		return misused(call->gramme, "a comparison has two sides or more");
	if (opts->sides[ask->side_count] && ask->side_count == COMPARE_SIDES_MAX)
		return diag_say(&call->gramme->diag, -EINVAL,
				"there is room for %d sides, not more",
				COMPARE_SIDES_MAX);
	ask->sides = call->sides;
	ask->what = COMPARE_ENERGY;
	if (opts->quantity && (compare_what_of_text(opts->quantity, &ask->what) < 0 ||
			       ask->what == COMPARE_METRIC))
		return diag_say(&call->gramme->diag, -EINVAL,
				"'%.40s' is no quantity to compare by: energy, time, "
				"power, step or carbon",
				opts->quantity);
	ask->has_metric = opts->metric != NULL;
	(void)copy_text(ask->metric, sizeof ask->metric,
			opts->metric ? opts->metric : "");
	ask->level = opts->level > 0 ? opts->level : 0.95;
	ask->margin = opts->margin > 0 ? opts->margin : 0.02;
	ask->metric_margin = opts->metric_margin > 0 ? opts->metric_margin : NAN;
	return 0;
}

/* --- which runs --------------------------------------------------------------------------- */

static int say_shared(struct call *call, size_t a, size_t b, size_t run)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	if (strcmp(call->found[a].text, call->found[b].text) == 0) {
		shown_cut(&text, call->found[a].text, NAME_SHOWN_MAX);
		strbuf_add(&text, " is given twice: a side is compared with another one");
	} else {
		strbuf_printf(&text, "the run %s is in two sides, ", call->infos[run].id);
		shown_cut(&text, call->found[a].text, NAME_SHOWN_MAX);
		strbuf_add(&text, " and ");
		shown_cut(&text, call->found[b].text, NAME_SHOWN_MAX);
	}
	return diag_say(&call->gramme->diag, -EINVAL, "%s", text.text ? text.text : "");
}

/* The index of each run's side, for finding one that is in two. */
static int check_shared(struct call *call)
{
	AUTO_FREE size_t *side_of = calloc(call->count + 1, sizeof *side_of);

	if (!side_of)
		return diag_fail(&call->gramme->diag, -ENOMEM, "cannot compare");
	for (size_t i = 0; i < call->ask.side_count; i++)
		for (size_t k = 0; k < call->found[i].count; k++) {
			size_t at = call->found[i].at[k];

			if (side_of[at] > 0)
				return say_shared(call, side_of[at] - 1, i, at);
			side_of[at] = i + 1;
		}
	return 0;
}

static int find_sides(struct call *call, const char *const *sides)
{
	struct diag *diag = &call->gramme->diag;
	int r = select_open(call->gramme, &call->door.store);

	if (r == 0)
		r = store_list(call->door.store, NULL, diag, &call->infos, &call->count);
	for (size_t i = 0; i < call->ask.side_count && r == 0; i++)
		r = side_runs_find(sides[i], call->infos, call->count, diag,
				   &call->found[i]);
	return r < 0 ? r : check_shared(call);
}

/* --- their numbers ------------------------------------------------------------------------ */

/* Metrics that were logged, for one who misspelt his. */
struct seen {
	struct intern names; /* the first few */
	bool wanted;
};

static int see_metrics(const struct run_record *record, const char *metric,
		       struct seen *seen)
{
	for (size_t i = 0; i < record->metric_count; i++) {
		const char *name = record->metrics[i].name;
		size_t number;
		int r = 0;

		if (strcmp(name, metric) == 0)
			seen->wanted = true;
		if (seen->names.count < METRICS_SHOWN)
			r = intern_add(&seen->names, name, &number, NULL);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A run has the machine's name that the first one of its boot had. */
static int name_machine(struct call *call, const char *boot_id, char *machine,
			size_t size)
{
	struct boot *boots;
	size_t i = 0;

	if (boot_id[0] == '\0')
		return 0;
	while (i < call->boot_count && strcmp(call->boots[i].boot_id, boot_id) != 0)
		i++;
	if (i < call->boot_count) {
		(void)copy_text(machine, size, call->boots[i].machine);
		return 0;
	}
	boots = reallocarray(call->boots, call->boot_count + 1, sizeof *boots);
	if (!boots)
		return diag_fail(&call->gramme->diag, -ENOMEM, "cannot compare");
	call->boots = boots;
	(void)copy_text(boots[i].boot_id, sizeof boots[i].boot_id, boot_id);
	(void)copy_text(boots[i].machine, sizeof boots[i].machine,
			machine[0] != '\0' ? machine : boot_id);
	call->boot_count++;
	return 0;
}

static int add_run(struct call *call, const struct run_info *info,
		   struct compare_side *side, struct seen *seen)
{
	CLEANUP(run_view_done) struct run_view view;
	struct compare_run *run;
	int r;

	memset(&view, 0, sizeof view);
	if (info->state != RUN_FINISHED) {
		side->left_out++;
		return 0;
	}
	r = view_make(&call->door, info->key, &call->gramme->diag, &view);
	if (r == -ENOENT || r == -EPROTO) {
		/* Removed meanwhile, or rows that make no sense: one run less. */
		diag_clear(&call->gramme->diag);
		side->left_out++;
		return 0;
	}
	if (r < 0)
		return r;
	if (call->ask.has_metric)
		r = see_metrics(&view.record, call->ask.metric, seen);
	if (r < 0)
		return diag_fail(&call->gramme->diag, r, "cannot compare");
	if (!view.attributed_j.known) {
		side->left_out++;
		return 0;
	}
	run = &side->runs[side->count++];
	compare_run_fill(&view, call->ask.has_metric ? call->ask.metric : NULL, run);
	return name_machine(call, info->boot_id, run->machine, sizeof run->machine);
}

/* What the inner one of two logged is the outer's too. */
static void lend(const struct compare_run *inner, struct compare_run *outer)
{
	if (isnan(outer->value[COMPARE_METRIC]))
		outer->value[COMPARE_METRIC] = inner->value[COMPARE_METRIC];
	if (!isnan(outer->steps))
		return;
	outer->steps = inner->steps;
	outer->value[COMPARE_STEP] = outer->value[COMPARE_ENERGY] / outer->steps;
}

/* A side's runs as they were found, and what each is to the others. */
struct gathering {
	struct call *call;
	const struct side_runs *found;
	struct nest *nests; /* one a run found */
	size_t *slots;      /* of the side's runs; SIZE_MAX: it is left out */
	struct compare_side *side;
	struct seen *seen;
};

static void gathering_done(struct gathering *gathering)
{
	free(gathering->nests);
	free(gathering->slots);
}

/* What is left out of the comparison has no other inside. */
static double joules_of(struct call *call, const struct run_info *info)
{
	struct run_sums sums;

	if (info->state != RUN_FINISHED)
		return NAN;
	run_sums_get(&call->door, &call->cache, info, &sums);
	return sums.attributed_j;
}

static int find_nested(struct gathering *own)
{
	struct call *call = own->call;
	size_t count = own->found->count;
	AUTO_FREE const struct run_info **infos = calloc(count + 1, sizeof(void *));
	AUTO_FREE double *known_j = calloc(count + 1, sizeof *known_j);
	bool any = false;

	own->nests = calloc(count + 1, sizeof *own->nests);
	own->slots = calloc(count + 1, sizeof *own->slots);
	if (!infos || !known_j || !own->nests || !own->slots)
		return diag_fail(&call->gramme->diag, -ENOMEM, "cannot compare");
	for (size_t i = 0; i < count; i++) {
		infos[i] = &call->infos[own->found->at[i]];
		any = any || infos[i]->inside[0] != '\0';
	}
	for (size_t i = 0; i < count; i++)
		known_j[i] = any ? joules_of(call, infos[i]) : NAN;
	return nest_of_rows(call->door.store,
			    &(struct nest_rows){ infos, known_j, count },
			    &call->gramme->diag, own->nests);
}

static int add_outer(struct gathering *own, size_t i)
{
	struct compare_side *side = own->side;
	size_t count = side->count;
	int r = add_run(own->call, &own->call->infos[own->found->at[i]], side, own->seen);

	own->slots[i] = side->count > count ? count : SIZE_MAX;
	return r;
}

/* It is made behind the others, looked at, and taken away again. */
static int add_inner(struct gathering *own, size_t i)
{
	struct compare_side *side = own->side;
	size_t outer = own->slots[own->nests[i].outer];
	size_t left_out = side->left_out;
	size_t count = side->count;
	int r = add_run(own->call, &own->call->infos[own->found->at[i]], side, own->seen);

	if (r == 0 && outer != SIZE_MAX && side->count > count)
		lend(&side->runs[count], &side->runs[outer]);
	side->count = count;
	side->left_out = left_out;
	side->inside++;
	return r;
}

static int fill_side(struct call *call, const struct side_runs *found,
		     struct compare_side *side, struct seen *seen)
{
	CLEANUP(gathering_done)
	struct gathering own = { call, found, NULL, NULL, side, seen };
	int r = find_nested(&own);

	(void)copy_text(side->name, sizeof side->name, found->text);
	side->runs = calloc(found->count + 1, sizeof *side->runs);
	if (!side->runs)
		return diag_fail(&call->gramme->diag, -ENOMEM, "cannot compare");
	for (size_t i = 0; i < found->count && r == 0; i++)
		if (own.nests[i].nesting != NESTING_INSIDE)
			r = add_outer(&own, i);
	for (size_t i = 0; i < found->count && r == 0; i++)
		if (own.nests[i].nesting == NESTING_INSIDE)
			r = add_inner(&own, i);
	return r;
}

static int no_metric(struct call *call, const struct seen *seen)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	strbuf_add(&text, "none of these runs logged \"");
	shown_cut(&text, call->ask.metric, NAME_SHOWN_MAX);
	strbuf_add(&text, seen->names.count > 0 ? "\"; they logged: "
						: "\"; they logged no metric at all");
	for (size_t i = 0; i < seen->names.count; i++) {
		strbuf_add(&text, i > 0 ? ", " : "");
		shown_cut(&text, seen->names.texts[i], NAME_SHOWN_MAX / 2);
	}
	(void)diag_say(&call->gramme->diag, -ENOENT, "%s", text.text ? text.text : "");
	if (seen->names.count == 0)
		diag_fix(&call->gramme->diag,
			 "inside a run: gramme mark --metric 0.93 accuracy");
	return -ENOENT;
}

static void seen_done(struct seen *seen)
{
	intern_done(&seen->names);
}

static int fill_sides(struct call *call)
{
	CLEANUP(seen_done) struct seen seen = { .wanted = false };
	int r = 0;

	for (size_t i = 0; i < call->ask.side_count && r == 0; i++)
		r = fill_side(call, &call->found[i], &call->sides[i], &seen);
	if (r == 0 && call->ask.has_metric && !seen.wanted)
		r = no_metric(call, &seen);
	return r;
}

static int print(const struct call *call, const char *format, uint32_t flags, char **ret)
{
	struct report_opts how = { .colour = flags & GRAMME_TEXT_COLOUR, .width = 80 };
	struct compare_view view = { &call->ask, &call->outcome };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	if (strcmp(format, "json") == 0)
		return compare_json(&view, ret);
	compare_text(&view, &how, &out);
	return strbuf_steal(&out, ret);
}

int gramme_compare(struct gramme *gramme, const struct gramme_compare_opts *given,
		   const char *format, uint32_t flags, char **ret)
{
	CLEANUP(free_call) struct call *call = NULL;
	struct gramme_compare_opts opts;
	int r = context_format(gramme, format, ret);

	if (r < 0)
		return r;
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	call = calloc(1, sizeof *call);
	if (!call || !context_tables(gramme))
		return diag_fail(&gramme->diag, -ENOMEM, "cannot compare");
	call->gramme = gramme;
	call->door.tables = gramme->tables;
	r = take_opts(call, &opts);
	if (r == 0)
		r = find_sides(call, opts.sides);
	if (r == 0)
		r = fill_sides(call);
	if (r < 0)
		return r;
	r = compare_of(&call->ask, &call->outcome);
	return r < 0 ? diag_fail(&gramme->diag, r, "cannot compare")
		     : print(call, format, flags, ret);
}
