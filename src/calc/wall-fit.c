/* SPDX-License-Identifier: Apache-2.0 */
#include "calc/wall-fit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "calc/stat.h"
#include "calc/wall-align.h"

#define K_95          1.959963984540054
#define SPANS_LEAST   12
#define SECONDS_LEAST 180.0
#define SPANS_WANTED  40
#define SPAN_MOST_S   60.0
/* Under these the load is as good as even. */
#define FLAT_W            3.0
#define FLAT_RATIO        0.03
#define CORRELATION_LEAST 0.5
#define NUDGE_S           0.5
/* So many levels of load are behind what rounding does. */
#define ROUNDED_LEVELS 5

/* Another day: METHOD-NOTES' runs of one desktop, 2.4 to 7.5 % off after a fit to the first five;
 * a plug meter's own gain is in there. */
#define REST_U_RATIO 0.03

#define UNKNOWNS     3 /* a, b, and the offset */
#define CHOSEN       1 /* the width, which was the best of some */

struct laid {
	double s; /* weight */
	double x;
	double y;
	double d; /* how x changes with the offset */
};

struct fitting {
	struct laid *laid;
	size_t count;
	size_t unknowns; /* 2: the offset cannot be told from the rest */
	double a;
	double b;
	double mean_x;
	double var_x;
	double seconds;
	double cov[UNKNOWNS][UNKNOWNS];
};

static void fitting_done(struct fitting *fitting)
{
	free(fitting->laid);
}

/* --- least squares ------------------------------------------------------------------------ */

static void take_column(const struct fitting *f, const struct laid *one,
			double column[UNKNOWNS])
{
	column[0] = 1;
	column[1] = one->x - f->mean_x;
	column[2] = f->b * one->d;
}

static void line_of(struct fitting *f)
{
	double s = 0, x = 0, y = 0, xx = 0, xy = 0;

	for (size_t i = 0; i < f->count; i++) {
		s += f->laid[i].s;
		x += f->laid[i].s * f->laid[i].x;
		y += f->laid[i].s * f->laid[i].y;
	}
	x /= s;
	y /= s;
	for (size_t i = 0; i < f->count; i++) {
		double dx = f->laid[i].x - x;

		xx += f->laid[i].s * dx * dx;
		xy += f->laid[i].s * dx * (f->laid[i].y - y);
	}
	f->seconds = s;
	f->mean_x = x;
	f->var_x = xx / s;
	f->b = xx > 0 ? xy / xx : 0;
	f->a = y - f->b * x;
}

static double residual(const struct fitting *f, const struct laid *one)
{
	return one->y - f->a - f->b * one->x;
}

static void scale_both(double m[UNKNOWNS][UNKNOWNS], const double *scale, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			m[i][k] *= scale[i] * scale[k];
}

/* A step of Gauss and Jordan. */
static void take_out(double m[UNKNOWNS][UNKNOWNS], size_t p, size_t n)
{
	double pivot = m[p][p];

	m[p][p] = 1;
	for (size_t k = 0; k < n; k++)
		m[p][k] /= pivot;
	for (size_t i = 0; i < n; i++) {
		double by = m[i][p];

		if (i == p)
			continue;
		m[i][p] = 0;
		for (size_t k = 0; k < n; k++)
			m[i][k] -= by * m[p][k];
	}
}

/* Gauss and Jordan, in place; false: it is singular. The matrix is scaled to ones. */
static bool invert(double m[UNKNOWNS][UNKNOWNS], size_t n)
{
	double scale[UNKNOWNS];

	for (size_t i = 0; i < n; i++) {
		if (!(m[i][i] > 0))
			return false;
		scale[i] = 1 / sqrt(m[i][i]);
	}
	scale_both(m, scale, n);
	for (size_t p = 0; p < n; p++) {
		if (!(m[p][p] > 1e-6))
			return false;
		take_out(m, p, n);
	}
	scale_both(m, scale, n);
	return true;
}

