/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  /sys/class/hwmon, the chips of hwmon-rows.def: GPU boards, Jetson rails, Grace
 *	   and other ACPI meters, amd_energy.
 * Gives:  amdgpu-N i915-N xe-N rail-LABEL grace-N node-acpi-N package-N.
 * Needs:  nothing; amd_energy is root's (CVE-2020-12912).
 * Limits: A board that sleeps (runtime PM) is not read, as a read may wake it: that time
 *	   is a gap; and to be read may keep a board from falling asleep. i915 and xe
 *	   unwrap 32 bits only when somebody reads: at 61 uJ a unit and 250 W, within 17
 *	   minutes. A Jetson rail is two reads over I2C, volts and amperes, one after the
 *	   other. A driver that comes back under another hwmon number is not found again.
 *	   The makers do not say what their meters' gain error is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "source/hwmon-table.h"
#include "source/source.h"

#define ABSURD_UW UINT64_C(1000000000000) /* 1 MW */

struct sensor {
	const struct hwmon_row *row;
	struct hwmon_chip chip;
	unsigned channel;
	const char *value; /* which of hwmon_files */
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

static const struct domain *domain_with(const struct hwmon *hwmon, const char *id)
{
	for (size_t i = 0; i < hwmon->count; i++)
		if (strcmp(hwmon->domains[i].id, id) == 0)
			return &hwmon->domains[i];
	return NULL;
}

/* Two rails of one name are two rails: the second bears its device and channel too. */
static void name_apart(const struct hwmon *hwmon, const struct hwmon_found *found,
		       struct domain *domain)
{
	char id[DOMAIN_ID_MAX + DOMAIN_TEXT_MAX + 16];

	if (!domain_with(hwmon, domain->id))
		return;
	(void)snprintf(id, sizeof id, "%s-%s-%u", domain->id, found->chip->device,
		       found->channel);
	(void)copy_text(domain->id, sizeof domain->id, id);
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
	const char *amperes = hwmon_files[sensor->row->way].amperes;
	char path[HWMON_FILE_MAX];

	hwmon_path(path, sizeof path, &sensor->chip, sensor->value, sensor->channel);
	sensor->fd = host_open(host, path, O_RDONLY);
	if (sensor->fd < 0)
		return sensor->fd;
	if (amperes) {
		hwmon_path(path, sizeof path, &sensor->chip, amperes, sensor->channel);
		sensor->amperes_fd = host_open(host, path, O_RDONLY);
		if (sensor->amperes_fd < 0)
			return sensor->amperes_fd;
	}
	if (sensor->row->family == FAMILY_GPU && sensor->row->way != WAY_VOLT_AMP) {
		(void)snprintf(path, sizeof path, "%s/device/power/runtime_status",
			       sensor->chip.hwmon);
		sensor->status_fd = host_open(host, path, O_RDONLY);
	}
	return 0;
}

static int refused(struct diag *diag, int err, const struct hwmon_found *found)
{
	char path[HWMON_FILE_MAX];

	hwmon_path(path, sizeof path, found->chip, found->value, found->channel);
	if (diag && diag->err)
		return err;
	(void)diag_fail(diag, err, "cannot read /%s (%s)", path, found->chip->name);
	if (err == -EACCES)
		diag_fix(diag, "sudo chmod a+r /%s", path);
	return err;
}

static int sensor_add(struct hwmon *hwmon, struct diag *diag,
		      const struct hwmon_found *found)
{
	unsigned number;
	const struct hwmon_row *row = hwmon_row_of(hwmon->host, found, &number);
	struct sensor *sensor = &hwmon->sensors[hwmon->count];
	struct domain *domain = &hwmon->domains[hwmon->count];
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
	hwmon_describe(hwmon->host, row, found, number, domain);
	name_apart(hwmon, found, domain);
	hwmon->count++;
	return 0;
}

static bool names_have(const struct names *names, const char *file, unsigned channel)
{
	for (size_t i = 0; i < names->count; i++) {
		unsigned other;

		if (hwmon_channel(names->name[i], file, &other) && other == channel)
			return true;
	}
	return false;
}

/* One file pattern of a way; a channel that a better file gives is passed over. */
static int add_files(struct hwmon *hwmon, struct diag *diag, struct hwmon_found *found,
		     const struct names *names)
{
	const struct hwmon_files *files = &hwmon_files[found->way];
	int first = 0;

	for (size_t i = 0; i < names->count; i++) {
		int r;

		if (!hwmon_channel(names->name[i], found->value, &found->channel))
			continue;
		if (found->value == files->value[1] &&
		    names_have(names, files->value[0], found->channel))
			continue;
		if (files->amperes && !names_have(names, files->amperes, found->channel))
			continue;
		hwmon_label(hwmon->host, found);
		r = sensor_add(hwmon, diag, found);
		first = first < 0 ? first : r;
	}
	return first;
}

static int chip_add(struct hwmon *hwmon, struct diag *diag, const struct hwmon_chip *chip)
{
	CLEANUP(names_done) struct names names = { NULL, 0 };
	int first = host_names(hwmon->host, chip->dir, &names);

	if (first < 0 && !(diag && diag->err))
		(void)diag_fail(diag, first, "cannot list /%s (%s)", chip->dir,
				chip->name);
	for (enum hwmon_way way = WAY_COUNTER; way <= WAY_VOLT_AMP; way++) {
		struct hwmon_found found = { .chip = chip, .way = way };

		if (!hwmon_has_way(chip, way))
			continue;
		for (size_t i = 0; i < 2 && hwmon_files[way].value[i]; i++) {
			int r;

			found.value = hwmon_files[way].value[i];
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

		if (!hwmon_channel(names.name[i], "power%u_input", &channel) &&
		    !hwmon_channel(names.name[i], "power%u_average", &channel) &&
		    !hwmon_channel(names.name[i], "energy%u_input", &channel))
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
	if (r == -ENODEV)
		return diag_say(diag, r, "no /sys/class/hwmon");
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
	enum hwmon_way way = sensor->row->way;
	uint64_t value;
	uint64_t ma = 1;
	int r;

	if (asleep(sensor))
		return -EAGAIN;
	r = fd_read_u64(sensor->fd, &value);
	if (r < 0)
		return r;
	if (way == WAY_VOLT_AMP)
		r = fd_read_u64(sensor->amperes_fd, &ma);
	if (r < 0)
		return r;
	if (__builtin_mul_overflow(value, ma, &value))
		return -EPROTO;
	if (way != WAY_COUNTER && (value > ABSURD_UW || (way == WAY_METER && value == 0)))
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

/* Between samples only what has a pace, and not before it: a meter may be slow. */
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
