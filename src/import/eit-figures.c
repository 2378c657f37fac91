/* SPDX-License-Identifier: Apache-2.0 */
/*
 * experiment-impact-tracker's own figures by its own arithmetic, whatever one may think of it: a
 * row's power holds for the time since the row before, the last row's also until the end, and a
 * row without a value adds nothing.
 */
#include <math.h>

#include "import/eit.h"

#define HOUR_S 3600.0

struct walk {
	const struct eit_run *run;
	double *gpkwh; /* a row's, gaps filled; NULL: none was told at all */
	double cpu_kwh;
	double gpu_kwh;
	double grams;
	double gpu_h;
};

/* Gaps have what was before them, those at the beginning what comes after. */
static void fill_gpkwh(const struct eit_run *run, double *gpkwh)
{
	double last = NAN;

	for (size_t i = 0; i < run->count; i++) {
		double now = run->rows[i].is[EIT_GPKWH];

		gpkwh[i] = last = isfinite(now) ? now : last;
	}
	for (size_t i = run->count; i-- > 0;) {
		last = isfinite(gpkwh[i]) ? gpkwh[i] : last;
		gpkwh[i] = last;
	}
}

static double or_none(double value)
{
	return isfinite(value) ? value : 0;
}

static void add(struct walk *walk, size_t i, double dt_s)
{
	const struct eit_row *row = &walk->run->rows[i];
	double hours = dt_s / HOUR_S;
	double cpu_kwh = hours * or_none(row->is[EIT_CPU_CREDITED_W]) / 1000;
	double gpu_kwh = hours * or_none(row->is[EIT_GPU_CREDITED_W]) / 1000;

	walk->cpu_kwh += cpu_kwh;
	walk->gpu_kwh += gpu_kwh;
	walk->gpu_h +=
		hours * or_none(row->is[EIT_GPU_USE]) * (double)walk->run->info.gpus;
	if (walk->gpkwh)
		walk->grams += EIT_PUE * (cpu_kwh + gpu_kwh) * walk->gpkwh[i];
}

static void each_row(struct walk *walk)
{
	const struct eit_run *run = walk->run;
	double before_s = (double)run->start_ns / 1e9;

	for (size_t i = 0; i < run->count; i++) {
		add(walk, i, run->rows[i].is[EIT_TIMESTAMP] - before_s);
		before_s = run->rows[i].is[EIT_TIMESTAMP];
	}
	if (run->info.has_end)
		add(walk, run->count - 1, (double)run->end_ns / 1e9 - before_s);
}

static bool has_any(const struct eit_run *run, enum eit_key key)
{
	for (size_t i = 0; i < run->count; i++)
		if (isfinite(run->rows[i].is[key]))
			return true;
	return false;
}

static double mean_of(const double *values, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += values[i];
	return sum / (double)count;
}

static void tell(const struct walk *walk, struct records *records)
{
	const struct eit_run *run = walk->run;
	double total_kwh = EIT_PUE * (walk->cpu_kwh + walk->gpu_kwh);
	double grams = walk->gpkwh ? walk->grams : total_kwh * run->info.region_gpkwh;
	bool has_gpu = has_any(run, EIT_GPU_CREDITED_W);

	records_figure(records, "cpu_hours", run->pids.cpu_s / HOUR_S, "h");
	records_figure(records, "gpu_hours", has_gpu ? walk->gpu_h : NAN, "h");
	records_figure(records, "estimated_carbon_impact_kg", grams / 1000, "kg");
	records_figure(records, "total_power", total_kwh, "kWh");
	records_figure(records, "kw_hr_gpu", has_gpu ? walk->gpu_kwh : NAN, "kWh");
	records_figure(records, "kw_hr_cpu", walk->cpu_kwh, "kWh");
	records_figure(records, "exp_len_hours",
		       (double)(run->end_ns - run->start_ns) / 1e9 / HOUR_S, "h");
	if (walk->gpkwh)
		records_figure(records, "average_realtime_carbon_intensity",
			       mean_of(walk->gpkwh, run->count), "g/kWh");
	records_figure(records, "region_carbon_intensity", run->info.region_gpkwh,
		       "g/kWh");
	records_figure(records, "PUE", EIT_PUE, "");
}

void eit_figures(const struct eit_run *run, struct records *records)
{
	struct walk walk = { .run = run };
	AUTO_FREE double *gpkwh = calloc(run->count, sizeof *gpkwh);

	/* Without the start nobody knows how long the first row's power held. */
	if (!run->info.has_start)
		return;
	if (!gpkwh) {
		records->failed = true;
		return;
	}
	if (has_any(run, EIT_GPKWH)) {
		fill_gpkwh(run, gpkwh);
		walk.gpkwh = gpkwh;
	}
	each_row(&walk);
	tell(&walk, records);
}
