/* SPDX-License-Identifier: Apache-2.0 */
/* regions-view for people. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/number.h"
#include "report/phrase.h"
#include "report/regions-view.h"
#include "report/shown.h"

#define RANK_COLUMNS     4
#define REGION_COLUMNS   28
#define NUMBER_COLUMNS   5
#define KG_COLUMNS       6
#define COUNTRY_COLUMNS  2
#define LOCATION_COLUMNS 26
#define WIDE_FROM        120 /* columns from which there is room for where and when */
#define SOURCES_MAX      6
#define NAMES_MAX        3

static const struct region_row *own_of(const struct region_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].own)
			return &list->rows[i];
	return NULL;
}

static const struct region_row *best_of(const struct region_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!list->rows[i].apart && list->rows[i].average_rank > 0)
			return &list->rows[i];
	return NULL;
}

/* All kg of the table in one unit, so that they compare at a glance. */
struct unit {
	double kg;
	const char *name;
};

static struct unit unit_of(const struct regions_view *view)
{
	static const struct unit units[] = { { 1e6, "kt CO2e" },  { 1e3, "t CO2e" },
					     { 1, "kg CO2e" },    { 1e-3, "g CO2e" },
					     { 1e-6, "mg CO2e" }, { 1e-9, "ug CO2e" } };
	double most = 0;
	size_t u = 0;

	for (size_t i = 0; i < view->list->count; i++) {
		const struct region_row *row = &view->list->rows[i];

		if (regions_view_shows(view, i) && row->average_kg.known)
			most = fmax(most, row->average_kg.value);
	}
	while (u + 1 < ARRAY_SIZE(units) && most < units[u].kg)
		u++;
	return most > 0 ? units[u] : units[2];
}

static void add_number(struct strbuf *out, const struct quantity *quantity, double unit,
		       size_t columns)
{
	char text[48] = "-";

	if (quantity->known && isfinite(quantity->value))
		number_digits(quantity->value / unit, 3, text, sizeof text);
	strbuf_add(out, " ");
	shown_cell(out, text, columns, SHOWN_RIGHT);
}

static void add_rank(struct strbuf *out, uint32_t rank)
{
	char text[16] = "-";

	if (rank > 0)
		(void)snprintf(text, sizeof text, "%u", rank);
	shown_cell(out, text, RANK_COLUMNS, SHOWN_RIGHT);
}

/* What the PUE rests on: its own, "*" its provider's, "?" a default's. */
static const char *pue_mark(const struct factor *pue)
{
	if (!pue->value.known || strchr(pue->zone, ':'))
		return " ";
	return pue->zone[0] != '\0' ? "*" : "?";
}

static void add_pue(struct strbuf *out, const struct region_row *row)
{
	const struct factor *pue = &row->pue;
	char text[32] = "-";

	if (pue->value.known)
		(void)snprintf(text, sizeof text, "%.2f", pue->value.value);
	strbuf_add(out, " ");
	shown_cell(out, text, NUMBER_COLUMNS - 1, SHOWN_RIGHT);
	strbuf_add(out, pue_mark(pue));
}

static const char *low_text(enum region_agree agree)
{
	static const char *const texts[] = {
		[REGION_UNKNOWN] = "?",
		[REGION_BOTH_LOW] = "both",
		[REGION_AVERAGE_ONLY] = "average",
		[REGION_MARGINAL_ONLY] = "marginal",
		[REGION_NEITHER] = "neither",
	};

	return texts[(size_t)agree < ARRAY_SIZE(texts) ? agree : REGION_UNKNOWN];
}

static enum ink low_ink(enum region_agree agree)
{
	if (agree == REGION_BOTH_LOW)
		return INK_GOOD;
	return agree == REGION_UNKNOWN ? INK_FAINT : INK_NONE;
}

static bool is_wide(const struct report_opts *opts)
{
	return opts->width <= 0 || opts->width >= WIDE_FROM;
}

