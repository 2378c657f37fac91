/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences of a statement: where, with what electricity, and at what cost. */
#include <math.h>
#include <string.h>

#include "report/number.h"
#include "report/shown.h"
#include "report/statement-words.h"

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

/* "yearly mean of 2024, lifecycle, generation; Ember": that it is an average is the method. */
static void origin_of(const struct run_view *view, struct strbuf *out)
{
	const struct factor *factor = &view->intensity;
	bool in_time = view->in_time.covered_ratio > STATEMENT_PART_LEAST;
	const char *basis = factor->basis;

	if (!factor->value.known)
		return;
	if (strncmp(basis, "average, ", 9) == 0)
		basis += 9;
	if (in_time)
		strbuf_printf(out, "by %s", factor->resolution);
	else
		strbuf_printf(out, "yearly mean%s%s",
			      factor->year_or_time[0] ? " of " : "",
			      factor->year_or_time);
	if (!in_time && strcmp(view->place.how, "world") != 0 &&
	    strcmp(factor->zone, view->place.zone) != 0)
		strbuf_printf(out, " of zone %s", factor->zone);
	strbuf_printf(out, "%s%s; %s", basis[0] ? ", " : "", basis, factor->value.source);
}

static void why_of(const struct run_view *view, struct strbuf *out)
{
	strbuf_add(out, view->intensity.why);
}

struct in_time statement_in_time(const struct statement *s)
{
	struct in_time sum = { 0 };
	double kwh = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct run_view *view = &s->views[i];
		double weight = view->facility_kwh.value;

		if (!view->facility_kwh.known || !view->intensity.value.known ||
		    !statement_adds(s, i))
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

static void add_part(struct strbuf *out, const char **comma, double ratio,
		     const char *what)
{
	char percent[NUMBER_TEXT_MAX];

	if (ratio < STATEMENT_PART_LEAST)
		return;
	number_percent(ratio, percent, sizeof percent);
	strbuf_printf(out, "%s%s %s", *comma, percent, what);
	*comma = ", ";
}

static void add_parts(const struct statement *s, struct strbuf *out)
{
	struct in_time parts = statement_in_time(s);
	const char *comma = " (";

	if (parts.covered_ratio < STATEMENT_PART_LEAST)
		return;
	strbuf_add(out, "; of its time for ");
	if (parts.covered_ratio > 1 - STATEMENT_PART_LEAST) {
		strbuf_add(out, "all of the energy");
	} else {
		char percent[NUMBER_TEXT_MAX];

		number_percent(parts.covered_ratio, percent, sizeof percent);
		strbuf_printf(out, "%s of the energy", percent);
	}
	add_part(out, &comma, parts.estimated_ratio, "estimated by the provider");
	add_part(out, &comma, parts.forecast_ratio, "forecast");
	strbuf_add(out, comma[0] == ',' ? ")" : "");
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
	strbuf_add(out, "Carbon intensity: ");
	if (mean.known) {
		statement_figure(s, &mean, "gCO2e/kWh", out);
		strbuf_add(out, s->count == 1 ? ", " : " in the mean: ");
	}
	strbuf_add(out, origin.text);
	add_parts(s, out);
	if (strbuf_part(out, &why)[0] != '\0')
		strbuf_printf(out, " (nothing closer: %s)", why.text);
	strbuf_add(out, ".");
}

static void marginal_of(const struct run_view *view, struct strbuf *out)
{
	strbuf_add(out, view->marginal.value.source);
}

void statement_say_marginal(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf origin = STRBUF_INIT;

	if (!s->marginal_kg.known)
		return;
	begin(out);
	strbuf_add(out, "Marginal: ");
	statement_figure(s, &s->marginal_kg, "kg of CO2eq", out);
	statement_each(s, marginal_of, &origin);
	if (strbuf_part(out, &origin)[0] != '\0')
		strbuf_printf(out, ", %s", origin.text);
	strbuf_add(out, ".");
}

/* --- cost --------------------------------------------------------------------------------- */

bool statement_countries_differ(const struct statement *s)
{
	for (size_t i = 0; i < s->count && s->country[0] == '\0'; i++)
		if (s->views[i].place.country[0] != '\0')
			return true;
	return false;
}

static bool is_world(const struct factor *per_t)
{
	return strcmp(per_t->country, "WLD") == 0;
}

static const char *article_of(const char *name)
{
	static const char *const first[] = { "United ",    "Netherlands", "Philippines",
					     "Bahamas",    "Maldives",    "Gambia",
					     "Seychelles", "Comoros",     "Dominican ",
					     "Central Afr" };
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(first); i++)
		if (strncmp(name, first[i], strlen(first[i])) == 0)
			return "the ";
	return len > 8 && strcmp(name + len - 8, " Islands") == 0 ? "the " : "";
}

