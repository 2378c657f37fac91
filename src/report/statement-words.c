/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of a statement, and what its runs have in common.
 *
 * A paper reads kWh and kg with three digits, below a thousandth of one the next smaller unit
 * that has digits before the point. Figures given by hand keep three decimals, as in the paper.
 */
#include "report/statement-words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time-text.h"
#include "report/number.h"
#include "report/phrase.h"
#include "report/shown.h"

#define EACH_SHOWN 6
#define DATE_LEN   10 /* "2026-11-23" */

/* Below this three decimals would be fewer than two digits. */
#define DECIMALS_FROM 0.01
#define HALF_A_CENT   0.005
#define A_CENT        0.01
/* kWh, kg or g below this have a smaller unit. */
#define SCALED_BELOW 0.001
#define INTERVAL     "95 % interval "

/* --- ties --------------------------------------------------------------------------------- */

static bool is_unit(const char *word)
{
	static const char *const units[] = { "%",         "kWh",   "Wh", "mWh", "uWh",
					     "kg",        "g",     "mg", "ug",  "h",
					     "m",         "s",     "ms", "x",   "GiB",
					     "gCO2e/kWh", "litres" };
	size_t len = strcspn(word, " ,.;:)]");

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (strlen(units[i]) == len && strncmp(word, units[i], len) == 0)
			return true;
	return false;
}

void statement_tie(struct strbuf *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (*p == ' ' && p > text && p[-1] >= '0' && p[-1] <= '9' &&
		    is_unit(p + 1))
			strbuf_add(out, STATEMENT_TIE);
		else
			strbuf_add_bytes(out, p, 1);
}

/* --- numbers ------------------------------------------------------------------------------ */

/* Of "kWh of electricity": what stands in for "kWh", and by how much more there is of it. */
struct scale {
	const char *unit; /* NULL: as it is */
	size_t skip;      /* of the unit as asked */
	double by;
};

static const struct scale scales[][3] = {
	{ { "Wh", 3, 1e3 }, { "mWh", 3, 1e6 }, { "uWh", 3, 1e9 } },
	{ { "g", 2, 1e3 }, { "mg", 2, 1e6 }, { "ug", 2, 1e9 } },
	{ { "mg", 1, 1e3 }, { "ug", 1, 1e6 }, { "ug", 1, 1e6 } },
};

static const struct scale *scales_of(const char *unit)
{
	static const char *const units[] = { "kWh", "kg", "g" };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		size_t len = strlen(units[i]);

		if (strncmp(unit, units[i], len) == 0 &&
		    (unit[len] == '\0' || unit[len] == ' '))
			return scales[i];
	}
	return NULL;
}

static struct scale scale_of(double value, const char *unit)
{
	const struct scale *rows = scales_of(unit);
	size_t i = 0;

	if (!rows || value == 0 || fabs(value) >= SCALED_BELOW)
		return (struct scale){ NULL, 0, 1 };
	while (i < 2 && fabs(value) * rows[i].by < 1)
		i++;
	return rows[i];
}

static void add_figure(double value, bool is_given, struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	char digits[NUMBER_TEXT_MAX];

	(void)locale;
	if (is_given && fabs(value) >= DECIMALS_FROM) {
		strbuf_printf(out, "%.3f", value);
		return;
	}
	number_digits(value, 3, digits, sizeof digits);
	strbuf_add(out, digits);
}

static bool has_width(const struct quantity *q)
{
	return q->high - q->low > 1e-4 * fabs(q->value);
}

static void add_quantity(const struct statement *s, const struct quantity *quantity,
			 const char *unit, const char *interval, struct strbuf *out)
{
	bool is_given = s->given && strcmp(quantity->source, STATEMENT_GIVEN) == 0;
	struct scale scale = { NULL, 0, 1 };

	if (!quantity->known || !isfinite(quantity->value)) {
		strbuf_add(out, "not known");
		return;
	}
	if (!is_given)
		scale = scale_of(quantity->value, unit);
	add_figure(quantity->value * scale.by, is_given, out);
	strbuf_printf(out, "%s%s%s", unit[0] ? " " : "", scale.unit ? scale.unit : "",
		      unit + scale.skip);
	if (!has_width(quantity))
		return;
	strbuf_printf(out, " (%s", interval);
	add_figure(quantity->low * scale.by, false, out);
	strbuf_add(out, " to ");
	add_figure(quantity->high * scale.by, false, out);
	strbuf_add(out, ")");
}

