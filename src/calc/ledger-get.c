/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-8, E-12 over a whole run.
 * Reads: the sums that ledger.c gathered.
 * Gives: joules with their bounds, a domain and in sum.
 * Needs: at least one interval; where none is, nothing is known.
 * Limits: a gap is taken to hold the mean power of the rest, in the high bound only.
 */
#include <assert.h>
#include <string.h>

#include "base/parse.h"
#include "calc/ledger-tally.h"
#include "calc/uncertainty.h"

/* Up to a hundredth of a domain's joules may be nobody's before its share is not known. */
#define UNKNOWN_PART 100
/* Busy CPU time comes in ticks; sqrt(1/3) of one is its standard uncertainty. */
#define TICK_U_NS UINT64_C(5773503)

/* What the time without a reading may have held, at the mean power of the rest. */
static uint64_t gap_uj(const struct ledger *ledger, const struct tally *tally)
{
	int64_t gap_ns = ledger->last_ns - ledger->first_ns - tally->covered_ns;

	if (gap_ns <= 0 || tally->covered_ns <= 0)
		return 0;
	return wide_muldiv(tally->machine_uj, (uint64_t)gap_ns,
			   (uint64_t)tally->covered_ns);
}

static void machine_part(const struct ledger *ledger, const struct tally *tally,
			 struct part *ret)
{
	uint64_t edges = uncertainty_edges_uj(&tally->domain, tally->machine_uj,
					      tally->covered_ns);

	edges = wide_add(edges, tally->either_way_uj);
	*ret = (struct part){
		.value_uj = tally->machine_uj,
		.meter_uj = uncertainty_meter_uj(&tally->domain, tally->machine_uj,
						 tally->covered_ns),
		.down_uj = edges,
		.up_uj = wide_add(wide_add(edges, tally->more_high_uj),
				  gap_uj(ledger, tally)),
	};
}

/* The share's own error, of the whole active share; a fair part of it goes to each other. */
static uint64_t share_half_uj(const struct tally *tally)
{
	uint64_t u = tally->share_u_uj;

	if (tally->busy_ns > 0)
		u = wide_add(u, wide_muldiv(tally->active.value_uj, TICK_U_NS,
					    tally->busy_ns));
	return uncertainty_95(u);
}

/*
 * A spread as a part: the meter's and the edges' error in proportion; gaps, lost wraps and
 * what has no share may all have been the scope's.
 */
static void share_part(const struct ledger *ledger, const struct tally *tally,
		       const struct spread *spread, struct part *ret)
{
	uint64_t value = spread->value_uj;
	uint64_t active = tally->active.value_uj;
	uint64_t whole = tally->machine_uj ? tally->machine_uj : 1;
	struct part machine;

	machine_part(ledger, tally, &machine);
	*ret = (struct part){
		.value_uj = value,
		.meter_uj = wide_muldiv(machine.meter_uj, value, whole),
		.share_uj = wide_muldiv(share_half_uj(tally), value, active ? active : 1),
		.down_uj = wide_muldiv(machine.down_uj, value, whole),
	};
	ret->up_uj = wide_add(machine.up_uj - machine.down_uj, ret->down_uj);
	ret->up_uj = wide_add(ret->up_uj, (tally->unknown_uj + tally->owed_uj));
	ret->up_uj = wide_add(ret->up_uj, spread->high_uj - value);
	ret->down_uj = wide_add(ret->down_uj, value - spread->low_uj);
}

static const char *how_text(const struct tally *tally)
{
	size_t best = 0;

	for (size_t how = 1; how < SHARE_HOWS; how++)
		if (tally->how_uj[how] > tally->how_uj[best] ||
		    (tally->how_uj[how] == tally->how_uj[best] &&
		     tally->how_count[how] > tally->how_count[best]))
			best = how;
	return share_how_text((enum share_how)best);
}

/* The four sums of one domain, or of many. */
struct sums {
	struct part_sum machine;
	struct part_sum active;
	struct part_sum marginal;
	struct part_sum reserved;
};

static void sums_add(const struct ledger *ledger, const struct tally *tally,
		     struct sums *sums)
{
	struct part part;
	enum family family = tally->domain.family;

	machine_part(ledger, tally, &part);
	part_add(&sums->machine, &part, family);
	share_part(ledger, tally, &tally->active, &part);
	part_add(&sums->active, &part, family);
	share_part(ledger, tally, &tally->marginal, &part);
	part_add(&sums->marginal, &part, family);
	share_part(ledger, tally, &tally->reserved, &part);
	part_add(&sums->reserved, &part, family);
}

