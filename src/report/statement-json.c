/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gramme.statement/1: docs/JSON.md has every key. The keys stand in the order of this file
 * and are never taken away; more may be added. A number that is not known is null.
 */
#include <errno.h>
#include <math.h>

#include "report/json-value.h"
#include "report/phrase.h"
#include "report/statement-words.h"

struct writer {
	const struct statement *s;
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

static json_t *told(double value)
{
	return json_value_real(value > 0 ? value : NAN);
}

static json_t *taken(struct writer *w, struct strbuf *text)
{
	const char *plain = strbuf_part(text, text);

	if (text->failed)
		w->failed = -ENOMEM;
	return json_value_text_or_null(plain);
}

static json_t *reason(const struct run_view *view, const struct quantity *quantity,
		      const char *key)
{
	return json_value_text_or_null(
		quantity->known ? NULL : phrase_reason(view, quantity, key));
}

static void add_region(struct writer *w, json_t *run, const struct place *place)
{
	json_t *region = child(w, run, "region");

	set(w, region, "text", json_value_text_or_null(place->text));
	set(w, region, "country", json_value_text_or_null(place->country));
	set(w, region, "how", json_value_text_or_null(place->how));
	set(w, region, "from", json_value_text_or_null(place->from));
	set(w, region, "note", json_value_text_or_null(place->note));
}

/* What the grammes were made with. */
static void add_grid(struct writer *w, json_t *run, const struct run_view *view)
{
	bool known = view->intensity.value.known;

	set(w, run, "pue", json_value_quantity(&view->pue.value));
	set(w, run, "intensity_gpkwh", json_value_quantity(&view->intensity.value));
	set(w, run, "zone", json_value_text_or_null(view->intensity.zone));
	set(w, run, "basis", json_value_text_or_null(view->intensity.basis));
	set(w, run, "resolution", json_value_text_or_null(view->intensity.resolution));
	set(w, run, "in_time_ratio",
	    json_value_real(known ? view->in_time.covered_ratio : NAN));
	set(w, run, "estimated_ratio",
	    json_value_real(known ? view->in_time.estimated_ratio : NAN));
	set(w, run, "forecast_ratio",
	    json_value_real(known ? view->in_time.forecast_ratio : NAN));
	set(w, run, "why", json_value_text_or_null(view->intensity.why));
	add_region(w, run, &view->place);
}

static void add_run(struct writer *w, json_t *runs, size_t i)
{
	const struct run_view *view = &w->s->views[i];
	const struct run_info *info = &view->record.info;
	json_t *run = json_value_append(runs, json_object(), &w->failed);
	CLEANUP(strbuf_done) struct strbuf hardware = STRBUF_INIT;

	phrase_hardware(&view->record, &hardware);
	set(w, run, "id", json_value_text(info->id));
	set(w, run, "name", json_value_text(info->name));
	set(w, run, "experiment", json_value_text_or_null(info->experiment));
	set(w, run, "project", json_value_text_or_null(info->project));
	set(w, run, "state", json_value_text(run_state_text(info->state)));
	set(w, run, "started", json_value_time(info->started_unix_ns));
	set(w, run, "duration_s", json_value_seconds(info->duration_ns));
	set(w, run, "attributed_j", json_value_quantity(&view->attributed_j));
	set(w, run, "facility_kwh", json_value_quantity(&view->facility_kwh));
	set(w, run, "carbon_kg", json_value_quantity(&view->carbon_kg));
	set(w, run, "marginal_kg", json_value_quantity(&view->carbon_marginal_kg));
	add_grid(w, run, view);
	set(w, run, "coverage_ratio",
	    json_value_real(view->coverage_ratio < 0 ? NAN : view->coverage_ratio));
	set(w, run, "hardware", taken(w, &hardware));
	set(w, run, "why_no_energy", reason(view, &view->attributed_j, "attributed_j"));
	set(w, run, "why_no_carbon", reason(view, &view->carbon_kg, "kg"));
	set(w, run, "how", json_value_text_or_null(info->how));
	set(w, run, "inside", json_value_text_or_null(info->inside));
	set(w, run, "added", json_boolean(statement_adds(w->s, i)));
}

static void add_total(struct writer *w, json_t *root, const char *key,
		      const struct total *total)
{
	json_t *object = child(w, root, key);

	set(w, object, "runs", json_value_count(total->runs));
	set(w, object, "unknown_energy", json_value_count(total->unknown_energy));
	set(w, object, "unknown_carbon", json_value_count(total->unknown_carbon));
	set(w, object, "attributed_j", json_value_quantity(&total->attributed_j));
	set(w, object, "facility_kwh", json_value_quantity(&total->facility_kwh));
	set(w, object, "carbon_kg", json_value_quantity(&total->carbon_kg));
}

static void add_counts(struct writer *w, json_t *root)
{
	const struct statement *s = w->s;
	json_t *counts = child(w, root, "counts");

	set(w, counts, "runs", json_value_count(s->count));
	set(w, counts, "finished", json_value_count(s->finished));
	set(w, counts, "failed", json_value_count(s->failed));
	set(w, counts, "interrupted", json_value_count(s->interrupted));
	set(w, counts, "running", json_value_count(s->running));
	set(w, counts, "inside", json_value_count(s->inside));
	set(w, counts, "in_part", json_value_count(s->in_part));
}

static void add_cost(struct writer *w, json_t *costs, const char *key,
		     const struct cost *cost)
{
	const struct factor *per_t = &cost->usd_per_t;
	json_t *object;

	if (!cost->usd.known) {
		set(w, costs, key, json_null());
		return;
	}
	object = child(w, costs, key);
	set(w, object, "usd", json_value_quantity(&cost->usd));
	set(w, object, "usd_per_t", json_value_quantity(&per_t->value));
	set(w, object, "country", json_value_text_or_null(per_t->country));
	set(w, object, "dollars_of",
	    cost->dollars_of > 0 ? json_integer(cost->dollars_of) : json_null());
	set(w, object, "interval", json_value_text_or_null(per_t->basis));
	set(w, object, "why", json_value_text_or_null(per_t->why));
}

static void add_facts(struct writer *w, json_t *root)
{
	const struct statement_facts *facts = &w->s->facts;
	json_t *object = child(w, root, "facts");

	set(w, object, "model", json_value_text_or_null(facts->model));
	set(w, object, "training_type", json_value_text_or_null(facts->training_type));
	set(w, object, "task", json_value_text_or_null(facts->task));
	set(w, object, "unit", json_value_text_or_null(facts->unit));
	set(w, object, "units", told(facts->units));
	set(w, object, "flop", told(facts->flop));
	set(w, object, "embodied_kg", told(facts->embodied_kg));
	set(w, object, "lifespan_years",
	    told(facts->embodied_kg > 0 ? facts->lifespan_years : 0));
}

static void add_time(struct writer *w, json_t *root)
{
	const struct statement *s = w->s;
	bool has_time = s->count > 0;

	set(w, root, "from", has_time ? json_value_time(s->from_unix_ns) : json_null());
	set(w, root, "to", has_time ? json_value_time(s->to_unix_ns) : json_null());
	set(w, root, "duration_s",
	    has_time ? json_value_seconds(s->duration_ns) : json_null());
	set(w, root, "machines",
	    s->machines > 0 ? json_value_count(s->machines) : json_null());
}

/* The sentences, for whoever only wants to print them. */
static void add_sentence(struct writer *w, json_t *root)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	statement_say_headline(w->s, &text);
	set(w, root, "sentence", taken(w, &text));
}

