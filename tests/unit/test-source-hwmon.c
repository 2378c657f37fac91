/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sources.h"

extern const struct source source_hwmon;

#define CLASS "sys/class/hwmon/"

/* A source opened on a recorded machine or a made-up one, with what it last read. */
struct opened {
	struct host host;
	void *state;
	const struct domain *domains;
	size_t count;
	struct reading readings[DOMAINS_MAX];
};

static void open_on(struct opened *opened, const struct host *host)
{
	struct diag diag = { 0 };

	opened->state = NULL;
	assert_int_equal(source_hwmon.open(host, &diag, &opened->state), 0);
	opened->count = source_hwmon.domains(opened->state, &opened->domains);
	source_hwmon.read(opened->state, READ_EDGE, opened->readings);
}

static void open_machine(struct opened *opened, const char *sysroot)
{
	assert_int_equal(host_init(&opened->host, sysroot), 0);
	open_on(opened, &opened->host);
}

static void close_machine(struct opened *opened)
{
	source_hwmon.close(opened->state);
	host_done(&opened->host);
}

static size_t index_of(const struct opened *opened, const char *id)
{
	return domain_index(opened->domains, opened->count, id);
}

static const struct domain *domain_of(const struct opened *opened, const char *id)
{
	return &opened->domains[index_of(opened, id)];
}

static void expect_power(const struct opened *opened, const char *id, uint64_t uw)
{
	size_t i = index_of(opened, id);

	assert_int_equal(opened->domains[i].measure, MEASURE_POWER);
	assert_true(opened->domains[i].pace_ns > 0);
	assert_int_equal(opened->readings[i].err, 0);
	assert_int_equal(opened->readings[i].has, READING_POWER);
	assert_int_equal(opened->readings[i].power_uw, uw);
}

static void expect_energy(const struct opened *opened, const char *id, uint64_t uj)
{
	size_t i = index_of(opened, id);

	assert_int_equal(opened->domains[i].measure, MEASURE_ENERGY);
	assert_int_equal(opened->domains[i].range_uj, 0);
	assert_int_equal(opened->readings[i].err, 0);
	assert_int_equal(opened->readings[i].has, READING_ENERGY);
	assert_int_equal(opened->readings[i].energy_uj, uj);
}

static void expect_gap(const struct opened *opened, size_t i, int err)
{
	assert_int_equal(opened->readings[i].err, err);
	assert_int_equal(opened->readings[i].has, 0);
}

static void expect_kind(const struct opened *opened, const char *id, enum family family,
			enum boundary boundary)
{
	assert_int_equal(domain_of(opened, id)->family, family);
	assert_int_equal(domain_of(opened, id)->boundary, boundary);
}

/* Recorded machines. */

static void amd_boards_are_counted_in_the_order_of_their_slots(void **unused)
{
	struct opened m;

	(void)unused;
	open_machine(&m, SYSROOT "/hwmon-amdgpu");
	assert_int_equal(m.count, 3);
	assert_string_equal(domain_of(&m, "amdgpu-0")->device, "0000:03:00.0");
	assert_string_equal(domain_of(&m, "amdgpu-1")->device, "0000:0a:00.0");
	expect_kind(&m, "amdgpu-0", FAMILY_GPU, BOUNDARY_COMPONENT);
	close_machine(&m);
}

static void an_amd_board_gives_its_average_before_its_moment(void **unused)
{
	struct opened m;

	(void)unused;
	open_machine(&m, SYSROOT "/hwmon-amdgpu");
	expect_power(&m, "amdgpu-0", 231000000);
	assert_int_equal(domain_of(&m, "amdgpu-0")->pace_ns, 100 * NS_PER_MS);
	close_machine(&m);
}

static void a_sleeping_board_is_a_gap_and_not_a_zero(void **unused)
{
	struct opened m;

	(void)unused;
	open_machine(&m, SYSROOT "/hwmon-amdgpu");
	expect_gap(&m, index_of(&m, "amdgpu-1"), -EAGAIN);
	close_machine(&m);
}

static void an_apu_is_not_a_board(void **unused)
{
	struct opened m;

	(void)unused;
	open_machine(&m, SYSROOT "/hwmon-amdgpu");
	expect_power(&m, "amdgpu-2", 45123000);
	expect_kind(&m, "amdgpu-2", FAMILY_OTHER, BOUNDARY_NODE);
	assert_true(domain_of(&m, "amdgpu-2")->note[0] != '\0');
	close_machine(&m);
}

