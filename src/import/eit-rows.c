/* SPDX-License-Identifier: Apache-2.0 */
/* data.json's lines or data.csv's rows, as samples in the order of their times. */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "import/cells.h"
#include "import/eit.h"

#define EARLIEST_S 86400.0 /* a clock that was never set */
#define LATEST_S   7.2e9   /* of the year 2198 */

static struct eit_row *next_row(struct eit_run *run)
{
	if (run->count == run->room) {
		size_t more = run->room ? run->room * 2 : 256;
		struct eit_row *rows = reallocarray(run->rows, more, sizeof *rows);

		if (!rows)
			return NULL;
		run->rows = rows;
		run->room = more;
	}
	return &run->rows[run->count];
}

static bool is_time(double t_s)
{
	return t_s >= EARLIEST_S && t_s < LATEST_S;
}

/* A row that is no later than the one before it says nothing of any time. */
static void keep_row(struct eit_run *run)
{
	double t_s = run->rows[run->count].is[EIT_TIMESTAMP];

	if (run->count > 0 && !(t_s > run->rows[run->count - 1].is[EIT_TIMESTAMP]))
		run->unordered++;
	else
		run->count++;
}

static int take_lines(struct eit_run *run, const struct import_file *file)
{
	const char *at = file->bytes, *end = at + file->size;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		struct eit_row *row = next_row(run);

		if (!row)
			return -ENOMEM;
		stop = stop ? stop : end;
		if (stop - at > 1) {
			bool whole = eit_line(at, stop, &run->pids, row) &&
				     is_time(row->is[EIT_TIMESTAMP]);

			run->torn += !whole;
			run->torn_last = !whole;
			if (whole)
				keep_row(run);
		}
		at = stop + (stop < end);
	}
	return 0;
}

static void done_cells(struct cells *cells)
{
	cells_done(cells);
}

/* A copy of the names, for the next row takes their place. */
static size_t take_names(const struct cells *cells, char (*names)[64])
{
	for (size_t i = 0; i < cells->count; i++)
		(void)copy_text(names[i], sizeof names[i], cells->fields[i]);
	return cells->count;
}

static int take_cells(struct eit_run *run, const struct import_file *file)
{
	CLEANUP(done_cells) struct cells cells;
	char names[CELLS_FIELDS_MAX][64];
	size_t count;
	int r;

	cells_begin(&cells, file->bytes, file->size);
	r = cells_next(&cells);
	if (r <= 0)
		return r;
	count = take_names(&cells, names);
	while ((r = cells_next(&cells)) > 0) {
		struct eit_row *row = next_row(run);

		if (!row)
			return -ENOMEM;
		eit_row_clear(row);
		for (size_t i = 0; i < count && i < cells.count; i++)
			eit_cell(names[i], cells.fields[i], &run->pids, row);
		run->torn_last = !is_time(row->is[EIT_TIMESTAMP]);
		run->torn += run->torn_last;
		if (!run->torn_last)
			keep_row(run);
	}
	return r;
}

int eit_rows(struct eit_run *run, const struct import_file *file, struct diag *diag)
{
	size_t len = strlen(file->name);
	bool csv = len > 4 && strcmp(file->name + len - 4, ".csv") == 0;
	int r = csv ? take_cells(run, file) : take_lines(run, file);

	if (r < 0)
		return diag_fail(diag, r, "cannot read %s", file->name);
	return run->count > 0
		       ? 0
		       : diag_say(diag, -ENODATA, "%s holds no whole sample", file->name);
}
