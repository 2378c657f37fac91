/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user's own intensity: from a contract, a meter, a local grid.
 *
 * Reads: a CSV file with a header row. Columns: time (RFC 3339 with Z or an offset),
 *	gco2_per_kwh (or intensity, carbon_intensity, value), and end where steps do not follow
 *	one another. Lines before it, all optional: "# zone: DE" (then it is of that zone alone),
 *	"# basis: average, lifecycle, generation", "# error: 0.1"
 * Gives: what stands there. A row holds until the next; the last, and one before a hole of
 *	more than three times the usual step, as long as is usual; an empty value is a gap
 * Needs: nothing
 * Limits: 64 MiB; average intensity; a file with a mistake is refused whole, by its line
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/parse.h"
#include "grid/csv-read.h"
#include "grid/grid-json.h"

#define FILE_SIZE_MAX (INT64_C(64) << 20)
#define COLUMNS_MAX   64
#define ROWS_MAX      ((size_t)1 << 21)
#define HOLE_STEPS    3
/* Oil shale is 1500; over this it is no gCO2 per kWh but something per MWh. */
#define GPKWH_MAX 5000.0

/* Assumed where the file does not tell: what hourly figures of two sources differ by. */
#define ERROR_RATIO 0.1
#define BASIS       "average, basis not told"

extern const struct grid grid_csv;

struct row {
	int64_t from_unix_s;
	int64_t to_unix_s; /* 0: not told */
	double gpkwh;
	size_t line;
	bool told;
};

struct sheet {
	struct grid_ask *ask;
	const char *path;
	size_t time; /* columns */
	size_t value;
	size_t end;
	struct row *rows;
	size_t count;
	size_t room;
};

#define NO_COLUMN ((size_t)-1)

static void sheet_done(struct sheet *sheet)
{
	free(sheet->rows);
}

/* The user has named the file, so it is of the place unless it says otherwise. */
static bool zone_of(struct tables *tables, const struct place *place, char *buf,
		    size_t size)
{
	const char *name = place->zone[0] ? place->zone : place->text;

	(void)tables;
	return copy_text(buf, size, name[0] ? name : "anywhere");
}

static int read_fd(int fd, size_t size, char *text)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, text + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += (size_t)n;
	}
	return 0;
}

/* What is no file does not answer: a FIFO would wait for ever. */
static int read_file(const char *path, char **ret, size_t *ret_size)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	AUTO_FREE char *text = NULL;
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > FILE_SIZE_MAX)
		return -EFBIG;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	r = read_fd(fd, (size_t)st.st_size, text);
	if (r < 0)
		return r;
	*ret_size = (size_t)st.st_size;
	*ret = STEAL(text);
	return 0;
}

static int bad_line(const struct sheet *sheet, size_t line, const char *what)
{
	return diag_say(sheet->ask->diag, -EPROTO, "%s, line %zu: %s", sheet->path, line,
			what);
}

static bool is_of_place(const struct place *place, const char *zone)
{
	return strcasecmp(zone, place->zone) == 0 || strcasecmp(zone, place->text) == 0 ||
	       (place->zone[0] == '\0' && strcasecmp(zone, place->iso2) == 0);
}

static int header_line(struct sheet *sheet, char *text, size_t line)
{
	struct intensity_series *series = sheet->ask->series;
	char *value = strchr(text, ':');

	if (!value)
		return 0;
	*value++ = '\0';
	value = trim_text(value);
	if (strcasecmp(text, "basis") == 0)
		(void)copy_text(series->basis, sizeof series->basis, value);
	if (strcasecmp(text, "error") == 0 &&
	    (parse_double(value, &series->error_ratio) < 0 || series->error_ratio < 0 ||
	     series->error_ratio > 1))
		return bad_line(sheet, line, "error is a ratio from 0 to 1, as 0.1");
	if (strcasecmp(text, "zone") == 0) {
		if (!is_of_place(sheet->ask->query->place, value))
			return diag_say(sheet->ask->diag, -ENODATA, "%s is of %s, not %s",
					sheet->path, value, series->zone);
		(void)copy_text(series->zone, sizeof series->zone, value);
	}
	return 0;
}

