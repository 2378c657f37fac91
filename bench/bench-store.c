/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A day of eight domains at 1 Hz, fed to the recorder as fast as it takes it and flushed
 * every four seconds of it: bytes on disk and handed to the log, CPU time of a flush. Beside
 * it the same numbers as plain fixed-width rows in a file, and those in zstd as a whole.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "bench.h"
#include "engine/recorder.h"

#define DOMAINS     8
#define DAY_S       86400
#define FLUSH_ROWS  4
#define PLAIN_WORDS (DOMAINS + 5)
#define ZSTD_LEVEL  6
#define MB          1e6

struct day {
	struct run_domain domain[DOMAINS];
	struct sample row;
	uint64_t random;
	double mean_uj[DOMAINS];
	uint64_t plain[PLAIN_WORDS]; /* what a plain file would hold of the row */
};

static uint64_t random_below(struct day *day, uint64_t most)
{
	day->random = day->random * UINT64_C(6364136223846793005) +
		      UINT64_C(1442695040888963407);
	return (day->random >> 33) % most;
}

static void day_init(struct day *day)
{
	static const struct {
		const char *id;
		enum family family;
		double mean_uj;
	} like[DOMAINS] = {
		{ "package-0", FAMILY_CPU, 140e6 }, { "package-1", FAMILY_CPU, 130e6 },
		{ "dram-0", FAMILY_MEMORY, 20e6 },  { "dram-1", FAMILY_MEMORY, 18e6 },
		{ "gpu-0", FAMILY_GPU, 350e6 },     { "gpu-1", FAMILY_GPU, 340e6 },
		{ "gpu-2", FAMILY_GPU, 360e6 },     { "gpu-3", FAMILY_GPU, 70e6 },
	};

	memset(day, 0, sizeof *day);
	for (int i = 0; i < DOMAINS; i++) {
		domain_init(&day->domain[i].domain, like[i].id, like[i].family);
		(void)snprintf(day->domain[i].source, sizeof day->domain[i].source,
			       "powercap");
		day->domain[i].counted = true;
		day->mean_uj[i] = like[i].mean_uj;
	}
	day->row.domain_count = DOMAINS;
	day->row.gpu_count = 4;
	day->row.use.has = USE_SCOPE_CPU | USE_MACHINE_CPU | USE_SCOPE_MEM |
			   USE_MACHINE_MEM | USE_PROCESSES;
}

/* Loads wander and jitter, counters move in steps of 15 uJ, the clock is some us late. */
static void day_next(struct day *day, int second)
{
	struct sample *row = &day->row;

	row->t_ns = second * NS_PER_S + (int64_t)random_below(day, 60000);
	for (int i = 0; i < DOMAINS; i++) {
		double jitter = 0.9 + 0.2 * (double)random_below(day, 1000) / 1000;

		if (random_below(day, 120) == 0)
			day->mean_uj[i] *= random_below(day, 2) ? 1.2 : 1 / 1.2;
		row->energy_uj[i] += (uint64_t)(day->mean_uj[i] * jitter) / 15 * 15;
		row->state[i] = SAMPLE_OK;
		day->plain[i] = row->energy_uj[i];
	}
	row->use.t_ns = row->t_ns + 40000 + (int64_t)random_below(day, 9000);
	row->use.scope_cpu_ns += 7800000000 + random_below(day, 40000000);
	row->use.machine_cpu_ns += 8100000000 + random_below(day, 10) * 10000000;
	row->use.scope_mem_bytes = UINT64_C(21474836480) + random_below(day, 64) * 4096;
	row->use.machine_mem_bytes =
		UINT64_C(42949672960) + random_below(day, 4096) * 4096;
	row->use.processes_seen = 9;
	for (int i = 0; i < 4; i++) {
		row->use.gpu[i].has = GPU_USE_CLIENTS | GPU_USE_SM;
		row->use.gpu[i].scope_clients = row->use.gpu[i].all_clients = 1;
		row->use.gpu[i].scope_sm_permille = row->use.gpu[i].all_sm_permille =
			(uint32_t)(900 + 10 * random_below(day, 10));
	}
	day->plain[DOMAINS] = (uint64_t)row->t_ns;
	day->plain[DOMAINS + 1] = row->use.scope_cpu_ns;
	day->plain[DOMAINS + 2] = row->use.machine_cpu_ns;
	day->plain[DOMAINS + 3] = row->use.scope_mem_bytes;
	day->plain[DOMAINS + 4] = row->use.machine_mem_bytes;
}

struct result {
	double disk_mb;
	double log_mb;
	double flush_us;
	double row_ns;
	double plain_mb;
	double plain_flush_us;
	double zstd_mb;
};

