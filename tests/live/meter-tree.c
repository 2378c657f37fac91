/* SPDX-License-Identifier: Apache-2.0 */
#include "meter-tree.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define POWERCAP  "/sys/class/powercap"
#define PMU       "/sys/bus/event_source/devices/power"
#define PMU_TYPE  27
#define MSR_UNIT  0x606
#define MSR_INFO  0x614
#define UNITS     UINT64_C(0xA0E03) /* 2^-3 W, 2^-14 J */
#define UNIT_BITS 14
#define DRAM_BITS 16 /* what this Xeon's memory counts in, whatever UNITS says */

/* The parts, by their perf event and their register. */
static const struct part {
	const char *name;
	const char *event;
	unsigned config;
	int64_t msr;
	unsigned bits;
} parts[] = {
	{ "package", "energy-pkg", 2, 0x611, UNIT_BITS },
	{ "core", "energy-cores", 1, 0x639, UNIT_BITS },
	{ "dram", "energy-ram", 3, 0x619, DRAM_BITS },
	{ "psys", "energy-psys", 5, 0x64D, UNIT_BITS },
	{ "uncore", "energy-gpu", 4, 0x641, UNIT_BITS },
};

#define PART_COUNT (sizeof parts / sizeof parts[0])

int64_t meter_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * METER_S_NS + now.tv_nsec;
}

void meter_tree_init(struct meter_tree *tree)
{
	memset(tree, 0, sizeof *tree);
	meter_init(&tree->meter);
	tree->powercap = true;
	tree->cpus = 2;
	tree->limit_uw = 125000000;
}

static bool set_own(struct meter_tree *tree, const char *key, const char *value)
{
	bool on = strcmp(value, "0") != 0;

	if (strcmp(key, "powercap") == 0)
		tree->powercap = on;
	else if (strcmp(key, "perf") == 0)
		tree->perf = on;
	else if (strcmp(key, "msr") == 0)
		tree->msr = on;
	else if (strcmp(key, "amdgpu") == 0)
		tree->amdgpu = on;
	else if (strcmp(key, "cpus") == 0)
		tree->cpus = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(key, "limit_w") == 0)
		tree->limit_uw = strtoull(value, NULL, 10) * METER_UJ_PER_J;
	else if (strcmp(key, "nvml") == 0)
		(void)snprintf(tree->nvml, sizeof tree->nvml, "%s", value);
	else if (strcmp(key, "log") == 0)
		tree->log = fopen(value, "ae");
	else
		return false;
	return true;
}

int meter_tree_set(struct meter_tree *tree, const char *word)
{
	const char *equals = strchr(word, '=');
	char key[32];

	if (!equals || (size_t)(equals - word) >= sizeof key)
		return -EINVAL;
	memcpy(key, word, (size_t)(equals - word));
	key[equals - word] = '\0';
	if (set_own(tree, key, equals + 1))
		return 0;
	return meter_set(&tree->meter, key, equals + 1);
}

/* --- what there is ------------------------------------------------------------------------ */

static struct meter_node *find_any(struct meter_tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->count; i++)
		if (strcmp(tree->node[i].path, path) == 0)
			return &tree->node[i];
	return NULL;
}

/* With the folders above it. */
static struct meter_node *add(struct meter_tree *tree, enum meter_kind kind,
			      const char *path)
{
	struct meter_node *node;
	char above[METER_PATH_MAX];
	char *slash;

	(void)snprintf(above, sizeof above, "%s", path);
	slash = strrchr(above, '/');
	if (slash && slash[1] != '\0') {
		slash[slash == above] = '\0';
		if (!find_any(tree, above))
			(void)add(tree, METER_DIR, above);
	}
	assert(tree->count < METER_NODES_MAX);
	node = &tree->node[tree->count++];
	node->kind = kind;
	(void)snprintf(node->path, sizeof node->path, "%s", path);
	return node;
}

