/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "privilege.h"
#include "sources.h"

#define CLASS_DIR "sys/class/powercap"
#define RANGE     "262143328850\n"

extern const struct source source_powercap;

/* A machine that is open, its domains and the last readings. */
struct opened {
	void *state;
	const struct domain *domain;
	size_t count;
	struct reading reading[DOMAINS_MAX];
	struct diag diag;
};

static void open_host(struct opened *o, const struct host *host)
{
	memset(o, 0, sizeof *o);
	assert_int_equal(source_powercap.open(host, &o->diag, &o->state), 0);
	o->count = source_powercap.domains(o->state, &o->domain);
	assert_in_range(o->count, 1, DOMAINS_MAX);
}

static void read_all(struct opened *o, enum read_why why)
{
	source_powercap.read(o->state, why, o->reading);
}

static void open_sysroot(struct opened *o, struct host *host, const char *path)
{
	assert_int_equal(host_init(host, path), 0);
	open_host(o, host);
	read_all(o, READ_TICK);
}

static size_t index_of(const struct opened *o, const char *id)
{
	return domain_index(o->domain, o->count, id);
}

static void assert_reads(const struct opened *o, const char *id, uint64_t uj)
{
	const struct reading *reading = &o->reading[index_of(o, id)];

	assert_int_equal(reading->err, 0);
	assert_int_equal(reading->has, READING_ENERGY);
	assert_true(reading->energy_uj == uj);
}

static void assert_ids(const struct opened *o, const char *ids)
{
	char text[1024] = "";

	for (size_t i = 0; i < o->count; i++) {
		(void)strcat(text, i ? " " : "");
		(void)strcat(text, o->domain[i].id);
	}
	assert_string_equal(text, ids);
}

static void add_zone(struct fixture *fixture, const char *entry, const char *name,
		     const char *energy)
{
	char path[128];

	(void)snprintf(path, sizeof path, CLASS_DIR "/%s/name", entry);
	fixture_write(fixture, path, name);
	(void)snprintf(path, sizeof path, CLASS_DIR "/%s/max_energy_range_uj", entry);
	fixture_write(fixture, path, RANGE);
	(void)snprintf(path, sizeof path, CLASS_DIR "/%s/energy_uj", entry);
	fixture_write(fixture, path, energy);
}

static void a_machine_without_rapl_has_none(void **unused)
{
	struct host host;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	assert_int_equal(host_init(&host, SYSROOT "/nothing-at-all"), 0);
	assert_int_equal(source_powercap.open(&host, &diag, &state), -ENODEV);
	assert_null(state);
	assert_non_null(strstr(diag.text, "hypervisor"));
	assert_string_equal(diag.fix, "");
	source_powercap.close(NULL);
	host_done(&host);
}

static void each_socket_has_its_package_and_dram_beside_it(void **unused)
{
	struct host host;
	struct opened o;
	const struct domain *dram;

	(void)unused;
	open_sysroot(&o, &host, SYSROOT "/two-sockets-dram");
	assert_ids(&o, "package-0 dram-0 package-1 dram-1");
	assert_reads(&o, "package-0", 98765432101);
	assert_reads(&o, "package-1", 123456789012);
	assert_reads(&o, "dram-1", 23456789012);
	dram = &o.domain[index_of(&o, "dram-1")];
	assert_string_equal(dram->inside, "");
	assert_string_equal(dram->device, "cpu-1");
	assert_int_equal(dram->family, FAMILY_MEMORY);
	assert_int_equal(dram->boundary, BOUNDARY_COMPONENT);
	assert_int_equal(dram->kind, KIND_MEASURED);
	assert_int_equal(dram->gain_u_permille, 50);
	assert_int_equal(dram->offset_u_uw, 4 * 200000); /* eight DIMMs, two sockets */
	assert_int_equal(o.domain[0].gain_u_permille, 30);
	assert_int_equal(o.domain[0].offset_u_uw, 0);
	assert_int_equal(o.domain[0].update_ns, NS_PER_MS);
	source_powercap.close(o.state);
	host_done(&host);
}

