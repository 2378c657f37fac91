/* SPDX-License-Identifier: Apache-2.0 */
#include "report/appendix-variable.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "report/number.h"

#define J_PER_KWH 3.6e6
#define NS_PER_H  3.6e12
#define PER_KWH   "PerkWh"

/* --- of a run ----------------------------------------------------------------------------- */

static double duration_h(const struct run_view *view)
{
	return (double)view->record.info.duration_ns / NS_PER_H;
}

static double facility_kwh(const struct run_view *view)
{
	return quantity_or_nan(&view->facility_kwh);
}

static double attributed_kwh(const struct run_view *view)
{
	return quantity_or_nan(&view->attributed_j) / J_PER_KWH;
}

static double marginal_kwh(const struct run_view *view)
{
	return quantity_or_nan(&view->marginal_j) / J_PER_KWH;
}

static double machine_kwh(const struct run_view *view)
{
	return quantity_or_nan(&view->machine_j) / J_PER_KWH;
}

static double wall_kwh(const struct run_view *view)
{
	return quantity_or_nan(&view->wall_j) / J_PER_KWH;
}

/* Of counted domains; one whose part is not known leaves the sum unknown. */
static double family_kwh(const struct run_view *view, enum family family)
{
	double sum_j = NAN;

	for (size_t i = 0; i < view->component_count; i++) {
		const struct component_view *own = &view->components[i];

		if (!own->what.counted || own->what.domain.family != family)
			continue;
		sum_j = (isnan(sum_j) ? 0 : sum_j) + quantity_or_nan(&own->attributed_j);
		if (!own->attributed_j.known)
			return NAN;
	}
	return sum_j / J_PER_KWH;
}

static double cpu_kwh(const struct run_view *view)
{
	return family_kwh(view, FAMILY_CPU);
}

static double memory_kwh(const struct run_view *view)
{
	return family_kwh(view, FAMILY_MEMORY);
}

static double gpu_kwh(const struct run_view *view)
{
	return family_kwh(view, FAMILY_GPU);
}

static double power_w(const struct run_view *view)
{
	double duration_s = (double)view->record.info.duration_ns / (double)NS_PER_S;

	return duration_s > 0 ? quantity_or_nan(&view->attributed_j) / duration_s : NAN;
}

static double carbon_kg(const struct run_view *view)
{
	return quantity_or_nan(&view->carbon_kg);
}

static double marginal_kg(const struct run_view *view)
{
	return quantity_or_nan(&view->carbon_marginal_kg);
}

static double intensity_gpkwh(const struct run_view *view)
{
	return quantity_or_nan(&view->intensity.value);
}

static double pue(const struct run_view *view)
{
	return quantity_or_nan(&view->pue.value);
}

static double cost_usd(const struct run_view *view)
{
	return quantity_or_nan(&view->cost_country.usd);
}

static double cost_global_usd(const struct run_view *view)
{
	return quantity_or_nan(&view->cost_global.usd);
}

static double water_l(const struct run_view *view)
{
	return quantity_or_nan(&view->water_l);
}

static double cpu_h(const struct run_view *view)
{
	const struct run_info *info = &view->record.info;

	return info->has_scope_cpu ? (double)info->scope_cpu_ns / NS_PER_H : NAN;
}

static double gpu_h(const struct run_view *view)
{
	double sum = NAN;

	for (size_t i = 0; i < view->gpu_count; i++) {
		if (!view->gpus[i].has_sm)
			return NAN;
		sum = (isnan(sum) ? 0 : sum) +
		      view->gpus[i].scope_sm_ratio * duration_h(view);
	}
	return sum;
}

static double coverage_pct(const struct run_view *view)
{
	return view->coverage_ratio < 0 ? NAN : 100 * view->coverage_ratio;
}

/* --- the rows ----------------------------------------------------------------------------- */

