/* SPDX-License-Identifier: Apache-2.0 */
/* mountinfo and the lines of proc/PID/cgroup; limits in the files they lead to. */
#include <string.h>

#include "activity/cgroup-path.h"
#include "activity/reserve.h"
#include "files.h"
#include "machine/memory-model.h"

extern const struct activity activity_cgroup;
extern const struct activity activity_machine;

static const char *const paths[] = {
	"proc/self/mountinfo",
	"proc/self/cgroup",
	"proc/meminfo",
	"proc/stat",
	"sys/devices/system/cpu/online",
	"sys/fs/cgroup/a/cpu.max",
	"sys/fs/cgroup/a/memory.max",
	"sys/fs/cgroup/a/cpuset.cpus.effective",
	"sys/fs/cgroup/cpu.stat",
};

static void places(const struct host *host)
{
	static const char *const controllers[] = { NULL, "cpu", "cpuset", "memory" };

	for (size_t i = 0; i < ARRAY_SIZE(controllers); i++) {
		struct cgroup_place place;

		if (cgroup_place_of(host, 0, controllers[i], &place) < 0)
			continue;
		PROMISE(memchr(place.path, '\0', sizeof place.path));
		PROMISE(place.mount_len <= strlen(place.path));
		while (cgroup_up(&place))
			PROMISE(strlen(place.path) >= place.mount_len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scope scope = { .cgroup = "sys/fs/cgroup" };
	struct reserve reserve = { .cpu_permille = 7 };
	struct memory_seen seen = { .bytes = 7 };
	char path[CGROUP_PATH_MAX];

	files_lay(paths, ARRAY_SIZE(paths), data, size);
	places(files_host());
	(void)!cgroup_own_path(files_host(), path, sizeof path);
	if (reserve_of(files_host(), &scope, &reserve) == 0)
		PROMISE(reserve.cpu_permille >= 1 && reserve.cpu_permille <= 1000 &&
			reserve.mem_permille >= 1 && reserve.mem_permille <= 1000);
	if (memory_model_see(files_host(), &seen) == 0)
		(void)memory_model_uw(seen.bytes);
	files_activity(&activity_cgroup, &scope);
	files_activity(&activity_machine, &scope);
	return 0;
}
