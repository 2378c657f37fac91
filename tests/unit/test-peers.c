/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "fixture.h"

#define assert_near(a, b, within) assert_true(fabs((a) - (b)) < (within))
#include "machine/peers.h"

static double watts(const char *name, const struct peer_machine *machine)
{
	for (size_t i = 0; i < peer_count; i++)
		if (strcmp(peers[i].name, name) == 0)
			return peers[i].watts(machine);
	fail_msg("no formula '%s'", name);
	return 0;
}

/* Two chips of 100 W, 64 threads, 192 GB, half busy. */
static const struct peer_machine server = {
	.tdp_w = 200,
	.threads = 64,
	.memory_gb = 192,
	.load_ratio = 0.5,
	.family_low_w = 0.5,
	.family_high_w = 2.5,
	.any_low_w = 1,
	.any_high_w = 4,
};

static void each_formula_gives_its_worked_example(void **state)
{
	(void)state;
	assert_near(watts("TDP x load", &server), 100, 1e-9);
	assert_near(watts("half TDP", &server), 100, 1e-9);
	assert_near(watts("CodeCarbon 2", &server), 100 + 72, 1e-9);
	assert_near(watts("Green Algorithms", &server), 100 + 71.52, 1e-9);
	assert_near(watts("vCPU, average", &server), 64 * 2.5, 1e-9);
	assert_near(watts("vCPU, by family", &server), 64 * 1.5, 1e-9);
	/* 192 GB: 12 modules of 16: 4 x 5 + 4 x 4.5 + 4 x 4 */
	assert_near(watts("CodeCarbon 3", &server), 200 * (0.1 + 0.9 * 0.125) + 54, 1e-9);
}

static void modules_are_guessed_by_size(void **state)
{
	static const struct {
		double gb;
		double memory_w;
	} sizes[] = {
		{ 1, 10 },                    /* one, but never under 10 W */
		{ 8, 10 },                    /* two */
		{ 17, 20 },                   /* four */
		{ 65, 38 },                   /* eight */
		{ 256, 38 },                  /* 8 of 32 */
		{ 512, 38 },                  /* 8 of 64 */
		{ 4096, 20 + 18 + 32 + 56 },  /* 32 of 128 */
		{ 40960, 20 + 18 + 32 + 56 }, /* no more than 32 */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct peer_machine machine = server;

		machine.load_ratio = 0;
		machine.tdp_w = 0;
		machine.memory_gb = sizes[i].gb;
		assert_near(watts("CodeCarbon 3", &machine), sizes[i].memory_w, 1e-9);
	}
}

static void what_is_not_known_has_no_answer(void **state)
{
	struct peer_machine machine = server;

	(void)state;
	machine.tdp_w = (double)NAN;
	machine.family_low_w = (double)NAN;
	assert_true(isnan(watts("TDP x load", &machine)));
	assert_true(isnan(watts("CodeCarbon 3", &machine)));
	assert_true(isnan(watts("vCPU, by family", &machine)));
	assert_true(watts("vCPU, average", &machine) > 0);
	machine = server;
	machine.memory_gb = (double)NAN;
	assert_true(isnan(watts("CodeCarbon 2", &machine)));
	assert_true(isnan(watts("CodeCarbon 3", &machine)));
	assert_true(isnan(watts("Green Algorithms", &machine)));
}

static void each_formula_names_where_it_is_from(void **state)
{
	(void)state;
	for (size_t i = 0; i < peer_count; i++) {
		assert_true(peers[i].formula[0] != '\0');
		assert_true(peers[i].source[0] != '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_formula_gives_its_worked_example),
		cmocka_unit_test(modules_are_guessed_by_size),
		cmocka_unit_test(what_is_not_known_has_no_answer),
		cmocka_unit_test(each_formula_names_where_it_is_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