const struct appendix_variable appendix_variables[] = {
	{ "duration_h", "duration", SCALE_HOUR, duration_h, "from start to end" },
	{ "facility_kwh", "energy, facility", SCALE_KWH, facility_kwh,
	  "attributed energy times PUE" },
	{ "attributed_kwh", "energy, attributed", SCALE_KWH, attributed_kwh,
	  "the run's share of the counted components" },
	{ "carbon_kg", "carbon", SCALE_KG, carbon_kg, "CO2e, average intensity" },
	{ "cost_global_usd", "social cost", SCALE_USD, cost_global_usd,
	  "to all countries together" },
	{ "marginal_kwh", "energy above idle", SCALE_KWH, marginal_kwh,
	  "the run's share of what lies above idle" },
	{ "machine_kwh", "energy, machine", SCALE_KWH, machine_kwh,
	  "all of the counted components, whoever used them" },
	{ "wall_kwh", "energy, wall", SCALE_KWH, wall_kwh,
	  "the run's part at the node or the plug" },
	{ "cpu_kwh", "energy, processors", SCALE_KWH, cpu_kwh, "attributed" },
	{ "memory_kwh", "energy, memory", SCALE_KWH, memory_kwh, "attributed" },
	{ "gpu_kwh", "energy, GPUs", SCALE_KWH, gpu_kwh, "attributed" },
	{ "power_w", "mean power", SCALE_WATT, power_w, "attributed energy over time" },
	{ "carbon_marginal_kg", "carbon, marginal", SCALE_KG, marginal_kg,
	  "CO2e, marginal intensity" },
	{ "intensity_gpkwh", "intensity", SCALE_GPKWH, intensity_gpkwh,
	  "mean of the run, weighted by energy" },
	{ "pue", "PUE", SCALE_PLAIN, pue, "facility over computers" },
	{ "cost_usd", "social cost, country", SCALE_USD, cost_usd,
	  "to the country it ran in" },
	{ "water_l", "water", SCALE_LITRE, water_l, "of generating the electricity" },
	{ "cpu_h", "CPU time", SCALE_HOUR, cpu_h, "of the process tree" },
	{ "gpu_h", "GPU time", SCALE_HOUR, gpu_h,
	  "busy time of the boards, the run's part" },
	{ "coverage_pct", "coverage", SCALE_PERCENT, coverage_pct,
	  "part of the time with readings" },
};

const size_t appendix_variable_count = ARRAY_SIZE(appendix_variables);

_Static_assert(ARRAY_SIZE(appendix_variables) <= APPENDIX_VARIABLES_MAX,
	       "a run has room for all variables");

/* gather_additional_info() of experiment-impact-tracker 0.1.8 names them. Its total_power is
 * energy in kWh, with PUE. */
const struct appendix_alias appendix_aliases[] = {
	{ "total_power", "facility_kwh" },
	{ "exp_len_hours", "duration_h" },
	{ "cpu_hours", "cpu_h" },
	{ "gpu_hours", "gpu_h" },
	{ "estimated_carbon_impact_kg", "carbon_kg" },
	{ "total_carbon", "carbon_kg" },
	{ "kw_hr_cpu", "cpu_kwh" },
	{ "kw_hr_gpu", "gpu_kwh" },
	{ "average_realtime_carbon_intensity", "intensity_gpkwh" },
};

const size_t appendix_alias_count = ARRAY_SIZE(appendix_aliases);

static size_t find_variable(const char *name)
{
	for (size_t i = 0; i < appendix_variable_count; i++)
		if (same_ascii(name, appendix_variables[i].name))
			return i;
	return APPENDIX_NONE;
}

size_t appendix_variable_find(const char *name)
{
	for (size_t i = 0; i < appendix_alias_count; i++)
		if (same_ascii(name, appendix_aliases[i].alias))
			return find_variable(appendix_aliases[i].name);
	return find_variable(name);
}

/* --- columns ------------------------------------------------------------------------------ */

/* The first len bytes of a name. */
static size_t find_metric(const struct appendix_site *site, const char *name, size_t len)
{
	for (size_t i = 0; i < site->metric_count; i++)
		if (strlen(site->metrics[i]) == len &&
		    strncmp(site->metrics[i], name, len) == 0)
			return i;
	return APPENDIX_NONE;
}

int appendix_column_find(const struct appendix_site *site, const char *name,
			 struct appendix_column *ret)
{
	struct appendix_column column = { .variable = APPENDIX_NONE };
	size_t len = strlen(name);

	column.metric = find_metric(site, name, len);
	if (column.metric == APPENDIX_NONE)
		column.variable = appendix_variable_find(name);
	if (column.metric == APPENDIX_NONE && column.variable == APPENDIX_NONE &&
	    len > strlen(PER_KWH) && same_ascii(name + len - strlen(PER_KWH), PER_KWH)) {
		column.metric = find_metric(site, name, len - strlen(PER_KWH));
		column.per_kwh = true;
	}
	if (column.metric == APPENDIX_NONE && column.variable == APPENDIX_NONE)
		return -ENOENT;
	(void)copy_text(column.title, sizeof column.title, name);
	*ret = column;
	return 0;
}

void appendix_column_names(const struct appendix_site *site, struct strbuf *out)
{
	for (size_t i = 0; i < appendix_variable_count; i++)
		strbuf_printf(out, "%s%s", i > 0 ? ", " : "", appendix_variables[i].name);
	strbuf_add(out, "; logged by these runs: ");
	for (size_t i = 0; i < site->metric_count && i < 20; i++)
		strbuf_printf(out, "%s%s", i > 0 ? ", " : "", site->metrics[i]);
	strbuf_add(out, site->metric_count == 0   ? "nothing"
			: site->metric_count > 20 ? ", …"
						  : "");
}

