/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/appendix-tree.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "engine/appendix-filter.h"
#include "engine/appendix-intern.h"
#include "report/html.h"
#include "report/shown.h"

#define PATH_TEXT_MAX (3 * RUN_NAME_MAX + 3)

static void group_done(struct appendix_group *group)
{
	free(group->title);
	free(group->description);
	free(group->runs);
	free(group->columns);
	free(group->plots);
}

/* A slim view owns its components, its texts of info and no more. */
static void free_views(struct appendix_site *site)
{
	for (size_t i = 0; site->views && i < site->run_count; i++) {
		site->views[i].record.hardware_json = NULL;
		site->views[i].record.software_json = NULL;
		run_view_done(&site->views[i]);
	}
	free(site->views);
}

static void free_texts(char **texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
}

void appendix_site_done(struct appendix_site *site)
{
	free_views(site);
	for (size_t i = 0; i < site->group_count; i++)
		group_done(&site->groups[i]);
	for (size_t i = 0; site->runs && i < site->run_count; i++)
		free(site->runs[i].metrics);
	free(site->groups);
	free(site->runs);
	free_texts(site->metrics, site->metric_count);
	free(site->metric_runs);
	free_texts(site->texts, site->text_count);
}

/* --- groups ------------------------------------------------------------------------------- */

static int start_group(struct appendix_group *group, enum appendix_kind kind,
		       size_t parent, const char *title)
{
	group->kind = kind;
	group->parent = parent;
	group->title = strdup(title);
	group->description = strdup("");
	return group->title && group->description ? 0 : -ENOMEM;
}

/* Takes the numbers over from whom they are given by. */
static int give_runs(struct appendix_group *group, const size_t *runs, size_t count)
{
	group->runs = calloc(count + 1, sizeof *group->runs);
	if (!group->runs)
		return -ENOMEM;
	if (count > 0)
		memcpy(group->runs, runs, count * sizeof *runs);
	group->run_count = count;
	return 0;
}

static int give_all(struct appendix_group *group, size_t count)
{
	group->runs = calloc(count + 1, sizeof *group->runs);
	if (!group->runs)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		group->runs[i] = i;
	group->run_count = count;
	return 0;
}

/* --- by project and experiment ------------------------------------------------------------ */

/* What has no name comes last. */
static int compare_names(const char *a, const char *b)
{
	if ((*a == '\0') != (*b == '\0'))
		return *a == '\0' ? 1 : -1;
	return strcmp(a, b);
}

static int compare_infos(const void *a, const void *b, void *ctx)
{
	const struct run_info *infos = ctx;
	size_t i = *(const size_t *)a;
	size_t k = *(const size_t *)b;
	int r = compare_names(infos[i].project, infos[k].project);

	if (r == 0)
		r = compare_names(infos[i].experiment, infos[k].experiment);
	return r != 0 ? r : (i > k) - (i < k);
}

static int compare_numbers(const void *a, const void *b)
{
	size_t x = *(const size_t *)a;
	size_t y = *(const size_t *)b;

	return (x > y) - (x < y);
}

/* From `from` on, those of one project, and of one experiment where that is asked, too. */
static size_t count_alike(const struct run_info *infos, const size_t *order, size_t from,
			  size_t end, bool experiment)
{
	const struct run_info *first = &infos[order[from]];
	size_t at = from + 1;

	while (at < end && strcmp(infos[order[at]].project, first->project) == 0 &&
	       (!experiment ||
		strcmp(infos[order[at]].experiment, first->experiment) == 0))
		at++;
	return at - from;
}

static size_t count_sets(const struct run_info *infos, const size_t *order, size_t count,
			 bool experiment)
{
	size_t sets = 0;

	for (size_t at = 0; at < count;
	     at += count_alike(infos, order, at, count, experiment))
		sets++;
	return sets;
}

