/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/nest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int by_id(const void *a, const void *b)
{
	const struct nest_run *one = *(const struct nest_run *const *)a;
	const struct nest_run *two = *(const struct nest_run *const *)b;

	return strcmp(one->info->id, two->info->id);
}

static int is_id(const void *id, const void *of)
{
	return strcmp(id, (*(const struct nest_run *const *)of)->info->id);
}

static int64_t end_of(const struct run_info *info)
{
	return run_time_unix_ns(info, info->duration_ns);
}

/* The two clocks are read by two samplers, and the outer one leaves last. */
static bool is_in(const struct run_info *inner, const struct run_info *outer)
{
	int64_t slack_ns = inner->duration_ns / 100;

	if (slack_ns < NEST_SLACK_NS)
		slack_ns = NEST_SLACK_NS;
	return outer->state == RUN_RUNNING || end_of(inner) - slack_ns <= end_of(outer);
}

static bool have_met(const struct run_info *inner, const struct run_info *outer)
{
	return inner->started_unix_ns < end_of(outer);
}

/* Two that are each in the other are nobody's honest word: one of them is let be. */
static bool goes_round(const struct nest_run *run, const struct nest_run *outer)
{
	for (size_t i = 0; i < outer->outer_count; i++)
		if (strcmp(outer->outers[i], run->info->id) == 0)
			return strcmp(outer->info->id, run->info->id) >= 0;
	return false;
}

static struct nest nest_of(const struct nest_run *run,
			   const struct nest_run *const *sorted, size_t count,
			   const struct nest_run *first)
{
	struct nest nest = { NESTING_NONE, (size_t)(run - first) };

	for (size_t i = 0; i < run->outer_count; i++) {
		const struct nest_run *const *outer =
			bsearch(run->outers[i], sorted, count, sizeof(void *), is_id);

		if (!outer || !(*outer)->known || goes_round(run, *outer))
			continue;
		if (is_in(run->info, (*outer)->info))
			return (struct nest){ NESTING_INSIDE, (size_t)(*outer - first) };
		if (have_met(run->info, (*outer)->info))
			nest.nesting = NESTING_PART;
	}
	return nest;
}

int nest_find(const struct nest_run *runs, size_t count, struct nest *ret)
{
	AUTO_FREE const struct nest_run **sorted = NULL;
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		ret[i] = (struct nest){ NESTING_NONE, i };
		any = any || runs[i].outer_count > 0;
	}
	if (!any)
		return 0;
	sorted = calloc(count, sizeof(void *));
	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		sorted[i] = &runs[i];
	qsort(sorted, count, sizeof(void *), by_id);
	for (size_t i = 0; i < count; i++)
		ret[i] = nest_of(&runs[i], sorted, count, runs);
	/* Through those that are themselves inside: no way is longer than there are runs. */
	for (size_t i = 0; i < count; i++)
		for (size_t left = RUN_OUTERS_MAX;
		     left > 0 && ret[ret[i].outer].nesting == NESTING_INSIDE; left--)
			ret[i].outer = ret[ret[i].outer].outer;
	return 0;
}

/* --- of rows ------------------------------------------------------------------------------ */

struct around {
	struct nest_run *runs;
	char (**outers)[RUN_ID_MAX];
	size_t count;
};

static void around_done(struct around *around)
{
	for (size_t i = 0; around->outers && i < around->count; i++)
		free(around->outers[i]);
	free(around->outers);
	free(around->runs);
}

static int look_around(struct store *store, const struct nest_rows *rows,
		       struct diag *diag, struct around *around)
{
	int r = 0;

	for (size_t i = 0; i < rows->count && r == 0; i++) {
		struct nest_run *run = &around->runs[i];

		run->info = rows->infos[i];
		run->known = rows->known_j[i] >= 0;
		if (run->info->inside[0] == '\0')
			continue;
		r = store_outers(store, run->info->key, diag, &around->outers[i],
				 &run->outer_count);
		run->outers = (const char(*)[RUN_ID_MAX])around->outers[i];
	}
	return r;
}

int nest_of_rows(struct store *store, const struct nest_rows *rows, struct diag *diag,
		 struct nest *ret)
{
	CLEANUP(around_done) struct around around = { .count = rows->count };
	int r;

	around.runs = calloc(rows->count + 1, sizeof *around.runs);
	around.outers = calloc(rows->count + 1, sizeof(void *));
	if (!around.runs || !around.outers)
		return -ENOMEM;
	r = look_around(store, rows, diag, &around);
	return r < 0 ? r : nest_find(around.runs, rows->count, ret);
}
