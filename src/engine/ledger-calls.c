/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of gramme.h that look back: list, show, tag, remove. */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "base/process.h"
#include "engine/context.h"
#include "engine/view.h"
#include "report/list.h"
#include "report/report.h"
#include "store/store.h"

static void close_store(struct store **store)
{
	store_close(*store);
}

/* Well over the time between two flushes, for clocks of two hosts that differ a little. */
#define SILENCE_NS (120 * NS_PER_S)

/* The run's row is written every few seconds: how long it has been silent. */
static int64_t silence_ns(const struct gramme *gramme, const struct run_info *info)
{
	return host_clock_ns(&gramme->here, HOST_REALTIME) - info->started_unix_ns -
	       info->duration_ns;
}

/*
 * Of this boot, the process itself tells. Of another, or of another host that shares the
 * ledger, its PID means nothing here: then only its silence does.
 */
static bool tracker_alive(void *ctx, const struct run_info *info)
{
	const struct gramme *gramme = ctx;
	char boot_id[sizeof info->boot_id];

	process_boot_id(&gramme->here, boot_id, sizeof boot_id);
	if (strcmp(boot_id, info->boot_id) != 0)
		return silence_ns(gramme, info) < SILENCE_NS + 2 * info->period_ns;
	return process_alive(&gramme->here, (pid_t)info->tracker_pid,
			     info->tracker_start);
}

/*
 * Opens the ledger to read, after saying of runs whose sampler is gone that they were
 * interrupted. That needs to write: where it cannot be done, nothing else is lost.
 */
static int open_ledger(struct gramme *gramme, struct store **ret)
{
	const char *path = gramme->config.value[CONFIG_DB].text;
	struct diag ignored = { 0 };
	struct store *store = NULL;

	if (*path == '\0') {
		(void)diag_say(&gramme->diag, -ENOENT,
			       "there is no ledger: neither GRAMME_DB nor HOME is set");
		diag_fix(&gramme->diag, "export GRAMME_DB=/some/where/gramme.db");
		return -ENOENT;
	}
	if (access(path, W_OK) == 0 &&
	    store_open(path, STORE_WRITE, &ignored, &store) == 0) {
		(void)!store_reap(store, tracker_alive, gramme, &ignored);
		*ret = store;
		return 0;
	}
	return store_open(path, STORE_READ, &gramme->diag, ret);
}

static int open_to_write(struct gramme *gramme, const char *what, struct store **ret,
			 int64_t *ret_run)
{
	const char *path = gramme->config.value[CONFIG_DB].text;
	int r;

	if (access(path, F_OK) < 0)
		return diag_say(&gramme->diag, -ENOENT, "there is no ledger at '%s'",
				path);
	r = store_open(path, STORE_WRITE, &gramme->diag, ret);
	if (r == 0)
		r = store_find(*ret, what, &gramme->diag, ret_run);
	return r;
}

/* The sums of a run that ended stand in its row, as this version would work them out. */
static bool has_sums(const struct run_info *info)
{
	return info->state != RUN_RUNNING && info->attributed_j >= 0 &&
	       info->machine_j >= 0 && strcmp(info->version, GRAMME_VERSION) == 0;
}

/* What was kept, as the view it was taken from; no rows are read. */
static void view_of_sums(const struct run_info *info, struct run_view *view)
{
	view->record.info.pue = info->pue;
	view->attributed_j = (struct quantity){ .known = true,
						.value = info->attributed_j,
						.low = info->attributed_j,
						.high = info->attributed_j };
	view->machine_j = (struct quantity){ .known = true,
					     .value = info->machine_j,
					     .kind = info->energy_kind };
	view_facility(view);
}

/* A run that was cut off, or goes on, has no sums yet: they are worked out from its rows. */
static void fill_sums(struct store *store, struct run_info *info,
		      struct list_extra *extra)
{
	CLEANUP(run_view_done) struct run_view view;
	struct diag ignored = { 0 };

