/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "fixture.h"
#include "machine/server-share.h"

#define assert_near(a, b, within) assert_true(fabs((a) - (b)) < (within))

static struct cpu_seen seen_of(const char *name, uint32_t threads, bool hypervisor)
{
	struct cpu_seen seen = {
		.vendor = "GenuineIntel",
		.chips = 2,
		.threads = threads,
		.hypervisor = hypervisor,
	};

	(void)strcpy(seen.name, name);
	return seen;
}

static void a_machine_of_its_own_is_asked_as_it_is(void **state)
{
	const struct cpu_seen seen =
		seen_of("Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz", 80, false);
	struct server_share share;
	struct server_ask ask;

	(void)state;
	server_share_ask(&seen, 192, &ask, &share);
	assert_true(isnan(share.ratio));
	assert_string_equal(ask.cpu_name, seen.name);
	assert_near(ask.chips, 2, 1e-9);
	assert_near(ask.threads, 80, 1e-9);
	assert_near(ask.memory_gb, 192, 1e-9);
}

/* An EPYC 7601 has 64 threads, its host two of them. */
static void a_virtual_machine_is_a_part_of_its_host_by_threads(void **state)
{
	const struct cpu_seen seen = seen_of("AMD EPYC 7601 32-Core Processor", 8, true);
	struct server_share share;
	struct server_ask ask;

	(void)state;
	server_share_ask(&seen, 16, &ask, &share);
	assert_near(share.ratio, 8 / 128.0, 1e-9);
	assert_near(ask.chips, 2, 1e-9);
	assert_true(isnan(ask.threads));
	assert_near(ask.memory_gb, 256, 1e-9);
}

static void a_host_whose_processor_hides_is_less_sure(void **state)
{
	const struct cpu_seen known = seen_of("AMD EPYC 7601 32-Core Processor", 8, true);
	const struct cpu_seen hidden = seen_of("Intel(R) Xeon(R) Processor", 8, true);
	struct server_share sure;
	struct server_share unsure;
	struct server_ask ask;

	(void)state;
	server_share_ask(&known, (double)NAN, &ask, &sure);
	server_share_ask(&hidden, (double)NAN, &ask, &unsure);
	assert_true(unsure.spread > 1.5 * sure.spread);
}

static void a_host_s_memory_is_told_only_where_it_is_known_and_never_absurd(void **state)
{
	const struct cpu_seen seen = seen_of("Intel(R) Xeon(R) Processor", 1, true);
	struct server_share share;
	struct server_ask ask;

	(void)state;
	server_share_ask(&seen, (double)NAN, &ask, &share);
	assert_true(isnan(ask.memory_gb));
	server_share_ask(&seen, 2048, &ask, &share);
	assert_near(ask.memory_gb, 4096, 1e-9);
	assert_near(server_share_ratio(&seen), 1 / 128.0, 1e-9);
}

static void no_virtual_machine_is_more_than_its_host(void **state)
{
	const struct cpu_seen seen = seen_of("Intel(R) Xeon(R) Processor", 4096, true);
	struct server_share share;
	struct server_ask ask;

	(void)state;
	server_share_ask(&seen, (double)NAN, &ask, &share);
	assert_near(share.ratio, 1, 1e-9);
}

static struct server_curve flat_curve(void)
{
	struct server_curve curve = { 0 };

	for (int i = 0; i < SERVER_LEVELS; i++)
		curve.at[i] = (struct server_watts){ 400, 320, 500, 300, 533 };
	return curve;
}

/* 90 %: hypot(log(500 / 400), 1.645 * 0.35) = 0.6175, e^0.6175 = 1.8542. */
static void a_share_has_its_part_of_the_watts_and_a_wider_interval(void **state)
{
	const struct server_share share = { .ratio = 0.1, .spread = 0.35 };
	struct server_curve curve = flat_curve();

	(void)state;
	server_share_take(&share, &curve);
	for (int i = 0; i < SERVER_LEVELS; i++) {
		const struct server_watts *at = &curve.at[i];

		assert_near(at->w, 40, 1e-9);
		assert_near(at->high90, 74.17, 0.01);
		assert_true(at->low95 < at->low90 && at->low90 < 32);
		assert_true(at->high95 > at->high90);
	}
}

static void all_of_a_machine_is_as_it_was(void **state)
{
	const struct server_share share = { .ratio = (double)NAN };
	const struct server_curve before = flat_curve();
	struct server_curve curve = before;

	(void)state;
	server_share_take(&share, &curve);
	assert_memory_equal(&curve, &before, sizeof curve);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_of_its_own_is_asked_as_it_is),
		cmocka_unit_test(a_virtual_machine_is_a_part_of_its_host_by_threads),
		cmocka_unit_test(a_host_whose_processor_hides_is_less_sure),
		cmocka_unit_test(
			a_host_s_memory_is_told_only_where_it_is_known_and_never_absurd),
		cmocka_unit_test(no_virtual_machine_is_more_than_its_host),
		cmocka_unit_test(a_share_has_its_part_of_the_watts_and_a_wider_interval),
		cmocka_unit_test(all_of_a_machine_is_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
