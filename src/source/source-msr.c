/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  dev/cpu/N/msr, eight bytes at the register's number, N the first CPU of each die.
 *         Intel: 0x611 package, 0x639 core, 0x641 uncore, 0x619 DRAM, 0x64D psys, in units of
 *         0x606. AMD since family 17h and Hygon: 0xC001029B package, in units of 0xC0010299.
 * Gives:  package-N (or package-N-die-M), core-N and uncore-N inside it, dram-N beside it,
 *         psys. 32 bits, so a wrap each 2^32 units: 44 minutes at 100 W and 61 uJ.
 * Needs:  the msr driver and CAP_SYS_RAWIO: root, as a rule; a locked-down kernel refuses.
 * Limits: DRAM of Xeons up to Ice Lake counts in 15.3 uJ whatever 0x606 says (rapl-cpu.c).
 *         AMD's core register is one core's, and inside the package: not read. A register
 *         that reads 0 is taken for one that is not there, as hypervisors answer so.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "source/rapl.h"
#include "source/source.h"
#include "source/topology.h"

#define MSR_INTEL_UNIT   0x606
#define MSR_INTEL_INFO   0x614 /* bits 14:0 the thermal design power, in units of power */
#define MSR_INTEL_FILTER 0xBC  /* bit 0: readings are blurred against PLATYPUS */
#define MSR_AMD_UNIT     0xC0010299
#define AMD_FAMILY_MIN   0x17
#define DRAM_15UJ_SHIFT  16

struct counter {
	struct rapl_file file;
	off_t offset;
	struct rapl_scale scale;
};

struct msr {
	const struct host *host;
	struct rapl_cpu cpu;
	size_t count;
	struct domain domain[DOMAINS_MAX];
	struct counter counter[DOMAINS_MAX];
};

static const struct msr_row {
	enum rapl_vendor vendor;
	enum rapl_part part;
	off_t offset;
	unsigned trait; /* only where a known model has it; 0: everywhere */
} msr_rows[] = {
	{ RAPL_INTEL, RAPL_PACKAGE, 0x611, 0 },
	{ RAPL_INTEL, RAPL_CORE, 0x639, 0 },
	{ RAPL_INTEL, RAPL_UNCORE, 0x641, RAPL_HAS_UNCORE },
	{ RAPL_INTEL, RAPL_DRAM, 0x619, 0 },
	{ RAPL_INTEL, RAPL_PSYS, 0x64D, RAPL_HAS_PSYS },
	{ RAPL_AMD, RAPL_PACKAGE, 0xC001029B, 0 },
};

static int read_register(int fd, off_t offset, uint64_t *ret)
{
	uint64_t value;
	ssize_t n;

	do
		n = pread(fd, &value, sizeof value, offset);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n != (ssize_t)sizeof value)
		return -ENODATA;
	*ret = value;
	return 0;
}

/* The energy counters have 32 bits; what stands above them is reserved. */
static int read_counter(struct counter *counter, uint64_t *ret_uj)
{
	uint64_t raw = 0;
	int r = read_register(counter->file.fd, counter->offset, &raw);

	if (r < 0)
		return r;
	*ret_uj = rapl_scale_uj(&counter->scale, raw & UINT32_MAX);
	return 0;
}

/* The energy unit is in bits 12:8. -ENODEV for a register that hypervisors leave at 0. */
static int scale_of(const struct rapl_cpu *cpu, enum rapl_part part, uint64_t units,
		    struct rapl_scale *ret)
{
	unsigned esu = units >> 8 & 0x1F;

	if (units == 0)
		return -ENODEV;
	if (part == RAPL_DRAM && (cpu->traits & RAPL_DRAM_15UJ))
		esu = DRAM_15UJ_SHIFT;
	if (cpu->traits & RAPL_UNIT_IS_UJ) {
		*ret = (struct rapl_scale){ UINT64_C(1) << esu, 0 };
		return 0;
	}
	return rapl_scale_of_joules(ldexp(1, -(int)esu), ret);
}

