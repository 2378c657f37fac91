/* SPDX-License-Identifier: Apache-2.0 */
/* The whole of it: a made-up machine, its own clock, and the calls of gramme.h. */
#include <dlfcn.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <sys/wait.h>

#include "base/parse.h"
#include "base/process.h"
#include "engine/live.h"
#include "proc-made.h"
#include "store/store.h"

#define RANGE     "262143328850"
#define RANGE_UJ  UINT64_C(262143328850)
#define BASE_UJ   UINT64_C(5000000000)
#define LIBRARY   BUILD_DIR "/tests/fakes/libnvidia-ml.so.1"
#define NAMESPACE "pid:[4026531836]"
#define CLOSE     1e-6

struct made {
	struct fixture fixture;
	struct gramme gramme;
	struct gramme_live *live;
	struct live_view *view;
	uint64_t uj[4]; /* package-0, dram-0, package-1, dram-1 */
	int busy;       /* ticks, all CPUs */
	json_t *json;
	struct live_process shown[10];
};

static const char *const entries[] = { "intel-rapl:0", "intel-rapl:0:0", "intel-rapl:1",
				       "intel-rapl:1:0" };

static int set_up(void **state)
{
	struct made *made = calloc(1, sizeof *made);

	assert_non_null(made);
	fixture_open(&made->fixture);
	made->gramme.pid = getpid();
	made->gramme.host = made->fixture.host;
	made->gramme.here = made->fixture.host;
	config_set(&made->gramme.config, CONFIG_REGION, "DE", "GRAMME_REGION");
	config_set(&made->gramme.config, CONFIG_PUE, "1.2", "GRAMME_PUE");
	*state = made;
	return 0;
}

static int tear_down(void **state)
{
	struct made *made = *state;

	json_decref(made->json);
	gramme_live_close(made->live);
	tables_free(made->gramme.tables);
	fixture_close(&made->fixture);
	free(made);
	return 0;
}

/* --- the machine -------------------------------------------------------------------------- */

static void write_counter(struct made *made, size_t i)
{
	char path[96];
	char text[32];

	(void)snprintf(path, sizeof path, "sys/class/powercap/%s/energy_uj", entries[i]);
	(void)snprintf(text, sizeof text, "%llu\n",
		       (unsigned long long)(made->uj[i] % RANGE_UJ));
	fixture_write(&made->fixture, path, text);
}

static void add_meter(struct made *made, size_t i, const char *name, uint64_t uj)
{
	char path[96];

	(void)snprintf(path, sizeof path, "sys/class/powercap/%s/name", entries[i]);
	fixture_write(&made->fixture, path, name);
	(void)snprintf(path, sizeof path, "sys/class/powercap/%s/max_energy_range_uj",
		       entries[i]);
	fixture_write(&made->fixture, path, RANGE "\n");
	made->uj[i] = uj;
	write_counter(made, i);
}

static void two_packages(struct made *made)
{
	add_meter(made, 0, "package-0\n", BASE_UJ);
	add_meter(made, 1, "dram\n", BASE_UJ + 1);
	add_meter(made, 2, "package-1\n", BASE_UJ + 2);
	add_meter(made, 3, "dram\n", BASE_UJ + 3);
}

static void set_busy(struct made *made)
{
	char text[160];

	(void)snprintf(text, sizeof text,
		       "cpu  %d 0 0 100000 0 0 0 0 0 0\ncpu0 1 0 0 1\ncpu1 1 0 0 1\n"
		       "cpu2 1 0 0 1\ncpu3 1 0 0 1\n",
		       made->busy);
	fixture_write(&made->fixture, "proc/stat", text);
	fixture_write(&made->fixture, "proc/meminfo",
		      "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 400 kB\n");
}

static void put(struct made *made, int pid, int ppid, int cpu)
{
	put_process(&made->fixture,
		    &(struct made_process){ pid, ppid, "work", cpu, 100, 3, 1000, 0 });
}

