/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-3 to E-7. Whose the joules of one interval are. Pure: what is not known stays
 * unknown, and no share is ever above the whole.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "calc/wide.h"
#include "model/domain.h"
#include "model/use.h"

enum share_how {
	SHARE_CPU,        /* E-3 */
	SHARE_CPU_ROUGH,  /* E-3 for what is neither CPU nor memory nor GPU */
	SHARE_PSS,        /* E-6 */
	SHARE_PSS_BY_CPU, /* E-6 without PSS */
	SHARE_NO_CLIENT,  /* E-7 from here on */
	SHARE_ONLY_CLIENT,
	SHARE_GUESSED_CLIENT, /* the one client there is, taken for ours */
	SHARE_CLIENTS,
	SHARE_SM,
	SHARE_HOWS,
};

const char *share_how_text(enum share_how how);

/* num/den of what lies above idle, idle_num/idle_den of the rest; both at most 1. */
struct share {
	bool known;
	uint64_t num;
	uint64_t den;
	uint64_t idle_num;
	uint64_t idle_den;
	uint32_t u_permille; /* relative standard uncertainty, systematic */
	enum share_how how;
	uint64_t busy_ns; /* U of E-3, where the share comes from it */
};

/* E-3: from two snapshots. Nobody ran: a known share of 0. */
void attribute_cpu(const struct use *from, const struct use *to, struct share *ret);

/* The same for what has no better rule, with an error of a half. */
void attribute_other(const struct use *from, const struct use *to, struct share *ret);

/*
 * E-6: the mean of both ends' PSS shares. An end without PSS, or where no process of ours
 * lives (before the first, after the last), leaves it to the other; without either, the CPU
 * share, with an error of a half.
 */
void attribute_memory(const struct use *from, const struct use *to, struct share *ret);

/* E-7 between two rows of a board, gathered row by row since they may be many. */
struct gpu_span {
	int64_t span_ns;
	int64_t clients_ns; /* of it with the clients known */
	int64_t sm_ns;      /* of it with the SM time known */
	wide_uint share_ppm_ns;
	wide_uint scope_sm;
	wide_uint all_sm;
	bool ours;
	bool others;
	bool guessed;
};

/* a and b are two successive rows' figures of the board, ns apart; either may be empty. */
void attribute_gpu_add(struct gpu_span *span, const struct gpu_use *a,
		       const struct gpu_use *b, int64_t ns);
void attribute_gpu(const struct gpu_span *span, struct share *ret);

/* Joules of an interval in three parts that are the scope's. */
struct split {
	uint64_t active_uj;
	uint64_t marginal_uj;
	uint64_t reserved_uj;
};

/*
 * E-3, E-4, E-5: de_uj over ns, of which idle_uw for the whole time is nobody's doing.
 * reserved_permille is r. With idle_uw 0 nothing is idle, and all three are the same.
 */
void attribute_split(const struct share *share, uint64_t de_uj, uint64_t idle_uj,
		     uint32_t reserved_permille, struct split *ret);

/* The same for another idle power: what of a split of the same joules hangs on it is made anew. */
void attribute_resplit(const struct share *share, uint64_t de_uj, uint64_t idle_uj,
		       uint32_t reserved_permille, struct split *ret);
