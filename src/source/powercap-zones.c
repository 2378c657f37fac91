/* SPDX-License-Identifier: Apache-2.0 */
#include "source/powercap-zones.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define DEPTH_MAX 3
#define MMIO      "intel-rapl-mmio:"

bool powercap_is_worth_telling(struct powercap_zones *zones, int err)
{
	if (zones->err != 0 && (err != -EACCES || zones->err == -EACCES))
		return false;
	zones->err = err;
	return true;
}

static bool is_control_type(const char *text, size_t len)
{
	static const char *const accepted[] = { "intel-rapl", "amd" };

	if (memchr(text, ':', len))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(accepted); i++)
		if (strncmp(text, accepted[i], strlen(accepted[i])) == 0)
			return true;
	return false;
}

/* A control type, and then ":N" once or more. */
static bool is_zone(const char *entry)
{
	const char *p = entry + strcspn(entry, ":");

	if (*p == '\0' || !is_control_type(entry, (size_t)(p - entry)))
		return false;
	while (*p == ':') {
		size_t digits = strspn(p + 1, "0123456789");

		if (digits == 0)
			return false;
		p += 1 + digits;
	}
	return *p == '\0' && strlen(entry) < POWERCAP_ENTRY_MAX;
}

static struct powercap_zone *find_entry(struct powercap_zones *zones, const char *entry,
					size_t len)
{
	for (size_t i = 0; i < zones->count; i++)
		if (strlen(zones->zone[i].entry) == len &&
		    strncmp(zones->zone[i].entry, entry, len) == 0)
			return &zones->zone[i];
	return NULL;
}

static void add(struct powercap_zones *zones, const char *path, const char *entry)
{
	struct powercap_zone *zone = &zones->zone[zones->count];

	if (find_entry(zones, entry, strlen(entry)))
		return;
	if (zones->count < POWERCAP_ZONES_MAX) {
		(void)copy_text(zone->dir, sizeof zone->dir, path);
		(void)copy_text(zone->entry, sizeof zone->entry, entry);
		zones->count++;
	} else if (powercap_is_worth_telling(zones, -EPROTO)) {
		(void)diag_say(zones->diag, -EPROTO,
			       "/%s has more than %d zones: the rest is left out",
			       POWERCAP_DIR, POWERCAP_ZONES_MAX);
	}
}

static bool is_found_at(struct powercap_zones *zones, const char *entry, const char *path)
{
	const struct powercap_zone *zone = find_entry(zones, entry, strlen(entry));

	return zone && strcmp(zone->dir, path) == 0;
}

/*
 * The class shows all zones beside each other, as links; a copy of a machine may hold them
 * nested below their control type and each other, as the devices are.
 */
static void walk(struct powercap_zones *zones, const char *dir, int depth)
{
	CLEANUP(names_done) struct names names = { NULL, 0 };
	char path[RAPL_PATH_MAX];
	bool flat;

	if (depth > DEPTH_MAX || host_names(zones->host, dir, &names) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		const char *entry = names.name[i];

		if (is_zone(entry) &&
		    snprintf(path, sizeof path, "%s/%s", dir, entry) < (int)sizeof path)
			add(zones, path, entry);
	}
	flat = zones->count > 0;
	for (size_t i = 0; i < names.count; i++) {
		const char *entry = names.name[i];

		if (snprintf(path, sizeof path, "%s/%s", dir, entry) >= (int)sizeof path)
			continue;
		if (is_zone(entry) ? is_found_at(zones, entry, path)
				   : !flat && is_control_type(entry, strlen(entry)))
			walk(zones, path, depth + 1);
	}
}

/* Up to four digits, no sign, no blank; moves text past them. */
static int take_number(const char **text, unsigned *ret)
{
	size_t digits = strspn(*text, "0123456789");
	unsigned value = 0;

	if (digits == 0 || digits > 4)
		return -EPROTO;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (unsigned)((*text)[i] - '0');
	*text += digits;
	*ret = value;
	return 0;
}

