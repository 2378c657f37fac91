/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cases of which the truth is known, what a method said, and how wrong that was. A method whose
 * name begins with ACCURACY_OURS is the product's own, and is shown first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

#define ACCURACY_NAME_MAX 48
#define ACCURACY_OURS     "gramme"
#define ACCURACY_GROUPS   2 /* kinds of groups that a case may be in */

/* One guess. All of a suite in one unit, which cancels. */
struct accuracy_case {
	double truth; /* over 0 */
	double guess; /* NAN: the method has no answer here; counted apart, never as right */
	double low90; /* NAN: it gives no interval */
	double high90;
	double low95;
	double high95;
	const char *group;  /* "2014-2017"; NULL: none. Copied */
	const char *group2; /* of another kind, "AMD"; NULL: none. Copied */
	double full; /* what the truth is at most there (full power); 0: not known */
};

/* What a method did in a suite, or in a group of it. Ratios, not per cent. */
struct accuracy_row {
	char suite[ACCURACY_NAME_MAX];
	char method[ACCURACY_NAME_MAX];
	char group[ACCURACY_NAME_MAX]; /* "": all cases */
	size_t count;                  /* cases with an answer */
	size_t unanswered;
	double mean_ratio;    /* mean of |guess - truth| / truth */
	double median_ratio;  /* median of it */
	double bias_ratio;    /* mean of (guess - truth) / truth */
	double of_full_ratio; /* mean of |guess - truth| / full; NAN: no case tells it */
	double cover90_ratio; /* truths inside, of those with an interval; NAN: none has one */
	double cover95_ratio;
};

/* Cases as they come in. */
struct accuracy;

MUST_USE int accuracy_new(struct accuracy **ret);
void accuracy_free(struct accuracy *accuracy); /* takes NULL */

/* Names are copied. -EINVAL: a truth that is not over 0; -ENOMEM. */
MUST_USE int accuracy_add(struct accuracy *accuracy, const char *suite,
			  const char *method, const struct accuracy_case *one);

/* A sentence below the suite's table: what the data are, how they were held out. Copied; the
 * same again is kept once. -ENOMEM. */
MUST_USE int accuracy_note(struct accuracy *accuracy, const char *suite,
			   const char *sentence);

/* The suite's sentences in the order they came in; NULL past the last. */
const char *accuracy_note_of(const struct accuracy *accuracy, const char *suite,
			     size_t at);

/* A row a method in the order they came in, each before the rows of its groups: those of the
 * first kind, then those of the second. The caller frees *ret. -ENOMEM. */
MUST_USE int accuracy_rows(const struct accuracy *accuracy, struct accuracy_row **ret,
			   size_t *ret_count);