static void add_beside(struct writer *w, json_t *root)
{
	const struct statement *s = w->s;
	struct quantity intensity = statement_intensity(s);
	double coverage = statement_coverage(s);
	json_t *cost;

	set(w, root, "intensity_gpkwh", json_value_quantity(&intensity));
	set(w, root, "marginal_kg", json_value_quantity(&s->marginal_kg));
	set(w, root, "water_l", json_value_quantity(&s->water_l));
	cost = child(w, root, "cost");
	add_cost(w, cost, "country", &s->cost_country);
	add_cost(w, cost, "global", &s->cost_global);
	set(w, root, "embodied_kg", json_value_quantity(&s->embodied_kg));
	set(w, root, "country", json_value_text_or_null(s->country));
	set(w, root, "coverage_ratio", json_value_real(coverage < 0 ? NAN : coverage));
}

static json_t *build(struct writer *w)
{
	const struct statement *s = w->s;
	json_t *root = json_object();
	json_t *runs;
	json_t *tracker;

	set(w, root, "schema", json_value_text("gramme.statement/1"));
	set(w, root, "of", json_value_text(s->of));
	set(w, root, "title", json_value_text_or_null(s->title));
	set(w, root, "given", json_boolean(s->given));
	add_sentence(w, root);
	runs = json_value_set(root, "runs", json_array(), &w->failed);
	for (size_t i = 0; i < s->count; i++)
		add_run(w, runs, i);
	add_total(w, root, "total", &s->total);
	add_total(w, root, "lost", &s->lost);
	add_beside(w, root);
	add_facts(w, root);
	add_counts(w, root);
	add_time(w, root);
	tracker = child(w, root, "tracker");
	set(w, tracker, "version", json_value_text_or_null(s->version));
	set(w, tracker, "method", json_value_text_or_null(s->method));
	set(w, tracker, "data_version", json_value_text_or_null(s->data_version));
	return root;
}

static void write_json(const struct statement *s, const struct report_opts *opts,
		       struct strbuf *out)
{
	struct writer w = { s, 0 };
	CLEANUP(json_value_release) json_t *root = build(&w);
	AUTO_FREE char *text = NULL;

	(void)opts;
	if (w.failed < 0 || json_value_dump(root, &text) < 0)
		out->failed = true;
	else
		strbuf_add(out, text);
}

const struct statement_form statement_json = { .name = "json", .write = write_json };
