/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suite `rapl`: a processor's own meter against load, from two readings of the same machine.
 *
 * A sweep is a machine under one kind of load. Given are its fullest reading and its lowest one
 * of a package that is awake; all readings between are the test. How the power rises between them
 * is fitted to the other machines, or to the other processors. Judged beside: the lowest reading
 * of all as the second point, which is of a package asleep.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/validate.h"
#include "machine/load-shape.h"

#define SUITE "rapl"

struct reading {
	const char *machine;
	const char *cpu;
	const char *load; /* "busy", "throttled" */
	struct load_point point;
	double codecarbon_w;
};

struct sheet {
	struct reading *readings;
	size_t count;
	struct load_seen *others; /* room for a fit */
};

static void sheet_done(struct sheet *sheet)
{
	free(sheet->readings);
	free(sheet->others);
}

static int read_sheet(struct validate *v, struct sheet *ret)
{
	const struct table *table = tables_get(v->tables, "validation_rapl_load");
	size_t rows = table ? table_rows(table) : 0;

	if (rows == 0)
		return diag_say(v->diag, -ENODATA,
				"the table validation_rapl_load is not there");
	ret->readings = calloc(rows, sizeof *ret->readings);
	ret->others = calloc(rows, sizeof *ret->others);
	if (!ret->readings || !ret->others)
		return -ENOMEM;
	for (size_t row = 0; row < rows; row++) {
		struct reading *one = &ret->readings[ret->count];
		size_t load = table_column(table, "load_ratio");
		size_t watts = table_column(table, "rapl_w");

		*one = (struct reading){
			.machine = table_text(table, row, table_column(table, "machine")),
			.cpu = table_text(table, row, table_column(table, "cpu_name")),
			.load = table_text(table, row, table_column(table, "load")),
			.codecarbon_w = (double)NAN,
		};
		if (!table_number(table, row, load, &one->point.load_ratio) ||
		    !table_number(table, row, watts, &one->point.power_w))
			continue;
		(void)table_number(table, row, table_column(table, "codecarbon_w"),
				   &one->codecarbon_w);
		ret->count++;
	}
	return 0;
}

static bool same_sweep(const struct reading *a, const struct reading *b)
{
	return strcmp(a->machine, b->machine) == 0 && strcmp(a->load, b->load) == 0;
}

/* The two given readings of a sweep; NULL where it has none such. */
static const struct reading *lowest(const struct sheet *sheet, const struct reading *of,
				    double least_ratio)
{
	const struct reading *found = NULL;

	for (size_t i = 0; i < sheet->count; i++) {
		const struct reading *one = &sheet->readings[i];

		if (same_sweep(one, of) && one->point.load_ratio >= least_ratio &&
		    (!found || one->point.load_ratio < found->point.load_ratio))
			found = one;
	}
	return found;
}

static const struct reading *fullest(const struct sheet *sheet, const struct reading *of)
{
	const struct reading *found = NULL;

	for (size_t i = 0; i < sheet->count; i++) {
		const struct reading *one = &sheet->readings[i];

		if (same_sweep(one, of) &&
		    (!found || one->point.load_ratio > found->point.load_ratio))
			found = one;
	}
	return found;
}

/* A reading between its sweep's two given ones; false: it is one of them, or below. */
static bool between(const struct sheet *sheet, const struct reading *one,
		    double least_ratio, struct load_seen *ret)
{
	const struct reading *low = lowest(sheet, one, least_ratio);
	const struct reading *full = fullest(sheet, one);

	if (!low || !full || one == low || one == full ||
	    one->point.load_ratio < low->point.load_ratio)
		return false;
	*ret = (struct load_seen){ low->point, full->point, one->point };
	return true;
}

static bool is_busy(const struct reading *one)
{
	return strcmp(one->load, "busy") == 0;
}

enum held_out {
	HELD_MACHINE, /* the log */
	HELD_CPU,     /* and others of the same processor */
};

/* What its guess is fitted to: the sweeps of its kind of load that are not held out with it. */
static size_t others_of(const struct sheet *sheet, const struct reading *one,
			enum held_out held, double least_ratio)
{
	size_t count = 0;

