/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole run for a terminal: gramme show RUN. Sections with a heading at the margin, two
 * columns in; what is not known says so and why.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time-text.h"
#include "report/number.h"
#include "report/outlook-view.h"
#include "report/phrase.h"
#include "report/report.h"
#include "report/shown.h"
#include "report/told.h"

#define LABEL_COLUMNS 14
#define GAPS_SHOWN    10
#define METRICS_SHOWN 32
#define MARKS_SHOWN   100

#define LEAST_USD     1e-6

struct page {
	const struct run_view *view;
	const struct report_opts *opts;
	struct strbuf *out;
};

static void heading(const struct page *page, const char *words)
{
	strbuf_add(page->out, "\n");
	ink_add(page->out, page->opts, INK_STRONG, words);
	strbuf_add(page->out, "\n");
}

static void field(const struct page *page, const char *label, const char *text)
{
	strbuf_printf(page->out, "  %-*s", LABEL_COLUMNS - 2, label);
	shown_wrap(page->out, text, LABEL_COLUMNS, shown_columns(page->opts));
}

/* Takes the text out of the buffer, so that the next can be built in it. */
static void field_taken(const struct page *page, const char *label, struct strbuf *text)
{
	if (strbuf_part(page->out, text)[0] != '\0')
		field(page, label, text->text);
	strbuf_done(text);
}

static void field_if(const struct page *page, const char *label, const char *text)
{
	if (text && text[0] != '\0')
		field(page, label, text);
}

static void bullet(const struct page *page, const char *text)
{
	strbuf_add(page->out, "  ");
	shown_wrap(page->out, text, 2, shown_columns(page->opts));
}

static void add_tags(const struct page *page)
{
	const struct run_record *record = &page->view->record;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < record->tag_count; i++)
		strbuf_printf(&text, "%s%s=%s", i > 0 ? "  " : "", record->tags[i].key,
			      record->tags[i].value);
	field_taken(page, "tags", &text);
}

static void add_started(const struct page *page)
{
	const struct run_info *info = &page->view->record.info;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char started[TIME_TEXT_MAX];

	time_text(info->started_unix_ns, started, sizeof started);
	strbuf_add(&text, started);
	if (info->zone[0] != '\0')
		strbuf_printf(&text, " (the machine's zone: %s)", info->zone);
	field_taken(page, "started", &text);
}

static void add_run(const struct page *page)
{
	const struct run_info *info = &page->view->record.info;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	shown_add(&text, info->name);
	ink_add(page->out, page->opts, INK_STRONG, strbuf_part(page->out, &text));
	strbuf_add(page->out, "  ");
	shown_add(page->out, info->id);
	strbuf_add(page->out, "\n");
	strbuf_done(&text);
	phrase_state(info, &text);
	if (info->state == RUN_FINISHED && info->has_exit_status)
		strbuf_printf(&text, ", exit status %d", info->exit_status);
	field_taken(page, "state", &text);
	add_started(page);
	field_if(page, "project", info->project);
	field_if(page, "experiment", info->experiment);
	add_tags(page);
	phrase_command(info, &text);
	field_taken(page, "command", &text);
	field_if(page, "where", info->directory);
	field_if(page, "inside", info->inside);
}

/* "4.21 kJ (3.9 to 4.6)" and what it is, or why it is not known. */
static void add_sum(const struct page *page, const char *label,
		    const struct quantity *quantity, const char *key, const char *meaning)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char number[NUMBER_TEXT_MAX];
	const char *reason;

	if (quantity->known) {
		number_quantity(quantity, NUMBER_J, number, sizeof number);
		strbuf_printf(&text, "%-28s %s", number, meaning);
		strbuf_printf(page->out, "  %-*s", LABEL_COLUMNS - 2, label);
		shown_add(page->out, strbuf_part(page->out, &text));
		strbuf_add(page->out, "\n");
		return;
	}
	reason = phrase_reason(page->view, quantity, key);
	strbuf_printf(&text, "not known%s%s", reason[0] ? ": " : "", reason);
	field_taken(page, label, &text);
}