static void an_i915_board_is_a_counter_and_its_tiles_are_not_added(void **unused)
{
	struct opened m;

	(void)unused;
	open_machine(&m, SYSROOT "/hwmon-i915");
	assert_int_equal(m.count, 1);
	expect_energy(&m, "i915-0", 123456789012);
	assert_string_equal(m.domains[0].device, "0000:4d:00.0");
	close_machine(&m);
}

static void an_xe_package_is_inside_its_card(void **unused)
{
	struct opened m;

	(void)unused;
	open_machine(&m, SYSROOT "/hwmon-xe");
	assert_int_equal(m.count, 3);
	expect_energy(&m, "xe-0", 987654321);
	expect_energy(&m, "xe-0-pkg", 700000000);
	assert_string_equal(domain_of(&m, "xe-0")->inside, "");
	assert_string_equal(domain_of(&m, "xe-0-pkg")->inside, "xe-0");
	close_machine(&m);
}

static void an_xe_package_without_a_card_stands_for_itself(void **unused)
{
	struct opened m;

	(void)unused;
	open_machine(&m, SYSROOT "/hwmon-xe");
	expect_energy(&m, "xe-1-pkg", 55000000);
	assert_string_equal(domain_of(&m, "xe-1-pkg")->inside, "");
	close_machine(&m);
}

static void a_jetson_rail_is_volts_times_amperes(void **unused)
{
	struct opened m;

	(void)unused;
	open_machine(&m, SYSROOT "/jetson-rails");
	expect_power(&m, "rail-VDD_IN", 5016 * 1432);
	expect_power(&m, "rail-VDD_CPU_GPU_CV", 5008 * 320);
	expect_power(&m, "rail-VDD_SOC", 5008 * 304);
	close_machine(&m);
}

static void jetson_parts_are_inside_the_module_and_sums_are_not_rails(void **unused)
{
	struct opened m;

	(void)unused;
	open_machine(&m, SYSROOT "/jetson-rails");
	assert_int_equal(m.count, 5);
	expect_kind(&m, "rail-VDD_IN", FAMILY_NODE, BOUNDARY_NODE);
	expect_kind(&m, "rail-VDD_CPU_GPU_CV", FAMILY_CPU, BOUNDARY_COMPONENT);
	assert_string_equal(domain_of(&m, "rail-VDD_IN")->inside, "");
	assert_string_equal(domain_of(&m, "rail-VDD_CPU_GPU_CV")->inside, "rail-VDD_IN");
	assert_string_equal(domain_of(&m, "rail-VDD_SOC")->inside, "rail-VDD_IN");
	close_machine(&m);
}

static void a_rail_of_a_carrier_is_beside_the_sum(void **unused)
{
	struct opened m;

	(void)unused;
	open_machine(&m, SYSROOT "/jetson-rails");
	expect_power(&m, "rail-carrier-12V", 11400000);
	expect_power(&m, "rail-7-0041", 330000);
	expect_kind(&m, "rail-carrier-12V", FAMILY_OTHER, BOUNDARY_NODE);
	expect_kind(&m, "rail-7-0041", FAMILY_OTHER, BOUNDARY_NODE);
	close_machine(&m);
}

static void grace_meters_are_told_apart_by_their_text(void **unused)
{
	struct opened m;

	(void)unused;
	open_machine(&m, SYSROOT "/grace");
	assert_int_equal(m.count, 4);
	expect_power(&m, "grace-module-0", 312000000);
	expect_power(&m, "grace-0", 148000000);
	expect_power(&m, "grace-cpu-0", 61000000);
	expect_power(&m, "grace-sysio-0", 22500000);
	assert_int_equal(domain_of(&m, "grace-0")->pace_ns, 100 * NS_PER_MS);
	close_machine(&m);
}

static void grace_is_counted_once(void **unused)
{
	struct opened m;

	(void)unused;
	open_machine(&m, SYSROOT "/grace");
	expect_kind(&m, "grace-module-0", FAMILY_NODE, BOUNDARY_NODE);
	expect_kind(&m, "grace-0", FAMILY_CPU, BOUNDARY_COMPONENT);
	assert_string_equal(domain_of(&m, "grace-0")->inside, "grace-module-0");
	assert_string_equal(domain_of(&m, "grace-cpu-0")->inside, "grace-0");
	assert_string_equal(domain_of(&m, "grace-sysio-0")->inside, "grace-0");
	assert_string_equal(domain_of(&m, "grace-cpu-0")->device, "cpu-0");
	close_machine(&m);
}

