/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-3 to E-8 and E-12 over a whole run.
 * Reads: rows, and what each domain draws when idle.
 * Gives: joules of the machine and of the scope, a domain and in sum, with bounds.
 * Needs: rows in the order of time; ledger_set_idle() before the first.
 * Limits: each interval's share is rounded down to a uj. Whose the joules of a gap were is
 * not asked: they are in the high bound only.
 */
#include "calc/ledger.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "calc/attribute.h"
#include "calc/uncertainty.h"

/* Up to a hundredth of a domain's joules may be nobody's before its share is not known. */
#define UNKNOWN_PART 100
/* Busy CPU time comes in ticks; sqrt(1/3) of one is its standard uncertainty. */
#define TICK_U_NS UINT64_C(5773503)

/* A share's sums: as it is, and with the idle power at either end of its interval. */
struct spread {
	uint64_t value_uj;
	uint64_t low_uj;
	uint64_t high_uj;
};

struct tally {
	struct domain domain;
	bool counted;
	struct idle idle;
	/* the last OK or RESTART row */
	bool based;
	int64_t base_ns;
	uint64_t base_uj;
	struct use base_use;
	struct gpu_span gpu;
	/* sums since */
	int64_t covered_ns;
	uint64_t machine_uj;
	uint64_t unknown_uj; /* of it without a share */
	uint32_t shares;     /* intervals with one */
	struct spread active;
	struct spread marginal;
	struct spread reserved;
	uint64_t share_u_uj; /* k = 1 */
	uint64_t busy_ns;
	uint64_t how_uj[SHARE_HOWS];
	uint64_t how_count[SHARE_HOWS];
	uint64_t more_high_uj;
	uint64_t either_way_uj;
};

struct ledger {
	size_t count;
	bool has_reserve;
	struct reserve reserve;
	bool begun;
	int64_t first_ns;
	int64_t last_ns;
	struct use last_use;
	uint32_t last_gpus;
	struct tally tally[];
};

int ledger_new(const struct run_domain *domains, size_t count,
	       const struct reserve *reserve, struct ledger **ret)
{
	struct ledger *ledger;

	if (count > DOMAINS_MAX)
		return -EINVAL;
	ledger = calloc(1, sizeof *ledger + count * sizeof ledger->tally[0]);
	if (!ledger)
		return -ENOMEM;
	ledger->count = count;
	for (size_t i = 0; i < count; i++) {
		ledger->tally[i].domain = domains[i].domain;
		ledger->tally[i].counted = domains[i].counted;
	}
	if (reserve) {
		ledger->has_reserve = true;
		ledger->reserve = *reserve;
	}
	*ret = ledger;
	return 0;
}

void ledger_free(struct ledger *ledger)
{
	free(ledger);
}

void ledger_set_idle(struct ledger *ledger, const struct idle *idle)
{
	for (size_t i = 0; i < ledger->count; i++)
		ledger->tally[i].idle = idle ? idle[i] : (struct idle){ .known = false };
}

void ledger_widen(struct ledger *ledger, size_t domain, uint64_t more_high_uj,
		  uint64_t either_way_uj)
{
	struct tally *tally = &ledger->tally[domain];

	assert(domain < ledger->count);
	tally->more_high_uj = wide_add(tally->more_high_uj, more_high_uj);
	tally->either_way_uj = wide_add(tally->either_way_uj, either_way_uj);
}

static void base_set(struct tally *tally, size_t i, const struct sample *row)
{
	tally->based = true;
	tally->base_ns = row->t_ns;
	tally->base_uj = row->energy_uj[i];
	tally->base_use = row->use;
	memset(&tally->gpu, 0, sizeof tally->gpu);
}

static void share_of(const struct tally *tally, const struct use *now, struct share *ret)
{
	const struct use *from = &tally->base_use;

	switch (tally->domain.family) {
	case FAMILY_CPU:
		attribute_cpu(from, now, ret);
		return;
	case FAMILY_MEMORY:
		attribute_memory(from, now, ret);
		return;
	case FAMILY_GPU:
		attribute_gpu(&tally->gpu, ret);
		return;
	case FAMILY_NODE:
	case FAMILY_OTHER:
		break;
	}
	attribute_other(from, now, ret);
}

static uint32_t reserved_permille(const struct ledger *ledger, const struct tally *tally,
				  const struct share *share)
{
	uint32_t permille = ledger->reserve.cpu_permille;

	/* A board is reserved by who holds it: no scheduler's word is known here. */
	if (tally->domain.family == FAMILY_GPU)
		return (uint32_t)wide_muldiv(1000, share->idle_num, share->idle_den);
	if (tally->domain.family == FAMILY_MEMORY)
		permille = ledger->reserve.mem_permille;
	return permille > 1000 ? 1000 : permille;
}

