/* SPDX-License-Identifier: Apache-2.0 */
#include "statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "report/statement.h"

static struct quantity known(double value, double low, double high, enum kind kind,
			     const char *source)
{
	struct quantity q = { true, value, low, high, kind, "" };

	(void)copy_text(q.source, sizeof q.source, source);
	return q;
}

static struct quantity unknown(const char *why)
{
	struct quantity q = { .known = false };

	(void)copy_text(q.source, sizeof q.source, why);
	return q;
}

static struct quantity scaled(const struct quantity *q, double by)
{
	struct quantity to = *q;

	to.value *= by;
	to.low *= by;
	to.high *= by;
	return to;
}

static void set(char *buf, const char *text)
{
	(void)strcpy(buf, text);
}

/* --- costs, the tables' figures ----------------------------------------------------------- */

static struct factor scc(const char *country, double low, double value, double high)
{
	struct factor f = { .value = known(value, low, high, KIND_MODELLED,
					   "Ricke et al. 2018") };

	set(f.country, country);
	set(f.basis, "social cost to the country, 16.7 to 83.3 %");
	set(f.year_or_time, "2018");
	if (value < 0)
		set(f.why,
		    "below 0: what this country itself would lose or gain, not the "
		    "damage done to all");
	return f;
}

static struct factor scc_of(const char *country)
{
	struct factor world;

	if (strcmp(country, "DEU") == 0)
		return scc("DEU", -8.45868, -5.04688, -1.6103);
	if (strcmp(country, "CAN") == 0)
		return scc("CAN", -11.0119, -8.21768, -5.4529);
	if (strcmp(country, "USA") == 0)
		return scc("USA", 0.563405, 47.8216, 118.302);
	world = scc("WLD", 176.911, 417.506, 805.54);
	set(world.why, "the country is not known: the world's");
	return world;
}

static struct cost cost_of(const struct quantity *kg, const struct factor *per_t,
			   int year)
{
	struct cost cost = { .usd_per_t = *per_t, .dollars_of = year };

	if (!kg->known)
		return cost;
	cost.usd = per_t->value;
	cost.usd.value *= kg->value / 1000;
	cost.usd.low *= kg->value / 1000;
	cost.usd.high *= kg->value / 1000;
	return cost;
}

static void fill_costs(const struct quantity *kg, const char *country,
		       struct cost *ret_country, struct cost *ret_global)
{
	struct factor per_t = scc_of(country);
	struct factor epa = { .value = known(215, 133, 365, KIND_MODELLED, "US EPA 2023"),
			      .zone = "WORLD",
			      .year_or_time = "2026",
			      .resolution = "year" };

	set(epa.basis, "social cost to all, discount 2.0 %, 2.5 to 1.5 %");
	*ret_country = cost_of(kg, &per_t, 2005);
	*ret_global = cost_of(kg, &epa, 2020);
}

/* --- runs --------------------------------------------------------------------------------- */

static void weigh(struct run_view *view)
{
	view->facility_kwh = scaled(&view->attributed_j, 1 / 3.6e6);
	view->facility_kwh.kind = KIND_ASSUMED;
	view->facility_kwh.value *= view->pue.value.value;
	view->facility_kwh.low *= view->pue.value.low;
	view->facility_kwh.high *= view->pue.value.high;
	view->carbon_kg = scaled(&view->facility_kwh, view->intensity.value.value / 1000);
	view->carbon_kg.known = view->facility_kwh.known && view->intensity.value.known;
	view->water_l = scaled(&view->facility_kwh, 1.8);
	set(view->water_l.source, "World Resources Institute");
	fill_costs(&view->carbon_kg, view->place.country, &view->cost_country,
		   &view->cost_global);
}

static void put_in(struct run_view *view, const char *zone, const char *country,
		   const char *how)
{
	set(view->place.text, zone);
	set(view->place.zone, zone);
	set(view->place.country, country);
	set(view->place.how, how);
	set(view->intensity.country, country);
	set(view->intensity.zone, zone);
}

