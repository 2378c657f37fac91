/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sentences of the long statement, where they are not those of the short one: what every
 * term means, where every number is from.
 */
#include <math.h>
#include <string.h>

#include "report/number.h"
#include "report/phrase.h"
#include "report/shown.h"
#include "report/statement-words.h"

#define FULL_COVERAGE 0.999

static void begin(struct strbuf *out)
{
	if (out->len > 0)
		strbuf_add(out, " ");
}

/* --- meters and boundary ------------------------------------------------------------------ */

static void tell_basis(const struct statement *s, struct strbuf *out)
{
	enum basis basis = statement_basis(s);
	bool is_metered = basis == BASIS_MEASURED || basis == BASIS_PART;
	double least = statement_coverage(s);

	statement_say_basis(s, out);
	if (is_metered && least >= FULL_COVERAGE)
		strbuf_printf(out, " The readings cover all of %s time.",
			      s->count == 1 ? "the run's" : "the runs'");
}

/* "1.58 (assumed, 1.10 to 2.10; Uptime Institute 2018, world mean; the reason)" */
static void pue_of(const struct run_view *view, struct strbuf *out)
{
	const struct quantity *pue = &view->pue.value;
	char value[NUMBER_TEXT_MAX];
	char low[NUMBER_TEXT_MAX];
	char high[NUMBER_TEXT_MAX];

	if (!pue->known)
		return;
	number_digits(pue->value, 3, value, sizeof value);
	number_digits(pue->low, 3, low, sizeof low);
	number_digits(pue->high, 3, high, sizeof high);
	strbuf_printf(out, "%s (%s", value, kind_text(pue->kind));
	if (pue->high > pue->low)
		strbuf_printf(out, ", %s to %s", low, high);
	if (pue->source[0] != '\0')
		strbuf_printf(out, "; %s", pue->source);
	if (view->pue.why[0] != '\0')
		strbuf_printf(out, "; %s", view->pue.why);
	strbuf_add(out, ")");
}

static void tell_boundary(const struct statement *s, struct strbuf *out)
{
	struct quantity kwh = statement_kwh_of(&s->total.attributed_j);

	if (!kwh.known || s->given)
		return;
	begin(out);
	if (!s->total.facility_kwh.known) {
		strbuf_add(out,
			   "The boundary is the components: what processors, memory "
			   "and accelerators drew, by the share of the activity that "
			   "was the run's.");
		return;
	}
	strbuf_add(out, "The boundary is the facility: what processors, memory and "
			"accelerators drew, by the share of the activity that was the "
			"run's, ");
	statement_figure(s, &kwh, "kWh", out);
	strbuf_add(out, ", times a power usage effectiveness (PUE) of ");
	statement_each(s, pue_of, out);
	strbuf_add(out, ".");
	if (s->count != 1 || !s->views[0].wall_j.known)
		return;
	kwh = statement_kwh_of(&s->views[0].wall_j);
	if (kwh.kind == KIND_MEASURED) {
		strbuf_add(out, " Beside it, at the meter of the whole machine, all that "
				"ran there: ");
		statement_figure(s, &kwh, "kWh", out);
		strbuf_add(out, ".");
		return;
	}
	strbuf_add(out,
		   " Beside it, modelled for the whole machine at its plug, all that "
		   "ran there: ");
	statement_figure(s, &kwh, "kWh", out);
	strbuf_printf(out, " (%s).", s->views[0].wall_j.source);
}

static void software_of(const struct run_view *view, struct strbuf *out)
{
	phrase_software(&view->record, out);
}

static void tell_software(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf software = STRBUF_INIT;

	statement_each(s, software_of, &software);
	if (strbuf_part(out, &software)[0] == '\0')
		return;
	begin(out);
	strbuf_printf(out, "Software: %s.", software.text);
}

/* --- intensity ---------------------------------------------------------------------------- */

/* "electricitymaps, zone DE (every hour; average, lifecycle, consumption)" */
static void origin_of(const struct run_view *view, struct strbuf *out)
{
	const struct factor *factor = &view->intensity;
	bool in_time = view->in_time.covered_ratio > STATEMENT_PART_LEAST;

	if (!factor->value.known)
		return;
	if (!in_time)
		strbuf_printf(out, "the yearly mean%s%s of zone %s, ",
			      factor->year_or_time[0] ? " of " : "", factor->year_or_time,
			      factor->zone);
	strbuf_printf(out, "%s (%s", factor->value.source, kind_text(factor->value.kind));
	if (in_time && factor->resolution[0] != '\0')
		strbuf_printf(out, "; by %s", factor->resolution);
	if (factor->basis[0] != '\0')
		strbuf_printf(out, "; %s", factor->basis);
	strbuf_add(out, ")");
}

