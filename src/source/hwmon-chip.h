/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chips under /sys/class/hwmon, in an order that is the same after a reboot: hwmonN
 * is handed out as drivers come up, so a chip is known by its name and its device.
 */
#pragma once

#include "base/host.h"
#include "model/domain.h"

#define HWMON_CHIPS_MAX 64
#define HWMON_PATH_MAX  160

struct hwmon_chip {
	char name[32];
	char hwmon[HWMON_PATH_MAX / 2]; /* "sys/class/hwmon/hwmon3" */
	char dir[HWMON_PATH_MAX / 2];   /* where its files are: hwmon, or hwmon/device */
	char device[DOMAIN_TEXT_MAX];   /* what `device` links to: a PCI address; or "" */
	unsigned number;                /* among the chips of this name, from 0 */
};

/*
 * Fills chips, at most room of them, by name and then device. Chips without a name are
 * left out, except the ACPI power meter of older kernels, whose files sit in device/.
 * -ENODEV when there is no hwmon class.
 */
MUST_USE int hwmon_chips(const struct host *host, struct hwmon_chip *chips, size_t room,
			 size_t *ret_count);

/* One chip again, after its files went away. -ENODEV when another sits there now. */
MUST_USE int hwmon_chip_still(const struct host *host, const struct hwmon_chip *chip);

/* The first line of a file, trimmed; "" when there is none. */
void hwmon_text(const struct host *host, const char *path, char *buf, size_t size);