static void an_acpi_meter_is_read_in_both_layouts(void **unused)
{
	struct opened m;

	(void)unused;
	open_machine(&m, SYSROOT "/acpi-power-meter");
	assert_int_equal(m.count, 1);
	expect_power(&m, "node-acpi-0", 214000000);
	expect_kind(&m, "node-acpi-0", FAMILY_NODE, BOUNDARY_NODE);
	assert_int_equal(m.domains[0].pace_ns, NS_PER_S);
	close_machine(&m);
	open_machine(&m, SYSROOT "/acpi-power-meter-old");
	assert_int_equal(m.count, 1);
	expect_power(&m, "node-acpi-0", 198000000);
	expect_kind(&m, "node-acpi-0", FAMILY_NODE, BOUNDARY_NODE);
	close_machine(&m);
}

static void amd_energy_gives_sockets_and_leaves_cores_out(void **unused)
{
	struct opened m;

	(void)unused;
	open_machine(&m, SYSROOT "/amd-energy");
	assert_int_equal(m.count, 2);
	expect_energy(&m, "package-0", 5123456789012);
	expect_energy(&m, "package-1", 5000000000000);
	assert_string_equal(domain_of(&m, "package-1")->device, "cpu-1");
	expect_kind(&m, "package-1", FAMILY_CPU, BOUNDARY_COMPONENT);
	close_machine(&m);
}

/* Made-up machines. */

static void write_fakepower(struct fixture *fixture, const char *uj)
{
	fixture_write(fixture, CLASS "hwmon0/name", "fakepower\n");
	fixture_write(fixture, CLASS "hwmon0/energy1_label", "Esocket0\n");
	fixture_write(fixture, CLASS "hwmon0/energy1_input", uj);
}

static void the_test_bench_is_a_package_and_says_that_it_is_none(void **unused)
{
	struct fixture fixture;
	struct opened m;

	(void)unused;
	fixture_open(&fixture);
	write_fakepower(&fixture, "9223372036854775807\n");
	open_on(&m, &fixture.host);
	expect_energy(&m, "package-0", INT64_MAX);
	assert_string_equal(m.domains[0].note, "a test bench, not a sensor");
	assert_int_equal(m.readings[0].t_ns, fixture.now_ns);
	source_hwmon.close(m.state);
	fixture_close(&fixture);
}

static void a_machine_without_sensors_is_not_an_error(void **unused)
{
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	fixture_open(&fixture);
	assert_int_equal(source_hwmon.open(&fixture.host, &diag, &state), -ENODEV);
	fixture_write(&fixture, CLASS "hwmon0/name", "coretemp\n");
	fixture_write(&fixture, CLASS "hwmon0/temp1_input", "45000\n");
	assert_int_equal(source_hwmon.open(&fixture.host, &diag, &state), -ENODEV);
	assert_null(state);
	fixture_close(&fixture);
	source_hwmon.close(NULL);
}

static void an_unlisted_chip_is_named_and_not_guessed(void **unused)
{
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, CLASS "hwmon3/name", "foo\n");
	fixture_write(&fixture, CLASS "hwmon3/power1_input", "1000000\n");
	assert_int_equal(source_hwmon.open(&fixture.host, &diag, &state), -ENODEV);
	assert_string_equal(diag.text,
			    "hwmon3 'foo' has power1_input, which gramme does not know");
	fixture_close(&fixture);
}

static void garbage_is_a_gap(void **unused)
{
	static const char *const bad[] = { "",
					   "x\n",
					   "-392000\n",
					   "1.5\n",
					   "0\n",
					   "99999999999999999999\n",
					   "2000000000000\n" };
	struct fixture fixture;
	struct opened m;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, CLASS "hwmon0/name", "amdgpu\n");
	fixture_write(&fixture, CLASS "hwmon0/power1_average", "5000000\n");
	open_on(&m, &fixture.host);
	expect_power(&m, "amdgpu-0", 5000000);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		fixture_write(&fixture, CLASS "hwmon0/power1_average", bad[i]);
		source_hwmon.read(m.state, READ_TICK, m.readings);
		assert_true(m.readings[0].err < 0);
		assert_int_equal(m.readings[0].has, 0);
	}
	fixture_write(&fixture, CLASS "hwmon0/power1_average", "6000000\n");
	source_hwmon.read(m.state, READ_TICK, m.readings);
	expect_power(&m, "amdgpu-0", 6000000);
	source_hwmon.close(m.state);
	fixture_close(&fixture);
}

