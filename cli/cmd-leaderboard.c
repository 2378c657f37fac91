/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define LIMIT_MOST 1e9

static const struct option_row options[] = {
	CLI_FILTER_OPTIONS,
	{ "metric", 'm', "NAME", "a logged number: its last value" },
	{ "less", 0, NULL, "less of the metric is better" },
	{ "target", 0, "X", "energy until the metric got there" },
	{ "by", 0, "COLUMN", "energy, carbon, metric, efficiency or target" },
	{ "pareto", 0, NULL, "tell which experiments another one dominates" },
	{ "limit", 0, "N", "rows (default: all)" },
	{ "json", 0, NULL, "gramme.leaderboard/1, for programs" },
	{ "csv", 0, NULL, "a table for a spreadsheet" },
	{ "html", 0, "FILE", "a page with a plot (- for stdout)" },
};

static int take_target(const struct cli *cli, struct gramme_leaderboard_opts *opts)
{
	const char *text = cli_value(cli, "target");
	char *end;

	if (!text)
		return 0;
	opts->target = strtod(text, &end);
	if (end == text || *end != '\0' || !isfinite(opts->target))
		return cli_misused(cli, "--target '%s' is not a number", text);
	opts->has_target = 1;
	return 0;
}

static int take_options(const struct cli *cli, struct gramme_leaderboard_opts *opts)
{
	double limit = 0;

	if (cli_above_zero(cli, "limit", &limit) != 0 || take_target(cli, opts) != 0)
		return 2;
	if (limit > LIMIT_MOST)
		return cli_misused(cli, "--limit '%s' is too much",
				   cli_value(cli, "limit"));
	opts->limit = (size_t)ceil(limit);
	opts->metric = cli_value(cli, "metric");
	opts->by = cli_value(cli, "by");
	opts->metric_less = cli_value(cli, "less") != NULL;
	opts->pareto = cli_value(cli, "pareto") != NULL;
	if (!opts->metric && (opts->has_target || opts->metric_less || opts->pareto))
		return cli_misused(cli,
				   "--target, --less and --pareto are about a metric: "
				   "--metric NAME");
	if ((cli_value(cli, "json") != NULL) + (cli_value(cli, "csv") != NULL) +
		    (cli_value(cli, "html") != NULL) >
	    1)
		return cli_misused(cli, "one of --json, --csv and --html, not more");
	return 0;
}

static const char *format_of(const struct cli *cli)
{
	if (cli_value(cli, "csv"))
		return "csv";
	return cli_value(cli, "html") ? "html" : cli_format(cli);
}

static int write_page(const char *path, char *text)
{
	int bad = cli_save_page(path, text);

	free(text);
	return bad;
}

static int run(struct cli *cli)
{
	struct gramme_leaderboard_opts opts = GRAMME_LEADERBOARD_OPTS(.limit = 0);
	const char *page = cli_value(cli, "html");
	struct gramme_filter filter;
	char *text;
	int r = take_options(cli, &opts);

	if (r != 0)
		return r;
	if (cli_filter(cli, &filter))
		opts.filter = &filter;
	if (cli->arg_count > 0)
		opts.experiments = (const char *const *)cli->args;
	if (gramme_leaderboard(cli->gramme, &opts, format_of(cli), cli_text_flags(stdout),
			       &text) < 0)
		return cli_failed(cli);
	return page && strcmp(page, "-") != 0 ? write_page(page, text) : cli_print(text);
}

const struct command command_leaderboard = {
	.name = "leaderboard",
	.args = "[options] [EXPERIMENT…]",
	.details =
		"Experiments (runs without one: by their name) ranked by the energy of a run that\n"
		"finished. An experiment is named as it is, or PROJECT/EXPERIMENT.",
	.example = "gramme leaderboard --metric accuracy --pareto",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 0,
	.args_max = -1,
	.run = run,
};
