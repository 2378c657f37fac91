/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences of a statement: what came out, and of which runs. */
#include <math.h>
#include <string.h>

#include "base/time-text.h"
#include "report/number.h"
#include "report/phrase.h"
#include "report/statement-words.h"

#define WORLD "WLD"

static void begin(struct strbuf *out)
{
	if (out->len > 0)
		strbuf_add(out, " ");
}

/* ": the reason." or "." */
static void end_with(struct strbuf *out, const char *reason)
{
	strbuf_printf(out, "%s%s.", reason[0] ? ": " : "", reason);
}

/* --- the headline ------------------------------------------------------------------------- */

static void say_no_energy(const struct statement *s, struct strbuf *out)
{
	struct quantity kwh = statement_kwh_of(&s->total.attributed_j);

	if (!kwh.known) {
		strbuf_add(out, "The electricity that this work used, and so the carbon "
				"that it contributed, is not known");
		end_with(out, statement_why_no_energy(s));
		return;
	}
	strbuf_add(out, "The components that did this work used ");
	statement_quantity(s, &kwh, "kWh", out);
	strbuf_add(out,
		   " of electricity; what the facility used for it, and so the carbon "
		   "that it contributed, is not known");
	end_with(out, s->count == 1 ? s->views[0].pue.value.source : "");
}

static void say_no_carbon(const struct statement *s, struct strbuf *out)
{
	strbuf_printf(out, "This work %s ",
		      statement_basis(s) == BASIS_ESTIMATE ? "is estimated to have used"
							   : "used");
	statement_quantity(s, &s->total.facility_kwh, "kWh of electricity", out);
	strbuf_add(out,
		   "; the carbon that it contributed to the atmosphere is not known");
	end_with(out, statement_why_no_carbon(s));
}

static void add_headline_cost(const struct statement *s, struct strbuf *out)
{
	const struct cost *cost = &s->cost_country;
	const char *country = cost->usd_per_t.country;

	if (!cost->usd.known)
		return;
	if (country[0] == '\0' || strcmp(country, WORLD) == 0)
		strbuf_add(out, ", having a worldwide social cost of carbon of ");
	else
		strbuf_printf(out, ", having %s %s-specific social cost of carbon of ",
			      strchr("AEIO", country[0]) ? "an" : "a", country);
	statement_dollars(&cost->usd, out);
}

void statement_say_headline(const struct statement *s, struct strbuf *out)
{
	bool estimate = statement_basis(s) == BASIS_ESTIMATE;

	begin(out);
	if (!s->total.facility_kwh.known) {
		say_no_energy(s, out);
		return;
	}
	if (!s->total.carbon_kg.known) {
		say_no_carbon(s, out);
		return;
	}
	strbuf_printf(out, "This work %s ",
		      estimate ? "is estimated to have contributed" : "contributed");
	statement_quantity(s, &s->total.carbon_kg, "kg of CO2eq", out);
	strbuf_printf(out, " to the atmosphere and%s used ", estimate ? " to have" : "");
	statement_quantity(s, &s->total.facility_kwh, "kWh of electricity", out);
	add_headline_cost(s, out);
	strbuf_add(out, ".");
}

/* --- the runs ----------------------------------------------------------------------------- */

static void say_given(const struct statement *s, struct strbuf *out)
{
	const struct quantity *kg = &s->total.carbon_kg;

	if (!kg->known || strcmp(kg->source, STATEMENT_GIVEN) == 0) {
		strbuf_add(out, "These figures were given by hand; gramme did not "
				"measure them.");
		return;
	}
	strbuf_printf(out,
		      "The energy was given by hand, gramme did not measure it; the "
		      "carbon is by the yearly mean of the grid (%s%s%s).",
		      s->country, s->country[0] && kg->source[0] ? ": " : "", kg->source);
}

/* "on 2026-11-23 (UTC)", "from 2026-11-23 to 2026-11-25 (UTC)" */
static void add_days(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf days = STRBUF_INIT;

	statement_days(s, &days);
	strbuf_printf(out, "%s %s (UTC)",
		      strchr(strbuf_part(out, &days), ' ') ? "from" : "on",
		      strbuf_part(out, &days));
}

static void say_one(const struct statement *s, struct strbuf *out)
{
	const struct run_info *info = &s->views[0].record.info;

	strbuf_printf(out, "The run \"%s\" (%s) ", info->name, info->id);
	if (info->state == RUN_RUNNING)
		strbuf_add(out, "has been ");
	else if (info->state == RUN_INTERRUPTED)
		strbuf_add(out, "was ");
	phrase_state(info, out);
	strbuf_add(out, " ");
	add_days(s, out);
	if (info->state == RUN_RUNNING)
		strbuf_add(out, ": the figures are of the run so far");
	else if (info->state != RUN_FINISHED)
		strbuf_add(out, ": the figures are of the run until then");
	strbuf_add(out, ".");
}

static void add_state(struct strbuf *out, const char **comma, size_t count,
		      const char *state)
{
	if (count == 0)
		return;
	strbuf_printf(out, "%s%zu %s", *comma, count, state);
	*comma = ", ";
}

