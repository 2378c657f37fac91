/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 1st, 2nd, … nth system call or allocation failing, once and from there on, until a pass
 * sees none fail. Each time: an error with outputs untouched, or less than before with the
 * same values; no descriptor and no memory kept; and the next calm reading has it all again.
 * With SQLite a pass is slow, so its later calls are taken in strides; GRAMME_FAULT_ALL=1 in
 * the environment takes them all.
 */
#include <errno.h>
#include <fcntl.h>
#include <gramme/gramme.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "activity/activity.h"
#include "activity/reserve.h"
#include "base/parse.h"
#include "engine/config.h"
#include "engine/inventory.h"
#include "engine/message.h"
#include "engine/recorder.h"
#include "engine/view.h"
#include "fault.h"
#include "fixture.h"
#include "machine-copy.h"
#include "report/report.h"
#include "source/source.h"
#include "store/block.h"
#include "store/store-internal.h"

#define PASSES_MAX 100000
#define CPU_NS     (UINT64_C(274) * 10000000) /* of process 41, in its stat */
#define STRIDES    64 /* with a database, n grows by a 64th of itself */

static struct {
	size_t nth;
	bool onwards;
	const char *what;
	bool connected; /* SQLite may keep something for later */
} now;

#define CHECK(holds)                                                                     \
	do {                                                                             \
		if (!(holds)) {                                                          \
			(void)fault_end();                                               \
			fail_msg("%s, call %zu (%s) failing%s: not so: %s", now.what,    \
				 now.nth, fault_last(), now.onwards ? " and on" : "",    \
				 #holds);                                                \
		}                                                                        \
	} while (0)

/* Ends the failing; what comes after is not under test but tests. */
static void calm(void)
{
	(void)fault_end();
}

/* Without memory the number has to do. */
static bool is_told(int err, const struct diag *diag)
{
	return err == -ENOMEM || diag->text[0] != '\0';
}

typedef void operation(void *ctx);

/* What a pass held when it ended and not when it began. */
struct leak {
	long fds;
	long held;
	long sql;
};

/* False when nothing had failed any more. */
static bool try_pass(operation *once, void *ctx, struct leak *ret)
{
	size_t fds = machine_copy_fds();
	long held = fault_held();
	sqlite3_int64 sql = sqlite3_memory_used();

	fault_begin(now.nth, now.onwards);
	once(ctx);
	if (fault_end() == 0)
		return false;
	ret->fds = (long)(machine_copy_fds() - fds);
	ret->held = fault_held() - held;
	ret->sql = now.connected ? 0 : (long)(sqlite3_memory_used() - sql);
	return true;
}

/*
 * A leak is one that comes again: the C library keeps a buffer now and then, once, and the
 * machine's own processes come and go between two looks.
 */
static bool one_pass(operation *once, void *ctx)
{
	struct leak leak;
	bool failed = try_pass(once, ctx, &leak);

	if (!failed || (leak.fds == 0 && leak.held == 0 && leak.sql == 0))
		return failed;
	failed = try_pass(once, ctx, &leak);
	CHECK(!failed || leak.fds == 0);
	CHECK(!failed || leak.held == 0);
	CHECK(!failed || leak.sql == 0);
	return failed;
}

static void every_nth(const char *what, operation *once, void *ctx, size_t strides)
{
	const char *all = getenv("GRAMME_FAULT_ALL");

	now.what = what;
	if (all && strcmp(all, "1") == 0)
		strides = 0;
	for (int onwards = 0; onwards < 2; onwards++) {
		now.onwards = onwards == 1;
		now.nth = 1;
		while (one_pass(once, ctx)) {
			now.nth += 1 + (strides ? now.nth / strides : 0);
			assert_true(now.nth < PASSES_MAX);
		}
		assert_true(now.nth > 1); /* something could fail */
	}
}

extern const struct source source_msr;
extern const struct source source_nvml;

/* --- sources ------------------------------------------------------------------------------ */

struct meter {
	const struct source *source;
	const struct host *host;
	int64_t *now_ns;
	const struct machine_copy *copy; /* NULL: made up by the test */
	bool estimates; /* or has several ways to ask, each with its own answer */
	size_t count;
	struct reading reading[DOMAINS_MAX]; /* with nothing failing */
};

static bool is_known(const struct meter *meter, const struct reading *reading)
{
	for (size_t i = 0; i < meter->count; i++)
		if (meter->reading[i].has == reading->has &&
		    meter->reading[i].energy_uj == reading->energy_uj &&
		    meter->reading[i].power_uw == reading->power_uw)
			return true;
	return meter->estimates ||
	       (meter->copy &&
		machine_copy_holds(meter->copy, reading->energy_uj + reading->power_uw));
}

static void check_readings(const struct meter *meter, const struct reading *readings,
			   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		CHECK(readings[i].err <= 0);
		CHECK((readings[i].has != 0) == (readings[i].err == 0));
		CHECK(readings[i].has == 0 || is_known(meter, &readings[i]));
	}
}

/* What opened is read whole again once nothing fails. */
static void check_healed(const struct meter *meter, void *state, size_t count)
{
	struct reading readings[DOMAINS_MAX];
	int silent = 0; /* more than when nothing failed */

	*meter->now_ns += 2 * NS_PER_S;
	memset(readings, 0, sizeof readings);
	meter->source->read(state, READ_TICK, readings);
	check_readings(meter, readings, count);
	for (size_t i = 0; i < count; i++)
		silent += readings[i].has == 0;
	for (size_t k = 0; k < meter->count; k++)
		silent -= meter->reading[k].has == 0;
	CHECK(meter->estimates || silent <= 0);
}

static void meter_once(void *ctx)
{
	const struct meter *meter = ctx;
	struct reading first[DOMAINS_MAX];
	struct reading second[DOMAINS_MAX];
	struct diag diag = { 0 };
	void *const untouched = &diag;
	void *state = untouched;
	const struct domain *domains = NULL;
	size_t count = 0;
	int err = meter->source->open(meter->host, &diag, &state);

	memset(first, 0, sizeof first);
	memset(second, 0, sizeof second);
	if (err == 0) {
		count = meter->source->domains(state, &domains);
		meter->source->read(state, READ_EDGE, first);
		*meter->now_ns += 2 * NS_PER_S;
		meter->source->read(state, READ_TICK, second);
	}
	calm();
	CHECK(err <= 0);
	CHECK(err == 0 || state == untouched);
	CHECK(err == 0 || err == -ENODEV || is_told(err, &diag));
	if (err < 0)
		return;
	CHECK(count > 0);
	check_readings(meter, first, count);
	check_readings(meter, second, count);
	check_healed(meter, state, count);
	meter->source->close(state);
}

