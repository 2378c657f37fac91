/* SPDX-License-Identifier: Apache-2.0 */
#include "model/intensity.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const char *const signal_texts[] = { "average", "marginal" };

const char *signal_text(enum signal value)
{
	size_t i = (size_t)value;

	return i < ARRAY_SIZE(signal_texts) ? signal_texts[i] : "unknown";
}

int signal_of_text(const char *text, enum signal *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(signal_texts); i++)
		if (strcmp(text, signal_texts[i]) == 0) {
			*ret = (enum signal)i;
			return 0;
		}
	return -EPROTO;
}

void intensity_series_done(struct intensity_series *series)
{
	if (!series)
		return;
	free(series->points);
	memset(series, 0, sizeof *series);
}

int intensity_series_add(struct intensity_series *series,
			 const struct intensity_point *point)
{
	if (point->to_unix_s <= point->from_unix_s || !isfinite(point->gpkwh))
		return -EPROTO;
	if (series->count == series->room) {
		size_t room = series->room ? 2 * series->room : 64;
		struct intensity_point *points =
			reallocarray(series->points, room, sizeof *points);

		if (!points)
			return -ENOMEM;
		series->points = points;
		series->room = room;
	}
	series->points[series->count++] = *point;
	return 0;
}

static bool in_order(const struct intensity_series *series)
{
	for (size_t i = 1; i < series->count; i++)
		if (series->points[i].from_unix_s < series->points[i - 1].to_unix_s)
			return false;
	return true;
}

/* A point with the place it was added at. */
struct item {
	struct intensity_point point;
	size_t added;
};

static int by_start(const void *a, const void *b)
{
	const struct item *one = a, *two = b;

	if (one->point.from_unix_s != two->point.from_unix_s)
		return one->point.from_unix_s < two->point.from_unix_s ? -1 : 1;
	return one->added < two->added ? -1 : 1;
}

static bool goes_before(const struct item *a, const struct item *b)
{
	if (a->point.forecast != b->point.forecast)
		return b->point.forecast;
	return a->added > b->added;
}

/*
 * A sweep over time. heap holds the points that have begun, the one that goes before all
 * others on top; those that have ended are dropped when they come up.
 */
struct sweep {
	const struct item *items;
	size_t count;
	size_t next;
	const struct item **heap;
	size_t held;
	struct intensity_point *pieces;
	size_t piece_count;
	const struct item *last;
};

static void push(struct sweep *sweep, const struct item *item)
{
	size_t at = sweep->held++;

	for (; at > 0 && goes_before(item, sweep->heap[(at - 1) / 2]); at = (at - 1) / 2)
		sweep->heap[at] = sweep->heap[(at - 1) / 2];
	sweep->heap[at] = item;
}

static void pop(struct sweep *sweep)
{
	const struct item *item = sweep->heap[--sweep->held];
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < sweep->held &&
		    goes_before(sweep->heap[child + 1], sweep->heap[child]))
			child++;
		if (child >= sweep->held || !goes_before(sweep->heap[child], item))
			break;
		sweep->heap[at] = sweep->heap[child];
		at = child;
	}
	sweep->heap[at] = item;
}

static void emit(struct sweep *sweep, int64_t from_unix_s, int64_t to_unix_s)
{
	const struct item *item = sweep->heap[0];
	struct intensity_point *piece = &sweep->pieces[sweep->piece_count];

	if (item == sweep->last && piece[-1].to_unix_s == from_unix_s) {
		piece[-1].to_unix_s = to_unix_s;
		return;
	}
	*piece = item->point;
	piece->from_unix_s = from_unix_s;
	piece->to_unix_s = to_unix_s;
	sweep->piece_count++;
	sweep->last = item;
}

static void run_sweep(struct sweep *sweep)
{
	int64_t now = INT64_MIN;

	while (sweep->held > 0 || sweep->next < sweep->count) {
		int64_t end;

		if (sweep->held == 0 && sweep->items[sweep->next].point.from_unix_s > now)
			now = sweep->items[sweep->next].point.from_unix_s;
		while (sweep->next < sweep->count &&
		       sweep->items[sweep->next].point.from_unix_s <= now)
			push(sweep, &sweep->items[sweep->next++]);
		while (sweep->held > 0 && sweep->heap[0]->point.to_unix_s <= now)
			pop(sweep);
		if (sweep->held == 0)
			continue;
		end = sweep->heap[0]->point.to_unix_s;
		if (sweep->next < sweep->count &&
		    sweep->items[sweep->next].point.from_unix_s < end)
			end = sweep->items[sweep->next].point.from_unix_s;
		emit(sweep, now, end);
		now = end;
	}
}

int intensity_series_sort(struct intensity_series *series)
{
	AUTO_FREE struct item *items = NULL;
	AUTO_FREE const struct item **heap = NULL;
	AUTO_FREE struct intensity_point *pieces = NULL;
	struct sweep sweep = { .count = series->count };

	if (in_order(series))
		return 0;
	items = calloc(series->count, sizeof *items);
	heap = calloc(series->count, sizeof(struct item *));
	/* A point begins at most one piece and cuts at most one other in two. */
	pieces = calloc(2 * series->count, sizeof *pieces);
	if (!items || !heap || !pieces)
		return -ENOMEM;
	for (size_t i = 0; i < series->count; i++)
		items[i] = (struct item){ .point = series->points[i], .added = i };
	qsort(items, series->count, sizeof items[0], by_start);
	sweep.items = items;
	sweep.heap = heap;
	sweep.pieces = pieces;
	run_sweep(&sweep);
	free(series->points);
	series->room = 2 * series->count;
	series->count = sweep.piece_count;
	series->points = STEAL(pieces);
	return 0;
}

/* The first step that ends after that time; count: none does. */
static size_t first_after(const struct intensity_series *series, int64_t unix_s)
{
	size_t low = 0, high = series->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (series->points[mid].to_unix_s > unix_s)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

const struct intensity_point *intensity_series_at(const struct intensity_series *series,
						  int64_t unix_s)
{
	size_t i = first_after(series, unix_s);

	if (i == series->count || series->points[i].from_unix_s > unix_s)
		return NULL;
	return &series->points[i];
}

double intensity_series_covered(const struct intensity_series *series,
				int64_t from_unix_s, int64_t to_unix_s)
{
	double covered_s = 0;

	if (to_unix_s <= from_unix_s)
		return intensity_series_at(series, from_unix_s) ? 1 : 0;
	for (size_t i = first_after(series, from_unix_s); i < series->count; i++) {
		int64_t from = series->points[i].from_unix_s;
		int64_t to = series->points[i].to_unix_s;

		if (from >= to_unix_s)
			break;
		from = from > from_unix_s ? from : from_unix_s;
		to = to < to_unix_s ? to : to_unix_s;
		covered_s += (double)to - (double)from;
	}
	return covered_s / ((double)to_unix_s - (double)from_unix_s);
}
