/* SPDX-License-Identifier: Apache-2.0 */
#include "report/estimate-view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time-text.h"
#include "report/json-value.h"
#include "report/number.h"
#include "report/phrase.h"
#include "report/shown.h"

#define LABEL_COLUMNS 12
#define ROWS_MAX      (ESTIMATE_PARTS_MAX + ESTIMATE_ASSUMPTIONS_MAX + 4)
#define HOUR_NS       3.6e12
#define HOURS_MOST    2e6 /* what fits a duration's ns, and far more than any run */

/* What the estimate rests on: its parts, PUE and intensity, and what was taken for granted. */
struct rests {
	struct estimate_assumption row[ROWS_MAX];
	size_t count;
};

static struct estimate_assumption *add_rest(struct rests *rests, const char *what)
{
	struct estimate_assumption *row = &rests->row[rests->count++];

	*row = (struct estimate_assumption){ 0 };
	(void)snprintf(row->what, sizeof row->what, "%s", what);
	return row;
}

static void rest_on_part(struct rests *rests, const struct estimate_part *part)
{
	struct estimate_assumption *row = add_rest(rests, part->name);

	number_quantity(&part->each_w, NUMBER_W, row->value, sizeof row->value);
	(void)snprintf(row->source, sizeof row->source, "%s", part->each_w.source);
}

static void rest_on_factor(struct rests *rests, const char *what,
			   const struct factor *factor, enum number_unit unit)
{
	struct estimate_assumption *row = add_rest(rests, what);
	const char *source = factor->value.source;

	number_quantity(&factor->value, unit, row->value, sizeof row->value);
	if (source[0] == '\0')
		(void)snprintf(row->source, sizeof row->source, "%.150s", factor->why);
	else
		(void)snprintf(row->source, sizeof row->source, "%s", source);
}

/* After the parts, the runs, or nothing. */
static void rest_on_runs(struct rests *rests, const struct estimate *estimate)
{
	struct estimate_assumption *row;

	if (estimate->similar_count == 0)
		return;
	row = add_rest(rests, "mean power");
	number_quantity(&estimate->power_w, NUMBER_W, row->value, sizeof row->value);
	(void)snprintf(row->source, sizeof row->source, "%s: for one run more",
		       estimate->power_w.source);
	if (!estimate->has_spread)
		return;
	row = add_rest(rests, "spread between runs");
	number_text(estimate->spread_w, NUMBER_W, row->value, sizeof row->value);
	(void)snprintf(row->source, sizeof row->source, "standard deviation of %zu runs",
		       estimate->similar_count);
}

static void fill_rests(const struct estimate *estimate, struct rests *ret)
{
	ret->count = 0;
	for (size_t i = 0; i < estimate->part_count; i++)
		rest_on_part(ret, &estimate->part[i]);
	rest_on_runs(ret, estimate);
	rest_on_factor(ret, "PUE", &estimate->pue, NUMBER_PLAIN);
	rest_on_factor(ret, "intensity", &estimate->intensity, NUMBER_GPKWH);
	for (size_t i = 0; i < estimate->assumption_count; i++)
		ret->row[ret->count++] = estimate->assumption[i];
}

/* --- for people --------------------------------------------------------------------------- */

static void hours_text(double hours, char *buf, size_t size)
{
	if (hours < HOURS_MOST)
		duration_text((int64_t)(hours * HOUR_NS), buf, size);
	else
		(void)snprintf(buf, size, "%.3g h", hours);
}

static void add_parts(struct strbuf *text, const struct estimate *estimate)
{
	for (size_t i = 0; i < estimate->part_count; i++) {
		const struct estimate_part *part = &estimate->part[i];

		strbuf_add(text, i > 0 ? " + " : "");
		if (part->count != 1)
			strbuf_printf(text, "%g x ", part->count);
		strbuf_add(text, part->name);
	}
}

static void add_title(struct strbuf *out, const struct estimate *estimate,
		      const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char hours[TIME_TEXT_MAX];

	hours_text(estimate->hours, hours, sizeof hours);
	if (estimate->similar_count > 0)
		strbuf_printf(&text, "Like %zu run%s of %s", estimate->similar_count,
			      estimate->similar_count > 1 ? "s" : "",
			      estimate->like[0] != '\0' ? estimate->like : "the ledger");
	else
		add_parts(&text, estimate);
	strbuf_printf(&text, ", %s in %s: an estimate, nothing of it is measured", hours,
		      estimate->place.text[0] != '\0' ? estimate->place.text
						      : "an unknown place");
	shown_wrap(out, strbuf_part(out, &text), 0, shown_columns(opts));
	strbuf_add(out, "\n");
}

