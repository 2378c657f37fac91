/* SPDX-License-Identifier: Apache-2.0 */
#include "model-parts.h"

static int numbers(struct cli *cli, struct gramme_model_opts *opts)
{
	const struct {
		const char *name;
		double *to;
	} rows[] = {
		{ "chips", &opts->chips },         { "cores", &opts->cores },
		{ "threads", &opts->threads },     { "mhz", &opts->mhz },
		{ "memory-gb", &opts->memory_gb }, { "tdp", &opts->tdp_w },
		{ "year", &opts->year },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (cli_above_zero(cli, rows[i].name, rows[i].to) != 0)
			return 2;
	return cli_number(cli, "load", 0, &opts->load_ratio);
}

int model_machine(struct cli *cli)
{
	struct gramme_model_opts opts =
		GRAMME_MODEL_OPTS(.cpu = cli_value(cli, "cpu"),
				  .vendor = cli_value(cli, "vendor"));
	const char *csv = cli_value(cli, "csv");
	char *text;
	int r;

	if (numbers(cli, &opts) != 0)
		return 2;
	if (opts.load_ratio > 1)
		return cli_misused(cli, "--load is a ratio: 0.5, not 50");
	r = csv ? gramme_model_csv(cli->gramme, csv, &text)
		: gramme_model(cli->gramme, &opts, cli_format(cli),
			       cli_text_flags(stdout), &text);
	return r < 0 ? cli_failed(cli) : cli_print(text);
}