/* False when the machine has none of it. */
static bool meter_learn(struct meter *meter)
{
	struct diag diag = { 0 };
	const struct domain *domains;
	void *state = NULL;

	if (meter->source->open(meter->host, &diag, &state) < 0)
		return false;
	memset(meter->reading, 0, sizeof meter->reading);
	meter->count = meter->source->domains(state, &domains);
	meter->source->read(state, READ_EDGE, meter->reading);
	meter->source->close(state);
	return true;
}

static bool try_source(const struct source *source, struct fixture *fixture,
		       struct machine_copy *copy, const char *machine)
{
	static struct meter meter;
	char what[128];

	memset(&meter, 0, sizeof meter);
	meter.source = source;
	meter.host = copy ? &copy->host : &fixture->host;
	meter.now_ns = copy ? &copy->now_ns : &fixture->now_ns;
	meter.copy = copy;
	meter.estimates = source == &source_nvml || source->flags & SOURCE_ESTIMATE;
	if (!meter_learn(&meter))
		return false;
	(void)snprintf(what, sizeof what, "%s on %s", source->name, machine);
	every_nth(what, meter_once, &meter, 0);
	return true;
}

/* The first machines that have it: the others hold the same files with other numbers. */
static void try_everywhere(const char *name, size_t enough)
{
	CLEANUP(names_done) struct names machines = { NULL, 0 };
	const struct source *source = NULL;
	size_t tried = 0;

	for (size_t i = 0; i < source_row_count; i++)
		if (strcmp(source_rows[i].source->name, name) == 0)
			source = source_rows[i].source;
	assert_non_null(source);
	machine_copy_names(&machines);
	for (size_t i = 0; i < machines.count && tried < enough; i++) {
		struct machine_copy copy;

		machine_copy_open(&copy, machines.name[i]);
		tried += try_source(source, NULL, &copy, machines.name[i]);
		machine_copy_close(&copy);
	}
	assert_true(tried > 0);
}

static void powercap_survives_any_failing_call(void **unused)
{
	(void)unused;
	try_everywhere("powercap", 4);
}

static void perf_survives_any_failing_call(void **unused)
{
	(void)unused;
	try_everywhere("perf", 3);
}

static void hwmon_survives_any_failing_call(void **unused)
{
	(void)unused;
	try_everywhere("hwmon", 20);
}

static void battery_survives_any_failing_call(void **unused)
{
	(void)unused;
	try_everywhere("battery", 3);
}

static void cray_survives_any_failing_call(void **unused)
{
	(void)unused;
	try_everywhere("cray", 3);
}

static void the_estimate_survives_any_failing_call(void **unused)
{
	(void)unused;
	try_everywhere("model", 3);
}

static void msr_survives_any_failing_call(void **unused)
{
	static const uint64_t counters[] = { 0x611, 0x639, 0x619 };
	struct fixture fixture;
	const uint64_t unit = 0xA0E03;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, "proc/cpuinfo",
		      "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\n"
		      "model\t\t: 85\nmodel name\t: Intel\n");
	fixture_write(&fixture,
		      "sys/devices/system/cpu/cpu0/topology/physical_package_id", "0\n");
	fixture_write_bytes(&fixture, "dev/cpu/0/msr", &unit, sizeof unit, 0x606);
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
		uint64_t raw = 1000000 + i;

		fixture_write_bytes(&fixture, "dev/cpu/0/msr", &raw, sizeof raw,
				    (int64_t)counters[i]);
	}
	assert_true(try_source(&source_msr, &fixture, NULL, "made up"));
	fixture_close(&fixture);
}

static void nvml_survives_any_failing_call(void **unused)
{
	struct fixture fixture;
	char path[128];

	(void)unused;
	fixture_open(&fixture);
	(void)snprintf(path, sizeof path, "%s/nvml", fixture.path);
	assert_int_equal(setenv("GRAMME_FAKE_NVML", path, 1), 0);
	fixture_write(&fixture, "nvml",
		      "now_ms=10000\nboard 0 name=A bus=3b energy=counter power=instant "
		      "power_w=300\nboard 1 name=B bus=3c energy=none power=usage "
		      "power_w=100\n");
	fixture_link(&fixture, "lib/libnvidia-ml.so.1",
		     BUILD_DIR "/tests/fakes/libnvidia-ml.so.1");
	assert_true(try_source(&source_nvml, &fixture, NULL, "a fake"));
	fixture_close(&fixture);
}

/* --- activities --------------------------------------------------------------------------- */

struct watch {
	const struct activity *activity;
	struct fixture *fixture;
	struct scope scope;
	struct use whole;
};

static int watch_read(const struct watch *watch, struct use *use)
{
	struct diag diag = { 0 };
	void *const untouched = &diag;
	void *state = untouched;
	int err = watch->activity->open(&watch->fixture->host, &watch->scope, &diag,
					&state);

	memset(use, 0, sizeof *use);
	if (err < 0) {
		CHECK(state == untouched);
		return err;
	}
	for (int i = 0; i < 2; i++) {
		static const pid_t pids[] = { 40, 41 };

		memset(use, 0, sizeof *use);
		use->has = USE_PROCESSES;
		use->pids = pids;
		use->pid_count = ARRAY_SIZE(pids);
		watch->fixture->now_ns += 2 * NS_PER_S;
		watch->activity->read(state, READ_EDGE, use);
	}
	calm();
	watch->activity->close(state);
	return 0;
}

/*
 * Less may be known, never more: no time, no memory and no process that is not there. But a
 * process that could not be seen at the opening is new later, with all its time.
 */
static void watch_once(void *ctx)
{
	const struct watch *watch = ctx;
	const struct use *whole = &watch->whole;
	struct use use;
	int err = watch_read(watch, &use);

	calm();
	CHECK(err <= 0);
	if (err < 0)
		return;
	CHECK((use.has & ~whole->has) == 0);
	CHECK(!(use.has & USE_SCOPE_CPU) ||
	      use.scope_cpu_ns <= whole->scope_cpu_ns + CPU_NS);
	CHECK(!(use.has & USE_MACHINE_CPU) ||
	      use.machine_cpu_ns == whole->machine_cpu_ns);
	CHECK(!(use.has & USE_SCOPE_MEM) ||
	      use.scope_mem_bytes <= whole->scope_mem_bytes);
	CHECK(!(use.has & USE_MACHINE_MEM) ||
	      use.machine_mem_bytes == whole->machine_mem_bytes);
	CHECK(use.processes_seen <= whole->processes_seen);
}

