/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "calc/attribute.h"
#include "fixture.h"

#define J UINT64_C(1000000) /* in uj */

static struct use cpu(uint64_t scope_ms, uint64_t machine_ms)
{
	return (struct use){ .has = USE_SCOPE_CPU | USE_MACHINE_CPU,
			     .scope_cpu_ns = scope_ms * 1000000,
			     .machine_cpu_ns = machine_ms * 1000000 };
}

static struct use memory(uint64_t scope, uint64_t machine)
{
	return (struct use){ .has = USE_SCOPE_MEM | USE_MACHINE_MEM,
			     .scope_mem_bytes = scope,
			     .machine_mem_bytes = machine };
}

static struct gpu_use clients(uint32_t scope, uint32_t all)
{
	return (struct gpu_use){ .has = GPU_USE_CLIENTS,
				 .scope_clients = scope,
				 .all_clients = all };
}

static uint64_t of(const struct share *share, uint64_t uj)
{
	struct split split;

	attribute_split(share, uj, 0, 0, &split);
	return split.active_uj;
}

static void cpu_joules_go_by_cpu_time(void **unused)
{
	struct use from = cpu(100, 1000), to = cpu(400, 2000);
	struct share share;

	(void)unused;
	attribute_cpu(&from, &to, &share);
	assert_true(share.known);
	assert_true(of(&share, 10 * J) == 3 * J);
	assert_int_equal(share.u_permille, 140);
	assert_int_equal(share.busy_ns, NS_PER_S);
}

static void no_share_is_above_the_whole(void **unused)
{
	struct use from = cpu(0, 0), to = cpu(15, 10);
	struct share share;

	(void)unused;
	attribute_cpu(&from, &to, &share);
	assert_true(of(&share, 10 * J) == 10 * J);
	assert_int_equal(share.u_permille, 0);
}

static void what_is_not_known_is_not_zero(void **unused)
{
	struct use from = cpu(0, 0), to = cpu(10, 100), none = { .has = 0 };
	struct share share;

	(void)unused;
	attribute_cpu(&none, &to, &share);
	assert_false(share.known);
	attribute_cpu(&to, &from, &share); /* clocks that went back */
	assert_false(share.known);
	to.has = USE_SCOPE_CPU;
	attribute_cpu(&from, &to, &share);
	assert_false(share.known);
	attribute_memory(&none, &none, &share);
	assert_false(share.known);
	attribute_gpu(&(struct gpu_span){ .span_ns = 5 }, &share);
	assert_false(share.known);
}

static void joules_of_an_interval_nobody_ran_in_are_nobodys(void **unused)
{
	struct use both = cpu(5, 50);
	struct share share;

	(void)unused;
	attribute_cpu(&both, &both, &share);
	assert_true(share.known);
	assert_true(of(&share, 10 * J) == 0);
}

static void memory_joules_go_by_pss(void **unused)
{
	struct use from = memory(100, 1000), to = memory(300, 1000);
	struct use gone = memory(0, 900);
	struct share share;

	(void)unused;
	attribute_memory(&from, &to, &share);
	assert_int_equal(share.how, SHARE_PSS);
	assert_int_equal(share.u_permille, 300);
	assert_true(of(&share, 10 * J) == 2 * J);
	/* The last row sees no process any more: that is no sign of an empty memory. */
	attribute_memory(&to, &gone, &share);
	assert_true(of(&share, 10 * J) == 3 * J);
}

static void without_pss_memory_goes_by_cpu_and_says_so(void **unused)
{
	struct use from = cpu(0, 0), to = cpu(500, 1000);
	struct share share;

	(void)unused;
	attribute_memory(&from, &to, &share);
	assert_int_equal(share.how, SHARE_PSS_BY_CPU);
	assert_int_equal(share.u_permille, 500);
	assert_true(of(&share, 10 * J) == 5 * J);
}

static struct share board(struct gpu_use a, struct gpu_use b)
{
	struct gpu_span span;
	struct share share;

	memset(&span, 0, sizeof span);
	attribute_gpu_add(&span, &a, &b, NS_PER_S);
	attribute_gpu(&span, &share);
	return share;
}

static void a_board_of_our_own_is_ours_whole(void **unused)
{
	struct share share = board(clients(1, 1), clients(2, 2));

	(void)unused;
	assert_int_equal(share.how, SHARE_ONLY_CLIENT);
	assert_int_equal(share.u_permille, 0);
	assert_true(of(&share, 10 * J) == 10 * J);
	/* Begun or ended inside the interval. */
	share = board(clients(0, 0), clients(1, 1));
	assert_true(of(&share, 10 * J) == 10 * J);
	share = board(clients(1, 1), clients(0, 0));
	assert_true(of(&share, 10 * J) == 10 * J);
}

