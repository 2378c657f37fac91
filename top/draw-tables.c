/* SPDX-License-Identifier: Apache-2.0 */
/* The tables: components, GPUs, runs, processes. Columns that do not fit are left out whole,
 * the least telling first. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw.h"
#include "figure.h"

/* A table's cells are written from left to right. */
struct row {
	struct canvas *canvas;
	int at; /* row */
	int column;
	enum ink ink;
};

static int left_in(const struct row *row)
{
	return row->canvas->columns - row->column;
}

static void left(struct row *row, int width, const char *text)
{
	(void)canvas_text(row->canvas,
			  (struct spot){ row->at, row->column, width, row->ink }, text);
	row->column += width + 1;
}

static void right(struct row *row, int width, const char *text)
{
	canvas_right(row->canvas, (struct spot){ row->at, row->column, width, row->ink },
		     text);
	row->column += width + 1;
}

static void title_ends(const struct row *row)
{
	canvas_ink(row->canvas,
		   (struct spot){ row->at, 0, row->canvas->columns, INK_BAR });
}

static bool is_estimate(const char *kind)
{
	return strcmp(kind, "modelled") == 0 || strcmp(kind, "assumed") == 0;
}

/* --- components --------------------------------------------------------------------------- */

#define NAME_COLUMNS  12
#define WATTS_COLUMNS 7

struct component_columns {
	int bar;
	int joules; /* 0: left out */
	int source;
};

static struct component_columns component_columns(int columns)
{
	struct component_columns to = { .bar = 0 };
	int left = columns - NAME_COLUMNS - WATTS_COLUMNS - 2;

	if (left >= 26) {
		to.joules = 9;
		left -= 10;
	}
	if (left >= 38) {
		to.source = columns > 100 ? 40 : 24;
		left -= to.source + 1;
	}
	to.bar = left - 1;
	return to;
}

static void component_title(struct canvas *canvas, int at,
			    const struct component_columns *to)
{
	struct row row = { canvas, at, 0, INK_BAR };

	left(&row, NAME_COLUMNS, "COMPONENT");
	right(&row, WATTS_COLUMNS, "W");
	row.column += to->bar + 1;
	if (to->joules)
		right(&row, to->joules, "ENERGY");
	if (to->source)
		left(&row, to->source, "SOURCE");
	title_ends(&row);
}

static void source_text(const struct top_component *component, char *buf, size_t size)
{
	if (!component->counted && component->why_not[0])
		(void)snprintf(buf, size, "%s: %s", component->source,
			       component->why_not);
	else
		(void)snprintf(buf, size, "%s%s%s%s", component->source,
			       is_estimate(component->kind) ? ", estimate" : "",
			       component->label[0] ? ", " : "", component->label);
}

static void component_row(struct row *row, const struct top_component *component,
			  const struct component_columns *to, double most_w)
{
	char text[160];

	row->ink = component->counted ? INK_PLAIN : INK_FAINT;
	left(row, NAME_COLUMNS, component->domain);
	figure_plain(component->power_w, text, sizeof text);
	right(row, WATTS_COLUMNS, text);
	canvas_bar(row->canvas,
		   (struct spot){ row->at, row->column, to->bar,
				  component->counted ? (enum ink)((int)INK_CPU +
								  (int)component->family)
						     : INK_FAINT },
		   most_w > 0 ? component->power_w / most_w : NAN);
	row->column += to->bar + 1;
	figure_joules(component->energy_j, text, sizeof text);
	if (to->joules)
		right(row, to->joules, text);
	source_text(component, text, sizeof text);
	if (is_estimate(component->kind) && component->counted)
		row->ink = INK_WARN;
	if (to->source)
		left(row, to->source, text);
}

void draw_components(struct canvas *canvas, const struct scene *scene, struct area area)
{
	const struct reading *reading = scene->reading;
	struct component_columns to = component_columns(canvas->columns);
	struct row row = { canvas, area.row, 0, INK_PLAIN };
	double most_w = 0;

	if (area.height < 2)
		return;
	component_title(canvas, area.row, &to);
	for (size_t i = 0; i < reading->component_count; i++)
		if (reading->components[i].power_w > most_w)
			most_w = reading->components[i].power_w;
	/* What is in the sum comes first. */
	for (int counted = 1; counted >= 0; counted--) {
		for (size_t i = 0; i < reading->component_count; i++) {
			if (reading->components[i].counted != (counted == 1) ||
			    row.at + 1 >= area.row + area.height)
				continue;
			row.at++;
			row.column = 0;
			component_row(&row, &reading->components[i], &to, most_w);
		}
	}
}