static void write_stat(struct fixture *fixture, int pid, int ppid)
{
	char path[32];
	char text[256];

	(void)snprintf(path, sizeof path, "proc/%d/stat", pid);
	(void)snprintf(text, sizeof text,
		       "%d (work) S %d 40 40 0 -1 0 0 0 0 0 250 17 3 4 20 0 1 0 %d 0 0\n",
		       pid, ppid, 500 + pid);
	fixture_write(fixture, path, text);
	(void)snprintf(path, sizeof path, "proc/%d/smaps_rollup", pid);
	fixture_write(fixture, path, "Rss: 100 kB\nPss:   512 kB\n");
}

static void write_processes(struct fixture *fixture)
{
	write_stat(fixture, 40, 1);
	write_stat(fixture, 41, 40);
	fixture_write(fixture, "proc/loadavg", "0.10 0.20 0.30 1/200 41\n");
	fixture_write(fixture, "proc/stat", "cpu  10 20 30 40 50 60 70 0 0 0\n");
	fixture_write(fixture, "proc/meminfo",
		      "MemTotal: 1000 kB\nMemFree: 1 kB\n"
		      "MemAvailable: 400 kB\n");
	fixture_write(fixture, "sys/devices/system/cpu/online", "0-3\n");
	fixture_write(fixture, "proc/self/mountinfo",
		      "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
	fixture_write(fixture, "proc/self/cgroup", "0::/job\n");
	fixture_write(fixture, "sys/fs/cgroup/cpu.stat",
		      "usage_usec 9000\nuser_usec 5000\nsystem_usec 4000\n");
	fixture_write(fixture, "sys/fs/cgroup/job/cpu.stat",
		      "usage_usec 900\nuser_usec 500\nsystem_usec 400\n");
	fixture_write(fixture, "sys/fs/cgroup/job/cpu.max", "200000 100000\n");
	fixture_write(fixture, "sys/fs/cgroup/job/memory.max", "512000\n");
	fixture_write(fixture, "sys/fs/cgroup/job/cpuset.cpus.effective", "0-2\n");
	fixture_write(fixture, "sys/fs/cgroup/job/cgroup.procs", "40\n41\n");
	fixture_write(fixture, "sys/fs/cgroup/job/cgroup.stat", "nr_descendants 0\n");
}

static void activities_survive_any_failing_call(void **unused)
{
	struct fixture fixture;

	(void)unused;
	fixture_open(&fixture);
	write_processes(&fixture);
	for (int with_cgroup = 0; with_cgroup < 2; with_cgroup++) {
		for (size_t i = 0; i < activity_row_count; i++) {
			struct watch watch = { .activity = activity_rows[i].activity,
					       .fixture = &fixture,
					       .scope.root_pid = 40 };

			if (with_cgroup)
				(void)copy_text(watch.scope.cgroup,
						sizeof watch.scope.cgroup,
						"sys/fs/cgroup/job");
			now.what = watch.activity->name;
			assert_int_equal(watch_read(&watch, &watch.whole), 0);
			every_nth(watch.activity->name, watch_once, &watch, 0);
		}
	}
	fixture_close(&fixture);
}

static void the_live_tree_once(void *ctx)
{
	const struct activity *tree = ctx;
	const struct scope scope = { .root_pid = getpid() };
	struct diag diag = { 0 };
	struct use use = { 0 };
	struct host host;
	void *state = NULL;
	int err = host_init(&host, NULL);

	if (err == 0) {
		err = tree->open(&host, &scope, &diag, &state);
		if (err == 0)
			tree->read(state, READ_EDGE, &use);
		calm();
		tree->close(state);
		host_done(&host);
	}
	calm();
	/* From here to there this process alone, for less than this second. */
	CHECK(!(use.has & USE_SCOPE_CPU) || use.scope_cpu_ns < (uint64_t)NS_PER_S);
	CHECK(use.processes_seen <= 1);
}

static void the_tree_of_this_process_survives_any_failing_call(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < activity_row_count; i++) {
		const struct activity *activity = activity_rows[i].activity;
		struct activity own = *activity;

		if (strcmp(activity->name, "tree") == 0)
			every_nth("tree, live", the_live_tree_once, &own, 16);
	}
}

static void reserve_once(void *ctx)
{
	const struct fixture *fixture = ctx;
	const struct scope scope = { .root_pid = 40 };
	struct reserve reserve = { .cpu_permille = 7 };
	int err = reserve_of(&fixture->host, &scope, &reserve);

	calm();
	CHECK(err <= 0 && (err == 0 || reserve.cpu_permille == 7));
	/* A limit that cannot be read is none: more is reserved then, not less. */
	CHECK(err < 0 || reserve.cpu_permille >= 500);
	CHECK(err < 0 || reserve.mem_permille >= 500);
}

static void what_is_reserved_survives_any_failing_call(void **unused)
{
	struct fixture fixture;

	(void)unused;
	fixture_open(&fixture);
	write_processes(&fixture);
	every_nth("reserve", reserve_once, &fixture, 0);
	fixture_close(&fixture);
}

/* --- base --------------------------------------------------------------------------------- */

static void host_once(void *ctx)
{
	const struct fixture *fixture = ctx;
	struct names names = { NULL, 7 };
	char *text = NULL;
	char line[32] = "before";
	uint64_t number = 7;
	int r_names = host_names(&fixture->host, "proc", &names);
	int r_text = host_read_all(&fixture->host, "proc/meminfo", &text);
	int r_line = host_read_line(&fixture->host, "proc/loadavg", line, sizeof line);
	int r_number = host_read_u64(&fixture->host, "number", &number);

	calm();
	CHECK(r_names == 0 ? names.count == 6 : names.count == 7 && !names.name);
	CHECK(r_text == 0 ? strlen(text) > 40 : !text);
	CHECK(r_line == 0 ? strlen(line) == 23 : strcmp(line, "before") == 0);
	CHECK(r_number == 0 ? number == 42 : number == 7);
	CHECK(r_names <= 0 && r_text <= 0 && r_line <= 0 && r_number <= 0);
	if (r_names == 0)
		names_done(&names);
	free(text);
}

