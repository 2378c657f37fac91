/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "engine/machine.h"
#include "fixture.h"

static int machine_of(struct host *host, struct machine **ret)
{
	int r = machine_new(host, ret);

	assert_int_equal(r, 0);
	machine_open(*ret, MACHINE_FAST);
	machine_open(*ret, MACHINE_SLOW);
	return r;
}

static int recorded(const char *root, struct host *host, struct machine **ret)
{
	assert_int_equal(host_init(host, root), 0);
	return machine_of(host, ret);
}

static const struct run_domain *own(const struct machine *machine, const char *id)
{
	for (uint32_t i = 0; i < machine->domain_count; i++)
		if (strcmp(machine->domains[i].domain.id, id) == 0)
			return &machine->domains[i];
	return NULL;
}

static const struct machine_source *source_of(const struct machine *machine,
					      const char *name)
{
	for (size_t i = 0; i < machine->source_count; i++)
		if (strcmp(machine->sources[i].source->name, name) == 0)
			return &machine->sources[i];
	fail_msg("no source %s", name);
	return NULL;
}

static size_t counted(const struct machine *machine)
{
	size_t count = 0;

	for (uint32_t i = 0; i < machine->domain_count; i++)
		count += machine->domains[i].counted;
	return count;
}

static void nothing_is_opened_before_it_is_asked_for(void **unused)
{
	struct machine *machine = NULL;
	struct host host;

	(void)unused;
	assert_int_equal(host_init(&host, SYSROOT "/two-sockets-dram"), 0);
	assert_int_equal(machine_new(&host, &machine), 0);
	assert_int_equal(machine->domain_count, 0);
	assert_false(machine_measures(machine));
	for (size_t i = 0; i < machine->source_count; i++)
		assert_false(machine->sources[i].tried);
	machine_free(machine);
	machine_free(NULL);
	host_done(&host);
}

static void slow_sources_wait_for_their_phase(void **unused)
{
	struct machine *machine = NULL;
	struct host host;

	(void)unused;
	assert_int_equal(host_init(&host, SYSROOT "/two-sockets-dram"), 0);
	assert_int_equal(machine_new(&host, &machine), 0);
	machine_open(machine, MACHINE_FAST);
	assert_true(source_of(machine, "powercap")->tried);
	assert_false(source_of(machine, "nvml")->tried);
	machine_open(machine, MACHINE_SLOW);
	assert_true(source_of(machine, "nvml")->tried);
	machine_free(machine);
	host_done(&host);
}

static void two_sockets_with_dram_are_four_counted_domains(void **unused)
{
	struct machine *machine;
	struct host host;

	(void)unused;
	(void)recorded(SYSROOT "/two-sockets-dram", &host, &machine);
	assert_true(machine_measures(machine));
	assert_int_equal(counted(machine), 4);
	assert_true(own(machine, "package-1")->counted);
	assert_true(own(machine, "dram-1")->counted);
	assert_string_equal(own(machine, "package-1")->source, "powercap");
	machine_free(machine);
	host_done(&host);
}

static void the_better_source_has_the_domain_and_the_other_says_who(void **unused)
{
	const struct machine_source *perf;
	struct machine *machine;
	struct host host;

	(void)unused;
	(void)recorded(SYSROOT "/amd", &host, &machine);
	perf = source_of(machine, "perf");
	assert_string_equal(own(machine, "package-0")->source, "powercap");
	assert_true(perf->domain_count > 0);
	assert_int_equal(perf->slot[0], -1);
	assert_string_equal(perf->reason[0], "powercap reads it");
	machine_free(machine);
	host_done(&host);
}

