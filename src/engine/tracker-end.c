/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/ledger.h"
#include "engine/tracker-internal.h"
#include "engine/view.h"
#include "report/report.h"

/* A hundredth: what the run may be too long by before it is said. */
#define LONG_PART 100
/* What the two ways to count CPU time may differ by, start and ticks and all. */
#define CGROUP_SLACK_NS (20 * (uint64_t)NS_PER_MS)

/*
 * Of those it waited for the launcher knows the time to the microsecond, /proc only to the
 * tick. A cgroup knows as well, unless the command left it, or never came to be in it.
 */
static void take_children_cpu(struct tracker *t)
{
	uint64_t seen_ns = t->frame.use.scope_cpu_ns;
	uint64_t told_ns = t->end.children_cpu_ns;
	bool own_cgroup = t->plan->scope.cgroup[0] != '\0';

	if (!t->end.has_children_cpu || !(t->frame.use.has & USE_SCOPE_CPU) ||
	    told_ns <= seen_ns)
		return;
	if (own_cgroup && told_ns - seen_ns < CGROUP_SLACK_NS + seen_ns / 50)
		return;
	if (own_cgroup)
		tracker_warn(t, "left-cgroup",
			     "the command was not in the run's cgroup all the time; its "
			     "CPU time is what it was waited for with");
	t->frame.use.scope_cpu_ns = told_ns;
}

/* The last reading is taken first; then the launcher has its time to say how it ended. */
static void last_reading(struct tracker *t)
{
	int64_t deadline_ns = host_now_ns(t->host) + END_WAIT_NS;

	sampler_take(t->sampler, READ_EDGE, &t->frame);
	while (strcmp(t->info->how, "run") == 0 && t->root_ended && !t->told_end &&
	       !t->abort && t->fds[FD_LINK].fd >= 0 && host_now_ns(t->host) < deadline_ns)
		tracker_take_link(t, deadline_ns);
	take_children_cpu(t);
	tracker_take_in(t, true);
}

static void decide_state(struct tracker *t)
{
	struct run_info *info = t->info;

	if (t->told_end) {
		info->has_exit_status = true;
		info->exit_status = t->end.exit_status;
		info->state = t->end.exit_status == 0 ? RUN_FINISHED : RUN_FAILED;
	} else if (strcmp(info->how, "begin") == 0 ||
		   (!t->root_ended && t->give_up_ns != INT64_MAX)) {
		info->state = RUN_INTERRUPTED;
		tracker_warn(t, "interrupted",
			     "the run was cut off: nothing said how it ended");
	} else {
		info->state = RUN_FINISHED;
	}
}

/*
 * A counter that never moved in all that time is not a meter: then the estimate counts. One
 * that cannot be read any more is a meter with a gap.
 */
static void drop_dead(struct tracker *t)
{
	bool any = false;

	for (uint32_t i = 0; i < t->machine->domain_count; i++) {
		struct run_domain *own = &t->machine->domains[i];

		own->stood_still = own->domain.measure == MEASURE_ENERGY &&
				   !t->series.domains[i].alive &&
				   (t->frame.reading[i].has & READING_ENERGY) &&
				   t->info->duration_ns >= NS_PER_S;
		any = any || own->stood_still;
		if (own->stood_still && own->counted)
			tracker_warn(t, "dead-meter",
				     "%s never moved: it is no working meter",
				     own->domain.id);
	}
	if (any)
		ledger_decide(t->machine->domains, t->machine->domain_count);
}

/* E-8: what cannot be two counters is counted once. */
static void drop_twins(struct tracker *t)
{
	for (uint32_t i = 0; i < t->machine->domain_count; i++) {
		struct run_domain *own = &t->machine->domains[i];
		int twin = t->series.domains[i].twin;
		char id[DOMAIN_ID_MAX];

		if (!own->counted || twin < 0 || !t->machine->domains[twin].counted)
			continue;
		own->counted = false;
		(void)copy_text(id, sizeof id, t->machine->domains[twin].domain.id);
		(void)snprintf(own->why_not, sizeof own->why_not,
			       "reads the same as %s to the unit: suspect", id);
		tracker_warn(t, "twin", "%s %s; it is not counted", own->domain.id,
			     own->why_not);
	}
}

/* The job comes first: it does not wait for a slow sensor, but it is said. */
static void warn_if_late(struct tracker *t)
{
	int64_t late_ns = t->series.start_ns - t->end.began_ns;

	if (t->end.began_ns > 0 && late_ns > LATE_NS)
		tracker_warn(t, "late-start",
			     "the first reading came %.0f ms after the command began; "
			     "what was used until then is not in the sum",
			     (double)late_ns / 1e6);
}