static void a_range_is_the_modulus_and_not_the_largest_value(void **unused)
{
	struct host host;
	struct opened o;

	(void)unused;
	open_sysroot(&o, &host, SYSROOT "/two-sockets-dram");
	assert_true(o.domain[0].range_uj == UINT64_C(262143328850) + 61);
	assert_int_equal(o.domain[0].step_uj, 61);
	assert_true(o.domain[1].range_uj == UINT64_C(65712999613) + 15);
	assert_int_equal(o.domain[1].step_uj, 15);
	source_powercap.close(o.state);
	host_done(&host);
}

static void a_small_range_is_its_own_modulus(void **unused)
{
	struct fixture fixture;
	struct opened o;

	(void)unused;
	fixture_open(&fixture);
	add_zone(&fixture, "intel-rapl:0", "package-0\n", "123\n");
	fixture_write(&fixture, CLASS_DIR "/intel-rapl:0/max_energy_range_uj",
		      "20000000\n");
	open_host(&o, &fixture.host);
	assert_int_equal(o.domain[0].range_uj, 20000000);
	assert_int_equal(o.domain[0].step_uj, 0);
	source_powercap.close(o.state);
	fixture_close(&fixture);
}

static void the_last_value_before_a_wrap_is_a_value(void **unused)
{
	struct host host;
	struct opened o;

	(void)unused;
	open_sysroot(&o, &host, SYSROOT "/about-to-wrap");
	assert_ids(&o, "package-0 core-0");
	assert_reads(&o, "package-0", 262143328728);
	assert_reads(&o, "core-0", 262143328850);
	assert_true(o.domain[0].range_uj > 262143328850);
	assert_true(o.domain[0].max_uw == 2 * UINT64_C(81250000));
	source_powercap.close(o.state);
	host_done(&host);
}

static void core_and_uncore_are_inside_and_psys_is_the_nodes(void **unused)
{
	struct host host;
	struct opened o;
	const struct domain *psys;

	(void)unused;
	open_sysroot(&o, &host, SYSROOT "/psys-laptop");
	assert_ids(&o, "package-0 core-0 uncore-0 dram-0 psys");
	assert_string_equal(o.domain[0].inside, "");
	assert_string_equal(o.domain[1].inside, "package-0");
	assert_string_equal(o.domain[2].inside, "package-0");
	assert_string_equal(o.domain[3].inside, "");
	psys = &o.domain[4];
	assert_string_equal(psys->inside, "");
	assert_int_equal(psys->family, FAMILY_NODE);
	assert_int_equal(psys->boundary, BOUNDARY_NODE);
	assert_reads(&o, "uncore-0", 432109876);
	assert_reads(&o, "psys", 29876543210);
	source_powercap.close(o.state);
	host_done(&host);
}

static void dies_have_their_own_ids_in_the_nested_layout(void **unused)
{
	struct host host;
	struct opened o;

	(void)unused;
	open_sysroot(&o, &host, SYSROOT "/two-dies");
	assert_ids(&o, "package-0-die-0 dram-0-die-0 package-0-die-1 dram-0-die-1 "
		       "package-1-die-0 dram-1-die-0 package-1-die-1 dram-1-die-1");
	assert_reads(&o, "package-1-die-0", 33333333333);
	assert_reads(&o, "dram-0-die-1", 4444444444);
	assert_string_equal(o.domain[2].note, "");
	source_powercap.close(o.state);
	host_done(&host);
}

static void dies_that_mirror_each_other_are_read_and_doubted(void **unused)
{
	struct fixture fixture;
	struct opened o;

	(void)unused;
	fixture_open(&fixture);
	add_zone(&fixture, "intel-rapl:0", "package-0-die-0\n", "777\n");
	add_zone(&fixture, "intel-rapl:1", "package-0-die-1\n", "777\n");
	open_host(&o, &fixture.host);
	read_all(&o, READ_TICK);
	assert_reads(&o, "package-0-die-0", 777);
	assert_reads(&o, "package-0-die-1", 777);
	assert_string_equal(o.domain[0].note, "");
	assert_non_null(strstr(o.domain[1].note, "package-0-die-0"));
	source_powercap.close(o.state);
	fixture_close(&fixture);
}

