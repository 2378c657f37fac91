/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "source/source.h"

extern const struct source source_ipmi;

#define LIBRARY "lib/libfreeipmi.so.17"

/* A machine with a BMC: the stand-in library is told what to answer, see fakes/. */
struct machine {
	struct fixture fixture;
	void *library;
	void (*says)(const uint8_t *answer, int len);
	void (*refuses)(bool refuse);
	int (*asked)(void);
	int (*open)(void);
	struct diag diag;
	void *state;
};

static void symbol(void *library, const char *name, void *ret_function)
{
	void *address = dlsym(library, name);

	assert_non_null(address);
	memcpy(ret_function, &address, sizeof address);
}

static void machine_open(struct machine *m)
{
	char path[128];

	memset(m, 0, sizeof *m);
	fixture_open(&m->fixture);
	fixture_write(&m->fixture, "dev/ipmi0", "");
	fixture_link(&m->fixture, LIBRARY, BUILD_DIR "/tests/fakes/libfreeipmi.so.17");
	(void)snprintf(path, sizeof path, "%s/" LIBRARY, m->fixture.path);
	m->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	assert_non_null(m->library);
	symbol(m->library, "fake_bmc_says", &m->says);
	symbol(m->library, "fake_bmc_refuses", &m->refuses);
	symbol(m->library, "fake_bmc_asked", &m->asked);
	symbol(m->library, "fake_bmc_open", &m->open);
	m->says(NULL, -1);
	m->refuses(false);
}

static void machine_close(struct machine *m)
{
	source_ipmi.close(m->state);
	assert_int_equal(m->open(), 0); /* nothing leaked */
	(void)dlclose(m->library);
	fixture_close(&m->fixture);
}

/* DCMI 1.5's answer: now, least, most and mean watts, a time, a period, a state. */
static void bmc_draws(struct machine *m, unsigned watts)
{
	const uint8_t answer[20] = { [0] = 0x02,
				     [2] = 0xdc,
				     [3] = (uint8_t)(watts & 0xff),
				     [4] = (uint8_t)(watts >> 8),
				     [9] = 0x11,
				     [15] = 0xe8,
				     [16] = 0x03,
				     [19] = 0x40 };

	m->says(answer, sizeof answer);
}

static int open_source(struct machine *m)
{
	return source_ipmi.open(&m->fixture.host, &m->diag, &m->state);
}

static struct reading read_one(struct machine *m, enum read_why why)
{
	struct reading reading;

	source_ipmi.read(m->state, why, &reading);
	return reading;
}

static void a_bmc_is_the_nodes_meter(void **unused)
{
	const struct domain *domain;
	struct machine m;

	(void)unused;
	machine_open(&m);
	bmc_draws(&m, 613);
	assert_int_equal(open_source(&m), 0);
	assert_int_equal(source_ipmi.domains(m.state, &domain), 1);
	assert_string_equal(domain->id, "node-ipmi");
	assert_int_equal(domain->family, FAMILY_NODE);
	assert_int_equal(domain->boundary, BOUNDARY_NODE);
	assert_int_equal(domain->measure, MEASURE_POWER);
	assert_int_equal(domain->pace_ns, 5 * NS_PER_S);
	assert_int_equal(read_one(&m, READ_EDGE).has, READING_POWER);
	assert_int_equal(read_one(&m, READ_EDGE).power_uw, 613000000);
	assert_int_equal(read_one(&m, READ_EDGE).t_ns, m.fixture.now_ns);
	machine_close(&m);
}

static void it_is_asked_at_edges_and_else_every_five_seconds(void **unused)
{
	struct machine m;
	int asked;

	(void)unused;
	machine_open(&m);
	bmc_draws(&m, 100);
	assert_int_equal(open_source(&m), 0);
	assert_int_equal(read_one(&m, READ_EDGE).has, READING_POWER);
	asked = m.asked();
	m.fixture.now_ns += NS_PER_S;
	assert_int_equal(read_one(&m, READ_TICK).err, -EAGAIN);
	assert_int_equal(read_one(&m, READ_PACE).err, -EAGAIN);
	assert_int_equal(m.asked(), asked);
	assert_int_equal(read_one(&m, READ_EDGE).has, READING_POWER);
	m.fixture.now_ns += 5 * NS_PER_S;
	assert_int_equal(read_one(&m, READ_TICK).has, READING_POWER);
	assert_int_equal(m.asked(), asked + 2);
	machine_close(&m);
}