static bool normal_inverse(const struct fitting *f, size_t n,
			   double ret[UNKNOWNS][UNKNOWNS])
{
	memset(ret, 0, sizeof(double[UNKNOWNS][UNKNOWNS]));
	for (size_t t = 0; t < f->count; t++) {
		double c[UNKNOWNS];

		take_column(f, &f->laid[t], c);
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < n; k++)
				ret[i][k] += f->laid[t].s * c[i] * c[k];
	}
	return invert(ret, n);
}

/* The j-th cosine of what the residuals pull at each unknown. */
static void cosine_of(const struct fitting *f, size_t j, double ret[UNKNOWNS])
{
	double n = (double)f->count;

	memset(ret, 0, UNKNOWNS * sizeof *ret);
	for (size_t t = 0; t < f->count; t++) {
		const struct laid *one = &f->laid[t];
		double by = sqrt(2) * cos(M_PI * (double)j * ((double)t + 0.5) / n) *
			    one->s * residual(f, one);
		double c[UNKNOWNS];

		take_column(f, one, c);
		for (size_t i = 0; i < f->unknowns; i++)
			ret[i] += by * c[i];
	}
}

static void multiply(const double a[UNKNOWNS][UNKNOWNS],
		     const double b[UNKNOWNS][UNKNOWNS], double ret[UNKNOWNS][UNKNOWNS])
{
	for (size_t i = 0; i < UNKNOWNS; i++)
		for (size_t k = 0; k < UNKNOWNS; k++) {
			ret[i][k] = 0;
			for (size_t p = 0; p < UNKNOWNS; p++)
				ret[i][k] += a[i][p] * b[p][k];
		}
}

static double cosines(size_t count)
{
	return fmax(3, floor(0.3 * pow((double)count, 2.0 / 3)));
}

/* The sandwich of wall-fit.h's paper. */
static bool covariance_of(struct fitting *f)
{
	double inverse[UNKNOWNS][UNKNOWNS], middle[UNKNOWNS][UNKNOWNS] = { { 0 } };
	double half[UNKNOWNS][UNKNOWNS];
	double count = cosines(f->count);

	f->unknowns = UNKNOWNS;
	if (!normal_inverse(f, f->unknowns, inverse)) {
		f->unknowns = 2;
		if (!normal_inverse(f, f->unknowns, inverse))
			return false;
	}
	for (size_t j = 1; j <= (size_t)count; j++) {
		double pull[UNKNOWNS];

		cosine_of(f, j, pull);
		for (size_t i = 0; i < UNKNOWNS; i++)
			for (size_t k = 0; k < UNKNOWNS; k++)
				middle[i][k] += pull[i] * pull[k] / count;
	}
	multiply(inverse, middle, half);
	multiply(half, inverse, f->cov);
	for (size_t i = 0; i < UNKNOWNS; i++)
		for (size_t k = 0; k < UNKNOWNS; k++)
			f->cov[i][k] *= (double)f->count /
					(double)(f->count - f->unknowns - CHOSEN);
	return true;
}

/* --- the parts ---------------------------------------------------------------------------- */

static int lay(const struct wall_stretches *stretches, const struct wall_span *spans,
	       size_t count, const struct wall_shift *shift, struct fitting *ret)
{
	struct wall_shift before = *shift, after = *shift;

	before.offset_s -= NUDGE_S;
	after.offset_s += NUDGE_S;
	ret->laid = calloc(count + 1, sizeof *ret->laid);
	if (!ret->laid)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct laid *one = &ret->laid[ret->count];
		double low = wall_mean(stretches, &spans[i], &before);
		double high = wall_mean(stretches, &spans[i], &after);

		one->x = wall_mean(stretches, &spans[i], shift);
		one->y = spans[i].w;
		one->s = spans[i].to_s - spans[i].from_s;
		one->d = (high - low) / (2 * NUDGE_S);
		ret->count += !isnan(one->x) && !isnan(one->d);
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	double x = ((const struct laid *)a)->x, y = ((const struct laid *)b)->x;

	return (x > y) - (x < y);
}

