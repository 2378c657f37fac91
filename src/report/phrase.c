/* SPDX-License-Identifier: Apache-2.0 */
#include "report/phrase.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/time-text.h"
#include "report/json-value.h"

#define DOMAINS_NAMED 4

static bool is_metered(const struct component_view *c)
{
	return c->what.domain.kind == KIND_MEASURED ||
	       c->what.domain.kind == KIND_DERIVED;
}

enum basis phrase_basis(const struct run_view *view)
{
	size_t metered = 0;
	size_t estimated = 0;

	for (size_t i = 0; i < view->component_count; i++) {
		if (!view->components[i].what.counted)
			continue;
		if (is_metered(&view->components[i]))
			metered++;
		else
			estimated++;
	}
	if (metered + estimated == 0)
		return BASIS_NOTHING;
	if (estimated == 0)
		return BASIS_MEASURED;
	return metered == 0 ? BASIS_ESTIMATE : BASIS_PART;
}

static bool is_wanted(const struct component_view *c, bool metered)
{
	return c->what.counted && is_metered(c) == metered;
}

/* Adds "powercap (package-0, dram-0)": those of the source of components[first]. */
static void add_source(const struct run_view *view, size_t first, bool metered,
		       struct strbuf *out)
{
	const char *source = view->components[first].what.source;
	size_t count = 0;

	for (size_t i = first; i < view->component_count; i++) {
		const struct component_view *c = &view->components[i];

		if (!is_wanted(c, metered) || strcmp(c->what.source, source) != 0)
			continue;
		count++;
		if (count <= DOMAINS_NAMED)
			strbuf_printf(out, "%s%s%s", count == 1 ? source : "",
				      count == 1 ? " (" : ", ", c->what.domain.id);
	}
	if (count > DOMAINS_NAMED)
		strbuf_printf(out, " and %zu more", count - DOMAINS_NAMED);
	strbuf_add(out, ")");
}

static bool is_first_of_source(const struct run_view *view, size_t at, bool metered)
{
	const struct component_view *c = view->components;

	for (size_t i = 0; i < at; i++)
		if (is_wanted(&c[i], metered) &&
		    strcmp(c[i].what.source, c[at].what.source) == 0)
			return false;
	return is_wanted(&c[at], metered);
}

void phrase_domains(const struct run_view *view, bool metered, struct strbuf *out)
{
	const char *comma = "";

	for (size_t i = 0; i < view->component_count; i++) {
		if (!is_first_of_source(view, i, metered))
			continue;
		strbuf_add(out, comma);
		add_source(view, i, metered, out);
		comma = ", ";
	}
}

void phrase_estimated_families(const struct run_view *view, struct strbuf *out)
{
	bool seen[FAMILY_OTHER + 1] = { false };
	const char *comma = "";

	for (size_t i = 0; i < view->component_count; i++) {
		enum family family = view->components[i].what.domain.family;

		if (!is_wanted(&view->components[i], false) || seen[family])
			continue;
		seen[family] = true;
		strbuf_printf(out, "%s%s", comma, family_text(family));
		comma = ", ";
	}
}

void phrase_state(const struct run_info *info, struct strbuf *out)
{
	char duration[TIME_TEXT_MAX];
	const char *state = run_state_text(info->state);

	duration_text(info->duration_ns, duration, sizeof duration);
	if (info->state == RUN_RUNNING)
		strbuf_printf(out, "running for %s", duration);
	else if (info->state == RUN_FINISHED)
		strbuf_printf(out, "finished in %s", duration);
	else if (info->has_exit_status && info->exit_status > 128)
		strbuf_printf(out, "%s by signal %d after %s", state,
			      info->exit_status - 128, duration);
	else if (info->has_exit_status)
		strbuf_printf(out, "%s with status %d after %s", state, info->exit_status,
			      duration);
	else
		strbuf_printf(out, "%s after %s", state, duration);
}

const char *phrase_zone(const struct run_view *view)
{
	return view->place.zone[0] ? view->place.zone : view->intensity.zone;
}

void phrase_count(struct strbuf *out, size_t count, const char *one, const char *many)
{
	strbuf_printf(out, "%zu %s", count, count == 1 ? one : many);
}

const struct run_warning *phrase_warning(const struct run_view *view, const char *code)
{
	for (size_t i = 0; i < view->record.warning_count; i++)
		if (strcmp(view->record.warnings[i].code, code) == 0)
			return &view->record.warnings[i];
	return NULL;
}