static void add_where_and_when(struct strbuf *out, const struct region_row *row)
{
	char years[80];

	(void)snprintf(years, sizeof years, "%s %s",
		       row->average.value.known ? row->average.year_or_time : "-",
		       row->marginal.value.known ? row->marginal.year_or_time : "-");
	strbuf_add(out, "  ");
	shown_cell(out, years, 9, SHOWN_LEFT);
	strbuf_add(out, "  ");
	shown_cut(out, row->location, LOCATION_COLUMNS);
}

static void add_name(struct strbuf *out, const struct region_row *row)
{
	shown_cell(out, row->name, REGION_COLUMNS, SHOWN_LEFT);
	strbuf_add(out, row->own ? ">" : " ");
	shown_cell(out, row->place.iso2[0] != '\0' ? row->place.iso2 : "-",
		   COUNTRY_COLUMNS, SHOWN_LEFT);
}

static void add_row(struct strbuf *out, const struct region_row *row, struct unit unit,
		    const struct report_opts *opts)
{
	add_rank(out, row->average_rank);
	strbuf_add(out, " ");
	add_rank(out, row->marginal_rank);
	strbuf_add(out, " ");
	add_name(out, row);
	add_number(out, &row->average.value, 1, NUMBER_COLUMNS - 1);
	add_number(out, &row->marginal.value, 1, NUMBER_COLUMNS - 1);
	add_pue(out, row);
	add_number(out, &row->average_kg, unit.kg, KG_COLUMNS);
	add_number(out, &row->marginal_kg, unit.kg, KG_COLUMNS);
	strbuf_add(out, " ");
	ink_add(out, opts, low_ink(row->agree), low_text(row->agree));
	if (is_wide(opts)) {
		strbuf_printf(out, "%*s", (int)(8 - strlen(low_text(row->agree))), "");
		add_where_and_when(out, row);
	}
	strbuf_add(out, "\n");
}

static void add_head(struct strbuf *out, struct unit unit, const struct report_opts *opts)
{
	char text[300];

	(void)snprintf(text, sizeof text,
		       "%-*s%*s%*s\n%*s %*s %-*s %*s %*s %*s %*s %*s %*s %s%s\n",
		       2 * RANK_COLUMNS + 2, " rank by",
		       REGION_COLUMNS + COUNTRY_COLUMNS + 2 * NUMBER_COLUMNS + 1, "g/kWh",
		       NUMBER_COLUMNS + 2 * KG_COLUMNS + 3, unit.name, RANK_COLUMNS,
		       "avg", RANK_COLUMNS, "marg", REGION_COLUMNS, "region",
		       COUNTRY_COLUMNS, "in", NUMBER_COLUMNS - 1, "avg",
		       NUMBER_COLUMNS - 1, "marg", NUMBER_COLUMNS - 1, "PUE",
		       KG_COLUMNS + 1, "avg", KG_COLUMNS, "marg", "low by",
		       is_wide(opts) ? "    years      where" : "");
	ink_add(out, opts, INK_STRONG, text);
}

static void add_paragraph(struct strbuf *out, const struct report_opts *opts,
			  const struct strbuf *text)
{
	strbuf_add(out, "\n");
	shown_wrap(out, strbuf_part(out, text), 0, shown_columns(opts));
}

static void add_saving(struct strbuf *text, double from, double to)
{
	char percent[48];

	if (!(from > 0) || !isfinite(from) || !isfinite(to)) {
		strbuf_add(text, "not known");
		return;
	}
	number_percent(fabs(1 - to / from), percent, sizeof percent);
	strbuf_printf(text, "%s %s", percent, to > from ? "more" : "less");
}

static double by_kwh(const struct region_row *row, const struct factor *intensity)
{
	if (!row->pue.value.known || !intensity->value.known)
		return NAN;
	return row->pue.value.value * intensity->value.value;
}

