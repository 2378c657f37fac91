/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  sys/class/powercap/intel-rapl:N[:M]/energy_uj (AMD's too are called intel-rapl) and
 *         intel-rapl-mmio:N, in the flat layout of the class and in the nested one of devices.
 * Gives:  package-N (or package-N-die-M), core-N and uncore-N inside it, dram-N beside it,
 *         psys. A zone that shows what another shows is listed as its duplicate, never read.
 * Needs:  the intel_rapl drivers, and leave to read energy_uj: root's alone since Linux 5.10.
 * Limits: a counter moves about once a millisecond and wraps at max_energy_range_uj; none in
 *         most virtual machines. AMD has no DRAM zone and its core is one core. Linux 6.9 to
 *         6.12 show AMD's package once for each die. On Sapphire Rapids kernels before 6.1
 *         give a quarter of DRAM: seen by its range, and noted.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "source/powercap-zones.h"
#include "source/source.h"

#define CONSTRAINTS_MAX  4
#define DRAM_RANGE_61_UJ UINT64_C(200000000000) /* with 15.3 uJ a unit it is 65.7e9 */

struct powercap {
	const struct host *host;
	struct rapl_cpu cpu;
	size_t count;
	struct domain domain[DOMAINS_MAX];
	struct rapl_file file[DOMAINS_MAX];
};

static int read_limit(const struct host *host, const char *dir, const char *file,
		      uint64_t *ret)
{
	char path[RAPL_PATH_MAX + 64];

	(void)snprintf(path, sizeof path, "%s/%s", dir, file);
	return host_read_u64(host, path, ret);
}

/* Constraints are numbered without holes. */
static uint64_t max_uw_of(const struct host *host, const char *dir)
{
	static const char *const kinds[] = { "max_power", "power_limit" };
	uint64_t most = 0;
	bool more = true;

	for (int i = 0; i < CONSTRAINTS_MAX && more; i++) {
		more = false;
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
			char file[48];
			uint64_t limit_uw;

			(void)snprintf(file, sizeof file, "constraint_%d_%s_uw", i,
				       kinds[k]);
			if (read_limit(host, dir, file, &limit_uw) < 0)
				continue;
			more = true;
			if (rapl_max_uw(limit_uw) > most)
				most = rapl_max_uw(limit_uw);
		}
	}
	return most;
}

/*
 * The file names the largest value, not the modulus: one device unit less. The counter has 32
 * bits, so the unit is a 2^32nd of it; of ranges too small for that it is nothing (E-1).
 */
static void set_range(const struct host *host, const char *dir, struct domain *domain)
{
	const uint64_t units = UINT32_MAX;
	uint64_t most;
	uint64_t step;

	if (read_limit(host, dir, "max_energy_range_uj", &most) < 0)
		return;
	step = most / units + (most % units >= units / 2 + 1);
	if (most > UINT64_MAX - step)
		return;
	domain->range_uj = most ? most + step : 0;
	domain->step_uj = step;
}

static int read_zone(struct rapl_file *file, const struct domain *domain,
		     uint64_t *ret_uj)
{
	uint64_t uj;
	int r = fd_read_u64(file->fd, &uj);

	if (r < 0)
		return r;
	if (domain->range_uj != 0 && uj >= domain->range_uj)
		return -EPROTO;
	*ret_uj = uj;
	return 0;
}

static void tell_unreadable(struct powercap_zones *zones, int err, const char *path)
{
	if (!powercap_is_worth_telling(zones, err))
		return;
	if (err != -EACCES) {
		(void)diag_fail(zones->diag, err, "cannot read /%s", path);
		return;
	}
	(void)diag_say(
		zones->diag, err,
		"cannot read /%s: permission denied (root's alone since Linux 5.10, "
		"CVE-2020-8694)",
		path);
	diag_fix(zones->diag,
		 "sudo chmod a+r /" POWERCAP_DIR "/*/energy_uj  # until the next "
		 "boot; gramme's udev rule for good, or run it with "
		 "cap_dac_read_search");
}

