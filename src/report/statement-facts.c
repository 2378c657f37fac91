/* SPDX-License-Identifier: Apache-2.0 */
#include "report/statement-facts.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "report/json-value.h"
#include "report/number.h"
#include "report/phrase.h"
#include "report/shown.h"
#include "report/statement-words.h"

#define DAY_S 86400.0

/* --- figures ------------------------------------------------------------------------------ */

void facts_two_digits(double value, char *buf, size_t size)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	char text[32];
	char *e;

	(void)locale;
	if (!isfinite(value) || value == 0 ||
	    (fabs(value) >= 0.001 && fabs(value) < 99.5)) {
		number_digits(value, 2, buf, size);
		return;
	}
	(void)snprintf(text, sizeof text, "%.1e", value);
	e = strchr(text, 'e');
	*e = '\0';
	(void)snprintf(buf, size, "%s*10^%ld", text, strtol(e + 1, NULL, 10));
}

void facts_figure(double value, char *buf, size_t size)
{
	/* Nothing before the point is rounded away, and a count has nothing after it. */
	if (isfinite(value) && fabs(value) >= 999.5)
		value = round(value);
	if (!isfinite(value) || value != round(value) || fabs(value) >= 1e9) {
		number_digits(value, 3, buf, size);
		return;
	}
	number_digits(value, 9, buf, size);
	buf[strcspn(buf, ".")] = '\0';
}

/* --- boundaries --------------------------------------------------------------------------- */

/* A meter of the whole machine sees all who use it; two of its errors may be one. */
static struct quantity wall_kwh(const struct statement *s)
{
	struct quantity sum = { .known = s->count > 0 };

	for (size_t i = 0; i < s->count; i++) {
		const struct quantity *wall = &s->views[i].wall_j;

		if (!statement_adds(s, i))
			continue;
		if (!wall->known || !sum.known)
			return (struct quantity){ .known = false };
		sum.value += wall->value / 3.6e6;
		sum.low += wall->low / 3.6e6;
		sum.high += wall->high / 3.6e6;
		sum.kind = kind_worse(sum.kind, wall->kind);
		(void)copy_text(sum.source, sizeof sum.source,
				sum.kind == KIND_MEASURED ? "" : "METHOD E-11, E-22");
	}
	return sum;
}

static const char *why_no_wall(const struct statement *s)
{
	if (s->given)
		return "the figures were given for the facility";
	if (s->count != 1)
		return "not of every run is it known";
	return phrase_reason(&s->views[0], &s->views[0].wall_j, "wall_j");
}

void facts_boundaries(const struct statement *s,
		      struct facts_boundary ret[FACTS_BOUNDARIES])
{
	const char *why = statement_why_no_energy(s);
	struct quantity wall = wall_kwh(s);

	ret[0] = (struct facts_boundary){
		.name = "component",
		.about = "processors, memory and GPUs: the runs' share",
		.kwh = statement_kwh_of(&s->total.attributed_j),
		.why_not = s->given ? "the figures were given for the facility" : why,
	};
	ret[1] = (struct facts_boundary){
		.name = "node",
		.about = wall.known && wall.kind != KIND_MEASURED
				 ? "the whole machine at its plug, for all who used it; "
				   "modelled (METHOD E-11, E-22)"
				 : "the whole machine at its plug, for all who used it",
		.kwh = wall,
		.why_not = why_no_wall(s),
	};
	ret[2] = (struct facts_boundary){
		.name = "facility",
		.about = s->given ? "as given" : "component times PUE",
		.kwh = s->total.facility_kwh,
		.why_not = why,
	};
}

/* --- time --------------------------------------------------------------------------------- */

int64_t facts_wall_clock_ns(const struct statement *s)
{
	int64_t until = INT64_MIN;
	int64_t sum = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct run_info *info = &s->views[i].record.info;
		int64_t from = info->started_unix_ns;
		int64_t to = run_time_unix_ns(info, info->duration_ns);

		if (from < until)
			from = until;
		if (to > from)
			sum += to - from;
		if (to > until)
			until = to;
	}
	return sum;
}

