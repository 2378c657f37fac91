/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-9, E-10, and E-12 for products.
 * Reads: joules, PUE and intensity, each with its 95 % interval.
 * Gives: kWh at the facility and kg of CO2e.
 * Needs: all of them: unknown in, unknown out.
 * Limits: the errors of energy, PUE and intensity are taken as independent.
 */
#include "calc/carbon.h"

#include <math.h>
#include <string.h>

#include "base/parse.h"

#define J_PER_KWH 3.6e6
#define G_PER_KG  1000.0

static bool usable(const struct quantity *q)
{
	return q->known && isfinite(q->value) && isfinite(q->low) && isfinite(q->high) &&
	       q->low <= q->value && q->value <= q->high;
}

/* How far q times `times` may lie below its value: a factor below 0 turns q's sides around. */
static double below(const struct quantity *q, double times)
{
	return times * (times < 0 ? q->value - q->high : q->value - q->low);
}

static double above(const struct quantity *q, double times)
{
	return times * (times < 0 ? q->low - q->value : q->high - q->value);
}

/*
 * METHOD E-12: each side apart, in quadrature. Written with absolute widths, so that a value
 * of 0 with a width keeps it. Never outside the product of the ends.
 */
struct quantity carbon_product(const struct quantity *a, const struct quantity *b,
			       double scale)
{
	struct quantity q = { .known = usable(a) && usable(b) };

	if (!q.known)
		return (struct quantity){ .kind = kind_worse(a->kind, b->kind) };
	q.kind = kind_worse(a->kind, b->kind);
	q.value = a->value * b->value * scale;
	q.low = q.value - scale * hypot(below(a, b->value), below(b, a->value));
	q.high = q.value + scale * hypot(above(a, b->value), above(b, a->value));
	if (a->low >= 0 && b->low >= 0)
		q.low = fmin(fmax(q.low, a->low * b->low * scale), q.value);
	return q;
}

/* METHOD E-9 */
struct quantity carbon_facility_kwh(const struct quantity *attributed_j,
				    const struct quantity *pue)
{
	struct quantity q = carbon_product(attributed_j, pue, 1 / J_PER_KWH);

	(void)copy_text(q.source, sizeof q.source, "METHOD E-9");
	return q;
}

/* METHOD E-10 */
struct quantity carbon_kg(const struct quantity *facility_kwh,
			  const struct quantity *intensity_gpkwh)
{
	struct quantity q = carbon_product(facility_kwh, intensity_gpkwh, 1 / G_PER_KG);

	(void)copy_text(q.source, sizeof q.source, "METHOD E-10");
	return q;
}