static void in_germany(struct run_view *view)
{
	put_in(view, "DE", "DEU", "option");
	view->intensity.value = known(381, 343, 419, KIND_DERIVED,
				      "electricitymaps, zone DE; the rest Ember "
				      "(ember-energy.org) 2024");
	set(view->intensity.basis, "average, lifecycle, consumption");
	set(view->intensity.year_or_time, "2026-11-23");
	set(view->intensity.resolution, "hour");
	view->in_time = (struct in_time){ .covered_ratio = 0.963,
					  .estimated_ratio = 0.12,
					  .forecast_ratio = 0.02,
					  .fetched_unix_s = 1795426000 };
}

static void hours(struct run_view *view, double by)
{
	view->record.info.duration_ns =
		(int64_t)((double)view->record.info.duration_ns * by);
	view->attributed_j = scaled(&view->attributed_j, 100 * by);
	view->machine_j = scaled(&view->machine_j, 100 * by);
}

static void make_hourly(struct statement *s)
{
	struct run_view *view = &s->views[0];

	view_measured(view);
	hours(view, 40);
	in_germany(view);
	view->marginal.value = known(702, 550, 850, KIND_MODELLED, "watttime, zone DE");
	set(view->marginal.basis, "marginal, direct, generation");
	weigh(view);
	view->carbon_marginal_kg = scaled(&view->facility_kwh, 0.702);
}

static void make_experiment(struct statement *s)
{
	struct run_view *v = s->views;

	make_hourly(s);
	view_measured(&v[1]);
	hours(&v[1], 60);
	in_germany(&v[1]);
	view_in_part(&v[2]);
	hours(&v[2], 1);
	put_in(&v[2], "FR", "FRA", "cloud");
	set(v[2].place.text, "gcp:europe-west9");
	v[2].pue.value = known(1.1, 1.05, 1.2, KIND_ASSUMED, "Google 2024");
	v[2].intensity.value =
		known(44, 30, 60, KIND_ASSUMED, "Ember (ember-energy.org) 2024");
	v[2].intensity.year_or_time[0] = '\0';
	set(v[2].intensity.year_or_time, "2024");
	set(v[2].intensity.why, "2026 is not in the table yet: 2024");
	set(v[2].record.info.id, "20261125T101500-51bc20");
	set(v[1].record.info.id, "20261124T090000-03c9aa");
	v[1].record.info.started_unix_ns += 24 * 3600 * NS_PER_S;
	v[2].record.info.started_unix_ns += 49 * 3600 * NS_PER_S;
	weigh(&v[1]);
	weigh(&v[2]);
	set(s->facts.model, "BERT base");
	set(s->facts.training_type, "fine-tuning");
	set(s->facts.task, "text classification");
	set(s->facts.unit, "epoch");
	s->facts.units = 30;
	s->facts.flop = 3.2e18;
	s->facts.embodied_kg = 1500;
	s->facts.lifespan_years = 4;
	s->embodied_kg = known(0.1143, 0.08, 0.16, KIND_MODELLED, "given");
	s->machines = 2;
}

static void make_modelled(struct statement *s)
{
	view_modelled(&s->views[0]);
	set(s->views[0].place.note, "where the run was is not known");
	weigh(&s->views[0]);
}

static void make_unknown(struct statement *s)
{
	view_unknown(&s->views[0]);
	put_in(&s->views[0], "XX", "", "option");
	weigh(&s->views[0]);
	s->views[0].facility_kwh = unknown("");
	s->views[0].carbon_kg = unknown("");
	s->views[0].water_l = unknown("");
}

static void make_partly(struct statement *s)
{
	make_hourly(s);
	view_unknown(&s->views[1]);
	in_germany(&s->views[1]);
	set(s->views[1].record.info.id, "20261124T090000-03c9aa");
}

static void make_no_carbon(struct statement *s)
{
	view_measured(&s->views[0]);
	put_in(&s->views[0], "XX", "", "option");
	s->views[0].intensity.value = unknown("the table in force has no zone XX");
	weigh(&s->views[0]);
	s->views[0].carbon_kg = unknown("");
	s->views[0].water_l = unknown("");
}

static void make_given(struct statement *s)
{
	s->given = true;
	set(s->of, "figures given by hand");
	set(s->country, "USA");
	s->total.facility_kwh =
		known(24.343772, 24.343772, 24.343772, KIND_ASSUMED, "given");
	s->total.carbon_kg = known(8.020598, 8.020598, 8.020598, KIND_ASSUMED, "given");
	s->water_l = known(43.8, 30, 60, KIND_ASSUMED, "World Resources Institute");
}