static void add_basis(const struct page *page)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	enum basis basis = phrase_basis(page->view);

	if (basis == BASIS_NOTHING) {
		field(page, "counted", "nothing");
		return;
	}
	phrase_domains(page->view, true, &text);
	field_taken(page, "measured by", &text);
	if (basis == BASIS_MEASURED)
		return;
	phrase_domains(page->view, false, &text);
	strbuf_add(&text, "; an estimate, not a measurement");
	field_taken(page, "modelled by", &text);
}

static void add_outlook(const struct page *page)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	outlook_words(&page->view->outlook, &text);
	field_taken(page, "forecast", &text);
}

#define SUM(page, view, label, key, meaning)                                             \
	add_sum(page, label, &(view)->key, #key, meaning)

/* At the plug, by a meter there or a line: the kind and the source say which. */
static void add_wall(const struct page *page)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	const struct quantity *wall = &page->view->wall_j;
	bool measured = wall->kind == KIND_MEASURED;

	SUM(page, page->view, "wall", wall_j,
	    measured ? "at the plug, beside it" : "at the plug, a model's, beside it");
	if (measured || wall->source[0] == '\0')
		return;
	strbuf_add(&text, wall->source);
	field_taken(page, "wall by", &text);
}

static void add_energy(const struct page *page)
{
	const struct run_view *view = page->view;

	heading(page, "energy, components");
	SUM(page, view, "active", attributed_j, "its share of all joules");
	SUM(page, view, "marginal", marginal_j, "only what lies above idle");
	SUM(page, view, "reserved", reserved_j, "with the idle it reserved");
	SUM(page, view, "machine", machine_j, "all of the machine's");
	if (view->beside_j.known)
		SUM(page, view, "beside", beside_j, "a model's, for what has no meter");
	if (view->wall_j.known)
		add_wall(page);
	add_basis(page);
	if (view->goes_on)
		add_outlook(page);
}

struct columns {
	size_t domain;
	size_t source;
};

static size_t at_least(size_t a, size_t b)
{
	return a > b ? a : b;
}

static struct columns columns_of(const struct run_view *view)
{
	struct columns columns = { sizeof "domain" - 1, sizeof "source" - 1 };

	for (size_t i = 0; i < view->component_count; i++) {
		const struct run_domain *what = &view->components[i].what;

		columns.domain = at_least(columns.domain, shown_width(what->domain.id));
		columns.source = at_least(columns.source, shown_width(what->source));
	}
	columns.domain = columns.domain > 20 ? 20 : columns.domain;
	return columns;
}

static void joules_cell(struct strbuf *out, const struct quantity *quantity)
{
	char number[NUMBER_TEXT_MAX];

	if (quantity->known)
		number_text(quantity->value, NUMBER_J, number, sizeof number);
	else
		(void)snprintf(number, sizeof number, "not known");
	strbuf_add(out, "  ");
	shown_cell(out, number, 9, SHOWN_RIGHT);
}

static void add_component(const struct page *page, const struct component_view *c,
			  const struct columns *columns)
{
	char share[NUMBER_TEXT_MAX] = "not known";
	struct strbuf *out = page->out;

	strbuf_add(out, "  ");
	shown_cell(out, c->what.domain.id, columns->domain, SHOWN_LEFT);
	strbuf_printf(out, "  %-6s  ", family_text(c->what.domain.family));
	shown_cell(out, c->what.source, columns->source, SHOWN_LEFT);
	strbuf_printf(out, "  %-8s", kind_text(c->what.domain.kind));
	joules_cell(out, &c->machine_j);
	if (!c->what.counted) {
		strbuf_add(out, "  ");
		shown_wrap(out, c->what.why_not[0] ? c->what.why_not : "not counted",
			   columns->domain + columns->source + 35,
			   shown_columns(page->opts));
		return;
	}
	if (c->has_share)
		number_percent(c->share_ratio, share, sizeof share);
	strbuf_add(out, "  ");
	shown_cell(out, share, 9, SHOWN_RIGHT);
	joules_cell(out, &c->attributed_j);
	strbuf_add(out, "\n");
}

