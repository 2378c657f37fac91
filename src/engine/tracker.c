/* SPDX-License-Identifier: Apache-2.0 */

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "activity/cgroup-path.h"
#include "base/parse.h"
#include "engine/inventory.h"
#include "engine/nesting.h"
#include "engine/tracker-internal.h"

/* A kill -9 loses what came since the last flush: less than 5 s. */
#define FLUSH_NS     (4 * NS_PER_S)
#define GRACE_MAX_NS (2 * NS_PER_S)

/* A mark takes a reading, but a program that marks in its innermost loop shall not keep a
 * processor busy with that: marks nearer to the last reading lie between two. */
#define EDGE_PACE_NS    NS_PER_MS

#define LINK_PATIENCE_S 5

/* After the start: by then the command is what it is going to be. */
#define INVENTORY_NS       (100 * NS_PER_MS)
#define INVENTORY_PIDS_MAX 64

/* --- frames to rows to the ledger --------------------------------------------------------- */

void tracker_warn(struct tracker *t, const char *code, const char *fmt, ...)
{
	struct run_warning warning = { 0 };
	va_list args;

	(void)copy_text(warning.code, sizeof warning.code, code);
	va_start(args, fmt);
	(void)vsnprintf(warning.text, sizeof warning.text, fmt, args);
	va_end(args);
	recorder_warning(t->recorder, &warning);
}

void tracker_doubt(struct tracker *t, const char *text)
{
	tracker_warn(t, "config", "%s", text);
	strbuf_printf(&t->trouble, "%s%s", t->trouble.len ? "\n" : "", text);
}

static void note_use(struct run_info *info, const struct use *use)
{
	if (use->has & USE_SCOPE_CPU) {
		info->has_scope_cpu = true;
		info->scope_cpu_ns = use->scope_cpu_ns;
	}
	if (use->has & USE_MACHINE_CPU) {
		info->has_machine_cpu = true;
		info->machine_cpu_ns = use->machine_cpu_ns;
	}
	if (use->has & USE_PROCESSES) {
		info->processes_seen = use->processes_seen;
		info->processes_ended = use->processes_ended;
	}
}

/* Takes t->frame in; keeps the row when it makes one. */
void tracker_take_in(struct tracker *t, bool last)
{
	t->info->missed += t->frame.missed;
	t->info->duration_ns = t->frame.t_ns;
	if (!series_add(&t->series, &t->frame, last, &t->row, &t->gaps))
		return;
	t->info->samples++;
	note_use(t->info, &t->row.use);
	recorder_row(t->recorder, &t->row);
	for (uint32_t i = 0; i < t->gaps.count; i++)
		recorder_gap(t->recorder, &t->gaps.gap[i]);
	tracker_live_row(t, last);
}

void tracker_read(struct tracker *t, enum read_why why)
{
	sampler_take(t->sampler, why, &t->frame);
	tracker_take_in(t, false);
}

void tracker_read_edge(struct tracker *t)
{
	int64_t now_ns = host_now_ns(t->host) - t->series.start_ns;

	if (now_ns - t->frame.t_ns >= EDGE_PACE_NS)
		tracker_read(t, READ_EDGE);
}

void tracker_note_cost(struct tracker *t)
{
	t->info->tracker_cpu_ns = process_own_cpu_ns() + process_children_cpu_ns();
	t->info->tracker_rss_kib = process_own_rss_kib();
	t->info->tracker_written_bytes = recorder_written_bytes(t->recorder);
}

static void note_domains(struct tracker *t)
{
	for (uint32_t i = 0; i < t->machine->domain_count; i++) {
		struct run_domain *own = &t->machine->domains[i];
		const struct series_domain *seen = &t->series.domains[i];

		own->maybe_lost_uj = seen->maybe_lost_uj;
		own->ripple_uj = seen->ripple_uj;
		own->wraps = seen->wraps;
	}
}

void tracker_flush(struct tracker *t)
{
	note_domains(t);
	tracker_note_cost(t);
	recorder_flush(t->recorder, t->machine->domains, t->machine->domain_count);
	t->next_flush_ns = host_now_ns(t->host) + FLUSH_NS;
}

/* --- start -------------------------------------------------------------------------------- */

/* Hands the sources that were just opened, and are of use, to the sampler. */
static int hand_over_sources(struct tracker *t, uint32_t first_domain)
{
	for (uint32_t i = first_domain; i < t->machine->domain_count; i++)
		if (series_add_domain(&t->series, &t->machine->domains[i].domain) < 0)
			return -ENOSPC;
	for (size_t i = 0; i < t->machine->source_count; i++) {
		struct machine_source *source = &t->machine->sources[i];
		bool used = false;
		int r;

		for (size_t k = 0; k < source->domain_count; k++)
			used = used || source->slot[k] >= 0;
		if (!source->state || !used)
			continue;
		r = sampler_add_source(t->sampler, source->source, source->state,
				       source->slot, source->read_ns);
		if (r < 0)
			return r;
		source->state = NULL;
	}
	return 0;
}

