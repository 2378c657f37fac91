/* SPDX-License-Identifier: Apache-2.0 */
/* The head, the foot, the help, and the parts in their places. */
#include "draw.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "figure.h"

#define GAP 3

/* What stands in a line one after the other, and leaves whole what does not fit. */
struct line {
	struct canvas *canvas;
	struct spot spot;
};

static struct line line_at(struct canvas *canvas, int row)
{
	return (struct line){ canvas, { row, 0, canvas->columns, INK_PLAIN } };
}

static void add_after(struct line *line, int gap, enum ink ink, const char *text)
{
	if (line->spot.column == 0)
		gap = 0;
	if (gap > 0 && canvas_width(line->canvas, text) > line->spot.width - gap)
		return;
	line->spot.column += gap;
	line->spot.width -= gap;
	line->spot.ink = ink;
	gap = canvas_text(line->canvas, line->spot, text);
	line->spot.column += gap;
	line->spot.width -= gap;
}

static void add(struct line *line, enum ink ink, const char *text)
{
	add_after(line, GAP, ink, text);
}

/* --- the head ----------------------------------------------------------------------------- */

static const char *basis_words(const struct reading *reading)
{
	switch (reading->basis) {
	case TOP_MEASURED:
		return "measured";
	case TOP_PART:
		return "PART ESTIMATE";
	case TOP_ESTIMATE:
		return "ESTIMATE, no meter";
	case TOP_NOTHING:
		break;
	}
	return "nothing to read";
}

static void add_power(struct line *line, const struct reading *reading)
{
	char watts[FIGURE_MAX];

	if (isfinite(reading->power_w))
		figure_si(reading->power_w, "W", watts, sizeof watts);
	else
		(void)snprintf(watts, sizeof watts, "- W");
	add(line, INK_STRONG, watts);
	add_after(line, 1, reading->basis == TOP_MEASURED ? INK_PLAIN : INK_WARN,
		  basis_words(reading));
}

static void add_carbon(struct line *line, const struct reading *reading)
{
	char number[FIGURE_MAX];
	char text[160];

	if (isfinite(reading->gph))
		figure_si(reading->gph, "g CO2e/h", number, sizeof number);
	else
		(void)snprintf(number, sizeof number, "- g CO2e/h");
	add(line, INK_STRONG, number);
	if (isfinite(reading->gpkwh))
		(void)snprintf(number, sizeof number, "%.0f", reading->gpkwh);
	else
		(void)snprintf(number, sizeof number, "-");
	(void)snprintf(text, sizeof text, "%s %s g/kWh%s%s",
		       reading->zone[0] ? reading->zone : "WORLD", number,
		       reading->year[0] ? ", " : "", reading->year);
	add(line, INK_PLAIN, text);
	if (isfinite(reading->pue)) {
		(void)snprintf(text, sizeof text, "PUE %.3g", reading->pue);
		add(line, INK_PLAIN, text);
	}
}

static void add_machine(struct line *line, const struct reading *reading)
{
	char number[FIGURE_MAX];
	char all[FIGURE_MAX];
	char text[80];

	figure_percent(reading->cpu_busy_ratio, number, sizeof number);
	figure_plain(reading->cpus, all, sizeof all);
	if (isfinite(reading->cpus))
		(void)snprintf(all, sizeof all, "%.0f", reading->cpus);
	(void)snprintf(text, sizeof text, "cpu %s of %s", number, all);
	add(line, INK_PLAIN, text);
	figure_bytes(reading->memory_used_bytes, number, sizeof number);
	figure_bytes(reading->memory_bytes, all, sizeof all);
	(void)snprintf(text, sizeof text, "memory %s of %s", number, all);
	add(line, INK_PLAIN, text);
	if (isfinite(reading->process_count)) {
		(void)snprintf(text, sizeof text, "%.0f processes",
			       reading->process_count);
		add(line, INK_PLAIN, text);
	}
}

/* What the watching itself takes: as little as it is, it is in the watts. */
static void add_cost(struct line *line, const struct reading *reading)
{
	double ratio = reading->cost_cpu_s / reading->watched_s;
	char number[FIGURE_MAX];
	char text[80];

	figure_time(reading->watched_s, number, sizeof number);
	(void)snprintf(text, sizeof text, "watched %s", number);
	add(line, INK_FAINT, text);
	if (!isfinite(ratio) || reading->watched_s < 1)
		return;
	(void)snprintf(text, sizeof text, "cost %.2g %% of a CPU", ratio * 100);
	add(line, INK_FAINT, text);
}

static void draw_head(struct canvas *canvas, const struct scene *scene)
{
	struct line line = line_at(canvas, 0);

	add(&line, INK_STRONG, "gramme");
	if (scene->view->paused)
		add(&line, INK_WARN, "PAUSED");
	if (!scene->reading) {
		add(&line, INK_PLAIN, "reading...");
		return;
	}
	add_power(&line, scene->reading);
	add_carbon(&line, scene->reading);
	line = line_at(canvas, 1);
	add_machine(&line, scene->reading);
	add_cost(&line, scene->reading);
}

