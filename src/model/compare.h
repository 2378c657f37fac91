/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings compared by their runs: what goes in (a side has the runs of one setting) and what
 * comes out (a ratio with its interval, tests, a verdict). calc/compare fills the second half;
 * report/compare-* shows it. A number that is not known is NAN.
 */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "model/run.h"

#define COMPARE_SIDES_MAX    32
#define COMPARE_WARNINGS_MAX 24
#define COMPARE_TESTS        6 /* those of the predecessor, calc/stat-tests.def */

enum compare_what {
	COMPARE_ENERGY, /* attributed joules, component boundary */
	COMPARE_TIME,
	COMPARE_POWER, /* energy over time */
	COMPARE_STEP,  /* energy a step */
	COMPARE_CARBON,
	COMPARE_METRIC, /* what the user chose; may be 0 or negative: differences, no ratio */
};

#define COMPARE_WHATS 6

/* A run's numbers. */
struct compare_run {
	char id[RUN_ID_MAX];
	enum run_state state;
	double value[COMPARE_WHATS];
	double energy_low_j; /* 95 % of the meters and the share: E-12 */
	double energy_high_j;
	double steps; /* last value of a metric "steps" or "step", else marks named "epoch…" */
	/* The same text means the same; "" : not known. */
	char machine[96];   /* hostname and machine id */
	char hardware[160]; /* processor, boards, memory */
	char software[160];
	char domains[160]; /* counted ones with their sources and kinds */
	enum kind kind;
	double pue;
	char pue_source[64];
	char grid[128]; /* zone, source, basis */
	double intensity_gpkwh;
	double coverage_ratio;
	/* 95 %, for the carbon of two places; NAN or 0: not known. */
	double pue_low;
	double pue_high;
	double intensity_low_gpkwh;
	double intensity_high_gpkwh;
};

struct compare_side {
	char name[RUN_NAME_MAX]; /* as typed */
	struct compare_run *runs;
	size_t count;    /* finished runs with a known energy: what is compared */
	size_t inside;   /* another run of the side: they are no further runs of it */
	size_t left_out; /* failed, interrupted, running, or without energy */
};

struct compare_ask {
	const struct compare_side *sides; /* [0] is the reference */
	size_t side_count;                /* 2 or more */
	enum compare_what what;           /* of the verdict */
	bool has_metric;
	char metric[RUN_NAME_MAX];
	double level;         /* 0.95 */
	double margin;        /* equivalence: log(1 + margin) either way */
	double metric_margin; /* NAN: not told */
};

struct compare_stats {
	size_t count;
	double mean;
	double sd;  /* NAN for one run */
	double sem; /* standard error of the mean */
	double low; /* of the mean, at the level, by Student's t */
	double high;
	double median;
};

struct compare_test {
	const char *name; /* "Welch t-test" */
	bool known;
	double statistic;
	double p;
	char why[96]; /* not known: why */
};

enum compare_verdict {
	VERDICT_LESS, /* the side needs less than the reference */
	VERDICT_MORE, /* it needs more */
	VERDICT_SAME, /* equivalent within the margin */
	VERDICT_OPEN, /* the data cannot say yet, or a side has 2 runs: see runs_needed */
	VERDICT_TOO_FEW,   /* fewer than 2 runs a side: no variation is known */
	VERDICT_NOT_ALIKE, /* what differs makes the question meaningless */
};

/* A side against the reference, for one enum compare_what. */
struct compare_result {
	bool known;
	double ratio; /* geometric means, side over reference; COMPARE_METRIC: difference of means */
	double low; /* at the level, runs' variation and systematic errors together */
	double high;
	double random_low; /* the runs' variation alone */
	double random_high;
	double systematic_ratio; /* half-width in log that machines add; 0 on one machine */
	double bootstrap_low;    /* of the ratio, BCa over runs */
	double bootstrap_high;
	double p_welch;       /* on logs; metric: on values */
	double p_permutation; /* exact where the splits can be counted */
	bool permutation_exact;
	double p_mann_whitney;
	double p_adjusted; /* Holm over the sides, of p_welch */
	double cliffs_delta;
	double cliffs_low;
	double cliffs_high;
	double p_equivalence; /* the larger of two one-sided tests at the margin */
	double runs_needed; /* a side, in all, for 80 % power at this difference; NAN: never */
	enum compare_verdict verdict;
	struct compare_test tests[COMPARE_TESTS]; /* the predecessor's, on the values */
};

struct compare_warning {
	char code
		[24]; /* "hardware", "machine", "pue", "intensity", "boundary", "kind", "few",
			* "coverage", "failed", "software", "zero-variance" */
	char text[256];
};

struct compare_pair {
	size_t side; /* index into sides, never 0 */
	struct compare_result what[COMPARE_WHATS];
};

struct compare_outcome {
	struct compare_stats stats[COMPARE_SIDES_MAX][COMPARE_WHATS];
	struct compare_pair pairs[COMPARE_SIDES_MAX]; /* side_count - 1 */
	size_t pair_count;
	size_t by_energy[COMPARE_SIDES_MAX]; /* sides, least first */
	bool carbon_ranked; /* one intensity for all: the carbon's order means something */
	struct compare_warning warnings[COMPARE_WARNINGS_MAX];
	size_t warning_count;
};
