/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "machine/cpu-curve.h"
#include "machine/memory-model.h"
#include "source/source.h"

extern const struct source source_model;

#define GIB (UINT64_C(1) << 30)

#define CPUINFO(id)                                                                      \
	"processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\n"    \
	"model name\t: Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz\nstepping\t: 4\n"        \
	"physical id\t: 0\nflags\t\t: fpu\n\nprocessor\t: 1\nphysical id\t: " id "\n"

struct machine {
	struct fixture fixture;
	struct diag diag;
	void *state;
	const struct domain *domains;
	size_t count;
	struct reading readings[DOMAINS_MAX];
};

static int setup(void **state)
{
	struct machine *machine = calloc(1, sizeof *machine);

	assert_non_null(machine);
	fixture_open(&machine->fixture);
	*state = machine;
	return 0;
}

static int teardown(void **state)
{
	struct machine *machine = *state;

	source_model.close(machine->state);
	fixture_close(&machine->fixture);
	free(machine);
	return 0;
}

/* Ticks as /proc/stat has them; steal and guest must not count. */
static void set_ticks(struct machine *machine, unsigned busy, unsigned idle)
{
	char text[256];

	(void)snprintf(text, sizeof text,
		       "cpu  %u 0 1 %u 5 0 0 777777 %u 0\ncpu0 1 1 1 1\ncpu1 1 1 1 1\n",
		       busy, idle, busy);
	fixture_write(&machine->fixture, "proc/stat", text);
}

static void open_machine(struct machine *machine)
{
	assert_int_equal(source_model.open(&machine->fixture.host, &machine->diag,
					   &machine->state),
			 0);
	machine->count = source_model.domains(machine->state, &machine->domains);
}

static void read_machine(struct machine *machine)
{
	source_model.read(machine->state, READ_TICK, machine->readings);
}

static void pass(struct machine *machine, int64_t ns)
{
	machine->fixture.now_ns += ns;
}

static uint64_t curve_uw(uint32_t busy_ppm, const char *cpuinfo)
{
	struct cpu_seen seen;
	struct cpu_facts facts;
	struct cpu_curve curve;

	assert_int_equal(cpu_model_parse(cpuinfo, &seen), 0);
	cpu_model_facts(&seen, &facts);
	cpu_curve_of(&seen, &facts, &curve);
	return cpu_curve_uw(&curve, busy_ppm);
}

static void a_machine_without_proc_has_no_estimate(void **state)
{
	struct machine *machine = *state;

	assert_int_equal(source_model.open(&machine->fixture.host, &machine->diag,
					   &machine->state),
			 -ENODEV);
	assert_null(machine->state);
}

static void garbage_in_proc_stat_is_an_error_with_words(void **state)
{
	struct machine *machine = *state;

	fixture_write(&machine->fixture, "proc/cpuinfo", CPUINFO("0"));
	fixture_write(&machine->fixture, "proc/stat", "cpu  1 2 x\n");
	assert_int_equal(source_model.open(&machine->fixture.host, &machine->diag,
					   &machine->state),
			 -EPROTO);
	assert_non_null(strstr(machine->diag.text, "/proc/stat"));
}

static void garbage_in_cpuinfo_falls_back_to_the_threads(void **state)
{
	struct machine *machine = *state;

	fixture_write(&machine->fixture, "proc/cpuinfo", "\001\002garbage");
	set_ticks(machine, 0, 0);
	open_machine(machine);
	assert_int_equal(machine->count, 1);
	assert_non_null(strstr(machine->domains[0].note, "2 threads"));
	assert_true(machine->domains[0].gain_u_permille >= 500);
}

static void the_domains_say_that_they_are_estimates(void **state)
{
	struct machine *machine = *state;

	fixture_write(&machine->fixture, "proc/cpuinfo", CPUINFO("0"));
	fixture_write(&machine->fixture, "proc/meminfo", "MemTotal: 67108864 kB\n");
	set_ticks(machine, 0, 0);
	open_machine(machine);
	assert_int_equal(machine->count, 2);
	assert_string_equal(machine->domains[0].id, "cpu-model");
	assert_int_equal(machine->domains[0].family, FAMILY_CPU);
	assert_non_null(strstr(machine->domains[0].note, "intel xeon gold 6148"));
	assert_string_equal(machine->domains[1].id, "memory-model");
	assert_int_equal(machine->domains[1].family, FAMILY_MEMORY);
	for (size_t i = 0; i < machine->count; i++) {
		assert_int_equal(machine->domains[i].kind, KIND_MODELLED);
		assert_int_equal(machine->domains[i].boundary, BOUNDARY_COMPONENT);
		assert_int_equal(machine->domains[i].measure, MEASURE_ENERGY);
		assert_true(machine->domains[i].gain_u_permille >= 250);
	}
	assert_true(source_model.flags & SOURCE_ESTIMATE);
}