__attribute__((format(printf, 3, 4))) static void add_text(struct meter_tree *tree,
							   const char *path,
							   const char *fmt, ...)
{
	struct meter_node *node = add(tree, METER_TEXT, path);
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(node->text, sizeof node->text, fmt, args);
	va_end(args);
}

static void add_counter(struct meter_tree *tree, enum meter_kind kind, const char *path,
			struct meter_zone *zone)
{
	add(tree, kind, path)->zone = zone;
}

/* The driver tells the largest value, one unit short of the range. */
static uint64_t largest_of(uint64_t range_uj)
{
	return range_uj - ((range_uj + (UINT64_C(1) << 31)) >> 32);
}

/* A name in the driver's words: package-0, but core and dram without their number. */
static void zone_name(const struct meter_zone *zone, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%s", zone->name);
	if (strncmp(buf, "package", 7) != 0)
		buf[strcspn(buf, "-")] = '\0';
}

static void add_powercap(struct meter_tree *tree, const char *entry,
			 struct meter_zone *zone)
{
	char dir[64];
	char path[METER_PATH_MAX];
	char name[32];

	(void)snprintf(dir, sizeof dir, POWERCAP "/%s", entry);
	zone_name(zone, name, sizeof name);
	(void)snprintf(path, sizeof path, "%s/name", dir);
	add_text(tree, path, "%s\n", name);
	(void)snprintf(path, sizeof path, "%s/max_energy_range_uj", dir);
	add_text(tree, path, "%llu\n", (unsigned long long)largest_of(zone->range_uj));
	(void)snprintf(path, sizeof path, "%s/constraint_0_max_power_uw", dir);
	add_text(tree, path, "%llu\n", (unsigned long long)tree->limit_uw);
	(void)snprintf(path, sizeof path, "%s/energy_uj", dir);
	add_counter(tree, METER_ENERGY, path, zone);
}

static void build_powercap(struct meter_tree *tree)
{
	struct meter *meter = &tree->meter;
	char entry[48];
	unsigned top = 0;
	unsigned sub = 0;

	for (size_t i = 0; i < meter->count; i++) {
		struct meter_zone *zone = &meter->zone[i];
		bool package = strncmp(zone->name, "package", 7) == 0;

		if (package || strcmp(zone->name, "psys") == 0) {
			(void)snprintf(entry, sizeof entry, "intel-rapl:%u", top++);
			sub = 0;
		} else {
			(void)snprintf(entry, sizeof entry, "intel-rapl:%u:%u", top - 1,
				       sub++);
		}
		add_powercap(tree, entry, zone);
		if (package && meter->mmio) {
			(void)snprintf(entry, sizeof entry, "intel-rapl-mmio:%u",
				       zone->package);
			add_powercap(tree, entry, zone);
		}
	}
}

static const struct part *part_of(const struct meter_zone *zone)
{
	for (size_t i = 0; i < PART_COUNT; i++)
		if (strncmp(zone->name, parts[i].name, strlen(parts[i].name)) == 0)
			return &parts[i];
	return NULL;
}

/* CPU 0 is of package 0, the upper half of package 1. */
static unsigned first_cpu(const struct meter_tree *tree, unsigned package)
{
	return package == 0 ? 0 : tree->cpus / 2;
}

static void build_perf(struct meter_tree *tree)
{
	struct meter *meter = &tree->meter;
	char path[METER_PATH_MAX];

	add_text(tree, PMU "/type", "%d\n", PMU_TYPE);
	if (meter->packages == 2)
		add_text(tree, PMU "/cpumask", "0,%u\n", first_cpu(tree, 1));
	else
		add_text(tree, PMU "/cpumask", "0\n");
	for (size_t i = 0; i < meter->count; i++) {
		struct meter_zone *zone = &meter->zone[i];
		const struct part *part = part_of(zone);

		(void)snprintf(path, sizeof path, "/dev/perf/%d/%u/cpu%u", PMU_TYPE,
			       part->config, first_cpu(tree, zone->package));
		add_counter(tree, METER_PERF, path, zone);
		(void)snprintf(path, sizeof path, PMU "/events/%s", part->event);
		if (find_any(tree, path))
			continue;
		add_text(tree, path, "event=0x%02x\n", part->config);
		(void)snprintf(path, sizeof path, PMU "/events/%s.unit", part->event);
		add_text(tree, path, "Joules\n");
		(void)snprintf(path, sizeof path, PMU "/events/%s.scale", part->event);
		add_text(tree, path, "2.3283064365386962890625e-10\n");
	}
}

