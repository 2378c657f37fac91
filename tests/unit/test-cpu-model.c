/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "data-cpu-cloud.h"
#include "data-cpu-spec.h"
#include "data-cpu-tdp.h"
#include "fixture.h"
#include "machine/cpu-curve.h"
#include "machine/cpu-model.h"

static struct cpu_facts facts_of(const char *name)
{
	struct cpu_seen seen = { .chips = 1, .threads = 8 };
	struct cpu_facts facts;

	(void)snprintf(seen.name, sizeof seen.name, "%s", name);
	cpu_model_facts(&seen, &facts);
	return facts;
}

static void names_as_machines_write_them_give_their_design_power(void **unused)
{
	static const struct {
		const char *name;
		uint32_t tdp_mw;
	} rows[] = {
		{ "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz", 150000 },
		{ "Intel(R) Xeon(R) CPU E5-2650 0 @ 2.00GHz", 95000 },
		{ "Intel(R) Xeon(R) CPU E5-2620 v3 @ 2.40GHz", 85000 },
		{ "Intel(R) Xeon(R) CPU E5-2660 v4 @ 2.00GHz", 105000 },
		{ "Intel(R) Xeon(R) CPU E3-1240 V2 @ 3.40GHz", 69000 },
		{ "Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz", 210000 },
		{ "AMD EPYC 7742 64-Core Processor", 225000 },
		{ "AMD EPYC 9654 96-Core Processor", 360000 },
		{ "AMD Ryzen 7 5800X 8-Core Processor", 105000 },
		{ "AMD Ryzen Threadripper 1950X 16-Core Processor", 180000 },
		{ "AMD FX(tm)-8120 Eight-Core Processor", 125000 },
		{ "AMD Opteron(tm) Processor 6272", 115000 },
		{ "Intel(R) Core(TM) i7-7700HQ CPU @ 2.80GHz", 45000 },
		{ "Intel(R) Core(TM)2 Duo CPU     E8400  @ 3.00GHz", 65000 },
		{ "12th Gen Intel(R) Core(TM) i5-1245UL", 15000 },
		{ "AMD Ryzen 9 8945HS w/ Radeon 780M Graphics", 45000 },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (facts_of(rows[i].name).tdp_mw != rows[i].tdp_mw)
			fail_msg("%s: %u mW as '%s'", rows[i].name,
				 facts_of(rows[i].name).tdp_mw,
				 facts_of(rows[i].name).name);
}

static void a_name_that_is_not_known_has_no_design_power(void **unused)
{
	static const char *const names[] = {
		"Intel(R) Xeon(R) Processor",
		"Intel(R) Xeon(R) CPU @ 2.20GHz",
		"Intel Core Processor (Haswell, no TSX)",
		"QEMU Virtual CPU version 2.5+",
		"AMD EPYC Processor",
		"Intel(R) Xeon(R) CPU E5-2660 v9 @ 2.40GHz",
		"((((((",
		"",
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (facts_of(names[i]).tdp_mw != 0)
			fail_msg("%s taken for %s", names[i], facts_of(names[i]).name);
}

static void names_in_the_tables_are_short_names_and_sorted(void **unused)
{
	char name[CPU_NAME_MAX];

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(data_cpu_tdp); i++) {
		const char *row = data_cpu_tdp_text + data_cpu_tdp[i].name;

		cpu_name_short(row, name, sizeof name);
		assert_string_equal(name, row);
		if (i > 0)
			assert_true(strcmp(data_cpu_tdp_text + data_cpu_tdp[i - 1].name,
					   row) < 0);
		assert_int_equal(facts_of(row).tdp_mw, data_cpu_tdp[i].tdp_mw);
	}
	for (size_t i = 0; i < ARRAY_SIZE(data_cpu_spec); i++) {
		cpu_name_short(data_cpu_spec_text + data_cpu_spec[i].name, name,
			       sizeof name);
		assert_string_equal(name, data_cpu_spec_text + data_cpu_spec[i].name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(data_cpu_cloud); i++) {
		cpu_name_short(data_cpu_cloud_text + data_cpu_cloud[i].name, name,
			       sizeof name);
		assert_string_equal(name, data_cpu_cloud_text + data_cpu_cloud[i].name);
	}
}

static void a_year_comes_from_the_cpuid_and_its_stepping(void **unused)
{
	struct cpu_seen seen = { .vendor = "GenuineIntel", .family = 6, .model = 85 };
	struct cpu_facts facts;

	(void)unused;
	seen.stepping = 4;
	cpu_model_facts(&seen, &facts);
	assert_int_equal(facts.year, 2017);
	seen.stepping = 7;
	cpu_model_facts(&seen, &facts);
	assert_int_equal(facts.year, 2019);
	seen.model = 0;
	cpu_model_facts(&seen, &facts);
	assert_int_equal(facts.year, 0);
}

static void cpuinfo_counts_chips_and_threads(void **unused)
{
	static const char text[] = "processor\t: 0\nvendor_id\t: GenuineIntel\n"
				   "cpu family\t: 6\nmodel\t\t: 85\n"
				   "model name\t: Intel(R) Xeon(R) Gold 6148 CPU @ "
				   "2.40GHz\nstepping\t: 4\nphysical id\t: 0\n"
				   "flags\t\t: fpu hypervisory\n\n"
				   "processor\t: 1\nphysical id\t: 3\n\n"
				   "processor\t: 2\nphysical id\t: 0\n";
	struct cpu_seen seen;

	(void)unused;
	assert_int_equal(cpu_model_parse(text, &seen), 0);
	assert_int_equal(seen.chips, 2);
	assert_int_equal(seen.threads, 3);
	assert_int_equal(seen.family, 6);
	assert_int_equal(seen.model, 85);
	assert_int_equal(seen.stepping, 4);
	assert_string_equal(seen.vendor, "GenuineIntel");
	assert_false(seen.hypervisor);
}

static void a_virtual_machine_is_seen_by_its_flag(void **unused)
{
	struct cpu_seen seen;

	(void)unused;
	assert_int_equal(cpu_model_parse("processor\t: 0\nflags\t\t: a hypervisor b\n",
					 &seen),
			 0);
	assert_true(seen.hypervisor);
	assert_int_equal(cpu_model_parse("processor\t: 0\nflags\t\t: a b hypervisor\n",
					 &seen),
			 0);
	assert_true(seen.hypervisor);
	assert_int_equal(cpu_model_parse("processor\t: 0\nflags\t\t: a\nbugs\t\t: "
					 "hypervisor\n",
					 &seen),
			 0);
	assert_false(seen.hypervisor);
}

static void an_arm_core_is_known_by_its_part(void **unused)
{
	struct cpu_seen seen;
	struct cpu_facts facts;

	(void)unused;
	assert_int_equal(cpu_model_parse("processor\t: 0\nCPU implementer\t: 0x41\n"
					 "CPU part\t: 0xd0c\n\nprocessor\t: 1\n",
					 &seen),
			 0);
	cpu_model_facts(&seen, &facts);
	assert_string_equal(facts.name, "Neoverse N1");
	assert_int_equal(facts.year, 2020);
	assert_true(facts.core_mw > 1000 && facts.core_mw < 5000);
}

static void garbage_is_an_error_and_leaves_the_output_alone(void **unused)
{
	static const char *const bad[] = { "", "\n\n\n", "garbage", "processor",
					   ": 0\n" };
	struct cpu_seen seen = { .threads = 7 };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(cpu_model_parse(bad[i], &seen), -EPROTO);
	assert_int_equal(seen.threads, 7);
}

static struct cpu_curve curve_of(struct cpu_seen seen)
{
	struct cpu_facts facts;
	struct cpu_curve curve;

	cpu_model_facts(&seen, &facts);
	cpu_curve_of(&seen, &facts, &curve);
	return curve;
}

/* The kinds of machine there are, with a rough range for their power. */
static const struct {
	struct cpu_seen seen;
	uint64_t idle_low_uw, idle_high_uw, full_low_uw, full_high_uw;
} machines[] = {
	{ { "GenuineIntel", "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz", 6, 85, 4, 0, 0, 2,
	    80, false },
	  15000000,
	  60000000,
	  200000000,
	  300000000 },
	{ { "AuthenticAMD", "AMD EPYC 7742 64-Core Processor", 23, 49, 0, 0, 0, 1, 128,
	    false },
	  15000000,
	  70000000,
	  150000000,
	  225000000 },
	{ { "GenuineIntel", "Intel(R) Xeon(R) Processor", 6, 207, 2, 0, 0, 1, 2, true },
	  400000,
	  4000000,
	  3000000,
	  20000000 },
	{ { "GenuineIntel", "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz", 6, 85, 4, 0, 0, 1,
	    4, true },
	  500000,
	  3000000,
	  8000000,
	  20000000 },
	{ { "", "", 0, 0, 0, 0x41, 0xd0c, 1, 80, false },
	  10000000,
	  50000000,
	  120000000,
	  230000000 },
	{ { "", "no such thing", 0, 0, 0, 0, 0, 1, 8, false },
	  1000000,
	  10000000,
	  15000000,
	  60000000 },
	{ { "GenuineIntel", "Intel(R) Xeon(R) Platinum 8176 CPU @ 2.10GHz", 6, 85, 4, 0,
	    0, 1, 8, true },
	  1000000,
	  5000000,
	  15000000,
	  30000000 },
};

static void the_ends_of_the_curve_are_plausible_for_every_kind(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		struct cpu_curve curve = curve_of(machines[i].seen);

		assert_in_range(cpu_curve_uw(&curve, 0), machines[i].idle_low_uw,
				machines[i].idle_high_uw);
		assert_in_range(cpu_curve_uw(&curve, LOAD_FULL_PPM),
				machines[i].full_low_uw, machines[i].full_high_uw);
		assert_in_range(curve.gain_u_permille, 250, 600);
		assert_true(curve.offset_u_uw > 0);
		assert_int_equal(strncmp(curve.note, "estimate: ", 10), 0);
	}
}

static void more_load_never_draws_less(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		struct cpu_curve curve = curve_of(machines[i].seen);
		uint64_t last_uw = cpu_curve_uw(&curve, 0);

		for (uint32_t ppm = 1000; ppm <= LOAD_FULL_PPM + 5000; ppm += 1000) {
			uint64_t uw = cpu_curve_uw(&curve, ppm);

			assert_true(uw >= last_uw);
			last_uw = uw;
		}
		assert_true(last_uw > 2 * cpu_curve_uw(&curve, 0));
	}
}

