/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-9, E-10, E-12 and E-13, before a run.
 * Reads: watts of devices or of runs like it, hours, PUE, intensity, social cost.
 * Gives: kWh, kg and dollars, and what was taken for granted.
 * Needs: every device's power.
 * Limits: the parts that are named and no other; the load is even over the hours.
 */
#include "calc/estimate.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/carbon.h"
#include "calc/cost.h"

#define K_95 1.96

static bool is_usable(const struct quantity *q)
{
	return q->known && isfinite(q->value) && isfinite(q->low) && isfinite(q->high) &&
	       q->value >= 0 && q->low <= q->value && q->value <= q->high;
}

static struct quantity about(double value, double below, double above)
{
	return (struct quantity){ .known = true,
				  .value = value,
				  .low = fmax(0, value - below),
				  .high = value + above,
				  .kind = KIND_MODELLED };
}

static double root3(double a, double b, double c)
{
	return sqrt(a * a + b * b + c * c);
}

struct quantity estimate_board_w(const struct quantity *limit_w,
				 const struct quantity *idle_share,
				 const struct quantity *full_share, double load)
{
	const double least = K_95 * ESTIMATE_BOARD_U_RATIO * full_share->value;
	double limit = limit_w->value;
	double share, full_below, full_above, idle_below, idle_above;
	struct quantity q;

	if (!is_usable(limit_w) || !is_usable(idle_share) || !is_usable(full_share) ||
	    !(load >= 0 && load <= 1) || limit <= 0)
		return (struct quantity){ .kind = KIND_MODELLED };
	share = idle_share->value + (full_share->value - idle_share->value) * load;
	full_below = load * fmax(least, full_share->value - full_share->low);
	full_above = load * fmax(least, full_share->high - full_share->value);
	idle_below = (1 - load) * (idle_share->value - idle_share->low);
	idle_above = (1 - load) * (idle_share->high - idle_share->value);
	q = about(limit * share,
		  root3(limit * full_below, limit * idle_below,
			share * (limit - limit_w->low)),
		  root3(limit * full_above, limit * idle_above,
			share * (limit_w->high - limit)));
	q.high = fmax(q.value, fmin(q.high, limit_w->high));
	return q;
}

struct quantity estimate_cpu_w(uint64_t power_uw, uint32_t gain_u_permille,
			       uint64_t offset_u_uw)
{
	double watts = (double)power_uw / 1e6;
	double half =
		K_95 * hypot(watts * gain_u_permille / 1e3, (double)offset_u_uw / 1e6);

	return about(watts, half, half);
}

struct quantity estimate_memory_w(uint64_t power_uw)
{
	double watts = (double)power_uw / 1e6;

	return about(watts, watts / 2, watts);
}

/* Student's t for 97.5 %, exact to 0.1 %: a table, then the expansion of Fisher and Cornish. */
static double t_975(size_t freedom)
{
	static const double few[] = { 12.706, 4.303, 3.182, 2.776, 2.571,
				      2.447,  2.365, 2.306, 2.262 };
	const double z = 1.959964;
	double n = (double)freedom;

	if (freedom <= ARRAY_SIZE(few))
		return few[freedom - 1];
	return z + (pow(z, 3) + z) / (4 * n) +
	       (5 * pow(z, 5) + 16 * pow(z, 3) + 3 * z) / (96 * n * n);
}

/* Meters of runs on one kind of machine err alike: the mean of what each errs by. */
static void meters(const struct quantity *runs, size_t count, double *ret_below,
		   double *ret_above)
{
	double below = 0, above = 0;

	for (size_t i = 0; i < count; i++) {
		below += runs[i].value - runs[i].low;
		above += runs[i].high - runs[i].value;
	}
	*ret_below = below / (double)count;
	*ret_above = above / (double)count;
}

/* Welford's mean and variance. False: one of them is not known. */
static bool spread_of(const struct quantity *runs, size_t count, double *ret_mean,
		      double *ret_sd)
{
	double mean = 0, squares = 0;

	for (size_t i = 0; i < count; i++) {
		double off = runs[i].value - mean;

		if (!is_usable(&runs[i]))
			return false;
		mean += off / (double)(i + 1);
		squares += off * (runs[i].value - mean);
	}
	*ret_mean = mean;
	*ret_sd = count > 1 ? sqrt(squares / (double)(count - 1)) : 0;
	return true;
}

