/* SPDX-License-Identifier: Apache-2.0 */
#include "model/domain.h"

#include <string.h>

#include "base/parse.h"

void domain_init(struct domain *domain, const char *id, enum family family)
{
	memset(domain, 0, sizeof *domain);
	(void)copy_text(domain->id, sizeof domain->id, id);
	domain->family = family;
	domain->kind = KIND_MEASURED;
	domain->boundary = family == FAMILY_NODE ? BOUNDARY_NODE : BOUNDARY_COMPONENT;
	domain->measure = MEASURE_ENERGY;
	domain->gpu = -1;
}
