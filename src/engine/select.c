/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/select.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "base/process.h"
#include "base/time-text.h"

/* Well over the time between two flushes, for clocks of two hosts that differ a little. */
#define SILENCE_NS (120 * NS_PER_S)
#define DATE_LEN   10

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

int select_open(struct gramme *gramme, struct store **ret)
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

int select_open_to_write(struct gramme *gramme, struct store **ret)
{
	const char *path = gramme->config.value[CONFIG_DB].text;
	struct diag ignored = { 0 };
	int r;

	if (access(path, F_OK) < 0)
		return store_open(path, STORE_READ, &gramme->diag, ret);
	r = store_open(path, STORE_WRITE, &gramme->diag, ret);
	if (r == 0)
		(void)!store_reap(*ret, tracker_alive, gramme, &ignored);
	return r;
}

int select_view(struct gramme *gramme, const char *run, struct run_view *ret)
{
	CLEANUP(select_close) struct store *store = NULL;
	struct view_door door;
	int64_t key = 0;
	int r = select_open(gramme, &store);

	if (r == 0)
		r = store_find(store, run, &gramme->diag, &key);
	if (r < 0)
		return r;
	door = (struct view_door){ store, context_tables(gramme) };
	if (!door.tables)
		return diag_fail(&gramme->diag, -ENOMEM, "cannot show run %s", run);
	return view_make(&door, key, &gramme->diag, ret);
}

/* --- times -------------------------------------------------------------------------------- */

/* "7d", "36h": so long ago. */
static int time_ago(const char *text, int64_t now_unix_ns, int64_t *ret_unix_ns)
{
	size_t len = strlen(text);
	char number[24];
	uint64_t count;
	int64_t unit_s;

	if (len < 2 || len > sizeof number)
		return -EPROTO;
	unit_s = text[len - 1] == 'd' ? 86400 : text[len - 1] == 'h' ? 3600 : 0;
	memcpy(number, text, len - 1);
	number[len - 1] = '\0';
	if (unit_s == 0 || parse_u64(number, &count) < 0 || count > 100000)
		return -EPROTO;
	*ret_unix_ns = now_unix_ns - (int64_t)count * unit_s * NS_PER_S;
	return 0;
}

int select_time(const char *text, int64_t now_unix_ns, int64_t *ret_unix_ns)
{
	char midnight[TIME_TEXT_MAX];

	if (time_of_text(text, ret_unix_ns) == 0 ||
	    time_ago(text, now_unix_ns, ret_unix_ns) == 0)
		return 0;
	if (strlen(text) != DATE_LEN)
		return -EPROTO;
	(void)copy_text(midnight, sizeof midnight, text);
	(void)copy_text(midnight + DATE_LEN, sizeof midnight - DATE_LEN, "T00:00:00Z");
	return time_of_text(midnight, ret_unix_ns);
}

static int take_time(struct gramme *gramme, const char *text, int64_t *ret)
{
	int64_t now_ns;

	if (!text || *text == '\0')
		return 0;
	now_ns = host_clock_ns(&gramme->here, HOST_REALTIME);
	if (select_time(text, now_ns, ret) < 0)
		return diag_say(&gramme->diag, -EINVAL,
				"'%.40s' is no time: 2026-11-01, "
				"2026-11-01T08:00:00Z, or 7d (seven days ago)",
				text);
	return 0;
}

static int take_state(struct gramme *gramme, const char *text, struct store_filter *ret)
{
	if (!text || *text == '\0')
		return 0;
	if (run_state_of_text(text, &ret->state) < 0)
		return diag_say(&gramme->diag, -EINVAL,
				"'%.40s' is no state: running, finished, failed or "
				"interrupted",
				text);
	ret->has_state = true;
	return 0;
}

int select_filter(struct gramme *gramme, const struct gramme_filter *filter,
		  struct store_filter *ret)
{
	struct store_filter wanted = { 0 };
	int r;

	if (filter) {
		if (filter->search && *filter->search != '\0')
			wanted.search = filter->search;
		wanted.offset = filter->offset;
		wanted.project = filter->project;
		wanted.experiment = filter->experiment;
		wanted.name = filter->name;
		wanted.limit = filter->limit;
		r = take_time(gramme, filter->since, &wanted.from_unix_ns);
		if (r == 0)
			r = take_time(gramme, filter->until, &wanted.to_unix_ns);
		if (r == 0)
			r = take_state(gramme, filter->state, &wanted);
		if (r < 0)
			return r;
	}
	*ret = wanted;
	return 0;
}

/* --- runs --------------------------------------------------------------------------------- */

static bool has_key(const int64_t *keys, size_t count, int64_t key)
{
	for (size_t i = 0; i < count; i++)
		if (keys[i] == key)
			return true;
	return false;
}

static int take_named(struct gramme *gramme, struct store *store, const char *const *runs,
		      struct selection *ret)
{
	AUTO_FREE int64_t *keys = NULL;
	size_t given = 0;
	size_t count = 0;

	while (runs[given])
		given++;
	keys = calloc(given + 1, sizeof *keys);
	if (!keys)
		return diag_fail(&gramme->diag, -ENOMEM, "cannot select runs");
	for (size_t i = 0; i < given; i++) {
		int64_t key;
		int r = store_find(store, runs[i], &gramme->diag, &key);

		if (r < 0)
			return r;
		if (!has_key(keys, count, key))
			keys[count++] = key;
	}
	*ret = (struct selection){ STEAL(keys), count };
	return 0;
}

static int take_filtered(struct gramme *gramme, struct store *store,
			 const struct store_filter *filter, struct selection *ret)
{
	AUTO_FREE int64_t *keys = NULL;
	struct run_info *infos;
	size_t count;
	int r = store_list(store, filter, &gramme->diag, &infos, &count);

	if (r < 0)
		return r;
	keys = calloc(count + 1, sizeof *keys);
	for (size_t i = 0; keys && i < count; i++)
		keys[i] = infos[count - 1 - i].key;
	store_free_infos(infos, count);
	if (!keys)
		return diag_fail(&gramme->diag, -ENOMEM, "cannot select runs");
	if (count == 0) {
		(void)diag_say(&gramme->diag, -ENOENT, "no run in the ledger fits");
		diag_fix(&gramme->diag, "gramme list");
		return -ENOENT;
	}
	*ret = (struct selection){ STEAL(keys), count };
	return 0;
}

int select_runs(struct gramme *gramme, struct store *store, const char *const *runs,
		const struct gramme_filter *filter, struct selection *ret)
{
	static const char *const newest[] = { "last", NULL };
	struct store_filter wanted;
	int r;

	if (runs && runs[0])
		return take_named(gramme, store, runs, ret);
	if (!filter)
		return take_named(gramme, store, newest, ret);
	r = select_filter(gramme, filter, &wanted);
	if (r < 0)
		return r;
	return take_filtered(gramme, store, &wanted, ret);
}
