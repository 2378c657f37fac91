/* SPDX-License-Identifier: Apache-2.0 */
/* What factors say about themselves. */
#pragma once

#include "base/macro.h"
#include "model/factor.h"
#include "place/factor-row.h"

/* Adds a reason behind those that stand there. */
void factor_say(struct factor *factor, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* "2026 is not in the table yet: 2024"; nothing where the two are one. */
void factor_say_year(struct factor *factor, int asked, const struct factor_year *at);

/* year_or_time and resolution. */
void factor_set_year(struct factor *factor, int year);
