/* SPDX-License-Identifier: Apache-2.0 */
/* The registers as the msr driver gives them, and which CPU is where. */
#include "files.h"

extern const struct source source_msr;

static const char *const paths[] = {
	"dev/cpu/0/msr",
	"proc/cpuinfo",
	"sys/devices/system/cpu/cpu0/topology/physical_package_id",
	"sys/devices/system/cpu/cpu0/topology/die_cpus_list",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	files_lay(paths, ARRAY_SIZE(paths), data, size);
	files_source(&source_msr);
	return 0;
}
