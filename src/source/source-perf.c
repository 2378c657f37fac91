/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  the perf event PMU "power": energy-pkg -cores -gpu -ram -psys, one event for each
 *         CPU of its cpumask; scale and unit from sys/bus/event_source/devices/power.
 * Gives:  package-N (or package-N-die-M), core-N and uncore-N inside it, dram-N beside it,
 *         psys. 64 bits from when it was opened: no wrap.
 * Needs:  kernel.perf_event_paranoid at 0 or less, or CAP_PERFMON and at most 2: at 3, which
 *         is Debian's own, the kernel asks for CAP_SYS_ADMIN.
 * Limits: read from another CPU than its own, an event costs 20 us, an interrupt over there.
 *         Not read: AMD's PMU "power_core", one counter a core, as it is inside the package.
 *         AMD's package is opened once, though Linux 6.9 to 6.12 offer it once for each die.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "source/rapl.h"
#include "source/source.h"
#include "source/topology.h"

#define PMU_DIR       "sys/bus/event_source/devices/power"
#define PARANOID_PATH "proc/sys/kernel/perf_event_paranoid"

struct event {
	struct host_perf how;
	struct rapl_scale scale;
	int fd;
	int err; /* of the last read; 0: it worked */
	uint32_t epoch;
};

struct perf {
	const struct host *host;
	struct rapl_cpu cpu;
	uint32_t type;
	size_t count;
	struct domain domain[DOMAINS_MAX];
	struct event event[DOMAINS_MAX];
};

struct places {
	const struct host *host;
	bool merge_dies;
	bool has_dies; /* some package is counted by more than one CPU */
	size_t count;
	struct topology_place place[TOPOLOGY_PLACES_MAX];
};

static const struct event_row {
	const char *name;
	enum rapl_part part;
} event_rows[] = {
	{ "energy-pkg", RAPL_PACKAGE }, { "energy-cores", RAPL_CORE },
	{ "energy-gpu", RAPL_UNCORE },  { "energy-ram", RAPL_DRAM },
	{ "energy-psys", RAPL_PSYS },
};

static int tell_file(struct diag *diag, int err, const char *path)
{
	return diag_fail(diag, err, "cannot read /%s", path);
}

static int add_place(void *ctx, unsigned cpu)
{
	struct places *places = ctx;
	struct topology_place place;
	int r = topology_of_cpu(places->host, cpu, &place);

	if (r < 0)
		return r;
	for (size_t i = 0; i < places->count; i++) {
		if (places->place[i].package != place.package)
			continue;
		if (places->merge_dies)
			return 0;
		places->has_dies = true;
	}
	if (places->count < TOPOLOGY_PLACES_MAX)
		places->place[places->count++] = place;
	return 0;
}

/* Which CPU counts for which die: the PMU's own list. */
static int read_places(struct places *places, struct diag *diag)
{
	const char *path = PMU_DIR "/cpumask";
	char list[1024];
	int r = host_read_line(places->host, path, list, sizeof list);

	if (r == 0)
		r = parse_cpu_list(list, add_place, places);
	if (r == 0 && places->count == 0)
		r = -EPROTO;
	return r < 0 ? tell_file(diag, r, path) : 0;
}

/* "event=0x02", and nothing else: another term would mean another event. */
static int read_config(const struct host *host, const char *name, struct diag *diag,
		       uint64_t *ret_config)
{
	char path[128];
	char text[64];
	int r;

	(void)snprintf(path, sizeof path, PMU_DIR "/events/%s", name);
	r = host_read_line(host, path, text, sizeof text);
	if (r == -ENOENT)
		return r; /* this CPU has no such counter */
	if (r == 0)
		r = strncmp(text, "event=", 6) == 0 ? parse_hex64(text + 6, ret_config)
						    : -EPROTO;
	return r < 0 ? tell_file(diag, r, path) : 0;
}

