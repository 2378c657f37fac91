/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the three ways to read RAPL share: how its domains are called and how sure they are,
 * a device unit turned into microjoules without losing any, and a counter's file that is
 * held open and found again when it went away.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/host.h"
#include "model/domain.h"
#include "model/reading.h"
#include "source/rapl-cpu.h"

#define RAPL_PATH_MAX 192

enum rapl_part { RAPL_PACKAGE, RAPL_CORE, RAPL_UNCORE, RAPL_DRAM, RAPL_PSYS };

struct rapl_place {
	unsigned package;
	unsigned die;
	bool has_die; /* the machine counts each die of a package apart */
};

/*
 * The domain of a part: id, what it is inside of, family, boundary, note and uncertainty.
 * range_uj, step_uj and max_uw are the caller's to know.
 */
void rapl_domain(struct domain *domain, enum rapl_part part,
		 const struct rapl_place *place, const struct rapl_cpu *cpu);

/* Adds a doubt where there is none yet. */
void rapl_doubt(struct domain *domain, const char *note);

/*
 * What a part that names this limit can draw at most: twice that, as it may for a moment,
 * and never under 100 W, as limits may be set and not enforced. 0 for 0 and for nonsense.
 */
uint64_t rapl_max_uw(uint64_t limit_uw);

/* uj = raw * mul >> shift, in 128 bits: nothing is lost in months of counting. */
struct rapl_scale {
	uint64_t mul;
	unsigned shift;
};

/* -EPROTO unless joules is over 0 and at most 1. */
MUST_USE int rapl_scale_of_joules(double joules, struct rapl_scale *ret);
uint64_t rapl_scale_uj(const struct rapl_scale *scale, uint64_t raw);

/* White space and what cannot be printed become '?', in place. */
void rapl_clean_text(char *text);

struct rapl_file {
	char path[RAPL_PATH_MAX];
	int fd;
	int err;        /* why the last try failed; 0: it did not */
	bool gone;      /* the kernel took the file away: what comes back starts anew */
	uint32_t epoch; /* for struct reading */
};

#define RAPL_FILE_NONE                                                                   \
	(struct rapl_file)                                                               \
	{                                                                                \
		.fd = -1                                                                 \
	}

/* -ENAMETOOLONG, or open's error. */
MUST_USE int rapl_file_open(struct rapl_file *file, const struct host *host,
			    const char *path);

/*
 * Before each read. A file whose last read failed is opened again by its path, but not at
 * READ_PACE. The epoch moves when it is not the same file any more: a read that failed once
 * and then works on the same file lost nothing, and the next interval covers it.
 */
MUST_USE int rapl_file_ready(struct rapl_file *file, const struct host *host,
			     enum read_why why);

/* After each read, with its result; fills all of the reading but energy_uj. */
void rapl_file_result(struct rapl_file *file, int err, struct reading *reading);

void rapl_file_close(struct rapl_file *file);
