/* SPDX-License-Identifier: Apache-2.0 */
/* How the rows of a screen are shared out. A part that gets fewer than its least is left out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Below these all there is room for is one line. */
#define LAYOUT_LEAST_ROWS    8
#define LAYOUT_LEAST_COLUMNS 36

enum part {
	PART_HEAD,
	PART_CHART,
	PART_COMPONENTS,
	PART_GPUS,
	PART_RUNS,
	PART_PROCESSES,
	PART_FOOT,
	PARTS
};

/* What `c` goes round. */
enum layout_show { SHOW_BOTH, SHOW_CHART, SHOW_COMPONENTS, SHOW_COUNT };

struct layout_wish {
	int rows;
	int columns;
	enum layout_show show;
	size_t components;
	size_t gpus;
	size_t runs;
	size_t processes;
	bool why; /* a reason is to be told: a row more at the foot */
};

struct layout {
	bool one_line;
	int first[PARTS];  /* row */
	int height[PARTS]; /* with the title's row; 0: not shown */
};

void layout_make(const struct layout_wish *wish, struct layout *ret);
