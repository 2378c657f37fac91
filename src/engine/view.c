/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/view.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/ledger.h"
#include "engine/gpu-use.h"
#include "engine/weigh.h"
#include "report/phrase.h"

static void free_ledger(struct ledger **ledger)
{
	ledger_free(*ledger);
}

static void free_finder(struct idle_finder **finder)
{
	idle_finder_free(*finder);
}

static int idle_row(void *ctx, const struct sample *row)
{
	idle_finder_add(ctx, row);
	return 0;
}

/* What the second pass feeds. */
struct pass {
	struct ledger *ledger;
	struct weigh *weigh;
	struct gpu_use_sums gpus;
};

static int pass_row(void *ctx, const struct sample *row)
{
	struct pass *pass = ctx;

	ledger_add(pass->ledger, row);
	weigh_point(pass->weigh, row->t_ns, ledger_active_uj(pass->ledger));
	gpu_use_add(&pass->gpus, row);
	return 0;
}

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

static int fill_energy(struct run_view *view, struct store *store, struct weigh *weigh,
		       struct diag *diag)
{
	struct run_record *record = &view->record;
	CLEANUP(free_finder) struct idle_finder *finder = NULL;
	CLEANUP(free_ledger) struct ledger *ledger = NULL;
	struct idle idle[DOMAINS_MAX];
	struct pass pass = { 0 };
	int r = idle_finder_new(record->domains, record->domain_count, &finder);

	if (r == 0)
		r = ledger_new(record->domains, record->domain_count,
			       &record->info.reserve, &ledger);
	if (r < 0)
		return diag_fail(diag, r, "cannot work out run %s", record->info.id);
	r = store_rows(store, record->info.key, idle_row, finder, diag);
	if (r < 0)
		return r;
	memset(idle, 0, sizeof idle);
	for (size_t i = 0; i < record->domain_count; i++)
		idle_finder_get(finder, i, &idle[i]);
	ledger_set_idle(ledger, idle);
	pass.ledger = ledger;
	pass.weigh = weigh;
	r = store_rows(store, record->info.key, pass_row, &pass, diag);
	if (r < 0)
		return r;
	view->gpu_count = gpu_use_views(&pass.gpus, record->domains, record->domain_count,
					view->gpus);
	for (size_t i = 0; i < record->domain_count; i++) {
		struct ledger_domain sums;

		ledger_widen(ledger, i, record->domains[i].maybe_lost_uj,
			     record->domains[i].ripple_uj);
		ledger_domain_get(ledger, i, &sums);
		view->components[i].what = record->domains[i];
		fill_component(&view->components[i], &sums, &idle[i],
			       record->info.duration_ns);
	}
	fill_sums(view, ledger);
	return 0;
}

/* Of the reader's own tables, not of the run: said beside its warnings, and not stored. */
static int warn_of_tables(struct tables *tables, struct run_record *record)
{
	struct run_warning *warnings;
	struct run_warning *own;

	if (!tables || tables_trouble(tables)[0] == '\0')
		return 0;
	warnings = reallocarray(record->warnings, record->warning_count + 1,
				sizeof *warnings);
	if (!warnings)
		return -ENOMEM;
	record->warnings = warnings;
	own = &warnings[record->warning_count++];
	(void)copy_text(own->code, sizeof own->code, "tables");
	(void)snprintf(own->text, sizeof own->text,
		       "%.160s: that table of your own is left aside for the one inside",
		       tables_trouble(tables));
	return 0;
}

int view_make(const struct view_door *door, int64_t run, struct diag *diag,
	      struct run_view *ret)
{
	CLEANUP(run_view_done) struct run_view view;
	CLEANUP(weigh_done) struct weigh weigh;
	int r;

	memset(&view, 0, sizeof view);
	memset(&weigh, 0, sizeof weigh);
	r = store_load(door->store, run, diag, &view.record);
	if (r < 0)
		return r;
	if (view.record.domain_count > DOMAINS_MAX)
		return diag_say(diag, -EPROTO, "run %s has more than %d domains",
				view.record.info.id, DOMAINS_MAX);
	view.component_count = view.record.domain_count;
	view.components = calloc(view.component_count + 1, sizeof *view.components);
	if (!view.components)
		return diag_fail(diag, -ENOMEM, "cannot work out run %s",
				 view.record.info.id);
	weigh_begin(&weigh, door->tables, door->store, &view.record.info);
	r = fill_energy(&view, door->store, &weigh, diag);
	if (r < 0)
		return r;
	fill_beside(&view);
	fill_coverage(&view);
	weigh.slept = phrase_warning(&view, "suspended") != NULL;
	weigh_end(&weigh, &view);
	if (warn_of_tables(door->tables, &view.record) < 0)
		return diag_fail(diag, -ENOMEM, "cannot work out run %s",
				 view.record.info.id);
	*ret = view;
	memset(&view, 0, sizeof view);
	return 0;
}
