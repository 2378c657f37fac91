/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of a Cray node: joules in words. */
#include "files.h"

extern const struct source source_cray;

static const char *const paths[] = {
	"sys/cray/pm_counters/energy",
	"sys/cray/pm_counters/cpu_energy",
	"sys/cray/pm_counters/accel0_energy",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	files_lay(paths, ARRAY_SIZE(paths), data, size);
	files_source(&source_cray);
	return 0;
}