/* What the move to the best would do, by both. */
static void add_own(struct strbuf *out, const struct regions_view *view,
		    const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	const struct region_row *own = own_of(view->list);
	const struct region_row *best = best_of(view->list);

	if (!own || !best)
		return;
	if (own == best) {
		strbuf_printf(&text, "%s is the best of them by average.", own->name);
		add_paragraph(out, opts, &text);
		return;
	}
	strbuf_printf(&text, "From %s to %s: ", own->name, best->name);
	add_saving(&text, by_kwh(own, &own->average), by_kwh(best, &best->average));
	strbuf_add(&text, " by average, ");
	add_saving(&text, by_kwh(own, &own->marginal), by_kwh(best, &best->marginal));
	strbuf_add(&text, " by marginal.");
	add_paragraph(out, opts, &text);
}

static const char *strength(double correlation)
{
	if (correlation < 0)
		return "they contradict each other";
	if (correlation < 0.5)
		return "they hardly agree";
	return correlation < 0.8 ? "they agree in part" : "they agree well";
}

/* The regions that are a good choice by either measure. */
static void add_low_by_both(struct strbuf *text, const struct region_list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count && count < NAMES_MAX; i++) {
		const struct region_row *row = &list->rows[i];

		if (row->agree == REGION_BOTH_LOW && !row->apart)
			strbuf_printf(text, "%s%s",
				      count++ > 0 ? ", " : " (first: ", row->name);
	}
	strbuf_add(text, count > 0 ? ")" : "");
}

static void add_agreement(struct strbuf *out, const struct regions_view *view,
			  const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	const struct region_list *list = view->list;

	if (list->has_correlation)
		strbuf_printf(&text,
			      "The two ranks correlate with %.2f over %u regions: %s. ",
			      list->correlation, list->both_ranked,
			      strength(list->correlation));
	else
		strbuf_add(&text, "Too few regions have both figures to say whether the "
				  "two ranks agree. ");
	strbuf_printf(&text, "In the best third by both: %u",
		      list->agree[REGION_BOTH_LOW]);
	add_low_by_both(&text, list);
	strbuf_printf(&text, "; by average alone: %u.", list->agree[REGION_AVERAGE_ONLY]);
	if (list->agree[REGION_UNKNOWN] > 0) {
		strbuf_add(&text, " ");
		phrase_count(&text, list->agree[REGION_UNKNOWN], "region lacks",
			     "regions lack");
		strbuf_add(&text, " a figure: \"-\", and last by that rank.");
	}
	add_paragraph(out, opts, &text);
}

static bool is_marked(const struct regions_view *view, const char *mark)
{
	for (size_t i = 0; i < view->list->count; i++)
		if (regions_view_shows(view, i) &&
		    strcmp(pue_mark(&view->list->rows[i].pue), mark) == 0)
			return true;
	return false;
}

/* What a country generates beside what a zone consumes. */
static bool mixes_bases(const struct regions_view *view)
{
	const char *first = NULL;

	for (size_t i = 0; i < view->list->count; i++) {
		const struct factor *average = &view->list->rows[i].average;

		if (!average->value.known)
			continue;
		first = first ? first : average->basis;
		if (strcmp(first, average->basis) != 0)
			return true;
	}
	return false;
}

static void add_meaning(struct strbuf *out, const struct regions_view *view,
			const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	strbuf_add(&text,
		   "avg: all that the grid makes or uses, shared by all; for statements. "
		   "marg: what the plants emit that answer when load moves there; for "
		   "the choice. PUE is in the masses");
	if (is_marked(view, "*"))
		strbuf_add(&text, "; *: its provider's mean");
	if (is_marked(view, "?"))
		strbuf_add(&text, "; ?: a default, nothing is known of the building");
	strbuf_add(&text, ". Yearly means: hours differ.");
	if (mixes_bases(view))
		strbuf_add(&text, " Some of avg count what a country generates, others "
				  "what a zone consumes (--json: basis): by one kind "
				  "alone a rank may be dozens off.");
	strbuf_add(&text, " Moving data costs energy too.");
	add_paragraph(out, opts, &text);
}

/* "2023 to 2025". */
struct years {
	char least[32];
	char most[32];
};

