/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  sys/devices/system/cpu/online, proc/meminfo; cpuset.cpus.effective, cpu.max,
 *         memory.max (v2); cpuset.effective_cpus, cpuset.cpus, cpu.cfs_quota_us,
 *         memory.limit_in_bytes (v1), from the process's folder up to the mount.
 * Gives:  the reserved part of the CPUs and of the memory, in thousandths.
 * Needs:  to see the cgroup mounts; limits above a container's namespace are invisible.
 * Limits: none set is the whole machine, also where the folders cannot be seen at all.
 */
#include "activity/reserve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "activity/cgroup-path.h"
#include "base/parse.h"

#define CPUS_MAX 65536
#define ONLINE   "sys/devices/system/cpu/online"

/* CPUs as bits, so that a cpuset's offline ones are not counted. */
struct cpu_set {
	uint8_t bits[CPUS_MAX / 8];
	unsigned count;
};

struct limits {
	uint64_t online;
	uint64_t cpu_milli; /* thousandths of a CPU */
	uint64_t mem_total;
	uint64_t mem_bytes;
	const char *cpu_how;
	const char *mem_how;
};

static int add_cpu(void *ctx, unsigned cpu)
{
	struct cpu_set *set = ctx;
	uint8_t bit = (uint8_t)(1u << cpu % 8);

	set->count += !(set->bits[cpu / 8] & bit);
	set->bits[cpu / 8] |= bit;
	return 0;
}

static int read_cpus(const struct host *host, const char *path, struct cpu_set *set)
{
	char text[2048];
	int r = host_read_line(host, path, text, sizeof text);

	memset(set, 0, sizeof *set);
	return r < 0 ? r : parse_cpu_list(text, add_cpu, set);
}

