/* SPDX-License-Identifier: Apache-2.0 */
#include "import/segments.h"

#include <stdlib.h>
#include <string.h>

#define SUM_MAX_J 9e12

void segments_done(struct segments *segments)
{
	for (size_t i = 0; i < segments->count; i++)
		free(segments->items[i].parts_j);
	free(segments->items);
}

struct segment *segments_add(struct segments *segments)
{
	size_t count = segments->count;
	struct segment *grown = segments->items;
	double *parts = calloc(segments->parts + 1, sizeof *parts);

	/* At powers of two, so that no room need be kept. */
	if ((count & (count - 1)) == 0)
		grown = reallocarray(segments->items, count ? 2 * count : 1,
				     sizeof *grown);
	if (grown)
		segments->items = grown;
	if (!grown || !parts) {
		free(parts);
		segments->failed = true;
		return NULL;
	}
	for (size_t i = 0; i < segments->parts; i++)
		parts[i] = NAN;
	grown[count] = (struct segment){ .parts_j = parts };
	segments->count++;
	return &grown[count];
}

static int by_start(const void *a, const void *b)
{
	const struct segment *x = a;
	const struct segment *y = b;

	if (x->from_ns != y->from_ns)
		return x->from_ns < y->from_ns ? -1 : 1;
	if (x->to_ns != y->to_ns)
		return x->to_ns > y->to_ns ? -1 : 1;
	return 0;
}

void segments_sort(struct segments *segments)
{
	if (segments->count > 1)
		qsort(segments->items, segments->count, sizeof *segments->items,
		      by_start);
}

/* --- rows --------------------------------------------------------------------------------- */

struct giving {
	const struct import_sink *sink;
	struct records *records;
	struct sample row;
	int64_t until_ns[DOMAINS_MAX]; /* what has been read of each part */
	bool begun[DOMAINS_MAX];
	double sum_j[DOMAINS_MAX];
	uint32_t parts;
};

static void add_gap(struct giving *giving, uint32_t part, int64_t to_ns)
{
	const struct gap gap = {
		.domain = part,
		.from_ns = giving->until_ns[part],
		.to_ns = to_ns,
		.why = giving->begun[part] ? GAP_READ_FAILED : GAP_LATE,
	};

	if (gap.to_ns > gap.from_ns)
		records_gap(giving->records, &gap);
}

static int give_row(struct giving *giving, int64_t t_ns)
{
	giving->row.t_ns = t_ns;
	records_whole_machine(&giving->row);
	return giving->sink->row(giving->sink->ctx, &giving->row);
}

/* Nothing draws so much: what is past counting is not known. */
static bool can_be(const struct giving *giving, const struct segment *segment, uint32_t i)
{
	double part_j = segment->parts_j[i];

	return part_j >= 0 && giving->sum_j[i] + part_j < SUM_MAX_J;
}

/* Where a part was not read until now its sum begins anew; a row that says nothing is none. */
static int give_start(struct giving *giving, const struct segment *segment)
{
	bool any = false;

	for (uint32_t i = 0; i < giving->parts; i++) {
		bool anew =
			isfinite(segment->parts_j[i]) &&
			(!giving->begun[i] || giving->until_ns[i] != segment->from_ns);

		giving->row.state[i] = anew ? SAMPLE_RESTART : SAMPLE_NONE;
		any |= anew;
		if (!anew)
			continue;
		add_gap(giving, i, segment->from_ns);
		giving->row.energy_uj[i] = records_uj(giving->sum_j[i]);
		giving->begun[i] = true;
		giving->until_ns[i] = segment->from_ns;
	}
	return any ? give_row(giving, segment->from_ns) : 0;
}

static int give_end(struct giving *giving, const struct segment *segment)
{
	for (uint32_t i = 0; i < giving->parts; i++) {
		bool has = can_be(giving, segment, i);

		giving->row.state[i] = has ? SAMPLE_OK : SAMPLE_NONE;
		if (!has)
			continue;
		giving->sum_j[i] += segment->parts_j[i];
		giving->row.energy_uj[i] = records_uj(giving->sum_j[i]);
		giving->until_ns[i] = segment->to_ns;
	}
	return give_row(giving, segment->to_ns);
}

int segments_give(const struct segments *segments, uint32_t gpu_count,
		  struct records *records, const struct import_sink *sink)
{
	struct giving giving = { .sink = sink, .records = records };
	int r = 0;

	giving.parts = (uint32_t)records->record.domain_count;
	giving.row.domain_count = giving.parts;
	giving.row.gpu_count = gpu_count;
	for (size_t i = 0; i < segments->count && r == 0; i++) {
		r = give_start(&giving, &segments->items[i]);
		if (r == 0)
			r = give_end(&giving, &segments->items[i]);
	}
	for (uint32_t i = 0; i < giving.parts; i++)
		add_gap(&giving, i, records->record.info.duration_ns);
	return r;
}
