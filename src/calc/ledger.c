/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-3 to E-7 over a whole run.
 * Reads: rows, and what each domain draws when idle.
 * Gives: running sums a domain: the machine's joules and the scope's.
 * Needs: rows in the order of time; ledger_set_idle() before the first.
 * Limits: each interval's share is rounded down to a uj. Whose the joules of a gap were is
 * not asked: they are in the high bound only.
 */
#include "calc/ledger.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "calc/ledger-tally.h"

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

void ledger_assign(struct ledger *to, const struct ledger *from)
{
	assert(to->count == from->count);
	memcpy(to, from, sizeof *from + from->count * sizeof from->tally[0]);
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
	/* A run has millions of these, and most of a use is boards. */
	if (tally->domain.family == FAMILY_GPU)
		tally->gpu = (struct gpu_span){ .span_ns = 0 };
	else if (tally->owed_ns == 0)
		memcpy(&tally->base_use, &row->use, offsetof(struct use, gpu));
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
	cold.active_uj = warm.active_uj = mid.active_uj;
	attribute_resplit(share, piece->de_uj, wide_uj(idle->low_uw, piece->ns), r,
			  &cold);
	attribute_resplit(share, piece->de_uj, wide_uj(idle->high_uw, piece->ns), r,
			  &warm);
	spread_add(&tally->active, mid.active_uj, cold.active_uj, warm.active_uj);
	spread_add(&tally->marginal, mid.marginal_uj, cold.marginal_uj, warm.marginal_uj);
	spread_add(&tally->reserved, mid.reserved_uj, cold.reserved_uj, warm.reserved_uj);
	tally->share_u_uj += wide_muldiv(mid.active_uj, share->u_permille, 1000);
	tally->busy_ns += share->busy_ns;
	tally->how_uj[share->how] += mid.active_uj;
	tally->how_count[share->how]++;
	tally->shares++;
}

/* CPU times count up: where one look at them is missing, the next covers this interval too. */
static bool may_come(const struct tally *tally, const struct sample *row, size_t i)
{
	return tally->domain.family != FAMILY_GPU && row->state[i] == SAMPLE_OK &&
	       (tally->base_use.has & USE_SCOPE_CPU) && !(row->use.has & USE_SCOPE_CPU);
}

/* What was owed finds its share now, or never. */
static void settle(struct tally *tally, struct piece *piece)
{
	piece->de_uj += tally->owed_uj;
	piece->ns += tally->owed_ns;
	tally->owed_uj = 0;
	tally->owed_ns = 0;
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
	if (!share.known && may_come(tally, row, i)) {
		tally->owed_uj += piece.de_uj;
		tally->owed_ns += piece.ns;
		return;
	}
	settle(tally, &piece);
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
	attribute_gpu_add(&tally->gpu, had ? &ledger->last_gpu[gpu] : &none,
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
	ledger->last_gpus = row->gpu_count;
	memcpy(ledger->last_gpu, row->use.gpu,
	       row->gpu_count * sizeof ledger->last_gpu[0]);
}

uint64_t ledger_active_uj(const struct ledger *ledger)
{
	uint64_t sum_uj = 0;

	for (size_t i = 0; i < ledger->count; i++)
		if (ledger->tally[i].counted)
			sum_uj += ledger->tally[i].active.value_uj;
	return sum_uj;
}

void ledger_so_far_get(const struct ledger *ledger, size_t domain,
		       struct ledger_so_far *ret)
{
	const struct tally *tally = &ledger->tally[domain];

	assert(domain < ledger->count);
	ret->covered_ns = tally->covered_ns;
	ret->machine_uj = tally->machine_uj;
	ret->active_uj = tally->active.value_uj;
	ret->unknown_uj = tally->unknown_uj;
	ret->owed_uj = tally->owed_uj;
}
