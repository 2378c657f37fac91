/* SPDX-License-Identifier: Apache-2.0 */
#include "source/hwmon-table.h"

#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define INTERVAL_MAX_S  60
#define INTERVAL_MIN_MS 100

static const struct hwmon_row hwmon_rows[] = {
#define HWMON(...) { __VA_ARGS__ },
#include "source/hwmon-rows.def"
#undef HWMON
};

const struct hwmon_files hwmon_files[] = {
	[WAY_COUNTER] = { { "energy%u_input", NULL }, NULL, { "energy%u_label", NULL } },
	[WAY_METER] = { { "power%u_average", "power%u_input" },
			NULL,
			{ "power%u_label", "power%u_oem_info" } },
	[WAY_RAIL] = { { "power%u_input", NULL }, NULL, { "power%u_label", NULL } },
	[WAY_VOLT_AMP] = { { "in%u_input", NULL },
			   "curr%u_input",
			   { "in%u_label", NULL } },
};

void hwmon_path(char *buf, size_t size, const struct hwmon_chip *chip, const char *file,
		unsigned channel)
{
	const char *percent = strstr(file, "%u");

	if (percent)
		(void)snprintf(buf, size, "%s/%.*s%u%s", chip->dir, (int)(percent - file),
			       file, channel, percent + 2);
	else
		(void)snprintf(buf, size, "%s/%s", chip->dir, file);
}

bool hwmon_channel(const char *name, const char *file, unsigned *ret)
{
	size_t head = (size_t)(strstr(file, "%u") - file);
	size_t digits =
		strncmp(name, file, head) == 0 ? strspn(name + head, "0123456789") : 0;
	unsigned channel = 0;

	if (digits == 0 || digits > 4 ||
	    strcmp(name + head + digits, file + head + 2) != 0)
		return false;
	for (size_t i = head; i < head + digits; i++)
		channel = channel * 10 + (unsigned)(name[i] - '0');
	*ret = channel;
	return true;
}

/* Labels: '#' fits a number, kept in *ret; '*' fits the rest. */
static bool label_fits(const char *pattern, const char *label, unsigned *ret)
{
	while (*pattern && *pattern != '*') {
		if (*pattern == '#') {
			size_t digits = strspn(label, "0123456789");

			if (digits == 0 || digits > 4)
				return false;
			*ret = 0;
			for (; digits > 0; digits--)
				*ret = *ret * 10 + (unsigned)(*label++ - '0');
			pattern++;
		} else if (*pattern++ != *label++) {
			return false;
		}
	}
	return *pattern == '*' || *label == '\0';
}

/* '#' becomes the number and '@' the label, with what an id may not hold made '-'. */
static void fill_in(char *buf, size_t size, const char *pattern, unsigned number,
		    const char *label)
{
	size_t used = 0;

	for (; *pattern && used + 1 < size; pattern++) {
		int n = 1;

		if (*pattern == '#')
			n = snprintf(buf + used, size - used, "%u", number);
		else if (*pattern == '@')
			n = snprintf(buf + used, size - used, "%s", label);
		else
			buf[used] = *pattern;
		used += (size_t)n;
	}
	buf[used < size ? used : size - 1] = '\0';
	for (char *c = buf; *c; c++)
		if (strchr(" \t/'\",;", *c))
			*c = '-';
}

static bool only_fits(const struct host *host, const struct hwmon_chip *chip,
		      const char *only)
{
	const char *equals = only ? strchr(only, '=') : NULL;
	char path[HWMON_FILE_MAX];
	char text[64];

	if (!equals)
		return true;
	(void)snprintf(path, sizeof path, "%s/%.*s", chip->dir, (int)(equals - only),
		       only);
	hwmon_text(host, path, text, sizeof text);
	return strcmp(text, equals + 1) == 0;
}

