/* SPDX-License-Identifier: Apache-2.0 */
/* proc/cpuinfo, and all that is concluded from it: traits, facts, an estimate's curve. */
#include <errno.h>
#include <string.h>

#include "files.h"
#include "machine/cpu-curve.h"
#include "machine/cpu-model.h"
#include "source/cpu-load.h"
#include "source/rapl-cpu.h"

static const char *const paths[] = { "proc/cpuinfo" };

static void curve_of(const struct cpu_seen *seen)
{
	struct cpu_facts facts;
	struct cpu_curve curve;

	PROMISE(seen->threads >= 1 && seen->chips >= 1);
	cpu_model_facts(seen, &facts);
	PROMISE(memchr(facts.name, '\0', sizeof facts.name));
	cpu_curve_of(seen, &facts, &curve);
	PROMISE(memchr(curve.note, '\0', sizeof curve.note));
	for (size_t i = 1; i <= CPU_CURVE_STEPS; i++)
		PROMISE(curve.power_uw[i - 1] <= curve.power_uw[i]);
	PROMISE(cpu_curve_uw(&curve, LOAD_FULL_PPM) == curve.power_uw[CPU_CURVE_STEPS]);
}

static void load_of(const char *text)
{
	struct cpu_load load;
	struct cpu_ticks ticks = { 7, 7 };
	int r = cpu_load_parse(text, &ticks);

	PROMISE(r == 0 || (r < 0 && ticks.busy == 7 && ticks.idle == 7));
	cpu_load_begin(&load, &(struct cpu_ticks){ 1, 1 });
	if (cpu_load_take(&load, &ticks) == 0)
		PROMISE(load.busy_ppm <= LOAD_FULL_PPM);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = files_text(data, size);
	struct cpu_seen seen = { .threads = 7 };
	struct rapl_cpu cpu;
	int r = cpu_model_parse(text, &seen);

	PROMISE(r == 0 || (r == -EPROTO && seen.threads == 7));
	if (r == 0)
		curve_of(&seen);
	load_of(text);
	files_lay(paths, ARRAY_SIZE(paths), data, size);
	rapl_cpu_read(files_host(), &cpu);
	PROMISE(memchr(cpu.name, '\0', sizeof cpu.name));
	return 0;
}
