/* SPDX-License-Identifier: Apache-2.0 */
/* Factors of fuels that stand still for one test, in a user's own table. Header only. */
#pragma once

#include "fake-grid.h"

static inline void fake_factors(struct fake_grid *grid)
{
	char path[128];

	fixture_write(&grid->fixture, "own/fuel_factor.csv",
		      "# title: made up\n"
		      "scheme,fuel,lifecycle_gpkwh,direct_gpkwh,source\n"
		      "eia,COL,800,1000,made up\n"
		      "eia,NG,500,400,made up\n"
		      "eia,NUC,10,0,made up\n"
		      "eia,SUN,50,0,made up\n"
		      "eia,WAT,20,0,made up\n"
		      "eia,UNK,,,made up\n"
		      "entsoe,B01,230,0,made up\n"
		      "entsoe,B04,490,370,made up\n"
		      "entsoe,B06,650,,made up\n"
		      "entsoe,B11,24,0,made up\n"
		      "entsoe,B14,12,0,made up\n"
		      "entsoe,B15,,,made up\n"
		      "entsoe,B16,48,0,made up\n"
		      "entsoe,B17,230,,made up\n"
		      "entsoe,B18,12,0,made up\n"
		      "entsoe,B19,11,0,made up\n"
		      "entsoe,B20,700,575,made up\n");
	(void)snprintf(path, sizeof path, "%s/own", grid->fixture.path);
	tables_free(grid->tables);
	assert_int_equal(tables_new(path, &grid->tables), 0);
	grid->door.tables = grid->tables;
}
