/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "bench.h"

#define POWERCAP "sys/class/powercap/"

static const struct zone {
	const char *folder;
	const char *name;
	uint64_t step_uj; /* about 90 W and 12 W at 1 Hz */
} zones[BENCH_COUNTERS] = {
	{ POWERCAP "intel-rapl:0", "package-0\n", 90125337 },
	{ POWERCAP "intel-rapl:0:0", "dram\n", 12004211 },
	{ POWERCAP "intel-rapl:1", "package-1\n", 88530119 },
	{ POWERCAP "intel-rapl:1:0", "dram\n", 11874003 },
};

void bench_folder(bool on_disk, char *buf, size_t size)
{
	const char *memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	char here[96];

	if (!getcwd(here, sizeof here))
		(void)snprintf(here, sizeof here, "/tmp");
	(void)snprintf(buf, size, "%s/bench-XXXXXX", on_disk ? here : memory);
	if (!mkdtemp(buf))
		bench_fail("cannot make the folder %s", buf);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void bench_folder_remove(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int64_t bench_file_bytes(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

void bench_machine_write(const struct bench_machine *machine, const char *path,
			 const void *bytes, size_t size, int64_t offset)
{
	char part[256];
	int fd;

	for (const char *slash = strchr(path, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		(void)snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
		(void)mkdirat(machine->host.root_fd, part, 0755);
	}
	fd = openat(machine->host.root_fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || pwrite(fd, bytes, size, offset) != (ssize_t)size)
		bench_fail("cannot write %s/%s", machine->path, path);
	(void)close(fd);
}

static void write_text(const struct bench_machine *machine, const char *folder,
		       const char *name, const char *text)
{
	char path[256];

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	bench_machine_write(machine, path, text, strlen(text), 0);
}

/* The counter's file is mapped, so that moving it costs no system call. */
static void open_counter(struct bench_machine *machine, size_t i)
{
	char path[256];

	write_text(machine, zones[i].folder, "name", zones[i].name);
	write_text(machine, zones[i].folder, "max_energy_range_uj", "262143328850\n");
	write_text(machine, zones[i].folder, "energy_uj", "000000000000\n");
	(void)snprintf(path, sizeof path, "%s/energy_uj", zones[i].folder);
	machine->fd[i] = openat(machine->host.root_fd, path, O_RDWR | O_CLOEXEC);
	machine->text[i] =
		mmap(NULL, 16, PROT_READ | PROT_WRITE, MAP_SHARED, machine->fd[i], 0);
	if (machine->fd[i] < 0 || machine->text[i] == MAP_FAILED)
		bench_fail("cannot map %s/%s", machine->path, path);
}

void bench_machine_open(struct bench_machine *machine)
{
	memset(machine, 0, sizeof *machine);
	bench_folder(false, machine->path, sizeof machine->path);
	if (host_init(&machine->host, machine->path) < 0)
		bench_fail("cannot open %s", machine->path);
	write_text(machine, POWERCAP "intel-rapl", "enabled", "1\n");
	for (size_t i = 0; i < BENCH_COUNTERS; i++)
		open_counter(machine, i);
	bench_machine_move(machine);
}

void bench_machine_close(struct bench_machine *machine)
{
	for (size_t i = 0; i < BENCH_COUNTERS; i++) {
		(void)munmap(machine->text[i], 16);
		(void)close(machine->fd[i]);
	}
	host_done(&machine->host);
	bench_folder_remove(machine->path);
}

/* Half of a step and up to a whole one more, so that no column is a plain row of numbers. */
void bench_machine_move(struct bench_machine *machine)
{
	for (size_t i = 0; i < BENCH_COUNTERS; i++) {
		uint64_t uj;

		machine->random = machine->random * UINT64_C(6364136223846793005) + 1;
		machine->uj[i] +=
			zones[i].step_uj / 2 + (machine->random >> 33) % zones[i].step_uj;
		uj = machine->uj[i] % UINT64_C(262143328850);
		for (int digit = 11; digit >= 0; digit--) {
			machine->text[i][digit] = (char)('0' + uj % 10);
			uj /= 10;
		}
	}
}

uint64_t bench_machine_pread(const struct bench_machine *machine)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < BENCH_COUNTERS; i++) {
		char text[32];
		ssize_t n = pread(machine->fd[i], text, sizeof text - 1, 0);

		if (n <= 0)
			bench_fail("cannot read %s", machine->path);
		text[n] = '\0';
		sum += strtoull(text, NULL, 10);
	}
	return sum;
}
