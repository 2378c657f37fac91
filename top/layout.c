/* SPDX-License-Identifier: Apache-2.0 */
#include "layout.h"

#include <string.h>

#define CHART_LEAST 4 /* three of bars, one of time */
#define CHART_GOOD  7
#define CHART_BEST  12
#define GPUS_SHOWN  8

/* A part grows to so many rows, out of what is left. */
static void grow(struct layout *layout, enum part part, int to, int *left)
{
	int more = to - layout->height[part];

	if (more > *left)
		more = *left;
	if (more <= 0)
		return;
	layout->height[part] += more;
	*left -= more;
}

/* All or nothing: a title without a row says nothing. */
static void begin(struct layout *layout, enum part part, int least, int *left)
{
	if (least <= *left)
		grow(layout, part, least, left);
}

/* Rows of a list with its title; an empty one has no title either. */
static int list_of(size_t count, size_t most)
{
	if (count == 0)
		return 0;
	return 1 + (int)(count < most ? count : most);
}

static void share_out(const struct layout_wish *wish, struct layout *layout, int left)
{
	size_t components = wish->show == SHOW_CHART ? 0 : wish->components;

	/* Who asks for the chart alone has it first. */
	if (wish->show == SHOW_CHART)
		begin(layout, PART_CHART, CHART_LEAST, &left);
	begin(layout, PART_COMPONENTS, list_of(components, 1), &left);
	begin(layout, PART_PROCESSES, list_of(wish->processes, 3), &left);
	begin(layout, PART_RUNS, list_of(wish->runs, 1), &left);
	grow(layout, PART_COMPONENTS, list_of(components, 3), &left);
	if (wish->show == SHOW_BOTH)
		begin(layout, PART_CHART, CHART_LEAST, &left);
	begin(layout, PART_GPUS, list_of(wish->gpus, 1), &left);
	if (layout->height[PART_RUNS])
		grow(layout, PART_RUNS, list_of(wish->runs, 3), &left);
	if (layout->height[PART_GPUS])
		grow(layout, PART_GPUS, list_of(wish->gpus, GPUS_SHOWN), &left);
	grow(layout, PART_PROCESSES, list_of(wish->processes, 5), &left);
	if (layout->height[PART_CHART])
		grow(layout, PART_CHART, CHART_GOOD, &left);
	grow(layout, PART_COMPONENTS, list_of(components, 8), &left);
	grow(layout, PART_PROCESSES, list_of(wish->processes, 12), &left);
	if (layout->height[PART_CHART])
		grow(layout, PART_CHART, CHART_BEST, &left);
	grow(layout, PART_COMPONENTS, list_of(components, components), &left);
	grow(layout, PART_RUNS, list_of(wish->runs, wish->runs), &left);
	if (wish->processes > 0)
		grow(layout, PART_PROCESSES, wish->rows, &left);
}

void layout_make(const struct layout_wish *wish, struct layout *ret)
{
	int row = 0;
	int left;

	memset(ret, 0, sizeof *ret);
	ret->one_line =
		wish->rows < LAYOUT_LEAST_ROWS || wish->columns < LAYOUT_LEAST_COLUMNS;
	if (ret->one_line) {
		ret->height[PART_HEAD] = 1;
		return;
	}
	ret->height[PART_HEAD] = 2;
	ret->height[PART_FOOT] = wish->why ? 2 : 1;
	left = wish->rows - ret->height[PART_HEAD] - ret->height[PART_FOOT];
	share_out(wish, ret, left);
	for (int i = 0; i < PARTS; i++) {
		ret->first[i] = row;
		row += ret->height[i];
	}
	ret->first[PART_FOOT] = wish->rows - ret->height[PART_FOOT];
}
