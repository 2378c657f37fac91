/* SPDX-License-Identifier: Apache-2.0 */
/* A run's numbers for a comparison. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "engine/compare-sides.h"
#include "engine/run-sums.h"
#include "report/json-value.h"
#include "report/phrase.h"

/* The last value in time; NAN where there is none, or it is no number. */
static double last_metric(const struct run_record *record, const char *name)
{
	const struct run_metric *last = NULL;

	for (size_t i = 0; i < record->metric_count; i++)
		if (strcmp(record->metrics[i].name, name) == 0 &&
		    (!last || record->metrics[i].t_ns >= last->t_ns))
			last = &record->metrics[i];
	return last ? last->value : NAN;
}

/* How often a section of that name was begun. */
static size_t times_of(const struct run_view *view, const char *name)
{
	for (size_t i = 0; i < view->section_count; i++)
		if (view->sections[i].paired && strcmp(view->sections[i].name, name) == 0)
			return view->sections[i].count;
	return 0;
}

static double steps_of(const struct run_view *view)
{
	const struct run_record *record = &view->record;
	double steps = last_metric(record, "steps");
	size_t marks = times_of(view, "step");

	if (!isfinite(steps))
		steps = last_metric(record, "step");
	if (isfinite(steps))
		return steps > 0 ? steps : NAN;
	if (marks == 0)
		marks = times_of(view, "epoch");
	if (marks > 0)
		return (double)marks;
	for (size_t i = 0; i < record->mark_count; i++)
		marks += strncmp(record->marks[i].name, "epoch", 5) == 0 ||
			 strncmp(record->marks[i].name, "step", 4) == 0;
	return marks > 0 ? (double)marks : NAN;
}

static void take_strbuf(char *buf, size_t size, const struct strbuf *text)
{
	(void)copy_text(buf, size, text->text ? text->text : "");
}

/* Neighbours of one source and kind together: "package-0, dram-0 (powercap, measured)". */
static void add_domains(const struct run_view *view, struct strbuf *out)
{
	const struct run_domain *last = NULL;

	for (size_t i = 0; i < view->component_count; i++) {
		const struct run_domain *own = &view->components[i].what;

		if (!own->counted)
			continue;
		if (last && (strcmp(last->source, own->source) != 0 ||
			     last->domain.kind != own->domain.kind))
			strbuf_printf(out, " (%s, %s)", last->source,
				      kind_text(last->domain.kind));
		strbuf_printf(out, "%s%s", last ? ", " : "", own->domain.id);
		last = own;
	}
	if (last)
		strbuf_printf(out, " (%s, %s)", last->source,
			      kind_text(last->domain.kind));
}

static void take_machine(const struct run_record *record, char *buf, size_t size)
{
	CLEANUP(json_value_release)
	json_t *software = json_value_parse(record->software_json, JSON_OBJECT);
	const char *host = json_string_value(json_object_get(software, "hostname"));

	(void)copy_text(buf, size, host ? host : "");
}

static void fill_texts(const struct run_view *view, struct compare_run *run)
{
	CLEANUP(strbuf_done) struct strbuf hardware = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf software = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf domains = STRBUF_INIT;

	phrase_hardware(&view->record, &hardware);
	take_strbuf(run->hardware, sizeof run->hardware, &hardware);
	phrase_software(&view->record, &software);
	take_strbuf(run->software, sizeof run->software, &software);
	add_domains(view, &domains);
	take_strbuf(run->domains, sizeof run->domains, &domains);
	take_machine(&view->record, run->machine, sizeof run->machine);
	(void)copy_text(run->pue_source, sizeof run->pue_source, view->pue.value.source);
	run_grid_text(&view->record.info, &view->intensity, run->grid, sizeof run->grid);
}

/* An end of its interval. */
static double end_of(const struct quantity *quantity, double end)
{
	return quantity->known ? end : NAN;
}

static void fill_factors(const struct run_view *view, struct compare_run *run)
{
	const struct quantity *pue = &view->pue.value;
	const struct quantity *intensity = &view->intensity.value;

	run->pue = quantity_or_nan(pue);
	run->pue_low = end_of(pue, pue->low);
	run->pue_high = end_of(pue, pue->high);
	run->intensity_gpkwh = quantity_or_nan(intensity);
	run->intensity_low_gpkwh = end_of(intensity, intensity->low);
	run->intensity_high_gpkwh = end_of(intensity, intensity->high);
	run->coverage_ratio = view->coverage_ratio < 0 ? NAN : view->coverage_ratio;
}

void compare_run_fill(const struct run_view *view, const char *metric,
		      struct compare_run *run)
{
	const struct run_info *info = &view->record.info;
	const struct quantity *energy = &view->attributed_j;
	double seconds = (double)info->duration_ns / 1e9;
	double energy_j = quantity_or_nan(energy);

	memset(run, 0, sizeof *run);
	(void)copy_text(run->id, sizeof run->id, info->id);
	run->state = info->state;
	run->steps = steps_of(view);
	run->value[COMPARE_ENERGY] = energy_j;
	run->value[COMPARE_TIME] = seconds;
	run->value[COMPARE_POWER] = seconds > 0 ? energy_j / seconds : NAN;
	run->value[COMPARE_STEP] = energy_j / run->steps;
	run->value[COMPARE_CARBON] = quantity_or_nan(&view->carbon_kg);
	run->value[COMPARE_METRIC] = metric ? last_metric(&view->record, metric) : NAN;
	run->energy_low_j = end_of(energy, energy->low);
	run->energy_high_j = end_of(energy, energy->high);
	run->kind = energy->kind;
	fill_texts(view, run);
	fill_factors(view, run);
}
