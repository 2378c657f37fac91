/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "calc/stat.h"
#include "calc/wall-fit.h"

/* A hole is so many times the usual distance of two readings. */
#define HOLE 5.0
/* A counter that moves at fewer than every second reading shows its own steps. */
#define STEPS_RATIO 0.5

struct spanning {
	const struct wall_reading *readings;
	size_t count;
	double usual_s;
	struct wall_span *spans;
	size_t span_count;
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median distance of two readings. */
static int find_usual(struct spanning *s)
{
	AUTO_FREE double *steps = calloc(s->count, sizeof *steps);

	if (!steps)
		return -ENOMEM;
	for (size_t i = 1; i < s->count; i++)
		steps[i - 1] = s->readings[i].at_s - s->readings[i - 1].at_s;
	qsort(steps, s->count - 1, sizeof *steps, compare);
	s->usual_s = stat_quantile(steps, s->count - 1, 0.5);
	return 0;
}

static bool is_hole(const struct spanning *s, size_t from, size_t to)
{
	return s->readings[to].at_s - s->readings[from].at_s > HOLE * s->usual_s;
}

static void add(struct spanning *s, size_t from, size_t to, double w)
{
	double from_s = s->readings[from].at_s, to_s = s->readings[to].at_s;

	if (to_s > from_s && w >= 0)
		s->spans[s->span_count++] = (struct wall_span){ from_s, to_s, w };
}

static void span_watts(struct spanning *s)
{
	for (size_t i = 1; i < s->count; i++)
		if (!is_hole(s, i - 1, i))
			add(s, i - 1, i, s->readings[i].value);
}

static void add_joules(struct spanning *s, size_t from, size_t to)
{
	double seconds = s->readings[to].at_s - s->readings[from].at_s;

	add(s, from, to, (s->readings[to].value - s->readings[from].value) / seconds);
}

static void span_joules(struct spanning *s)
{
	for (size_t i = 1; i < s->count; i++)
		if (!is_hole(s, i - 1, i))
			add_joules(s, i - 1, i);
}

/* From one move to the next: at a move the counter is exact. The one after a hole was made at a
 * time that nobody saw. */
static void span_moves(struct spanning *s)
{
	bool has_last = false;
	size_t last = 0;

	for (size_t i = 1; i < s->count; i++) {
		if (is_hole(s, i - 1, i) ||
		    s->readings[i].value < s->readings[i - 1].value) {
			has_last = false;
			continue;
		}
		if (s->readings[i].value == s->readings[i - 1].value)
			continue;
		if (has_last)
			add_joules(s, last, i);
		last = i;
		has_last = true;
	}
}

static size_t count_moves(const struct spanning *s)
{
	size_t moves = 0;

	for (size_t i = 1; i < s->count; i++)
		moves += s->readings[i].value != s->readings[i - 1].value;
	return moves;
}

/* The smallest difference of two values that differ. */
static double find_step(const struct spanning *s)
{
	double step = 0;

	for (size_t i = 1; i < s->count; i++) {
		double d = fabs(s->readings[i].value - s->readings[i - 1].value);

		if (d > 1e-6 && (step == 0 || d < step))
			step = d;
	}
	return step;
}

int wall_spans(enum wall_meter meter, const struct wall_reading *readings, size_t count,
	       struct wall_spans *ret)
{
	struct spanning s = { .readings = readings, .count = count };
	AUTO_FREE struct wall_span *spans = calloc(count + 1, sizeof *spans);
	int r;

	if (count < 3)
		return -ENODATA;
	if (!spans)
		return -ENOMEM;
	s.spans = spans;
	r = find_usual(&s);
	if (r < 0)
		return r;
	if (meter == WALL_METER_W)
		span_watts(&s);
	else if ((double)count_moves(&s) < STEPS_RATIO * (double)(count - 1))
		span_moves(&s);
	else
		span_joules(&s);
	if (s.span_count < 2)
		return -ENODATA;
	*ret = (struct wall_spans){ STEAL(spans), s.span_count, find_step(&s) };
	return 0;
}
