/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of gramme.h that look back: list, show, tag, remove. */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "base/time-text.h"
#include "engine/select.h"
#include "engine/weigh.h"
#include "report/list.h"
#include "report/report.h"

/* The sums of a run that ended stand in its row, as this version would work them out. */
static bool has_sums(const struct run_info *info)
{
	return info->state != RUN_RUNNING && info->attributed_j >= 0 &&
	       info->machine_j >= 0 && strcmp(info->version, GRAMME_VERSION) == 0;
}

#define YEAR_LEN 4

/* What a joule of a place and year comes to: many runs of a list share it. */
struct rate {
	char region[PLACE_NAME_MAX];
	double pue;
	char year[YEAR_LEN + 1]; /* of its start, UTC */
	bool known;
	double kwh_per_j;
	double kg_per_j;
};

#define RATES_MAX 32

struct list {
	struct view_door door;
	struct run_info *infos;
	struct list_extra *extra;
	size_t count;
	struct rate rates[RATES_MAX]; /* the newest last, round and round */
	size_t rate_count;
};

static void year_of(const struct run_info *info, char year[YEAR_LEN + 1])
{
	char text[TIME_TEXT_MAX];

	time_text(info->started_unix_ns, text, sizeof text);
	text[YEAR_LEN] = '\0';
	(void)copy_text(year, YEAR_LEN + 1, text);
}

/* Works a rate out by what a run of 1 MJ there would be shown with; no rows are read. */
static void make_rate(struct tables *tables, const struct run_info *info,
		      struct rate *rate)
{
	struct run_view view;
	const double probe_j = 1e6;

	memset(&view, 0, sizeof view);
	/* What the facility goes by; nothing here is the view's own. */
	view.record.info = *info;
	view.attributed_j = (struct quantity){
		.known = true, .value = probe_j, .low = probe_j, .high = probe_j
	};
	view_facility(tables, &view);
	(void)copy_text(rate->region, sizeof rate->region, info->region);
	rate->pue = info->pue;
	year_of(info, rate->year);
	rate->known = view.facility_kwh.known && view.carbon_kg.known;
	rate->kwh_per_j = view.facility_kwh.value / probe_j;
	rate->kg_per_j = view.carbon_kg.value / probe_j;
}

static bool is_rate_of(const struct rate *rate, const struct run_info *info)
{
	char year[sizeof rate->year];

	year_of(info, year);
	return strcmp(rate->region, info->region) == 0 && !(rate->pue < info->pue) &&
	       !(rate->pue > info->pue) && strcmp(rate->year, year) == 0;
}

static const struct rate *rate_of(struct list *list, const struct run_info *info)
{
	struct rate *rate;

	for (size_t i = 0; i < list->rate_count && i < RATES_MAX; i++)
		if (is_rate_of(&list->rates[i], info))
			return &list->rates[i];
	rate = &list->rates[list->rate_count++ % RATES_MAX];
	make_rate(list->door.tables, info, rate);
	return rate;
}

static void extra_of_sums(struct list *list, const struct run_info *info,
			  struct list_extra *extra)
{
	const struct rate *rate = rate_of(list, info);

	if (!rate->known)
		return;
	extra->facility_kwh = rate->kwh_per_j * info->attributed_j;
	extra->carbon_kg = rate->kg_per_j * info->attributed_j;
}

static double known_or_none(const struct quantity *quantity)
{
	return quantity->known ? quantity->value : -1;
}

/* What a series in time makes of a run was written down when it was weighed: true where the same
 * would come out now. */
static bool extra_of_weighing(struct list *list, const struct run_info *info,
			      struct list_extra *extra)
{
	const char *version = tables_version(list->door.tables);
	struct store_weighed what = { .run = info->key };
	struct weighing weighing;
	struct diag ignored = { 0 };

	/* Tables of the user's own may be edited under one name. */
	if (strchr(version, '+') ||
	    !weigh_series_of(info->grid, SIGNAL_AVERAGE, &what.series))
		return false;
	weigh_span(info, &what.from_unix_s, &what.to_unix_s);
	if (store_weighing_last(list->door.store, &what, &ignored, &weighing) < 0 ||
	    strcmp(weighing.method, METHOD_VERSION) != 0 ||
	    strcmp(weighing.data_version, version) != 0 ||
	    strcmp(weighing.place, info->region) != 0 ||
	    strcmp(weighing.grid, info->grid) != 0)
		return false;
	extra->facility_kwh = known_or_none(&weighing.facility_kwh);
	extra->carbon_kg = known_or_none(&weighing.carbon_kg);
	return true;
}

/* A run that was cut off, or goes on, has no sums yet: they are worked out from its rows. */
static void fill_extra(struct list *list, struct run_info *info, struct list_extra *extra)
{
	CLEANUP(run_view_done) struct run_view view;
	struct diag ignored = { 0 };

	memset(&view, 0, sizeof view);
	*extra = (struct list_extra){ -1, -1, NULL };
	if (has_sums(info) && info->grid[0] == '\0') {
		extra_of_sums(list, info, extra);
		return;
	}
	if (has_sums(info) && extra_of_weighing(list, info, extra))
		return;
	if (view_make(&list->door, info->key, &ignored, &view) < 0)
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

static void list_done(struct list *list)
{
	store_free_infos(list->infos, list->count);
	free(list->extra);
}

static int list_fill(struct list *list)
{
	list->extra = calloc(list->count + 1, sizeof *list->extra);
	if (!list->extra)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++)
		fill_extra(list, &list->infos[i], &list->extra[i]);
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
			r = store_list(store, &wanted, &gramme->diag, &list.infos,
				       &list.count);
	}
	if (r < 0)
		return r;
	list.door = (struct view_door){ store, context_tables(gramme) };
	r = list.door.tables ? list_fill(&list) : -ENOMEM;
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