static const char hostile[] = "a,\"b\" \\c{d}$e&f#g_h%i~j^k<l>m|n*o`p[q](r)\n"
			      "s\x1b[31mt\xe2\x80\xaeu\xfev http://w.x @y 'z' \xc3\xa9";

static void make_hostile(struct statement *s)
{
	struct run_info *info;

	make_hourly(s);
	info = &s->views[0].record.info;
	(void)copy_text(info->name, sizeof info->name, hostile);
	set(info->experiment, "=HYPERLINK(\"http://x\")");
	set(info->project, "@SUM(1+1)|cmd");
	free(s->views[0].record.hardware_json);
	s->views[0].record.hardware_json = strdup(
		"{\"cpu\": {\"name\": \"<b>CPU_1</b> 100% {x}\", \"threads\": 4}}");
	assert_non_null(s->views[0].record.hardware_json);
	set(s->views[0].pue.value.source, "my_room & 50% <guess>");
	set(s->facts.model, "=model: {#1} \"x\"");
	set(s->facts.task, "- [task]\n: |");
	set(s->facts.training_type, "'pre' \\ & training");
}

static void make_negative(struct statement *s)
{
	view_measured(&s->views[0]);
	hours(&s->views[0], 4000);
	put_in(&s->views[0], "CA-QC", "CAN", "ip");
	set(s->views[0].place.from, "ipinfo.io");
	s->views[0].intensity.value =
		known(31, 20, 45, KIND_ASSUMED, "Electricity Maps (electricitymaps.com)");
	set(s->views[0].intensity.year_or_time, "2025");
	weigh(&s->views[0]);
}

/* --- what the engine does, for made-up runs ------------------------------------------------ */

static void add(struct quantity *sum, const struct quantity *part, size_t *left_out)
{
	if (!part->known) {
		(*left_out)++;
		return;
	}
	if (!sum->known) {
		*sum = *part;
		return;
	}
	sum->value += part->value;
	sum->low += part->low;
	sum->high += part->high;
	sum->kind = kind_worse(sum->kind, part->kind);
	sum->source[0] = '\0';
}

static void add_run(struct total *total, const struct run_view *view)
{
	size_t ignored = 0;

	total->runs++;
	add(&total->attributed_j, &view->attributed_j, &total->unknown_energy);
	add(&total->facility_kwh, &view->facility_kwh, &ignored);
	add(&total->carbon_kg, &view->carbon_kg, &total->unknown_carbon);
}

static void count(struct statement *s, const struct run_view *view)
{
	const struct run_info *info = &view->record.info;
	int64_t end = info->started_unix_ns + info->duration_ns;

	s->finished += info->state == RUN_FINISHED;
	s->failed += info->state == RUN_FAILED;
	s->interrupted += info->state == RUN_INTERRUPTED;
	s->duration_ns += info->duration_ns;
	if (s->from_unix_ns == 0 || info->started_unix_ns < s->from_unix_ns)
		s->from_unix_ns = info->started_unix_ns;
	if (end > s->to_unix_ns)
		s->to_unix_ns = end;
	add_run(&s->total, view);
	if (info->state == RUN_FAILED || info->state == RUN_INTERRUPTED)
		add_run(&s->lost, view);
}

static void finish_runs(struct statement *s)
{
	const struct run_view *first = &s->views[0];

	for (size_t i = 0; i < s->count; i++) {
		count(s, &s->views[i]);
		if (i == 0 || strcmp(s->country, s->views[i].place.country) == 0)
			set(s->country, s->views[i].place.country);
		else
			s->country[0] = '\0';
	}
	if (s->machines == 0)
		s->machines = 1;
	if (s->count == 1) {
		s->total.carbon_kg = first->carbon_kg;
		s->total.facility_kwh = first->facility_kwh;
		s->total.attributed_j = first->attributed_j;
		s->marginal_kg = first->carbon_marginal_kg;
		s->water_l = first->water_l;
		(void)snprintf(s->of, sizeof s->of, "the run %s",
			       first->record.info.name);
		set(s->title, first->record.info.name);
	} else {
		(void)snprintf(s->of, sizeof s->of, "the experiment %s", "lr-sweep");
		set(s->title, "lr-sweep");
	}
}

