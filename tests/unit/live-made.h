/* SPDX-License-Identifier: Apache-2.0 */
/* A machine watched, made up for the tests of what is written of it. */
#pragma once

#include <math.h>

#include "base/parse.h"
#include "model/live.h"
#include "view.h"

#define HOSTILE "a\"b\\c\nd <script>alert(1)</script>\x1b]0;x\x07\xff\xe2\x80\xae=cmd()"

static inline struct quantity live_known(double value, double low, double high)
{
	return (struct quantity){ true, value, low, high, KIND_MEASURED, "" };
}

static inline struct live_domain *live_add_domain(struct live_view *view, const char *id,
						  enum family family, double power_w)
{
	struct live_domain *own = &view->domains[view->domain_count++];

	domain_init(&own->what.domain, id, family);
	(void)copy_text(own->what.source, sizeof own->what.source, "powercap");
	own->what.counted = true;
	own->power_w = power_w;
	own->energy_j = power_w * 60.5;
	own->covered_ratio = 1;
	return own;
}

static inline void live_add_components(struct live_view *view)
{
	struct live_domain *own = live_add_domain(view, "package-0", FAMILY_CPU, 61.5);

	(void)copy_text(own->what.domain.device, DOMAIN_TEXT_MAX, "cpu-0");
	own = live_add_domain(view, "core-0", FAMILY_CPU, 40.25);
	own->what.counted = false;
	(void)copy_text(own->what.why_not, DOMAIN_TEXT_MAX, "inside package-0");
	(void)live_add_domain(view, "dram-0", FAMILY_MEMORY, 4.5);
	/* This one failed to be read for a while. */
	own = live_add_domain(view, "dram-1", FAMILY_MEMORY, NAN);
	own->energy_j = 120;
	own->covered_ratio = 0.5;
	own = live_add_domain(view, "gpu-0", FAMILY_GPU, 301);
	(void)copy_text(own->what.source, sizeof own->what.source, "nvml");
	(void)copy_text(own->what.domain.label, DOMAIN_TEXT_MAX, "NVIDIA H100 80GB HBM3");
	view->gpus[0] = (struct live_gpu){ .domain = "gpu-0",
					   .label = "NVIDIA H100 80GB HBM3",
					   .power_w = 301,
					   .sm_ratio = 0.93,
					   .clients = 2,
					   .has_clients = true };
	view->gpus[1] = (struct live_gpu){ .domain = "amdgpu-1",
					   .power_w = NAN,
					   .sm_ratio = NAN };
	view->gpu_count = 2;
}

static inline void live_add_carbon(struct live_view *view)
{
	struct place *place = &view->place;
	struct factor *own = &view->intensity;

	(void)copy_text(place->text, sizeof place->text, "DE");
	(void)copy_text(place->how, sizeof place->how, "config");
	(void)copy_text(place->zone, sizeof place->zone, "DE");
	(void)copy_text(place->country, sizeof place->country, "DEU");
	own->value = live_known(334, 280, 390);
	own->value.kind = KIND_DERIVED;
	(void)copy_text(own->value.source, sizeof own->value.source, "Ember");
	(void)copy_text(own->zone, sizeof own->zone, "DE");
	(void)copy_text(own->basis, sizeof own->basis, "average, lifecycle, generation");
	(void)copy_text(own->year_or_time, sizeof own->year_or_time, "2024");
	view->pue.value = live_known(1.2, 1.2, 1.2);
	view->pue.value.kind = KIND_ASSUMED;
	(void)copy_text(view->pue.value.source, sizeof view->pue.value.source,
			"GRAMME_PUE");
	view->gph = live_known(147.2, 120, 175);
	view->gph.kind = KIND_ASSUMED;
}

/* Everything there is, with names from somebody who means harm. The arrays are the caller's. */
static inline void live_made(struct live_view *view, struct live_process *processes,
			     struct live_run *run)
{
	memset(view, 0, sizeof *view);
	view->at_unix_ns = INT64_C(1795423077123000000);
	view->window_s = 2.001;
	view->watched_s = 60.5;
	live_add_components(view);
	live_add_carbon(view);
	view->power_w = live_known(367, 351.2, 384);
	(void)copy_text(view->power_w.source, sizeof view->power_w.source,
			"without dram-1");
	view->cpu_busy_ratio = 0.4375;
	view->cpus = 16;
	view->memory_used_bytes = UINT64_C(9663676416);
	view->memory_bytes = UINT64_C(68719476736);
	processes[0] = (struct live_process){ .pid = 4242,
					      .name = HOSTILE,
					      .user = "ana",
					      .cpu_ratio = 6.5,
					      .cpu_w = 57.1,
					      .gpu_w = 280.5,
					      .resident_bytes = UINT64_C(4294967296),
					      .run = "20261123T083757-7f3a9c" };
	processes[1] = (struct live_process){ .pid = 7,
					      .name = "kworker/0:1",
					      .cpu_ratio = 0.01,
					      .cpu_w = 0.09,
					      .gpu_w = NAN };
	view->processes = processes;
	view->process_count = 2;
	view->process_all = 312;
	view->shared_cpu_w = 61.5;
	view->unseen_ratio = 0.02;
	memset(run, 0, sizeof *run);
	(void)copy_text(run->info.id, sizeof run->info.id, "20261123T083757-7f3a9c");
	(void)copy_text(run->info.name, sizeof run->info.name, HOSTILE);
	(void)copy_text(run->info.experiment, sizeof run->info.experiment,
			"lr \"sweep\"");
	run->info.started_unix_ns = view->at_unix_ns - 70 * NS_PER_S;
	run->elapsed_s = 70;
	run->known_s = 68.5;
	run->attributed_j = 20123.5;
	run->machine_j = 25000;
	run->power_w = 310.25;
	run->carbon_kg = 0.00224;
	run->kind = KIND_DERIVED;
	run->has_family[FAMILY_CPU] = true;
	run->family_j[FAMILY_CPU] = 3500.5;
	run->has_family[FAMILY_GPU] = true;
	run->family_j[FAMILY_GPU] = 16623;
	run->outlook = (struct run_outlook){
		.total_j = { .known = true,
			     .value = 80000,
			     .low = 76000.5,
			     .high = 84000,
			     .kind = KIND_DERIVED,
			     .source = "25 % is done, as the run told" },
		.low90_j = 77000,
		.high90_j = 83000,
		.time_left_s = 209.5,
		.done_ratio = 0.25,
		.how = "25 % is done, as the run told",
	};
	view->runs = run;
	view->run_count = 1;
	(void)copy_text(view->why, sizeof view->why, "dram-1: no reading for 30 s");
	view->cost_cpu_s = 0.012;
}

/* The first reading of a machine that shows nothing. */
static inline void live_nothing(struct live_view *view)
{
	memset(view, 0, sizeof *view);
	view->at_unix_ns = INT64_C(1795423077123000000);
	view->cpu_busy_ratio = NAN;
	view->shared_cpu_w = NAN;
	view->unseen_ratio = NAN;
	(void)copy_text(view->place.how, sizeof view->place.how, "world");
	(void)copy_text(view->why, sizeof view->why, "nothing can be read here");
}
