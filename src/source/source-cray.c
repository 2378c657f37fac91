/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  /sys/cray/pm_counters/{energy,cpu_energy,memory_energy,accelN_energy}: "12345
 *	   J" and, on EX, a time in us after it (HPE, "User access to compute node power
 *	   data").
 * Gives:  node-cray, node boundary; cray-cpu cray-memory cray-accel-N inside it.
 * Needs:  nothing: the files are everybody's.
 * Limits: Moves ten times a second in steps of 1 J. cpu_energy and memory_energy are sums
 *	   over all sockets, and RAPL or NVML may see the same joules by part: that is why
 *	   they are in the sum only where no other source counts their family.
 *	   A controller that hangs shows as a counter that stands still; freshness is not
 *	   read. The gain error, 5 %, is a guess.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "source/source.h"

#define CRAY_DIR  "sys/cray/pm_counters"
#define ACCEL_MAX 8

struct counter {
	const char *file;
	const char *id;
	enum family family;
};

static const struct counter counters[] = {
	{ "energy", "node-cray", FAMILY_NODE },
	{ "cpu_energy", "cray-cpu", FAMILY_CPU },
	{ "memory_energy", "cray-memory", FAMILY_MEMORY },
	{ "accel_energy", "cray-accel",
	  FAMILY_GPU }, /* XC: one board, without a number */
};

#define CRAY_MAX (ARRAY_SIZE(counters) + ACCEL_MAX)

struct cray {
	const struct host *host;
	size_t count;
	struct domain domains[CRAY_MAX];
	int fd[CRAY_MAX];
};

static void describe(const struct counter *counter, struct domain *domain)
{
	domain_init(domain, counter->id, counter->family);
	domain->step_uj = UJ_PER_J;
	domain->update_ns = 100 * NS_PER_MS;
	domain->gain_u_permille = 50;
	if (counter->family == FAMILY_NODE)
		return;
	(void)copy_text(domain->inside, sizeof domain->inside, counters[0].id);
	/* RAPL and NVML may read the same joules, part by part. */
	domain->gives_way = true;
}

static int cray_add(struct cray *cray, struct diag *diag, const struct counter *counter)
{
	char path[80];
	int fd;

	(void)snprintf(path, sizeof path, CRAY_DIR "/%s", counter->file);
	fd = host_open(cray->host, path, O_RDONLY);
	if (fd == -ENOENT)
		return 0;
	if (fd < 0) {
		(void)diag_fail(diag, fd, "cannot read /%s", path);
		if (fd == -EACCES)
			diag_fix(diag, "ask the site: /%s is for everybody to read",
				 path);
		return fd;
	}
	describe(counter, &cray->domains[cray->count]);
	cray->fd[cray->count++] = fd;
	return 0;
}

static void cray_close(void *state)
{
	struct cray *cray = state;

	if (!cray)
		return;
	for (size_t i = 0; i < cray->count; i++)
		(void)close(cray->fd[i]);
	free(cray);
}

static void cray_close_ptr(struct cray **cray)
{
	cray_close(*cray);
}

static int add_all(struct cray *cray, struct diag *diag)
{
	int first = 0;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
		r = cray_add(cray, first < 0 ? NULL : diag, &counters[i]);
		first = first < 0 ? first : r;
	}
	for (unsigned i = 0; i < ACCEL_MAX; i++) {
		char file[32];
		char id[32];
		struct counter accel = { file, id, FAMILY_GPU };

		(void)snprintf(file, sizeof file, "accel%u_energy", i);
		(void)snprintf(id, sizeof id, "cray-accel-%u", i);
		r = cray_add(cray, first < 0 ? NULL : diag, &accel);
		first = first < 0 ? first : r;
	}
	return first;
}

static int cray_open(const struct host *host, struct diag *diag, void **ret_state)
{
	CLEANUP(cray_close_ptr) struct cray *cray = calloc(1, sizeof *cray);
	int first;

	if (!cray)
		return diag_fail(diag, -ENOMEM, "cannot open the Cray counters");
	diag_clear(diag);
	cray->host = host;
	first = add_all(cray, diag);
	if (cray->count == 0 && first == 0)
		return diag_say(diag, -ENODEV, "no /" CRAY_DIR);
	if (cray->count == 0)
		return first;
	if (strcmp(cray->domains[0].id, counters[0].id) != 0)
		for (size_t i = 0; i < cray->count; i++)
			cray->domains[i].inside[0] = '\0';
	*ret_state = STEAL(cray);
	return 0;
}

static size_t cray_domains(const void *state, const struct domain **ret)
{
	const struct cray *cray = state;

	*ret = cray->domains;
	return cray->count;
}

/* "12345 J" and perhaps a time after it. */
static int joules_of(char *text, uint64_t *ret_uj)
{
	char *end = text + strspn(text, "0123456789");
	uint64_t joules;
	uint64_t uj;
	int r;

	if (strncmp(end, " J", 2) != 0 || (end[2] && !isspace((unsigned char)end[2])))
		return -EPROTO;
	*end = '\0';
	r = parse_u64(text, &joules);
	if (r < 0)
		return r;
	if (__builtin_mul_overflow(joules, UJ_PER_J, &uj))
		return -EPROTO;
	*ret_uj = uj;
	return 0;
}

static int counter_read(int fd, uint64_t *ret_uj)
{
	char text[64];
	ssize_t n = fd_read_text(fd, text, sizeof text);

	return n < 0 ? (int)n : joules_of(text, ret_uj);
}

static void cray_read(void *state, enum read_why why, struct reading *readings)
{
	struct cray *cray = state;

	(void)why;
	for (size_t i = 0; i < cray->count; i++) {
		struct reading reading = { .err = 0 };

		reading.err = counter_read(cray->fd[i], &reading.energy_uj);
		reading.t_ns = host_now_ns(cray->host);
		reading.has = reading.err == 0 ? READING_ENERGY : 0;
		readings[i] = reading;
	}
}

const struct source source_cray = {
	.name = "cray",
	.open = cray_open,
	.domains = cray_domains,
	.read = cray_read,
	.close = cray_close,
};
