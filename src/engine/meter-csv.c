/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/meter-csv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/time-text.h"
#include "import/cells.h"
#include "import/lines.h"

#define FILE_MAX        (INT64_C(256) << 20)
#define READINGS_MAX    20000000
#define COLUMN_NAME_MAX 64

void meter_csv_done(struct meter_csv *csv)
{
	free(csv->readings);
}

/* --- columns ------------------------------------------------------------------------------ */

struct sheet {
	struct cells cells;
	size_t date;
	size_t time;
	size_t value;
	double scale;
	struct meter_csv *csv;
	size_t room;
};

/* A column's name as words: "Total (kWh)" is " total kwh ". */
static void words_of(const char *name, char words[COLUMN_NAME_MAX + 3])
{
	size_t n = 0;

	words[n++] = ' ';
	for (; *name && n < COLUMN_NAME_MAX; name++) {
		char c = lower_ascii(*name);
		bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (letter)
			words[n++] = c;
		else if (words[n - 1] != ' ')
			words[n++] = ' ';
	}
	words[n++] = ' ';
	words[n] = '\0';
}

static bool has_word(const char *words, const char *word)
{
	char wanted[16];

	(void)snprintf(wanted, sizeof wanted, " %s ", word);
	return strstr(words, wanted) != NULL;
}

static const struct unit {
	const char *word;
	enum wall_meter meter;
	double scale;
} units[] = {
	{ "mw", WALL_METER_W, 1e-3 },   { "kw", WALL_METER_W, 1e3 },
	{ "w", WALL_METER_W, 1 },       { "watt", WALL_METER_W, 1 },
	{ "watts", WALL_METER_W, 1 },   { "power", WALL_METER_W, 1 },
	{ "apower", WALL_METER_W, 1 },  { "mwh", WALL_METER_J, 3.6 },
	{ "kwh", WALL_METER_J, 3.6e6 }, { "wh", WALL_METER_J, 3600 },
	{ "kj", WALL_METER_J, 1e3 },    { "j", WALL_METER_J, 1 },
	{ "joule", WALL_METER_J, 1 },   { "joules", WALL_METER_J, 1 },
};

/* Of its words the first unit of the list, so that "power kw" is of kW. */
static const struct unit *unit_of(const char *words)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (has_word(words, units[i].word))
			return &units[i];
	return NULL;
}

