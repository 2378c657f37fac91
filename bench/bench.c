/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macro.h"

void figure_add(struct figure *figure, double value)
{
	if (figure->count < FIGURE_MAX)
		figure->value[figure->count++] = value;
}

static int by_value(const void *a, const void *b)
{
	double left = *(const double *)a;
	double right = *(const double *)b;

	return (left > right) - (left < right);
}

double figure_median(const struct figure *figure)
{
	struct figure sorted = *figure;

	if (sorted.count == 0)
		return 0;
	qsort(sorted.value, sorted.count, sizeof sorted.value[0], by_value);
	return (sorted.value[(sorted.count - 1) / 2] + sorted.value[sorted.count / 2]) /
	       2;
}

double figure_min(const struct figure *figure)
{
	double least = figure->count ? figure->value[0] : 0;

	for (size_t i = 1; i < figure->count; i++)
		if (figure->value[i] < least)
			least = figure->value[i];
	return least;
}

double figure_max(const struct figure *figure)
{
	double most = figure->count ? figure->value[0] : 0;

	for (size_t i = 1; i < figure->count; i++)
		if (figure->value[i] > most)
			most = figure->value[i];
	return most;
}

void bench_print(const struct bench_row *row)
{
	double value = figure_median(row->value);

	printf("%s,%s,%.4g,%s,", row->bench, row->what, value, row->unit);
	if (row->reference) {
		double reference = figure_median(row->reference_value);

		printf("%s,%.4g,", row->reference, reference);
		if (reference > 0)
			printf("%.3g", value / reference);
	} else {
		printf(",,");
	}
	if (row->budget > 0)
		printf(",%g,%s", row->budget, value <= row->budget ? "yes" : "no");
	else
		printf(",,");
	printf(",%.4g,%.4g,%zu\n", figure_min(row->value), figure_max(row->value),
	       row->value->count);
	(void)fflush(stdout);
}

void bench_fail(const char *fmt, ...)
{
	va_list args;

	(void)fprintf(stderr, "bench: ");
	va_start(args, fmt);
	(void)vfprintf(stderr, fmt, args);
	va_end(args);
	(void)fprintf(stderr, "\n");
	exit(1);
}

bool bench_quick(void)
{
	return getenv("BENCH_QUICK") != NULL;
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now) < 0)
		return -1;
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t bench_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

int64_t bench_cpu_ns(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

int64_t bench_cpu_of(pid_t pid)
{
	clockid_t clock;

	return clock_getcpuclockid(pid, &clock) == 0 ? clock_ns(clock) : -1;
}

void bench_sleep_until(int64_t t_ns)
{
	struct timespec until = { t_ns / NS_PER_S, t_ns % NS_PER_S };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0)
		;
}
