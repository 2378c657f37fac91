/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statistics by line: "NAME [number…] : value… : value…" in, numbers out, or the errno's
 * name where there is no answer. For tests/stat/test_scipy.py.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/stat.h"

#define NUMBERS_MAX 5000
#define SEED        7

/* Numbers before the first ":" and those of each side. */
struct line {
	char name[64];
	double given[4];
	double values[2][NUMBERS_MAX];
	struct stat_side a;
	struct stat_side b;
};

static double *room_of(struct line *line, size_t part)
{
	return part == 0 ? line->given : line->values[part - 1];
}

static int take_line(char *text, struct line *line)
{
	size_t count[3] = { 0 }, part = 0;
	const char *word = strsep(&text, " \n");

	(void)copy_text(line->name, sizeof line->name, word);
	while ((word = strsep(&text, " \n"))) {
		if (*word == ':')
			part++;
		if (*word == ':' || !*word)
			continue;
		if (part > 2 || count[part] >= (part ? NUMBERS_MAX : 4))
			return -E2BIG;
		if (parse_double(word, &room_of(line, part)[count[part]++]) < 0)
			return -EINVAL;
	}
	line->a = (struct stat_side){ line->values[0], count[1] };
	line->b = (struct stat_side){ line->values[1], count[2] };
	return 0;
}

static int one(double value)
{
	printf("%.17g\n", value);
	return 0;
}

static int normal_cdf(const struct line *line)
{
	return one(stat_normal_cdf(line->given[0]));
}

static int normal_quantile(const struct line *line)
{
	return one(stat_normal_quantile(line->given[0]));
}

static int t_cdf(const struct line *line)
{
	return one(stat_t_cdf(line->given[0], line->given[1]));
}

static int t_two_sided(const struct line *line)
{
	return one(stat_t_two_sided(line->given[0], line->given[1]));
}

static int t_quantile(const struct line *line)
{
	return one(stat_t_quantile(line->given[0], line->given[1]));
}

static int describe(const struct line *line)
{
	printf("%.17g %.17g %.17g\n", stat_mean(&line->a), stat_sd(&line->a),
	       stat_sem(&line->a));
	return 0;
}

/* The values come sorted. */
static int quantile(const struct line *line)
{
	return one(stat_quantile(line->a.values, line->a.count, line->given[0]));
}

static int holm(const struct line *line)
{
	double p[NUMBERS_MAX];

	memcpy(p, line->a.values, line->a.count * sizeof p[0]);
	stat_holm(p, line->a.count);
	for (size_t i = 0; i < line->a.count; i++)
		printf("%.17g%s", p[i], i + 1 < line->a.count ? " " : "\n");
	return 0;
}

static int equivalence(const struct line *line)
{
	double p;
	int err = stat_equivalence(&line->a, &line->b, line->given[0], &p);

	return err < 0 ? err : one(p);
}

static int runs_needed(const struct line *line)
{
	return one(stat_runs_needed(line->given[0], line->given[1], line->given[2], 0.95,
				    line->given[3]));
}

static int interval(int err, const struct stat_interval *got)
{
	if (err == 0)
		printf("%.17g %.17g %.17g\n", got->value, got->low, got->high);
	return err;
}

static int difference(const struct line *line)
{
	struct stat_interval got;
	int err = stat_difference(&line->a, &line->b, line->given[0], &got);

	return interval(err, &got);
}

static int bca(const struct line *line)
{
	struct stat_interval got;
	int err = stat_difference_bca(&line->a, &line->b, line->given[0], SEED, &got);

	return interval(err, &got);
}

static int cliffs_delta(const struct line *line)
{
	struct stat_interval got;
	int err = stat_cliffs_delta(&line->a, &line->b, line->given[0], &got);

	return interval(err, &got);
}

static const struct {
	const char *name;
	int (*answer)(const struct line *line);
} answers[] = {
	{ "normal-cdf", normal_cdf },
	{ "normal-quantile", normal_quantile },
	{ "t-cdf", t_cdf },
	{ "t-two-sided", t_two_sided },
	{ "t-quantile", t_quantile },
	{ "describe", describe },
	{ "quantile", quantile },
	{ "holm", holm },
	{ "equivalence", equivalence },
	{ "runs-needed", runs_needed },
	{ "difference", difference },
	{ "bca", bca },
	{ "cliffs-delta", cliffs_delta },
};

/* One of the predecessor's six, its blanks as underscores: statistic, df, p, exact. */
static int test_named(const struct line *line)
{
	struct stat_test got;
	char name[64];
	int err;

	for (size_t i = 0; i < stat_named_count; i++) {
		(void)copy_text(name, sizeof name, stat_named[i].name);
		for (char *at = name; (at = strchr(at, ' '));)
			*at = '_';
		if (strcmp(name, line->name) != 0)
			continue;
		err = stat_named[i].test(&line->a, &line->b, SEED, &got);
		if (err == 0)
			printf("%.17g %.17g %.17g %d\n", got.statistic, got.df, got.p,
			       got.exact);
		return err;
	}
	return -ENOSYS;
}

static int answer(const struct line *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
		if (strcmp(answers[i].name, line->name) == 0)
			return answers[i].answer(line);
	return test_named(line);
}

int main(void)
{
	static struct line line;
	AUTO_FREE char *text = NULL;
	size_t room = 0;

	while (getline(&text, &room, stdin) > 0) {
		int err = take_line(text, &line);

		if (err == 0)
			err = answer(&line);
		if (err < 0)
			printf("%s\n", strerrorname_np(-err));
	}
	return 0;
}
