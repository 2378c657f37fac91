/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fixture.h"
#include "privilege.h"
#include "sources.h"

#define UNITS_14 UINT64_C(0xA0E03) /* 2^-14 J, 2^-3 W */

extern const struct source source_msr;

/* In a file each register stands at the byte of its number, as the driver's offsets do;
 * neighbours overlap, so 32 bits are written, from low numbers to high. */
static void set_register(struct fixture *fixture, unsigned cpu, int64_t number,
			 uint64_t value, size_t size)
{
	char path[64];

	(void)snprintf(path, sizeof path, "dev/cpu/%u/msr", cpu);
	fixture_write_bytes(fixture, path, &value, size, number);
}

static void set_cpuinfo(struct fixture *fixture, const char *vendor, unsigned family,
			unsigned model, const char *flags)
{
	char text[256];

	(void)snprintf(text, sizeof text,
		       "processor\t: 0\nvendor_id\t: %s\ncpu family\t: %u\n"
		       "model\t\t: %u\nmodel name\t: A CPU\nflags\t\t: fpu %s\n",
		       vendor, family, model, flags);
	fixture_write(fixture, "proc/cpuinfo", text);
}

static void set_intel(struct fixture *fixture, unsigned cpu, uint32_t package,
		      uint32_t dram)
{
	set_register(fixture, cpu, 0x606, UNITS_14, 8);
	set_register(fixture, cpu, 0x611, package, 4);
	set_register(fixture, cpu, 0x619, dram, 4);
	set_register(fixture, cpu, 0x650, 0, 8); /* the file's end */
}

static void one_intel(struct fixture *fixture, unsigned model)
{
	fixture_open(fixture);
	set_cpuinfo(fixture, "GenuineIntel", 6, model, "msr");
	put_cpu(fixture, 0, "0\n", "0\n");
	set_intel(fixture, 0, 1u << 14, 1u << 16);
}

static void *open_source(const struct host *host, const struct domain **ret,
			 size_t *ret_count)
{
	struct diag diag = { 0 };
	void *state = NULL;

	assert_int_equal(source_msr.open(host, &diag, &state), 0);
	*ret_count = source_msr.domains(state, ret);
	return state;
}

static void a_servers_dram_has_a_unit_of_its_own(void **unused)
{
	static const unsigned models[] = {
		0x3F, 0x4F, 0x56, 0x55, 0x6A, 0x6C, 0x57, 0x85
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
		const struct domain *domain;
		struct fixture fixture;
		size_t count;
		void *state;

		one_intel(&fixture, models[i]);
		state = open_source(&fixture.host, &domain, &count);
		assert_int_equal(count, 2);
		assert_string_equal(domain[0].id, "package-0");
		assert_string_equal(domain[1].id, "dram-0");
		assert_string_equal(domain[1].inside, "");
		assert_int_equal(source_energy_uj(&source_msr, state, 0), 1000000);
		assert_int_equal(source_energy_uj(&source_msr, state, 1), 1000000);
		assert_true(domain[0].range_uj == UINT64_C(262144000000));
		assert_true(domain[1].range_uj == UINT64_C(65536000000));
		assert_int_equal(domain[0].step_uj, 61);
		assert_int_equal(domain[1].step_uj, 15);
		source_msr.close(state);
		fixture_close(&fixture);
	}
}

static void later_servers_and_clients_use_the_normal_unit(void **unused)
{
	static const unsigned models[] = { 0x8F, 0xCF, 0xAD, 0x2D,
					   0x3E, 0x9E, 0x3C, 0xFE /* not known */ };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
		const struct domain *domain;
		struct fixture fixture;
		size_t count;
		void *state;

		one_intel(&fixture, models[i]);
		state = open_source(&fixture.host, &domain, &count);
		assert_int_equal(count, 2);
		assert_int_equal(source_energy_uj(&source_msr, state, 1), 4000000);
		assert_true(domain[1].range_uj == UINT64_C(262144000000));
		source_msr.close(state);
		fixture_close(&fixture);
	}
}

