/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "fixture.h"
#include "source/source.h"

extern const struct source source_battery;

#define CLASS "sys/class/power_supply/"

static void write_battery(struct fixture *fixture, const char *status, const char *uw)
{
	fixture_write(fixture, CLASS "BAT0/type", "Battery\n");
	fixture_write(fixture, CLASS "BAT0/status", status);
	fixture_write(fixture, CLASS "BAT0/power_now", uw);
}

static void *open_source(const struct host *host, size_t expected)
{
	const struct domain *domains;
	struct diag diag = { 0 };
	void *state = NULL;

	assert_int_equal(source_battery.open(host, &diag, &state), 0);
	assert_int_equal(source_battery.domains(state, &domains), expected);
	return state;
}

static struct reading read_one(void *state, enum read_why why)
{
	struct reading readings[DOMAINS_MAX];

	source_battery.read(state, why, readings);
	return readings[0];
}

static void two_batteries_are_two_meters_and_a_mouse_is_none(void **unused)
{
	struct reading readings[DOMAINS_MAX];
	const struct domain *domains;
	struct host host;
	void *state;

	(void)unused;
	assert_int_equal(host_init(&host, SYSROOT "/laptop-battery"), 0);
	state = open_source(&host, 2);
	(void)source_battery.domains(state, &domains);
	source_battery.read(state, READ_EDGE, readings);
	assert_string_equal(domains[0].id, "battery-BAT0");
	assert_string_equal(domains[1].id, "battery-BAT1");
	assert_int_equal(readings[0].has, READING_POWER);
	assert_int_equal(readings[0].power_uw, 8630000);
	/* 0.412 A, with a minus for what leaves, at 7.7 V */
	assert_int_equal(readings[1].has, READING_POWER);
	assert_int_equal(readings[1].power_uw, 3172400);
	source_battery.close(state);
	host_done(&host);
}

static void a_battery_is_the_whole_machine_and_says_what_it_cannot(void **unused)
{
	const struct domain *domains;
	struct fixture fixture;
	void *state;

	(void)unused;
	fixture_open(&fixture);
	write_battery(&fixture, "Discharging\n", "8000000\n");
	state = open_source(&fixture.host, 1);
	(void)source_battery.domains(state, &domains);
	assert_int_equal(domains[0].family, FAMILY_NODE);
	assert_int_equal(domains[0].boundary, BOUNDARY_NODE);
	assert_int_equal(domains[0].measure, MEASURE_POWER);
	assert_int_equal(domains[0].pace_ns, NS_PER_S);
	assert_int_equal(domains[0].gain_u_permille, 50);
	assert_true(domains[0].note[0] != '\0');
	source_battery.close(state);
	fixture_close(&fixture);
}

static void only_discharging_is_a_reading(void **unused)
{
	static const char *const other[] = { "Charging\n", "Full\n", "Not charging\n",
					     "Unknown\n", "\n" };
	struct fixture fixture;
	void *state;

	(void)unused;
	fixture_open(&fixture);
	write_battery(&fixture, "Full\n", "8000000\n");
	state = open_source(&fixture.host, 1);
	for (size_t i = 0; i < ARRAY_SIZE(other); i++) {
		fixture_write(&fixture, CLASS "BAT0/status", other[i]);
		assert_int_equal(read_one(state, READ_TICK).err, -EAGAIN);
		assert_int_equal(read_one(state, READ_TICK).has, 0);
	}
	fixture_write(&fixture, CLASS "BAT0/status", "Discharging\n");
	assert_int_equal(read_one(state, READ_TICK).power_uw, 8000000);
	assert_int_equal(read_one(state, READ_TICK).t_ns, fixture.now_ns);
	source_battery.close(state);
	fixture_close(&fixture);
}

