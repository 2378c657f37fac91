/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/weigh.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/time-text.h"
#include "calc/cost.h"
#include "place/factor-say.h"
#include "place/factor.h"

#define HOUR_S   INT64_C(3600)
#define DATE_LEN 10 /* "2026-11-23" */

void weigh_place(struct tables *tables, const struct run_info *info, struct place *ret)
{
	struct diag diag = { 0 };

	place_world(ret);
	if (info->region[0] == '\0') {
		(void)copy_text(ret->note, sizeof ret->note,
				"where the run was is not known");
		return;
	}
	if (place_of_text(tables, info->region, &diag, ret) < 0)
		(void)copy_text(ret->note, sizeof ret->note, diag.text);
	(void)copy_text(ret->text, sizeof ret->text, info->region);
	(void)copy_text(ret->how, sizeof ret->how, info->region_how);
	(void)copy_text(ret->from, sizeof ret->from, info->region_from);
	if (info->has_position && !ret->has_position) {
		ret->has_position = true;
		ret->latitude = info->latitude;
		ret->longitude = info->longitude;
	}
}

bool weigh_given_place(struct tables *tables, const struct config *config,
		       struct place *ret)
{
	const struct config_value *set = &config->value[CONFIG_REGION];
	struct run_info info = { .key = 0 };

	if (set->text[0] == '\0')
		return false;
	(void)copy_text(info.region, sizeof info.region, set->text);
	(void)copy_text(info.region_how, sizeof info.region_how, "config");
	(void)copy_text(info.region_from, sizeof info.region_from, set->from);
	weigh_place(tables, &info, ret);
	return true;
}

bool weigh_series_of(const char *grid, enum signal signal, struct store_series *ret)
{
	const char *blank = strchr(grid, ' ');
	struct store_series series = { .signal = signal };
	size_t len = blank ? (size_t)(blank - grid) : 0;

	if (len == 0 || len >= sizeof series.provider ||
	    !copy_text(series.zone, sizeof series.zone, blank + 1))
		return false;
	memcpy(series.provider, grid, len);
	*ret = series;
	return true;
}

void weigh_span(const struct run_info *info, int64_t *ret_from_unix_s,
		int64_t *ret_to_unix_s)
{
	*ret_from_unix_s = info->started_unix_ns / NS_PER_S;
	*ret_to_unix_s = run_time_unix_ns(info, info->duration_ns) / NS_PER_S + 1;
}

static void load_series(struct weigh *weigh, struct store *store, const char *grid,
			enum signal signal)
{
	const struct run_info *info = weigh->info;
	int64_t from_s;
	int64_t to_s;
	struct store_series what;
	struct diag ignored = { 0 };

	if (!store || !weigh_series_of(grid, signal, &what))
		return;
	weigh_span(info, &from_s, &to_s);
	(void)!store_intensity_get(store, &what, from_s, to_s, &ignored,
				   &weigh->series[signal]);
}

void weigh_begin(struct weigh *weigh, struct tables *tables, struct store *store,
		 const struct run_info *info)
{
	memset(weigh, 0, sizeof *weigh);
	weigh->tables = tables;
	weigh->info = info;
	weigh_place(tables, info, &weigh->place);
	factor_average(tables, &weigh->place, info->started_unix_ns, info->duration_ns,
		       &weigh->yearly[SIGNAL_AVERAGE]);
	factor_marginal(tables, &weigh->place, info->started_unix_ns,
			&weigh->yearly[SIGNAL_MARGINAL]);
	load_series(weigh, store, info->grid, SIGNAL_AVERAGE);
	load_series(weigh, store, info->grid_marginal, SIGNAL_MARGINAL);
	for (int i = 0; i < 2; i++)
		carbon_curve_begin(&weigh->curve[i], &weigh->series[i],
				   &weigh->yearly[i].value);
}

void weigh_point(struct weigh *weigh, int64_t t_ns, uint64_t sum_uj)
{
	for (int i = 0; i < 2; i++)
		carbon_curve_point(&weigh->curve[i], run_time_unix_ns(weigh->info, t_ns),
				   sum_uj);
}

