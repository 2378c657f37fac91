/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "source/source.h"

#define LIBRARY BUILD_DIR "/tests/fakes/libnvidia-ml.so.1"
#define OLD     BUILD_DIR "/tests/fakes/libnvidia-ml-old.so.1"

extern const struct source source_nvml;

struct machine {
	struct fixture fixture;
	void *library;
	void *state;
	struct reading reading[DOMAINS_MAX];
};

static int set_up(void **state)
{
	struct machine *machine = calloc(1, sizeof *machine);
	char path[128];

	fixture_open(&machine->fixture);
	(void)snprintf(path, sizeof path, "%s/nvml", machine->fixture.path);
	assert_int_equal(setenv("GRAMME_FAKE_NVML", path, 1), 0);
	*state = machine;
	return 0;
}

static int tear_down(void **state)
{
	struct machine *machine = *state;

	source_nvml.close(machine->state);
	if (machine->library)
		(void)dlclose(machine->library);
	fixture_close(&machine->fixture);
	free(machine);
	return 0;
}

static void set(struct machine *machine, const char *text)
{
	fixture_write(&machine->fixture, "nvml", text);
}

static const struct domain *opened(struct machine *machine, const char *library,
				   const char *text, size_t count)
{
	const struct domain *domains = NULL;

	set(machine, text);
	fixture_link(&machine->fixture, "lib/libnvidia-ml.so.1", library);
	machine->library = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	assert_non_null(machine->library);
	assert_int_equal(source_nvml.open(&machine->fixture.host, NULL, &machine->state),
			 0);
	assert_int_equal(source_nvml.domains(machine->state, &domains), count);
	return domains;
}

static void read_after(struct machine *machine, int64_t ns, enum read_why why)
{
	machine->fixture.now_ns += ns;
	memset(machine->reading, 0xA5, sizeof machine->reading);
	source_nvml.read(machine->state, why, machine->reading);
}

static unsigned energy_calls(const struct machine *machine)
{
	unsigned (*calls)(unsigned board);
	void *found = dlsym(machine->library, "fake_nvml_energy_calls");

	assert_non_null(found);
	memcpy(&calls, &found, sizeof calls);
	return calls(0);
}

static unsigned power_calls(const struct machine *machine)
{
	unsigned (*calls)(unsigned board);
	void *found = dlsym(machine->library, "fake_nvml_power_calls");

	assert_non_null(found);
	memcpy(&calls, &found, sizeof calls);
	return calls(0);
}

static void a_machine_without_nvidia_is_not_an_error(void **state)
{
	struct machine *machine = *state;
	struct diag diag = { 0 };

	assert_int_equal(source_nvml.open(&machine->fixture.host, &diag, &machine->state),
			 -ENODEV);
	assert_null(machine->state);
	assert_string_equal(diag.text, "");
}

static void a_driver_that_is_not_there_is_said(void **state)
{
	struct machine *machine = *state;
	struct diag diag = { 0 };

	set(machine, "init=no_permission\n");
	fixture_link(&machine->fixture, "lib/libnvidia-ml.so.1", LIBRARY);
	assert_int_equal(source_nvml.open(&machine->fixture.host, &diag, &machine->state),
			 -EACCES);
	assert_null(machine->state);
	assert_non_null(strstr(diag.text, "Permissions"));
	assert_string_not_equal(diag.fix, "");
}

static void opening_it_may_be_slow_and_says_so(void **state)
{
	(void)state;
	assert_true(source_nvml.flags & SOURCE_SLOW);
}