static void what_mmio_shows_again_is_listed_and_never_read(void **unused)
{
	struct host host;
	struct opened o;

	(void)unused;
	open_sysroot(&o, &host, SYSROOT "/mmio-duplicate");
	assert_ids(&o, "package-0 core-0 uncore-0 intel-rapl-mmio:0");
	assert_string_equal(o.domain[3].duplicate_of, "package-0");
	assert_string_equal(o.domain[0].duplicate_of, "");
	assert_int_equal(o.reading[3].has, 0);
	source_powercap.close(o.state);
	host_done(&host);
}

static void mmio_is_read_where_the_other_cannot_be(void **unused)
{
	struct fixture fixture;
	struct opened o;

	(void)unused;
	fixture_open(&fixture);
	add_zone(&fixture, "intel-rapl:0", "package-0\n", "broken\n");
	add_zone(&fixture, "intel-rapl-mmio:0", "package-0\n", "4711\n");
	open_host(&o, &fixture.host);
	read_all(&o, READ_TICK);
	assert_ids(&o, "package-0");
	assert_string_equal(o.domain[0].duplicate_of, "");
	assert_reads(&o, "package-0", 4711);
	assert_int_equal(o.diag.err, -EPROTO); /* what is missing is still told */
	source_powercap.close(o.state);
	fixture_close(&fixture);
}

static void amd_counts_a_package_once_however_many_dies_show_it(void **unused)
{
	struct fixture fixture;
	struct opened o;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, "proc/cpuinfo",
		      "vendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 17\n");
	add_zone(&fixture, "intel-rapl:0", "package-0-die-0\n", "500\n");
	add_zone(&fixture, "intel-rapl:1", "package-0-die-1\n", "501\n");
	add_zone(&fixture, "intel-rapl:2", "package-1-die-2\n", "700\n");
	open_host(&o, &fixture.host);
	assert_ids(&o, "package-0 intel-rapl:1 package-1");
	assert_string_equal(o.domain[1].duplicate_of, "package-0");
	assert_int_equal(o.domain[0].gain_u_permille, 70);
	source_powercap.close(o.state);
	fixture_close(&fixture);
}

static void amds_core_is_inside_and_doubted(void **unused)
{
	struct host host;
	struct opened o;

	(void)unused;
	open_sysroot(&o, &host, SYSROOT "/amd");
	assert_ids(&o, "package-0 core-0");
	assert_string_equal(o.domain[1].inside, "package-0");
	assert_non_null(strstr(o.domain[1].note, "one core"));
	assert_true(o.domain[0].range_uj == UINT64_C(65532610987) + 15);
	source_powercap.close(o.state);
	host_done(&host);
}

static void an_sgx_machine_is_doubted(void **unused)
{
	struct fixture fixture;
	struct opened o;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, "proc/cpuinfo",
		      "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 158\n"
		      "model name\t: Core \x1b[31m i7\nflags\t\t: fpu sgx sgx_lc\n");
	add_zone(&fixture, "intel-rapl:0", "package-0\n", "500\n");
	open_host(&o, &fixture.host);
	assert_int_equal(o.domain[0].gain_u_permille, 40);
	assert_non_null(strstr(o.domain[0].note, "SGX"));
	assert_string_equal(o.domain[0].label, "Core ?[31m i7");
	source_powercap.close(o.state);
	fixture_close(&fixture);
}

