/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run's place and its grid, in the background: asked soon after the start, once an hour,
 * and at the end where a long run is not covered yet. A run that is over before anybody was
 * asked asks nobody; one whose answer is still to come ends without it, and the answer goes
 * into the ledger after everyone else has left.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "engine/locate.h"
#include "engine/tracker-internal.h"
#include "engine/weigh.h"
#include "place/factor.h"
#include "place/region.h"

/* A run that is over by then needs no child, and leaves none behind. */
#define FIRST_NS      (200 * NS_PER_MS)
#define AGAIN_NS      (3600 * NS_PER_S)
#define AFTER_FAIL_NS (900 * NS_PER_S)
/* From then on a run's end may wait for the network at all, and how long. */
#define LONG_RUN_NS   (30 * NS_PER_S)
#define PATIENCE_NS   (3 * NS_PER_S / 2)
#define PATIENCE_PART 20
#define COVERED_RATIO 0.999
#define NO_ANSWER     "what asks the network for the run ended without an answer"

static int64_t now_unix_s(const struct tracker *t)
{
	return host_clock_ns(t->plan->here, HOST_REALTIME) / NS_PER_S;
}

static struct tables *tables_of(struct tracker *t)
{
	if (!t->tables &&
	    tables_new(t->plan->config->value[CONFIG_TABLES].text, &t->own_tables) == 0)
		t->tables = t->own_tables;
	return t->tables;
}

struct tables *tracker_tables(struct tracker *t)
{
	return tables_of(t);
}

/* Whether anything at all could come of it. */
static bool may_fetch(const struct tracker *t)
{
	const struct config *config = t->plan->config;

	return t->plan->here->real &&
	       (!fetch_is_offline(config) || config->value[CONFIG_INTENSITY].text[0]);
}

void tracker_grid_init(struct tracker *t)
{
	t->tables = t->plan->tables;
	t->next_fetch_ns = may_fetch(t) ? host_now_ns(t->host) + FIRST_NS : INT64_MAX;
}

/* --- the place ---------------------------------------------------------------------------- */

static void take_place(struct run_info *info, const struct place *place)
{
	(void)copy_text(info->region, sizeof info->region, place->text);
	(void)copy_text(info->region_how, sizeof info->region_how, place->how);
	(void)copy_text(info->region_from, sizeof info->region_from, place->from);
	info->has_position = place->has_position;
	info->latitude = place->latitude;
	info->longitude = place->longitude;
}

/* True when nobody need be asked: also when nobody knew, a moment ago. */
static bool remembered_place(struct tracker *t)
{
	struct place place;

	if (!locate_remembered(recorder_store(t->recorder), now_unix_s(t), &place))
		return false;
	if (place.how[0] != '\0')
		take_place(t->info, &place);
	return true;
}

/* A configuration may name a place that is none: the run is then where it would be found to be
 * without one. Looked at here, since the job does not wait for the tables. */
static void check_region(struct tracker *t)
{
	struct run_info *info = t->info;
	struct tables *tables = t->region_checked ? NULL : tables_of(t);
	struct diag diag = { 0 };
	struct place place;
	char text[256];

	t->region_checked = true;
	if (!tables || strcmp(info->region_how, "config") != 0 ||
	    place_of_text(tables, info->region, &diag, &place) == 0)
		return;
	(void)snprintf(text, sizeof text,
		       "the region '%.60s' (%.60s) is not used: %.100s", info->region,
		       info->region_from, diag.text);
	tracker_doubt(t, text);
	info->region[0] = info->region_how[0] = info->region_from[0] = '\0';
}

/* --- asking ------------------------------------------------------------------------------- */

static void free_keys(struct keys **keys)
{
	keys_free(*keys);
}

/* Whether the ledger holds the whole span of that series already. A file of the user's own may
 * have been edited since. */
static bool has_series(struct tracker *t, const struct fetch_plan *plan,
		       const struct fetch_candidate *candidate)
{
	CLEANUP(intensity_series_done) struct intensity_series series = { .count = 0 };
	struct store_series what = { .signal = candidate->grid->signal };
	struct store *store = recorder_store(t->recorder);
	struct diag ignored = { 0 };

	(void)copy_text(what.provider, sizeof what.provider, candidate->grid->name);
	(void)copy_text(what.zone, sizeof what.zone, candidate->zone);
	return store && !(candidate->grid->flags & GRID_IS_LOCAL) &&
	       store_intensity_get(store, &what, plan->from_unix_s, plan->to_unix_s,
				   &ignored, &series) == 0 &&
	       intensity_series_covered(&series, plan->from_unix_s, plan->to_unix_s) >=
		       COVERED_RATIO;
}

/*
 * Whether nobody need be asked for the span: no provider serves the place, or the ledger has
 * what the first one of each signal would say, which the run then goes by. One that the user
 * names and that may not be asked is for the child to speak of.
 */
