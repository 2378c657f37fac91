/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/compare-sides.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "engine/board.h"
#include "report/shown.h"

#define IDS_SHOWN 3

struct search {
	const struct run_info *infos;
	size_t count;
	struct diag *diag;
};

static int no_memory(struct diag *diag)
{
	return diag_fail(diag, -ENOMEM, "cannot compare");
}

/* Those that fits() says, in one side. */
static int take_those(const struct search *search, const char *text,
		      bool (*fits)(const char *text, const struct run_info *info),
		      struct side_runs *ret)
{
	size_t *at = calloc(search->count + 1, sizeof *at);
	size_t count = 0;

	if (!at)
		return no_memory(search->diag);
	for (size_t i = 0; i < search->count; i++)
		if (fits(text, &search->infos[i]))
			at[count++] = i;
	if (count == 0) {
		free(at);
		return 0;
	}
	*ret = (struct side_runs){ text, at, count };
	return 1;
}

static bool is_experiment(const char *text, const struct run_info *info)
{
	return info->experiment[0] != '\0' && board_means(text, info);
}

static bool is_name(const char *text, const struct run_info *info)
{
	return strcmp(text, info->name) == 0;
}

/* One name in two projects is two experiments: which is meant nobody knows. */
static int check_projects(const struct search *search, const struct side_runs *side)
{
	const char *first = NULL;

	for (size_t i = 0; i < side->count; i++) {
		const struct run_info *info = &search->infos[side->at[i]];
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

		first = first ? first : info->project;
		if (strcmp(info->project, first) == 0)
			continue;
		strbuf_add(&text, "several projects have an experiment \"");
		shown_cut(&text, side->text, 60);
		strbuf_add(&text, "\"");
		(void)diag_say(search->diag, -EEXIST, "%s", text.text ? text.text : "");
		diag_fix(search->diag,
			 "PROJECT/EXPERIMENT names one, /EXPERIMENT that of none");
		return -EEXIST;
	}
	return 1;
}

/* --- ids ---------------------------------------------------------------------------------- */

static bool begins(const char *text, const char *with, size_t len)
{
	return strncmp(text, with, len) == 0;
}

/* The index of the run with that id, or that alone begins so: 1; 0: none; -EEXIST. */
static int find_id(const struct search *search, const char *id, size_t len, size_t *ret)
{
	CLEANUP(strbuf_done) struct strbuf ids = STRBUF_INIT;
	size_t found = 0;

	for (size_t i = 0; i < search->count; i++) {
		const char *own = search->infos[i].id;

		if (!begins(own, id, len))
			continue;
		*ret = i;
		if (own[len] == '\0')
			return 1;
		if (found++ < IDS_SHOWN)
			strbuf_printf(&ids, " %s", own);
	}
	if (found < 2)
		return (int)found;
	(void)diag_say(search->diag, -EEXIST, "\"%.*s\" fits %zu runs:%s%s", (int)len, id,
		       found, ids.text ? ids.text : "", found > IDS_SHOWN ? " …" : "");
	diag_fix(search->diag, "give more of the id");
	return -EEXIST;
}

static bool has_index(const struct side_runs *side, size_t at)
{
	for (size_t i = 0; i < side->count; i++)
		if (side->at[i] == at)
			return true;
	return false;
}

static int take_ids(const struct search *search, const char *text, struct side_runs *ret)
{
	CLEANUP(side_runs_done) struct side_runs side = { .text = text };
	int r = 0;

	side.at = calloc(strlen(text) + 1, sizeof *side.at);
	if (!side.at)
		return no_memory(search->diag);
	for (const char *id = text; *id != '\0'; id += strspn(id, ", ")) {
		size_t len = strcspn(id, ", ");
		size_t at = 0;

		r = len > 0 ? find_id(search, id, len, &at) : 0;
		if (r <= 0)
			return r;
		if (!has_index(&side, at))
			side.at[side.count++] = at;
		id += len;
	}
	if (r == 0)
		return 0;
	*ret = side;
	side.at = NULL;
	return 1;
}

int side_runs_find(const char *text, const struct run_info *infos, size_t count,
		   struct diag *diag, struct side_runs *ret)
{
	const struct search search = { infos, count, diag };
	CLEANUP(side_runs_done) struct side_runs side = { .at = NULL };
	CLEANUP(strbuf_done) struct strbuf why = STRBUF_INIT;
	int r = take_those(&search, text, is_experiment, &side);

	if (r > 0)
		r = check_projects(&search, &side);
	if (r == 0)
		r = take_those(&search, text, is_name, &side);
	if (r == 0)
		r = take_ids(&search, text, &side);
	if (r > 0) {
		*ret = side;
		side.at = NULL;
		return 0;
	}
	if (r < 0)
		return r;
	board_no_such("experiment, run's name or id", text, infos, count, &why);
	(void)diag_say(diag, -ENOENT, "%s", why.text ? why.text : "");
	diag_fix(diag, "gramme leaderboard, or gramme list");
	return -ENOENT;
}