static void opened_with(struct made *made, const struct gramme_live_opts *opts)
{
	set_busy(made);
	assert_int_equal(gramme_live_open(&made->gramme, opts, &made->live), 0);
	made->view = &made->live->view;
}

static void opened(struct made *made)
{
	opened_with(made, &GRAMME_LIVE_OPTS(.processes = 5));
}

static void look(struct made *made)
{
	assert_int_equal(gramme_live_read(made->live), 0);
}

/* Time goes on, and every meter's watts with it; busy is in ticks. */
static void pass(struct made *made, double seconds, const double *watts, int busy)
{
	made->fixture.now_ns += (int64_t)(seconds * 1e9);
	for (size_t i = 0; i < 4 && watts; i++) {
		made->uj[i] += (uint64_t)(watts[i] * seconds * 1e6);
		write_counter(made, i);
	}
	made->busy += busy;
	set_busy(made);
}

static const double steady[] = { 100, 10, 50, 5 };

static const struct live_domain *domain(const struct made *made, const char *id)
{
	for (uint32_t i = 0; i < made->view->domain_count; i++)
		if (strcmp(made->view->domains[i].what.domain.id, id) == 0)
			return &made->view->domains[i];
	fail_msg("no domain %s", id);
	return NULL;
}

static const struct live_process *process(const struct made *made, pid_t pid)
{
	for (size_t i = 0; i < made->view->process_count; i++)
		if (made->view->processes[i].pid == pid)
			return &made->view->processes[i];
	fail_msg("no process %d", (int)pid);
	return NULL;
}

static void assert_near(double value, double expected)
{
	if (!(fabs(value - expected) <= CLOSE * fabs(expected) + 1e-9))
		fail_msg("%.9g is not %.9g", value, expected);
}

/* --- powers ------------------------------------------------------------------------------- */

static void the_first_reading_has_no_powers(void **state)
{
	struct made *made = *state;

	two_packages(made);
	opened(made);
	look(made);
	assert_int_equal(made->view->domain_count, 4);
	assert_true(isnan(domain(made, "package-0")->power_w));
	assert_true(isnan(domain(made, "package-0")->energy_j));
	assert_false(made->view->power_w.known);
	assert_false(made->view->gph.known);
	assert_true(made->view->window_s == 0);
	assert_true(made->view->why[0] != '\0');
}

static void powers_are_means_over_the_window(void **state)
{
	static const double more[] = { 200, 20, 150, 15 };
	struct made *made = *state;

	two_packages(made);
	opened(made);
	look(made);
	pass(made, 2, steady, 100);
	look(made);
	assert_near(made->view->window_s, 2);
	assert_near(domain(made, "package-0")->power_w, 100);
	assert_near(domain(made, "dram-1")->power_w, 5);
	assert_near(made->view->power_w.value, 165);
	pass(made, 1, more, 100);
	look(made);
	assert_near(domain(made, "package-0")->power_w, 200);
	assert_near(domain(made, "package-0")->energy_j, 400);
	assert_near(made->view->power_w.value, 385);
	assert_true(made->view->power_w.low < 385 && made->view->power_w.high > 385);
	assert_int_equal(made->view->power_w.kind, KIND_MEASURED);
	assert_near(made->view->watched_s, 3);
}

static void a_counter_that_wraps_never_shows_it(void **state)
{
	struct made *made = *state;
	double before_j;

	two_packages(made);
	add_meter(made, 0, "package-0\n", RANGE_UJ - 150000000);
	opened(made);
	look(made);
	pass(made, 1, steady, 0);
	look(made);
	before_j = domain(made, "package-0")->energy_j;
	pass(made, 1, steady, 0);
	look(made);
	assert_int_equal(domain(made, "package-0")->what.wraps, 1);
	assert_near(domain(made, "package-0")->power_w, 100);
	assert_near(domain(made, "package-0")->energy_j, before_j + 100);
}