static const struct {
	const char *name;
	size_t runs;
	void (*make)(struct statement *s);
} cases[] = {
	{ "hourly", 1, make_hourly },     { "experiment", 3, make_experiment },
	{ "modelled", 1, make_modelled }, { "unknown", 1, make_unknown },
	{ "partly", 2, make_partly },     { "no-carbon", 1, make_no_carbon },
	{ "given", 0, make_given },       { "hostile", 1, make_hostile },
	{ "negative", 1, make_negative },
};

static void name_country(struct statement *s)
{
	static const char *const names[][2] = { { "DEU", "Germany" },
						{ "CAN", "Canada" },
						{ "USA", "United States" } };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(s->country, names[i][0]) == 0)
			set(s->country_name, names[i][1]);
}

/* What holds for all; the costs of runs are those of the sum. */
static void finish(struct statement *s)
{
	if (s->facts.lifespan_years <= 0)
		s->facts.lifespan_years = 4;
	set(s->version, "0.1.0");
	set(s->method, "gramme-1");
	set(s->data_version, "2026-11");
}

void statement_case(const char *name, struct statement *ret)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(cases) && strcmp(cases[i].name, name) != 0)
		i++;
	assert_true(i < ARRAY_SIZE(cases));
	memset(ret, 0, sizeof *ret);
	ret->views = calloc(cases[i].runs + 1, sizeof *ret->views);
	assert_non_null(ret->views);
	ret->count = cases[i].runs;
	cases[i].make(ret);
	if (ret->count > 0)
		finish_runs(ret);
	fill_costs(&ret->total.carbon_kg, ret->country, &ret->cost_country,
		   &ret->cost_global);
	name_country(ret);
	finish(ret);
}

void statement_of_view(struct run_view *view, struct statement *ret)
{
	memset(ret, 0, sizeof *ret);
	ret->views = view;
	ret->count = 1;
	finish_runs(ret);
	ret->cost_country = view->cost_country;
	ret->cost_global = view->cost_global;
	finish(ret);
}

static char *write_form(const char *form, const struct statement *statement,
			struct report_opts opts)
{
	const struct statement_form *row = statement_find(form);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	char *text = NULL;

	assert_non_null(row);
	row->write(statement, &opts, &out);
	assert_int_equal(strbuf_steal(&out, &text), 0);
	return text;
}

char *statement_write(const char *form, const struct statement *statement, int width)
{
	return write_form(form, statement, (struct report_opts){ .width = width });
}

char *statement_write_long(const char *form, const struct statement *statement)
{
	return write_form(form, statement,
			  (struct report_opts){ .width = 80, .wordy = true });
}

char *statement_written(const char *form, const char *name)
{
	CLEANUP(statement_done) struct statement s;

	statement_case(name, &s);
	return statement_write(form, &s, 80);
}

char *statement_written_long(const char *form, const char *name)
{
	CLEANUP(statement_done) struct statement s;

	statement_case(name, &s);
	return statement_write_long(form, &s);
}

void assert_statement(const char *form, const char *name, const char *ext)
{
	AUTO_FREE char *text = statement_written(form, name);
	char path[128];

	(void)snprintf(path, sizeof path, "statement-%s-%s.%s", form, name, ext);
	assert_golden(path, text);
}

static void assert_long_statement(const char *form, const char *name, const char *ext)
{
	AUTO_FREE char *text = statement_written_long(form, name);
	char path[128];

	(void)snprintf(path, sizeof path, "statement-%s-long-%s.%s", form, name, ext);
	assert_golden(path, text);
}

static void each_name(void (*check)(const char *form, const char *name, const char *ext),
		      const char *form, const char *ext, const char *names)
{
	char name[32];
	int used;

	for (; sscanf(names, "%31s%n", name, &used) == 1; names += used)
		check(form, name, ext);
}

void assert_statements(const char *form, const char *ext, const char *names)
{
	each_name(assert_statement, form, ext, names);
}

void assert_long_statements(const char *form, const char *ext, const char *names)
{
	each_name(assert_long_statement, form, ext, names);
}
