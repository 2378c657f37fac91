/* SPDX-License-Identifier: Apache-2.0 */
#include "import/eit-line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"

#define DEPTH_MAX  64
#define NUMBER_MAX 64
#define EXACT_MAX  (UINT64_C(1) << 53) /* whole numbers that a double holds exactly */
#define TEN_MAX    22                  /* and powers of ten */

static const char *const names[EIT_NUMBERS] = {
	[EIT_TIMESTAMP] = "timestamp",
	[EIT_CPU_W] = "rapl_power_draw_absolute",
	[EIT_CPU_CREDITED_W] = "rapl_estimated_attributable_power_draw",
	[EIT_CPU_SHARE] = "average_relative_cpu_utilization",
	[EIT_CPU_CORES] = "absolute_cpu_utilization",
	[EIT_GPU_W] = "nvidia_draw_absolute",
	[EIT_GPU_CREDITED_W] = "nvidia_estimated_attributable_power_draw",
	[EIT_GPU_USE] = "average_gpu_estimated_utilization_absolute",
	[EIT_GPU_SHARE] = "average_gpu_estimated_utilization_relative",
	[EIT_GPKWH] = "realtime_carbon_intensity",
};

#define CPU_TIMES   "cpu_time_seconds"
#define GPU_CLIENTS "per_gpu_average_estimated_utilization_absolute"

const char *eit_key_name(enum eit_key key)
{
	return names[key];
}

/* --- processes ----------------------------------------------------------------------------- */

void eit_pids_done(struct eit_pids *pids)
{
	free(pids->slots);
	memset(pids, 0, sizeof *pids);
}

static struct eit_pid *slot_of(const struct eit_pids *pids, uint64_t pid)
{
	size_t mask = pids->room - 1;
	size_t at = (size_t)(pid * UINT64_C(0x9e3779b97f4a7c15) >> 32) & mask;

	while (pids->slots[at].pid != 0 && pids->slots[at].pid != pid)
		at = (at + 1) & mask;
	return &pids->slots[at];
}

static bool make_room(struct eit_pids *pids)
{
	struct eit_pids more = { .room = pids->room ? pids->room * 2 : 64 };

	if (pids->count * 2 < pids->room)
		return true;
	more.slots = calloc(more.room, sizeof *more.slots);
	if (!more.slots)
		return false;
	for (size_t i = 0; i < pids->room; i++)
		if (pids->slots[i].pid != 0)
			*slot_of(&more, pids->slots[i].pid) = pids->slots[i];
	free(pids->slots);
	pids->slots = more.slots;
	pids->room = more.room;
	return true;
}

static void set_pid(struct eit_pids *pids, uint64_t pid, double cpu_s)
{
	struct eit_pid *slot;

	if (!(cpu_s >= 0) || pid == UINT64_MAX || !make_room(pids))
		return;
	slot = slot_of(pids, pid + 1);
	pids->count += slot->pid == 0;
	pids->cpu_s += cpu_s - slot->cpu_s;
	*slot = (struct eit_pid){ .pid = pid + 1, .cpu_s = cpu_s };
}

/* --- text ---------------------------------------------------------------------------------- */

/* Loops over bytes have a pointer of their own: this one would be written back at each of them,
 * for the byte that is read might be it. */
struct scan {
	const char *at;
	const char *end;
	struct eit_pids *pids;
	struct eit_row *row;
};

static void skip_blanks(struct scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\r'))
		s->at++;
}