static void write_rail(struct fixture *fixture, const char *label, const char *mv,
		       const char *ma)
{
	fixture_write(fixture, CLASS "hwmon0/name", "ina3221\n");
	fixture_write(fixture, CLASS "hwmon0/in2_label", label);
	fixture_write(fixture, CLASS "hwmon0/in2_input", mv);
	fixture_write(fixture, CLASS "hwmon0/curr2_input", ma);
}

static void an_idle_rail_may_be_zero_and_a_negative_one_is_a_gap(void **unused)
{
	struct fixture fixture;
	struct opened m;

	(void)unused;
	fixture_open(&fixture);
	write_rail(&fixture, "VDD_GPU_SOC\n", "5000\n", "0\n");
	open_on(&m, &fixture.host);
	expect_power(&m, "rail-VDD_GPU_SOC", 0);
	expect_kind(&m, "rail-VDD_GPU_SOC", FAMILY_GPU, BOUNDARY_COMPONENT);
	fixture_write(&fixture, CLASS "hwmon0/curr2_input", "-8\n");
	source_hwmon.read(m.state, READ_TICK, m.readings);
	expect_gap(&m, 0, -EPROTO);
	fixture_write(&fixture, CLASS "hwmon0/curr2_input", "18446744073709551615\n");
	source_hwmon.read(m.state, READ_TICK, m.readings);
	expect_gap(&m, 0, -EPROTO);
	source_hwmon.close(m.state);
	fixture_close(&fixture);
}

static void a_rail_nobody_wired_is_not_there(void **unused)
{
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	fixture_open(&fixture);
	write_rail(&fixture, "NC\n", "0\n", "0\n");
	assert_int_equal(source_hwmon.open(&fixture.host, &diag, &state), -ENODEV);
	fixture_close(&fixture);
}

static void a_rail_of_unknown_use_is_beside_the_sum(void **unused)
{
	struct fixture fixture;
	struct opened m;

	(void)unused;
	fixture_open(&fixture);
	write_rail(&fixture, "MY RAIL\n", "12000\n", "1000\n");
	fixture_write(&fixture, CLASS "hwmon0/in1_label", "VIN_SYS_5V0\n");
	fixture_write(&fixture, CLASS "hwmon0/in1_input", "4968\n");
	fixture_write(&fixture, CLASS "hwmon0/curr1_input", "953\n");
	open_on(&m, &fixture.host);
	expect_power(&m, "rail-MY-RAIL", 12000000);
	expect_kind(&m, "rail-MY-RAIL", FAMILY_OTHER, BOUNDARY_NODE);
	expect_power(&m, "rail-VIN_SYS_5V0", 4968 * 953);
	expect_kind(&m, "rail-VIN_SYS_5V0", FAMILY_OTHER, BOUNDARY_NODE);
	source_hwmon.close(m.state);
	fixture_close(&fixture);
}

static void two_rails_of_one_name_are_two(void **unused)
{
	struct fixture fixture;
	struct opened m;

	(void)unused;
	fixture_open(&fixture);
	write_rail(&fixture, "CPU\n", "1000\n", "1000\n");
	fixture_write(&fixture, CLASS "hwmon0/in3_label", "CPU\n");
	fixture_write(&fixture, CLASS "hwmon0/in3_input", "1000\n");
	fixture_write(&fixture, CLASS "hwmon0/curr3_input", "2000\n");
	open_on(&m, &fixture.host);
	assert_int_equal(m.count, 2);
	expect_power(&m, "rail-CPU", 1000000);
	assert_string_not_equal(m.domains[1].id, "rail-CPU");
	source_hwmon.close(m.state);
	fixture_close(&fixture);
}