static void build_cpus(struct meter_tree *tree)
{
	char path[METER_PATH_MAX];

	for (unsigned cpu = 0; cpu < tree->cpus; cpu++) {
		unsigned package = tree->meter.packages == 2 && cpu >= first_cpu(tree, 1);

		(void)snprintf(path, sizeof path,
			       "/sys/devices/system/cpu/cpu%u/topology/"
			       "physical_package_id",
			       cpu);
		add_text(tree, path, "%u\n", package);
		if (!tree->msr)
			continue;
		(void)snprintf(path, sizeof path, "/dev/cpu/%u/msr", cpu);
		add(tree, METER_MSR, path)->package = package;
	}
	add_text(tree, "/proc/cpuinfo",
		 "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\n"
		 "model\t\t: 85\nmodel name\t: Intel(R) Xeon(R) Gold 6154 CPU @ 3.00GHz\n"
		 "physical id\t: 0\ncpu cores\t: 2\nflags\t\t: fpu tsc msr\n\n");
}

static void build_amdgpu(struct meter_tree *tree)
{
	add_text(tree, "/sys/class/hwmon/hwmon0/name", "amdgpu\n");
	add_counter(tree, METER_POWER, "/sys/class/hwmon/hwmon0/power1_average",
		    &tree->meter.zone[0]);
}

void meter_tree_build(struct meter_tree *tree, int64_t now_ns)
{
	meter_build(&tree->meter, now_ns);
	(void)add(tree, METER_DIR, "/");
	(void)add(tree, METER_CONTROL, "/control");
	build_cpus(tree);
	if (tree->powercap)
		build_powercap(tree);
	if (tree->perf)
		build_perf(tree);
	if (tree->amdgpu)
		build_amdgpu(tree);
	if (tree->nvml[0] != '\0')
		(void)snprintf(add(tree, METER_LINK, "/lib/libnvidia-ml.so.1")->text,
			       METER_TEXT_MAX, "%s", tree->nvml);
}

struct meter_node *meter_tree_find(struct meter_tree *tree, const char *path)
{
	struct meter_node *node = find_any(tree, path);

	return node && node->zone && node->zone->fault.vanished ? NULL : node;
}

/* --- what a read gives -------------------------------------------------------------------- */

static void rest_ms(unsigned ms)
{
	struct timespec wait = { ms / 1000, (long)(ms % 1000) * 1000000 };

	if (ms)
		(void)nanosleep(&wait, NULL);
}

/* The errno that this read of the zone fails with, or 0. Spends the fault. */
static int spend(struct meter_fault *fault, const char *way)
{
	int err;

	if (fault->way[0] != '\0' && strcmp(fault->way, way) != 0)
		return 0;
	rest_ms(fault->slow_ms);
	if (fault->vanished)
		return ENODEV;
	if (fault->err == 0)
		return 0;
	if (fault->every && ++fault->reads % fault->every != 0)
		return 0;
	err = fault->err;
	if (fault->left > 0 && --fault->left == 0)
		fault->err = 0;
	return err;
}

static const char *way_of(const struct meter_node *node)
{
	if (node->kind == METER_ENERGY)
		return "powercap";
	return node->kind == METER_PERF ? "perf" : "hwmon";
}

int meter_tree_open(const struct meter_node *node)
{
	const struct meter_fault *fault = node->zone ? &node->zone->fault : NULL;

	if (!fault || fault->err != EACCES || fault->every)
		return 0;
	return fault->way[0] == '\0' || strcmp(fault->way, way_of(node)) == 0 ? -EACCES
									      : 0;
}