static void add_components(const struct page *page)
{
	const struct run_view *view = page->view;
	struct columns columns = columns_of(view);
	CLEANUP(strbuf_done) struct strbuf head = STRBUF_INIT;

	if (view->component_count == 0)
		return;
	strbuf_printf(
		&head,
		"\n  %-*s  family  %-*s  kind        machine      share        run\n",
		(int)columns.domain, "domain", (int)columns.source, "source");
	ink_add(page->out, page->opts, INK_FAINT, strbuf_part(page->out, &head));
	for (size_t i = 0; i < view->component_count; i++)
		add_component(page, &view->components[i], &columns);
}

static void add_factor(const struct page *page, const char *label,
		       const struct quantity *quantity, enum number_unit unit,
		       const char *origin)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char number[NUMBER_TEXT_MAX];

	number_quantity(quantity, unit, number, sizeof number);
	strbuf_add(&text, number);
	if (quantity->known)
		strbuf_printf(&text, ", %s", kind_text(quantity->kind));
	if (origin[0] != '\0')
		strbuf_printf(&text, ": %s", origin);
	field_taken(page, label, &text);
}

/* "average, lifecycle, consumption; by the hour for 93 % of the energy" */
static void add_basis_of(const struct page *page)
{
	const struct run_view *view = page->view;
	const struct factor *intensity = &view->intensity;
	const struct in_time *parts = &view->in_time;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char percent[NUMBER_TEXT_MAX];

	if (!intensity->value.known)
		return;
	number_percent(parts->covered_ratio, percent, sizeof percent);
	strbuf_printf(&text, "%s; ", intensity->basis);
	if (parts->covered_ratio > 0)
		strbuf_printf(&text, "steps of %s%s for %s of the energy",
			      strcmp(intensity->resolution, "hour") == 0 ? "an " : "",
			      intensity->resolution, percent);
	else
		strbuf_printf(&text, "mean of the year %s", intensity->year_or_time);
	if (parts->estimated_ratio > 0) {
		number_percent(parts->estimated_ratio, percent, sizeof percent);
		strbuf_printf(&text, ", %s of it estimated", percent);
	}
	if (parts->forecast_ratio > 0) {
		number_percent(parts->forecast_ratio, percent, sizeof percent);
		strbuf_printf(&text, ", %s a forecast", percent);
	}
	if (intensity->why[0] != '\0')
		strbuf_printf(&text, "; %s", intensity->why);
	field_taken(page, "", &text);
}

static void add_place(const struct page *page)
{
	const struct run_view *view = page->view;
	const struct place *place = &view->place;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	strbuf_add(&text, phrase_zone(view));
	if (place->country[0] != '\0' && strcmp(place->country, phrase_zone(view)) != 0)
		strbuf_printf(&text, " (%s)", place->country);
	if (place->cloud[0] != '\0')
		strbuf_printf(&text, ", %s %s", place->cloud, place->cloud_region);
	if (place->how[0] != '\0')
		strbuf_printf(&text, ", known by: %s", place->how);
	if (place->from[0] != '\0' && strcmp(place->from, place->how) != 0)
		strbuf_printf(&text, " (%s)", place->from);
	if (place->note[0] != '\0')
		strbuf_printf(&text, "; %s", place->note);
	field_taken(page, "region", &text);
}

static void add_cost(const struct page *page, const char *label, const struct cost *cost)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char number[NUMBER_TEXT_MAX];

	if (!cost->usd.known)
		return;
	if (fabs(cost->usd.low) < LEAST_USD && fabs(cost->usd.high) < LEAST_USD)
		strbuf_add(&text, "under a millionth of a USD");
	else {
		number_quantity(&cost->usd, NUMBER_USD, number, sizeof number);
		strbuf_printf(&text, "%s of %d", number, cost->dollars_of);
	}
	strbuf_printf(&text, ": %s", cost->usd_per_t.value.source);
	if (fabs(cost->usd.low) >= LEAST_USD || fabs(cost->usd.high) >= LEAST_USD)
		phrase_cost_interval(&cost->usd_per_t, &text);
	if (cost->usd_per_t.why[0] != '\0')
		strbuf_printf(&text, "; %s", cost->usd_per_t.why);
	field_taken(page, label, &text);
}