static void set_range(struct domain *domain, const struct rapl_scale *scale)
{
	domain->range_uj = rapl_scale_uj(scale, UINT64_C(1) << 32);
	domain->step_uj = (domain->range_uj + (UINT64_C(1) << 31)) >> 32;
}

/* The power unit is in bits 3:0, 2^-PU W. */
static uint64_t max_uw_of(int fd, uint64_t units)
{
	uint64_t info;

	if (read_register(fd, MSR_INTEL_INFO, &info) < 0)
		return 0;
	return rapl_max_uw(((info & 0x7FFF) * UINT64_C(1000000)) >> (units & 0xF));
}

static void describe(struct msr *msr, const struct msr_row *row,
		     const struct rapl_place *place, uint64_t units)
{
	struct domain *domain = &msr->domain[msr->count];
	const struct counter *counter = &msr->counter[msr->count];
	uint64_t filter;

	rapl_domain(domain, row->part, place, &msr->cpu);
	set_range(domain, &counter->scale);
	if (row->vendor != RAPL_INTEL)
		return;
	if (row->part == RAPL_PACKAGE)
		domain->max_uw = max_uw_of(counter->file.fd, units);
	if (row->part != RAPL_PSYS && !msr->cpu.has_sgx &&
	    read_register(counter->file.fd, MSR_INTEL_FILTER, &filter) == 0 &&
	    (filter & 1)) {
		domain->gain_u_permille += 10;
		rapl_doubt(domain, "blurred on purpose (energy filter is on)");
	}
}

/* -ENODEV: the register is not there, or stands at 0 as hypervisors leave it. */
static int add_counter(struct msr *msr, const struct msr_row *row,
		       const struct rapl_place *place, const char *path, uint64_t units)
{
	struct counter counter = { .file = RAPL_FILE_NONE, .offset = row->offset };
	uint64_t uj;
	int r = scale_of(&msr->cpu, row->part, units, &counter.scale);

	if (r == 0)
		r = rapl_file_open(&counter.file, msr->host, path);
	if (r < 0)
		return r;
	r = read_counter(&counter, &uj);
	if (r < 0 || uj == 0 || msr->count == DOMAINS_MAX) {
		rapl_file_close(&counter.file);
		return -ENODEV;
	}
	msr->counter[msr->count] = counter;
	describe(msr, row, place, units);
	msr->count++;
	return 0;
}

static bool has_psys(const struct msr *msr)
{
	for (size_t i = 0; i < msr->count; i++)
		if (msr->domain[i].family == FAMILY_NODE)
			return true;
	return false;
}

static bool is_wanted(const struct msr *msr, const struct msr_row *row)
{
	if (row->vendor != msr->cpu.vendor)
		return false;
	/* A model without a row: what reads is there. */
	return row->trait == 0 || !msr->cpu.known || (msr->cpu.traits & row->trait);
}

static int read_units(const struct msr *msr, const char *path, uint64_t *ret)
{
	AUTO_CLOSE int fd = host_open(msr->host, path, O_RDONLY);

	if (fd < 0)
		return fd;
	return read_register(fd,
			     msr->cpu.vendor == RAPL_AMD ? MSR_AMD_UNIT : MSR_INTEL_UNIT,
			     ret);
}

static int tell_not_open(const struct msr *msr, struct diag *diag, int err,
			 const char *path)
{
	if (err == -EACCES || err == -EPERM) {
		(void)diag_fail(diag, -EACCES, "cannot read /%s", path);
		diag_fix(diag, "run gramme as root, or with cap_sys_rawio and "
			       "cap_dac_read_search; better: allow powercap");
		return -EACCES;
	}
	if (err != -ENOENT && err != -ENXIO && err != -ENOTDIR)
		return diag_fail(diag, err, "cannot read /%s", path);
	(void)diag_say(diag, -ENODEV, "the msr driver is not loaded: no /%s", path);
	if (!msr->cpu.is_virtual)
		diag_fix(diag, "sudo modprobe msr");
	return -ENODEV;
}

