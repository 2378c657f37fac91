/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_statement(): the runs it is of, read, added up, and given to a form. */
#include "engine/statement.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/carbon.h"
#include "calc/cost.h"
#include "engine/select.h"
#include "place/factor.h"
#include "report/statement.h"

#define LIFESPAN_YEARS 4

/* --- what the caller told ----------------------------------------------------------------- */

static void take_text(char *buf, size_t size, const char *text)
{
	(void)copy_text(buf, size, text ? text : "");
}

static int check_number(struct gramme *gramme, double value, const char *what)
{
	if (isfinite(value) && value >= 0)
		return 0;
	return diag_say(&gramme->diag, -EINVAL, "%s is not a number of 0 or more", what);
}

static int take_facts(struct gramme *gramme, const struct gramme_statement_opts *opts,
		      struct statement_facts *facts)
{
	const struct {
		double value;
		const char *what;
	} numbers[] = {
		{ opts->energy_kwh, "the energy" },
		{ opts->carbon_kg, "the carbon" },
		{ opts->units, "the number of units" },
		{ opts->flop, "the FLOP" },
		{ opts->embodied_kg, "the embodied" },
		{ opts->lifespan_years, "the lifespan" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		int r = check_number(gramme, numbers[i].value, numbers[i].what);

		if (r < 0)
			return r;
	}
	take_text(facts->model, sizeof facts->model, opts->model);
	take_text(facts->training_type, sizeof facts->training_type, opts->training_type);
	take_text(facts->task, sizeof facts->task, opts->task);
	take_text(facts->unit, sizeof facts->unit, opts->unit);
	facts->units = opts->units;
	facts->flop = opts->flop;
	facts->embodied_kg = opts->embodied_kg;
	facts->lifespan_years =
		opts->lifespan_years > 0 ? opts->lifespan_years : LIFESPAN_YEARS;
	return 0;
}

/* --- figures given by hand ---------------------------------------------------------------- */

static struct quantity exactly(double value, const char *source)
{
	struct quantity q = { .known = true,
			      .value = value,
			      .low = value,
			      .high = value,
			      .kind = KIND_ASSUMED };

	(void)copy_text(q.source, sizeof q.source, source);
	return q;
}

static void name_country(struct tables *tables, struct statement *s)
{
	const struct table *table = tables_get(tables, "country");
	size_t row;

	if (!table || s->country[0] == '\0')
		return;
	row = table_find(table, table_column(table, "iso3"), s->country, 0);
	if (row < table_rows(table))
		take_text(s->country_name, sizeof s->country_name,
			  table_text(table, row, table_column(table, "name")));
}

void statement_cost(struct tables *tables, const struct place *place, int64_t at_unix_ns,
		    struct statement *s)
{
	name_country(tables, s);
	factor_scc_country(tables, place, &s->cost_country.usd_per_t);
	factor_scc_global(tables, at_unix_ns, &s->cost_global.usd_per_t);
	s->cost_country.usd =
		cost_usd(&s->total.carbon_kg, &s->cost_country.usd_per_t.value);
	s->cost_global.usd =
		cost_usd(&s->total.carbon_kg, &s->cost_global.usd_per_t.value);
	s->cost_country.dollars_of = factor_dollars_of(tables, "scc_country");
	s->cost_global.dollars_of = factor_dollars_of(tables, "scc_global");
}

static int fill_given(struct gramme *gramme, struct tables *tables,
		      const struct gramme_statement_opts *opts, struct statement *s)
{
	int64_t now_ns = host_clock_ns(&gramme->here, HOST_REALTIME);
	struct factor average;
	struct factor water;
	struct place place;
	int r = 0;

	place_world(&place);
	if (opts->country && *opts->country)
		r = place_of_text(tables, opts->country, &gramme->diag, &place);
	if (r < 0)
		return r;
	s->given = true;
	take_text(s->of, sizeof s->of, "figures given by hand");
	(void)copy_text(s->country, sizeof s->country, place.country);
	s->total.facility_kwh = exactly(opts->energy_kwh, "given");
	s->total.carbon_kg = exactly(opts->carbon_kg, "given");
	if (opts->carbon_kg <= 0) {
		factor_average(tables, &place, now_ns, 0, &average);
		s->total.carbon_kg = carbon_kg(&s->total.facility_kwh, &average.value);
		(void)copy_text(s->total.carbon_kg.source,
				sizeof s->total.carbon_kg.source, average.value.source);
	}
	factor_water(tables, &place, &water);
	s->water_l = carbon_product(&s->total.facility_kwh, &water.value, 1);
	statement_cost(tables, &place, now_ns, s);
	return 0;
}

/* --- runs --------------------------------------------------------------------------------- */

static int read_views(struct gramme *gramme, const struct gramme_statement_opts *opts,
		      struct tables *tables, struct statement *s)
{
	CLEANUP(select_close) struct store *store = NULL;
	CLEANUP(selection_done) struct selection runs = { NULL, 0 };
	struct view_door door = { .tables = tables };
	int r = select_open(gramme, &store);

