/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters of a known profile. The power of a package is a square wave of CLOCK_MONOTONIC, its
 * energy the exact integral since that clock's 0, so that two programs that agree on the clock
 * agree on the joules without a word between them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define METER_ZONES_MAX 16
#define METER_S_NS      INT64_C(1000000000)
#define METER_UJ_PER_J  UINT64_C(1000000)

typedef unsigned __int128 meter_wide;

/* high_ns of high_uw, then low_uw, and again. A constant is both the same. */
struct meter_profile {
	uint64_t low_uw;
	uint64_t high_uw;
	int64_t period_ns;
	int64_t high_ns;
};

/* What is wrong with a zone. All zero: nothing. */
struct meter_fault {
	int err;        /* positive errno of a read; 0: none */
	unsigned left;  /* reads that still fail; 0: all, until it is cleared */
	unsigned every; /* only each n-th read fails */
	unsigned reads;
	bool vanished;
	bool garbage;
	int64_t frozen_ns; /* 0: moves */
	unsigned slow_ms;  /* before the value is taken */
	unsigned late_ms;  /* after it */
	char way[12];      /* only reads of this way are hit: "perf"; "": all */
};

struct meter_zone {
	char name[32]; /* "package-0", "core-0", "dram-1", "psys" */
	unsigned package;
	uint64_t permille; /* of the package's power */
	uint64_t range_uj; /* of its text form */
	uint64_t start_uj; /* added to the integral */
	uint64_t less_uj;  /* taken from it: went backwards, or began anew */
	unsigned generation;
	struct meter_fault fault;
};

struct meter {
	struct meter_profile profile;
	unsigned packages;
	bool dram;
	bool core;
	bool uncore;
	bool psys;
	bool mmio;
	bool mirror; /* package-1 shows what package-0 shows */
	uint64_t range_uj;
	uint64_t step_uj;
	int64_t update_ns;   /* the counters move this often; 0: all the time */
	uint64_t wrap_in_uj; /* they wrap after so much more; 0: wherever that is */
	size_t count;
	struct meter_zone zone[METER_ZONES_MAX];
};

void meter_init(struct meter *meter);

/* Zones for what is set; begins at now_ns. */
void meter_build(struct meter *meter, int64_t now_ns);

/* "power=50", "square=20:80:100:50" (W, W, ms, per cent high), "packages=2", … 0 or -EINVAL. */
int meter_set(struct meter *meter, const char *key, const char *value);

/* Joules of the zone since the clock's 0, and its power; exact, no step, no range. */
uint64_t meter_true_uj(const struct meter *meter, const struct meter_zone *zone,
		       int64_t t_ns);
uint64_t meter_uw(const struct meter *meter, const struct meter_zone *zone, int64_t t_ns);

/* What the zone's counter has counted at that instant, faults included; no step, no range. */
uint64_t meter_count_uj(const struct meter *meter, const struct meter_zone *zone,
			int64_t t_ns);

struct meter_zone *meter_find(struct meter *meter, const char *name);
