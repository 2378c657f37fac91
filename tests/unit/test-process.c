/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/process.h"
#include "fixture.h"

#define LINE "40 (a b) c) %c 1 40 40 0 -1 0 0 0 0 0 1 2 3 4 20 0 1 0 %s 0 0\n"

static void put_stat(struct fixture *fixture, char state, const char *start)
{
	char text[256];

	(void)snprintf(text, sizeof text, LINE, state, start);
	fixture_write(fixture, "proc/40/stat", text);
}

static void a_start_is_the_22nd_field_whatever_the_name(void **unused)
{
	struct fixture fixture;
	int64_t ticks = 7;

	(void)unused;
	fixture_open(&fixture);
	put_stat(&fixture, 'S', "12345");
	assert_int_equal(process_start_ticks(&fixture.host, 40, &ticks), 0);
	assert_int_equal(ticks, 12345);
	ticks = 7;
	fixture_write(&fixture, "proc/40/stat", "40 (x) S 1 2\n");
	assert_int_equal(process_start_ticks(&fixture.host, 40, &ticks), -EPROTO);
	fixture_write(&fixture, "proc/40/stat", "40 x S\n");
	assert_int_equal(process_start_ticks(&fixture.host, 40, &ticks), -EPROTO);
	assert_int_equal(process_start_ticks(&fixture.host, 41, &ticks), -ENOENT);
	assert_int_equal(ticks, 7);
	fixture_close(&fixture);
}

static void a_zombie_and_a_namesake_do_not_live(void **unused)
{
	struct fixture fixture;

	(void)unused;
	fixture_open(&fixture);
	put_stat(&fixture, 'S', "500");
	assert_true(process_alive(&fixture.host, 40, 500));
	assert_false(process_alive(&fixture.host, 40, 501));
	assert_false(process_alive(&fixture.host, 41, 500));
	put_stat(&fixture, 'Z', "500");
	assert_false(process_alive(&fixture.host, 40, 500));
	fixture_close(&fixture);
}

static void a_boot_that_has_no_name_is_not_known(void **unused)
{
	struct fixture fixture;
	char id[40] = "before";

	(void)unused;
	fixture_open(&fixture);
	process_boot_id(&fixture.host, id, sizeof id);
	assert_string_equal(id, "");
	fixture_write(&fixture, "proc/sys/kernel/random/boot_id", "b-1\n");
	process_boot_id(&fixture.host, id, sizeof id);
	assert_string_equal(id, "b-1");
	fixture_close(&fixture);
}

static void an_ended_process_can_be_waited_for_by_its_descriptor(void **unused)
{
	struct host here;
	struct wait_fd wait = { .fd = -1 };
	int go[2];
	pid_t pid;

	(void)unused;
	assert_int_equal(host_init(&here, NULL), 0);
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		char byte;

		(void)close(go[1]);
		(void)!read(go[0], &byte, 1); /* until its maker lets go */
		_exit(0);
	}
	(void)close(go[0]);
	wait.fd = process_watch(pid);
	assert_true(wait.fd >= 0);
	assert_true(fcntl(wait.fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(wait_until(&here, &wait, 1, 0), 0);
	assert_false(wait.ready);
	(void)close(go[1]);
	assert_int_equal(wait_until(&here, &wait, 1, INT64_MAX), 1);
	assert_true(wait.ready);
	(void)waitpid(pid, NULL, 0);
	assert_int_equal(process_watch(pid), -ESRCH);
	(void)close(wait.fd);
	host_done(&here);
}

static void waiting_ends_at_the_deadline(void **unused)
{
	struct host here;
	struct wait_fd wait = { -1, true };
	int64_t began_ns;
	int64_t took_ns;

	(void)unused;
	assert_int_equal(host_init(&here, NULL), 0);
	began_ns = host_now_ns(&here);
	assert_int_equal(wait_until(&here, &wait, 1, began_ns + 2 * NS_PER_MS), 0);
	took_ns = host_now_ns(&here) - began_ns;
	assert_false(wait.ready);
	assert_true(took_ns >= 2 * NS_PER_MS);
	/* One that has passed is not waited for at all. */
	assert_int_equal(wait_until(&here, &wait, 1, INT64_MIN), 0);
	host_done(&here);
}

static void signals_come_by_the_descriptor_one_by_one(void **unused)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, 0 };
	sigset_t before;
	int fd;

	(void)unused;
	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &before), 0);
	fd = process_signal_fd(signals);
	assert_true(fd >= 0);
	assert_int_equal(process_signal_take(fd), 0);
	assert_int_equal(raise(SIGUSR2), 0);
	assert_int_equal(process_signal_take(fd), SIGUSR2);
	assert_int_equal(process_signal_take(fd), 0);
	(void)close(fd);
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
}