static void an_old_kernels_sapphire_rapids_dram_is_doubted(void **unused)
{
	struct fixture fixture;
	struct opened o;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, "proc/cpuinfo",
		      "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\n");
	add_zone(&fixture, "intel-rapl:0", "package-0\n", "500\n");
	add_zone(&fixture, "intel-rapl:0:0", "dram\n", "600\n");
	open_host(&o, &fixture.host);
	assert_string_equal(o.domain[1].note, "");
	assert_int_equal(o.domain[1].offset_u_uw, 4 * 200000); /* nobody counted them */
	source_powercap.close(o.state);
	fixture_write(&fixture, CLASS_DIR "/intel-rapl:0:0/max_energy_range_uj",
		      "65712999613\n");
	open_host(&o, &fixture.host);
	assert_non_null(strstr(o.domain[1].note, "quarter"));
	source_powercap.close(o.state);
	fixture_close(&fixture);
}

static void limits_bound_the_power_and_nonsense_does_not(void **unused)
{
	static const struct {
		const char *limit;
		uint64_t max_uw;
	} rows[] = {
		{ "0\n", 0 },
		{ "4095875000\n", 0 }, /* "no limit" */
		{ "18446744073709551615\n", 0 },
		{ "-5\n", 0 },
		{ "250000000\n", 500000000 },
		{ "15000000\n", 100000000 }, /* set, and maybe not enforced */
	};

	struct fixture fixture;
	struct opened o;

	(void)unused;
	fixture_open(&fixture);
	add_zone(&fixture, "intel-rapl:0", "package-0\n", "500\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fixture_write(&fixture,
			      CLASS_DIR "/intel-rapl:0/constraint_0_power_limit_uw",
			      rows[i].limit);
		open_host(&o, &fixture.host);
		assert_true(o.domain[0].max_uw == rows[i].max_uw);
		source_powercap.close(o.state);
	}
	fixture_close(&fixture);
}

static void a_reading_carries_the_time_it_was_taken(void **unused)
{
	struct fixture fixture;
	struct opened o;

	(void)unused;
	fixture_open(&fixture);
	add_zone(&fixture, "intel-rapl:0", "package-0\n", "1000\n");
	open_host(&o, &fixture.host);
	fixture.now_ns = 5 * NS_PER_S;
	fixture_write(&fixture, CLASS_DIR "/intel-rapl:0/energy_uj", "2000\n");
	read_all(&o, READ_EDGE);
	assert_reads(&o, "package-0", 2000);
	assert_int_equal(o.reading[0].t_ns, 5 * NS_PER_S);
	assert_int_equal(o.reading[0].epoch, 0);
	source_powercap.close(o.state);
	fixture_close(&fixture);
}

static void a_read_that_failed_once_on_the_same_file_lost_nothing(void **unused)
{
	struct fixture fixture;
	struct opened o;

	(void)unused;
	fixture_open(&fixture);
	add_zone(&fixture, "intel-rapl:0", "package-0\n", "1000\n");
	open_host(&o, &fixture.host);
	fixture_write(&fixture, CLASS_DIR "/intel-rapl:0/energy_uj", "");
	read_all(&o, READ_TICK);
	assert_int_equal(o.reading[0].err, -EPROTO);
	assert_int_equal(o.reading[0].has, 0);
	fixture_write(&fixture, CLASS_DIR "/intel-rapl:0/energy_uj", "1500\n");
	read_all(&o, READ_PACE); /* not worth a new open between samples */
	assert_int_equal(o.reading[0].err, -EPROTO);
	read_all(&o, READ_TICK);
	assert_reads(&o, "package-0", 1500);
	assert_int_equal(o.reading[0].epoch, 0);
	source_powercap.close(o.state);
	fixture_close(&fixture);
}

/* A file of a process's in /proc holds a number, and is gone with it: a true vanishing. */
static pid_t start_process(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)pause();
		_exit(0);
	}
	assert_true(pid > 0);
	return pid;
}

