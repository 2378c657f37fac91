/* SPDX-License-Identifier: Apache-2.0 */
#include "reading.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double number_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

/* Cut where a character ends. */
static void text_of(const json_t *object, const char *key, char *buf, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));
	size_t len = text ? strlen(text) : 0;

	if (len >= size) {
		len = size - 1;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	if (len > 0)
		memcpy(buf, text, len);
	buf[len] = '\0';
}

static enum top_family family_of(const json_t *object)
{
	static const char *const names[] = { "cpu", "memory", "gpu" };
	const char *text = json_string_value(json_object_get(object, "family"));

	for (int i = 0; text && i < TOP_OTHER; i++)
		if (strcmp(text, names[i]) == 0)
			return (enum top_family)i;
	return TOP_OTHER;
}

static bool is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

/* --- parts -------------------------------------------------------------------------------- */

static void take_components(const json_t *root, struct reading *reading)
{
	const json_t *list = json_object_get(root, "components");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *from = json_array_get(list, i);
		struct top_component *to = &reading->components[i];

		if (i == TOP_COMPONENTS)
			return;
		text_of(from, "domain", to->domain, sizeof to->domain);
		text_of(from, "label", to->label, sizeof to->label);
		text_of(from, "source", to->source, sizeof to->source);
		text_of(from, "kind", to->kind, sizeof to->kind);
		text_of(from, "why_not", to->why_not, sizeof to->why_not);
		to->family = family_of(from);
		to->counted = is_true(from, "counted");
		to->power_w = number_of(from, "power_w");
		to->energy_j = number_of(from, "energy_j");
		reading->component_count = i + 1;
	}
}

static void take_gpus(const json_t *root, struct reading *reading)
{
	const json_t *list = json_object_get(root, "gpus");

	for (size_t i = 0; i < json_array_size(list) && i < TOP_GPUS; i++) {
		const json_t *from = json_array_get(list, i);
		struct top_gpu *to = &reading->gpus[i];

		text_of(from, "domain", to->domain, sizeof to->domain);
		text_of(from, "label", to->label, sizeof to->label);
		to->power_w = number_of(from, "power_w");
		to->sm_ratio = number_of(from, "sm_ratio");
		to->clients = number_of(from, "clients");
		reading->gpu_count = i + 1;
	}
}

static double known_sum(double a, double b)
{
	if (!isfinite(a))
		return b;
	return isfinite(b) ? a + b : a;
}

static size_t length_of(const json_t *list)
{
	size_t count = json_array_size(list);

	return count < TOP_ROWS_MAX ? count : TOP_ROWS_MAX;
}

static int take_processes(const json_t *root, struct reading *reading)
{
	const json_t *list = json_object_get(root, "processes");
	size_t count = length_of(list);

	reading->processes = calloc(count + 1, sizeof *reading->processes);
	if (!reading->processes)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const json_t *from = json_array_get(list, i);
		struct top_process *to = &reading->processes[i];

		to->pid = (long)json_integer_value(json_object_get(from, "pid"));
		text_of(from, "name", to->name, sizeof to->name);
		text_of(from, "user", to->user, sizeof to->user);
		text_of(from, "run", to->run, sizeof to->run);
		to->cpu_ratio = number_of(from, "cpu_ratio");
		to->cpu_w = number_of(from, "cpu_w");
		to->gpu_w = number_of(from, "gpu_w");
		to->power_w = known_sum(to->cpu_w, to->gpu_w);
		to->resident_bytes = number_of(from, "resident_bytes");
	}
	reading->listed = count;
	return 0;
}

static void take_forecast(const json_t *forecast, struct top_run *to)
{
	to->whole_j = number_of(json_object_get(forecast, "total_j"), "value");
	to->left_s = number_of(forecast, "time_left_s");
}

static int take_runs(const json_t *root, struct reading *reading)
{
	const json_t *list = json_object_get(root, "runs");
	size_t count = length_of(list);

	reading->runs = calloc(count + 1, sizeof *reading->runs);
	if (!reading->runs)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const json_t *from = json_array_get(list, i);
		struct top_run *to = &reading->runs[i];

		text_of(from, "id", to->id, sizeof to->id);
		text_of(from, "name", to->name, sizeof to->name);
		to->elapsed_s = number_of(from, "elapsed_s");
		to->attributed_j = number_of(from, "attributed_j");
		to->power_w = number_of(from, "power_w");
		to->carbon_kg = number_of(from, "carbon_kg");
		take_forecast(json_object_get(from, "forecast"), to);
	}
	reading->run_count = count;
	return 0;
}

static void take_carbon(const json_t *root, struct reading *reading)
{
	const json_t *carbon = json_object_get(root, "carbon");
	const json_t *intensity = json_object_get(carbon, "intensity_gpkwh");
	const json_t *region = json_object_get(carbon, "region");

	reading->gph = number_of(json_object_get(carbon, "gph"), "value");
	reading->gpkwh = number_of(intensity, "value");
	reading->pue = number_of(json_object_get(carbon, "pue"), "value");
	text_of(intensity, "zone", reading->zone, sizeof reading->zone);
	if (reading->zone[0] == '\0')
		text_of(region, "zone", reading->zone, sizeof reading->zone);
	text_of(intensity, "year_or_time", reading->year, sizeof reading->year);
	text_of(region, "how", reading->region_how, sizeof reading->region_how);
}