static bool take_char(struct scan *s, char c)
{
	skip_blanks(s);
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

/* The old CSV holds dicts as Python shows them, with either quote. */
static bool take_text(struct scan *s, const char **ret, size_t *ret_size)
{
	const char *at, *end = s->end;
	char quote;

	skip_blanks(s);
	at = s->at;
	if (at == end || (*at != '"' && *at != '\''))
		return false;
	quote = *at++;
	*ret = at;
	for (; at < end && *at != quote; at++)
		if (*at == '\\' && ++at == end)
			return false;
	if (at == end)
		return false;
	*ret_size = (size_t)(at - *ret);
	s->at = at + 1;
	return true;
}

static bool slow_number(const char *from, const char *to, double *ret)
{
	char text[NUMBER_MAX];
	size_t size = (size_t)(to - from);

	if (size >= sizeof text)
		return false;
	memcpy(text, from, size);
	text[size] = '\0';
	return parse_double(text, ret) == 0;
}

/* Digits into a whole number and how many there were; false: more than it holds. */
static bool take_digits(struct scan *s, uint64_t *mantissa, int *count)
{
	const char *from = s->at, *at = from, *end = s->end;
	uint64_t sum = *mantissa;
	bool fits = true;

	for (; at < end && *at >= '0' && *at <= '9'; at++) {
		fits &= sum < EXACT_MAX / 10;
		sum = sum * 10 + (uint64_t)(*at - '0');
	}
	*mantissa = sum;
	*count += (int)(at - from);
	s->at = at;
	return fits;
}

/* A whole number below 2^53 over a power of ten that is exact: one division, rounded once, is
 * what strtod() says. All else is left to it. */
static bool take_number(struct scan *s, double *ret)
{
	static const double ten[TEN_MAX + 1] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,
						 1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
						 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
						 1e18, 1e19, 1e20, 1e21, 1e22 };
	const char *from = s->at;
	uint64_t mantissa = 0;
	int digits = 0, places = 0;
	bool fits, negative = s->at < s->end && *s->at == '-';

	s->at += negative;
	fits = take_digits(s, &mantissa, &digits);
	if (s->at < s->end && *s->at == '.') {
		s->at++;
		fits &= take_digits(s, &mantissa, &places);
	}
	if (digits + places == 0) {
		s->at = from;
		return false;
	}
	if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
		fits = false;
		while (s->at < s->end && strchr("+-eE0123456789", *s->at))
			s->at++;
	}
	if (!fits || places > TEN_MAX)
		return slow_number(from, s->at, ret);
	*ret = (negative ? -1.0 : 1.0) * ((double)mantissa / ten[places]);
	return true;
}

/* What a byte outside of texts means for where a value ends. */
enum { PLAIN, OPENS, CLOSES, QUOTES, PARTS };

static const unsigned char meaning[256] = {
	['{'] = OPENS,  ['['] = OPENS,  ['('] = OPENS,   ['}'] = CLOSES, [']'] = CLOSES,
	[')'] = CLOSES, ['"'] = QUOTES, ['\''] = QUOTES, [','] = PARTS,
};

/* Over one value of any kind, to what follows it. */
static bool skip_value(struct scan *s)
{
	const char *text, *at = s->at, *end = s->end;
	size_t size;
	int depth = 0;

	for (;; at++) {
		unsigned char what = PLAIN;

		while (at < end && (what = meaning[(unsigned char)*at]) == PLAIN)
			at++;
		s->at = at;
		if (at == end)
			return depth == 0;
		if (what == QUOTES) {
			if (!take_text(s, &text, &size))
				return false;
			at = s->at - 1;
			continue;
		}
		if (depth == 0 && what != OPENS)
			return true;
		depth += (what == OPENS) - (what == CLOSES);
		if (depth > DEPTH_MAX)
			return false;
	}
}

static bool is_name(const char *text, size_t size, const char *name)
{
	return size == strlen(name) && memcmp(text, name, size) == 0;
}

/* --- objects ------------------------------------------------------------------------------- */

/* Calls take for each key, at its value. False: not whole. */
static bool each_key(struct scan *s,
		     bool (*take)(struct scan *s, const char *key, size_t size,
				  void *ctx),
		     void *ctx)
{
	const char *key;
	size_t size;

	if (!take_char(s, '{'))
		return false;
	if (take_char(s, '}'))
		return true;
	do {
		if (!take_text(s, &key, &size) || !take_char(s, ':'))
			return false;
		skip_blanks(s);
		if (!take(s, key, size, ctx))
			return false;
	} while (take_char(s, ','));
	return take_char(s, '}');
}

static bool take_time(struct scan *s, const char *key, size_t size, void *ctx)
{
	double *cpu_s = ctx;
	double value;

	if (!is_name(key, size, "user") && !is_name(key, size, "system"))
		return skip_value(s);
	if (!take_number(s, &value))
		return skip_value(s);
	*cpu_s += value;
	return true;
}