	memset(&view, 0, sizeof view);
	*extra = (struct list_extra){ -1, -1, NULL };
	if (has_sums(info))
		view_of_sums(info, &view);
	else if (view_make(store, info->key, &ignored, &view) < 0)
		return;
	info->attributed_j = view.attributed_j.known ? view.attributed_j.value : -1;
	info->machine_j = view.machine_j.known ? view.machine_j.value : -1;
	if (view.machine_j.known)
		info->energy_kind = view.machine_j.kind;
	if (view.facility_kwh.known)
		extra->facility_kwh = view.facility_kwh.value;
	if (view.carbon_kg.known)
		extra->carbon_kg = view.carbon_kg.value;
}

struct list {
	struct run_info *infos;
	struct list_extra *extra;
	size_t count;
};

static void list_done(struct list *list)
{
	store_free_infos(list->infos, list->count);
	free(list->extra);
}

static int list_fill(struct store *store, struct list *list)
{
	list->extra = calloc(list->count + 1, sizeof *list->extra);
	if (!list->extra)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++)
		fill_sums(store, &list->infos[i], &list->extra[i]);
	return 0;
}

static int list_print(const struct list *list, const char *format, uint32_t flags,
		      char **ret)
{
	struct report_opts opts = { .colour = flags & GRAMME_TEXT_COLOUR, .width = 80 };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	if (strcmp(format, "json") == 0)
		return list_json(list->infos, list->count, list->extra, ret);
	list_text(list->infos, list->count, &opts, &out);
	return strbuf_steal(&out, ret);
}

/* An absent ledger is an empty one, for a list. */
static bool ledger_absent(const struct gramme *gramme)
{
	const char *path = gramme->config.value[CONFIG_DB].text;

	return *path != '\0' && access(path, F_OK) < 0 && errno == ENOENT;
}

int gramme_list(struct gramme *gramme, const struct gramme_filter *filter,
		const char *format, uint32_t flags, char **ret)
{
	CLEANUP(close_store) struct store *store = NULL;
	struct store_filter wanted = { 0 };
	CLEANUP(list_done) struct list list = { NULL, NULL, 0 };
	int r = context_check(gramme);

	if (r < 0)
		return r;
	if (!format || !ret ||
	    (strcmp(format, "text") != 0 && strcmp(format, "json") != 0))
		return diag_say(&gramme->diag, -EINVAL, "a list is text or json");
	if (filter)
		wanted = (struct store_filter){ .project = filter->project,
						.experiment = filter->experiment,
						.name = filter->name,
						.limit = filter->limit };
	if (!ledger_absent(gramme)) {
		r = open_ledger(gramme, &store);
		if (r == 0)
			r = store_list(store, &wanted, &gramme->diag, &list.infos,
				       &list.count);
		if (r < 0)
			return r;
	}
	r = list_fill(store, &list);
	if (r == 0)
		r = list_print(&list, format, flags, ret);
	return r < 0 ? diag_fail(&gramme->diag, r, "cannot list the runs") : 0;
}

int gramme_show(struct gramme *gramme, const char *run, const char *format,
		uint32_t flags, char **ret)
{
	CLEANUP(close_store) struct store *store = NULL;
	CLEANUP(run_view_done) struct run_view view;
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct report_opts opts = { .colour = flags & GRAMME_TEXT_COLOUR, .width = 80 };
	const struct report *report;
	int64_t key = 0;
	int r = context_check(gramme);

	if (r < 0)
		return r;
	memset(&view, 0, sizeof view);
	report = format ? report_find(format) : NULL;
	if (!run || !ret || !report)
		return diag_say(&gramme->diag, -EINVAL, "there is no format '%.40s'",
				format ? format : "");
	r = open_ledger(gramme, &store);
	if (r == 0)
		r = store_find(store, run, &gramme->diag, &key);
	if (r == 0)
		r = view_make(store, key, &gramme->diag, &view);
	if (r < 0)
		return r;
	report->run(&view, &opts, &out);
	return strbuf_steal(&out, ret);
}

int gramme_tag(struct gramme *gramme, const char *run, const char *text)
{
	CLEANUP(close_store) struct store *store = NULL;
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
	CLEANUP(close_store) struct store *store = NULL;
	int64_t key = 0;
	int r = context_check(gramme);

	if (r < 0)
		return r;
	if (!run)
		return -EINVAL;
	r = open_to_write(gramme, run, &store, &key);
	return r < 0 ? r : store_run_remove(store, key, &gramme->diag);
}
