/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "base/parse.h"
#include "fixture.h"
#include "machine/memory-model.h"
#include "machine/server-split.h"

#define GIB                       (UINT64_C(1) << 30)
#define assert_near(a, b, within) assert_true(fabs((a) - (b)) < (within))

static double sum_of(const struct server_split *split)
{
	return split->cpu_w + split->rest_w +
	       (isnan(split->memory_w) ? 0 : split->memory_w);
}

static struct server_ask told(void)
{
	struct server_ask ask;

	server_ask_init(&ask);
	(void)copy_text(ask.cpu_name, sizeof ask.cpu_name, "Xeon Gold 6148");
	ask.chips = 2;
	ask.threads = 80;
	ask.memory_gb = 192;
	return ask;
}

/* 64 x 0.3 + 128 x 0.1 W of memory. */
static void the_parts_add_up_to_the_whole(void **state)
{
	const struct server_ask ask = told();
	struct server_parts parts;
	struct server_split split;

	(void)state;
	server_parts_told(&ask, &parts);
	server_split_at(&parts, 450, 1, &split);
	assert_near(sum_of(&split), 450, 1e-9);
	assert_near(split.memory_w, 32, 1e-6);
	assert_near(split.cpu_w, (double)cpu_curve_uw(&parts.cpu, LOAD_FULL_PPM) / 1e6,
		    1e-6);
	assert_true(split.rest_w >= 45);
}

static void no_part_leaves_the_rest_less_than_a_tenth(void **state)
{
	const struct server_ask ask = told();
	struct server_parts parts;
	struct server_split split;

	(void)state;
	server_parts_told(&ask, &parts);
	server_split_at(&parts, 60, 1, &split);
	assert_near(sum_of(&split), 60, 1e-9);
	assert_near(split.rest_w, 6, 1e-9);
	assert_true(split.cpu_w > split.memory_w && split.memory_w > 0);
}

static void memory_of_no_known_size_is_in_the_rest(void **state)
{
	struct server_ask ask = told();
	struct server_parts parts;
	struct server_split split;

	(void)state;
	ask.memory_gb = (double)NAN;
	server_parts_told(&ask, &parts);
	server_split_at(&parts, 450, 0.5, &split);
	assert_true(isnan(split.memory_w));
	assert_near(sum_of(&split), 450, 1e-9);
}

/* Its host's 126 W of memory were once taken for its own, and left its processor nothing. */
static void a_virtual_machine_s_parts_are_its_own(void **state)
{
	struct cpu_seen seen = { .chips = 1, .threads = 2, .hypervisor = true };
	struct server_parts parts;
	struct server_split split;

	(void)state;
	(void)copy_text(seen.name, sizeof seen.name, "AMD EPYC");
	server_parts_seen(&seen, 24 * GIB, &parts);
	assert_near(parts.memory_w,
		    (double)memory_model_part_uw(24 * GIB, 1 / 64.0) / 1e6, 1e-9);
	server_split_at(&parts, 7, 0.5, &split);
	assert_near(sum_of(&split), 7, 1e-9);
	assert_true(split.cpu_w > split.memory_w);
}

static void cores_stand_in_for_threads(void **state)
{
	struct server_ask ask;
	struct server_parts one;
	struct server_parts many;

	(void)state;
	server_ask_init(&ask);
	ask.cores = 1;
	server_parts_told(&ask, &one);
	ask.cores = 32;
	server_parts_told(&ask, &many);
	assert_true(many.cpu.power_uw[CPU_CURVE_STEPS] >
		    20 * one.cpu.power_uw[CPU_CURVE_STEPS]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_parts_add_up_to_the_whole),
		cmocka_unit_test(no_part_leaves_the_rest_less_than_a_tenth),
		cmocka_unit_test(memory_of_no_known_size_is_in_the_rest),
		cmocka_unit_test(a_virtual_machine_s_parts_are_its_own),
		cmocka_unit_test(cores_stand_in_for_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
