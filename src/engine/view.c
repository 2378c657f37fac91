/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/view.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "engine/passes.h"
#include "engine/view-wall.h"
#include "report/phrase.h"

static struct quantity quantity_j(const struct bounded_uj *uj, enum kind kind,
				  const char *source)
{
	struct quantity q = {
		.known = true,
		.value = (double)uj->value / 1e6,
		.low = (double)uj->low / 1e6,
		.high = (double)uj->high / 1e6,
		.kind = kind,
	};

	(void)copy_text(q.source, sizeof q.source, source);
	return q;
}

/* A share is never better known than by dividing: measured joules become derived ones. */
static enum kind share_kind(enum kind kind)
{
	return kind_worse(kind, KIND_DERIVED);
}

static void fill_component(struct component_view *view, const struct ledger_domain *sums,
			   const struct idle *idle, int64_t duration_ns)
{
	const struct domain *domain = &view->what.domain;
	bool whole = sums->has_share && sums->active.value == sums->machine.value;
	enum kind kind = whole ? domain->kind : share_kind(domain->kind);

	view->idle_w = idle->known ? (double)idle->power_uw / 1e6 : -1;
	(void)copy_text(view->idle_how, sizeof view->idle_how, idle->how);
	if (!sums->has_machine) {
		(void)copy_text(view->machine_j.source, sizeof view->machine_j.source,
				"its counter gave no two different readings");
		return;
	}
	view->machine_j = quantity_j(&sums->machine, domain->kind, view->what.source);
	view->coverage_ratio =
		duration_ns > 0 ? (double)sums->covered_ns / (double)duration_ns : 1;
	if (view->coverage_ratio > 1)
		view->coverage_ratio = 1;
	if (!sums->has_share)
		return;
	view->attributed_j = quantity_j(&sums->active, kind, sums->share_how);
	if (sums->has_marginal)
		view->marginal_j = quantity_j(&sums->marginal, share_kind(domain->kind),
					      sums->share_how);
	if (sums->has_reserved)
		view->reserved_j = quantity_j(&sums->reserved, share_kind(domain->kind),
					      sums->share_how);
	view->has_share = sums->machine.value > 0;
	if (view->has_share)
		view->share_ratio =
			(double)sums->active.value / (double)sums->machine.value;
}

/* "powercap: package-0, dram-0; nvml: gpu-0": where the sum comes from. */
static void list_sources(const struct run_record *record, char *buf, size_t size)
{
	const char *last = "";
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < record->domain_count && used < size; i++) {
		const struct run_domain *own = &record->domains[i];
		bool same = strcmp(last, own->source) == 0;
		int n;

		if (!own->counted)
			continue;
		n = snprintf(buf + used, size - used, "%s%s%s%s",
			     used == 0 ? "" : (same ? ", " : "; "),
			     same ? "" : own->source, same ? "" : ": ", own->domain.id);
		used += n > 0 ? (size_t)n : 0;
		last = own->source;
	}
}

static void fill_sums(struct run_view *view, const struct ledger *ledger)
{
	struct ledger_total total;
	char source[QUANTITY_SOURCE_MAX];
	enum kind kind;

	ledger_total_get(ledger, &total);
	if (total.counted == 0 || !total.sum.has_machine)
		return;
	list_sources(&view->record, source, sizeof source);
	view->machine_j = quantity_j(&total.sum.machine, total.kind, source);
	if (!total.sum.has_share)
		return;
	kind = total.sum.active.value == total.sum.machine.value ? total.kind
								 : share_kind(total.kind);
	view->attributed_j = quantity_j(&total.sum.active, kind, source);
	if (total.sum.has_marginal)
		view->marginal_j =
			quantity_j(&total.sum.marginal, share_kind(total.kind), source);
	if (total.sum.has_reserved)
		view->reserved_j =
			quantity_j(&total.sum.reserved, share_kind(total.kind), source);
}

