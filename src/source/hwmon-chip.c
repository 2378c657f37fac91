/* SPDX-License-Identifier: Apache-2.0 */
#include "source/hwmon-chip.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define HWMON_CLASS "sys/class/hwmon"

void hwmon_text(const struct host *host, const char *path, char *buf, size_t size)
{
	if (host_read_line(host, path, buf, size) < 0)
		buf[0] = '\0';
}

/* What hwmonN/device links to, without the way there. */
static void device_of(const struct host *host, struct hwmon_chip *chip)
{
	char path[HWMON_PATH_MAX];
	char target[512];
	const char *slash;

	chip->device[0] = '\0';
	(void)snprintf(path, sizeof path, "%s/device", chip->hwmon);
	if (host_read_link(host, path, target, sizeof target) < 0)
		return;
	slash = strrchr(target, '/');
	(void)copy_text(chip->device, sizeof chip->device, slash ? slash + 1 : target);
}

static bool named_at(const struct host *host, struct hwmon_chip *chip, const char *dir)
{
	char path[HWMON_PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/name", dir);
	hwmon_text(host, path, chip->name, sizeof chip->name);
	(void)copy_text(chip->dir, sizeof chip->dir, dir);
	return chip->name[0] != '\0';
}

static bool chip_of(const struct host *host, const char *entry, struct hwmon_chip *chip)
{
	char path[HWMON_PATH_MAX];
	char dir[sizeof chip->dir];
	int len = snprintf(dir, sizeof dir, HWMON_CLASS "/%s/device", entry);

	if (len < 0 || (size_t)len >= sizeof dir)
		return false;
	(void)snprintf(chip->hwmon, sizeof chip->hwmon, "%.*s",
		       len - (int)strlen("/device"), dir);
	device_of(host, chip);
	if (named_at(host, chip, chip->hwmon) || named_at(host, chip, dir))
		return true;
	(void)snprintf(path, sizeof path, "%s/power1_average", dir);
	(void)copy_text(chip->name, sizeof chip->name, "power_meter");
	return host_exists(host, path);
}

static int by_name_and_device(const void *a, const void *b)
{
	const struct hwmon_chip *x = a;
	const struct hwmon_chip *y = b;
	int order = strcmp(x->name, y->name);

	if (order == 0)
		order = strverscmp(x->device, y->device);
	return order ? order : strverscmp(x->hwmon, y->hwmon);
}

int hwmon_chips(const struct host *host, struct hwmon_chip *chips, size_t room,
		size_t *ret_count)
{
	CLEANUP(names_done) struct names names = { NULL, 0 };
	size_t count = 0;
	int r = host_names(host, HWMON_CLASS, &names);

	if (r < 0)
		return r == -ENOENT ? -ENODEV : r;
	for (size_t i = 0; i < names.count && count < room; i++)
		count += chip_of(host, names.name[i], &chips[count]);
	qsort(chips, count, sizeof *chips, by_name_and_device);
	for (size_t i = 0; i < count; i++) {
		bool same = i > 0 && strcmp(chips[i].name, chips[i - 1].name) == 0;

		chips[i].number = same ? chips[i - 1].number + 1 : 0;
	}
	*ret_count = count;
	return 0;
}

int hwmon_chip_still(const struct host *host, const struct hwmon_chip *chip)
{
	struct hwmon_chip now;

	if (!chip_of(host, strrchr(chip->hwmon, '/') + 1, &now))
		return -ENODEV;
	if (strcmp(now.name, chip->name) != 0 || strcmp(now.device, chip->device) != 0)
		return -ENODEV;
	return 0;
}
