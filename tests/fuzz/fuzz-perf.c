/* SPDX-License-Identifier: Apache-2.0 */
/* The PMU's own words: type, CPUs, one event with its unit and scale, its count. */
#include "files.h"

extern const struct source source_perf;

static const char *const paths[] = {
	"sys/bus/event_source/devices/power/events/energy-pkg",
	"sys/bus/event_source/devices/power/events/energy-pkg.unit",
	"sys/bus/event_source/devices/power/events/energy-pkg.scale",
	"sys/bus/event_source/devices/power/cpumask",
	"sys/bus/event_source/devices/power/type",
	"dev/perf/9/2/cpu0",
	"sys/devices/system/cpu/cpu0/topology/physical_package_id",
	"sys/devices/system/cpu/cpu0/topology/die_id",
	"proc/cpuinfo",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	files_lay(paths, ARRAY_SIZE(paths), data, size);
	files_source(&source_perf);
	return 0;
}
