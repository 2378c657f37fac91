/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#define RUNS_MAX 256

static const struct option_row options[] = {
	{ "csv", 0, "FILE", "what the meter logged: times, and watts or Wh or kWh" },
	{ "run", 0, "RUN", "fit to this run (default: all that the log overlaps)" },
	{ "guided", 0, NULL, "put this machine under steps of load first" },
	{ "minutes", 0, "N", "that the steps take (default: 10)" },
	{ "modelled", 0, NULL, "fit the estimate, where the components have no meter" },
	{ "look-only", 0, NULL, "keep nothing" },
	{ "show", 0, NULL, "tell what is kept" },
	{ "forget", 0, NULL, "forget what is kept of this machine" },
	{ "json", 0, NULL, "gramme.calibration/1, for programs" },
};

static void say_step(void *ctx, const char *text)
{
	(void)ctx;
	(void)fprintf(stderr, "gramme calibrate: %s\n", text);
}

/* 2 with --show and --forget; a calibration wants one of --csv and --guided. */
static bool has_one_task(const struct cli *cli)
{
	int looks = (cli_value(cli, "show") != NULL) + (cli_value(cli, "forget") != NULL);
	bool fits = cli_value(cli, "csv") || cli_value(cli, "guided");

	return looks + fits == 1;
}

static int run(struct cli *cli)
{
	const char *runs[RUNS_MAX + 2] = { cli_value(cli, "run") };
	size_t count = runs[0] ? 1 : 0;
	struct gramme_calibrate_opts opts =
		GRAMME_CALIBRATE_OPTS(.csv = cli_value(cli, "csv"), .notice = say_step);
	char *text;

	if (!has_one_task(cli))
		return cli_misused(cli, "one of --csv FILE, --guided, --show, --forget");
	for (int i = 0; i < cli->arg_count && count < RUNS_MAX; i++)
		runs[count++] = cli->args[i];
	if (cli_above_zero(cli, "minutes", &opts.minutes) != 0)
		return 2;
	opts.runs = count > 0 ? runs : NULL;
	opts.guided = cli_value(cli, "guided") != NULL;
	opts.modelled = cli_value(cli, "modelled") != NULL;
	opts.look_only = cli_value(cli, "look-only") != NULL;
	opts.show = cli_value(cli, "show") != NULL;
	opts.forget = cli_value(cli, "forget") != NULL;
	if (gramme_calibrate(cli->gramme, &opts, cli_format(cli), cli_text_flags(stdout),
			     &text) < 0)
		return cli_failed(cli);
	return cli_print(text);
}

const struct command command_calibrate = {
	.name = "calibrate",
	.args = "--csv FILE [RUN…] | --guided | --show | --forget",
	.details =
		"The clocks may be up to ten minutes apart. What else the meter feeds at an even\n"
		"power, a screen, counts as the machine's.",
	.example = "gramme calibrate --csv plug.csv",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_max = -1,
	.run = run,
};
