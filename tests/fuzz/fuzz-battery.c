/* SPDX-License-Identifier: Apache-2.0 */
/* A battery in words: what it is, whether it empties, and how fast. */
#include "files.h"

extern const struct source source_battery;

static const char *const paths[] = {
	"sys/class/power_supply/BAT0/type",
	"sys/class/power_supply/BAT0/status",
	"sys/class/power_supply/BAT0/power_now",
	"sys/class/power_supply/BAT0/current_now",
	"sys/class/power_supply/BAT0/voltage_now",
	"sys/class/power_supply/BAT0/present",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	files_lay(paths, ARRAY_SIZE(paths), data, size);
	files_source(&source_battery);
	return 0;
}