static void small_atoms_count_in_powers_of_two_of_microjoules(void **unused)
{
	static const unsigned models[] = { 0x37, 0x4A, 0x4D, 0x5A, 0x5D, 0x4C };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
		const struct domain *domain;
		struct fixture fixture;
		size_t count;
		void *state;

		one_intel(&fixture, models[i]);
		set_register(&fixture, 0, 0x606, 0x505, 8); /* 2^5 uJ */
		state = open_source(&fixture.host, &domain, &count);
		assert_int_equal(source_energy_uj(&source_msr, state, 0), (1 << 14) * 32);
		assert_true(domain[0].range_uj == UINT64_C(32) << 32);
		assert_int_equal(domain[0].gain_u_permille, 100);
		source_msr.close(state);
		fixture_close(&fixture);
	}
}

static void core_and_psys_are_there_where_the_model_has_them(void **unused)
{
	const struct domain *domain;
	struct fixture fixture;
	size_t count;
	void *state;

	(void)unused;
	one_intel(&fixture, 0x9E);
	set_register(&fixture, 0, 0x639, 2u << 14, 4);
	set_register(&fixture, 0, 0x641, 3u << 14, 4);
	set_register(&fixture, 0, 0x64D, 5u << 14, 4);
	state = open_source(&fixture.host, &domain, &count);
	assert_int_equal(count, 5);
	assert_string_equal(domain[1].id, "core-0");
	assert_string_equal(domain[1].inside, "package-0");
	assert_string_equal(domain[2].id, "uncore-0");
	assert_string_equal(domain[4].id, "psys");
	assert_int_equal(domain[4].boundary, BOUNDARY_NODE);
	assert_int_equal(source_energy_uj(&source_msr, state, 4), 5000000);
	source_msr.close(state);
	set_cpuinfo(&fixture, "GenuineIntel", 6, 0x55, ""); /* a server has neither */
	state = open_source(&fixture.host, &domain, &count);
	assert_int_equal(count, 3);
	assert_string_equal(domain[1].id, "core-0");
	assert_string_equal(domain[2].id, "dram-0");
	source_msr.close(state);
	fixture_close(&fixture);
}

static void each_socket_is_read_through_a_cpu_of_its_own(void **unused)
{
	const struct domain *domain;
	struct fixture fixture;
	size_t count;
	void *state;

	(void)unused;
	one_intel(&fixture, 0x55);
	put_cpu(&fixture, 1, "1\n", "0\n");
	put_cpu(&fixture, 2, "0\n", "0\n");
	set_intel(&fixture, 1, 7u << 14, 9u << 16);
	state = open_source(&fixture.host, &domain, &count);
	assert_int_equal(count, 4);
	assert_string_equal(domain[2].id, "package-1");
	assert_string_equal(domain[3].id, "dram-1");
	assert_int_equal(source_energy_uj(&source_msr, state, 0), 1000000);
	assert_int_equal(source_energy_uj(&source_msr, state, 2), 7000000);
	assert_int_equal(source_energy_uj(&source_msr, state, 3), 9000000);
	source_msr.close(state);
	fixture_close(&fixture);
}

static void dies_are_counted_apart(void **unused)
{
	const struct domain *domain;
	struct fixture fixture;
	size_t count;
	void *state;

	(void)unused;
	one_intel(&fixture, 0x55);
	put_cpu(&fixture, 4, "0\n", "1\n");
	set_intel(&fixture, 4, 7u << 14, 9u << 16);
	state = open_source(&fixture.host, &domain, &count);
	assert_int_equal(count, 4);
	assert_string_equal(domain[0].id, "package-0-die-0");
	assert_string_equal(domain[3].id, "dram-0-die-1");
	source_msr.close(state);
	fixture_close(&fixture);
}

static void amd_has_packages_however_many_dies(void **unused)
{
	static const char *const vendors[] = { "AuthenticAMD", "HygonGenuine" };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(vendors); i++) {
		const struct domain *domain;
		struct fixture fixture;
		size_t count;
		void *state;

		fixture_open(&fixture);
		set_cpuinfo(&fixture, vendors[i], 0x18 + (i == 0), 1, "msr");
		put_cpu(&fixture, 0, "0\n", "0\n");
		put_cpu(&fixture, 8, "0\n", "1\n");
		set_register(&fixture, 0, 0xC0010299, 0x1000, 2); /* 2^-16 J */
		set_register(&fixture, 0, 0xC001029B, 3u << 16, 8);
		state = open_source(&fixture.host, &domain, &count);
		assert_int_equal(count, 1);
		assert_string_equal(domain[0].id, "package-0");
		assert_int_equal(domain[0].gain_u_permille, 70);
		assert_true(domain[0].range_uj == UINT64_C(65536000000));
		assert_int_equal(source_energy_uj(&source_msr, state, 0), 3000000);
		source_msr.close(state);
		fixture_close(&fixture);
	}
}

