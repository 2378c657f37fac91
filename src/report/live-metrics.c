/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine now for Prometheus: the text format 0.0.4, and OpenMetrics 1.0. docs/METRICS.md has
 * every metric. A metric is a row of one table; a sample that is not known is not written, and a
 * metric without a sample is not there at all.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "report/live-view.h"
#include "report/shown.h"

#define BROKEN "\xef\xbf\xbd" /* U+FFFD */

enum type { COUNTER, GAUGE, INFO };

struct out {
	struct strbuf text;
	enum live_metrics format;
	const struct metric *metric;
	bool headed; /* the metric's head is written */
	bool labelled;
};

/* name: of the family, without _total. unit: how it ends, where OpenMetrics has that. */
struct metric {
	const char *name;
	const char *unit;
	enum type type;
	const char *help;
	void (*write)(struct out *out, const struct live_view *view);
};

/* --- a sample ----------------------------------------------------------------------------- */

/* In OpenMetrics a counter's family has no _total, its sample has; before, both have. An info
 * there ends in _info, and is a gauge of that name here. */
static const char *suffix(const struct out *out, bool of_sample)
{
	bool open = out->format == LIVE_OPENMETRICS;

	if (out->metric->type == COUNTER)
		return of_sample || !open ? "_total" : "";
	if (out->metric->type == INFO)
		return of_sample || !open ? "_info" : "";
	return "";
}

static const char *type_text(const struct out *out)
{
	if (out->metric->type == COUNTER)
		return "counter";
	return out->metric->type == INFO && out->format == LIVE_OPENMETRICS ? "info"
									    : "gauge";
}

static void add_head(struct out *out)
{
	const struct metric *metric = out->metric;

	if (out->headed)
		return;
	out->headed = true;
	strbuf_printf(&out->text, "# HELP %s%s %s\n", metric->name, suffix(out, false),
		      metric->help);
	strbuf_printf(&out->text, "# TYPE %s%s %s\n", metric->name, suffix(out, false),
		      type_text(out));
	if (out->format == LIVE_OPENMETRICS && metric->unit)
		strbuf_printf(&out->text, "# UNIT %s %s\n", metric->name, metric->unit);
}

static void begin(struct out *out)
{
	add_head(out);
	out->labelled = false;
	strbuf_printf(&out->text, "%s%s", out->metric->name, suffix(out, true));
}

/*
 * Backslash, quote and new line are escaped, as both formats say. Other control characters and
 * broken UTF-8 would be let through by the one and not by the other, and reach a terminal.
 */
static void add_value_text(struct strbuf *text, const char *value)
{
	for (const char *from = value; *from != '\0';) {
		const char *to = from;
		uint32_t c = shown_next(&to);

		if (c == '\n')
			strbuf_add(text, "\\n");
		else if (c == '\\' || c == '"')
			strbuf_printf(text, "\\%c", (int)c);
		else if (c == SHOWN_BROKEN || c < 0x20 || (c >= 0x7f && c < 0xa0))
			strbuf_add(text, BROKEN);
		else
			strbuf_add_bytes(text, from, (size_t)(to - from));
		from = to;
	}
}

static void label(struct out *out, const char *name, const char *value)
{
	strbuf_printf(&out->text, "%s%s=\"", out->labelled ? "," : "{", name);
	add_value_text(&out->text, value);
	strbuf_add(&out->text, "\"");
	out->labelled = true;
}

static void end(struct out *out, double value)
{
	strbuf_printf(&out->text, "%s %.15g\n", out->labelled ? "}" : "", value);
}

static void plain(struct out *out, double value)
{
	if (!isfinite(value))
		return;
	begin(out);
	end(out, value);
}

/* --- the machine -------------------------------------------------------------------------- */

static void domain_labels(struct out *out, const struct run_domain *own)
{
	label(out, "domain", own->domain.id);
	label(out, "family", family_text(own->domain.family));
	label(out, "source", own->source);
	label(out, "kind", kind_text(own->domain.kind));
	label(out, "counted", own->counted ? "true" : "false");
}