static void a_reading_that_failed_is_no_zero(void **state)
{
	struct made *made = *state;

	two_packages(made);
	opened(made);
	look(made);
	pass(made, 1, steady, 0);
	look(made);
	pass(made, 1, steady, 0);
	fixture_write(&made->fixture, "sys/class/powercap/intel-rapl:1/energy_uj", "");
	look(made);
	assert_true(isnan(domain(made, "package-1")->power_w));
	assert_near(domain(made, "package-1")->energy_j, 50);
	assert_near(made->view->power_w.value, 115);
	assert_string_equal(made->view->power_w.source, "without package-1");
	assert_non_null(strstr(made->view->why, "package-1"));
	/* What was drawn meanwhile comes with the next one, over all of that time. */
	pass(made, 1, steady, 0);
	look(made);
	assert_near(domain(made, "package-1")->power_w, 50);
	assert_near(domain(made, "package-1")->energy_j, 150);
	assert_string_equal(made->view->power_w.source, "");
}

static void a_counter_that_never_moves_gives_way_to_the_estimate(void **state)
{
	static const double still[] = { 0, 0, 0, 0 };
	struct made *made = *state;

	two_packages(made);
	for (size_t i = 0; i < 4; i++)
		add_meter(made, i, i % 2 ? "dram\n" : "package-0\n", 0);
	opened(made);
	look(made);
	for (int i = 0; i < 3; i++) {
		pass(made, 1, still, 50);
		look(made);
	}
	assert_false(domain(made, "package-0")->what.counted);
	assert_true(domain(made, "cpu-model")->what.counted);
	assert_true(made->view->power_w.known);
	assert_int_equal(made->view->power_w.kind, KIND_MODELLED);
	assert_int_equal(made->view->shared_kind, KIND_MODELLED);
}

static void a_machine_with_nothing_says_so(void **state)
{
	struct made *made = *state;

	assert_int_equal(gramme_live_open(&made->gramme,
					  &GRAMME_LIVE_OPTS(.processes = 5, .runs = 1),
					  &made->live),
			 0);
	made->view = &made->live->view;
	look(made);
	made->fixture.now_ns += NS_PER_S;
	look(made);
	assert_int_equal(made->view->domain_count, 0);
	assert_false(made->view->power_w.known);
	assert_true(isnan(made->view->cpu_busy_ratio));
	assert_int_equal(made->view->memory_used_bytes, 0);
	assert_int_equal(made->view->process_all, 0);
	assert_non_null(strstr(made->view->why, "nothing here tells its energy"));
	assert_non_null(strstr(made->view->why, "/proc"));
}

static void how_busy_it_is_and_its_memory_are_told(void **state)
{
	struct made *made = *state;

	two_packages(made);
	opened(made);
	look(made);
	pass(made, 2, steady, 400);
	look(made);
	assert_int_equal(made->view->cpus, 4);
	assert_near(made->view->cpu_busy_ratio, 0.5);
	assert_int_equal(made->view->memory_bytes, 1000 * 1024);
	assert_int_equal(made->view->memory_used_bytes, 600 * 1024);
}

static void grammes_are_power_with_pue_and_intensity(void **state)
{
	struct made *made = *state;

	two_packages(made);
	opened(made);
	look(made);
	pass(made, 1, steady, 0);
	look(made);
	assert_string_equal(made->view->place.zone, "DE");
	assert_near(made->view->pue.value.value, 1.2);
	assert_true(made->view->intensity.value.known);
	assert_near(made->view->gph.value,
		    165 * 1.2 * made->view->intensity.value.value / 1000);
	assert_true(made->view->gph.low < made->view->gph.value);
}

/* --- processes ---------------------------------------------------------------------------- */

