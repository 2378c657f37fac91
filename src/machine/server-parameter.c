/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/server-parameter.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "data-server-model.h"

static const char *const names[FEATURE_COUNT] = { "chips",  "cores", "threads", "mhz",
						  "memory", "tdp",   "year",    "amd" };

static int by_name(const void *name, const void *row)
{
	const struct data_server_model *one = row;

	return strcmp(name, data_server_model_text + one->name);
}

/* The names are those of the tool that writes the table, so that none can be missing. */
static double parameter(const char *name)
{
	const struct data_server_model *row =
		bsearch(name, data_server_model, ARRAY_SIZE(data_server_model),
			sizeof *row, by_name);
	double value = 0;
	int r = row ? parse_double(data_server_model_text + row->fitted, &value) : -1;

	assert(r == 0);
	(void)r;
	return value;
}

static double named(const char *what, const char *of)
{
	char name[48];

	(void)snprintf(name, sizeof name, "%s.%s", what, of);
	return parameter(name);
}

static double squared(const char *amplitude)
{
	double value = named("amplitude", amplitude);

	return value * value;
}

static double of_level(int level, const char *what)
{
	char name[48];

	(void)snprintf(name, sizeof name, "level.%03d.%s", 10 * level, what);
	return parameter(name);
}

static void read_levels(struct server_parameters *p)
{
	for (int i = 0; i < SERVER_LEVELS; i++) {
		p->level_mean[i] = of_level(i, "mean");
		p->level_scale[i] = of_level(i, "scale");
		p->tails[i].low90 = of_level(i, "low90");
		p->tails[i].high90 = of_level(i, "high90");
		p->tails[i].low95 = of_level(i, "low95");
		p->tails[i].high95 = of_level(i, "high95");
	}
}

static void read_correlations(struct server_parameters *p)
{
	char of[32];

	for (int i = 0; i < FEATURE_AMD; i++) {
		p->correlation[i][i] = 1;
		for (int j = 0; j < i; j++) {
			(void)snprintf(of, sizeof of, "%s.%s", names[j], names[i]);
			p->correlation[i][j] = named("correlation", of);
			p->correlation[j][i] = p->correlation[i][j];
		}
	}
}

void server_parameters_read(struct server_parameters *ret)
{
	for (int i = 0; i < FEATURE_COUNT; i++) {
		ret->mean[i] = named("mean", names[i]);
		ret->scale[i] = named("scale", names[i]);
		ret->length[i] = named("length", names[i]);
	}
	ret->near2 = squared("near");
	ret->linear2 = squared("linear");
	ret->maker2 = squared("maker");
	ret->generation2 = squared("generation");
	ret->cpu2 = squared("cpu");
	ret->noise2 = squared("noise");
	ret->maker_years = parameter("length.maker-years");
	read_levels(ret);
	read_correlations(ret);
}

/* Four sums, since one would wait for itself. */
static double dot(const double *a, const double *b, int n)
{
	double sum[4] = { 0 };
	int i = 0;

	for (; i + 4 <= n; i += 4)
		for (int k = 0; k < 4; k++)
			sum[k] += a[i + k] * b[i + k];
	for (; i < n; i++)
		sum[0] += a[i] * b[i];
	return sum[0] + sum[1] + (sum[2] + sum[3]);
}

bool server_factor(double *matrix, int n, int stride)
{
	for (int i = 0; i < n; i++) {
		double *row = matrix + (ptrdiff_t)i * stride;

		for (int j = 0; j < i; j++) {
			const double *other = matrix + (ptrdiff_t)j * stride;

			row[j] = (row[j] - dot(row, other, j)) / other[j];
		}
		row[i] -= dot(row, row, i);
		if (!(row[i] > 0))
			return false;
		row[i] = sqrt(row[i]);
	}
	return true;
}

/* Solves L L' x = b in place. */
static void solve(const double factor[FEATURE_AMD][FEATURE_AMD], int n, double *b)
{
	for (int i = 0; i < n; i++)
		b[i] = (b[i] - dot(factor[i], b, i)) / factor[i][i];
	for (int i = n - 1; i >= 0; i--) {
		for (int j = i + 1; j < n; j++)
			b[i] -= factor[j][i] * b[j];
		b[i] /= factor[i][i];
	}
}

int server_fill(const struct server_parameters *p, double *x,
		double ret_factor[FEATURE_AMD][FEATURE_AMD])
{
	double known[FEATURE_AMD][FEATURE_AMD];
	double weights[FEATURE_AMD][FEATURE_AMD];
	int here[FEATURE_AMD];
	int gone[FEATURE_AMD];
	int here_count = 0;
	int gone_count = 0;

	for (int i = 0; i < FEATURE_AMD; i++)
		if (isnan(x[i]))
			gone[gone_count++] = i;
		else
			here[here_count++] = i;
	for (int i = 0; i < here_count; i++)
		for (int j = 0; j < here_count; j++)
			known[i][j] = p->correlation[here[i]][here[j]];
	(void)server_factor(&known[0][0], here_count, FEATURE_AMD);
	for (int g = 0; g < gone_count; g++) {
		for (int i = 0; i < here_count; i++)
			weights[g][i] = p->correlation[gone[g]][here[i]];
		solve(known, here_count, weights[g]);
		x[gone[g]] = 0;
		for (int i = 0; i < here_count; i++)
			x[gone[g]] += weights[g][i] * x[here[i]];
	}
	for (int g = 0; g < gone_count; g++)
		for (int k = 0; k <= g; k++) {
			ret_factor[g][k] = p->correlation[gone[g]][gone[k]];
			for (int i = 0; i < here_count; i++)
				ret_factor[g][k] -=
					weights[g][i] * p->correlation[here[i]][gone[k]];
		}
	(void)server_factor(&ret_factor[0][0], gone_count, FEATURE_AMD);
	return gone_count;
}
