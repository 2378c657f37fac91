/* SPDX-License-Identifier: Apache-2.0 */
#include "sources.h"

#include <stdio.h>
#include <string.h>

void put_cpu(struct fixture *fixture, unsigned cpu, const char *package, const char *die)
{
	char path[128];

	(void)snprintf(path, sizeof path,
		       "sys/devices/system/cpu/cpu%u/topology/physical_package_id", cpu);
	fixture_write(fixture, path, package);
	(void)snprintf(path, sizeof path, "sys/devices/system/cpu/cpu%u/topology/die_id",
		       cpu);
	if (die)
		fixture_write(fixture, path, die);
}

int source_refused(const struct source *source, const struct host *host,
		   struct diag *diag)
{
	void *state = NULL;
	int r;

	diag_clear(diag);
	r = source->open(host, diag, &state);
	assert_true(r < 0);
	assert_null(state);
	assert_int_equal(diag->err, r);
	return r;
}

uint64_t source_energy_uj(const struct source *source, void *state, size_t i)
{
	struct reading reading[DOMAINS_MAX];

	source->read(state, READ_TICK, reading);
	assert_int_equal(reading[i].err, 0);
	assert_int_equal(reading[i].has, READING_ENERGY);
	return reading[i].energy_uj;
}

size_t domain_index(const struct domain *domains, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(domains[i].id, id) == 0)
			return i;
	fail_msg("no domain %s", id);
	return 0;
}