static void only_the_low_32_bits_are_the_counter(void **unused)
{
	const struct domain *domain;
	struct fixture fixture;
	size_t count;
	void *state;

	(void)unused;
	one_intel(&fixture, 0x8F);
	set_register(&fixture, 0, 0x611, UINT64_C(0xFFFFFFFF), 4);
	set_register(&fixture, 0, 0x615, UINT64_C(0xFFFFFFFF), 4);
	state = open_source(&fixture.host, &domain, &count);
	assert_true(source_energy_uj(&source_msr, state, 0) == UINT64_C(262143999938));
	assert_true(source_energy_uj(&source_msr, state, 0) < domain[0].range_uj);
	source_msr.close(state);
	fixture_close(&fixture);
}

static void the_design_power_bounds_the_power(void **unused)
{
	const struct domain *domain;
	struct fixture fixture;
	size_t count;
	void *state;

	(void)unused;
	one_intel(&fixture, 0x8F);
	set_register(&fixture, 0, 0x611, 1u << 14, 3);
	set_register(&fixture, 0, 0x614, 1640, 2); /* 205 W in eighths */
	state = open_source(&fixture.host, &domain, &count);
	assert_int_equal(domain[0].max_uw, 410000000);
	source_msr.close(state);
	fixture_close(&fixture);
}

static void the_energy_filter_is_said(void **unused)
{
	const struct domain *domain;
	struct fixture fixture;
	size_t count;
	void *state;

	(void)unused;
	one_intel(&fixture, 0x6A);
	set_register(&fixture, 0, 0xBC, 1, 8);
	state = open_source(&fixture.host, &domain, &count);
	assert_int_equal(domain[0].gain_u_permille, 40);
	assert_true(domain[0].note[0] != '\0');
	source_msr.close(state);
	fixture_close(&fixture);
}

static void zeros_are_a_hypervisors_answer_and_no_counter(void **unused)
{
	struct fixture fixture;
	struct diag diag;

	(void)unused;
	one_intel(&fixture, 0x8F);
	set_register(&fixture, 0, 0x611, 0, 4);
	assert_int_equal(source_refused(&source_msr, &fixture.host, &diag), -ENODEV);
	assert_non_null(strstr(diag.text, "hypervisor"));
	set_register(&fixture, 0, 0x611, 1u << 14, 4);
	set_register(&fixture, 0, 0x606, 0, 8);
	assert_int_equal(source_refused(&source_msr, &fixture.host, &diag), -ENODEV);
	assert_non_null(strstr(diag.text, "hypervisor"));
	fixture_close(&fixture);
}

static void a_register_that_is_not_there_is_no_domain(void **unused)
{
	const struct domain *domain;
	struct fixture fixture;
	size_t count;
	void *state;

	(void)unused;
	fixture_open(&fixture);
	set_cpuinfo(&fixture, "GenuineIntel", 6, 0x8F, "msr");
	put_cpu(&fixture, 0, "0\n", "0\n");
	set_register(&fixture, 0, 0x606, UNITS_14, 8);
	set_register(&fixture, 0, 0x611, 1u << 14, 8); /* the file ends here */
	state = open_source(&fixture.host, &domain, &count);
	assert_int_equal(count, 1);
	source_msr.close(state);
	fixture_close(&fixture);
}

static void a_missing_driver_is_told_to_be_loaded_where_that_can_help(void **unused)
{
	struct fixture fixture;
	struct diag diag;

	(void)unused;
	fixture_open(&fixture);
	put_cpu(&fixture, 0, "0\n", "0\n");
	set_cpuinfo(&fixture, "GenuineIntel", 6, 0x8F, "msr");
	assert_int_equal(source_refused(&source_msr, &fixture.host, &diag), -ENODEV);
	assert_string_equal(diag.fix, "sudo modprobe msr");
	set_cpuinfo(&fixture, "GenuineIntel", 6, 0x8F, "msr hypervisor");
	assert_int_equal(source_refused(&source_msr, &fixture.host, &diag), -ENODEV);
	assert_string_equal(diag.fix, "");
	fixture_close(&fixture);
}

