/* SPDX-License-Identifier: Apache-2.0 */
/* When to start: `gramme when`. The verdict first, in plain words; it may be "run now". */
#pragma once

#include "model/when.h"
#include "report/report.h"

void when_text(const struct when *when, const struct report_opts *opts,
	       struct strbuf *out);

/* gramme.when/1. 0 or -ENOMEM; the caller frees. */
MUST_USE int when_json(const struct when *when, char **ret);
