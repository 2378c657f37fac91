/* SPDX-License-Identifier: Apache-2.0 */
/* All that an estimate rests on: load, processors, memory, a GPU's limit. */
#include "files.h"

extern const struct source source_model;

static const char *const paths[] = {
	"proc/stat",
	"proc/meminfo",
	"proc/cpuinfo",
	"proc/self/cgroup",
	"sys/fs/cgroup/a/memory.max",
	"sys/class/drm/card0/device/gpu_busy_percent",
	"sys/class/drm/card0/device/hwmon/hwmon2/power1_cap",
	"sys/bus/pci/devices/0000:01:00.0/vendor",
	"sys/bus/pci/devices/0000:01:00.0/class",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	files_lay(paths, ARRAY_SIZE(paths), data, size);
	files_source(&source_model);
	return 0;
}