static void below(struct bounded_uj *part, const struct bounded_uj *whole)
{
	if (part->high > whole->high)
		part->high = whole->high;
	assert(part->low <= part->value && part->value <= part->high);
}

static void bounds_fill(const struct sums *sums, struct ledger_domain *ret)
{
	part_bounds(&sums->machine, &ret->machine);
	if (ret->has_share) {
		part_bounds(&sums->active, &ret->active);
		below(&ret->active, &ret->machine);
	}
	if (ret->has_marginal) {
		part_bounds(&sums->marginal, &ret->marginal);
		below(&ret->marginal, &ret->machine);
	}
	if (ret->has_reserved) {
		part_bounds(&sums->reserved, &ret->reserved);
		below(&ret->reserved, &ret->machine);
	}
}

static void flags_fill(const struct ledger *ledger, const struct tally *tally,
		       struct ledger_domain *ret)
{
	ret->has_machine = tally->covered_ns > 0;
	ret->has_share =
		ret->has_machine && tally->shares > 0 &&
		(tally->unknown_uj + tally->owed_uj) <= tally->machine_uj / UNKNOWN_PART;
	ret->has_marginal = ret->has_share && tally->idle.known;
	ret->has_reserved = ret->has_marginal && ledger->has_reserve;
	ret->covered_ns = tally->covered_ns;
}

void ledger_domain_get(const struct ledger *ledger, size_t domain,
		       struct ledger_domain *ret)
{
	const struct tally *tally = &ledger->tally[domain];
	struct sums sums = { .machine = { .value_uj = 0 } };

	assert(domain < ledger->count);
	memset(ret, 0, sizeof *ret);
	flags_fill(ledger, tally, ret);
	if (!ret->has_machine)
		return;
	sums_add(ledger, tally, &sums);
	bounds_fill(&sums, ret);
	if (ret->has_share)
		(void)copy_text(ret->share_how, sizeof ret->share_how, how_text(tally));
}

/*
 * A sum lacks a share when domains of more than a hundredth of its joules do; it lacks the
 * marginal share when any domain with a share has no idle power.
 */
struct lacking {
	uint64_t share_uj;
	size_t marginal; /* domains */
	size_t reserved;
	size_t shares; /* domains that have one */
};

static void lacking_add(const struct ledger *ledger, const struct tally *tally,
			struct lacking *lacking)
{
	struct ledger_domain one;

	memset(&one, 0, sizeof one);
	flags_fill(ledger, tally, &one);
	lacking->shares += one.has_share;
	if (!one.has_share)
		lacking->share_uj += tally->machine_uj;
	if (one.has_share && !one.has_marginal)
		lacking->marginal++;
	if (one.has_marginal && !one.has_reserved)
		lacking->reserved++;
}

static void total_add(const struct tally *tally, struct ledger_total *ret)
{
	int64_t covered_ns = tally->covered_ns;

	if (ret->counted == 0 || covered_ns < ret->sum.covered_ns)
		ret->sum.covered_ns = covered_ns;
	ret->counted++;
	if (covered_ns <= 0)
		return;
	ret->sum.has_machine = true;
	ret->kind = kind_worse(ret->kind, tally->domain.kind);
}

/* METHOD E-8, E-12 */
void ledger_total_get(const struct ledger *ledger, struct ledger_total *ret)
{
	struct sums sums = { .machine = { .value_uj = 0 } };
	struct lacking lacking = { .shares = 0 };
	uint64_t least;

	memset(ret, 0, sizeof *ret);
	for (size_t i = 0; i < ledger->count; i++) {
		const struct tally *tally = &ledger->tally[i];

		if (!tally->counted)
			continue;
		total_add(tally, ret);
		if (tally->covered_ns <= 0)
			continue;
		sums_add(ledger, tally, &sums);
		lacking_add(ledger, tally, &lacking);
	}
	if (!ret->sum.has_machine)
		return;
	least = sums.machine.value_uj / UNKNOWN_PART;
	ret->sum.has_share = lacking.shares > 0 && lacking.share_uj <= least;
	ret->sum.has_marginal = ret->sum.has_share && lacking.marginal == 0;
	ret->sum.has_reserved = ret->sum.has_marginal && lacking.reserved == 0;
	bounds_fill(&sums, &ret->sum);
	(void)copy_text(ret->sum.share_how, sizeof ret->sum.share_how, "by domain");
}