static void end_process(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void a_zone_that_comes_back_starts_anew(void **unused)
{
	struct fixture fixture;
	struct opened o;
	char target[64];
	pid_t pid = start_process();

	(void)unused;
	fixture_open(&fixture);
	add_zone(&fixture, "intel-rapl:0", "package-0\n", "1000\n");
	add_zone(&fixture, "intel-rapl:1", "package-1\n", "3000\n");
	fixture_remove(&fixture, CLASS_DIR "/intel-rapl:1/energy_uj");
	(void)snprintf(target, sizeof target, "/proc/%d/oom_score", (int)pid);
	fixture_link(&fixture, CLASS_DIR "/intel-rapl:1/energy_uj", target);
	open_host(&o, &fixture.host);
	read_all(&o, READ_TICK);
	assert_int_equal(o.reading[1].err, 0);

	end_process(pid);
	read_all(&o, READ_TICK);
	assert_int_equal(o.reading[1].err, -ESRCH);
	assert_int_equal(o.reading[1].has, 0);
	read_all(&o, READ_TICK);
	assert_int_equal(o.reading[1].err, -ENOENT);
	assert_reads(&o, "package-0", 1000); /* the other one goes on */

	fixture_remove(&fixture, CLASS_DIR "/intel-rapl:1/energy_uj");
	fixture_write(&fixture, CLASS_DIR "/intel-rapl:1/energy_uj", "7\n");
	read_all(&o, READ_EDGE);
	assert_reads(&o, "package-1", 7);
	assert_int_equal(o.reading[1].epoch, 1);
	assert_int_equal(o.reading[0].epoch, 0);
	read_all(&o, READ_EDGE);
	assert_int_equal(o.reading[1].epoch, 1);
	source_powercap.close(o.state);
	fixture_close(&fixture);
}

static void a_file_that_was_put_there_anew_starts_anew(void **unused)
{
	struct fixture fixture;
	struct opened o;

	(void)unused;
	fixture_open(&fixture);
	add_zone(&fixture, "intel-rapl:0", "package-0\n", "1000\n");
	open_host(&o, &fixture.host);
	fixture_write(&fixture, CLASS_DIR "/intel-rapl:0/energy_uj", "");
	read_all(&o, READ_TICK);
	fixture_remove(&fixture, CLASS_DIR "/intel-rapl:0/energy_uj");
	fixture_write(&fixture, CLASS_DIR "/intel-rapl:0/energy_uj", "9000\n");
	read_all(&o, READ_TICK);
	assert_reads(&o, "package-0", 9000);
	assert_int_equal(o.reading[0].epoch, 1);
	source_powercap.close(o.state);
	fixture_close(&fixture);
}

static void garbage_is_an_error_and_never_a_number(void **unused)
{
	static const char *const bad[] = { "",
					   "\n",
					   "abc\n",
					   "-1\n",
					   "0x10\n",
					   "1.5\n",
					   "12 34\n",
					   "18446744073709551616\n",
					   "99999999999999999999999999999999999999999\n",
					   "262143328912\n" /* past the range */ };
	struct fixture fixture;
	struct opened o;

	(void)unused;
	fixture_open(&fixture);
	add_zone(&fixture, "intel-rapl:0", "package-0\n", "1000\n");
	open_host(&o, &fixture.host);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct diag diag = { 0 };
		void *state = NULL;

		fixture_write(&fixture, CLASS_DIR "/intel-rapl:0/energy_uj", bad[i]);
		read_all(&o, READ_TICK);
		assert_true(o.reading[0].err < 0);
		assert_int_equal(o.reading[0].has, 0);
		assert_true(source_powercap.open(&fixture.host, &diag, &state) < 0);
		assert_null(state);
		assert_non_null(strstr(diag.text, "intel-rapl:0/energy_uj"));
	}
	source_powercap.close(o.state);
	fixture_close(&fixture);
}

static void a_name_that_is_not_understood_is_left_out_and_told(void **unused)
{
	static char long_name[4096];
	static const char *const bad[] = {
		"package-\n",      "package--1\n",      "package- 1\n",
		"package-99999\n", "package-0-die-\n",  "package-0x\n",
		"toaster\n",       "\x1b[31mred\x07\n", "",
		long_name
	};
	struct fixture fixture;
	struct opened o;

	(void)unused;
	memset(long_name, 'p', sizeof long_name - 1);
	fixture_open(&fixture);
	add_zone(&fixture, "intel-rapl:0", "package-0\n", "1000\n");
	add_zone(&fixture, "intel-rapl:1:0", "dram\n", "1000\n"); /* of no package */
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		add_zone(&fixture, "intel-rapl:1", bad[i], "1000\n");
		open_host(&o, &fixture.host);
		assert_ids(&o, "package-0");
		assert_int_equal(o.diag.err, -EPROTO);
		for (const char *p = o.diag.text; *p; p++)
			assert_in_range(*p, ' ', '~');
		source_powercap.close(o.state);
	}
	fixture_close(&fixture);
}