static int read_scale(const struct host *host, const char *name, struct diag *diag,
		      struct rapl_scale *ret)
{
	char path[128];
	char text[64];
	double joules;
	int r;

	(void)snprintf(path, sizeof path, PMU_DIR "/events/%s.unit", name);
	r = host_read_line(host, path, text, sizeof text);
	if (r < 0)
		return tell_file(diag, r, path);
	if (strcmp(text, "Joules") != 0) {
		rapl_clean_text(text);
		return diag_say(diag, -EPROTO, "/%s is not in Joules: \"%s\"", path,
				text);
	}
	(void)snprintf(path, sizeof path, PMU_DIR "/events/%s.scale", name);
	r = host_read_line(host, path, text, sizeof text);
	if (r == 0)
		r = parse_double(text, &joules);
	if (r == 0)
		r = rapl_scale_of_joules(joules, ret);
	return r < 0 ? tell_file(diag, r, path) : 0;
}

static int tell_not_open(const struct host *host, struct diag *diag, int err,
			 const char *name)
{
	char paranoid[16] = "not known";

	if (err != -EACCES && err != -EPERM)
		return diag_fail(diag, err, "cannot open perf event power/%s/", name);
	if (host_read_line(host, PARANOID_PATH, paranoid, sizeof paranoid) < 0)
		(void)copy_text(paranoid, sizeof paranoid, "not known");
	rapl_clean_text(paranoid);
	(void)diag_say(diag, -EACCES,
		       "perf event power/%s/ is not allowed: kernel.perf_event_paranoid "
		       "is %s",
		       name, paranoid);
	diag_fix(diag, "sudo sysctl kernel.perf_event_paranoid=0  # or =2, and run "
		       "gramme with cap_perfmon");
	return -EACCES;
}

/* The first failure is kept: later ones have nowhere to go. */
static struct diag *first_only(struct diag *diag)
{
	return diag->err == 0 ? diag : NULL;
}

static int open_event(const struct host *host, const char *name, struct event *event,
		      struct diag *diag)
{
	AUTO_CLOSE int fd = host_perf_open(host, &event->how);
	uint64_t raw;
	int r;

	if (fd < 0)
		return tell_not_open(host, diag, fd, name);
	r = fd_read_perf(fd, &raw);
	if (r < 0)
		return diag_fail(diag, r, "cannot read perf event power/%s/", name);
	event->fd = STEAL_FD(fd);
	return 0;
}

/* Linux before 6.1 takes Sapphire Rapids' DRAM for one that counts in 2^-16 J. */
static bool scales_dram_wrong(const struct perf *perf)
{
	char release[64];
	char *end;
	unsigned long major;

	if (!(perf->cpu.traits & RAPL_DRAM_SCALED) ||
	    host_read_line(perf->host, "proc/sys/kernel/osrelease", release,
			   sizeof release) < 0)
		return false;
	major = strtoul(release, &end, 10);
	return major < 6 || (major == 6 && strncmp(end, ".0", 2) == 0);
}

static void add_event(struct perf *perf, const struct event_row *row, struct event *event,
		      const struct rapl_place *place, struct diag *diag)
{
	struct domain *domain = &perf->domain[perf->count];

	if (perf->count == DOMAINS_MAX)
		return;
	if (open_event(perf->host, row->name, event, first_only(diag)) < 0)
		return;
	rapl_domain(domain, row->part, place, &perf->cpu);
	if (row->part == RAPL_DRAM && scales_dram_wrong(perf))
		rapl_doubt(domain,
			   "may be about a quarter of the truth (Linux before 6.1)");
	perf->event[perf->count] = *event;
	perf->count++;
}

