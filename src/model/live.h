/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine now: what gramme_live_read() saw, shown as JSON, for `gramme top`, and for
 * Prometheus. Powers are means over window_s; energies count up from where the watching began,
 * unwrapped. What is not known is NAN, never 0.
 */
#pragma once

#include <sys/types.h>

#include "model/factor.h"
#include "model/run.h"

struct live_domain {
	struct run_domain what;
	double power_w;
	double energy_j;      /* since the watching began, gaps left out */
	double covered_ratio; /* of the time since then */
};

struct live_gpu {
	char domain[DOMAIN_ID_MAX];
	char label[DOMAIN_TEXT_MAX];
	double power_w;
	double sm_ratio; /* all clients'; NAN: not known */
	uint32_t clients;
	bool has_clients;
};

/* A process' part: packages and cores by its CPU time over the machine's busy time (E-3),
 * boards by its SM time (E-7). */
struct live_process {
	pid_t pid;
	char name[64];    /* as the kernel has it, raw: whoever shows it escapes it */
	char user[33];    /* its name, else its number; "" : not known */
	double cpu_ratio; /* of one CPU: 1.0 is one busy thread; NAN: no window yet */
	double cpu_w;
	double gpu_w; /* NAN: who uses a board is not known */
	uint64_t resident_bytes;
	char run[RUN_ID_MAX]; /* the run it belongs to; "" : none */
};

/* A run that goes on, as far as the ledger has it: up to a flush old. Counters never fall. */
struct live_run {
	struct run_info info;
	double elapsed_s;
	double known_s; /* up to here the ledger's rows go */
	double attributed_j;
	double machine_j;
	double power_w;   /* attributed, mean over the last rows (about 10 s) */
	double carbon_kg; /* by the place's present mean */
	/* The worst that was ever in the sum; a part by activity is derived at best. They say
	 * nothing until machine_j is known. */
	enum kind kind; /* of attributed_j, power_w and family_j */
	enum kind machine_kind;
	double family_j[FAMILIES];
	bool has_family[FAMILIES];
	struct run_outlook outlook; /* of all of it, E-21 */
};

struct live_view {
	int64_t at_unix_ns;
	double window_s; /* 0 in the first reading: no powers yet */
	double watched_s;
	struct live_domain domains[DOMAINS_MAX];
	uint32_t domain_count;
	struct quantity power_w;    /* sum of the counted domains, METHOD E-8, E-12 */
	double cpu_busy_ratio;      /* of all CPUs, 0 to 1 */
	uint32_t cpus;              /* 0: not known */
	uint64_t memory_used_bytes; /* 0: not known */
	uint64_t memory_bytes;
	struct place place;
	struct factor
		intensity; /* g/kWh, the yearly mean, or a series' value that is kept */
	struct factor pue;
	struct quantity gph; /* grammes CO2e an hour, of power_w at the facility */
	struct live_gpu gpus[GPUS_MAX];
	uint32_t gpu_count;
	struct live_process *processes; /* those that draw most first */
	size_t process_count;
	size_t process_all;    /* how many there are on the machine; 0: not looked at */
	double shared_cpu_w;   /* what the processes' cpu_w are parts of */
	enum kind shared_kind; /* of it: measured, or a model's */
	double unseen_ratio;   /* of the busy CPU time: no process had it that is seen */
	struct live_run *runs;
	size_t run_count;
	char why[256];     /* why something above is not known; "" : all is */
	double cost_cpu_s; /* CPU time that watching took, since it began */
};
