/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-22.
 * Reads: published servers, those alike made one, and the parameters fitted to them.
 * Gives: log watts at eleven loads, and how sure that is.
 * Needs: nothing.
 * Limits: servers of 2004 to 2022 at the wall; few of one maker, most in good order.
 */
#include "machine/server-fit.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/parse.h"
#include "data-server-model-row.h"
#include "machine/server-parameter.h"

#define ROWS  ((int)ARRAY_SIZE(data_server_model_row))
#define DRAWS 24 /* of features that are not known */

struct site {
	double x[FEATURE_COUNT]; /* in scales */
	double base;             /* log of chips x TDP */
	const char *key;
	const char *generation;
	const char *maker;
};

struct server_fit {
	struct server_parameters p;
	int count;
	uint32_t members[ROWS];
	struct site sites[ROWS];
	double weights[SERVER_LEVELS][ROWS];
	double factor[ROWS][ROWS]; /* lower */
};

static double square(double x)
{
	return x * x;
}

static double covariance(const struct server_parameters *p, const struct site *a,
			 const struct site *b)
{
	double distance2 = 0;
	double product = 0;
	double k = 1;
	double r;

	for (int i = 0; i < FEATURE_COUNT; i++) {
		distance2 += square((a->x[i] - b->x[i]) / p->length[i]);
		product += a->x[i] * b->x[i];
	}
	r = sqrt(3 * distance2);
	k += p->near2 * (1 + r) * exp(-r) + p->linear2 * product;
	if (strcmp(a->maker, b->maker) == 0)
		k += p->maker2 * exp(-square((a->x[FEATURE_YEAR] - b->x[FEATURE_YEAR]) /
					     p->maker_years) /
				     2);
	if (strcmp(a->generation, b->generation) == 0)
		k += p->generation2;
	if (strcmp(a->key, b->key) == 0)
		k += p->cpu2;
	return k;
}

static void set_base(const struct server_parameters *p, struct site *site)
{
	site->base = 0;
	for (int i = FEATURE_CHIPS; i <= FEATURE_TDP; i += FEATURE_TDP - FEATURE_CHIPS)
		site->base += site->x[i] * p->scale[i] + p->mean[i];
}

static void features_of_row(const struct data_server_model_row *row, double *ret)
{
	double chips = row->chips;

	ret[FEATURE_CHIPS] = log(chips);
	ret[FEATURE_CORES] = log(row->cores / chips);
	ret[FEATURE_THREADS] = log((double)row->threads / row->cores);
	ret[FEATURE_MHZ] = log(row->mhz);
	ret[FEATURE_MEMORY] = log(row->memory_mgb / 1e3 / chips);
	ret[FEATURE_TDP] = row->tdp_mw ? log(row->tdp_mw / 1e3) : (double)NAN;
	ret[FEATURE_YEAR] = row->year_milli / 1e3;
	ret[FEATURE_AMD] = row->amd;
}

static void to_scales(const struct server_parameters *p, const double *feature, double *x)
{
	for (int i = 0; i < FEATURE_COUNT; i++)
		x[i] = (feature[i] - p->mean[i]) / p->scale[i];
}

static void watts_of_row(const struct data_server_model_row *row, double *ret)
{
	const uint32_t mw[SERVER_LEVELS] = {
		row->idle_mw,   row->full10_mw, row->full20_mw, row->full30_mw,
		row->full40_mw, row->full50_mw, row->full60_mw, row->full70_mw,
		row->full80_mw, row->full90_mw, row->full100_mw
	};

	for (int i = 0; i < SERVER_LEVELS; i++)
		ret[i] = mw[i] / 1e3;
}

