/* SPDX-License-Identifier: Apache-2.0 */
#include "source/rapl-cpu.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "source/topology.h"

#define EDAC_DIR  "sys/devices/system/edac/mc"

#define CLIENT    RAPL_HAS_UNCORE
#define CLIENT_PS (RAPL_HAS_UNCORE | RAPL_HAS_PSYS)
#define ATOM_UJ   (RAPL_UNIT_IS_UJ | RAPL_IS_MODELLED)

struct model_row {
	unsigned model; /* of family 6 */
	unsigned traits;
};

static const struct model_row model_rows[] = {
	{ 0x2A, CLIENT | RAPL_IS_MODELLED },      /* Sandy Bridge */
	{ 0x2D, RAPL_SERVER | RAPL_IS_MODELLED }, /* Sandy Bridge-EP */
	{ 0x3A, CLIENT | RAPL_IS_MODELLED },      /* Ivy Bridge */
	{ 0x3E, RAPL_SERVER | RAPL_IS_MODELLED }, /* Ivy Bridge-EP */
	{ 0x3C, CLIENT },                         /* Haswell */
	{ 0x45, CLIENT },                         /* Haswell-ULT */
	{ 0x46, CLIENT },                         /* Haswell with eDRAM */
	{ 0x3F, RAPL_SERVER | RAPL_DRAM_15UJ },   /* Haswell-EP */
	{ 0x3D, CLIENT },                         /* Broadwell */
	{ 0x47, CLIENT },                         /* Broadwell with eDRAM */
	{ 0x4F, RAPL_SERVER | RAPL_DRAM_15UJ },   /* Broadwell-EP */
	{ 0x56, RAPL_SERVER | RAPL_DRAM_15UJ },   /* Broadwell-DE */
	{ 0x4E, CLIENT_PS },                      /* Skylake mobile */
	{ 0x5E, CLIENT_PS },                      /* Skylake desktop */
	{ 0x55, RAPL_SERVER | RAPL_DRAM_15UJ },   /* Skylake-X, Cascade and Cooper Lake */
	{ 0x57, RAPL_SERVER | RAPL_DRAM_15UJ },   /* Knights Landing */
	{ 0x85, RAPL_SERVER | RAPL_DRAM_15UJ },   /* Knights Mill */
	{ 0x8E, CLIENT_PS },                      /* Kaby Lake mobile */
	{ 0x9E, CLIENT_PS },                      /* Kaby and Coffee Lake desktop */
	{ 0x66, CLIENT_PS },                      /* Cannon Lake */
	{ 0xA5, CLIENT_PS },                      /* Comet Lake desktop */
	{ 0xA6, CLIENT_PS },                      /* Comet Lake mobile */
	{ 0x7D, CLIENT_PS },                      /* Ice Lake desktop */
	{ 0x7E, CLIENT_PS },                      /* Ice Lake mobile */
	{ 0x6A, RAPL_SERVER | RAPL_DRAM_15UJ },   /* Ice Lake-SP */
	{ 0x6C, RAPL_SERVER | RAPL_DRAM_15UJ },   /* Ice Lake-D */
	{ 0x8C, CLIENT_PS },                      /* Tiger Lake mobile */
	{ 0x8D, CLIENT_PS },                      /* Tiger Lake */
	{ 0xA7, CLIENT_PS },                      /* Rocket Lake */
	{ 0x97, CLIENT_PS },                      /* Alder Lake desktop */
	{ 0x9A, CLIENT_PS },                      /* Alder Lake mobile */
	{ 0xB7, CLIENT_PS },                      /* Raptor Lake desktop */
	{ 0xBA, CLIENT_PS },                      /* Raptor Lake mobile */
	{ 0xBF, CLIENT_PS },                      /* Raptor Lake-S */
	{ 0xAA, CLIENT_PS },                      /* Meteor Lake-L */
	{ 0xAC, CLIENT_PS },                      /* Meteor Lake */
	{ 0xB5, CLIENT_PS },                      /* Arrow Lake-U */
	{ 0xC5, CLIENT_PS },                      /* Arrow Lake-H */
	{ 0xC6, CLIENT_PS },                      /* Arrow Lake */
	{ 0xBD, CLIENT_PS },                      /* Lunar Lake */
	{ 0x8F, RAPL_SERVER | RAPL_DRAM_SCALED }, /* Sapphire Rapids */
	{ 0xCF, RAPL_SERVER },                    /* Emerald Rapids */
	{ 0xAD, RAPL_SERVER },                    /* Granite Rapids */
	{ 0xAE, RAPL_SERVER },                    /* Granite Rapids-D */
	{ 0xAF, RAPL_SERVER },                    /* Sierra Forest */
	{ 0x37, ATOM_UJ },                        /* Silvermont */
	{ 0x4A, ATOM_UJ },                        /* Silvermont, Merrifield */
	{ 0x4D, ATOM_UJ },                        /* Silvermont-D */
	{ 0x5A, ATOM_UJ },                        /* Airmont, Moorefield */
	{ 0x5D, ATOM_UJ },                        /* Silvermont, SoFIA */
	{ 0x4C, ATOM_UJ },                        /* Airmont */
	{ 0x5C, CLIENT },                         /* Goldmont */
	{ 0x5F, 0 },                              /* Goldmont-D */
	{ 0x7A, CLIENT },                         /* Goldmont Plus */
	{ 0x86, 0 },                              /* Tremont-D */
	{ 0x96, CLIENT },                         /* Elkhart Lake */
	{ 0x9C, CLIENT },                         /* Jasper Lake */
};

