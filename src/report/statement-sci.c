/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Software carbon intensity, ISO/IEC 21031:2024: SCI = ((E * I) + M) per R. E is of the
 * facility, since the standard counts what the machine needs around it; I is of the place,
 * and no certificate or offset lowers it; M is METHOD E-14. Without M there is no SCI, only
 * its operational part, and the form says so.
 */
#include <stdio.h>

#include "report/number.h"
#include "report/shown.h"
#include "report/statement-facts.h"
#include "report/statement-words.h"

#define LABEL_COLUMNS 5
#define TEXT_COLUMN   8

static void add_row(struct strbuf *out, const char *label, const struct strbuf *text)
{
	strbuf_printf(out, "  %-*s ", LABEL_COLUMNS, label);
	shown_wrap(out, strbuf_part(out, text), TEXT_COLUMN, 80);
}

static struct quantity grams(const struct quantity *kg)
{
	struct quantity g = *kg;

	g.value *= 1000;
	g.low *= 1000;
	g.high *= 1000;
	return g;
}

static void add_unknown(struct strbuf *out, const char *why)
{
	strbuf_printf(out, "not known%s%s", why[0] ? ": " : "", why);
}

static void add_energy(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	if (s->total.facility_kwh.known) {
		statement_quantity(s, &s->total.facility_kwh, "kWh", &text);
		strbuf_add(&text, s->given ? ", as given" : ", of the facility");
	} else {
		add_unknown(&text, statement_why_no_energy(s));
	}
	add_row(out, "E", &text);
}

/* One run has its own intensity; of several it is what makes O of E. */
static void add_intensity(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	const struct total *total = &s->total;
	char figure[FACTS_FIGURE_MAX];

	if (s->count == 1 && s->views[0].intensity.value.known) {
		statement_quantity(s, &s->views[0].intensity.value, "g CO2e/kWh", &text);
	} else if (total->carbon_kg.known && total->facility_kwh.known &&
		   total->facility_kwh.value > 0 &&
		   total->unknown_carbon == total->unknown_energy) {
		facts_figure(1000 * total->carbon_kg.value / total->facility_kwh.value,
			     figure, sizeof figure);
		strbuf_printf(&text, "%s g CO2e/kWh, the mean by energy", figure);
	} else {
		add_unknown(&text, total->unknown_carbon < total->runs
					   ? "not of every run whose energy is"
					   : statement_why_no_carbon(s));
	}
	add_row(out, "I", &text);
}

static void add_operational(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	struct quantity g = grams(&s->total.carbon_kg);

	if (g.known) {
		statement_quantity(s, &g, "g CO2e", &text);
		strbuf_add(&text, ": O = E * I, step by step in time where I is");
	} else {
		add_unknown(&text, statement_why_no_carbon(s));
	}
	add_row(out, "O", &text);
}

static void add_embodied(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	struct quantity g = grams(&s->embodied_kg);
	char making[FACTS_FIGURE_MAX];
	char years[FACTS_FIGURE_MAX];

	if (!g.known) {
		strbuf_add(&text, "not known: give --embodied-kg");
		add_row(out, "M", &text);
		return;
	}
	statement_quantity(s, &g, "g CO2e", &text);
	facts_figure(s->facts.embodied_kg, making, sizeof making);
	facts_figure(s->facts.lifespan_years, years, sizeof years);
	strbuf_printf(
		&text,
		": the runs' time, in the part of the machine they were given, out of %s years, of the %s kg that making the "
		"machine cost",
		years, making);
	add_row(out, "M", &text);
}

/* --- R ------------------------------------------------------------------------------------ */

struct per {
	double count; /* 0: not known */
	const char *unit;
};

/* Without a unit that was told it is the run, of those whose carbon is in the sum. */
static struct per per_of(const struct statement *s)
{
	struct per per = { s->facts.units, s->facts.unit };

	if (per.count > 0)
		per.unit = per.unit[0] != '\0' ? per.unit : "unit";
	else
		per = (struct per){ (double)(s->total.runs - s->total.unknown_carbon),
				    "run" };
	if (s->given && s->facts.units <= 0)
		per.count = 0;
	return per;
}

static void add_per(const struct statement *s, const struct per *per, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char count[FACTS_FIGURE_MAX];

	if (per->count <= 0) {
		strbuf_add(&text, "not known: give --unit and --units");
		add_row(out, "R", &text);
		return;
	}
	facts_figure(per->count, count, sizeof count);
	if (s->facts.units > 0)
		strbuf_printf(&text, "%s %s, as told", count, per->unit);
	else
		strbuf_printf(&text, "%s run%s: --unit and --units give another", count,
			      per->count == 1 ? "" : "s");
	if (s->facts.units > 0 && s->total.unknown_carbon > 0)
		strbuf_printf(&text,
			      "; all %zu runs did them, and of %zu the carbon is not "
			      "known, so the score is too low",
			      s->total.runs, s->total.unknown_carbon);
	add_row(out, "R", &text);
}

/* --- the score ---------------------------------------------------------------------------- */

static struct quantity score_of(const struct statement *s, double count)
{
	struct quantity g = grams(&s->total.carbon_kg);
	struct quantity m = grams(&s->embodied_kg);

	g.source[0] = '\0'; /* computed, whatever was given */
	if (m.known) {
		g.value += m.value;
		g.low += m.low;
		g.high += m.high;
	}
	g.value /= count;
	g.low /= count;
	g.high /= count;
	return g;
}

static void add_score(const struct statement *s, const struct per *per,
		      struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf unit = STRBUF_INIT;
	struct quantity score;

	if (!s->total.carbon_kg.known || per->count <= 0) {
		strbuf_printf(&text, "not known: %s is missing",
			      s->total.carbon_kg.known ? "R" : "O");
		add_row(out, "SCI", &text);
		return;
	}
	score = score_of(s, per->count);
	strbuf_printf(&unit, "g CO2e per %s", per->unit);
	statement_quantity(s, &score, strbuf_part(out, &unit), &text);
	strbuf_add(&text,
		   s->embodied_kg.known
			   ? ": (O + M) per R"
			   : ": O per R, operational only. This is NOT a full SCI, "
			     "which has M in it");
	add_row(out, "SCI", &text);
}

static void write_boundary(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	strbuf_add(&text, "Software boundary:");
	if (!s->given)
		strbuf_add(&text, " the processes of each run and all they started, on "
				  "their own machine; what serves them from elsewhere "
				  "(network, storage, other machines) is outside.");
	else
		strbuf_add(&text, " that of whoever gave the figures.");
	statement_say_runs(s, &text);
	statement_say_basis(s, &text);
	statement_say_boundary(s, &text);
	statement_say_intensity(s, &text);
	strbuf_add(&text, " No certificate, contract or offset lowers I.");
	statement_say_method(s, &text);
	strbuf_add(out, "\n");
	shown_wrap(out, strbuf_part(out, &text), 0, 80);
}

static void write_sci(const struct statement *s, const struct report_opts *opts,
		      struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf head = STRBUF_INIT;
	struct per per = per_of(s);

	(void)opts;
	strbuf_printf(&head,
		      "Software carbon intensity (ISO/IEC 21031:2024) of %s: SCI = "
		      "((E * I) + M) per R",
		      s->of);
	shown_wrap(out, strbuf_part(out, &head), 0, 80);
	strbuf_add(out, "\n");
	add_energy(s, out);
	add_intensity(s, out);
	add_operational(s, out);
	add_embodied(s, out);
	add_per(s, &per, out);
	add_score(s, &per, out);
	write_boundary(s, out);
}

const struct statement_form statement_sci = { .name = "sci", .write = write_sci };
