/* SPDX-License-Identifier: Apache-2.0 */
/* What the whole of a run will have used (METHOD E-21), as JSON and in words. */
#pragma once

#include <jansson.h>

#include "base/strbuf.h"
#include "model/outlook.h"

/* { "total_j": Q, "low90_j", "high90_j", "time_left_s", "done_ratio", "how", "why_not" }; a new
 * reference, NULL without memory. */
json_t *outlook_json(const struct run_outlook *outlook);

/* "4.21 MJ (3.9 to 4.6), in 2 h 10 m: 23 % is done, as the run told"; else why not. */
void outlook_words(const struct run_outlook *outlook, struct strbuf *out);