static size_t column_of(char *const *fields, int count, const char *const *names)
{
	for (; *names; names++)
		for (int i = 0; i < count; i++)
			if (strcasecmp(fields[i], *names) == 0)
				return (size_t)i;
	return NO_COLUMN;
}

static int columns(struct sheet *sheet, char *const *fields, int count, size_t line)
{
	static const char *const times[] = { "time",  "datetime", "timestamp",
					     "start", "from",     NULL };
	static const char *const ends[] = { "end", "to", NULL };
	static const char *const values[] = {
		"gco2_per_kwh", "gco2e_per_kwh", "gpkwh", "carbon_intensity",
		"intensity",    "value",         NULL
	};

	sheet->time = column_of(fields, count, times);
	sheet->end = column_of(fields, count, ends);
	sheet->value = column_of(fields, count, values);
	if (sheet->time != NO_COLUMN && sheet->value != NO_COLUMN)
		return 0;
	(void)bad_line(sheet, line, "the columns time and gco2_per_kwh are wanted");
	diag_fix(sheet->ask->diag, "begin the file with the line time,gco2_per_kwh");
	return -EPROTO;
}

/* After the date: the date's own hyphens are no offset. */
static bool has_zone(const char *text)
{
	return strlen(text) > 10 && strpbrk(text + 10, "Zz+-") != NULL;
}

static int time_field(const struct sheet *sheet, const char *text, size_t line,
		      int64_t *ret)
{
	if (has_zone(text) && grid_time_of_text(text, ret) == 0)
		return 0;
	(void)bad_line(sheet, line,
		       has_zone(text) ? "this is no time" : "a time without a zone");
	diag_fix(sheet->ask->diag,
		 "write 2026-01-01T00:00:00Z (UTC), or with the offset as "
		 "2026-01-01T01:00:00+01:00");
	return -EPROTO;
}

static int value_field(const struct sheet *sheet, const char *text, struct row *row)
{
	if (*text == '\0')
		return 0;
	if (parse_double(text, &row->gpkwh) < 0)
		return bad_line(sheet, row->line,
				"an intensity is a number, in gCO2 per kWh");
	if (row->gpkwh < 0)
		return bad_line(sheet, row->line, "an intensity below 0");
	if (row->gpkwh > GPKWH_MAX)
		return bad_line(sheet, row->line,
				"over 5000: an intensity is in gCO2 per kWh");
	row->told = true;
	return 0;
}

static int keep(struct sheet *sheet, const struct row *row)
{
	if (sheet->count == sheet->room) {
		size_t room = sheet->room ? sheet->room * 2 : 256;
		struct row *rows = room <= ROWS_MAX
					   ? reallocarray(sheet->rows, room, sizeof *rows)
					   : NULL;

		if (!rows)
			return -ENOMEM;
		sheet->rows = rows;
		sheet->room = room;
	}
	sheet->rows[sheet->count++] = *row;
	return 0;
}

static int read_row(struct sheet *sheet, char *const *fields, size_t count, size_t line)
{
	struct row row = { .line = line };
	bool has_end = sheet->end < count && *fields[sheet->end] != '\0';
	int r;

	if (sheet->time >= count || sheet->value >= count)
		return bad_line(sheet, line, "fields are missing");
	r = time_field(sheet, fields[sheet->time], line, &row.from_unix_s);
	if (r == 0 && has_end)
		r = time_field(sheet, fields[sheet->end], line, &row.to_unix_s);
	if (r == 0 && has_end && row.to_unix_s <= row.from_unix_s)
		r = bad_line(sheet, line, "a step that ends before it begins");
	if (r == 0)
		r = value_field(sheet, fields[sheet->value], &row);
	return r < 0 ? r : keep(sheet, &row);
}

