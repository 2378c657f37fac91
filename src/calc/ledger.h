/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-3 to E-8 and E-12. From rows to joules that are the scope's: three shares (active,
 * marginal, reserved), per domain and in sum, each with a 95 % interval.
 *
 * Made in two passes over the same rows: the idle finder looks at what each domain draws when
 * idle (the 1st percentile of its power), then ledger_add() splits. Both are pure functions of
 * rows: cutting a run anywhere and adding the parts gives the same joules (the parts share
 * the row of the cut, and the idle power). A domain's first row is its base, whatever its
 * energy; joules of a RESTART row count, its time does not.
 */
#pragma once

#include "model/run.h"
#include "model/sample.h"

/* What is counted at the component boundary, E-8. Sets counted and why_not of each. */
void ledger_decide(struct run_domain *domains, size_t count);

/* A domain's idle power with its interval; how says why where it is not known. */
struct idle {
	bool known;
	uint64_t power_uw;
	uint64_t low_uw;
	uint64_t high_uw;
	char how[64];
};

struct idle_finder; /* a histogram of power a domain; fixed size */

MUST_USE int idle_finder_new(const struct run_domain *domains, size_t count,
			     struct idle_finder **ret);
void idle_finder_free(struct idle_finder *finder);
void idle_finder_add(struct idle_finder *finder, const struct sample *row);
void idle_finder_get(const struct idle_finder *finder, size_t domain, struct idle *ret);

/* A sum with its bounds, in uj: [low, high] are 95 %. */
struct bounded_uj {
	uint64_t value;
	uint64_t low;
	uint64_t high;
};

struct ledger_domain {
	bool has_machine; /* any interval at all */
	bool has_share;   /* false: who used it is not known, attributed is null */
	struct bounded_uj machine;
	struct bounded_uj active;
	struct bounded_uj marginal;
	struct bounded_uj reserved;
	bool has_marginal;
	bool has_reserved;
	int64_t covered_ns;
	char share_how[64]; /* "CPU time", "PSS", "only client", … */
};

struct ledger; /* opaque: running sums */

MUST_USE int ledger_new(const struct run_domain *domains, size_t count,
			const struct reserve *reserve, struct ledger **ret);
void ledger_free(struct ledger *ledger);

/* Both were made for the same domains: `to` goes on from where `from` is. */
void ledger_assign(struct ledger *to, const struct ledger *from);

/* idle NULL: marginal and reserved stay unknown. One entry a domain. */
void ledger_set_idle(struct ledger *ledger, const struct idle *idle);
void ledger_add(struct ledger *ledger, const struct sample *row);

/* The counted domains' active joules so far, for what weighs them as they come (E-10). A domain
 * that is read more rarely than the rows comes where it was read. */
uint64_t ledger_active_uj(const struct ledger *ledger);

/* A domain's sums so far; all of them only rise, but for owed_uj. */
struct ledger_so_far {
	int64_t covered_ns;
	uint64_t machine_uj;
	uint64_t active_uj;
	uint64_t unknown_uj; /* of the machine's: whose is not known */
	uint64_t owed_uj;    /* nor yet, but a later row may tell */
};

void ledger_so_far_get(const struct ledger *ledger, size_t domain,
		       struct ledger_so_far *ret);

/* Extra width of a domain's joules that rows do not show: lost wraps, ripple (E-1, E-2). */
void ledger_widen(struct ledger *ledger, size_t domain, uint64_t more_high_uj,
		  uint64_t either_way_uj);

void ledger_domain_get(const struct ledger *ledger, size_t domain,
		       struct ledger_domain *ret);

/*
 * The counted domains' sum (E-8, E-12). counted is how many there are, those without any
 * interval too: they are not in the sum, and make covered_ns, the least of all, 0. kind is
 * the worst of what is in the sum. has_share: all but a hundredth of the joules have one.
 */
struct ledger_total {
	struct ledger_domain sum;
	enum kind kind;
	size_t counted;
};

void ledger_total_get(const struct ledger *ledger, struct ledger_total *ret);
