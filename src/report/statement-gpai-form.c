/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Model Documentation Form of the Code of Practice for General-Purpose AI Models,
 * transparency chapter (10 July 2025): its items on computational resources and energy.
 *
 *	training time		a range for the national authorities; days by the clock and of
 *				hardware for the AI Office
 *	computation, energy	FLOP and MWh with at least two significant figures; "N/A" where a
 *				provider of compute does not tell what is needed, and what that is
 *	methodology		about 100 words: fewer here, whatever the names in it
 *	inference		a benchmark of the model's own, which no training run shows
 *
 * The form knows no boundary; the facility's figure goes into it and the others beside.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/number.h"
#include "report/phrase.h"
#include "report/shown.h"
#include "report/statement-facts.h"
#include "report/statement-words.h"

#define METHOD_WORDS 99
#define DAY_NS       (86400 * NS_PER_S)
#define MONTH_DAYS   30.44

static void add_item(struct strbuf *out, const char *label, const char *text)
{
	strbuf_printf(out, "- **%s**: ", label);
	facts_markdown(out, text);
	strbuf_add(out, "\n");
}

/* --- computational resources -------------------------------------------------------------- */

static const char *range_of(double days)
{
	if (days < MONTH_DAYS)
		return "Less than 1 month";
	if (days < 3 * MONTH_DAYS)
		return "1 - 3 months";
	return days < 6 * MONTH_DAYS ? "3 - 6 months" : "More than 6 months";
}

static void add_time(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	double days = (double)facts_wall_clock_ns(s) / (double)DAY_NS;
	char figure[FACTS_FIGURE_MAX];

	if (s->count == 0) {
		add_item(out, "Training time", "not known: figures given by hand");
		return;
	}
	add_item(out, "Training time, range", range_of(days));
	facts_two_digits(days, figure, sizeof figure);
	strbuf_printf(&text, "%s wall clock days; ", figure);
	facts_hardware_days(s, &text);
	if (s->count > 1)
		strbuf_add(&text,
			   " (wall clock days: in which at least one run went on)");
	add_item(out, "Training time, days", strbuf_part(out, &text));
}

static void add_computation(const struct statement *s, struct strbuf *out)
{
	char figure[FACTS_FIGURE_MAX];
	char text[FACTS_FIGURE_MAX + 32];

	if (s->facts.flop <= 0) {
		add_item(out, "Amount of computation used for training",
			 "not told: give --flop");
		add_item(out, "Measurement methodology", "not told");
		return;
	}
	(void)snprintf(text, sizeof text, "10^%.0f FLOP", floor(log10(s->facts.flop)));
	add_item(out, "Amount of computation used for training, order of magnitude",
		 text);
	facts_two_digits(s->facts.flop, figure, sizeof figure);
	(void)snprintf(text, sizeof text, "%s FLOP", figure);
	add_item(out, "Amount of computation used for training", text);
	add_item(
		out, "Measurement methodology",
		"Told by whoever filled this in; gramme counts no operations. Say here how "
		"they were counted.");
}

static void write_resources(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf hardware = STRBUF_INIT;

	strbuf_add(out, "## Computational resources (during training)\n\n");
	add_time(s, out);
	statement_hardware(s, &hardware);
	add_item(out, "Hardware",
		 hardware.len > 0 ? strbuf_part(out, &hardware) : "not known");
	add_computation(s, out);
}

/* --- methodology, by the word ------------------------------------------------------------- */

struct account {
	struct strbuf *out;
	size_t words;
};

static size_t count_words(const char *text)
{
	size_t words = 0;

	for (text += strspn(text, " \t\n"); *text != '\0'; words++) {
		text += strcspn(text, " \t\n");
		text += strspn(text, " \t\n");
	}
	return words;
}

/* A whole sentence, or none of it where it is too long: the most needed come first. */
static void add_sentence(struct account *account, const struct strbuf *sentence)
{
	CLEANUP(strbuf_done) struct strbuf shown = STRBUF_INIT;
	size_t words;

	shown_add(&shown, strbuf_part(account->out, sentence));
	words = count_words(strbuf_part(account->out, &shown));
	if (words == 0 || account->words + words > METHOD_WORDS)
		return;
	strbuf_printf(account->out, "%s%s", account->words > 0 ? " " : "", shown.text);
	account->words += words;
}

static void say_reading(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf metered = STRBUF_INIT;
	enum basis basis = statement_basis(s);

	facts_sources(s, true, &metered);
	if (basis == BASIS_MEASURED || basis == BASIS_PART)
		strbuf_printf(
			out,
			"Electricity of processors, memory and GPUs, read from the "
			"hardware's own meters (%s) by gramme %s during the runs and "
			"shared out by who was active.",
			strbuf_part(out, &metered), s->version);
	else if (basis == BASIS_ESTIMATE)
		strbuf_printf(out,
			      "Electricity of processors, memory and GPUs, estimated by "
			      "gramme %s from their load and design power: there was no "
			      "meter that could be read.",
			      s->version);
}

static void say_estimate(const struct statement *s, struct strbuf *out)
{
	if (statement_basis(s) == BASIS_PART)
		strbuf_add(out, "What has no meter was estimated from its load and "
				"design power.");
}

