/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "activity/activity.h"
#include "activity/cgroup-path.h"
#include "fixture.h"

extern const struct activity activity_tree;
extern const struct activity activity_cgroup;

#define MS UINT64_C(1000000)

/* A process of a made-up machine. Times in ticks. */
struct person {
	int pid;
	int ppid;
	char state;
	int own;
	int reaped;
	int start;
};

static void put(struct fixture *fixture, const struct person *who)
{
	char path[64];
	char text[512];

	(void)snprintf(path, sizeof path, "proc/%d/stat", who->pid);
	(void)snprintf(
		text, sizeof text,
		"%d (a) b (c) %c %d 1 1 0 -1 0 0 0 0 0 %d 0 %d 0 20 0 1 0 %d 0 0\n",
		who->pid, who->state, who->ppid, who->own, who->reaped, who->start);
	fixture_write(fixture, path, text);
}

static void end(struct fixture *fixture, int pid)
{
	char path[64];

	(void)snprintf(path, sizeof path, "proc/%d/stat", pid);
	fixture_remove(fixture, path);
}

static void *open_tree(const struct host *host, pid_t root, pid_t launcher)
{
	struct scope scope = { .root_pid = root, .launcher_pid = launcher };
	struct diag diag = { 0 };
	void *state = NULL;

	assert_int_equal(activity_tree.open(host, &scope, &diag, &state), 0);
	return state;
}

/* The scope's CPU time now, in ns. */
static uint64_t cpu_ns(void *state, struct use *use)
{
	memset(use, 0, sizeof *use);
	activity_tree.read(state, READ_EDGE, use);
	assert_true(use->has & USE_SCOPE_CPU);
	assert_true(use->has & USE_PROCESSES);
	return use->scope_cpu_ns;
}

static void attach_counts_from_now_and_no_strangers(void **unused)
{
	struct fixture fx;
	struct use use;
	void *state;

	(void)unused;
	fixture_open(&fx);
	put(&fx, &(struct person){ 10, 1, 'R', 500, 300, 7 });
	put(&fx, &(struct person){ 11, 10, 'R', 100, 0, 8 });
	put(&fx, &(struct person){ 20, 1, 'R', 900, 0, 9 });
	state = open_tree(&fx.host, 10, 0);
	assert_true(cpu_ns(state, &use) == 0);
	assert_int_equal(use.pid_count, 2);
	put(&fx, &(struct person){ 10, 1, 'R', 503, 300, 7 });
	put(&fx, &(struct person){ 20, 1, 'R', 990, 0, 9 });
	put(&fx, &(struct person){ 9, 11, 'R', 4, 0, 30 });
	assert_true(cpu_ns(state, &use) == 70 * MS);
	assert_int_equal(use.pid_count, 3);
	assert_int_equal(use.pids[0], 9);
	assert_int_equal(use.processes_seen, 3);
	activity_tree.close(state);
	fixture_close(&fx);
}

static void a_child_waited_for_is_counted_once(void **unused)
{
	struct fixture fx;
	struct use use;
	void *state;

	(void)unused;
	fixture_open(&fx);
	put(&fx, &(struct person){ 10, 1, 'R', 0, 0, 7 });
	put(&fx, &(struct person){ 11, 10, 'R', 5000, 0, 8 });
	state = open_tree(&fx.host, 10, 0);
	put(&fx, &(struct person){ 11, 10, 'R', 5040, 0, 8 });
	assert_true(cpu_ns(state, &use) == 400 * MS);
	/* It had 50 s before we came: they move into the parent's sum with the rest. */
	end(&fx, 11);
	put(&fx, &(struct person){ 10, 1, 'R', 0, 5050, 7 });
	assert_true(cpu_ns(state, &use) == 500 * MS);
	assert_int_equal(use.processes_ended, 1);
	/* And children nobody ever saw. */
	put(&fx, &(struct person){ 10, 1, 'R', 0, 5070, 7 });
	assert_true(cpu_ns(state, &use) == 700 * MS);
	activity_tree.close(state);
	fixture_close(&fx);
}

