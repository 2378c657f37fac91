/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives a harness every file of a folder, whole and cut short, so that the seeds and what a
 * fuzzer once found run in every test run, with any compiler: replay FOLDER.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT_MAX (1 << 20)
#define CUTS      64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In memory of exactly this size: a sanitizer then sees the first byte too many. */
static void give(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, bytes, size);
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static int replay(int folder, const char *name, uint8_t *bytes)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	if (fd < 0)
		return -errno;
	size = read(fd, bytes, INPUT_MAX);
	(void)close(fd);
	if (size < 0)
		return -EIO;
	give(bytes, (size_t)size);
	for (size_t cut = 0; cut < CUTS; cut++)
		give(bytes, (size_t)size * cut / CUTS);
	return 0;
}

int main(int argc, char **argv)
{
	uint8_t *bytes = malloc(INPUT_MAX);
	DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	int count = 0;

	if (!dir || !bytes) {
		(void)fprintf(stderr, "usage: replay FOLDER\n");
		return 2;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (replay(dirfd(dir), entry->d_name, bytes) < 0)
			return 1;
		count++;
	}
	(void)closedir(dir);
	free(bytes);
	(void)printf("%d seeds\n", count);
	return count > 0 ? 0 : 1; /* an empty folder tests nothing */
}
