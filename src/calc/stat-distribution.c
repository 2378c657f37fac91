/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-16: the normal distribution and Student's t.
 * Reads: a quantile or a probability, and degrees of freedom.
 * Gives: the other, to 1e-12 of itself, far out too: no 1 - p is ever formed there.
 * Needs: erf, erfc and tgamma of the C library.
 * Limits: df above 0; df = INFINITY is the normal distribution.
 *
 * Student's two tails are the incomplete beta function I_x(df/2, 1/2), x = df / (df + t^2), of
 * which both ways used here have positive terms only, so that nothing cancels however many
 * degrees of freedom there are: near 0 the power series of what is inside, further out Gauss's
 * continued fraction of what is outside, which for large df becomes that of Mills' ratio.
 */
#include <assert.h>
#include <math.h>

#include "calc/stat.h"

#define SQRT_2PI    2.50662827463100050242
#define SQRT_PI     1.77245385090551602730
#define TERMS_MAX   200000
#define ROUNDS_MAX  100
#define PRECISE     1e-17 /* of a sum: below a double's digits */
#define T2_INSIDE   3.0   /* t^2 below which the series is quick, above it the fraction */
#define HALVES_LEFT 20.0  /* from here on gamma's ratio goes by its asymptotic series */

double stat_normal_cdf(double z)
{
	return 0.5 * erfc(-z * M_SQRT1_2);
}

/* To 4.5e-4, for 0 < p <= 0.5: Abramowitz & Stegun 26.2.23. */
static double normal_guess(double p)
{
	double t = sqrt(-2 * log(p));

	return (2.515517 + t * (0.802853 + t * 0.010328)) /
		       (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) -
	       t;
}

/* Probability between the quantile and x; by erf near the middle, where p - 0.5 is exact. */
static double normal_excess(double x, double p)
{
	if (p > 0.25)
		return 0.5 * erf(x * M_SQRT1_2) - (p - 0.5);
	return stat_normal_cdf(x) - p;
}

double stat_normal_quantile(double p)
{
	double low = p > 0.5 ? 1 - p : p, x;

	assert(p > 0 && p < 1);
	if (low == 0.5)
		return 0;
	x = normal_guess(low);
	/* Halley's steps: each makes of n digits three times as many. */
	for (int i = 0; i < 4; i++) {
		double e = normal_excess(x, low) * SQRT_2PI * exp(x * x / 2);

		x -= e / (1 + x * e / 2);
	}
	return p > 0.5 ? -x : x;
}

/* gamma(a + 1/2) / gamma(a) */
static double gamma_ratio(double a)
{
	double b = 1 / (a * a);

	if (a < HALVES_LEFT)
		return tgamma(a + 0.5) / tgamma(a);
	return sqrt(a) *
	       exp((-1.0 / 8 +
		    b * (1.0 / 192 +
			 b * (-1.0 / 640 + b * (17.0 / 14336 - b * 31.0 / 18432)))) /
		   a);
}

/* ln(1 + r^2), of any r */
static double ln_one_and_square(double r)
{
	return r < 1e100 ? log1p(r * r) : 2 * log(r);
}

/* 2F1(1/2, 1; c; -z): Gauss's continued fraction, by Lentz's way, all terms positive. */
static double gauss_fraction(double c, double z)
{
	double f = 1, up = 1, down = 0;

	for (int i = 1; i < TERMS_MAX; i++) {
		double n = floor(i / 2.0);
		double k = i % 2 ? (0.5 + n) * (c + n - 1) / (c + 2 * n - 1) / (c + 2 * n)
				 : n * (c + n - 1.5) / (c + 2 * n - 2) / (c + 2 * n - 1);
		double step;

		up = 1 + k * z / up;
		down = 1 / (1 + k * z * down);
		step = up * down;
		f *= step;
		if (fabs(step - 1) < 1e-16)
			break;
	}
	return 1 / f;
}

/* P(|T| > t), for t > 0; in *ret_slope by what power of t it falls there. */
static double t_outside(double t, double df, double *ret_slope)
{
	double a = df / 2, r = t / sqrt(df), part, y = 1 / hypot(1, 1 / r);

	part = gauss_fraction(a + 1, 1 / r / r);
	*ret_slope = df * y * y / part;
	return gamma_ratio(a) / (a * SQRT_PI) * exp(-a * ln_one_and_square(r)) / y * part;
}

/* P(|T| < t), for t > 0; in *ret_slope by what power of t it rises there. */
static double t_inside(double t, double df, double *ret_slope)
{
	double a = df / 2, r = t / sqrt(df), y = r / hypot(1, r);
	double term = 1, sum = 1;

	for (int n = 0; n < TERMS_MAX && term > PRECISE * sum; n++) {
		term *= y * y * (a + 0.5 + n) / (1.5 + n);
		sum += term;
	}
	*ret_slope = 1 / sum;
	return 2 * gamma_ratio(a) / SQRT_PI * y * exp(-a * ln_one_and_square(r)) * sum;
}

double stat_t_two_sided(double t, double df)
{
	double size = fabs(t), slope;

	if (isnan(t) || !(df > 0))
		return NAN;
	if (size == 0 || isinf(size))
		return size == 0 ? 1 : 0;
	if (isinf(df))
		return erfc(size * M_SQRT1_2);
	return size * size < T2_INSIDE ? 1 - t_inside(size, df, &slope)
				       : t_outside(size, df, &slope);
}

double stat_t_cdf(double t, double df)
{
	double slope;

	if (isinf(df))
		return stat_normal_cdf(t);
	if (t * t < T2_INSIDE && df > 0)
		return 0.5 + copysign(t == 0 ? 0 : t_inside(fabs(t), df, &slope), t) / 2;
	return t < 0 ? stat_t_two_sided(t, df) / 2 : 1 - stat_t_two_sided(t, df) / 2;
}

/*
 * t > 0 with P(|T| > t) = 2 p where p <= 1/4, else with P(|T| < t) = 1 - 2 p. Newton's steps in
 * the logarithm of both: either curve is concave there, so no step goes astray.
 */
static double t_solve(double p, double df)
{
	double t = -stat_normal_quantile(p);

	for (int i = 0; i < ROUNDS_MAX; i++) {
		double slope, got, step;

		if (p > 0.25) {
			got = t_inside(t, df, &slope);
			step = (log(1 - 2 * p) - log(got)) / slope;
		} else {
			got = t_outside(t, df, &slope);
			step = (log(got) - log(2 * p)) / slope;
		}
		t *= exp(fmax(-50, fmin(50, step)));
		if (fabs(step) < 1e-15)
			break;
	}
	return t;
}

double stat_t_quantile(double p, double df)
{
	double low = p > 0.5 ? 1 - p : p, t;

	assert(p > 0 && p < 1 && df > 0);
	if (isinf(df) || low == 0.5)
		return stat_normal_quantile(p);
	t = t_solve(low, df);
	return p > 0.5 ? t : -t;
}