/*
 * A made-up root without a /proc, or without the cgroup that the run was given here, says
 * nothing of its processes, but the job runs here: its CPU time is then read from this machine.
 */
static const struct host *activity_host(const struct tracker *t)
{
	const char *cgroup = t->plan->scope.cgroup;
	bool there = host_exists(t->host, "proc/stat") &&
		     (cgroup[0] == '\0' || host_exists(t->host, cgroup));

	return there ? t->host : t->plan->here;
}

static int open_activities(struct tracker *t)
{
	const struct host *host = activity_host(t);

	for (size_t i = 0; i < activity_row_count; i++) {
		const struct activity *activity = activity_rows[i].activity;
		struct diag diag = { 0 };
		void *state = NULL;
		int r = activity->open(host, &t->plan->scope, &diag, &state);

		if (r == 0)
			r = sampler_add_activity(t->sampler, activity, state);
		if (r == -ENOSPC || r == -ENOMEM)
			return r;
	}
	return 0;
}

/*
 * A source that needs time between two answers (the model: a tick) begins with what it said
 * when it was tried, a moment ago; else its whole first period would be a gap.
 */
static void begin_with_first_answers(struct tracker *t)
{
	for (size_t i = 0; i < t->machine->source_count; i++) {
		const struct machine_source *source = &t->machine->sources[i];

		for (size_t k = 0; k < source->domain_count; k++) {
			struct reading *own =
				source->slot[k] < 0 ? NULL
						    : &t->frame.reading[source->slot[k]];

			if (own && own->err == -EAGAIN && source->first[k].err == 0)
				*own = source->first[k];
		}
	}
}

static int start(struct tracker *t)
{
	int r = machine_new(t->host, &t->machine);

	if (r == 0)
		r = sampler_new(t->host, t->info->period_ns, &t->sampler);
	if (r < 0)
		return r;
	machine_open(t->machine, MACHINE_FAST);
	series_init(&t->series, 0);
	r = hand_over_sources(t, 0);
	if (r == 0)
		r = open_activities(t);
	if (r < 0)
		return r;
	sampler_take(t->sampler, READ_EDGE, &t->frame);
	begin_with_first_answers(t);
	/* Behind the gate waits a copy of the launcher: its memory is not the command's. */
	if (strcmp(t->info->how, "run") == 0)
		t->frame.use.has &= ~(uint32_t)USE_SCOPE_MEM;
	t->series.start_ns = sampler_start_ns(t->sampler);
	t->info->started_unix_ns = sampler_start_unix_ns(t->sampler);
	return 0;
}

/* What may take longer than the job should wait: after the command was let go. */
static int start_slow_part(struct tracker *t)
{
	uint32_t first = t->machine->domain_count;
	int r;

	machine_open(t->machine, MACHINE_SLOW);
	r = hand_over_sources(t, first);
	if (r < 0)
		return r;
	if (t->machine->domain_count > first)
		tracker_read(t, READ_EDGE);
	return 0;
}

/*
 * The command is an interpreter only once it has begun, and a script may start its Python
 * later: the inventory is taken soon after the start, a few times more where a Python is to
 * come, and once more at the first flush.
 */
static void plan_next_inventory(struct tracker *t, const char *software)
{
	int64_t soon_ns = host_now_ns(t->host) + (INVENTORY_NS << t->inventories);

	if (t->flushed_inventory) {
		t->next_inventory_ns = INT64_MAX;
	} else if (software && soon_ns < t->next_flush_ns &&
		   inventory_awaits_python(t->plan->program, software)) {
		t->next_inventory_ns = soon_ns;
	} else {
		t->next_inventory_ns = t->next_flush_ns;
		t->flushed_inventory = true;
	}
	t->inventories++;
}

static void take_inventory(struct tracker *t)
{
	pid_t pids[INVENTORY_PIDS_MAX] = { t->plan->scope.root_pid };
	struct inventory_run run = { t->info->directory, pids, 1, t->plan->program };
	AUTO_FREE char *hardware = NULL;
	AUTO_FREE char *software = NULL;

	for (size_t i = 0;
	     i < t->frame.use.pid_count && run.pid_count < INVENTORY_PIDS_MAX; i++)
		pids[run.pid_count++] = t->frame.use.pids[i];
	if (inventory_hardware(t->host, t->machine->domains, t->machine->domain_count,
			       &hardware) == 0 &&
	    inventory_software(t->plan->here, &run, &software) == 0)
		recorder_inventory(t->recorder, hardware, software);
	plan_next_inventory(t, software);
}

