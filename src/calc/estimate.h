/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before a run: E = hours times the sum over devices of count times power, then METHOD E-9,
 * E-10 and E-13. Or the mean power of runs like it. Pure; every error is systematic.
 */
#pragma once

#include "model/estimate.h"

/* Standard uncertainty of a busy board's power over its limit: 8-GPU nodes draw 67 to 76 % of
 * their nameplates, single boards from half to all of it (docs/METHOD.md). */
#define ESTIMATE_BOARD_U_RATIO 0.25

/* Half-width of 95 % where one run alone is like it, so that no spread is seen: the most that
 * runs of one setting were found to differ by. */
#define ESTIMATE_ONE_RUN_RATIO 0.28

struct estimate_device {
	enum family family;
	const char *name;
	double count;           /* over 0; may be part of one */
	struct quantity each_w; /* see below; its source says what it rests on */
};

struct estimate_ask {
	double hours; /* over 0 */
	const struct estimate_device *devices;
	size_t device_count;
	const struct quantity *similar_w; /* mean power of runs, instead of devices */
	size_t similar_count;
	const struct factor *pue;
	const struct factor *intensity;
	const struct factor *scc_country; /* and the rest may be NULL */
	const struct factor *scc_global;
	int dollars_country;
	int dollars_global;
};

/*
 * A board between idle and full: limit * (idle + (full - idle) * load). Shares of the limit
 * with their 95 % intervals, as in model_parameter.csv (gpu_idle_share, gpu_full_share); the
 * full one is no surer than ESTIMATE_BOARD_U_RATIO. Never above the limit, which may be of
 * several variants. Unknown where any is, or load is not within 0 and 1.
 */
struct quantity estimate_board_w(const struct quantity *limit_w,
				 const struct quantity *idle_share,
				 const struct quantity *full_share, double load);

/* Of machine/cpu-curve.h: power at a load, gain and offset (k = 1). */
struct quantity estimate_cpu_w(uint64_t power_uw, uint32_t gain_u_permille,
			       uint64_t offset_u_uw);

/* By data/memory_power.csv, good to a factor of 2 either way. */
struct quantity estimate_memory_w(uint64_t power_uw);

/*
 * Fills all of ret but what model/estimate.h calls the engine's; assumptions that stand there
 * already stay.
 *
 * Devices of one entry err alike, different entries by themselves. Runs: the mean, and an
 * interval for one run more (t with n - 1 degrees of freedom, s sqrt(1 + 1/n)), with what their
 * meters err by together; one run alone has ESTIMATE_ONE_RUN_RATIO, said as an assumption.
 *
 * A power that is not known makes all unknown: a sum without it would be too low. -EINVAL:
 * no hours, no device and no run, or more than ESTIMATE_PARTS_MAX.
 */
MUST_USE int estimate_of(const struct estimate_ask *ask, struct estimate *ret);

/* False where there is no room. */
bool estimate_assume(struct estimate *estimate, const char *what, const char *value,
		     const char *source);