static void watts_go_by_cpu_time(void **state)
{
	struct made *made = *state;

	two_packages(made);
	put(made, 10, 1, 1000);
	put(made, 11, 1, 1000);
	opened(made);
	look(made);
	assert_true(isnan(process(made, 10)->cpu_w));
	pass(made, 1, steady, 200);
	put(made, 10, 1, 1050);
	put(made, 11, 1, 1100);
	look(made);
	assert_near(made->view->shared_cpu_w, 150);
	assert_near(process(made, 10)->cpu_w, 150 * 0.25);
	assert_near(process(made, 11)->cpu_w, 150 * 0.5);
	assert_near(process(made, 11)->cpu_ratio, 1);
	assert_near(made->view->unseen_ratio, 0.25);
	assert_int_equal(made->view->processes[0].pid, 11);
	assert_true(isnan(process(made, 10)->gpu_w));
	/* It doubles what it does; the other sleeps. */
	pass(made, 1, steady, 200);
	put(made, 10, 1, 1150);
	look(made);
	assert_near(process(made, 10)->cpu_w, 75);
	assert_near(process(made, 11)->cpu_w, 0);
	assert_int_equal(made->view->processes[0].pid, 10);
}

static void no_more_is_shared_out_than_there_is(void **state)
{
	struct made *made = *state;

	two_packages(made);
	put(made, 10, 1, 1000);
	put(made, 11, 1, 1000);
	opened(made);
	look(made);
	pass(made, 1, steady, 100);
	put(made, 10, 1, 1090);
	put(made, 11, 1, 1030);
	look(made);
	assert_near(process(made, 10)->cpu_w + process(made, 11)->cpu_w, 150);
	assert_near(made->view->unseen_ratio, 0);
}

static void without_a_meter_watts_are_a_models(void **state)
{
	struct made *made = *state;

	put(made, 10, 1, 1000);
	opened(made);
	look(made);
	pass(made, 1, NULL, 200);
	put(made, 10, 1, 1100);
	look(made);
	assert_int_equal(made->view->shared_kind, KIND_MODELLED);
	assert_near(process(made, 10)->cpu_w, made->view->shared_cpu_w / 2);
}

static void without_a_power_a_process_has_none_and_no_zero(void **state)
{
	struct made *made = *state;

	two_packages(made);
	put(made, 10, 1, 1000);
	opened(made);
	look(made);
	pass(made, 1, steady, 100);
	put(made, 10, 1, 1100);
	fixture_write(&made->fixture, "sys/class/powercap/intel-rapl:1/energy_uj", "");
	look(made);
	assert_true(isnan(process(made, 10)->cpu_w));
	assert_near(process(made, 10)->cpu_ratio, 1);
	assert_non_null(strstr(made->view->why, "processes' watts"));
}

static void only_those_that_draw_most_are_shown(void **state)
{
	struct made *made = *state;

	two_packages(made);
	for (int i = 0; i < 20; i++)
		put(made, 10 + i, 1, 1000);
	opened(made);
	look(made);
	pass(made, 1, steady, 400);
	for (int i = 0; i < 20; i++)
		put(made, 10 + i, 1, 1000 + i);
	look(made);
	assert_int_equal(made->view->process_count, 5);
	assert_int_equal(made->view->process_all, 20);
	assert_int_equal(made->view->processes[0].pid, 29);
	assert_int_equal(made->view->processes[4].pid, 25);
}

static void hostile_names_stay_in_their_places(void **state)
{
	static const char *const names[] = { "a\nb", "x\"},{\"pid\":1", "\x1b[31m",
					     "\xff\xfe", "</script>" };
	struct made *made = *state;
	AUTO_FREE char *text = NULL;
	const json_t *list;

	two_packages(made);
	for (int i = 0; i < 5; i++)
		put_process(&made->fixture,
			    &(struct made_process){ 10 + i, 1, names[i], 50 - i, 100, 1,
						    7, 0 });
	opened(made);
	look(made);
	assert_int_equal(gramme_live_text(made->live, "json", &text), 0);
	assert_null(strpbrk(text, "\n\x1b"));
	made->json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(made->json);
	list = json_object_get(made->json, "processes");
	assert_int_equal(json_array_size(list), 5);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(json_string_value(
					    json_object_get(json_array_get(list, i),
							    "name")),
				    names[i]);
}

