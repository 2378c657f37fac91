/* SPDX-License-Identifier: Apache-2.0 */
/* What run and attach share: their options, and what they print at the end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* A decimal number, then one of the units; the library checks the limits. */
static int period_of(const char *text, int64_t *ret_ns)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "us", 1e3 }, { "ms", 1e6 },   { "s", 1e9 },
		      { "m", 60e9 }, { "h", 3600e9 }, { "", 1e9 } };

	char *end;
	double value = strtod(text, &end);

	if (end == text)
		return -EINVAL;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		double ns = value * units[i].ns;

		if (strcmp(end, units[i].unit) != 0)
			continue;
		if (!(ns >= 1e6 && ns <= 3600e9))
			return -ERANGE;
		*ret_ns = (int64_t)(ns + 0.5);
		return 0;
	}
	return -EINVAL;
}

static int pue_of(const char *text, double *ret)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !(value >= 1 && value <= 10))
		return -EINVAL;
	*ret = value;
	return 0;
}

int cli_run_opts(struct cli *cli, struct gramme_run_opts *opts)
{
	const char *period = cli_value(cli, "period");
	const char *pue = cli_value(cli, "pue");

	*opts = GRAMME_RUN_OPTS(.name = cli_value(cli, "name"));
	opts->experiment = cli_value(cli, "experiment");
	opts->project = cli_value(cli, "project");
	opts->region = cli_value(cli, "region");
	opts->tags = cli->tags;
	if (period && period_of(period, &opts->period_ns) < 0)
		return cli_misused(cli, "'%s' is not a period from 1ms to 1h", period);
	if (pue && pue_of(pue, &opts->pue) < 0)
		return cli_misused(cli, "'%s' is not a PUE from 1 to 10", pue);
	if (cli_value(cli, "live") && cli_value(cli, "quiet"))
		return cli_misused(cli, "--quiet prints nothing, and --live a line");
	if (cli_value(cli, "live"))
		cli_live_begin(opts);
	return 0;
}

static void print_trouble(const char *trouble)
{
	for (const char *line = trouble; *line; line += strspn(line, "\n")) {
		int len = (int)strcspn(line, "\n");

		(void)fprintf(stderr, "gramme: %.*s\n", len, line);
		line += len;
	}
}

static int write_json(const struct cli *cli, const char *path, const char *json)
{
	FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	int bad;

	if (file) {
		bad = fputs(json ? json : "null\n", file) < 0;
		bad = (file == stdout ? fflush(file) : fclose(file)) != 0 || bad;
		if (!bad)
			return 0;
	}
	(void)fprintf(stderr, "gramme %s: cannot write %s: %s\n", cli->command->name,
		      path, strerror(errno));
	return 1;
}

int cli_run_result(struct cli *cli, const struct gramme_run_result *result)
{
	const char *json = cli_value(cli, "json");

	if (!cli_value(cli, "quiet")) {
		if (result->summary)
			(void)fputs(result->summary, stderr);
		if (result->trouble)
			print_trouble(result->trouble);
	}
	return json ? write_json(cli, json, result->json) : 0;
}
