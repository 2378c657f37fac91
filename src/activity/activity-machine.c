/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  cpu.stat of cgroup2's root, else the first line of proc/stat; proc/meminfo.
 * Gives:  busy CPU time of the machine (user nice system irq softirq; guests are within
 *         user), memory in use (MemTotal - MemAvailable).
 * Needs:  nothing.
 * Limits: both are the kernel's tick accounting on most machines: exact over seconds, not
 *         over one tick. The root's file is in microseconds and much cheaper; of its lines
 *         user_usec + system_usec are taken, since usage_usec counted stolen time too up to
 *         Linux 6.13. Inside a container with a limit the memory is still the machine's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "activity/activity.h"
#include "activity/cgroup-path.h"
#include "activity/pace.h"
#include "activity/proc-stat.h"
#include "base/parse.h"

#define MEMORY_PACE_NS NS_PER_S
#define MEMORY_PART    50000 /* of a core */

struct machine {
	struct host host;
	int cgroup_fd; /* the root's cpu.stat, or -1 */
	int stat_fd;   /* proc/stat, or -1 */
	int mem_fd;
	uint64_t base_ns;
	uint64_t last_ns;
	struct pace memory;
	uint64_t mem_bytes;
	bool has_mem;
};

static void machine_close(void *state)
{
	struct machine *machine = state;

	if (!machine)
		return;
	close_fd(&machine->cgroup_fd);
	close_fd(&machine->stat_fd);
	close_fd(&machine->mem_fd);
	free(machine);
}

static void free_machine(struct machine **machine)
{
	machine_close(*machine);
}

static int busy_of_cgroup(int fd, uint64_t *ret_ns)
{
	char text[1024];
	uint64_t user_us;
	uint64_t system_us;
	ssize_t n = fd_read_text(fd, text, sizeof text);

	if (n < 0)
		return (int)n;
	if (parse_keyed_u64(text, "user_usec ", &user_us) < 0 ||
	    parse_keyed_u64(text, "system_usec ", &system_us) < 0)
		return -EPROTO;
	*ret_ns = (user_us + system_us) * (uint64_t)NS_PER_US;
	return 0;
}

/* "cpu  user nice system idle iowait irq softirq steal guest guest_nice" */
static int busy_of_stat(int fd, uint64_t *ret_ns)
{
	static const bool busy[] = { true, true, true, false, false, true, true };
	uint64_t ticks = 0;
	char text[256];
	const char *at = text + 4;
	ssize_t n = fd_read_text(fd, text, sizeof text);

	if (n < 0)
		return (int)n;
	if (strncmp(text, "cpu ", 4) != 0)
		return -EPROTO;
	for (size_t i = 0; i < ARRAY_SIZE(busy); i++) {
		char *end;
		uint64_t value = strtoull(at, &end, 10);

		if (end == at)
			return -EPROTO;
		ticks += busy[i] ? value : 0;
		at = end;
	}
	*ret_ns = ticks * proc_tick_ns();
	return 0;
}

static int busy(const struct machine *machine, uint64_t *ret_ns)
{
	if (machine->cgroup_fd >= 0)
		return busy_of_cgroup(machine->cgroup_fd, ret_ns);
	return busy_of_stat(machine->stat_fd, ret_ns);
}

/*
 * The file of the true root alone counts all of the machine. In a namespace the highest
 * folder that can be seen looks like it, but has a cgroup.type, which the root has not.
 */
static int open_root_cgroup(const struct host *host)
{
	char mount[CGROUP_PATH_MAX];
	char path[CGROUP_PATH_MAX + 16];
	uint64_t busy_ns;
	AUTO_CLOSE int fd = -1;
	int r = cgroup_mount(host, mount, sizeof mount);

	if (r < 0)
		return r;
	(void)snprintf(path, sizeof path, "%s/cgroup.type", mount);
	if (host_exists(host, path))
		return -ENODEV;
	(void)snprintf(path, sizeof path, "%s/cpu.stat", mount);
	fd = host_open(host, path, O_RDONLY);
	if (fd < 0)
		return fd;
	r = busy_of_cgroup(fd, &busy_ns);
	return r < 0 ? r : STEAL_FD(fd);
}

static int machine_open(const struct host *host, const struct scope *scope,
			struct diag *diag, void **ret_state)
{
	CLEANUP(free_machine) struct machine *machine = calloc(1, sizeof *machine);
	int r;

	(void)scope;
	if (!machine)
		return -ENOMEM;
	machine->host = *host;
	machine->memory.part = MEMORY_PART;
	machine->memory.least_ns = MEMORY_PACE_NS;
	machine->stat_fd = -1;
	machine->mem_fd = host_open(host, "proc/meminfo", O_RDONLY);
	machine->cgroup_fd = open_root_cgroup(host);
	if (machine->cgroup_fd < 0)
		machine->stat_fd = host_open(host, "proc/stat", O_RDONLY);
	r = machine->cgroup_fd < 0 && machine->stat_fd < 0
		    ? machine->stat_fd
		    : busy(machine, &machine->base_ns);
	if (r < 0)
		return diag_fail(diag, r, "cannot read the busy time in proc/stat");
	machine->last_ns = machine->base_ns;
	*ret_state = STEAL(machine);
	return 0;
}

static int memory_in_use(int fd, uint64_t *ret_bytes)
{
	char text[256];
	uint64_t total_kib;
	uint64_t free_kib;
	ssize_t n = fd_read_text(fd, text, sizeof text);

	if (n < 0)
		return (int)n;
	if (parse_keyed_u64(text, "MemTotal:", &total_kib) < 0 ||
	    parse_keyed_u64(text, "MemAvailable:", &free_kib) < 0 ||
	    free_kib > total_kib || total_kib > UINT64_MAX / 1024)
		return -EPROTO;
	*ret_bytes = (total_kib - free_kib) * 1024;
	return 0;
}

static void read_memory(struct machine *machine, struct use *use)
{
	if (machine->mem_fd < 0)
		return;
	if (pace_due(&machine->memory, &machine->host)) {
		pace_begin(&machine->memory, &machine->host);
		machine->has_mem =
			memory_in_use(machine->mem_fd, &machine->mem_bytes) == 0;
		pace_end(&machine->memory, &machine->host);
	}
	if (!machine->has_mem)
		return;
	use->machine_mem_bytes = machine->mem_bytes;
	use->has |= USE_MACHINE_MEM;
}

static void machine_read(void *state, enum read_why why, struct use *use)
{
	struct machine *machine = state;
	uint64_t busy_ns;

	if (why == READ_PACE)
		return;
	/* A sum that went back is no sum: left out until it has caught up. */
	if (busy(machine, &busy_ns) == 0 && busy_ns >= machine->last_ns) {
		machine->last_ns = busy_ns;
		use->machine_cpu_ns = busy_ns - machine->base_ns;
		use->has |= USE_MACHINE_CPU;
	}
	read_memory(machine, use);
}

const struct activity activity_machine = {
	.name = "machine",
	.open = machine_open,
	.read = machine_read,
	.close = machine_close,
};
