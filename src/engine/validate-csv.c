/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user's own measurements: a row a reading, columns as `gramme model --csv` takes them
 * (cpu_name, chips, cores, threads, mhz, memory_gb, year, vendor, load_ratio) and measured_w.
 * What is empty is not known; a row without watts or load is left out and counted.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/parse.h"
#include "engine/validate-machine.h"
#include "import/cells.h"
#include "machine/cpu-model.h"

#define SUITE    "measurements"
#define FILE_MAX ((off_t)16 << 20)

struct sheet {
	struct validate *v;
	const char *name;
	struct cells cells;
	size_t left_out;
	size_t judged;
};

enum column {
	CPU_NAME,
	CHIPS,
	CORES,
	THREADS,
	MHZ,
	MEMORY_GB,
	YEAR,
	VENDOR,
	LOAD_RATIO,
	MEASURED_W,
	COLUMNS
};

/* What a number may be. Texts have no range. */
static const struct {
	const char *name;
	double least;
	double most;
} columns[COLUMNS] = {
	[CPU_NAME] = { "cpu_name", 0, 0 },
	[CHIPS] = { "chips", 1, 1024 },
	[CORES] = { "cores", 1, 1 << 20 },
	[THREADS] = { "threads", 1, 1 << 20 },
	[MHZ] = { "mhz", 1, 100000 },
	[MEMORY_GB] = { "memory_gb", 0, 1 << 24 },
	[YEAR] = { "year", 1980, 2100 },
	[VENDOR] = { "vendor", 0, 0 },
	[LOAD_RATIO] = { "load_ratio", 0, 1 },
	[MEASURED_W] = { "measured_w", 0.001, 1e7 },
};

static void sheet_done(struct sheet *sheet)
{
	cells_done(&sheet->cells);
}

/* An empty field is NAN. -EPROTO with the line. */
static int read_number(const struct sheet *sheet, const size_t *at, enum column column,
		       double *ret)
{
	const char *text = cells_field(&sheet->cells, at[column]);

	*ret = (double)NAN;
	if (text[strspn(text, " \t")] == '\0')
		return 0;
	if (parse_double(text, ret) < 0 || *ret < columns[column].least ||
	    *ret > columns[column].most)
		return diag_say(sheet->v->diag, -EPROTO,
				"%.200s, line %zu: %s '%.40s' is not a number from %g to "
				"%g",
				sheet->name, sheet->cells.line, columns[column].name,
				text, columns[column].least, columns[column].most);
	return 0;
}

/* TDP of the chips by the processor's name, as the tables know it. */
static double tdp_of(const char *cpu_name, double chips)
{
	struct cpu_seen seen = { .chips = 1 };
	struct cpu_facts facts = { .tdp_mw = 0 };

	(void)copy_text(seen.name, sizeof seen.name, cpu_name);
	if (seen.name[0] != '\0')
		cpu_model_facts(&seen, &facts);
	return facts.tdp_mw > 0 ? facts.tdp_mw / 1e3 * chips : (double)NAN;
}

static int read_row(struct sheet *sheet, const size_t *at, struct machine_case *ret)
{
	const struct {
		enum column column;
		double *to;
	} numbers[] = {
		{ CHIPS, &ret->chips },
		{ CORES, &ret->cores },
		{ THREADS, &ret->machine.threads },
		{ MHZ, &ret->mhz },
		{ MEMORY_GB, &ret->machine.memory_gb },
		{ YEAR, &ret->year },
		{ LOAD_RATIO, &ret->machine.load_ratio },
		{ MEASURED_W, &ret->measured_w },
	};

	*ret = (struct machine_case){ .suite = SUITE };
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		int r = read_number(sheet, at, numbers[i].column, numbers[i].to);

		if (r < 0)
			return r;
	}
	ret->cpu_name = cells_field(&sheet->cells, at[CPU_NAME]);
	ret->vendor = cells_field(&sheet->cells, at[VENDOR]);
	ret->machine.tdp_w = tdp_of(ret->cpu_name, ret->chips);
	validate_vcpu(sheet->v->tables, "", &ret->machine);
	ret->group = ret->cpu_name[0] != '\0' ? ret->cpu_name : NULL;
	return 0;
}

static int judge_row(struct sheet *sheet, const size_t *at)
{
	struct machine_case one;
	int r = read_row(sheet, at, &one);

	if (r < 0)
		return r;
	if (isnan(one.measured_w) || isnan(one.machine.load_ratio)) {
		sheet->left_out++;
		return 0;
	}
	sheet->judged++;
	return validate_machine(sheet->v, &one);
}

static int read_head(struct sheet *sheet, size_t *ret_at)
{
	int r = cells_next(&sheet->cells);

	if (r < 0)
		return r;
	for (size_t i = 0; i < COLUMNS; i++)
		ret_at[i] =
			r > 0 ? cells_column(&sheet->cells, columns[i].name) : SIZE_MAX;
	if (ret_at[MEASURED_W] != SIZE_MAX && ret_at[LOAD_RATIO] != SIZE_MAX)
		return 0;
	(void)diag_say(sheet->v->diag, -EPROTO,
		       "%.200s: its first row names no column %s", sheet->name,
		       ret_at[MEASURED_W] == SIZE_MAX ? "measured_w" : "load_ratio");
	diag_fix(sheet->v->diag, "a first row like cpu_name,chips,threads,memory_gb,"
				 "load_ratio,measured_w");
	return -EPROTO;
}

static int add_notes(struct sheet *sheet)
{
	char note[300];
	int r;

	(void)snprintf(
		note, sizeof note,
		"Truth: readings of your own, %zu judged, %zu left out for want of "
		"measured_w or load_ratio. Where a formula asks for what a row does "
		"not tell, it has no answer there.",
		sheet->judged, sheet->left_out);
	r = accuracy_note(sheet->v->accuracy, SUITE, note);
	return r < 0 ? r : validate_machine_notes(sheet->v, SUITE);
}

int validate_csv_text(struct validate *v, const char *name, const char *text, size_t size)
{
	CLEANUP(sheet_done) struct sheet sheet = { .v = v, .name = name };
	size_t at[COLUMNS];
	int r;

	cells_begin(&sheet.cells, text, size);
	r = read_head(&sheet, at);
	while (r == 0 && (r = cells_next(&sheet.cells)) > 0)
		r = judge_row(&sheet, at);
	if (r == -EFBIG)
		return diag_say(v->diag, r, "%.200s, line %zu: the row is too long", name,
				sheet.cells.line);
	if (r < 0)
		return r;
	if (sheet.judged == 0)
		return diag_say(v->diag, -ENODATA,
				"%.200s: no row tells both measured_w and load_ratio",
				name);
	return add_notes(&sheet);
}

static int read_file(const char *path, char **ret, size_t *ret_size)
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

int validate_csv(struct validate *v, const char *path)
{
	AUTO_FREE char *text = NULL;
	size_t size = 0;
	int r = read_file(path, &text, &size);

	if (r < 0)
		return diag_fail(v->diag, r, "cannot read %.200s", path);
	return validate_csv_text(v, path, text, size);
}
