/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who used the machine: one snapshot. CPU times count up from where the activity was opened
 * (u and U of E-3); memory and GPU figures are levels, or means since the last snapshot.
 * Nothing is there unless its bit is set.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/domain.h"

enum {
	USE_SCOPE_CPU = 1u << 0,
	USE_MACHINE_CPU = 1u << 1,
	USE_SCOPE_MEM = 1u << 2,
	USE_MACHINE_MEM = 1u << 3,
	USE_PROCESSES = 1u << 4,
};

enum {
	GPU_USE_CLIENTS = 1u << 0, /* scope_clients and all_clients */
	GPU_USE_SM = 1u << 1,      /* scope_sm_permille and all_sm_permille */
	GPU_USE_GUESSED =
		1u << 2, /* PIDs could not be matched; the one client is taken for ours */
};

struct gpu_use {
	uint32_t has;
	uint32_t scope_clients; /* our processes with a context open */
	uint32_t all_clients;
	uint32_t
		scope_sm_permille; /* our part of the board's time, mean since the last snapshot */
	uint32_t all_sm_permille;
};

struct use {
	int64_t t_ns;
	uint32_t has;
	uint64_t scope_cpu_ns;   /* user + system of the scope, its dead included */
	uint64_t machine_cpu_ns; /* busy time of all CPUs: user nice system irq softirq */
	uint64_t scope_mem_bytes;   /* PSS */
	uint64_t machine_mem_bytes; /* memory in use */
	uint32_t processes_seen;
	uint32_t processes_ended;
	struct gpu_use gpu[GPUS_MAX];
	/* The scope's living processes at this snapshot; borrowed from the activity that lists
	 * them, good until its next read. */
	const pid_t *pids;
	size_t pid_count;
};

/* What the scope reserved of the machine, for E-5. */
struct reserve {
	uint32_t cpu_permille; /* of the machine's CPUs; 1000: all, or no limit */
	uint32_t mem_permille;
	char how[48]; /* "cpuset", "cpu.max", "slurm", "whole machine" */
};
