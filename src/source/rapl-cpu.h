/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which CPU this is, from proc/cpuinfo, and what is known of the energy counters of its
 * model: a row a model, from Intel's Software Developer's Manual (volume 4) and the Linux
 * drivers' model lists. A model that is not listed is "not known", never "like its neighbour".
 */
#pragma once

#include <stdbool.h>

#include "base/host.h"
#include "model/domain.h"

enum rapl_vendor { RAPL_OTHER, RAPL_INTEL, RAPL_AMD }; /* Hygon's are AMD's */

enum {
	RAPL_SERVER = 1u << 0,
	RAPL_HAS_UNCORE = 1u << 1, /* 0x641 counts the integrated GPU */
	RAPL_HAS_PSYS = 1u << 2,   /* 0x64D */
	RAPL_DRAM_15UJ =
		1u << 3, /* DRAM counts in 2^-16 J whatever the unit register says */
	RAPL_UNIT_IS_UJ = 1u << 4, /* the unit is 2^ESU uJ, not 2^-ESU J */
	RAPL_IS_MODELLED =
		1u << 5, /* the counter sums up activity, it does not measure */
	RAPL_DRAM_SCALED = 1u << 6, /* Linux before 6.1 took its DRAM unit for 2^-16 J */
};

struct rapl_cpu {
	enum rapl_vendor vendor;
	unsigned family;
	unsigned model;
	bool known;      /* an Intel model with a row: traits hold */
	unsigned traits; /* RAPL_SERVER … */
	bool is_virtual; /* a hypervisor says so */
	bool has_sgx;    /* readings may be blurred on purpose */
	unsigned dimms;  /* a package, as EDAC counts them; 0: not known */
	char name[DOMAIN_TEXT_MAX];
};

/* Never fails: what cannot be read is not known (RAPL_OTHER, 0, ""). */
void rapl_cpu_read(const struct host *host, struct rapl_cpu *ret);
