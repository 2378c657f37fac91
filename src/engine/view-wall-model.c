/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/view-wall-model.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "machine/server-share.h"

static int no_wall(struct run_view *view, const char *why)
{
	(void)copy_text(view->wall_j.source, sizeof view->wall_j.source, why);
	return 0;
}

/* NULL: it holds. */
static const char *why_not(const json_t *hardware, const struct wall_machine *machine)
{
	struct wall_machine host = *machine;
	enum wall_class of = WALL_SERVER;

	if (!machine->cpu)
		return "what machine it was is not known, and no meter of it was read";
	if (json_array_size(json_object_get(hardware, "gpus")) > 0)
		return "no meter was read, and the model of servers knows no accelerators";
	host.is_virtual = false;
	if (!wall_class_of(&host, &of) || of != WALL_SERVER)
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
		.hypervisor = machine->is_virtual,
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

/* Of the machine, or of our part of its host. */
static int curve_of(const json_t *hardware, const struct cpu_seen *seen,
		    struct server_curve *ret_curve, struct server_share *ret_share)
{
	double memory_gb =
		positive(json_object_get(hardware, "memory_bytes")) / SERVER_BYTES_PER_GB;
	double year = positive(json_object_get(json_object_get(hardware, "cpu"), "year"));
	struct server_fit *fit = NULL;
	struct server_ask ask;
	int r = server_fit_new(NULL, &fit);

	if (r < 0)
		return r;
	server_share_ask(seen, memory_gb, &ask, ret_share);
	if (seen->hypervisor && isnan(ask.year))
		ask.year = year + SERVER_YEAR_MIDDLE;
	r = server_curve_of(fit, &ask, ret_curve, NULL);
	server_fit_free(fit);
	server_share_take(ret_share, ret_curve);
	return r;
}

static double seconds_of(const struct run_view *view)
{
	return (double)view->record.info.duration_ns / (double)NS_PER_S;
}

static void fill(struct run_view *view, const struct server_watts *watts,
		 double load_ratio, const struct server_share *share)
{
	double seconds = seconds_of(view);
	char part[64] = "";

	view->wall_j = (struct quantity){
		.known = true,
		.value = watts->w * seconds,
		.low = watts->low95 * seconds,
		.high = watts->high95 * seconds,
		.kind = KIND_MODELLED,
	};
	if (!isnan(share->ratio))
		(void)snprintf(part, sizeof part, ", %.3g %% of a host nobody sees",
			       100 * share->ratio);
	(void)snprintf(
		view->wall_j.source, sizeof view->wall_j.source,
		"METHOD E-22, model of servers at a mean load of %.0f %%%s, no meter",
		100 * load_ratio, part);
}

int view_wall_model(struct run_view *view, const json_t *hardware,
		    const struct wall_machine *machine)
{
	const char *why = why_not(hardware, machine);
	struct server_watts watts;
	struct server_share share;
	struct server_curve curve;
	struct cpu_seen seen;
	double load_ratio;
	int r;

	if (why)
		return no_wall(view, why);
	see(hardware, machine, &seen);
	load_ratio = mean_load_of(&view->record.info, seen.threads);
	if (isnan(load_ratio))
		return no_wall(view, "no meter was read, nor how busy the machine was");
	r = curve_of(hardware, &seen, &curve, &share);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return no_wall(view, "too little is known of the machine for its model");
	watts = server_watts_at(&curve, load_ratio);
	if (!(watts.w * seconds_of(view) >= view->machine_j.value))
		return no_wall(view,
			       "two models disagree: of the whole server, and of its "
			       "components, which is more");
	fill(view, &watts, load_ratio, &share);
	return 0;
}