static void between_two_steps_the_curve_is_straight(void **unused)
{
	struct cpu_curve curve = { .power_uw = { 100, 200 } };

	(void)unused;
	assert_int_equal(cpu_curve_uw(&curve, 0), 100);
	assert_int_equal(cpu_curve_uw(&curve, 25000), 125);
	assert_int_equal(cpu_curve_uw(&curve, 50000), 150);
}

static void two_chips_draw_twice_one(void **unused)
{
	struct cpu_seen seen = machines[0].seen;
	struct cpu_curve two = curve_of(seen);
	struct cpu_curve one;

	(void)unused;
	seen.chips = 1;
	one = curve_of(seen);
	for (size_t i = 0; i <= CPU_CURVE_STEPS; i++)
		assert_in_range(two.power_uw[i], 2 * one.power_uw[i] - 2,
				2 * one.power_uw[i] + 2);
}

static void a_virtual_machine_pays_for_its_threads_of_the_chip(void **unused)
{
	struct cpu_seen seen = machines[6].seen; /* 8 of the 56 threads of an 8176 */
	struct cpu_curve share = curve_of(seen);
	struct cpu_curve whole;

	(void)unused;
	seen.hypervisor = false;
	whole = curve_of(seen);
	assert_in_range(share.power_uw[10], whole.power_uw[10] / 7 - 1,
			whole.power_uw[10] / 7 + 1);
	assert_true(share.gain_u_permille > whole.gain_u_permille);
	assert_non_null(strstr(share.note, "8 of 56 threads"));
}