static void energy_is_power_at_the_load_times_time(void **state)
{
	struct machine *machine = *state;
	uint64_t expected_uj = 0;

	fixture_write(&machine->fixture, "proc/cpuinfo", CPUINFO("0"));
	set_ticks(machine, 1000, 1000);
	open_machine(machine);
	pass(machine, 5 * NS_PER_S);
	set_ticks(machine, 1500, 1500);
	read_machine(machine);
	/* What came before the first reading does not count. */
	assert_int_equal(machine->readings[0].has, READING_ENERGY);
	assert_int_equal(machine->readings[0].energy_uj, 0);
	assert_int_equal(machine->readings[0].t_ns, machine->fixture.now_ns);

	pass(machine, 10 * NS_PER_S);
	set_ticks(machine, 1500, 3500);
	read_machine(machine);
	expected_uj += 10 * curve_uw(0, CPUINFO("0"));
	assert_int_equal(machine->readings[0].energy_uj, expected_uj);

	pass(machine, 10 * NS_PER_S);
	set_ticks(machine, 3500, 3500);
	read_machine(machine);
	expected_uj += 10 * curve_uw(LOAD_FULL_PPM, CPUINFO("0"));
	assert_int_equal(machine->readings[0].energy_uj, expected_uj);

	pass(machine, 2 * NS_PER_S);
	set_ticks(machine, 3550, 3650);
	read_machine(machine);
	expected_uj += 2 * curve_uw(LOAD_FULL_PPM / 4, CPUINFO("0"));
	assert_int_equal(machine->readings[0].energy_uj, expected_uj);
}

static void many_short_readings_lose_nothing(void **state)
{
	struct machine *machine = *state;
	unsigned busy = 0;

	fixture_write(&machine->fixture, "proc/cpuinfo", CPUINFO("0"));
	set_ticks(machine, 0, 0);
	open_machine(machine);
	read_machine(machine);
	for (int i = 0; i < 1000; i++) {
		pass(machine, 1000003);
		set_ticks(machine, ++busy, 0);
		read_machine(machine);
	}
	assert_int_equal(machine->readings[0].energy_uj,
			 (uint64_t)((unsigned __int128)curve_uw(LOAD_FULL_PPM,
								CPUINFO("0")) *
				    1000003000u / 1000000000u));
}

static void without_ticks_the_last_load_holds_and_none_is_a_gap(void **state)
{
	struct machine *machine = *state;
	uint64_t full_uw = curve_uw(LOAD_FULL_PPM, CPUINFO("0"));

	fixture_write(&machine->fixture, "proc/cpuinfo", CPUINFO("0"));
	set_ticks(machine, 0, 0);
	open_machine(machine);
	read_machine(machine);
	pass(machine, NS_PER_MS);
	read_machine(machine);
	assert_int_equal(machine->readings[0].err, -EAGAIN);
	assert_int_equal(machine->readings[0].has, 0);

	pass(machine, NS_PER_S - NS_PER_MS);
	set_ticks(machine, 100, 0);
	read_machine(machine);
	assert_int_equal(machine->readings[0].energy_uj, full_uw);

	pass(machine, NS_PER_S);
	read_machine(machine);
	assert_int_equal(machine->readings[0].energy_uj, 2 * full_uw);
}

static void busy_time_that_goes_back_is_a_gap_and_a_new_epoch(void **state)
{
	struct machine *machine = *state;
	uint64_t before_uj;

	fixture_write(&machine->fixture, "proc/cpuinfo", CPUINFO("0"));
	set_ticks(machine, 1000, 0);
	open_machine(machine);
	read_machine(machine);
	pass(machine, NS_PER_S);
	set_ticks(machine, 1100, 0);
	read_machine(machine);
	before_uj = machine->readings[0].energy_uj;

	pass(machine, NS_PER_S);
	set_ticks(machine, 10, 0);
	read_machine(machine);
	assert_int_equal(machine->readings[0].err, -ERANGE);
	assert_int_equal(machine->readings[0].has, 0);
	assert_int_equal(machine->readings[0].epoch, 1);

	pass(machine, NS_PER_S);
	set_ticks(machine, 110, 0);
	read_machine(machine);
	assert_int_equal(machine->readings[0].err, 0);
	assert_int_equal(machine->readings[0].energy_uj, 2 * before_uj);
}

