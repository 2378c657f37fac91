/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sampler's process while a run goes on: its CPU time in per cent of one core, the ticks
 * it missed, its memory. It becomes our child when it is orphaned, so that its own CPU clock
 * can be read in the middle of a run, without its start and its end, and its whole cost by
 * wait4() afterwards, which is held against what the run itself says.
 *
 * Beside it a bare loop at the same rate: a timer and a pread of the same files. Usage:
 * bench-overhead GRAMME
 */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/process.h"
#include "bench.h"

#define WINDOW_NS (8 * NS_PER_S) /* two flushes of the ledger */

struct rate {
	const char *name;
	const char *period;
	int64_t period_ns;
	double budget_pct;
	int processes;
	int windows;
};

struct bare_ticks {
	int64_t seen;
	int64_t missed;
};

struct run {
	const struct rate *rate;
	const char *gramme;
	struct bench_machine *root;
	char folder[128];
	char json[160];
	pid_t launcher;
	pid_t sampler;
	pid_t bare;
	struct bare_ticks *bare_ticks; /* shared with it */
	int64_t began_ns;
	struct figure pct;
	struct figure bare_pct;
	struct bench_cost cost; /* of the sampler */
};

/* What is asked of the kernel at the least: to wake up, and the four counters. */
static pid_t start_bare(const struct run *run)
{
	int64_t next_ns = bench_now_ns();
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	process_exact_timers();
	for (;;) {
		int64_t late;

		next_ns += run->rate->period_ns;
		bench_sleep_until(next_ns);
		/* As the sampler counts: so late that the next is due too. */
		late = (bench_now_ns() - next_ns) / run->rate->period_ns;
		run->bare_ticks->seen++;
		run->bare_ticks->missed += late;
		next_ns += late * run->rate->period_ns;
		(void)bench_machine_pread(run->root);
	}
}

static void start_run(struct run *run)
{
	char db[160];
	char command[128];
	char seconds[32];
	int64_t length_ns = 4 * NS_PER_S + run->rate->windows * WINDOW_NS;
	char *argv[] = { NULL, "run",     "--quiet", "--period", NULL, "--sysroot",
			 NULL, "--db",    NULL,      "--json",   NULL, "--no-cgroup",
			 "--", "/bin/sh", "-c",      NULL,       NULL };

	(void)snprintf(db, sizeof db, "%s/gramme.db", run->folder);
	(void)snprintf(run->json, sizeof run->json, "%s/run.json", run->folder);
	(void)snprintf(seconds, sizeof seconds, "%lld",
		       (long long)(length_ns / NS_PER_S));
	if (run->rate->processes == 1)
		(void)snprintf(command, sizeof command, "exec sleep %s", seconds);
	else
		(void)snprintf(command, sizeof command,
			       "i=0; while [ $i -lt %d ]; do sleep %s & i=$((i+1)); "
			       "done; wait",
			       run->rate->processes, seconds);
	argv[0] = strdup(run->gramme);
	argv[4] = strdup(run->rate->period);
	argv[6] = run->root->path;
	argv[8] = db;
	argv[10] = run->json;
	argv[15] = command;
	run->began_ns = bench_now_ns();
	run->launcher = bench_spawn(argv, -1);
	run->sampler = bench_other_child(run->launcher);
	if (run->sampler == 0)
		bench_fail("the sampler's process was not found");
	free(argv[0]);
	free(argv[4]);
}

static double pct_of(int64_t cpu_ns)
{
	return 100.0 * (double)cpu_ns / (double)WINDOW_NS;
}

/* The counters move from tick to tick, but this bench is not to be felt itself. */
static void sleep_moving(struct run *run, int64_t until_ns)
{
	int64_t step_ns = run->rate->period_ns;

	if (step_ns < NS_PER_S / 50)
		step_ns = NS_PER_S / 50;

	for (int64_t t_ns = bench_now_ns() + step_ns; t_ns < until_ns; t_ns += step_ns) {
		bench_machine_move(run->root);
		bench_sleep_until(t_ns);
	}
	bench_sleep_until(until_ns);
}

static void watch(struct run *run)
{
	int64_t t_ns = run->began_ns + 3 * NS_PER_S;
	int64_t before_ns;
	int64_t bare_before_ns;

	sleep_moving(run, t_ns);
	before_ns = bench_cpu_of(run->sampler);
	bare_before_ns = bench_cpu_of(run->bare);
	for (int i = 0; i < run->rate->windows; i++) {
		int64_t now_ns;
		int64_t bare_now_ns;

		t_ns += WINDOW_NS;
		sleep_moving(run, t_ns);
		now_ns = bench_cpu_of(run->sampler);
		bare_now_ns = bench_cpu_of(run->bare);
		if (now_ns < 0)
			bench_fail("the run ended too soon");
		figure_add(&run->pct, pct_of(now_ns - before_ns));
		figure_add(&run->bare_pct, pct_of(bare_now_ns - bare_before_ns));
		before_ns = now_ns;
		bare_before_ns = bare_now_ns;
	}
}