/* A run that began a second before the clock's 100 s, of process 10. */
static struct live_run run_of_ten(const struct made *made)
{
	struct live_run run = { .info = {
					.id = "the-run", .how = "run", .root_pid = 10 } };

	run.info.started_unix_ns = made->fixture.unix_ns + 99 * NS_PER_S;
	return run;
}

/* What the part alone says of the processes, with these runs. */
static void look_with(struct made *made, struct live_run *run, struct live_view *view)
{
	const struct live_busy busy = { .known = false };
	struct live_processes *own = NULL;
	struct live_gpus *gpus = NULL;

	memset(view, 0, sizeof *view);
	view->runs = run;
	view->run_count = 1;
	assert_int_equal(live_gpus_new(&made->fixture.host, &gpus), 0);
	assert_int_equal(live_processes_new(&made->fixture.host, 10, &own), 0);
	live_processes_read(own, &busy, gpus, view);
	view->processes = memcpy(made->shown, view->processes,
				 view->process_count * sizeof *made->shown);
	live_processes_free(own);
	live_gpus_free(gpus);
	made->view = view;
}

/* start is in ticks since the machine's. */
static void born(struct made *made, int pid, int parent, const char *name, int start)
{
	put_process(&made->fixture,
		    &(struct made_process){ pid, parent, name, 1, start, 1, 0, 0 });
}

static void a_process_belongs_to_the_run_it_came_from(void **state)
{
	struct made *made = *state;
	AUTO_FREE struct live_view *view = malloc(sizeof *view);
	struct live_run run = run_of_ten(made);

	assert_non_null(view);
	born(made, 5, 1, "gramme", 9800);
	born(made, 10, 5, "train", 9890);
	born(made, 11, 10, "worker", 9900);
	born(made, 12, 11, "worker", 9910);
	born(made, 13, 5, "orphan", 9920);
	born(made, 14, 1, "another", 9930);
	look_with(made, &run, view);
	assert_string_equal(process(made, 10)->run, "the-run");
	assert_string_equal(process(made, 11)->run, "the-run");
	assert_string_equal(process(made, 12)->run, "the-run");
	assert_string_equal(process(made, 13)->run, "the-run");
	assert_string_equal(process(made, 14)->run, "");
	assert_string_equal(process(made, 5)->run, "");
}

static void a_run_s_number_given_anew_is_not_the_run(void **state)
{
	struct made *made = *state;
	AUTO_FREE struct live_view *view = malloc(sizeof *view);
	struct live_run run = run_of_ten(made);

	assert_non_null(view);
	made->fixture.now_ns += 100 * NS_PER_S;
	born(made, 10, 1, "other", 15000);
	born(made, 11, 10, "worker", 15001);
	look_with(made, &run, view);
	assert_string_equal(process(made, 10)->run, "");
	assert_string_equal(process(made, 11)->run, "");
}

/* Any program may run a command by the library: its other children are not the run's. */
static void another_program_s_children_are_not_the_run_s(void **state)
{
	struct made *made = *state;
	AUTO_FREE struct live_view *view = malloc(sizeof *view);
	struct live_run run = run_of_ten(made);

	assert_non_null(view);
	born(made, 5, 1, "systemd", 9800);
	born(made, 10, 5, "train", 9890);
	born(made, 13, 5, "sshd", 9920);
	look_with(made, &run, view);
	assert_string_equal(process(made, 10)->run, "the-run");
	assert_string_equal(process(made, 13)->run, "");
}

/* --- boards ------------------------------------------------------------------------------- */