/* Every event of the PMU, on every CPU that counts for a package; psys is the machine's. */
static void add_row(struct perf *perf, const struct event_row *row,
		    const struct places *places, struct diag *diag)
{
	struct event event = { .how = { .type = perf->type, .group_fd = -1 }, .fd = -1 };

	if (read_config(perf->host, row->name, first_only(diag), &event.how.config) < 0 ||
	    read_scale(perf->host, row->name, first_only(diag), &event.scale) < 0)
		return;
	for (size_t i = 0; i < places->count; i++) {
		const struct topology_place *at = &places->place[i];
		const struct rapl_place place = { at->package, at->die,
						  places->has_dies };

		event.how.cpu = (int)at->cpu;
		add_event(perf, row, &event, &place, diag);
		if (row->part == RAPL_PSYS)
			return;
	}
}

static void perf_close(void *state)
{
	struct perf *perf = state;

	if (!perf)
		return;
	for (size_t i = 0; i < perf->count; i++)
		close_fd(&perf->event[i].fd);
	free(perf);
}

static void free_perf(struct perf **perf)
{
	perf_close(*perf);
}

static int read_type(const struct host *host, struct diag *diag, uint32_t *ret)
{
	uint64_t type;
	int r = host_read_u64(host, PMU_DIR "/type", &type);

	if (r == -ENOENT || r == -ENOTDIR)
		return diag_say(diag, -ENODEV, "the kernel has no PMU \"power\"");
	if (r == 0 && type > UINT32_MAX)
		r = -EPROTO;
	if (r < 0)
		return tell_file(diag, r, PMU_DIR "/type");
	*ret = (uint32_t)type;
	return 0;
}

static int add_all(struct perf *perf, struct diag *diag)
{
	struct places places = { .host = perf->host };
	int r = read_type(perf->host, diag, &perf->type);

	if (r < 0)
		return r;
	rapl_cpu_read(perf->host, &perf->cpu);
	places.merge_dies = perf->cpu.vendor == RAPL_AMD;
	r = read_places(&places, diag);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(event_rows); i++)
		add_row(perf, &event_rows[i], &places, diag);
	if (perf->count > 0)
		return 0;
	if (diag->err == 0)
		(void)diag_say(diag, -ENODEV, "the PMU \"power\" has no energy event");
	return diag->err;
}

static int perf_open(const struct host *host, struct diag *diag, void **ret_state)
{
	CLEANUP(free_perf) struct perf *perf = calloc(1, sizeof *perf);
	struct diag first;
	int r;

	if (!perf)
		return -ENOMEM;
	perf->host = host;
	diag_clear(&first);
	r = add_all(perf, &first);
	if (diag)
		*diag = first;
	if (r < 0)
		return r;
	*ret_state = STEAL(perf);
	return 0;
}

static size_t perf_domains(const void *state, const struct domain **ret)
{
	const struct perf *perf = state;

	*ret = perf->domain;
	return perf->count;
}

/* An event that is opened again counts from 0 again. */
static int make_ready(const struct perf *perf, struct event *event, enum read_why why)
{
	int fd;

	if (event->err == 0 || why == READ_PACE)
		return event->err;
	fd = host_perf_open(perf->host, &event->how);
	if (fd < 0)
		return fd;
	close_fd(&event->fd);
	event->fd = fd;
	event->epoch++;
	return 0;
}

static void perf_read(void *state, enum read_why why, struct reading *readings)
{
	struct perf *perf = state;

	for (size_t i = 0; i < perf->count; i++) {
		struct event *event = &perf->event[i];
		struct reading *reading = &readings[i];
		uint64_t raw = 0;

		memset(reading, 0, sizeof *reading);
		event->err = make_ready(perf, event, why);
		if (event->err == 0)
			event->err = fd_read_perf(event->fd, &raw);
		reading->t_ns = host_now_ns(perf->host);
		reading->err = event->err;
		reading->epoch = event->epoch;
		if (event->err < 0)
			continue;
		reading->has = READING_ENERGY;
		reading->energy_uj = rapl_scale_uj(&event->scale, raw);
	}
}

const struct source source_perf = {
	.name = "perf",
	.open = perf_open,
	.domains = perf_domains,
	.read = perf_read,
	.close = perf_close,
};
