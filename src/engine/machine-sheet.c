/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/machine-sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/parse.h"

#define FILE_MAX ((off_t)16 << 20)

/* What a number may be; a text has no range. */
static const struct {
	const char *name;
	double least;
	double most;
} columns[MACHINE_COLUMNS] = {
	[COLUMN_CPU_NAME] = { "cpu_name", 0, 0 },
	[COLUMN_CHIPS] = { "chips", 1, 1024 },
	[COLUMN_CORES] = { "cores", 1, 1 << 20 },
	[COLUMN_THREADS] = { "threads", 1, 1 << 20 },
	[COLUMN_MHZ] = { "mhz", 1, 100000 },
	[COLUMN_MEMORY_GB] = { "memory_gb", 0, 1 << 24 },
	[COLUMN_YEAR] = { "year", 1980, 2100 },
	[COLUMN_VENDOR] = { "vendor", 0, 0 },
	[COLUMN_LOAD_RATIO] = { "load_ratio", 0, 1 },
	[COLUMN_MEASURED_W] = { "measured_w", 0.001, 1e7 },
};

const char *machine_column_name(enum machine_column column)
{
	return columns[column].name;
}

bool machine_sheet_has(const struct machine_sheet *sheet, enum machine_column column)
{
	return sheet->at[column] != SIZE_MAX;
}

int machine_sheet_begin(struct machine_sheet *sheet, const char *name, const char *text,
			size_t size, struct diag *diag)
{
	bool any = false;
	int r;

	*sheet = (struct machine_sheet){ .name = name, .diag = diag };
	cells_begin(&sheet->cells, text, size);
	r = cells_next(&sheet->cells);
	if (r < 0)
		return diag_fail(diag, r, "cannot read the first row of %.200s", name);
	for (int i = 0; i < MACHINE_COLUMNS; i++) {
		sheet->at[i] =
			r > 0 ? cells_column(&sheet->cells, columns[i].name) : SIZE_MAX;
		any |= sheet->at[i] != SIZE_MAX;
	}
	if (any)
		return 0;
	(void)diag_say(diag, -EPROTO,
		       "%.200s: its first row names no column of a machine", name);
	diag_fix(diag,
		 "a first row like cpu_name,chips,cores,threads,memory_gb,load_ratio");
	return -EPROTO;
}

void machine_sheet_done(struct machine_sheet *sheet)
{
	cells_done(&sheet->cells);
}

static int read_number(const struct machine_sheet *sheet, int column, double *ret)
{
	const char *text = cells_field(&sheet->cells, sheet->at[column]);

	*ret = (double)NAN;
	if (text[strspn(text, " \t")] == '\0')
		return 0;
	if (parse_double(text, ret) < 0 || *ret < columns[column].least ||
	    *ret > columns[column].most)
		return diag_say(sheet->diag, -EPROTO,
				"%.200s, line %zu: %s '%.40s' is not a number from %g to "
				"%g",
				sheet->name, sheet->cells.line, columns[column].name,
				text, columns[column].least, columns[column].most);
	return 0;
}

int machine_sheet_next(struct machine_sheet *sheet, struct machine_row *ret)
{
	int r = cells_next(&sheet->cells);

	if (r == -EFBIG)
		return diag_say(sheet->diag, r, "%.200s, line %zu: the row is too long",
				sheet->name, sheet->cells.line);
	if (r <= 0)
		return r;
	for (int i = 0; i < MACHINE_COLUMNS; i++) {
		ret->number[i] = (double)NAN;
		if (columns[i].most <= 0)
			continue;
		r = read_number(sheet, i, &ret->number[i]);
		if (r < 0)
			return r;
	}
	ret->cpu_name = cells_field(&sheet->cells, sheet->at[COLUMN_CPU_NAME]);
	ret->vendor = cells_field(&sheet->cells, sheet->at[COLUMN_VENDOR]);
	return 1;
}

int machine_sheet_read_file(const char *path, char **ret, size_t *ret_size)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	AUTO_FREE char *text = NULL;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	if (st.st_size > FILE_MAX)
		return -EFBIG;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	n = fd_read_full(fd, text, (size_t)st.st_size);
	if (n < 0)
		return (int)n;
	*ret = STEAL(text);
	*ret_size = (size_t)n;
	return 0;
}