static void say_many(const struct statement *s, struct strbuf *out)
{
	bool is_named = strncmp(s->of, "the ", 4) == 0;
	char duration[TIME_TEXT_MAX];
	const char *comma = " (";

	duration_text(s->duration_ns, duration, sizeof duration);
	strbuf_printf(out, "Of %s%s", is_named ? s->of : "", is_named ? ": " : "");
	phrase_count(out, s->count, "run", "runs");
	add_state(out, &comma, s->finished, "finished");
	add_state(out, &comma, s->failed, "failed");
	add_state(out, &comma, s->interrupted, "interrupted");
	add_state(out, &comma, s->running, "still running");
	strbuf_printf(out, "), %s in all, ", duration);
	add_days(s, out);
	if (s->machines > 0) {
		strbuf_add(out, ", on ");
		phrase_count(out, s->machines, "machine", "machines");
	}
	strbuf_add(out, ".");
}

/* "1 run that failed", "3 runs that failed or were interrupted" */
static void add_lost(const struct statement *s, struct strbuf *out)
{
	size_t lost = s->failed + s->interrupted;

	phrase_count(out, lost, "run that ", "runs that ");
	strbuf_add(out, s->failed > 0 ? "failed" : "");
	strbuf_add(out, s->failed > 0 && s->interrupted > 0 ? " or " : "");
	if (s->interrupted > 0)
		strbuf_add(out, lost == 1 ? "was interrupted" : "were interrupted");
}

/* A paper has to tell what its failed runs took, and that it is in the sum. */
static void say_lost(const struct statement *s, struct strbuf *out)
{
	size_t lost = s->failed + s->interrupted;

	if (lost == 0 || s->count < 2)
		return;
	if (!s->lost.facility_kwh.known) {
		strbuf_add(out, " It is not known what ");
		add_lost(s, out);
		strbuf_add(out, " used.");
		return;
	}
	strbuf_add(out, lost == 1 ? " Included is " : " Included are ");
	add_lost(s, out);
	strbuf_add(out, ", with ");
	statement_quantity(s, &s->lost.facility_kwh, "kWh", out);
	if (s->lost.carbon_kg.known) {
		strbuf_add(out, " and ");
		statement_quantity(s, &s->lost.carbon_kg, "kg of CO2eq", out);
	}
	strbuf_add(out, s->lost.unknown_energy > 0 ? ", as far as it is known." : ".");
}

/* Each joule once. */
static void say_nested(const struct statement *s, struct strbuf *out)
{
	if (s->inside > 0)
		strbuf_printf(out,
			      " Of them %zu ran inside %s, counted once: what %s used is "
			      "in the other's figures.",
			      s->inside, s->inside == 1 ? "another" : "others",
			      s->inside == 1 ? "it" : "each");
	if (s->in_part > 0)
		strbuf_printf(out,
			      " %zu began inside %s and outlived %s: what %s used in "
			      "that time is counted twice in the sums, whose low ends "
			      "are without %s.",
			      s->in_part, s->in_part == 1 ? "another" : "others",
			      s->in_part == 1 ? "it" : "them",
			      s->in_part == 1 ? "it" : "they",
			      s->in_part == 1 ? "it" : "them");
}

static void tool_of(const struct run_view *view, struct strbuf *out)
{
	const struct run_import *import = view->record.import;

	if (import)
		strbuf_printf(out, "%s%s%s", import->tool,
			      import->tool_version[0] ? " " : "", import->tool_version);
}

/* Another's reading is no measurement of ours. */
static void say_imported(const struct statement *s, struct strbuf *out)
{
	size_t imported = 0;

	for (size_t i = 0; i < s->count; i++)
		imported += s->views[i].record.import != NULL;
	if (imported == 0)
		return;
	if (s->count == 1)
		strbuf_add(out, " It was read from a log of another tracker: ");
	else
		strbuf_printf(out, " %zu %s read from logs of other trackers: ", imported,
			      imported == 1 ? "was" : "were");
	statement_each(s, tool_of, out);
	strbuf_add(out, ".");
}

static void say_left_out_runs(const struct statement *s, size_t count, const char *what,
			      struct strbuf *out)
{
	if (count == 0 || s->count < 2)
		return;
	strbuf_printf(out,
		      " The %s of %zu of the %zu runs is not known: it is left out, and "
		      "the sums are too low by as much.",
		      what, count, s->count);
}

static void add_fact(struct strbuf *out, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	begin(out);
	strbuf_printf(out, "%s: %s.", name, value);
}

void statement_say_runs(const struct statement *s, struct strbuf *out)
{
	begin(out);
	if (s->given)
		say_given(s, out);
	else if (s->count == 1)
		say_one(s, out);
	else
		say_many(s, out);
	say_nested(s, out);
	say_imported(s, out);
	say_lost(s, out);
	say_left_out_runs(s, s->total.unknown_energy, "energy", out);
	if (s->total.unknown_carbon > s->total.unknown_energy)
		say_left_out_runs(s, s->total.unknown_carbon, "carbon", out);
	add_fact(out, "Model", s->facts.model);
	add_fact(out, "Training", s->facts.training_type);
	add_fact(out, "Task", s->facts.task);
}
