/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU time of one tick: the sampler's frame, the series' row, the recorder's block. Two
 * packages and two DRAMs from files in memory, the process tree of one program. The clock is
 * moved by hand, so that what is paced by it (processes, memory) comes as often as it would.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "bench.h"
#include "calc/series.h"
#include "engine/machine.h"
#include "engine/recorder.h"
#include "sampler/sampler.h"

#define FLUSH_NS (4 * NS_PER_S) /* as engine/tracker.c does */

struct clock {
	int64_t ahead_ns; /* of the real one */
};

struct tracked {
	struct bench_machine *root;
	struct host here; /* this machine, with the moved clock */
	struct host host; /* the made-up one, likewise */
	struct clock clock;
	int64_t period_ns;
	int64_t next_flush_ns;
	struct machine *machine;
	struct sampler *sampler;
	struct recorder *recorder;
	struct series series;
	struct series_gaps gaps;
	struct frame frame;
	struct sample row;
	struct run_info info;
	pid_t child;
};

/* What ticks cost, apart: the store's part comes seldom and is large. */
struct spent {
	int64_t tick_ns;
	int64_t flush_ns;
	int64_t pread_ns;
	int64_t clock_ns; /* of measuring itself */
};

static int64_t moved_now_ns(void *ctx, enum host_clock clock)
{
	static const clockid_t ids[] = {
		[HOST_MONOTONIC] = CLOCK_MONOTONIC,
		[HOST_BOOTTIME] = CLOCK_BOOTTIME,
		[HOST_REALTIME] = CLOCK_REALTIME,
	};
	const struct clock *moved = ctx;
	struct timespec now;

	(void)clock_gettime(ids[clock], &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec + moved->ahead_ns;
}

static void open_sources(struct tracked *t)
{
	if (machine_new(&t->host, &t->machine) < 0)
		bench_fail("no memory");
	machine_open(t->machine, MACHINE_FAST);
	for (uint32_t i = 0; i < t->machine->domain_count; i++)
		if (series_add_domain(&t->series, &t->machine->domains[i].domain) < 0)
			bench_fail("too many domains");
	for (size_t i = 0; i < t->machine->source_count; i++) {
		struct machine_source *source = &t->machine->sources[i];

		if (!source->state || strcmp(source->source->name, "powercap") != 0)
			continue;
		if (sampler_add_source(t->sampler, source->source, STEAL(source->state),
				       source->slot, source->read_ns) < 0)
			bench_fail("cannot add %s", source->source->name);
	}
	if (t->machine->domain_count != BENCH_COUNTERS)
		bench_fail("%u domains, not %d", t->machine->domain_count,
			   BENCH_COUNTERS);
}

static void open_activities(struct tracked *t)
{
	struct scope scope = { .root_pid = t->child, .launcher_pid = getpid() };

	for (size_t i = 0; i < activity_row_count; i++) {
		struct diag diag = { 0 };
		void *state = NULL;

		if (activity_rows[i].activity->open(&t->here, &scope, &diag, &state) ==
			    0 &&
		    sampler_add_activity(t->sampler, activity_rows[i].activity, state) <
			    0)
			bench_fail("too many activities");
	}
}

static void begin(struct tracked *t, struct bench_machine *root, int64_t period_ns)
{
	static char *const program[] = { "/bin/sleep", "1000", NULL };

	memset(t, 0, sizeof *t);
	t->root = root;
	t->period_ns = period_ns;
	t->host = root->host;
	if (host_init(&t->here, NULL) < 0)
		bench_fail("cannot open /");
	t->here.now_ns = t->host.now_ns = moved_now_ns;
	t->here.clock_ctx = t->host.clock_ctx = &t->clock;
	t->child = bench_spawn(program, -1);
	if (sampler_new(&t->here, period_ns, &t->sampler) < 0 ||
	    recorder_new(":memory:", &t->recorder) < 0)
		bench_fail("no memory");
	series_init(&t->series, 0);
	open_sources(t);
	open_activities(t);
	t->info.attributed_j = t->info.machine_j = -1;
	(void)snprintf(t->info.id, sizeof t->info.id, "tick");
	recorder_begin(t->recorder, &t->info, NULL, 0);
	sampler_take(t->sampler, READ_EDGE, &t->frame);
	t->series.start_ns = sampler_start_ns(t->sampler);
}

static void end(struct tracked *t)
{
	recorder_free(t->recorder);
	sampler_free(t->sampler);
	machine_free(t->machine);
	host_done(&t->here);
	(void)kill(t->child, SIGKILL);
	(void)waitpid(t->child, NULL, 0);
}

static void tick(struct tracked *t)
{
	sampler_take(t->sampler, READ_TICK, &t->frame);
	if (series_add(&t->series, &t->frame, false, &t->row, &t->gaps))
		recorder_row(t->recorder, &t->row);
}

static void measure(struct tracked *t, int ticks, struct spent *ret)
{
	struct spent spent = { 0 };

	for (int i = 0; i < ticks; i++) {
		int64_t at_ns[5];

		bench_machine_move(t->root);
		t->clock.ahead_ns += t->period_ns;
		at_ns[0] = bench_cpu_ns();
		tick(t);
		at_ns[1] = bench_cpu_ns();
		if (t->clock.ahead_ns >= t->next_flush_ns) {
			recorder_flush(t->recorder, t->machine->domains,
				       t->machine->domain_count);
			t->next_flush_ns = t->clock.ahead_ns + FLUSH_NS;
		}
		at_ns[2] = bench_cpu_ns();
		(void)bench_machine_pread(t->root);
		at_ns[3] = bench_cpu_ns();
		at_ns[4] = bench_cpu_ns();
		spent.tick_ns += at_ns[1] - at_ns[0];
		spent.flush_ns += at_ns[2] - at_ns[1];
		spent.pread_ns += at_ns[3] - at_ns[2];
		spent.clock_ns += at_ns[4] - at_ns[3];
	}
	spent.tick_ns -= spent.clock_ns;
	spent.flush_ns -= spent.clock_ns;
	spent.pread_ns -= spent.clock_ns;
	*ret = spent;
}

static void add_us(struct figure *figure, int64_t ns, int ticks)
{
	figure_add(figure, (double)ns / 1e3 / ticks);
}

static void bench_period(struct bench_machine *root, int64_t period_ns, const char *name)
{
	struct figure alone = { 0 };
	struct figure whole = { 0 };
	struct figure bare = { 0 };
	char text[64];
	int ticks = bench_quick() ? 200 : 2000;
	AUTO_FREE struct tracked *t = malloc(sizeof *t);
	struct bench_row row = { "tick", text, "us", &alone, "pread of the 4 files",
				 &bare,  25 };

	if (!t)
		bench_fail("no memory");
	begin(t, root, period_ns);
	for (int repeat = 0; repeat < (bench_quick() ? 3 : 15); repeat++) {
		struct spent spent;

		measure(t, ticks, &spent);
		if (repeat == 0)
			continue; /* the caches fill */
		add_us(&alone, spent.tick_ns, ticks);
		add_us(&whole, spent.tick_ns + spent.flush_ns, ticks);
		add_us(&bare, spent.pread_ns, ticks);
	}
	end(t);
	(void)snprintf(text, sizeof text, "a tick at %s", name);
	bench_print(&row);
	(void)snprintf(text, sizeof text, "the same and its part of the store at %s",
		       name);
	row.value = &whole;
	row.budget = 0;
	bench_print(&row);
}

int main(void)
{
	struct bench_machine root;

	bench_machine_open(&root);
	bench_period(&root, NS_PER_S, "1 Hz");
	bench_period(&root, NS_PER_S / 10, "10 Hz");
	bench_period(&root, NS_PER_MS, "1 kHz");
	bench_machine_close(&root);
	return 0;
}
