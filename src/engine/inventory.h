/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the run ran on and with: CPU, memory, GPUs, machine; OS, kernel, git commit of the
 * working directory, Python and its packages when the command is a Python. Read from files
 * only; nothing is executed, nothing is imported. What cannot be found is left out.
 */
#pragma once

#include <sys/types.h>

#include "base/host.h"
#include "base/macro.h"
#include "model/run.h"

/* Both return a JSON object's text, to be freed; -ENOMEM. */
MUST_USE int inventory_hardware(const struct host *host, const struct run_domain *domains,
				size_t count, char **ret_json);

struct inventory_run {
	const char *directory; /* the working directory; NULL: not known */
	const pid_t *pids;     /* the run's living processes, its command first */
	size_t pid_count;
	const char
		*program; /* argv[0], for when the command is over already; may be NULL */
};

MUST_USE int inventory_software(const struct host *host, const struct inventory_run *run,
				char **ret_json);

/* Whether the command is called a Python and none was found yet: a script that finds the right
 * one, as pyenv's, may still be at it. */
bool inventory_awaits_python(const char *program, const char *software_json);
