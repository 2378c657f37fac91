/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of experiment-impact-tracker's data.json: an object of up to 10 kB, of which a dozen
 * numbers are wanted. It is gone through once; what is not wanted is passed over and not built.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

/* The numbers, by the log's own names: eit_keys. */
enum eit_key {
	EIT_TIMESTAMP, /* Unix s */
	EIT_CPU_W,
	EIT_CPU_CREDITED_W,
	EIT_CPU_SHARE, /* of all busy CPU time, 0 to 1 */
	EIT_CPU_CORES, /* busy with it */
	EIT_GPU_W,
	EIT_GPU_CREDITED_W,
	EIT_GPU_USE,   /* 0 to 1 */
	EIT_GPU_SHARE, /* 0 to 1 */
	EIT_GPKWH,
	EIT_NUMBERS
};

const char *eit_key_name(enum eit_key key);

/* What is not there, or is no number ("n/a", null, NaN), is NAN. */
struct eit_row {
	double is[EIT_NUMBERS];
	/* Processes with a context on a board, once a board: all that there are, and those of the
	 * run; the same of the boards' time, in percent of one board. */
	bool has_clients;
	uint32_t clients;
	uint32_t own_clients;
	double busy_percent;
	double own_busy_percent;
	uint64_t boards; /* with a client: bit n */
};

/* The last CPU time of every process that was ever told of. All zeros at first. */
struct eit_pids {
	struct eit_pid {
		uint64_t pid; /* plus 1; 0: free */
		double cpu_s;
	} * slots;

	size_t count;
	size_t room;
	double cpu_s; /* of all; kept up to date */
};

void eit_pids_done(struct eit_pids *pids);

/* All at NAN. */
void eit_row_clear(struct eit_row *row);

/* at to end: one line. False: it is no whole object, and *ret is not good; the processes that it
 * told of before it broke off are kept. */
bool eit_line(const char *at, const char *end, struct eit_pids *pids,
	      struct eit_row *ret);

/* The same for a cell of a CSV file: text as the value of that column. */
void eit_cell(const char *name, const char *text, struct eit_pids *pids,
	      struct eit_row *row);