void statement_quantity(const struct statement *s, const struct quantity *quantity,
			const char *unit, struct strbuf *out)
{
	bool is_said = out->len > 0 && strstr(out->text, INTERVAL) != NULL;

	add_quantity(s, quantity, unit, is_said ? "" : INTERVAL, out);
}

void statement_figure(const struct statement *s, const struct quantity *quantity,
		      const char *unit, struct strbuf *out)
{
	add_quantity(s, quantity, unit, "", out);
}

static void add_dollars(double usd, struct strbuf *out)
{
	char digits[NUMBER_TEXT_MAX];

	(void)snprintf(digits, sizeof digits, "%.2f", fabs(usd));
	/* What rounds to nothing has no sign. */
	strbuf_printf(out, "%s$%s", usd < 0 && strpbrk(digits, "123456789") ? "-" : "",
		      digits);
}

static bool is_under_a_cent(double usd)
{
	return usd != 0 && fabs(usd) < HALF_A_CENT;
}

bool statement_has_dollars_interval(const struct quantity *usd)
{
	bool is_small = is_under_a_cent(usd->value) && fabs(usd->low) < A_CENT &&
			fabs(usd->high) < A_CENT;

	return has_width(usd) && !is_small;
}

void statement_dollars(const struct quantity *usd, struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();

	(void)locale;
	if (is_under_a_cent(usd->value))
		strbuf_add(out, usd->value < 0 ? "between -$0.01 and $0" : "under $0.01");
	else
		add_dollars(usd->value, out);
	if (!statement_has_dollars_interval(usd))
		return;
	strbuf_add(out, " (");
	add_dollars(usd->low, out);
	strbuf_add(out, ", ");
	add_dollars(usd->high, out);
	strbuf_add(out, ")");
}

struct quantity statement_kwh_of(const struct quantity *joules)
{
	struct quantity kwh = *joules;

	kwh.value /= 3.6e6;
	kwh.low /= 3.6e6;
	kwh.high /= 3.6e6;
	return kwh;
}

struct quantity statement_intensity(const struct statement *s)
{
	const struct total *total = &s->total;
	struct quantity mean = { .known = false };

	if (s->count == 1)
		return s->views[0].intensity.value;
	/* With a run left out of one sum only, their ratio is of nothing. */
	if (total->unknown_carbon != total->unknown_energy || !total->carbon_kg.known ||
	    !total->facility_kwh.known || total->facility_kwh.value <= 0)
		return mean;
	mean.known = true;
	mean.kind = total->carbon_kg.kind;
	mean.value = 1000 * total->carbon_kg.value / total->facility_kwh.value;
	mean.low = mean.high = mean.value;
	return mean;
}

/* --- what the runs have in common --------------------------------------------------------- */

enum basis statement_basis(const struct statement *s)
{
	bool metered = false;
	bool estimated = false;

	for (size_t i = 0; i < s->count; i++) {
		enum basis basis = phrase_basis(&s->views[i]);

		metered = metered || basis == BASIS_MEASURED || basis == BASIS_PART;
		estimated = estimated || basis == BASIS_ESTIMATE || basis == BASIS_PART;
	}
	if (metered)
		return estimated ? BASIS_PART : BASIS_MEASURED;
	return estimated ? BASIS_ESTIMATE : BASIS_NOTHING;
}

double statement_coverage(const struct statement *s)
{
	double least = -1;

	for (size_t i = 0; i < s->count; i++) {
		double ratio = s->views[i].coverage_ratio;

		if (ratio >= 0 && (least < 0 || ratio < least))
			least = ratio;
	}
	return least;
}