static void a_board_with_a_counter_is_an_energy_domain(void **state)
{
	const struct domain *domain =
		opened(*state, LIBRARY,
		       "board 0 name=NVIDIA_H100 uuid=GPU-x limit_w=600\n", 1);

	assert_string_equal(domain->id, "gpu-0");
	assert_string_equal(domain->label, "NVIDIA H100");
	assert_string_equal(domain->device, "GPU-x");
	assert_string_equal(domain->note, "");
	assert_int_equal(domain->family, FAMILY_GPU);
	assert_int_equal(domain->kind, KIND_MEASURED);
	assert_int_equal(domain->boundary, BOUNDARY_COMPONENT);
	assert_int_equal(domain->measure, MEASURE_ENERGY);
	assert_int_equal(domain->gpu, 0);
	assert_int_equal(domain->range_uj, 0);
	assert_int_equal(domain->step_uj, 1000);
	assert_int_equal(domain->update_ns, 100 * NS_PER_MS);
	assert_int_equal(domain->pace_ns, 0);
	assert_int_equal(domain->gain_u_permille, 29);
	/* The limit in force could be raised to 700 W while we run. */
	assert_int_equal(domain->max_uw, 840000000);
}

static void a_board_without_a_counter_is_a_power_domain(void **state)
{
	const struct domain *domain = opened(*state, LIBRARY,
					     "board 0 energy=none limit_w=0 max_w=0\n"
					     "board 1 energy=none power=usage\n",
					     2);
	struct machine *machine = *state;

	assert_int_equal(domain[0].measure, MEASURE_POWER);
	assert_int_equal(domain[0].pace_ns, 100 * NS_PER_MS);
	assert_int_equal(domain[0].max_uw, 0);
	assert_true(domain[0].gain_u_permille > 29);
	assert_non_null(strstr(domain[0].note, "25 ms of every 100 ms"));
	assert_string_equal(domain[1].note, "integrated from power samples");
	read_after(machine, 0, READ_PACE);
	assert_int_equal(machine->reading[0].has, READING_POWER);
	assert_int_equal(machine->reading[0].power_uw, 100000000);
	assert_int_equal(machine->reading[0].err, 0);
	assert_int_equal(machine->reading[1].has, READING_POWER);
}

static void a_board_with_neither_is_named_and_not_listed(void **state)
{
	struct machine *machine = *state;
	const struct domain *domains;
	struct diag diag = { 0 };

	set(machine, "board 0 name=Quadro energy=none power=none\nboard 1\n");
	fixture_link(&machine->fixture, "lib/libnvidia-ml.so.1", LIBRARY);
	assert_int_equal(source_nvml.open(&machine->fixture.host, &diag, &machine->state),
			 0);
	assert_int_equal(source_nvml.domains(machine->state, &domains), 1);
	assert_string_equal(domains->id, "gpu-1");
	assert_int_equal(domains->gpu, 1);
	assert_non_null(strstr(diag.text, "board 0 (Quadro) tells neither"));
}

static void no_board_that_tells_anything_is_none(void **state)
{
	struct machine *machine = *state;
	struct diag diag = { 0 };

	set(machine, "board 0 energy=none power=none\n");
	fixture_link(&machine->fixture, "lib/libnvidia-ml.so.1", LIBRARY);
	assert_int_equal(source_nvml.open(&machine->fixture.host, &diag, &machine->state),
			 -ENODEV);
	assert_null(machine->state);
	assert_string_not_equal(diag.text, "");
}

static void boards_we_may_not_ask_are_denied_not_absent(void **state)
{
	struct machine *machine = *state;
	struct diag diag = { 0 };

	set(machine, "board 0 error=permission\n");
	fixture_link(&machine->fixture, "lib/libnvidia-ml.so.1", LIBRARY);
	assert_int_equal(source_nvml.open(&machine->fixture.host, &diag, &machine->state),
			 -EACCES);
	assert_null(machine->state);
	assert_non_null(strstr(diag.fix, "/dev/nvidia"));
}

static void a_mig_board_says_what_it_cannot_tell(void **state)
{
	const struct domain *domain = opened(*state, LIBRARY, "board 0 mig=1\n", 1);

	assert_string_equal(domain->note,
			    "MIG: the board's power only, shares by slice are uncertain");
}

static void an_old_driver_still_shows_watts(void **state)
{
	const struct domain *domain =
		opened(*state, OLD, "now_ms=1000\nboard 0 power_w=149\n", 1);
	struct machine *machine = *state;

	assert_int_equal(domain->measure, MEASURE_POWER);
	read_after(machine, 0, READ_EDGE);
	assert_int_equal(machine->reading[0].has, READING_POWER);
	assert_int_equal(machine->reading[0].power_uw, 149000000);
}

