/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time-text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

void time_text(int64_t unix_ns, char *buf, size_t size)
{
	time_t s = (time_t)floor_div(unix_ns, NS_PER_S);
	int ms = (int)((unix_ns % NS_PER_S + NS_PER_S) % NS_PER_S / NS_PER_MS);
	struct tm tm;
	char date[32];

	if (!gmtime_r(&s, &tm) ||
	    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		date[0] = '\0';
	(void)snprintf(buf, size, "%s.%03dZ", date, ms);
}

/* Two digits of a fixed-width field, or -1. */
static int two(const char *p)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -1;
	return (p[0] - '0') * 10 + (p[1] - '0');
}

static int zone_offset_s(const char *p, int *ret_s)
{
	int hours;
	int minutes;

	if ((*p == 'Z' || *p == 'z') && p[1] == '\0') {
		*ret_s = 0;
		return 0;
	}
	if (*p != '+' && *p != '-')
		return -EPROTO;
	if (strlen(p) != 6 || p[3] != ':')
		return -EPROTO;
	hours = two(p + 1);
	minutes = two(p + 4);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return -EPROTO;
	*ret_s = (hours * 60 + minutes) * (*p == '-' ? -60 : 60);
	return 0;
}

/* What follows a point: at least one digit, and those after the ninth are cut. */
static int fraction_ns(const char **p)
{
	int ns = 0;
	int unit = 100000000;

	if (**p != '.')
		return 0;
	if ((*p)[1] < '0' || (*p)[1] > '9')
		return -EPROTO;
	for ((*p)++; **p >= '0' && **p <= '9'; (*p)++) {
		ns += (**p - '0') * unit;
		unit /= 10;
	}
	return ns;
}

/* timegm() takes the 31st of February for a day in March. */
static bool is_a_day(int year, int month, int day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1] + (month == 2 && leap);
}

int time_of_text(const char *text, int64_t *ret_unix_ns)
{
	struct tm tm = { 0 };
	int field[7];
	int fraction;
	int offset_s;
	const char *p = text + 19;
	int64_t ns;
	time_t s;

	if (strlen(text) < 20 || text[4] != '-' || text[7] != '-' || text[13] != ':' ||
	    text[16] != ':' || !strchr("Tt ", text[10]))
		return -EPROTO;
	for (size_t i = 0; i < ARRAY_SIZE(field); i++) {
		field[i] = two(text + (size_t[]){ 0, 2, 5, 8, 11, 14, 17 }[i]);
		if (field[i] < 0)
			return -EPROTO;
	}
	if (!is_a_day(field[0] * 100 + field[1], field[2], field[3]) || field[4] > 23 ||
	    field[5] > 59 || field[6] > 60)
		return -EPROTO;
	tm.tm_year = field[0] * 100 + field[1] - 1900;
	tm.tm_mon = field[2] - 1;
	tm.tm_mday = field[3];
	tm.tm_hour = field[4];
	tm.tm_min = field[5];
	tm.tm_sec = field[6];
	fraction = fraction_ns(&p);
	if (fraction < 0 || zone_offset_s(p, &offset_s) < 0)
		return -EPROTO;
	s = timegm(&tm) - offset_s;
	if (__builtin_mul_overflow((int64_t)s, NS_PER_S, &ns) ||
	    __builtin_add_overflow(ns, fraction, &ns))
		return -ERANGE;
	*ret_unix_ns = ns;
	return 0;
}

void duration_text(int64_t ns, char *buf, size_t size)
{
	int64_t s = ns / NS_PER_S;

	/* What would be rounded to 1000 ms or 60.00 s is told in the next unit. */
	if (ns < NS_PER_S - NS_PER_MS / 2)
		(void)snprintf(buf, size, "%.3g ms", (double)ns / (double)NS_PER_MS);
	else if (ns < 60 * NS_PER_S - 5 * NS_PER_MS)
		(void)snprintf(buf, size, "%.2f s", (double)ns / (double)NS_PER_S);
	else if (s < 60)
		(void)snprintf(buf, size, "1 m 00 s");
	else if (s < 3600)
		(void)snprintf(buf, size, "%d m %02d s", (int)(s / 60), (int)(s % 60));
	else
		(void)snprintf(buf, size, "%lld h %02d m", (long long)(s / 3600),
			       (int)(s / 60 % 60));
}
