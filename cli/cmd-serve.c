/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static const struct option_row options[] = {
	{ "listen", 'l', "ADDRESS", "this address (default: 127.0.0.1)" },
	{ "port", 0, "N", "this port; 0: any that is free (default: 4726)" },
	{ "token-file", 0, "FILE", "who may read from elsewhere: a 0600 file" },
	{ "interval", 'i', "TIME", "between live readings, 200ms to 1m (default: 1s)" },
};

const struct command command_serve = {
	.name = "serve",
	.args = "[options]",
	.example = "gramme serve",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 0,
	.args_max = 0,
	.helper = "gramme-serve",
	.helper_needs = "libmicrohttpd-dev",
};