static bool pid_of(const char *key, size_t size, uint64_t *ret)
{
	uint64_t pid = 0;

	if (size == 0 || size > 18)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (key[i] < '0' || key[i] > '9')
			return false;
		pid = pid * 10 + (uint64_t)(key[i] - '0');
	}
	*ret = pid;
	return true;
}

static bool take_process(struct scan *s, const char *key, size_t size, void *ctx)
{
	double cpu_s = 0;
	uint64_t pid;

	(void)ctx;
	if (!pid_of(key, size, &pid) || s->at == s->end || *s->at != '{')
		return skip_value(s);
	if (!each_key(s, take_time, &cpu_s))
		return false;
	set_pid(s->pids, pid, cpu_s);
	return true;
}

static bool knows_pid(const struct eit_pids *pids, uint64_t pid)
{
	return pids->room > 0 && slot_of(pids, pid + 1)->pid != 0;
}

/* "(0, 23339)": a board and a process; 0 is none. */
static bool client_of(const char *key, size_t size, uint64_t *board, uint64_t *pid)
{
	const char *comma = memchr(key, ',', size);
	const char *end = key + size - 1;

	if (!comma || key[0] != '(' || *end != ')' ||
	    !pid_of(key + 1, (size_t)(comma - key - 1), board))
		return false;
	comma += comma[1] == ' ' ? 2 : 1;
	return comma < end && pid_of(comma, (size_t)(end - comma), pid) && *pid != 0;
}

static bool take_busy(struct scan *s, const char *key, size_t size, void *ctx)
{
	double *percent = ctx;

	if (!is_name(key, size, "sm") || !take_number(s, percent))
		return skip_value(s);
	return true;
}

static bool take_client(struct scan *s, const char *key, size_t size, void *ctx)
{
	struct eit_row *row = s->row;
	uint64_t board, pid;
	double percent = 0;

	(void)ctx;
	row->has_clients = true;
	if (!client_of(key, size, &board, &pid) || s->at == s->end || *s->at != '{')
		return skip_value(s);
	if (!each_key(s, take_busy, &percent))
		return false;
	percent = percent > 0 && percent <= 100 ? percent : 0;
	row->clients++;
	row->busy_percent += percent;
	row->boards |= board < 64 ? UINT64_C(1) << board : 0;
	if (!knows_pid(s->pids, pid))
		return true;
	row->own_clients++;
	row->own_busy_percent += percent;
	return true;
}

static bool take_wanted(struct scan *s, enum eit_key which)
{
	double value;

	if (!take_number(s, &value))
		return skip_value(s);
	s->row->is[which] = value;
	return true;
}

static bool take_key(struct scan *s, const char *key, size_t size, void *ctx)
{
	(void)ctx;
	for (enum eit_key i = 0; i < EIT_NUMBERS; i++)
		if (is_name(key, size, names[i]))
			return take_wanted(s, i);
	if (is_name(key, size, CPU_TIMES) && s->at < s->end && *s->at == '{')
		return each_key(s, take_process, NULL);
	if (is_name(key, size, GPU_CLIENTS) && s->at < s->end && *s->at == '{')
		return each_key(s, take_client, NULL);
	return skip_value(s);
}

void eit_row_clear(struct eit_row *row)
{
	memset(row, 0, sizeof *row);
	for (size_t i = 0; i < EIT_NUMBERS; i++)
		row->is[i] = NAN;
}

bool eit_line(const char *at, const char *end, struct eit_pids *pids, struct eit_row *ret)
{
	struct scan s = { .at = at, .end = end, .pids = pids, .row = ret };

	eit_row_clear(ret);
	if (!each_key(&s, take_key, NULL))
		return false;
	skip_blanks(&s);
	return s.at == s.end;
}

void eit_cell(const char *name, const char *text, struct eit_pids *pids,
	      struct eit_row *row)
{
	struct scan s = {
		.at = text, .end = text + strlen(text), .pids = pids, .row = row
	};

	skip_blanks(&s);
	(void)take_key(&s, name, strlen(name), NULL);
}