static void a_failed_reading_is_made_up_for_by_the_next(void **state)
{
	struct machine *machine = *state;

	fixture_write(&machine->fixture, "proc/cpuinfo", CPUINFO("0"));
	set_ticks(machine, 0, 0);
	open_machine(machine);
	read_machine(machine);
	pass(machine, NS_PER_S);
	fixture_write(&machine->fixture, "proc/stat", "cpu ");
	read_machine(machine);
	assert_int_equal(machine->readings[0].err, -EPROTO);
	assert_int_equal(machine->readings[0].has, 0);
	pass(machine, NS_PER_S);
	set_ticks(machine, 200, 0);
	read_machine(machine);
	assert_int_equal(machine->readings[0].energy_uj,
			 2 * curve_uw(LOAD_FULL_PPM, CPUINFO("0")));
}

static void two_chips_draw_twice_one(void **state)
{
	struct machine *machine = *state;

	fixture_write(&machine->fixture, "proc/cpuinfo", CPUINFO("1"));
	set_ticks(machine, 0, 0);
	open_machine(machine);
	read_machine(machine);
	pass(machine, NS_PER_S);
	set_ticks(machine, 100, 0);
	read_machine(machine);
	assert_in_range(machine->readings[0].energy_uj,
			2 * curve_uw(LOAD_FULL_PPM, CPUINFO("0")) - 2,
			2 * curve_uw(LOAD_FULL_PPM, CPUINFO("0")) + 2);
	assert_non_null(strstr(machine->domains[0].note, "2 x TDP 150 W"));
}

static void memory_draws_by_its_size_and_falls_behind_it(void **unused)
{
	(void)unused;
	assert_int_equal(memory_model_uw(0), 0);
	assert_int_equal(memory_model_uw(16 * GIB), 4800000);
	assert_int_equal(memory_model_uw(64 * GIB), 19200000);
	assert_int_equal(memory_model_uw(128 * GIB), 25600000);
	assert_true(memory_model_uw(1024 * GIB) < 110000000);
	assert_true(memory_model_uw(1024 * GIB) > 60000000);
}

/* 24 GiB on 2 of 128 threads are 1/64 of 1536 GiB: 19.2 + 44.8 + 61.44 W. */
static void a_virtual_machine_has_its_part_of_its_host_s_memory(void **unused)
{
	(void)unused;
	assert_in_range(memory_model_part_uw(24 * GIB, 1 / 64.0), 1959990, 1960010);
	assert_int_equal(memory_model_part_uw(24 * GIB, 1), memory_model_uw(24 * GIB));
	assert_int_equal(memory_model_part_uw(24 * GIB, (double)NAN),
			 memory_model_uw(24 * GIB));
	assert_int_equal(memory_model_part_uw(0, 0.5), 0);
	assert_true(memory_model_part_uw(UINT64_MAX, 1e-9) > 0);
}

static void memory_of_a_virtual_machine_is_less_and_less_sure(void **state)
{
	struct machine *machine = *state;

	fixture_write(&machine->fixture, "proc/cpuinfo",
		      "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) Processor\n"
		      "flags\t\t: fpu hypervisor\n\nprocessor\t: 1\n");
	fixture_write(&machine->fixture, "proc/meminfo", "MemTotal: 25165824 kB\n");
	set_ticks(machine, 0, 0);
	open_machine(machine);
	assert_int_equal(machine->count, 2);
	assert_int_equal(machine->domains[1].gain_u_permille, 500);
	assert_non_null(strstr(machine->domains[1].note, "a host's memory"));
	read_machine(machine);
	pass(machine, 10 * NS_PER_S);
	read_machine(machine);
	assert_in_range(machine->readings[1].energy_uj, 19590000, 19610000);
}

static void memory_alone_is_an_estimate_too(void **state)
{
	struct machine *machine = *state;

	fixture_write(&machine->fixture, "proc/meminfo", "MemTotal: 16777216 kB\n");
	open_machine(machine);
	assert_int_equal(machine->count, 1);
	assert_string_equal(machine->domains[0].id, "memory-model");
	assert_int_equal(machine->diag.err, -ENODEV);
	read_machine(machine);
	assert_int_equal(machine->readings[0].energy_uj, 0);
	pass(machine, 10 * NS_PER_S);
	read_machine(machine);
	assert_int_equal(machine->readings[0].energy_uj, 48000000);
}

/* What is shared out by the machine's memory in use (E-6), and by a limit's part of the machine
 * (E-5), is the machine's. */
