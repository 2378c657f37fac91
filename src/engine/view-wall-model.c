/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/view-wall-model.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "machine/server-share.h"

#define BYTES_PER_GB 1e9

static int no_wall(struct run_view *view, const char *why)
{
	(void)copy_text(view->wall_j.source, sizeof view->wall_j.source, why);
	return 0;
}

/* NULL: it holds. */
static const char *why_not(const json_t *hardware, const struct wall_machine *machine)
{
	enum wall_class of = WALL_SERVER;

	if (!machine->cpu)
		return "what machine it was is not known, and no meter of it was read";
	if (json_array_size(json_object_get(hardware, "gpus")) > 0)
		return "no meter was read, and the model of servers knows no accelerators";
	if (!wall_class_of(machine, &of))
		return "a virtual machine has no plug of its own";
	if (of != WALL_SERVER)
		return "no meter was read, and the model knows servers only";
	return NULL;
}

static double positive(const json_t *value)
{
	double number = json_number_value(value);

	return number > 0 ? number : (double)NAN;
}

static void see(const json_t *hardware, const struct wall_machine *machine,
		struct cpu_seen *ret)
{
	double threads =
		positive(json_object_get(json_object_get(hardware, "cpu"), "threads"));

	*ret = (struct cpu_seen){
		.chips = machine->chips > 0 ? (uint32_t)machine->chips : 1,
		.threads = threads < UINT16_MAX ? (uint32_t)threads : 0,
	};
	(void)copy_text(ret->name, sizeof ret->name, machine->cpu);
}

/* NAN: not known. */
static double mean_load_of(const struct run_info *info, uint32_t threads)
{
	double all_ns = (double)info->duration_ns * threads;

	if (!info->has_machine_cpu || !(all_ns > 0))
		return (double)NAN;
	return fmin(1, (double)info->machine_cpu_ns / all_ns);
}

static int curve_of(const struct server_ask *ask, struct server_curve *ret)
{
	struct server_fit *fit = NULL;
	int r = server_fit_new(NULL, &fit);

	if (r < 0)
		return r;
	r = server_curve_of(fit, ask, ret, NULL);
	server_fit_free(fit);
	return r;
}

static double seconds_of(const struct run_view *view)
{
	return (double)view->record.info.duration_ns / (double)NS_PER_S;
}

static void fill(struct run_view *view, const struct server_watts *watts,
		 double load_ratio)
{
	double seconds = seconds_of(view);

	view->wall_j = (struct quantity){
		.known = true,
		.value = watts->w * seconds,
		.low = watts->low95 * seconds,
		.high = watts->high95 * seconds,
		.kind = KIND_MODELLED,
	};
	(void)snprintf(
		view->wall_j.source, sizeof view->wall_j.source,
		"METHOD E-22, model of servers at a mean load of %.0f %%, no meter",
		100 * load_ratio);
}

int view_wall_model(struct run_view *view, const json_t *hardware,
		    const struct wall_machine *machine)
{
	const char *why = why_not(hardware, machine);
	struct server_watts watts;
	struct server_share share;
	struct server_curve curve;
	struct server_ask ask;
	struct cpu_seen seen;
	double load_ratio;
	int r;

	if (why)
		return no_wall(view, why);
	see(hardware, machine, &seen);
	load_ratio = mean_load_of(&view->record.info, seen.threads);
	if (isnan(load_ratio))
		return no_wall(view, "no meter was read, nor how busy the machine was");
	server_share_ask(&seen,
			 positive(json_object_get(hardware, "memory_bytes")) /
				 BYTES_PER_GB,
			 &ask, &share);
	r = curve_of(&ask, &curve);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return no_wall(view, "too little is known of the machine for its model");
	watts = server_watts_at(&curve, load_ratio);
	if (!(watts.w * seconds_of(view) >= view->machine_j.value))
		return no_wall(view,
			       "two models disagree: of the whole server, and of its "
			       "components, which is more");
	fill(view, &watts, load_ratio);
	return 0;
}
