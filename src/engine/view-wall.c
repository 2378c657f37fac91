/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/view-wall.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/time-text.h"
#include "engine/calibration.h"
#include "engine/view-wall-model.h"
#include "engine/wall.h"
#include "report/json-value.h"

#define BIG_GPU_W 250
/* What a node's own meter must have seen of the run to stand for it. */
#define COVERED_RATIO 0.9

static void no_wall(struct run_view *view, const char *why)
{
	(void)copy_text(view->wall_j.source, sizeof view->wall_j.source, why);
}

/* --- 1: a meter --------------------------------------------------------------------------- */

/* A meter at the plug, or the node's own in front of its power supplies: IPMI's, ACPI's, Cray's.
 * Not psys and not a battery, which are behind them, or see a part of the time. */
static bool is_meter(const struct run_domain *what)
{
	const struct domain *domain = &what->domain;

	if (domain->boundary == BOUNDARY_WALL)
		return true;
	return domain->boundary == BOUNDARY_NODE && domain->family == FAMILY_NODE &&
	       domain->kind == KIND_MEASURED && strncmp(domain->id, "node-", 5) == 0;
}

static bool take_meter(struct run_view *view, enum boundary boundary)
{
	for (size_t i = 0; i < view->component_count; i++) {
		const struct component_view *own = &view->components[i];

		if (!is_meter(&own->what) || own->what.domain.boundary != boundary ||
		    !own->machine_j.known)
			continue;
		if (boundary == BOUNDARY_NODE && own->coverage_ratio < COVERED_RATIO)
			continue;
		view->wall_j = own->machine_j;
		return true;
	}
	return false;
}

/* --- whether there can be a line ---------------------------------------------------------- */

static bool counts_cpu(const struct run_view *view)
{
	for (size_t i = 0; i < view->component_count; i++) {
		const struct component_view *own = &view->components[i];

		if (own->what.counted && own->what.domain.family == FAMILY_CPU &&
		    own->machine_j.known)
			return true;
	}
	return false;
}

static void take_line(struct run_view *view, const struct wall_line *line,
		      const char *source)
{
	double seconds = (double)view->record.info.duration_ns / (double)NS_PER_S;
	struct wall_answer answer;

	if (!wall_of(line, &view->machine_j, seconds, &answer)) {
		no_wall(view, "the run has no length");
		return;
	}
	view->wall_j = answer.wall_j;
	(void)copy_text(view->wall_j.source, sizeof view->wall_j.source, source);
}

/* --- 2: this machine's own ---------------------------------------------------------------- */

static int warn_stale(struct run_view *view, const struct calibration *own,
		      enum calibration_match match)
{
	char made[TIME_TEXT_MAX];
	struct run_warning *warning = view_warn(&view->record, "calibration-stale");

	if (!warning)
		return -ENOMEM;
	time_text(own->made_unix_ns, made, sizeof made);
	(void)snprintf(warning->text, sizeof warning->text,
		       "the calibration of %.10s is of %s (%.100s): it is left aside, "
		       "gramme calibrate makes a new one",
		       made,
		       match == CALIBRATION_HARDWARE ? "other hardware"
						     : "other components in the sum",
		       match == CALIBRATION_HARDWARE ? own->hardware : own->domains);
	return 0;
}

static void take_calibration(struct run_view *view, const struct calibration *own)
{
	const struct wall_line line = {
		.a_w = own->a_w,
		.a_u_w = own->a_u_w,
		.b = own->b,
		.b_u = own->b_u,
		.cov_w = own->cov_w,
		.rest_u_ratio = own->rest_u_ratio,
	};
	char source[QUANTITY_SOURCE_MAX];
	char made[TIME_TEXT_MAX];

	time_text(own->made_unix_ns, made, sizeof made);
	(void)snprintf(
		source, sizeof source,
		"METHOD E-11, this machine's calibration of %.10s: %.1f W + %.3f x "
		"components",
		made, line.a_w, line.b);
	take_line(view, &line, source);
}

/* 1: taken; 0: there is none that fits. A file that cannot be read is as one that is not there,
 * and `gramme calibrate --show` says why. */
