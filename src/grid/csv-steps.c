/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "grid/csv-sheet.h"

#define HOLE_STEPS 3

static int by_time(const void *left, const void *right)
{
	const struct csv_point *a = left;
	const struct csv_point *b = right;

	if (a->from_unix_s != b->from_unix_s)
		return a->from_unix_s < b->from_unix_s ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

static int by_size(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left;
	int64_t b = *(const int64_t *)right;

	return a < b ? -1 : a > b;
}

/* The median, 0 of a single row. */
static int usual_step(const struct csv_sheet *sheet, int64_t *ret_s)
{
	AUTO_FREE int64_t *steps = calloc(sheet->count, sizeof *steps);
	size_t count = sheet->count - 1;

	if (!steps)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		steps[i] = sheet->rows[i + 1].from_unix_s - sheet->rows[i].from_unix_s;
	qsort(steps, count, sizeof *steps, by_size);
	*ret_s = count > 0 ? steps[count / 2] : 0;
	return 0;
}

/* Every row gets its end. */
static int set_ends(struct csv_sheet *sheet)
{
	int64_t usual_s;
	int64_t before_s;
	int r = usual_step(sheet, &usual_s);

	if (r < 0)
		return r;
	before_s = usual_s;
	for (size_t i = 0; i < sheet->count; i++) {
		struct csv_point *row = &sheet->rows[i];
		bool last = i + 1 == sheet->count;
		int64_t step_s = last ? before_s : row[1].from_unix_s - row->from_unix_s;

		if (step_s <= 0)
			return csv_sheet_bad(
				sheet, last ? row->line : row[1].line,
				last ? "one row alone does not say how long it "
				       "holds: add a column end"
				     : "a time that was there before");
		before_s = step_s > HOLE_STEPS * usual_s ? usual_s : step_s;
		if (row->to_unix_s == 0)
			row->to_unix_s = row->from_unix_s + before_s;
	}
	return 0;
}

static bool all_end(const struct csv_sheet *sheet)
{
	for (size_t i = 0; i < sheet->count; i++)
		if (sheet->rows[i].to_unix_s == 0)
			return false;
	return true;
}

/* Two rows of one time contradict each other. */
static int no_overlap(const struct csv_sheet *sheet)
{
	for (size_t i = 1; i < sheet->count; i++)
		if (sheet->rows[i].from_unix_s < sheet->rows[i - 1].to_unix_s)
			return csv_sheet_bad(
				sheet, sheet->rows[i].line,
				"a step that begins before the one before it ends");
	return 0;
}

int csv_sheet_points(struct csv_sheet *sheet)
{
	int r = 0;

	if (sheet->count == 0)
		return 0;
	qsort(sheet->rows, sheet->count, sizeof *sheet->rows, by_time);
	if (!all_end(sheet))
		r = set_ends(sheet);
	if (r == 0)
		r = no_overlap(sheet);
	for (size_t i = 0; i < sheet->count && r == 0; i++) {
		const struct csv_point *row = &sheet->rows[i];
		struct intensity_point point = { .from_unix_s = row->from_unix_s,
						 .to_unix_s = row->to_unix_s,
						 .gpkwh = row->gpkwh };

		if (row->told)
			r = grid_ask_point(sheet->ask, &point);
	}
	return r;
}
