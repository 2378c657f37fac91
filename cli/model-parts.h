/* SPDX-License-Identifier: Apache-2.0 */
/* The words behind `gramme model`: their options as rows, and who runs them. */
#pragma once

#include "cli.h"

#define MODEL_WALL_OPTIONS                                                               \
	{ "class", 0, "CLASS", "wall: laptop, desktop, server or gpu-node" },            \
		{ "energy-j", 0, "J", "wall: joules of the components" },                \
	{                                                                                \
		"duration-s", 0, "S", "wall: in so many seconds"                         \
	}

int model_wall(struct cli *cli);