static int add_experiments(struct appendix_site *site, const struct run_info *infos,
			   size_t parent, const size_t *order, size_t count)
{
	for (size_t at = 0; at < count;) {
		size_t alike = count_alike(infos, order, at, count, true);
		struct appendix_group *group = &site->groups[site->group_count++];

		if (start_group(group, APPENDIX_EXPERIMENT, parent,
				infos[order[at]].experiment) < 0 ||
		    give_runs(group, order + at, alike) < 0)
			return -ENOMEM;
		at += alike;
	}
	return 0;
}

static int add_project(struct appendix_site *site, const struct run_info *infos,
		       const size_t *order, size_t count)
{
	struct appendix_group *group = &site->groups[site->group_count++];

	if (start_group(group, APPENDIX_PROJECT, APPENDIX_TOP, infos[order[0]].project) <
		    0 ||
	    give_runs(group, order, count) < 0)
		return -ENOMEM;
	qsort(group->runs, count, sizeof *group->runs, compare_numbers);
	return add_experiments(site, infos, (size_t)(group - site->groups), order, count);
}

static int by_project(const struct appendix_infos *infos, struct appendix_site *site)
{
	AUTO_FREE size_t *order = calloc(infos->count + 1, sizeof *order);
	size_t projects;
	int r = order ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < infos->count; i++)
		order[i] = i;
	if (r < 0)
		return r;
	qsort_r(order, infos->count, sizeof *order, compare_infos, infos->infos);
	projects = count_sets(infos->infos, order, infos->count, false);
	site->groups =
		calloc(1 + projects + count_sets(infos->infos, order, infos->count, true),
		       sizeof *site->groups);
	if (!site->groups)
		return -ENOMEM;
	site->group_count = 1;
	r = start_group(&site->groups[0], APPENDIX_SITE, APPENDIX_TOP,
			projects == 1 ? infos->infos[0].project : "");
	if (r == 0)
		r = give_all(&site->groups[0], infos->count);
	if (r == 0 && projects == 1)
		return add_experiments(site, infos->infos, APPENDIX_TOP, order,
				       infos->count);
	for (size_t at = 0; r == 0 && at < infos->count;) {
		size_t alike = count_alike(infos->infos, order, at, infos->count, false);

		r = add_project(site, infos->infos, order + at, alike);
		at += alike;
	}
	return r;
}

/* --- by a spec ---------------------------------------------------------------------------- */

/* What filters search: the nearest we have to the path of a log. */
static void path_of(const struct run_info *info, char buf[PATH_TEXT_MAX])
{
	(void)snprintf(buf, PATH_TEXT_MAX, "%s/%s/%s", info->project, info->experiment,
		       info->name);
}

/* Those of `from` that pass, into `to`; returns how many. */
static int filter_runs(const struct run_info *infos, const char *pattern,
		       const struct appendix_group *from, size_t *to, size_t *ret_count)
{
	char path[PATH_TEXT_MAX];
	char why[64];
	regex_t regex;
	size_t count = 0;
	int r = pattern ? appendix_filter_compile(pattern, why, sizeof why, &regex) : 0;

	if (r < 0)
		return r;
	for (size_t i = 0; i < from->run_count; i++) {
		path_of(&infos[from->runs[i]], path);
		if (!pattern || regexec(&regex, path, 0, NULL, 0) == 0)
			to[count++] = from->runs[i];
	}
	if (pattern)
		regfree(&regex);
	*ret_count = count;
	return 0;
}

static int add_wish(struct appendix_site *site, const struct appendix_wish *wish,
		    const struct run_info *infos, size_t parent, size_t *scratch)
{
	struct appendix_group *group = &site->groups[site->group_count];
	size_t count = 0;
	int r = start_group(group, APPENDIX_GROUP, parent, wish->name);

	site->group_count++;
	if (r == 0)
		r = filter_runs(infos, wish->filter, &site->groups[parent], scratch,
				&count);
	if (r == 0)
		r = give_runs(group, scratch, count);
	if (r < 0)
		return r;
	free(group->description);
	group->description = strdup(wish->description);
	return group->description ? 0 : -ENOMEM;
}