/* --- GPUs --------------------------------------------------------------------------------- */

#define BUSY_COLUMNS 6

static void gpu_row(struct row *row, const struct top_gpu *gpu)
{
	int bar = row->canvas->columns >= 70 ? 20 : 8;
	char text[FIGURE_MAX];

	left(row, NAME_COLUMNS, gpu->domain);
	figure_plain(gpu->power_w, text, sizeof text);
	right(row, WATTS_COLUMNS, text);
	figure_percent(gpu->sm_ratio, text, sizeof text);
	right(row, BUSY_COLUMNS, text);
	canvas_bar(row->canvas, (struct spot){ row->at, row->column, bar, INK_GPU },
		   gpu->sm_ratio);
	row->column += bar + 1;
	(void)snprintf(text, sizeof text, "-");
	if (isfinite(gpu->clients))
		(void)snprintf(text, sizeof text, "%.0f", gpu->clients);
	right(row, 7, text);
	left(row, left_in(row), gpu->label);
}

void draw_gpus(struct canvas *canvas, const struct scene *scene, struct area area)
{
	const struct reading *reading = scene->reading;
	struct row row = { canvas, area.row, 0, INK_BAR };

	if (area.height < 2)
		return;
	left(&row, NAME_COLUMNS, "GPU");
	right(&row, WATTS_COLUMNS, "W");
	right(&row, BUSY_COLUMNS, "BUSY");
	row.column += (canvas->columns >= 70 ? 20 : 8) + 1;
	right(&row, 7, "CLIENTS");
	left(&row, left_in(&row), "NAME");
	title_ends(&row);
	for (size_t i = 0; i < reading->gpu_count && (int)i + 1 < area.height; i++) {
		row = (struct row){ canvas, area.row + 1 + (int)i, 0, INK_PLAIN };
		gpu_row(&row, &reading->gpus[i]);
	}
}

/* --- runs --------------------------------------------------------------------------------- */

#define RUN_NUMBERS (11 + 8 + 11 + 13)
#define RUN_AHEAD   (11 + 11)
#define RUN_WIDE    96 /* from so many columns on there is room to look ahead */

static void run_cells(struct row *row, int name, const char *const text[7])
{
	left(row, name, text[0]);
	right(row, 10, text[1]);
	right(row, 7, text[2]);
	right(row, 10, text[3]);
	if (left_in(row) >= 10)
		right(row, 12, text[4]);
	if (!text[5])
		return;
	right(row, 10, text[5]);
	right(row, 10, text[6]);
}

static bool looks_ahead(const struct canvas *canvas, const struct reading *reading)
{
	for (size_t i = 0; i < reading->run_count; i++)
		if (isfinite(reading->runs[i].whole_j))
			return canvas->columns >= RUN_WIDE;
	return false;
}

static void run_row(struct row *row, int name, const struct top_run *run, bool ahead)
{
	char whole[FIGURE_MAX];
	char to_go[FIGURE_MAX];
	char elapsed[FIGURE_MAX];
	char watts[FIGURE_MAX];
	char joules[FIGURE_MAX];
	char grammes[FIGURE_MAX];

	figure_time(run->elapsed_s, elapsed, sizeof elapsed);
	figure_plain(run->power_w, watts, sizeof watts);
	figure_joules(run->attributed_j, joules, sizeof joules);
	figure_si(run->carbon_kg * 1e3, "g", grammes, sizeof grammes);
	figure_joules(run->whole_j, whole, sizeof whole);
	figure_time(run->left_s, to_go, sizeof to_go);
	run_cells(row, name,
		  (const char *const[]){ run->name[0] ? run->name : run->id, elapsed,
					 watts, joules, grammes, ahead ? whole : NULL,
					 to_go });
}