static void draw_one_line(struct canvas *canvas, const struct scene *scene)
{
	struct line line = line_at(canvas, 0);

	if (!scene->reading) {
		add(&line, INK_PLAIN, "reading...");
		return;
	}
	add_power(&line, scene->reading);
	add_carbon(&line, scene->reading);
}

/* --- the foot ----------------------------------------------------------------------------- */

#define FOOT_MAX (TOP_WHY_MAX + 160)

static void why_of(const struct scene *scene, char *buf, size_t size)
{
	const char *note = scene->view->note ? scene->view->note : "";
	const char *why = scene->reading ? scene->reading->why : "";

	(void)snprintf(buf, size, "%.120s%s%s", note, note[0] && why[0] ? "; " : "", why);
}

static void draw_foot(struct canvas *canvas, const struct scene *scene, struct area area)
{
	static const char *const sorts[] = { "watts", "cpu", "memory" };
	static const char *const shows[] = { "all", "chart", "components" };
	const struct view *view = scene->view;
	struct line line = line_at(canvas, area.row + area.height - 1);
	char text[FOOT_MAX];

	why_of(scene, text, sizeof text);
	if (area.height > 1)
		(void)canvas_text(canvas,
				  (struct spot){ area.row, 0, canvas->columns, INK_WARN },
				  text);
	add(&line, INK_FAINT, "q quit");
	add(&line, INK_FAINT, "h help");
	add(&line, INK_FAINT, view->paused ? "p go on" : "p pause");
	(void)snprintf(text, sizeof text, "s sort: %s", sorts[view->sort]);
	add(&line, INK_FAINT, text);
	(void)snprintf(text, sizeof text, "c show: %s", shows[view->show]);
	add(&line, INK_FAINT, text);
	(void)snprintf(text, sizeof text, "+/- every %g s", view->interval_s);
	add(&line, INK_FAINT, text);
}

/* --- help --------------------------------------------------------------------------------- */

static void draw_help(struct canvas *canvas)
{
	static const char *const lines[] = {
		"q              leave",
		"p, space       stop reading, and go on",
		"s              sort processes by watts, cpu time, memory",
		"c              show all, the chart, the components",
		"up, down       through the processes; also j, k",
		"PgUp, PgDn     a page of them; Home, End",
		"+, -           read more often, more rarely",
		"h, ?           this; any key goes back",
		"",
		"A process has the part of the processors' watts that it has of the",
		"busy CPU time, and of a GPU's the part of its time.",
		"- is not known; the reason stands beside it or at the foot.",
		"ENERGY is counted from when this program began to watch.",
	};

	(void)canvas_text(canvas, (struct spot){ 0, 0, canvas->columns, INK_STRONG },
			  "gramme top");
	for (int i = 0; i < (int)(sizeof lines / sizeof lines[0]); i++)
		(void)canvas_text(canvas,
				  (struct spot){ i + 2, 2, canvas->columns - 2,
						 INK_PLAIN },
				  lines[i]);
}

/* --- all of it ---------------------------------------------------------------------------- */

static struct area area_of(const struct layout *layout, enum part part)
{
	return (struct area){ layout->first[part], layout->height[part] };
}

static void draw_parts(struct canvas *canvas, const struct scene *scene,
		       const struct layout *layout)
{
	draw_head(canvas, scene);
	draw_foot(canvas, scene, area_of(layout, PART_FOOT));
	if (!scene->reading)
		return;
	draw_chart(canvas, scene, area_of(layout, PART_CHART));
	draw_components(canvas, scene, area_of(layout, PART_COMPONENTS));
	draw_gpus(canvas, scene, area_of(layout, PART_GPUS));
	draw_runs(canvas, scene, area_of(layout, PART_RUNS));
	draw_processes(canvas, scene, area_of(layout, PART_PROCESSES));
}

int draw_screen(struct canvas *canvas, const struct scene *scene)
{
	const struct reading *reading = scene->reading;
	struct layout_wish wish = { .rows = canvas->rows,
				    .columns = canvas->columns,
				    .show = scene->view->show };
	struct layout layout;
	char why[FOOT_MAX];

	why_of(scene, why, sizeof why);
	wish.why = why[0] != '\0';

	if (reading) {
		wish.components = reading->component_count;
		wish.gpus = reading->gpu_count;
		wish.runs = reading->run_count;
		wish.processes = reading->listed;
	}
	layout_make(&wish, &layout);
	canvas_clear(canvas);
	if (layout.one_line)
		draw_one_line(canvas, scene);
	else if (scene->view->help)
		draw_help(canvas);
	else
		draw_parts(canvas, scene, &layout);
	return layout.height[PART_PROCESSES] > 1 ? layout.height[PART_PROCESSES] - 1 : 0;
}
