/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gramme.run/1: the whole run for programs. docs/JSON.md has every key. The keys stand in the
 * order of this file and are never taken away; more may be added.
 *
 * A number that is not known is null, and quality.warnings says why: where whoever made the
 * view left no warning "unknown-<key>", one is made from the quantity's source text.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/json-value.h"
#include "report/outlook-view.h"
#include "report/phrase.h"
#include "report/report.h"
#include "report/told.h"

/* What is under way: the object, the warnings made on the way, the first failure. */
struct writer {
	const struct run_view *view;
	json_t *warnings;
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

static void warn(struct writer *w, const char *code, const char *text)
{
	json_t *warning = next(w, w->warnings);

	set(w, warning, "code", json_value_text(code));
	set(w, warning, "text", json_value_text(text));
}

static void explain_null(struct writer *w, const char *key, const char *of,
			 const struct quantity *quantity)
{
	char code[64];
	char text[512];
	const char *reason;

	(void)snprintf(code, sizeof code, "unknown-%s", key);
	if (of[0] == '\0' && phrase_warning(w->view, code))
		return;
	reason = phrase_reason(w->view, quantity, key);
	(void)snprintf(text, sizeof text, "%s%s%s is not known: %s", of,
		       of[0] ? ": " : "", key, reason[0] ? reason : "no reason was kept");
	warn(w, code, text);
}

/* of: the domain, or "" for a number of the whole run. */
static void set_quantity(struct writer *w, json_t *object, const char *key,
			 const char *of, const struct quantity *quantity)
{
	json_t *q = json_value_quantity(quantity);

	if (json_is_null(q))
		explain_null(w, key, of, quantity);
	set(w, object, key, q);
}

static void add_identity(struct writer *w, json_t *root)
{
	const struct run_record *record = &w->view->record;
	const struct run_info *info = &record->info;
	json_t *tags;

	set(w, root, "schema", json_value_text("gramme.run/1"));
	set(w, root, "id", json_value_text(info->id));
	set(w, root, "name", json_value_text(info->name));
	set(w, root, "experiment", json_value_text_or_null(info->experiment));
	set(w, root, "project", json_value_text_or_null(info->project));
	tags = child(w, root, "tags");
	for (size_t i = 0; i < record->tag_count; i++) {
		json_t *key = json_value_text(record->tags[i].key);

		set(w, tags, key ? json_string_value(key) : "",
		    json_value_text(record->tags[i].value));
		json_decref(key);
	}
	set(w, root, "command", json_value_parse(info->command_json, JSON_ARRAY));
	set(w, root, "directory", json_value_text(info->directory));
	set(w, root, "how", json_value_text_or_null(info->how));
	set(w, root, "inside", json_value_text_or_null(info->inside));
	set(w, root, "exit_status",
	    info->has_exit_status ? json_integer(info->exit_status) : json_null());
	set(w, root, "state", json_value_text(run_state_text(info->state)));
	set(w, root, "started", json_value_time(info->started_unix_ns));
	set(w, root, "zone", json_value_text_or_null(info->zone));
	set(w, root, "duration_s", json_value_seconds(info->duration_ns));
}

static void add_component(struct writer *w, json_t *array, const struct component_view *c)
{
	const struct domain *domain = &c->what.domain;
	json_t *object = next(w, array);

	set(w, object, "domain", json_value_text(domain->id));
	set(w, object, "family", json_value_text(family_text(domain->family)));
	set(w, object, "device", json_value_text_or_null(domain->device));
	set(w, object, "label", json_value_text_or_null(domain->label));
	set(w, object, "source", json_value_text(c->what.source));
	set(w, object, "kind", json_value_text(kind_text(domain->kind)));
	set(w, object, "boundary", json_value_text(boundary_text(domain->boundary)));
	set_quantity(w, object, "machine_j", domain->id, &c->machine_j);
	/* What is not in the sum has no share to be warned about. */
	if (c->what.counted)
		set_quantity(w, object, "attributed_j", domain->id, &c->attributed_j);
	else
		set(w, object, "attributed_j", json_value_quantity(&c->attributed_j));
	set(w, object, "share_ratio",
	    json_value_real(c->has_share ? c->share_ratio : NAN));
	set(w, object, "counted", json_boolean(c->what.counted));
	set(w, object, "why_not",
	    json_value_text_or_null(c->what.counted ? NULL : c->what.why_not));
	set(w, object, "marginal_j", json_value_quantity(&c->marginal_j));
	set(w, object, "reserved_j", json_value_quantity(&c->reserved_j));
	set(w, object, "coverage_ratio", json_value_real(c->coverage_ratio));
	set(w, object, "idle_w", json_value_real(c->idle_w < 0 ? NAN : c->idle_w));
	set(w, object, "idle_how", json_value_text_or_null(c->idle_how));
}

static void add_energy(struct writer *w, json_t *root)
{
	const struct run_view *view = w->view;
	json_t *energy = child(w, root, "energy");
	json_t *components;

	set_quantity(w, energy, "attributed_j", "", &view->attributed_j);
	set_quantity(w, energy, "machine_j", "", &view->machine_j);
	set(w, energy, "policy", json_value_text("active"));
	set_quantity(w, energy, "marginal_j", "", &view->marginal_j);
	set_quantity(w, energy, "reserved_j", "", &view->reserved_j);
	set(w, energy, "estimate_beside_j", json_value_quantity(&view->beside_j));
	set_quantity(w, energy, "wall_j", "", &view->wall_j);
	set_quantity(w, energy, "facility_kwh", "", &view->facility_kwh);
	components = children(w, energy, "components");
	for (size_t i = 0; i < view->component_count; i++)
		add_component(w, components, &view->components[i]);
}

/* A factor is its Q, and where and when that holds. */
static void set_factor(struct writer *w, json_t *object, const char *key,
		       const struct factor *factor)
{
	json_t *q;

	set_quantity(w, object, key, "", &factor->value);
	q = json_object_get(object, key);
	if (!json_is_object(q))
		return;
	set(w, q, "basis", json_value_text_or_null(factor->basis));
	set(w, q, "year_or_time", json_value_text_or_null(factor->year_or_time));
	set(w, q, "resolution", json_value_text_or_null(factor->resolution));
	set(w, q, "zone", json_value_text_or_null(factor->zone));
	set(w, q, "why", json_value_text_or_null(factor->why));
}

/* Which part of the energy had an intensity of its own time. */
static void set_in_time(struct writer *w, json_t *object, const char *key,
			const struct in_time *parts)
{
	json_t *q = json_object_get(object, key);

	if (!json_is_object(q))
		return;
	set(w, q, "covered_ratio", json_value_real(parts->covered_ratio));
	set(w, q, "estimated_ratio", json_value_real(parts->estimated_ratio));
	set(w, q, "forecast_ratio", json_value_real(parts->forecast_ratio));
	set(w, q, "fetched",
	    parts->fetched_unix_s > 0 ? json_value_time(parts->fetched_unix_s * NS_PER_S)
				      : json_null());
}

static void add_region(struct writer *w, json_t *carbon)
{
	const struct run_view *view = w->view;
	const struct place *place = &view->place;
	json_t *region = child(w, carbon, "region");

	set(w, region, "zone", json_value_text_or_null(phrase_zone(view)));
	set(w, region, "country", json_value_text_or_null(place->country));
	set(w, region, "how", json_value_text_or_null(place->how));
	set(w, region, "given", json_value_text_or_null(place->text));
	set(w, region, "from", json_value_text_or_null(place->from));
	set(w, region, "cloud", json_value_text_or_null(place->cloud));
	set(w, region, "cloud_region", json_value_text_or_null(place->cloud_region));
	set(w, region, "note", json_value_text_or_null(place->note));
}

static void add_carbon(struct writer *w, json_t *root)
{
	const struct run_view *view = w->view;
	json_t *carbon = child(w, root, "carbon");

	set_quantity(w, carbon, "kg", "", &view->carbon_kg);
	set_quantity(w, carbon, "marginal_kg", "", &view->carbon_marginal_kg);
	set_factor(w, carbon, "intensity_gpkwh", &view->intensity);
	set_in_time(w, carbon, "intensity_gpkwh", &view->in_time);
	set_factor(w, carbon, "marginal_intensity_gpkwh", &view->marginal);
	set_in_time(w, carbon, "marginal_intensity_gpkwh", &view->marginal_in_time);
	add_region(w, carbon);
	set_factor(w, carbon, "pue", &view->pue);
	set_quantity(w, carbon, "water_l", "", &view->water_l);
}

static void add_cost_of(struct writer *w, json_t *cost, const char *key,
			const struct cost *own)
{
	json_t *q;

	set_quantity(w, cost, key, "", &own->usd);
	q = json_object_get(cost, key);
	if (!json_is_object(q))
		return;
	set(w, q, "country", json_value_text_or_null(own->usd_per_t.country));
	set(w, q, "usd_per_t", json_value_quantity(&own->usd_per_t.value));
	set(w, q, "dollars_of", json_integer(own->dollars_of));
	set(w, q, "interval", json_value_text_or_null(own->usd_per_t.basis));
	set(w, q, "why", json_value_text_or_null(own->usd_per_t.why));
}

static void add_cost(struct writer *w, json_t *root)
{
	json_t *cost = child(w, root, "cost");

	add_cost_of(w, cost, "scc_usd", &w->view->cost_country);
	add_cost_of(w, cost, "global_scc_usd", &w->view->cost_global);
}

static json_t *seconds_if(bool known, uint64_t ns)
{
	return known ? json_value_seconds((int64_t)ns) : json_null();
}

/* Unknown figures are null; a board that nobody says anything of has only nulls. */
static void add_gpu(struct writer *w, json_t *array, const struct gpu_view *gpu)
{
	json_t *object = next(w, array);

	set(w, object, "domain", json_value_text(gpu->domain));
	set(w, object, "clients",
	    gpu->has_clients ? json_integer(gpu->scope_clients) : json_null());
	set(w, object, "machine_clients",
	    gpu->has_clients ? json_integer(gpu->all_clients) : json_null());
	set(w, object, "sm_ratio",
	    json_value_real(gpu->has_sm ? gpu->scope_sm_ratio : NAN));
	set(w, object, "machine_sm_ratio",
	    json_value_real(gpu->has_sm ? gpu->all_sm_ratio : NAN));
	set(w, object, "guessed", json_boolean(gpu->guessed));
}

static void add_activity(struct writer *w, json_t *root)
{
	const struct run_info *info = &w->view->record.info;
	json_t *activity = child(w, root, "activity");
	json_t *gpus;

	set(w, activity, "cpu_s", seconds_if(info->has_scope_cpu, info->scope_cpu_ns));
	set(w, activity, "machine_cpu_s",
	    seconds_if(info->has_machine_cpu, info->machine_cpu_ns));
	if (!info->has_scope_cpu)
		explain_null(w, "cpu_s", "", &(struct quantity){ .known = false });
	if (!info->has_machine_cpu)
		explain_null(w, "machine_cpu_s", "",
			     &(struct quantity){ .known = false });
	set(w, activity, "processes_seen", json_value_count(info->processes_seen));
	set(w, activity, "processes_ended", json_value_count(info->processes_ended));
	gpus = children(w, activity, "gpu");
	for (size_t i = 0; i < w->view->gpu_count; i++)
		add_gpu(w, gpus, &w->view->gpus[i]);
}

static void add_gaps(struct writer *w, json_t *array)
{
	const struct run_record *record = &w->view->record;

	for (size_t i = 0; i < record->gap_count; i++) {
		const struct gap *gap = &record->gaps[i];
		json_t *object = next(w, array);

		set(w, object, "domain",
		    json_value_text(gap->domain < record->domain_count
					    ? record->domains[gap->domain].domain.id
					    : NULL));
		set(w, object, "from_s", json_value_seconds(gap->from_ns));
		set(w, object, "to_s", json_value_seconds(gap->to_ns));
		set(w, object, "why", json_value_text(gap_why_text(gap->why)));
	}
}

/* Set last among the numbers: by then every null has had its say. */
static void add_quality(struct writer *w, json_t *root)
{
	const struct run_view *view = w->view;
	json_t *quality = child(w, root, "quality");

	if (view->coverage_ratio < 0)
		explain_null(w, "coverage_ratio", "",
			     &(struct quantity){ .known = false });
	set(w, quality, "coverage_ratio",
	    json_value_real(view->coverage_ratio < 0 ? NAN : view->coverage_ratio));
	set(w, quality, "samples", json_value_count(view->record.info.samples));
	set(w, quality, "missed", json_value_count(view->record.info.missed));
	add_gaps(w, children(w, quality, "gaps"));
	set(w, quality, "warnings", json_incref(w->warnings));
}

static void add_marks(struct writer *w, json_t *root)
{
	const struct run_record *record = &w->view->record;
	json_t *marks = children(w, root, "marks");

	for (size_t i = 0; i < record->mark_count; i++) {
		json_t *mark = next(w, marks);

		set(w, mark, "name", json_value_text(record->marks[i].name));
		set(w, mark, "t_s", json_value_seconds(record->marks[i].t_ns));
	}
}

static json_t *metric_named(struct writer *w, json_t *metrics, const char *name)
{
	json_t *metric = json_object_get(metrics, name);

	if (metric)
		return metric;
	metric = child(w, metrics, name);
	set(w, metric, "count", json_integer(0));
	set(w, metric, "last", json_null());
	(void)children(w, metric, "values");
	return metric;
}

static void add_metric(struct writer *w, json_t *metrics, const struct run_metric *row)
{
	json_t *name = json_value_text(row->name);
	json_t *metric = metric_named(w, metrics, name ? json_string_value(name) : "");
	json_t *values = json_object_get(metric, "values");
	json_t *pair = json_array();

	json_value_append(pair, json_value_seconds(row->t_ns), &w->failed);
	json_value_append(pair, json_value_real(row->value), &w->failed);
	json_value_append(values, pair, &w->failed);
	set(w, metric, "count", json_value_count(json_array_size(values)));
	set(w, metric, "last", json_value_real(row->value));
	json_decref(name);
}

static void add_story(struct writer *w, json_t *root)
{
	const struct run_record *record = &w->view->record;
	json_t *metrics;

	add_marks(w, root);
	metrics = child(w, root, "metrics");
	for (size_t i = 0; i < record->metric_count; i++)
		add_metric(w, metrics, &record->metrics[i]);
	set(w, root, "sections", told_sections_json(w->view));
	set(w, root, "work", told_work_json(w->view));
	set(w, root, "imported", told_import_json(record->import));
	set(w, root, "hardware", json_value_parse(record->hardware_json, JSON_OBJECT));
	set(w, root, "software", json_value_parse(record->software_json, JSON_OBJECT));
}

/* Nobody of ours looked at a run that another tracker saw. */
static void add_tracker(struct writer *w, json_t *root)
{
	const struct run_info *info = &w->view->record.info;
	bool ours = strcmp(info->how, "import") != 0;
	json_t *tracker = child(w, root, "tracker");

	set(w, tracker, "version", json_value_text_or_null(info->version));
	set(w, tracker, "method", json_value_text_or_null(w->view->method));
	set(w, tracker, "data_version", json_value_text_or_null(w->view->data_version));
	set(w, tracker, "cpu_s", seconds_if(ours, info->tracker_cpu_ns));
	/* No process has no memory: 0 means that nobody looked. */
	set(w, tracker, "max_rss_kib",
	    info->tracker_rss_kib ? json_value_count(info->tracker_rss_kib)
				  : json_null());
	set(w, tracker, "bytes_written",
	    ours ? json_value_count(info->tracker_written_bytes) : json_null());
	set(w, tracker, "period_s",
	    info->period_ns ? json_value_seconds(info->period_ns) : json_null());
}

static void json_run(const struct run_view *view, const struct report_opts *opts,
		     struct strbuf *out)
{
	CLEANUP(json_value_release) json_t *root = json_object();
	CLEANUP(json_value_release) json_t *warnings = json_array();
	struct writer w = { view, warnings, 0 };
	AUTO_FREE char *text = NULL;

	(void)opts;
	for (size_t i = 0; i < view->record.warning_count; i++)
		warn(&w, view->record.warnings[i].code, view->record.warnings[i].text);
	add_identity(&w, root);
	add_energy(&w, root);
	if (view->goes_on)
		set(&w, root, "forecast", outlook_json(&view->outlook));
	add_carbon(&w, root);
	add_cost(&w, root);
	add_activity(&w, root);
	add_quality(&w, root);
	add_story(&w, root);
	add_tracker(&w, root);
	if (w.failed < 0 || json_value_dump(root, &text) < 0)
		out->failed = true;
	else
		strbuf_add(out, text);
}

const struct report report_json = { .name = "json", .run = json_run };
