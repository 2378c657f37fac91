/* SPDX-License-Identifier: Apache-2.0 */
#include "report/page-layers.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "report/page-part.h"

#define NODES_SHOWN 2

struct build {
	const struct page_run *run;
	const struct run_curve *curve;
	enum page_of of;
	size_t every; /* bins of the curve that make one of the picture */
	struct page_layers *layers;
};

static const struct component_view *lane_of(const struct build *b, size_t lane)
{
	return &b->run->view->components[b->curve->lanes[lane].domain];
}

static const double *values_of(const struct build *b, size_t lane)
{
	const struct curve_lane *values = &b->curve->lanes[lane];

	return b->of == PAGE_OF_RUN ? values->attributed_w : values->machine_w;
}

/* --- memory ------------------------------------------------------------------------------- */

static int begin(struct build *b)
{
	struct page_layers *layers = b->layers;
	size_t room;

	memset(layers, 0, sizeof *layers);
	b->every = (b->curve->bins + PAGE_PICTURE_BINS - 1) / PAGE_PICTURE_BINS;
	if (b->every == 0)
		b->every = 1;
	layers->bins = (b->curve->bins + b->every - 1) / b->every;
	room = (layers->bins + 1) * (ARRAY_SIZE(layers->series) + 1);
	layers->memory = calloc(room, sizeof *layers->memory);
	if (!layers->memory)
		return -ENOMEM;
	layers->edge_s = layers->memory;
	for (size_t i = 0; i <= layers->bins; i++) {
		size_t at = i * b->every;

		layers->edge_s[i] =
			b->curve->bins == 0
				? 0
				: b->curve->edge_s[at < b->curve->bins ? at
								       : b->curve->bins];
	}
	return 0;
}

/* The next layer, to be filled; its values are all NAN where fresh. */
static double *add_layer(struct build *b, const char *label, int colour, bool line)
{
	struct page_layers *layers = b->layers;
	size_t i = layers->count++;
	double *y = layers->memory + (layers->bins + 1) * (i + 1);

	(void)copy_text(layers->label[i], sizeof layers->label[i], label);
	layers->series[i] = (struct svg_series){ layers->label[i], colour, y, line };
	return y;
}

/* --- thinning ----------------------------------------------------------------------------- */

/* The mean over what of the bins is known, by their length; NAN where nothing is. */
static double mean_of(const struct build *b, const double *values, size_t bin)
{
	double sum = 0;
	double length = 0;

	for (size_t i = bin * b->every; i < (bin + 1) * b->every && i < b->curve->bins;
	     i++) {
		double width = b->curve->edge_s[i + 1] - b->curve->edge_s[i];

		if (!isfinite(values[i]))
			continue;
		sum += values[i] * width;
		length += width;
	}
	return length > 0 ? sum / length : NAN;
}

static double peak_of(const struct build *b, const double *values, size_t bin)
{
	double peak = NAN;

	for (size_t i = bin * b->every; i < (bin + 1) * b->every && i < b->curve->bins;
	     i++)
		peak = fmax(peak, values[i]);
	return peak;
}

/* --- layers ------------------------------------------------------------------------------- */

static size_t count_counted(const struct build *b)
{
	size_t count = 0;

	for (size_t i = 0; i < b->curve->lane_count; i++)
		count += lane_of(b, i)->what.counted;
	return count;
}

static void note_known(struct build *b, double value)
{
	if (isfinite(value))
		b->layers->known = true;
}

static void add_domains(struct build *b)
{
	for (size_t i = 0; i < b->curve->lane_count; i++) {
		const struct run_domain *what = &lane_of(b, i)->what;
		double *y;

		if (!what->counted)
			continue;
		y = add_layer(b, what->domain.id, page_colour(what->domain.family),
			      false);
		for (size_t bin = 0; bin < b->layers->bins; bin++) {
			y[bin] = mean_of(b, values_of(b, i), bin);
			note_known(b, y[bin]);
		}
	}
}

/* A family with a part that is not known is not known: a sum that leaves one out is too low. */
static void add_family(struct build *b, enum family family)
{
	double *y = NULL;
	size_t count = 0;

	for (size_t i = 0; i < b->curve->lane_count; i++) {
		const struct run_domain *what = &lane_of(b, i)->what;

		if (!what->counted || what->domain.family != family)
			continue;
		if (!y)
			y = add_layer(b, family_text(family), page_colour(family), false);
		count++;
		for (size_t bin = 0; bin < b->layers->bins; bin++)
			y[bin] += mean_of(b, values_of(b, i), bin);
	}
	if (!y)
		return;
	(void)snprintf(b->layers->label[b->layers->count - 1], sizeof b->layers->label[0],
		       "%s, %zu domains", family_text(family), count);
	for (size_t bin = 0; bin < b->layers->bins; bin++)
		note_known(b, y[bin]);
}

/* The sum of the parts' own highest readings: no less than the machine's highest. */
static void add_peaks(struct build *b)
{
	double *y;

	if (!b->curve->thinned && b->every == 1)
		return;
	y = add_layer(b, "peaks", 7, true);
	for (size_t i = 0; i < b->curve->lane_count; i++) {
		if (!lane_of(b, i)->what.counted)
			continue;
		for (size_t bin = 0; bin < b->layers->bins; bin++)
			y[bin] += peak_of(b, b->curve->lanes[i].peak_w, bin);
	}
}

static void add_nodes(struct build *b)
{
	size_t shown = 0;

	for (size_t i = 0; i < b->curve->lane_count && shown < NODES_SHOWN; i++) {
		const struct run_domain *what = &lane_of(b, i)->what;
		double *y;

		if (what->counted || what->domain.boundary != BOUNDARY_NODE)
			continue;
		shown++;
		y = add_layer(b, what->domain.id, page_colour(FAMILY_NODE), true);
		for (size_t bin = 0; bin < b->layers->bins; bin++) {
			y[bin] = mean_of(b, b->curve->lanes[i].machine_w, bin);
			note_known(b, y[bin]);
		}
	}
}

int page_layers_of(const struct page_run *run, enum page_of of, struct page_layers *ret)
{
	struct build b = { .run = run, .curve = &run->curve, .of = of, .layers = ret };
	int r = begin(&b);

	if (r < 0)
		return r;
	if (count_counted(&b) <= PAGE_LAYERS_MAX)
		add_domains(&b);
	else
		for (int family = 0; family < FAMILIES; family++)
			add_family(&b, (enum family)family);
	if (of == PAGE_OF_MACHINE && ret->known)
		add_peaks(&b);
	if (of == PAGE_OF_MACHINE)
		add_nodes(&b);
	return 0;
}

int page_layers_line(const struct run_curve *curve, const double *y, const char *label,
		     int colour, struct page_layers *ret)
{
	struct build b = { .curve = curve, .layers = ret };
	int r = begin(&b);
	double *line;

	if (r < 0)
		return r;
	line = add_layer(&b, label, colour, true);
	for (size_t bin = 0; bin < ret->bins; bin++) {
		line[bin] = mean_of(&b, y, bin);
		note_known(&b, line[bin]);
	}
	return 0;
}
