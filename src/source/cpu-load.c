/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: the text of /proc/stat.
 * Gives: the busy share of the CPUs over an interval.
 * Needs: nothing.
 * Limits: ticks of 10 ms; two threads on one core count as two CPUs.
 */
#include "source/cpu-load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PPM 1000000u

int cpu_load_parse(const char *stat, struct cpu_ticks *ret)
{
	enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, FIELDS };

	uint64_t field[FIELDS];

	if (strncmp(stat, "cpu ", 4) != 0)
		return -EPROTO;
	stat += 4;
	for (size_t i = 0; i < FIELDS; i++) {
		char *end;

		stat += strspn(stat, " ");
		if (*stat < '0' || *stat > '9')
			return -EPROTO;
		field[i] = strtoull(stat, &end, 10);
		stat = end;
	}
	ret->busy =
		field[USER] + field[NICE] + field[SYSTEM] + field[IRQ] + field[SOFTIRQ];
	ret->idle = field[IDLE] + field[IOWAIT];
	return 0;
}

void cpu_load_begin(struct cpu_load *load, const struct cpu_ticks *now)
{
	*load = (struct cpu_load){ .ticks = *now };
}

int cpu_load_take(struct cpu_load *load, const struct cpu_ticks *now)
{
	struct cpu_ticks before = load->ticks;
	uint64_t idle = now->idle > before.idle ? now->idle - before.idle : 0;
	uint64_t busy = now->busy - before.busy;

	if (now->busy < before.busy) {
		cpu_load_begin(load, now);
		return -ERANGE;
	}
	if (busy + idle == 0)
		return load->known ? 0 : -EAGAIN;
	load->busy_ppm = (uint32_t)((unsigned __int128)busy * PPM /
				    ((unsigned __int128)busy + idle));
	load->known = true;
	load->ticks = *now;
	return 0;
}
