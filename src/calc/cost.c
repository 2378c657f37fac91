/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-13 and E-14.
 * Reads: kg of CO2e with dollars a tonne; a machine's making with its life.
 * Gives: what the run's carbon costs, and its part of the making.
 * Needs: both factors of each: unknown in, unknown out.
 * Limits: E-13's interval is the study's alone; E-14 trusts the life it is told.
 */
#include "calc/cost.h"

#include <math.h>
#include <stdio.h>

#include "base/parse.h"

#define KG_PER_T 1000.0
/* ISO/IEC 21031 counts a life in hours: 8760 a year. */
#define NS_PER_YEAR (8760.0 * 3600e9)

static bool usable(const struct quantity *q)
{
	return q->known && isfinite(q->value) && isfinite(q->low) && isfinite(q->high);
}

/* METHOD E-13 */
struct quantity cost_usd(const struct quantity *carbon_kg,
			 const struct quantity *usd_per_t)
{
	struct quantity q = { .known = usable(carbon_kg) && usable(usd_per_t),
			      .kind = kind_worse(carbon_kg->kind, usd_per_t->kind) };
	double t = carbon_kg->value / KG_PER_T;

	if (!q.known) {
		(void)copy_text(q.source, sizeof q.source,
				usable(carbon_kg) ? "no social cost of carbon is known"
						  : "the carbon is not known");
		return q;
	}
	q.value = t * usd_per_t->value;
	q.low = fmin(t * usd_per_t->low, t * usd_per_t->high);
	q.high = fmax(t * usd_per_t->low, t * usd_per_t->high);
	(void)copy_text(q.source, sizeof q.source, "METHOD E-13");
	return q;
}

/* Why it cannot be worked out; NULL: it can. */
static const char *why_not(const struct embodied *embodied)
{
	if (!usable(&embodied->making_kg))
		return "the carbon of making the machine is not known";
	if (!(embodied->lifespan_years > 0) || !isfinite(embodied->lifespan_years))
		return "a lifespan must be over 0 years";
	if (!(embodied->share_ratio >= 0 && embodied->share_ratio <= 1))
		return "the reserved share of the machine must be 0 to 1";
	if (embodied->reserved_ns < 0)
		return "the run's time is below 0";
	return NULL;
}

/* METHOD E-14. A life is a plan, so the result is assumed however the making was known. */
struct quantity embodied_kg(const struct embodied *embodied)
{
	const struct quantity *making = &embodied->making_kg;
	struct quantity q = { .kind = kind_worse(making->kind, KIND_ASSUMED) };
	const char *why = why_not(embodied);
	double part;

	(void)copy_text(q.source, sizeof q.source, why ? why : "METHOD E-14");
	if (why)
		return q;
	part = (double)embodied->reserved_ns / NS_PER_YEAR / embodied->lifespan_years *
	       embodied->share_ratio;
	q.known = true;
	q.value = making->value * part;
	q.low = making->low * part;
	q.high = making->high * part;
	return q;
}