static int give(char *buf, size_t size, int64_t offset, const void *bytes, size_t length)
{
	if (offset < 0 || (size_t)offset >= length)
		return 0;
	length -= (size_t)offset;
	if (length > size)
		length = size;
	memcpy(buf, (const char *)bytes + offset, length);
	return (int)length;
}

static void log_read(struct meter_tree *tree, const char *way,
		     const struct meter_zone *zone, int64_t t_ns, int err)
{
	if (!tree->log)
		return;
	(void)fprintf(tree->log, "%lld %s %s %d\n", (long long)t_ns, way, zone->name,
		      err);
	(void)fflush(tree->log);
}

static uint64_t energy_uj(const struct meter *meter, const struct meter_zone *zone,
			  int64_t t_ns)
{
	uint64_t uj = meter_count_uj(meter, zone, t_ns);

	uj -= uj % meter->step_uj;
	return zone->range_uj ? uj % zone->range_uj : uj;
}

static int read_counter(struct meter_tree *tree, struct meter_node *node, char *buf,
			size_t size, int64_t offset)
{
	const struct meter *meter = &tree->meter;
	struct meter_zone *zone = node->zone;
	const char *way = way_of(node);
	int err = spend(&zone->fault, way);
	int64_t t_ns = meter_now_ns();
	uint64_t count = meter_count_uj(meter, zone, t_ns);
	char text[32];
	int length;

	log_read(tree, way, zone, t_ns, err);
	if (err)
		return -err;
	rest_ms(zone->fault.late_ms);
	if (zone->fault.garbage)
		return give(buf, size, offset, "energy\n", 7);
	if (node->kind == METER_PERF) {
		count -= count % meter->step_uj;
		count = (uint64_t)(((meter_wide)count << 32) / METER_UJ_PER_J);
		return give(buf, size, offset, &count, sizeof count);
	}
	count = node->kind == METER_ENERGY ? energy_uj(meter, zone, t_ns)
					   : meter_uw(meter, zone, t_ns);
	length = snprintf(text, sizeof text, "%llu\n", (unsigned long long)count);
	return give(buf, size, offset, text, (size_t)length);
}

static struct meter_zone *zone_of_register(struct meter *meter, unsigned package,
					   int64_t offset, const struct part **ret_part)
{
	for (size_t i = 0; i < meter->count; i++) {
		*ret_part = part_of(&meter->zone[i]);
		if ((*ret_part)->msr == offset && meter->zone[i].package == package)
			return &meter->zone[i];
	}
	return NULL;
}

/* A register that is not there fails with EIO, as the msr driver has it. */
static int read_msr(struct meter_tree *tree, const struct meter_node *node, char *buf,
		    size_t size, int64_t offset)
{
	const struct part *part;
	struct meter_zone *zone =
		zone_of_register(&tree->meter, node->package, offset, &part);
	uint64_t value = 0;
	int64_t t_ns;
	int err;

	if (offset == MSR_UNIT)
		value = UNITS;
	else if (offset == MSR_INFO)
		value = tree->limit_uw / METER_UJ_PER_J * 8;
	else if (!zone)
		return -EIO;
	if (!zone)
		return give(buf, size, 0, &value, sizeof value);
	err = spend(&zone->fault, "msr");
	t_ns = meter_now_ns();
	log_read(tree, "msr", zone, t_ns, err);
	if (err)
		return -err;
	value = (uint64_t)(((meter_wide)meter_count_uj(&tree->meter, zone, t_ns)
			    << part->bits) /
			   METER_UJ_PER_J);
	value &= UINT32_MAX;
	return give(buf, size, 0, &value, zone->fault.garbage ? 4 : sizeof value);
}

