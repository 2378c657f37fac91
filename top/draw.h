/* SPDX-License-Identifier: Apache-2.0 */
/* A reading and the minutes before it as a screen. Pure: the same scene is the same canvas. */
#pragma once

#include "canvas.h"
#include "history.h"
#include "layout.h"

struct view {
	enum top_sort sort;
	enum layout_show show;
	int scroll; /* processes above the first one shown */
	bool paused;
	bool help;
	double interval_s;
	const char *note; /* at the foot, before the reading's own why; NULL: none */
};

struct scene {
	const struct reading *reading; /* NULL: none yet */
	const struct history *history;
	const struct view *view;
};

/* Draws the whole canvas. Returns how many processes are shown, for paging. */
int draw_screen(struct canvas *canvas, const struct scene *scene);

/* Its parts, for draw-*.c: the rows that are theirs. */
struct area {
	int row;
	int height;
};

void draw_chart(struct canvas *canvas, const struct scene *scene, struct area area);
void draw_components(struct canvas *canvas, const struct scene *scene, struct area area);
void draw_gpus(struct canvas *canvas, const struct scene *scene, struct area area);
void draw_runs(struct canvas *canvas, const struct scene *scene, struct area area);
void draw_processes(struct canvas *canvas, const struct scene *scene, struct area area);
