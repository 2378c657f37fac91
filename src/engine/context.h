/* SPDX-License-Identifier: Apache-2.0 */
/* What stands behind the opaque structs of gramme.h. */
#pragma once

#include <gramme/gramme.h>

#include "base/diag.h"
#include "base/host.h"
#include "engine/config.h"

struct gramme {
	pid_t pid; /* who made it: a child after fork() has none */
	struct host host;
	struct host here;
	struct config config;
	struct diag diag;
};

struct gramme_run {
	struct gramme *gramme;
	pid_t pid;
	int link_fd;
};

/* -EINVAL for NULL, -ECHILD after a fork. Clears the last failure. */
MUST_USE int context_check(struct gramme *gramme);
