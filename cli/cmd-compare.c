/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static const struct option_row options[] = {
	{ "metric", 'm', "NAME", "a logged number to compare as well" },
	{ "quantity", 0, "NAME",
	  "energy, time, power, step or carbon (default: energy)" },
	{ "level", 0, "RATIO", "of the intervals (default: 0.95)" },
	{ "margin", 0, "RATIO", "how near is the same (default: 0.02)" },
	{ "metric-margin", 0, "X", "how near metrics are the same" },
	{ "pareto", 0, "NAME", "energy against this metric: who dominates whom" },
	{ "less", 0, NULL, "with --pareto: less of the metric is better" },
	{ "json", 0, NULL, "gramme.compare/1, for programs" },
};

/* Those of the comparison proper. */
static const char *const of_sides[] = { "metric", "quantity", "level", "margin",
					"metric-margin" };

static int run_pareto(const struct cli *cli)
{
	struct gramme_leaderboard_opts opts =
		GRAMME_LEADERBOARD_OPTS(.metric = cli_value(cli, "pareto"), .pareto = 1);
	char *text;

	for (size_t i = 0; i < sizeof of_sides / sizeof of_sides[0]; i++)
		if (cli_value(cli, of_sides[i]))
			return cli_misused(cli, "--pareto NAME does not go with --%s",
					   of_sides[i]);
	opts.metric_less = cli_value(cli, "less") != NULL;
	if (cli->arg_count > 0)
		opts.experiments = (const char *const *)cli->args;
	if (gramme_leaderboard(cli->gramme, &opts, cli_format(cli),
			       cli_text_flags(stdout), &text) < 0)
		return cli_failed(cli);
	return cli_print(text);
}

static int take_options(const struct cli *cli, struct gramme_compare_opts *opts)
{
	if (cli_above_zero(cli, "level", &opts->level) != 0 ||
	    cli_above_zero(cli, "margin", &opts->margin) != 0 ||
	    cli_above_zero(cli, "metric-margin", &opts->metric_margin) != 0)
		return 2;
	opts->metric = cli_value(cli, "metric");
	opts->quantity = cli_value(cli, "quantity");
	if (cli_value(cli, "less"))
		return cli_misused(cli, "--less goes with --pareto NAME");
	if (opts->level > 0 && (opts->level <= 0.5 || opts->level >= 1))
		return cli_misused(cli, "--level is over 0.5 and under 1, as in 0.95");
	if (opts->margin >= 1)
		return cli_misused(cli, "--margin is a part, as in 0.02 for 2 %%");
	if (opts->metric_margin > 0 && !opts->metric)
		return cli_misused(cli,
				   "--metric-margin is about a metric: --metric NAME");
	return 0;
}

static int run(struct cli *cli)
{
	struct gramme_compare_opts opts =
		GRAMME_COMPARE_OPTS(.sides = (const char *const *)cli->args);
	char *text;
	int r;

	if (cli_value(cli, "pareto"))
		return run_pareto(cli);
	r = take_options(cli, &opts);
	if (r != 0)
		return r;
	if (cli->arg_count < 2)
		return cli_misused(cli, "a comparison has two sides or more");
	if (gramme_compare(cli->gramme, &opts, cli_format(cli), cli_text_flags(stdout),
			   &text) < 0)
		return cli_failed(cli);
	return cli_print(text);
}

const struct command command_compare = {
	.name = "compare",
	.args = "[options] A B [C…]",
	.details =
		"A side is an experiment, PROJECT/EXPERIMENT, a run's name (all runs of it), a run's\n"
		"id, or ids with commas between. The first is what the others are compared with.\n"
		"With --pareto NAME the sides are experiments; without any: all of them.",
	.example = "gramme compare baseline distilled --metric accuracy",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 0,
	.args_max = -1,
	.run = run,
};