static void what_is_no_zone_is_not_looked_at(void **unused)
{
	struct fixture fixture;
	struct opened o;

	(void)unused;
	fixture_open(&fixture);
	add_zone(&fixture, "intel-rapl:0", "package-0\n", "1000\n");
	add_zone(&fixture, "dtpm:0", "package-7\n", "1000\n");
	add_zone(&fixture, "intel-rapl:1x", "package-8\n", "1000\n");
	add_zone(&fixture, "intel-rapl:", "package-9\n", "1000\n");
	add_zone(&fixture, "intel-rapl:1\n", "package-10\n", "1000\n");
	fixture_write(&fixture, CLASS_DIR "/intel-rapl:5", "a file\n");
	open_host(&o, &fixture.host);
	assert_ids(&o, "package-0");
	source_powercap.close(o.state);
	fixture_close(&fixture);
}

static void more_zones_than_fit_are_left_out_and_told(void **unused)
{
	struct fixture fixture;
	struct opened o;

	(void)unused;
	fixture_open(&fixture);
	for (unsigned i = 0; i < 1000; i++) {
		char entry[32];
		char name[32];

		(void)snprintf(entry, sizeof entry, "intel-rapl:%u", i);
		(void)snprintf(name, sizeof name, "package-%u\n", i);
		add_zone(&fixture, entry, name, "1000\n");
	}
	open_host(&o, &fixture.host);
	read_all(&o, READ_TICK);
	assert_int_equal(o.count, DOMAINS_MAX);
	assert_int_equal(o.diag.err, -EPROTO);
	assert_reads(&o, "package-63", 1000);
	source_powercap.close(o.state);
	fixture_close(&fixture);
}

static void no_leave_to_read_says_why_and_what_would_help(void **unused)
{
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;
	int r;

	(void)unused;
	fixture_open(&fixture);
	add_zone(&fixture, "intel-rapl:0", "package-0\n", "1000\n");
	assert_int_equal(fchmodat(fixture.host.root_fd,
				  CLASS_DIR "/intel-rapl:0/energy_uj", 0, 0),
			 0);
	begin_plain_user();
	r = source_powercap.open(&fixture.host, &diag, &state);
	end_plain_user();
	assert_int_equal(r, -EACCES);
	assert_null(state);
	assert_non_null(strstr(diag.text, CLASS_DIR "/intel-rapl:0/energy_uj"));
	assert_non_null(strstr(diag.text, "5.10"));
	assert_non_null(strstr(diag.fix, "chmod a+r /sys/class/powercap"));
	fixture_close(&fixture);
}

static void the_recorded_unreadable_machine_is_unreadable_to_root_too(void **unused)
{
	struct host host;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	assert_int_equal(host_init(&host, SYSROOT "/rapl-unreadable"), 0);
	if (access("/sys/bus/cpu/uevent", F_OK) != 0)
		skip(); /* no sysfs here to say no */
	assert_int_equal(source_powercap.open(&host, &diag, &state), -EACCES);
	assert_true(diag.fix[0] != '\0');
	host_done(&host);
}

