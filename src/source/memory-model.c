/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: proc/meminfo, proc/self/cgroup, memory.max or memory.limit_in_bytes on its path.
 * Gives: how much memory is ours, and watts for it.
 * Needs: nothing.
 * Limits: modules are not counted; power is by size, good to a factor of 2.
 */
#include "source/memory-model.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "data-memory-power.h"

#define KIB     UINT64_C(1024)
#define GIB     (UINT64_C(1) << 30)
#define MIB     (UINT64_C(1) << 20)
#define PATHMAX 1024

/* One way a memory limit shows: what the line in proc/self/cgroup holds, where, which file. */
struct limit_way {
	const char *controller; /* "" is v2's */
	const char *mount;
	const char *file;
};

static const struct limit_way limit_ways[] = {
	{ "", "sys/fs/cgroup", "memory.max" },
	{ "", "sys/fs/cgroup/unified", "memory.max" },
	{ "memory", "sys/fs/cgroup/memory", "memory.limit_in_bytes" },
};

/* "max" and v1's huge number for none are no limit: the caller takes the least. */
static void take_limit(const struct host *host, const char *folder, const char *file,
		       uint64_t *least)
{
	char path[PATHMAX + 64];
	uint64_t bytes;

	(void)snprintf(path, sizeof path, "%s/%s", folder, file);
	if (host_read_u64(host, path, &bytes) == 0 && bytes > 0 && bytes < *least)
		*least = bytes;
}

/* A parent's limit holds too, so every folder up to the mount is asked. */
static void take_limits(const struct host *host, const struct limit_way *way,
			const char *own, uint64_t *least)
{
	char folder[PATHMAX];
	size_t root = strlen(way->mount);

	if (snprintf(folder, sizeof folder, "%s%s", way->mount, own) >= PATHMAX)
		return;
	while (strlen(folder) > root) {
		take_limit(host, folder, way->file, least);
		*strrchr(folder, '/') = '\0';
	}
	take_limit(host, way->mount, way->file, least);
}

/* "5:cpu,memory:/path" names the controller "memory". */
static bool has_controller(const char *list, size_t len, const char *controller)
{
	size_t want = strlen(controller);

	for (size_t at = 0; at <= len;) {
		size_t word = strcspn(list + at, ",:");

		if (word == want && strncmp(list + at, controller, want) == 0)
			return true;
		at += word + 1;
	}
	return false;
}

static void take_line(const struct host *host, char *line, uint64_t *least)
{
	char *list = strchr(line, ':');
	char *own = list ? strchr(list + 1, ':') : NULL;

	if (!own || strstr(own, "/.."))
		return;
	list++;
	for (size_t i = 0; i < ARRAY_SIZE(limit_ways); i++)
		if (has_controller(list, (size_t)(own - list), limit_ways[i].controller))
			take_limits(host, &limit_ways[i], own + 1, least);
}

static uint64_t cgroup_limit(const struct host *host, uint64_t least)
{
	AUTO_FREE char *text = NULL;
	char *rest = NULL;

	if (host_read_all(host, "proc/self/cgroup", &text) < 0)
		return least;
	for (char *line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		take_line(host, line, &least);
	return least;
}

int memory_model_see(const struct host *host, struct memory_seen *ret)
{
	AUTO_FREE char *text = NULL;
	uint64_t machine_kib = 0;
	uint64_t machine;

	if (host_read_all(host, "proc/meminfo", &text) < 0 ||
	    parse_keyed_u64(text, "MemTotal:", &machine_kib) < 0 || machine_kib == 0 ||
	    machine_kib > UINT64_MAX / KIB)
		return -ENODEV;
	machine = machine_kib * KIB;
	ret->bytes = cgroup_limit(host, machine);
	ret->limited = ret->bytes < machine;
	return 0;
}

uint64_t memory_model_uw(uint64_t bytes)
{
	uint64_t sum_uw = 0;

	for (size_t i = 0; i < ARRAY_SIZE(data_memory_power); i++) {
		const struct data_memory_power *row = &data_memory_power[i];
		uint64_t from = row->from_gib * GIB;
		uint64_t to = i + 1 < ARRAY_SIZE(data_memory_power)
				      ? row[1].from_gib * GIB
				      : UINT64_MAX;

		if (bytes > from)
			sum_uw += ((bytes < to ? bytes : to) - from) / MIB * row->gib_mw *
				  1000 / (GIB / MIB);
	}
	return sum_uw;
}
