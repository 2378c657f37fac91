/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/csv-sheet.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "grid/csv-read.h"

#define COLUMNS_MAX 64
#define ROWS_MAX    ((size_t)1 << 21)
#define NO_COLUMN   ((size_t)-1)
/* Oil shale is 1500; over this it is no gCO2 per kWh but something per MWh. */
#define GPKWH_MAX 5000.0

void csv_sheet_done(struct csv_sheet *sheet)
{
	free(sheet->rows);
}

int csv_sheet_bad(const struct csv_sheet *sheet, size_t line, const char *what)
{
	return diag_say(sheet->ask->diag, -EPROTO, "%s, line %zu: %s", sheet->path, line,
			what);
}

static bool is_of_place(const struct place *place, const char *zone)
{
	return strcasecmp(zone, place->zone) == 0 || strcasecmp(zone, place->text) == 0 ||
	       (place->zone[0] == '\0' && strcasecmp(zone, place->iso2) == 0);
}

static int header_line(struct csv_sheet *sheet, char *text, size_t line)
{
	struct intensity_series *series = sheet->ask->series;
	char *value = strchr(text, ':');

	if (!value)
		return 0;
	*value++ = '\0';
	value = trim_text(value);
	if (*value == '\0')
		return 0;
	if (strcasecmp(text, "basis") == 0)
		(void)copy_text(series->basis, sizeof series->basis, value);
	if (strcasecmp(text, "error") == 0 &&
	    (parse_double(value, &series->error_ratio) < 0 ||
	     !(series->error_ratio > 0) || series->error_ratio > 1))
		return csv_sheet_bad(sheet, line,
				     "error is a ratio over 0 and up to 1, as 0.1");
	if (strcasecmp(text, "zone") == 0) {
		char quote[GRID_QUOTE_MAX];

		if (!is_of_place(sheet->ask->query->place, value))
			return diag_say(sheet->ask->diag, -ENODATA, "%s is of %s, not %s",
					sheet->path, grid_quote(sheet->ask, value, quote),
					series->zone);
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

static int columns(struct csv_sheet *sheet, char *const *fields, int count, size_t line)
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
	(void)csv_sheet_bad(sheet, line, "the columns time and gco2_per_kwh are wanted");
	diag_fix(sheet->ask->diag, "begin the file with the line time,gco2_per_kwh");
	return -EPROTO;
}

/* After the date, whose own hyphens are no offset. */
static bool has_zone(const char *text)
{
	return strpbrk(text + strcspn(text, "Tt "), "Zz+-") != NULL;
}

static int time_field(const struct csv_sheet *sheet, const char *text, size_t line,
		      int64_t *ret)
{
	if (has_zone(text) && grid_time_of_text(text, ret) == 0)
		return 0;
	(void)csv_sheet_bad(sheet, line,
			    has_zone(text) ? "this is no time" : "a time without a zone");
	diag_fix(sheet->ask->diag,
		 "write 2026-01-01T00:00:00Z (UTC), or with the offset as "
		 "2026-01-01T01:00:00+01:00");
	return -EPROTO;
}

static int value_field(const struct csv_sheet *sheet, const char *text,
		       struct csv_point *row)
{
	if (*text == '\0')
		return 0;
	if (parse_double(text, &row->gpkwh) < 0)
		return csv_sheet_bad(sheet, row->line,
				     "an intensity is a number, in gCO2 per kWh");
	if (row->gpkwh < 0)
		return csv_sheet_bad(sheet, row->line, "an intensity below 0");
	if (row->gpkwh > GPKWH_MAX)
		return csv_sheet_bad(sheet, row->line,
				     "over 5000: an intensity is in gCO2 per kWh");
	row->told = true;
	return 0;
}

static int keep(struct csv_sheet *sheet, const struct csv_point *row)
{
	if (sheet->count == sheet->room) {
		size_t room = sheet->room ? sheet->room * 2 : 256;
		struct csv_point *rows =
			room <= ROWS_MAX ? reallocarray(sheet->rows, room, sizeof *rows)
					 : NULL;

		if (!rows)
			return -ENOMEM;
		sheet->rows = rows;
		sheet->room = room;
	}
	sheet->rows[sheet->count++] = *row;
	return 0;
}

static int read_row(struct csv_sheet *sheet, char *const *fields, size_t count,
		    size_t line)
{
	struct csv_point row = { .line = line };
	bool has_end = sheet->end < count && *fields[sheet->end] != '\0';
	int r;

	if (sheet->time >= count || sheet->value >= count)
		return csv_sheet_bad(sheet, line, "fields are missing");
	r = time_field(sheet, fields[sheet->time], line, &row.from_unix_s);
	if (r == 0 && has_end)
		r = time_field(sheet, fields[sheet->end], line, &row.to_unix_s);
	if (r == 0 && has_end && row.to_unix_s <= row.from_unix_s)
		r = csv_sheet_bad(sheet, line, "a step that ends before it begins");
	if (r == 0)
		r = value_field(sheet, fields[sheet->value], &row);
	return r < 0 ? r : keep(sheet, &row);
}

int csv_sheet_read(struct csv_sheet *sheet, char *text, size_t size)
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
		return csv_sheet_bad(sheet, reader.line, "this is no row of a CSV file");
	return r;
}
