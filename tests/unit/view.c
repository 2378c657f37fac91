/* SPDX-License-Identifier: Apache-2.0 */
#include "view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/strbuf.h"

#define STARTED_UNIX_NS INT64_C(1795423077123000000) /* 2026-11-23T08:37:57.123Z */

static struct quantity known(double value, double low, double high, enum kind kind)
{
	return (struct quantity){ true, value, low, high, kind, "" };
}

static struct quantity with_source(struct quantity quantity, const char *source)
{
	(void)copy_text(quantity.source, sizeof quantity.source, source);
	return quantity;
}

static struct quantity unknown(const char *why)
{
	return with_source((struct quantity){ .known = false }, why);
}

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	assert_non_null(memory);
	return memory;
}

static char *copied(const char *text)
{
	char *copy = strdup(text);

	assert_non_null(copy);
	return copy;
}

static void fill_info(struct run_info *info)
{
	(void)copy_text(info->id, sizeof info->id, "20261123T083757-7f3a9c");
	(void)copy_text(info->name, sizeof info->name, "train.py");
	(void)copy_text(info->experiment, sizeof info->experiment, "base");
	(void)copy_text(info->project, sizeof info->project, "paper");
	info->command_json =
		copied("[\"python\", \"train.py\", \"--note\", \"two words\"]");
	info->directory = copied("/home/ada/paper");
	info->state = RUN_FINISHED;
	info->has_exit_status = true;
	(void)copy_text(info->how, sizeof info->how, "run");
	info->started_unix_ns = STARTED_UNIX_NS;
	(void)copy_text(info->zone, sizeof info->zone, "Europe/Berlin");
	info->duration_ns = 192 * NS_PER_S + 345 * NS_PER_MS;
	info->period_ns = NS_PER_S;
	(void)copy_text(info->version, sizeof info->version, "0.1.0");
	info->samples = 193;
	info->processes_seen = 14;
	info->processes_ended = 14;
	info->scope_cpu_ns = 362 * (uint64_t)NS_PER_S;
	info->machine_cpu_ns = 490 * (uint64_t)NS_PER_S;
	info->has_scope_cpu = true;
	info->has_machine_cpu = true;
	info->tracker_cpu_ns = 21 * (uint64_t)NS_PER_MS;
	info->tracker_rss_kib = 5120;
	info->tracker_written_bytes = 48213;
	info->reserve = (struct reserve){ 1000, 1000, "whole machine" };
}

static void fill_factors(struct run_view *view)
{
	view->pue.value = with_source(known(1.58, 1.1, 2.1, KIND_ASSUMED),
				      "world mean, Uptime Institute 2018");
	view->intensity.value = with_source(known(473, 24, 780, KIND_ASSUMED), "Ember");
	(void)strcpy(view->intensity.basis, "average, lifecycle, generation");
	(void)strcpy(view->intensity.year_or_time, "2024");
	(void)strcpy(view->intensity.resolution, "year");
	(void)strcpy(view->intensity.zone, "WORLD");
	(void)strcpy(view->place.how, "world");
	view->coverage_ratio = 1;
	(void)strcpy(view->method, "gramme-2");
	(void)strcpy(view->data_version, "2026-11");
}

/* A run whose grid was asked: average by the hour for most of it, marginal for all. */
static void fill_grid(struct run_view *view)
{
	struct factor *intensity = &view->intensity;
	struct factor *marginal = &view->marginal;

	intensity->value = with_source(known(473, 402, 544, KIND_DERIVED),
				       "electricitymaps, zone DE; the rest Ember 2024");
	(void)strcpy(intensity->basis, "average, lifecycle, consumption");
	(void)strcpy(intensity->year_or_time, "2026-11-23");
	(void)strcpy(intensity->resolution, "hour");
	(void)strcpy(intensity->zone, "DE");
	view->in_time = (struct in_time){ 0.93, 0.4, 0.05, 1795422000 };
	marginal->value =
		with_source(known(731, 600, 862, KIND_DERIVED), "watttime, zone DE");
	(void)strcpy(marginal->basis, "marginal, direct, consumption");
	(void)strcpy(marginal->year_or_time, "2026-11-23");
	(void)strcpy(marginal->resolution, "5 min");
	(void)strcpy(marginal->zone, "DE");
	view->marginal_in_time = (struct in_time){ 1, 0, 0, 1795422000 };
	view->carbon_marginal_kg =
		with_source(known(0.00135, 0.0008, 0.0021, KIND_ASSUMED), "E-10");
	(void)strcpy(view->place.text, "DE");
	(void)strcpy(view->place.how, "config");
	(void)strcpy(view->place.from, "GRAMME_REGION");
	(void)strcpy(view->place.country, "DEU");
	view->water_l = with_source(known(0.0028, 0.0014, 0.0056, KIND_ASSUMED),
				    "World Resources Institute");
}

