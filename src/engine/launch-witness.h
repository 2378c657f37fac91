/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signal tells who sent it, and not whether it was sent to one process or to its whole group
 * (`kill -- -PGID`, timeout, CI runners). The launcher must know: what its group got the
 * command has got already, and many programs take a second SIGINT or SIGTERM for an order to
 * stop at once. So a process waits in the group that nobody would send a signal to by itself:
 * what comes to it went to all. It blocks all signals, holds no file and nothing of the job's,
 * and ends with the launcher. The kernel serves a group's newest member first, so that it has
 * its signal before the launcher has.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/host.h"

struct witness {
	int fd;        /* -1: there is none */
	pid_t between; /* a child that made it, to be waited for; -1: none */
};

#define WITNESS_NONE                                                                     \
	{                                                                                \
		.fd = -1, .between = -1                                                  \
	}

/* Where none can be made, witness_saw() is false for ever. */
void witness_start(struct witness *ret);

/* After this it is nobody's child: to be called before orphans are adopted. */
void witness_let_go(struct witness *witness);

/* Whether this signal came to the whole group; each time one came is told once. */
bool witness_saw(struct witness *witness, const struct host *here, int signal);

void witness_stop(struct witness *witness);
