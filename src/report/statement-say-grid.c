/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences of a statement: where, with what electricity, and at what cost. */
#include <math.h>
#include <string.h>

#include "report/number.h"
#include "report/shown.h"
#include "report/statement-words.h"

/* Smaller parts of the energy are not told apart from none or all. */
#define PART_LEAST 0.0005

static void begin(struct strbuf *out)
{
	if (out->len > 0)
		strbuf_add(out, " ");
}

/* --- where -------------------------------------------------------------------------------- */

static const char *how_text(const char *how)
{
	static const struct {
		const char *how;
		const char *text;
	} rows[] = {
		{ "option", "as told for the run" },
		{ "config", "as configured" },
		{ "cloud", "as the cloud tells its machines" },
		{ "ip", "by the machine's public address" },
		{ "timezone", "guessed from the machine's time zone" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].how, how) == 0)
			return rows[i].text;
	return "";
}

/* "gcp:europe-west9 (zone FR), by the machine's public address (ipinfo.io); the note" */
static void place_of(const struct run_view *view, struct strbuf *out)
{
	const struct place *place = &view->place;
	const char *how = how_text(place->how);
	const char *name = place->text[0] ? place->text : place->zone;

	if (strcmp(place->how, "world") == 0 || name[0] == '\0') {
		strbuf_add(out, "not known, the whole world is taken for it");
		return;
	}
	strbuf_add(out, name);
	if (place->zone[0] != '\0' && strcmp(name, place->zone) != 0)
		strbuf_printf(out, " (zone %s)", place->zone);
	if (how[0] != '\0')
		strbuf_printf(out, ", %s", how);
	if (place->from[0] != '\0')
		strbuf_printf(out, " (%s)", place->from);
	if (place->note[0] != '\0')
		strbuf_printf(out, "; %s", place->note);
}

void statement_say_place(const struct statement *s, struct strbuf *out)
{
	if (s->count == 0)
		return;
	begin(out);
	strbuf_add(out, "Region: ");
	statement_each(s, place_of, out);
	strbuf_add(out, ".");
}

/* --- intensity ---------------------------------------------------------------------------- */

/* "electricitymaps, zone DE (every hour; average, lifecycle, consumption)" */
static void origin_of(const struct run_view *view, struct strbuf *out)
{
	const struct factor *factor = &view->intensity;
	bool in_time = view->in_time.covered_ratio > PART_LEAST;

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

/* Of all runs, weighted by energy. */
static struct in_time parts_of(const struct statement *s)
{
	struct in_time sum = { 0 };
	double kwh = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct run_view *view = &s->views[i];
		double weight = view->facility_kwh.value;

		if (!view->facility_kwh.known || !view->intensity.value.known)
			continue;
		sum.covered_ratio += weight * view->in_time.covered_ratio;
		sum.estimated_ratio += weight * view->in_time.estimated_ratio;
		sum.forecast_ratio += weight * view->in_time.forecast_ratio;
		kwh += weight;
	}
	if (kwh > 0) {
		sum.covered_ratio /= kwh;
		sum.estimated_ratio /= kwh;
		sum.forecast_ratio /= kwh;
	}
	return sum;
}

static void add_part(struct strbuf *out, double ratio, const char *what)
{
	char percent[NUMBER_TEXT_MAX];

	if (ratio < PART_LEAST)
		return;
	number_percent(ratio, percent, sizeof percent);
	strbuf_printf(out, "; %s of it rests on %s", percent, what);
}

static void say_parts(const struct statement *s, struct strbuf *out)
{
	struct in_time parts = parts_of(s);
	char percent[NUMBER_TEXT_MAX];

	if (parts.covered_ratio < PART_LEAST)
		return;
	number_percent(parts.covered_ratio, percent, sizeof percent);
	if (parts.covered_ratio > 1 - PART_LEAST)
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

static void say_intensity_given(const struct statement *s, struct strbuf *out)
{
	struct quantity mean = statement_intensity(s);

	if (!mean.known)
		return;
	begin(out);
	strbuf_add(out, "Carbon over energy, that is ");
	statement_quantity(s, &mean, "gCO2e/kWh", out);
	strbuf_add(out, ".");
}

void statement_say_intensity(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf origin = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf why = STRBUF_INIT;
	struct quantity mean = statement_intensity(s);

	if (s->count == 0) {
		say_intensity_given(s, out);
		return;
	}
	statement_each(s, origin_of, &origin);
	statement_each(s, why_of, &why);
	if (strbuf_part(out, &origin)[0] == '\0')
		return;
	begin(out);
	strbuf_add(out, "The carbon intensity of the electricity was ");
	if (mean.known) {
		statement_quantity(s, &mean, "gCO2e/kWh", out);
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

void statement_say_marginal(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf origin = STRBUF_INIT;

	if (!s->marginal_kg.known)
		return;
	begin(out);
	strbuf_add(out, "Counted by what one more kWh makes the grid emit (the marginal "
			"intensity), it is ");
	statement_quantity(s, &s->marginal_kg, "kg of CO2eq", out);
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

/* Countries are known, and not one. */
static bool differ(const struct statement *s)
{
	for (size_t i = 0; i < s->count && s->country[0] == '\0'; i++)
		if (s->views[i].place.country[0] != '\0')
			return true;
	return false;
}

/* Why it is the world's; below 0 has a sentence of its own. */
static void add_why(const struct statement *s, const struct factor *per_t,
		    struct strbuf *out)
{
	if (differ(s))
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
	bool world = is_world(per_t);

	begin(out);
	strbuf_printf(out, "The social cost of carbon follows %s: ", per_t->value.source);
	statement_dollars(&per_t->value, out);
	strbuf_printf(out, " a tonne to %s%s",
		      world ? "all countries together" : per_t->country,
		      world ? "" : " alone");
	add_dollars_of(&s->cost_country, out);
	add_why(s, per_t, out);
	strbuf_add(out, "; in brackets are the study's 16.7th and 83.3rd percentiles.");
	if (s->cost_country.usd.value < 0)
		strbuf_printf(
			out,
			" It is below zero since that study expects a warmer climate "
			"to benefit %s on the whole: it is what this country would "
			"gain, not the damage done, which others bear.",
			per_t->country[0] ? per_t->country : "the country");
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

void statement_say_cost(const struct statement *s, struct strbuf *out)
{
	if (s->cost_country.usd.known)
		say_country(s, out);
	if (s->cost_global.usd.known)
		say_global(s, out);
}

/* --- beside ------------------------------------------------------------------------------- */

void statement_say_water(const struct statement *s, struct strbuf *out)
{
	if (!s->water_l.known)
		return;
	begin(out);
	strbuf_add(out, "The electricity took ");
	statement_quantity(s, &s->water_l, "litres of water", out);
	if (s->water_l.source[0] != '\0')
		strbuf_printf(out, ", by %s", s->water_l.source);
	strbuf_add(out, ".");
}

void statement_say_embodied(const struct statement *s, struct strbuf *out)
{
	if (!s->embodied_kg.known)
		return;
	begin(out);
	strbuf_add(out, "Beside it and in no figure above, the making of the hardware: ");
	statement_quantity(s, &s->embodied_kg, "kg of CO2eq", out);
	strbuf_printf(out,
		      ", the time's part of %g kg (as told) over a lifespan of %g years.",
		      s->facts.embodied_kg, s->facts.lifespan_years);
}