static void the_readable_part_of_a_machine_is_read(void **unused)
{
	struct fixture fixture;
	struct opened o;

	(void)unused;
	fixture_open(&fixture);
	add_zone(&fixture, "intel-rapl:0", "package-0\n", "1000\n");
	add_zone(&fixture, "intel-rapl:1", "package-1\n", "2000\n");
	assert_int_equal(fchmodat(fixture.host.root_fd,
				  CLASS_DIR "/intel-rapl:0/energy_uj", 0, 0),
			 0);
	begin_plain_user();
	open_host(&o, &fixture.host);
	end_plain_user();
	assert_ids(&o, "package-1");
	assert_int_equal(o.diag.err, -EACCES);
	source_powercap.close(o.state);
	fixture_close(&fixture);
}

static void a_container_that_hides_the_zones_is_named(void **unused)
{
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	fixture_open(&fixture);
	fixture_link(&fixture, CLASS_DIR "/intel-rapl:0",
		     "../../devices/virtual/powercap/intel-rapl/intel-rapl:0");
	assert_int_equal(source_powercap.open(&fixture.host, &diag, &state), -EACCES);
	assert_non_null(strstr(diag.text, "container"));
	assert_true(diag.fix[0] != '\0');
	fixture_close(&fixture);
}

static void a_bare_machine_without_the_driver_is_told_to_load_it(void **unused)
{
	struct fixture fixture;
	struct diag diag = { 0 };
	void *state = NULL;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, "proc/cpuinfo",
		      "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\n");
	assert_int_equal(source_powercap.open(&fixture.host, &diag, &state), -ENODEV);
	assert_non_null(strstr(diag.fix, "modprobe"));
	fixture_close(&fixture);
}

static void no_diag_is_fine(void **unused)
{
	struct fixture fixture;
	void *state = NULL;

	(void)unused;
	fixture_open(&fixture);
	add_zone(&fixture, "intel-rapl:0", "nonsense\n", "x\n");
	assert_true(source_powercap.open(&fixture.host, NULL, &state) < 0);
	assert_null(state);
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_without_rapl_has_none),
		cmocka_unit_test(each_socket_has_its_package_and_dram_beside_it),
		cmocka_unit_test(a_range_is_the_modulus_and_not_the_largest_value),
		cmocka_unit_test(a_small_range_is_its_own_modulus),
		cmocka_unit_test(the_last_value_before_a_wrap_is_a_value),
		cmocka_unit_test(core_and_uncore_are_inside_and_psys_is_the_nodes),
		cmocka_unit_test(dies_have_their_own_ids_in_the_nested_layout),
		cmocka_unit_test(dies_that_mirror_each_other_are_read_and_doubted),
		cmocka_unit_test(what_mmio_shows_again_is_listed_and_never_read),
		cmocka_unit_test(mmio_is_read_where_the_other_cannot_be),
		cmocka_unit_test(amd_counts_a_package_once_however_many_dies_show_it),
		cmocka_unit_test(amds_core_is_inside_and_doubted),
		cmocka_unit_test(an_sgx_machine_is_doubted),
		cmocka_unit_test(an_old_kernels_sapphire_rapids_dram_is_doubted),
		cmocka_unit_test(limits_bound_the_power_and_nonsense_does_not),
		cmocka_unit_test(a_reading_carries_the_time_it_was_taken),
		cmocka_unit_test(a_read_that_failed_once_on_the_same_file_lost_nothing),
		cmocka_unit_test(a_zone_that_comes_back_starts_anew),
		cmocka_unit_test(a_file_that_was_put_there_anew_starts_anew),
		cmocka_unit_test(garbage_is_an_error_and_never_a_number),
		cmocka_unit_test(a_name_that_is_not_understood_is_left_out_and_told),
		cmocka_unit_test(what_is_no_zone_is_not_looked_at),
		cmocka_unit_test(more_zones_than_fit_are_left_out_and_told),
		cmocka_unit_test(no_leave_to_read_says_why_and_what_would_help),
		cmocka_unit_test(
			the_recorded_unreadable_machine_is_unreadable_to_root_too),
		cmocka_unit_test(the_readable_part_of_a_machine_is_read),
		cmocka_unit_test(a_container_that_hides_the_zones_is_named),
		cmocka_unit_test(a_bare_machine_without_the_driver_is_told_to_load_it),
		cmocka_unit_test(no_diag_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