static void wait_all(struct run *run)
{
	struct bench_cost cost;

	(void)kill(run->bare, SIGKILL);
	while (bench_wait(-1, run->began_ns, &cost)) {
		if (cost.pid == run->sampler)
			run->cost = cost;
		if (cost.pid == run->launcher && cost.status != 0)
			bench_fail("gramme run ended with %d", cost.status);
	}
	if (run->cost.pid == 0)
		bench_fail("the sampler's process was not waited for");
}

static double number_at(const json_t *root, const char *group, const char *key)
{
	return json_number_value(json_object_get(json_object_get(root, group), key));
}

static double bare_missed_pct(const struct run *run)
{
	double lost = (double)run->bare_ticks->missed;

	return 100 * lost / (lost + (double)run->bare_ticks->seen);
}

static void print(struct run *run)
{
	struct figure missed = { 0 };
	struct figure bare_missed = { 0 };
	struct figure said = { 0 };
	struct figure waited = { 0 };
	struct figure rss = { 0 };
	char what[96];
	struct bench_row row = { "overhead",
				 what,
				 "% of a core",
				 &run->pct,
				 "bare loop of preads",
				 &run->bare_pct,
				 run->rate->budget_pct };
	json_t *json = json_load_file(run->json, 0, NULL);
	double lost = number_at(json, "quality", "missed");
	double samples = number_at(json, "quality", "samples");

	if (!json)
		bench_fail("cannot read %s", run->json);
	(void)snprintf(what, sizeof what, "sampling %s", run->rate->name);
	bench_print(&row);
	figure_add(&missed, 100 * lost / (lost + samples));
	figure_add(&bare_missed, bare_missed_pct(run));
	(void)snprintf(what, sizeof what, "missed ticks %s", run->rate->name);
	bench_print(&(struct bench_row){ "overhead", what, "%", &missed,
					 "bare loop of preads", &bare_missed, 0.5 });
	figure_add(&said, number_at(json, "tracker", "cpu_s") * 1e3);
	figure_add(&waited, (double)run->cost.cpu_ns / 1e6);
	(void)snprintf(what, sizeof what, "tracker.cpu_s %s", run->rate->name);
	bench_print(&(struct bench_row){ "overhead", what, "ms", &said,
					 "the same by wait4", &waited, 0 });
	figure_add(&rss, (double)run->cost.rss_kib / 1024);
	(void)snprintf(what, sizeof what, "resident memory %s", run->rate->name);
	bench_print(&(struct bench_row){ "overhead", what, "MiB", &rss, NULL, NULL, 8 });
	json_decref(json);
}

static void bench_rate(const char *gramme, const struct rate *rate)
{
	AUTO_FREE struct run *run = calloc(1, sizeof *run);
	struct bench_machine root;

	if (!run)
		bench_fail("no memory");
	bench_machine_open(&root);
	bench_folder(true, run->folder, sizeof run->folder);
	run->gramme = gramme;
	run->rate = rate;
	run->root = &root;
	run->bare_ticks = mmap(NULL, sizeof *run->bare_ticks, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run->bare_ticks == MAP_FAILED)
		bench_fail("no memory");
	run->bare = start_bare(run);
	start_run(run);
	watch(run);
	wait_all(run);
	print(run);
	bench_folder_remove(run->folder);
	(void)munmap(run->bare_ticks, sizeof *run->bare_ticks);
	bench_machine_close(&root);
}

int main(int argc, char **argv)
{
	static const struct rate rates[] = {
		{ "at 1 Hz", "1s", NS_PER_S, 0.01, 1, 5 },
		{ "at 10 Hz", "100ms", NS_PER_S / 10, 0.05, 1, 3 },
		{ "at 1 kHz", "1ms", NS_PER_MS, 3, 1, 3 },
		{ "of 1000 processes at 1 Hz", "1s", NS_PER_S, 0.3, 1000, 3 },
	};

	if (argc < 2)
		bench_fail("usage: bench-overhead GRAMME [PERIOD…]");
	bench_adopt();
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		struct rate rate = rates[i];
		bool wanted = argc == 2;

		for (int k = 2; k < argc; k++)
			wanted = wanted || strcmp(argv[k], rate.period) == 0;
		if (bench_quick())
			rate.windows = 1;
		if (wanted)
			bench_rate(argv[1], &rate);
	}
	return 0;
}
