/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches a machine by the library's live calls and prints what each reading gave:
 *
 *	live-tool FORMAT READINGS INTERVAL_MS [PROCESSES [SYSROOT]]
 *
 * FORMAT "json", "prometheus" or "openmetrics"; the last reading alone with a "+" in front. The
 * runs are in it. 0 when all went well, 1 with a sentence when not.
 */
#include <gramme/gramme.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int fail(struct gramme *gramme)
{
	(void)fprintf(stderr, "live-tool: %s\n", gramme_error(gramme));
	gramme_free(gramme);
	return 1;
}

static void rest(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&time, NULL);
}

static int show(struct gramme_live *live, const char *format)
{
	char *text = NULL;
	int r = gramme_live_text(live, format, &text);

	if (r == 0)
		(void)puts(text);
	free(text);
	return r;
}

int main(int argc, char **argv)
{
	const char *format = argc > 1 ? argv[1] : "json";
	int last_only = format[0] == '+';
	long readings = argc > 2 ? strtol(argv[2], NULL, 10) : 2;
	long ms = argc > 3 ? strtol(argv[3], NULL, 10) : 1000;
	size_t processes = argc > 4 ? strtoul(argv[4], NULL, 10) : 10;
	struct gramme *gramme = NULL;
	struct gramme_live *live = NULL;

	if (gramme_new(&GRAMME_OPTS(.sysroot = argc > 5 ? argv[5] : NULL), &gramme) < 0 ||
	    gramme_live_open(gramme, &GRAMME_LIVE_OPTS(.processes = processes, .runs = 1),
			     &live) < 0)
		return fail(gramme);
	for (long i = 0; i < readings; i++) {
		if (i > 0)
			rest(ms);
		if (gramme_live_read(live) < 0 || ((!last_only || i + 1 == readings) &&
						   show(live, format + last_only) < 0)) {
			gramme_live_close(live);
			return fail(gramme);
		}
	}
	gramme_live_close(live);
	gramme_free(gramme);
	return 0;
}
