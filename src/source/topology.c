/* SPDX-License-Identifier: Apache-2.0 */
#include "source/topology.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define CPU_DIR  "sys/devices/system/cpu"
#define CPUS_MAX 8192
#define ID_MAX                                                                           \
	9999 /* no machine has more packages or dies; past it the file is garbage */

/* CPUs whose place is known already through a neighbour of the same die. */
struct seen {
	uint64_t bits[CPUS_MAX / 64];
};

static int read_id(const struct host *host, unsigned cpu, const char *file, unsigned *ret)
{
	char path[96];
	uint64_t value = 0;
	int r;

	(void)snprintf(path, sizeof path, CPU_DIR "/cpu%u/topology/%s", cpu, file);
	r = host_read_u64(host, path, &value);
	if (r < 0)
		return r;
	if (value > ID_MAX)
		return -EPROTO;
	*ret = (unsigned)value;
	return 0;
}

int topology_of_cpu(const struct host *host, unsigned cpu, struct topology_place *ret)
{
	struct topology_place place = { 0, 0, cpu };
	int r = read_id(host, cpu, "physical_package_id", &place.package);

	if (r < 0)
		return r;
	/* Kernels before 5.2 know no dies. */
	if (read_id(host, cpu, "die_id", &place.die) < 0)
		place.die = 0;
	*ret = place;
	return 0;
}

static bool parse_cpu_name(const char *name, unsigned *ret_cpu)
{
	uint64_t cpu;

	if (strncmp(name, "cpu", 3) != 0 || name[3] < '0' || name[3] > '9')
		return false;
	if (parse_u64(name + 3, &cpu) < 0 || cpu >= CPUS_MAX)
		return false;
	*ret_cpu = (unsigned)cpu;
	return true;
}

static int mark_seen(void *ctx, unsigned cpu)
{
	struct seen *seen = ctx;

	if (cpu < CPUS_MAX)
		seen->bits[cpu / 64] |= UINT64_C(1) << (cpu % 64);
	return 0;
}

static bool is_seen(const struct seen *seen, unsigned cpu)
{
	return seen->bits[cpu / 64] >> (cpu % 64) & 1;
}

/* Spares a read of each of a large machine's CPUs; a kernel without the list is fine. */
static void mark_die_of(const struct host *host, unsigned cpu, struct seen *seen)
{
	char path[96];
	char list[2048];

	(void)snprintf(path, sizeof path, CPU_DIR "/cpu%u/topology/die_cpus_list", cpu);
	if (host_read_line(host, path, list, sizeof list) == 0 &&
	    parse_cpu_list(list, mark_seen, seen) < 0)
		memset(seen, 0, sizeof *seen);
}

static int compare(const struct topology_place *a, const struct topology_place *b)
{
	if (a->package != b->package)
		return a->package < b->package ? -1 : 1;
	return (a->die > b->die) - (a->die < b->die);
}

/* Keeps the order; a die that is there already keeps its first CPU. */
static void add_place(struct topology *topology, const struct topology_place *place)
{
	size_t at = topology->count;

	while (at > 0 && compare(&topology->place[at - 1], place) > 0)
		at--;
	if (at > 0 && compare(&topology->place[at - 1], place) == 0)
		return;
	if (topology->count == TOPOLOGY_PLACES_MAX)
		return;
	memmove(&topology->place[at + 1], &topology->place[at],
		(topology->count - at) * sizeof *place);
	topology->place[at] = *place;
	topology->count++;
}

int topology_read(const struct host *host, struct topology *ret)
{
	CLEANUP(names_done) struct names names = { NULL, 0 };
	struct topology topology = { .count = 0 };
	struct seen seen = { { 0 } };

	if (host_names(host, CPU_DIR, &names) < 0)
		return -ENODEV;
	for (size_t i = 0; i < names.count; i++) {
		struct topology_place place;
		unsigned cpu;

		if (!parse_cpu_name(names.name[i], &cpu) || is_seen(&seen, cpu))
			continue;
		if (topology_of_cpu(host, cpu, &place) < 0)
			continue;
		mark_die_of(host, cpu, &seen);
		add_place(&topology, &place);
	}
	if (topology.count == 0)
		return -ENODEV;
	*ret = topology;
	return 0;
}

bool topology_has_dies(const struct topology *topology)
{
	return topology_package_count(topology) < topology->count;
}

size_t topology_package_count(const struct topology *topology)
{
	size_t count = 0;

	for (size_t i = 0; i < topology->count; i++)
		count += i == 0 ||
			 topology->place[i].package != topology->place[i - 1].package;
	return count;
}

void topology_merge_dies(struct topology *topology)
{
	size_t kept = 0;

	for (size_t i = 0; i < topology->count; i++) {
		if (kept > 0 &&
		    topology->place[kept - 1].package == topology->place[i].package)
			continue;
		topology->place[kept++] = topology->place[i];
	}
	topology->count = kept;
}