static void an_edge_reads_joules_and_watts(void **state)
{
	struct machine *machine = *state;

	(void)opened(machine, LIBRARY, "now_ms=10000\nboard 0 power_w=300\n", 1);
	read_after(machine, 0, READ_EDGE);
	assert_int_equal(machine->reading[0].has, READING_ENERGY | READING_POWER);
	assert_int_equal(machine->reading[0].energy_uj, 3000000000);
	assert_int_equal(machine->reading[0].power_uw, 300000000);
	assert_int_equal(machine->reading[0].t_ns, machine->fixture.now_ns);
	assert_int_equal(machine->reading[0].err, 0);
	read_after(machine, 1, READ_EDGE);
	assert_int_equal(machine->reading[0].has, READING_ENERGY | READING_POWER);
}

static void the_counter_is_left_alone_between_ticks(void **state)
{
	struct machine *machine = *state;
	unsigned before;

	(void)opened(machine, LIBRARY, "board 0\n", 1);
	before = energy_calls(machine);
	for (int i = 0; i < 100; i++) {
		read_after(machine, 100 * NS_PER_MS, READ_PACE);
		assert_int_equal(machine->reading[0].has, READING_POWER);
	}
	assert_int_equal(energy_calls(machine), before);
}

static void the_counter_is_asked_once_a_second_however_fast_the_ticks(void **state)
{
	struct machine *machine = *state;
	unsigned before;

	(void)opened(machine, LIBRARY, "board 0\n", 1);
	before = energy_calls(machine);
	read_after(machine, 0, READ_EDGE);
	for (int i = 0; i < 100; i++)
		read_after(machine, 100 * NS_PER_MS, READ_TICK);
	assert_int_equal(energy_calls(machine) - before, 11);
	/* A tick of a 1 Hz clock that comes a little early is still its second's. */
	for (int i = 0; i < 10; i++) {
		read_after(machine,
			   i % 2 ? NS_PER_S + 20 * NS_PER_MS : NS_PER_S - 20 * NS_PER_MS,
			   READ_TICK);
		assert_true(machine->reading[0].has & READING_ENERGY);
	}
}

static void a_tick_without_joules_is_no_error(void **state)
{
	struct machine *machine = *state;

	(void)opened(machine, LIBRARY, "board 0\n", 1);
	read_after(machine, 0, READ_EDGE);
	read_after(machine, 100 * NS_PER_MS, READ_TICK);
	assert_int_equal(machine->reading[0].has, READING_POWER);
	assert_int_equal(machine->reading[0].err, 0);
}

static void the_power_is_not_asked_faster_than_it_moves(void **state)
{
	struct machine *machine = *state;
	unsigned before;

	(void)opened(machine, LIBRARY, "board 0\n", 1);
	before = power_calls(machine);
	for (int i = 0; i < 1000; i++)
		read_after(machine, NS_PER_MS, READ_TICK);
	assert_true(power_calls(machine) - before <= 51);
}

static void errors_come_and_go_and_are_never_a_number(void **state)
{
	static const struct {
		const char *text;
		int err;
	} rows[] = { { "now_ms=3000\nboard 0 error=timeout\nboard 1\n", -EAGAIN },
		     { "now_ms=3000\nboard 0 error=unknown\nboard 1\n", -EAGAIN },
		     { "now_ms=3000\nboard 0 error=lost\nboard 1\n", -ENXIO } };
	struct machine *machine = *state;
	const struct reading *reading = machine->reading;

	(void)opened(machine, LIBRARY, "now_ms=1000\nboard 0\nboard 1\n", 2);
	read_after(machine, 0, READ_EDGE);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		set(machine, rows[i].text);
		read_after(machine, 2 * NS_PER_S, READ_TICK);
		assert_int_equal(reading[0].has, 0);
		assert_int_equal(reading[0].err, rows[i].err);
		assert_int_equal(reading[0].energy_uj, 0);
		assert_int_equal(reading[1].has, READING_ENERGY | READING_POWER);
		assert_int_equal(reading[1].err, 0);
		set(machine, "now_ms=5000\nboard 0\nboard 1\n");
		read_after(machine, 2 * NS_PER_S, READ_TICK);
		assert_int_equal(reading[0].has, READING_ENERGY | READING_POWER);
		assert_int_equal(reading[0].err, 0);
	}
}

