/* SPDX-License-Identifier: Apache-2.0 */
/* gramme.live/1. docs/JSON.md has every key. The keys stand in the order of this file and are
 * never taken away; more may be added. */
#include <math.h>

#include "report/json-value.h"
#include "report/live-view.h"
#include "report/outlook-view.h"

struct writer {
	const struct live_view *view;
	int failed;
};

static void set(struct writer *w, json_t *object, const char *key, json_t *value)
{
	(void)json_value_set(object, key, value, &w->failed);
}

static json_t *child(struct writer *w, json_t *object, const char *key)
{
	return json_value_set(object, key, json_object(), &w->failed);
}

static json_t *children(struct writer *w, json_t *object, const char *key)
{
	return json_value_set(object, key, json_array(), &w->failed);
}

static json_t *next(struct writer *w, json_t *array)
{
	return json_value_append(array, json_object(), &w->failed);
}

/* Of what is there if it is not 0. */
static json_t *count_or_null(uint64_t value)
{
	return value > 0 ? json_value_count(value) : json_null();
}

static void add_component(struct writer *w, json_t *array, const struct live_domain *own)
{
	const struct domain *domain = &own->what.domain;
	json_t *object = next(w, array);

	set(w, object, "domain", json_value_text(domain->id));
	set(w, object, "family", json_value_text(family_text(domain->family)));
	set(w, object, "device", json_value_text_or_null(domain->device));
	set(w, object, "label", json_value_text_or_null(domain->label));
	set(w, object, "source", json_value_text(own->what.source));
	set(w, object, "kind", json_value_text(kind_text(domain->kind)));
	set(w, object, "boundary", json_value_text(boundary_text(domain->boundary)));
	set(w, object, "counted", json_boolean(own->what.counted));
	set(w, object, "why_not",
	    json_value_text_or_null(own->what.counted ? NULL : own->what.why_not));
	set(w, object, "power_w", json_value_real(own->power_w));
	set(w, object, "energy_j", json_value_real(own->energy_j));
	set(w, object, "coverage_ratio", json_value_real(own->covered_ratio));
}

static void add_gpu(struct writer *w, json_t *array, const struct live_gpu *gpu)
{
	json_t *object = next(w, array);

	set(w, object, "domain", json_value_text(gpu->domain));
	set(w, object, "label", json_value_text_or_null(gpu->label));
	set(w, object, "power_w", json_value_real(gpu->power_w));
	set(w, object, "sm_ratio", json_value_real(gpu->sm_ratio));
	set(w, object, "clients",
	    gpu->has_clients ? json_integer(gpu->clients) : json_null());
}

static void add_process(struct writer *w, json_t *array, const struct live_process *own)
{
	json_t *object = next(w, array);

	set(w, object, "pid", json_integer(own->pid));
	set(w, object, "name", json_value_text(own->name));
	set(w, object, "user", json_value_text_or_null(own->user));
	set(w, object, "cpu_ratio", json_value_real(own->cpu_ratio));
	set(w, object, "cpu_w", json_value_real(own->cpu_w));
	set(w, object, "gpu_w", json_value_real(own->gpu_w));
	set(w, object, "resident_bytes", json_value_count(own->resident_bytes));
	set(w, object, "run", json_value_text_or_null(own->run));
}

static json_t *kind_or_null(const struct live_run *run, enum kind kind)
{
	return json_value_text_or_null(isfinite(run->machine_j) ? kind_text(kind) : NULL);
}

static void add_run(struct writer *w, json_t *array, const struct live_run *run)
{
	const struct run_info *info = &run->info;
	json_t *object = next(w, array);
	json_t *families;

	set(w, object, "id", json_value_text(info->id));
	set(w, object, "name", json_value_text(info->name));
	set(w, object, "experiment", json_value_text_or_null(info->experiment));
	set(w, object, "project", json_value_text_or_null(info->project));
	set(w, object, "started", json_value_time(info->started_unix_ns));
	set(w, object, "elapsed_s", json_value_real(run->elapsed_s));
	set(w, object, "known_s", json_value_real(run->known_s));
	set(w, object, "attributed_j", json_value_real(run->attributed_j));
	set(w, object, "machine_j", json_value_real(run->machine_j));
	set(w, object, "power_w", json_value_real(run->power_w));
	set(w, object, "carbon_kg", json_value_real(run->carbon_kg));
	set(w, object, "kind", kind_or_null(run, run->kind));
	set(w, object, "machine_kind", kind_or_null(run, run->machine_kind));
	families = child(w, object, "families");
	for (int i = 0; i < FAMILIES; i++)
		if (run->has_family[i])
			set(w, families, family_text((enum family)i),
			    json_value_real(run->family_j[i]));
	set(w, object, "forecast", outlook_json(&run->outlook));
}

static void add_machine(struct writer *w, json_t *root)
{
	const struct live_view *view = w->view;
	json_t *array;

	set(w, root, "schema", json_value_text("gramme.live/1"));
	set(w, root, "time", json_value_time(view->at_unix_ns));
	set(w, root, "window_s", json_value_real(view->window_s));
	set(w, root, "watched_s", json_value_real(view->watched_s));
	set(w, root, "power_w", json_value_quantity(&view->power_w));
	array = children(w, root, "components");
	for (uint32_t i = 0; i < view->domain_count; i++)
		add_component(w, array, &view->domains[i]);
	set(w, root, "cpus", count_or_null(view->cpus));
	set(w, root, "cpu_busy_ratio", json_value_real(view->cpu_busy_ratio));
	set(w, root, "memory_used_bytes", count_or_null(view->memory_used_bytes));
	set(w, root, "memory_bytes", count_or_null(view->memory_bytes));
	array = children(w, root, "gpus");
	for (uint32_t i = 0; i < view->gpu_count; i++)
		add_gpu(w, array, &view->gpus[i]);
}

static void add_processes(struct writer *w, json_t *root)
{
	const struct live_view *view = w->view;
	json_t *array = children(w, root, "processes");
	json_t *shared;

	for (size_t i = 0; i < view->process_count; i++)
		add_process(w, array, &view->processes[i]);
	set(w, root, "process_count", count_or_null(view->process_all));
	shared = child(w, root, "process_power");
	set(w, shared, "cpu_w", json_value_real(view->shared_cpu_w));
	set(w, shared, "kind",
	    json_value_text(isfinite(view->shared_cpu_w) ? kind_text(view->shared_kind)
							 : NULL));
	set(w, shared, "unseen_ratio", json_value_real(view->unseen_ratio));
}

static void add_carbon(struct writer *w, json_t *root)
{
	const struct live_view *view = w->view;
	json_t *carbon = child(w, root, "carbon");

	set(w, carbon, "gph", json_value_quantity(&view->gph));
	set(w, carbon, "intensity_gpkwh",
	    json_value_factor(&view->intensity, &w->failed));
	set(w, carbon, "region", json_value_region(&view->place));
	set(w, carbon, "pue", json_value_factor(&view->pue, &w->failed));
}

int live_json(const struct live_view *view, char **ret_text)
{
	CLEANUP(json_value_release) json_t *root = json_object();
	struct writer w = { .view = view };
	json_t *array;

	add_machine(&w, root);
	add_processes(&w, root);
	array = children(&w, root, "runs");
	for (size_t i = 0; i < view->run_count; i++)
		add_run(&w, array, &view->runs[i]);
	add_carbon(&w, root);
	set(&w, root, "why", json_value_text_or_null(view->why));
	set(&w, child(&w, root, "cost"), "cpu_s", json_value_real(view->cost_cpu_s));
	return w.failed < 0 ? w.failed : json_value_compact(root, ret_text);
}