/* --- what follows from them --------------------------------------------------------------- */

static bool is_estimate(const struct top_component *component)
{
	return strcmp(component->kind, "measured") != 0 &&
	       strcmp(component->kind, "derived") != 0;
}

static void sum_up(struct reading *reading)
{
	bool measured = false;
	bool estimated = false;

	for (int i = 0; i < TOP_FAMILIES; i++)
		reading->family_w[i] = NAN;
	for (size_t i = 0; i < reading->component_count; i++) {
		const struct top_component *own = &reading->components[i];
		double *sum = &reading->family_w[own->family];

		if (!own->counted)
			continue;
		measured = measured || !is_estimate(own);
		estimated = estimated || is_estimate(own);
		*sum = known_sum(*sum, own->power_w);
	}
	reading->basis = measured && estimated ? TOP_PART
			 : measured            ? TOP_MEASURED
			 : estimated           ? TOP_ESTIMATE
					       : TOP_NOTHING;
}

static int take_all(const json_t *root, struct reading *reading)
{
	const json_t *power = json_object_get(root, "power_w");
	const json_t *split = json_object_get(root, "process_power");
	const char *kind = json_string_value(json_object_get(split, "kind"));
	int r;

	reading->window_s = number_of(root, "window_s");
	reading->watched_s = number_of(root, "watched_s");
	reading->power_w = number_of(power, "value");
	reading->power_low_w = number_of(power, "low");
	reading->power_high_w = number_of(power, "high");
	reading->cpus = number_of(root, "cpus");
	reading->cpu_busy_ratio = number_of(root, "cpu_busy_ratio");
	reading->memory_used_bytes = number_of(root, "memory_used_bytes");
	reading->memory_bytes = number_of(root, "memory_bytes");
	reading->process_count = number_of(root, "process_count");
	reading->processes_estimated = kind && strcmp(kind, "modelled") == 0;
	reading->cost_cpu_s = number_of(json_object_get(root, "cost"), "cpu_s");
	text_of(root, "why", reading->why, sizeof reading->why);
	take_carbon(root, reading);
	take_components(root, reading);
	take_gpus(root, reading);
	sum_up(reading);
	r = take_processes(root, reading);
	return r < 0 ? r : take_runs(root, reading);
}

int reading_parse(const char *line, const char **ret_why, struct reading *ret)
{
	json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	const char *schema = json_string_value(json_object_get(root, "schema"));
	struct reading *reading = calloc(1, sizeof *reading);
	int r = reading ? 0 : -ENOMEM;

	*ret_why = "memory ran out";
	if (r == 0 && (!schema || strcmp(schema, "gramme.live/1") != 0)) {
		*ret_why = root ? "it is not gramme.live/1" : "it is not JSON";
		r = -EPROTO;
	}
	if (r == 0)
		r = take_all(root, reading);
	if (r == 0)
		*ret = *reading;
	else if (reading)
		reading_done(reading);
	free(reading);
	json_decref(root);
	return r;
}

void reading_done(struct reading *reading)
{
	free(reading->processes);
	free(reading->runs);
	reading->processes = NULL;
	reading->runs = NULL;
	reading->listed = 0;
	reading->run_count = 0;
}

/* --- order -------------------------------------------------------------------------------- */

/* What is not known goes below what is nothing. */
static int descending(double a, double b)
{
	a = isfinite(a) ? a : -1;
	b = isfinite(b) ? b : -1;
	return (a < b) - (a > b);
}

static int by_watts(const void *a, const void *b)
{
	const struct top_process *one = a;
	const struct top_process *other = b;
	int order = descending(one->power_w, other->power_w);

	if (order == 0)
		order = descending(one->cpu_ratio, other->cpu_ratio);
	return order != 0 ? order : (one->pid > other->pid) - (one->pid < other->pid);
}

static int by_cpu(const void *a, const void *b)
{
	int order = descending(((const struct top_process *)a)->cpu_ratio,
			       ((const struct top_process *)b)->cpu_ratio);

	return order != 0 ? order : by_watts(a, b);
}

static int by_memory(const void *a, const void *b)
{
	int order = descending(((const struct top_process *)a)->resident_bytes,
			       ((const struct top_process *)b)->resident_bytes);

	return order != 0 ? order : by_watts(a, b);
}

void reading_sort(struct reading *reading, enum top_sort sort)
{
	static int (*const orders[])(const void *, const void *) = {
		[SORT_WATTS] = by_watts, [SORT_CPU] = by_cpu, [SORT_MEMORY] = by_memory
	};

	if (reading->listed > 1 && sort < SORT_COUNT)
		qsort(reading->processes, reading->listed, sizeof *reading->processes,
		      orders[sort]);
}
