/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of gramme.h that look back: list, show, tag, remove. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "engine/run-sums.h"
#include "engine/select.h"
#include "report/list.h"
#include "report/report.h"

struct list {
	struct view_door door;
	struct run_info *infos;
	struct list_extra *extra;
	size_t count;
	size_t total; /* without limit and offset */
	bool filtered;
	struct run_sums_cache cache;
	struct by_key *keys; /* of imported runs */
	size_t imported;
};

/* Where a run stands in the list. */
struct by_key {
	int64_t key;
	size_t at;
	char *file;
};

static double known_or_none(double value)
{
	return isfinite(value) ? value : -1;
}

static void fill_extra(struct list *list, struct run_info *info, struct list_extra *extra)
{
	struct run_sums sums;

	run_sums_get(&list->door, &list->cache, info, &sums);
	info->attributed_j = known_or_none(sums.attributed_j);
	info->machine_j = known_or_none(sums.machine_j);
	info->energy_kind = sums.kind;
	extra->facility_kwh = known_or_none(sums.facility_kwh);
	extra->carbon_kg = known_or_none(sums.carbon_kg);
}

static void list_done(struct list *list)
{
	store_free_infos(list->infos, list->count);
	free(list->extra);
	for (size_t i = 0; i < list->imported; i++)
		free(list->keys[i].file);
	free(list->keys);
}

/* --- logs of other trackers --------------------------------------------------------------- */

static int compare_keys(const void *a, const void *b)
{
	int64_t one = ((const struct by_key *)a)->key;
	int64_t two = ((const struct by_key *)b)->key;

	return (one > two) - (one < two);
}

static int take_file(void *ctx, int64_t run, const char *file)
{
	struct list *list = ctx;
	const struct by_key wanted = { .key = run };
	struct by_key *own = bsearch(&wanted, list->keys, list->imported,
				     sizeof *list->keys, compare_keys);

	if (!own || own->file || !file)
		return 0;
	own->file = strdup(file);
	if (!own->file)
		return -ENOMEM;
	list->extra[own->at].source_file = own->file;
	return 0;
}

static int fill_files(struct list *list, struct diag *diag)
{
	list->keys = calloc(list->count + 1, sizeof *list->keys);
	if (!list->keys)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->infos[i].how, "import") == 0)
			list->keys[list->imported++] =
				(struct by_key){ list->infos[i].key, i, NULL };
	if (list->imported == 0)
		return 0;
	qsort(list->keys, list->imported, sizeof *list->keys, compare_keys);
	return store_import_files_each(list->door.store, diag, take_file, list);
}

static int list_fill(struct list *list, struct diag *diag)
{
	list->extra = calloc(list->count + 1, sizeof *list->extra);
	if (!list->extra)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++)
		fill_extra(list, &list->infos[i], &list->extra[i]);
	return fill_files(list, diag);
}

static int list_print(const struct list *list, const char *format, uint32_t flags,
		      char **ret)
{
	struct report_opts opts = { .colour = flags & GRAMME_TEXT_COLOUR, .width = 80 };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	if (strcmp(format, "json") == 0)
		return list_json(&(struct list_runs){ list->infos, list->count,
						      list->extra, list->total },
				 ret);
	if (list->count == 0 && list->filtered)
		strbuf_add(&out, "No run fits.\n");
	else
		list_text(list->infos, list->count, &opts, &out);
	return strbuf_steal(&out, ret);
}

/* Whether runs that there are may be missing. */
static bool is_filter(const struct store_filter *wanted)
{
	return wanted->project || wanted->experiment || wanted->name || wanted->search ||
	       wanted->from_unix_ns || wanted->to_unix_ns || wanted->has_state ||
	       wanted->offset > 0;
}

