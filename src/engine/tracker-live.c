/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A running sum beside the ledger, for a launcher that asked to be told how far the run is.
 * Without that nothing here is made and nothing is done. The joules are shared out as in the
 * view at the end, from the same rows; the grammes are those of the joules so far at the mean
 * intensity of the time so far, from the series where there is one, else the yearly mean.
 */
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "calc/ledger.h"
#include "engine/outlook.h"
#include "engine/tracker-internal.h"
#include "engine/weigh.h"
#include "model/progress.h"
#include "place/region.h"

/* A tick that comes a little early counts for its second. */
#define TELL_NS        (900 * NS_PER_MS)
#define WEIGH_AGAIN_NS (60 * NS_PER_S)
/* Until then a meter, or the grid, may be found. */
#define PATIENCE_NS (10 * NS_PER_S)

struct tracker_live {
	struct ledger *ledger;
	struct sample first; /* kept until the domains are all known */
	bool has_first;
	bool asked; /* and not yet answered */
	struct progress last;
	int64_t told_ns; /* since the run's start, as all times here */
	double told_j;
	int64_t weighed_ns; /* INT64_MIN: not yet */
	char weighed_for[sizeof((struct run_info *)0)->region +
			 sizeof((struct run_info *)0)->grid];
	double kg_per_j;
	struct outlook outlook; /* of the three below, where one is asked for */
	struct run_outlook foreseen;
	struct budget_said said;
};

/* Somebody wants to know what the whole will use. */
static bool looks_ahead(const struct tracker *t)
{
	return t->plan->live || t->plan->budget.of != BUDGET_NONE;
}

void tracker_live_init(struct tracker *t)
{
	bool wanted = looks_ahead(t) || t->plan->live_when_asked;
	struct tracker_live *live = wanted ? calloc(1, sizeof *live) : NULL;

	t->live = live;
	if (!live)
		return;
	live->weighed_ns = INT64_MIN;
	live->kg_per_j = NAN;
	outlook_init(&live->outlook, t->plan->expected_s);
}

void tracker_live_free(struct tracker *t)
{
	if (t->live)
		ledger_free(t->live->ledger);
	free(t->live);
	t->live = NULL;
}

void tracker_live_mark(struct tracker *t, const char *name)
{
	if (t->live)
		(void)copy_text(t->live->last.mark, sizeof t->live->last.mark, name);
}

void tracker_live_metric(struct tracker *t, const struct run_metric *metric)
{
	if (t->live && strcmp(metric->name, OUTLOOK_METRIC) == 0)
		outlook_tell(&t->live->outlook, (double)metric->t_ns / (double)NS_PER_S,
			     metric->value);
}

/* --- grammes ------------------------------------------------------------------------------ */

/* The place by the time zone, while nobody has said better; the run's own stays as it is. */
static void guess_place(const struct tracker *t, struct tables *tables,
			struct run_info *info)
{
	struct diag ignored = { 0 };
	struct place place;

	if (info->region[0] != '\0' ||
	    region_of_timezone(t->plan->here, tables, &ignored, &place) < 0)
		return;
	(void)copy_text(info->region, sizeof info->region, place.text);
	(void)copy_text(info->region_how, sizeof info->region_how, place.how);
}

static double kg_per_j(struct tracker *t)
{
	struct run_info info = *t->info; /* what it owns stays the run's */
	struct tables *tables = tracker_tables(t);
	AUTO_FREE struct run_view *view = calloc(1, sizeof *view);
	CLEANUP(weigh_done) struct weigh weigh = { .tables = NULL };

	if (!tables || !view)
		return NAN;
	guess_place(t, tables, &info);
	weigh_begin(&weigh, tables, recorder_store(t->recorder), &info);
	weigh_point(&weigh, 0, 0);
	weigh_point(&weigh, info.duration_ns, UJ_PER_J);
	view->attributed_j = (struct quantity){
		.known = true, .value = 1, .low = 1, .high = 1, .kind = KIND_DERIVED
	};
	weigh_end(&weigh, view);
	return view->carbon_kg.known ? view->carbon_kg.value : NAN;
}

/* Now and then, and when the place or the grid has been found. */
static void weigh_if_due(struct tracker *t)
{
	struct tracker_live *live = t->live;
	char now_for[sizeof live->weighed_for];

	(void)copy_text(now_for, sizeof now_for, t->info->region);
	(void)copy_text(now_for + strlen(now_for), sizeof now_for - strlen(now_for),
			t->info->grid);
	if (live->weighed_ns != INT64_MIN && strcmp(now_for, live->weighed_for) == 0 &&
	    t->row.t_ns - live->weighed_ns < WEIGH_AGAIN_NS)
		return;
	(void)copy_text(live->weighed_for, sizeof live->weighed_for, now_for);
	live->weighed_ns = t->row.t_ns;
	live->kg_per_j = kg_per_j(t);
}

/* --- telling ------------------------------------------------------------------------------ */