static struct cost cost_of(double usd, double low, double high, const char *study)
{
	struct cost cost = { .usd = known(usd, low, high, KIND_ASSUMED) };

	cost.usd_per_t.value =
		with_source(known(1e6 * usd, 1e6 * low, 1e6 * high, KIND_MODELLED),
			    study);
	return cost;
}

static void fill_cost(struct run_view *view)
{
	view->cost_country =
		cost_of(-0.0000015, -0.000002, -0.000001, "Ricke et al. 2018");
	view->cost_country.dollars_of = 2005;
	(void)strcpy(view->cost_country.usd_per_t.country, "DEU");
	(void)strcpy(view->cost_country.usd_per_t.why,
		     "below 0: what this country itself would gain");
	view->cost_global = cost_of(0.000188, 0.000116, 0.000319, "US EPA 2023");
	view->cost_global.dollars_of = 2020;
}

static struct component_view *add_domain(struct run_view *view, const char *id,
					 enum family family, const char *source,
					 enum kind kind)
{
	struct component_view *c = &view->components[view->component_count++];

	domain_init(&c->what.domain, id, family);
	c->what.domain.kind = kind;
	(void)copy_text(c->what.source, sizeof c->what.source, source);
	c->what.counted = true;
	c->coverage_ratio = 1;
	c->idle_w = -1;
	return c;
}

static void set_joules(struct component_view *c, double machine_j, double attributed_j)
{
	enum kind kind = c->what.domain.kind;
	double u = kind == KIND_MEASURED ? 0.06 : 0.3;

	c->machine_j = known(machine_j, machine_j * (1 - u), machine_j * (1 + u), kind);
	c->attributed_j =
		known(attributed_j, attributed_j * (1 - u), attributed_j * (1 + u), kind);
	c->has_share = true;
	c->share_ratio = attributed_j / machine_j;
}

/* The domains once more as the record holds them, for the gaps' names. */
static void copy_domains(struct run_view *view)
{
	struct run_record *record = &view->record;

	record->domains = zeroed(view->component_count + 1, sizeof *record->domains);
	record->domain_count = view->component_count;
	for (size_t i = 0; i < view->component_count; i++)
		record->domains[i] = view->components[i].what;
}

static void add_story(struct run_record *record)
{
	record->marks = zeroed(2, sizeof *record->marks);
	record->mark_count = 2;
	record->marks[0] = (struct run_mark){ 2 * NS_PER_S, "epoch 1" };
	record->marks[1] = (struct run_mark){ 97 * NS_PER_S, "epoch 2" };
	record->metrics = zeroed(3, sizeof *record->metrics);
	record->metric_count = 3;
	record->metrics[0] = (struct run_metric){ 96 * NS_PER_S, "loss", 0.75 };
	record->metrics[1] = (struct run_metric){ 96 * NS_PER_S, "accuracy", 0.8125 };
	record->metrics[2] = (struct run_metric){ 190 * NS_PER_S, "loss", 0.5 };
	record->tags = zeroed(2, sizeof *record->tags);
	record->tag_count = 2;
	record->tags[0] = (struct run_tag){ "seed", "1" };
	record->tags[1] = (struct run_tag){ "lr", "0.1" };
	record->hardware_json =
		copied("{\"cpu\": {\"name\": \"AMD EPYC 9354\", \"threads\": 64}, "
		       "\"memory_bytes\": 274877906944, "
		       "\"gpus\": [{\"name\": \"NVIDIA H100\"}, "
		       "{\"name\": \"NVIDIA H100\"}, {\"name\": \"NVIDIA L4\"}], "
		       "\"product\": \"R7525\"}");
	record->software_json = copied(
		"{\"os\": \"Debian GNU/Linux 12\", \"kernel\": \"6.1.0-28-amd64\", "
		"\"git\": {\"commit\": \"1a2b3c4d5e6f7a8b9c0d\", \"branch\": \"main\"}, "
		"\"python\": {\"version\": \"3.11\", \"packages\": "
		"{\"numpy\": \"2.1.0\", \"torch\": \"2.5.1\"}}}");
}

static void add_warning(struct run_record *record, const char *code, const char *text)
{
	struct run_warning *warning;

	if (!record->warnings)
		record->warnings = zeroed(4, sizeof *record->warnings);
	assert_true(record->warning_count < 4);
	warning = &record->warnings[record->warning_count++];
	(void)copy_text(warning->code, sizeof warning->code, code);
	(void)copy_text(warning->text, sizeof warning->text, text);
}