static void a_board_without_us_is_not_ours(void **unused)
{
	struct share share = board(clients(0, 3), clients(0, 2));

	(void)unused;
	assert_true(share.known);
	assert_int_equal(share.how, SHARE_NO_CLIENT);
	assert_true(of(&share, 10 * J) == 0);
}

static void a_guessed_client_is_called_a_guess(void **unused)
{
	struct gpu_use use = clients(1, 1);
	struct share share;

	(void)unused;
	use.has |= GPU_USE_GUESSED;
	share = board(use, use);
	assert_int_equal(share.how, SHARE_GUESSED_CLIENT);
	assert_true(share.u_permille > 0);
}

static void a_shared_board_goes_by_clients(void **unused)
{
	struct share share = board(clients(1, 4), clients(2, 4));

	(void)unused;
	assert_int_equal(share.how, SHARE_CLIENTS);
	assert_int_equal(share.u_permille, 300);
	assert_true(of(&share, 8 * J) == 3 * J);
}

static void sm_time_splits_what_lies_above_idle(void **unused)
{
	struct gpu_use use = clients(1, 2);
	struct share share;
	struct split split;

	(void)unused;
	use.has |= GPU_USE_SM;
	use.scope_sm_permille = 600;
	use.all_sm_permille = 800;
	share = board(use, use);
	assert_int_equal(share.how, SHARE_SM);
	attribute_split(&share, 100 * J, 40 * J, 500, &split);
	assert_true(split.marginal_uj == 45 * J);
	assert_true(split.active_uj == 65 * J); /* 3/4 of 60 and 1/2 of 40 */
	assert_true(split.reserved_uj == 65 * J);
	/* Nobody computed: by clients. */
	use.scope_sm_permille = use.all_sm_permille = 0;
	assert_int_equal(board(use, use).how, SHARE_CLIENTS);
}

static void clients_known_for_half_the_time_are_not_known(void **unused)
{
	struct gpu_use none = { .has = 0 }, one = clients(1, 1);
	struct gpu_span span;
	struct share share;

	(void)unused;
	memset(&span, 0, sizeof span);
	attribute_gpu_add(&span, &one, &one, NS_PER_S);
	attribute_gpu_add(&span, &none, &none, NS_PER_S);
	attribute_gpu(&span, &share);
	assert_false(share.known);
}

static void idle_is_taken_off_but_not_below_nothing(void **unused)
{
	struct use from = cpu(0, 0), to = cpu(500, 1000);
	struct share share;
	struct split split;

	(void)unused;
	attribute_cpu(&from, &to, &share);
	attribute_split(&share, 100 * J, 40 * J, 250, &split);
	assert_true(split.active_uj == 50 * J);
	assert_true(split.marginal_uj == 30 * J);
	assert_true(split.reserved_uj == 40 * J);
	attribute_split(&share, 30 * J, 40 * J, 250, &split);
	assert_true(split.marginal_uj == 0);
	assert_true(split.reserved_uj == 7500000);
}

static void two_scopes_are_never_more_than_the_whole(void **unused)
{
	(void)unused;
	srandom(6);
	for (int i = 0; i < 10000; i++) {
		uint64_t a = (uint64_t)random() % 1000, b = (uint64_t)random() % 1000;
		uint64_t uj = (uint64_t)random() * 1000;
		struct use from = cpu(0, 0);
		struct use to_a = cpu(a, a + b), to_b = cpu(b, a + b);
		struct share one, two;

		attribute_cpu(&from, &to_a, &one);
		attribute_cpu(&from, &to_b, &two);
		assert_true(of(&one, uj) + of(&two, uj) <= uj);
		assert_true(a + b == 0 || of(&one, uj) + of(&two, uj) >= uj - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpu_joules_go_by_cpu_time),
		cmocka_unit_test(no_share_is_above_the_whole),
		cmocka_unit_test(what_is_not_known_is_not_zero),
		cmocka_unit_test(joules_of_an_interval_nobody_ran_in_are_nobodys),
		cmocka_unit_test(memory_joules_go_by_pss),
		cmocka_unit_test(without_pss_memory_goes_by_cpu_and_says_so),
		cmocka_unit_test(a_board_of_our_own_is_ours_whole),
		cmocka_unit_test(a_board_without_us_is_not_ours),
		cmocka_unit_test(a_guessed_client_is_called_a_guess),
		cmocka_unit_test(a_shared_board_goes_by_clients),
		cmocka_unit_test(sm_time_splits_what_lies_above_idle),
		cmocka_unit_test(clients_known_for_half_the_time_are_not_known),
		cmocka_unit_test(idle_is_taken_off_but_not_below_nothing),
		cmocka_unit_test(two_scopes_are_never_more_than_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