const struct hwmon_row *hwmon_row_of(const struct host *host,
				     const struct hwmon_found *found,
				     unsigned *ret_number)
{
	for (size_t i = 0; i < ARRAY_SIZE(hwmon_rows); i++) {
		const struct hwmon_row *row = &hwmon_rows[i];

		*ret_number = found->chip->number;
		if (strcmp(row->chip, found->chip->name) == 0 && row->way == found->way &&
		    (row->channel == 0 || row->channel == found->channel) &&
		    label_fits(row->label, found->label, ret_number) &&
		    only_fits(host, found->chip, row->only))
			return row;
	}
	return NULL;
}

void hwmon_label(const struct host *host, struct hwmon_found *found)
{
	char path[HWMON_FILE_MAX];

	found->label[0] = '\0';
	for (size_t i = 0; i < 2 && found->label[0] == '\0'; i++) {
		const char *file = hwmon_files[found->way].label[i];

		if (!file)
			break;
		hwmon_path(path, sizeof path, found->chip, file, found->channel);
		hwmon_text(host, path, found->label, sizeof found->label);
	}
	if (found->label[0] == '\0' && found->way == WAY_RAIL) {
		hwmon_path(path, sizeof path, found->chip, "label", 0);
		hwmon_text(host, path, found->label, sizeof found->label);
	}
}

bool hwmon_has_way(const struct hwmon_chip *chip, enum hwmon_way way)
{
	for (size_t i = 0; i < ARRAY_SIZE(hwmon_rows); i++)
		if (strcmp(hwmon_rows[i].chip, chip->name) == 0 &&
		    hwmon_rows[i].way == way)
			return true;
	return false;
}

/* What '@' stands for where the board's makers gave no label: "1-0041-2". */
static void stand_in(const struct hwmon_found *found, char *buf, size_t size)
{
	const char *name = found->chip->device[0] ? found->chip->device
						  : strrchr(found->chip->hwmon, '/') + 1;

	if (found->way == WAY_VOLT_AMP)
		(void)snprintf(buf, size, "%s-%u", name, found->channel);
	else
		(void)snprintf(buf, size, "%s", name);
}

static int64_t pace_of(const struct host *host, const struct hwmon_row *row,
		       const struct hwmon_found *found)
{
	char path[HWMON_FILE_MAX];
	uint64_t ms;

	hwmon_path(path, sizeof path, found->chip, "power%u_average_interval",
		   found->channel);
	if (row->way == WAY_METER && host_read_u64(host, path, &ms) == 0 && ms > 0 &&
	    ms <= UINT64_C(1000) * INTERVAL_MAX_S)
		return (ms < 100 ? 100 : (int64_t)ms) * NS_PER_MS;
	return row->moves_ms * NS_PER_MS;
}

void hwmon_describe(const struct host *host, const struct hwmon_row *row,
		    const struct hwmon_found *found, unsigned number,
		    struct domain *domain)
{
	char id[DOMAIN_ID_MAX];
	char label[DOMAIN_TEXT_MAX + 16];

	(void)copy_text(label, sizeof label, found->label);
	if (label[0] == '\0')
		stand_in(found, label, sizeof label);
	fill_in(id, sizeof id, row->id, number, label);
	domain_init(domain, id, row->family);
	if (row->device)
		fill_in(domain->device, sizeof domain->device, row->device, number, "");
	else
		(void)copy_text(domain->device, sizeof domain->device,
				found->chip->device);
	if (row->inside)
		fill_in(domain->inside, sizeof domain->inside, row->inside, number, "");
	(void)copy_text(domain->label, sizeof domain->label, found->label);
	(void)copy_text(domain->note, sizeof domain->note, row->note ? row->note : "");
	domain->boundary = row->boundary;
	domain->gain_u_permille = row->gain_u_permille;
	domain->measure = row->way == WAY_COUNTER ? MEASURE_ENERGY : MEASURE_POWER;
	if (row->way == WAY_COUNTER)
		domain->update_ns = row->moves_ms * NS_PER_MS;
	else
		domain->pace_ns = pace_of(host, row, found);
}