/* Puts them in another order: last. */
static void tell_range(struct fitting *f, struct wall_fit *ret)
{
	qsort(f->laid, f->count, sizeof *f->laid, compare);
	ret->low_w = f->laid[f->count / 20].x;
	ret->high_w = f->laid[f->count - 1 - f->count / 20].x;
}

static void tell_residual(const struct fitting *f, struct wall_fit *ret)
{
	double sum = 0;

	for (size_t i = 0; i < f->count; i++) {
		double off = residual(f, &f->laid[i]);

		sum += f->laid[i].s * off * off;
	}
	ret->residual_w = sqrt(sum / f->seconds);
	ret->residual_ratio = ret->residual_w / (f->a + f->b * f->mean_x);
}

/* From the line through the middle to one through 0, t for 1.96, and what rounding adds. */
static void tell_line(const struct fitting *f, double step_w, struct wall_fit *ret)
{
	double t = stat_t_quantile(0.975, cosines(f->count)) / K_95;
	double rounded = step_w * step_w / 12 / ROUNDED_LEVELS;
	double bb = t * t * f->cov[1][1] + rounded / f->var_x;
	double mm = t * t * f->cov[0][0] + rounded;
	double mb = t * t * f->cov[0][1];
	double x = f->mean_x;

	ret->line = (struct wall_line){
		.a_w = f->a,
		.a_u_w = sqrt(fmax(0, mm - 2 * x * mb + x * x * bb)),
		.b = f->b,
		.b_u = sqrt(bb),
		.cov_w = mb - x * bb,
		.rest_u_ratio = REST_U_RATIO,
	};
}

static int fit(const struct wall_stretches *stretches, const struct wall_fit_ask *ask,
	       const struct wall_shift *shift, struct wall_fit *ret)
{
	CLEANUP(fitting_done) struct fitting f = { 0 };
	AUTO_FREE struct wall_span *merged = NULL;
	size_t count = 0;
	double all_s = 0;
	int r;

	for (size_t i = 0; i < ask->span_count; i++)
		if (!isnan(wall_mean(stretches, &ask->spans[i], shift)))
			all_s += ask->spans[i].to_s - ask->spans[i].from_s;
	r = wall_merge(ask->spans, ask->span_count,
		       fmin(SPAN_MOST_S, all_s / SPANS_WANTED), &merged, &count);
	if (r == 0)
		r = lay(stretches, merged, count, shift, &f);
	if (r < 0)
		return r;
	ret->spans = f.count;
	ret->seconds = all_s;
	if (f.count < SPANS_LEAST || all_s < SECONDS_LEAST)
		return WALL_FIT_NO_OVERLAP;
	line_of(&f);
	if (sqrt(f.var_x) < fmax(FLAT_W, FLAT_RATIO * f.mean_x))
		return WALL_FIT_FLAT;
	if (!(ret->correlation >= CORRELATION_LEAST) || !(f.b > 0) || !covariance_of(&f))
		return WALL_FIT_STRANGERS;
	tell_line(&f, ask->step_w, ret);
	tell_residual(&f, ret);
	tell_range(&f, ret);
	return 0;
}

/* METHOD E-11 */
int wall_fit(const struct wall_fit_ask *ask, struct wall_fit *ret)
{
	CLEANUP(wall_stretches_done) struct wall_stretches stretches = { 0 };
	struct wall_shift shift = { 0, 0 };
	struct wall_fit made = { .spans = 0 };
	int r = wall_stretches_make(&ask->power, &stretches);

	if (r == 0 && (stretches.count == 0 || ask->span_count == 0))
		r = WALL_FIT_NO_OVERLAP;
	if (r == 0)
		r = wall_align(&stretches, ask, &shift, &made.correlation);
	if (r == 0)
		r = fit(&stretches, ask, &shift, &made);
	made.offset_s = shift.offset_s;
	made.width_s = shift.width_s;
	if (r != -ENOMEM)
		*ret = made;
	return r;
}
