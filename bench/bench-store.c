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
#include "load.h"

#define DAY_S      86400
#define FLUSH_ROWS 4
#define ZSTD_LEVEL 6
#define MB         1e6

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
	AUTO_FREE struct bench_load *day = malloc(sizeof *day);
	int64_t flush_ns = 0;
	int64_t row_ns = 0;
	char path[160];

	(void)snprintf(path, sizeof path, "%s/day.db", folder);
	(void)snprintf(info.id, sizeof info.id, "a-day");
	if (!day || recorder_new(path, &recorder) < 0)
		bench_fail("no memory");
	bench_load_init(day);
	recorder_begin(recorder, &info, NULL, 0);
	for (int second = 0; second < seconds; second++) {
		int64_t at_ns[3];

		bench_load_next(day, second);
		info.samples++;
		info.duration_ns = day->row.t_ns;
		at_ns[0] = bench_cpu_ns();
		recorder_row(recorder, &day->row);
		at_ns[1] = bench_cpu_ns();
		if (second % FLUSH_ROWS == 0)
			recorder_flush(recorder, day->domain, LOAD_DOMAINS);
		at_ns[2] = bench_cpu_ns();
		row_ns += at_ns[1] - at_ns[0];
		flush_ns += at_ns[2] - at_ns[1];
	}
	recorder_end(recorder, day->domain, LOAD_DOMAINS);
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
	size_t size = (size_t)seconds * sizeof(uint64_t) * LOAD_WORDS;
	AUTO_FREE struct bench_load *day = malloc(sizeof *day);
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
	bench_load_init(day);
	for (int second = 0; second < seconds; second++) {
		int64_t at_ns;

		bench_load_next(day, second);
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
