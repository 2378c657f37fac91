/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  /sys/class/hwmon, the chips of hwmon-rows.def: GPU boards, Jetson rails, Grace and
 *	   other ACPI meters, amd_energy.
 * Gives:  amdgpu-N i915-N xe-N rail-LABEL grace-N node-acpi-N package-N.
 * Needs:  nothing; amd_energy is root's (CVE-2020-12912).
 * Limits: A board that sleeps (runtime PM) is not read, as a read may wake it: that time is a
 *	   gap. Kernels older than the check keep a board awake while it is read. i915 and xe
 *	   unwrap 32 bits only when somebody reads: once in 15 minutes at 250 W. A rail is two
 *	   reads, volts and amperes, microseconds apart; on Jetson each is an I2C transfer of
 *	   about 0.1 ms. Vendors do not state what their meters' gain error is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "source/hwmon-chip.h"
#include "source/source.h"

#define ABSURD_UW      UINT64_C(1000000000000) /* 1 MW */
#define INTERVAL_MAX_S 60

enum way { COUNTER, METER, RAIL, VOLT_AMP };

struct hwmon_row {
	const char *chip;
	const char *label;
	const char *only;
	const char *id;
	const char *device; /* NULL: the chip's */
	const char *inside; /* NULL: nothing */
	const char *note;
	enum way way;
	unsigned channel; /* 0: any */
	enum family family;
	enum boundary boundary;
	int moves_ms;
	uint32_t gain_u_permille;
};

static const struct hwmon_row hwmon_rows[] = {
#define HWMON(...) { __VA_ARGS__ },
#include "source/hwmon-rows.def"
#undef HWMON
};

/* The files of each way, best first; %u is the channel. */
struct way_files {
	const char *value[2];
	const char *amperes;
	const char *label[2];
};

static const struct way_files way_files[] = {
	[COUNTER] = { { "energy%u_input", NULL }, NULL, { "energy%u_label", NULL } },
	[METER] = { { "power%u_average", "power%u_input" },
		    NULL,
		    { "power%u_label", "power%u_oem_info" } },
	[RAIL] = { { "power%u_input", NULL }, NULL, { "power%u_label", NULL } },
	[VOLT_AMP] = { { "in%u_input", NULL }, "curr%u_input", { "in%u_label", NULL } },
};

struct sensor {
	const struct hwmon_row *row;
	struct hwmon_chip chip;
	unsigned channel;
	const char *value; /* which of way_files */
	int fd;
	int amperes_fd;
	int status_fd; /* device/power/runtime_status of a board, -1: it does not sleep */
	uint32_t epoch;
	bool read_before;
	int64_t read_ns;
};

struct hwmon {
	const struct host *host;
	size_t count;
	struct domain domains[DOMAINS_MAX];
	struct sensor sensors[DOMAINS_MAX];
};

/* One sensor of a chip before a row is chosen. */
struct found {
	const struct hwmon_chip *chip;
	enum way way;
	unsigned channel;
	const char *value;
	char label[DOMAIN_TEXT_MAX];
};

static void file_path(char *buf, size_t size, const struct hwmon_chip *chip,
		      const char *file, unsigned channel)
{
	const char *percent = strstr(file, "%u");

	if (percent)
		(void)snprintf(buf, size, "%s/%.*s%u%s", chip->dir, (int)(percent - file),
			       file, channel, percent + 2);
	else
		(void)snprintf(buf, size, "%s/%s", chip->dir, file);
}

/* "energy12_input" against "energy%u_input" gives 12. */
static bool channel_of(const char *name, const char *file, unsigned *ret)
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
	char path[2 * HWMON_PATH_MAX];
	char text[64];

	if (!equals)
		return true;
	(void)snprintf(path, sizeof path, "%s/%.*s", chip->dir, (int)(equals - only),
		       only);
	hwmon_text(host, path, text, sizeof text);
	return strcmp(text, equals + 1) == 0;
}

