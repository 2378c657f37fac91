/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fixture.h"
#include "privilege.h"
#include "source/rapl.h"
#include "sources.h"

#define PMU_DIR "sys/bus/event_source/devices/power"
#define SCALE   "2.3283064365386962890625e-10\n"

extern const struct source source_perf;

static void add_event(struct fixture *fixture, const char *name, const char *config)
{
	char path[128];

	(void)snprintf(path, sizeof path, PMU_DIR "/events/%s", name);
	fixture_write(fixture, path, config);
	(void)snprintf(path, sizeof path, PMU_DIR "/events/%s.unit", name);
	fixture_write(fixture, path, "Joules\n");
	(void)snprintf(path, sizeof path, PMU_DIR "/events/%s.scale", name);
	fixture_write(fixture, path, SCALE);
}

static void set_count(struct fixture *fixture, unsigned config, unsigned cpu,
		      uint64_t count)
{
	char path[64];

	(void)snprintf(path, sizeof path, "dev/perf/18/%u/cpu%u", config, cpu);
	fixture_write_bytes(fixture, path, &count, sizeof count, 0);
}

/* One socket whose package has counted one joule. */
static void one_package(struct fixture *fixture)
{
	fixture_open(fixture);
	put_cpu(fixture, 0, "0\n", "0\n");
	fixture_write(fixture, PMU_DIR "/type", "18\n");
	fixture_write(fixture, PMU_DIR "/cpumask", "0\n");
	add_event(fixture, "energy-pkg", "event=0x02\n");
	set_count(fixture, 2, 0, UINT64_C(1) << 32);
}

static void *open_source(const struct host *host)
{
	struct diag diag = { 0 };
	void *state = NULL;

	assert_int_equal(source_perf.open(host, &diag, &state), 0);
	return state;
}

static void a_machine_without_the_pmu_has_none(void **unused)
{
	struct host host;
	struct diag diag;

	(void)unused;
	assert_int_equal(host_init(&host, SYSROOT "/nothing-at-all"), 0);
	assert_int_equal(source_refused(&source_perf, &host, &diag), -ENODEV);
	source_perf.close(NULL);
	host_done(&host);
}

static void each_package_has_its_events(void **unused)
{
	const struct domain *domain;
	struct host host;
	void *state;

	(void)unused;
	assert_int_equal(host_init(&host, SYSROOT "/perf-only"), 0);
	state = open_source(&host);
	assert_int_equal(source_perf.domains(state, &domain), 4);
	assert_string_equal(domain[0].id, "package-0");
	assert_string_equal(domain[1].id, "package-1");
	assert_string_equal(domain[2].id, "dram-0");
	assert_string_equal(domain[3].id, "dram-1");
	assert_string_equal(domain[2].inside, "");
	assert_int_equal(domain[0].range_uj, 0);
	assert_int_equal(domain[0].gain_u_permille, 30);
	/* 617283945060 / 2^32 J and 493827156048 / 2^32 J */
	assert_true(source_energy_uj(&source_perf, state, 0) == 143722618);
	assert_true(source_energy_uj(&source_perf, state, 1) == 114978094);
	source_perf.close(state);
	host_done(&host);
}

static void amds_package_is_opened_once(void **unused)
{
	const struct domain *domain;
	struct fixture fixture;
	void *state;

	(void)unused;
	one_package(&fixture);
	fixture_write(&fixture, "proc/cpuinfo",
		      "vendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 17\n");
	put_cpu(&fixture, 8, "0\n", "1\n");
	fixture_write(&fixture, PMU_DIR "/cpumask", "0,8\n");
	set_count(&fixture, 2, 8, UINT64_C(1) << 32);
	state = open_source(&fixture.host);
	assert_int_equal(source_perf.domains(state, &domain), 1);
	assert_string_equal(domain[0].id, "package-0");
	assert_int_equal(domain[0].gain_u_permille, 70);
	source_perf.close(state);
	fixture_close(&fixture);
}

static void dies_are_counted_apart(void **unused)
{
	const struct domain *domain;
	struct fixture fixture;
	void *state;

	(void)unused;
	one_package(&fixture);
	put_cpu(&fixture, 8, "0\n", "1\n");
	fixture_write(&fixture, PMU_DIR "/cpumask", "0,8\n");
	set_count(&fixture, 2, 8, UINT64_C(3) << 32);
	state = open_source(&fixture.host);
	assert_int_equal(source_perf.domains(state, &domain), 2);
	assert_string_equal(domain[0].id, "package-0-die-0");
	assert_string_equal(domain[1].id, "package-0-die-1");
	assert_int_equal(source_energy_uj(&source_perf, state, 1), 3000000);
	source_perf.close(state);
	fixture_close(&fixture);
}