static void say_pue(const struct statement *s, struct strbuf *out)
{
	const struct quantity *pue;
	char figure[FACTS_FIGURE_MAX];

	if (s->count == 0)
		return;
	pue = &s->views[0].pue.value;
	for (size_t i = 1; i < s->count; i++)
		if (s->views[i].pue.value.value != pue->value) {
			strbuf_add(out,
				   "Multiplied by each run's power usage effectiveness.");
			return;
		}
	if (!pue->known)
		return;
	facts_figure(pue->value, figure, sizeof figure);
	strbuf_printf(out, "Multiplied by a power usage effectiveness of %s (%s).",
		      figure, pue->source[0] ? pue->source : "source not known");
}

/* What the sum is of: failed runs too, and never those of which nothing is known. */
static void say_sum(const struct statement *s, struct strbuf *out)
{
	size_t lost = s->lost.runs - s->lost.unknown_energy;
	size_t unknown = s->total.unknown_energy;

	if (s->count == 1 && lost + s->running == 0)
		return;
	strbuf_add(out, "In it: ");
	phrase_count(out, s->count - unknown, "run", "runs");
	if (s->inside > 0)
		strbuf_printf(out, ", %zu inside others and counted once", s->inside);
	if (lost > 0)
		strbuf_printf(out, ", %zu failed or interrupted", lost);
	if (s->running > 0)
		strbuf_printf(out, ", %zu still going on", s->running);
	if (unknown > 0)
		strbuf_printf(out, "; not in it: %zu whose energy is not known", unknown);
	strbuf_add(out, ".");
}

static void say_bounds(const struct statement *s, struct strbuf *out)
{
	(void)s;
	strbuf_add(out, "Network, storage and making of the hardware are not in it.");
}

static void add_methodology(const struct statement *s, struct strbuf *out)
{
	static void (*const sayings[])(const struct statement *s, struct strbuf *out) = {
		say_reading, say_sum, say_estimate, say_bounds, say_pue,
	};
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	struct account account = { .out = &text };

	for (size_t i = 0; i < ARRAY_SIZE(sayings); i++) {
		CLEANUP(strbuf_done) struct strbuf sentence = STRBUF_INIT;

		sayings[i](s, &sentence);
		add_sentence(&account, &sentence);
	}
	add_item(out, "Measurement methodology", strbuf_part(out, &text));
}

/* --- energy ------------------------------------------------------------------------------- */

static void mwh_text(const struct quantity *kwh, struct strbuf *out)
{
	char value[FACTS_FIGURE_MAX];
	char low[FACTS_FIGURE_MAX];
	char high[FACTS_FIGURE_MAX];

	facts_two_digits(kwh->value / 1000, value, sizeof value);
	strbuf_printf(out, "%s MWh", value);
	if (kwh->high <= kwh->low)
		return;
	facts_two_digits(kwh->low / 1000, low, sizeof low);
	facts_two_digits(kwh->high / 1000, high, sizeof high);
	strbuf_printf(out, " (95 %% interval %s to %s)", low, high);
}

/* "N/A" is the form's own word, and it wants to hear what was lacking. */
static void add_not_available(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	const char *why = statement_why_no_energy(s);

	add_item(out, "Amount of energy used for training", "N/A");
	strbuf_printf(&text, "What is lacking: %s.",
		      why[0] ? why : "a reading of any meter of the hardware");
	add_item(out, "Measurement methodology", strbuf_part(out, &text));
}

static void add_energy(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	if (!s->total.facility_kwh.known) {
		add_not_available(s, out);
		return;
	}
	mwh_text(&s->total.facility_kwh, &text);
	add_item(out, "Amount of energy used for training", strbuf_part(out, &text));
	if (s->given)
		add_item(out, "Measurement methodology",
			 "not known: the figure was given by hand");
	else
		add_methodology(s, out);
}

static void write_boundaries(const struct statement *s, struct strbuf *out)
{
	struct facts_boundary boundaries[FACTS_BOUNDARIES];

	facts_boundaries(s, boundaries);
	strbuf_add(out, "\nThe form leaves the boundary open. Its figure is the "
			"facility's; by boundary:\n\n");
	strbuf_add(out, "| Boundary | Energy | What it contains |\n|---|---|---|\n");
	for (size_t i = 0; i < FACTS_BOUNDARIES; i++) {
		const struct facts_boundary *b = &boundaries[i];
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

		if (b->kwh.known)
			mwh_text(&b->kwh, &text);
		else
			strbuf_printf(&text, "not known%s%s", b->why_not[0] ? ": " : "",
				      b->why_not);
		strbuf_printf(out, "| %s | ", b->name);
		facts_markdown(out, strbuf_part(out, &text));
		strbuf_printf(out, " | %s |\n", b->about);
	}
}

static void write_form(const struct statement *s, const struct report_opts *opts,
		       struct strbuf *out)
{
	(void)opts;
	strbuf_add(out,
		   "# Model Documentation Form (Code of Practice for General-Purpose "
		   "AI Models, July 2025)\n\n");
	strbuf_add(out, "Of ");
	facts_markdown(out, s->of);
	strbuf_add(out, ". Model name: ");
	facts_markdown(out,
		       s->facts.model[0] ? s->facts.model : "not told: give --model");
	strbuf_add(out, ".\n\n");
	write_resources(s, out);
	strbuf_add(out, "\n## Energy consumption (during training and inference)\n\n");
	add_energy(s, out);
	strbuf_add(out,
		   "- **Benchmarked amount of computation used for inference**: left "
		   "out; it is a benchmark of the model, which no training run "
		   "shows.\n");
	write_boundaries(s, out);
}

const struct statement_form statement_gpai_form = { .name = "gpai-form",
						    .write = write_form };