/* What estimates say of the families without a meter. Their errors may go one way: added. */
static void fill_beside(struct run_view *view)
{
	struct quantity *beside = &view->beside_j;

	for (size_t i = 0; i < view->component_count; i++) {
		const struct component_view *own = &view->components[i];
		const struct quantity *part = &own->attributed_j;

		if (own->what.domain.kind != KIND_MODELLED || own->what.counted ||
		    !part->known)
			continue;
		beside->known = true;
		beside->kind = KIND_MODELLED;
		beside->value += part->value;
		beside->low += part->low;
		beside->high += part->high;
		(void)snprintf(beside->source + strlen(beside->source),
			       sizeof beside->source - strlen(beside->source), "%s%s",
			       beside->source[0] ? ", " : "", own->what.domain.id);
	}
}

static void fill_coverage(struct run_view *view)
{
	view->coverage_ratio = -1;
	for (size_t i = 0; i < view->component_count; i++) {
		const struct component_view *own = &view->components[i];

		if (own->what.counted && (view->coverage_ratio < 0 ||
					  own->coverage_ratio < view->coverage_ratio))
			view->coverage_ratio = own->coverage_ratio;
	}
}

void view_facility(struct tables *tables, struct run_view *view)
{
	CLEANUP(weigh_done) struct weigh weigh;

	weigh_begin(&weigh, tables, NULL, &view->record.info);
	weigh_end(&weigh, view);
}

void view_weighing(const struct run_view *view, int64_t at_unix_ns, struct weighing *ret)
{
	const struct run_info *info = &view->record.info;

	memset(ret, 0, sizeof *ret);
	ret->at_unix_ns = at_unix_ns;
	ret->facility_kwh = view->facility_kwh;
	ret->carbon_kg = view->carbon_kg;
	ret->intensity_gpkwh = view->intensity.value;
	(void)copy_text(ret->carbon_kg.source, sizeof ret->carbon_kg.source,
			view->intensity.value.source);
	(void)copy_text(ret->place, sizeof ret->place, info->region);
	(void)copy_text(ret->grid, sizeof ret->grid, info->grid);
	(void)copy_text(ret->method, sizeof ret->method, view->method);
	(void)copy_text(ret->data_version, sizeof ret->data_version, view->data_version);
}

static void fill_energy(struct run_view *view, const struct passes *passes)
{
	struct run_record *record = &view->record;

	view->gpu_count = gpu_use_views(&passes->gpus, record->domains,
					record->domain_count, view->gpus);
	for (size_t i = 0; i < record->domain_count; i++) {
		struct ledger_domain sums;

		ledger_widen(passes->ledger, i, record->domains[i].maybe_lost_uj,
			     record->domains[i].ripple_uj);
		ledger_domain_get(passes->ledger, i, &sums);
		view->components[i].what = record->domains[i];
		fill_component(&view->components[i], &sums, &passes->idle[i],
			       record->info.duration_ns);
	}
	fill_sums(view, passes->ledger);
}

struct run_warning *view_warn(struct run_record *record, const char *code)
{
	struct run_warning *warnings =
		reallocarray(record->warnings, record->warning_count + 1,
			     sizeof *warnings);
	struct run_warning *own;

	if (!warnings)
		return NULL;
	record->warnings = warnings;
	own = &warnings[record->warning_count++];
	(void)copy_text(own->code, sizeof own->code, code);
	return own;
}

/* Of the reader's own tables, not of the run. */
static int warn_of_tables(struct tables *tables, struct run_record *record)
{
	struct run_warning *own;

	if (!tables || tables_trouble(tables)[0] == '\0')
		return 0;
	own = view_warn(record, "tables");
	if (!own)
		return -ENOMEM;
	(void)snprintf(own->text, sizeof own->text,
		       "%.160s: that table of your own is left aside for the one inside",
		       tables_trouble(tables));
	return 0;
}

/* Of marks that were meant for a section. */
static int warn_of_sections(const struct sections *sections, struct run_record *record)
{
	size_t ends = sections_lost_ends(sections);
	size_t left = sections_left_out(sections);
	struct run_warning *own;

	if (ends == 0 && left == 0)
		return 0;
	own = view_warn(record, "sections");
	if (!own)
		return -ENOMEM;
	if (left > 0)
		(void)snprintf(own->text, sizeof own->text,
			       "%zu marks of sections are left out: there is room for "
			       "%d names",
			       left, SECTIONS_MAX);
	else
		(void)snprintf(own->text, sizeof own->text,
			       "%zu %s a section that was not begun: left aside", ends,
			       ends == 1 ? "mark ends" : "marks end");
	return 0;
}

