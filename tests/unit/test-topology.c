/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>

#include "source/topology.h"
#include "sources.h"

#define CPU_DIR "sys/devices/system/cpu"

static void each_socket_is_read_through_its_first_cpu(void **unused)
{
	struct fixture fixture;
	struct topology topology;

	(void)unused;
	fixture_open(&fixture);
	put_cpu(&fixture, 0, "1\n", "0\n"); /* firmware numbers sockets as it likes */
	put_cpu(&fixture, 1, "0\n", "0\n");
	put_cpu(&fixture, 2, "1\n", "0\n");
	put_cpu(&fixture, 10, "0\n", "0\n");
	fixture_write(&fixture, CPU_DIR "/cpufreq/boost", "1\n");
	assert_int_equal(topology_read(&fixture.host, &topology), 0);
	assert_int_equal(topology.count, 2);
	assert_int_equal(topology.place[0].package, 0);
	assert_int_equal(topology.place[0].cpu, 1);
	assert_int_equal(topology.place[1].package, 1);
	assert_int_equal(topology.place[1].cpu, 0);
	assert_false(topology_has_dies(&topology));
	fixture_close(&fixture);
}

static void an_offline_cpu_stands_for_nobody(void **unused)
{
	struct fixture fixture;
	struct topology topology;
	struct topology_place place = { 7, 7, 7 };

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, CPU_DIR "/cpu0/online", "0\n");
	put_cpu(&fixture, 3, "0\n", NULL);
	assert_int_equal(topology_read(&fixture.host, &topology), 0);
	assert_int_equal(topology.count, 1);
	assert_int_equal(topology.place[0].cpu, 3);
	assert_int_equal(topology_of_cpu(&fixture.host, 0, &place), -ENOENT);
	assert_int_equal(place.package, 7);
	fixture_close(&fixture);
}

static void dies_of_a_socket_are_places_of_their_own(void **unused)
{
	struct fixture fixture;
	struct topology topology;

	(void)unused;
	fixture_open(&fixture);
	put_cpu(&fixture, 0, "0\n", "0\n");
	fixture_write(&fixture, CPU_DIR "/cpu0/topology/die_cpus_list", "0,2\n");
	put_cpu(&fixture, 1, "0\n", "1\n");
	fixture_write(&fixture, CPU_DIR "/cpu1/topology/die_cpus_list", "1,3\n");
	put_cpu(&fixture, 2, "0\n", "0\n");
	put_cpu(&fixture, 3, "0\n", "1\n");
	assert_int_equal(topology_read(&fixture.host, &topology), 0);
	assert_int_equal(topology.count, 2);
	assert_int_equal(topology.place[1].die, 1);
	assert_int_equal(topology.place[1].cpu, 1);
	assert_true(topology_has_dies(&topology));
	assert_int_equal(topology_package_count(&topology), 1);
	topology_merge_dies(&topology);
	assert_int_equal(topology.count, 1);
	assert_int_equal(topology.place[0].cpu, 0);
	fixture_close(&fixture);
}

static void a_lying_list_of_neighbours_loses_no_socket(void **unused)
{
	struct fixture fixture;
	struct topology topology;

	(void)unused;
	fixture_open(&fixture);
	put_cpu(&fixture, 0, "0\n", NULL);
	fixture_write(&fixture, CPU_DIR "/cpu0/topology/die_cpus_list", "0-1,banana\n");
	put_cpu(&fixture, 1, "1\n", NULL);
	assert_int_equal(topology_read(&fixture.host, &topology), 0);
	assert_int_equal(topology.count, 2);
	fixture_close(&fixture);
}

static void garbage_places_nothing(void **unused)
{
	static const char *const bad[] = { "", "-1\n", "x\n", "99999999999999999999\n",
					   "100000\n" };
	struct fixture fixture;
	struct topology topology = { .count = 77 };
	struct topology_place place;

	(void)unused;
	fixture_open(&fixture);
	assert_int_equal(topology_read(&fixture.host, &topology), -ENODEV);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		put_cpu(&fixture, 0, bad[i], NULL);
		assert_true(topology_of_cpu(&fixture.host, 0, &place) < 0);
		assert_int_equal(topology_read(&fixture.host, &topology), -ENODEV);
	}
	assert_int_equal(topology.count, 77);
	fixture_close(&fixture);
}

static void more_packages_than_fit_fill_the_table_and_no_more(void **unused)
{
	struct fixture fixture;
	struct topology topology;
	char package[16];

	(void)unused;
	fixture_open(&fixture);
	for (unsigned cpu = 0; cpu < 200; cpu++) {
		(void)snprintf(package, sizeof package, "%u\n", 500 - cpu);
		put_cpu(&fixture, cpu, package, NULL);
	}
	assert_int_equal(topology_read(&fixture.host, &topology), 0);
	assert_int_equal(topology.count, TOPOLOGY_PLACES_MAX);
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_socket_is_read_through_its_first_cpu),
		cmocka_unit_test(an_offline_cpu_stands_for_nobody),
		cmocka_unit_test(dies_of_a_socket_are_places_of_their_own),
		cmocka_unit_test(a_lying_list_of_neighbours_loses_no_socket),
		cmocka_unit_test(garbage_places_nothing),
		cmocka_unit_test(more_packages_than_fit_fill_the_table_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