static bool is_time(const char *words)
{
	static const char *const names[] = { "time", "timestamp", "datetime", "ts",
					     "t",    "unix",      "epoch" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (has_word(words, names[i]))
			return true;
	return false;
}

/* Watts before a counter, the first of each. */
static void take_unit(struct sheet *sheet, size_t at, const struct unit *unit)
{
	struct meter_csv *csv = sheet->csv;

	if (sheet->value != SIZE_MAX &&
	    !(csv->meter == WALL_METER_J && unit->meter == WALL_METER_W))
		return;
	sheet->value = at;
	sheet->scale = unit->scale;
	csv->meter = unit->meter;
	(void)copy_text(csv->column, sizeof csv->column, sheet->cells.fields[at]);
}

static int bad_columns(const struct sheet *sheet, const char *path, struct diag *diag)
{
	return diag_say(diag, -EPROTO,
			"%s: there is no column of %s: a header names them, "
			"time,watts or time,kWh, with commas between",
			path,
			sheet->value == SIZE_MAX ? "watts, nor a counter that names its "
						   "unit (Wh, kWh, J)"
						 : "times");
}

static int find_columns(struct sheet *sheet, const char *path, struct diag *diag)
{
	int r = cells_next(&sheet->cells);

	sheet->date = sheet->time = sheet->value = SIZE_MAX;
	if (r < 0)
		return diag_fail(diag, r, "cannot read %s", path);
	for (size_t i = 0; r > 0 && i < sheet->cells.count; i++) {
		char words[COLUMN_NAME_MAX + 3];
		const struct unit *unit;

		words_of(sheet->cells.fields[i], words);
		unit = unit_of(words);
		if (unit)
			take_unit(sheet, i, unit);
		else if (sheet->time == SIZE_MAX && is_time(words))
			sheet->time = i;
		else if (sheet->date == SIZE_MAX && has_word(words, "date"))
			sheet->date = i;
	}
	if (sheet->time == SIZE_MAX) {
		sheet->time = sheet->date;
		sheet->date = SIZE_MAX;
	}
	return sheet->value == SIZE_MAX || sheet->time == SIZE_MAX
		       ? bad_columns(sheet, path, diag)
		       : 0;
}

/* --- rows --------------------------------------------------------------------------------- */

/* Unix seconds, ms or us: of this century each has digits of its own. */
static double of_number(double value)
{
	if (value > 1e14)
		return value / 1e6;
	return value > 1e11 ? value / 1e3 : value;
}

/* "2026-11-23 08:37:57.5", without a zone: of this machine's. */
static bool of_local(const char *text, double *ret)
{
	struct tm tm = { .tm_isdst = -1 };
	const char *rest = strptime(text, "%Y-%m-%d", &tm);
	double part = 0;
	time_t t;

	rest = rest && (*rest == 'T' || *rest == ' ')
		       ? strptime(rest + 1, "%H:%M:%S", &tm)
		       : NULL;
	if (!rest || (*rest != '\0' && parse_double(rest, &part) < 0))
		return false;
	t = mktime(&tm);
	*ret = (double)t + part;
	return t != (time_t)-1;
}

static bool of_rfc(const char *text, double *ret)
{
	char copy[TIME_TEXT_MAX];
	int64_t ns = 0;

	if (!copy_text(copy, sizeof copy, text))
		return false;
	if (strlen(copy) > 10 && copy[10] == ' ')
		copy[10] = 'T';
	if (time_of_text(copy, &ns) < 0)
		return false;
	*ret = (double)ns / 1e9;
	return true;
}

static bool time_of(const struct sheet *sheet, double *ret)
{
	const char *text = cells_field(&sheet->cells, sheet->time);
	char joined[2 * TIME_TEXT_MAX];
	double number;

	if (sheet->date != SIZE_MAX && strchr(text, ':') && !strchr(text, '-')) {
		(void)snprintf(joined, sizeof joined, "%.30sT%.30s",
			       cells_field(&sheet->cells, sheet->date), text);
		text = joined;
	}
	if (parse_double(text, &number) == 0 && number > 0) {
		*ret = of_number(number);
		return true;
	}
	return of_rfc(text, ret) || of_local(text, ret);
}

static int add(struct sheet *sheet, double at_s, double value)
{
	struct meter_csv *csv = sheet->csv;

	if (csv->count == READINGS_MAX)
		return -EFBIG;
	if (csv->count == sheet->room) {
		size_t room = sheet->room ? 2 * sheet->room : 1024;
		struct wall_reading *grown =
			reallocarray(csv->readings, room, sizeof *grown);

		if (!grown)
			return -ENOMEM;
		csv->readings = grown;
		sheet->room = room;
	}
	csv->readings[csv->count++] = (struct wall_reading){ at_s, value };
	return 0;
}

static int take_rows(struct sheet *sheet)
{
	int r;

	while ((r = cells_next(&sheet->cells)) != 0) {
		const char *text = cells_field(&sheet->cells, sheet->value);
		double at_s, value;

		if (r == -ENOMEM)
			return r;
		value = r < 0 ? (double)NAN : lines_number(text, NULL);
		if (r < 0 || !isfinite(value) || !time_of(sheet, &at_s)) {
			sheet->csv->passed_over++;
			continue;
		}
		r = add(sheet, at_s, value * sheet->scale);
		if (r < 0)
			return r;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct wall_reading *x = a, *y = b;

	return (x->at_s > y->at_s) - (x->at_s < y->at_s);
}

static void put_in_order(struct meter_csv *csv)
{
	size_t kept = 0;

	if (csv->count == 0)
		return;
	qsort(csv->readings, csv->count, sizeof *csv->readings, compare);
	for (size_t i = 1; i < csv->count; i++)
		if (csv->readings[i].at_s > csv->readings[kept].at_s)
			csv->readings[++kept] = csv->readings[i];
	csv->count = kept + 1;
}

/* --- the file ----------------------------------------------------------------------------- */

static void sheet_done(struct sheet *sheet)
{
	cells_done(&sheet->cells);
}

int meter_csv_parse(const char *path, const char *text, size_t size, struct diag *diag,
		    struct meter_csv *ret)
{
	CLEANUP(meter_csv_done) struct meter_csv csv = { .count = 0 };
	CLEANUP(sheet_done) struct sheet sheet = { .csv = &csv };
	int r;

	cells_begin(&sheet.cells, text, size);
	r = find_columns(&sheet, path, diag);
	if (r < 0)
		return r;
	r = take_rows(&sheet);
	if (r < 0)
		return diag_fail(diag, r, "cannot read %s", path);
	put_in_order(&csv);
	if (csv.count < 3)
		return diag_say(diag, -ENODATA,
				"%s: no three rows have a time and a number", path);
	*ret = csv;
	csv.readings = NULL;
	return 0;
}

static int read_whole(const char *path, char **ret, size_t *ret_size)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	AUTO_FREE char *text = NULL;
	struct stat st;
	size_t used = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > FILE_MAX)
		return -EFBIG;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	while (used < (size_t)st.st_size) {
		ssize_t n = read(fd, text + used, (size_t)st.st_size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	text[used] = '\0';
	*ret_size = used;
	*ret = STEAL(text);
	return 0;
}

int meter_csv_read(const char *path, struct diag *diag, struct meter_csv *ret)
{
	AUTO_FREE char *text = NULL;
	size_t size = 0;
	int r = read_whole(path, &text, &size);

	if (r < 0)
		return diag_fail(diag, r, "cannot read the meter's file %s", path);
	return meter_csv_parse(path, text, size, diag, ret);
}
