/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "engine/inventory.h"
#include "fixture.h"

struct folder {
	struct fixture fixture;
	json_t *json;
	char work[256];
};

static int set_up(void **state)
{
	struct folder *place = calloc(1, sizeof *place);

	fixture_open(&place->fixture);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	struct folder *place = *state;

	json_decref(place->json);
	fixture_close(&place->fixture);
	free(place);
	return 0;
}

static json_t *parsed(char *text)
{
	json_t *json = json_loads(text, 0, NULL);

	assert_true(json_is_object(json));
	free(text);
	return json;
}

static json_t *hardware(struct folder *place, const struct run_domain *domains,
			size_t count)
{
	char *text = NULL;

	assert_int_equal(inventory_hardware(&place->fixture.host, domains, count, &text),
			 0);
	json_decref(place->json);
	place->json = parsed(text);
	return place->json;
}

static json_t *software(struct folder *place, const char *folder, pid_t pid,
			const char *program)
{
	char *text = NULL;

	(void)snprintf(place->work, sizeof place->work, "%s/%s", place->fixture.path,
		       folder);
	assert_int_equal(inventory_software(&place->fixture.host,
					    &(struct inventory_run){ place->work, &pid,
								     pid > 0, program },
					    &text),
			 0);
	json_decref(place->json);
	place->json = parsed(text);
	return place->json;
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void a_bare_machine_has_nothing_made_up(void **state)
{
	struct folder *place = *state;
	json_t *json = hardware(place, NULL, 0);

	assert_null(json_object_get(json, "memory_bytes"));
	assert_null(json_object_get(json, "vendor"));
	assert_int_equal(json_object_size(json_object_get(json, "cpu")), 0);
	assert_int_equal(json_array_size(json_object_get(json, "gpus")), 0);
}

static void processors_and_memory_are_named(void **state)
{
	struct folder *place = *state;
	json_t *json;
	json_t *cpu;

	fixture_write(&place->fixture, "proc/cpuinfo",
		      "processor\t: 0\nmodel name\t: A CPU\nflags\t\t: fpu hypervisor\n");
	fixture_write(&place->fixture, "proc/meminfo", "MemTotal:  1000 kB\n");
	fixture_write(&place->fixture, "sys/devices/system/cpu/online", "0-3,8\n");
	fixture_write(&place->fixture, "sys/class/dmi/id/product_name", "A board\n");
	json = hardware(place, NULL, 0);
	cpu = json_object_get(json, "cpu");
	assert_string_equal(text_of(cpu, "name"), "A CPU");
	assert_int_equal(json_integer_value(json_object_get(cpu, "threads")), 5);
	assert_true(json_is_true(json_object_get(cpu, "virtual")));
	assert_int_equal(json_integer_value(json_object_get(json, "memory_bytes")),
			 1024000);
	assert_string_equal(text_of(json, "product"), "A board");
}

static void the_boards_are_those_that_are_metered(void **state)
{
	struct folder *place = *state;
	struct run_domain domains[2];
	json_t *gpus;

	memset(domains, 0, sizeof domains);
	domain_init(&domains[0].domain, "package-0", FAMILY_CPU);
	domain_init(&domains[1].domain, "gpu-0", FAMILY_GPU);
	(void)copy_text(domains[1].domain.label, sizeof domains[1].domain.label, "H100");
	gpus = json_object_get(hardware(place, domains, 2), "gpus");
	assert_int_equal(json_array_size(gpus), 1);
	assert_string_equal(text_of(json_array_get(gpus, 0), "name"), "H100");
}

static void bytes_that_are_no_utf8_are_left_out(void **state)
{
	struct folder *place = *state;

	fixture_write(&place->fixture, "sys/class/dmi/id/product_name", "\xff\xfe\n");
	fixture_write(&place->fixture, "proc/meminfo",
		      "MemTotal: 18446744073709551615\n");
	assert_null(json_object_get(hardware(place, NULL, 0), "product"));
	assert_null(json_object_get(place->json, "memory_bytes"));
}

static void the_commit_of_a_branch_is_followed(void **state)
{
	struct folder *place = *state;
	const json_t *git;

	fixture_write(&place->fixture, "w/.git/HEAD", "ref: refs/heads/topic/a\n");
	fixture_write(&place->fixture, "w/.git/refs/heads/topic/a", "0123abc\n");
	fixture_write(&place->fixture, "w/deep/er/file", "");
	git = json_object_get(software(place, "w/deep/er", 0, NULL), "git");
	assert_string_equal(text_of(git, "commit"), "0123abc");
	assert_string_equal(text_of(git, "branch"), "topic/a");
}

static void a_packed_branch_is_found(void **state)
{
	struct folder *place = *state;
	const json_t *git;

	fixture_write(&place->fixture, "w/.git/HEAD", "ref: refs/heads/main\n");
	fixture_write(&place->fixture, "w/.git/packed-refs",
		      "# pack-refs with: peeled\nfff refs/heads/mainly\n^eee\n"
		      "abc refs/heads/main\n");
	git = json_object_get(software(place, "w", 0, NULL), "git");
	assert_string_equal(text_of(git, "commit"), "abc");
}

static void a_detached_head_is_a_commit_without_a_branch(void **state)
{
	struct folder *place = *state;
	const json_t *git;

	fixture_write(&place->fixture, "w/.git/HEAD", "0123abc\n");
	git = json_object_get(software(place, "w", 0, NULL), "git");
	assert_string_equal(text_of(git, "commit"), "0123abc");
	assert_null(json_object_get(git, "branch"));
}

static void a_folder_without_git_has_no_commit(void **state)
{
	struct folder *place = *state;

	fixture_write(&place->fixture, "w/file", "");
	assert_null(json_object_get(software(place, "w", 0, NULL), "git"));
}

static void the_system_is_named_by_its_pretty_name(void **state)
{
	struct folder *place = *state;

	fixture_write(&place->fixture, "etc/os-release",
		      "NAME=Debian\nPRETTY_NAME=\"Debian 12 (x)\"\n");
	assert_string_equal(text_of(software(place, "w", 0, NULL), "os"),
			    "Debian 12 (x)");
	fixture_write(&place->fixture, "etc/os-release", "PRETTY_NAME=Plain\n");
	assert_string_equal(text_of(software(place, "w", 0, NULL), "os"), "Plain");
	assert_true(text_of(place->json, "kernel")[0] != '\0');
}

static void a_python_brings_its_packages(void **state)
{
	struct folder *place = *state;
	const json_t *python;
	const json_t *packages;

	fixture_link(&place->fixture, "proc/40/exe", "/opt/py/bin/python3.11");
	fixture_write(&place->fixture,
		      "opt/py/lib/python3.11/site-packages/numpy-1.26.4.dist-info/x", "");
	fixture_write(&place->fixture,
		      "opt/py/lib/python3.11/site-packages/a-b-2.0.dist-info/x", "");
	fixture_write(&place->fixture, "opt/py/lib/python3.11/site-packages/other/x", "");
	python = json_object_get(software(place, "w", 40, "python3.11"), "python");
	packages = json_object_get(python, "packages");
	assert_string_equal(text_of(python, "version"), "3.11");
	assert_int_equal(json_object_size(packages), 2);
	assert_string_equal(text_of(packages, "numpy"), "1.26.4");
	assert_string_equal(text_of(packages, "a-b"), "2.0");
}

static void a_virtual_environment_has_its_own_packages_only(void **state)
{
	static const char site[] = "lib/python3.11/site-packages";
	struct folder *place = *state;
	const json_t *packages;
	char path[128];

	fixture_link(&place->fixture, "proc/40/exe", "/opt/py/bin/python3.11");
	fixture_write(&place->fixture, "proc/40/cmdline", "/opt/venv/bin/python");
	(void)snprintf(path, sizeof path, "opt/py/%s/base-1.0.dist-info/x", site);
	fixture_write(&place->fixture, path, "");
	(void)snprintf(path, sizeof path, "opt/venv/%s/numpy-2.0.dist-info/x", site);
	fixture_write(&place->fixture, path, "");
	fixture_write(&place->fixture, "opt/venv/pyvenv.cfg",
		      "home = /opt/py/bin\ninclude-system-site-packages = false\n");
	packages =
		json_object_get(json_object_get(software(place, "w", 40, NULL), "python"),
				"packages");
	assert_int_equal(json_object_size(packages), 1);
	assert_string_equal(text_of(packages, "numpy"), "2.0");
	/* One that sees its base has both. */
	fixture_write(&place->fixture, "opt/venv/pyvenv.cfg",
		      "home = /opt/py/bin\ninclude-system-site-packages = true\n");
	packages =
		json_object_get(json_object_get(software(place, "w", 40, NULL), "python"),
				"packages");
	assert_int_equal(json_object_size(packages), 2);
}

static void what_is_no_python_has_none(void **state)
{
	struct folder *place = *state;

	fixture_link(&place->fixture, "proc/40/exe", "/usr/bin/perl5.36");
	assert_null(json_object_get(software(place, "w", 40, "perl"), "python"));
	assert_null(json_object_get(software(place, "w", 41, "python3"), "python"));
}

int main(void)
{
#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_PLACE(a_bare_machine_has_nothing_made_up),
		WITH_PLACE(processors_and_memory_are_named),
		WITH_PLACE(the_boards_are_those_that_are_metered),
		WITH_PLACE(bytes_that_are_no_utf8_are_left_out),
		WITH_PLACE(the_commit_of_a_branch_is_followed),
		WITH_PLACE(a_packed_branch_is_found),
		WITH_PLACE(a_detached_head_is_a_commit_without_a_branch),
		WITH_PLACE(a_folder_without_git_has_no_commit),
		WITH_PLACE(the_system_is_named_by_its_pretty_name),
		WITH_PLACE(a_python_brings_its_packages),
		WITH_PLACE(a_virtual_environment_has_its_own_packages_only),
		WITH_PLACE(what_is_no_python_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
