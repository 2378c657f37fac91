/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of several sources do alike. */
#pragma once

#include "fixture.h"
#include "source/source.h"

/* A CPU's place: the texts of its physical_package_id and die_id; die NULL: it has none. */
void put_cpu(struct fixture *fixture, unsigned cpu, const char *package, const char *die);

/* Why it does not open: checks that it says so and leaves its output alone. */
int source_refused(const struct source *source, const struct host *host,
		   struct diag *diag);

/* What a counter shows at a tick: checks that it is there. */
uint64_t source_energy_uj(const struct source *source, void *state, size_t i);

/* The domain's place in the list: checks that it is there. */
size_t domain_index(const struct domain *domains, size_t count, const char *id);
