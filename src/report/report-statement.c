/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The paragraph for a paper, as plain text: energy, PUE, intensity, carbon with its interval,
 * hardware, method. What is modelled or assumed is called so. Where a number is not known the
 * paragraph says that instead of leaving it out. Breaks lines only for a terminal.
 */
#include <string.h>

#include "base/time-text.h"
#include "report/number.h"
#include "report/phrase.h"
#include "report/report.h"
#include "report/shown.h"

static const char reference[] =
	"P. Henderson, J. Hu, J. Romoff, E. Brunskill, D. Jurafsky and J. Pineau. Towards the "
	"Systematic Reporting of the Energy and Carbon Footprints of Machine Learning. "
	"Journal of Machine Learning Research 21(248):1-43, 2020.";

/* " in the words of its source" in brackets, with "assumed" where it is. */
static void add_origin(struct strbuf *text, const struct quantity *quantity,
		       const char *words)
{
	const char *kind =
		quantity->kind == KIND_MEASURED ? NULL : kind_text(quantity->kind);

	if (!kind && words[0] == '\0')
		return;
	strbuf_printf(text, " (%s%s%s)", kind ? kind : "", kind && words[0] ? ": " : "",
		      words);
}

static void add_ending(const struct run_info *info, struct strbuf *text)
{
	if (info->state == RUN_FAILED)
		strbuf_add(text,
			   "This run failed; the numbers are of the run until then. ");
	else if (info->state == RUN_INTERRUPTED)
		strbuf_add(text,
			   "This run was interrupted; the numbers are of the run until "
			   "then. ");
	else if (info->state == RUN_RUNNING)
		strbuf_add(text,
			   "This run is still going on; the numbers are of the run so "
			   "far. ");
}

/* A paper reads kWh, however small: three digits, no prefix. */
static void add_kwh(struct strbuf *text, const struct quantity *kwh)
{
	char value[NUMBER_TEXT_MAX];
	char low[NUMBER_TEXT_MAX];
	char high[NUMBER_TEXT_MAX];

	number_digits(kwh->value, 3, value, sizeof value);
	number_digits(kwh->low, 3, low, sizeof low);
	number_digits(kwh->high, 3, high, sizeof high);
	strbuf_printf(text, "%s kWh", value);
	if (kwh->high > kwh->low)
		strbuf_printf(text, " (95 %% interval %s to %s)", low, high);
}

static struct quantity kwh_of(const struct quantity *joules)
{
	struct quantity kwh = *joules;

	kwh.value /= 3.6e6;
	kwh.low /= 3.6e6;
	kwh.high /= 3.6e6;
	return kwh;
}

static void add_energy(const struct run_view *view, struct strbuf *text)
{
	const struct run_info *info = &view->record.info;
	enum basis basis = phrase_basis(view);
	struct quantity kwh = kwh_of(&view->attributed_j);
	char duration[TIME_TEXT_MAX];

	duration_text(info->duration_ns, duration, sizeof duration);
	if (!view->attributed_j.known) {
		strbuf_printf(text, "The energy of the run \"%s\" (%s, %s) is not known",
			      info->name, info->id, duration);
		if (phrase_reason(view, &view->attributed_j, "attributed_j")[0] != '\0')
			strbuf_printf(text, ": %s",
				      phrase_reason(view, &view->attributed_j,
						    "attributed_j"));
		strbuf_add(text, ". ");
		return;
	}
	strbuf_printf(text, "The run \"%s\" (%s) took %s and %s ", info->name, info->id,
		      duration,
		      basis == BASIS_ESTIMATE ? "is estimated to have used" : "used");
	add_kwh(text, &kwh);
	strbuf_add(text,
		   " of electricity, counted as its share, by activity, of what the "
		   "machine's components drew meanwhile. ");
}

static void add_basis(const struct run_view *view, struct strbuf *text)
{
	enum basis basis = phrase_basis(view);

	if (basis == BASIS_MEASURED || basis == BASIS_PART) {
		strbuf_add(text, "Measured: ");
		phrase_domains(view, true, text);
		strbuf_add(text, ". ");
	}
	if (basis == BASIS_ESTIMATE || basis == BASIS_PART) {
		strbuf_printf(text, "%s, from the hardware's data and its load: ",
			      basis == BASIS_PART
				      ? "Estimated, not measured"
				      : "No meter could be read, all of it is estimated");
		phrase_domains(view, false, text);
		strbuf_add(text, ". ");
	}
}

