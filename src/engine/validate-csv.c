/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user's own measurements: a row a reading, columns as `gramme model --csv` takes them
 * (cpu_name, chips, cores, threads, mhz, memory_gb, year, vendor, load_ratio) and measured_w.
 * What is empty is not known; a row without watts or load is left out and counted.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "engine/machine-sheet.h"
#include "engine/validate-model.h"
#include "machine/cpu-model.h"

#define SUITE "measurements"

struct sheet {
	struct validate *v;
	struct machine_sheet rows;
	struct server_fit *fit;
	size_t left_out;
	size_t judged;
};

static void sheet_done(struct sheet *sheet)
{
	machine_sheet_done(&sheet->rows);
	server_fit_free(sheet->fit);
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

static void case_of(const struct sheet *sheet, const struct machine_row *row,
		    struct machine_case *ret)
{
	*ret = (struct machine_case){
		.suite = SUITE,
		.cpu_name = row->cpu_name,
		.vendor = row->vendor,
		.chips = row->number[COLUMN_CHIPS],
		.cores = row->number[COLUMN_CORES],
		.mhz = row->number[COLUMN_MHZ],
		.year = row->number[COLUMN_YEAR],
		.measured_w = row->number[COLUMN_MEASURED_W],
		.machine = { .threads = row->number[COLUMN_THREADS],
			     .memory_gb = row->number[COLUMN_MEMORY_GB],
			     .load_ratio = row->number[COLUMN_LOAD_RATIO] },
	};
	ret->machine.tdp_w = tdp_of(ret->cpu_name, ret->chips);
	validate_vcpu(sheet->v->tables, "", &ret->machine);
	ret->group = ret->cpu_name[0] != '\0' ? ret->cpu_name : NULL;
}

static int judge_row(struct sheet *sheet, const struct machine_row *row)
{
	struct machine_case one;
	int r;

	case_of(sheet, row, &one);
	if (isnan(one.measured_w) || isnan(one.machine.load_ratio)) {
		sheet->left_out++;
		return 0;
	}
	sheet->judged++;
	r = validate_by_model(sheet->v, sheet->fit, VALIDATE_MODEL, &one);
	return r < 0 ? r : validate_machine(sheet->v, &one);
}

/* What no row can do without. */
static int check_columns(const struct sheet *sheet)
{
	static const enum machine_column needed[] = { COLUMN_MEASURED_W,
						      COLUMN_LOAD_RATIO };

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		if (machine_sheet_has(&sheet->rows, needed[i]))
			continue;
		(void)diag_say(sheet->v->diag, -EPROTO,
			       "%.200s: its first row names no column %s",
			       sheet->rows.name, machine_column_name(needed[i]));
		diag_fix(sheet->v->diag, "a first row like cpu_name,chips,threads,"
					 "memory_gb,load_ratio,measured_w");
		return -EPROTO;
	}
	return 0;
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
	CLEANUP(sheet_done) struct sheet sheet = { .v = v };
	struct machine_row row;
	int r = machine_sheet_begin(&sheet.rows, name, text, size, v->diag);

	if (r == 0)
		r = check_columns(&sheet);
	if (r == 0)
		r = server_fit_new(NULL, &sheet.fit);
	while (r == 0 && (r = machine_sheet_next(&sheet.rows, &row)) > 0)
		r = judge_row(&sheet, &row);
	if (r < 0)
		return r;
	if (sheet.judged == 0)
		return diag_say(v->diag, -ENODATA,
				"%.200s: no row tells both measured_w and load_ratio",
				name);
	return add_notes(&sheet);
}

int validate_csv(struct validate *v, const char *path)
{
	AUTO_FREE char *text = NULL;
	size_t size = 0;
	int r = machine_sheet_read_file(path, &text, &size);

	if (r < 0)
		return diag_fail(v->diag, r, "cannot read %.200s", path);
	return validate_csv_text(v, path, text, size);
}
