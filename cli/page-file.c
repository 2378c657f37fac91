/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page goes to a temporary file beside its place, which is renamed when it is whole: what stood
 * there stays where the disk is full. A file of that name is replaced when it is a page of ours,
 * or ends in .html.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

#define HEAD_MAX   4096
#define PATH_BYTES 4096

static int ends_in_html(const char *path)
{
	size_t len = strlen(path);

	return len > 5 && strcmp(path + len - 5, ".html") == 0;
}

/* A page says in its head who made it. */
static int is_page(const char *path)
{
	char head[HEAD_MAX + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return 0;
	len = read(fd, head, HEAD_MAX);
	(void)close(fd);
	if (len <= 0)
		return len == 0; /* an empty file holds nothing to lose: mktemp's */
	head[len] = '\0';
	return strstr(head, "name=\"generator\" content=\"gramme ") != NULL;
}

static int may_replace(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return 1;
	return S_ISREG(st.st_mode) && (ends_in_html(path) || is_page(path));
}

static int failed(const char *path)
{
	(void)fprintf(stderr, "gramme: cannot write %s: %s\n", path, strerror(errno));
	return 1;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/* As open() would make it: mkstemp() leaves out everybody else. */
static int open_beside(const char *path, char temporary[PATH_BYTES])
{
	int n = snprintf(temporary, PATH_BYTES, "%s.%ld.part", path, (long)getpid());

	if (n < 0 || n >= PATH_BYTES) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

static int save(const char *path, const char *text, size_t len)
{
	char temporary[PATH_BYTES];
	int fd = open_beside(path, temporary);
	int bad;

	if (fd < 0)
		return failed(path);
	bad = write_all(fd, text, len);
	bad |= close(fd);
	if (bad == 0)
		bad = rename(temporary, path);
	if (bad == 0)
		return 0;
	bad = failed(path);
	(void)unlink(temporary);
	return bad;
}

int cli_save_page(const char *path, const char *text)
{
	if (may_replace(path))
		return save(path, text, strlen(text));
	(void)fprintf(stderr,
		      "gramme: %s is there and is no report: it is left as it is\n"
		      "  try: another name for the page\n",
		      path);
	return 1;
}
