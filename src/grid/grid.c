/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/grid.h"

#include <string.h>

#define GRID(name, about) extern const struct grid grid_##name;
#include "grid/grids.def"
#undef GRID

const struct grid_row grid_rows[] = {

#define GRID(name, about) { &grid_##name, about },
#include "grid/grids.def"
#undef GRID
};

const size_t grid_row_count = sizeof grid_rows / sizeof grid_rows[0];

const struct grid *grid_find(const char *name)
{
	for (size_t i = 0; i < grid_row_count; i++)
		if (strcmp(grid_rows[i].grid->name, name) == 0)
			return grid_rows[i].grid;
	return NULL;
}
