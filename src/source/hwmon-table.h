/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hwmon-rows.def as a table, and what it makes of a sensor: which row fits it, and which
 * domain it is then.
 */
#pragma once

#include "model/domain.h"
#include "source/hwmon-chip.h"

/* How a sensor is read; see hwmon-rows.def. */
enum hwmon_way { WAY_COUNTER, WAY_METER, WAY_RAIL, WAY_VOLT_AMP };

struct hwmon_row {
	const char *chip;
	const char *label;
	const char *only;
	const char *id;
	const char *device; /* NULL: the chip's */
	const char *inside; /* NULL: nothing */
	const char *note;
	enum hwmon_way way;
	unsigned channel; /* 0: any */
	enum family family;
	enum boundary boundary;
	int moves_ms;
	uint32_t gain_u_permille;
};

/* The files of each way, best first; %u is the channel. */
struct hwmon_files {
	const char *value[2];
	const char *amperes;
	const char *label[2];
};

extern const struct hwmon_files hwmon_files[];

/* One sensor of a chip before a row is chosen. */
struct hwmon_found {
	const struct hwmon_chip *chip;
	enum hwmon_way way;
	unsigned channel;
	const char *value;
	char label[DOMAIN_TEXT_MAX];
};

#define HWMON_FILE_MAX (2 * HWMON_PATH_MAX)

/* The path of a chip's file; a %u in its name is the channel. */
void hwmon_path(char *buf, size_t size, const struct hwmon_chip *chip, const char *file,
		unsigned channel);

/* "energy12_input" against "energy%u_input" gives 12. */
bool hwmon_channel(const char *name, const char *file, unsigned *ret);

/* Whether any row reads this chip this way. */
bool hwmon_has_way(const struct hwmon_chip *chip, enum hwmon_way way);

/* Fills found->label: the channel's, else the chip's from the device tree, else "". */
void hwmon_label(const struct host *host, struct hwmon_found *found);

/* The row that fits, and the number that stands for '#'. NULL: not listed, not read. */
const struct hwmon_row *hwmon_row_of(const struct host *host,
				     const struct hwmon_found *found,
				     unsigned *ret_number);

/* The domain that this row makes of it. */
void hwmon_describe(const struct host *host, const struct hwmon_row *row,
		    const struct hwmon_found *found, unsigned number,
		    struct domain *ret_domain);
