/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of calc/compare share. */
#pragma once

#include "calc/compare.h"
#include "calc/stat.h"

/* Of each side, for a verdict: of two runs the one gap does not tell how runs vary. */
#define COMPARE_RUNS_LEAST 3

/* A side's known numbers of one quantity, and their logarithms where a ratio is wanted. */
struct column {
	double *values;
	double *logs; /* of COMPARE_METRIC the values themselves */
	size_t count;
	bool usable; /* one or more, and all have a logarithm */
};

/* A side against the reference in one quantity. */
struct duel {
	const struct compare_ask *ask;
	const struct compare_side *side;
	const struct compare_side *reference;
	const struct column *a; /* the side's */
	const struct column *b; /* the reference's */
	enum compare_what what;
};

static inline bool compare_is_difference(enum compare_what what)
{
	return what == COMPARE_METRIC;
}

/* Whether the joules of a domain have a part in it. */
static inline bool compare_is_energy(enum compare_what what)
{
	return what != COMPARE_TIME && what != COMPARE_METRIC;
}

/* METHOD E-17: all of *ret but p_adjusted and the verdict. Only -ENOMEM. */
MUST_USE int compare_duel(const struct duel *duel, struct compare_result *ret);
/* METHOD E-19: the verdict, and runs_needed where it is open. */
void compare_decide(const struct duel *duel, struct compare_result *result);

/* METHOD E-18: variance, in the logarithm, of what does not cancel; NAN: not known. */
double compare_systematic(const struct duel *duel);
/* METHOD E-18: how far above its figure a side may lie for what was not read, in the logarithm. It
 * goes one way and never cancels. */
double compare_unread(const struct compare_side *side, enum compare_what what);
/* Whether all runs of both are known to have run on one machine, with the same meters. */
bool compare_one_machine(const struct compare_side *a, const struct compare_side *b);
/* Whether the energy of a run of it is a model's: its error goes with what a program does. */
bool compare_modelled(const struct compare_side *side);
/* Whether one is known to count a family of parts that the other does not. */
bool compare_other_boundary(const struct compare_side *a, const struct compare_side *b);

/* What stands in the way of a fair comparison, in words. */
void compare_warn(const struct compare_ask *ask, struct compare_outcome *outcome);
