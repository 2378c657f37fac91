/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fixture.h"
#include "privilege.h"

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	fixture_open(fixture);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	fixture_close(*state);
	free(*state);
	return 0;
}

static void a_root_is_a_folder(void **state)
{
	struct fixture *fixture = *state;
	struct host host;
	char path[128];

	fixture_write(fixture, "file", "");
	(void)snprintf(path, sizeof path, "%s/file", fixture->path);
	assert_int_equal(host_init(&host, path), -ENOTDIR);
	(void)snprintf(path, sizeof path, "%s/none", fixture->path);
	assert_int_equal(host_init(&host, path), -ENOENT);
}

static void no_root_and_slashes_are_this_machine(void **unused)
{
	static const char *const roots[] = { NULL, "", "/", "///" };
	struct host host;

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
		assert_int_equal(host_init(&host, roots[i]), 0);
		assert_true(host.real);
		assert_string_equal(host.root_path, "");
		assert_true(host_exists(&host, "proc/self"));
		host_done(&host);
	}
	host_done(&host); /* and once more */
	host_done(NULL);
}

static void a_made_up_root_has_no_slash_at_its_end(void **state)
{
	const struct fixture *fixture = *state;
	struct host host;
	char path[128];

	(void)snprintf(path, sizeof path, "%s//", fixture->path);
	assert_int_equal(host_init(&host, path), 0);
	assert_false(host.real);
	assert_string_equal(host.root_path, fixture->path);
	host_done(&host);
}

static void descriptors_are_not_handed_on(void **state)
{
	struct fixture *fixture = *state;
	int fd;

	fixture_write(fixture, "a", "1\n");
	fd = host_open(&fixture->host, "a", O_RDONLY);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(fixture->host.root_fd, F_GETFD) & FD_CLOEXEC);
	(void)close(fd);
}

static void nobody_waits_for_a_fifo(void **state)
{
	struct fixture *fixture = *state;
	char text[8] = "before";
	uint64_t number = 7;

	assert_int_equal(mkfifoat(fixture->host.root_fd, "fifo", 0644), 0);
	assert_int_equal(host_read_text(&fixture->host, "fifo", text, sizeof text), 0);
	assert_int_equal(host_read_u64(&fixture->host, "fifo", &number), -EPROTO);
	assert_int_equal(number, 7);
}

static void a_text_is_cut_to_the_buffer_and_ends(void **state)
{
	struct fixture *fixture = *state;
	char text[5];

	fixture_write(fixture, "a", "123456789");
	assert_int_equal(host_read_text(&fixture->host, "a", text, sizeof text), 4);
	assert_string_equal(text, "1234");
}

static void a_whole_file_is_read_however_long(void **state)
{
	struct fixture *fixture = *state;
	const size_t sizes[] = { 0, 1, 4094, 4095, 4096, 100000 };
	char *much = malloc(100001);

	assert_non_null(much);
	memset(much, 'x', 100001);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *text = NULL;

		much[sizes[i]] = '\0';
		fixture_write(fixture, "a", much);
		assert_int_equal(host_read_all(&fixture->host, "a", &text), 0);
		assert_int_equal(strlen(text), sizes[i]);
		free(text);
		much[sizes[i]] = 'x';
	}
	free(much);
}

static void a_file_without_an_end_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char *text = NULL;

	fixture_link(fixture, "zero", "/dev/zero");
	assert_int_equal(host_read_all(&fixture->host, "zero", &text), -EFBIG);
	assert_null(text);
}

static void a_line_is_the_first_trimmed(void **state)
{
	struct fixture *fixture = *state;
	char line[8];

	fixture_write(fixture, "a", "  word \r\nnext\n");
	assert_int_equal(host_read_line(&fixture->host, "a", line, sizeof line), 0);
	assert_string_equal(line, "word");
}