static void add_carbon(const struct page *page)
{
	const struct run_view *view = page->view;

	heading(page, "facility and carbon");
	add_factor(page, "facility", &view->facility_kwh, NUMBER_KWH, "");
	add_factor(page, "PUE", &view->pue.value, NUMBER_PLAIN, view->pue.value.source);
	add_factor(page, "carbon", &view->carbon_kg, NUMBER_CO2E,
		   view->carbon_kg.known ? ""
					 : phrase_reason(view, &view->carbon_kg, "kg"));
	if (view->carbon_marginal_kg.known)
		add_factor(page, "marginal", &view->carbon_marginal_kg, NUMBER_CO2E,
			   view->marginal.value.source);
	add_factor(page, "intensity", &view->intensity.value, NUMBER_GPKWH,
		   view->intensity.value.source);
	add_basis_of(page);
	add_place(page);
	add_cost(page, "cost", &view->cost_country);
	add_cost(page, "", &view->cost_global);
	if (view->water_l.known)
		add_factor(page, "water", &view->water_l, NUMBER_LITRE,
			   view->water_l.source);
}

static void add_activity(const struct page *page)
{
	const struct run_info *info = &page->view->record.info;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char duration[TIME_TEXT_MAX] = "not known";

	heading(page, "activity");
	if (info->has_scope_cpu)
		duration_text((int64_t)info->scope_cpu_ns, duration, sizeof duration);
	field(page, "CPU time", duration);
	(void)snprintf(duration, sizeof duration, "not known");
	if (info->has_machine_cpu)
		duration_text((int64_t)info->machine_cpu_ns, duration, sizeof duration);
	field(page, "machine's", duration);
	strbuf_printf(&text, "%u seen, %u ended", info->processes_seen,
		      info->processes_ended);
	field_taken(page, "processes", &text);
	if (info->reserve.how[0] != '\0') {
		strbuf_printf(&text, "%u.%u %% of the CPUs, %u.%u %% of the memory (%s)",
			      info->reserve.cpu_permille / 10,
			      info->reserve.cpu_permille % 10,
			      info->reserve.mem_permille / 10,
			      info->reserve.mem_permille % 10, info->reserve.how);
		field_taken(page, "reserved", &text);
	}
}

static void add_gap(const struct page *page, const struct gap *gap)
{
	const struct run_record *record = &page->view->record;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	strbuf_printf(&text, "%s, %.2f s to %.2f s: %s",
		      gap->domain < record->domain_count
			      ? record->domains[gap->domain].domain.id
			      : "unknown domain",
		      (double)gap->from_ns / 1e9, (double)gap->to_ns / 1e9,
		      gap_why_text(gap->why));
	field_taken(page, "gap", &text);
}

static void add_quality(const struct page *page)
{
	const struct run_view *view = page->view;
	const struct run_record *record = &view->record;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char percent[NUMBER_TEXT_MAX] = "not known: no domain was counted";

	heading(page, "quality");
	if (view->coverage_ratio >= 0)
		number_percent(view->coverage_ratio, percent, sizeof percent);
	field(page, "coverage", percent);
	strbuf_printf(&text, "%u taken, %u missed", record->info.samples,
		      record->info.missed);
	if (record->info.period_ns > 0)
		strbuf_printf(&text, ", one every %g s",
			      (double)record->info.period_ns / 1e9);
	field_taken(page, "samples", &text);
	for (size_t i = 0; i < record->gap_count && i < GAPS_SHOWN; i++)
		add_gap(page, &record->gaps[i]);
	if (record->gap_count > GAPS_SHOWN) {
		strbuf_printf(&text, "and %zu more (--json has them all)",
			      record->gap_count - GAPS_SHOWN);
		field_taken(page, "gap", &text);
	}
}

static void add_warnings(const struct page *page)
{
	const struct run_record *record = &page->view->record;

	if (record->warning_count == 0)
		return;
	heading(page, "warnings");
	for (size_t i = 0; i < record->warning_count; i++)
		bullet(page, record->warnings[i].text);
}