static int tell_zero(struct diag *diag)
{
	return diag_say(diag, -ENODEV,
			"the RAPL registers are not there or read 0: a hypervisor hides "
			"them, or the CPU has none");
}

/* The first failure is kept: later ones have nowhere to go. */
static struct diag *first_only(struct diag *diag)
{
	return diag->err == 0 ? diag : NULL;
}

static void add_place(struct msr *msr, const struct topology_place *at, bool has_dies,
		      struct diag *diag)
{
	const struct rapl_place place = { at->package, at->die, has_dies };
	char path[64];
	uint64_t units;
	int r;

	(void)snprintf(path, sizeof path, "dev/cpu/%u/msr", at->cpu);
	r = read_units(msr, path, &units);
	/* Opened, and the register is not there. */
	if (r == -EIO || r == -ENODATA)
		(void)tell_zero(first_only(diag));
	else if (r < 0)
		(void)tell_not_open(msr, first_only(diag), r, path);
	if (r < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(msr_rows); i++) {
		const struct msr_row *row = &msr_rows[i];

		if (!is_wanted(msr, row) || (row->part == RAPL_PSYS && has_psys(msr)))
			continue;
		r = add_counter(msr, row, &place, path, units);
		if (r < 0 && row->part == RAPL_PACKAGE) {
			(void)tell_zero(first_only(diag));
			return;
		}
	}
}

static int add_all(struct msr *msr, struct diag *diag)
{
	struct topology topology;
	bool has_dies;
	int r;

	rapl_cpu_read(msr->host, &msr->cpu);
	if (msr->cpu.vendor == RAPL_OTHER ||
	    (msr->cpu.vendor == RAPL_AMD && msr->cpu.family < AMD_FAMILY_MIN))
		return diag_say(diag, -ENODEV, "no CPU with RAPL registers");
	r = topology_read(msr->host, &topology);
	if (r < 0)
		return diag_say(diag, r, "no CPU says of which package it is");
	if (msr->cpu.vendor == RAPL_AMD)
		topology_merge_dies(&topology);
	has_dies = topology_has_dies(&topology);
	for (size_t i = 0; i < topology.count; i++)
		add_place(msr, &topology.place[i], has_dies, diag);
	return msr->count > 0 ? 0 : diag->err;
}

static void msr_close(void *state)
{
	struct msr *msr = state;

	if (!msr)
		return;
	for (size_t i = 0; i < msr->count; i++)
		rapl_file_close(&msr->counter[i].file);
	free(msr);
}

static void free_msr(struct msr **msr)
{
	msr_close(*msr);
}

static int msr_open(const struct host *host, struct diag *diag, void **ret_state)
{
	CLEANUP(free_msr) struct msr *msr = calloc(1, sizeof *msr);
	struct diag first;
	int r;

	if (!msr)
		return -ENOMEM;
	msr->host = host;
	diag_clear(&first);
	r = add_all(msr, &first);
	if (diag)
		*diag = first;
	if (r < 0)
		return r;
	*ret_state = STEAL(msr);
	return 0;
}

static size_t msr_domains(const void *state, const struct domain **ret)
{
	const struct msr *msr = state;

	*ret = msr->domain;
	return msr->count;
}

static void msr_read(void *state, enum read_why why, struct reading *readings)
{
	struct msr *msr = state;

	for (size_t i = 0; i < msr->count; i++) {
		struct counter *counter = &msr->counter[i];
		int r;

		memset(&readings[i], 0, sizeof readings[i]);
		r = rapl_file_ready(&counter->file, msr->host, why);
		if (r == 0)
			r = read_counter(counter, &readings[i].energy_uj);
		readings[i].t_ns = host_now_ns(msr->host);
		rapl_file_result(&counter->file, r, &readings[i]);
	}
}

const struct source source_msr = {
	.name = "msr",
	.open = msr_open,
	.domains = msr_domains,
	.read = msr_read,
	.close = msr_close,
};