/* One of the texts that runs have, and how many have it. */
struct shared {
	char *text;
	size_t runs;
};

struct shared_list {
	struct shared *list;
	size_t count;
};

static void shared_done(struct shared_list *shared)
{
	for (size_t i = 0; i < shared->count; i++)
		free(shared->list[i].text);
	free(shared->list);
}

/* Takes the text. */
static void share(struct shared_list *shared, char *text)
{
	for (size_t i = 0; i < shared->count; i++) {
		if (strcmp(shared->list[i].text, text) != 0)
			continue;
		shared->list[i].runs++;
		free(text);
		return;
	}
	shared->list[shared->count++] = (struct shared){ text, 1 };
}

static int gather(const struct statement *s, statement_of_run of,
		  struct shared_list *shared)
{
	for (size_t i = 0; i < s->count; i++) {
		CLEANUP(strbuf_done) struct strbuf one = STRBUF_INIT;
		AUTO_FREE char *text = NULL;
		int r;

		of(&s->views[i], &one);
		r = strbuf_steal(&one, &text);
		if (r < 0)
			return r;
		if (text[0] != '\0')
			share(shared, STEAL(text));
	}
	return 0;
}

static void add_shared(const struct statement *s, const struct shared_list *shared,
		       struct strbuf *out)
{
	for (size_t i = 0; i < shared->count && i < EACH_SHOWN; i++) {
		const struct shared *one = &shared->list[i];

		strbuf_printf(out, "%s%s", i > 0 ? "; " : "", one->text);
		if (one->runs == s->count)
			continue;
		strbuf_printf(out, " [%zu", one->runs);
		if (shared->count == 1)
			strbuf_printf(out, " of %zu runs]", s->count);
		else
			strbuf_add(out, one->runs == 1 ? " run]" : " runs]");
	}
	if (shared->count > EACH_SHOWN)
		strbuf_printf(out, "; and %zu more", shared->count - EACH_SHOWN);
}

void statement_each(const struct statement *s, statement_of_run of, struct strbuf *out)
{
	CLEANUP(shared_done)
	struct shared_list shared = { calloc(s->count + 1, sizeof *shared.list), 0 };

	if (!shared.list || gather(s, of, &shared) < 0) {
		out->failed = true;
		return;
	}
	add_shared(s, &shared, out);
}

static void hardware_of(const struct run_view *view, struct strbuf *out)
{
	phrase_hardware(&view->record, out);
}

void statement_hardware(const struct statement *s, struct strbuf *out)
{
	statement_each(s, hardware_of, out);
}

static void zone_of(const struct run_view *view, struct strbuf *out)
{
	strbuf_add(out, view->place.zone[0] ? view->place.zone : view->intensity.zone);
}

void statement_zones(const struct statement *s, struct strbuf *out)
{
	statement_each(s, zone_of, out);
}

static void source_of(const struct run_view *view, struct strbuf *out)
{
	if (view->intensity.value.known)
		strbuf_add(out, view->intensity.value.source);
}

void statement_sources(const struct statement *s, struct strbuf *out)
{
	statement_each(s, source_of, out);
}

void statement_days(const struct statement *s, struct strbuf *out)
{
	char from[TIME_TEXT_MAX];
	char to[TIME_TEXT_MAX];

	if (s->count == 0)
		return;
	time_text(s->from_unix_ns, from, sizeof from);
	time_text(s->to_unix_ns, to, sizeof to);
	strbuf_printf(out, "%.*s", DATE_LEN, from);
	if (strncmp(from, to, DATE_LEN) != 0)
		strbuf_printf(out, " to %.*s", DATE_LEN, to);
}

const char *statement_why_no_energy(const struct statement *s)
{
	if (s->count != 1 || s->total.attributed_j.known)
		return "";
	return phrase_reason(&s->views[0], &s->views[0].attributed_j, "attributed_j");
}

const char *statement_why_no_carbon(const struct statement *s)
{
	if (s->count != 1 || s->total.carbon_kg.known)
		return "";
	return phrase_reason(&s->views[0], &s->views[0].carbon_kg, "kg");
}
