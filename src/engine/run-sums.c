/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/run-sums.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/time-text.h"
#include "engine/weigh.h"

/* The sums of a run that ended stand in its row, as this version would work them out. */
static bool has_sums(const struct run_info *info)
{
	return info->state != RUN_RUNNING && info->attributed_j >= 0 &&
	       info->machine_j >= 0 && strcmp(info->version, GRAMME_VERSION) == 0;
}

void run_grid_text(const struct run_info *info, const struct factor *intensity, char *buf,
		   size_t size)
{
	if (!intensity->value.known)
		(void)copy_text(buf, size, "");
	else if (info->grid[0] != '\0')
		(void)copy_text(buf, size, info->grid);
	else
		(void)snprintf(buf, size, "%.20s, %.44s, %.32s, %.23s", intensity->zone,
			       intensity->value.source, intensity->basis,
			       intensity->year_or_time);
}

/* --- by a rate ---------------------------------------------------------------------------- */

static void year_of(const struct run_info *info, char year[RUN_YEAR_LEN + 1])
{
	char text[TIME_TEXT_MAX];

	time_text(info->started_unix_ns, text, sizeof text);
	text[RUN_YEAR_LEN] = '\0';
	(void)copy_text(year, RUN_YEAR_LEN + 1, text);
}

/* Works a rate out by what a run of 1 MJ there would be shown with; no rows are read. */
static void make_rate(struct tables *tables, const struct run_info *info,
		      struct run_rate *rate)
{
	struct run_view view;
	const double probe_j = 1e6;

	memset(&view, 0, sizeof view);
	/* What the facility goes by; nothing here is the view's own. */
	view.record.info = *info;
	view.attributed_j = (struct quantity){
		.known = true, .value = probe_j, .low = probe_j, .high = probe_j
	};
	view_facility(tables, &view);
	(void)copy_text(rate->region, sizeof rate->region, info->region);
	rate->pue = info->pue;
	year_of(info, rate->year);
	rate->known = view.facility_kwh.known && view.carbon_kg.known;
	rate->kwh_per_j = view.facility_kwh.value / probe_j;
	rate->kg_per_j = view.carbon_kg.value / probe_j;
	run_grid_text(info, &view.intensity, rate->grid, sizeof rate->grid);
}

const struct run_rate *run_rate_of(struct tables *tables, struct run_sums_cache *cache,
				   const struct run_info *info)
{
	char year[RUN_YEAR_LEN + 1];
	struct run_rate *rate;

	year_of(info, year);
	for (size_t i = 0; i < cache->count && i < RUN_RATES_MAX; i++) {
		rate = &cache->rates[i];
		if (strcmp(rate->region, info->region) == 0 && !(rate->pue < info->pue) &&
		    !(rate->pue > info->pue) && strcmp(rate->year, year) == 0)
			return rate;
	}
	rate = &cache->rates[cache->count++ % RUN_RATES_MAX];
	make_rate(tables, info, rate);
	return rate;
}

static void weigh_by_rate(const struct run_rate *rate, struct run_sums *sums)
{
	if (!rate->known)
		return;
	sums->facility_kwh = rate->kwh_per_j * sums->attributed_j;
	sums->carbon_kg = rate->kg_per_j * sums->attributed_j;
	(void)copy_text(sums->grid, sizeof sums->grid, rate->grid);
}

/* --- by a weighing ------------------------------------------------------------------------ */

/* What a series in time makes of a run was written down when it was weighed: true where the same
 * would come out now. */
static bool weigh_by_last(const struct view_door *door, const struct run_info *info,
			  struct run_sums *sums)
{
	const char *version = tables_version(door->tables);
	struct store_weighed what = { .run = info->key };
	struct weighing weighing;
	struct diag ignored = { 0 };

	/* Tables of the user's own may be edited under one name. */
	if (strchr(version, '+') ||
	    !weigh_series_of(info->grid, SIGNAL_AVERAGE, &what.series))
		return false;
	weigh_span(info, &what.from_unix_s, &what.to_unix_s);
	if (store_weighing_last(door->store, &what, &ignored, &weighing) < 0 ||
	    strcmp(weighing.method, METHOD_VERSION) != 0 ||
	    strcmp(weighing.data_version, version) != 0 ||
	    strcmp(weighing.place, info->region) != 0 ||
	    strcmp(weighing.grid, info->grid) != 0)
		return false;
	sums->facility_kwh = quantity_or_nan(&weighing.facility_kwh);
	sums->carbon_kg = quantity_or_nan(&weighing.carbon_kg);
	if (weighing.carbon_kg.known)
		(void)copy_text(sums->grid, sizeof sums->grid, info->grid);
	return true;
}

/* --- by all its rows ---------------------------------------------------------------------- */

static void work_out(const struct view_door *door, const struct run_info *info,
		     struct run_sums *sums)
{
	CLEANUP(run_view_done) struct run_view view;
	struct diag ignored = { 0 };

	memset(&view, 0, sizeof view);
	if (view_make(door, info->key, &ignored, &view) < 0)
		return;
	sums->attributed_j = quantity_or_nan(&view.attributed_j);
	sums->machine_j = quantity_or_nan(&view.machine_j);
	if (view.machine_j.known)
		sums->kind = view.machine_j.kind;
	sums->facility_kwh = quantity_or_nan(&view.facility_kwh);
	sums->carbon_kg = quantity_or_nan(&view.carbon_kg);
	if (view.carbon_kg.known)
		run_grid_text(info, &view.intensity, sums->grid, sizeof sums->grid);
}

void run_sums_get(const struct view_door *door, struct run_sums_cache *cache,
		  const struct run_info *info, struct run_sums *ret)
{
	*ret = (struct run_sums){ NAN, NAN, NAN, NAN, info->energy_kind, "" };
	if (info->attributed_j >= 0)
		ret->attributed_j = info->attributed_j;
	if (info->machine_j >= 0)
		ret->machine_j = info->machine_j;
	if (has_sums(info) && info->grid[0] == '\0')
		weigh_by_rate(run_rate_of(door->tables, cache, info), ret);
	else if (!has_sums(info) || !weigh_by_last(door, info, ret))
		work_out(door, info, ret);
}
