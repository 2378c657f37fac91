/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-3, E-4, E-5, E-6, E-7.
 * Reads: who used the machine at both ends of an interval.
 * Gives: the scope's share, how it was found and how wrong it may be.
 * Needs: u and U of the same instants; PSS; clients and SM time of a board.
 * Limits: u_permille is assumed, not measured here; a client that lives between two rows is
 * not seen.
 */
#include "calc/attribute.h"

#include <assert.h>

#define PPM                UINT64_C(1000000)
#define U_CPU_PERMILLE     200 /* of what is not ours: 0.2 (1 - s) */
#define U_ROUGH_PERMILLE   500
#define U_PSS_PERMILLE     300
#define U_SM_PERMILLE      250
#define U_CLIENTS_PERMILLE 300
#define U_GUESSED_PERMILLE 250

const char *share_how_text(enum share_how how)
{
	static const char *const text[] = {
		[SHARE_CPU] = "CPU time",
		[SHARE_CPU_ROUGH] = "CPU time, roughly",
		[SHARE_PSS] = "PSS",
		[SHARE_PSS_BY_CPU] = "CPU time, PSS is not known",
		[SHARE_NO_CLIENT] = "no client",
		[SHARE_ONLY_CLIENT] = "only client",
		[SHARE_GUESSED_CLIENT] = "the one client, taken for ours",
		[SHARE_CLIENTS] = "clients",
		[SHARE_SM] = "SM time",
	};
	size_t i = (size_t)how;

	return i < ARRAY_SIZE(text) ? text[i] : "unknown";
}

static void share_set(struct share *share, uint64_t num, uint64_t den)
{
	assert(den > 0 && num <= den);
	share->known = true;
	share->num = share->idle_num = num;
	share->den = share->idle_den = den;
}

/* METHOD E-3 */
void attribute_cpu(const struct use *from, const struct use *to, struct share *ret)
{
	const uint32_t both = USE_SCOPE_CPU | USE_MACHINE_CPU;
	uint64_t scope, machine;

	*ret = (struct share){ .how = SHARE_CPU };
	if ((from->has & to->has & both) != both)
		return;
	if (to->scope_cpu_ns < from->scope_cpu_ns ||
	    to->machine_cpu_ns < from->machine_cpu_ns)
		return;
	scope = to->scope_cpu_ns - from->scope_cpu_ns;
	machine = to->machine_cpu_ns - from->machine_cpu_ns;
	/* The two come from different clocks: ticks of 10 ms and ns. */
	if (machine < scope)
		machine = scope;
	ret->busy_ns = machine;
	share_set(ret, scope, machine ? machine : 1);
	ret->u_permille =
		(uint32_t)wide_muldiv(ret->den - scope, U_CPU_PERMILLE, ret->den);
}

void attribute_other(const struct use *from, const struct use *to, struct share *ret)
{
	attribute_cpu(from, to, ret);
	ret->how = SHARE_CPU_ROUGH;
	ret->u_permille = U_ROUGH_PERMILLE;
}

/* An end where none of ours lives says nothing of the time between. */
static bool pss_ppm(const struct use *use, uint64_t *ret_ppm)
{
	const uint32_t both = USE_SCOPE_MEM | USE_MACHINE_MEM;

	if ((use->has & both) != both || !use->scope_mem_bytes || !use->machine_mem_bytes)
		return false;
	*ret_ppm = wide_muldiv(use->scope_mem_bytes, PPM, use->machine_mem_bytes);
	if (*ret_ppm > PPM)
		*ret_ppm = PPM;
	return true;
}

/* METHOD E-6 */
void attribute_memory(const struct use *from, const struct use *to, struct share *ret)
{
	uint64_t a = 0, b = 0;
	bool has_a = pss_ppm(from, &a);
	bool has_b = pss_ppm(to, &b);

	if (!has_a && !has_b) {
		attribute_cpu(from, to, ret);
		ret->how = SHARE_PSS_BY_CPU;
		ret->u_permille = U_ROUGH_PERMILLE;
		return;
	}
	*ret = (struct share){ .how = SHARE_PSS, .u_permille = U_PSS_PERMILLE };
	share_set(ret, a + b, (has_a && has_b ? 2 : 1) * PPM);
}

/* The scope's part of a board's clients; false: not known. No client at all is *ret_any. */
static bool clients_ppm(const struct gpu_use *use, uint64_t *ret_ppm, bool *ret_any)
{
	uint32_t scope = use->scope_clients;
	uint32_t all = use->all_clients > scope ? use->all_clients : scope;

	if (!(use->has & GPU_USE_CLIENTS))
		return false;
	*ret_any = all > 0;
	if (scope == all)
		*ret_ppm = all ? PPM : 0;
	else
		*ret_ppm = scope * PPM / all;
	return true;
}