static void the_door_to_the_machine_survives_any_failing_call(void **unused)
{
	struct fixture fixture;

	(void)unused;
	fixture_open(&fixture);
	write_processes(&fixture);
	fixture_write(&fixture, "number", "42\n");
	every_nth("host", host_once, &fixture, 0);
	fixture_close(&fixture);
}

static void message_once(void *ctx)
{
	const struct fixture *fixture = ctx;
	struct message message = { .size = 7 };
	int fd[2];
	int sent;
	int got = -EPIPE;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) < 0)
		fail_msg("no sockets");
	sent = message_send_text(fd[0], MESSAGE_MARK, "epoch 1");
	(void)close(fd[0]);
	if (sent == 0)
		got = message_receive(&fixture->host, fd[1], INT64_MAX, &message);
	calm();
	(void)close(fd[1]);
	CHECK(sent <= 0 && got <= 0);
	CHECK(got == 0 ? strcmp(message.bytes, "epoch 1") == 0
		       : message.size == 7 && !message.bytes);
	message_done(&message);
}

static void messages_survive_any_failing_call(void **unused)
{
	struct fixture fixture;

	(void)unused;
	fixture_open(&fixture);
	every_nth("message", message_once, &fixture, 0);
	fixture_close(&fixture);
}

/* --- engine ------------------------------------------------------------------------------- */

static void config_once(void *ctx)
{
	static struct config config;
	struct diag diag = { 0 };
	int err = config_load(&config, ctx, &diag);

	calm();
	CHECK(err <= 0);
	CHECK(err == 0 || is_told(err, &diag));
	CHECK(err < 0 || strcmp(config.value[CONFIG_PUE].text, "1.3") == 0);
}

static void a_configuration_is_read_whole_or_not_at_all(void **unused)
{
	struct fixture fixture;
	char path[128];

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, "gramme.conf", "# ours\nregion = FR\npue = 1.3\n");
	(void)snprintf(path, sizeof path, "%s/gramme.conf", fixture.path);
	every_nth("config", config_once, path, 0);
	fixture_close(&fixture);
}

static bool is_object(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);
	bool object = json_is_object(json);

	json_decref(json);
	return object;
}

static void inventory_once(void *ctx)
{
	const struct fixture *fixture = ctx;
	char work[128];
	char *hardware = NULL;
	char *software = NULL;
	int r_hardware = inventory_hardware(&fixture->host, NULL, 0, &hardware);
	int r_software;

	(void)snprintf(work, sizeof work, "%s/work", fixture->path);
	r_software =
		inventory_software(&fixture->host,
				   &(struct inventory_run){ work, (const pid_t[]){ 40 },
							    1, "python3" },
				   &software);
	calm();
	CHECK(r_hardware == 0 ? is_object(hardware) : r_hardware == -ENOMEM && !hardware);
	CHECK(r_software == 0 ? is_object(software) : r_software == -ENOMEM && !software);
	free(hardware);
	free(software);
}

static void an_inventory_survives_any_failing_call(void **unused)
{
	struct fixture fixture;

	(void)unused;
	fixture_open(&fixture);
	write_processes(&fixture);
	fixture_write(&fixture, "proc/cpuinfo", "model name\t: A CPU\nflags\t\t: a b\n");
	fixture_write(&fixture, "etc/os-release", "PRETTY_NAME=\"An OS\"\n");
	fixture_write(&fixture, "work/.git/HEAD", "ref: refs/heads/main\n");
	fixture_write(&fixture, "work/.git/packed-refs", "abc refs/heads/main\n");
	fixture_link(&fixture, "proc/40/exe", "/usr/bin/python3.11");
	fixture_write(&fixture,
		      "usr/lib/python3.11/site-packages/numpy-1.26.4.dist-info/METADATA",
		      "");
	every_nth("inventory", inventory_once, &fixture, 0);
	fixture_close(&fixture);
}

static void sources_once(void *ctx)
{
	const struct gramme_opts opts =
		GRAMME_OPTS(.sysroot = ctx, .config = "/dev/null", .db = "/nowhere/x");
	struct gramme *gramme = NULL;
	char *text = NULL;
	int err = gramme_new(&opts, &gramme);

	if (err == 0)
		err = gramme_sources(gramme, "json", 0, &text);
	calm();
	CHECK(err <= 0);
	CHECK(err == 0 ? is_object(text) : !text);
	CHECK(err == 0 || !gramme || err == -ENOMEM || gramme_error(gramme)[0] != '\0');
	free(text);
	gramme_free(gramme);
}

static void a_listing_survives_any_failing_call(void **unused)
{
	(void)unused;
	every_nth("sources", sources_once, (void *)(uintptr_t)(SYSROOT "/psys-laptop"),
		  32);
}

/* --- store, recorder, view, reports ------------------------------------------------------- */

#define ROWS 40

struct ledger_file {
	struct fixture fixture;
	char path[128];
	struct sample *rows;
	struct run_domain domain;
};

static void ledger_open(struct ledger_file *file)
{
	memset(file, 0, sizeof *file);
	fixture_open(&file->fixture);
	(void)snprintf(file->path, sizeof file->path, "%s/gramme.db", file->fixture.path);
	file->rows = calloc(ROWS, sizeof *file->rows);
	assert_non_null(file->rows);
	domain_init(&file->domain.domain, "package-0", FAMILY_CPU);
	(void)copy_text(file->domain.source, sizeof file->domain.source, "powercap");
	file->domain.counted = true;
	for (size_t i = 0; i < ROWS; i++) {
		struct sample *row = &file->rows[i];

		row->t_ns = (int64_t)i * NS_PER_S;
		row->domain_count = 1;
		row->state[0] = i == 0 ? SAMPLE_RESTART : SAMPLE_OK;
		row->energy_uj[0] = i * 20 * UJ_PER_J;
		row->use.t_ns = row->t_ns;
		row->use.has = USE_SCOPE_CPU | USE_MACHINE_CPU;
		row->use.scope_cpu_ns = i * 500 * (uint64_t)NS_PER_MS;
		row->use.machine_cpu_ns = i * (uint64_t)NS_PER_S;
	}
}

static void ledger_close(struct ledger_file *file)
{
	free(file->rows);
	fixture_close(&file->fixture);
}