/* "5 min", "hour": of the shortest step. */
static void resolution_text(const struct intensity_series *series, char *buf, size_t size)
{
	int64_t least_s = HOUR_S * 24 * 366;

	for (size_t i = 0; i < series->count; i++) {
		const struct intensity_point *point = &series->points[i];
		int64_t step_s = point->to_unix_s - point->from_unix_s;

		least_s = step_s < least_s ? step_s : least_s;
	}
	if (least_s == HOUR_S)
		(void)copy_text(buf, size, "hour");
	else if (least_s < 2 * HOUR_S)
		(void)snprintf(buf, size, "%d min", (int)((least_s + 30) / 60));
	else
		(void)snprintf(buf, size, "%d h", (int)(least_s / HOUR_S));
}

/* What a series in time says of itself, over the yearly mean's words. */
static void describe_series(const struct weigh *weigh, enum signal signal,
			    const struct in_time *parts, struct factor *factor)
{
	const struct intensity_series *series = &weigh->series[signal];
	char yearly[32];
	char start[TIME_TEXT_MAX];

	(void)copy_text(yearly, sizeof yearly, factor->value.source);
	(void)snprintf(factor->value.source, sizeof factor->value.source,
		       "%s, zone %.48s%s%s", series->provider, series->zone,
		       parts->covered_ratio < 0.9995 ? "; the rest " : "",
		       parts->covered_ratio < 0.9995 ? yearly : "");
	(void)copy_text(factor->zone, sizeof factor->zone, series->zone);
	(void)copy_text(factor->basis, sizeof factor->basis, series->basis);
	time_text(weigh->info->started_unix_ns, start, sizeof start);
	(void)snprintf(factor->year_or_time, sizeof factor->year_or_time, "%.*s",
		       DATE_LEN, start);
	resolution_text(series, factor->resolution, sizeof factor->resolution);
	if (parts->covered_ratio >= 0.9995)
		factor->why[0] = '\0';
}

/* Joules that a step covered and those that have the yearly mean may be counted in two ways:
 * the basis told is the series' own. */
static void say_other_basis(const struct factor *yearly, const struct in_time *parts,
			    struct factor *factor)
{
	char why[FACTOR_WHY_MAX];

	if (!yearly->value.known || parts->covered_ratio >= 0.9995 ||
	    strcmp(yearly->basis, factor->basis) == 0)
		return;
	(void)copy_text(why, sizeof why, factor->why);
	(void)snprintf(factor->why, sizeof factor->why,
		       "the rest has a yearly mean, %.63s%s%.110s", yearly->basis,
		       why[0] != '\0' ? "; " : "", why);
}

/* A place that was guessed is no place that was found, however exact its grid's hours are. */
static bool is_guessed(const struct place *place)
{
	return strcmp(place->how, "timezone") == 0 || strcmp(place->how, "world") == 0;
}

/* Rows tell the time the machine was awake, so what came after a sleep meets an hour too early. */
static void say_slept(struct factor *factor)
{
	factor->value.kind = kind_worse(factor->value.kind, KIND_ASSUMED);
	factor_say(factor, "the machine slept during the run: what it used after that is "
			   "weighed by hours before");
}

/* A mean with the words of where it came from. */
static void fill_intensity(const struct weigh *weigh, enum signal signal,
			   struct factor *factor, struct in_time *parts)
{
	char source[sizeof factor->value.source];

	*factor = weigh->yearly[signal];
	(void)copy_text(source, sizeof source, factor->value.source);
	carbon_curve_end(&weigh->curve[signal], &factor->value, parts);
	/* A reason is kept where it is not known; else the yearly mean's own words. */
	if (factor->value.known)
		(void)copy_text(factor->value.source, sizeof factor->value.source,
				source);
	if (is_guessed(&weigh->place))
		factor->value.kind = kind_worse(factor->value.kind, KIND_ASSUMED);
	if (parts->covered_ratio > 0) {
		describe_series(weigh, signal, parts, factor);
		say_other_basis(&weigh->yearly[signal], parts, factor);
		if (weigh->slept)
			say_slept(factor);
	} else if (signal == SIGNAL_AVERAGE && weigh->info->grid[0] != '\0') {
		(void)snprintf(factor->why, sizeof factor->why,
			       "%s has nothing for the time of the run",
			       weigh->info->grid);
	}
}

