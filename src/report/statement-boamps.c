/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report in the format of BoAmps 1.1 (Boavizta, https://github.com/Boavizta/BoAmps, CC BY
 * 4.0): the keys, types and enumerations are the schema's, the words are ours.
 *
 *	powerConsumption	kWh of the components: the format has no PUE
 *	quality			by the error it stands for: 10, 25 or 50 %
 *	dataset, components	at least one is wanted: what was not told is of type "other" or
 *				"not known", and taskDescription says so
 *
 * All runs are one measure, since several would be several meters of one task. Without a
 * known energy there is no measure, and the schema rejects the report, as it should.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/time-text.h"
#include "report/json-value.h"
#include "report/phrase.h"
#include "report/statement-facts.h"
#include "report/statement-words.h"

#define FORMAT_VERSION "1.1.0"
#define FORMAT_URI     "https://github.com/Boavizta/BoAmps/tree/main/model"
#define GIB            (1024.0 * 1024 * 1024)

struct writer {
	const struct statement *s;
	int failed;
};

static void set(struct writer *w, json_t *object, const char *key, json_t *value)
{
	(void)json_value_set(object, key, value, &w->failed);
}

static void set_text(struct writer *w, json_t *object, const char *key, const char *text)
{
	if (text && text[0] != '\0')
		set(w, object, key, json_value_text(text));
}

static void set_built(struct writer *w, json_t *object, const char *key,
		      struct strbuf *text)
{
	if (text->failed)
		w->failed = -1;
	set_text(w, object, key, text->text);
}

/* Every digit of a kWh counts, not nine after the point. */
static void set_real(struct writer *w, json_t *object, const char *key, double value)
{
	if (isfinite(value))
		set(w, object, key, json_value_real(value));
}

