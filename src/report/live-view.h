/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine now, for programs: gramme.live/1 (docs/JSON.md) and the two texts that
 * Prometheus reads (docs/METRICS.md). What is not known is null in the first and absent from
 * the others, never 0. Each returns 0 or -ENOMEM; the caller frees the text.
 */
#pragma once

#include "base/macro.h"
#include "model/live.h"

/* One line, without a new line at its end. */
MUST_USE int live_json(const struct live_view *view, char **ret_text);

enum live_metrics {
	LIVE_PROMETHEUS,  /* the text format, 0.0.4 */
	LIVE_OPENMETRICS, /* 1.0.0 */
};

MUST_USE int live_metrics(const struct live_view *view, enum live_metrics format,
			  char **ret_text);
