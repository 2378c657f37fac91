/* SPDX-License-Identifier: Apache-2.0 */
/* What a class of machine draws at the plug: `gramme model wall`. */
#pragma once

#include "model/wall.h"
#include "report/report.h"

void wall_text(const struct wall_prior *prior, const struct report_opts *opts,
	       struct strbuf *out);

/* gramme.wall/1. 0 or -ENOMEM; the caller frees. */
MUST_USE int wall_json(const struct wall_prior *prior, char **ret);
