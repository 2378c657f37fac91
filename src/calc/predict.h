/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-15: when to start a run that may wait, and whether waiting is worth it. Pure, and
 * allocates nothing but predict_naive()'s points.
 *
 * The choice of the best of many forecasts finds the luckiest error with the lowest value
 * (the optimizer's curse), so all starts are first drawn towards their mean by as much as
 * their spread is made of error; the saving and its probability are of what is left.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/intensity.h"
#include "model/quantity.h"

/* To wait must promise as much, with as much probability. */
#define PREDICT_SAVING_RATIO 0.02
#define PREDICT_PROBABILITY  0.75

/* Standard errors of a provider's forecast where nothing better is known: assumed. */
#define PREDICT_ERROR_NOW_RATIO 0.02
#define PREDICT_ERROR_DAY_RATIO 0.08

enum predict_verdict { PREDICT_UNKNOWN, PREDICT_RUN_NOW, PREDICT_WAIT };

/* "unknown", "run-now", "wait": for programs. */
const char *predict_verdict_text(enum predict_verdict value);

struct predict_ask {
	const struct intensity_series *series; /* of the time to come; sorted */
	int64_t now_unix_s;
	int64_t deadline_unix_s; /* when it must have ended */
	int64_t duration_ns;     /* over 0; rounded up to seconds */
	int64_t step_s; /* a start may be now and at whole multiples of it; 0: 300. Wider
			 * where there were more than 4096 */
	/*
	 * Standard error of a forecast of the run's mean, as a ratio: at once, and for a run
	 * whose middle is 24 h off; on a straight line between and beyond. What errs alike at
	 * all times (intensity_series.error_ratio) changes no choice and is not in it.
	 */
	double error_now_ratio;
	double error_day_ratio;
};

struct predict {
	enum predict_verdict verdict;
	char reason[160];
	/* Means over the run by the forecast as it is; low and high by the error above. */
	struct quantity now_gpkwh;
	struct quantity best_gpkwh;
	int64_t best_unix_s; /* when to start for it; now, where nothing is better */
	/* What waiting for that saves of the grammes, with 95 %; 0 where best is now. */
	double saving_ratio;
	double saving_low_ratio;
	double saving_high_ratio;
	double probability;   /* that it saves at all */
	double seen_ratio;    /* the saving as the forecast shows it, luck included */
	uint32_t starts;      /* whose whole run the series covers, now included */
	uint32_t starts_bare; /* that it does not cover */
};

void predict_start(const struct predict_ask *ask, struct predict *ret);

/* The mean over time, from (below) to; false where a part has no step, or has a forecast and
 * only what was measured counts. */
bool predict_window(const struct intensity_series *series, int64_t from_unix_s,
		    int64_t to_unix_s, bool measured_only, double *ret_gpkwh);

/*
 * A forecast from habit, where no provider has one: each hour of from..to is the mean of the
 * same hour (UTC) of the 7 days before now, of those at least 3 that have it whole; else it is
 * a gap. Forecasts in history do not count. Fills a zeroed ret, to be freed with
 * intensity_series_done(). -ENODATA where no hour has a mean, -ENOMEM.
 */
MUST_USE int predict_naive(const struct intensity_series *history, int64_t now_unix_s,
			   int64_t to_unix_s, struct intensity_series *ret);

/*
 * What that forecast errs by, for error_now_ratio and error_day_ratio alike: each of the 7
 * days is foretold from the others, for a run of that length at every hour; the standard
 * deviation of what is left when a day's mean error, which changes no choice, is taken off.
 * -ENODATA under 3 days, or too long a run for them.
 */
MUST_USE int predict_backtest_ratio(const struct intensity_series *history,
				    int64_t now_unix_s, int64_t duration_ns, double *ret);