static void add_line(struct strbuf *out, const char *label, const char *text,
		     const struct report_opts *opts)
{
	strbuf_printf(out, "%-*s", LABEL_COLUMNS, label);
	shown_wrap(out, text, LABEL_COLUMNS, shown_columns(opts));
}

static void add_quantity(struct strbuf *out, const char *label,
			 const struct quantity *quantity, enum number_unit unit,
			 const struct report_opts *opts)
{
	char text[NUMBER_TEXT_MAX];

	number_quantity(quantity, unit, text, sizeof text);
	add_line(out, label, text, opts);
}

static void add_carbon(struct strbuf *out, const struct estimate *estimate,
		       const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	const struct factor *intensity = &estimate->intensity;
	char kg[NUMBER_TEXT_MAX];

	number_quantity(&estimate->carbon_kg, NUMBER_CO2E, kg, sizeof kg);
	strbuf_add(&text, kg);
	if (!intensity->value.known && intensity->why[0] != '\0')
		strbuf_printf(&text, ": %s", intensity->why);
	add_line(out, "carbon", strbuf_part(out, &text), opts);
}

static void add_cost(struct strbuf *out, const char *label, const struct cost *cost,
		     const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char usd[NUMBER_TEXT_MAX];

	if (!cost->usd.known)
		return;
	number_quantity(&cost->usd, NUMBER_USD, usd, sizeof usd);
	strbuf_printf(&text, "%s", usd);
	if (cost->dollars_of > 0)
		strbuf_printf(&text, ", dollars of %d", cost->dollars_of);
	strbuf_printf(&text, ", %s", cost->usd_per_t.value.source);
	if (cost->usd_per_t.country[0] != '\0')
		strbuf_printf(&text, ", %s", cost->usd_per_t.country);
	phrase_cost_interval(&cost->usd_per_t, &text);
	if (cost->usd.value < 0 && cost->usd_per_t.why[0] != '\0')
		strbuf_printf(&text, ": %s", cost->usd_per_t.why);
	add_line(out, label, strbuf_part(out, &text), opts);
}

static void add_equivalences(struct strbuf *out, const struct estimate *estimate,
			     const struct report_opts *opts)
{
	for (size_t i = 0; i < estimate->equivalence_count; i++) {
		const struct equivalence *one = &estimate->equivalence[i];
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
		char amount[48];

		number_digits(one->amount, 2, amount, sizeof amount);
		strbuf_printf(&text, "%s %s", amount, one->per);
		add_line(out, i == 0 ? "as much as" : "or", strbuf_part(out, &text),
			 opts);
	}
}

static void add_rests(struct strbuf *out, const struct estimate *estimate,
		      const struct report_opts *opts)
{
	struct rests rests;

	fill_rests(estimate, &rests);
	ink_add(out, opts, INK_STRONG, "\nWhat it rests on\n");
	for (size_t i = 0; i < rests.count; i++) {
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
		const struct estimate_assumption *row = &rests.row[i];

		strbuf_printf(&text, "%s: %s", row->what, row->value);
		if (row->source[0] != '\0')
			strbuf_printf(&text, "; %s", row->source);
		strbuf_add(out, "  ");
		shown_wrap(out, strbuf_part(out, &text), 4, shown_columns(opts));
	}
}

void estimate_text(const struct estimate *estimate, const struct report_opts *opts,
		   struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();

	(void)locale;
	add_title(out, estimate, opts);
	add_quantity(out, "power", &estimate->power_w, NUMBER_W, opts);
	add_quantity(out, "energy", &estimate->energy_kwh, NUMBER_KWH, opts);
	add_quantity(out, "with PUE", &estimate->facility_kwh, NUMBER_KWH, opts);
	add_carbon(out, estimate, opts);
	add_cost(out, "cost", &estimate->cost_country, opts);
	add_cost(out, "cost to all", &estimate->cost_global, opts);
	add_equivalences(out, estimate, opts);
	add_rests(out, estimate, opts);
}

/* --- for programs ------------------------------------------------------------------------- */