static bool is_covered(struct tracker *t, const struct fetch_plan *plan)
{
	CLEANUP(free_keys) struct keys *keys = NULL;
	struct fetch_candidate candidates[FETCH_CANDIDATES_MAX];
	char *const names[] = { t->info->grid, t->info->grid_marginal };
	bool seen[2] = { false, false };
	const char *named;
	struct diag ignored = { 0 };
	size_t count;

	(void)!keys_open(NULL, &ignored, &keys);
	count = fetch_candidates(plan, keys, candidates);
	for (size_t i = 0; i < count; i++) {
		const struct fetch_candidate *own = &candidates[i];
		enum signal signal = own->grid->signal;

		if (own->may != FETCH_MAY || seen[signal])
			continue;
		if (!has_series(t, plan, own))
			return false;
		seen[signal] = true;
		(void)snprintf(names[signal], RUN_GRID_MAX, "%.23s %.63s",
			       own->grid->name, own->zone);
	}
	named = fetch_names_grid(plan);
	return seen[SIGNAL_AVERAGE] || !named || strcmp(named, "table") == 0;
}

static struct fetch_plan plan_of(struct tracker *t)
{
	struct fetch_plan plan = { .host = t->host,
				   .config = t->plan->config,
				   .tables = tables_of(t) };

	fetch_span(&plan, t->info->started_unix_ns / NS_PER_S, now_unix_s(t));
	return plan;
}

static void ask(struct tracker *t)
{
	struct fetch_plan plan = plan_of(t);
	bool asked_before;

	check_region(t);
	asked_before = t->info->region[0] == '\0' && remembered_place(t);
	t->next_fetch_ns = host_now_ns(t->host) + AFTER_FAIL_NS;
	if (t->fetch.fd >= 0 || !plan.tables)
		return;
	/* Nobody knew where this is, a moment ago: only a file can be of anywhere. */
	if (asked_before || t->info->region[0] != '\0')
		weigh_place(plan.tables, t->info, &plan.place);
	if (plan.place.how[0] != '\0' && is_covered(t, &plan)) {
		t->next_fetch_ns = host_now_ns(t->host) + AGAIN_NS;
		return;
	}
	if (fetch_start(&plan, &t->fetch) == 0)
		t->fds[FD_FETCH].fd = t->fetch.fd;
}

void tracker_grid_due(struct tracker *t)
{
	if (host_now_ns(t->host) >= t->next_fetch_ns)
		ask(t);
}

/* --- answers ------------------------------------------------------------------------------ */

/* What an answer changes in the run's row. */
static void note_answer(struct run_info *info, const struct fetch_result *result)
{
	if (result->asked_place && result->place.how[0] != '\0')
		take_place(info, &result->place);
	fetch_name_series(&result->series[SIGNAL_AVERAGE], info->grid, sizeof info->grid);
	fetch_name_series(&result->series[SIGNAL_MARGINAL], info->grid_marginal,
			  sizeof info->grid_marginal);
}

static void keep_answer(struct tracker *t, const struct fetch_result *result)
{
	char host[64];

	locate_host(host, sizeof host);
	if (result->asked_place)
		recorder_place(t->recorder, host, &result->place, now_unix_s(t));
	for (int i = 0; i < 2; i++)
		if (result->series[i].count > 0)
			recorder_intensity(t->recorder, &result->series[i]);
	for (size_t i = 0; i < result->trouble_count; i++)
		tracker_warn(t, result->trouble[i].code, "%s", result->trouble[i].text);
	note_answer(t->info, result);
	if (result->series[SIGNAL_AVERAGE].count > 0)
		t->next_fetch_ns = host_now_ns(t->host) + AGAIN_NS;
}

void tracker_grid_take(struct tracker *t)
{
	CLEANUP(fetch_result_done) struct fetch_result result;
	int r;

	memset(&result, 0, sizeof result);
	r = fetch_take(&t->fetch, &result);
	if (r == -EAGAIN)
		return;
	t->fds[FD_FETCH].fd = -1;
	if (r == 0)
		keep_answer(t, &result);
	else
		tracker_warn(t, "grid", "%s", NO_ANSWER);
}

/* --- the end ------------------------------------------------------------------------------ */

static void wait_answer(struct tracker *t, int64_t deadline_ns)
{
	while (t->fetch.fd >= 0 && host_now_ns(t->host) < deadline_ns) {
		struct wait_fd wait = { t->fetch.fd, false };

		if (wait_until(t->host, &wait, 1, deadline_ns) > 0)
			tracker_grid_take(t);
	}
}

/* Nobody told in time: the time zone is known without asking. */
static void settle_place(struct tracker *t)
{
	struct tables *tables = tables_of(t);
	struct diag ignored = { 0 };
	struct place place;

	check_region(t);
	if (t->info->region[0] == '\0' && recorder_store(t->recorder))
		(void)remembered_place(t);
	if (t->info->region[0] == '\0' && tables &&
	    region_of_timezone(t->plan->here, tables, &ignored, &place) == 0)
		take_place(t->info, &place);
}

