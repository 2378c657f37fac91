/* SPDX-License-Identifier: Apache-2.0 */
/* Two chips with every file that a row of the table may name. */
#include "files.h"

extern const struct source source_hwmon;

static const char *const paths[] = {
	"sys/class/hwmon/hwmon0/name",
	"sys/class/hwmon/hwmon0/power1_label",
	"sys/class/hwmon/hwmon0/power1_average",
	"sys/class/hwmon/hwmon0/power1_oem_info",
	"sys/class/hwmon/hwmon0/power1_average_interval",
	"sys/class/hwmon/hwmon0/energy1_label",
	"sys/class/hwmon/hwmon0/energy1_input",
	"sys/class/hwmon/hwmon1/name",
	"sys/class/hwmon/hwmon1/in1_label",
	"sys/class/hwmon/hwmon1/in1_input",
	"sys/class/hwmon/hwmon1/curr1_input",
	"sys/class/hwmon/hwmon1/power1_input",
	"sys/class/hwmon/hwmon1/device/power/runtime_status",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	files_lay(paths, ARRAY_SIZE(paths), data, size);
	files_source(&source_hwmon);
	return 0;
}
