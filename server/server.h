/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of gramme-serve, and who owns what.
 *
 * One process answers (the front): one thread, one epoll, no gramme context. Whatever reads the
 * ledger or the machine is done by children that it forks:
 *
 *	a cook    one answer out of the ledger, then it ends (kitchen.c)
 *	the watch reads the machine each interval while somebody looks (watch.c, live.c)
 *
 * So a comparison that takes a second, a ledger that is locked, a vendor's library that hangs
 * or leaks, or a report that eats memory holds nobody up, ends when its time is over, and takes
 * its memory with it. Forking costs half a millisecond; answers that were cooked are kept until
 * the ledger changes, so that a thousand readers of one list fork once. Threads would share the
 * fate of all, and a context belongs to one thread.
 *
 * Bounds: CONNECTIONS_MAX of CONNECTION_MEMORY each, KITCHEN_COOKS answers of ANSWER_MAX being
 * made, CACHE_MAX kept, LIVE_KEPT_MAX of readings.
 */
#pragma once

#include <gramme/gramme.h>
#include <limits.h>
#include <microhttpd.h>
#include <stdint.h>
#include <sys/queue.h>

#include "ask.h"
#include "guard.h"

#define CONNECTIONS_MAX      512
#define CONNECTIONS_PER_HOST 64 /* where others than this machine can ask */
#define CONNECTIONS_SPARE    32 /* so many are kept free by shedding who waited longest */
/* Over 32 KiB the daemon maps it, so that it goes back when a connection ends. */
#define CONNECTION_MEMORY ((size_t)40 << 10)
#define CONNECTION_IDLE_S 10U    /* without a byte */
#define REQUEST_MS        10000  /* for all of a request's lines, and between two */
#define ANSWER_MS         120000 /* for all of an answer to be read */
#define VIEWERS_MAX       256
#define ANSWER_MAX        ((size_t)16 << 20)
#define UPLOAD_MAX        ((size_t)2048)

struct server;
struct request;

/* --- what happens on descriptors (loop.c) --- */

struct watched {
	int fd; /* -1: none */
	void (*ready)(void *ctx);
	void *ctx;
};

int loop_add(struct server *server, struct watched *watched);
void loop_remove(struct server *server, struct watched *watched); /* closes it */
int64_t now_ms(void);

/* Until a signal, or the daemon's end. 0, or a negative errno. */
int loop_run(struct server *server);

/* --- connections, and which of them are shed (conns.c) --- */

enum conn_state { CONN_WAITING, CONN_ANSWERING, CONN_STREAMING, CONN_STATES };

struct conn {
	TAILQ_ENTRY(conn) link;
	enum conn_state state;
	int64_t since_ms;
	int fd;
};

TAILQ_HEAD(conn_list, conn);

struct conns {
	struct conn_list list[CONN_STATES]; /* who came into that state first is first */
	unsigned count;
};

void conns_init(struct conns *conns);
struct conn *conns_add(struct conns *conns, int fd);
void conns_remove(struct conns *conns, struct conn *conn);
void conns_move(struct conns *conns, struct conn *conn, enum conn_state state);
void conns_shed(struct conns *conns); /* whose time is over */

/* --- answers out of the ledger (kitchen.c, cache.c) --- */

#define KITCHEN_COOKS  3
#define KITCHEN_QUEUE  64
#define KITCHEN_MS     30000
#define CACHE_MAX      ((size_t)16 << 20)
#define CACHE_ENTRIES  256
#define CACHE_ITEM_MAX ((size_t)4 << 20)

/* How the ledger's file and its log look: what changes when a run is written. */
struct stamp {
	int64_t value[6];
};

/* An answer, or why there is none. Shared by all who wait for it and by the cache. */
struct dish {
	unsigned refs;
	unsigned status;
	struct MHD_Response *response; /* NULL: error and fix say why */
	char etag[24];
	size_t len;
	char *error;
	char *fix;
	bool moving; /* holds a run that goes on: older in a second */
};

struct dish *dish_hold(struct dish *dish);
void dish_drop(struct dish *dish); /* takes NULL */

struct cached {
	char *key;
	struct dish *dish;
	struct stamp stamp;
	int64_t made_ms;
	int64_t used_ms;
};

struct cache {
	struct cached entry[CACHE_ENTRIES];
	size_t size;
};

