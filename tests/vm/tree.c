/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree of short processes of which the CPU time is known: COUNT children, one after the
 * other, each of which works for MS of its own CPU time. Prints in microseconds what the
 * kernel gave for all of them (wait4) and for itself.
 *
 *	tree COUNT MS
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long cpu_us(const struct rusage *usage)
{
	return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000LL +
	       usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;
}

static void work(long ms)
{
	struct timespec used;

	do
		(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	while (used.tv_sec * 1000 + used.tv_nsec / 1000000 < ms);
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 1;
	long ms = argc > 2 ? atol(argv[2]) : 1;
	long long children_us = 0;
	struct rusage usage;

	for (long i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return 1;
		if (pid == 0) {
			work(ms);
			_exit(0);
		}
		if (wait4(pid, NULL, 0, &usage) != pid)
			return 1;
		children_us += cpu_us(&usage);
	}
	(void)getrusage(RUSAGE_SELF, &usage);
	(void)printf("%lld %lld\n", children_us, cpu_us(&usage));
	return 0;
}