static bool is_estimated(const struct machine *machine)
{
	bool counted = false;

	for (uint32_t i = 0; i < machine->domain_count; i++)
		counted = counted || machine->domains[i].counted;
	return counted && !machine_measures(machine);
}

static void say_what_is_missing(struct tracker *t)
{
	if (!machine_measures(t->machine))
		tracker_warn(t, "no-meter",
			     "no energy counter could be read here%s (gramme doctor says "
			     "why)",
			     is_estimated(t->machine)
				     ? "; what is shown is an estimate"
				     : ", and there is nothing to estimate from");
	for (uint32_t i = 0; i < t->machine->domain_count; i++) {
		const struct domain *domain = &t->machine->domains[i].domain;

		/* A doubt about what is not in the sum is not one about the run. */
		if (domain->note[0] != '\0' && t->machine->domains[i].counted)
			tracker_warn(t, "domain-note", "%s: %s", domain->id,
				     domain->note);
	}
}

/* --- events ------------------------------------------------------------------------------- */

static void take_signal(struct tracker *t)
{
	int64_t grace_ns = 2 * t->info->period_ns;

	while (process_signal_take(t->fds[FD_SIGNAL].fd) != 0)
		;
	if (t->give_up_ns != INT64_MAX)
		return;
	if (grace_ns > GRACE_MAX_NS)
		grace_ns = GRACE_MAX_NS;
	t->give_up_ns = host_now_ns(t->host) + grace_ns;
	tracker_read(t, READ_EDGE);
	tracker_flush(t);
}

static void take_events(struct tracker *t)
{
	if (t->fds[FD_ROOT].ready) {
		t->root_ended = true;
		t->fds[FD_ROOT].fd = -1;
	}
	if (t->fds[FD_LINK].ready)
		tracker_take_link(t, host_now_ns(t->host) + END_WAIT_NS);
	if (t->fds[FD_CONTROL].ready)
		(void)tracker_take_control(t);
	if (t->fds[FD_SIGNAL].ready)
		take_signal(t);
	if (t->fds[FD_FETCH].ready)
		tracker_grid_take(t);
}

/* Where the kernel has no descriptor of a process (before 5.3) and nobody is left to tell. */
static void look_for_root(struct tracker *t)
{
	if (t->fds[FD_LINK].fd < 0 && t->plan->root_fd < 0 && !t->root_ended)
		t->root_ended =
			!process_alive(t->plan->here, t->plan->ends_pid, t->root_start);
}

static bool is_over(const struct tracker *t)
{
	if (t->abort || t->stop || t->told_end)
		return true;
	if (t->root_ended && (t->plan->ends_with_root || t->fds[FD_LINK].fd < 0))
		return true;
	return host_now_ns(t->host) >= t->give_up_ns;
}

/* What is nearly due goes with a reading: waking up for it alone costs as much again. */
static int64_t flush_early_ns(const struct tracker *t)
{
	return (t->info->period_ns < NS_PER_S ? t->info->period_ns : NS_PER_S) / 2;
}

static void loop(struct tracker *t)
{
	while (!is_over(t)) {
		enum read_why why;
		int64_t read_ns = sampler_next(t->sampler, &why);
		int64_t wake_ns = read_ns < t->next_flush_ns ? read_ns : t->next_flush_ns;
		int64_t early_ns;
		int n;

		if (t->give_up_ns < wake_ns)
			wake_ns = t->give_up_ns;
		if (t->next_inventory_ns < wake_ns)
			wake_ns = t->next_inventory_ns;
		if (t->next_fetch_ns < wake_ns)
			wake_ns = t->next_fetch_ns;
		n = wait_until(t->host, t->fds, FD_COUNT, wake_ns);
		if (n > 0)
			take_events(t);
		if (is_over(t))
			break;
		early_ns = 0;
		if (host_now_ns(t->host) >= read_ns) {
			tracker_read(t, why);
			early_ns = flush_early_ns(t);
		}
		tracker_take_aside(t);
		if (host_now_ns(t->host) >= t->next_flush_ns - early_ns)
			tracker_flush(t);
		if (host_now_ns(t->host) >= t->next_inventory_ns)
			take_inventory(t);
		tracker_grid_due(t);
		look_for_root(t);
	}
}

/* --- the whole life ----------------------------------------------------------------------- */

