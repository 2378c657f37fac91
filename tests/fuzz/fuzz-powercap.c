/* SPDX-License-Identifier: Apache-2.0 */
/* A package and one zone below it: names, ranges, limits, counters. */
#include "files.h"

extern const struct source source_powercap;

static const char *const paths[] = {
	"sys/class/powercap/intel-rapl:0/name",
	"sys/class/powercap/intel-rapl:0:0/name",
	"sys/class/powercap/intel-rapl:0/energy_uj",
	"sys/class/powercap/intel-rapl:0:0/energy_uj",
	"sys/class/powercap/intel-rapl:0/max_energy_range_uj",
	"sys/class/powercap/intel-rapl:0/constraint_0_power_limit_uw",
	"proc/cpuinfo",
	"sys/class/powercap/intel-rapl-mmio:0/name",
	"sys/class/powercap/intel-rapl-mmio:0/energy_uj",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	files_lay(paths, ARRAY_SIZE(paths), data, size);
	files_source(&source_powercap);
	return 0;
}
