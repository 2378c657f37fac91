/* SPDX-License-Identifier: Apache-2.0 */
#include "figure.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

static bool unknown(double value, char *buf, size_t size)
{
	if (!isfinite(value))
		(void)snprintf(buf, size, "-");
	return !isfinite(value);
}

/* Three digits; what is below 0.005 of its unit is shown as a plain 0. */
static void digits(double value, const char *after, char *buf, size_t size)
{
	double size_of = fabs(value);
	int places = size_of < 9.995 ? 2 : size_of < 99.95 ? 1 : 0;

	if (size_of < 0.005)
		(void)snprintf(buf, size, "0%s", after);
	else
		(void)snprintf(buf, size, "%.*f%s", places, value, after);
}

void figure_si(double value, const char *unit, char *buf, size_t size)
{
	static const struct {
		double size;
		const char *prefix;
	} steps[] = { { 1e9, "G" }, { 1e6, "M" },  { 1e3, "k" },
		      { 1, "" },    { 1e-3, "m" }, { 1e-6, "u" } };

	char after[12];
	size_t i = 3;

	if (unknown(value, buf, size))
		return;
	if (value != 0)
		for (i = 0; i < 5 && fabs(value) < steps[i].size * 0.9995; i++)
			;
	(void)snprintf(after, sizeof after, " %s%s", steps[i].prefix, unit);
	digits(value / steps[i].size, after, buf, size);
}

void figure_joules(double joules, char *buf, size_t size)
{
	if (isfinite(joules) && fabs(joules) >= 999.5e3)
		figure_si(joules / 3600, "Wh", buf, size);
	else
		figure_si(joules, "J", buf, size);
}

void figure_plain(double value, char *buf, size_t size)
{
	if (unknown(value, buf, size))
		return;
	if (fabs(value) >= 9999.5)
		digits(value / 1e3, "k", buf, size);
	else
		digits(value, "", buf, size);
}

void figure_percent(double ratio, char *buf, size_t size)
{
	if (!unknown(ratio, buf, size))
		(void)snprintf(buf, size, "%.0f %%", ratio * 100);
}

void figure_bytes(double bytes, char *buf, size_t size)
{
	static const char units[] = "KMGTPE";
	char after[2] = "K";
	size_t i = 0;

	if (unknown(bytes, buf, size))
		return;
	bytes /= 1024;
	while (bytes >= 999.5 && i + 2 < sizeof units) {
		bytes /= 1024;
		i++;
	}
	after[0] = units[i];
	if (bytes < 99.95 && i > 0)
		(void)snprintf(buf, size, "%.1f%s", bytes, after);
	else
		(void)snprintf(buf, size, "%.0f%s", bytes, after);
}

void figure_time(double seconds, char *buf, size_t size)
{
	long s;

	if (unknown(seconds, buf, size))
		return;
	s = seconds > 0 && seconds < 1e15 ? lround(seconds) : 0;
	if (s < 60)
		(void)snprintf(buf, size, "%ld s", s);
	else if (s < 3600)
		(void)snprintf(buf, size, "%ld m %02ld s", s / 60, s % 60);
	else if (s < 86400)
		(void)snprintf(buf, size, "%ld h %02ld m", s / 3600, s / 60 % 60);
	else
		(void)snprintf(buf, size, "%ld d %02ld h", s / 86400, s / 3600 % 24);
}