/* Loaded before the clock is made up: NVML's samples bear the real one's time. */
static void *two_boards(struct made *made)
{
	char path[128];
	void *library;

	(void)snprintf(path, sizeof path, "%s/nvml", made->fixture.path);
	assert_int_equal(setenv("GRAMME_FAKE_NVML", path, 1), 0);
	fixture_write(&made->fixture, "nvml",
		      "now_ms=100000\n"
		      "board 0 energy=counter power_w=300 exact=1 "
		      "clients=10:1:30,11:1:10\n"
		      "board 1 energy=counter power_w=80 exact=1\n");
	fixture_link(&made->fixture, "lib/libnvidia-ml.so.1", LIBRARY);
	library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	assert_non_null(library);
	return library;
}

static void boards_to(struct made *made, int now_ms)
{
	char text[256];

	(void)snprintf(text, sizeof text,
		       "now_ms=%d\n"
		       "board 0 energy=counter power_w=300 exact=1 "
		       "clients=10:1:30,11:1:10\n"
		       "board 1 energy=counter power_w=80 exact=1\n",
		       now_ms);
	fixture_write(&made->fixture, "nvml", text);
}

static void a_board_is_its_clients_by_their_time(void **state)
{
	struct made *made = *state;
	void *library = two_boards(made);

	two_packages(made);
	fixture_link(&made->fixture, "proc/self/ns/pid", NAMESPACE);
	put(made, 10, 1, 1000);
	put(made, 11, 1, 1000);
	put(made, 12, 1, 1000);
	opened(made);
	for (int i = 0; i < 3; i++) {
		look(made);
		pass(made, 1, steady, 100);
		boards_to(made, 101000 + 1000 * i);
	}
	look(made);
	assert_int_equal(made->view->gpu_count, 2);
	assert_near(made->view->gpus[0].power_w, 300);
	assert_int_equal(made->view->gpus[0].clients, 2);
	assert_near(made->view->gpus[0].sm_ratio, 0.4);
	assert_true(made->view->gpus[1].has_clients);
	assert_int_equal(made->view->gpus[1].clients, 0);
	assert_near(process(made, 10)->gpu_w, 225);
	assert_near(process(made, 11)->gpu_w, 75);
	assert_near(process(made, 12)->gpu_w, 0);
	assert_int_equal(made->view->processes[0].pid, 10);
	assert_near(made->view->power_w.value, 165 + 380);
	(void)dlclose(library);
}

static void in_a_container_no_process_gets_anothers_board(void **state)
{
	struct made *made = *state;
	void *library = two_boards(made);

	two_packages(made);
	fixture_link(&made->fixture, "proc/self/ns/pid", "pid:[4026532999]");
	put(made, 10, 1, 1000);
	opened(made);
	for (int i = 0; i < 3; i++) {
		look(made);
		pass(made, 1, steady, 100);
		boards_to(made, 101000 + 1000 * i);
	}
	look(made);
	assert_near(made->view->gpus[0].power_w, 300);
	assert_true(isnan(process(made, 10)->gpu_w));
	assert_non_null(strstr(made->view->why, "gpu-0"));
	(void)dlclose(library);
}

/* --- runs --------------------------------------------------------------------------------- */

static void a_ledger_that_is_not_there_is_no_failure(void **state)
{
	struct made *made = *state;

	two_packages(made);
	config_set(&made->gramme.config, CONFIG_DB, "/nowhere/gramme.db", "option");
	opened_with(made, &GRAMME_LIVE_OPTS(.runs = 1));
	look(made);
	pass(made, 1, steady, 0);
	look(made);
	assert_int_equal(made->view->run_count, 0);
	assert_non_null(strstr(made->view->why, "/nowhere/gramme.db"));
	assert_near(made->view->power_w.value, 165);
}

static void a_clock_that_was_set_back_makes_no_time_negative(void **state)
{
	struct made *made = *state;
	struct run_info info = { .id = "the-run", .boot_id = "another" };
	struct store *store = NULL;
	char path[128];

	two_packages(made);
	(void)snprintf(path, sizeof path, "%s/gramme.db", made->fixture.path);
	assert_int_equal(store_open(path, STORE_WRITE, NULL, &store), 0);
	info.started_unix_ns = made->fixture.unix_ns + 5000 * NS_PER_S;
	info.attributed_j = info.machine_j = -1;
	assert_int_equal(store_run_insert(store, &info, NULL), 0);
	config_set(&made->gramme.config, CONFIG_DB, path, "option");
	opened_with(made, &GRAMME_LIVE_OPTS(.runs = 1));
	look(made);
	assert_int_equal(made->view->run_count, 1);
	assert_true(made->view->runs[0].elapsed_s >= 0);
	store_close(store);
}

