/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "fixture.h"
#include "source/source.h"

extern const struct source source_cray;

#define COUNTERS "sys/cray/pm_counters/"

static void a_node_gives_itself_and_its_parts_all_beside_the_sum(void **unused)
{
	static const struct {
		const char *id;
		enum family family;
		const char *inside;
		uint64_t uj;
	} expected[] = {
		{ "node-cray", FAMILY_NODE, "", 81234567000000 },
		{ "cray-cpu", FAMILY_CPU, "node-cray", 20111222000000 },
		{ "cray-memory", FAMILY_MEMORY, "node-cray", 7000111000000 },
		{ "cray-accel-0", FAMILY_GPU, "node-cray", 12000000000000 },
		{ "cray-accel-1", FAMILY_GPU, "node-cray", 12000001000000 },
		{ "cray-accel-2", FAMILY_GPU, "node-cray", 12000002000000 },
		{ "cray-accel-3", FAMILY_GPU, "node-cray", 12000003000000 },
	};
	struct reading readings[DOMAINS_MAX];
	const struct domain *domains;
	struct diag diag = { 0 };
	struct host host;
	void *state = NULL;

	(void)unused;
	assert_int_equal(host_init(&host, SYSROOT "/cray-ex"), 0);
	assert_int_equal(source_cray.open(&host, &diag, &state), 0);
	assert_int_equal(source_cray.domains(state, &domains), ARRAY_SIZE(expected));
	source_cray.read(state, READ_EDGE, readings);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_string_equal(domains[i].id, expected[i].id);
		assert_int_equal(domains[i].family, expected[i].family);
		assert_string_equal(domains[i].inside, expected[i].inside);
		assert_int_equal(domains[i].boundary, domains[i].family == FAMILY_NODE
							      ? BOUNDARY_NODE
							      : BOUNDARY_COMPONENT);
		assert_int_equal(domains[i].gives_way, domains[i].family != FAMILY_NODE);
		assert_int_equal(domains[i].measure, MEASURE_ENERGY);
		assert_int_equal(domains[i].step_uj, 1000000);
		assert_int_equal(domains[i].update_ns, 100 * NS_PER_MS);
		assert_int_equal(readings[i].has, READING_ENERGY);
		assert_int_equal(readings[i].energy_uj, expected[i].uj);
	}
	source_cray.close(state);
	host_done(&host);
}

static struct reading read_one(void *state)
{
	struct reading readings[DOMAINS_MAX];

	source_cray.read(state, READ_TICK, readings);
	return readings[0];
}

static void the_time_after_the_joules_may_be_missing(void **unused)
{
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, COUNTERS "energy", "12345 J\n");
	assert_int_equal(source_cray.open(&fixture.host, &diag, &state), 0);
	assert_int_equal(read_one(state).energy_uj, 12345000000);
	assert_int_equal(read_one(state).t_ns, fixture.now_ns);
	fixture_write(&fixture, COUNTERS "energy", "12346 J 1700000000000000 us\n");
	assert_int_equal(read_one(state).energy_uj, 12346000000);
	source_cray.close(state);
	fixture_close(&fixture);
}

static void what_is_not_joules_is_a_gap(void **unused)
{
	static const char *const bad[] = { "",
					   "J\n",
					   "12345\n",
					   "12345 W\n",
					   "12345 Jam\n",
					   "-1 J\n",
					   "1.5 J\n",
					   "99999999999999999999 J\n",
					   "18446744073709551615 J\n" };
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, COUNTERS "energy", "1 J\n");
	assert_int_equal(source_cray.open(&fixture.host, &diag, &state), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		fixture_write(&fixture, COUNTERS "energy", bad[i]);
		assert_true(read_one(state).err < 0);
		assert_int_equal(read_one(state).has, 0);
	}
	source_cray.close(state);
	fixture_close(&fixture);
}

static void parts_without_a_whole_are_inside_nothing(void **unused)
{
	const struct domain *domains;
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, COUNTERS "accel_energy", "5 J\n");
	assert_int_equal(source_cray.open(&fixture.host, &diag, &state), 0);
	assert_int_equal(source_cray.domains(state, &domains), 1);
	assert_string_equal(domains[0].id, "cray-accel");
	assert_string_equal(domains[0].inside, "");
	source_cray.close(state);
	fixture_close(&fixture);
}

static void another_machine_is_not_an_error(void **unused)
{
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	fixture_open(&fixture);
	assert_int_equal(source_cray.open(&fixture.host, &diag, &state), -ENODEV);
	assert_null(state);
	source_cray.close(NULL);
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_gives_itself_and_its_parts_all_beside_the_sum),
		cmocka_unit_test(the_time_after_the_joules_may_be_missing),
		cmocka_unit_test(what_is_not_joules_is_a_gap),
		cmocka_unit_test(parts_without_a_whole_are_inside_nothing),
		cmocka_unit_test(another_machine_is_not_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
