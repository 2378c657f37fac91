/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of a report's page share. Each part is a file page-<part>.c. */
#pragma once

#include "report/number.h"
#include "report/page-view.h"

/* What is being written: the page, one of its runs, and where that stands. */
struct page_part {
	struct strbuf *out;
	const struct page_view *page;
	const struct page_run *run;
	const struct run_view *view; /* of the run */
	size_t i;                    /* its place: ids are "r0-power" */
	const char *heading;         /* "h2"; "h3" where the run has an h2 of its own */
	const char *sub;             /* the one below */
};

/* --- the parts of a run, in their order --- */

void page_head(const struct page_part *part);
void page_power(const struct page_part *part);
void page_energy(const struct page_part *part);
void page_quality(const struct page_part *part);
void page_metrics(const struct page_part *part);
void page_regions(const struct page_part *part);
void page_forms(const struct page_part *part, const struct page_form *forms);
void page_machine(const struct page_part *part);

/* --- the parts of the page --- */

void page_overview(const struct page_part *part); /* several runs */
void page_glossary(struct strbuf *out);
void page_foot(const struct page_part *part);

/* --- words and cells --- */

/* <h2 id="r0-power">: id and words are ours. */
void page_heading(const struct page_part *part, const char *id, const char *words);
void page_subheading(const struct page_part *part, const char *words);

/* A link to an equation of the glossary: <a class="eq" href="#E-9">E-9</a>. */
void page_equation(struct strbuf *out, int number);

/* "1.85" and <span class="u"> "Wh"; the value alone, without its interval. */
void page_big_number(struct strbuf *out, double value, enum number_unit unit);

/* "1.2 to 2.7 Wh" of a quantity; nothing where it has no width. True when there was one. */
bool page_range(struct strbuf *out, const struct quantity *quantity,
		enum number_unit unit);

/* "1.85 Wh <span class=range>(1.2 to 2.7)</span>", or "not known". */
void page_number(struct strbuf *out, const struct quantity *quantity,
		 enum number_unit unit);

/* <td class="num" data-v="…"> with page_number(); page_cell of a plain value. */
void page_number_cell(struct strbuf *out, const struct quantity *quantity,
		      enum number_unit unit);
void page_value_cell(struct strbuf *out, double value, enum number_unit unit);

/* Joules in one unit for all of a page that compares them: kWh and its parts from 1 MJ of the
 * machine's on, else J. */
void page_energy_cell(const struct page_part *part, const struct quantity *joules);
void page_joules_cell(const struct page_part *part, double joules);
void page_joules(const struct page_part *part, double joules, char *buf, size_t size);

/* A row of table.keys; value is text from outside, "" leaves the row out. */
void page_key(struct strbuf *out, const char *key, const char *value);

/* "measured", "in part an estimate", "an estimate, no meter", "not known", and its badge. */
const char *page_basis_words(const struct run_view *view);
void page_basis_badge(struct strbuf *out, const struct run_view *view);
void page_state_badge(struct strbuf *out, const struct run_info *info);

/* The same with how long it took: "failed with status 2 after 4.00 s". */
void page_state_words(struct strbuf *out, const struct run_info *info);

/* "from: powercap (package-0, dram-0), measured", a link to the table of components. */
void page_from(const struct page_part *part);

void page_alike(struct strbuf *out, const struct page_alike *alike);

/* Time for people since a run's start, "2 m 12 s". */
void page_at(struct strbuf *out, double at_s);

/* The colour of a family: 1 to 5. */
int page_colour(enum family family);