static void record_day(const char *folder, int seconds, struct result *ret)
{
	struct recorder *recorder;
	struct run_info info = { .attributed_j = -1, .machine_j = -1 };
	AUTO_FREE struct day *day = malloc(sizeof *day);
	int64_t flush_ns = 0;
	int64_t row_ns = 0;
	char path[160];

	(void)snprintf(path, sizeof path, "%s/day.db", folder);
	(void)snprintf(info.id, sizeof info.id, "a-day");
	if (!day || recorder_new(path, &recorder) < 0)
		bench_fail("no memory");
	day_init(day);
	recorder_begin(recorder, &info, NULL, 0);
	for (int second = 0; second < seconds; second++) {
		int64_t at_ns[3];

		day_next(day, second);
		info.samples++;
		info.duration_ns = day->row.t_ns;
		at_ns[0] = bench_cpu_ns();
		recorder_row(recorder, &day->row);
		at_ns[1] = bench_cpu_ns();
		if (second % FLUSH_ROWS == 0)
			recorder_flush(recorder, day->domain, DOMAINS);
		at_ns[2] = bench_cpu_ns();
		row_ns += at_ns[1] - at_ns[0];
		flush_ns += at_ns[2] - at_ns[1];
	}
	recorder_end(recorder, day->domain, DOMAINS);
	if (!recorder_kept(recorder))
		bench_fail("%s", recorder_trouble(recorder));
	ret->log_mb = (double)recorder_written_bytes(recorder) / MB;
	recorder_free(recorder);
	ret->disk_mb = (double)bench_file_bytes(path);
	(void)snprintf(path, sizeof path, "%s/day.db-wal", folder);
	ret->disk_mb = (ret->disk_mb + (double)bench_file_bytes(path)) / MB;
	ret->flush_us = (double)flush_ns / 1e3 * FLUSH_ROWS / seconds;
	ret->row_ns = (double)row_ns / seconds;
}

/* Four rows at a time appended to a file, and all of it once more through zstd. */
static void plain_day(const char *folder, int seconds, struct result *ret)
{
	size_t size = (size_t)seconds * sizeof(uint64_t) * PLAIN_WORDS;
	AUTO_FREE struct day *day = malloc(sizeof *day);
	AUTO_FREE char *all = malloc(size);
	AUTO_FREE char *packed = malloc(ZSTD_compressBound(size));
	int64_t write_ns = 0;
	size_t used = 0;
	size_t written = 0;
	char path[160];
	int fd;

	(void)snprintf(path, sizeof path, "%s/day.plain", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (!day || !all || !packed || fd < 0)
		bench_fail("cannot make %s", path);
	day_init(day);
	for (int second = 0; second < seconds; second++) {
		int64_t at_ns;

		day_next(day, second);
		memcpy(all + used, day->plain, sizeof day->plain);
		used += sizeof day->plain;
		if (second % FLUSH_ROWS != 0)
			continue;
		at_ns = bench_cpu_ns();
		if (write(fd, all + written, used - written) != (ssize_t)(used - written))
			bench_fail("cannot write %s", path);
		write_ns += bench_cpu_ns() - at_ns;
		written = used;
	}
	(void)close(fd);
	ret->plain_mb = (double)used / MB;
	ret->plain_flush_us = (double)write_ns / 1e3 * FLUSH_ROWS / seconds;
	ret->zstd_mb = (double)ZSTD_compress(packed, ZSTD_compressBound(size), all, used,
					     ZSTD_LEVEL) /
		       MB;
}

static void print(const char *what, const char *unit, const struct figure *value,
		  const char *reference, const struct figure *reference_value)
{
	double budget = strcmp(what, "a day on disk") == 0 ? 2 : 0;

	bench_print(&(struct bench_row){ "store", what, unit, value, reference,
					 reference_value, budget });
}

int main(void)
{
	int seconds = bench_quick() ? DAY_S / 24 : DAY_S;
	double to_day = (double)DAY_S / seconds;
	struct figure disk = { 0 }, log = { 0 }, flush = { 0 }, row = { 0 };
	struct figure plain = { 0 }, plain_flush = { 0 }, packed = { 0 };

	for (int repeat = 0; repeat < (bench_quick() ? 1 : 3); repeat++) {
		struct result result;
		char folder[128];

		bench_folder(true, folder, sizeof folder);
		record_day(folder, seconds, &result);
		plain_day(folder, seconds, &result);
		bench_folder_remove(folder);
		figure_add(&disk, result.disk_mb * to_day);
		figure_add(&log, result.log_mb * to_day);
		figure_add(&flush, result.flush_us);
		figure_add(&row, result.row_ns);
		figure_add(&plain, result.plain_mb * to_day);
		figure_add(&plain_flush, result.plain_flush_us);
		figure_add(&packed, result.zstd_mb * to_day);
	}
	print("a day on disk", "MB", &disk, "zstd of the plain rows", &packed);
	print("a day as plain rows", "MB", &plain, NULL, NULL);
	print("a day handed to the log", "MB", &log, "plain rows", &plain);
	print("CPU of a flush of 4 rows", "us", &flush, "write of 4 plain rows",
	      &plain_flush);
	print("CPU of a row", "ns", &row, NULL, NULL);
	return 0;
}
