/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers for the cells of a table: three digits, a point, and "-" for what is not known. */
#pragma once

#include <stddef.h>

#define FIGURE_MAX 24

/* "4.21 kJ", "142 W": a prefix that keeps it between 1 and 1000. */
void figure_si(double value, const char *unit, char *buf, size_t size);

/* Joules; from a megajoule on in Wh, the unit of bills. */
void figure_joules(double joules, char *buf, size_t size);

/* For a column of one unit: "0.04", "1.23", "61.5", "301", "12.3k". */
void figure_plain(double value, char *buf, size_t size);

/* "37 %" of 0.37. */
void figure_percent(double ratio, char *buf, size_t size);

/* "4.2G", binary. */
void figure_bytes(double bytes, char *buf, size_t size);

/* "12 s", "3 m 12 s", "2 h 05 m", "3 d 04 h". */
void figure_time(double seconds, char *buf, size_t size);