/* What a detached process says of itself, over a pipe. */
struct said {
	pid_t pid;
	pid_t parent;
	pid_t session;
};

static void a_detached_process_is_nobody_s_child(void **unused)
{
	struct said said = { 0 };
	int pipe_fd[2];
	pid_t pid;

	(void)unused;
	assert_int_equal(pipe(pipe_fd), 0);
	pid = process_fork_detached();
	if (pid == 0) {
		/* Its maker's helper is gone when it is somebody else's child. */
		said = (struct said){ getpid(), getppid(), getsid(0) };
		(void)!write(pipe_fd[1], &said, sizeof said);
		_exit(0);
	}
	assert_true(pid > 0);
	(void)close(pipe_fd[1]);
	assert_int_equal(read(pipe_fd[0], &said, sizeof said), sizeof said);
	(void)close(pipe_fd[0]);
	assert_int_equal(said.pid, pid);
	assert_int_not_equal(said.parent, getpid());
	assert_int_not_equal(said.session, getsid(0));
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* 0: the one between is still there. */
static int look_for_the_one_between(void)
{
	int pipe_fd[2];
	int said = 0;
	pid_t pid;

	assert_int_equal(pipe(pipe_fd), 0);
	pid = process_fork_detached();
	if (pid == 0) {
		/* Who made the session is the one between. */
		said = kill(getsid(0), 0) < 0 ? errno : 0;
		(void)!write(pipe_fd[1], &said, sizeof said);
		_exit(0);
	}
	assert_true(pid > 0);
	(void)close(pipe_fd[1]);
	assert_int_equal(read(pipe_fd[0], &said, sizeof said), sizeof said);
	(void)close(pipe_fd[0]);
	return said;
}

static void a_detached_process_begins_when_nobody_stands_between(void **unused)
{
	(void)unused;
	for (int i = 0; i < 50; i++)
		assert_int_equal(look_for_the_one_between(), ESRCH);
}

static void letting_go_keeps_what_is_named_and_nothing_else(void **unused)
{
	int status = -1;
	pid_t pid = fork();

	(void)unused;
	if (pid == 0) {
		int kept = fcntl(0, F_DUPFD, 20);
		int lost = fcntl(0, F_DUPFD, 30);
		int below = fcntl(0, F_DUPFD, 10);

		process_let_go(&kept, 1);
		/* Writing to the standard ones goes nowhere, and does not fail. */
		_exit(fcntl(kept, F_GETFD) >= 0 && fcntl(lost, F_GETFD) < 0 &&
				      fcntl(below, F_GETFD) < 0 &&
				      write(1, "x", 1) == 1 && write(2, "x", 1) == 1
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void what_children_used_counts_when_they_were_waited_for(void **unused)
{
	uint64_t before_ns = process_children_cpu_ns();
	int status;
	pid_t pid = fork();

	(void)unused;
	if (pid == 0) {
		while (process_own_cpu_ns() < 20 * (uint64_t)NS_PER_MS)
			;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(process_children_cpu_ns() - before_ns >= 15 * (uint64_t)NS_PER_MS);
	assert_true(process_own_rss_kib() > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_start_is_the_22nd_field_whatever_the_name),
		cmocka_unit_test(a_zombie_and_a_namesake_do_not_live),
		cmocka_unit_test(a_boot_that_has_no_name_is_not_known),
		cmocka_unit_test(an_ended_process_can_be_waited_for_by_its_descriptor),
		cmocka_unit_test(waiting_ends_at_the_deadline),
		cmocka_unit_test(signals_come_by_the_descriptor_one_by_one),
		cmocka_unit_test(a_detached_process_is_nobody_s_child),
		cmocka_unit_test(a_detached_process_begins_when_nobody_stands_between),
		cmocka_unit_test(letting_go_keeps_what_is_named_and_nothing_else),
		cmocka_unit_test(what_children_used_counts_when_they_were_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