static void a_container_s_limit_is_no_smaller_machine(void **state)
{
	struct machine *machine = *state;
	struct fixture *fixture = &machine->fixture;
	struct memory_seen seen;

	fixture_write(fixture, "proc/meminfo", "MemTotal: 67108864 kB\n");
	fixture_write(fixture, "proc/self/cgroup", "4:memory:/b\n0::/a\n");
	fixture_write(fixture, "sys/fs/cgroup/a/memory.max", "8589934592\n");
	fixture_write(fixture, "sys/fs/cgroup/memory.max", "8589934592\n");
	fixture_write(fixture, "sys/fs/cgroup/memory/b/memory.limit_in_bytes",
		      "8589934592\n");
	assert_int_equal(memory_model_see(&fixture->host, &seen), 0);
	assert_int_equal(seen.bytes, 64 * GIB);
	open_machine(machine);
	assert_non_null(strstr(machine->domains[0].note, "65536 MiB"));
	assert_int_equal(machine->domains[0].gain_u_permille, 400);
}

static void a_gpu_that_tells_its_load_and_limit_is_estimated(void **state)
{
	struct machine *machine = *state;
	struct fixture *fixture = &machine->fixture;

	fixture_write(fixture, "sys/class/drm/card0-DP-1/status", "connected\n");
	fixture_write(fixture, "sys/class/drm/card0/device/gpu_busy_percent", "0\n");
	fixture_write(fixture, "sys/class/drm/card0/device/hwmon/hwmon3/power1_cap",
		      "200000000\n");
	fixture_write(fixture, "sys/class/drm/card1/device/gpu_busy_percent", "50\n");
	open_machine(machine);
	assert_int_equal(machine->count, 1);
	assert_string_equal(machine->domains[0].id, "gpu-model-0");
	assert_int_equal(machine->domains[0].measure, MEASURE_POWER);
	assert_int_equal(machine->domains[0].kind, KIND_MODELLED);
	read_machine(machine);
	assert_int_equal(machine->readings[0].has, READING_POWER);
	assert_int_equal(machine->readings[0].power_uw, 24000000);
	fixture_write(fixture, "sys/class/drm/card0/device/gpu_busy_percent", "100\n");
	read_machine(machine);
	assert_int_equal(machine->readings[0].power_uw, 150000000);
	fixture_write(fixture, "sys/class/drm/card0/device/gpu_busy_percent", "150\n");
	read_machine(machine);
	assert_int_equal(machine->readings[0].has, 0);
	assert_int_equal(machine->readings[0].err, -EPROTO);
}

static void a_gpu_whose_load_is_not_known_is_said_and_not_guessed(void **state)
{
	struct machine *machine = *state;
	struct fixture *fixture = &machine->fixture;

	fixture_write(fixture, "proc/cpuinfo", CPUINFO("0"));
	set_ticks(machine, 0, 0);
	fixture_write(fixture, "sys/bus/pci/devices/0000:01:00.0/class", "0x030200\n");
	fixture_write(fixture, "sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de\n");
	open_machine(machine);
	assert_int_equal(machine->count, 1);
	assert_non_null(strstr(machine->diag.text, "0000:01:00.0"));

	source_model.close(machine->state);
	machine->state = NULL;
	diag_clear(&machine->diag);
	fixture_link(fixture, "sys/bus/pci/devices/0000:01:00.0/driver",
		     "../../drivers/nvidia");
	open_machine(machine);
	assert_int_equal(machine->diag.err, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_machine_without_proc_has_no_estimate),
		TEST(garbage_in_proc_stat_is_an_error_with_words),
		TEST(garbage_in_cpuinfo_falls_back_to_the_threads),
		TEST(the_domains_say_that_they_are_estimates),
		TEST(energy_is_power_at_the_load_times_time),
		TEST(many_short_readings_lose_nothing),
		TEST(without_ticks_the_last_load_holds_and_none_is_a_gap),
		TEST(busy_time_that_goes_back_is_a_gap_and_a_new_epoch),
		TEST(a_failed_reading_is_made_up_for_by_the_next),
		TEST(two_chips_draw_twice_one),
		cmocka_unit_test(memory_draws_by_its_size_and_falls_behind_it),
		cmocka_unit_test(a_virtual_machine_has_its_part_of_its_host_s_memory),
		TEST(memory_of_a_virtual_machine_is_less_and_less_sure),
		TEST(memory_alone_is_an_estimate_too),
		TEST(a_container_s_limit_is_no_smaller_machine),
		TEST(a_gpu_that_tells_its_load_and_limit_is_estimated),
		TEST(a_gpu_whose_load_is_not_known_is_said_and_not_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