static void a_child_nobody_waits_for_is_not_lost(void **unused)
{
	struct fixture fx;
	struct use use;
	void *state;

	(void)unused;
	fixture_open(&fx);
	put(&fx, &(struct person){ 10, 1, 'R', 0, 0, 7 });
	state = open_tree(&fx.host, 10, 0);
	for (int i = 0; i < 5; i++) {
		put(&fx, &(struct person){ 11 + i, 10, 'R', 30, 0, 8 });
		(void)cpu_ns(state, &use);
		end(&fx, 11 + i);
	}
	assert_true(cpu_ns(state, &use) == 1500 * MS);
	activity_tree.close(state);
	fixture_close(&fx);
}

static void an_orphan_stays_in_the_run(void **unused)
{
	struct fixture fx;
	struct use use;
	void *state;

	(void)unused;
	fixture_open(&fx);
	put(&fx, &(struct person){ 10, 1, 'R', 0, 0, 7 });
	put(&fx, &(struct person){ 11, 10, 'R', 10, 0, 8 });
	put(&fx, &(struct person){ 12, 11, 'R', 20, 0, 8 });
	state = open_tree(&fx.host, 10, 0);
	end(&fx, 11);
	put(&fx, &(struct person){ 10, 1, 'R', 0, 10, 7 });
	put(&fx, &(struct person){ 12, 1, 'R', 50, 0, 8 });
	assert_true(cpu_ns(state, &use) == 300 * MS);
	end(&fx, 12);
	assert_true(cpu_ns(state, &use) == 300 * MS);
	assert_int_equal(use.processes_ended, 2);
	activity_tree.close(state);
	fixture_close(&fx);
}

static void the_launcher_is_not_the_run_but_what_it_waited_for_is(void **unused)
{
	struct fixture fx;
	struct use use;
	void *state;

	(void)unused;
	fixture_open(&fx);
	put(&fx, &(struct person){ 10, 1, 'R', 100, 40, 7 });
	state = open_tree(&fx.host, 11, 10);
	put(&fx, &(struct person){ 10, 1, 'R', 190, 40, 7 });
	put(&fx, &(struct person){ 11, 10, 'R', 3, 0, 8 });
	put(&fx, &(struct person){ 12, 11, 'R', 60, 0, 8 });
	assert_true(cpu_ns(state, &use) == 630 * MS);
	assert_int_equal(use.pid_count, 2);
	/* Parent and child die in one interval; the launcher, a subreaper, waits for both. */
	end(&fx, 11);
	end(&fx, 12);
	put(&fx, &(struct person){ 10, 1, 'R', 191, 40 + 3 + 62, 7 });
	assert_true(cpu_ns(state, &use) == 650 * MS);
	assert_int_equal(use.pid_count, 0);
	activity_tree.close(state);
	fixture_close(&fx);
}

static void a_reused_pid_is_another_process(void **unused)
{
	struct fixture fx;
	struct use use;
	void *state;

	(void)unused;
	fixture_open(&fx);
	put(&fx, &(struct person){ 10, 1, 'R', 0, 0, 7 });
	put(&fx, &(struct person){ 11, 10, 'R', 10, 0, 8 });
	state = open_tree(&fx.host, 10, 0);
	/* A stranger of the same PID, busier than ours ever was. */
	put(&fx, &(struct person){ 11, 1, 'R', 9000, 0, 99 });
	put(&fx, &(struct person){ 10, 1, 'R', 0, 12, 7 });
	assert_true(cpu_ns(state, &use) == 20 * MS);
	assert_int_equal(use.pid_count, 1);
	/* And one of ours. */
	put(&fx, &(struct person){ 11, 10, 'R', 5, 0, 120 });
	assert_true(cpu_ns(state, &use) == 70 * MS);
	assert_int_equal(use.pid_count, 2);
	assert_int_equal(use.processes_seen, 3);
	assert_int_equal(use.processes_ended, 1);
	activity_tree.close(state);
	fixture_close(&fx);
}

static void a_root_that_is_gone_keeps_its_time(void **unused)
{
	struct fixture fx;
	struct use use;
	void *state;

	(void)unused;
	fixture_open(&fx);
	put(&fx, &(struct person){ 10, 1, 'R', 5, 0, 7 });
	state = open_tree(&fx.host, 10, 0);
	put(&fx, &(struct person){ 10, 1, 'R', 25, 0, 7 });
	(void)cpu_ns(state, &use);
	end(&fx, 10);
	assert_true(cpu_ns(state, &use) == 200 * MS);
	assert_int_equal(use.pid_count, 0);
	activity_tree.close(state);
	fixture_close(&fx);
}

