/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  /sys/class/power_supply/<name>/{status,power_now} or current_now and
 *	   voltage_now, of type Battery; not those of a mouse or a headset (scope Device).
 * Gives:  battery-NAME, node boundary: all that the machine draws, its screen too.
 * Needs:  nothing.
 * Limits: Only while discharging: on mains a battery says nothing of the machine, and
 *	   that time is a gap. The gauge moves every second to every minute, by its maker;
 *	   its gain error is not known, 5 % is a guess. With two batteries each carries a
 *	   part.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "source/source.h"

#define SUPPLY_CLASS  "sys/class/power_supply"
#define BATTERIES_MAX 8
#define ABSURD_UW     UINT64_C(10000000000) /* 10 kW */

struct battery {
	int status_fd;
	int power_fd; /* -1: current times voltage */
	int current_fd;
	int voltage_fd;
	bool read_before;
	int64_t read_ns;
};

struct batteries {
	const struct host *host;
	size_t count;
	struct domain domains[BATTERIES_MAX];
	struct battery battery[BATTERIES_MAX];
};

static int supply_open(const struct host *host, const char *name, const char *file)
{
	char path[320];

	(void)snprintf(path, sizeof path, SUPPLY_CLASS "/%s/%s", name, file);
	return host_open(host, path, O_RDONLY);
}

static bool supply_says(const struct host *host, const char *name, const char *file,
			const char *text)
{
	char path[320];
	char line[64];

	(void)snprintf(path, sizeof path, SUPPLY_CLASS "/%s/%s", name, file);
	return host_read_line(host, path, line, sizeof line) == 0 &&
	       strcmp(line, text) == 0;
}

static void battery_close(struct battery *battery)
{
	close_fd(&battery->status_fd);
	close_fd(&battery->power_fd);
	close_fd(&battery->current_fd);
	close_fd(&battery->voltage_fd);
}

static int battery_open(const struct host *host, const char *name,
			struct battery *ret_battery)
{
	struct battery battery = {
		.status_fd = supply_open(host, name, "status"),
		.power_fd = supply_open(host, name, "power_now"),
		.current_fd = supply_open(host, name, "current_now"),
		.voltage_fd = supply_open(host, name, "voltage_now"),
	};
	int r = battery.status_fd;

	if (r >= 0 && battery.power_fd < 0)
		r = battery.current_fd < 0 ? battery.current_fd : battery.voltage_fd;
	if (r < 0) {
		battery_close(&battery);
		return r;
	}
	*ret_battery = battery;
	return 0;
}

static void describe(const char *name, struct domain *domain)
{
	char id[DOMAIN_ID_MAX];

	(void)snprintf(id, sizeof id, "battery-%.*s",
		       (int)(sizeof id - sizeof "battery-"), name);
	domain_init(domain, id, FAMILY_NODE);
	(void)copy_text(domain->device, sizeof domain->device, name);
	(void)copy_text(domain->note, sizeof domain->note,
			"read only while discharging; its error, 5 %, is a guess");
	domain->measure = MEASURE_POWER;
	domain->pace_ns = NS_PER_S;
	domain->gain_u_permille = 50;
}

static int battery_add(struct batteries *all, struct diag *diag, const char *name)
{
	char scope[64] = "";
	char path[320];
	int r;

	if (!supply_says(all->host, name, "type", "Battery") ||
	    supply_says(all->host, name, "present", "0"))
		return 0;
	(void)snprintf(path, sizeof path, SUPPLY_CLASS "/%s/scope", name);
	r = host_read_line(all->host, path, scope, sizeof scope);
	if (r == 0 && strcmp(scope, "Device") == 0)
		return 0;
	/* Most batteries have no scope; one that hides it may be a mouse's. */
	if (r < 0 && r != -ENOENT)
		return diag_fail(diag, r, "cannot read /%s", path);
	if (all->count == BATTERIES_MAX)
		return diag_say(diag, -ENOSPC, "more than %d batteries", BATTERIES_MAX);
	r = battery_open(all->host, name, &all->battery[all->count]);
	if (r == -ENOENT)
		return diag_say(diag, -ENODEV, "/" SUPPLY_CLASS "/%s tells no power",
				name);
	if (r < 0)
		return diag_fail(diag, r, "cannot read /" SUPPLY_CLASS "/%s", name);
	describe(name, &all->domains[all->count++]);
	return 0;
}