/* Whoever holds the other end and does not read must not keep the sampler from its end. */
static void link_patience(int fd)
{
	const struct timeval patience = { .tv_sec = LINK_PATIENCE_S };

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

static int open_fds(struct tracker *t)
{
	static const int ends[] = { SIGTERM, SIGINT, SIGHUP, 0 };
	const struct tracker_plan *plan = t->plan;
	int kept[] = { plan->link_fd,    plan->aside_fd,      plan->root_fd,
		       plan->control_fd, plan->host->root_fd, plan->here->root_fd };
	int signal_fd;

	process_let_go(kept, ARRAY_SIZE(kept));
	/* A limit on the job's files is one on the ledger: an error, not a death. */
	(void)signal(SIGXFSZ, SIG_IGN);
	link_patience(plan->link_fd);
	signal_fd = process_signal_fd(ends);
	if (signal_fd < 0)
		return signal_fd;
	t->fds[FD_LINK].fd = plan->link_fd;
	t->fds[FD_ROOT].fd = plan->root_fd;
	t->fds[FD_CONTROL].fd = plan->control_fd;
	t->fds[FD_SIGNAL].fd = signal_fd;
	t->give_up_ns = INT64_MAX;
	(void)!process_start_ticks(plan->here, plan->ends_pid, &t->root_start);
	process_exact_timers();
	return tracker_open_aside(t);
}

static void say_ready(struct tracker *t)
{
	char text[RUN_ID_MAX + 128];
	int n = snprintf(text, sizeof text, "%s\n%s", t->info->id,
			 t->plan->control_path ? t->plan->control_path : "");

	(void)!message_send(t->plan->link_fd, MESSAGE_READY, text, (size_t)n);
}

static void note_nesting(struct tracker *t)
{
	if (recorder_store(t->recorder) &&
	    nesting_find(recorder_store(t->recorder), t->plan->here, t->info,
			 t->info->inside) == 0)
		recorder_inside(t->recorder);
}

static int track(struct tracker *t)
{
	int r = open_fds(t);

	if (r == 0)
		r = start(t);
	if (r < 0)
		return r;
	/* A launcher that is gone already is found out in the loop: the command goes on. */
	say_ready(t);
	r = recorder_new(t->plan->db, &t->recorder);
	if (r < 0)
		return r;
	t->info->tracker_pid = getpid();
	(void)!process_start_ticks(t->plan->here, getpid(), &t->info->tracker_start);
	recorder_begin(t->recorder, t->info, t->plan->tags, t->plan->tag_count);
	note_nesting(t);
	tracker_take_in(t, false);
	/* A command that is over already need not wait for a vendor's library. */
	if (wait_until(t->host, t->fds, FD_COUNT, 0) > 0)
		take_events(t);
	if (!is_over(t))
		r = start_slow_part(t);
	if (r < 0)
		return r;
	say_what_is_missing(t);
	for (size_t i = 0; i < t->plan->config->doubt_count; i++)
		tracker_doubt(t, t->plan->config->doubts[i]);
	tracker_flush(t);
	tracker_live_begin(t);
	t->next_inventory_ns = host_now_ns(t->host) + INVENTORY_NS;
	tracker_grid_init(t);
	loop(t);
	tracker_drain(t);
	if (t->inventories == 0 && !t->abort)
		take_inventory(t);
	tracker_end(t);
	return 0;
}

int tracker_main(const struct tracker_plan *plan)
{
	struct tracker *t = calloc(1, sizeof *t);
	bool kept;
	int r;

	if (!t)
		return 1;
	t->plan = plan;
	t->host = plan->host;
	t->info = plan->info;
	t->fetch = (struct fetch)FETCH_NONE;
	t->fds[FD_FETCH].fd = -1;
	t->aside_fd = -1;
	t->trouble = (struct strbuf)STRBUF_INIT;
	tracker_live_init(t);
	r = track(t);
	if (r < 0)
		(void)!message_send_text(plan->link_fd, MESSAGE_TROUBLE,
					 diag_errno_text(r));
	if (plan->control_path && *plan->control_path)
		(void)unlink(plan->control_path);
	if (plan->scope.cgroup[0] != '\0') {
		cgroup_remove(plan->here, plan->scope.cgroup);
		cgroup_sweep(plan->here, plan->scope.cgroup);
	}
	kept = t->recorder && recorder_kept(t->recorder) && !t->abort;
	recorder_free(t->recorder);
	/* Only now is the ledger whole for whoever comes next. */
	(void)!message_send(plan->link_fd, MESSAGE_DONE, NULL, 0);
	(void)close(plan->link_fd);
	tracker_grid_late(t, kept);
	sampler_free(t->sampler);
	machine_free(t->machine);
	strbuf_done(&t->trouble);
	free(t->aside);
	tracker_live_free(t);
	free(t);
	return r < 0;
}