/* "N" or "N-die-M", what follows "package-". */
static int place_of(const char *text, struct rapl_place *ret)
{
	struct rapl_place place = { 0, 0, false };

	if (take_number(&text, &place.package) < 0)
		return -EPROTO;
	if (strncmp(text, "-die-", 5) == 0) {
		text += 5;
		place.has_die = true;
		if (take_number(&text, &place.die) < 0)
			return -EPROTO;
	}
	if (*text != '\0')
		return -EPROTO;
	*ret = place;
	return 0;
}

static int part_of(const char *name, enum rapl_part *ret)
{
	static const struct {
		const char *name;
		enum rapl_part part;
	} parts[] = { { "core", RAPL_CORE },
		      { "uncore", RAPL_UNCORE },
		      { "dram", RAPL_DRAM } };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (strcmp(name, parts[i].name) != 0)
			continue;
		*ret = parts[i].part;
		return 0;
	}
	return -EPROTO;
}

/* A part does not say of which package: it is its parent's. */
static int understand(struct powercap_zones *zones, struct powercap_zone *zone,
		      const char *name)
{
	const struct powercap_zone *parent;
	int r;

	if (strncmp(name, "package-", 8) == 0) {
		zone->part = RAPL_PACKAGE;
		return place_of(name + 8, &zone->place);
	}
	if (strcmp(name, "psys") == 0) {
		zone->part = RAPL_PSYS;
		return 0;
	}
	parent = find_entry(zones, zone->entry,
			    (size_t)(strrchr(zone->entry, ':') - zone->entry));
	if (!parent || !parent->known || parent->part != RAPL_PACKAGE)
		return -EPROTO;
	r = part_of(name, &zone->part);
	if (r == 0)
		zone->place = parent->place;
	return r;
}

static void name_zone(struct powercap_zones *zones, struct powercap_zone *zone)
{
	char path[RAPL_PATH_MAX + 8];
	char name[64] = "";
	int r;

	(void)snprintf(path, sizeof path, "%s/name", zone->dir);
	r = host_read_line(zones->host, path, name, sizeof name);
	if (r == -ENOENT && !host_exists(zones->host, zone->dir)) {
		zones->hidden = true;
		return;
	}
	if (r == 0)
		r = understand(zones, zone, name);
	zone->known = r == 0;
	if (r == 0 || !powercap_is_worth_telling(zones, r))
		return;
	rapl_clean_text(name);
	if (r == -EPROTO)
		(void)diag_say(zones->diag, r, "/%s names no part of a CPU: \"%s\"", path,
			       name);
	else
		(void)diag_fail(zones->diag, r, "cannot read /%s", path);
}

static bool is_mmio(const struct powercap_zone *zone)
{
	return strncmp(zone->entry, MMIO, strlen(MMIO)) == 0;
}

static int compare(const void *a, const void *b)
{
	const struct powercap_zone *x = a;
	const struct powercap_zone *y = b;

	if (is_mmio(x) != is_mmio(y))
		return is_mmio(x) - is_mmio(y);
	if ((x->part == RAPL_PSYS) != (y->part == RAPL_PSYS))
		return (x->part == RAPL_PSYS) - (y->part == RAPL_PSYS);
	if (x->place.package != y->place.package)
		return x->place.package < y->place.package ? -1 : 1;
	if (x->place.die != y->place.die)
		return x->place.die < y->place.die ? -1 : 1;
	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	return strverscmp(x->entry, y->entry);
}

void powercap_zones_find(struct powercap_zones *zones)
{
	zones->err = 0;
	zones->hidden = false;
	zones->count = 0;
	walk(zones, POWERCAP_DIR, 0);
	for (size_t i = 0; i < zones->count; i++)
		name_zone(zones, &zones->zone[i]);
	if (zones->count > 1)
		qsort(zones->zone, zones->count, sizeof zones->zone[0], compare);
}
