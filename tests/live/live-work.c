/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work whose truth is known: live-work OUT WHAT COUNT MS.
 *	sleep 0 MS	does nothing for so long
 *	burn N MS	N processes at once, each for MS of its own CPU time
 *	spin N MS	the same for MS of wall time
 *	tree N MS	N children, two at a time, each of MS of CPU time
 *	orphans N MS	N grandchildren of their own sessions, whose parents are gone
 *	go WHAT …	the same after a byte came on stdin, and half a second of rest at the end:
 *			who is attached to sees a process's dead only while it lives
 * Writes to OUT: CLOCK_MONOTONIC at main's start and end, and the CPU time of all of it, in
 * nanoseconds. That of orphans is what each last said of itself.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define S_NS     INT64_C(1000000000)
#define MS_NS    INT64_C(1000000)

#define DYING_MS 20

static int64_t clock_ns(clockid_t id)
{
	struct timespec now;

	(void)clock_gettime(id, &now);
	return (int64_t)now.tv_sec * S_NS + now.tv_nsec;
}

static void work(clockid_t id, int64_t ns)
{
	int64_t end_ns = clock_ns(id) + ns;

	while (clock_ns(id) < end_ns)
		;
}

static void rest(int64_t ns)
{
	struct timespec wait = { ns / S_NS, ns % S_NS };

	while (nanosleep(&wait, &wait) < 0)
		;
}

static int64_t children_ns(void)
{
	struct rusage use;

	(void)getrusage(RUSAGE_CHILDREN, &use);
	return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * S_NS +
	       (use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1000;
}

static void reap_to(int left, int *running)
{
	while (*running > left && wait(NULL) > 0)
		--*running;
}

static void children(int count, int most, clockid_t id, int64_t ns)
{
	int running = 0;

	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			work(id, ns);
			_exit(0);
		}
		running += pid > 0;
		reap_to(most - 1, &running);
	}
	reap_to(0, &running);
}

static void orphan(int to_fd, int64_t ns)
{
	int64_t spent_ns;

	if (fork() != 0)
		_exit(0);
	(void)setsid();
	if (fork() != 0)
		_exit(0);
	work(CLOCK_PROCESS_CPUTIME_ID, ns);
	spent_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	(void)!write(to_fd, &spent_ns, sizeof spent_ns);
	_exit(0);
}

/* The pipe ends while the last of them still dies: what closes its files comes before what lets
 * it be waited for. The rest is for that. */
static int64_t orphans(int count, int64_t ns)
{
	int64_t sum_ns = 0;
	int64_t spent_ns;
	int pair[2];

	if (pipe(pair) < 0)
		return 0;
	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid == 0)
			orphan(pair[1], ns);
		(void)waitpid(pid, NULL, 0);
	}
	(void)close(pair[1]);
	while (read(pair[0], &spent_ns, sizeof spent_ns) == sizeof spent_ns)
		sum_ns += spent_ns;
	rest(DYING_MS * MS_NS);
	return sum_ns;
}

static int64_t work_as(const char *what, int count, int64_t ns)
{
	if (strcmp(what, "sleep") == 0)
		rest(ns);
	else if (strcmp(what, "burn") == 0)
		children(count, count, CLOCK_PROCESS_CPUTIME_ID, ns);
	else if (strcmp(what, "spin") == 0)
		children(count, count, CLOCK_MONOTONIC, ns);
	else if (strcmp(what, "tree") == 0)
		children(count, 2, CLOCK_PROCESS_CPUTIME_ID, ns);
	else if (strcmp(what, "orphans") == 0)
		return orphans(count, ns);
	return 0;
}

int main(int argc, char **argv)
{
	int64_t begin_ns = clock_ns(CLOCK_MONOTONIC);
	bool go = argc == 6 && strcmp(argv[2], "go") == 0;
	int64_t orphans_ns;
	FILE *out;
	char byte;

	if (argc != 5 && !go)
		return 2;
	out = fopen(argv[1], "we");
	if (!out || (go && read(0, &byte, 1) != 1))
		return 2;
	argv += go;
	orphans_ns = work_as(argv[2], atoi(argv[3]), strtoll(argv[4], NULL, 10) * MS_NS);
	if (go)
		rest(S_NS / 2);
	(void)fprintf(out, "%lld %lld %lld\n", (long long)begin_ns,
		      (long long)clock_ns(CLOCK_MONOTONIC),
		      (long long)(children_ns() + orphans_ns +
				  clock_ns(CLOCK_PROCESS_CPUTIME_ID)));
	return fclose(out) != 0;
}
