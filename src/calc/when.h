/* SPDX-License-Identifier: Apache-2.0 */
/* METHOD E-15, told: the verdict of calc/predict.h with masses, and the starts beside it. */
#pragma once

#include "calc/predict.h"
#include "model/when.h"

/*
 * Fills all of ret but what model/when.h calls the engine's, and the offsets of the clock,
 * which stay as they are. predict is predict_start()'s answer to ask. facility_kwh: the run's,
 * may be unknown.
 *
 * The rows are evenly spaced (half an hour, or as many whole hours as it takes), from now to
 * the last start before the deadline, with the best among them, oldest first; none where the
 * deadline is too near or there is no series.
 */
void when_of(const struct predict_ask *ask, const struct predict *predict,
	     const struct quantity *facility_kwh, struct when *ret);