/* Group i + 1 is wish i; the runs of the top are all there are. */
static int add_wishes(struct appendix_site *site, const struct appendix_spec *spec,
		      const struct appendix_infos *infos)
{
	AUTO_FREE size_t *scratch = calloc(infos->count + 1, sizeof *scratch);
	int r = scratch ? 0 : -ENOMEM;

	site->groups = calloc(spec->count + 1, sizeof *site->groups);
	if (!site->groups)
		return -ENOMEM;
	site->group_count = 1;
	if (r == 0)
		r = start_group(&site->groups[0], APPENDIX_SITE, APPENDIX_TOP, "");
	if (r == 0)
		r = give_all(&site->groups[0], infos->count);
	for (size_t i = 0; r == 0 && i < spec->count; i++) {
		size_t parent = spec->wishes[i].parent;

		r = add_wish(site, &spec->wishes[i], infos->infos,
			     parent == APPENDIX_SPEC_TOP ? APPENDIX_TOP : parent + 1,
			     scratch);
	}
	return r;
}

static void drop_groups(struct appendix_site *site)
{
	for (size_t i = 0; i < site->group_count; i++)
		group_done(&site->groups[i]);
	free(STEAL(site->groups));
	site->group_count = 0;
}

/* Leaves the runs that a group without a parent takes. */
static int keep_taken(const struct appendix_site *site, struct appendix_infos *infos)
{
	AUTO_FREE bool *taken = calloc(infos->count + 1, sizeof *taken);
	size_t count = 0;

	if (!taken)
		return -ENOMEM;
	for (size_t i = 1; i < site->group_count; i++)
		for (size_t k = 0; site->groups[i].parent == APPENDIX_TOP &&
				   k < site->groups[i].run_count;
		     k++)
			taken[site->groups[i].runs[k]] = true;
	for (size_t i = 0; i < infos->count; i++) {
		if (!taken[i])
			run_info_done(&infos->infos[i]);
		else if (count++ != i)
			infos->infos[count - 1] = infos->infos[i];
	}
	infos->count = count;
	return 0;
}

/* A spec of one group is a site of it: that group is the top. */
static void lift_only(struct appendix_site *site)
{
	size_t tops = 0;

	for (size_t i = 1; i < site->group_count; i++)
		tops += site->groups[i].parent == APPENDIX_TOP;
	if (tops != 1)
		return;
	group_done(&site->groups[0]);
	memmove(&site->groups[0], &site->groups[1],
		(site->group_count - 1) * sizeof *site->groups);
	site->group_count--;
	site->groups[0].kind = APPENDIX_SITE;
	for (size_t i = 1; i < site->group_count; i++)
		site->groups[i].parent--;
	site->groups[0].parent = APPENDIX_TOP;
}

static int by_spec(struct appendix_infos *infos, const struct appendix_spec *spec,
		   struct appendix_site *site)
{
	size_t before = infos->count;
	int r = add_wishes(site, spec, infos);

	if (r == 0)
		r = keep_taken(site, infos);
	if (r < 0)
		return r;
	site->left_out = before - infos->count;
	if (site->left_out > 0) {
		drop_groups(site);
		r = add_wishes(site, spec, infos);
	}
	if (r == 0)
		lift_only(site);
	return r;
}

/* --- names, counts ------------------------------------------------------------------------ */

static void lower(char *text)
{
	for (; *text != '\0'; text++)
		*text = lower_ascii(*text);
}