/* Joules of one interval, ready to be split. */
struct piece {
	uint64_t de_uj;
	int64_t ns; /* covered; 0: a gap lies inside */
	const struct share *share;
	uint32_t reserved_permille;
};

static void spread_add(struct spread *spread, uint64_t value, uint64_t a, uint64_t b)
{
	uint64_t low = a < b ? a : b;
	uint64_t high = a < b ? b : a;

	spread->value_uj += value;
	spread->low_uj += low < value ? low : value;
	spread->high_uj += high > value ? high : value;
}

static void piece_add(struct tally *tally, const struct piece *piece)
{
	const struct share *share = piece->share;
	const struct idle *idle = &tally->idle;
	uint32_t r = piece->reserved_permille;
	struct split mid, cold, warm;

	attribute_split(share, piece->de_uj, wide_uj(idle->power_uw, piece->ns), r, &mid);
	attribute_split(share, piece->de_uj, wide_uj(idle->low_uw, piece->ns), r, &cold);
	attribute_split(share, piece->de_uj, wide_uj(idle->high_uw, piece->ns), r, &warm);
	spread_add(&tally->active, mid.active_uj, cold.active_uj, warm.active_uj);
	spread_add(&tally->marginal, mid.marginal_uj, cold.marginal_uj, warm.marginal_uj);
	spread_add(&tally->reserved, mid.reserved_uj, cold.reserved_uj, warm.reserved_uj);
	tally->share_u_uj += wide_muldiv(mid.active_uj, share->u_permille, 1000);
	tally->busy_ns += share->busy_ns;
	tally->how_uj[share->how] += mid.active_uj;
	tally->how_count[share->how]++;
	tally->shares++;
}

static void interval_add(struct ledger *ledger, size_t i, const struct sample *row)
{
	struct tally *tally = &ledger->tally[i];
	struct share share;
	struct piece piece = { .share = &share };

	/* The sum is by differences, so a row that goes back can only be a broken store. */
	if (row->energy_uj[i] < tally->base_uj || row->t_ns < tally->base_ns)
		return;
	piece.de_uj = row->energy_uj[i] - tally->base_uj;
	if (row->state[i] == SAMPLE_OK)
		piece.ns = row->t_ns - tally->base_ns;
	else if (piece.de_uj == 0)
		return;
	tally->machine_uj += piece.de_uj;
	tally->covered_ns += piece.ns;
	share_of(tally, &row->use, &share);
	if (!share.known) {
		tally->unknown_uj += piece.de_uj;
		return;
	}
	piece.reserved_permille = reserved_permille(ledger, tally, &share);
	piece_add(tally, &piece);
}

static void gpu_add(const struct ledger *ledger, struct tally *tally,
		    const struct sample *row)
{
	static const struct gpu_use none;
	int gpu = tally->domain.gpu;
	bool had = gpu >= 0 && (uint32_t)gpu < ledger->last_gpus;
	bool has = gpu >= 0 && (uint32_t)gpu < row->gpu_count;

	if (gpu >= GPUS_MAX || !tally->based)
		return;
	attribute_gpu_add(&tally->gpu, had ? &ledger->last_use.gpu[gpu] : &none,
			  has ? &row->use.gpu[gpu] : &none, row->t_ns - ledger->last_ns);
}

void ledger_add(struct ledger *ledger, const struct sample *row)
{
	for (size_t i = 0; i < ledger->count && i < row->domain_count; i++) {
		struct tally *tally = &ledger->tally[i];

		if (tally->domain.family == FAMILY_GPU && ledger->begun)
			gpu_add(ledger, tally, row);
		if (row->state[i] == SAMPLE_NONE)
			continue;
		if (tally->based)
			interval_add(ledger, i, row);
		base_set(tally, i, row);
	}
	if (!ledger->begun)
		ledger->first_ns = row->t_ns;
	ledger->begun = true;
	ledger->last_ns = row->t_ns;
	ledger->last_use = row->use;
	ledger->last_gpus = row->gpu_count;
}

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
	ret->up_uj = wide_add(ret->up_uj, tally->unknown_uj);
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
	ret->has_share = ret->has_machine && tally->shares > 0 &&
			 tally->unknown_uj <= tally->machine_uj / UNKNOWN_PART;
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
