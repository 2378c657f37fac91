/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Annex XI, Section 1, point 2 (d) and (e) of Regulation (EU) 2024/1689, the AI Act: the
 * computational resources used to train a model, the training time, and the known or
 * estimated energy consumption. The annex asks for text and names no unit and no boundary,
 * so all three boundaries are given. Nothing else of the annex shows in a run.
 */
#include <stdio.h>

#include "base/time-text.h"
#include "report/phrase.h"
#include "report/statement-facts.h"
#include "report/statement-words.h"

static void add_item(struct strbuf *out, const char *label, const struct strbuf *text)
{
	strbuf_printf(out, "- %s: ", label);
	facts_markdown(out, text->len > 0 ? strbuf_part(out, text) : "not known");
	strbuf_add(out, "\n");
}

static void add_told(struct strbuf *out, const char *label, const char *text,
		     const char *option)
{
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT;

	if (text[0] != '\0')
		strbuf_add(&line, text);
	else
		strbuf_printf(&line, "not told: give %s", option);
	add_item(out, label, &line);
}

/* --- (d) ---------------------------------------------------------------------------------- */

static void add_flop(const struct statement *s, struct strbuf *out)
{
	char figure[FACTS_FIGURE_MAX];
	char text[FACTS_FIGURE_MAX + 64] = "";

	facts_two_digits(s->facts.flop, figure, sizeof figure);
	if (s->facts.flop > 0)
		(void)snprintf(text, sizeof text, "%s, as told; gramme counts none",
			       figure);
	add_told(out, "Floating point operations", text, "--flop");
}

static void add_time(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char duration[TIME_TEXT_MAX];

	if (s->count > 0) {
		duration_text(facts_wall_clock_ns(s), duration, sizeof duration);
		strbuf_printf(&text, "%s by the clock, ", duration);
		statement_days(s, &text);
		strbuf_add(&text, "; ");
		facts_hardware_days(s, &text);
	}
	add_item(out, "Training time", &text);
}

static void software_of(const struct run_view *view, struct strbuf *out)
{
	phrase_software(&view->record, out);
}

static void write_resources(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf hardware = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf software = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf runs = STRBUF_INIT;

	strbuf_add(out, "## (d) Computational resources and training time\n\n");
	add_flop(s, out);
	add_time(s, out);
	statement_hardware(s, &hardware);
	add_item(out, "Hardware", &hardware);
	statement_each(s, software_of, &software);
	add_item(out, "Software", &software);
	add_told(out, "Training", s->facts.training_type, "--training");
	add_told(out, "Task", s->facts.task, "--task");
	statement_say_runs(s, &runs);
	add_item(out, "What was run", &runs);
}

/* --- (e) ---------------------------------------------------------------------------------- */

static const char *known_or_estimated(const struct statement *s)
{
	if (s->given)
		return "As given by hand";
	switch (statement_basis(s)) {
	case BASIS_MEASURED:
		return "Known: measured";
	case BASIS_PART:
		return "Known in part: measured, the rest estimated";
	case BASIS_ESTIMATE:
		return "Estimated";
	case BASIS_NOTHING:
		break;
	}
	return "Not known";
}

static void add_boundary(const struct statement *s, const struct facts_boundary *b,
			 struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	strbuf_printf(out, "| %s | ", b->name);
	if (b->kwh.known)
		statement_quantity(s, &b->kwh, "kWh", &text);
	else
		strbuf_printf(&text, "not known%s%s", b->why_not[0] ? ": " : "",
			      b->why_not);
	facts_markdown(out, strbuf_part(out, &text));
	strbuf_printf(out, " | %s |\n", b->about);
}

/* The annex lets an unknown energy be estimated from the resources: that is left to people. */
static void add_unknown(const struct statement *s, struct strbuf *out)
{
	if (s->total.facility_kwh.known)
		return;
	strbuf_add(out, "\nWhere the energy is not known the annex accepts an estimate "
			"from the computational resources. None is made here: ");
	strbuf_add(out, s->facts.flop > 0 ? "operations alone do not give joules.\n"
					  : "they are not known either.\n");
}

static void write_energy(const struct statement *s, struct strbuf *out)
{
	static void (*const sayings[])(const struct statement *s, struct strbuf *out) = {
		statement_say_basis,
		statement_say_boundary,
		statement_say_left_out,
		statement_say_method,
	};
	struct facts_boundary boundaries[FACTS_BOUNDARIES];
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	facts_boundaries(s, boundaries);
	strbuf_add(out, "\n## (e) Known or estimated energy consumption\n\n");
	strbuf_printf(out, "%s.\n\n", known_or_estimated(s));
	strbuf_add(out, "| Boundary | Energy | What it contains |\n|---|---|---|\n");
	for (size_t i = 0; i < FACTS_BOUNDARIES; i++)
		add_boundary(s, &boundaries[i], out);
	add_unknown(s, out);
	for (size_t i = 0; i < ARRAY_SIZE(sayings); i++)
		sayings[i](s, &text);
	strbuf_add(out, "\n");
	facts_markdown(out, strbuf_part(out, &text));
	strbuf_add(out, "\n");
}

static void write_carbon(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	strbuf_add(out, "\nThe annex asks for no carbon. ");
	statement_say_headline(s, &text);
	statement_say_place(s, &text);
	statement_say_intensity(s, &text);
	facts_markdown(out, strbuf_part(out, &text));
	strbuf_add(out, "\n");
}

static void write_annex(const struct statement *s, const struct report_opts *opts,
			struct strbuf *out)
{
	(void)opts;
	strbuf_add(out, "# Regulation (EU) 2024/1689, Annex XI, Section 1, point 2\n\n");
	strbuf_add(out, "Of ");
	facts_markdown(out, s->of);
	strbuf_add(out, ". Model: ");
	facts_markdown(out,
		       s->facts.model[0] ? s->facts.model : "not told: give --model");
	strbuf_add(out, ". Points 1 and 2 (a) to (c) do not show in a run.\n\n");
	write_resources(s, out);
	write_energy(s, out);
	write_carbon(s, out);
}

const struct statement_form statement_eu_ai_act = { .name = "eu-ai-act",
						    .write = write_annex };
