/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-3, a process' part now. The processors' watts are split by CPU time among all that
 * ran; what no living process had of it is nobody's here.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "activity/process-table.h"
#include "base/parse.h"
#include "engine/live.h"

#define MOST_MAX  10000
#define CLIMB_MAX 256
/* A run's first process began before its sampler, give or take the two clocks' steps. */
#define ROOT_SLACK_NS NS_PER_S

/* A process with what it draws. */
struct ranked {
	const struct process *process;
	double cpu_w;
	double gpu_w;
};

struct live_processes {
	const struct host *host;
	struct process_table *table;
	size_t most;
	struct live_process *shown;
	struct ranked *ranked;
	size_t room;
	int64_t boot_unix_ns;
};

void live_processes_free(struct live_processes *own)
{
	if (!own)
		return;
	process_table_free(own->table);
	free(own->shown);
	free(own->ranked);
	free(own);
}

static void free_processes(struct live_processes **own)
{
	live_processes_free(*own);
}

int live_processes_new(const struct host *host, size_t most, struct live_processes **ret)
{
	CLEANUP(free_processes) struct live_processes *own = calloc(1, sizeof *own);
	int r;

	if (!own)
		return -ENOMEM;
	own->host = host;
	own->most = most < MOST_MAX ? most : MOST_MAX;
	own->shown = calloc(own->most, sizeof *own->shown);
	if (!own->shown)
		return -ENOMEM;
	r = process_table_new(host, &own->table);
	if (r < 0)
		return r;
	*ret = STEAL(own);
	return 0;
}

/* --- whose watts -------------------------------------------------------------------------- */

static bool is_cpu(const struct live_domain *own, bool counted)
{
	return own->what.domain.family == FAMILY_CPU && own->what.counted == counted;
}

/*
 * What there is to be split: the counted processors, of which one without a power leaves the
 * sum unknown; where none is counted (a measured board beside no meter) the model's.
 */
static void find_shared(struct live_view *view)
{
	bool any = false;

	view->shared_cpu_w = NAN;
	view->shared_kind = KIND_MEASURED;
	for (uint32_t i = 0; i < view->domain_count; i++) {
		const struct live_domain *own = &view->domains[i];

		if (!is_cpu(own, true))
			continue;
		view->shared_cpu_w =
			any ? view->shared_cpu_w + own->power_w : own->power_w;
		view->shared_kind = kind_worse(view->shared_kind, own->what.domain.kind);
		any = true;
	}
	for (uint32_t i = 0; !any && i < view->domain_count; i++) {
		const struct live_domain *own = &view->domains[i];

		any = is_cpu(own, false) && own->what.domain.kind == KIND_MODELLED;
		if (any) {
			view->shared_cpu_w = own->power_w;
			view->shared_kind = KIND_MODELLED;
		}
	}
	if (view->window_s > 0 && !isfinite(view->shared_cpu_w))
		live_say(view, "the processes' watts are not known: %s",
			 any ? "a processor's power is not" : "no processor's power is");
}

/* E-3's U: the machine's, and never less than what the processes had. */
static double all_ns(const struct live_processes *own, const struct live_busy *busy,
		     struct live_view *view)
{
	double seen_ns = 0;
	double ns;

	view->unseen_ratio = NAN;
	for (size_t i = 0; i < process_table_count(own->table); i++)
		seen_ns += (double)process_table_at(own->table, i)->spent_ns;
	if (!busy->known)
		return NAN;
	ns = fmax((double)busy->ns, seen_ns);
	if (ns > 0)
		view->unseen_ratio = (ns - seen_ns) / ns;
	return ns;
}

/* Nobody ran: a known part of 0. */
static double cpu_part(const struct process *process, double cpu_w, double busy_ns)
{
	return busy_ns > 0 ? cpu_w * (double)process->spent_ns / busy_ns : cpu_w * 0;
}

static double drawn(const struct ranked *own)
{
	return (isfinite(own->cpu_w) ? own->cpu_w : 0) +
	       (isfinite(own->gpu_w) ? own->gpu_w : 0);
}

/* Watts, then CPU time where watts are not known, then what is known before any window. */
static int by_draw(const void *a, const void *b)
{
	const struct ranked *x = a;
	const struct ranked *y = b;
	const struct process *p = x->process;
	const struct process *q = y->process;

	if (drawn(x) < drawn(y) || drawn(x) > drawn(y))
		return drawn(x) < drawn(y) ? 1 : -1;
	if (p->spent_ns != q->spent_ns)
		return p->spent_ns < q->spent_ns ? 1 : -1;
	if (p->cpu_ns != q->cpu_ns)
		return p->cpu_ns < q->cpu_ns ? 1 : -1;
	return (p->pid > q->pid) - (p->pid < q->pid);
}

