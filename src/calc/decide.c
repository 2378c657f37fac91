/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-8.
 * Reads: the domains of a run.
 * Gives: which of them the sum holds, and in plain words why not the others.
 * Needs: inside and duplicate_of, as the sources know them.
 * Limits: mirrors that only readings show are found by calc/series.
 */
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/ledger.h"

struct list {
	struct run_domain *domains;
	size_t count;
};

static bool estimate(const struct domain *domain)
{
	return domain->kind == KIND_MODELLED || domain->kind == KIND_ASSUMED;
}

static bool at_components(const struct run_domain *row)
{
	const struct domain *domain = &row->domain;

	return domain->boundary == BOUNDARY_COMPONENT && domain->family != FAMILY_NODE &&
	       !domain->duplicate_of[0] && !row->stood_still;
}

/*
 * A reading that keeps this estimate out of the sum; NULL: none. One of its own family is
 * named first, but any will do: a measured sum holds no estimate.
 */
static const struct domain *better(const struct list *list, const struct domain *domain)
{
	const struct domain *any = NULL;

	if (!estimate(domain))
		return NULL;
	for (size_t i = 0; i < list->count; i++) {
		const struct domain *other = &list->domains[i].domain;

		if (!at_components(&list->domains[i]) || estimate(other))
			continue;
		if (other->family == domain->family)
			return other;
		any = any ? any : other;
	}
	return any;
}

/* One of its family that is counted part by part, to which this one gives way; NULL: none. */
static const struct domain *closer(const struct list *list, const struct domain *domain)
{
	for (size_t i = 0; domain->gives_way && i < list->count; i++) {
		const struct domain *other = &list->domains[i].domain;

		if (at_components(&list->domains[i]) && !estimate(other) &&
		    !other->gives_way && other->family == domain->family)
			return other;
	}
	return NULL;
}

/* The domain whose counted joules hold these already; NULL: none that is here. */
static const struct domain *container(const struct list *list,
				      const struct domain *domain)
{
	if (!domain->inside[0] || strcmp(domain->inside, domain->id) == 0)
		return NULL;
	for (size_t i = 0; i < list->count; i++) {
		const struct domain *other = &list->domains[i].domain;

		if (strcmp(other->id, domain->inside) == 0 &&
		    at_components(&list->domains[i]) && !better(list, other))
			return other;
	}
	return NULL;
}

static void decide(const struct list *list, struct run_domain *row)
{
	const struct domain *domain = &row->domain;
	const struct domain *other;
	char *why = row->why_not;
	const size_t size = sizeof row->why_not;

	why[0] = '\0';
	if (domain->duplicate_of[0])
		(void)snprintf(why, size, "same counter as %s", domain->duplicate_of);
	else if (row->stood_still)
		(void)copy_text(why, size, "its counter never moved: no working meter");
	else if (domain->family == FAMILY_NODE)
		(void)copy_text(why, size, "node boundary: shown beside the sum");
	else if (domain->boundary != BOUNDARY_COMPONENT)
		(void)snprintf(why, size, "%s boundary: shown beside the sum",
			       boundary_text(domain->boundary));
	else if ((other = better(list, domain)))
		(void)snprintf(why, size, "estimate, %s is %s", other->id,
			       kind_text(other->kind));
	else if ((other = closer(list, domain)))
		(void)snprintf(why, size, "%s counts part by part", other->id);
	else if ((other = container(list, domain)))
		(void)snprintf(why, size, "inside %s", other->id);
	row->counted = why[0] == '\0';
}

/* METHOD E-8 */
void ledger_decide(struct run_domain *domains, size_t count)
{
	const struct list list = { domains, count };

	for (size_t i = 0; i < count; i++)
		decide(&list, &domains[i]);
}
