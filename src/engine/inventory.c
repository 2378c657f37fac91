/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/parse.h"
#include "engine/inventory-internal.h"
#include "machine/cpu-model.h"
#include "report/json-value.h"

static void free_json(json_t **json)
{
	json_decref(*json);
}

#define AUTO_JSON CLEANUP(free_json)

void inventory_set_text(json_t *object, const char *key, const char *text)
{
	json_t *value = *text ? json_string(text) : NULL;

	/* json_string() refuses what is not UTF-8: left out rather than guessed. */
	if (value)
		(void)json_object_set_new(object, key, value);
}

static void set_line(const struct host *host, json_t *object, const char *key,
		     const char *path)
{
	char line[256];

	if (host_read_line(host, path, line, sizeof line) == 0)
		inventory_set_text(object, key, line);
}

static int count_cpu(void *ctx, unsigned cpu)
{
	(void)cpu;
	++*(json_int_t *)ctx;
	return 0;
}

static json_int_t count_list(const struct host *host, const char *path)
{
	char list[4096];
	json_int_t count = 0;

	if (host_read_line(host, path, list, sizeof list) < 0 ||
	    parse_cpu_list(list, count_cpu, &count) < 0)
		return -1;
	return count;
}

/* What a form asks for and the machine does not say at once: real cores, and the design power
 * of all chips where the table knows it. A virtual machine's are a part of a host's: not told. */
static void add_cpu_facts(json_t *cpu, const char *cpuinfo)
{
	struct cpu_facts facts = { .name = "" };
	struct cpu_seen seen;
	uint64_t cores;

	if (cpu_model_parse(cpuinfo, &seen) < 0)
		return;
	cpu_model_facts(&seen, &facts);
	if (!json_object_get(cpu, "name"))
		inventory_set_text(cpu, "name", facts.name);
	if (facts.year)
		(void)json_object_set_new(cpu, "year", json_integer(facts.year));
	if (seen.hypervisor)
		return;
	if (parse_keyed_u64(cpuinfo, "cpu cores\t:", &cores) == 0 && cores > 0 &&
	    cores < 4096)
		(void)json_object_set_new(cpu, "cores",
					  json_integer((json_int_t)cores *
						       (json_int_t)seen.chips));
	(void)json_object_set_new(cpu, "chips", json_integer(seen.chips));
	if (facts.tdp_mw > 0)
		(void)json_object_set_new(cpu, "tdp_w",
					  json_real(facts.tdp_mw * (double)seen.chips /
						    1e3));
}

static json_t *cpu_json(const struct host *host)
{
	json_t *cpu = json_object();
	AUTO_FREE char *info = NULL;
	char text[256];
	json_int_t threads = count_list(host, "sys/devices/system/cpu/online");

	if (host_read_all(host, "proc/cpuinfo", &info) == 0) {
		if (parse_keyed_text(info, "model name", text, sizeof text) == 0)
			inventory_set_text(cpu, "name", text);
		if (parse_keyed_text(info, "flags", text, sizeof text) == 0 &&
		    strstr(info, " hypervisor"))
			(void)json_object_set_new(cpu, "virtual", json_true());
		add_cpu_facts(cpu, info);
	}
	if (threads > 0)
		(void)json_object_set_new(cpu, "threads", json_integer(threads));
	set_line(host, cpu, "governor",
		 "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
	return cpu;
}

/* The boards that are metered, as their source named them. */
static json_t *gpus_json(const struct run_domain *domains, size_t count)
{
	json_t *gpus = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *gpu;

		if (domains[i].domain.family != FAMILY_GPU)
			continue;
		gpu = json_object();
		inventory_set_text(gpu, "domain", domains[i].domain.id);
		inventory_set_text(gpu, "name", domains[i].domain.label);
		inventory_set_text(gpu, "device", domains[i].domain.device);
		if (domains[i].domain.max_uw > 0)
			(void)json_object_set_new(
				gpu, "tdp_w",
				json_real((double)domains[i].domain.max_uw / 1e6));
		(void)json_array_append_new(gpus, gpu);
	}
	return gpus;
}

/* Of the machine, not of a mouse or a headset. */
static bool is_battery(const struct host *host, const char *name)
{
	char path[256];
	char text[32];

	(void)snprintf(path, sizeof path, "sys/class/power_supply/%s/type", name);
	if (host_read_line(host, path, text, sizeof text) < 0 ||
	    strcmp(text, "Battery") != 0)
		return false;
	(void)snprintf(path, sizeof path, "sys/class/power_supply/%s/scope", name);
	return host_read_line(host, path, text, sizeof text) < 0 ||
	       strcmp(text, "Device") != 0;
}

/* What says of which class of machine it is: METHOD E-11. */
static void add_case(const struct host *host, json_t *hardware)
{
	CLEANUP(names_done) struct names names = { 0 };
	uint64_t type;

	if (host_read_u64(host, "sys/class/dmi/id/chassis_type", &type) == 0 &&
	    type <= UINT8_MAX)
		(void)json_object_set_new(hardware, "chassis_type",
					  json_integer((json_int_t)type));
	if (host_names(host, "sys/class/power_supply", &names) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		if (!is_battery(host, names.name[i]))
			continue;
		(void)json_object_set_new(hardware, "battery", json_true());
		return;
	}
}