/* Some file systems take a.html and A.html for one. */
static int name_file(struct intern *names, const char *folder, const char *title,
		     char file[APPENDIX_FILE_MAX])
{
	char base[APPENDIX_FILE_MAX / 2 + 16];
	char plain[APPENDIX_FILE_MAX];
	size_t number;
	bool is_new = false;

	html_file_name(title[0] ? title : "none", base, sizeof base);
	for (unsigned int salt = 0; !is_new; salt++) {
		if (salt == 0)
			(void)snprintf(file, APPENDIX_FILE_MAX, "%s/%s", folder, base);
		else
			(void)snprintf(file, APPENDIX_FILE_MAX, "%s/%.60s-%u", folder,
				       base, salt + 1);
		(void)copy_text(plain, sizeof plain, file);
		lower(plain);
		if (intern_add(names, plain, &number, &is_new) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int name_files(struct appendix_site *site, const struct run_info *infos)
{
	static const char *const folders[] = { [APPENDIX_SITE] = "",
					       [APPENDIX_PROJECT] = "projects",
					       [APPENDIX_EXPERIMENT] = "experiments",
					       [APPENDIX_GROUP] = "groups" };
	CLEANUP(intern_done) struct intern names = { NULL, 0, 0, NULL, 0 };
	int r = 0;

	(void)copy_text(site->groups[0].file, sizeof site->groups[0].file, "index");
	for (size_t i = 1; r == 0 && i < site->group_count; i++)
		r = name_file(&names, folders[site->groups[i].kind],
			      site->groups[i].title, site->groups[i].file);
	for (size_t i = 0; r == 0 && i < site->run_count; i++)
		r = name_file(&names, "runs", infos[i].id, site->runs[i].file);
	return r;
}

static void count_run(struct appendix_group *group, enum run_state state)
{
	group->finished += state == RUN_FINISHED;
	group->failed += state == RUN_FAILED || state == RUN_INTERRUPTED;
	group->running += state == RUN_RUNNING;
}

static void count_states(struct appendix_site *site, const struct run_info *infos)
{
	for (size_t i = 0; i < site->run_count; i++)
		site->runs[i].group = APPENDIX_NONE;
	for (size_t i = site->group_count; i-- > 0;) {
		struct appendix_group *group = &site->groups[i];

		if (i != APPENDIX_TOP)
			site->groups[group->parent].child_count++;
		for (size_t k = 0; k < group->run_count; k++) {
			size_t run = group->runs[k];
			size_t *own = &site->runs[run].group;

			count_run(group, infos[run].state);
			if (group->child_count == 0 || *own == APPENDIX_NONE)
				*own = i;
		}
	}
}

int appendix_tree_make(struct appendix_infos *infos, const struct appendix_spec *spec,
		       struct diag *diag, struct appendix_site *site)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	int r = spec ? by_spec(infos, spec, site) : by_project(infos, site);

	(void)locale;
	if (r == 0 && infos->count == 0) {
		(void)diag_say(diag, -ENOENT, "the filters of the spec fit no run");
		diag_fix(diag, "gramme leaderboard shows what there is: a filter is "
			       "searched for in project/experiment/name");
		return -ENOENT;
	}
	site->runs = r == 0 ? calloc(infos->count, sizeof *site->runs) : NULL;
	if (!site->runs)
		return diag_fail(diag, -ENOMEM, "cannot put %zu runs into groups",
				 infos->count);
	site->run_count = infos->count;
	r = name_files(site, infos->infos);
	if (r < 0)
		return diag_fail(diag, r, "cannot put %zu runs into groups",
				 infos->count);
	count_states(site, infos->infos);
	return 0;
}

static void drop_unread(const struct run_info *infos, const struct appendix_run *runs,
			struct appendix_group *group)
{
	size_t kept = 0;

	group->finished = group->failed = group->running = 0;
	for (size_t i = 0; i < group->run_count; i++) {
		size_t run = group->runs[i];

		if (runs[run].unread)
			continue;
		count_run(group, infos[run].state);
		group->runs[kept++] = run;
	}
	group->unread = group->run_count - kept;
	group->run_count = kept;
}

void appendix_tree_drop_unread(const struct run_info *infos, struct appendix_site *site)
{
	for (size_t i = 0; i < site->group_count; i++)
		drop_unread(infos, site->runs, &site->groups[i]);
}
