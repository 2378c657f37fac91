/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the benches share: repeated figures, the row they print, a made-up machine whose
 * counters move, processes with what they cost.
 *
 * A bench prints CSV rows (bench_print) beside a reference measured in the same run, since
 * absolute times differ from machine to machine. CPU time is preferred to wall time: others
 * may use the machine. A bench ends with an error only when it could not measure, never
 * because a figure is large: whoever reads it judges.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/host.h"

#define FIGURE_MAX 256

/* The same thing measured several times. */
struct figure {
	size_t count;
	double value[FIGURE_MAX];
};

void figure_add(struct figure *figure, double value);
double figure_median(const struct figure *figure);
double figure_min(const struct figure *figure);
double figure_max(const struct figure *figure);

struct bench_row {
	const char *bench;
	const char *what;
	const char *unit;
	const struct figure *value;
	const char *reference; /* what reference_value is of; NULL: none */
	const struct figure *reference_value;
	double budget; /* in the same unit; 0: none */
};

/* Value and reference are medians; min, max and count are of the value. */
void bench_print(const struct bench_row *row);

/* Says why and ends the program. */
_Noreturn void bench_fail(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* BENCH_QUICK set: fewer repeats, shorter runs, to see that a bench works. */
bool bench_quick(void);

int64_t bench_now_ns(void);
int64_t bench_cpu_ns(void); /* of this thread */
void bench_sleep_until(int64_t t_ns);

/* A fresh folder, in memory or on the disk of the working folder. */
void bench_folder(bool on_disk, char *buf, size_t size);
void bench_folder_remove(const char *path);
int64_t bench_file_bytes(const char *path); /* 0 when there is none */

/* --- a machine of two packages and their DRAM, in memory --- */

#define BENCH_COUNTERS 4

struct bench_machine {
	char path[128];
	struct host host;
	int fd[BENCH_COUNTERS]; /* energy_uj, open to read */
	char *text[BENCH_COUNTERS];
	uint64_t uj[BENCH_COUNTERS];
	uint64_t random;
};

void bench_machine_open(struct bench_machine *machine);
void bench_machine_close(struct bench_machine *machine);
void bench_machine_write(const struct bench_machine *machine, const char *path,
			 const void *bytes, size_t size, int64_t offset);
/* All four counters move on, as in one second. */
void bench_machine_move(struct bench_machine *machine);
/* The least that anyone could do: a pread and a number of each. */
uint64_t bench_machine_pread(const struct bench_machine *machine);

/* --- processes --- */

struct bench_cost {
	pid_t pid;
	int status;
	int64_t wall_ns;
	int64_t cpu_ns; /* of it and those it waited for */
	int64_t rss_kib;
};

/* Starts argv with its standard output at stdout_fd; -1: /dev/null. stderr is /dev/null. */
pid_t bench_spawn(char *const argv[], int stdout_fd);
/* Waits for pid, or any child at -1. wall_ns counts from began_ns. False: no child is left. */
bool bench_wait(pid_t pid, int64_t began_ns, struct bench_cost *ret);
/* The process's CPU clock; negative when it is gone. */
int64_t bench_cpu_of(pid_t pid);
/* Our child that is not pid, waited for up to a second: a detached sampler comes to us when
 * bench_adopt() was called. 0: none came. */
pid_t bench_other_child(pid_t pid);
void bench_adopt(void);

/* --- a reference for what reads a ledger --- */

/* Milliseconds of CPU to open the file, take every row of a query and look at every byte. */
double bench_bare_ms(const char *path, const char *sql);