/* NULL: there is none that still holds. Borrowed. */
struct dish *cache_find(struct cache *cache, const char *key, const struct stamp *stamp);
/* Keeps it, letting go of what was longest not asked for. */
void cache_put(struct cache *cache, const char *key, const struct stamp *stamp,
	       struct dish *dish);
void cache_sweep(struct cache *cache); /* lets go of what holds no longer */
void cache_done(struct cache *cache);

struct job;
TAILQ_HEAD(job_list, job);
TAILQ_HEAD(request_list, request);

struct kitchen {
	struct job_list cooking;
	struct job_list queued;
	unsigned cooks;
	unsigned jobs; /* in both lists */
	struct cache cache;
};

/* Has the answer in *ret, held for the caller, or makes the request wait for it (0, *ret NULL):
 * it is then resumed with request->dish set. -EBUSY: too many wait already; -ENOMEM. */
int kitchen_order(struct server *server, struct request *request, struct dish **ret);
void kitchen_init(struct kitchen *kitchen);
void kitchen_tick(struct server *server); /* ends who takes too long */
/* The child is gone: its number may be another's. */
void kitchen_ended(struct server *server, pid_t pid);
void kitchen_stop(struct server *server); /* all who wait are resumed */

/* --- the machine now (live.c, stream.c; its child: watch.c) --- */

#define LIVE_FORMATS  3 /* of gramme_live_text(): watch_formats[] */
#define LIVE_KEPT     600
#define LIVE_KEPT_MAX ((size_t)2 << 20)
#define LIVE_IDLE_MS  150000 /* Prometheus may ask every two minutes */
#define LIVE_WAIT_MS  5000

enum live_format { LIVE_JSON, LIVE_PROMETHEUS, LIVE_OPENMETRICS };

struct event {
	uint64_t number;
	int64_t at_ms;
	char *text;
	size_t len;
};

struct viewer;
LIST_HEAD(viewer_list, viewer);

struct live {
	struct watched pipe; /* what the watch tells */
	int hold_fd;         /* closed: it ends */
	pid_t pid;
	int64_t wanted_ms; /* when somebody last asked */
	int64_t heard_ms;  /* when it last told, or was started */
	int64_t ended_ms;
	char *frame; /* being read */
	size_t frame_len;
	size_t frame_used;
	char *text[LIVE_FORMATS]; /* of the last reading; NULL: none yet */
	char *trouble; /* why there is none, and what mends it; NULL: nothing */
	char *fix;
	int trouble_err;
	struct event event[LIVE_KEPT]; /* a ring */
	uint64_t next;                 /* number of the next event: from 1 */
	uint64_t oldest;
	size_t kept;
	int64_t told_ms; /* when the last event, or heartbeat, was */
	int64_t swept_ms;
	struct viewer_list viewers;
	unsigned viewer_count;
	struct request_list waiting; /* for the first reading */
};

void live_init(struct live *live);
/* Somebody looks: the machine is read from now on. */
void live_want(struct server *server);
/* The request waits, suspended, until there is a reading or LIVE_WAIT_MS are over. */
void live_wait(struct server *server, struct request *request);
void live_tick(struct server *server);
void live_ended(struct server *server, pid_t pid); /* as kitchen_ended() */
void live_stop(struct server *server);

/* A frame on the pipe: this, then the text. */
struct frame_head {
	int32_t err;     /* 0: a reading; else why there is none: text is "error\0fix" */
	uint32_t format; /* enum live_format; the last of them ends a reading */
	uint32_t len;
};

/* The child: reads until hold_fd is closed by the other side. Does not return. */
void watch_main(const struct server *server, int out_fd, int hold_fd)
	__attribute__((noreturn));

/* A response that goes on with every reading; NULL: no memory. from: the first event's number. */
struct MHD_Response *stream_open(struct request *request, uint64_t from);
void stream_wake(struct server *server);  /* there is something for all of them */
void stream_sweep(struct server *server); /* lets go of who has left */

/* A text that a library takes without const and leaves as it is. */
static inline void *unconst(const void *text)
{
	union {
		const void *in;
		void *out;
	} both = { .in = text };

	return both.out;
}

/* --- handlers --- */