void draw_runs(struct canvas *canvas, const struct scene *scene, struct area area)
{
	const struct reading *reading = scene->reading;
	struct row row = { canvas, area.row, 0, INK_BAR };
	bool ahead = looks_ahead(canvas, reading);
	int name = canvas->columns - RUN_NUMBERS - 1 - (ahead ? RUN_AHEAD : 0);

	if (area.height < 2)
		return;
	if (name < 10) /* narrow: without the grammes */
		name = canvas->columns - RUN_NUMBERS + 12;
	if (name < 6)
		name = 6;
	run_cells(&row, name,
		  (const char *const[]){ "RUN", "TIME", "W", "ENERGY", "CO2e",
					 ahead ? "IN ALL" : NULL, "TO GO" });
	title_ends(&row);
	for (size_t i = 0; i < reading->run_count && (int)i + 1 < area.height; i++) {
		row = (struct row){ canvas, area.row + 1 + (int)i, 0, INK_PLAIN };
		run_row(&row, name, &reading->runs[i], ahead);
	}
}

/* --- processes ---------------------------------------------------------------------------- */

struct process_columns {
	bool user;
	bool gpu;
	bool memory;
	bool run;
	int name;
};

static struct process_columns process_columns(const struct reading *reading, int columns)
{
	struct process_columns to = { .user = columns >= 52, .memory = columns >= 60 };
	bool any_gpu = false;
	bool any_run = false;
	int left;

	for (size_t i = 0; i < reading->listed; i++) {
		any_gpu = any_gpu || isfinite(reading->processes[i].gpu_w);
		any_run = any_run || reading->processes[i].run[0] != '\0';
	}
	to.gpu = columns >= 66 && (any_gpu || reading->gpu_count > 0);
	to.run = columns >= 72 && any_run;
	left = columns - 8 - 8 - 7 - (to.user ? 9 : 0) - (to.gpu ? 8 : 0) -
	       (to.memory ? 7 : 0);
	to.name = to.run ? left / 2 : left;
	return to;
}

static void process_cells(struct row *row, const struct process_columns *to,
			  const char *const text[8])
{
	right(row, 7, text[0]);
	if (to->user)
		left(row, 8, text[1]);
	right(row, 7, text[2]);
	right(row, 6, text[3]);
	if (to->gpu)
		right(row, 7, text[4]);
	if (to->memory)
		right(row, 6, text[5]);
	left(row, to->name - (to->run ? 1 : 0), text[6]);
	if (to->run)
		left(row, left_in(row), text[7]);
}

/* A run by its name where it is listed, else by its id. */
static const char *run_name(const struct reading *reading, const char *id)
{
	for (size_t i = 0; id[0] && i < reading->run_count; i++)
		if (strcmp(reading->runs[i].id, id) == 0 && reading->runs[i].name[0])
			return reading->runs[i].name;
	return id;
}

static void process_row(struct row *row, const struct process_columns *to,
			const struct reading *reading, const struct top_process *process)
{
	char pid[FIGURE_MAX];
	char watts[FIGURE_MAX];
	char cpu[FIGURE_MAX];
	char gpu[FIGURE_MAX];
	char memory[FIGURE_MAX];

	(void)snprintf(pid, sizeof pid, "%ld", process->pid);
	figure_plain(process->power_w, watts, sizeof watts);
	figure_plain(process->gpu_w, gpu, sizeof gpu);
	figure_bytes(process->resident_bytes, memory, sizeof memory);
	(void)snprintf(cpu, sizeof cpu, "-");
	if (isfinite(process->cpu_ratio))
		(void)snprintf(cpu, sizeof cpu, "%.1f", process->cpu_ratio * 100);
	process_cells(row, to,
		      (const char *const[]){ pid, process->user[0] ? process->user : "-",
					     watts, cpu, gpu, memory, process->name,
					     run_name(reading, process->run) });
}

void draw_processes(struct canvas *canvas, const struct scene *scene, struct area area)
{
	const struct reading *reading = scene->reading;
	struct process_columns to = process_columns(reading, canvas->columns);
	struct row row = { canvas, area.row, 0, INK_BAR };
	size_t first = (size_t)scene->view->scroll;

	if (area.height < 2)
		return;
	process_cells(&row, &to,
		      (const char *const[]){ "PID", "USER",
					     reading->processes_estimated ? "W est."
									  : "W",
					     "CPU %", "GPU W", "MEM", "NAME", "RUN" });
	title_ends(&row);
	for (int i = 0; i + 1 < area.height && first + (size_t)i < reading->listed; i++) {
		row = (struct row){ canvas, area.row + 1 + i, 0, INK_PLAIN };
		process_row(&row, &to, reading, &reading->processes[first + (size_t)i]);
	}
}
