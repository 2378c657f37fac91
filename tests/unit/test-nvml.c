/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nvml-abi.h"
#include "base/nvml.h"
#include "fixture.h"

#define LIBRARY BUILD_DIR "/tests/fakes/libnvidia-ml.so.1"
#define OLD     BUILD_DIR "/tests/fakes/libnvidia-ml-old.so.1"

static int set_up(void **state)
{
	struct fixture *fixture = malloc(sizeof *fixture);
	char path[128];

	fixture_open(fixture);
	(void)snprintf(path, sizeof path, "%s/nvml", fixture->path);
	assert_int_equal(setenv("GRAMME_FAKE_NVML", path, 1), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	fixture_close(*state);
	free(*state);
	return 0;
}

static struct nvml *opened(struct fixture *fixture, const char *library, const char *text)
{
	struct nvml *nvml = NULL;

	fixture_write(fixture, "nvml", text);
	fixture_link(fixture, "lib/libnvidia-ml.so.1", library);
	assert_int_equal(nvml_open(&fixture->host, NULL, &nvml), 0);
	return nvml;
}

/* docs/NVML.md: what a 64-bit Linux library has in memory. */
static void layouts_are_the_library_s(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct nvml_abi_field), 40);
	assert_int_equal(offsetof(struct nvml_abi_field, timestamp_us), 8);
	assert_int_equal(offsetof(struct nvml_abi_field, type), 24);
	assert_int_equal(offsetof(struct nvml_abi_field, result), 28);
	assert_int_equal(offsetof(struct nvml_abi_field, value), 32);
	assert_int_equal(sizeof(struct nvml_abi_client_v1), 16);
	assert_int_equal(sizeof(struct nvml_abi_client), 24);
	assert_int_equal(sizeof(struct nvml_abi_client_cc), 32);
	assert_int_equal(offsetof(struct nvml_abi_client, gpu_instance), 16);
	assert_int_equal(sizeof(struct nvml_abi_sm), 32);
	assert_int_equal(offsetof(struct nvml_abi_sm, time_us), 8);
	assert_int_equal(offsetof(struct nvml_abi_sm, sm_pct), 16);
	assert_int_equal(sizeof(struct nvml_abi_rates), 8);
	assert_int_equal(sizeof(struct nvml_abi_memory), 24);
	assert_int_equal(sizeof(struct nvml_abi_pci), 68);
	assert_int_equal(offsetof(struct nvml_abi_pci, id), 36);
}

static void no_library_is_no_sentence(void **state)
{
	struct fixture *fixture = *state;
	struct diag diag = { 0 };
	struct nvml *nvml = NULL;

	assert_int_equal(nvml_open(&fixture->host, &diag, &nvml), -ENODEV);
	assert_null(nvml);
	assert_int_equal(diag.err, 0);
	assert_string_equal(diag.text, "");
}

static void a_library_that_does_not_start_says_why_and_what_helps(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *why;
		const char *fix;
	} rows[] = {
		{ "init=driver_not_loaded\n", -ENODEV, "Driver Not Loaded",
		  "--gpus all" },
		{ "init=no_permission\n", -EACCES, "Permissions", "/dev/nvidiactl" },
		{ "init=mismatch\n", -EPROTO, "mismatch", "reboot" },
		{ "init=ok\n", -ENODEV, "no board", "NVIDIA_VISIBLE_DEVICES" },
	};
	struct fixture *fixture = *state;

	fixture_link(fixture, "lib/libnvidia-ml.so.1", LIBRARY);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct diag diag = { 0 };
		struct nvml *nvml = NULL;

		fixture_write(fixture, "nvml", rows[i].text);
		assert_int_equal(nvml_open(&fixture->host, &diag, &nvml), rows[i].err);
		assert_null(nvml);
		assert_int_equal(diag.err, rows[i].err);
		assert_non_null(strstr(diag.text, rows[i].why));
		assert_non_null(strstr(diag.fix, rows[i].fix));
	}
}

static void a_file_that_is_no_library_is_none(void **state)
{
	struct fixture *fixture = *state;
	struct nvml *nvml = NULL;

	fixture_write(fixture, "lib/libnvidia-ml.so.1", "not a library");
	assert_int_equal(nvml_open(&fixture->host, NULL, &nvml), -ENODEV);
	assert_null(nvml);
}