static void one_that_waits_to_be_waited_for_is_not_living(void **unused)
{
	struct fixture fx;
	struct use use;
	void *state;

	(void)unused;
	fixture_open(&fx);
	put(&fx, &(struct person){ 10, 1, 'R', 0, 0, 7 });
	put(&fx, &(struct person){ 11, 10, 'R', 10, 0, 8 });
	state = open_tree(&fx.host, 10, 0);
	put(&fx, &(struct person){ 11, 10, 'Z', 15, 0, 8 });
	assert_true(cpu_ns(state, &use) == 50 * MS);
	assert_int_equal(use.pid_count, 1);
	assert_int_equal(use.processes_ended, 1);
	end(&fx, 11);
	put(&fx, &(struct person){ 10, 1, 'R', 0, 15, 7 });
	assert_true(cpu_ns(state, &use) == 50 * MS);
	assert_int_equal(use.processes_ended, 1);
	activity_tree.close(state);
	fixture_close(&fx);
}

static void ticks_that_have_not_come_yet_are_not_counted_twice(void **unused)
{
	struct fixture fx;
	struct use use;
	void *state;

	(void)unused;
	fixture_open(&fx);
	put(&fx, &(struct person){ 10, 1, 'R', 0, 0, 7 });
	state = open_tree(&fx.host, 10, 0);
	/* Each child shows one tick; the parent's sum lags by one and catches up. */
	for (int i = 1; i <= 50; i++) {
		put(&fx, &(struct person){ 100 + i, 10, 'R', 1, 0, 8 });
		(void)cpu_ns(state, &use);
		end(&fx, 100 + i);
		put(&fx, &(struct person){ 10, 1, 'R', 0, i - i % 2, 7 });
		assert_true(cpu_ns(state, &use) == (uint64_t)i * 10 * MS);
	}
	activity_tree.close(state);
	fixture_close(&fx);
}

static void nobody_to_read_is_an_error_and_no_zero(void **unused)
{
	struct scope scope = { .root_pid = 10 };
	struct diag diag = { 0 };
	struct fixture fx;
	void *state = NULL;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "proc/1/stat", "garbage\n");
	assert_int_equal(activity_tree.open(&fx.host, &scope, &diag, &state), -ENOENT);
	assert_null(state);
	assert_non_null(strstr(diag.text, "proc/10/stat"));
	scope.root_pid = 1;
	assert_int_equal(activity_tree.open(&fx.host, &scope, &diag, &state), -EPROTO);
	fixture_close(&fx);
}

static void a_cgroups_processes_are_listed_with_those_below_it(void **unused)
{
	struct scope scope = { .cgroup = "cg/run" };
	struct fixture fx;
	struct use use;
	void *state = NULL;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "cg/run/cgroup.procs", "30\n0\n4\n");
	fixture_write(&fx, "cg/run/cgroup.stat", "nr_descendants 2\n");
	fixture_write(&fx, "cg/run/a/cgroup.procs", "7\n");
	fixture_write(&fx, "cg/run/a/cgroup.stat", "nr_descendants 1\n");
	fixture_write(&fx, "cg/run/a/b/cgroup.procs", "5\n");
	assert_int_equal(activity_tree.open(&fx.host, &scope, NULL, &state), 0);
	memset(&use, 0, sizeof use);
	activity_tree.read(state, READ_TICK, &use);
	assert_int_equal(use.has, USE_PROCESSES);
	assert_int_equal(use.pid_count, 4);
	assert_int_equal(use.pids[0], 4);
	assert_int_equal(use.pids[3], 30);
	fixture_write(&fx, "cg/run/a/b/cgroup.procs", "6\n8\n");
	activity_tree.read(state, READ_TICK, &use);
	assert_int_equal(use.processes_seen, 6);
	assert_int_equal(use.processes_ended, 1);
	activity_tree.close(state);
	fixture_close(&fx);
}

/* Real processes. */