/* Opens the zone and reads it once: what cannot be read is left to the next source. */
static int open_zone(struct powercap_zones *zones, const struct powercap_zone *zone,
		     const struct domain *domain, struct rapl_file *file)
{
	char path[RAPL_PATH_MAX + 16];
	uint64_t uj;
	int r;

	(void)snprintf(path, sizeof path, "%s/energy_uj", zone->dir);
	r = rapl_file_open(file, zones->host, path);
	if (r == 0) {
		r = read_zone(file, domain, &uj);
		if (r < 0)
			rapl_file_close(file);
	}
	if (r == -EPERM)
		r = -EACCES;
	/* A zone that only limits has no counter. */
	if (r < 0 && r != -ENOENT)
		tell_unreadable(zones, r, path);
	return r;
}

static const struct domain *find_domain(const struct powercap *pc, const char *id)
{
	for (size_t i = 0; i < pc->count; i++)
		if (strcmp(pc->domain[i].id, id) == 0)
			return &pc->domain[i];
	return NULL;
}

/* A duplicate's id is the zone's own name: it is a way to read, not a thing of its own. */
static void add_duplicate(struct powercap *pc, const struct powercap_zone *zone,
			  struct domain *domain)
{
	(void)copy_text(domain->duplicate_of, sizeof domain->duplicate_of, domain->id);
	(void)copy_text(domain->id, sizeof domain->id, zone->entry);
	pc->domain[pc->count] = *domain;
	pc->file[pc->count] = RAPL_FILE_NONE;
	pc->count++;
}

static void describe(const struct powercap *pc, const struct powercap_zone *zone,
		     struct domain *domain)
{
	const struct rapl_cpu *cpu = &pc->cpu;
	struct rapl_place place = zone->place;

	if (cpu->vendor == RAPL_AMD)
		place.has_die = false;
	rapl_domain(domain, zone->part, &place, cpu);
	set_range(pc->host, zone->dir, domain);
	domain->max_uw = max_uw_of(pc->host, zone->dir);
	if (zone->part == RAPL_CORE && cpu->vendor == RAPL_AMD)
		rapl_doubt(domain, "one core's counter, not all cores'");
	if (zone->part == RAPL_DRAM && (cpu->traits & RAPL_DRAM_SCALED) &&
	    domain->range_uj != 0 && domain->range_uj < DRAM_RANGE_61_UJ)
		rapl_doubt(domain,
			   "this kernel gives about a quarter of it (before 6.1)");
}

static void add_zone(struct powercap *pc, struct powercap_zones *zones,
		     const struct powercap_zone *zone)
{
	struct rapl_file file = RAPL_FILE_NONE;
	struct domain domain;

	if (!zone->known)
		return;
	if (pc->count == DOMAINS_MAX) {
		if (powercap_is_worth_telling(zones, -EPROTO))
			(void)diag_say(zones->diag, -EPROTO,
				       "%s is one zone too many: only %d are read",
				       zone->entry, DOMAINS_MAX);
		return;
	}
	describe(pc, zone, &domain);
	if (find_domain(pc, domain.id)) {
		add_duplicate(pc, zone, &domain);
		return;
	}
	if (open_zone(zones, zone, &domain, &file) < 0)
		return;
	pc->domain[pc->count] = domain;
	pc->file[pc->count] = file;
	pc->count++;
}

/* Whether two zones show the same value; a tick may fall between the reads, so three times. */
static bool is_mirror(struct powercap *pc, size_t a, size_t b)
{
	for (int tries = 0; tries < 3; tries++) {
		uint64_t a_uj;
		uint64_t b_uj;

		if (read_zone(&pc->file[a], &pc->domain[a], &a_uj) == 0 &&
		    read_zone(&pc->file[b], &pc->domain[b], &b_uj) == 0 && a_uj == b_uj &&
		    a_uj != 0)
			return true;
	}
	return false;
}