static void a_board_is_described(void **state)
{
	struct nvml *nvml = opened(*state, LIBRARY,
				   "driver=550.54.15\n"
				   "board 0 name=NVIDIA_H100_80GB_HBM3 uuid=GPU-a bus=3b "
				   "limit_w=600 max_w=700 mem_gb=80\n"
				   "board 1 mig=1\n");
	struct nvml_board board;

	assert_int_equal(nvml_count(nvml), 2);
	assert_int_equal(nvml_board(nvml, 0, &board), 0);
	assert_string_equal(board.name, "NVIDIA H100 80GB HBM3");
	assert_string_equal(board.uuid, "GPU-a");
	assert_string_equal(board.pci, "0000:3b:00.0");
	assert_string_equal(board.driver, "550.54.15");
	assert_int_equal(board.limit_uw, 600000000);
	assert_int_equal(board.limit_max_uw, 700000000);
	assert_true(board.memory_bytes == UINT64_C(80) << 30);
	assert_true(board.has_mig);
	assert_false(board.mig);
	assert_int_equal(nvml_board(nvml, 1, &board), 0);
	assert_true(board.mig);
	assert_int_equal(nvml_board(nvml, 2, &board), -ENXIO);
	nvml_close(nvml);
}

static void an_old_library_lacks_only_what_it_lacks(void **state)
{
	struct nvml *nvml =
		opened(*state, OLD,
		       "now_ms=5000\n"
		       "board 0 name=Tesla_K80 power_w=149 clients=10:1:50,11:1:0\n");
	uint64_t value = 7;
	uint64_t since_us = 0;
	struct nvml_board board;
	struct nvml_users users;
	struct nvml_clients clients;

	assert_int_equal(nvml_board(nvml, 0, &board), 0);
	assert_string_equal(board.name, "Tesla K80");
	assert_string_equal(board.pci, "0000:3b:00.0");
	assert_int_equal(nvml_energy_uj(nvml, 0, &value), -EOPNOTSUPP);
	assert_int_equal(value, 7);
	assert_int_equal(nvml_power_way(nvml, 0), NVML_POWER_USAGE);
	assert_int_equal(nvml_power_uw(nvml, 0, NVML_POWER_USAGE, &value), 0);
	assert_int_equal(value, 149000000);
	assert_int_equal(nvml_clients(nvml, 0, &clients), 0);
	assert_int_equal(clients.count, 2);
	assert_int_equal(clients.pids[0], 10);
	assert_int_equal(clients.pids[1], 11);
	assert_int_equal(nvml_users(nvml, 0, &since_us, &users), -EOPNOTSUPP);
	nvml_close(nvml);
}

static void joules_and_watts_have_our_units(void **state)
{
	struct nvml *nvml = opened(*state, LIBRARY,
				   "now_ms=2050\n"
				   "board 0 power_w=300.5\n"
				   "board 1 square=100:400:500ms\n"
				   "board 2 square=100:400:500ms exact=1\n"
				   "board 3 power=average square=100:400:500ms\n"
				   "board 4 power=none energy=none\n");
	uint64_t value = 7;

	/* The counter moved last at 2.0 s. */
	assert_int_equal(nvml_energy_uj(nvml, 0, &value), 0);
	assert_int_equal(value, 601000000);
	assert_int_equal(nvml_energy_uj(nvml, 1, &value), 0);
	assert_int_equal(value, 500000000);
	assert_int_equal(nvml_energy_uj(nvml, 2, &value), 0);
	assert_int_equal(value, 505000000);
	assert_int_equal(nvml_power_uw(nvml, 0, NVML_POWER_INSTANT, &value), 0);
	assert_int_equal(value, 300500000);
	assert_int_equal(nvml_power_uw(nvml, 1, NVML_POWER_INSTANT, &value), 0);
	assert_int_equal(value, 100000000);
	assert_int_equal(nvml_power_way(nvml, 3), NVML_POWER_AVERAGE);
	assert_int_equal(nvml_power_uw(nvml, 3, NVML_POWER_AVERAGE, &value), 0);
	assert_int_equal(value, 250000000);
	assert_int_equal(nvml_power_uw(nvml, 3, NVML_POWER_INSTANT, &value), -EOPNOTSUPP);
	assert_int_equal(value, 250000000);
	assert_int_equal(nvml_power_way(nvml, 4), NVML_POWER_NONE);
	nvml_close(nvml);
}

