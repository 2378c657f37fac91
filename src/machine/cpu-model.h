/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a machine's processors are, from the text of /proc/cpuinfo, and what the tables know of
 * them: design power, year, threads. Pure: no file is read here. Not known is 0 or "".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"
#include "machine/cpu-name.h"

/* As the machine says it. */
struct cpu_seen {
	char vendor[16]; /* "GenuineIntel" */
	/* "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz"; "" on ARM */
	char name[CPU_NAME_MAX];
	uint32_t family;
	uint32_t model;
	uint32_t stepping;
	uint32_t implementer; /* ARM */
	uint32_t part;        /* ARM */
	uint32_t chips;       /* different physical ids, at least 1 */
	uint32_t threads;
	bool hypervisor; /* a virtual machine: its threads are a share of a host's */
};

/* As the tables know it. */
struct cpu_facts {
	char name[CPU_NAME_MAX]; /* the name it was found under */
	uint32_t year;
	uint32_t tdp_mw;       /* a chip's */
	uint32_t chip_threads; /* a whole chip's, which a virtual machine does not show */
	uint32_t core_mw;      /* ARM: design power over cores */
};

/* -EPROTO when the text speaks of no processor. */
MUST_USE int cpu_model_parse(const char *cpuinfo, struct cpu_seen *ret);

/*
 * By the whole short name, else by the longest known name that stands in it as whole words and
 * leaves no word with a digit over: "xeon e5-2660 v9" is not an E5-2660.
 */
void cpu_model_facts(const struct cpu_seen *seen, struct cpu_facts *ret);
