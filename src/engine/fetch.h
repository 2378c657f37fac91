/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked of the network: where this machine is, and what its grid emitted. For a run it
 * happens in a child of the sampler's process, so that a library, a server or a resolver that
 * hangs, crashes or eats memory is ended with it; a command that asks in the open calls
 * fetch_do() itself. Nothing here fails a run: what could not be had is a sentence.
 */
#pragma once

#include "base/http.h"
#include "engine/config.h"
#include "grid/grid.h"
#include "place/table.h"

/* Asked for the country of this machine's public address. */
#define FETCH_IP_URL "https://ipinfo.io/json"

/* The longest that anything is asked, in all. */
#define FETCH_NS         (20 * NS_PER_S)
#define FETCH_TROUBLES   8
#define FETCH_POINTS_MAX ((size_t)1 << 18)

/* A run of weeks asks for its last days: the others are in the ledger since they were the last. */
#define FETCH_BACK_S INT64_C(604800)

struct fetch_plan {
	const struct host *host; /* whose DMI and time zone */
	const struct config *config;
	struct tables *tables;
	struct place place; /* how "": to be found out */
	int64_t from_unix_s;
	int64_t to_unix_s;
	bool forecast;
	bool place_only;
	const char *
		grid; /* this provider and no other; NULL: the configuration's, else any */
	int64_t budget_ns; /* 0: FETCH_NS */
};

struct fetch_trouble {
	char code[32]; /* a warning's: "region", "grid", "keys" */
	char text[256];
};

struct fetch_result {
	bool asked_place;                  /* somebody was asked where this is, */
	struct place place;                /* and how "" says that nobody knew */
	struct intensity_series series[2]; /* by enum signal; count 0: none */
	struct fetch_trouble trouble[FETCH_TROUBLES];
	size_t trouble_count;
};

void fetch_result_done(struct fetch_result *result);

/* Sets the span of a run that began at started_unix_s and goes on: all of it, or its last days.
 * A clock that was put back since leaves one second. */
void fetch_span(struct fetch_plan *plan, int64_t started_unix_s, int64_t now_unix_s);

/* One more trouble; the ninth and "" are let go. */
void fetch_say(struct fetch_result *result, const char *code, const char *text);

/* "electricitymaps DE" for run_info.grid; buf is untouched where the series is empty. */
void fetch_name_series(const struct intensity_series *series, char *buf, size_t size);

/* Asks now, in this process. -ENOMEM only; ret is to be done in any case. */
MUST_USE int fetch_do(const struct fetch_plan *plan, struct fetch_result *ret);

/* A question under way in a child. Zeroed with fd -1: none. */
struct fetch {
	pid_t pid;
	int fd; /* readable as the answer comes */
	char *bytes;
	size_t size;
	size_t room;
};

#define FETCH_NONE                                                                       \
	{                                                                                \
		.fd = -1                                                                 \
	}

MUST_USE int fetch_start(const struct fetch_plan *plan, struct fetch *ret);

/* Takes in what is there, without waiting: 0 when the answer is whole (ret is to be done), -EAGAIN
 * when more will come, -EPIPE when the child is gone without one. After 0 or -EPIPE the fetch is
 * none again. */
MUST_USE int fetch_take(struct fetch *fetch, struct fetch_result *ret);

/* Ends it, at once. */
void fetch_stop(struct fetch *fetch);

/* --- who would be asked --- */

enum fetch_may {
	FETCH_MAY,
	FETCH_OFFLINE,
	FETCH_NO_KEY,
	FETCH_NOT_SERVED, /* the place is another's, or not known */
	FETCH_NOT_WANTED, /* the configuration names another */
	FETCH_NO_FILE,    /* a local one without its file */
};

struct fetch_candidate {
	const struct grid *grid;
	enum fetch_may may;
	char zone[PLACE_NAME_MAX]; /* its own name of the place; "" */
	char base_url[256];        /* the address in force, or the file */
};

#define FETCH_CANDIDATES_MAX 24

/* All rows of grids.def but the yearly table, in the order they are asked. */
size_t fetch_candidates(const struct fetch_plan *plan, const struct keys *keys,
			struct fetch_candidate ret[FETCH_CANDIDATES_MAX]);

/* The address in force of a service ("ipinfo", "metadata" or a provider's name): what the
 * setting `urls` says, or standard. */
void fetch_url(const struct config *config, const char *service, const char *standard,
	       char *buf, size_t size);

/* The provider that the plan or else the setting `grid` names; NULL: whoever is best. */
const char *fetch_names_grid(const struct fetch_plan *plan);

/* Whether the setting `offline` is on. */
bool fetch_is_offline(const struct config *config);