static void fill_sums(struct run_view *view)
{
	view->attributed_j =
		with_source(known(4210, 3900, 4600, KIND_MEASURED), "powercap");
	view->machine_j =
		with_source(known(9800, 9210, 10390, KIND_MEASURED), "powercap");
	view->marginal_j =
		with_source(known(2800, 2200, 3400, KIND_MEASURED), "powercap");
	view->reserved_j =
		with_source(known(8100, 7300, 8900, KIND_MEASURED), "powercap");
	view->facility_kwh =
		with_source(known(0.00184772, 0.0012, 0.0027, KIND_ASSUMED), "E-9");
	view->carbon_kg =
		with_source(known(0.00087397, 0.0001, 0.0021, KIND_ASSUMED), "E-10");
}

static void add_section(struct run_view *view, const char *name, double from_s,
			double to_s)
{
	struct section_view *own = &view->sections[view->section_count++];
	double part = (to_s - from_s) * 1e9 / (double)view->record.info.duration_ns;

	(void)copy_text(own->name, sizeof own->name, name);
	own->count = 1;
	own->duration_ns = (int64_t)((to_s - from_s) * 1e9);
	own->coverage_ratio = 1;
	own->attributed_j = known(4210 * part, 3900 * part, 4600 * part, KIND_DERIVED);
	own->machine_j = known(9800 * part, 9210 * part, 10390 * part, KIND_DERIVED);
	own->times = zeroed(1, sizeof *own->times);
	own->time_count = 1;
	own->times[0] =
		(struct section_time){ (int64_t)(from_s * 1e9), (int64_t)(to_s * 1e9),
				       4210 * part, 9800 * part, 1 };
}

static void begin(struct run_view *view)
{
	memset(view, 0, sizeof *view);
	fill_info(&view->record.info);
	fill_factors(view);
	view->components = zeroed(8, sizeof *view->components);
}

void view_measured(struct run_view *view)
{
	struct component_view *core;

	begin(view);
	set_joules(add_domain(view, "package-0", FAMILY_CPU, "powercap", KIND_MEASURED),
		   9100, 3930);
	core = add_domain(view, "core-0", FAMILY_CPU, "powercap", KIND_MEASURED);
	set_joules(core, 6000, 2590);
	core->what.counted = false;
	core->attributed_j = unknown("");
	core->has_share = false;
	(void)strcpy(core->what.why_not, "inside package-0");
	set_joules(add_domain(view, "dram-0", FAMILY_MEMORY, "powercap", KIND_MEASURED),
		   700, 280);
	view->components[0].idle_w = 20.5;
	(void)strcpy(view->components[0].idle_how, "1st percentile of this run");
	copy_domains(view);
	add_story(&view->record);
	view->record.gaps = zeroed(1, sizeof *view->record.gaps);
	view->record.gap_count = 1;
	view->record.gaps[0] = (struct gap){ 2, 10 * NS_PER_S,
					     15 * NS_PER_S + 400 * NS_PER_MS, GAP_RESET };
	view->record.info.missed = 3;
	view->coverage_ratio = 0.972;
	fill_sums(view);
	view->sections = zeroed(3, sizeof *view->sections);
	add_section(view, "epoch 1", 2, 97);
	add_section(view, "epoch 2", 97, 192.345);
	view->sections[0].coverage_ratio = view->sections[0].times[0].coverage_ratio =
		0.943;
}

static struct run_work *add_work(struct run_record *record, const char *unit,
				 double amount, uint64_t count)
{
	struct run_work *work = &record->works[record->work_count++];

	(void)copy_text(work->unit, sizeof work->unit, unit);
	work->amount = amount;
	work->count = count;
	return work;
}

static void add_import(struct run_record *record)
{
	struct run_import *import = zeroed(1, sizeof *import);

	record->import = import;
	(void)strcpy(import->format, "experiment-impact-tracker");
	(void)strcpy(import->tool, "experiment-impact-tracker");
	(void)strcpy(import->tool_version, "0.1.8");
	(void)strcpy(import->digest, "5eed");
	import->file = copied("runs/a.zip");
	import->imported_unix_ns = STARTED_UNIX_NS + 86400 * NS_PER_S;
	import->figures = zeroed(2, sizeof *import->figures);
	import->figure_count = 2;
	import->figures[0] = (struct run_figure){ "total_power", 0.00191, "kWh" };
	import->figures[1] = (struct run_figure){ "exp_len_hours", 0.0534292, "h" };
}