static void add_coverage(const struct run_view *view, struct strbuf *text)
{
	char percent[NUMBER_TEXT_MAX];

	if (view->coverage_ratio < 0 || view->coverage_ratio >= 0.999)
		return;
	number_percent(view->coverage_ratio, percent, sizeof percent);
	strbuf_printf(
		text,
		"The readings cover %s of the run's time; what was drawn in the rest "
		"is not in these numbers. ",
		percent);
}

static void add_facility(const struct run_view *view, struct strbuf *text)
{
	char pue[NUMBER_TEXT_MAX];

	if (!view->facility_kwh.known || !view->pue.value.known)
		return;
	number_text(view->pue.value.value, NUMBER_PLAIN, pue, sizeof pue);
	strbuf_printf(text, "With a power usage effectiveness (PUE) of %s", pue);
	add_origin(text, &view->pue.value, view->pue.value.source);
	strbuf_add(text, ", the facility used ");
	add_kwh(text, &view->facility_kwh);
	strbuf_add(text, ". ");
}

/* "At a carbon intensity of 473 gCO2e/kWh (24 to 780; assumed; WORLD; 2024; Ember)" */
static void add_intensity(const struct run_view *view, struct strbuf *text)
{
	const struct quantity *intensity = &view->intensity.value;
	const char *const parts[] = { kind_text(intensity->kind), view->intensity.zone,
				      view->intensity.year_or_time, intensity->source,
				      view->intensity.basis };
	char number[NUMBER_TEXT_MAX];
	char low[NUMBER_TEXT_MAX];
	char high[NUMBER_TEXT_MAX];

	number_digits(intensity->value, 3, number, sizeof number);
	number_digits(intensity->low, 3, low, sizeof low);
	number_digits(intensity->high, 3, high, sizeof high);
	strbuf_printf(text, "At a carbon intensity of %s gCO2e/kWh (%s to %s", number,
		      low, high);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i][0] != '\0')
			strbuf_printf(text, "; %s", parts[i]);
	strbuf_add(text, ")");
}

static void add_carbon(const struct run_view *view, struct strbuf *text)
{
	char number[NUMBER_TEXT_MAX];

	if (!view->carbon_kg.known || !view->intensity.value.known) {
		strbuf_add(text, "Its carbon is not known");
		if (phrase_reason(view, &view->carbon_kg, "kg")[0] != '\0')
			strbuf_printf(text, ": %s",
				      phrase_reason(view, &view->carbon_kg, "kg"));
		strbuf_add(text, ". ");
		return;
	}
	add_intensity(view, text);
	number_sentence(&view->carbon_kg, NUMBER_CO2E, number, sizeof number);
	strbuf_printf(text, ", this is %s. ", number);
}

static void add_method(const struct run_view *view, struct strbuf *text)
{
	CLEANUP(strbuf_done) struct strbuf hardware = STRBUF_INIT;

	phrase_hardware(&view->record, &hardware);
	if (strbuf_part(text, &hardware)[0] != '\0')
		strbuf_printf(text, "Hardware: %s. ", hardware.text);
	strbuf_printf(
		text,
		"Computed by gramme %s (equations %s, data of %s) as PUE times the sum of "
		"shares, after Henderson et al. (2020). Not included: what the power "
		"supplies and fans lost, cooling beyond the PUE, and making the hardware.",
		view->record.info.version, view->method, view->data_version);
}

static void statement_run(const struct run_view *view, const struct report_opts *opts,
			  struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	size_t width = opts->width > 0 ? shown_columns(opts) : 0;

	(void)locale;
	add_ending(&view->record.info, &text);
	add_energy(view, &text);
	add_basis(view, &text);
	add_coverage(view, &text);
	add_facility(view, &text);
	add_carbon(view, &text);
	add_method(view, &text);
	shown_wrap(out, strbuf_part(out, &text), 0, width);
	strbuf_add(out, "\n");
	shown_wrap(out, reference, 0, width);
}

const struct report report_statement = { .name = "statement", .run = statement_run };