static int rank(struct live_processes *own, const struct live_busy *busy,
		const struct live_gpus *gpus, struct live_view *view)
{
	size_t count = process_table_count(own->table);
	double busy_ns = all_ns(own, busy, view);

	if (count > own->room) {
		struct ranked *grown =
			reallocarray(own->ranked, count, sizeof *own->ranked);

		if (!grown)
			return -ENOMEM;
		own->ranked = grown;
		own->room = count;
	}
	for (size_t i = 0; i < count; i++) {
		const struct process *process = process_table_at(own->table, i);
		double cpu_w = isnan(busy_ns) ? NAN : view->shared_cpu_w;

		own->ranked[i] =
			(struct ranked){ process, cpu_part(process, cpu_w, busy_ns),
					 live_gpus_of(gpus, process->pid) };
	}
	if (count > 0)
		qsort(own->ranked, count, sizeof *own->ranked, by_draw);
	return 0;
}

/* --- whose process ------------------------------------------------------------------------ */

/* The run's PIDs mean something here, and this one began no later than the run. */
static bool is_root(const struct live_processes *own, const struct process *process,
		    const struct run_info *info)
{
	int64_t latest_ns = info->started_unix_ns + ROOT_SLACK_NS - own->boot_unix_ns;

	return process->pid == (pid_t)info->root_pid && latest_ns >= 0 &&
	       process->start_ticks <= (uint64_t)latest_ns / proc_tick_ns();
}

/*
 * What the command left behind is the launcher's child now, beside the command; its sampler is
 * nobody's child. The library's launcher may be any program: only our own is known by its name.
 */
static bool is_launcher(const struct live_processes *own, const struct process *process,
			const struct run_info *info)
{
	const struct process *root =
		process_table_find(own->table, (pid_t)info->root_pid);

	return root && strcmp(info->how, "run") == 0 && is_root(own, root, info) &&
	       process_table_parent(own->table, root) == process &&
	       strcmp(process->name, "gramme") == 0;
}

static const struct live_run *run_of(const struct live_processes *own,
				     const struct process *process,
				     const struct live_view *view)
{
	const struct process *first = process;

	for (int i = 0; process && i < CLIMB_MAX; i++) {
		for (size_t k = 0; k < view->run_count; k++) {
			const struct run_info *info = &view->runs[k].info;

			if (is_root(own, process, info) ||
			    (process != first && is_launcher(own, process, info)))
				return &view->runs[k];
		}
		process = process_table_parent(own->table, process);
	}
	return NULL;
}

static void show(struct live_processes *own, const struct ranked *ranked,
		 const struct live_view *view, struct live_process *ret)
{
	const struct process *process = ranked->process;
	const struct live_run *run = run_of(own, process, view);

	*ret = (struct live_process){ .pid = process->pid,
				      .cpu_ratio = NAN,
				      .cpu_w = ranked->cpu_w,
				      .gpu_w = ranked->gpu_w,
				      .resident_bytes = process->resident_bytes };
	if (view->window_s > 0)
		ret->cpu_ratio =
			(double)process->spent_ns / (double)NS_PER_S / view->window_s;
	(void)copy_text(ret->name, sizeof ret->name, process->name);
	process_table_user(own->table, process->pid, ret->user, sizeof ret->user);
	if (run)
		(void)copy_text(ret->run, sizeof ret->run, run->info.id);
}

void live_processes_read(struct live_processes *own, const struct live_busy *busy,
			 const struct live_gpus *gpus, struct live_view *view)
{
	struct diag diag = { 0 };
	int r = process_table_update(own->table, &diag);

	find_shared(view);
	view->unseen_ratio = NAN;
	view->process_count = 0;
	view->process_all = 0;
	if (r == 0)
		r = rank(own, busy, gpus, view);
	if (r < 0) {
		live_say(view, "%s",
			 r == -ENOMEM ? "no memory for the processes" : diag.text);
		return;
	}
	own->boot_unix_ns = host_clock_ns(own->host, HOST_REALTIME) -
			    host_clock_ns(own->host, HOST_BOOTTIME);
	view->processes = own->shown;
	view->process_all = process_table_count(own->table);
	while (view->process_count < own->most &&
	       view->process_count < view->process_all) {
		show(own, &own->ranked[view->process_count], view,
		     &own->shown[view->process_count]);
		view->process_count++;
	}
	if (!busy->known && view->window_s > 0)
		live_say(view, "how busy the machine was is not known");
}
