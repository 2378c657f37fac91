/* SPDX-License-Identifier: Apache-2.0 */
#include "import/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

/* Below this a copy costs less than the faults of a mapping, and stands whatever becomes of
 * the file. */
#define READ_MAX (64 << 20)

static int read_whole(int fd, size_t size, struct bytes *ret)
{
	AUTO_FREE char *at = malloc(size + 1);
	ssize_t got;

	if (!at)
		return -ENOMEM;
	got = fd_read_full(fd, at, size);
	if (got < 0)
		return (int)got;
	*ret = (struct bytes){ .at = STEAL(at), .size = (size_t)got };
	return 0;
}

static int map_whole(int fd, size_t size, struct bytes *ret)
{
	void *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	(void)madvise(at, size, MADV_SEQUENTIAL);
	*ret = (struct bytes){ .at = at, .size = size, .mapped = true };
	return 0;
}

int bytes_read(const char *path, struct bytes *ret)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	return st.st_size > READ_MAX ? map_whole(fd, (size_t)st.st_size, ret)
				     : read_whole(fd, (size_t)st.st_size, ret);
}

void bytes_done(struct bytes *bytes)
{
	if (bytes->mapped)
		(void)munmap(bytes->at, bytes->size);
	else
		free(bytes->at);
	*bytes = (struct bytes){ 0 };
}
