/* SPDX-License-Identifier: Apache-2.0 */
/* Time zone files (RFC 9636) and the rules at their end, which hold for the years to come. */
#include "import/zone.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "import/bytes.h"

#define FOLDER     "/usr/share/zoneinfo/"
#define HEAD_SIZE  44
#define DAY_S      86400
#define YEAR_DAYS  365.2425
#define RULE_MAX   128
#define OFFSET_MAX (26 * 3600)

/* A day of the year when clocks are moved. */
struct change {
	char form; /* 'M' month.week.day, 'J' 1 to 365 without leap days, 'N' 0 to 365 */
	int month;
	int week; /* 5: the last */
	int day;
	int32_t time_s;
};

struct rule {
	bool known;
	bool has_summer;
	int32_t winter_s; /* east of UTC */
	int32_t summer_s;
	struct change begin;
	struct change end;
};

struct zone {
	struct bytes file;
	const unsigned char *times; /* when it changes: count of 8 bytes */
	const unsigned char *kinds; /* to which */
	const unsigned char *types; /* 6 bytes each */
	size_t count;
	size_t type_count;
	struct rule rule;
};

/* --- dates -------------------------------------------------------------------------------- */

/* The civil calendar, by eras of 400 years that begin in March. */
int64_t zone_days(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 +
			  (int64_t)day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned month_days(int64_t year, unsigned month)
{
	return (unsigned)(month == 12 ? 31
				      : zone_days(year, month + 1, 1) -
						zone_days(year, month, 1));
}

static int64_t year_of(int64_t unix_s)
{
	int64_t day = unix_s / DAY_S - (unix_s % DAY_S < 0);
	int64_t year = 1970 + (int64_t)((double)day / YEAR_DAYS);

	while (zone_days(year, 1, 1) > day)
		year--;
	while (zone_days(year + 1, 1, 1) <= day)
		year++;
	return year;
}

static bool take_digits(const char **at, int least, int most, int *ret)
{
	int value = 0, count = 0;

	for (; count < most && **at >= '0' && **at <= '9'; count++)
		value = value * 10 + (*(*at)++ - '0');
	*ret = value;
	return count >= least;
}

static bool take_char(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* [+-]hh[:mm[:ss]] or hhmm */
static bool take_offset(const char **at, int32_t *ret_s)
{
	int sign = **at == '-' ? -1 : 1;
	int hours, minutes = 0, seconds = 0;

	if (**at == '-' || **at == '+')
		(*at)++;
	if (!take_digits(at, 1, 3, &hours))
		return false;
	if (take_char(at, ':') &&
	    (!take_digits(at, 2, 2, &minutes) ||
	     (take_char(at, ':') && !take_digits(at, 2, 2, &seconds))))
		return false;
	*ret_s = sign * (hours * 3600 + minutes * 60 + seconds);
	return hours <= 167 && minutes < 60 && seconds < 60;
}

static bool take_zone(const char *at, int32_t *ret_s)
{
	if (*at == '\0') {
		*ret_s = INT32_MIN;
		return true;
	}
	if (take_char(&at, 'Z')) {
		*ret_s = 0;
		return *at == '\0';
	}
	return (*at == '+' || *at == '-') && take_offset(&at, ret_s) && *at == '\0';
}

struct clock {
	int year, month, day, hour, minute, second;
};

static bool take_clock(const char **at, struct clock *c)
{
	bool ok = take_digits(at, 4, 4, &c->year) && take_char(at, '-') &&
		  take_digits(at, 2, 2, &c->month) && take_char(at, '-') &&
		  take_digits(at, 2, 2, &c->day) &&
		  (take_char(at, 'T') || take_char(at, ' ')) &&
		  take_digits(at, 2, 2, &c->hour) && take_char(at, ':') &&
		  take_digits(at, 2, 2, &c->minute) && take_char(at, ':') &&
		  take_digits(at, 2, 2, &c->second);

	return ok && c->year >= 1970 && c->year < 2262 && c->month >= 1 &&
	       c->month <= 12 && c->day >= 1 &&
	       (unsigned)c->day <= month_days(c->year, (unsigned)c->month) &&
	       c->hour < 24 && c->minute < 60 && c->second <= 60;
}

int zone_local_of_text(const char *text, int64_t *ret_local_ns, int32_t *ret_offset_s)
{
	struct clock c;
	int64_t fraction_ns = 0, unit_ns = NS_PER_S / 10;
	int32_t offset_s;

	if (!take_clock(&text, &c))
		return -EPROTO;
	if (take_char(&text, '.'))
		for (; *text >= '0' && *text <= '9'; text++, unit_ns /= 10)
			fraction_ns += (*text - '0') * unit_ns;
	if (!take_zone(text, &offset_s))
		return -EPROTO;
	*ret_local_ns = (zone_days(c.year, (unsigned)c.month, (unsigned)c.day) * DAY_S +
			 c.hour * 3600LL + c.minute * 60LL + c.second) *
				NS_PER_S +
			fraction_ns;
	*ret_offset_s = offset_s;
	return 0;
}

void zone_offset_text(int32_t offset_s, char *buf, size_t size)
{
	int32_t away = offset_s < 0 ? -offset_s : offset_s;

	(void)snprintf(buf, size, "%c%02d:%02d", offset_s < 0 ? '-' : '+', away / 3600,
		       away / 60 % 60);
}

/* --- rules -------------------------------------------------------------------------------- */

static bool take_name(const char **at)
{
	const char *from = *at;

	if (take_char(at, '<')) {
		while (**at != '\0' && **at != '>')
			(*at)++;
		return take_char(at, '>');
	}
	while ((**at >= 'A' && **at <= 'Z') || (**at >= 'a' && **at <= 'z'))
		(*at)++;
	return *at - from >= 3;
}

static bool take_change(const char **at, struct change *change)
{
	bool ok;

	change->time_s = 2 * 3600;
	if (take_char(at, 'M')) {
		change->form = 'M';
		ok = take_digits(at, 1, 2, &change->month) && take_char(at, '.') &&
		     take_digits(at, 1, 1, &change->week) && take_char(at, '.') &&
		     take_digits(at, 1, 1, &change->day) && change->month >= 1 &&
		     change->month <= 12 && change->week >= 1 && change->week <= 5 &&
		     change->day <= 6;
	} else {
		change->form = take_char(at, 'J') ? 'J' : 'N';
		ok = take_digits(at, 1, 3, &change->day) && change->day <= 365;
	}
	return ok && (!take_char(at, '/') || take_offset(at, &change->time_s));
}

/* Offsets in rules count to the west. */
static bool rule_of_text(const char *at, struct rule *ret)
{
	struct rule rule = { .known = true };
	int32_t west;

	if (!take_name(&at) || !take_offset(&at, &west))
		return false;
	rule.winter_s = -west;
	if (*at == '\0') {
		*ret = rule;
		return true;
	}
	rule.has_summer = true;
	rule.summer_s = rule.winter_s + 3600;
	if (!take_name(&at))
		return false;
	if (*at != ',' && *at != '\0') {
		if (!take_offset(&at, &west))
			return false;
		rule.summer_s = -west;
	}
	if (!take_char(&at, ',') || !take_change(&at, &rule.begin) ||
	    !take_char(&at, ',') || !take_change(&at, &rule.end) || *at != '\0')
		return false;
	*ret = rule;
	return true;
}

/* Local seconds, as if they were UTC. */
static int64_t change_local_s(const struct change *change, int64_t year)
{
	int64_t day = zone_days(year, 1, 1);

	if (change->form == 'N') {
		day += change->day;
	} else if (change->form == 'J') {
		day += change->day - 1 + (is_leap(year) && change->day >= 60);
	} else {
		unsigned month = (unsigned)change->month;
		int64_t first = zone_days(year, month, 1);
		/* 1970-01-01 was a Thursday. */
		int64_t weekday = ((first + 4) % 7 + 7) % 7;

		day = first + (change->day - weekday + 7) % 7 +
		      INT64_C(7) * (change->week - 1);
		if (day >= first + month_days(year, month))
			day -= 7;
	}
	return day * DAY_S + change->time_s;
}

static int32_t rule_offset_s(const struct rule *rule, int64_t unix_s)
{
	int64_t year = year_of(unix_s + rule->winter_s);
	int64_t begin, end;
	bool summer;

	if (!rule->has_summer)
		return rule->winter_s;
	begin = change_local_s(&rule->begin, year) - rule->winter_s;
	end = change_local_s(&rule->end, year) - rule->summer_s;
	summer = begin < end ? unix_s >= begin && unix_s < end
			     : unix_s >= begin || unix_s < end;
	return summer ? rule->summer_s : rule->winter_s;
}

/* --- files -------------------------------------------------------------------------------- */

static uint32_t u32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
	       at[3];
}

static int64_t i64(const unsigned char *at)
{
	return (int64_t)((uint64_t)u32(at) << 32 | u32(at + 4));
}

struct counts {
	uint64_t utc, std, leap, time, type, letter;
};

static bool take_head(const unsigned char *at, const unsigned char *end,
		      struct counts *ret)
{
	if (end - at < HEAD_SIZE || memcmp(at, "TZif", 4) != 0)
		return false;
	*ret = (struct counts){ .utc = u32(at + 20),
				.std = u32(at + 24),
				.leap = u32(at + 28),
				.time = u32(at + 32),
				.type = u32(at + 36),
				.letter = u32(at + 40) };
	return ret->type > 0;
}

static uint64_t body_size(const struct counts *n, unsigned time_size)
{
	return n->time * (time_size + 1) + n->type * 6 + n->letter +
	       n->leap * (time_size + 4) + n->std + n->utc;
}

static bool kinds_fit(const struct zone *zone)
{
	for (size_t i = 0; i < zone->count; i++)
		if (zone->kinds[i] >= zone->type_count)
			return false;
	for (size_t i = 0; i < zone->type_count; i++) {
		int32_t offset_s = (int32_t)u32(zone->types + i * 6);

		if (offset_s > OFFSET_MAX || offset_s < -OFFSET_MAX)
			return false;
	}
	return true;
}

/* "\nPST8PDT,M3.2.0,M11.1.0\n" */
static void take_footer(struct zone *zone, const unsigned char *at,
			const unsigned char *end)
{
	char text[RULE_MAX];
	const unsigned char *stop;

	if (at >= end || *at++ != '\n')
		return;
	stop = memchr(at, '\n', (size_t)(end - at));
	if (!stop || stop - at >= RULE_MAX)
		return;
	memcpy(text, at, (size_t)(stop - at));
	text[stop - at] = '\0';
	(void)rule_of_text(text, &zone->rule);
}

/* The second part of the file is the first once more, with 64 bits a time. */
static int parse(struct zone *zone)
{
	const unsigned char *at = (const unsigned char *)zone->file.at;
	const unsigned char *end = at + zone->file.size;
	struct counts n;

	if (!take_head(at, end, &n) || at[4] < '2' ||
	    body_size(&n, 4) > (uint64_t)(end - at - HEAD_SIZE))
		return -EPROTO;
	at += HEAD_SIZE + body_size(&n, 4);
	if (!take_head(at, end, &n) ||
	    body_size(&n, 8) > (uint64_t)(end - at - HEAD_SIZE))
		return -EPROTO;
	at += HEAD_SIZE;
	zone->times = at;
	zone->kinds = at + n.time * 8;
	zone->types = zone->kinds + n.time;
	zone->count = n.time;
	zone->type_count = n.type;
	take_footer(zone, at + body_size(&n, 8), end);
	return kinds_fit(zone) ? 0 : -EPROTO;
}

static void free_zone(struct zone *const *zone)
{
	zone_free(*zone);
}

void zone_free(struct zone *zone)
{
	if (!zone)
		return;
	bytes_done(&zone->file);
	free(zone);
}

int zone_of_bytes(const char *bytes, size_t size, struct zone **ret)
{
	CLEANUP(free_zone) struct zone *zone = calloc(1, sizeof *zone);
	int r;

	if (!zone)
		return -ENOMEM;
	zone->file.at = malloc(size + 1);
	if (!zone->file.at)
		return -ENOMEM;
	memcpy(zone->file.at, bytes, size);
	zone->file.size = size;
	r = parse(zone);
	if (r == 0)
		*ret = STEAL(zone);
	return r;
}

/* --- by name ------------------------------------------------------------------------------ */

static int zone_of_file(const char *path, struct zone **ret)
{
	struct bytes bytes = { 0 };
	int r = bytes_read(path, &bytes);

	if (r < 0)
		return r;
	r = zone_of_bytes(bytes.at, bytes.size, ret);
	bytes_done(&bytes);
	return r;
}

static int zone_of_rule(const struct rule *rule, struct zone **ret)
{
	struct zone *zone = calloc(1, sizeof *zone);

	if (!zone)
		return -ENOMEM;
	zone->rule = *rule;
	*ret = zone;
	return 0;
}

static bool fixed_of_text(const char *name, struct rule *ret)
{
	struct rule rule = { .known = true };

	if (strcmp(name, "UTC") != 0 &&
	    (!take_zone(name, &rule.winter_s) || rule.winter_s == INT32_MIN))
		return false;
	*ret = rule;
	return rule.winter_s <= OFFSET_MAX && rule.winter_s >= -OFFSET_MAX;
}

static int zone_by_name(const char *name, struct zone **ret)
{
	AUTO_FREE char *path = NULL;
	struct rule rule;

	if (fixed_of_text(name, &rule))
		return zone_of_rule(&rule, ret);
	if (!strstr(name, "..") && *name != '/' && *name != '\0') {
		if (asprintf(&path, FOLDER "%s", name) < 0)
			return -ENOMEM;
		if (zone_of_file(path, ret) == 0)
			return 0;
	}
	return rule_of_text(name, &rule) ? zone_of_rule(&rule, ret) : -ENOENT;
}

static int zone_of_here(struct zone **ret)
{
	const char *name = getenv("TZ");
	struct rule utc = { .known = true };

	if (name && *name == ':')
		name++;
	if (name && *name == '/')
		return zone_of_file(name, ret);
	if (name && *name && zone_by_name(name, ret) == 0)
		return 0;
	if (!name && zone_of_file("/etc/localtime", ret) == 0)
		return 0;
	return zone_of_rule(&utc, ret);
}

int zone_open(const char *name, struct diag *diag, struct zone **ret)
{
	int r = name ? zone_by_name(name, ret) : zone_of_here(ret);

	if (r == -ENOMEM || r == 0 || !name)
		return r == 0 ? 0 : diag_fail(diag, r, "cannot read the time zone");
	(void)diag_say(diag, r, "there is no time zone '%.60s'", name);
	diag_fix(diag, "one of the database, Europe/Berlin, or an offset, +02:00");
	return r;
}

/* --- what is asked ------------------------------------------------------------------------ */

int32_t zone_offset_s(const struct zone *zone, int64_t unix_s)
{
	size_t low = 0, high = zone->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (i64(zone->times + middle * 8) <= unix_s)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == zone->count && zone->rule.known)
		return rule_offset_s(&zone->rule, unix_s);
	if (zone->type_count == 0)
		return 0;
	return (int32_t)u32(zone->types +
			    (low == 0 ? 0 : (size_t)zone->kinds[low - 1] * 6));
}

int64_t zone_unix_s(const struct zone *zone, int64_t local_s)
{
	int32_t before_s = zone_offset_s(zone, local_s - DAY_S);
	int32_t after_s = zone_offset_s(zone, local_s + DAY_S);

	if (zone_offset_s(zone, local_s - before_s) != before_s &&
	    zone_offset_s(zone, local_s - after_s) == after_s)
		return local_s - after_s;
	return local_s - before_s;
}