static void other_cpus_have_none(void **unused)
{
	struct fixture fixture;
	struct diag diag;

	(void)unused;
	fixture_open(&fixture);
	assert_int_equal(source_refused(&source_msr, &fixture.host, &diag), -ENODEV);
	put_cpu(&fixture, 0, "0\n", "0\n");
	set_intel(&fixture, 0, 1, 1);
	set_cpuinfo(&fixture, "Transmeta", 6, 0x8F, "msr");
	assert_int_equal(source_refused(&source_msr, &fixture.host, &diag), -ENODEV);
	set_cpuinfo(&fixture, "AuthenticAMD", 0x15, 1, "msr");
	assert_int_equal(source_refused(&source_msr, &fixture.host, &diag), -ENODEV);
	assert_string_equal(diag.fix, "");
	fixture_close(&fixture);
}

static void no_leave_says_what_would_help(void **unused)
{
	struct fixture fixture;
	struct diag diag;

	(void)unused;
	one_intel(&fixture, 0x8F);
	assert_int_equal(fchmodat(fixture.host.root_fd, "dev/cpu/0/msr", 0, 0), 0);
	begin_plain_user();
	assert_int_equal(source_refused(&source_msr, &fixture.host, &diag), -EACCES);
	end_plain_user();
	assert_non_null(strstr(diag.text, "dev/cpu/0/msr"));
	assert_non_null(strstr(diag.fix, "cap_sys_rawio"));
	fixture_close(&fixture);
}

static void a_cpu_that_goes_leaves_a_gap_and_comes_back(void **unused)
{
	const struct domain *domain;
	struct reading reading[DOMAINS_MAX];
	struct fixture fixture;
	size_t count;
	void *state;
	int fd;

	(void)unused;
	one_intel(&fixture, 0x8F);
	state = open_source(&fixture.host, &domain, &count);
	fd = host_open(&fixture.host, "dev/cpu/0/msr", O_WRONLY);
	assert_int_equal(ftruncate(fd, 0), 0);
	(void)close(fd);
	fixture.now_ns = 9 * NS_PER_S;
	source_msr.read(state, READ_TICK, reading);
	assert_true(reading[0].err < 0);
	assert_int_equal(reading[0].has, 0);
	set_intel(&fixture, 0, 2u << 14, 1u << 14);
	source_msr.read(state, READ_TICK, reading);
	assert_int_equal(reading[0].err, 0);
	assert_int_equal(reading[0].energy_uj, 2000000);
	assert_int_equal(reading[0].epoch, 0);
	assert_int_equal(reading[0].t_ns, 9 * NS_PER_S);
	source_msr.close(state);
	source_msr.close(NULL);
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_servers_dram_has_a_unit_of_its_own),
		cmocka_unit_test(later_servers_and_clients_use_the_normal_unit),
		cmocka_unit_test(small_atoms_count_in_powers_of_two_of_microjoules),
		cmocka_unit_test(core_and_psys_are_there_where_the_model_has_them),
		cmocka_unit_test(each_socket_is_read_through_a_cpu_of_its_own),
		cmocka_unit_test(dies_are_counted_apart),
		cmocka_unit_test(amd_has_packages_however_many_dies),
		cmocka_unit_test(only_the_low_32_bits_are_the_counter),
		cmocka_unit_test(the_design_power_bounds_the_power),
		cmocka_unit_test(the_energy_filter_is_said),
		cmocka_unit_test(zeros_are_a_hypervisors_answer_and_no_counter),
		cmocka_unit_test(a_register_that_is_not_there_is_no_domain),
		cmocka_unit_test(
			a_missing_driver_is_told_to_be_loaded_where_that_can_help),
		cmocka_unit_test(other_cpus_have_none),
		cmocka_unit_test(no_leave_says_what_would_help),
		cmocka_unit_test(a_cpu_that_goes_leaves_a_gap_and_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