/* A run that is over before anybody was asked may be of an hour that another has asked of. */
static void settle_grid(struct tracker *t)
{
	struct fetch_plan plan = plan_of(t);

	if (!may_fetch(t) || t->info->grid[0] != '\0' || t->fetch.fd >= 0 || !plan.tables)
		return;
	weigh_place(plan.tables, t->info, &plan.place);
	(void)!is_covered(t, &plan);
}

void tracker_grid_end(struct tracker *t)
{
	int64_t patience_ns = t->info->duration_ns / PATIENCE_PART;

	if (patience_ns > PATIENCE_NS)
		patience_ns = PATIENCE_NS;
	if (may_fetch(t) && t->info->duration_ns >= LONG_RUN_NS)
		ask(t);
	wait_answer(t, host_now_ns(t->host) + patience_ns);
	settle_place(t);
	settle_grid(t);
	if (t->fetch.fd >= 0)
		tracker_warn(t, "grid-late",
			     "the network had not answered at the run's end; what comes "
			     "later is in the ledger (gramme show %s)",
			     t->info->id);
}

static void close_store(struct store **store)
{
	store_close(*store);
}

/* All of it or nothing: see keep_late(). */
static int put_late(struct tracker *t, const struct fetch_result *result,
		    struct store *store, struct diag *diag)
{
	char host[64];
	int r = 0;

	locate_host(host, sizeof host);
	if (result->asked_place)
		r = store_place_put(store, host, &result->place, now_unix_s(t), diag);
	for (int i = 0; i < 2 && r == 0; i++)
		if (result->series[i].count > 0)
			r = store_intensity_put(store, &result->series[i], diag);
	for (size_t i = 0; i < result->trouble_count && r == 0; i++) {
		struct run_warning warning = { .code = "" };

		(void)copy_text(warning.code, sizeof warning.code,
				result->trouble[i].code);
		(void)copy_text(warning.text, sizeof warning.text,
				result->trouble[i].text);
		r = store_warning_add(store, t->info->key, &warning, diag);
	}
	note_answer(t->info, result);
	t->info->tracker_cpu_ns = process_own_cpu_ns() + process_children_cpu_ns();
	return r == 0 ? store_run_update(store, t->info, diag) : r;
}

static int weigh_late(struct tracker *t, struct store *store, struct diag *diag)
{
	CLEANUP(run_view_done) struct run_view view;
	struct view_door door = { store, tables_of(t) };
	struct weighing weighing;
	int r;

	memset(&view, 0, sizeof view);
	if (!door.tables)
		return -ENOMEM;
	r = view_make(&door, t->info->key, diag, &view);
	if (r < 0)
		return r;
	view_weighing(&view, host_clock_ns(t->plan->here, HOST_REALTIME), &weighing);
	return store_weighing_add(store, t->info->key, &weighing, diag);
}

/* A ledger that was removed meanwhile stays so. */
static void keep_late(struct tracker *t, const struct fetch_result *result)
{
	CLEANUP(close_store) struct store *store = NULL;
	struct diag diag = { 0 };
	int r = access(t->plan->db, F_OK) == 0 ? 0 : -ENOENT;

	if (r == 0)
		r = store_open(t->plan->db, STORE_WRITE, &diag, &store);
	if (r == 0)
		r = store_begin(store, &diag);
	if (r < 0)
		return;
	/* Another file may stand in its place by now, with another run under that key. */
	r = store_find(store, t->info->id, &diag, &t->info->key);
	if (r == 0)
		r = put_late(t, result, store, &diag);
	if (r == 0)
		r = weigh_late(t, store, &diag);
	if (r < 0 || store_commit(store, &diag) < 0)
		store_rollback(store);
}

/* Everyone else has left: the launcher, the command, the ledger's own connection. */
void tracker_grid_late(struct tracker *t, bool kept)
{
	CLEANUP(fetch_result_done) struct fetch_result result;
	int64_t deadline_ns = host_now_ns(t->host) + FETCH_NS;
	int r = -EAGAIN;

	memset(&result, 0, sizeof result);
	while (kept && r == -EAGAIN && t->fetch.fd >= 0 &&
	       host_now_ns(t->host) < deadline_ns) {
		struct wait_fd wait = { t->fetch.fd, false };

		if (wait_until(t->host, &wait, 1, deadline_ns) > 0)
			r = fetch_take(&t->fetch, &result);
	}
	if (r == -EPIPE)
		fetch_say(&result, "grid", NO_ANSWER);
	if (t->fetch.fd >= 0)
		fetch_stop(&t->fetch);
	if (r != -EAGAIN)
		keep_late(t, &result);
	tables_free(t->own_tables);
}