static void the_integrated_gpu_is_uncore_and_psys_is_one(void **unused)
{
	const struct domain *domain;
	struct fixture fixture;
	void *state;

	(void)unused;
	one_package(&fixture);
	put_cpu(&fixture, 1, "1\n", "0\n");
	fixture_write(&fixture, PMU_DIR "/cpumask", "0-1\n");
	add_event(&fixture, "energy-gpu", "event=0x04\n");
	add_event(&fixture, "energy-psys", "event=0x05\n");
	for (unsigned cpu = 0; cpu < 2; cpu++)
		for (unsigned config = 2; config < 6; config++)
			set_count(&fixture, config, cpu, 99);
	state = open_source(&fixture.host);
	assert_int_equal(source_perf.domains(state, &domain), 5);
	assert_string_equal(domain[2].id, "uncore-0");
	assert_string_equal(domain[3].inside, "package-1");
	assert_string_equal(domain[4].id, "psys");
	assert_int_equal(domain[4].boundary, BOUNDARY_NODE);
	source_perf.close(state);
	fixture_close(&fixture);
}

static void months_of_counting_lose_no_microjoule(void **unused)
{
	static const struct {
		uint64_t count;
		uint64_t uj;
	} rows[] = {
		{ 0, 0 },
		{ 4294, 0 },
		{ 4295, 1 }, /* 2^32 / 10^6 = 4294.97 */
		{ UINT64_C(1) << 32, 1000000 },
		{ (UINT64_C(1) << 32) - 1, 999999 },
		{ UINT64_MAX, UINT64_C(4294967295999999) },
		{ UINT64_C(4294967295) << 32, UINT64_C(4294967295000000) },
		{ (UINT64_C(4294967295) << 32) + 4295, UINT64_C(4294967295000001) },
	};

	struct fixture fixture;
	void *state;

	(void)unused;
	one_package(&fixture);
	state = open_source(&fixture.host);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		set_count(&fixture, 2, 0, rows[i].count);
		assert_true(source_energy_uj(&source_perf, state, 0) == rows[i].uj);
	}
	source_perf.close(state);
	fixture_close(&fixture);
}

static void any_scale_is_kept_to_the_last_bit(void **unused)
{
	struct rapl_scale scale = { 1, 1 };

	(void)unused;
	assert_int_equal(rapl_scale_of_joules(ldexp(1, -32), &scale), 0);
	assert_int_equal(scale.mul, 15625);
	assert_int_equal(scale.shift, 26);
	assert_int_equal(rapl_scale_of_joules(1, &scale), 0);
	assert_int_equal(rapl_scale_uj(&scale, 7), 7000000);
	assert_int_equal(rapl_scale_of_joules(1e-6, &scale), 0);
	/* 1e-6 is no power of two: right to 2^-52 of the value. */
	assert_in_range(rapl_scale_uj(&scale, 1000000000000), 999999999999,
			1000000000000);
	assert_int_equal(rapl_scale_of_joules(0, &scale), -EPROTO);
	assert_int_equal(rapl_scale_of_joules(-1, &scale), -EPROTO);
	assert_int_equal(rapl_scale_of_joules(2, &scale), -EPROTO);
	assert_int_equal(rapl_scale_of_joules(1e-300, &scale), -EPROTO);
	assert_int_equal(rapl_scale_of_joules(NAN, &scale), -EPROTO);
}

static void what_is_not_in_joules_is_not_understood(void **unused)
{
	struct fixture fixture;
	struct diag diag;

	(void)unused;
	one_package(&fixture);
	fixture_write(&fixture, PMU_DIR "/events/energy-pkg.unit", "Calories\n");
	assert_int_equal(source_refused(&source_perf, &fixture.host, &diag), -EPROTO);
	assert_non_null(strstr(diag.text, "Calories"));
	fixture_close(&fixture);
}

static void garbage_opens_nothing(void **unused)
{
	static const struct {
		const char *path;
		const char *text;
	} rows[] = {
		{ PMU_DIR "/type", "x\n" },
		{ PMU_DIR "/type", "99999999999\n" },
		{ PMU_DIR "/cpumask", "" },
		{ PMU_DIR "/cpumask", "0-\n" },
		{ PMU_DIR "/cpumask", "77\n" },
		{ PMU_DIR "/events/energy-pkg", "" },
		{ PMU_DIR "/events/energy-pkg", "event=0x02,umask=0x1\n" },
		{ PMU_DIR "/events/energy-pkg", "config=2\n" },
		{ PMU_DIR "/events/energy-pkg.scale", "much\n" },
		{ PMU_DIR "/events/energy-pkg.scale", "nan\n" },
		{ PMU_DIR "/events/energy-pkg.scale", "0\n" },
		{ PMU_DIR "/events/energy-pkg.scale", "-1\n" },
		{ PMU_DIR "/events/energy-pkg.scale", "" },
		{ PMU_DIR "/events/energy-pkg.unit", "" },
		{ "dev/perf/18/2/cpu0", "" },
		{ "dev/perf/18/2/cpu0", "-1\n" },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fixture fixture;
		struct diag diag;

		one_package(&fixture);
		fixture_write(&fixture, rows[i].path, rows[i].text);
		(void)source_refused(&source_perf, &fixture.host, &diag);
		assert_true(diag.text[0] != '\0');
		fixture_close(&fixture);
	}
}