static json_t *part_json(const struct estimate_part *part, int *failed)
{
	json_t *object = json_object();

	const struct {
		const char *key;
		json_t *value;
	} rows[] = {
		{ "name", json_value_text(part->name) },
		{ "family", json_value_text(family_text(part->family)) },
		{ "count", json_value_real(part->count) },
		{ "each_w", json_value_quantity(&part->each_w) },
		{ "energy_kwh", json_value_quantity(&part->energy_kwh) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		(void)json_value_set(object, rows[i].key, rows[i].value, failed);
	return object;
}

static json_t *cost_json(const struct cost *cost, int *failed)
{
	json_t *object = json_value_quantity(&cost->usd);

	if (!json_is_object(object))
		return object;
	(void)json_value_set(object, "country",
			     json_value_text_or_null(cost->usd_per_t.country), failed);
	(void)json_value_set(object, "usd_per_t",
			     json_value_quantity(&cost->usd_per_t.value), failed);
	(void)json_value_set(object, "dollars_of",
			     cost->dollars_of > 0 ? json_integer(cost->dollars_of)
						  : json_null(),
			     failed);
	(void)json_value_set(object, "interval",
			     json_value_text_or_null(cost->usd_per_t.basis), failed);
	return object;
}

static json_t *similar_json(const struct estimate *estimate, int *failed)
{
	json_t *object;

	if (estimate->similar_count == 0)
		return json_null();
	object = json_object();
	(void)json_value_set(object, "of", json_value_text_or_null(estimate->like),
			     failed);
	(void)json_value_set(object, "runs", json_value_count(estimate->similar_count),
			     failed);
	(void)json_value_set(object, "spread_w",
			     json_value_real(estimate->has_spread ? estimate->spread_w
								  : NAN),
			     failed);
	return object;
}

static json_t *equivalence_json(const struct equivalence *one, int *failed)
{
	json_t *object = json_object();

	(void)json_value_set(object, "name", json_value_text(one->name), failed);
	(void)json_value_set(object, "amount", json_value_real(one->amount), failed);
	(void)json_value_set(object, "per", json_value_text(one->per), failed);
	(void)json_value_set(object, "source", json_value_text_or_null(one->source),
			     failed);
	return object;
}

static json_t *rest_json(const struct estimate_assumption *row, int *failed)
{
	json_t *object = json_object();

	(void)json_value_set(object, "what", json_value_text(row->what), failed);
	(void)json_value_set(object, "value", json_value_text(row->value), failed);
	(void)json_value_set(object, "source", json_value_text_or_null(row->source),
			     failed);
	return object;
}

static void set_numbers(json_t *root, const struct estimate *estimate, int *failed)
{
	const struct {
		const char *key;
		json_t *value;
	} rows[] = {
		{ "schema", json_value_text("gramme.estimate/1") },
		{ "hours", json_value_real(estimate->hours) },
		{ "similar", similar_json(estimate, failed) },
		{ "power_w", json_value_quantity(&estimate->power_w) },
		{ "energy_kwh", json_value_quantity(&estimate->energy_kwh) },
		{ "facility_kwh", json_value_quantity(&estimate->facility_kwh) },
		{ "carbon_kg", json_value_quantity(&estimate->carbon_kg) },
		{ "scc_usd", cost_json(&estimate->cost_country, failed) },
		{ "global_scc_usd", cost_json(&estimate->cost_global, failed) },
		{ "region", json_value_region(&estimate->place) },
		{ "pue", json_value_factor(&estimate->pue, failed) },
		{ "intensity_gpkwh", json_value_factor(&estimate->intensity, failed) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		(void)json_value_set(root, rows[i].key, rows[i].value, failed);
}

static void set_lists(json_t *root, const struct estimate *estimate, int *failed)
{
	json_t *parts = json_value_set(root, "parts", json_array(), failed);
	json_t *equal = json_value_set(root, "equivalences", json_array(), failed);
	json_t *rows = json_value_set(root, "assumptions", json_array(), failed);
	struct rests rests;

	fill_rests(estimate, &rests);
	for (size_t i = 0; i < estimate->part_count; i++)
		(void)json_value_append(parts, part_json(&estimate->part[i], failed),
					failed);
	for (size_t i = 0; i < estimate->equivalence_count; i++)
		(void)json_value_append(equal,
					equivalence_json(&estimate->equivalence[i],
							 failed),
					failed);
	for (size_t i = 0; i < rests.count; i++)
		(void)json_value_append(rows, rest_json(&rests.row[i], failed), failed);
}

int estimate_json(const struct estimate *estimate, char **ret)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(json_value_release) json_t *root = json_object();
	int failed = 0;

	(void)locale;
	set_numbers(root, estimate, &failed);
	set_lists(root, estimate, &failed);
	return failed < 0 ? failed : json_value_dump(root, ret);
}