double appendix_figure(const struct appendix_site *site, size_t run,
		       const struct appendix_column *column)
{
	const struct appendix_run *own = &site->runs[run];
	double kwh;

	if (column->variable != APPENDIX_NONE)
		return own->value[column->variable];
	for (size_t i = 0; i < own->metric_count; i++) {
		if (own->metrics[i].name != column->metric)
			continue;
		if (!column->per_kwh)
			return own->metrics[i].value;
		kwh = own->value[find_variable("facility_kwh")];
		return kwh > 0 ? own->metrics[i].value / kwh : NAN;
	}
	return NAN;
}

const char *appendix_label(const struct appendix_column *column)
{
	return column->variable == APPENDIX_NONE
		       ? column->title
		       : appendix_variables[column->variable].label;
}

void appendix_field(const struct appendix_column *column, struct strbuf *out)
{
	if (column->variable != APPENDIX_NONE) {
		strbuf_add(out, appendix_variables[column->variable].name);
		return;
	}
	strbuf_printf(out, "metric:%s", column->title);
}

/* --- how they are shown ------------------------------------------------------------------- */

#define UNITS_MAX 6

/* Smallest first. */
static const struct appendix_unit units[][UNITS_MAX] = {
	[SCALE_PLAIN] = { { 1, "" } },
	[SCALE_KWH] = { { 1e9, "µWh" },
			{ 1e6, "mWh" },
			{ 1e3, "Wh" },
			{ 1, "kWh" },
			{ 1e-3, "MWh" },
			{ 1e-6, "GWh" } },
	[SCALE_KG] = { { 1e9, "µg" },
		       { 1e6, "mg" },
		       { 1e3, "g" },
		       { 1, "kg" },
		       { 1e-3, "t" } },
	[SCALE_HOUR] = { { 3.6e6, "ms" }, { 3600, "s" }, { 60, "min" }, { 1, "h" } },
	[SCALE_WATT] = { { 1e3, "mW" }, { 1, "W" }, { 1e-3, "kW" } },
	[SCALE_LITRE] = { { 1e6, "µl" }, { 1e3, "ml" }, { 1, "l" }, { 1e-3, "m³" } },
	[SCALE_USD] = { { 1e6, "µUSD" }, { 1e2, "cents" }, { 1, "USD" } },
	[SCALE_GPKWH] = { { 1, "g/kWh" } },
	[SCALE_PERCENT] = { { 1, "%" } },
};

static int compare_sizes(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The middle one of the sizes of what is known and not 0; 0 where there is none. */
static double middle_size(const double *values, size_t count)
{
	AUTO_FREE double *sizes = calloc(count + 1, sizeof *sizes);
	size_t known = 0;

	for (size_t i = 0; sizes && i < count; i++)
		if (isfinite(values[i]) && values[i] != 0)
			sizes[known++] = fabs(values[i]);
	if (known == 0)
		return 0;
	qsort(sizes, known, sizeof *sizes, compare_sizes);
	return sizes[known / 2];
}

struct appendix_unit appendix_unit_for(const struct appendix_column *column,
				       const double *values, size_t count)
{
	enum appendix_scale scale = column->variable == APPENDIX_NONE
					    ? SCALE_PLAIN
					    : appendix_variables[column->variable].scale;
	double middle = middle_size(values, count);
	const struct appendix_unit *best = &units[scale][0];

	for (size_t i = 1; i < UNITS_MAX && units[scale][i].name; i++)
		if (middle * units[scale][i].factor >= 1 ||
		    (middle == 0 && units[scale][i].factor == 1))
			best = &units[scale][i];
	return *best;
}

/* Digits behind the point so that `size` has `digits` that count, up to 9. */
static int places_for(double size, int digits)
{
	int places = size > 0 ? digits - 1 - (int)floor(log10(size)) : digits;

	return places < 0 ? 0 : places > 9 ? 9 : places;
}

/* Neither so small nor so large that digits would not be read. */
static bool is_plain(double value)
{
	return value == 0 || (fabs(value) >= 1e-4 && fabs(value) < 1e7);
}

void appendix_number(double value, double sem, const struct appendix_unit *unit,
		     char *buf, size_t size)
{
	double shown = value * unit->factor;
	double error = sem * unit->factor;
	int places = isfinite(error) && error > 0 ? places_for(error, 2)
						  : places_for(fabs(shown), 3);

	if (!isfinite(shown))
		(void)snprintf(buf, size, "not known");
	else if (!is_plain(shown))
		(void)snprintf(buf, size, isfinite(error) ? "%.3g ± %.2g" : "%.3g", shown,
			       error);
	else if (isfinite(error))
		(void)snprintf(buf, size, "%.*f ± %.*f", places, shown, places, error);
	else
		(void)snprintf(buf, size, "%.*f", places, shown);
}
