/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static const struct option_row options[] = {
	{ "interval", 'i', "TIME", "between readings, 200ms to 1m (default: 2s)" },
	{ "json", 0, NULL, "gramme.live/1, a line a reading, instead of a screen" },
	{ "count", 'c', "N", "end after N readings" },
	{ "from", 0, "FILE",
	  "show a recording that --json made, at the pace of --interval" },
};

const struct command command_top = {
	.name = "top",
	.args = "[options]",
	.example = "gramme top",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 0,
	.args_max = 0,
	.helper = "gramme-top",
	.helper_needs = "libncurses-dev",
};