static int file_of(const struct cgroup_place *place, const char *name, char *buf,
		   size_t size)
{
	int n = snprintf(buf, size, "%s/%s", place->path, name);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

static void limit_cpu(struct limits *limits, uint64_t milli, const char *how)
{
	if (milli >= limits->cpu_milli)
		return;
	limits->cpu_milli = milli;
	limits->cpu_how = how;
}

static void limit_mem(struct limits *limits, uint64_t bytes, const char *how)
{
	if (bytes >= limits->mem_bytes)
		return;
	limits->mem_bytes = bytes;
	limits->mem_how = how;
}

/* Of the nearest folder on the way up that says which CPUs are left. */
static bool nearest_cpus(const struct host *host, struct cgroup_place place,
			 const char *name, struct cpu_set *set)
{
	char path[CGROUP_PATH_MAX + 32];

	do {
		if (file_of(&place, name, path, sizeof path) == 0 &&
		    read_cpus(host, path, set) == 0 && set->count > 0)
			return true;
	} while (cgroup_up(&place));
	return false;
}

static void read_cpuset(const struct host *host, const struct cgroup_place *place,
			const char *name, struct limits *limits)
{
	struct cpu_set online;
	struct cpu_set set;
	uint64_t both = 0;

	if (!nearest_cpus(host, *place, name, &set) ||
	    read_cpus(host, ONLINE, &online) < 0)
		return;
	for (size_t i = 0; i < sizeof set.bits; i++)
		both += (unsigned)__builtin_popcount(set.bits[i] & online.bits[i]);
	if (both > 0)
		limit_cpu(limits, both * 1000, "cpuset");
}

static int read_number(const struct host *host, const struct cgroup_place *place,
		       const char *name, uint64_t *ret)
{
	char path[CGROUP_PATH_MAX + 32];
	int r = file_of(place, name, path, sizeof path);

	return r < 0 ? r : host_read_u64(host, path, ret);
}

/* "QUOTA PERIOD" in microseconds, or "max PERIOD". */
static void read_quota_v2(const struct host *host, const struct cgroup_place *place,
			  struct limits *limits)
{
	char path[CGROUP_PATH_MAX + 32];
	char text[64];
	uint64_t quota;
	uint64_t period;
	char *blank;

	if (file_of(place, "cpu.max", path, sizeof path) < 0 ||
	    host_read_line(host, path, text, sizeof text) < 0)
		return;
	blank = strchr(text, ' ');
	if (!blank)
		return;
	*blank = '\0';
	if (parse_u64(text, &quota) == 0 && parse_u64(blank + 1, &period) == 0 &&
	    period > 0 && quota <= UINT64_MAX / 1000)
		limit_cpu(limits, quota * 1000 / period, "cpu.max");
}

/* The quota is -1, and so no number, where there is none. */
static void read_quota_v1(const struct host *host, const struct cgroup_place *place,
			  struct limits *limits)
{
	uint64_t quota;
	uint64_t period;

	if (read_number(host, place, "cpu.cfs_quota_us", &quota) == 0 &&
	    read_number(host, place, "cpu.cfs_period_us", &period) == 0 && period > 0 &&
	    quota <= UINT64_MAX / 1000)
		limit_cpu(limits, quota * 1000 / period, "cpu.cfs_quota_us");
}

static void read_mem_v2(const struct host *host, const struct cgroup_place *place,
			struct limits *limits)
{
	uint64_t bytes;

	if (read_number(host, place, "memory.max", &bytes) == 0)
		limit_mem(limits, bytes, "memory.max");
}

static void read_mem_v1(const struct host *host, const struct cgroup_place *place,
			struct limits *limits)
{
	uint64_t bytes;

	if (read_number(host, place, "memory.limit_in_bytes", &bytes) == 0)
		limit_mem(limits, bytes, "memory.limit_in_bytes");
}

struct hierarchy {
	const char *controller; /* NULL: cgroup2 */
	void (*each)(const struct host *, const struct cgroup_place *, struct limits *);
	const char *cpuset; /* the file of the CPUs that are left; NULL: none here */
};

static const struct hierarchy hierarchies[] = {
	{ NULL, read_quota_v2, "cpuset.cpus.effective" },
	{ NULL, read_mem_v2, NULL },
	{ "cpuset", NULL, "cpuset.effective_cpus" },
	{ "cpuset", NULL, "cpuset.cpus" },
	{ "cpu", read_quota_v1, NULL },
	{ "memory", read_mem_v1, NULL },
};

static void read_hierarchies(const struct host *host, pid_t pid, struct limits *limits)
{
	for (size_t i = 0; i < ARRAY_SIZE(hierarchies); i++) {
		const struct hierarchy *row = &hierarchies[i];
		struct cgroup_place place;

		if (cgroup_place_of(host, pid, row->controller, &place) < 0)
			continue;
		if (row->cpuset)
			read_cpuset(host, &place, row->cpuset, limits);
		if (!row->each)
			continue;
		do
			row->each(host, &place, limits);
		while (cgroup_up(&place));
	}
}

static int read_machine(const struct host *host, struct limits *ret)
{
	struct limits limits = { 0 };
	struct cpu_set online;
	char text[256];
	uint64_t kib;
	ssize_t n;
	int r = read_cpus(host, ONLINE, &online);

	if (r < 0)
		return r;
	n = host_read_text(host, "proc/meminfo", text, sizeof text);
	if (n < 0)
		return (int)n;
	r = parse_keyed_u64(text, "MemTotal:", &kib);
	if (r < 0 || kib == 0 || kib > UINT64_MAX / 1024 / 1000 || online.count == 0)
		return -EPROTO; /* more than permille() can take is no machine's */
	limits.online = online.count;
	limits.cpu_milli = limits.online * 1000;
	limits.mem_total = kib * 1024;
	limits.mem_bytes = limits.mem_total;
	*ret = limits;
	return 0;
}

/* Nearest thousandth; the least there is where it would be none. */
static uint32_t permille(uint64_t part, uint64_t whole)
{
	uint64_t value = (part * 1000 + whole / 2) / whole;

	return value > 0 ? (uint32_t)value : 1;
}

static pid_t whose(const struct host *host, const struct scope *scope)
{
	const pid_t pids[] = { scope->root_pid, scope->launcher_pid };
	char path[48];

	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		(void)snprintf(path, sizeof path, "proc/%d/cgroup", (int)pids[i]);
		if (pids[i] > 0 && host_exists(host, path))
			return pids[i];
	}
	return 0;
}

int reserve_of(const struct host *host, const struct scope *scope, struct reserve *ret)
{
	struct reserve reserve = { 0 };
	struct limits limits;
	int r = read_machine(host, &limits);

	if (r < 0)
		return r;
	read_hierarchies(host, whose(host, scope), &limits);
	reserve.cpu_permille = permille(limits.cpu_milli, limits.online * 1000);
	reserve.mem_permille = permille(limits.mem_bytes, limits.mem_total);
	if (limits.cpu_how || limits.mem_how)
		(void)snprintf(reserve.how, sizeof reserve.how, "%s%s%s",
			       limits.cpu_how ? limits.cpu_how : "",
			       limits.cpu_how && limits.mem_how ? ", " : "",
			       limits.mem_how ? limits.mem_how : "");
	else
		(void)copy_text(reserve.how, sizeof reserve.how, "whole machine");
	*ret = reserve;
	return 0;
}