static void why_of(const struct run_view *view, struct strbuf *out)
{
	strbuf_add(out, view->intensity.why);
}

static void add_part(struct strbuf *out, double ratio, const char *what)
{
	char percent[NUMBER_TEXT_MAX];

	if (ratio < STATEMENT_PART_LEAST)
		return;
	number_percent(ratio, percent, sizeof percent);
	strbuf_printf(out, "; %s of it rests on %s", percent, what);
}

static void say_parts(const struct statement *s, struct strbuf *out)
{
	struct in_time parts = statement_in_time(s);
	char percent[NUMBER_TEXT_MAX];

	if (parts.covered_ratio < STATEMENT_PART_LEAST)
		return;
	number_percent(parts.covered_ratio, percent, sizeof percent);
	if (parts.covered_ratio > 1 - STATEMENT_PART_LEAST)
		strbuf_add(out,
			   " All of the energy has the intensity of its time of use");
	else
		strbuf_printf(out,
			      " The intensity is that of the time of use for %s of the "
			      "energy, the yearly mean for the rest",
			      percent);
	add_part(out, parts.estimated_ratio, "estimates of the provider");
	add_part(out, parts.forecast_ratio, "forecasts");
	strbuf_add(out, ".");
}

static void tell_intensity(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf origin = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf why = STRBUF_INIT;
	struct quantity mean = statement_intensity(s);

	if (s->count == 0) {
		statement_say_intensity(s, out);
		return;
	}
	statement_each(s, origin_of, &origin);
	statement_each(s, why_of, &why);
	if (strbuf_part(out, &origin)[0] == '\0')
		return;
	begin(out);
	strbuf_add(out, "The carbon intensity of the electricity was ");
	if (mean.known) {
		statement_figure(s, &mean, "gCO2e/kWh", out);
		strbuf_add(out, s->count == 1 ? ": " : " in the mean: ");
	} else {
		strbuf_add(out, "that of ");
	}
	strbuf_printf(out, "%s.", origin.text);
	say_parts(s, out);
	if (strbuf_part(out, &why)[0] != '\0')
		strbuf_printf(out, " Nothing closer is known (%s).", why.text);
}

static void marginal_of(const struct run_view *view, struct strbuf *out)
{
	strbuf_add(out, view->marginal.value.source);
	if (view->marginal.basis[0] != '\0')
		strbuf_printf(out, " (%s)", view->marginal.basis);
}

static void tell_marginal(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf origin = STRBUF_INIT;

	if (!s->marginal_kg.known)
		return;
	begin(out);
	strbuf_add(out, "Counted by what one more kWh makes the grid emit (the marginal "
			"intensity), it is ");
	statement_figure(s, &s->marginal_kg, "kg of CO2eq", out);
	statement_each(s, marginal_of, &origin);
	if (strbuf_part(out, &origin)[0] != '\0')
		strbuf_printf(out, ", by %s", origin.text);
	strbuf_add(out, ".");
}

/* --- cost --------------------------------------------------------------------------------- */

static void add_dollars_of(const struct cost *cost, struct strbuf *out)
{
	if (cost->dollars_of > 0)
		strbuf_printf(out, ", in %d dollars", cost->dollars_of);
}

/* Why it is the world's; below 0 has a sentence of its own. */
static void add_why(const struct statement *s, const struct factor *per_t,
		    struct strbuf *out)
{
	if (statement_countries_differ(s))
		strbuf_add(out, " (the runs were not all in one known country)");
	else if (per_t->why[0] != '\0' && per_t->value.value >= 0)
		strbuf_printf(out, " (%s)", per_t->why);
}

static bool is_world(const struct factor *per_t)
{
	return strcmp(per_t->country, "WLD") == 0;
}