static void domain_energy(struct out *out, const struct live_view *view)
{
	for (uint32_t i = 0; i < view->domain_count; i++) {
		const struct live_domain *own = &view->domains[i];

		if (!isfinite(own->energy_j))
			continue;
		begin(out);
		domain_labels(out, &own->what);
		end(out, own->energy_j);
	}
}

static void domain_power(struct out *out, const struct live_view *view)
{
	for (uint32_t i = 0; i < view->domain_count; i++) {
		const struct live_domain *own = &view->domains[i];

		if (!isfinite(own->power_w))
			continue;
		begin(out);
		domain_labels(out, &own->what);
		end(out, own->power_w);
	}
}

static void domain_coverage(struct out *out, const struct live_view *view)
{
	for (uint32_t i = 0; i < view->domain_count; i++) {
		const struct live_domain *own = &view->domains[i];

		if (!isfinite(own->covered_ratio))
			continue;
		begin(out);
		label(out, "domain", own->what.domain.id);
		end(out, own->covered_ratio);
	}
}

static void machine_power(struct out *out, const struct live_view *view)
{
	if (!view->power_w.known || !isfinite(view->power_w.value))
		return;
	begin(out);
	label(out, "kind", kind_text(view->power_w.kind));
	end(out, view->power_w.value);
}

static void cpu_busy(struct out *out, const struct live_view *view)
{
	plain(out, view->cpu_busy_ratio);
}

static void memory_used(struct out *out, const struct live_view *view)
{
	plain(out, view->memory_used_bytes ? (double)view->memory_used_bytes : NAN);
}

static void gpu_busy(struct out *out, const struct live_view *view)
{
	for (uint32_t i = 0; i < view->gpu_count; i++) {
		if (!isfinite(view->gpus[i].sm_ratio))
			continue;
		begin(out);
		label(out, "domain", view->gpus[i].domain);
		end(out, view->gpus[i].sm_ratio);
	}
}

/* --- what it makes ------------------------------------------------------------------------ */

static void carbon(struct out *out, const struct live_view *view)
{
	plain(out, view->gph.known ? view->gph.value : NAN);
}

static void intensity(struct out *out, const struct live_view *view)
{
	if (!view->intensity.value.known || !isfinite(view->intensity.value.value))
		return;
	begin(out);
	label(out, "zone", view->intensity.zone);
	end(out, view->intensity.value.value);
}

static void pue(struct out *out, const struct live_view *view)
{
	plain(out, view->pue.value.known ? view->pue.value.value : NAN);
}

/* --- runs --------------------------------------------------------------------------------- */

/* kind_of: NULL where it is no energy. */
static void of_runs(struct out *out, const struct live_view *view,
		    double (*value_of)(const struct live_run *run),
		    enum kind (*kind_of)(const struct live_run *run))
{
	for (size_t i = 0; i < view->run_count; i++) {
		const struct live_run *run = &view->runs[i];

		if (!isfinite(value_of(run)))
			continue;
		begin(out);
		label(out, "run", run->info.id);
		label(out, "name", run->info.name);
		label(out, "experiment", run->info.experiment);
		label(out, "project", run->info.project);
		if (kind_of)
			label(out, "kind", kind_text(kind_of(run)));
		end(out, value_of(run));
	}
}

static enum kind own_kind(const struct live_run *run)
{
	return run->kind;
}

static enum kind machine_kind(const struct live_run *run)
{
	return run->machine_kind;
}