static int list_read(struct gramme *gramme, struct store *store,
		     const struct store_filter *wanted, struct list *list)
{
	int r = store_list(store, wanted, &gramme->diag, &list->infos, &list->count);

	list->total = list->count;
	list->filtered = is_filter(wanted);
	if (r == 0 && (wanted->limit > 0 || wanted->offset > 0))
		r = store_count(store, wanted, &gramme->diag, &list->total);
	return r;
}

/* An absent ledger is an empty one, for a list. */
static bool ledger_absent(const struct gramme *gramme)
{
	const char *path = gramme->config.value[CONFIG_DB].text;

	return *path != '\0' && access(path, F_OK) < 0 && errno == ENOENT;
}

int gramme_list(struct gramme *gramme, const struct gramme_filter *given,
		const char *format, uint32_t flags, char **ret)
{
	CLEANUP(list_done) struct list list = { .count = 0 };
	CLEANUP(select_close) struct store *store = NULL;
	struct gramme_filter filter;
	struct store_filter wanted;
	int r = context_format(gramme, format, ret);

	if (r < 0)
		return r;
	context_opts(&filter, sizeof filter, given, given ? given->size : 0);
	r = select_filter(gramme, &filter, &wanted);
	if (r == 0 && !ledger_absent(gramme)) {
		r = select_open(gramme, &store);
		if (r == 0)
			r = list_read(gramme, store, &wanted, &list);
	}
	if (r < 0)
		return r;
	list.door = (struct view_door){ store, context_tables(gramme) };
	r = list.door.tables ? list_fill(&list, &gramme->diag) : -ENOMEM;
	if (r == 0)
		r = list_print(&list, format, flags, ret);
	return r < 0 ? diag_fail(&gramme->diag, r, "cannot list the runs") : 0;
}

int gramme_show(struct gramme *gramme, const char *run, const char *format,
		uint32_t flags, char **ret)
{
	CLEANUP(run_view_done) struct run_view view;
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct report_opts opts = { .colour = flags & GRAMME_TEXT_COLOUR, .width = 80 };
	const struct report *report;
	int r = context_check(gramme);

	memset(&view, 0, sizeof view);
	if (r < 0)
		return r;
	report = format ? report_find(format) : NULL;
	if (!run || !ret || !report)
		return diag_say(&gramme->diag, -EINVAL, "there is no format '%.40s'",
				format ? format : "");
	r = select_view(gramme, run, &view);
	if (r < 0)
		return r;
	report->run(&view, &opts, &out);
	return strbuf_steal(&out, ret);
}

static int open_to_write(struct gramme *gramme, const char *what, struct store **ret,
			 int64_t *ret_run)
{
	int r = select_open_to_write(gramme, ret);

	return r < 0 ? r : store_find(*ret, what, &gramme->diag, ret_run);
}

int gramme_tag(struct gramme *gramme, const char *run, const char *text)
{
	CLEANUP(select_close) struct store *store = NULL;
	const char *equals = text ? strchr(text, '=') : NULL;
	struct run_tag tag = { 0 };
	int64_t key = 0;
	int r = context_check(gramme);

	if (r < 0)
		return r;
	if (!run || !equals || equals == text ||
	    (size_t)(equals - text) >= sizeof tag.key)
		return diag_say(&gramme->diag, -EINVAL, "a tag is key=value");
	memcpy(tag.key, text, (size_t)(equals - text));
	if (!copy_text(tag.value, sizeof tag.value, equals + 1))
		return diag_say(&gramme->diag, -EINVAL, "the tag's value is too long");
	r = open_to_write(gramme, run, &store, &key);
	return r < 0 ? r : store_tag_put(store, key, &tag, &gramme->diag);
}

int gramme_remove(struct gramme *gramme, const char *run)
{
	CLEANUP(select_close) struct store *store = NULL;
	int64_t key = 0;
	int r = context_check(gramme);

	if (r < 0)
		return r;
	if (!run)
		return -EINVAL;
	r = open_to_write(gramme, run, &store, &key);
	return r < 0 ? r : store_run_remove(store, key, &gramme->diag);
}