static void errors_that_pass_are_told_from_what_cannot_be(void **state)
{
	struct fixture *fixture = *state;
	struct nvml *nvml = opened(fixture, LIBRARY, "board 0\n");

	static const struct {
		const char *text;
		int err;
	} rows[] = { { "board 0 error=timeout\n", -EAGAIN },
		     { "board 0 error=unknown\n", -EAGAIN },
		     { "board 0 error=permission\n", -EACCES },
		     { "board 0 energy=none\n", -EOPNOTSUPP },
		     { "board 0 error=lost\n", -ENXIO } };
	struct diag diag = { 0 };
	uint64_t value = 7;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fixture_write(fixture, "nvml", rows[i].text);
		assert_int_equal(nvml_energy_uj(nvml, 0, &value), rows[i].err);
		assert_int_equal(value, 7);
	}
	assert_int_equal(nvml_renew(nvml, 0, &diag), -ENXIO);
	assert_non_null(strstr(diag.text, "NVIDIA board 0: fake: GPU is lost"));
	fixture_write(fixture, "nvml", "board 0\n");
	assert_int_equal(nvml_energy_uj(nvml, 0, &value), -ENXIO);
	assert_int_equal(nvml_renew(nvml, 0, NULL), 0);
	assert_int_equal(nvml_energy_uj(nvml, 0, &value), 0);
	/* A way that fails only now is not given up for a worse one. */
	fixture_write(fixture, "nvml", "board 0 error=timeout\n");
	assert_int_equal(nvml_power_way(nvml, 0), NVML_POWER_INSTANT);
	nvml_close(nvml);
}

static void clients_are_read_whatever_the_length_of_an_entry(void **state)
{
	struct fixture *fixture = *state;
	struct nvml *nvml = opened(fixture, LIBRARY, "board 0\n");
	static const unsigned lengths[] = { 16, 24, 32 };
	struct nvml_clients clients;
	char text[160];

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		(void)snprintf(text, sizeof text,
			       "entry=%u\n"
			       "board 0 clients=100:10:1,200:0:1,300:5:1 "
			       "graphics=200:1:0,400:0:0\n",
			       lengths[i]);
		fixture_write(fixture, "nvml", text);
		assert_int_equal(nvml_clients(nvml, 0, &clients), 0);
		assert_int_equal(clients.count, 4);
		assert_int_equal(clients.pids[0], 100);
		assert_int_equal(clients.pids[1], 200);
		assert_int_equal(clients.pids[2], 300);
		assert_int_equal(clients.pids[3], 400);
		fixture_write(fixture, "nvml", "board 0\n");
		assert_int_equal(nvml_clients(nvml, 0, &clients), 0);
		assert_int_equal(clients.count, 0);
	}
	nvml_close(nvml);
}

static void more_clients_than_fit_are_those_that_fit(void **state)
{
	struct fixture *fixture = *state;
	struct nvml *nvml = opened(fixture, LIBRARY, "board 0\n");
	struct nvml_clients clients;
	size_t used = 0;
	char text[8192];

	used += (size_t)snprintf(text, sizeof text, "board 0 clients=");
	for (unsigned i = 0; i < 300; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%u:1:0,",
					 1000 + i);
	fixture_write(fixture, "nvml", text);
	assert_int_equal(nvml_clients(nvml, 0, &clients), 0);
	assert_int_equal(clients.count, NVML_CLIENTS_MAX);
	assert_int_equal(clients.pids[NVML_CLIENTS_MAX - 1], 1000 + NVML_CLIENTS_MAX - 1);
	nvml_close(nvml);
}

static void use_is_told_by_process_and_by_board(void **state)
{
	struct fixture *fixture = *state;
	struct nvml *nvml =
		opened(fixture, LIBRARY, "board 0 clients=1:1:30,2:1:60,3:1:0\n");
	uint64_t since_us = 0;
	struct nvml_users users;
	uint32_t pct = 0;

	assert_int_equal(nvml_users(nvml, 0, &since_us, &users), 0);
	assert_int_equal(users.count, 2);
	assert_int_equal(users.user[0].pid, 1);
	assert_int_equal(users.user[0].sm_pct, 30);
	assert_int_equal(users.user[1].sm_pct, 60);
	assert_true(since_us > 0);
	since_us = UINT64_MAX;
	assert_int_equal(nvml_users(nvml, 0, &since_us, &users), -ENOENT);
	assert_int_equal(nvml_board_sm_pct(nvml, 0, &pct), 0);
	assert_int_equal(pct, 90);
	nvml_close(nvml);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layouts_are_the_library_s),
		TEST(no_library_is_no_sentence),
		TEST(a_library_that_does_not_start_says_why_and_what_helps),
		TEST(a_file_that_is_no_library_is_none),
		TEST(a_board_is_described),
		TEST(an_old_library_lacks_only_what_it_lacks),
		TEST(joules_and_watts_have_our_units),
		TEST(errors_that_pass_are_told_from_what_cannot_be),
		TEST(clients_are_read_whatever_the_length_of_an_entry),
		TEST(more_clients_than_fit_are_those_that_fit),
		TEST(use_is_told_by_process_and_by_board),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