static uint64_t spent_ns(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000 * MS + (uint64_t)now.tv_nsec;
}

static void burn(uint64_t ns)
{
	uint64_t until = spent_ns(CLOCK_PROCESS_CPUTIME_ID) + ns;

	while (spent_ns(CLOCK_PROCESS_CPUTIME_ID) < until)
		;
}

static uint64_t rusage_ns(const struct rusage *ru)
{
	return (uint64_t)(ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) * 1000 * MS +
	       (uint64_t)(ru->ru_utime.tv_usec + ru->ru_stime.tv_usec) * 1000;
}

static uint64_t usage_of(int who)
{
	struct rusage ru;

	(void)getrusage(who, &ru);
	return rusage_ns(&ru);
}

/* A process that starts when told, tells its truth, and stays until told. */
struct actor {
	pid_t pid;
	int tell;
	int hear;
};

static void say(int fd, uint64_t value)
{
	(void)!write(fd, &value, sizeof value);
}

static void actor_start(struct actor *actor, uint64_t (*play)(void))
{
	int down[2];
	int up[2];
	char c;

	assert_int_equal(pipe2(down, 0), 0);
	assert_int_equal(pipe2(up, 0), 0);
	actor->pid = fork();
	assert_true(actor->pid >= 0);
	if (actor->pid == 0) {
		(void)close(down[1]);
		(void)close(up[0]);
		(void)!read(down[0], &c, 1);
		say(up[1], play());
		(void)!read(down[0], &c, 1);
		_exit(0);
	}
	(void)close(down[0]);
	(void)close(up[1]);
	actor->tell = down[1];
	actor->hear = up[0];
}

/* Lets it play while the tree is read every few milliseconds. Returns its truth. */
static uint64_t actor_play(struct actor *actor, void *state)
{
	struct pollfd poll_hear = { .fd = actor->hear, .events = POLLIN };
	struct use use = { 0 };
	uint64_t last_ns = 0;
	uint64_t truth_ns = 0;

	(void)!write(actor->tell, "g", 1);
	while (poll(&poll_hear, 1, 3) == 0) {
		use.has = 0;
		activity_tree.read(state, READ_TICK, &use);
		if (!(use.has & USE_SCOPE_CPU))
			continue;
		assert_true(use.scope_cpu_ns >= last_ns);
		last_ns = use.scope_cpu_ns;
	}
	assert_int_equal(read(actor->hear, &truth_ns, sizeof truth_ns), sizeof truth_ns);
	return truth_ns;
}

static void actor_end(struct actor *actor)
{
	(void)close(actor->tell);
	(void)close(actor->hear);
	(void)waitpid(actor->pid, NULL, 0);
}

/* Within permille of the truth, and the ticks that a sum may lag by. */
static void assert_near(uint64_t value_ns, uint64_t truth_ns, uint64_t slack_ns)
{
	if (value_ns + slack_ns < truth_ns || value_ns > truth_ns + slack_ns)
		fail_msg("%.3f ms, but the truth is %.3f ms", (double)value_ns / 1e6,
			 (double)truth_ns / 1e6);
}

static uint64_t play_short_children(void)
{
	for (int i = 0; i < 300; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			burn(MS);
			_exit(0);
		}
		(void)waitpid(pid, NULL, 0);
	}
	return usage_of(RUSAGE_CHILDREN) + usage_of(RUSAGE_SELF);
}

static void children_of_a_millisecond_are_counted(void **unused)
{
	struct actor actor;
	struct host host;
	struct use use;
	uint64_t truth_ns;
	uint64_t value_ns;
	void *state;

	(void)unused;
	assert_int_equal(host_init(&host, NULL), 0);
	actor_start(&actor, play_short_children);
	state = open_tree(&host, actor.pid, 0);
	truth_ns = actor_play(&actor, state);
	value_ns = cpu_ns(state, &use);
	actor_end(&actor);
	activity_tree.close(state);
	host_done(&host);
	/* 2 %, and two sums cut to ticks of 10 ms. */
	assert_near(value_ns, truth_ns, truth_ns / 50 + 20 * MS);
}