static void client_flags(struct gpu_span *span, const struct gpu_use *use)
{
	if (!(use->has & GPU_USE_CLIENTS))
		return;
	span->ours |= use->scope_clients > 0;
	span->others |= use->all_clients > use->scope_clients;
	span->guessed |= use->scope_clients > 0 && (use->has & GPU_USE_GUESSED);
}

/* The end that shows clients speaks for both; two that do, by halves. */
static void clients_add(struct gpu_span *span, const struct gpu_use *a,
			const struct gpu_use *b, int64_t ns)
{
	uint64_t ppm_a = 0, ppm_b = 0;
	bool any_a = false, any_b = false;
	bool has_a = clients_ppm(a, &ppm_a, &any_a);
	bool has_b = clients_ppm(b, &ppm_b, &any_b);
	uint64_t ppm = any_a && any_b ? (ppm_a + ppm_b) / 2 : ppm_a + ppm_b;

	if (!has_a && !has_b)
		return;
	span->clients_ns += ns;
	span->share_ppm_ns += (wide_uint)ppm * (uint64_t)ns;
	client_flags(span, a);
	client_flags(span, b);
}

void attribute_gpu_add(struct gpu_span *span, const struct gpu_use *a,
		       const struct gpu_use *b, int64_t ns)
{
	uint32_t all = b->all_sm_permille;

	if (ns <= 0)
		return;
	span->span_ns += ns;
	clients_add(span, a, b, ns);
	if (!(b->has & GPU_USE_SM))
		return;
	if (all < b->scope_sm_permille)
		all = b->scope_sm_permille;
	span->sm_ns += ns;
	span->scope_sm += (wide_uint)b->scope_sm_permille * (uint64_t)ns;
	span->all_sm += (wide_uint)all * (uint64_t)ns;
}

/* Known for nearly all of the time; the rest is taken to be alike. */
static bool nearly(int64_t part_ns, int64_t whole_ns)
{
	return part_ns > 0 && part_ns >= whole_ns - whole_ns / 10;
}

/* Brings a ratio of two wide sums into two words. */
static void ratio_set(wide_uint num, wide_uint den, uint64_t *ret_num, uint64_t *ret_den)
{
	while (den > UINT64_MAX) {
		num >>= 1;
		den >>= 1;
	}
	/* A board all our own is most boards: its shares are then no division of wide products. */
	*ret_num = num == den ? 1 : (uint64_t)num;
	*ret_den = num == den ? 1 : (uint64_t)den;
}

/* METHOD E-7 */
void attribute_gpu(const struct gpu_span *span, struct share *ret)
{
	*ret = (struct share){ .how = SHARE_NO_CLIENT };
	if (!nearly(span->clients_ns, span->span_ns))
		return;
	share_set(ret, 0, 1);
	if (!span->ours)
		return;
	ratio_set(span->share_ppm_ns, (wide_uint)PPM * (uint64_t)span->clients_ns,
		  &ret->num, &ret->den);
	ret->idle_num = ret->num;
	ret->idle_den = ret->den;
	if (!span->others) {
		ret->how = span->guessed ? SHARE_GUESSED_CLIENT : SHARE_ONLY_CLIENT;
		ret->u_permille = span->guessed ? U_GUESSED_PERMILLE : 0;
		return;
	}
	ret->how = SHARE_CLIENTS;
	ret->u_permille = U_CLIENTS_PERMILLE;
	if (!nearly(span->sm_ns, span->span_ns) || span->all_sm == 0)
		return;
	ratio_set(span->scope_sm, span->all_sm, &ret->num, &ret->den);
	ret->how = SHARE_SM;
	ret->u_permille = U_SM_PERMILLE;
}

/* METHOD E-4, E-5: what lies above idle goes by use, idle by what was held or reserved. */
void attribute_resplit(const struct share *share, uint64_t de_uj, uint64_t idle_uj,
		       uint32_t reserved_permille, struct split *ret)
{
	uint64_t below = de_uj < idle_uj ? de_uj : idle_uj;
	uint64_t above = de_uj - below;

	assert(share->known && share->den > 0 && share->idle_den > 0);
	assert(reserved_permille <= 1000);
	ret->marginal_uj = wide_muldiv(above, share->num, share->den);
	ret->reserved_uj = ret->marginal_uj + wide_muldiv(below, reserved_permille, 1000);
	if (share->how == SHARE_SM)
		ret->active_uj = ret->marginal_uj +
				 wide_muldiv(below, share->idle_num, share->idle_den);
}

/* METHOD E-4, E-5 */
void attribute_split(const struct share *share, uint64_t de_uj, uint64_t idle_uj,
		     uint32_t reserved_permille, struct split *ret)
{
	if (share->how != SHARE_SM)
		ret->active_uj = wide_muldiv(de_uj, share->num, share->den);
	attribute_resplit(share, de_uj, idle_uj, reserved_permille, ret);
}