static void a_line_that_is_empty_or_too_long_is_not_understood(void **state)
{
	struct fixture *fixture = *state;
	char line[8] = "before";

	fixture_write(fixture, "a", "\nnext\n");
	assert_int_equal(host_read_line(&fixture->host, "a", line, sizeof line), -EPROTO);
	fixture_write(fixture, "a", "12345678\n");
	assert_int_equal(host_read_line(&fixture->host, "a", line, sizeof line), -EPROTO);
	assert_string_equal(line, "before");
	fixture_write(fixture, "a", "1234567\n");
	assert_int_equal(host_read_line(&fixture->host, "a", line, sizeof line), 0);
}

static void a_number_is_the_whole_file(void **state)
{
	struct fixture *fixture = *state;
	uint64_t number = 7;

	fixture_write(fixture, "a", "18446744073709551615\n");
	assert_int_equal(host_read_u64(&fixture->host, "a", &number), 0);
	assert_true(number == UINT64_MAX);
	number = 7;
	fixture_write(fixture, "a", "12 13\n");
	assert_int_equal(host_read_u64(&fixture->host, "a", &number), -EPROTO);
	fixture_write(fixture, "a", "");
	assert_int_equal(host_read_u64(&fixture->host, "a", &number), -EPROTO);
	assert_int_equal(host_read_u64(&fixture->host, "none", &number), -ENOENT);
	assert_int_equal(host_read_u64(&fixture->host, ".", &number), -EISDIR);
	assert_int_equal(number, 7);
}

static void what_may_not_be_read_says_so(void **state)
{
	struct fixture *fixture = *state;
	uint64_t number = 7;

	fixture_write(fixture, "a", "1\n");
	assert_int_equal(fchmodat(fixture->host.root_fd, "a", 0, 0), 0);
	begin_plain_user();
	assert_int_equal(host_read_u64(&fixture->host, "a", &number), -EACCES);
	end_plain_user();
	assert_int_equal(number, 7);
}

static void a_link_s_target_is_given_whole_or_not_at_all(void **state)
{
	struct fixture *fixture = *state;
	char target[8] = "before";

	fixture_link(fixture, "a", "1234567");
	assert_int_equal(host_read_link(&fixture->host, "a", target, 8), 0);
	assert_string_equal(target, "1234567");
	assert_int_equal(host_read_link(&fixture->host, "a", target, 7), -ENAMETOOLONG);
	assert_int_equal(host_read_link(&fixture->host, "none", target, 8), -ENOENT);
}

static void an_open_file_is_read_from_its_start_each_time(void **state)
{
	struct fixture *fixture = *state;
	uint64_t number = 0;
	int fd;

	fixture_write(fixture, "a", "1\n");
	fd = host_open(&fixture->host, "a", O_RDONLY);
	assert_int_equal(fd_read_u64(fd, &number), 0);
	assert_int_equal(number, 1);
	fixture_write(fixture, "a", "22\n");
	assert_int_equal(fd_read_u64(fd, &number), 0);
	assert_int_equal(number, 22);
	(void)close(fd);
	assert_int_equal(fd_read_u64(fd, &number), -EBADF);
	assert_int_equal(number, 22);
}

static void names_come_in_natural_order(void **state)
{
	struct fixture *fixture = *state;
	struct names names = { NULL, 0 };

	fixture_write(fixture, "d/cpu10", "");
	fixture_write(fixture, "d/cpu2", "");
	fixture_write(fixture, "d/.hidden", "");
	fixture_write(fixture, "d/cpu1", "");
	assert_int_equal(host_names(&fixture->host, "d", &names), 0);
	assert_int_equal(names.count, 4);
	assert_string_equal(names.name[0], ".hidden");
	assert_string_equal(names.name[1], "cpu1");
	assert_string_equal(names.name[2], "cpu2");
	assert_string_equal(names.name[3], "cpu10");
	names_done(&names);
	assert_null(names.name);
	names_done(&names);
	names_done(NULL);
}