static void hold_year(struct years *years, const struct factor *factor)
{
	const char *year = factor->year_or_time;

	if (!factor->value.known || year[0] == '\0')
		return;
	if (years->least[0] == '\0' || strcmp(year, years->least) < 0)
		(void)snprintf(years->least, sizeof years->least, "%s", year);
	if (strcmp(year, years->most) > 0)
		(void)snprintf(years->most, sizeof years->most, "%s", year);
}

static void add_years(struct strbuf *text, const struct years *years)
{
	if (strcmp(years->least, years->most) == 0)
		strbuf_printf(text, " (%s)", years->most);
	else
		strbuf_printf(text, " (%s to %s)", years->least, years->most);
}

/* A source's name without its year and zone: "Ember (ember-energy.org) 2024, Sweden". */
static void name_source(const struct factor *factor, char *buf, size_t size)
{
	const char *end;

	(void)snprintf(buf, size, "%s", factor->value.source);
	end = factor->year_or_time[0] != '\0' ? strstr(buf, factor->year_or_time) : NULL;
	if (end && end > buf)
		buf[end - buf] = '\0';
	for (size_t len = strlen(buf); len > 0 && strchr(" ,", buf[len - 1]); len--)
		buf[len - 1] = '\0';
}

static const struct factor *factor_in(const struct region_row *row, bool marginal)
{
	return marginal ? &row->marginal : &row->average;
}

static void add_sources_of(struct strbuf *text, const struct regions_view *view,
			   bool marginal)
{
	char seen[SOURCES_MAX][QUANTITY_SOURCE_MAX];
	struct years years = { "", "" };
	size_t count = 0;

	for (size_t i = 0; i < view->list->count; i++) {
		const struct factor *factor = factor_in(&view->list->rows[i], marginal);
		char name[QUANTITY_SOURCE_MAX];
		size_t k = 0;

		if (!regions_view_shows(view, i) || !factor->value.known)
			continue;
		hold_year(&years, factor);
		name_source(factor, name, sizeof name);
		while (k < count && strcmp(seen[k], name) != 0)
			k++;
		if (k == count && count < SOURCES_MAX) {
			strbuf_printf(text, "%s%s", count > 0 ? "; " : "", name);
			memcpy(seen[count++], name, sizeof name);
		}
	}
	if (count == 0)
		strbuf_add(text, "none");
	else
		add_years(text, &years);
}

static void add_sources(struct strbuf *out, const struct regions_view *view,
			const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	strbuf_add(&text, "Sources. avg: ");
	add_sources_of(&text, view, false);
	strbuf_add(&text, ". marg: ");
	add_sources_of(&text, view, true);
	strbuf_add(&text, ".");
	add_paragraph(out, opts, &text);
}

static void add_title(struct strbuf *out, const struct regions_view *view,
		      const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	const struct region_list *list = view->list;
	char energy[NUMBER_TEXT_MAX];
	size_t shown = 0;
	size_t regions = 0;

	for (size_t i = 0; i < list->count; i++) {
		shown += regions_view_shows(view, i) && !list->rows[i].apart;
		regions += !list->rows[i].apart;
	}
	number_quantity(&list->energy_kwh, NUMBER_KWH, energy, sizeof energy);
	strbuf_printf(&text, "%s%s%s at the machine's components, in %zu of %zu regions",
		      view->of, view->of[0] != '\0' ? ": " : "",
		      list->energy_kwh.known ? energy : "energy not known", shown,
		      regions);
	shown_wrap(out, strbuf_part(out, &text), 0, shown_columns(opts));
	strbuf_add(out, "\n");
}

void regions_text(const struct regions_view *view, const struct report_opts *opts,
		  struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	struct unit unit = unit_of(view);

	(void)locale;
	add_title(out, view, opts);
	add_head(out, unit, opts);
	for (size_t i = 0; i < view->list->count; i++)
		if (regions_view_shows(view, i))
			add_row(out, &view->list->rows[i], unit, opts);
	add_own(out, view, opts);
	add_agreement(out, view, opts);
	add_meaning(out, view, opts);
	add_sources(out, view, opts);
}