	for (size_t i = 0; i < sheet->count; i++) {
		const struct reading *other = &sheet->readings[i];
		bool held_out = held == HELD_CPU
					? strcmp(other->cpu, one->cpu) == 0
					: strcmp(other->machine, one->machine) == 0;

		if (is_busy(other) == is_busy(one) && !held_out)
			count +=
				between(sheet, other, least_ratio, &sheet->others[count]);
	}
	return count;
}

static double guess_of(const struct sheet *sheet, const struct reading *one,
		       const struct load_seen *seen, enum held_out held,
		       double least_ratio)
{
	size_t count = others_of(sheet, one, held, least_ratio);
	struct load_rise rise;

	if (is_busy(one))
		return load_shape_busy_w(&seen->low, &seen->full, seen->seen.load_ratio,
					 load_shape_fit(sheet->others, count));
	rise = load_shape_rise_fit(sheet->others, count);
	return load_shape_throttled_w(&seen->low, &seen->full, seen->seen.load_ratio,
				      &rise);
}

static int add(struct validate *v, const char *method, const struct reading *one,
	       const struct load_seen *seen, double guess)
{
	struct accuracy_case this = {
		.truth = seen->seen.power_w,
		.guess = guess,
		.low90 = (double)NAN,
		.high90 = (double)NAN,
		.low95 = (double)NAN,
		.high95 = (double)NAN,
		.group = is_busy(one) ? "busy threads" : "throttled load",
		.group2 = one->machine,
		.full = seen->full.power_w,
	};

	return accuracy_add(v->accuracy, SUITE, method, &this);
}

/* Which of the sweep's readings is the lower point, and how the methods are then called. */
struct points {
	double least_ratio;
	const char *ours;
	const char *by_cpu; /* with the processor held out; NULL: not again */
	const char *line;
	const char *codecarbon; /* NULL: not again */
};

static int judge(struct validate *v, const struct sheet *sheet, const struct reading *one,
		 const struct points *points)
{
	struct load_seen seen;
	double load_ratio = one->point.load_ratio;
	double least = points->least_ratio;
	int r;

	if (!between(sheet, one, least, &seen))
		return 0;
	r = add(v, points->ours, one, &seen,
		guess_of(sheet, one, &seen, HELD_MACHINE, least));
	if (r == 0 && points->by_cpu)
		r = add(v, points->by_cpu, one, &seen,
			guess_of(sheet, one, &seen, HELD_CPU, least));
	if (r == 0)
		r = add(v, points->line, one, &seen,
			load_shape_line_w(&seen.low, &seen.full, load_ratio));
	if (r == 0 && points->codecarbon)
		r = add(v, points->codecarbon, one, &seen, one->codecarbon_w);
	return r;
}

static int add_notes(struct validate *v)
{
	static const char *const notes[] = {
		"Truth: RAPL package power of 4 processors in 5 logs (106 readings), "
		"CodeCarbon, MIT. Given: of each sweep the fullest reading and the lowest one "
		"at 6 % load or more; below that the meters tell 0.2 to 1.4 W, a package "
		"asleep. \"from asleep\": with that reading as the lower point instead.",
		"Held out: the bend of busy threads and the rise of throttled load are fitted "
		"to the other machines only, and in \"processor left out\" to the other "
		"processors: two logs name one, though one tells twice the other's watts. But "
		"which curve stands for which load was chosen with all logs in sight.",
		"CodeCarbon's rows are its own estimate beside the meter, without either point.",
	};

	for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
		int r = accuracy_note(v->accuracy, SUITE, notes[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

int validate_rapl(struct validate *v)
{
	static const struct points points[] = {
		{ LOAD_SHAPE_AWAKE_RATIO, "gramme, load shape",
		  "gramme, processor left out", "straight line",
		  "CodeCarbon, its own estimate" },
		{ 0, "gramme, load shape, from asleep", NULL,
		  "straight line, from asleep", NULL },
	};
	CLEANUP(sheet_done) struct sheet sheet = { NULL, 0, NULL };
	int r = read_sheet(v, &sheet);

	for (size_t p = 0; r == 0 && p < ARRAY_SIZE(points); p++)
		for (size_t i = 0; r == 0 && i < sheet.count; i++)
			r = judge(v, &sheet, &sheet.readings[i], &points[p]);
	return r < 0 ? r : add_notes(v);
}
