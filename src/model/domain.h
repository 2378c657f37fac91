/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A domain is one thing whose energy is counted: package-0, dram-0, gpu-0, psys. Its id is the
 * name of the thing and not of the way it is read: two sources that both read the first
 * package's counter both call it package-0, and the engine keeps the better one.
 *
 * Ids in use. N counts from 0.
 *	package-N core-N uncore-N dram-N	a socket's; with several dies a socket
 *						package-N-die-M, dram-N-die-M, …
 *	psys		the platform, as RAPL sees it		node boundary
 *	gpu-N		an NVIDIA board, N as NVML counts
 *	amdgpu-N i915-N xe-N			other makers' boards
 *	rail-LABEL	a supply rail (Jetson and other boards)
 *	battery-NAME node-acpi-N node-ipmi node-cray…		node boundary
 *	cpu-model memory-model gpu-model-N	an estimate
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/kind.h"

#define DOMAINS_MAX     64
#define DOMAIN_ID_MAX   48
#define DOMAIN_TEXT_MAX 96
#define GPUS_MAX        16

enum measure {
	MEASURE_ENERGY, /* a counter of joules */
	MEASURE_POWER, /* watts now: integrated by the sampler, coverage as its pace allows */
};

struct domain {
	char id[DOMAIN_ID_MAX];
	char device
		[DOMAIN_TEXT_MAX]; /* what it is part of: "cpu-0", a PCI address, a UUID */
	char label[DOMAIN_TEXT_MAX]; /* for people: "NVIDIA H100 80GB HBM3"; may be "" */
	char inside
		[DOMAIN_ID_MAX]; /* id of the domain whose joules contain these, or "" */
	char duplicate_of
		[DOMAIN_ID_MAX]; /* id that shows the same counter, or "": never read */
	char note[DOMAIN_TEXT_MAX]; /* a doubt in words, goes to the warnings; or "" */
	enum family family;
	enum kind kind;
	enum boundary boundary;
	enum measure measure;
	/* Holds joules that others of its family may count one by one: in the sum only where
	 * none of them is. */
	bool gives_way;
	int gpu; /* index into struct use's gpu[]; -1: not a GPU */
	/*
	 * MEASURE_ENERGY: the counter counts modulo range_uj (0: it does not wrap), moves in
	 * steps of about step_uj (0: not known) every update_ns (0: not known).
	 */
	uint64_t range_uj;
	uint64_t step_uj;
	int64_t update_ns;
	uint64_t max_uw; /* the most it can draw for long; 0: not known. Guards wraps. */
	int64_t pace_ns; /* wants to be read this often (POWER); 0: the sampling period will do */
	/* E-12, standard uncertainties (k = 1), systematic over the whole run of this device. */
	uint32_t gain_u_permille; /* of the value */
	uint64_t offset_u_uw;     /* in parallel, of the power */
};

/* A domain with every field at "not known", of the component boundary and measured. */
void domain_init(struct domain *domain, const char *id, enum family family);
