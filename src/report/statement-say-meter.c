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

	if (least < 0 || least >= FULL_COVERAGE)
		return;
	if (least <= 0 && s->count > 1) {
		strbuf_add(out,
			   " There are runs of whose time no reading covers any; what "
			   "was drawn there is not in these figures.");
		return;
	}
	number_percent(least, percent, sizeof percent);
	strbuf_printf(out, " Readings cover %s%s of %s time; the rest is in no figure.",
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
		strbuf_printf(out, "%s an estimate from the hardware's data and load: ",
			      basis == BASIS_PART
				      ? "Modelled,"
				      : "No meter could be read; all of it is");
		statement_each(s, estimated_of, out);
		strbuf_add(out, ".");
	}
	say_coverage(s, out);
}

/* --- from the components to the facility -------------------------------------------------- */

/* One of all runs has its origin; of several the ends. */
static void add_pue(const struct statement *s, struct strbuf *out)
{
	const struct quantity *first = NULL;
	double least = INFINITY;
	double most = 0;
	char value[NUMBER_TEXT_MAX];
	char to[NUMBER_TEXT_MAX];

	for (size_t i = 0; i < s->count; i++) {
		const struct quantity *pue = &s->views[i].pue.value;

		if (!pue->known)
			continue;
		first = first ? first : pue;
		least = fmin(least, pue->value);
		most = fmax(most, pue->value);
	}
	if (!first)
		return;
	number_digits(least, 3, value, sizeof value);
	number_digits(most, 3, to, sizeof to);
	strbuf_printf(out, " times a PUE of %s", value);
	if (most > least) {
		strbuf_printf(out, " to %s, run by run", to);
		return;
	}
	strbuf_printf(out, " (%s", kind_text(first->kind));
	if (first->high > first->low) {
		number_digits(first->low, 3, value, sizeof value);
		number_digits(first->high, 3, to, sizeof to);
		strbuf_printf(out, ", %s to %s", value, to);
	}
	strbuf_printf(out, "%s%s)", first->source[0] ? "; " : "", first->source);
}

void statement_say_boundary(const struct statement *s, struct strbuf *out)
{
	struct quantity kwh = statement_kwh_of(&s->total.attributed_j);

	if (!kwh.known || s->given)
		return;
	begin(out);
	if (!s->total.facility_kwh.known) {
		strbuf_add(out, "Boundary: components, that is processors, memory and "
				"accelerators.");
		return;
	}
	strbuf_add(out, "Boundary: facility, ");
	statement_figure(s, &kwh, "kWh", out);
	strbuf_add(out, " of processors, memory and accelerators");
	add_pue(s, out);
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
	strbuf_printf(out,
		      "By gramme %s (%s, data of %s) after Henderson et al. (2020), JMLR "
		      "21(248).",
		      s->version, s->method, s->data_version);
}

void statement_say_left_out(const struct statement *s, struct strbuf *out)
{
	begin(out);
	if (s->given) {
		strbuf_add(out, "What the figures leave out is for whoever gave them to "
				"say.");
		return;
	}
	strbuf_printf(out, "Not included: power supplies, fans, disks, network%s.",
		      s->embodied_kg.known ? "" : ", making the hardware");
}

static const struct statement_part parts[] = {
	{ statement_say_runs, TOPIC_ALL, true },
	{ statement_say_basis, TOPIC_ALL, false },
	{ statement_say_boundary, TOPIC_PUE, false },
	{ statement_say_hardware, TOPIC_ALL, false },
	{ statement_say_place, TOPIC_ALL, true },
	{ statement_say_intensity, TOPIC_GRID, false },
	{ statement_say_marginal, TOPIC_MARGINAL, false },
	{ statement_say_cost, TOPIC_COST, true },
	{ statement_say_embodied, TOPIC_EMBODIED, false },
	{ statement_say_method, TOPIC_METHOD, false },
	{ statement_say_left_out, TOPIC_ALL, false },
};

struct statement_parts statement_parts(const struct report_opts *opts)
{
	if (opts->wordy)
		return statement_long_parts();
	return (struct statement_parts){ parts, ARRAY_SIZE(parts) };
}