int inventory_hardware(const struct host *host, const struct run_domain *domains,
		       size_t count, char **ret_json)
{
	AUTO_JSON json_t *hardware = json_object();
	char text[8192];
	uint64_t kib;

	(void)json_object_set_new(hardware, "cpu", cpu_json(host));
	if (host_read_text(host, "proc/meminfo", text, sizeof text) > 0 &&
	    parse_keyed_u64(text, "MemTotal:", &kib) == 0 && kib <= INT64_MAX / 1024)
		(void)json_object_set_new(hardware, "memory_bytes",
					  json_integer((json_int_t)kib * 1024));
	(void)json_object_set_new(hardware, "gpus", gpus_json(domains, count));
	set_line(host, hardware, "nvidia_driver", "proc/driver/nvidia/version");
	set_line(host, hardware, "vendor", "sys/class/dmi/id/sys_vendor");
	set_line(host, hardware, "product", "sys/class/dmi/id/product_name");
	add_case(host, hardware);
	return json_value_compact(hardware, ret_json);
}

/* --- git: the commit a working directory is at, by its files ---------------------------- */

static int read_file(const char *path, char *buf, size_t size)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fd_read_text(fd, buf, size);

	if (n < 0)
		return -ENOENT;
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

/* The .git folder of the nearest parent; a worktree's .git is a file that names it. */
static int find_git(const char *directory, char *ret, size_t size)
{
	char path[1024];
	char text[1024];

	if (!copy_text(path, sizeof path - 16, directory))
		return -ENAMETOOLONG;
	for (;;) {
		size_t len = strlen(path);

		(void)snprintf(path + len, sizeof path - len, "/.git/HEAD");
		if (access(path, R_OK) == 0) {
			path[len + strlen("/.git")] = '\0';
			return copy_text(ret, size, path) ? 0 : -ENAMETOOLONG;
		}
		path[len + strlen("/.git")] = '\0';
		if (read_file(path, text, sizeof text) == 0 &&
		    strncmp(text, "gitdir: ", 8) == 0)
			return copy_text(ret, size, text + 8) ? 0 : -ENAMETOOLONG;
		path[len] = '\0';
		if (!strrchr(path, '/'))
			return -ENOENT;
		*strrchr(path, '/') = '\0';
	}
}

static bool packed_ref(const char *git, const char *ref, char *ret, size_t size)
{
	char path[1100];
	char line[512];
	FILE *file;
	bool found = false;
	int fd;

	(void)snprintf(path, sizeof path, "%s/packed-refs", git);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file) {
		close_fd(&fd);
		return false;
	}
	while (!found && fgets(line, sizeof line, file)) {
		char *space = strchr(line, ' ');

		if (!space)
			continue;
		*space = '\0';
		found = strcmp(trim_text(space + 1), ref) == 0 &&
			copy_text(ret, size, line);
	}
	(void)fclose(file);
	return found;
}

static void add_git(json_t *software, const char *directory)
{
	char git[1024];
	char path[2200];
	char head[512];
	char commit[128];
	json_t *object;

	if (find_git(directory, git, sizeof git) < 0)
		return;
	(void)snprintf(path, sizeof path, "%s/HEAD", git);
	if (read_file(path, head, sizeof head) < 0)
		return;
	object = json_object();
	if (strncmp(head, "ref: ", 5) != 0) {
		inventory_set_text(object, "commit", head);
	} else {
		const char *ref = head + 5;

		(void)snprintf(path, sizeof path, "%s/%s", git, ref);
		if (read_file(path, commit, sizeof commit) == 0 ||
		    packed_ref(git, ref, commit, sizeof commit))
			inventory_set_text(object, "commit", commit);
		inventory_set_text(object, "branch",
				   strncmp(ref, "refs/heads/", 11) == 0 ? ref + 11 : ref);
	}
	(void)json_object_set_new(software, "git", object);
}

int inventory_software(const struct host *host, const struct inventory_run *run,
		       char **ret_json)
{
	AUTO_JSON json_t *software = json_object();
	AUTO_FREE char *release = NULL;
	struct utsname name;
	char text[256];

	if (host_read_all(host, "etc/os-release", &release) == 0 &&
	    parse_keyed_text(release, "PRETTY_NAME=", text, sizeof text) == 0) {
		text[strcspn(text + 1, "\"") + 1] = '\0';
		inventory_set_text(software, "os", text + (text[0] == '"'));
	}
	if (uname(&name) == 0) {
		inventory_set_text(software, "kernel", name.release);
		inventory_set_text(software, "architecture", name.machine);
		inventory_set_text(software, "hostname", name.nodename);
	}
	if (run->directory)
		add_git(software, run->directory);
	inventory_python(host, run, software);
	return json_value_compact(software, ret_json);
}