static uint64_t play_mixed_children(void)
{
	int living = 0;

	for (int i = 0; i < 60; i++) {
		if (living == 4) {
			(void)wait(NULL);
			living--;
		}
		if (fork() == 0) {
			pid_t pid = fork();

			if (pid == 0) {
				burn((uint64_t)(i % 7) * MS);
				_exit(0);
			}
			burn((uint64_t)(i % 5) * MS);
			(void)waitpid(pid, NULL, 0);
			_exit(0);
		}
		living++;
	}
	while (wait(NULL) > 0)
		;
	return usage_of(RUSAGE_CHILDREN) + usage_of(RUSAGE_SELF);
}

static void nobody_is_counted_twice_however_the_looks_fall(void **unused)
{
	struct actor actor;
	struct host host;
	struct use use;
	uint64_t truth_ns;
	uint64_t value_ns;
	void *state;

	(void)unused;
	assert_int_equal(host_init(&host, NULL), 0);
	actor_start(&actor, play_mixed_children);
	state = open_tree(&host, actor.pid, 0);
	truth_ns = actor_play(&actor, state);
	value_ns = cpu_ns(state, &use);
	actor_end(&actor);
	activity_tree.close(state);
	host_done(&host);
	assert_near(value_ns, truth_ns, truth_ns / 50 + 20 * MS);
}

static uint64_t play_with_children_ignored(void)
{
	uint64_t truth_ns = 0;
	uint64_t part_ns;
	int report[2];

	(void)signal(SIGCHLD, SIG_IGN);
	(void)!pipe2(report, 0);
	for (int i = 0; i < 2; i++) {
		if (fork() == 0) {
			burn(80 * MS);
			say(report[1], spent_ns(CLOCK_PROCESS_CPUTIME_ID));
			/* Lives on, so that on a busy machine too a reading comes between. */
			(void)usleep(50000);
			_exit(0);
		}
		(void)!read(report[0], &part_ns, sizeof part_ns);
		truth_ns += part_ns;
		(void)wait(NULL);
	}
	return truth_ns;
}

static void children_of_a_parent_that_ignores_them_are_kept(void **unused)
{
	struct actor actor;
	struct host host;
	struct use use;
	uint64_t truth_ns;
	uint64_t value_ns;
	void *state;

	(void)unused;
	assert_int_equal(host_init(&host, NULL), 0);
	actor_start(&actor, play_with_children_ignored);
	state = open_tree(&host, actor.pid, 0);
	truth_ns = actor_play(&actor, state);
	value_ns = cpu_ns(state, &use);
	actor_end(&actor);
	activity_tree.close(state);
	host_done(&host);
	/* All but what each used after its last reading. */
	assert_near(value_ns, truth_ns, truth_ns / 4);
}

static uint64_t play_daemons(void)
{
	for (int i = 0; i < 5; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			(void)setsid();
			if (fork() == 0)
				burn(20 * MS);
			_exit(0);
		}
		(void)waitpid(pid, NULL, 0);
	}
	return 0;
}

static void daemons_are_still_the_runs(void **unused)
{
	struct rusage ru;
	struct actor actor;
	struct host host;
	struct use use;
	uint64_t truth_ns = 0;
	uint64_t value_ns;
	pid_t pid;
	void *state;

	(void)unused;
	assert_int_equal(host_init(&host, NULL), 0);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	state = open_tree(&host, 0, getpid());
	actor_start(&actor, play_daemons);
	(void)actor_play(&actor, state);
	(void)close(actor.tell);
	(void)close(actor.hear);
	while ((pid = wait4(-1, NULL, 0, &ru)) > 0) {
		truth_ns += rusage_ns(&ru);
		(void)cpu_ns(state, &use);
	}
	value_ns = cpu_ns(state, &use);
	activity_tree.close(state);
	host_done(&host);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 0);
	assert_near(value_ns, truth_ns, truth_ns / 50 + 20 * MS);
	assert_int_equal(use.pid_count, 0);
}

static uint64_t play_burn(void)
{
	burn(50 * MS);
	return usage_of(RUSAGE_SELF);
}