static void one_broken_event_leaves_the_others(void **unused)
{
	const struct domain *domain;
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	one_package(&fixture);
	add_event(&fixture, "energy-ram", "event=0x03\n");
	fixture_write(&fixture, PMU_DIR "/events/energy-ram.scale", "much\n");
	assert_int_equal(source_perf.open(&fixture.host, &diag, &state), 0);
	assert_int_equal(source_perf.domains(state, &domain), 1);
	assert_int_equal(diag.err, -EPROTO);
	source_perf.close(state);
	fixture_close(&fixture);
}

static void no_leave_names_the_setting_and_its_value(void **unused)
{
	struct fixture fixture;
	struct diag diag;

	(void)unused;
	one_package(&fixture);
	fixture_write(&fixture, "proc/sys/kernel/perf_event_paranoid", "3\n");
	assert_int_equal(fchmodat(fixture.host.root_fd, "dev/perf/18/2/cpu0", 0, 0), 0);
	begin_plain_user();
	assert_int_equal(source_refused(&source_perf, &fixture.host, &diag), -EACCES);
	end_plain_user();
	assert_non_null(strstr(diag.text, "perf_event_paranoid is 3"));
	assert_non_null(strstr(diag.fix, "sysctl kernel.perf_event_paranoid=0"));
	fixture_close(&fixture);
}

static void an_event_opened_again_starts_anew(void **unused)
{
	struct fixture fixture;
	struct reading reading;
	void *state;

	(void)unused;
	one_package(&fixture);
	state = open_source(&fixture.host);
	fixture.now_ns = 7 * NS_PER_S;
	fixture_write(&fixture, "dev/perf/18/2/cpu0", "");
	source_perf.read(state, READ_TICK, &reading);
	assert_true(reading.err < 0);
	assert_int_equal(reading.has, 0);
	set_count(&fixture, 2, 0, UINT64_C(2) << 32);
	source_perf.read(state, READ_PACE, &reading);
	assert_true(reading.err < 0);
	source_perf.read(state, READ_EDGE, &reading);
	assert_int_equal(reading.err, 0);
	assert_int_equal(reading.energy_uj, 2000000);
	assert_int_equal(reading.epoch, 1);
	assert_int_equal(reading.t_ns, 7 * NS_PER_S);
	source_perf.close(state);
	fixture_close(&fixture);
}

static void an_old_kernels_sapphire_rapids_dram_is_doubted(void **unused)
{
	static const struct {
		const char *release;
		bool doubted;
	} rows[] = { { "5.15.0-91-generic\n", true },
		     { "6.0.19\n", true },
		     { "6.1.0-18-amd64\n", false },
		     { "6.10.3\n", false },
		     { "7.0.1\n", false } };

	const struct domain *domain;
	struct fixture fixture;

	(void)unused;
	one_package(&fixture);
	fixture_write(&fixture, "proc/cpuinfo",
		      "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\n");
	add_event(&fixture, "energy-ram", "event=0x03\n");
	set_count(&fixture, 3, 0, 1);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		void *state;

		fixture_write(&fixture, "proc/sys/kernel/osrelease", rows[i].release);
		state = open_source(&fixture.host);
		assert_int_equal(source_perf.domains(state, &domain), 2);
		assert_int_equal(domain[1].note[0] != '\0', rows[i].doubted);
		source_perf.close(state);
	}
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_without_the_pmu_has_none),
		cmocka_unit_test(each_package_has_its_events),
		cmocka_unit_test(amds_package_is_opened_once),
		cmocka_unit_test(dies_are_counted_apart),
		cmocka_unit_test(the_integrated_gpu_is_uncore_and_psys_is_one),
		cmocka_unit_test(months_of_counting_lose_no_microjoule),
		cmocka_unit_test(any_scale_is_kept_to_the_last_bit),
		cmocka_unit_test(what_is_not_in_joules_is_not_understood),
		cmocka_unit_test(garbage_opens_nothing),
		cmocka_unit_test(one_broken_event_leaves_the_others),
		cmocka_unit_test(no_leave_names_the_setting_and_its_value),
		cmocka_unit_test(an_event_opened_again_starts_anew),
		cmocka_unit_test(an_old_kernels_sapphire_rapids_dram_is_doubted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