static int try_calibration(const struct view_door *door, struct run_view *view)
{
	CLEANUP(calibrations_done) struct calibrations all = { NULL, 0 };
	AUTO_FREE char *path =
		door->store ? calibrations_path(store_path(door->store)) : NULL;
	const struct calibration *own = NULL;
	struct diag ignored = { 0 };
	struct calibration of;
	enum calibration_match match;

	if (!path || calibrations_read(path, &ignored, &all) < 0 || all.count == 0 ||
	    !calibration_identity(&view->record, &of))
		return 0;
	match = calibration_find(&all, &of, &own);
	if (match == CALIBRATION_NONE)
		return 0;
	if (match != CALIBRATION_FITS)
		return warn_stale(view, own, match);
	take_calibration(view, own);
	return 1;
}

/* --- 3: its class ------------------------------------------------------------------------- */

static int big_gpus_of(const json_t *hardware)
{
	const json_t *gpus = json_object_get(hardware, "gpus");
	int count = 0;

	for (size_t i = 0; i < json_array_size(gpus); i++) {
		const json_t *gpu = json_array_get(gpus, i);

		count += json_number_value(json_object_get(gpu, "tdp_w")) >= BIG_GPU_W;
	}
	return count;
}

static void see_machine(const json_t *hardware, struct wall_machine *ret)
{
	const json_t *cpu = json_object_get(hardware, "cpu");

	*ret = (struct wall_machine){
		.cpu = json_string_value(json_object_get(cpu, "name")),
		.chips = (int)json_integer_value(json_object_get(cpu, "chips")),
		.chassis = (int)json_integer_value(
			json_object_get(hardware, "chassis_type")),
		.has_battery = json_is_true(json_object_get(hardware, "battery")),
		.is_virtual = json_is_true(json_object_get(cpu, "virtual")),
		.big_gpus = big_gpus_of(hardware),
	};
}

static void take_class(const struct view_door *door, struct run_view *view,
		       const struct wall_machine *machine)
{
	char source[QUANTITY_SOURCE_MAX];
	enum wall_class of = WALL_DESKTOP;
	struct wall_row row;

	if (!machine->cpu) {
		no_wall(view, "what machine it was is not known, and no meter of it was "
			      "read");
		return;
	}
	if (!wall_class_of(machine, &of)) {
		no_wall(view, "a virtual machine has no plug of its own");
		return;
	}
	if (!door->tables || !wall_row_of(door->tables, of, &row)) {
		no_wall(view, "the table wall_class has no good row of its class");
		return;
	}
	(void)snprintf(source, sizeof source,
		       "METHOD E-11, class %s: %g W + %.2f x components, no meter",
		       wall_class_text(of), row.line.a_w, row.line.b);
	take_line(view, &row.line, source);
}

/* --- 3 or 4: what is known of machines like it ---------------------------------------------- */

static int take_likes(const struct view_door *door, struct run_view *view)
{
	CLEANUP(json_value_release)
	json_t *hardware = json_value_parse(view->record.hardware_json, JSON_OBJECT);
	struct wall_machine machine;

	see_machine(hardware, &machine);
	if (view->machine_j.kind == KIND_MODELLED)
		return view_wall_model(view, hardware, &machine);
	if (view->machine_j.kind == KIND_MEASURED || view->machine_j.kind == KIND_DERIVED)
		take_class(door, view, &machine);
	else
		no_wall(view,
			"its components are guessed: they are no ground for a wall");
	return 0;
}

/* --- all of it ---------------------------------------------------------------------------- */

int view_wall(const struct view_door *door, struct run_view *view)
{
	int r;

	if (take_meter(view, BOUNDARY_WALL) || take_meter(view, BOUNDARY_NODE))
		return 0;
	if (!view->machine_j.known) {
		no_wall(view, "no meter of the whole machine was read");
		return 0;
	}
	if (!counts_cpu(view)) {
		no_wall(view, "its processors have no meter, and the rest alone is no "
			      "ground for it");
		return 0;
	}
	r = try_calibration(door, view);
	if (r != 0)
		return r < 0 ? r : 0;
	return take_likes(door, view);
}
