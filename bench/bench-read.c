/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One read of each source that a made-up machine can have, beside a bare pread of as many
 * files. What a real file costs beyond that is the kernel's: an MSR or a sensor behind a bus
 * takes its own time. Usage: bench-read NVML (the stand-in library; may be left out)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "source/source.h"

#define PMU      "sys/bus/event_source/devices/power/"
#define CPU      "sys/devices/system/cpu/"
#define CHIP     "sys/class/hwmon/hwmon0/"
#define CRAY     "sys/cray/pm_counters/"
#define UNITS_14 UINT64_C(0xA0E03) /* 2^-14 J */

static void text(const struct bench_machine *machine, const char *path, const char *what)
{
	bench_machine_write(machine, path, what, strlen(what), 0);
}

static void add_cpus(const struct bench_machine *machine)
{
	text(machine, "proc/cpuinfo",
	     "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\n"
	     "model\t\t: 85\nmodel name\t: A CPU\nflags\t\t: fpu msr\n");
	text(machine, CPU "cpu0/topology/physical_package_id", "0\n");
	text(machine, CPU "cpu0/topology/die_id", "0\n");
	text(machine, CPU "cpu1/topology/physical_package_id", "1\n");
	text(machine, CPU "cpu1/topology/die_id", "0\n");
}

static void add_perf(const struct bench_machine *machine)
{
	uint64_t count = UINT64_C(1) << 40;

	text(machine, PMU "type", "18\n");
	text(machine, PMU "cpumask", "0-1\n");
	text(machine, PMU "events/energy-pkg", "event=0x02\n");
	text(machine, PMU "events/energy-pkg.unit", "Joules\n");
	text(machine, PMU "events/energy-pkg.scale", "2.3283064365386962890625e-10\n");
	text(machine, PMU "events/energy-ram", "event=0x03\n");
	text(machine, PMU "events/energy-ram.unit", "Joules\n");
	text(machine, PMU "events/energy-ram.scale", "2.3283064365386962890625e-10\n");
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		for (unsigned config = 2; config < 4; config++) {
			char path[64];

			(void)snprintf(path, sizeof path, "dev/perf/18/%u/cpu%u", config,
				       cpu);
			bench_machine_write(machine, path, &count, sizeof count, 0);
		}
	}
}

/* A register stands at the byte of its number; from low to high, as they overlap. */
static void add_msr(const struct bench_machine *machine)
{
	static const struct {
		int64_t number;
		uint64_t value;
		size_t size;
	} registers[] = {
		{ 0x606, UNITS_14, 8 },
		{ 0x611, 1u << 20, 4 },
		{ 0x619, 1u << 18, 4 },
		{ 0x650, 0, 8 },
	};

	for (unsigned cpu = 0; cpu < 2; cpu++) {
		for (size_t i = 0; i < ARRAY_SIZE(registers); i++) {
			char path[64];

			(void)snprintf(path, sizeof path, "dev/cpu/%u/msr", cpu);
			bench_machine_write(machine, path, &registers[i].value,
					    registers[i].size, registers[i].number);
		}
	}
}

static void add_others(const struct bench_machine *machine, const char *nvml)
{
	char path[160];
	char link[512];

	text(machine, CHIP "name", "amdgpu\n");
	text(machine, CHIP "power1_average", "123000000\n");
	text(machine, CHIP "power1_label", "PPT\n");
	text(machine, CRAY "raw_scan_hz", "10\n");
	text(machine, CRAY "energy", "123456 J 1700000000000000 us\n");
	text(machine, CRAY "power", "345 W 1700000000000000 us\n");
	text(machine, CRAY "generation", "1\n");
	text(machine, CRAY "freshness", "1\n");
	if (!nvml)
		return;
	text(machine, "nvml",
	     "board 0 name=NVIDIA_H100 uuid=GPU-0 bus=3b mem_gb=80 limit_w=700 "
	     "energy=counter power=instant power_w=300\n");
	(void)snprintf(path, sizeof path, "%s/nvml", machine->path);
	(void)setenv("GRAMME_FAKE_NVML", path, 1);
	text(machine, "lib/here", "");
	(void)snprintf(link, sizeof link, "%s/lib/libnvidia-ml.so.1", machine->path);
	if (symlink(nvml, link) < 0)
		bench_fail("cannot link %s", link);
}

/* Moved on by a second for each read: some ask a sensor anew only when time has passed. */
static int64_t moved_now_ns(void *ctx, enum host_clock clock)
{
	const int64_t *now_ns = ctx;

	(void)clock;
	return *now_ns;
}

static size_t domains_read(const struct source *source, void *state)
{
	struct reading readings[DOMAINS_MAX];
	const struct domain *domains;
	size_t count = source->domains(state, &domains);
	size_t read = 0;

	memset(readings, 0, sizeof readings);
	source->read(state, READ_EDGE, readings);
	for (size_t i = 0; i < count; i++)
		read += readings[i].err == 0;
	return read;
}

static void bench_source(struct bench_machine *machine, const struct source *source,
			 void *state)
{
	size_t count = domains_read(source, state);
	struct figure own = { 0 };
	struct figure bare = { 0 };
	char what[64];
	int reads = bench_quick() ? 500 : 10000;

	for (int repeat = 0; repeat < 15; repeat++) {
		struct reading readings[DOMAINS_MAX];
		int64_t at_ns = bench_cpu_ns();

		memset(readings, 0, sizeof readings);
		for (int i = 0; i < reads; i++) {
			*(int64_t *)machine->host.clock_ctx += NS_PER_S;
			source->read(state, READ_TICK, readings);
		}
		figure_add(&own, (double)(bench_cpu_ns() - at_ns) / 1e3 / reads);
		at_ns = bench_cpu_ns();
		for (int i = 0; i < reads; i++)
			(void)bench_machine_pread(machine);
		figure_add(&bare, (double)(bench_cpu_ns() - at_ns) / 1e3 / reads *
					  (double)count / BENCH_COUNTERS);
	}
	(void)snprintf(what, sizeof what, "%s of %zu domains", source->name, count);
	bench_print(&(struct bench_row){ "read", what, "us", &own,
					 "pread of as many files", &bare, 0 });
}

int main(int argc, char **argv)
{
	struct bench_machine machine;
	int64_t now_ns = 1000 * NS_PER_S;

	bench_machine_open(&machine);
	machine.host.now_ns = moved_now_ns;
	machine.host.clock_ctx = &now_ns;
	add_cpus(&machine);
	add_perf(&machine);
	add_msr(&machine);
	add_others(&machine, argc > 1 ? argv[1] : NULL);
	for (size_t i = 0; i < source_row_count; i++) {
		const struct source *source = source_rows[i].source;
		struct diag diag = { 0 };
		void *state = NULL;

		if (source->flags & SOURCE_ESTIMATE ||
		    source->open(&machine.host, &diag, &state) < 0)
			continue;
		bench_source(&machine, source, state);
		source->close(state);
	}
	bench_machine_close(&machine);
	return 0;
}