enum param_kind {
	PARAM_TEXT,
	PARAM_COUNT,  /* a whole number */
	PARAM_NUMBER, /* any */
	PARAM_FLAG,   /* "1" or "0" */
	PARAM_FORMAT, /* one of format[] */
};

#define PARAM_TEXT_MAX 2000
#define FORMATS_MAX    4

struct format_row {
	const char *name; /* NULL: no more */
	const char *type;
};

struct param {
	const char *name;
	enum param_kind kind;
	unsigned most; /* of a count; times it may be given, of a text (0: once) */
};

/* One of here and work is set. */
struct handler {
	const char *type;          /* of the answer; NULL: as `format` says */
	const struct param *param; /* name NULL after the last */
	const struct format_row
		*format; /* what "format" may be; the first is meant without */
	bool page;       /* for eyes: errors are pages too, and no token: /signin */
	bool open;       /* to be had without a token */
	enum MHD_Result (*here)(struct server *server, struct request *request);
	/* Runs in a child, with a context of its own. As the calls of gramme.h. */
	int (*work)(struct gramme *gramme, const struct ask *ask, char **ret);
};

struct route {
	const char *method;
	const char *path;
	const struct handler *handler;
};

/* The row that fits; NULL: none. *ret_allow: the methods that would fit the path, "GET, HEAD";
 * NULL: no such path. */
const struct route *route_find(const char *method, const struct ask *ask,
			       const char **ret_allow);
/* The part of the path that {x} stands for; NULL: its row has none. */
const char *route_value(const struct route *route, const struct ask *ask);

/* --- requests (front.c, answer.c) --- */

struct request {
	TAILQ_ENTRY(request) link; /* of those that wait for a dish or a reading */
	struct server *server;
	struct MHD_Connection *mhd;
	struct conn *conn;
	struct ask ask;
	int ask_err; /* of ask_parse() */
	const struct route *route;
	bool begun;
	bool waited;       /* for a reading */
	int64_t since_ms;  /* of that */
	struct dish *dish; /* came while it was suspended */
	struct job *job;   /* whose list it is in */
	size_t upload_len;
	char upload[UPLOAD_MAX + 1];
};

/* What a request's context stands for; resumes it if it was suspended. */
void request_resume(struct request *request);
void request_suspend(struct request *request);

const char *request_header(const struct request *request, const char *name);

/* All answers have the headers that keep pages apart from each other. `policy` is the page's
 * content security policy; NULL: nothing may be loaded. */
void answer_dress(struct MHD_Response *response, const char *type, const char *policy);
/* Answers with a response, and lets go of it. NULL (no memory) closes the connection. */
enum MHD_Result answer_send(struct request *request, unsigned status,
			    struct MHD_Response *response);
/* Answers with a text that is copied, never kept by browsers. */
enum MHD_Result answer_text(struct request *request, unsigned status, const char *type,
			    const char *text);
/* What is wrong, and what to do ("" : nothing is known): JSON, or a page. */
enum MHD_Result answer_problem(struct request *request, unsigned status,
			       const char *error, const char *fix);
/* With the tag of its content: 304 for who has it already. */
enum MHD_Result answer_dish(struct request *request, struct dish *dish);
/* The HTTP status of a call's negative errno. */
unsigned answer_status(int err);
/* "\"0123456789abcdef\"" of a content. */
void answer_etag(const char *text, size_t len, char etag[24]);

#define POLICY_PAGE                                                                      \
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "  \
	"img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/* The policy of pages that are complete in themselves: their scripts by hash. */
extern const char policy_report[];

/* --- all of it --- */

struct server {
	struct gramme_opts opts; /* of the contexts that children make */
	struct guard guard;
	int64_t interval_ms;
	char db[PATH_MAX]; /* the ledger; "": not known where, so nothing is kept for long */
	int listen_fd;
	int epoll_fd;
	bool stop;
	struct MHD_Daemon *daemon;
	struct watched mhd;
	struct watched signals;
	struct conns conns;
	struct kitchen kitchen;
	struct live live;
};

/* Starts to listen; the port that was found. -EADDRINUSE, -EADDRNOTAVAIL, -EACCES … */
int front_listen(struct server *server, in_port_t *ret_port);
int front_open(struct server *server);
void front_close(struct server *server);

/* In a child: lets go of all descriptors but these (-1: none), dies with its parent. */
void child_begin(int keep_fd, int keep_too_fd);
