/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the sampler's process share: tracker.c lives, tracker-end.c ends. */
#pragma once

#include "base/process.h"
#include "base/strbuf.h"
#include "calc/series.h"
#include "engine/fetch.h"
#include "engine/machine.h"
#include "engine/message.h"
#include "engine/recorder.h"
#include "engine/tracker.h"
#include "sampler/sampler.h"

/* How long the launcher may take to say how the command ended. */
#define END_WAIT_NS (NS_PER_S / 2)

enum { FD_LINK, FD_ROOT, FD_CONTROL, FD_SIGNAL, FD_FETCH, FD_COUNT };

struct tracker {
	const struct tracker_plan *plan;
	const struct host *host;
	struct run_info *info;
	struct machine *machine;
	struct sampler *sampler;
	struct recorder *recorder;
	struct series series;
	struct series_gaps gaps;
	struct frame frame;
	struct sample row;
	struct wait_fd fds[FD_COUNT];
	int64_t next_flush_ns;
	struct tables *tables;     /* tracker_tables() reads them */
	struct tables *own_tables; /* to be freed */
	struct fetch fetch;
	int64_t next_fetch_ns;     /* INT64_MAX: nobody is asked */
	int64_t next_inventory_ns; /* INT64_MAX: taken for good */
	uint32_t inventories;      /* taken so far */
	bool flushed_inventory;    /* the next one is the last */
	int64_t root_start;        /* with its PID the root process's name */
	int64_t give_up_ns;        /* after SIGTERM; INT64_MAX: not yet */
	bool root_ended;
	bool told_end; /* the launcher or the caller said how it ended */
	bool stop;
	bool abort;
	struct message_end end;
	struct strbuf trouble; /* for the launcher to say, lines */
	bool region_checked;
	struct tracker_live *live; /* NULL: nobody asked */
	int aside_fd;              /* -1: none (any more) */
	struct aside *aside;       /* what came by it and is not taken in yet */
	uint64_t told;             /* marks and metrics so far */
	uint64_t told_left_out;
};

/* Keeps a warning with the run; the same one twice is kept once. */
void tracker_warn(struct tracker *t, const char *code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* A setting that is not understood: a warning, and said at the end. */
void tracker_doubt(struct tracker *t, const char *text);

/* Takes t->frame in; keeps the row when it makes one. */
void tracker_take_in(struct tracker *t, bool last);

/* Takes a reading now. */
void tracker_read(struct tracker *t, enum read_why why);

/* The same for an edge, unless the last reading is of a moment ago. */
void tracker_read_edge(struct tracker *t);

/* --- tracker-told.c: what the run and its maker tell --- */

/* Takes a message from the launcher in, waiting for it until the deadline. */
void tracker_take_link(struct tracker *t, int64_t deadline_ns);

void tracker_take_message(struct tracker *t, const struct message *message);

/* The other end is gone, or what it says is no message. */
void tracker_link_lost(struct tracker *t);

/* The same of the control socket, without waiting; false: nothing was there. */
bool tracker_take_control(struct tracker *t);

/* What was said last, just before the end, is waiting still. */
void tracker_drain(struct tracker *t);

/* --- tracker-aside.c: what they tell that wakes nobody --- */

MUST_USE int tracker_open_aside(struct tracker *t);

/* Takes in what is there, without waiting: whenever the sampler is awake for something else. */
void tracker_take_aside(struct tracker *t);

/* --- tracker-grid.c: where the run is and what its grid emits, in the background --- */

void tracker_grid_init(struct tracker *t);

/* Asks, when it is time. */
void tracker_grid_due(struct tracker *t);

/* Takes in what the network answered, without waiting. */
void tracker_grid_take(struct tracker *t);

/* At the run's end: waits a little, by the run's length, and settles for what is known. */
void tracker_grid_end(struct tracker *t);

/* When everyone has left: an answer that comes late is kept all the same. Frees the tables. */
void tracker_grid_late(struct tracker *t, bool kept);

/* --- tracker-live.c: a running sum for a launcher that asked; nothing where none did --- */

void tracker_live_init(struct tracker *t);
void tracker_live_free(struct tracker *t);

/* Once the domains are all known. */
void tracker_live_begin(struct tracker *t);

/* Takes t->row in, and tells when it is time. */
void tracker_live_row(struct tracker *t, bool last);
void tracker_live_mark(struct tracker *t, const char *name);
void tracker_live_metric(struct tracker *t, const struct run_metric *metric);

/* Answers whoever asked on the link how far the run is. */
void tracker_live_answer(struct tracker *t);

/* NULL without memory. */
struct tables *tracker_tables(struct tracker *t);

void tracker_note_cost(struct tracker *t);
void tracker_flush(struct tracker *t);

/* The last reading, the last rows, the view, and word to the launcher. */
void tracker_end(struct tracker *t);