/* --- the calls ---------------------------------------------------------------------------- */

static void what_is_asked_wrongly_is_said(void **state)
{
	struct made *made = *state;
	struct gramme_live *none = NULL;
	char *text = NULL;

	assert_int_equal(gramme_live_open(NULL, NULL, &none), -EINVAL);
	assert_int_equal(gramme_live_open(&made->gramme, NULL, NULL), -EINVAL);
	assert_int_equal(gramme_live_open(&made->gramme,
					  &GRAMME_LIVE_OPTS(.region = "Nowhereland"),
					  &none),
			 -ENOENT);
	assert_null(none);
	opened(made);
	assert_int_equal(gramme_live_text(made->live, "json", &text), -EAGAIN);
	look(made);
	assert_int_equal(gramme_live_text(made->live, "xml", &text), -EINVAL);
	assert_non_null(strstr(made->gramme.diag.text, "openmetrics"));
	assert_int_equal(gramme_live_text(made->live, NULL, &text), -EINVAL);
	assert_null(text);
	assert_int_equal(gramme_live_read(NULL), -EINVAL);
	gramme_live_close(NULL);
}

static void all_three_texts_are_of_one_reading(void **state)
{
	static const char *const formats[] = { "json", "prometheus", "openmetrics" };
	struct made *made = *state;

	two_packages(made);
	opened(made);
	look(made);
	pass(made, 1, steady, 0);
	look(made);
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		AUTO_FREE char *text = NULL;

		assert_int_equal(gramme_live_text(made->live, formats[i], &text), 0);
		assert_non_null(strstr(text, "package-0"));
		pass(made, 1, steady, 0);
	}
	assert_near(made->view->watched_s, 1);
}

static void a_child_has_no_part_in_it(void **state)
{
	struct made *made = *state;
	int status = 0;
	pid_t child;

	opened(made);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char *text = NULL;
		int right = gramme_live_read(made->live) == -ECHILD &&
			    gramme_live_text(made->live, "json", &text) == -ECHILD;

		gramme_live_close(made->live);
		_exit(right ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	look(made);
}

int main(void)
{
#define MADE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		MADE(the_first_reading_has_no_powers),
		MADE(powers_are_means_over_the_window),
		MADE(a_counter_that_wraps_never_shows_it),
		MADE(a_reading_that_failed_is_no_zero),
		MADE(a_counter_that_never_moves_gives_way_to_the_estimate),
		MADE(a_machine_with_nothing_says_so),
		MADE(how_busy_it_is_and_its_memory_are_told),
		MADE(grammes_are_power_with_pue_and_intensity),
		MADE(watts_go_by_cpu_time),
		MADE(no_more_is_shared_out_than_there_is),
		MADE(without_a_meter_watts_are_a_models),
		MADE(without_a_power_a_process_has_none_and_no_zero),
		MADE(only_those_that_draw_most_are_shown),
		MADE(hostile_names_stay_in_their_places),
		MADE(a_process_belongs_to_the_run_it_came_from),
		MADE(a_run_s_number_given_anew_is_not_the_run),
		MADE(another_program_s_children_are_not_the_run_s),
		MADE(a_board_is_its_clients_by_their_time),
		MADE(in_a_container_no_process_gets_anothers_board),
		MADE(a_ledger_that_is_not_there_is_no_failure),
		MADE(a_clock_that_was_set_back_makes_no_time_negative),
		MADE(what_is_asked_wrongly_is_said),
		MADE(all_three_texts_are_of_one_reading),
		MADE(a_child_has_no_part_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