static int read_rows(struct sheet *sheet, char *text, size_t size)
{
	struct csv_reader reader;
	char *fields[COLUMNS_MAX];
	char *comment;
	int count = 0;
	int r = 0;

	csv_begin(&reader, text, size);
	while (r == 0 && (comment = csv_comment(&reader)) != NULL)
		r = header_line(sheet, comment, reader.line);
	if (r == 0) {
		count = csv_row(&reader, fields, COLUMNS_MAX);
		r = count < 0 ? count : columns(sheet, fields, count, reader.line);
	}
	while (r == 0 && (count = csv_row(&reader, fields, COLUMNS_MAX)) > 0)
		r = read_row(sheet, fields, (size_t)count, reader.line);
	if (count < 0)
		return bad_line(sheet, reader.line, "this is no row of a CSV file");
	return r;
}

static int by_time(const void *left, const void *right)
{
	const struct row *a = left;
	const struct row *b = right;

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
static int usual_step(const struct sheet *sheet, int64_t *ret_s)
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
static int set_ends(struct sheet *sheet)
{
	int64_t usual_s;
	int64_t before_s;
	int r = usual_step(sheet, &usual_s);

	if (r < 0)
		return r;
	before_s = usual_s;
	for (size_t i = 0; i < sheet->count; i++) {
		struct row *row = &sheet->rows[i];
		bool last = i + 1 == sheet->count;
		int64_t step_s = last ? before_s : row[1].from_unix_s - row->from_unix_s;

		if (step_s <= 0)
			return bad_line(sheet, last ? row->line : row[1].line,
					last ? "one row alone does not say how long it "
					       "holds: add a column end"
					     : "a time that was there before");
		before_s = step_s > HOLE_STEPS * usual_s ? usual_s : step_s;
		if (row->to_unix_s == 0)
			row->to_unix_s = row->from_unix_s + before_s;
	}
	return 0;
}

static bool all_end(const struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->count; i++)
		if (sheet->rows[i].to_unix_s == 0)
			return false;
	return true;
}

static int add_points(struct sheet *sheet)
{
	int r = 0;

	if (sheet->count == 0)
		return -ENODATA;
	qsort(sheet->rows, sheet->count, sizeof *sheet->rows, by_time);
	if (!all_end(sheet))
		r = set_ends(sheet);
	for (size_t i = 0; i < sheet->count && r == 0; i++) {
		const struct row *row = &sheet->rows[i];
		struct intensity_point point = { .from_unix_s = row->from_unix_s,
						 .to_unix_s = row->to_unix_s,
						 .gpkwh = row->gpkwh };

		if (row->told)
			r = grid_ask_point(sheet->ask, &point);
	}
	return r;
}

static int fetch(const struct grid_door *door, const struct grid_query *query,
		 struct intensity_series *ret, struct diag *diag)
{
	CLEANUP(sheet_done) struct sheet sheet = { .path = door->base_url };
	AUTO_FREE char *text = NULL;
	struct grid_ask ask;
	size_t size = 0;
	int r;

	grid_ask_begin(&ask, &grid_csv, door, query, ret);
	ask.diag = diag;
	sheet.ask = &ask;
	(void)zone_of(door->tables, query->place, ret->zone, sizeof ret->zone);
	(void)copy_text(ret->basis, sizeof ret->basis, BASIS);
	ret->error_ratio = ERROR_RATIO;
	if (!door->base_url || !*door->base_url)
		return grid_ask_end(&ask, -ENODATA);
	r = read_file(door->base_url, &text, &size);
	if (r < 0)
		(void)diag_fail(diag, r, "cannot read %s", door->base_url);
	else
		r = read_rows(&sheet, text, size);
	if (r == 0)
		r = add_points(&sheet);
	return grid_ask_end(&ask, r);
}

const struct grid grid_csv = {
	.name = "csv",
	.base_url = "",
	.signal = SIGNAL_AVERAGE,
	.flags = GRID_IS_LOCAL | GRID_HAS_FORECAST,
	.zone_of = zone_of,
	.fetch = fetch,
};
