/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the forms of the statement say alike. Every statement_say_…() adds whole sentences,
 * raw: plain text with names from outside in it, which the form passes through its own
 * escape; a blank comes before where out holds something already. One that has nothing to
 * say adds nothing.
 */
#pragma once

#include "base/strbuf.h"
#include "model/statement.h"
#include "report/phrase.h"
#include "report/statement.h"

/* The source of a quantity that the user typed. */
#define STATEMENT_GIVEN "given"
/* U+00A0: no line may end here. */
#define STATEMENT_TIE       "\xc2\xa0"
#define STATEMENT_CITES_MAX 24

/* --- numbers ------------------------------------------------------------------------------ */

/* "24.344 kWh", given by hand: three decimals, as in the paper; else three digits: "0.00117
 * kWh (95 % interval 0.00108 to 0.00128)"; "not known". Never "0.000": what is less than a
 * thousandth of a kWh, kg or g has a smaller unit, and its interval the same: "1.21 mWh". What
 * the brackets are is said unless out has it already. */
void statement_quantity(const struct statement *s, const struct quantity *quantity,
			const char *unit, struct strbuf *out);
/* Where it is said elsewhere: "1.21 mWh (0.11 to 2.45)". */
void statement_figure(const struct statement *s, const struct quantity *quantity,
		      const char *unit, struct strbuf *out);

/* "$0.38 ($0.00, $0.95)", by cents; "under $0.01", "between -$0.01 and $0", and without the
 * bracket where that is under a cent, too. Known only. */
void statement_dollars(const struct quantity *usd, struct strbuf *out);
bool statement_has_dollars_interval(const struct quantity *usd);

struct quantity statement_kwh_of(const struct quantity *joules);

/* gCO2e/kWh: of one run its own, of several, or of figures given, carbon over energy, without
 * an interval; not known where a run is left out of one of the two sums only. */
struct quantity statement_intensity(const struct statement *s);

/* --- what the runs have in common --------------------------------------------------------- */

/* How the joules of all runs came about, taken together. */
enum basis statement_basis(const struct statement *s);

/* The least of the runs' coverage; < 0: of none is it known. */
double statement_coverage(const struct statement *s);

/* A text of a run: hardware, zone, PUE with its source. */
typedef void (*statement_of_run)(const struct run_view *view, struct strbuf *out);

/* The texts that the runs' have, each once, "; " between; of more than one, how many runs
 * have it: "A (2 runs); B (1 run)". What is empty is left out. */
void statement_each(const struct statement *s, statement_of_run of, struct strbuf *out);

void statement_hardware(const struct statement *s, struct strbuf *out);
void statement_zones(const struct statement *s,
		     struct strbuf *out); /* "DE (2 runs); FR…" */
void statement_sources(const struct statement *s, struct strbuf *out); /* of intensity */

/* "2026-11-20 to 2026-11-23", "2026-11-23": days in UTC. */
void statement_days(const struct statement *s, struct strbuf *out);

/* The parts of the energy with an intensity in time: of all runs, weighted by energy. */
struct in_time statement_in_time(const struct statement *s);
/* Smaller parts of the energy are not told apart from none or all. */
#define STATEMENT_PART_LEAST 0.0005

bool statement_countries_differ(const struct statement *s); /* known ones, and not one */

/* "all countries together", "Germany alone": who bears it. */
void statement_bearer(const struct statement *s, struct strbuf *out);

/* Why the energy or carbon of all is not known: "" where it is, or nobody knows why. */
const char *statement_why_no_energy(const struct statement *s);
const char *statement_why_no_carbon(const struct statement *s);

/* --- sentences, in the order a paragraph has them ----------------------------------------- */

/* The sentence of Henderson et al. 2020: kg, kWh of the facility, the country's cost. The first
 * bracket says what all are. */
void statement_say_headline(const struct statement *s, struct strbuf *out);
/* Which runs, how long, when, on how many machines; which are left out, which failed. */
void statement_say_runs(const struct statement *s, struct strbuf *out);
/* What was measured and what was not; what part of the time was seen, where not all. */
void statement_say_basis(const struct statement *s, struct strbuf *out);
void statement_say_hardware(const struct statement *s, struct strbuf *out);
/* From components to the facility: PUE, and its source. */
void statement_say_boundary(const struct statement *s, struct strbuf *out);
/* Where, how that is known, and what came in place of something closer. */
void statement_say_place(const struct statement *s, struct strbuf *out);
/* Provider, resolution, basis, forecast parts; the marginal one beside it. */
void statement_say_intensity(const struct statement *s, struct strbuf *out);
void statement_say_marginal(const struct statement *s, struct strbuf *out);
/* To whom, by which study, of which dollars and percentiles; the global figure. */
void statement_say_cost(const struct statement *s, struct strbuf *out);
void statement_say_embodied(const struct statement *s, struct strbuf *out);
void statement_say_method(const struct statement *s, struct strbuf *out);
/* What no number here has in it. */
void statement_say_left_out(const struct statement *s, struct strbuf *out);

/* By paragraphs, without the headline. */
struct statement_part {
	void (*say)(const struct statement *s, struct strbuf *out);
	int topic; /* enum statement_topic: what it rests on; TOPIC_ALL: nothing of its own */
	bool begins; /* a paragraph begins here */
};

struct statement_parts {
	const struct statement_part *list;
	size_t count;
};

/* Those above, or (opts->wordy) all that is known: with water, dollars a tonne, software, each
 * run's PUE, what a term means. */
struct statement_parts statement_parts(const struct report_opts *opts);
struct statement_parts statement_long_parts(void);

/* The text with a tie in place of the blank between a number and its unit. */
void statement_tie(struct strbuf *out, const char *text);

/* --- references --------------------------------------------------------------------------- */

struct statement_cite {
	const char *key;    /* "henderson2020systematic" */
	const char *plain;  /* a line for a list of references */
	const char *bibtex; /* the entry, LaTeX already */
};

/* What a group of sentences rests on. */
enum statement_topic {
	TOPIC_METHOD,
	TOPIC_COST,
	TOPIC_GRID, /* sources of intensity */
	TOPIC_MARGINAL,
	TOPIC_WATER,
	TOPIC_EMBODIED,
	TOPIC_PUE,
	TOPIC_ALL,
};

/* Those used, and no others; returns how many. */
size_t statement_cites(const struct statement *s, enum statement_topic topic,
		       struct statement_cite ret[STATEMENT_CITES_MAX]);