static void a_virtual_machine_draws_no_more_than_its_chip(void **unused)
{
	struct cpu_seen seen = machines[3].seen; /* a 6148, threads not in the tables */
	struct cpu_curve share = curve_of(seen);
	struct cpu_curve most;
	struct cpu_curve whole;

	(void)unused;
	seen.threads = 400;
	most = curve_of(seen);
	seen.hypervisor = false;
	whole = curve_of(seen);
	assert_true(share.power_uw[10] < whole.power_uw[10] / 5);
	assert_int_equal(most.power_uw[10], whole.power_uw[10]);
}

static void what_is_known_less_is_less_certain(void **unused)
{
	struct cpu_seen named = machines[0].seen;
	struct cpu_seen ageless = named;

	(void)unused;
	(void)snprintf(ageless.name, sizeof ageless.name, "AMD Sempron 2300+");
	ageless.model = 0;
	assert_true(curve_of(ageless).gain_u_permille > curve_of(named).gain_u_permille);
	assert_true(curve_of(machines[5].seen).gain_u_permille >
		    curve_of(ageless).gain_u_permille);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_as_machines_write_them_give_their_design_power),
		cmocka_unit_test(a_name_that_is_not_known_has_no_design_power),
		cmocka_unit_test(names_in_the_tables_are_short_names_and_sorted),
		cmocka_unit_test(a_year_comes_from_the_cpuid_and_its_stepping),
		cmocka_unit_test(cpuinfo_counts_chips_and_threads),
		cmocka_unit_test(a_virtual_machine_is_seen_by_its_flag),
		cmocka_unit_test(an_arm_core_is_known_by_its_part),
		cmocka_unit_test(garbage_is_an_error_and_leaves_the_output_alone),
		cmocka_unit_test(the_ends_of_the_curve_are_plausible_for_every_kind),
		cmocka_unit_test(more_load_never_draws_less),
		cmocka_unit_test(between_two_steps_the_curve_is_straight),
		cmocka_unit_test(two_chips_draw_twice_one),
		cmocka_unit_test(a_virtual_machine_pays_for_its_threads_of_the_chip),
		cmocka_unit_test(a_virtual_machine_draws_no_more_than_its_chip),
		cmocka_unit_test(what_is_known_less_is_less_certain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
