/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"

#include <errno.h>
#include <unistd.h>

#include "base/parse.h"

ssize_t fd_read_full(int fd, void *buf, size_t size)
{
	char *at = buf;
	size_t used = 0;

	while (used < size) {
		ssize_t n = read(fd, at + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	return (ssize_t)used;
}

int fd_write_all(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size > 0) {
		ssize_t n = write(fd, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

ssize_t fd_read_text(int fd, char *buf, size_t size)
{
	ssize_t n;

	do
		n = pread(fd, buf, size - 1, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return n;
}

int fd_read_u64(int fd, uint64_t *ret)
{
	char text[32];
	ssize_t n = fd_read_text(fd, text, sizeof text);

	return n < 0 ? (int)n : parse_u64(text, ret);
}