/* A sampler that was held up reads on after the end. Of a long run that is a small part. */
static void warn_if_long(struct tracker *t)
{
	int64_t after_ns = t->series.start_ns + t->frame.t_ns - t->end.ended_ns;

	if (t->end.ended_ns > 0 && after_ns > LATE_NS &&
	    after_ns > t->frame.t_ns / LONG_PART)
		tracker_warn(t, "late-end",
			     "the last reading came %.0f ms after the command had ended; "
			     "what the machine used until then is in the sum",
			     (double)after_ns / 1e6);
}

static void warn_of_counters(struct tracker *t)
{
	for (uint32_t i = 0; i < t->machine->domain_count; i++) {
		const struct series_domain *seen = &t->series.domains[i];
		const char *id = seen->domain.id;
		uint32_t permille;

		if (seen->maybe_lost_uj > 0)
			tracker_warn(
				t, "wrap-lost",
				"%s was read too rarely: up to %.0f J may be missing", id,
				(double)seen->maybe_lost_uj / 1e6);
		if (series_cross_check(seen, &permille) == 0 &&
		    (permille < 900 || permille > 1100))
			tracker_warn(
				t, "cross-check",
				"%s: its energy counter says %.2f times what its power readings "
				"add up to",
				id, permille / 1000.0);
	}
	if (t->frame.asleep_ns > NS_PER_S)
		tracker_warn(t, "suspended",
			     "the machine slept for %.0f s during the run",
			     (double)t->frame.asleep_ns / 1e9);
}

/* What is printed now is what the ledger will say: the view was made before it was paid for. */
static void keep_cost(struct tracker *t, struct run_info *seen)
{
	tracker_note_cost(t);
	seen->tracker_cpu_ns = t->info->tracker_cpu_ns;
	seen->tracker_rss_kib = t->info->tracker_rss_kib;
	seen->tracker_written_bytes = t->info->tracker_written_bytes;
}

/* Sums for lists, from the same rows as everything else. */
static void keep_sums(struct tracker *t, const struct run_view *view)
{
	t->info->attributed_j = view->attributed_j.known ? view->attributed_j.value : -1;
	t->info->machine_j = view->machine_j.known ? view->machine_j.value : -1;
	t->info->energy_kind = view->machine_j.kind;
}

static void keep_weighing(struct tracker *t, const struct run_view *view)
{
	struct weighing weighing;

	view_weighing(view, host_clock_ns(t->plan->here, HOST_REALTIME), &weighing);
	recorder_weighing(t->recorder, &weighing);
}

static void send_report(struct tracker *t, const struct run_view *view,
			const char *format, enum message_kind kind)
{
	struct report_opts opts = { .unkept = !recorder_kept(t->recorder), .width = 80 };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	AUTO_FREE char *text = NULL;

	report_find(format)->run(view, &opts, &out);
	if (strbuf_steal(&out, &text) == 0)
		(void)!message_send_text(t->plan->link_fd, kind, text);
}

static void tell(struct tracker *t, const struct run_view *view)
{
	const char *trouble = recorder_trouble(t->recorder);
	const char *fix = recorder_fix(t->recorder);

	if (recorder_kept(t->recorder))
		(void)!message_send_text(t->plan->link_fd, MESSAGE_ID, t->info->id);
	if (t->trouble.len > 0)
		(void)!message_send(t->plan->link_fd, MESSAGE_TROUBLE, t->trouble.text,
				    t->trouble.len);
	if (*trouble)
		(void)!message_send_text(t->plan->link_fd, MESSAGE_TROUBLE, trouble);
	if (*fix)
		(void)!message_send_text(t->plan->link_fd, MESSAGE_TROUBLE, fix);
	if (view) {
		send_report(t, view, "summary", MESSAGE_SUMMARY);
		send_report(t, view, "json", MESSAGE_JSON);
	}
}

static void finish(struct tracker *t)
{
	CLEANUP(run_view_done) struct run_view view;
	struct view_door door;
	struct diag diag = { 0 };
	bool seen = false;

	memset(&view, 0, sizeof view);
	recorder_ending(t->recorder);
	decide_state(t);
	drop_dead(t);
	drop_twins(t);
	warn_if_late(t);
	warn_if_long(t);
	warn_of_counters(t);
	tracker_grid_end(t);
	tracker_flush(t);
	door = (struct view_door){ recorder_store(t->recorder), tracker_tables(t) };
	if (door.store && door.tables)
		seen = view_make(&door, t->info->key, &diag, &view) == 0;
	if (seen) {
		keep_sums(t, &view);
		keep_weighing(t, &view);
	} else {
		(void)!message_send_text(t->plan->link_fd, MESSAGE_TROUBLE, diag.text);
	}
	keep_cost(t, &view.record.info);
	recorder_end(t->recorder, t->machine->domains, t->machine->domain_count);
	tell(t, seen ? &view : NULL);
}

void tracker_end(struct tracker *t)
{
	if (!t->abort)
		last_reading(t);
	if (t->abort)
		recorder_forget(t->recorder);
	else
		finish(t);
}