static struct run_info made_info(void)
{
	struct run_info info = { .started_unix_ns = 1700000000 * NS_PER_S,
				 .duration_ns = (ROWS - 1) * NS_PER_S,
				 .period_ns = NS_PER_S,
				 .state = RUN_FINISHED,
				 .attributed_j = -1,
				 .machine_j = -1 };

	(void)copy_text(info.id, sizeof info.id, "20231114T221320-abcdef");
	(void)copy_text(info.name, sizeof info.name, "a run");
	(void)copy_text(info.how, sizeof info.how, "run");
	(void)copy_text(info.project, sizeof info.project, "p");
	(void)copy_text(info.experiment, sizeof info.experiment, "e");
	return info;
}

static void ledger_remove(const struct ledger_file *file)
{
	static const char *const tails[] = { "", "-wal", "-shm", "-journal" };

	for (size_t i = 0; i < ARRAY_SIZE(tails); i++) {
		char path[160];

		(void)snprintf(path, sizeof path, "%s%s", file->path, tails[i]);
		(void)unlink(path);
	}
}

static int write_run(const struct ledger_file *file, struct store *store,
		     struct diag *diag)
{
	const struct gap gap = { .domain = 0, .from_ns = 1, .to_ns = 2 };
	struct run_info info = made_info();
	int r = store_begin(store, diag);

	if (r < 0)
		return r;
	r = store_run_insert(store, &info, diag);
	CHECK((r == 0) == (info.key > 0));
	if (r == 0)
		r = store_domains_put(store, info.key, &file->domain, 1, diag);
	if (r == 0)
		r = store_block_put(store, info.key,
				    &(struct store_block){ 0, file->rows, ROWS }, diag);
	if (r == 0)
		r = store_gap_add(store, info.key, &gap, diag);
	if (r == 0)
		r = store_inventory_put(store, info.key, "{}", "{}", diag);
	if (r == 0)
		return store_commit(store, diag);
	store_rollback(store);
	return r;
}

static int count_row(void *ctx, const struct sample *row)
{
	(void)row;
	++*(size_t *)ctx;
	return 0;
}

/* All of it or nothing; what was said to be kept is. */
static void check_kept(const struct ledger_file *file, bool must)
{
	struct store *store = NULL;
	struct run_record record;
	struct diag diag = { 0 };
	int64_t run;
	size_t rows = 0;

	if (!must && access(file->path, F_OK) < 0)
		return;
	if (store_open(file->path, STORE_WRITE, &diag, &store) < 0)
		fail_msg("%s, call %zu (%s): %s", now.what, now.nth, fault_last(),
			 diag.text);
	if (store_find(store, "last", &diag, &run) < 0) {
		CHECK(!must);
	} else {
		memset(&record, 0, sizeof record);
		CHECK(store_load(store, run, &diag, &record) == 0);
		CHECK(record.domain_count == 1 && record.gap_count == 1);
		CHECK(record.hardware_json && strcmp(record.info.project, "p") == 0);
		run_record_done(&record);
		CHECK(store_rows(store, run, count_row, &rows, &diag) == 0);
		CHECK(rows == ROWS);
	}
	store_close(store);
}

static void write_once(void *ctx)
{
	const struct ledger_file *file = ctx;
	struct store *store = NULL;
	struct diag diag = { 0 };
	int err;

	err = store_open(file->path, STORE_WRITE, &diag, &store);
	CHECK(err == 0 || !store);
	if (err == 0) {
		err = write_run(file, store, &diag);
		store_close(store);
	}
	calm();
	CHECK(err <= 0);
	CHECK(err == 0 || is_told(err, &diag));
	check_kept(file, err == 0);
	ledger_remove(file);
}

static void a_run_is_in_the_ledger_whole_or_not_at_all(void **unused)
{
	struct ledger_file file;

	(void)unused;
	ledger_open(&file);
	every_nth("store, writing", write_once, &file, STRIDES);
	ledger_close(&file);
}

static int read_ledger(struct store *store, struct run_record *record, size_t *rows,
		       struct diag *diag)
{
	const struct store_filter filter = { .limit = 5 };
	struct run_info *infos = NULL;
	size_t count = 0;
	int64_t run;
	int r = store_list(store, &filter, diag, &infos, &count);

	CHECK(r == 0 ? count == 1 : !infos);
	store_free_infos(infos, count);
	if (r == 0)
		r = store_find(store, "last", diag, &run);
	if (r == 0)
		r = store_load(store, run, diag, record);
	if (r == 0)
		r = store_rows(store, run, count_row, rows, diag);
	return r;
}

static void read_once(void *ctx)
{
	const struct ledger_file *file = ctx;
	struct store *store = NULL;
	struct run_record record;
	struct diag diag = { 0 };
	size_t rows = 0;
	int err = store_open(file->path, STORE_READ, &diag, &store);

	memset(&record, 0, sizeof record);
	CHECK(err == 0 || !store);
	if (err == 0)
		err = read_ledger(store, &record, &rows, &diag);
	calm();
	CHECK(err <= 0);
	CHECK(err < 0 || (rows == ROWS && record.domain_count == 1));
	CHECK(err == 0 || is_told(err, &diag));
	run_record_done(&record);
	store_close(store);
}

static void write_calmly(const struct ledger_file *file)
{
	struct store *store = NULL;
	struct diag diag = { 0 };

	assert_int_equal(store_open(file->path, STORE_WRITE, &diag, &store), 0);
	assert_int_equal(write_run(file, store, &diag), 0);
	store_close(store);
}

static void reading_the_ledger_survives_any_failing_call(void **unused)
{
	struct ledger_file file;

	(void)unused;
	ledger_open(&file);
	write_calmly(&file);
	every_nth("store, reading", read_once, &file, STRIDES);
	ledger_close(&file);
}

/* --- the grid's part of the ledger, in version 1 and after -------------------------------- */

static void grid_series(struct intensity_series *series, struct intensity_point *points,
			size_t count)
{
	memset(series, 0, sizeof *series);
	(void)copy_text(series->provider, sizeof series->provider, "uk");
	(void)copy_text(series->zone, sizeof series->zone, "GB-13");
	series->points = points;
	series->count = count;
	for (size_t i = 0; i < count; i++) {
		points[i] = (struct intensity_point){ .gpkwh = 200 };
		points[i].from_unix_s = (int64_t)i * 1800;
		points[i].to_unix_s = points[i].from_unix_s + 1800;
	}
}

