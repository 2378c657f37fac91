/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the forms of regulators and calculators read out of a statement: figures of two
 * digits, energy by boundary, time by wall clock and by hardware. Texts that are added are
 * raw, for the form to escape.
 */
#pragma once

#include "base/strbuf.h"
#include "model/statement.h"

#define FACTS_FIGURE_MAX 48

/* Two significant digits, whatever the size: "24", "0.010", "2.4*10^25", "1.8*10^-6". */
void facts_two_digits(double value, char *buf, size_t size);

/* Three: "0.0541", "1.58"; more before the point, none after it of what is whole: "1234", "4". */
void facts_figure(double value, char *buf, size_t size);

/* The same kWh by what they contain: components, the whole machine, the facility. */
struct facts_boundary {
	const char *name;
	const char *about;
	struct quantity kwh;
	const char *why_not; /* of what is not known; "" : nobody knows */
};

#define FACTS_BOUNDARIES 3

void facts_boundaries(const struct statement *s,
		      struct facts_boundary ret[FACTS_BOUNDARIES]);

/* The time in which at least one of the runs went on: two at a time count once. */
int64_t facts_wall_clock_ns(const struct statement *s);

/*
 * "0.36 NVIDIA H100 days, 0.089 machine days": boards that used energy for the run, each
 * for as long as the run; a machine's days where a run used none. Nothing without runs.
 */
void facts_hardware_days(const struct statement *s, struct strbuf *out);

/* "powercap, nvml": the sources of the counted domains of all runs, each once. */
void facts_sources(const struct statement *s, bool metered, struct strbuf *out);

/* Runs whose energy is known and, of those alone, the time. */
size_t facts_known_runs(const struct statement *s, int64_t *ret_ns);

/* Text from outside inside a line of Markdown: nothing in it is markup. */
void facts_markdown(struct strbuf *out, const char *text);

/* A sentence maker's words (statement-words.h) as Markdown. */
void facts_markdown_of(const struct statement *s,
		       void (*say)(const struct statement *s, struct strbuf *out),
		       struct strbuf *out);