static void batteries_close(void *state)
{
	struct batteries *all = state;

	if (!all)
		return;
	for (size_t i = 0; i < all->count; i++)
		battery_close(&all->battery[i]);
	free(all);
}

static void batteries_close_ptr(struct batteries **all)
{
	batteries_close(*all);
}

static int batteries_open(const struct host *host, struct diag *diag, void **ret_state)
{
	CLEANUP(batteries_close_ptr) struct batteries *all = calloc(1, sizeof *all);
	CLEANUP(names_done) struct names names = { NULL, 0 };
	int first = 0;
	int r;

	if (!all)
		return diag_fail(diag, -ENOMEM, "cannot open the batteries");
	diag_clear(diag);
	all->host = host;
	r = host_names(host, SUPPLY_CLASS, &names);
	if (r < 0 && r != -ENOENT)
		return diag_fail(diag, r, "cannot list /" SUPPLY_CLASS);
	for (size_t i = 0; i < names.count; i++) {
		r = battery_add(all, first < 0 ? NULL : diag, names.name[i]);
		first = first < 0 ? first : r;
	}
	if (all->count == 0)
		return first < 0 ? first : diag_say(diag, -ENODEV, "no battery");
	*ret_state = STEAL(all);
	return 0;
}

static size_t batteries_domains(const void *state, const struct domain **ret)
{
	const struct batteries *all = state;

	*ret = all->domains;
	return all->count;
}

/* Some drivers write what leaves the battery with a minus: "Discharging" says it. */
static int magnitude_read(int fd, uint64_t *ret)
{
	char text[32];
	int64_t value;
	ssize_t n = fd_read_text(fd, text, sizeof text);
	int r = n < 0 ? (int)n : parse_i64(text, &value);

	if (r < 0)
		return r;
	*ret = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	return 0;
}

static int product_read(const struct battery *battery, uint64_t *ret_uw)
{
	uint64_t ua;
	uint64_t uv;
	uint64_t pw;
	int r = magnitude_read(battery->current_fd, &ua);

	if (r == 0)
		r = magnitude_read(battery->voltage_fd, &uv);
	if (r < 0)
		return r;
	if (__builtin_mul_overflow(ua, uv, &pw))
		return -EPROTO;
	*ret_uw = pw / 1000000;
	return 0;
}

static int battery_read(const struct battery *battery, uint64_t *ret_uw)
{
	char status[32];
	ssize_t n = fd_read_text(battery->status_fd, status, sizeof status);
	uint64_t uw;
	int r;

	if (n < 0)
		return (int)n;
	if (strcmp(trim_text(status), "Discharging") != 0)
		return -EAGAIN;
	r = battery->power_fd >= 0 ? magnitude_read(battery->power_fd, &uw)
				   : product_read(battery, &uw);
	if (r < 0)
		return r;
	if (uw > ABSURD_UW)
		return -EPROTO;
	if (uw == 0)
		return -EAGAIN; /* the gauge has not moved since the plug was pulled */
	*ret_uw = uw;
	return 0;
}

static bool due(const struct battery *battery, enum read_why why, int64_t now_ns)
{
	return why != READ_PACE || !battery->read_before ||
	       now_ns - battery->read_ns >= NS_PER_S - NS_PER_S / 10;
}

static void batteries_read(void *state, enum read_why why, struct reading *readings)
{
	struct batteries *all = state;

	for (size_t i = 0; i < all->count; i++) {
		struct battery *battery = &all->battery[i];
		struct reading reading = { .t_ns = host_now_ns(all->host),
					   .err = -EAGAIN };

		if (due(battery, why, reading.t_ns)) {
			reading.err = battery_read(battery, &reading.power_uw);
			reading.t_ns = host_now_ns(all->host);
			battery->read_ns = reading.t_ns;
			battery->read_before = true;
		}
		reading.has = reading.err == 0 ? READING_POWER : 0;
		readings[i] = reading;
	}
}

const struct source source_battery = {
	.name = "battery",
	.open = batteries_open,
	.domains = batteries_domains,
	.read = batteries_read,
	.close = batteries_close,
};