static void from_runs(const struct estimate_ask *ask, struct estimate *ret)
{
	size_t n = ask->similar_count;
	double mean, sd, half, below, above;

	ret->similar_count = n;
	if (!spread_of(ask->similar_w, n, &mean, &sd))
		return;
	ret->has_spread = n > 1;
	ret->spread_w = sd;
	half = ret->has_spread ? t_975(n - 1) * sd * sqrt(1 + 1 / (double)n)
			       : ESTIMATE_ONE_RUN_RATIO * mean;
	meters(ask->similar_w, n, &below, &above);
	ret->power_w = about(mean, hypot(half, below), hypot(half, above));
	(void)snprintf(ret->power_w.source, sizeof ret->power_w.source,
		       "mean power of %zu run%s like it", n, n > 1 ? "s" : "");
	if (!ret->has_spread)
		(void)estimate_assume(
			ret, "another run's power", "within 28 % of this one's",
			"one run shows no spread; the most that runs of one "
			"setting were found to differ by");
}

static void put_part(const struct estimate_device *device, double hours,
		     struct estimate_part *part)
{
	struct quantity *kwh = &part->energy_kwh;
	double times = device->count * hours / 1e3;

	*part = (struct estimate_part){ .family = device->family,
					.count = device->count,
					.each_w = device->each_w };
	(void)copy_text(part->name, sizeof part->name, device->name ? device->name : "");
	if (!is_usable(&part->each_w) || !(device->count > 0) || !isfinite(device->count))
		return;
	*kwh = part->each_w;
	kwh->value *= times;
	kwh->low *= times;
	kwh->high *= times;
}

/* METHOD E-12: what differs errs by itself. */
static void from_devices(const struct estimate_ask *ask, struct estimate *ret)
{
	double value = 0, below = 0, above = 0;
	enum kind kind = KIND_MODELLED;

	for (size_t i = 0; i < ask->device_count; i++) {
		struct estimate_part *part = &ret->part[ret->part_count++];
		const struct quantity *kwh = &part->energy_kwh;

		put_part(&ask->devices[i], ask->hours, part);
		value += kwh->known ? kwh->value : NAN;
		below = hypot(below, kwh->value - kwh->low);
		above = hypot(above, kwh->high - kwh->value);
		kind = kind_worse(kind, kwh->kind);
	}
	if (!isfinite(value))
		return;
	ret->power_w = about(value / ask->hours * 1e3, below / ask->hours * 1e3,
			     above / ask->hours * 1e3);
	ret->power_w.kind = kind;
	(void)copy_text(ret->power_w.source, sizeof ret->power_w.source,
			"sum of the devices' power");
}

static void put_cost(const struct factor *usd_per_t, int dollars_of,
		     const struct quantity *kg, struct cost *ret)
{
	if (!usd_per_t)
		return;
	ret->usd_per_t = *usd_per_t;
	ret->dollars_of = dollars_of;
	ret->usd = cost_usd(kg, &usd_per_t->value);
}

static void weigh(const struct estimate_ask *ask, struct estimate *ret)
{
	const struct quantity hours = {
		.known = true, .value = ask->hours, .low = ask->hours, .high = ask->hours
	};

	ret->energy_kwh = carbon_product(&ret->power_w, &hours, 1e-3);
	(void)copy_text(ret->energy_kwh.source, sizeof ret->energy_kwh.source,
			ret->power_w.source);
	ret->pue = *ask->pue;
	ret->facility_kwh = carbon_product(&ret->energy_kwh, &ask->pue->value, 1);
	(void)copy_text(ret->facility_kwh.source, sizeof ret->facility_kwh.source,
			"METHOD E-9");
	ret->intensity = *ask->intensity;
	ret->carbon_kg = carbon_kg(&ret->facility_kwh, &ask->intensity->value);
	put_cost(ask->scc_country, ask->dollars_country, &ret->carbon_kg,
		 &ret->cost_country);
	put_cost(ask->scc_global, ask->dollars_global, &ret->carbon_kg,
		 &ret->cost_global);
}

int estimate_of(const struct estimate_ask *ask, struct estimate *ret)
{
	if (!(ask->hours > 0) || !isfinite(ask->hours) ||
	    ask->device_count > ESTIMATE_PARTS_MAX ||
	    (ask->device_count == 0 && ask->similar_count == 0))
		return -EINVAL;
	ret->hours = ask->hours;
	ret->part_count = 0;
	ret->power_w = (struct quantity){ .kind = KIND_MODELLED };
	if (ask->similar_count > 0)
		from_runs(ask, ret);
	else
		from_devices(ask, ret);
	weigh(ask, ret);
	return 0;
}

bool estimate_assume(struct estimate *estimate, const char *what, const char *value,
		     const char *source)
{
	struct estimate_assumption *row;

	if (estimate->assumption_count == ESTIMATE_ASSUMPTIONS_MAX)
		return false;
	row = &estimate->assumption[estimate->assumption_count++];
	(void)copy_text(row->what, sizeof row->what, what);
	(void)copy_text(row->value, sizeof row->value, value);
	(void)copy_text(row->source, sizeof row->source, source);
	return true;
}