static const struct {
	const char *text;
	enum rapl_vendor vendor;
} vendors[] = {
	{ "GenuineIntel", RAPL_INTEL },
	{ "AuthenticAMD", RAPL_AMD },
	{ "HygonGenuine", RAPL_AMD },
};

static enum rapl_vendor vendor_of(const char *cpuinfo)
{
	char text[32];

	if (parse_keyed_text(cpuinfo, "vendor_id", text, sizeof text) < 0)
		return RAPL_OTHER;
	for (size_t i = 0; i < ARRAY_SIZE(vendors); i++)
		if (strcmp(text, vendors[i].text) == 0)
			return vendors[i].vendor;
	return RAPL_OTHER;
}

static unsigned number_of(const char *cpuinfo, const char *key)
{
	char text[16];
	uint64_t value;

	if (parse_keyed_text(cpuinfo, key, text, sizeof text) < 0 ||
	    parse_u64(text, &value) < 0 || value > 0xFFFF)
		return 0;
	return (unsigned)value;
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = strstr(text, word); p; p = strstr(p + len, word))
		if ((p == text || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

static void look_up(struct rapl_cpu *cpu)
{
	if (cpu->vendor != RAPL_INTEL || cpu->family != 6)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(model_rows); i++) {
		if (model_rows[i].model != cpu->model)
			continue;
		cpu->known = true;
		cpu->traits = model_rows[i].traits;
	}
}

/* EDAC makes a folder for each slot that is filled. */
static unsigned count_dimms(const struct host *host)
{
	CLEANUP(names_done) struct names controllers = { NULL, 0 };
	unsigned count = 0;

	if (host_names(host, EDAC_DIR, &controllers) < 0)
		return 0;
	for (size_t i = 0; i < controllers.count; i++) {
		CLEANUP(names_done) struct names names = { NULL, 0 };
		char path[128];

		(void)snprintf(path, sizeof path, EDAC_DIR "/%.64s", controllers.name[i]);
		if (strncmp(controllers.name[i], "mc", 2) != 0 ||
		    host_names(host, path, &names) < 0)
			continue;
		for (size_t k = 0; k < names.count; k++)
			count += strncmp(names.name[k], "dimm", 4) == 0;
	}
	return count;
}

static unsigned dimms_a_package(const struct host *host)
{
	unsigned dimms = count_dimms(host);
	struct topology topology;
	unsigned packages;

	if (dimms == 0 || topology_read(host, &topology) < 0)
		return 0;
	packages = (unsigned)topology_package_count(&topology);
	return (dimms + packages - 1) / packages;
}

void rapl_cpu_read(const struct host *host, struct rapl_cpu *ret)
{
	/* The first CPU is enough, and the kernel makes only as much as is read. */
	char text[8192];
	char flags[6144] = "";

	memset(ret, 0, sizeof *ret);
	if (host_read_text(host, "proc/cpuinfo", text, sizeof text) < 0)
		return;
	ret->vendor = vendor_of(text);
	ret->family = number_of(text, "cpu family");
	ret->model = number_of(text, "model\t");
	if (parse_keyed_text(text, "model name", ret->name, sizeof ret->name) < 0)
		ret->name[0] = '\0';
	if (parse_keyed_text(text, "flags", flags, sizeof flags) == 0) {
		ret->is_virtual = has_word(flags, "hypervisor");
		ret->has_sgx = has_word(flags, "sgx");
	}
	look_up(ret);
	ret->dimms = dimms_a_package(host);
}