static void take_row(struct server_fit *fit, const struct data_server_model_row *row)
{
	double factor[FEATURE_AMD][FEATURE_AMD];
	double feature[FEATURE_COUNT];
	double w[SERVER_LEVELS];
	struct site *site = &fit->sites[fit->count];

	features_of_row(row, feature);
	to_scales(&fit->p, feature, site->x);
	(void)server_fill(&fit->p, site->x, factor);
	set_base(&fit->p, site);
	site->key = data_server_model_row_text + row->key;
	site->generation = data_server_model_row_text + row->generation;
	site->maker = data_server_model_row_text + row->maker;
	watts_of_row(row, w);
	for (int i = 0; i < SERVER_LEVELS; i++)
		fit->weights[i][fit->count] =
			(log(w[i]) - site->base - fit->p.level_mean[i]) /
			fit->p.level_scale[i];
	fit->members[fit->count++] = row->members;
}

/* L y = b. */
static void solve_lower(const struct server_fit *fit, double *b)
{
	for (int i = 0; i < fit->count; i++) {
		double sum = b[i];

		for (int j = 0; j < i; j++)
			sum -= fit->factor[i][j] * b[j];
		b[i] = sum / fit->factor[i][i];
	}
}

/* L' y = b, row by row of L. */
static void solve_upper(const struct server_fit *fit, double *b)
{
	for (int i = fit->count - 1; i >= 0; i--) {
		b[i] /= fit->factor[i][i];
		for (int j = 0; j < i; j++)
			b[j] -= fit->factor[i][j] * b[i];
	}
}

static int work_out(struct server_fit *fit)
{
	for (int i = 0; i < fit->count; i++) {
		for (int j = 0; j <= i; j++)
			fit->factor[i][j] =
				covariance(&fit->p, &fit->sites[i], &fit->sites[j]);
		fit->factor[i][i] += fit->p.noise2;
	}
	if (!server_factor(&fit->factor[0][0], fit->count, ROWS))
		return -EDOM;
	for (int i = 0; i < SERVER_LEVELS; i++) {
		solve_lower(fit, fit->weights[i]);
		solve_upper(fit, fit->weights[i]);
	}
	return 0;
}

static void free_fit(struct server_fit **fit)
{
	free(*fit);
}

static bool is_alike(const double *feature, const struct server_point *point)
{
	for (int i = FEATURE_CHIPS; i <= FEATURE_MEMORY; i++)
		if (fabs(feature[i] - point->feature[i]) > 1e-6)
			return false;
	return true;
}

static bool is_skipped(const struct server_skip *skip,
		       const struct data_server_model_row *row)
{
	double feature[FEATURE_COUNT];

	if (!skip || strcmp(data_server_model_row_text + row->key, skip->key) != 0)
		return false;
	features_of_row(row, feature);
	return !skip->alike || is_alike(feature, skip->alike);
}

int server_fit_new(const struct server_skip *skip, struct server_fit **ret)
{
	CLEANUP(free_fit) struct server_fit *fit = malloc(sizeof *fit);
	int r;

	if (!fit)
		return -ENOMEM;
	server_parameters_read(&fit->p);
	fit->count = 0;
	for (int i = 0; i < ROWS; i++) {
		if (!is_skipped(skip, &data_server_model_row[i]))
			take_row(fit, &data_server_model_row[i]);
	}
	r = work_out(fit);
	if (r < 0)
		return r;
	*ret = STEAL(fit);
	return 0;
}

void server_fit_free(struct server_fit *fit)
{
	free(fit);
}

uint32_t server_fit_members(const struct server_fit *fit, const char *key)
{
	uint32_t members = 0;

	for (int i = 0; i < fit->count; i++)
		if (strcmp(fit->sites[i].key, key) == 0)
			members += fit->members[i];
	return members;
}

void server_fit_fill(const struct server_fit *fit, struct server_point *point)
{
	double sum[FEATURE_COUNT] = { 0 };
	double n = 0;

	for (int i = 0; i < fit->count; i++) {
		if (strcmp(fit->sites[i].key, point->key) != 0)
			continue;
		n++;
		for (int k = 0; k < FEATURE_COUNT; k++)
			sum[k] += fit->sites[i].x[k] * fit->p.scale[k] + fit->p.mean[k];
	}
	if (n == 0)
		return;
	for (int k = FEATURE_CORES; k <= FEATURE_YEAR; k++)
		if (isnan(point->feature[k]))
			point->feature[k] = sum[k] / n;
}