static const struct hwmon_row *row_of(const struct host *host, const struct found *found,
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

/* The channel's label, else the chip's own from the device tree, else none. */
static void label_of(const struct host *host, struct found *found)
{
	char path[2 * HWMON_PATH_MAX];

	found->label[0] = '\0';
	for (size_t i = 0; i < 2 && found->label[0] == '\0'; i++) {
		const char *file = way_files[found->way].label[i];

		if (!file)
			break;
		file_path(path, sizeof path, found->chip, file, found->channel);
		hwmon_text(host, path, found->label, sizeof found->label);
	}
	if (found->label[0] == '\0' && found->way == RAIL) {
		file_path(path, sizeof path, found->chip, "label", 0);
		hwmon_text(host, path, found->label, sizeof found->label);
	}
}

static const struct domain *domain_with(const struct hwmon *hwmon, const char *id)
{
	for (size_t i = 0; i < hwmon->count; i++)
		if (strcmp(hwmon->domains[i].id, id) == 0)
			return &hwmon->domains[i];
	return NULL;
}

/* Two rails of one name are two rails: the second bears its device and channel too. */
static void name_apart(const struct hwmon *hwmon, const struct found *found,
		       struct domain *domain)
{
	char id[DOMAIN_ID_MAX + DOMAIN_TEXT_MAX + 16];

	if (!domain_with(hwmon, domain->id))
		return;
	(void)snprintf(id, sizeof id, "%s-%s-%u", domain->id, found->chip->device,
		       found->channel);
	(void)copy_text(domain->id, sizeof domain->id, id);
}

/* What '@' stands for where the board's makers gave no label: "1-0041-2". */
static void stand_in(const struct found *found, char *buf, size_t size)
{
	const char *name = found->chip->device[0] ? found->chip->device
						  : strrchr(found->chip->hwmon, '/') + 1;

	if (found->way == VOLT_AMP)
		(void)snprintf(buf, size, "%s-%u", name, found->channel);
	else
		(void)snprintf(buf, size, "%s", name);
}

static int64_t pace_of(const struct host *host, const struct hwmon_row *row,
		       const struct found *found)
{
	char path[2 * HWMON_PATH_MAX];
	uint64_t ms;

	file_path(path, sizeof path, found->chip, "power%u_average_interval",
		  found->channel);
	if (row->way == METER && host_read_u64(host, path, &ms) == 0 && ms > 0 &&
	    ms <= INTERVAL_MAX_S * 1000)
		return (ms < 100 ? 100 : (int64_t)ms) * NS_PER_MS;
	return row->moves_ms * NS_PER_MS;
}

static void describe(const struct hwmon *hwmon, const struct hwmon_row *row,
		     const struct found *found, unsigned number, struct domain *domain)
{
	char id[DOMAIN_ID_MAX];
	char label[DOMAIN_TEXT_MAX + 16];

	(void)copy_text(label, sizeof label, found->label);
	if (label[0] == '\0')
		stand_in(found, label, sizeof label);
	fill_in(id, sizeof id, row->id, number, label);
	domain_init(domain, id, row->family);
	name_apart(hwmon, found, domain);
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
	domain->measure = row->way == COUNTER ? MEASURE_ENERGY : MEASURE_POWER;
	if (row->way == COUNTER)
		domain->update_ns = row->moves_ms * NS_PER_MS;
	else
		domain->pace_ns = pace_of(hwmon->host, row, found);
}

static void sensor_close(struct sensor *sensor)
{
	close_fd(&sensor->fd);
	close_fd(&sensor->amperes_fd);
	close_fd(&sensor->status_fd);
	sensor->fd = -1;
	sensor->amperes_fd = -1;
	sensor->status_fd = -1;
}

static int sensor_open(const struct host *host, struct sensor *sensor)
{
	const char *amperes = way_files[sensor->row->way].amperes;
	char path[2 * HWMON_PATH_MAX];

	file_path(path, sizeof path, &sensor->chip, sensor->value, sensor->channel);
	sensor->fd = host_open(host, path, O_RDONLY);
	if (sensor->fd < 0)
		return sensor->fd;
	if (amperes) {
		file_path(path, sizeof path, &sensor->chip, amperes, sensor->channel);
		sensor->amperes_fd = host_open(host, path, O_RDONLY);
		if (sensor->amperes_fd < 0)
			return sensor->amperes_fd;
	}
	if (sensor->row->family == FAMILY_GPU && sensor->row->way != VOLT_AMP) {
		(void)snprintf(path, sizeof path, "%s/device/power/runtime_status",
			       sensor->chip.hwmon);
		sensor->status_fd = host_open(host, path, O_RDONLY);
	}
	return 0;
}

static int refused(struct diag *diag, int err, const struct found *found)
{
	char path[2 * HWMON_PATH_MAX];

	file_path(path, sizeof path, found->chip, found->value, found->channel);
	if (diag && diag->err)
		return err;
	(void)diag_fail(diag, err, "cannot read /%s (%s)", path, found->chip->name);
	if (err == -EACCES)
		diag_fix(diag, "sudo chmod a+r /%s", path);
	return err;
}

static int sensor_add(struct hwmon *hwmon, struct diag *diag, const struct found *found)
{
	unsigned number;
	const struct hwmon_row *row = row_of(hwmon->host, found, &number);
	struct sensor *sensor = &hwmon->sensors[hwmon->count];
	int r;

	if (!row || row->id[0] == '\0')
		return 0;
	if (hwmon->count == DOMAINS_MAX)
		return diag_say(diag, -ENOSPC, "more than %d hwmon sensors", DOMAINS_MAX);
	*sensor = (struct sensor){ .row = row,
				   .chip = *found->chip,
				   .channel = found->channel,
				   .value = found->value,
				   .fd = -1,
				   .amperes_fd = -1,
				   .status_fd = -1 };
	r = sensor_open(hwmon->host, sensor);
	if (r < 0) {
		sensor_close(sensor);
		return refused(diag, r, found);
	}
	describe(hwmon, row, found, number, &hwmon->domains[hwmon->count]);
	hwmon->count++;
	return 0;
}

static bool names_have(const struct names *names, const char *file, unsigned channel)
{
	for (size_t i = 0; i < names->count; i++) {
		unsigned other;

		if (channel_of(names->name[i], file, &other) && other == channel)
			return true;
	}
	return false;
}

/* Goes through one file pattern of a way; a channel that a better file gave is passed over. */
static int add_files(struct hwmon *hwmon, struct diag *diag, struct found *found,
		     const struct names *names)
{
	const struct way_files *files = &way_files[found->way];
	int first = 0;

	for (size_t i = 0; i < names->count; i++) {
		int r;

		if (!channel_of(names->name[i], found->value, &found->channel))
			continue;
		if (found->value == files->value[1] &&
		    names_have(names, files->value[0], found->channel))
			continue;
		if (files->amperes && !names_have(names, files->amperes, found->channel))
			continue;
		label_of(hwmon->host, found);
		r = sensor_add(hwmon, diag, found);
		first = first < 0 ? first : r;
	}
	return first;
}

static bool chip_has_way(const struct hwmon_chip *chip, enum way way)
{
	for (size_t i = 0; i < ARRAY_SIZE(hwmon_rows); i++)
		if (strcmp(hwmon_rows[i].chip, chip->name) == 0 &&
		    hwmon_rows[i].way == way)
			return true;
	return false;
}

static int chip_add(struct hwmon *hwmon, struct diag *diag, const struct hwmon_chip *chip)
{
	CLEANUP(names_done) struct names names = { NULL, 0 };
	int first = host_names(hwmon->host, chip->dir, &names);

	for (enum way way = COUNTER; way <= VOLT_AMP; way++) {
		struct found found = { .chip = chip, .way = way };

		if (!chip_has_way(chip, way))
			continue;
		for (size_t i = 0; i < 2 && way_files[way].value[i]; i++) {
			int r;

			found.value = way_files[way].value[i];
			r = add_files(hwmon, diag, &found, &names);
			first = first < 0 ? first : r;
		}
	}
	return first;
}

/* A part whose whole is not there is a whole. */
static void settle_inside(struct hwmon *hwmon)
{
	for (size_t i = 0; i < hwmon->count; i++) {
		struct domain *domain = &hwmon->domains[i];

		if (domain->inside[0] && !domain_with(hwmon, domain->inside))
			domain->inside[0] = '\0';
	}
}

/* The first sensor of a chip that has power or energy and is in no row, for people. */
static bool stranger(const struct host *host, struct diag *diag,
		     const struct hwmon_chip *chip)
{
	CLEANUP(names_done) struct names names = { NULL, 0 };

	if (host_names(host, chip->dir, &names) < 0)
		return false;
	for (size_t i = 0; i < names.count; i++) {
		unsigned channel;

		if (!channel_of(names.name[i], "power%u_input", &channel) &&
		    !channel_of(names.name[i], "power%u_average", &channel) &&
		    !channel_of(names.name[i], "energy%u_input", &channel))
			continue;
		(void)diag_say(diag, -ENODEV,
			       "%s '%s' has %s, which gramme does not know",
			       strrchr(chip->hwmon, '/') + 1, chip->name, names.name[i]);
		return true;
	}
	return false;
}

static int nothing(const struct host *host, struct diag *diag,
		   const struct hwmon_chip *chips, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (stranger(host, diag, &chips[i]))
			return -ENODEV;
	return diag_say(diag, -ENODEV, "no power or energy sensor in /sys/class/hwmon");
}

static void hwmon_close(void *state)
{
	struct hwmon *hwmon = state;

	if (!hwmon)
		return;
	for (size_t i = 0; i < hwmon->count; i++)
		sensor_close(&hwmon->sensors[i]);
	free(hwmon);
}

static void hwmon_close_ptr(struct hwmon **hwmon)
{
	hwmon_close(*hwmon);
}

static int hwmon_open(const struct host *host, struct diag *diag, void **ret_state)
{
	CLEANUP(hwmon_close_ptr) struct hwmon *hwmon = calloc(1, sizeof *hwmon);
	AUTO_FREE struct hwmon_chip *chips = calloc(HWMON_CHIPS_MAX, sizeof *chips);
	size_t count;
	int first = 0;
	int r;

	if (!hwmon || !chips)
		return diag_fail(diag, -ENOMEM, "cannot open hwmon");
	diag_clear(diag);
	hwmon->host = host;
	r = hwmon_chips(host, chips, HWMON_CHIPS_MAX, &count);
	if (r < 0)
		return diag_fail(diag, r, "cannot list /sys/class/hwmon");
	for (size_t i = 0; i < count; i++) {
		r = chip_add(hwmon, diag, &chips[i]);
		first = first < 0 ? first : r;
	}
	if (hwmon->count == 0)
		return first < 0 ? first : nothing(host, diag, chips, count);
	settle_inside(hwmon);
	*ret_state = STEAL(hwmon);
	return 0;
}

static size_t hwmon_domains(const void *state, const struct domain **ret)
{
	const struct hwmon *hwmon = state;

	*ret = hwmon->domains;
	return hwmon->count;
}

static bool asleep(const struct sensor *sensor)
{
	char text[32];

	return sensor->status_fd >= 0 &&
	       fd_read_text(sensor->status_fd, text, sizeof text) > 0 &&
	       strncmp(text, "suspended", strlen("suspended")) == 0;
}

static int value_read(const struct sensor *sensor, uint64_t *ret)
{
	enum way way = sensor->row->way;
	uint64_t value;
	uint64_t ma = 1;
	int r;

	if (asleep(sensor))
		return -EAGAIN;
	r = fd_read_u64(sensor->fd, &value);
	if (r < 0)
		return r;
	if (way == VOLT_AMP)
		r = fd_read_u64(sensor->amperes_fd, &ma);
	if (r < 0)
		return r;
	if (__builtin_mul_overflow(value, ma, &value))
		return -EPROTO;
	if (way != COUNTER && (value > ABSURD_UW || (way == METER && value == 0)))
		return -EPROTO;
	*ret = value;
	return 0;
}

/* An error that is not the sensor's own word: its driver may have gone and come back. */
static bool may_be_stale(int err)
{
	static const int own[] = { -EAGAIN, -EBUSY,   -EPERM,  -EACCES,   -EINVAL,
				   -EPROTO, -ENODATA, -ERANGE, -ETIMEDOUT };

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (err == own[i])
			return false;
	return true;
}

static int sensor_reopen(const struct host *host, struct sensor *sensor)
{
	int r = hwmon_chip_still(host, &sensor->chip);

	sensor_close(sensor);
	if (r < 0)
		return r;
	r = sensor_open(host, sensor);
	if (r < 0)
		sensor_close(sensor);
	else
		sensor->epoch++;
	return r;
}

static int sensor_read(const struct host *host, struct sensor *sensor, uint64_t *ret)
{
	int r = sensor->fd < 0 ? -ENODEV : value_read(sensor, ret);

	if (r == 0 || !may_be_stale(r))
		return r;
	r = sensor_reopen(host, sensor);
	return r < 0 ? r : value_read(sensor, ret);
}

/* Between samples only what has a pace, and not before it: a meter may take milliseconds. */
static bool due(const struct sensor *sensor, int64_t pace_ns, enum read_why why,
		int64_t now_ns)
{
	if (why != READ_PACE || !sensor->read_before)
		return why != READ_PACE || pace_ns > 0;
	return pace_ns > 0 && now_ns - sensor->read_ns >= pace_ns - pace_ns / 10;
}

static void hwmon_read(void *state, enum read_why why, struct reading *readings)
{
	struct hwmon *hwmon = state;

	for (size_t i = 0; i < hwmon->count; i++) {
		const struct domain *domain = &hwmon->domains[i];
		struct sensor *sensor = &hwmon->sensors[i];
		struct reading reading = { .err = -EAGAIN };
		uint64_t value = 0;

		reading.t_ns = host_now_ns(hwmon->host);
		if (due(sensor, domain->pace_ns, why, reading.t_ns)) {
			reading.err = sensor_read(hwmon->host, sensor, &value);
			reading.t_ns = host_now_ns(hwmon->host);
			sensor->read_ns = reading.t_ns;
			sensor->read_before = true;
		}
		reading.epoch = sensor->epoch;
		if (reading.err == 0 && domain->measure == MEASURE_ENERGY) {
			reading.energy_uj = value;
			reading.has = READING_ENERGY;
		} else if (reading.err == 0) {
			reading.power_uw = value;
			reading.has = READING_POWER;
		}
		readings[i] = reading;
	}
}

const struct source source_hwmon = {
	.name = "hwmon",
	.open = hwmon_open,
	.domains = hwmon_domains,
	.read = hwmon_read,
	.close = hwmon_close,
};
