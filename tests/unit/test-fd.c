/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"

/* More than a pipe holds: it takes several calls on either side. */
#define MANY 300000

static void what_takes_many_writes_arrives_whole(void **state)
{
	char *sent = malloc(MANY);
	char *got = malloc(MANY + 1);
	int status;
	int pair[2];
	pid_t pid;

	(void)state;
	assert_non_null(sent);
	assert_non_null(got);
	for (size_t i = 0; i < MANY; i++)
		sent[i] = (char)(i % 251);
	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0)
		_exit(fd_write_all(pair[1], sent, MANY) == 0 ? 0 : 1);
	(void)close(pair[1]);
	assert_int_equal(fd_read_full(pair[0], got, MANY + 1), MANY);
	assert_memory_equal(got, sent, MANY);
	(void)close(pair[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	free(sent);
	free(got);
}

static void a_full_buffer_ends_a_read(void **state)
{
	char buf[4] = "";
	int pair[2];

	(void)state;
	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	assert_int_equal(fd_write_all(pair[1], "abcdef", 6), 0);
	assert_int_equal(fd_read_full(pair[0], buf, 3), 3);
	assert_string_equal(buf, "abc");
	(void)close(pair[0]);
	(void)close(pair[1]);
}

static void what_cannot_be_read_or_written_says_why(void **state)
{
	char buf[4];
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, "abc", 3), -ENOSPC);
	(void)close(fd);
	assert_int_equal(fd_read_full(-1, buf, sizeof buf), -EBADF);
	assert_int_equal(fd_write_all(-1, "abc", 3), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_takes_many_writes_arrives_whole),
		cmocka_unit_test(a_full_buffer_ends_a_read),
		cmocka_unit_test(what_cannot_be_read_or_written_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