static void fill(struct tracker *t, struct progress *progress)
{
	struct tracker_live *live = t->live;
	double s = (double)(t->row.t_ns - live->told_ns) / (double)NS_PER_S;
	struct ledger_total total;

	ledger_total_get(live->ledger, &total);
	if (looks_ahead(t))
		outlook_get(&live->outlook, &total, &live->foreseen);
	progress->forecast_j = live->foreseen.total_j.value;
	progress->forecast_low_j = live->foreseen.total_j.low;
	progress->forecast_high_j = live->foreseen.total_j.high;
	progress->time_left_s = live->foreseen.time_left_s;
	progress->read_ns = t->series.start_ns + t->row.t_ns;
	progress->kind = total.kind;
	progress->attributed_j = NAN;
	progress->power_w = NAN;
	progress->carbon_kg = NAN;
	if (total.counted == 0 || !total.sum.has_machine || !total.sum.has_share)
		return;
	progress->attributed_j = (double)total.sum.active.value / (double)UJ_PER_J;
	if (s > 0)
		progress->power_w = (progress->attributed_j - live->told_j) / s;
	if (t->plan->live || t->plan->live_when_asked || t->plan->budget.of == BUDGET_KG)
		weigh_if_due(t);
	progress->carbon_kg = progress->attributed_j * live->kg_per_j;
}

static void say_all(struct tracker *t)
{
	struct tracker_live *live = t->live;

	fill(t, &live->last);
	live->told_ns = t->row.t_ns;
	if (isfinite(live->last.attributed_j))
		live->told_j = live->last.attributed_j;
}

static void add_number(struct strbuf *out, const char *key, double value)
{
	if (isfinite(value))
		strbuf_printf(out, "\"%s\": %.9g, ", key, value);
	else
		strbuf_printf(out, "\"%s\": null, ", key);
}

/* The link's other end asked and reads: it is not offered but sent. */
void tracker_live_answer(struct tracker *t)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct tracker_live *live = t->live;
	struct ledger_total total;
	bool known;

	if (!live)
		return;
	live->asked = !live->ledger;
	if (live->asked)
		return;
	tracker_read_edge(t);
	say_all(t);
	ledger_total_get(live->ledger, &total);
	known = total.counted > 0 && total.sum.has_machine;
	strbuf_add(&out, "{");
	add_number(&out, "t_s", (double)t->row.t_ns / (double)NS_PER_S);
	add_number(&out, "attributed_j", live->last.attributed_j);
	add_number(&out, "machine_j",
		   known ? (double)total.sum.machine.value / (double)UJ_PER_J : NAN);
	add_number(&out, "power_w", live->last.power_w);
	add_number(&out, "carbon_kg", live->last.carbon_kg);
	strbuf_printf(&out, "\"kind\": \"%s\"}", kind_text(live->last.kind));
	if (!out.failed)
		(void)!message_send_text(t->plan->link_fd, MESSAGE_PROGRESS, out.text);
}

/* Before the end the launcher says it at once; what comes with the end is said with the numbers. */
static void say_budget(struct tracker *t, const char *code, const char *text, bool last)
{
	char notice[1 + BUDGET_TEXT_MAX];

	tracker_warn(t, code, "%s", text);
	if (last || t->fds[FD_LINK].fd < 0) {
		strbuf_printf(&t->trouble, "%s%s", t->trouble.len ? "\n" : "", text);
		return;
	}
	notice[0] = strcmp(code, "budget-unwatched") == 0 ? '.' : '!';
	(void)copy_text(notice + 1, sizeof notice - 1, text);
	(void)!message_send_text(t->plan->link_fd, MESSAGE_NOTICE, notice);
}

static void watch_budget(struct tracker *t, bool last)
{
	struct tracker_live *live = t->live;
	const struct budget_now now = {
		.used_j = live->last.attributed_j,
		.kg_per_j = live->kg_per_j,
		.kind = live->last.kind,
		.outlook = &live->foreseen,
		.patient = !last && t->row.t_ns < PATIENCE_NS,
	};
	char text[BUDGET_TEXT_MAX];
	const char *code = budget_look(&t->plan->budget, &now, &live->said, text);

	if (code)
		say_budget(t, code, text, last);
}

void tracker_live_begin(struct tracker *t)
{
	struct tracker_live *live = t->live;

	if (!live || ledger_new(t->machine->domains, t->machine->domain_count, NULL,
				&live->ledger) < 0)
		return;
	ledger_add(live->ledger, &live->first);
	if (t->row.t_ns > live->first.t_ns)
		ledger_add(live->ledger, &t->row);
	if (live->asked)
		tracker_live_answer(t);
}

void tracker_live_row(struct tracker *t, bool last)
{
	struct tracker_live *live = t->live;

	if (!live)
		return;
	if (!live->ledger) {
		if (!live->has_first)
			live->first = t->row;
		live->has_first = true;
		return;
	}
	ledger_add(live->ledger, &t->row);
	if (!looks_ahead(t))
		return;
	outlook_see(&live->outlook, (double)t->row.t_ns / (double)NS_PER_S,
		    (double)ledger_active_uj(live->ledger) / (double)UJ_PER_J);
	if (!last && t->row.t_ns - live->told_ns < TELL_NS)
		return;
	say_all(t);
	if (t->plan->budget.of != BUDGET_NONE)
		watch_budget(t, last);
	if (last || !t->plan->live || t->fds[FD_LINK].fd < 0)
		return;
	(void)!message_offer(t->plan->link_fd, MESSAGE_LIVE, &live->last,
			     sizeof live->last);
}
