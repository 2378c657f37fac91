/* SPDX-License-Identifier: Apache-2.0 */
/* Options with a number, a length of time, or a selection of runs. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* More of anything than there is on earth. */
#define MOST 1e60

int cli_number(const struct cli *cli, const char *name, double least, double *ret)
{
	const char *text = cli_value(cli, name);
	char *end;
	double value;

	if (!text)
		return 0;
	value = strtod(text, &end);
	if (end == text || *end != '\0' || !(value >= least))
		return cli_misused(cli, "--%s '%s' is not a number of %g or more", name,
				   text, least);
	if (value > MOST)
		return cli_misused(cli, "--%s '%s' is too much", name, text);
	*ret = value;
	return 0;
}

int cli_above_zero(const struct cli *cli, const char *name, double *ret)
{
	double value = -1;

	if (!cli_value(cli, name))
		return 0;
	if (cli_number(cli, name, 0, &value) != 0)
		return 2;
	if (value <= 0)
		return cli_misused(cli, "--%s '%s' is not above 0", name,
				   cli_value(cli, name));
	*ret = value;
	return 0;
}

int cli_duration(const struct cli *cli, const char *name, int64_t unit_ns, int64_t *ret)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "ms", 1e6 },   { "s", 1e9 },    { "m", 60e9 },
		      { "min", 60e9 }, { "h", 3600e9 }, { "d", 86400e9 } };

	const char *text = cli_value(cli, name);
	double ns = -1;
	char *end;
	double value;

	if (!text)
		return 0;
	value = strtod(text, &end);
	if (end != text && *end == '\0')
		ns = value * (double)unit_ns;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (end != text && strcmp(end, units[i].unit) == 0)
			ns = value * units[i].ns;
	if (!(ns > 0 && ns < 366 * 86400e9))
		return cli_misused(cli, "--%s '%s' is not a time: 90m, 4h, 2d", name,
				   text);
	*ret = (int64_t)ns;
	return 0;
}

bool cli_filter(const struct cli *cli, struct gramme_filter *ret)
{
	*ret = GRAMME_FILTER(.project = cli_value(cli, "project"));
	ret->experiment = cli_value(cli, "experiment");
	ret->name = cli_value(cli, "name");
	ret->since = cli_value(cli, "since");
	ret->until = cli_value(cli, "until");
	return ret->project || ret->experiment || ret->name || ret->since || ret->until;
}
