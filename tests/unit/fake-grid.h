/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A provider of carbon intensity with its network, keys and tables, for one question. The
 * tables are the real ones. Header only.
 */
#pragma once

#include <sys/stat.h>

#include "fake-http.h"
#include "grid/grid.h"

struct fake_grid {
	struct fixture fixture;
	struct fake_http http;
	struct keys *keys;
	struct tables *tables;
	struct place place;
	struct grid_query query;
	struct grid_door door;
	struct intensity_series series;
	struct diag diag;
	char text[8192]; /* of fake_grid_fetch() */
};

/* keys: the text of a file of keys. The question is then the test's to set. */
static inline void fake_grid_open(struct fake_grid *grid, const char *keys,
				  const struct fake_reply *replies, size_t count)
{
	char path[128];

	memset(grid, 0, sizeof *grid);
	/* A developer's own keys stay out of it. */
	(void)unsetenv("GRAMME_ELECTRICITYMAPS_KEY");
	(void)unsetenv("GRAMME_WATTTIME_KEY");
	fixture_open(&grid->fixture);
	fixture_write(&grid->fixture, "keys", keys);
	(void)snprintf(path, sizeof path, "%s/keys", grid->fixture.path);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(keys_open(path, NULL, &grid->keys), 0);
	assert_int_equal(tables_new(NULL, &grid->tables), 0);
	fake_open(&grid->http, replies, count);
	grid->query.place = &grid->place;
	grid->door.http = &grid->http.door;
	grid->door.keys = grid->keys;
	grid->door.tables = grid->tables;
}

static inline void fake_grid_close(struct fake_grid *grid)
{
	intensity_series_done(&grid->series);
	tables_free(grid->tables);
	keys_free(grid->keys);
	fixture_close(&grid->fixture);
}

static inline void fake_grid_place(struct fake_grid *grid, const char *zone,
				   const char *iso2)
{
	(void)copy_text(grid->place.zone, sizeof grid->place.zone, zone);
	(void)copy_text(grid->place.iso2, sizeof grid->place.iso2, iso2);
}

static inline void fake_grid_position(struct fake_grid *grid, double latitude,
				      double longitude)
{
	grid->place.has_position = true;
	grid->place.latitude = latitude;
	grid->place.longitude = longitude;
}

/* Of a series the points' text, "" where it failed. */
static inline int fake_grid_fetch(struct fake_grid *grid, const struct grid *provider)
{
	int r;

	intensity_series_done(&grid->series);
	memset(&grid->series, 0, sizeof grid->series);
	diag_clear(&grid->diag);
	grid->http.asked = 0;
	r = provider->fetch(&grid->door, &grid->query, &grid->series, &grid->diag);
	(void)fake_points(&grid->series, grid->text, sizeof grid->text);
	return r;
}

/* Its name of the place; "" where it does not serve it. */
static inline const char *fake_grid_zone(struct fake_grid *grid,
					 const struct grid *provider)
{
	if (!provider->zone_of(grid->tables, &grid->place, grid->text, sizeof grid->text))
		grid->text[0] = '\0';
	return grid->text;
}
