/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of a meter at the plug: any CSV with a column of times and one of watts, or of a counter
 * that names its unit. Columns are found by their names, whatever the case:
 *
 *	times	time, timestamp, date, ts … RFC 3339; "2026-11-23 08:37:57", of this machine's zone;
 *		Unix seconds, ms, us. A column of dates and one of times are joined
 *	watts	power, watts, W, active_power_w, kW …
 *	counter	Wh, kWh, energy_kwh, "Total (kWh)", joules …
 *
 * Watts are taken where there are both. A row without a time or a value is passed over.
 */
#pragma once

#include "base/diag.h"
#include "calc/wall-fit.h"

struct meter_csv {
	enum wall_meter meter;
	struct wall_reading *readings; /* in order of time, each time once */
	size_t count;
	size_t passed_over;
	char column[64]; /* the one that was taken */
};

void meter_csv_done(struct meter_csv *csv);

/* -EPROTO: no such columns, with those that there are; -ENODATA: no rows; -EFBIG, … */
MUST_USE int meter_csv_read(const char *path, struct diag *diag, struct meter_csv *ret);

/* The same of a text; path for sentences. */
MUST_USE int meter_csv_parse(const char *path, const char *text, size_t size,
			     struct diag *diag, struct meter_csv *ret);
