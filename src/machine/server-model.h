/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watts of a whole server at the wall, from what is known of it: METHOD E-22. A processor that
 * was published has its own measured curves weigh in; another is guessed from those like it.
 */
#pragma once

#include "machine/server-fit.h"

/* Of the year in which something came out, where no month is known. */
#define SERVER_YEAR_MIDDLE 0.5

/* As memory is sold, and as the published servers count theirs. */
#define SERVER_BYTES_PER_GB (1024.0 * 1024 * 1024)

/* NAN and "" where not known: what is missing widens the interval. */
struct server_ask {
	char cpu_name[128];
	char vendor[128]; /* who made the server */
	double chips;
	double cores;   /* of all chips */
	double threads; /* of all chips */
	double mhz;
	double memory_gb;
	double tdp_w; /* of a chip; not known: by the processor's name */
	double year;  /* the server could be had; 2018.5 */
};

enum server_how {
	SERVER_SAME_CPU, /* servers with this processor were published */
	SERVER_LIKE,     /* the processor's generation was */
	SERVER_UNLIKE,   /* neither: by its figures alone */
};

struct server_watts {
	double w;
	double low90, high90, low95, high95;
};

struct server_curve {
	struct server_watts at[SERVER_LEVELS]; /* idle, 10 … 100 % */
	enum server_how how;
	uint32_t results;     /* with this processor */
	struct server_ask as; /* with what was filled in: by the tables, or NAN still */
	char method[96];      /* in words */
};

/* All NAN and "". */
void server_ask_init(struct server_ask *ask);

/* What it tells, as features, with that many chips; nothing is filled in. */
void server_point_of(const struct server_ask *ask, double chips,
		     struct server_point *ret);

/*
 * -EINVAL: a figure that no server has, with which in ret_why (may be NULL); -ENODATA: nothing is
 * known that would tell one server from another; -ENOMEM.
 */
MUST_USE int server_curve_of(const struct server_fit *fit, const struct server_ask *ask,
			     struct server_curve *ret, const char **ret_why);

/* At a load of 0 to 1; between the levels in a straight line. NAN: no watts either. */
struct server_watts server_watts_at(const struct server_curve *curve, double load_ratio);

const char *server_how_text(enum server_how how); /* "same-cpu", "like", "unlike" */