/* What is said where nobody left a reason with the number itself. */
static const char *usual_reason(const char *key)
{
	static const struct {
		const char *key;
		const char *text;
	} reasons[] = {
		{ "machine_j", "there was no usable reading" },
		{ "attributed_j", "there was no usable reading" },
		{ "wall_j", "no meter of the whole machine was read" },
		{ "marginal_kg", "no marginal intensity of the place is known" },
		{ "marginal_intensity_gpkwh",
		  "no marginal intensity of the place is known" },
		{ "water_l", "its energy or the water of its electricity is not known" },
		{ "scc_usd", "its carbon is not known" },
		{ "global_scc_usd", "its carbon is not known" },
		{ "marginal_j", "what the machine draws when idle is not known" },
		{ "reserved_j", "what the machine draws when idle is not known" },
		{ "facility_kwh", "its energy or the PUE is not known" },
		{ "cpu_s", "the run's processes could not be seen" },
		{ "machine_cpu_s", "the machine's busy time could not be read" },
		{ "coverage_ratio", "no domain was counted" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (strcmp(reasons[i].key, key) == 0)
			return reasons[i].text;
	return "";
}

const char *phrase_reason(const struct run_view *view, const struct quantity *quantity,
			  const char *key)
{
	const struct run_warning *warning;
	char code[64];

	/* The equation that a product would be of is no reason. */
	if (quantity->source[0] != '\0' && strncmp(quantity->source, "METHOD ", 7) != 0)
		return quantity->source;
	(void)snprintf(code, sizeof code, "unknown-%s", key);
	warning = phrase_warning(view, code);
	if (warning)
		return warning->text;
	if (quantity == &view->attributed_j && view->machine_j.known)
		return "whose joules those of a counted part are is not known";
	if (quantity != &view->carbon_kg)
		return usual_reason(key);
	/* Carbon is a product: it lacks what a factor of it lacks. */
	if (!view->attributed_j.known)
		return "its energy is not known";
	return view->intensity.value.known ? "" : view->intensity.value.source;
}

static const char *text_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void add_part(struct strbuf *out, const char *text)
{
	if (!text || text[0] == '\0')
		return;
	if (out->len > 0)
		strbuf_add(out, ", ");
	strbuf_add(out, text);
}

static void add_part_count(struct strbuf *out, const json_t *count, const char *of)
{
	char text[64];

	if (!json_is_integer(count) || json_integer_value(count) <= 0)
		return;
	(void)snprintf(text, sizeof text, "%lld %s", (long long)json_integer_value(count),
		       of);
	add_part(out, text);
}

static void add_memory(struct strbuf *out, const json_t *hardware)
{
	double gib = json_number_value(json_object_get(hardware, "memory_bytes")) /
		     (1024.0 * 1024 * 1024);
	char text[64];

	if (gib <= 0)
		return;
	(void)snprintf(text, sizeof text, "%.*f GiB of memory", gib < 10 ? 1 : 0, gib);
	add_part(out, text);
}

/* Boards in a row with one name become "2 x NAME". */
static void add_gpus(struct strbuf *out, const json_t *gpus)
{
	size_t count = json_array_size(gpus);

	for (size_t i = 0, same; i < count; i += same) {
		const char *name = text_at(json_array_get(gpus, i), "name");
		char text[160];

		for (same = 1; i + same < count; same++) {
			const char *other =
				text_at(json_array_get(gpus, i + same), "name");

			if (!name || !other || strcmp(name, other) != 0)
				break;
		}
		(void)snprintf(text, sizeof text, "%zu x %s", same, name ? name : "GPU");
		add_part(out, same > 1 ? text : name);
	}
}

void phrase_hardware(const struct run_record *record, struct strbuf *out)
{
	CLEANUP(json_value_release)
	json_t *hardware = json_value_parse(record->hardware_json, JSON_OBJECT);
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT;
	const json_t *cpu = json_object_get(hardware, "cpu");

	add_part(&line, text_at(hardware, "machine"));
	add_part(&line,
		 json_is_string(cpu) ? json_string_value(cpu) : text_at(cpu, "name"));
	add_part_count(&line, json_object_get(cpu, "threads"), "threads");
	if (json_is_true(json_object_get(cpu, "virtual")))
		add_part(&line, "a virtual machine");
	add_memory(&line, hardware);
	add_gpus(&line, json_object_get(hardware, "gpus"));
	strbuf_add(out, strbuf_part(out, &line));
}

static void add_git(struct strbuf *out, const json_t *git)
{
	const char *commit = text_at(git, "commit");
	char text[32];

	if (!commit)
		return;
	(void)snprintf(text, sizeof text, "git %.12s", commit);
	add_part(out, text);
}

/* "Linux 6.1.0" from a bare release. */
static void add_named(struct strbuf *out, const char *name, const char *version)
{
	char text[160];

	if (!version || version[0] == '\0')
		return;
	(void)snprintf(text, sizeof text, "%s %s", name, version);
	add_part(out, text);
}

static void add_python(struct strbuf *out, const json_t *python)
{
	size_t packages = json_object_size(json_object_get(python, "packages"));
	char text[64];

	add_named(out, "Python", text_at(python, "version"));
	if (packages == 0)
		return;
	(void)snprintf(text, sizeof text, "%zu package%s", packages,
		       packages == 1 ? "" : "s");
	add_part(out, text);
}

void phrase_software(const struct run_record *record, struct strbuf *out)
{
	CLEANUP(json_value_release)
	json_t *software = json_value_parse(record->software_json, JSON_OBJECT);
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT;

	add_part(&line, text_at(software, "os"));
	add_named(&line, "Linux", text_at(software, "kernel"));
	add_python(&line, json_object_get(software, "python"));
	add_git(&line, json_object_get(software, "git"));
	strbuf_add(out, strbuf_part(out, &line));
}

static bool is_plain_word(const char *word)
{
	return word[0] != '\0' &&
	       word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789_-+=./:,@%^")] == '\0';
}

void phrase_cost_interval(const struct factor *usd_per_t, struct strbuf *out)
{
	const char *comma = strchr(usd_per_t->basis, ',');

	if (comma)
		strbuf_printf(out, "; in brackets%s", comma + 1);
}

void phrase_command(const struct run_info *info, struct strbuf *out)
{
	CLEANUP(json_value_release)
	json_t *command = json_value_parse(info->command_json, JSON_ARRAY);

	for (size_t i = 0; i < json_array_size(command); i++) {
		const char *word = json_string_value(json_array_get(command, i));

		if (!word)
			continue;
		strbuf_add(out, i > 0 ? " " : "");
		if (is_plain_word(word)) {
			strbuf_add(out, word);
			continue;
		}
		strbuf_add(out, "'");
		for (const char *p = word; *p != '\0'; p++)
			if (*p == '\'')
				strbuf_add(out, "'\\''");
			else
				strbuf_add_bytes(out, p, 1);
		strbuf_add(out, "'");
	}
}
