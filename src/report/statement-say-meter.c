/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences of a statement: by which meters, within which boundary, by which method. */
#include <math.h>
#include <string.h>

#include "report/number.h"
#include "report/phrase.h"
#include "report/statement-words.h"

#define FULL_COVERAGE 0.999

static void begin(struct strbuf *out)
{
	if (out->len > 0)
		strbuf_add(out, " ");
}

/* --- meters ------------------------------------------------------------------------------- */

static void metered_of(const struct run_view *view, struct strbuf *out)
{
	phrase_domains(view, true, out);
}

static void estimated_of(const struct run_view *view, struct strbuf *out)
{
	phrase_domains(view, false, out);
}

static bool is_derived(const struct statement *s)
{
	for (size_t i = 0; i < s->count; i++)
		for (size_t k = 0; k < s->views[i].component_count; k++) {
			const struct run_domain *what = &s->views[i].components[k].what;

			if (what->counted && what->domain.kind == KIND_DERIVED)
				return true;
		}
	return false;
}

static void say_coverage(const struct statement *s, struct strbuf *out)
{
	double least = statement_coverage(s);
	char percent[NUMBER_TEXT_MAX];

	if (least < 0)
		return;
	if (least >= FULL_COVERAGE) {
		strbuf_printf(out, " The readings cover all of %s time.",
			      s->count == 1 ? "the run's" : "the runs'");
		return;
	}
	if (least <= 0 && s->count > 1) {
		strbuf_add(out,
			   " There are runs of whose time no reading covers any; what "
			   "was drawn there is not in these figures.");
		return;
	}
	number_percent(least, percent, sizeof percent);
	strbuf_printf(
		out,
		" The readings cover %s%s of %s time; what was drawn in the rest is "
		"not in these figures.",
		s->count == 1 ? "" : "at least ", percent,
		s->count == 1 ? "the run's" : "each run's");
}

void statement_say_basis(const struct statement *s, struct strbuf *out)
{
	enum basis basis = statement_basis(s);

	if (basis == BASIS_NOTHING)
		return;
	if (basis != BASIS_ESTIMATE) {
		begin(out);
		strbuf_printf(out, "Measured%s: ",
			      is_derived(s) ? ", or derived from measured power" : "");
		statement_each(s, metered_of, out);
		strbuf_add(out, ".");
	}
	if (basis != BASIS_MEASURED) {
		begin(out);
		strbuf_printf(out,
			      "%s an estimate from the hardware's data and its load: ",
			      basis == BASIS_PART
				      ? "Modelled,"
				      : "No meter could be read; all of it is modelled,");
		statement_each(s, estimated_of, out);
		strbuf_add(out, ".");
	}
	if (basis != BASIS_ESTIMATE || statement_coverage(s) < FULL_COVERAGE)
		say_coverage(s, out);
}

/* --- from the components to the facility -------------------------------------------------- */

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

void statement_say_boundary(const struct statement *s, struct strbuf *out)
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
	statement_quantity(s, &kwh, "kWh", out);
	strbuf_add(out, ", times a power usage effectiveness (PUE) of ");
	statement_each(s, pue_of, out);
	strbuf_add(out, ".");
	if (s->count != 1 || !s->views[0].wall_j.known)
		return;
	kwh = statement_kwh_of(&s->views[0].wall_j);
	strbuf_add(out, " Beside it, at the meter of the whole machine, all that ran "
			"there: ");
	statement_quantity(s, &kwh, "kWh", out);
	strbuf_add(out, ".");
}

/* --- hardware and method ------------------------------------------------------------------ */

void statement_say_hardware(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf hardware = STRBUF_INIT;

	statement_hardware(s, &hardware);
	if (strbuf_part(out, &hardware)[0] == '\0')
		return;
	begin(out);
	strbuf_printf(out, "Hardware: %s.", hardware.text);
}

void statement_say_method(const struct statement *s, struct strbuf *out)
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

void statement_say_left_out(const struct statement *s, struct strbuf *out)
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

const struct statement_part statement_parts[] = {
	{ statement_say_runs, TOPIC_ALL, true },
	{ statement_say_basis, TOPIC_ALL, true },
	{ statement_say_boundary, TOPIC_PUE, false },
	{ statement_say_hardware, TOPIC_ALL, false },
	{ statement_say_place, TOPIC_ALL, true },
	{ statement_say_intensity, TOPIC_GRID, false },
	{ statement_say_marginal, TOPIC_MARGINAL, false },
	{ statement_say_cost, TOPIC_COST, true },
	{ statement_say_water, TOPIC_WATER, false },
	{ statement_say_embodied, TOPIC_EMBODIED, false },
	{ statement_say_method, TOPIC_METHOD, true },
	{ statement_say_left_out, TOPIC_ALL, false },
};

const size_t statement_part_count = ARRAY_SIZE(statement_parts);