static void a_folder_that_is_not_there_has_no_names(void **state)
{
	struct fixture *fixture = *state;
	struct names names = { NULL, 7 };

	fixture_write(fixture, "file", "");
	assert_int_equal(host_names(&fixture->host, "none", &names), -ENOENT);
	assert_int_equal(host_names(&fixture->host, "file", &names), -ENOTDIR);
	assert_int_equal(names.count, 7);
}

static void a_made_up_perf_event_is_bytes_or_text(void **state)
{
	struct fixture *fixture = *state;
	const struct host_perf event = {
		.type = 9, .config = 2, .cpu = 3, .group_fd = -1
	};
	const uint64_t bytes = 0x0102030405060708;
	uint64_t count = 7;
	int fd = host_perf_open(&fixture->host, &event);

	assert_int_equal(fd, -ENOENT);
	fixture_write(fixture, "dev/perf/9/2/cpu3", "123\n");
	fd = host_perf_open(&fixture->host, &event);
	assert_true(fd >= 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fd_read_perf(fd, &count), 0);
		assert_int_equal(count, 123);
	}
	fixture_write_bytes(fixture, "dev/perf/9/2/cpu3", &bytes, sizeof bytes, 0);
	assert_int_equal(fd_read_perf(fd, &count), 0);
	assert_true(count == bytes);
	fixture_write(fixture, "dev/perf/9/2/cpu3", "x");
	assert_int_equal(fd_read_perf(fd, &count), -EPROTO);
	(void)close(fd);
}

static void a_library_is_looked_for_below_the_root(void **state)
{
	struct fixture *fixture = *state;
	void *handle = NULL;

	assert_int_equal(host_dlopen(&fixture->host, "libc.so.6", &handle), -ENODEV);
	fixture_write(fixture, "lib/libc.so.6", "no library");
	assert_int_equal(host_dlopen(&fixture->host, "libc.so.6", &handle), -ENODEV);
	assert_null(handle);
}

static void the_clock_is_the_one_that_was_put_there(void **state)
{
	struct fixture *fixture = *state;

	fixture->asleep_ns = 5;
	assert_int_equal(host_now_ns(&fixture->host), 100 * NS_PER_S);
	assert_int_equal(host_clock_ns(&fixture->host, HOST_BOOTTIME),
			 100 * NS_PER_S + 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_root_is_a_folder),
		cmocka_unit_test(no_root_and_slashes_are_this_machine),
		cmocka_unit_test(a_made_up_root_has_no_slash_at_its_end),
		cmocka_unit_test(descriptors_are_not_handed_on),
		cmocka_unit_test(nobody_waits_for_a_fifo),
		cmocka_unit_test(a_text_is_cut_to_the_buffer_and_ends),
		cmocka_unit_test(a_whole_file_is_read_however_long),
		cmocka_unit_test(a_file_without_an_end_is_refused),
		cmocka_unit_test(a_line_is_the_first_trimmed),
		cmocka_unit_test(a_line_that_is_empty_or_too_long_is_not_understood),
		cmocka_unit_test(a_number_is_the_whole_file),
		cmocka_unit_test(what_may_not_be_read_says_so),
		cmocka_unit_test(a_link_s_target_is_given_whole_or_not_at_all),
		cmocka_unit_test(an_open_file_is_read_from_its_start_each_time),
		cmocka_unit_test(names_come_in_natural_order),
		cmocka_unit_test(a_folder_that_is_not_there_has_no_names),
		cmocka_unit_test(a_made_up_perf_event_is_bytes_or_text),
		cmocka_unit_test(a_library_is_looked_for_below_the_root),
		cmocka_unit_test(the_clock_is_the_one_that_was_put_there),
	};
	struct CMUnitTest with_fixture[ARRAY_SIZE(tests)];

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		with_fixture[i] = tests[i];
		with_fixture[i].setup_func = set_up;
		with_fixture[i].teardown_func = tear_down;
	}
	return cmocka_run_group_tests(with_fixture, NULL, NULL);
}