static void a_board_wakes_and_falls_asleep_unread(void **unused)
{
	static const char status[] = "sys/devices/b/power/runtime_status";
	struct fixture fixture;
	struct opened m;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, CLASS "hwmon0/name", "amdgpu\n");
	fixture_write(&fixture, CLASS "hwmon0/power1_average", "5000000\n");
	fixture_write(&fixture, status, "suspended\n");
	fixture_link(&fixture, CLASS "hwmon0/device", "../../../devices/b");
	open_on(&m, &fixture.host);
	expect_gap(&m, 0, -EAGAIN);
	fixture_write(&fixture, status, "active\n");
	source_hwmon.read(m.state, READ_TICK, m.readings);
	expect_power(&m, "amdgpu-0", 5000000);
	source_hwmon.close(m.state);
	fixture_close(&fixture);
}

static void a_meter_is_not_read_faster_than_it_moves(void **unused)
{
	struct fixture fixture;
	struct opened m;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, CLASS "hwmon0/name", "power_meter\n");
	fixture_write(&fixture, CLASS "hwmon0/power1_average", "5000000\n");
	open_on(&m, &fixture.host);
	fixture.now_ns += 100 * NS_PER_MS;
	source_hwmon.read(m.state, READ_PACE, m.readings);
	expect_gap(&m, 0, -EAGAIN);
	fixture.now_ns += 900 * NS_PER_MS;
	source_hwmon.read(m.state, READ_PACE, m.readings);
	expect_power(&m, "node-acpi-0", 5000000);
	fixture.now_ns += 1;
	source_hwmon.read(m.state, READ_EDGE, m.readings);
	expect_power(&m, "node-acpi-0", 5000000);
	source_hwmon.close(m.state);
	fixture_close(&fixture);
}

static void a_counter_is_left_alone_between_samples(void **unused)
{
	struct fixture fixture;
	struct opened m;

	(void)unused;
	fixture_open(&fixture);
	write_fakepower(&fixture, "1\n");
	open_on(&m, &fixture.host);
	fixture.now_ns += NS_PER_S;
	source_hwmon.read(m.state, READ_PACE, m.readings);
	expect_gap(&m, 0, -EAGAIN);
	source_hwmon.close(m.state);
	fixture_close(&fixture);
}