#define RUN_METRIC(name, field, kind_of)                                                 \
	static double name##_value(const struct live_run *run)                           \
	{                                                                                \
		return run->field;                                                       \
	}                                                                                \
	static void name(struct out *out, const struct live_view *view)                  \
	{                                                                                \
		of_runs(out, view, name##_value, kind_of);                               \
	}

RUN_METRIC(run_energy, attributed_j, own_kind)
RUN_METRIC(run_machine_energy, machine_j, machine_kind)
RUN_METRIC(run_power, power_w, own_kind)
RUN_METRIC(run_elapsed, elapsed_s, NULL)

static double run_carbon_value(const struct live_run *run)
{
	return run->carbon_kg * 1000;
}

static void run_carbon(struct out *out, const struct live_view *view)
{
	of_runs(out, view, run_carbon_value, NULL);
}

/* --- gramme itself ------------------------------------------------------------------------ */

static void build(struct out *out, const struct live_view *view)
{
	(void)view;
	begin(out);
	label(out, "version", GRAMME_VERSION);
	end(out, 1);
}

static void cost(struct out *out, const struct live_view *view)
{
	plain(out, view->cost_cpu_s);
}

static void last_read(struct out *out, const struct live_view *view)
{
	plain(out, (double)view->at_unix_ns / (double)NS_PER_S);
}

static const struct metric metrics[] = {
	{ "gramme_domain_energy_joules", "joules", COUNTER,
	  "Energy since the watching began, gaps left out.", domain_energy },
	{ "gramme_domain_power_watts", "watts", GAUGE,
	  "Mean power between the last two readings.", domain_power },
	{ "gramme_domain_coverage_ratio", "ratio", GAUGE,
	  "Part of the time since the watching began that readings cover.",
	  domain_coverage },
	{ "gramme_machine_power_watts", "watts", GAUGE,
	  "Sum of the counted domains' power.", machine_power },
	{ "gramme_carbon_grams_per_hour", "grams_per_hour", GAUGE,
	  "CO2e an hour of the machine's power, with the PUE.", carbon },
	{ "gramme_grid_intensity_grams_per_kilowatthour", "grams_per_kilowatthour", GAUGE,
	  "CO2e of a kilowatt hour from the grid, average.", intensity },
	{ "gramme_pue_ratio", "ratio", GAUGE,
	  "What the facility draws over what the machine does.", pue },
	{ "gramme_cpu_busy_ratio", "ratio", GAUGE, "Busy part of all processors' time.",
	  cpu_busy },
	{ "gramme_memory_used_bytes", "bytes", GAUGE, "Memory in use.", memory_used },
	{ "gramme_gpu_busy_ratio", "ratio", GAUGE,
	  "Part of the time in which anything ran on the board.", gpu_busy },
	{ "gramme_run_energy_joules", "joules", COUNTER,
	  "Energy that is a running run's, by activity.", run_energy },
	{ "gramme_run_machine_energy_joules", "joules", COUNTER,
	  "Energy of the whole machine during a running run.", run_machine_energy },
	{ "gramme_run_carbon_grams", "grams", GAUGE,
	  "CO2e of a running run so far, by the present mean of its place.", run_carbon },
	{ "gramme_run_power_watts", "watts", GAUGE,
	  "Power that is a running run's, mean over about 10 s.", run_power },
	{ "gramme_run_elapsed_seconds", "seconds", GAUGE,
	  "Time since a running run began.", run_elapsed },
	{ "gramme_build", NULL, INFO, "The gramme that watches.", build },
	{ "gramme_watch_cpu_seconds", "seconds", COUNTER,
	  "CPU time that the watching itself took.", cost },
	{ "gramme_last_reading_timestamp_seconds", "seconds", GAUGE,
	  "Unix time of the last reading.", last_read },
};

int live_metrics(const struct live_view *view, enum live_metrics format, char **ret_text)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	struct out out = { .text = STRBUF_INIT, .format = format };
	int r;

	(void)locale;
	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++) {
		out.metric = &metrics[i];
		out.headed = false;
		metrics[i].write(&out, view);
	}
	if (format == LIVE_OPENMETRICS)
		strbuf_add(&out.text, "# EOF\n");
	r = strbuf_steal(&out.text, ret_text);
	strbuf_done(&out.text);
	return r;
}