static void add_marks(const struct page *page)
{
	const struct run_record *record = &page->view->record;
	char at[TIME_TEXT_MAX];

	if (record->mark_count == 0)
		return;
	heading(page, "marks");
	for (size_t i = 0; i < record->mark_count && i < MARKS_SHOWN; i++) {
		duration_text(record->marks[i].t_ns, at, sizeof at);
		field(page, at, record->marks[i].name);
	}
	if (record->mark_count > MARKS_SHOWN)
		strbuf_printf(page->out, "  and %zu more (--json has them all)\n",
			      record->mark_count - MARKS_SHOWN);
}

static bool is_named(const struct run_metric *metrics, const size_t *at, size_t count,
		     const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(metrics[at[i]].name, name) == 0)
			return true;
	return false;
}

/* Where each name stands last, the newest first. Bounded: a run may have 100,000 values. */
static size_t last_of_each(const struct run_record *record, size_t at[METRICS_SHOWN])
{
	size_t count = 0;

	for (size_t i = record->metric_count; i-- > 0 && count < METRICS_SHOWN;)
		if (!is_named(record->metrics, at, count, record->metrics[i].name))
			at[count++] = i;
	return count;
}

static void add_metrics(const struct page *page)
{
	const struct run_record *record = &page->view->record;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	size_t at[METRICS_SHOWN];
	size_t count = last_of_each(record, at);

	if (count == 0)
		return;
	heading(page, "metrics, last value");
	while (count-- > 0) {
		const struct run_metric *metric = &record->metrics[at[count]];

		strbuf_printf(&text, "%s: %.6g", metric->name, metric->value);
		bullet(page, strbuf_part(page->out, &text));
		strbuf_done(&text);
	}
}

static void add_machine(const struct page *page)
{
	CLEANUP(strbuf_done) struct strbuf hardware = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf software = STRBUF_INIT;

	phrase_hardware(&page->view->record, &hardware);
	phrase_software(&page->view->record, &software);
	if (strbuf_part(page->out, &hardware)[0] == '\0' &&
	    strbuf_part(page->out, &software)[0] == '\0')
		return;
	heading(page, "machine");
	field_taken(page, "hardware", &hardware);
	field_taken(page, "software", &software);
}

static void add_cost_of_tracking(const struct run_info *info, struct strbuf *text)
{
	char duration[TIME_TEXT_MAX];

	duration_text((int64_t)info->tracker_cpu_ns, duration, sizeof duration);
	strbuf_printf(text, "%s of CPU", duration);
	if (info->tracker_rss_kib > 0)
		strbuf_printf(text, ", %.1f MiB of memory",
			      (double)info->tracker_rss_kib / 1024);
	if (info->tracker_written_bytes > 0)
		strbuf_printf(text, ", %.1f kB written",
			      (double)info->tracker_written_bytes / 1000);
}

static void add_tracker(const struct page *page)
{
	const struct run_info *info = &page->view->record.info;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	heading(page, "what the tracking cost");
	if (strcmp(info->how, "import") == 0)
		strbuf_add(&text, "not known: another tracker watched this run");
	else
		add_cost_of_tracking(info, &text);
	field_taken(page, "tracker", &text);
	if (info->version[0] != '\0')
		strbuf_printf(&text, "gramme %s, ", info->version);
	strbuf_printf(&text, "equations %s, data of %s", page->view->method,
		      page->view->data_version);
	field_taken(page, "method", &text);
}

static void text_run(const struct run_view *view, const struct report_opts *opts,
		     struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	const struct page page = { view, opts, out };

	(void)locale;
	add_run(&page);
	add_energy(&page);
	add_components(&page);
	add_carbon(&page);
	add_activity(&page);
	add_quality(&page);
	add_warnings(&page);
	add_marks(&page);
	add_metrics(&page);
	told_text(view, opts, out);
	add_machine(&page);
	add_tracker(&page);
}

const struct report report_text = { .name = "text", .run = text_run };
