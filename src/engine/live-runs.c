/* SPDX-License-Identifier: Apache-2.0 */
/* The runs that go on, as far as the ledger has them. It is only read: that a run's sampler is
 * gone is seen here, and told to the ledger by whoever lists it next. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/process.h"
#include "engine/follow.h"
#include "engine/live.h"

/* How long a sampler of another boot or host may be silent: the ledger is written every few
 * seconds, and clocks of two hosts differ a little. */
#define SILENCE_S 120

struct live_runs {
	struct gramme *gramme;
	struct store *store; /* NULL: not open yet */
	struct follow *follow;
	struct live_run *runs;
	size_t room;
};

int live_runs_new(struct gramme *gramme, struct live_runs **ret)
{
	struct live_runs *own = calloc(1, sizeof *own);

	if (!own)
		return -ENOMEM;
	own->gramme = gramme;
	*ret = own;
	return 0;
}

static void close_ledger(struct live_runs *own)
{
	follow_close(own->follow);
	store_close(own->store);
	own->follow = NULL;
	own->store = NULL;
}

void live_runs_free(struct live_runs *own)
{
	if (!own)
		return;
	close_ledger(own);
	free(own->runs);
	free(own);
}

/* A ledger that is not there yet may come with the first run. */
static int open_ledger(struct live_runs *own, struct diag *diag)
{
	const char *path = own->gramme->config.value[CONFIG_DB].text;
	struct view_door door = { .tables = context_tables(own->gramme) };
	int r;

	if (*path == '\0')
		return diag_say(diag, -ENOENT, "there is no ledger");
	if (!door.tables)
		return diag_fail(diag, -ENOMEM, "cannot show the runs");
	r = store_open(path, STORE_READ, diag, &own->store);
	if (r < 0)
		return r;
	/* A screen is not kept waiting for another's write. */
	store_patience(own->store, 100);
	door.store = own->store;
	r = follow_open(&door, &own->follow);
	if (r < 0)
		close_ledger(own);
	return r < 0 ? diag_fail(diag, r, "cannot show the runs") : 0;
}

static bool is_alive(const struct live_runs *own, const struct live_run *run)
{
	const struct host *here = &own->gramme->here;
	const struct run_info *info = &run->info;
	double silence_s = run->elapsed_s - (double)info->duration_ns / (double)NS_PER_S;
	char boot_id[sizeof info->boot_id];

	if (info->state != RUN_RUNNING)
		return false;
	process_boot_id(here, boot_id, sizeof boot_id);
	if (strcmp(boot_id, info->boot_id) != 0)
		return silence_s < SILENCE_S + 2e-9 * (double)info->period_ns;
	return process_alive(here, (pid_t)info->tracker_pid, info->tracker_start);
}

static void copy_runs(struct live_runs *own, struct live_view *view)
{
	size_t count = follow_count(own->follow);

	for (size_t i = 0; i < count; i++) {
		struct live_run *run = &own->runs[view->run_count];

		*run = *follow_run(own->follow, i);
		/* The clock may have been set back since it began. */
		run->elapsed_s =
			fmax((double)(view->at_unix_ns - run->info.started_unix_ns) /
				     (double)NS_PER_S,
			     run->known_s);
		view->run_count += is_alive(own, run);
	}
	view->runs = own->runs;
}

static int make_room(struct live_runs *own, size_t count)
{
	struct live_run *grown;

	if (count <= own->room)
		return 0;
	grown = reallocarray(own->runs, count, sizeof *grown);
	if (!grown)
		return -ENOMEM;
	own->runs = grown;
	own->room = count;
	return 0;
}

void live_runs_read(struct live_runs *own, struct live_view *view)
{
	struct diag diag = { 0 };
	int r = own->follow ? 0 : open_ledger(own, &diag);

	view->run_count = 0;
	if (r == 0) {
		r = follow_update(own->follow, &diag);
		/* What was known of the runs a moment ago still is: they are shown. */
		if (make_room(own, follow_count(own->follow)) == 0)
			copy_runs(own, view);
		else
			r = diag_fail(&diag, -ENOMEM, "cannot show the runs");
	}
	if (r < 0)
		live_say(view, "runs: %s", diag.text);
}