static int write_grid(struct store *store, int64_t *run, struct diag *diag)
{
	const struct place place = { .zone = "GB-13" };
	const struct weighing weighing = { .at_unix_ns = 1 };
	struct intensity_point points[12];
	struct intensity_series series;
	struct run_info info = made_info();
	int r = store_begin(store, diag);

	if (r < 0)
		return r;
	grid_series(&series, points, ARRAY_SIZE(points));
	r = store_run_insert(store, &info, diag);
	if (r == 0)
		r = store_intensity_put(store, &series, diag);
	if (r == 0)
		r = store_place_put(store, "here", &place, 5, diag);
	if (r == 0)
		r = store_weighing_add(store, info.key, &weighing, diag);
	if (r == 0)
		r = store_commit(store, diag);
	if (r < 0)
		store_rollback(store);
	*run = info.key;
	return r;
}

static int read_grid(struct store *store, int64_t run, struct diag *diag)
{
	const struct store_series what = { .provider = "uk", .zone = "GB-13" };
	struct intensity_series series = { .count = 7 };
	struct weighing *weighings = NULL;
	struct place place = { .country = "x" };
	int64_t fetched = 7;
	size_t count = 7;
	int r = store_intensity_get(store, &what, 0, INT64_C(1800) * 12, diag, &series);

	CHECK(r == 0 ? series.count == 12 : series.count == 7 && !series.points);
	intensity_series_done(&series);
	if (r < 0)
		return r;
	r = store_place_get(store, "here", diag, &place, &fetched);
	CHECK(r == 0 ? strcmp(place.zone, "GB-13") == 0 && fetched == 5
		     : place.country[0] == 'x' && fetched == 7);
	if (r < 0)
		return r;
	r = store_weighings(store, run, diag, &weighings, &count);
	CHECK(r == 0 ? count == 1 : !weighings && count == 7);
	free(weighings);
	return r;
}

static void grid_once(void *ctx)
{
	const struct ledger_file *file = ctx;
	struct store *store = NULL;
	struct diag diag = { 0 };
	int64_t run = 0;
	int wrote = store_open(file->path, STORE_WRITE, &diag, &store);
	int got = wrote;

	if (wrote == 0) {
		wrote = write_grid(store, &run, &diag);
		got = wrote < 0 ? wrote : read_grid(store, run, &diag);
	}
	calm();
	CHECK(got == 0 || is_told(got, &diag));
	CHECK(wrote < 0 || read_grid(store, run, &diag) == 0);
	store_close(store);
	ledger_remove(file);
}

static void what_weighs_runs_is_in_the_ledger_whole_or_not_at_all(void **unused)
{
	struct ledger_file file;

	(void)unused;
	ledger_open(&file);
	every_nth("store, the grid", grid_once, &file, STRIDES);
	ledger_close(&file);
}

static int copy_grid(struct store *from, struct diag *diag)
{
	struct store *to = NULL;
	int r = store_open(":memory:", STORE_WRITE, diag, &to);

	if (r == 0)
		r = store_grid_copy(from, to, INT64_MIN, diag);
	store_close(to);
	return r;
}

static void copy_once(void *ctx)
{
	struct diag diag = { 0 };
	int err = copy_grid(ctx, &diag);

	calm();
	CHECK(err == 0 || is_told(err, &diag));
}

static void copying_what_weighs_runs_survives_any_failing_call(void **unused)
{
	struct ledger_file file;
	struct store *store = NULL;
	struct diag diag = { 0 };
	int64_t run;

	(void)unused;
	ledger_open(&file);
	assert_int_equal(store_open(file.path, STORE_WRITE, &diag, &store), 0);
	assert_int_equal(write_grid(store, &run, &diag), 0);
	now.connected = true;
	every_nth("store, copying the grid", copy_once, store, STRIDES);
	now.connected = false;
	store_close(store);
	ledger_close(&file);
}

/* A ledger as the first version left it, and its bytes to put it there again. */
struct old_ledger {
	struct ledger_file file;
	size_t size;
	char bytes[131072];
};

