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

#define MODEL_MACHINE_OPTIONS                                                            \
	{ "cpu", 0, "NAME",                                                              \
	  "its processor (default, with nothing else: this machine)" },                  \
		{ "chips", 0, "N", "how many of it" },                                   \
		{ "cores", 0, "N", "of all chips" },                                     \
		{ "threads", 0, "N", "of all chips" },                                   \
		{ "mhz", 0, "N", "its nominal clock" },                                  \
		{ "memory-gb", 0, "N", "memory" },                                       \
		{ "tdp", 0, "W", "design power of a chip (default: by its name)" },      \
		{ "year", 0, "Y", "the server could be had" },                           \
		{ "vendor", 0, "NAME", "who made the server" },                          \
		{ "load", 0, "RATIO", "0 to 1 (default: the whole curve)" },             \
	{                                                                                \
		"csv", 0, "FILE", "a table of machines, as below"                        \
	}

int model_machine(struct cli *cli); /* without a word */
int model_wall(struct cli *cli);
