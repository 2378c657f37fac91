/* SPDX-License-Identifier: Apache-2.0 */
/* What stands behind the opaque structs of gramme.h. */
#pragma once

#include <gramme/gramme.h>

#include "base/diag.h"
#include "base/host.h"
#include "engine/config.h"
#include "place/table.h"

struct gramme {
	pid_t pid; /* who made it: a child after fork() has none */
	struct host host;
	struct host here;
	struct config config;
	int config_err; /* of a configuration that was not understood: -EPROTO; 0: it was */
	struct diag diag;
	struct tables *tables; /* context_tables() makes it */
};

struct gramme_run {
	struct gramme *gramme;
	pid_t pid;
	int link_fd;
};

/* -EINVAL for NULL, -ECHILD after a fork. Clears the last failure. */
MUST_USE int context_check_own(struct gramme *gramme);

/* The same for all but the tracking calls, which go on with what was understood: config_err
 * and its sentence where the configuration was not. */
MUST_USE int context_check(struct gramme *gramme);

/* The same for a call that writes "text" or "json" to *ret. */
MUST_USE int context_format(struct gramme *gramme, const char *format, char *const *ret);

/* A caller's struct may be older and shorter than ours: what it lacks is 0. */
void context_opts(void *own, size_t own_size, const void *given, size_t given_size);

/* The tables in force, read when first asked for; NULL without memory. */
struct tables *context_tables(struct gramme *gramme);