static void write_version_1(struct old_ledger *old)
{
	CLEANUP(strbuf_done) struct strbuf sql = STRBUF_INIT;
	AUTO_CLOSE int fd = -EBADF;
	sqlite3 *db = NULL;
	size_t count;
	ssize_t size;

	strbuf_printf(&sql,
		      "PRAGMA page_size = 2048; PRAGMA journal_mode = WAL; %s; "
		      "PRAGMA application_id = %d; PRAGMA user_version = 1; "
		      "INSERT INTO project VALUES (1, 'old')",
		      store_steps(&count)[0].sql, STORE_APPLICATION_ID);
	assert_int_equal(sqlite3_open(old->file.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql.text, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	fd = open(old->file.path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	size = read(fd, old->bytes, sizeof old->bytes);
	assert_true(size > 0 && (size_t)size < sizeof old->bytes);
	old->size = (size_t)size;
}

static void put_version_1(struct old_ledger *old)
{
	ledger_remove(&old->file);
	fixture_write_bytes(&old->file.fixture, "gramme.db", old->bytes, old->size, 0);
}

/* One version or the other, with what was there in both. */
static void check_version(const struct ledger_file *file, bool migrated)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	int version;

	CHECK(sqlite3_open(file->path, &db) == SQLITE_OK);
	CHECK(sqlite3_prepare_v2(db,
				 "SELECT user_version, (SELECT count(*) FROM "
				 "sqlite_master WHERE name IN ('weighing', 'nested')), "
				 "(SELECT name FROM project) FROM pragma_user_version",
				 -1, &stmt, NULL) == SQLITE_OK);
	CHECK(sqlite3_step(stmt) == SQLITE_ROW);
	version = sqlite3_column_int(stmt, 0);
	CHECK(version == 1 + sqlite3_column_int(stmt, 1));
	CHECK(version != 2 && (!migrated || version == STORE_SCHEMA_VERSION));
	CHECK(strcmp((const char *)sqlite3_column_text(stmt, 2), "old") == 0);
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
}

static void migrate_once(void *ctx)
{
	struct old_ledger *old = ctx;
	struct store *store = NULL;
	struct diag diag = { 0 };
	int err = store_open(old->file.path, STORE_WRITE, &diag, &store);

	CHECK(err == 0 ? !!store : !store);
	store_close(store);
	calm();
	CHECK(err == 0 || is_told(err, &diag));
	check_version(&old->file, err == 0);
	put_version_1(old);
}

static void read_old_once(void *ctx)
{
	const struct ledger_file *file = &((const struct old_ledger *)ctx)->file;
	struct store *store = NULL;
	struct run_info *infos = NULL;
	struct diag diag = { 0 };
	size_t count = 7;
	int err = store_open(file->path, STORE_READ, &diag, &store);

	if (err == 0)
		err = store_list(store, NULL, &diag, &infos, &count);
	store_close(store);
	calm();
	CHECK(!infos && (err == 0 ? count == 0 : count == 7 && is_told(err, &diag)));
	check_version(file, false);
}

static void an_older_ledger_is_of_one_version_or_the_other(void **unused)
{
	struct old_ledger *old = calloc(1, sizeof *old);

	(void)unused;
	assert_non_null(old);
	ledger_open(&old->file);
	write_version_1(old);
	every_nth("store, reading version 1", read_old_once, old, STRIDES);
	every_nth("store, bringing up to date", migrate_once, old, STRIDES);
	ledger_close(&old->file);
	free(old);
}

struct shown {
	struct view_door door;
	int64_t run;
	const struct report *report;
	struct run_view view;
	char *whole;
};

static void view_once(void *ctx)
{
	const struct shown *shown = ctx;
	struct run_view view = { .component_count = 7 };
	struct diag diag = { 0 };
	int err = view_make(&shown->door, shown->run, &diag, &view);

	calm();
	CHECK(err <= 0);
	if (err < 0) {
		CHECK(view.component_count == 7 && !view.components);
		CHECK(is_told(err, &diag));
		return;
	}
	CHECK(view.machine_j.known &&
	      view.machine_j.value == shown->view.machine_j.value);
	CHECK(view.attributed_j.value == shown->view.attributed_j.value);
	run_view_done(&view);
}

static void report_once(void *ctx)
{
	const struct shown *shown = ctx;
	const struct report_opts opts = { .width = 80 };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	char *text = NULL;
	int err;

	shown->report->run(&shown->view, &opts, &out);
	err = strbuf_steal(&out, &text);
	calm();
	CHECK(err == 0 ? strcmp(text, shown->whole) == 0 : err == -ENOMEM && !text);
	free(text);
}

static void try_reports(struct shown *shown)
{
	const struct report_opts opts = { .width = 80 };

	for (size_t i = 0; i < report_row_count; i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

		shown->report = report_rows[i].report;
		shown->report->run(&shown->view, &opts, &out);
		assert_int_equal(strbuf_steal(&out, &shown->whole), 0);
		every_nth(shown->report->name, report_once, shown, 0);
		free(shown->whole);
	}
}

/* Without memory there is no report rather than a part of one. */
static void a_run_is_shown_whole_or_not_at_all(void **unused)
{
	struct ledger_file file;
	struct shown shown = { .run = 0 };
	struct diag diag = { 0 };

	(void)unused;
	ledger_open(&file);
	write_calmly(&file);
	assert_int_equal(store_open(file.path, STORE_READ, &diag, &shown.door.store), 0);
	assert_int_equal(tables_new(NULL, &shown.door.tables), 0);
	assert_int_equal(store_find(shown.door.store, "last", &diag, &shown.run), 0);
	assert_int_equal(view_make(&shown.door, shown.run, &diag, &shown.view), 0);
	assert_true(shown.view.machine_j.known && shown.view.attributed_j.known);
	now.connected = true;
	every_nth("view", view_once, &shown, 0);
	now.connected = false;
	try_reports(&shown);
	run_view_done(&shown.view);
	store_close(shown.door.store);
	tables_free(shown.door.tables);
	ledger_close(&file);
}

static void record_run(const struct ledger_file *file, struct recorder *recorder,
		       struct run_info *info)
{
	const struct gap gap = { .domain = 0, .from_ns = 1, .to_ns = 2 };
	const struct weighing weighing = { .at_unix_ns = 1 };
	const struct place place = { .zone = "GB-13" };
	struct intensity_point points[4];
	struct intensity_series series;

	grid_series(&series, points, ARRAY_SIZE(points));
	recorder_begin(recorder, info, NULL, 0);
	for (size_t i = 0; i < ROWS; i++) {
		recorder_row(recorder, &file->rows[i]);
		if (i % 10 == 9)
			recorder_flush(recorder, &file->domain, 1);
	}
	recorder_gap(recorder, &gap);
	recorder_inventory(recorder, "{}", "{}");
	recorder_place(recorder, "here", &place, 5);
	recorder_intensity(recorder, &series);
	recorder_weighing(recorder, &weighing);
	recorder_end(recorder, &file->domain, 1);
}

/* The run's numbers are there, in the file or in memory, or it is said that they are not. */
static void record_once(void *ctx)
{
	const struct ledger_file *file = ctx;
	struct recorder *recorder = NULL;
	struct run_info info = made_info();
	int err = recorder_new(file->path, &recorder);

	CHECK(err == 0 || (err == -ENOMEM && !recorder));
	if (err == 0)
		record_run(file, recorder, &info);
	calm();
	if (err < 0)
		return;
	if (recorder_kept(recorder) && recorder_trouble(recorder)[0] == '\0') {
		size_t rows = 0;
		struct diag diag = { 0 };
		int64_t run;

		CHECK(store_find(recorder_store(recorder), "last", &diag, &run) == 0);
		CHECK(store_rows(recorder_store(recorder), run, count_row, &rows,
				 &diag) == 0);
		CHECK(rows == ROWS);
	} else {
		CHECK(recorder_trouble(recorder)[0] != '\0');
	}
	recorder_free(recorder);
	ledger_remove(file);
}

static void a_recorded_run_is_kept_or_its_trouble_told(void **unused)
{
	struct ledger_file file;

	(void)unused;
	ledger_open(&file);
	every_nth("recorder", record_once, &file, STRIDES);
	ledger_close(&file);
}

static void block_once(void *ctx)
{
	const struct ledger_file *file = ctx;
	uint8_t *bytes = NULL;
	size_t size = 7;
	struct sample *rows = NULL;
	size_t count = 7;
	int packed = block_encode(file->rows, ROWS, &bytes, &size);
	int unpacked = packed < 0 ? packed : block_decode(bytes, size, &rows, &count);

	calm();
	CHECK(packed == 0 || (packed == -ENOMEM && !bytes && size == 7));
	CHECK(unpacked == 0 ? count == ROWS : unpacked == -ENOMEM && !rows && count == 7);
	free(bytes);
	free(rows);
}

static void blocks_survive_any_failing_call(void **unused)
{
	struct ledger_file file;

	(void)unused;
	ledger_open(&file);
	every_nth("block", block_once, &file, 0);
	ledger_close(&file);
}

/* --- the calls that look back, or ahead --------------------------------------------------- */

typedef int looking(struct gramme *gramme, char **ret);

struct look {
	const char *db;
	looking *call;
};

static int look_list(struct gramme *gramme, char **ret)
{
	return gramme_list(gramme, NULL, "json", 0, ret);
}

static int look_statement(struct gramme *gramme, char **ret)
{
	struct gramme_filter filter = GRAMME_FILTER(.project = "p");
	struct gramme_statement_opts opts = GRAMME_STATEMENT_OPTS(.filter = &filter);

	return gramme_statement(gramme, &opts, "json", 0, ret);
}

static int look_given(struct gramme *gramme, char **ret)
{
	struct gramme_statement_opts opts =
		GRAMME_STATEMENT_OPTS(.energy_kwh = 2, .country = "DE");

	return gramme_statement(gramme, &opts, "latex", 0, ret);
}

static int look_regrid(struct gramme *gramme, char **ret)
{
	static const char *const runs[] = { "last", NULL };
	struct gramme_regrid_opts opts = GRAMME_REGRID_OPTS(.runs = runs, .region = "DE");

	return gramme_regrid(gramme, &opts, "json", 0, ret);
}

static int look_old(struct gramme *gramme, char **ret)
{
	static const char *const runs[] = { "last", NULL };
	struct gramme_regrid_opts opts = GRAMME_REGRID_OPTS(.runs = runs, .old = 1);

	return gramme_regrid(gramme, &opts, "json", 0, ret);
}

static int look_when(struct gramme *gramme, char **ret)
{
	struct gramme_when_opts opts =
		GRAMME_WHEN_OPTS(.duration_ns = NS_PER_S, .region = "DE");

	return gramme_when(gramme, &opts, "json", 0, ret);
}

static int look_regions(struct gramme *gramme, char **ret)
{
	struct gramme_regions_opts opts =
		GRAMME_REGIONS_OPTS(.energy_kwh = 3, .provider = "gcp");

	return gramme_regions(gramme, &opts, "json", 0, ret);
}

static int look_estimate(struct gramme *gramme, char **ret)
{
	struct gramme_estimate_opts opts =
		GRAMME_ESTIMATE_OPTS(.hours = 3, .gpu = "H100", .cpu = "none",
				     .region = "FR");

	return gramme_estimate(gramme, &opts, "json", 0, ret);
}

static int look_doctor(struct gramme *gramme, char **ret)
{
	return gramme_doctor(gramme, "json", 0, ret);
}

static int look_data(struct gramme *gramme, char **ret)
{
	return gramme_data(gramme, "json", 0, ret);
}

static void look_once(void *ctx)
{
	const struct look *look = ctx;
	const struct gramme_opts opts = GRAMME_OPTS(.db = look->db, .offline = 1,
						    .sysroot = SYSROOT "/container");
	struct gramme *gramme = NULL;
	char *untouched = (char *)&gramme;
	char *text = untouched;
	int err = gramme_new(&opts, &gramme);

	if (err == 0)
		err = look->call(gramme, &text);
	calm();
	CHECK(err <= 0);
	CHECK(err == 0 ? text && text != untouched && text[0] != '\0'
		       : text == untouched);
	CHECK(err == 0 || !gramme || err == -ENOMEM || gramme_error(gramme)[0] != '\0');
	if (err == 0)
		free(text);
	gramme_free(gramme);
}

static void every_look_back_or_ahead_survives_any_failing_call(void **unused)
{
	static const struct {
		const char *name;
		looking *call;
	} rows[] = {
		{ "gramme_list", look_list },
		{ "gramme_statement", look_statement },
		{ "gramme_statement of figures", look_given },
		{ "gramme_regrid", look_regrid },
		{ "gramme_regrid, old", look_old },
		{ "gramme_when", look_when },
		{ "gramme_regions", look_regions },
		{ "gramme_estimate", look_estimate },
		{ "gramme_doctor", look_doctor },
		{ "gramme_data", look_data },
	};
	struct ledger_file file;

	(void)unused;
	ledger_open(&file);
	write_calmly(&file);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct look look = { .db = file.path, .call = rows[i].call };

		every_nth(rows[i].name, look_once, &look, STRIDES / 4);
	}
	ledger_close(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_door_to_the_machine_survives_any_failing_call),
		cmocka_unit_test(messages_survive_any_failing_call),
		cmocka_unit_test(powercap_survives_any_failing_call),
		cmocka_unit_test(perf_survives_any_failing_call),
		cmocka_unit_test(msr_survives_any_failing_call),
		cmocka_unit_test(hwmon_survives_any_failing_call),
		cmocka_unit_test(battery_survives_any_failing_call),
		cmocka_unit_test(cray_survives_any_failing_call),
		cmocka_unit_test(nvml_survives_any_failing_call),
		cmocka_unit_test(the_estimate_survives_any_failing_call),
		cmocka_unit_test(activities_survive_any_failing_call),
		cmocka_unit_test(the_tree_of_this_process_survives_any_failing_call),
		cmocka_unit_test(what_is_reserved_survives_any_failing_call),
		cmocka_unit_test(a_configuration_is_read_whole_or_not_at_all),
		cmocka_unit_test(an_inventory_survives_any_failing_call),
		cmocka_unit_test(a_listing_survives_any_failing_call),
		cmocka_unit_test(blocks_survive_any_failing_call),
		cmocka_unit_test(a_run_is_in_the_ledger_whole_or_not_at_all),
		cmocka_unit_test(reading_the_ledger_survives_any_failing_call),
		cmocka_unit_test(what_weighs_runs_is_in_the_ledger_whole_or_not_at_all),
		cmocka_unit_test(copying_what_weighs_runs_survives_any_failing_call),
		cmocka_unit_test(an_older_ledger_is_of_one_version_or_the_other),
		cmocka_unit_test(a_run_is_shown_whole_or_not_at_all),
		cmocka_unit_test(a_recorded_run_is_kept_or_its_trouble_told),
		cmocka_unit_test(every_look_back_or_ahead_survives_any_failing_call),
	};

	fault_set_up();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
