/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static const struct option_row options[] = {
	CLI_FILTER_OPTIONS,
	{ "format", 'f', "FORM", "text, markdown, latex, …: listed below" },
	{ "long", 0, NULL, "all that is known, not what fits a paper" },
	{ "output", 'o', "FILE", "write it there (default: stdout)" },
	{ "json", 0, NULL, "as --format json" },
	{ "energy-kwh", 0, "KWH", "of these figures, not of runs" },
	{ "carbon-kg", 0, "KG",
	  "and this carbon (default: what the country's grid gives)" },
	{ "country", 0, "PLACE", "where that was: USA, DE" },
	{ "model", 0, "NAME", "the model that was trained" },
	{ "training", 0, "TYPE", "pre-training, fine-tuning" },
	{ "task", 0, "NAME", "text classification, …" },
	{ "flop", 0, "N", "floating point operations in all" },
	{ "unit", 0, "NAME", "what was done, for the SCI: epoch, request" },
	{ "units", 0, "N", "and how many of it" },
	{ "embodied-kg", 0, "KG", "CO2e of making the whole machine" },
	{ "lifespan", 0, "YEARS", "and how long it is used (default: 4)" },
};

static int take_options(struct cli *cli, struct gramme_statement_opts *opts)
{
	opts->country = cli_value(cli, "country");
	opts->model = cli_value(cli, "model");
	opts->training_type = cli_value(cli, "training");
	opts->task = cli_value(cli, "task");
	opts->unit = cli_value(cli, "unit");
	if (cli_above_zero(cli, "energy-kwh", &opts->energy_kwh) != 0 ||
	    cli_above_zero(cli, "carbon-kg", &opts->carbon_kg) != 0 ||
	    cli_above_zero(cli, "flop", &opts->flop) != 0 ||
	    cli_above_zero(cli, "units", &opts->units) != 0 ||
	    cli_above_zero(cli, "embodied-kg", &opts->embodied_kg) != 0 ||
	    cli_above_zero(cli, "lifespan", &opts->lifespan_years) != 0)
		return 2;
	if (opts->energy_kwh > 0 && cli->arg_count > 0)
		return cli_misused(cli, "either runs or --energy-kwh, not both");
	if (opts->energy_kwh <= 0 && (opts->country || opts->carbon_kg > 0))
		return cli_misused(cli,
				   "--country and --carbon-kg want --energy-kwh too");
	return 0;
}

static int write_file(const char *path, char *text)
{
	FILE *file = fopen(path, "we");
	int bad = !file || fputs(text, file) < 0;

	if (file)
		bad = fclose(file) != 0 || bad;
	if (bad)
		(void)fprintf(stderr, "gramme statement: cannot write %s: %s\n", path,
			      strerror(errno));
	free(text);
	return bad;
}

static int run(struct cli *cli)
{
	const char *form = cli_value(cli, "json") ? "json" : cli_value(cli, "format");
	const char *output = cli_value(cli, "output");
	uint32_t flags = cli_value(cli, "long") ? GRAMME_STATEMENT_LONG : 0;
	struct gramme_statement_opts opts = GRAMME_STATEMENT_OPTS(.runs = NULL);
	struct gramme_filter filter;
	char *text;
	int r;

	if (cli->arg_count > 0)
		opts.runs = (const char *const *)cli->args;
	if (cli_filter(cli, &filter))
		opts.filter = &filter;
	if (opts.runs && opts.filter)
		return cli_misused(
			cli, "either runs by name, or --project and the like, not both");
	r = take_options(cli, &opts);
	if (r != 0)
		return r;
	if (gramme_statement(cli->gramme, &opts, form ? form : "text", flags, &text) < 0)
		return cli_failed(cli);
	return output ? write_file(output, text) : cli_print(text);
}

static void list_forms(FILE *to)
{
	const char *about;
	const char *name;

	(void)fprintf(to, "\nforms:\n");
	for (size_t i = 0; (name = gramme_statement_form(i, &about)) != NULL; i++)
		(void)fprintf(to, "  %-17s %s\n", name, about);
}

const struct command command_statement = {
	.name = "statement",
	.args = "[options] [RUN…]",
	.details =
		"RUN is as for `gramme show`; without any the newest. Several are added up, with\n"
		"--project, --experiment, --since and --until all that fit, failed runs too.",
	.more = list_forms,
	.example = "gramme statement --project paper --format latex",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_max = -1,
	.run = run,
};
