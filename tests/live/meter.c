/* SPDX-License-Identifier: Apache-2.0 */
#include "meter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an Intel server's counter has: 2^32 units of 61 uJ. */
#define RANGE_UJ UINT64_C(262143328911)
#define STEP_UJ  61

void meter_init(struct meter *meter)
{
	memset(meter, 0, sizeof *meter);
	meter->profile = (struct meter_profile){ 50000000, 50000000, METER_S_NS, 0 };
	meter->packages = 1;
	meter->range_uj = RANGE_UJ;
	meter->step_uj = STEP_UJ;
}

static uint64_t micro(const char *text)
{
	return (uint64_t)(strtod(text, NULL) * 1e6 + 0.5);
}

static int set_square(struct meter_profile *profile, const char *text)
{
	double low;
	double high;
	double period_ms;
	double duty;

	if (sscanf(text, "%lf:%lf:%lf:%lf", &low, &high, &period_ms, &duty) != 4 ||
	    !(period_ms > 0) || duty < 0 || duty > 100)
		return -EINVAL;
	profile->low_uw = (uint64_t)(low * 1e6 + 0.5);
	profile->high_uw = (uint64_t)(high * 1e6 + 0.5);
	profile->period_ns = (int64_t)(period_ms * 1e6 + 0.5);
	profile->high_ns = (int64_t)(period_ms * duty * 1e4 + 0.5);
	return 0;
}

static bool set_number(struct meter *meter, const char *key, const char *value)
{
	const struct {
		const char *key;
		uint64_t *to;
	} rows[] = { { "range_uj", &meter->range_uj }, { "step_uj", &meter->step_uj } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(key, rows[i].key) != 0)
			continue;
		*rows[i].to = strtoull(value, NULL, 10);
		return true;
	}
	return false;
}

static bool set_flag(struct meter *meter, const char *key, const char *value)
{
	const struct {
		const char *key;
		bool *to;
	} rows[] = { { "dram", &meter->dram },     { "core", &meter->core },
		     { "uncore", &meter->uncore }, { "psys", &meter->psys },
		     { "mmio", &meter->mmio },     { "mirror", &meter->mirror } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(key, rows[i].key) != 0)
			continue;
		*rows[i].to = strcmp(value, "0") != 0;
		return true;
	}
	return false;
}

int meter_set(struct meter *meter, const char *key, const char *value)
{
	if (strcmp(key, "square") == 0)
		return set_square(&meter->profile, value);
	if (strcmp(key, "power") == 0)
		meter->profile.low_uw = meter->profile.high_uw = micro(value);
	else if (strcmp(key, "update_us") == 0)
		meter->update_ns = strtoll(value, NULL, 10) * 1000;
	else if (strcmp(key, "wrap_in_j") == 0)
		meter->wrap_in_uj = micro(value);
	else if (strcmp(key, "packages") == 0)
		meter->packages = *value == '2' ? 2 : 1;
	else if (!set_number(meter, key, value) && !set_flag(meter, key, value))
		return -EINVAL;
	return meter->step_uj == 0 ? -EINVAL : 0;
}

/* --- the truth ---------------------------------------------------------------------------- */

/* Package 1 draws a quarter more than package 0, so that the two cannot be confused. */
static uint64_t scaled(const struct meter *meter, const struct meter_zone *zone,
		       meter_wide value)
{
	unsigned percent = 100 + 25 * (meter->mirror ? 0 : zone->package);

	return (uint64_t)(value * zone->permille * percent / 100000);
}

uint64_t meter_true_uj(const struct meter *meter, const struct meter_zone *zone,
		       int64_t t_ns)
{
	const struct meter_profile *p = &meter->profile;
	meter_wide whole = (meter_wide)(t_ns / p->period_ns);
	int64_t rest_ns = t_ns % p->period_ns;
	int64_t high_ns = rest_ns < p->high_ns ? rest_ns : p->high_ns;
	meter_wide sum;

	sum = whole * ((meter_wide)p->high_uw * (uint64_t)p->high_ns +
		       (meter_wide)p->low_uw * (uint64_t)(p->period_ns - p->high_ns));
	sum += (meter_wide)p->high_uw * (uint64_t)high_ns +
	       (meter_wide)p->low_uw * (uint64_t)(rest_ns - high_ns);
	return scaled(meter, zone, sum / (uint64_t)METER_S_NS);
}

uint64_t meter_uw(const struct meter *meter, const struct meter_zone *zone, int64_t t_ns)
{
	const struct meter_profile *p = &meter->profile;
	bool high = t_ns % p->period_ns < p->high_ns;

	return scaled(meter, zone, high ? p->high_uw : p->low_uw);
}

uint64_t meter_count_uj(const struct meter *meter, const struct meter_zone *zone,
			int64_t t_ns)
{
	if (zone->fault.frozen_ns)
		t_ns = zone->fault.frozen_ns;
	if (meter->update_ns)
		t_ns -= t_ns % meter->update_ns;
	return meter_true_uj(meter, zone, t_ns) + zone->start_uj - zone->less_uj;
}

/* --- zones -------------------------------------------------------------------------------- */

/* What a counter showed before anyone looked: not the same for any two. */
static uint64_t start_of(const struct meter *meter, const struct meter_zone *zone,
			 size_t index, int64_t now_ns)
{
	uint64_t true_uj = meter_true_uj(meter, zone, now_ns);

	if (meter->wrap_in_uj)
		return 2 * zone->range_uj - true_uj % zone->range_uj - meter->wrap_in_uj;
	if (meter->mirror)
		index = 0;
	return (index + 1) * UINT64_C(7919) * METER_UJ_PER_J;
}

static void add(struct meter *meter, const char *part, unsigned package,
		uint64_t permille)
{
	struct meter_zone *zone = &meter->zone[meter->count++];

	if (strcmp(part, "psys") == 0)
		(void)snprintf(zone->name, sizeof zone->name, "psys");
	else
		(void)snprintf(zone->name, sizeof zone->name, "%s-%u", part, package);
	zone->package = package;
	zone->permille = permille;
	zone->range_uj = meter->range_uj;
	zone->generation = 1;
}

void meter_build(struct meter *meter, int64_t now_ns)
{
	for (unsigned i = 0; i < meter->packages; i++) {
		add(meter, "package", i, 1000);
		if (meter->core)
			add(meter, "core", i, 600);
		if (meter->uncore)
			add(meter, "uncore", i, 50);
		if (meter->dram)
			add(meter, "dram", i, 150);
	}
	if (meter->psys)
		add(meter, "psys", 0, 1400);
	for (size_t i = 0; i < meter->count; i++)
		meter->zone[i].start_uj = start_of(meter, &meter->zone[i], i, now_ns);
}

struct meter_zone *meter_find(struct meter *meter, const char *name)
{
	for (size_t i = 0; i < meter->count; i++)
		if (strcmp(meter->zone[i].name, name) == 0)
			return &meter->zone[i];
	return NULL;
}