static void a_board_that_came_back_may_have_begun_anew(void **state)
{
	struct machine *machine = *state;
	uint32_t epoch;

	(void)opened(machine, LIBRARY, "now_ms=9000\nboard 0\n", 1);
	read_after(machine, 0, READ_EDGE);
	epoch = machine->reading[0].epoch;
	set(machine, "now_ms=9000\nboard 0 error=lost\n");
	read_after(machine, NS_PER_S, READ_TICK);
	read_after(machine, NS_PER_S, READ_TICK);
	assert_int_equal(machine->reading[0].err, -ENXIO);
	set(machine, "now_ms=9000\nboard 0 less_j=890\n");
	read_after(machine, NS_PER_S, READ_TICK);
	assert_int_equal(machine->reading[0].energy_uj, 10000000);
	assert_int_not_equal(machine->reading[0].epoch, epoch);
}

static void a_board_that_is_lost_from_the_start_hides_no_other(void **state)
{
	struct machine *machine = *state;
	const struct domain *domains;
	struct diag diag = { 0 };

	set(machine, "board 0 error=lost\nboard 1\nboard 2 error=lost\n");
	fixture_link(&machine->fixture, "lib/libnvidia-ml.so.1", LIBRARY);
	assert_int_equal(source_nvml.open(&machine->fixture.host, &diag, &machine->state),
			 0);
	assert_int_equal(source_nvml.domains(machine->state, &domains), 1);
	assert_string_equal(domains->id, "gpu-1");
	assert_non_null(strstr(diag.text, "NVIDIA board 0"));
}

static void eight_boards_are_eight_domains(void **state)
{
	struct machine *machine = *state;
	const struct domain *domains;
	uint64_t sum_uj = 0;
	char text[512] = "now_ms=10000\n";
	char id[16];

	for (int i = 0; i < 8; i++)
		(void)snprintf(text + strlen(text), sizeof text - strlen(text),
			       "board %d power_w=%d\n", i, 100 + i);
	domains = opened(machine, LIBRARY, text, 8);
	read_after(machine, 0, READ_EDGE);
	for (int i = 0; i < 8; i++) {
		(void)snprintf(id, sizeof id, "gpu-%d", i);
		assert_string_equal(domains[i].id, id);
		assert_int_equal(domains[i].gpu, i);
		sum_uj += machine->reading[i].energy_uj;
	}
	assert_int_equal(sum_uj, 8280000000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_machine_without_nvidia_is_not_an_error),
		TEST(a_driver_that_is_not_there_is_said),
		cmocka_unit_test(opening_it_may_be_slow_and_says_so),
		TEST(a_board_with_a_counter_is_an_energy_domain),
		TEST(a_board_without_a_counter_is_a_power_domain),
		TEST(a_board_with_neither_is_named_and_not_listed),
		TEST(no_board_that_tells_anything_is_none),
		TEST(boards_we_may_not_ask_are_denied_not_absent),
		TEST(a_mig_board_says_what_it_cannot_tell),
		TEST(an_old_driver_still_shows_watts),
		TEST(an_edge_reads_joules_and_watts),
		TEST(the_counter_is_left_alone_between_ticks),
		TEST(the_counter_is_asked_once_a_second_however_fast_the_ticks),
		TEST(a_tick_without_joules_is_no_error),
		TEST(the_power_is_not_asked_faster_than_it_moves),
		TEST(errors_come_and_go_and_are_never_a_number),
		TEST(a_board_that_came_back_may_have_begun_anew),
		TEST(a_board_that_is_lost_from_the_start_hides_no_other),
		TEST(eight_boards_are_eight_domains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