static void garbage_and_zero_are_gaps(void **unused)
{
	struct fixture fixture;
	void *state;

	(void)unused;
	fixture_open(&fixture);
	write_battery(&fixture, "Discharging\n", "x\n");
	state = open_source(&fixture.host, 1);
	assert_int_equal(read_one(state, READ_TICK).err, -EPROTO);
	fixture_write(&fixture, CLASS "BAT0/power_now", "0\n");
	assert_int_equal(read_one(state, READ_TICK).err, -EAGAIN);
	fixture_write(&fixture, CLASS "BAT0/power_now", "9000000000000000000\n");
	assert_int_equal(read_one(state, READ_TICK).err, -EPROTO);
	assert_int_equal(read_one(state, READ_TICK).has, 0);
	source_battery.close(state);
	fixture_close(&fixture);
}

static void a_product_that_does_not_fit_is_a_gap(void **unused)
{
	struct fixture fixture;
	void *state;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, CLASS "BAT0/type", "Battery\n");
	fixture_write(&fixture, CLASS "BAT0/status", "Discharging\n");
	fixture_write(&fixture, CLASS "BAT0/current_now", "9000000000000000000\n");
	fixture_write(&fixture, CLASS "BAT0/voltage_now", "12000000\n");
	state = open_source(&fixture.host, 1);
	assert_int_equal(read_one(state, READ_TICK).err, -EPROTO);
	source_battery.close(state);
	fixture_close(&fixture);
}

static void it_is_not_asked_more_than_once_a_second_between_samples(void **unused)
{
	struct fixture fixture;
	void *state;

	(void)unused;
	fixture_open(&fixture);
	write_battery(&fixture, "Discharging\n", "8000000\n");
	state = open_source(&fixture.host, 1);
	assert_int_equal(read_one(state, READ_PACE).has, READING_POWER);
	fixture.now_ns += 100 * NS_PER_MS;
	assert_int_equal(read_one(state, READ_PACE).err, -EAGAIN);
	assert_int_equal(read_one(state, READ_EDGE).has, READING_POWER);
	fixture.now_ns += NS_PER_S;
	assert_int_equal(read_one(state, READ_PACE).has, READING_POWER);
	source_battery.close(state);
	fixture_close(&fixture);
}

static void a_machine_without_a_battery_is_not_an_error(void **unused)
{
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	fixture_open(&fixture);
	assert_int_equal(source_battery.open(&fixture.host, &diag, &state), -ENODEV);
	fixture_write(&fixture, CLASS "AC/type", "Mains\n");
	assert_int_equal(source_battery.open(&fixture.host, &diag, &state), -ENODEV);
	write_battery(&fixture, "Discharging\n", "8000000\n");
	fixture_write(&fixture, CLASS "BAT0/present", "0\n");
	assert_int_equal(source_battery.open(&fixture.host, &diag, &state), -ENODEV);
	assert_null(state);
	source_battery.close(NULL);
	fixture_close(&fixture);
}

static void a_battery_that_tells_no_power_is_named(void **unused)
{
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, CLASS "BAT0/type", "Battery\n");
	fixture_write(&fixture, CLASS "BAT0/status", "Discharging\n");
	fixture_write(&fixture, CLASS "BAT0/capacity", "90\n");
	assert_int_equal(source_battery.open(&fixture.host, &diag, &state), -ENODEV);
	assert_non_null(strstr(diag.text, "BAT0"));
	assert_null(state);
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_batteries_are_two_meters_and_a_mouse_is_none),
		cmocka_unit_test(a_battery_is_the_whole_machine_and_says_what_it_cannot),
		cmocka_unit_test(only_discharging_is_a_reading),
		cmocka_unit_test(garbage_and_zero_are_gaps),
		cmocka_unit_test(a_product_that_does_not_fit_is_a_gap),
		cmocka_unit_test(it_is_not_asked_more_than_once_a_second_between_samples),
		cmocka_unit_test(a_machine_without_a_battery_is_not_an_error),
		cmocka_unit_test(a_battery_that_tells_no_power_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