static void fill_pue(const struct weigh *weigh, struct factor *pue)
{
	const struct run_info *info = weigh->info;

	factor_pue(weigh->tables, &weigh->place, info->started_unix_ns, pue);
	if (info->pue <= 0)
		return;
	memset(pue, 0, sizeof *pue);
	pue->value = (struct quantity){ .known = true,
					.value = info->pue,
					.low = info->pue,
					.high = info->pue,
					.kind = KIND_ASSUMED };
	(void)copy_text(pue->value.source, sizeof pue->value.source, info->pue_source);
}

static void fill_cost(const struct weigh *weigh, struct run_view *view)
{
	struct cost *country = &view->cost_country;
	struct cost *global = &view->cost_global;

	factor_scc_country(weigh->tables, &weigh->place, &country->usd_per_t);
	country->usd = cost_usd(&view->carbon_kg, &country->usd_per_t.value);
	country->dollars_of = factor_dollars_of(weigh->tables, "scc_country");
	factor_scc_global(weigh->tables, weigh->info->started_unix_ns,
			  &global->usd_per_t);
	global->usd = cost_usd(&view->carbon_kg, &global->usd_per_t.value);
	global->dollars_of = factor_dollars_of(weigh->tables, "scc_global");
}

/* Both go by kWh: of the facility for generation, of the machines for cooling (WUE). */
static void fill_water(const struct weigh *weigh, struct run_view *view)
{
	struct factor grid;
	struct factor site;
	struct quantity it_kwh = view->attributed_j;
	struct quantity litres;

	factor_water(weigh->tables, &weigh->place, &grid);
	factor_wue(weigh->tables, &weigh->place, &site);
	it_kwh.value /= 3.6e6;
	it_kwh.low /= 3.6e6;
	it_kwh.high /= 3.6e6;
	view->water_l = carbon_product(&view->facility_kwh, &grid.value, 1);
	(void)copy_text(view->water_l.source, sizeof view->water_l.source,
			grid.value.source);
	if (!site.value.known || !view->water_l.known)
		return;
	litres = carbon_product(&it_kwh, &site.value, 1);
	view->water_l.value += litres.value;
	view->water_l.low += litres.low;
	view->water_l.high += litres.high;
	(void)snprintf(view->water_l.source, sizeof view->water_l.source,
		       "%.60s; on site %.50s", grid.value.source, site.value.source);
}

void weigh_end(const struct weigh *weigh, struct run_view *view)
{
	view->place = weigh->place;
	fill_pue(weigh, &view->pue);
	fill_intensity(weigh, SIGNAL_AVERAGE, &view->intensity, &view->in_time);
	fill_intensity(weigh, SIGNAL_MARGINAL, &view->marginal, &view->marginal_in_time);
	view->facility_kwh = carbon_facility_kwh(&view->attributed_j, &view->pue.value);
	view->carbon_kg = carbon_kg(&view->facility_kwh, &view->intensity.value);
	view->carbon_marginal_kg = carbon_kg(&view->facility_kwh, &view->marginal.value);
	if (!view->marginal.value.known)
		(void)copy_text(view->carbon_marginal_kg.source,
				sizeof view->carbon_marginal_kg.source,
				view->marginal.value.source);
	fill_cost(weigh, view);
	fill_water(weigh, view);
	(void)copy_text(view->data_version, sizeof view->data_version,
			tables_version(weigh->tables));
	(void)copy_text(view->method, sizeof view->method, METHOD_VERSION);
}

void weigh_done(struct weigh *weigh)
{
	if (!weigh)
		return;
	for (int i = 0; i < 2; i++)
		intensity_series_done(&weigh->series[i]);
}
