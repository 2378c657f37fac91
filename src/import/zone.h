/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Local times of another machine to UTC, by the time zone database on this one. The process's
 * own zone is neither asked nor changed, unless it is what is wanted.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/macro.h"

struct zone;

/*
 * "America/Los_Angeles", "+02:00", "-7", "UTC", or a rule as TZ holds it ("CET-1CEST,M3.5.0,
 * M10.5.0/3"). NULL: this machine's, by TZ and /etc/localtime. -ENOENT with what zones look
 * like, -EPROTO.
 */
MUST_USE int zone_open(const char *name, struct diag *diag, struct zone **ret);
void zone_free(struct zone *zone); /* takes NULL */

/* The same from a file of the database in memory. */
MUST_USE int zone_of_bytes(const char *bytes, size_t size, struct zone **ret);

/* Seconds east of UTC at that instant. */
int32_t zone_offset_s(const struct zone *zone, int64_t unix_s);

/* The instant that clocks there showed as local_s (counted as if it were UTC). Of an hour that
 * came twice it is the first; one that never was is taken as if the clocks had not been moved. */
int64_t zone_unix_s(const struct zone *zone, int64_t local_s);

/* "2019-10-31 12:01:10.769862", "2019-10-31T12:01:10", in ns as if it were UTC; a zone behind it
 * ("+00:00", "Z") is *ret_offset_s, else INT32_MIN. -EPROTO. */
MUST_USE int zone_local_of_text(const char *text, int64_t *ret_local_ns,
				int32_t *ret_offset_s);

/* Days since 1970-01-01 of a date. */
int64_t zone_days(int64_t year, unsigned month, unsigned day);

/* "+02:00", "-07:00". */
void zone_offset_text(int32_t offset_s, char *buf, size_t size);