static void say_country(const struct statement *s, struct strbuf *out)
{
	const struct factor *per_t = &s->cost_country.usd_per_t;
	const char *name = s->country_name[0] ? s->country_name : per_t->country;

	begin(out);
	strbuf_printf(out, "The social cost of carbon follows %s: ", per_t->value.source);
	statement_dollars(&per_t->value, out);
	strbuf_add(out, " a tonne to ");
	statement_bearer(s, out);
	add_dollars_of(&s->cost_country, out);
	add_why(s, per_t, out);
	strbuf_add(out, "; in brackets are the study's 16.7th and 83.3rd percentiles.");
	if (s->cost_country.usd.value < 0)
		strbuf_printf(
			out,
			" It is below zero since that study expects a warmer climate "
			"to benefit %s on the whole: it is what this country would "
			"gain, not the damage done, which others bear.",
			name[0] ? name : "the country");
}

static void say_global(const struct statement *s, struct strbuf *out)
{
	const struct cost *cost = &s->cost_global;
	const struct factor *per_t = &cost->usd_per_t;

	begin(out);
	/* After the world's by the other study, what is told is the study. */
	if (s->cost_country.usd.known && is_world(&s->cost_country.usd_per_t)) {
		strbuf_printf(out, "By %s it is ", per_t->value.source);
		statement_dollars(&cost->usd, out);
	} else {
		strbuf_add(out, "The damage to all countries together is ");
		statement_dollars(&cost->usd, out);
		strbuf_printf(out, " by %s", per_t->value.source);
	}
	add_dollars_of(cost, out);
	strbuf_add(out, ": ");
	statement_dollars(&per_t->value, out);
	strbuf_add(out, " a tonne");
	if (per_t->year_or_time[0] != '\0')
		strbuf_printf(out, " emitted in %s", per_t->year_or_time);
	if (per_t->why[0] != '\0')
		strbuf_printf(out, " (%s)", per_t->why);
	strbuf_add(out, "; the brackets are by its highest and its lowest discount "
			"rate.");
}

static void tell_cost(const struct statement *s, struct strbuf *out)
{
	if (s->cost_country.usd.known)
		say_country(s, out);
	if (s->cost_global.usd.known)
		say_global(s, out);
}

/* --- beside ------------------------------------------------------------------------------- */

static void tell_water(const struct statement *s, struct strbuf *out)
{
	if (!s->water_l.known)
		return;
	begin(out);
	strbuf_add(out, "The electricity took ");
	statement_figure(s, &s->water_l, "litres of water", out);
	if (s->water_l.source[0] != '\0')
		strbuf_printf(out, ", by %s", s->water_l.source);
	strbuf_add(out, ".");
}

static void tell_method(const struct statement *s, struct strbuf *out)
{
	begin(out);
	strbuf_printf(out, "Computed by gramme %s (equations %s, data of %s)", s->version,
		      s->method, s->data_version);
	if (s->given) {
		strbuf_add(out, " after Henderson et al. (2020).");
		return;
	}
	strbuf_add(out,
		   " after Henderson et al. (2020): energy is PUE times the sum of the "
		   "shares, carbon the sum over time of energy times intensity.");
}

static void tell_left_out(const struct statement *s, struct strbuf *out)
{
	begin(out);
	if (s->given) {
		strbuf_add(out, "Which boundary the figures given have, and what they "
				"leave out, is for whoever gave them to say.");
		return;
	}
	strbuf_printf(out,
		      "Not included: what power supplies, fans, disks and the network "
		      "drew%s, and whatever was run without gramme.",
		      s->embodied_kg.known ? "" : ", the making of the hardware");
}

static const struct statement_part parts[] = {
	{ statement_say_runs, TOPIC_ALL, true },
	{ tell_basis, TOPIC_ALL, true },
	{ tell_boundary, TOPIC_PUE, false },
	{ statement_say_hardware, TOPIC_ALL, false },
	{ tell_software, TOPIC_ALL, false },
	{ statement_say_place, TOPIC_ALL, true },
	{ tell_intensity, TOPIC_GRID, false },
	{ tell_marginal, TOPIC_MARGINAL, false },
	{ tell_cost, TOPIC_COST, true },
	{ tell_water, TOPIC_WATER, false },
	{ statement_say_embodied, TOPIC_EMBODIED, false },
	{ tell_method, TOPIC_METHOD, true },
	{ tell_left_out, TOPIC_ALL, false },
};

struct statement_parts statement_long_parts(void)
{
	return (struct statement_parts){ parts, ARRAY_SIZE(parts) };
}