int meter_tree_read(struct meter_tree *tree, struct meter_node *node, char *buf,
		    size_t size, int64_t offset)
{
	if (node->kind == METER_MSR)
		return read_msr(tree, node, buf, size, offset);
	if (node->zone)
		return read_counter(tree, node, buf, size, offset);
	return give(buf, size, offset, node->text, strlen(node->text));
}

/* --- the control file --------------------------------------------------------------------- */

struct order {
	const char *verb;
	const char *value; /* NULL: there was none */
	const char *zone;  /* NULL: all */
	const char *way;   /* NULL: all */
	unsigned count;
	unsigned every;
	bool reset;
};

static int errno_of(const char *name)
{
	static const struct {
		const char *name;
		int err;
	} rows[] = { { "EIO", EIO },         { "EACCES", EACCES }, { "ENODEV", ENODEV },
		     { "ENODATA", ENODATA }, { "EAGAIN", EAGAIN }, { NULL, 0 } };

	for (size_t i = 0; name && rows[i].name; i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].err;
	return EIO;
}

static void come_back(const struct meter *meter, struct meter_zone *zone, bool reset)
{
	if (zone->fault.vanished)
		zone->generation++;
	zone->fault.vanished = false;
	if (reset)
		zone->less_uj += meter_count_uj(meter, zone, meter_now_ns());
}

static int obey(const struct meter *meter, struct meter_zone *zone,
		const struct order *order)
{
	struct meter_fault *fault = &zone->fault;
	const char *verb = order->verb;
	uint64_t value = order->value ? strtoull(order->value, NULL, 10) : 0;

	(void)snprintf(fault->way, sizeof fault->way, "%s", order->way ? order->way : "");
	if (strcmp(verb, "fail") == 0) {
		fault->err = errno_of(order->value);
		fault->left = order->count;
		fault->every = order->every;
	} else if (strcmp(verb, "clear") == 0) {
		memset(fault, 0, sizeof *fault);
	} else if (strcmp(verb, "vanish") == 0) {
		fault->vanished = true;
	} else if (strcmp(verb, "return") == 0) {
		come_back(meter, zone, order->reset);
	} else if (strcmp(verb, "freeze") == 0) {
		fault->frozen_ns = meter_now_ns();
	} else if (strcmp(verb, "thaw") == 0) {
		fault->frozen_ns = 0;
	} else if (strcmp(verb, "back") == 0) {
		zone->less_uj += value;
	} else if (strcmp(verb, "garbage") == 0) {
		fault->garbage = true;
	} else if (strcmp(verb, "slow_ms") == 0) {
		fault->slow_ms = (unsigned)value;
	} else if (strcmp(verb, "late_ms") == 0) {
		fault->late_ms = (unsigned)value;
	} else {
		return -EINVAL;
	}
	return 0;
}

static void take_word(struct order *order, char *word)
{
	char *value = strchr(word, '=');

	if (value)
		*value++ = '\0';
	if (!order->verb) {
		order->verb = word;
		order->value = value;
	} else if (value && strcmp(word, "zone") == 0) {
		order->zone = value;
	} else if (value && strcmp(word, "way") == 0) {
		order->way = value;
	} else if (value && strcmp(word, "count") == 0) {
		order->count = (unsigned)strtoul(value, NULL, 10);
	} else if (value && strcmp(word, "every") == 0) {
		order->every = (unsigned)strtoul(value, NULL, 10);
	} else if (value && strcmp(word, "reset") == 0) {
		order->reset = *value == '1';
	}
}

int meter_tree_control(struct meter_tree *tree, char *line)
{
	struct order order = { 0 };
	char *rest = NULL;
	int r = -EINVAL;

	for (char *word = strtok_r(line, " \t\n", &rest); word;
	     word = strtok_r(NULL, " \t\n", &rest))
		take_word(&order, word);
	for (size_t i = 0; order.verb && i < tree->meter.count; i++) {
		struct meter_zone *zone = &tree->meter.zone[i];

		if (!order.zone || strcmp(order.zone, zone->name) == 0)
			r = obey(&tree->meter, zone, &order);
	}
	return r;
}