static const char *board_name(const json_t *gpus, const struct domain *domain)
{
	size_t i;
	json_t *gpu;

	if (domain->label[0] != '\0')
		return domain->label;
	json_array_foreach(gpus, i, gpu)
	{
		const char *of = json_string_value(json_object_get(gpu, "domain"));
		const char *name = json_string_value(json_object_get(gpu, "name"));

		if (of && name && strcmp(of, domain->id) == 0)
			return name;
	}
	return "GPU";
}

static void add_days(json_t *days, const char *name, double more, int *failed)
{
	double before = json_number_value(json_object_get(days, name));

	json_value_set(days, name, json_real(before + more), failed);
}

static void add_run_days(const struct run_view *view, json_t *days, int *failed)
{
	CLEANUP(json_value_release)
	json_t *hardware = json_value_parse(view->record.hardware_json, JSON_OBJECT);
	double lasted = (double)view->record.info.duration_ns / NS_PER_S / DAY_S;
	bool any = false;

	for (size_t i = 0; i < view->component_count; i++) {
		const struct component_view *c = &view->components[i];
		CLEANUP(json_value_release) json_t *name = NULL;

		if (c->what.domain.family != FAMILY_GPU || !c->what.counted ||
		    !c->attributed_j.known || c->attributed_j.value <= 0)
			continue;
		name = json_value_text(
			board_name(json_object_get(hardware, "gpus"), &c->what.domain));
		add_days(days, name ? json_string_value(name) : "GPU", lasted, failed);
		any = true;
	}
	if (!any)
		add_days(days, "machine", lasted, failed);
}

void facts_hardware_days(const struct statement *s, struct strbuf *out)
{
	CLEANUP(json_value_release) json_t *days = json_object();
	const char *comma = "";
	const char *name;
	json_t *value;
	int failed = days ? 0 : -1;

	for (size_t i = 0; i < s->count && failed == 0; i++)
		if (statement_adds(s, i))
			add_run_days(&s->views[i], days, &failed);
	out->failed |= failed != 0;
	json_object_foreach(days, name, value)
	{
		char text[FACTS_FIGURE_MAX];

		facts_two_digits(json_real_value(value), text, sizeof text);
		strbuf_printf(out, "%s%s %s days", comma, text, name);
		comma = ", ";
	}
}

size_t facts_known_runs(const struct statement *s, int64_t *ret_ns)
{
	size_t count = 0;

	*ret_ns = 0;
	for (size_t i = 0; i < s->count; i++) {
		if (!s->views[i].attributed_j.known || !statement_adds(s, i))
			continue;
		*ret_ns += s->views[i].record.info.duration_ns;
		count++;
	}
	return count;
}

/* --- sources ------------------------------------------------------------------------------ */

static bool is_metered(const struct run_domain *what)
{
	return what->domain.kind == KIND_MEASURED || what->domain.kind == KIND_DERIVED;
}

void facts_sources(const struct statement *s, bool metered, struct strbuf *out)
{
	CLEANUP(json_value_release) json_t *seen = json_object();

	for (size_t i = 0; i < s->count; i++) {
		const struct run_view *view = &s->views[i];

		for (size_t k = 0; k < view->component_count; k++) {
			const struct run_domain *what = &view->components[k].what;

			if (!what->counted || is_metered(what) != metered ||
			    json_object_get(seen, what->source))
				continue;
			strbuf_printf(out, "%s%s", json_object_size(seen) ? ", " : "",
				      what->source);
			out->failed |= json_object_set_new_nocheck(seen, what->source,
								   json_true()) != 0;
		}
	}
}

/* --- Markdown ----------------------------------------------------------------------------- */

void facts_markdown(struct strbuf *out, const char *text)
{
	CLEANUP(strbuf_done) struct strbuf shown = STRBUF_INIT;

	shown_add(&shown, text);
	for (const char *p = strbuf_part(out, &shown); *p != '\0'; p++) {
		if (strchr("\\`*_[]<>|~#&!$", *p))
			strbuf_add(out, "\\");
		strbuf_add_bytes(out, p, 1);
	}
}

void facts_markdown_of(const struct statement *s,
		       void (*say)(const struct statement *s, struct strbuf *out),
		       struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf raw = STRBUF_INIT;

	say(s, &raw);
	facts_markdown(out, strbuf_part(out, &raw));
}
