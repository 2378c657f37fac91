/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "activity/cgroup-path.h"
#include "fixture.h"

static void assert_own(const char *machine, const char *path)
{
	char buf[CGROUP_PATH_MAX];
	struct host host;

	assert_int_equal(host_init(&host, machine), 0);
	assert_int_equal(cgroup_own_path(&host, buf, sizeof buf), 0);
	assert_string_equal(buf, path);
	host_done(&host);
}

static void cgroup2_is_found_wherever_it_is_mounted(void **unused)
{
	(void)unused;
	assert_own(SYSROOT "/container", "sys/fs/cgroup");
	assert_own(SYSROOT "/cgroup-v2",
		   "sys/fs/cgroup/user.slice/user-1000.slice/job.scope");
	assert_own(SYSROOT "/cgroup-hybrid", "sys/fs/cgroup/unified/batch");
}

static void a_machine_with_v1_only_has_none(void **unused)
{
	struct cgroup_place place;
	char buf[CGROUP_PATH_MAX] = "left";
	struct diag diag = { 0 };
	struct host host;

	(void)unused;
	assert_int_equal(host_init(&host, SYSROOT "/cgroup-v1"), 0);
	assert_int_equal(cgroup_own_path(&host, buf, sizeof buf), -ENODEV);
	assert_int_equal(cgroup_make(&host, "x", &diag, buf, sizeof buf), -ENODEV);
	assert_string_equal(buf, "left");
	/* One hierarchy may hold several controllers. */
	assert_int_equal(cgroup_place_of(&host, 0, "cpu", &place), 0);
	assert_string_equal(place.path, "sys/fs/cgroup/cpu,cpuacct/slurm/uid_1000/job_7");
	assert_int_equal(cgroup_place_of(&host, 0, "pids", &place), -ENODEV);
	host_done(&host);
}

static void the_way_up_ends_at_the_mount(void **unused)
{
	struct cgroup_place place;
	struct host host;

	(void)unused;
	assert_int_equal(host_init(&host, SYSROOT "/cgroup-hybrid"), 0);
	assert_int_equal(cgroup_place_of(&host, 0, NULL, &place), 0);
	assert_true(cgroup_up(&place));
	assert_string_equal(place.path, "sys/fs/cgroup/unified");
	assert_false(cgroup_up(&place));
	host_done(&host);
}

static void mounts_with_blanks_and_of_a_part_are_understood(void **unused)
{
	char buf[CGROUP_PATH_MAX];
	struct fixture fx;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "proc/self/mountinfo",
		      "9 1 0:1 / /x rw - tmpfs cgroup2 rw\n"
		      "9 1 0:2 /box /my\\040cg rw shared:3 master:1 - cgroup2 none rw\n");
	fixture_write(&fx, "proc/self/cgroup", "1:cpu:/no\n0::/box/a\n");
	assert_int_equal(cgroup_own_path(&fx.host, buf, sizeof buf), 0);
	assert_string_equal(buf, "my cg/a");
	fixture_write(&fx, "proc/self/cgroup", "1:cpu:/no\n0::/box\n");
	assert_int_equal(cgroup_own_path(&fx.host, buf, sizeof buf), 0);
	assert_string_equal(buf, "my cg");
	fixture_write(&fx, "proc/self/cgroup", "1:cpu:/no\n0::/boxer\n");
	assert_int_equal(cgroup_own_path(&fx.host, buf, sizeof buf), -ENODEV);
	fixture_write(&fx, "proc/self/cgroup", "1:cpu:/no\n0::/../up\n");
	assert_int_equal(cgroup_own_path(&fx.host, buf, sizeof buf), -ENODEV);
	assert_int_equal(cgroup_own_path(&fx.host, buf, sizeof buf), -ENODEV);
	fixture_close(&fx);
}

static void a_folder_that_does_not_count_is_not_left_behind(void **unused)
{
	char buf[CGROUP_PATH_MAX] = "left";
	struct diag diag = { 0 };
	struct fixture fx;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "proc/self/mountinfo", "9 1 0:2 / /cg rw - cgroup2 none rw\n");
	fixture_write(&fx, "proc/self/cgroup", "0::/a\n");
	fixture_write(&fx, "cg/a/cgroup.procs", "");
	/* A plain folder: the kernel puts no files into it. */
	assert_int_equal(cgroup_make(&fx.host, "7", &diag, buf, sizeof buf), -ENOENT);
	assert_false(host_exists(&fx.host, "cg/a/gramme-7"));
	assert_non_null(strstr(diag.text, "cg/a/gramme-7"));
	assert_string_equal(buf, "left");
	fixture_close(&fx);
}

static void a_made_cgroup_takes_processes_and_goes_when_empty(void **unused)
{
	char path[CGROUP_PATH_MAX];
	char file[CGROUP_PATH_MAX + 32];
	char id[32];
	struct diag diag = { 0 };
	struct host host;

	(void)unused;
	assert_int_equal(host_init(&host, NULL), 0);
	(void)snprintf(id, sizeof id, "path-test-%d", (int)getpid());
	if (cgroup_make(&host, id, &diag, path, sizeof path) < 0) {
		print_message("skipped: %s\n", diag.text);
		host_done(&host);
		skip();
	}
	(void)snprintf(file, sizeof file, "%s/cgroup.procs", path);
	assert_int_equal(faccessat(host.root_fd, file, W_OK, 0), 0);
	assert_int_equal(cgroup_make(&host, id, &diag, path, sizeof path), -EEXIST);
	cgroup_remove(&host, path);
	assert_false(host_exists(&host, path));
	cgroup_remove(&host, "");
	cgroup_remove(&host, NULL);
	host_done(&host);
}

static void old_empty_folders_of_runs_are_swept(void **unused)
{
	struct fixture fixture;
	struct timespec long_ago[2] = { { 1, 0 }, { 1, 0 } };

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, "cg/gramme-kept/inside", "a folder with something in it");
	fixture_write(&fixture, "cg/other/x", "");
	fixture_remove(&fixture, "cg/other/x");
	fixture_write(&fixture, "cg/gramme-old/x", "");
	fixture_remove(&fixture, "cg/gramme-old/x");
	/* The fixture's clock stands at 2023: a folder made now is younger than that. */
	fixture_write(&fixture, "cg/gramme-new/x", "");
	fixture_remove(&fixture, "cg/gramme-new/x");
	assert_int_equal(utimensat(fixture.host.root_fd, "cg/gramme-old", long_ago, 0),
			 0);
	assert_int_equal(utimensat(fixture.host.root_fd, "cg/gramme-kept", long_ago, 0),
			 0);
	assert_int_equal(utimensat(fixture.host.root_fd, "cg/other", long_ago, 0), 0);
	cgroup_sweep(&fixture.host, "cg/gramme-own");
	assert_false(host_exists(&fixture.host, "cg/gramme-old"));
	assert_true(host_exists(&fixture.host, "cg/gramme-kept"));
	assert_true(host_exists(&fixture.host, "cg/gramme-new"));
	assert_true(host_exists(&fixture.host, "cg/other"));
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cgroup2_is_found_wherever_it_is_mounted),
		cmocka_unit_test(a_machine_with_v1_only_has_none),
		cmocka_unit_test(the_way_up_ends_at_the_mount),
		cmocka_unit_test(mounts_with_blanks_and_of_a_part_are_understood),
		cmocka_unit_test(a_folder_that_does_not_count_is_not_left_behind),
		cmocka_unit_test(a_made_cgroup_takes_processes_and_goes_when_empty),
		cmocka_unit_test(old_empty_folders_of_runs_are_swept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
