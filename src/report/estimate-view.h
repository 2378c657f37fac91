/* SPDX-License-Identifier: Apache-2.0 */
/* Before a run: `gramme estimate`. Every assumption is a row. */
#pragma once

#include "model/estimate.h"
#include "report/report.h"

void estimate_text(const struct estimate *estimate, const struct report_opts *opts,
		   struct strbuf *out);

/* gramme.estimate/1. 0 or -ENOMEM; the caller frees. */
MUST_USE int estimate_json(const struct estimate *estimate, char **ret);
