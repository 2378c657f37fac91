/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uncertainties (METHOD E-12, k = 1). Intel packages since Haswell-EP are measured: 3 %;
 * before it they are a model of activity: 10 %. AMD 7 %. DRAM 5 % and 0.2 W a DIMM, found
 * against sense resistors; where nobody counts the DIMMs, four a package. psys is made by the
 * board's maker, and some laptops' reads too high: 10 %.
 */
#include "source/rapl.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/parse.h"

#define DIMM_U_UW      UINT64_C(200000)
#define DIMMS_ASSUMED  4
#define LIMIT_SANE_UW  UINT64_C(2000000000) /* "no limit" is written as 4096 W and more */
#define LIMIT_FLOOR_UW UINT64_C(100000000)

__extension__ typedef unsigned __int128 wide;

static const struct {
	const char *prefix;
	const char *label;
	enum family family;
} parts[] = {
	[RAPL_PACKAGE] = { "package", "", FAMILY_CPU },
	[RAPL_CORE] = { "core", "cores", FAMILY_CPU },
	[RAPL_UNCORE] = { "uncore", "integrated GPU", FAMILY_CPU },
	[RAPL_DRAM] = { "dram", "memory", FAMILY_MEMORY },
	[RAPL_PSYS] = { "psys", "platform", FAMILY_NODE },
};

static void id_of(char *buf, size_t size, enum rapl_part part,
		  const struct rapl_place *place)
{
	if (part == RAPL_PSYS)
		(void)copy_text(buf, size, parts[part].prefix);
	else if (place->has_die)
		(void)snprintf(buf, size, "%s-%u-die-%u", parts[part].prefix,
			       place->package, place->die);
	else
		(void)snprintf(buf, size, "%s-%u", parts[part].prefix, place->package);
}

static uint32_t gain_of(enum rapl_part part, const struct rapl_cpu *cpu)
{
	uint32_t blurred = cpu->vendor == RAPL_INTEL && cpu->has_sgx ? 10 : 0;

	if (part == RAPL_PSYS)
		return 100;
	if (part == RAPL_DRAM)
		return 50 + blurred;
	if (cpu->vendor == RAPL_AMD)
		return 70;
	if (cpu->vendor == RAPL_OTHER || (cpu->traits & RAPL_IS_MODELLED))
		return 100;
	return 30 + blurred;
}

void rapl_doubt(struct domain *domain, const char *note)
{
	if (domain->note[0] == '\0')
		(void)copy_text(domain->note, sizeof domain->note, note);
}

void rapl_domain(struct domain *domain, enum rapl_part part,
		 const struct rapl_place *place, const struct rapl_cpu *cpu)
{
	char id[DOMAIN_ID_MAX];

	id_of(id, sizeof id, part, place);
	domain_init(domain, id, parts[part].family);
	(void)copy_text(domain->label, sizeof domain->label,
			part == RAPL_PACKAGE ? cpu->name : parts[part].label);
	rapl_clean_text(domain->label);
	if (part == RAPL_PSYS)
		(void)copy_text(domain->device, sizeof domain->device, "platform");
	else
		(void)snprintf(domain->device, sizeof domain->device, "cpu-%u",
			       place->package);
	if (part == RAPL_CORE || part == RAPL_UNCORE)
		id_of(domain->inside, sizeof domain->inside, RAPL_PACKAGE, place);
	domain->update_ns = NS_PER_MS;
	domain->gain_u_permille = gain_of(part, cpu);
	if (part == RAPL_DRAM)
		domain->offset_u_uw =
			DIMM_U_UW * (cpu->dimms ? cpu->dimms : DIMMS_ASSUMED);
	if (part == RAPL_PSYS)
		rapl_doubt(domain, "on some laptops psys reads too high");
	else if (cpu->vendor == RAPL_INTEL && cpu->has_sgx)
		rapl_doubt(domain, "may be blurred on purpose (SGX energy filter)");
}

uint64_t rapl_max_uw(uint64_t limit_uw)
{
	if (limit_uw == 0 || limit_uw > LIMIT_SANE_UW)
		return 0;
	return limit_uw * 2 > LIMIT_FLOOR_UW ? limit_uw * 2 : LIMIT_FLOOR_UW;
}

int rapl_scale_of_joules(double joules, struct rapl_scale *ret)
{
	int exponent;
	wide mul;

	if (!(joules > 0 && joules <= 1))
		return -EPROTO;
	/* A double is 53 bits times a power of two: taken apart, nothing is rounded. */
	mul = (wide)ldexp(frexp(joules, &exponent), 53) * UJ_PER_J;
	exponent -= 53;
	while (mul > UINT64_MAX || (exponent < 0 && (mul & 1) == 0)) {
		mul = (mul >> 1) + (mul > UINT64_MAX && (mul & 1));
		exponent++;
	}
	if (exponent > 0 || exponent < -127)
		return -EPROTO;
	ret->mul = (uint64_t)mul;
	ret->shift = (unsigned)-exponent;
	return 0;
}

uint64_t rapl_scale_uj(const struct rapl_scale *scale, uint64_t raw)
{
	return (uint64_t)((wide)raw * scale->mul >> scale->shift);
}

void rapl_clean_text(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

int rapl_file_open(struct rapl_file *file, const struct host *host, const char *path)
{
	struct rapl_file opened = RAPL_FILE_NONE;

	if (!copy_text(opened.path, sizeof opened.path, path))
		return -ENAMETOOLONG;
	opened.fd = host_open(host, path, O_RDONLY);
	if (opened.fd < 0)
		return opened.fd;
	*file = opened;
	return 0;
}

static bool is_gone(int err)
{
	return err == -ENODEV || err == -ENOENT || err == -ENXIO || err == -ESRCH ||
	       err == -ENOTDIR;
}

static bool same_file(int a, int b)
{
	struct stat st_a;
	struct stat st_b;

	return fstat(a, &st_a) == 0 && fstat(b, &st_b) == 0 &&
	       st_a.st_dev == st_b.st_dev && st_a.st_ino == st_b.st_ino;
}

int rapl_file_ready(struct rapl_file *file, const struct host *host, enum read_why why)
{
	int fd;

	if (file->err == 0)
		return 0;
	if (why == READ_PACE)
		return file->err;
	fd = host_open(host, file->path, O_RDONLY);
	if (fd < 0)
		return fd;
	if (file->gone || !same_file(file->fd, fd))
		file->epoch++;
	close_fd(&file->fd);
	file->fd = fd;
	file->gone = false;
	file->err = 0;
	return 0;
}

void rapl_file_result(struct rapl_file *file, int err, struct reading *reading)
{
	assert(err <= 0);
	file->err = err;
	file->gone = file->gone || is_gone(err);
	reading->err = err;
	reading->has = err == 0 ? READING_ENERGY : 0;
	reading->epoch = file->epoch;
}

void rapl_file_close(struct rapl_file *file)
{
	close_fd(&file->fd);
	file->fd = -1;
}
