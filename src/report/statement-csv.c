/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row a run and a last row "total", after RFC 4180: lines end in CR LF, a field with a
 * comma, a quote or a line end stands in quotes. A number that is not known is an empty
 * field. `*_low` and `*_high` are a 95 % interval.
 *
 * A spreadsheet runs what begins with = + - or @ as a formula: a text from outside that does,
 * or begins with a tab or a line end, gets an apostrophe in front, which spreadsheets take for
 * "this is text". Numbers are ours and do not.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time-text.h"
#include "report/json-value.h"
#include "report/shown.h"
#include "report/statement-words.h"

#define REAL_DIGITS 9

static const char header[] =
	"row,id,name,experiment,project,state,started_utc,duration_s,"
	"attributed_j,attributed_j_low,attributed_j_high,energy_kind,"
	"facility_kwh,facility_kwh_low,facility_kwh_high,"
	"carbon_kg,carbon_kg_low,carbon_kg_high,marginal_kg,"
	"pue,intensity_gpkwh,zone,country,intensity_source,in_time_ratio,coverage_ratio,"
	"cost_country_usd,cost_country_dollars_of,cost_global_usd,cost_global_dollars_of,"
	"water_l,unknown_energy,unknown_carbon\r\n";

/* One record under way. */
struct record {
	struct strbuf *out;
	bool begun;
};

static void field(struct record *record, const char *text)
{
	strbuf_add(record->out, record->begun ? "," : "");
	strbuf_add(record->out, text);
	record->begun = true;
}

static void end(struct record *record)
{
	strbuf_add(record->out, "\r\n");
	record->begun = false;
}

static void add_quoted(struct strbuf *out, const char *text)
{
	strbuf_add(out, "\"");
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"')
			strbuf_add(out, "\"");
		strbuf_add_bytes(out, p, 1);
	}
	strbuf_add(out, "\"");
}

/* From outside. What cannot be seen is shown as in a terminal: one line a record. */
static void text_field(struct record *record, const char *text)
{
	CLEANUP(strbuf_done) struct strbuf safe = STRBUF_INIT;

	if (text[0] != '\0' && strchr("=+-@\t\r\n", text[0]))
		strbuf_add(&safe, "'");
	shown_add(&safe, text);
	field(record, "");
	text = strbuf_part(record->out, &safe);
	if (strpbrk(text, ",\"\r\n'; "))
		add_quoted(record->out, text);
	else
		strbuf_add(record->out, text);
}

static void number_field(struct record *record, double value)
{
	char text[48] = "";

	if (isfinite(value))
		(void)snprintf(text, sizeof text, "%.*g", REAL_DIGITS, value);
	field(record, text);
}

static void count_field(struct record *record, size_t count)
{
	number_field(record, (double)count);
}

static void quantity_fields(struct record *record, const struct quantity *quantity)
{
	number_field(record, quantity_or_nan(quantity));
	number_field(record, quantity->known ? quantity->low : NAN);
	number_field(record, quantity->known ? quantity->high : NAN);
}

static void sums(struct record *record, const struct quantity *attributed_j,
		 const struct quantity *facility_kwh, const struct quantity *carbon_kg,
		 const struct quantity *marginal_kg)
{
	quantity_fields(record, attributed_j);
	field(record, attributed_j->known ? kind_text(attributed_j->kind) : "");
	quantity_fields(record, facility_kwh);
	quantity_fields(record, carbon_kg);
	number_field(record, quantity_or_nan(marginal_kg));
}

static void cost_fields(struct record *record, const struct cost *country,
			const struct cost *global)
{
	const struct cost *const costs[] = { country, global };

	for (size_t i = 0; i < ARRAY_SIZE(costs); i++) {
		bool known = costs[i]->usd.known;

		number_field(record, quantity_or_nan(&costs[i]->usd));
		number_field(record, known && costs[i]->dollars_of > 0
					     ? (double)costs[i]->dollars_of
					     : NAN);
	}
}

static void time_field(struct record *record, int64_t unix_ns)
{
	char text[TIME_TEXT_MAX];

	time_text(unix_ns, text, sizeof text);
	field(record, text);
}

static void add_run(struct record *record, const struct run_view *view)
{
	const struct run_info *info = &view->record.info;

	field(record, "run");
	text_field(record, info->id);
	text_field(record, info->name);
	text_field(record, info->experiment);
	text_field(record, info->project);
	field(record, run_state_text(info->state));
	time_field(record, info->started_unix_ns);
	number_field(record, (double)info->duration_ns / (double)NS_PER_S);
	sums(record, &view->attributed_j, &view->facility_kwh, &view->carbon_kg,
	     &view->carbon_marginal_kg);
	number_field(record, quantity_or_nan(&view->pue.value));
	number_field(record, quantity_or_nan(&view->intensity.value));
	text_field(record, view->intensity.zone);
	text_field(record, view->place.country);
	text_field(record,
		   view->intensity.value.known ? view->intensity.value.source : "");
	number_field(record,
		     view->intensity.value.known ? view->in_time.covered_ratio : NAN);
	number_field(record, view->coverage_ratio < 0 ? NAN : view->coverage_ratio);
	cost_fields(record, &view->cost_country, &view->cost_global);
	number_field(record, quantity_or_nan(&view->water_l));
	count_field(record, !view->attributed_j.known);
	count_field(record, !view->carbon_kg.known);
	end(record);
}

static void add_total(struct record *record, const struct statement *s)
{
	struct quantity intensity = statement_intensity(s);
	double coverage = statement_coverage(s);

	field(record, "total");
	field(record, "");
	text_field(record, s->of);
	field(record, "");
	field(record, "");
	field(record, "");
	if (s->count > 0)
		time_field(record, s->from_unix_ns);
	else
		field(record, "");
	number_field(record,
		     s->count > 0 ? (double)s->duration_ns / (double)NS_PER_S : NAN);
	sums(record, &s->total.attributed_j, &s->total.facility_kwh, &s->total.carbon_kg,
	     &s->marginal_kg);
	field(record, "");
	number_field(record, quantity_or_nan(&intensity));
	field(record, "");
	text_field(record, s->country);
	field(record, "");
	field(record, "");
	number_field(record, coverage < 0 ? NAN : coverage);
	cost_fields(record, &s->cost_country, &s->cost_global);
	number_field(record, quantity_or_nan(&s->water_l));
	count_field(record, s->total.unknown_energy);
	count_field(record, s->total.unknown_carbon);
	end(record);
}

static void write_csv(const struct statement *s, const struct report_opts *opts,
		      struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	struct record record = { out, false };

	(void)locale;
	(void)opts;
	strbuf_add(out, header);
	for (size_t i = 0; i < s->count; i++)
		add_run(&record, &s->views[i]);
	add_total(&record, s);
}

const struct statement_form statement_csv = { .name = "csv", .write = write_csv };