static void a_duplicate_is_never_used(void **unused)
{
	const struct machine_source *powercap;
	struct machine *machine;
	struct host host;
	size_t duplicates = 0;

	(void)unused;
	(void)recorded(SYSROOT "/mmio-duplicate", &host, &machine);
	powercap = source_of(machine, "powercap");
	for (size_t i = 0; i < powercap->domain_count; i++) {
		if (powercap->domains[i].duplicate_of[0] == '\0')
			continue;
		duplicates++;
		assert_int_equal(powercap->slot[i], -1);
		assert_string_equal(powercap->reason[i], "the same counter as package-0");
	}
	assert_int_equal(duplicates, 1);
	machine_free(machine);
	host_done(&host);
}

static void psys_stands_beside_the_sum(void **unused)
{
	struct machine *machine;
	struct host host;

	(void)unused;
	(void)recorded(SYSROOT "/psys-laptop", &host, &machine);
	assert_false(own(machine, "psys")->counted);
	assert_true(own(machine, "psys")->why_not[0] != '\0');
	assert_false(own(machine, "core-0")->counted);
	assert_string_equal(own(machine, "core-0")->why_not, "inside package-0");
	machine_free(machine);
	host_done(&host);
}

static void a_machine_without_meters_is_estimated_and_does_not_measure(void **unused)
{
	struct machine *machine;
	struct host host;

	(void)unused;
	(void)recorded(SYSROOT "/nothing-at-all", &host, &machine);
	assert_false(machine_measures(machine));
	assert_int_equal(own(machine, "cpu-model")->domain.kind, KIND_MODELLED);
	assert_true(own(machine, "cpu-model")->counted);
	machine_free(machine);
	host_done(&host);
}

static void a_family_that_is_measured_takes_no_estimate(void **unused)
{
	struct machine *machine;
	struct host host;

	(void)unused;
	(void)recorded(SYSROOT "/two-sockets-dram", &host, &machine);
	assert_null(own(machine, "cpu-model"));
	assert_null(own(machine, "memory-model"));
	machine_free(machine);
	host_done(&host);
}

static void an_empty_machine_has_no_domain_and_no_joules(void **unused)
{
	struct fixture fixture;
	struct machine *machine;

	(void)unused;
	fixture_open(&fixture);
	(void)machine_of(&fixture.host, &machine);
	assert_int_equal(machine->domain_count, 0);
	assert_false(machine_measures(machine));
	for (size_t i = 0; i < machine->source_count; i++)
		assert_true(machine->sources[i].err < 0);
	machine_free(machine);
	fixture_close(&fixture);
}

static void a_source_is_read_as_often_as_its_wraps_ask(void **unused)
{
	struct fixture fixture;
	struct machine *machine;
	int64_t read_ns;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, "sys/class/powercap/intel-rapl:0/name", "package-0\n");
	fixture_write(&fixture, "sys/class/powercap/intel-rapl:0/energy_uj", "1\n");
	fixture_write(&fixture, "sys/class/powercap/intel-rapl:0/max_energy_range_uj",
		      "65532610987\n");
	fixture_write(&fixture,
		      "sys/class/powercap/intel-rapl:0/constraint_0_power_limit_uw",
		      "500000000\n");
	(void)machine_of(&fixture.host, &machine);
	read_ns = source_of(machine, "powercap")->read_ns;
	/* 65.5 kJ at twice the 500 W limit are gone in 65 s. */
	assert_true(read_ns > 10 * NS_PER_S && read_ns <= 33 * NS_PER_S);
	machine_free(machine);
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_opened_before_it_is_asked_for),
		cmocka_unit_test(slow_sources_wait_for_their_phase),
		cmocka_unit_test(two_sockets_with_dram_are_four_counted_domains),
		cmocka_unit_test(the_better_source_has_the_domain_and_the_other_says_who),
		cmocka_unit_test(a_duplicate_is_never_used),
		cmocka_unit_test(psys_stands_beside_the_sum),
		cmocka_unit_test(
			a_machine_without_meters_is_estimated_and_does_not_measure),
		cmocka_unit_test(a_family_that_is_measured_takes_no_estimate),
		cmocka_unit_test(an_empty_machine_has_no_domain_and_no_joules),
		cmocka_unit_test(a_source_is_read_as_often_as_its_wraps_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
