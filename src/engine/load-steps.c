/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/load-steps.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/process.h"

#define THREADS_MAX      4096
#define SECONDS_A_MINUTE 60

static const struct step {
	double load;
	double part; /* of the time; all are 1 */
	const char *name;
} steps_of[] = {
	{ 0, .11, "idle" },
	{ 1, .13, "all threads" },
	{ .25, .12, "a quarter of the threads" },
	{ .5, .10, "half of the threads" },
	{ 0, .14, "idle" },
	{ .5, .13, "half of the threads" },
	{ 1, .10, "all threads" },
	{ .25, .08, "a quarter of the threads" },
	{ 0, .09, "idle" },
};

struct load {
	pid_t pids[THREADS_MAX];
	size_t count;
};

/* Adds and multiplies until it is killed. */
static void spin(void)
{
	volatile double value = 1;

	process_end_with_parent();
	for (;;)
		value = value * 1.0000001 + 1e-9;
}

static int begin_load(struct load *load, size_t count)
{
	for (; load->count < count; load->count++) {
		pid_t pid = fork();

		if (pid < 0)
			return -errno;
		if (pid == 0)
			spin();
		load->pids[load->count] = pid;
	}
	return 0;
}

static void end_load(struct load *load)
{
	for (size_t i = 0; i < load->count; i++)
		(void)kill(load->pids[i], SIGKILL);
	for (size_t i = 0; i < load->count; i++)
		while (waitpid(load->pids[i], NULL, 0) < 0 && errno == EINTR)
			;
	load->count = 0;
}

static void wait_s(double seconds)
{
	struct timespec left = { .tv_sec = (time_t)seconds };

	left.tv_nsec = (long)((seconds - (double)left.tv_sec) * 1e9);
	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

static size_t threads_of(double load)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	double threads = load * (double)(online > 0 ? online : 1);

	if (load > 0 && threads < 1)
		threads = 1;
	return threads > THREADS_MAX ? THREADS_MAX : (size_t)(threads + 0.5);
}

static int run_step(struct gramme_run *run, const struct load_steps *how,
		    const struct step *step)
{
	double seconds = step->part * how->minutes * SECONDS_A_MINUTE;
	struct load load;
	char text[96];
	int r;

	load.count = 0;
	(void)snprintf(text, sizeof text, "%s (%zu), %.0f s", step->name,
		       threads_of(step->load), seconds);
	if (how->notice)
		how->notice(how->notice_ctx, text);
	(void)!gramme_run_mark(run, step->name);
	r = begin_load(&load, threads_of(step->load));
	if (r == 0)
		wait_s(seconds);
	end_load(&load);
	return r;
}

int load_steps_run(struct gramme *gramme, const struct load_steps *steps, char **ret_id)
{
	struct gramme_run_opts opts = GRAMME_RUN_OPTS(.name = "calibrate");
	struct gramme_run_result result = { .exit_status = 0 };
	struct gramme_run *run = NULL;
	int r = gramme_run_begin(gramme, &opts, &run);
	int end;

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(steps_of); i++)
		r = run_step(run, steps, &steps_of[i]);
	end = gramme_run_end(run, r < 0 ? 1 : 0, &result);
	if (r < 0)
		(void)diag_fail(&gramme->diag, r, "cannot put this machine under load");
	else
		r = end;
	if (r == 0 && !result.id)
		r = diag_say(&gramme->diag, -EIO, "the steps of load were not recorded");
	if (r == 0)
		*ret_id = STEAL(result.id);
	gramme_run_result_done(&result);
	return r;
}