void view_told(struct run_view *view)
{
	struct run_record *record;

	view_measured(view);
	record = &view->record;
	(void)strcpy(record->info.how, "import");
	(void)strcpy(record->info.inside, "20261123T083700-0a1b2c");
	record->info.tracker_cpu_ns = record->info.tracker_written_bytes = 0;
	record->info.tracker_rss_kib = 0;
	section_views_free(view->sections, view->section_count);
	view->section_count = 0;
	view->sections = zeroed(4, sizeof *view->sections);
	add_section(view, "load", 0.5, 2);
	add_section(view, "train", 2, 150);
	add_section(view, "eval", 150, 190);
	view->sections[1].count = 3;
	for (size_t i = 0; i < 3; i++)
		view->sections[i].paired = true;
	view->sections[2].attributed_j = unknown("");
	view->sections[2].times[0].attributed_j = NAN;
	record->works = zeroed(3, sizeof *record->works);
	add_work(record, "images", 0, 1);
	add_work(record, "tokens", 4096000, 12);
	add_import(record);
}

void view_weighed(struct run_view *view)
{
	view_measured(view);
	fill_grid(view);
	fill_cost(view);
}

void view_modelled(struct run_view *view)
{
	begin(view);
	set_joules(add_domain(view, "cpu-model", FAMILY_CPU, "model", KIND_MODELLED),
		   9100, 3930);
	set_joules(add_domain(view, "memory-model", FAMILY_MEMORY, "model",
			      KIND_MODELLED),
		   700, 280);
	copy_domains(view);
	fill_sums(view);
	view->attributed_j = with_source(known(4210, 2900, 5600, KIND_MODELLED), "model");
	view->machine_j = with_source(known(9800, 6900, 12900, KIND_MODELLED), "model");
	view->marginal_j = unknown("");
	view->reserved_j = unknown("");
	add_warning(
		&view->record, "estimate",
		"the energy is an estimate: the counters are there, but only root may read "
		"them");
	add_warning(&view->record, "unknown-marginal_j",
		    "the idle power of this machine is not known");
}

void view_in_part(struct run_view *view)
{
	begin(view);
	for (int i = 0; i < 6; i++) {
		char id[16];

		(void)snprintf(id, sizeof id, "gpu-%d", i);
		set_joules(add_domain(view, id, FAMILY_GPU, "nvml", KIND_MEASURED),
			   110000, 110000);
	}
	set_joules(add_domain(view, "cpu-model", FAMILY_CPU, "model", KIND_MODELLED),
		   9100, 3930);
	copy_domains(view);
	fill_sums(view);
	view->attributed_j =
		with_source(known(663930, 620000, 707000, KIND_MODELLED), "sum");
	view->machine_j =
		with_source(known(669100, 625000, 712000, KIND_MODELLED), "sum");
	view->record.info.state = RUN_FAILED;
	view->record.info.exit_status = 2;
}

void view_unknown(struct run_view *view)
{
	begin(view);
	view->record.info.state = RUN_INTERRUPTED;
	view->record.info.exit_status = 137;
	view->record.info.has_scope_cpu = false;
	view->record.info.has_machine_cpu = false;
	view->record.info.command_json = (free(view->record.info.command_json), NULL);
	view->attributed_j =
		unknown("no meter could be read and no model knows this CPU");
	view->coverage_ratio = -1;
	view->intensity.value = unknown("no table has this zone");
}

char *view_report(const char *format, const struct run_view *view, int width)
{
	const struct report *report = report_find(format);
	struct report_opts opts = { .colour = false, .width = width };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	char *text = NULL;

	assert_non_null(report);
	report->run(view, &opts, &out);
	assert_int_equal(strbuf_steal(&out, &text), 0);
	return text;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

void assert_golden(const char *name, const char *text)
{
	CLEANUP(strbuf_done) struct strbuf golden = STRBUF_INIT;
	const char *update = getenv("GRAMME_GOLDEN_UPDATE");
	char path[512];
	char part[4096];
	size_t got;
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/golden/%s", TESTS_DIR, name);
	if (update && strcmp(update, "1") == 0) {
		write_file(path, text);
		return;
	}
	file = fopen(path, "re");
	if (!file)
		fail_msg("no golden file %s; GRAMME_GOLDEN_UPDATE=1 writes it", name);
	while ((got = fread(part, 1, sizeof part, file)) > 0)
		strbuf_add_bytes(&golden, part, got);
	(void)fclose(file);
	strbuf_add(&golden, "");
	assert_string_equal(text, golden.text);
}