/* The descriptor of this process that is open on the path gets another file under it. */
static void break_descriptor(const char *path)
{
	for (int fd = 3; fd < 256; fd++) {
		char link[64];
		char target[512];
		ssize_t n;
		int folder;

		(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		n = readlink(link, target, sizeof target - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		if (strcmp(target, path) != 0)
			continue;
		folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(folder >= 0);
		assert_true(dup3(folder, fd, O_CLOEXEC) >= 0);
		(void)close(folder);
	}
}

static void break_sensor(struct fixture *fixture)
{
	char path[256];

	(void)snprintf(path, sizeof path, "%s/" CLASS "hwmon0/energy1_input",
		       fixture->path);
	break_descriptor(path);
}

static void a_driver_that_comes_back_is_read_again_and_says_so(void **unused)
{
	struct fixture fixture;
	struct opened m;

	(void)unused;
	fixture_open(&fixture);
	write_fakepower(&fixture, "1000\n");
	open_on(&m, &fixture.host);
	break_sensor(&fixture);
	fixture_remove(&fixture, CLASS "hwmon0/energy1_input");
	source_hwmon.read(m.state, READ_TICK, m.readings);
	expect_gap(&m, 0, -ENOENT);
	assert_int_equal(m.readings[0].epoch, 0);
	write_fakepower(&fixture, "7\n");
	source_hwmon.read(m.state, READ_TICK, m.readings);
	expect_energy(&m, "package-0", 7);
	assert_int_equal(m.readings[0].epoch, 1);
	source_hwmon.close(m.state);
	fixture_close(&fixture);
}

static void another_chip_in_its_place_is_not_read(void **unused)
{
	struct fixture fixture;
	struct opened m;

	(void)unused;
	fixture_open(&fixture);
	write_fakepower(&fixture, "1000\n");
	open_on(&m, &fixture.host);
	break_sensor(&fixture);
	fixture_write(&fixture, CLASS "hwmon0/name", "other\n");
	source_hwmon.read(m.state, READ_TICK, m.readings);
	expect_gap(&m, 0, -ENODEV);
	source_hwmon.close(m.state);
	fixture_close(&fixture);
}

/* Root may read all, so it becomes nobody for the while. */
static int open_as_nobody(struct fixture *fixture, struct diag *diag, void **ret_state)
{
	const bool root = geteuid() == 0;
	int r;

	assert_int_equal(chmod(fixture->path, 0755), 0);
	if (root)
		assert_int_equal(seteuid(65534), 0);
	r = source_hwmon.open(&fixture->host, diag, ret_state);
	if (root)
		assert_int_equal(seteuid(0), 0);
	return r;
}

static void refuse(struct fixture *fixture, const char *path)
{
	assert_int_equal(fchmodat(fixture->host.root_fd, path, 0, 0), 0);
}

static void a_refused_file_says_how_to_allow_it(void **unused)
{
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	fixture_open(&fixture);
	write_fakepower(&fixture, "1000\n");
	refuse(&fixture, CLASS "hwmon0/energy1_input");
	assert_int_equal(open_as_nobody(&fixture, &diag, &state), -EACCES);
	assert_string_equal(diag.fix,
			    "sudo chmod a+r /sys/class/hwmon/hwmon0/energy1_input");
	assert_null(state);
	fixture_close(&fixture);
}

static void what_can_be_read_is_read_and_the_rest_is_told(void **unused)
{
	struct fixture fixture;
	struct diag diag = { 0 };
	struct opened m = { .state = NULL };

	(void)unused;
	fixture_open(&fixture);
	write_fakepower(&fixture, "1000\n");
	refuse(&fixture, CLASS "hwmon0/energy1_input");
	fixture_write(&fixture, CLASS "hwmon1/name", "amdgpu\n");
	fixture_write(&fixture, CLASS "hwmon1/power1_average", "5000000\n");
	assert_int_equal(open_as_nobody(&fixture, &diag, &m.state), 0);
	assert_int_equal(diag.err, -EACCES);
	m.count = source_hwmon.domains(m.state, &m.domains);
	assert_int_equal(m.count, 1);
	assert_string_equal(m.domains[0].id, "amdgpu-0");
	source_hwmon.close(m.state);
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amd_boards_are_counted_in_the_order_of_their_slots),
		cmocka_unit_test(an_amd_board_gives_its_average_before_its_moment),
		cmocka_unit_test(a_sleeping_board_is_a_gap_and_not_a_zero),
		cmocka_unit_test(an_apu_is_not_a_board),
		cmocka_unit_test(an_i915_board_is_a_counter_and_its_tiles_are_not_added),
		cmocka_unit_test(an_xe_package_is_inside_its_card),
		cmocka_unit_test(an_xe_package_without_a_card_stands_for_itself),
		cmocka_unit_test(a_jetson_rail_is_volts_times_amperes),
		cmocka_unit_test(
			jetson_parts_are_inside_the_module_and_sums_are_not_rails),
		cmocka_unit_test(a_rail_of_a_carrier_is_beside_the_sum),
		cmocka_unit_test(grace_meters_are_told_apart_by_their_text),
		cmocka_unit_test(grace_is_counted_once),
		cmocka_unit_test(an_acpi_meter_is_read_in_both_layouts),
		cmocka_unit_test(amd_energy_gives_sockets_and_leaves_cores_out),
		cmocka_unit_test(the_test_bench_is_a_package_and_says_that_it_is_none),
		cmocka_unit_test(a_machine_without_sensors_is_not_an_error),
		cmocka_unit_test(an_unlisted_chip_is_named_and_not_guessed),
		cmocka_unit_test(garbage_is_a_gap),
		cmocka_unit_test(an_idle_rail_may_be_zero_and_a_negative_one_is_a_gap),
		cmocka_unit_test(a_rail_nobody_wired_is_not_there),
		cmocka_unit_test(a_rail_of_unknown_use_is_beside_the_sum),
		cmocka_unit_test(two_rails_of_one_name_are_two),
		cmocka_unit_test(a_board_wakes_and_falls_asleep_unread),
		cmocka_unit_test(a_meter_is_not_read_faster_than_it_moves),
		cmocka_unit_test(a_counter_is_left_alone_between_samples),
		cmocka_unit_test(a_driver_that_comes_back_is_read_again_and_says_so),
		cmocka_unit_test(another_chip_in_its_place_is_not_read),
		cmocka_unit_test(a_refused_file_says_how_to_allow_it),
		cmocka_unit_test(what_can_be_read_is_read_and_the_rest_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
