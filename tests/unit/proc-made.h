/* SPDX-License-Identifier: Apache-2.0 */
/* Processes of a made-up machine. Times in ticks of 10 ms. */
#pragma once

#include <stdio.h>

#include "fixture.h"

struct made_process {
	int pid;
	int ppid;
	const char *name;
	int cpu;
	int start;
	int pages;
	int user;
	int reaped;
};

static inline void put_process(struct fixture *fixture, const struct made_process *who)
{
	char path[64];
	char text[512];

	(void)snprintf(path, sizeof path, "proc/%d/stat", who->pid);
	(void)snprintf(
		text, sizeof text,
		"%d (%s) S %d 1 1 0 -1 0 0 0 0 0 %d 0 %d 0 20 0 1 0 %d 999 %d 0 0\n",
		who->pid, who->name, who->ppid, who->cpu, who->reaped, who->start,
		who->pages);
	fixture_write(fixture, path, text);
	(void)snprintf(path, sizeof path, "proc/%d/status", who->pid);
	(void)snprintf(text, sizeof text, "Name:\tx\nUid:\t0\t%d\t0\t0\n", who->user);
	fixture_write(fixture, path, text);
}

static inline void end_process(struct fixture *fixture, int pid)
{
	char path[64];

	(void)snprintf(path, sizeof path, "proc/%d/stat", pid);
	fixture_remove(fixture, path);
}