	if (r == 0)
		r = select_runs(gramme, store, opts->runs, opts->filter, &runs);
	if (r < 0)
		return r;
	door.store = store;
	s->views = calloc(runs.count + 1, sizeof *s->views);
	if (!s->views)
		return diag_fail(&gramme->diag, -ENOMEM, "cannot read %zu runs",
				 runs.count);
	for (size_t i = 0; i < runs.count; i++) {
		r = view_make(&door, runs.keys[i], &gramme->diag, &s->views[i]);
		if (r < 0)
			return r;
		s->count++;
	}
	return 0;
}

/* TiR times RR / ToR, over the runs: what a run was given of the processors, all where nothing
 * gave it less. */
static int64_t reserved_ns(const struct statement *s)
{
	int64_t sum_ns = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct run_info *info = &s->views[i].record.info;
		uint32_t permille = info->reserve.cpu_permille;

		if (!statement_adds(s, i))
			continue;
		if (permille == 0 || permille > 1000)
			permille = 1000;
		sum_ns += info->duration_ns / 1000 * permille;
	}
	return sum_ns;
}

static void fill_embodied(struct statement *s)
{
	struct embodied embodied = {
		.making_kg = exactly(s->facts.embodied_kg, "given"),
		.lifespan_years = s->facts.lifespan_years,
		.reserved_ns = reserved_ns(s),
		.share_ratio = 1,
	};

	if (s->facts.embodied_kg > 0)
		s->embodied_kg = embodied_kg(&embodied);
}

static void name_statement(const struct gramme_statement_opts *opts, struct statement *s)
{
	const struct gramme_filter *filter = opts->filter;
	const struct run_info *first = &s->views[0].record.info;

	if (s->count == 1)
		(void)snprintf(s->of, sizeof s->of, "the run %s", first->name);
	else if (filter && filter->experiment)
		(void)snprintf(s->of, sizeof s->of, "the experiment %s",
			       filter->experiment);
	else if (filter && filter->project)
		(void)snprintf(s->of, sizeof s->of, "the project %s", filter->project);
	else
		(void)snprintf(s->of, sizeof s->of, "%zu runs", s->count);
	(void)copy_text(s->title, sizeof s->title,
			s->count == 1                  ? first->name
			: filter && filter->experiment ? filter->experiment
			: filter && filter->project    ? filter->project
						       : s->of);
}

void statement_sign(const struct gramme *gramme, struct tables *tables,
		    struct statement *s)
{
	s->written_unix_ns = host_clock_ns(&gramme->here, HOST_REALTIME);
	(void)copy_text(s->version, sizeof s->version, GRAMME_VERSION);
	(void)copy_text(s->method, sizeof s->method, METHOD_VERSION);
	(void)copy_text(s->data_version, sizeof s->data_version, tables_version(tables));
}

static int fill_runs(struct gramme *gramme, struct tables *tables,
		     const struct gramme_statement_opts *opts, struct statement *s)
{
	int r = read_views(gramme, opts, tables, s);

	if (r == 0)
		r = statement_add_up(tables, &gramme->diag, s);
	if (r < 0)
		return r;
	fill_embodied(s);
	name_statement(opts, s);
	return 0;
}

/* --- the call ----------------------------------------------------------------------------- */

static int write_form(struct gramme *gramme, const struct statement_form *form,
		      const struct gramme_statement_opts *opts, uint32_t flags,
		      char **ret)
{
	CLEANUP(statement_done) struct statement s;
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct report_opts how = { .colour = flags & GRAMME_TEXT_COLOUR,
				   .wordy = flags & GRAMME_STATEMENT_LONG,
				   .width = 80 };
	struct tables *tables = context_tables(gramme);
	int r;

	memset(&s, 0, sizeof s);
	if (!tables)
		return diag_fail(&gramme->diag, -ENOMEM, "cannot write a statement");
	r = take_facts(gramme, opts, &s.facts);
	if (r == 0)
		r = opts->energy_kwh > 0 ? fill_given(gramme, tables, opts, &s)
					 : fill_runs(gramme, tables, opts, &s);
	if (r < 0)
		return r;
	statement_sign(gramme, tables, &s);
	form->write(&s, &how, &out);
	return strbuf_steal(&out, ret);
}

int gramme_statement(struct gramme *gramme, const struct gramme_statement_opts *given,
		     const char *form, uint32_t flags, char **ret)
{
	struct gramme_statement_opts opts;
	const struct statement_form *wanted;
	int r = context_check(gramme);

	if (r < 0)
		return r;
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	wanted = form ? statement_find(form) : NULL;
	if (!wanted || !ret) {
		(void)diag_say(&gramme->diag, -EINVAL, "there is no form '%.40s'",
			       form ? form : "");
		diag_fix(&gramme->diag, "gramme statement --help");
		return -EINVAL;
	}
	return write_form(gramme, wanted, &opts, flags, ret);
}

const char *gramme_statement_form(size_t i, const char **ret_about)
{
	if (i >= statement_row_count)
		return NULL;
	if (ret_about)
		*ret_about = statement_rows[i].about;
	return statement_rows[i].form->name;
}