/* The schema wants "YYYY-MM-DD HH:MM:SS"; UTC. */
static void set_time(struct writer *w, json_t *object, const char *key, int64_t unix_ns)
{
	char text[TIME_TEXT_MAX];

	time_text(unix_ns, text, sizeof text);
	text[strcspn(text, ".Z")] = '\0';
	text[strcspn(text, "T")] = ' ';
	set_text(w, object, key, text);
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

/* --- header and task ---------------------------------------------------------------------- */

static void add_header(struct writer *w, json_t *root)
{
	json_t *header;

	/* A header without its date is no header. */
	if (w->s->written_unix_ns == 0)
		return;
	header = child(w, root, "header");
	set_text(w, header, "formatVersion", FORMAT_VERSION);
	set_text(w, header, "formatVersionSpecificationUri", FORMAT_URI);
	set_time(w, header, "reportDatetime", w->s->written_unix_ns);
	set_text(w, header, "reportStatus", "draft");
}

static const char *stage_of(const char *training_type)
{
	static const char *const stages[][2] = {
		{ "pre-training", "training" }, { "pretraining", "training" },
		{ "training", "training" },     { "fine-tuning", "finetuning" },
		{ "finetuning", "finetuning" }, { "re-training", "retraining" },
		{ "inference", "inference" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(stages); i++)
		if (strcasecmp(training_type, stages[i][0]) == 0)
			return stages[i][1];
	return training_type[0] != '\0' ? training_type : "not told";
}

static void describe(const struct statement *s, struct strbuf *out)
{
	strbuf_printf(out, "%s.", s->of);
	statement_say_runs(s, out);
	statement_say_basis(s, out);
	if (!s->total.attributed_j.known && !s->given) {
		const char *why = statement_why_no_energy(s);

		strbuf_printf(out,
			      " The energy is not known%s%s, so there is no measure.",
			      why[0] ? ": " : "", why);
	}
	strbuf_add(out, " The data set was not told to gramme: its item stands for one "
			"of any kind.");
	statement_say_method(s, out);
}

static void add_task(struct writer *w, json_t *root)
{
	const struct statement_facts *facts = &w->s->facts;
	CLEANUP(strbuf_done) struct strbuf about = STRBUF_INIT;
	json_t *task = child(w, root, "task");
	json_t *item;

	set_text(w, task, "taskStage", stage_of(facts->training_type));
	set_text(w, task, "taskFamily", facts->task[0] ? facts->task : "not told");
	item = next(w, children(w, task, "algorithms"));
	set_text(w, item, "algorithmName", facts->model[0] ? facts->model : "not told");
	item = next(w, children(w, task, "dataset"));
	set_text(w, item, "dataUsage", "input");
	set_text(w, item, "dataType", "other");
	describe(w->s, &about);
	set_built(w, task, "taskDescription", &about);
}

/* --- measures ----------------------------------------------------------------------------- */

/* The sources of a family's counted domains, "model" for an estimate: "powercap, model". */
static void family_sources(const struct statement *s, enum family family,
			   struct strbuf *out)
{
	CLEANUP(json_value_release) json_t *seen = json_object();

	for (size_t i = 0; i < s->count; i++)
		for (size_t k = 0; k < s->views[i].component_count; k++) {
			const struct run_domain *what = &s->views[i].components[k].what;

			if (!what->counted || what->domain.family != family ||
			    json_object_get(seen, what->source))
				continue;
			strbuf_printf(out, "%s%s", json_object_size(seen) ? ", " : "",
				      what->source);
			out->failed |= json_object_set_new_nocheck(seen, what->source,
								   json_true()) != 0;
		}
}

static void set_tracking(struct writer *w, json_t *measure, const char *key,
			 enum family family)
{
	CLEANUP(strbuf_done) struct strbuf sources = STRBUF_INIT;

	family_sources(w->s, family, &sources);
	set_built(w, measure, key, &sources);
}

static double threads_of(const struct run_record *record)
{
	CLEANUP(json_value_release)
	json_t *hardware = json_value_parse(record->hardware_json, JSON_OBJECT);

	return json_number_value(
		json_object_get(json_object_get(hardware, "cpu"), "threads"));
}

/* Busy time over all threads' time; of all runs or of none. */
static void set_cpu_use(struct writer *w, json_t *measure)
{
	double busy_ns = 0;
	double most_ns = 0;

	for (size_t i = 0; i < w->s->count; i++) {
		const struct run_info *info = &w->s->views[i].record.info;
		double threads = threads_of(&w->s->views[i].record);

		if (!info->has_machine_cpu || threads <= 0)
			return;
		busy_ns += (double)info->machine_cpu_ns;
		most_ns += threads * (double)info->duration_ns;
	}
	if (most_ns > 0)
		set_real(w, measure, "averageUtilizationCpu", fmin(busy_ns / most_ns, 1));
}

static void set_gpu_use(struct writer *w, json_t *measure)
{
	double sum_ns = 0;
	double most_ns = 0;

	for (size_t i = 0; i < w->s->count; i++) {
		const struct run_view *view = &w->s->views[i];
		double lasted_ns = (double)view->record.info.duration_ns;

		for (size_t k = 0; k < view->gpu_count; k++) {
			if (!view->gpus[k].has_sm)
				return;
			sum_ns += view->gpus[k].all_sm_ratio * lasted_ns;
			most_ns += lasted_ns;
		}
	}
	if (most_ns > 0)
		set_real(w, measure, "averageUtilizationGpu", fmin(sum_ns / most_ns, 1));
}

static void add_given(struct writer *w, json_t *measures)
{
	json_t *measure = next(w, measures);

	set_text(w, measure, "measurementMethod", "given by hand");
	set_real(w, measure, "powerConsumption", w->s->total.facility_kwh.value);
}

static void add_measures(struct writer *w, json_t *root)
{
	const struct statement *s = w->s;
	json_t *measures = children(w, root, "measures");
	int64_t measured_ns;
	json_t *measure;

	if (s->given && s->total.facility_kwh.known)
		add_given(w, measures);
	if (s->given || !s->total.attributed_j.known)
		return;
	measure = next(w, measures);
	(void)facts_known_runs(s, &measured_ns);
	set_text(w, measure, "measurementMethod", "gramme");
	set_text(w, measure, "version", s->version);
	set_tracking(w, measure, "cpuTrackingMode", FAMILY_CPU);
	set_tracking(w, measure, "gpuTrackingMode", FAMILY_GPU);
	set_cpu_use(w, measure);
	set_gpu_use(w, measure);
	set_real(w, measure, "powerConsumption",
		 statement_kwh_of(&s->total.attributed_j).value);
	set_real(w, measure, "measurementDuration", (double)measured_ns / NS_PER_S);
	set_time(w, measure, "measurementDateTime", s->from_unix_ns);
}

/* --- system, software --------------------------------------------------------------------- */

static void add_software(struct writer *w, json_t *root)
{
	const struct run_record *record = w->s->count ? &w->s->views[0].record : NULL;
	CLEANUP(json_value_release)
	json_t *found =
		json_value_parse(record ? record->software_json : NULL, JSON_OBJECT);
	const char *os = json_string_value(json_object_get(found, "os"));
	const json_t *python = json_object_get(found, "python");
	json_t *part;

	if (os || json_object_get(found, "kernel")) {
		part = child(w, root, "system");
		set_text(w, part, "os", json_object_get(found, "kernel") ? "Linux" : os);
		set_text(w, part, "distribution", os);
	}
	if (json_is_object(python)) {
		part = child(w, root, "software");
		set_text(w, part, "language", "python");
		set_text(w, part, "version",
			 json_string_value(json_object_get(python, "version")));
	}
}

/* --- infrastructure ----------------------------------------------------------------------- */

static json_t *component(struct writer *w, json_t *array, const char *name,
			 const char *type, json_int_t count)
{
	json_t *item = next(w, array);

	set_text(w, item, "componentName", name);
	set_text(w, item, "componentType", type);
	set(w, item, "nbComponent", json_integer(count));
	return item;
}

/* Sockets as far as meters show them; a machine has one at least. */
static json_int_t sockets_of(const struct run_view *view)
{
	json_int_t count = 0;

	for (size_t i = 0; i < view->component_count; i++) {
		const char *id = view->components[i].what.domain.id;

		count += strncmp(id, "package-", 8) == 0 && !strstr(id, "-die-");
	}
	return count > 0 ? count : 1;
}

static void add_cpu(struct writer *w, json_t *array, const struct run_view *view,
		    const json_t *cpu)
{
	const char *name = json_string_value(json_object_get(cpu, "name"));
	json_int_t threads = json_integer_value(json_object_get(cpu, "threads"));
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	json_t *item;

	if (!name)
		return;
	strbuf_add(&text, name);
	if (threads > 0)
		strbuf_printf(&text, ", %lld threads in all", (long long)threads);
	item = component(w, array, NULL, "cpu", sockets_of(view));
	set_built(w, item, "componentName", &text);
}

static void add_boards(struct writer *w, json_t *array, const json_t *gpus)
{
	size_t count = json_array_size(gpus);

	for (size_t i = 0, same; i < count; i += same) {
		const char *name = json_string_value(
			json_object_get(json_array_get(gpus, i), "name"));

		for (same = 1; i + same < count; same++) {
			const char *other = json_string_value(
				json_object_get(json_array_get(gpus, i + same), "name"));

			if (!name || !other || strcmp(name, other) != 0)
				break;
		}
		component(w, array, name, "gpu", (json_int_t)same);
	}
}

static void add_machine(struct writer *w, json_t *array, const struct run_view *view)
{
	CLEANUP(json_value_release)
	json_t *hardware = json_value_parse(view->record.hardware_json, JSON_OBJECT);
	double bytes = json_number_value(json_object_get(hardware, "memory_bytes"));
	json_t *item;

	add_cpu(w, array, view, json_object_get(hardware, "cpu"));
	add_boards(w, array, json_object_get(hardware, "gpus"));
	if (bytes <= 0)
		return;
	item = component(w, array, "memory", "ram", 1);
	set_real(w, item, "memorySize", round(10 * bytes / GIB) / 10);
}

static bool is_same_machine(const struct run_view *a, const struct run_view *b)
{
	const char *one = a->record.hardware_json;
	const char *other = b->record.hardware_json;

	return one == other || (one && other && strcmp(one, other) == 0);
}

static void add_machines(struct writer *w, json_t *array)
{
	const struct run_view *views = w->s->views;

	for (size_t i = 0; i < w->s->count; i++) {
		bool seen = false;

		for (size_t k = 0; k < i && !seen; k++)
			seen = is_same_machine(&views[i], &views[k]);
		if (!seen)
			add_machine(w, array, &views[i]);
	}
	if (json_array_size(array) == 0)
		component(w, array, "not told to gramme", "not known", 1);
}

/* "" where the runs were in none, or in several. */
static const char *cloud_of(const struct statement *s)
{
	const char *cloud = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct place *place = &s->views[i].place;

		if (cloud && strcmp(place->cloud, cloud) != 0)
			return "";
		cloud = place->cloud;
	}
	return cloud ? cloud : "";
}

static void add_infrastructure(struct writer *w, json_t *root)
{
	const char *cloud = cloud_of(w->s);
	json_t *infra = child(w, root, "infrastructure");

	set_text(w, infra, "infraType", *cloud != '\0' ? "publicCloud" : "other");
	set_text(w, infra, "cloudProvider", cloud);
	add_machines(w, children(w, infra, "components"));
}

/* --- environment, quality ----------------------------------------------------------------- */

static void add_environment(struct writer *w, json_t *root)
{
	const struct statement *s = w->s;
	CLEANUP(strbuf_done) struct strbuf zones = STRBUF_INIT;
	json_t *environment;

	/* The schema wants a country; of runs in several there is none. */
	if (s->country[0] == '\0')
		return;
	environment = child(w, root, "environment");
	set_text(w, environment, "country", s->country);
	statement_zones(s, &zones);
	set_built(w, environment, "location", &zones);
	if (s->total.carbon_kg.known && s->total.facility_kwh.known &&
	    s->total.unknown_carbon == s->total.unknown_energy &&
	    s->total.facility_kwh.value > 0)
		set_real(w, environment, "powerSourceCarbonIntensity",
			 1000 * s->total.carbon_kg.value / s->total.facility_kwh.value);
}

/* The format's grades are bounds of the error; an estimate never has the best. */
static const char *quality_of(const struct statement *s)
{
	const struct quantity *j = &s->total.attributed_j;
	double error = fmax(j->high - j->value, j->value - j->low) / j->value;

	if (error <= 0.1 && statement_basis(s) == BASIS_MEASURED &&
	    statement_coverage(s) >= 0.9)
		return "high";
	return error <= 0.25 ? "medium" : "low";
}

static void write_report(const struct statement *s, const struct report_opts *opts,
			 struct strbuf *out)
{
	CLEANUP(json_value_release) json_t *root = json_object();
	struct writer w = { s, 0 };
	AUTO_FREE char *text = NULL;

	(void)opts;
	add_header(&w, root);
	add_task(&w, root);
	add_measures(&w, root);
	add_software(&w, root);
	add_infrastructure(&w, root);
	add_environment(&w, root);
	if (s->total.attributed_j.known && s->total.attributed_j.value > 0)
		set_text(&w, root, "quality", quality_of(s));
	if (w.failed < 0 || json_value_dump(root, &text) < 0)
		out->failed = true;
	else
		strbuf_add(out, text);
}

const struct statement_form statement_boamps = { .name = "boamps",
						 .write = write_report };