static void fill_outlook(const struct passes *passes, struct run_view *view)
{
	struct ledger_total total;

	if (!passes->outlook)
		return;
	ledger_total_get(passes->ledger, &total);
	view->goes_on = true;
	outlook_get(passes->outlook, &total, &view->outlook);
}

static int fill_sections(const struct passes *passes, struct run_view *view)
{
	int r;

	if (!passes->sections)
		return 0;
	r = sections_end(passes->sections, &view->attributed_j, &view->machine_j,
			 &view->sections, &view->section_count);
	return r < 0 ? r : warn_of_sections(passes->sections, &view->record);
}

static int load(const struct view_door *door, int64_t run, struct diag *diag,
		struct run_view *view)
{
	int r = store_load(door->store, run, diag, &view->record);

	if (r < 0)
		return r;
	if (view->record.domain_count > DOMAINS_MAX)
		return diag_say(diag, -EPROTO, "run %s has more than %d domains",
				view->record.info.id, DOMAINS_MAX);
	view->component_count = view->record.domain_count;
	view->components = calloc(view->component_count + 1, sizeof *view->components);
	if (!view->components)
		return -ENOMEM;
	return view->record.info.inside[0] == '\0'
		       ? 0
		       : store_outers(door->store, run, diag, &view->outers,
				      &view->outer_count);
}

static int finish(const struct view_door *door, const struct passes *passes,
		  struct run_view *view)
{
	int r;

	fill_energy(view, passes);
	fill_outlook(passes, view);
	fill_beside(view);
	fill_coverage(view);
	passes->weigh->slept = phrase_warning(view, "suspended") != NULL;
	weigh_end(passes->weigh, view);
	r = fill_sections(passes, view);
	if (r == 0)
		r = view_wall(door, view);
	return r < 0 ? r : warn_of_tables(door->tables, &view->record);
}

/* The bins are at hand where a curve is made: its times in the series' hours. */
static int take_curve(const struct passes *passes, struct run_curve *ret)
{
	const struct weigh *weigh = passes->weigh;
	int r = curve_end(passes->curve, ret);

	return r < 0 ? r
		     : curve_weigh(ret, weigh->info, &weigh->series[SIGNAL_AVERAGE],
				   &weigh->yearly[SIGNAL_AVERAGE].value);
}

int view_make_more(const struct view_door *door, int64_t run, struct view_more *more,
		   struct diag *diag, struct run_view *ret)
{
	CLEANUP(run_view_done) struct run_view view;
	CLEANUP(run_curve_done) struct run_curve curve = { .bins = 0 };
	CLEANUP(weigh_done) struct weigh weigh;
	CLEANUP(passes_done) struct passes passes = { .weigh = &weigh };
	int r;

	memset(&view, 0, sizeof view);
	memset(&weigh, 0, sizeof weigh);
	r = load(door, run, diag, &view);
	if (r == 0) {
		weigh_begin(&weigh, door->tables, door->store, &view.record.info);
		r = passes_begin(&passes, &view.record, more ? &more->bins_max : NULL);
	}
	if (r == 0)
		r = passes_run(&passes, door->store, diag);
	if (r == 0)
		r = finish(door, &passes, &view);
	if (r == 0 && more)
		r = take_curve(&passes, &curve);
	if (r == -ENOMEM)
		return diag_fail(diag, r, "cannot work out run %s", view.record.info.id);
	if (r < 0)
		return r;
	*ret = view;
	memset(&view, 0, sizeof view);
	if (more) {
		more->curve = curve;
		memset(&curve, 0, sizeof curve);
	}
	return 0;
}

int view_make(const struct view_door *door, int64_t run, struct diag *diag,
	      struct run_view *ret)
{
	return view_make_more(door, run, NULL, diag, ret);
}