static bool is_read_package(const struct powercap *pc, size_t i)
{
	return strncmp(pc->domain[i].id, "package-", 8) == 0 && pc->file[i].fd >= 0;
}

/* E-8: two that read the same to the unit are suspect. Both are read, and it is said. */
static void doubt_mirrors(struct powercap *pc)
{
	for (size_t b = 1; b < pc->count; b++) {
		for (size_t a = 0; a < b; a++) {
			char note[DOMAIN_TEXT_MAX];

			if (!is_read_package(pc, a) || !is_read_package(pc, b) ||
			    !is_mirror(pc, a, b))
				continue;
			(void)snprintf(note, sizeof note,
				       "reads the same as %.40s: one counter twice?",
				       pc->domain[a].id);
			rapl_doubt(&pc->domain[b], note);
		}
	}
}

static int tell_none(const struct powercap *pc, struct powercap_zones *zones)
{
	if (zones->err != 0)
		return zones->err;
	if (zones->hidden) {
		(void)diag_say(zones->diag, -EACCES,
			       "/" POWERCAP_DIR
			       " lists zones that are not there: the container "
			       "hides them");
		diag_fix(zones->diag, "start the container with --security-opt "
				      "systempaths=unconfined");
		return -EACCES;
	}
	(void)diag_say(zones->diag, -ENODEV,
		       "no RAPL zone with a counter in /" POWERCAP_DIR "%s",
		       pc->cpu.is_virtual ? ": the hypervisor shows none" : "");
	if (pc->cpu.vendor != RAPL_OTHER && !pc->cpu.is_virtual && zones->count == 0)
		diag_fix(zones->diag, "sudo modprobe intel_rapl_msr");
	return -ENODEV;
}

static void powercap_close(void *state)
{
	struct powercap *pc = state;

	if (!pc)
		return;
	for (size_t i = 0; i < pc->count; i++)
		rapl_file_close(&pc->file[i]);
	free(pc);
}

static void free_powercap(struct powercap **pc)
{
	powercap_close(*pc);
}

static int powercap_open(const struct host *host, struct diag *diag, void **ret_state)
{
	AUTO_FREE struct powercap_zones *zones = calloc(1, sizeof *zones);
	CLEANUP(free_powercap) struct powercap *pc = calloc(1, sizeof *pc);

	if (!zones || !pc)
		return -ENOMEM;
	pc->host = host;
	rapl_cpu_read(host, &pc->cpu);
	zones->host = host;
	zones->diag = diag;
	diag_clear(diag);
	powercap_zones_find(zones);
	for (size_t i = 0; i < zones->count; i++)
		add_zone(pc, zones, &zones->zone[i]);
	if (pc->count == 0)
		return tell_none(pc, zones);
	doubt_mirrors(pc);
	*ret_state = STEAL(pc);
	return 0;
}

static size_t powercap_domains(const void *state, const struct domain **ret)
{
	const struct powercap *pc = state;

	*ret = pc->domain;
	return pc->count;
}

static void powercap_read(void *state, enum read_why why, struct reading *readings)
{
	struct powercap *pc = state;

	for (size_t i = 0; i < pc->count; i++) {
		struct rapl_file *file = &pc->file[i];
		int r;

		memset(&readings[i], 0, sizeof readings[i]);
		if (pc->domain[i].duplicate_of[0] != '\0') {
			readings[i].err = -ENODEV;
			continue;
		}
		r = rapl_file_ready(file, pc->host, why);
		if (r == 0)
			r = read_zone(file, &pc->domain[i], &readings[i].energy_uj);
		readings[i].t_ns = host_now_ns(pc->host);
		rapl_file_result(file, r, &readings[i]);
	}
}

const struct source source_powercap = {
	.name = "powercap",
	.open = powercap_open,
	.domains = powercap_domains,
	.read = powercap_read,
	.close = powercap_close,
};