const struct server_tails *server_fit_tails(const struct server_fit *fit, int level)
{
	return &fit->p.tails[level];
}

/* One draw's answer: log watts, and the process's variance (the same at all levels). */
static double guess_one(const struct server_fit *fit, const struct site *site,
			double *row, double *log_w)
{
	double variance = covariance(&fit->p, site, site) + fit->p.noise2;

	for (int j = 0; j < fit->count; j++)
		row[j] = covariance(&fit->p, site, &fit->sites[j]);
	for (int i = 0; i < SERVER_LEVELS; i++) {
		double sum = 0;

		for (int j = 0; j < fit->count; j++)
			sum += row[j] * fit->weights[i][j];
		log_w[i] =
			sum * fit->p.level_scale[i] + fit->p.level_mean[i] + site->base;
	}
	solve_lower(fit, row);
	for (int j = 0; j < fit->count; j++)
		variance -= square(row[j]);
	return variance > fit->p.noise2 / 2 ? variance : fit->p.noise2 / 2;
}

/* Normal numbers that are the same in every run and on every machine: a low-discrepancy walk
 * through the quantiles. */
static double normal(int draw, int dimension)
{
	static const double step[FEATURE_AMD] = { 0.7548776662, 0.5698402910,
						  0.4142135624, 0.7320508076,
						  0.2360679775, 0.6457513111,
						  0.3166247904 };
	double u = fmod(0.5 + (draw + 1) * step[dimension], 1.0);
	double p = u < 0.5 ? u : 1 - u;
	double t = sqrt(-2 * log(p > 1e-9 ? p : 1e-9));
	/* Abramowitz and Stegun 26.2.23, to 4.5e-4 */
	double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
			       (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));

	return u < 0.5 ? -z : z;
}

/* Features that are not known, and how they vary given those that are. */
struct missing {
	int at[FEATURE_AMD];
	int count;
	double factor[FEATURE_AMD][FEATURE_AMD];
};

static void find_missing(const struct server_fit *fit, struct site *site,
			 struct missing *ret)
{
	ret->count = 0;
	for (int i = 0; i < FEATURE_AMD; i++)
		if (isnan(site->x[i]))
			ret->at[ret->count++] = i;
	(void)server_fill(&fit->p, site->x, ret->factor);
}

/* The site with its missing features drawn. */
static void draw_site(const struct server_fit *fit, const struct site *mean,
		      const struct missing *missing, int draw, struct site *ret)
{
	*ret = *mean;
	for (int g = 0; g < missing->count; g++)
		for (int k = 0; k <= g; k++)
			ret->x[missing->at[g]] += missing->factor[g][k] * normal(draw, k);
	set_base(&fit->p, ret);
}

int server_fit_guess(const struct server_fit *fit, const struct server_point *point,
		     struct server_guess *ret)
{
	AUTO_FREE double *row = calloc(ROWS, sizeof *row);
	double sum[SERVER_LEVELS] = { 0 };
	double sum2[SERVER_LEVELS] = { 0 };
	double variance = 0;
	struct missing missing;
	struct site mean = { .key = point->key,
			     .generation = point->generation,
			     .maker = point->maker };
	int draws;

	if (!row)
		return -ENOMEM;
	to_scales(&fit->p, point->feature, mean.x);
	find_missing(fit, &mean, &missing);
	draws = missing.count ? DRAWS : 1;
	for (int d = 0; d < draws; d++) {
		double log_w[SERVER_LEVELS];
		struct site site;

		draw_site(fit, &mean, &missing, d, &site);
		variance += guess_one(fit, &site, row, log_w) / draws;
		for (int i = 0; i < SERVER_LEVELS; i++) {
			sum[i] += log_w[i] / draws;
			sum2[i] += square(log_w[i]) / draws;
		}
	}
	for (int i = 0; i < SERVER_LEVELS; i++) {
		double between = sum2[i] - square(sum[i]);

		ret->log_w[i] = sum[i];
		ret->deviation[i] = fit->p.level_scale[i] * sqrt(variance);
		ret->spread[i] = between > 0 ? sqrt(between) : 0;
	}
	return 0;
}
