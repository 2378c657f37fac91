/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command whose run is weighed: prints CLOCK_MONOTONIC in ns at its first and at its last
 * instruction, and sleeps in between.
 *
 *	stamp SECONDS [STATUS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long long now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(int argc, char **argv)
{
	long long first_ns = now_ns();
	double seconds = argc > 1 ? atof(argv[1]) : 0;
	struct timespec wait = { (time_t)seconds, 0 };

	wait.tv_nsec = (long)((seconds - (double)wait.tv_sec) * 1e9);
	(void)nanosleep(&wait, NULL);
	(void)printf("%lld ", first_ns);
	(void)fflush(stdout);
	(void)printf("%lld\n", now_ns());
	return argc > 2 ? atoi(argv[2]) : 0;
}
