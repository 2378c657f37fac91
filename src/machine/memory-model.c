/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: proc/meminfo.
 * Gives: how much memory the machine has, and watts for it.
 * Needs: nothing.
 * Limits: modules are not counted; power is by size, good to a factor of 2. Inside a container
 *         with a limit it is the machine's all the same: the run's share of it (E-6) is by the
 *         machine's memory in use, and what the limit reserves of it (E-5) by its size.
 */
#include "machine/memory-model.h"

#include <errno.h>
#include <math.h>

#include "base/parse.h"
#include "data-memory-power.h"

#define KIB UINT64_C(1024)
#define GIB (UINT64_C(1) << 30)
#define MIB (UINT64_C(1) << 20)

int memory_model_see(const struct host *host, struct memory_seen *ret)
{
	AUTO_FREE char *text = NULL;
	uint64_t kib = 0;

	if (host_read_all(host, "proc/meminfo", &text) < 0 ||
	    parse_keyed_u64(text, "MemTotal:", &kib) < 0 || kib == 0 ||
	    kib > UINT64_MAX / KIB)
		return -ENODEV;
	ret->bytes = kib * KIB;
	return 0;
}

uint64_t memory_model_uw(uint64_t bytes)
{
	uint64_t sum_uw = 0;

	for (size_t i = 0; i < ARRAY_SIZE(data_memory_power); i++) {
		const struct data_memory_power *row = &data_memory_power[i];
		uint64_t from = row->from_gib * GIB;
		uint64_t to = i + 1 < ARRAY_SIZE(data_memory_power)
				      ? row[1].from_gib * GIB
				      : UINT64_MAX;

		if (bytes > from)
			sum_uw += ((bytes < to ? bytes : to) - from) / MIB * row->gib_mw *
				  1000 / (GIB / MIB);
	}
	return sum_uw;
}

/* A host has as much memory a thread as we do: 8 GiB of a large host are not modules of 4. */
uint64_t memory_model_part_uw(uint64_t bytes, double host_ratio)
{
	double host_bytes = (double)bytes / host_ratio;

	if (!(host_ratio > 0 && host_ratio < 1 && host_bytes < 0x1p62))
		return memory_model_uw(bytes);
	return (uint64_t)(host_ratio * (double)memory_model_uw((uint64_t)host_bytes));
}