static void an_answer_that_is_none_is_a_gap(void **unused)
{
	static const struct {
		uint8_t answer[20];
		int len;
		int err;
	} rows[] = {
		{ { 0 }, -1, -EIO },
		{ { 0 }, 0, -EPROTO },
		{ { 0x02, 0xc0 }, 2, -EAGAIN },
		{ { 0x02, 0, 0xdc, 10, 0 }, 5, -EPROTO },
		{ { 0x02, 0, 0x00, 10, [19] = 0x40 }, 20, -EPROTO },
		{ { 0x02, 0, 0xdc, 10, [19] = 0x00 }, 20, -EAGAIN },
		{ { 0x02, 0, 0xdc, 0, [19] = 0x40 }, 20, -EAGAIN },
	};
	struct machine m;

	(void)unused;
	machine_open(&m);
	bmc_draws(&m, 100);
	assert_int_equal(open_source(&m), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct reading reading;

		m.says(rows[i].answer, rows[i].len);
		reading = read_one(&m, READ_EDGE);
		assert_int_equal(reading.err, rows[i].err);
		assert_int_equal(reading.has, 0);
	}
	machine_close(&m);
}

static void a_bmc_without_dcmi_is_none(void **unused)
{
	static const uint8_t unknown_command[] = { 0x02, 0xc1 };
	struct machine m;

	(void)unused;
	machine_open(&m);
	m.says(unknown_command, sizeof unknown_command);
	assert_int_equal(open_source(&m), -ENODEV);
	assert_non_null(strstr(m.diag.text, "DCMI"));
	assert_null(m.state);
	machine_close(&m);
}

static void a_bmc_that_does_not_measure_is_none(void **unused)
{
	static const uint8_t idle[20] = { 0x02, 0, 0xdc, 10 };
	struct machine m;

	(void)unused;
	machine_open(&m);
	m.says(idle, sizeof idle);
	assert_int_equal(open_source(&m), -ENODEV);
	machine_close(&m);
}

static void a_bmc_that_does_not_talk_says_why(void **unused)
{
	struct machine m;

	(void)unused;
	machine_open(&m);
	m.refuses(true);
	assert_int_equal(open_source(&m), -EPROTO);
	assert_non_null(strstr(m.diag.text, "driver busy"));
	machine_close(&m);
}

static void a_machine_without_a_bmc_is_not_an_error(void **unused)
{
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	fixture_open(&fixture);
	assert_int_equal(source_ipmi.open(&fixture.host, &diag, &state), -ENODEV);
	assert_null(state);
	source_ipmi.close(NULL);
	fixture_close(&fixture);
}

static void a_bmc_without_the_library_says_what_to_install(void **unused)
{
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, "dev/ipmi0", "");
	assert_int_equal(source_ipmi.open(&fixture.host, &diag, &state), -ENODEV);
	assert_non_null(strstr(diag.fix, "freeipmi"));
	fixture_close(&fixture);
}

/* Root may open all, so it becomes nobody for the while. */
static void a_bmc_for_root_only_says_how_to_allow_it(void **unused)
{
	const bool root = geteuid() == 0;
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;
	int r;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, "dev/ipmi0", "");
	assert_int_equal(fchmodat(fixture.host.root_fd, "dev/ipmi0", 0, 0), 0);
	assert_int_equal(chmod(fixture.path, 0755), 0);
	if (root)
		assert_int_equal(seteuid(65534), 0);
	r = source_ipmi.open(&fixture.host, &diag, &state);
	if (root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(r, -EACCES);
	assert_non_null(strstr(diag.fix, "/dev/ipmi0"));
	fixture_close(&fixture);
}

static void it_is_not_waited_for(void **unused)
{
	(void)unused;
	assert_true(source_ipmi.flags & SOURCE_SLOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bmc_is_the_nodes_meter),
		cmocka_unit_test(it_is_asked_at_edges_and_else_every_five_seconds),
		cmocka_unit_test(an_answer_that_is_none_is_a_gap),
		cmocka_unit_test(a_bmc_without_dcmi_is_none),
		cmocka_unit_test(a_bmc_that_does_not_measure_is_none),
		cmocka_unit_test(a_bmc_that_does_not_talk_says_why),
		cmocka_unit_test(a_machine_without_a_bmc_is_not_an_error),
		cmocka_unit_test(a_bmc_without_the_library_says_what_to_install),
		cmocka_unit_test(a_bmc_for_root_only_says_how_to_allow_it),
		cmocka_unit_test(it_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