void statement_bearer(const struct statement *s, struct strbuf *out)
{
	const struct factor *per_t = &s->cost_country.usd_per_t;
	bool is_named =
		s->country_name[0] != '\0' && strcmp(per_t->country, s->country) == 0;

	if (is_world(per_t))
		strbuf_add(out, "all countries together");
	else
		strbuf_printf(out, "%s%s alone",
			      is_named ? article_of(s->country_name) : "",
			      is_named ? s->country_name : per_t->country);
}

static void add_dollars_of(const struct cost *cost, struct strbuf *out)
{
	if (cost->dollars_of > 0)
		strbuf_printf(out, " in %d dollars", cost->dollars_of);
}

static bool is_gain(const struct cost *cost)
{
	return cost->usd.known && cost->usd.value < 0;
}

static void say_country(const struct statement *s, struct strbuf *out)
{
	const struct cost *cost = &s->cost_country;
	const struct factor *per_t = &cost->usd_per_t;
	bool is_told = s->count > 0 && s->country[0] == '\0'; /* with the place */

	strbuf_add(out, "Social cost: to ");
	statement_bearer(s, out);
	strbuf_printf(out, " by %s", per_t->value.source);
	add_dollars_of(cost, out);
	if (statement_has_dollars_interval(&cost->usd))
		strbuf_add(out, ", 16.7th to 83.3rd percentile");
	if (statement_countries_differ(s))
		strbuf_add(out, " (the runs were not all in one known country)");
	else if (per_t->why[0] != '\0' && !is_gain(cost) && !is_told)
		strbuf_printf(out, " (%s)", per_t->why);
	if (is_gain(cost))
		strbuf_add(out, " (below zero: there a gain, elsewhere damage)");
}

static void say_global(const struct statement *s, struct strbuf *out)
{
	const struct cost *cost = &s->cost_global;
	bool is_said = s->cost_country.usd.known && is_world(&s->cost_country.usd_per_t);

	strbuf_add(out, s->cost_country.usd.known ? "; " : "Social cost: ");
	strbuf_add(out, is_said ? "" : "to all countries ");
	statement_dollars(&cost->usd, out);
	strbuf_printf(out, " by %s", cost->usd_per_t.value.source);
	add_dollars_of(cost, out);
	if (statement_has_dollars_interval(&cost->usd))
		strbuf_add(out, ", by discount rate");
}

void statement_say_cost(const struct statement *s, struct strbuf *out)
{
	if (!s->cost_country.usd.known && !s->cost_global.usd.known)
		return;
	begin(out);
	if (s->cost_country.usd.known)
		say_country(s, out);
	if (s->cost_global.usd.known)
		say_global(s, out);
	strbuf_add(out, ".");
}

/* --- beside ------------------------------------------------------------------------------- */

void statement_say_embodied(const struct statement *s, struct strbuf *out)
{
	if (!s->embodied_kg.known)
		return;
	begin(out);
	strbuf_add(out, "Beside it and in no figure above, the making of the hardware: ");
	statement_figure(s, &s->embodied_kg, "kg of CO2eq", out);
	strbuf_printf(out,
		      ", the time's part of %g kg (as told) over a lifespan of %g years.",
		      s->facts.embodied_kg, s->facts.lifespan_years);
}
