/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer to the item "Experiments compute resources" of the NeurIPS paper checklist, for
 * its LaTeX template: which workers, with how much memory, for how long each run and all, and
 * whether the project took more than the paper shows: failed runs are counted here.
 *
 * The answer is yes only where hardware and time of every run are known.
 */
#include <string.h>

#include "base/time-text.h"
#include "report/phrase.h"
#include "report/shown.h"
#include "report/statement-tex.h"
#include "report/statement-words.h"

#define RUNS_LISTED 12

static bool knows_hardware(const struct statement *s)
{
	for (size_t i = 0; i < s->count; i++) {
		CLEANUP(strbuf_done) struct strbuf hardware = STRBUF_INIT;

		phrase_hardware(&s->views[i].record, &hardware);
		if (strbuf_part(&hardware, &hardware)[0] == '\0')
			return false;
	}
	return s->count > 0;
}

static void say_workers(const struct statement *s, struct strbuf *text)
{
	CLEANUP(strbuf_done) struct strbuf hardware = STRBUF_INIT;

	statement_hardware(s, &hardware);
	if (strbuf_part(text, &hardware)[0] == '\0') {
		strbuf_add(text, "The type of the workers and their memory were not "
				 "recorded.");
		return;
	}
	strbuf_printf(text, "Workers: %s", hardware.text);
	if (s->machines > 1)
		strbuf_printf(text, ", %zu machines", s->machines);
	strbuf_add(text, ".");
}

/* ", 38.8 kWh of electricity and 7.93 kg of CO2eq" */
static void add_sums(const struct statement *s, struct strbuf *text)
{
	if (!s->total.facility_kwh.known) {
		strbuf_add(text, "; the electricity used is not known");
		return;
	}
	strbuf_add(text, ", ");
	statement_quantity(s, &s->total.facility_kwh, "kWh", text);
	strbuf_add(text, " of electricity");
	if (!s->total.carbon_kg.known) {
		strbuf_add(text, "; its carbon is not known");
		return;
	}
	strbuf_add(text, " and ");
	statement_quantity(s, &s->total.carbon_kg, "kg of CO2eq", text);
}

static void add_run(const struct statement *s, size_t i, struct strbuf *text)
{
	const struct run_view *view = &s->views[i];

	strbuf_printf(text, "%s%s ", i == 0 ? "" : "; ", view->record.info.name);
	phrase_state(&view->record.info, text);
	if (s->count == 1)
		return;
	strbuf_add(text, ", ");
	if (view->facility_kwh.known)
		statement_quantity(s, &view->facility_kwh, "kWh", text);
	else
		strbuf_add(text, "its energy is not known");
}

static void say_runs(const struct statement *s, struct strbuf *text)
{
	strbuf_add(text, s->count == 1 ? " One run: " : " The runs: ");
	for (size_t i = 0; i < s->count && i < RUNS_LISTED; i++)
		add_run(s, i, text);
	if (s->count > RUNS_LISTED)
		strbuf_printf(text, "; and %zu more", s->count - RUNS_LISTED);
}

static void say_total(const struct statement *s, struct strbuf *text)
{
	char duration[TIME_TEXT_MAX];

	if (s->count > 1) {
		duration_text(s->duration_ns, duration, sizeof duration);
		strbuf_printf(text, ". In all %zu runs, %s", s->count, duration);
	}
	add_sums(s, text);
	strbuf_add(text, ".");
}

static void add_lost(const struct statement *s, struct strbuf *text)
{
	if (!s->lost.facility_kwh.known) {
		strbuf_add(text, " used what is not known.");
		return;
	}
	strbuf_add(text, " used ");
	statement_quantity(s, &s->lost.facility_kwh, "kWh", text);
	if (s->lost.carbon_kg.known) {
		strbuf_add(text, " and ");
		statement_quantity(s, &s->lost.carbon_kg, "kg of CO2eq", text);
	}
	strbuf_add(text, ".");
}

/* Whether the project took more than the paper shows is a question of its own there. */
static void say_failed(const struct statement *s, struct strbuf *text)
{
	size_t lost = s->failed + s->interrupted;

	if (lost == 0) {
		strbuf_add(text, " No run among these failed or was interrupted.");
	} else if (s->count == 1) {
		strbuf_add(text, " This is of the run until it ended early.");
	} else {
		strbuf_printf(text, " Of these, %zu failed or preliminary %s", lost,
			      lost == 1 ? "run" : "runs");
		add_lost(s, text);
	}
	if (s->total.unknown_energy > 0 && s->count > 1)
		strbuf_printf(text,
			      " The energy of %zu of the runs is not known and is not in "
			      "the sum.",
			      s->total.unknown_energy);
	strbuf_add(text, " Runs made without gramme are not counted.");
}

static void say_given(const struct statement *s, struct strbuf *text)
{
	strbuf_add(text, "In all ");
	statement_quantity(s, &s->total.facility_kwh, "kWh", text);
	strbuf_add(text, " of electricity and ");
	statement_quantity(s, &s->total.carbon_kg, "kg of CO2eq", text);
	strbuf_add(text,
		   ", figures given by hand; the workers, their memory and the time "
		   "of each run were not recorded.");
}

static void say_compute(const struct statement *s, struct strbuf *text)
{
	if (s->count == 0) {
		say_given(s, text);
		return;
	}
	say_workers(s, text);
	say_runs(s, text);
	say_total(s, text);
	say_failed(s, text);
	statement_say_basis(s, text);
}

static void write_neurips(const struct statement *s, const struct report_opts *opts,
			  struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf tex = STRBUF_INIT;

	(void)locale;
	(void)opts;
	say_compute(s, &text);
	tex_add(&tex, strbuf_part(out, &text));
	strbuf_add(out, "% NeurIPS paper checklist, Experiments compute resources\n");
	if (!knows_hardware(s))
		strbuf_add(out, "% The workers are not known: name them, then answer.\n");
	strbuf_printf(out, "\\item[] Answer: \\%s{}\n",
		      knows_hardware(s) ? "answerYes" : "answerTODO");
	strbuf_add(out, "\\item[] Justification:\n");
	tex_wrap(out, strbuf_part(out, &tex));
}

const struct statement_form statement_neurips = { .name = "neurips",
						  .write = write_neurips };