static void a_busy_neighbour_is_not_counted(void **unused)
{
	struct actor neighbour;
	struct actor actor;
	struct host host;
	struct use use;
	uint64_t truth_ns;
	uint64_t value_ns;
	void *state;

	(void)unused;
	assert_int_equal(host_init(&host, NULL), 0);
	actor_start(&neighbour, play_burn);
	actor_start(&actor, play_burn);
	state = open_tree(&host, actor.pid, 0);
	(void)!write(neighbour.tell, "g", 1);
	truth_ns = actor_play(&actor, state);
	value_ns = cpu_ns(state, &use);
	actor_end(&actor);
	actor_end(&neighbour);
	assert_int_equal(use.pid_count, 1);
	activity_tree.close(state);
	host_done(&host);
	/* The clock of a process is exact: no ticks here. */
	assert_near(value_ns, truth_ns, truth_ns / 50 + MS);
}

static uint64_t play_short_children_in_cgroup(void)
{
	char pid[16];
	const char *file = getenv("GRAMME_TEST_PROCS");
	int fd = open(file, O_WRONLY | O_CLOEXEC);

	(void)snprintf(pid, sizeof pid, "%d", (int)getpid());
	if (fd < 0 || write(fd, pid, strlen(pid)) < 0)
		return 0;
	(void)close(fd);
	burn(MS);
	return play_short_children();
}

static void a_cgroup_counts_every_child_of_a_millisecond(void **unused)
{
	char id[32];
	char file[CGROUP_PATH_MAX + 32];
	struct scope scope = { 0 };
	struct diag diag = { 0 };
	struct actor actor;
	struct host host;
	struct use use = { 0 };
	uint64_t truth_ns;
	void *state = NULL;
	void *tree = NULL;

	(void)unused;
	assert_int_equal(host_init(&host, NULL), 0);
	(void)snprintf(id, sizeof id, "test-%d", (int)getpid());
	if (cgroup_make(&host, id, &diag, scope.cgroup, sizeof scope.cgroup) < 0) {
		print_message("skipped: %s\n", diag.text);
		host_done(&host);
		skip();
	}
	(void)snprintf(file, sizeof file, "/%s/cgroup.procs", scope.cgroup);
	(void)setenv("GRAMME_TEST_PROCS", file, 1);
	assert_int_equal(activity_cgroup.open(&host, &scope, &diag, &state), 0);
	assert_int_equal(activity_tree.open(&host, &scope, &diag, &tree), 0);
	actor_start(&actor, play_short_children_in_cgroup);
	truth_ns = actor_play(&actor, tree);
	activity_tree.read(tree, READ_EDGE, &use);
	activity_cgroup.read(state, READ_EDGE, &use);
	assert_int_equal(use.pid_count, 1);
	assert_int_equal(use.pids[0], actor.pid);
	actor_end(&actor);
	activity_tree.close(tree);
	activity_cgroup.close(state);
	cgroup_remove(&host, scope.cgroup);
	assert_false(host_exists(&host, scope.cgroup));
	host_done(&host);
	assert_true(use.has & USE_SCOPE_CPU);
	assert_near(use.scope_cpu_ns, truth_ns, truth_ns / 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attach_counts_from_now_and_no_strangers),
		cmocka_unit_test(a_child_waited_for_is_counted_once),
		cmocka_unit_test(a_child_nobody_waits_for_is_not_lost),
		cmocka_unit_test(an_orphan_stays_in_the_run),
		cmocka_unit_test(the_launcher_is_not_the_run_but_what_it_waited_for_is),
		cmocka_unit_test(a_reused_pid_is_another_process),
		cmocka_unit_test(a_root_that_is_gone_keeps_its_time),
		cmocka_unit_test(one_that_waits_to_be_waited_for_is_not_living),
		cmocka_unit_test(ticks_that_have_not_come_yet_are_not_counted_twice),
		cmocka_unit_test(nobody_to_read_is_an_error_and_no_zero),
		cmocka_unit_test(a_cgroups_processes_are_listed_with_those_below_it),
		cmocka_unit_test(children_of_a_millisecond_are_counted),
		cmocka_unit_test(nobody_is_counted_twice_however_the_looks_fall),
		cmocka_unit_test(children_of_a_parent_that_ignores_them_are_kept),
		cmocka_unit_test(daemons_are_still_the_runs),
		cmocka_unit_test(a_busy_neighbour_is_not_counted),
		cmocka_unit_test(a_cgroup_counts_every_child_of_a_millisecond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
