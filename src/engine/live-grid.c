/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-9, E-10 for the present: where this machine is, and what its grid emits now. Nobody
 * is asked: what a run found out and the ledger keeps, else the tables.
 */
#include <string.h>

#include "base/parse.h"
#include "calc/carbon.h"
#include "engine/live.h"
#include "engine/locate.h"
#include "engine/weigh.h"

/* Series have steps of five minutes and more. */
#define AGAIN_NS (60 * NS_PER_S)
/* Among so many of the newest runs one may have a series for the place. */
#define LOOK_BACK 16

int live_grid_open(struct gramme *gramme, const char *region, struct live_grid *ret)
{
	struct place place;
	int r = locate(gramme, region, false, &place);

	if (r < 0)
		return r;
	*ret = (struct live_grid){ .gramme = gramme, .place = place };
	return 0;
}

/* "electricitymaps DE" of the newest run that was here. */
static void find_series(struct store *store, struct run_info *info)
{
	const struct store_filter filter = { .limit = LOOK_BACK };
	struct diag ignored = { 0 };
	struct run_info *runs = NULL;
	size_t count = 0;

	if (!store || store_list(store, &filter, &ignored, &runs, &count) < 0)
		return;
	for (size_t i = 0; i < count && info->grid[0] == '\0'; i++)
		if (strcmp(runs[i].region, info->region) == 0)
			(void)copy_text(info->grid, sizeof info->grid, runs[i].grid);
	store_free_infos(runs, count);
}

/* A run of the last second, that used a joule: what it weighs is what the present weighs. */
static void describe_now(const struct live_grid *grid, struct run_info *info)
{
	const struct place *place = &grid->place;
	const struct config *config = &grid->gramme->config;
	struct diag ignored = { 0 };

	info->started_unix_ns =
		host_clock_ns(&grid->gramme->here, HOST_REALTIME) - NS_PER_S;
	info->duration_ns = NS_PER_S;
	if (strcmp(place->how, "world") != 0)
		(void)copy_text(info->region, sizeof info->region, place->text);
	(void)copy_text(info->region_how, sizeof info->region_how, place->how);
	(void)copy_text(info->region_from, sizeof info->region_from, place->from);
	(void)!config_pue(config, &info->pue, &ignored);
	(void)copy_text(info->pue_source, sizeof info->pue_source,
			config->value[CONFIG_PUE].from);
}

static void close_store(struct store **store)
{
	store_close(*store);
}

/* What a run here and now would be weighed with, by the very code that weighs runs. */
static void look(struct live_grid *grid)
{
	const char *path = grid->gramme->config.value[CONFIG_DB].text;
	CLEANUP(close_store) struct store *store = NULL;
	AUTO_FREE struct run_view *view = calloc(1, sizeof *view);
	AUTO_FREE struct weigh *weigh = calloc(1, sizeof *weigh);
	struct run_info info = { .key = 0 };
	struct diag ignored = { 0 };

	if (!view || !weigh || !context_tables(grid->gramme))
		return;
	if (*path != '\0' && access(path, R_OK) == 0 &&
	    store_open(path, STORE_READ, &ignored, &store) == 0)
		store_patience(store, 100);
	describe_now(grid, &info);
	find_series(store, &info);
	weigh_begin(weigh, grid->gramme->tables, store, &info);
	weigh_point(weigh, 0, 0);
	weigh_point(weigh, NS_PER_S, UJ_PER_J);
	weigh_end(weigh, view);
	weigh_done(weigh);
	grid->intensity = view->intensity;
	grid->pue = view->pue;
}

void live_grid_read(struct live_grid *grid, struct live_view *view)
{
	int64_t now_ns = host_now_ns(&grid->gramme->here);
	struct quantity facility_w;

	if (grid->due_ns == 0 || now_ns >= grid->due_ns) {
		look(grid);
		grid->due_ns = now_ns + AGAIN_NS;
	}
	view->place = grid->place;
	view->intensity = grid->intensity;
	view->pue = grid->pue;
	facility_w = carbon_product(&view->power_w, &view->pue.value, 1);
	view->gph = carbon_product(&facility_w, &view->intensity.value, 1e-3);
	if (!view->intensity.value.known)
		live_say(view, "the grid's intensity is not known");
	if (!view->pue.value.known)
		live_say(view, "the PUE is not known");
}
