/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run recorded once, by the clock of a made-up machine: sources and activities read its
 * files, the sampler makes frames of them, the series rows, the recorder keeps them, and what
 * is shown of it is tests/golden/replay-*, byte for byte. Nothing here sleeps.
 *
 *	time	package-0	dram-0
 *	 0-10 s	30 W		4 W
 *	10-40 s	90 W, and its counter wraps at 22 s
 *	40-60 s	30 W; at 43-45 s nothing to read, which costs nothing
 *	55-60 s			nothing to read: a gap, not a zero
 *
 * The run's processes have three quarters of the busy time in the middle, one quarter else.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/ledger.h"
#include "calc/series.h"
#include "engine/machine.h"
#include "engine/recorder.h"
#include "engine/view.h"
#include "fixture.h"
#include "sampler/sampler.h"
#include "statement.h"
#include "view.h"

#define SECONDS      60
#define J            UINT64_C(1000000)
#define DRAM_W       UINT64_C(4)
#define DRAM_UNTIL_S 54
#define STEP_UJ      UINT64_C(61) /* RANGE_UJ over 2^32 */
#define RANGE_UJ     (UINT64_C(262143) * J)
#define ZONE         "sys/class/powercap/intel-rapl:0"
#define DRAM         "sys/class/powercap/intel-rapl:0:0"

struct play {
	struct fixture fixture;
	struct run_info info;
	struct machine *machine;
	struct sampler *sampler;
	struct recorder *recorder;
	struct tables *tables;
	struct series series;
	char db[128];
	struct run_view view;
};

static uint64_t package_j(int s)
{
	if (s <= 10)
		return 30 * (uint64_t)s;
	if (s <= 40)
		return 300 + 90 * ((uint64_t)s - 10);
	return 3000 + 30 * ((uint64_t)s - 40);
}

/* Busy ticks of four CPUs: one CPU's worth, two in the middle; and the run's part of them. */
static uint64_t busy_ticks(int s)
{
	int middle = s <= 10 ? 0 : (s >= 40 ? 30 : s - 10);

	return 100 * ((uint64_t)s + (uint64_t)middle);
}

static uint64_t own_ticks(int s)
{
	int middle = s <= 10 ? 0 : (s >= 40 ? 30 : s - 10);

	return 25 * (uint64_t)(s - middle) + 150 * (uint64_t)middle;
}

static void put(struct play *play, const char *path, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

static void put(struct play *play, const char *path, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	fixture_write(&play->fixture, path, text);
}

static void set_time(struct play *play, int s)
{
	unsigned long long raw = (RANGE_UJ - 1380 * J + package_j(s) * J) % RANGE_UJ;

	play->fixture.now_ns = (100 + s) * NS_PER_S;
	if (s < 43 || s >= 46)
		put(play, ZONE "/energy_uj", "%llu\n", raw);
	else
		put(play, ZONE "/energy_uj", "\n");
	if (s <= DRAM_UNTIL_S)
		put(play, DRAM "/energy_uj", "%" PRIu64 "\n",
		    DRAM_W * J * (uint64_t)s + 7);
	else
		put(play, DRAM "/energy_uj", "\n");
	put(play, "proc/stat", "cpu  %llu 0 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0\n",
	    (unsigned long long)busy_ticks(s) + 1000);
	put(play, "proc/40/stat",
	    "40 (train) S 1 40 40 0 -1 0 0 0 0 0 %llu 0 0 0 20 0 1 0 500 0 0\n",
	    (unsigned long long)own_ticks(s) + 10);
}

static void make_machine(struct play *play)
{
	put(play, ZONE "/name", "package-0\n");
	put(play, ZONE "/max_energy_range_uj", "%" PRIu64 "\n", RANGE_UJ - STEP_UJ);
	put(play, ZONE "/constraint_0_power_limit_uw", "125000000\n");
	put(play, DRAM "/name", "dram\n");
	put(play, DRAM "/max_energy_range_uj", "%" PRIu64 "\n", RANGE_UJ - STEP_UJ);
	put(play, "proc/cpuinfo",
	    "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 158\n"
	    "model name\t: Intel(R) Core(TM) i5-9400 CPU @ 2.90GHz\n"
	    "physical id\t: 0\nflags\t\t: fpu\n");
	put(play, "proc/meminfo",
	    "MemTotal: 16000000 kB\nMemFree: 1 kB\nMemAvailable: 8000000 kB\n");
	put(play, "proc/40/smaps_rollup", "Rss: 1 kB\nPss: 2000000 kB\n");
	put(play, "proc/loadavg", "0.0 0.0 0.0 1/1 40\n");
	set_time(play, 0);
}

static void name_run(struct run_info *info)
{
	(void)copy_text(info->id, sizeof info->id, "20231114T221500-5eed01");
	(void)copy_text(info->name, sizeof info->name, "train");
	(void)copy_text(info->experiment, sizeof info->experiment, "seeds");
	(void)copy_text(info->project, sizeof info->project, "paper");
	(void)copy_text(info->how, sizeof info->how, "run");
	(void)copy_text(info->zone, sizeof info->zone, "UTC");
	(void)copy_text(info->version, sizeof info->version, "0.0.0");
	(void)copy_text(info->reserve.how, sizeof info->reserve.how, "cpuset");
	info->command_json = strdup("[\"./train\",\"--seed\",\"1\"]");
	info->directory = strdup("/home/somebody/paper");
	assert_non_null(info->command_json);
	assert_non_null(info->directory);
	info->period_ns = NS_PER_S;
	info->reserve.cpu_permille = 500;
	info->reserve.mem_permille = 1000;
	info->attributed_j = -1;
	info->machine_j = -1;
}

static void open_sources(struct play *play)
{
	struct machine *machine = play->machine;

	machine_open(machine, MACHINE_FAST);
	for (uint32_t i = 0; i < machine->domain_count; i++)
		assert_int_equal(series_add_domain(&play->series,
						   &machine->domains[i].domain),
				 i);
	for (size_t i = 0; i < machine->source_count; i++) {
		struct machine_source *source = &machine->sources[i];

		if (!source->state)
			continue;
		assert_int_equal(sampler_add_source(play->sampler, source->source,
						    source->state, source->slot,
						    source->read_ns),
				 0);
		source->state = NULL;
	}
}

static void open_activities(struct play *play)
{
	const struct scope scope = { .root_pid = 40 };

	for (size_t i = 0; i < activity_row_count; i++) {
		const struct activity *activity = activity_rows[i].activity;
		struct diag diag = { 0 };
		void *state = NULL;

		if (activity->open(&play->fixture.host, &scope, &diag, &state) == 0)
			assert_int_equal(sampler_add_activity(play->sampler, activity,
							      state),
					 0);
	}
}

/* The tracker's order of things, without its process. */
static void take(struct play *play, enum read_why why, bool last)
{
	static struct frame frame;
	static struct sample row;
	struct series_gaps gaps;

	sampler_take(play->sampler, why, &frame);
	play->info.missed += frame.missed;
	play->info.duration_ns = frame.t_ns;
	if (!series_add(&play->series, &frame, last, &row, &gaps))
		return;
	play->info.samples++;
	play->info.scope_cpu_ns = row.use.scope_cpu_ns;
	play->info.has_scope_cpu = true;
	play->info.machine_cpu_ns = row.use.machine_cpu_ns;
	play->info.has_machine_cpu = true;
	play->info.processes_seen = row.use.processes_seen;
	recorder_row(play->recorder, &row);
	for (uint32_t i = 0; i < gaps.count; i++)
		recorder_gap(play->recorder, &gaps.gap[i]);
}

static void keep_domains(struct play *play)
{
	for (uint32_t i = 0; i < play->machine->domain_count; i++) {
		struct run_domain *own = &play->machine->domains[i];

		own->maybe_lost_uj = play->series.domains[i].maybe_lost_uj;
		own->ripple_uj = play->series.domains[i].ripple_uj;
		own->wraps = play->series.domains[i].wraps;
	}
	recorder_flush(play->recorder, play->machine->domains,
		       play->machine->domain_count);
}

static void play_run(struct play *play)
{
	const struct run_mark mark = { 10 * NS_PER_S, "the busy part" };
	const struct run_metric metric = { 40 * NS_PER_S, "loss", 0.125 };

	take(play, READ_EDGE, false);
	play->info.started_unix_ns = sampler_start_unix_ns(play->sampler);
	recorder_begin(play->recorder, &play->info, NULL, 0);
	for (int s = 1; s <= SECONDS; s++) {
		set_time(play, s);
		take(play, s == SECONDS ? READ_EDGE : READ_TICK, s == SECONDS);
		if (s % 5 == 0)
			keep_domains(play);
	}
	recorder_mark(play->recorder, &mark);
	recorder_metric(play->recorder, &metric);
	recorder_inventory(play->recorder, "{\"cpu\":{\"name\":\"A CPU\",\"threads\":4}}",
			   "{\"os\":\"An OS\",\"kernel\":\"6.1.0\"}");
	play->info.state = RUN_FINISHED;
	play->info.has_exit_status = true;
	recorder_end(play->recorder, play->machine->domains, play->machine->domain_count);
}

static int set_up(void **state)
{
	struct play *play = calloc(1, sizeof *play);
	struct diag diag = { 0 };

	fixture_open(&play->fixture);
	(void)snprintf(play->db, sizeof play->db, "%s/gramme.db", play->fixture.path);
	make_machine(play);
	name_run(&play->info);
	assert_int_equal(machine_new(&play->fixture.host, &play->machine), 0);
	assert_int_equal(sampler_new(&play->fixture.host, NS_PER_S, &play->sampler), 0);
	assert_int_equal(recorder_new(play->db, &play->recorder), 0);
	series_init(&play->series, play->fixture.now_ns);
	open_sources(play);
	open_activities(play);
	play_run(play);
	assert_string_equal(recorder_trouble(play->recorder), "");
	assert_int_equal(tables_new(NULL, &play->tables), 0);
	assert_int_equal(view_make(&(struct view_door){ recorder_store(play->recorder),
							play->tables },
				   play->info.key, &diag, &play->view),
			 0);
	*state = play;
	return 0;
}

static int tear_down(void **state)
{
	struct play *play = *state;

	run_view_done(&play->view);
	run_info_done(&play->info);
	recorder_free(play->recorder);
	tables_free(play->tables);
	sampler_free(play->sampler);
	machine_free(play->machine);
	fixture_close(&play->fixture);
	free(play);
	return 0;
}

static void is_shown(const struct play *play, const char *format, const char *end)
{
	AUTO_FREE char *text = view_report(format, &play->view, 80);
	char name[64];

	(void)snprintf(name, sizeof name, "replay-%s.%s", format, end);
	assert_golden(name, text);
}

static void a_recorded_run_gives_the_golden_json(void **state)
{
	is_shown(*state, "json", "json");
}

static void a_recorded_run_gives_the_golden_text(void **state)
{
	is_shown(*state, "text", "txt");
}

static void a_recorded_run_gives_the_golden_summary(void **state)
{
	is_shown(*state, "summary", "txt");
}

static void a_recorded_run_gives_the_golden_statement(void **state)
{
	struct play *play = *state;
	struct statement s;
	AUTO_FREE char *text = NULL;

	statement_of_view(&play->view, &s);
	text = statement_write("text", &s, 80);
	assert_golden("replay-statement.txt", text);
}

static bool is_about(double value, double expected)
{
	return fabs(value - expected) < 0.01;
}

/* 30 W for 10 s, 90 W for 30 s, 30 W for 20 s, and 4 W for 54 s: counted by hand. */
static void the_joules_are_those_of_the_profile(void **state)
{
	const struct play *play = *state;
	const struct run_view *view = &play->view;

	assert_true(view->machine_j.known);
	assert_true(is_about(view->machine_j.value, 3600 + 216));
	for (size_t i = 0; i < view->component_count; i++) {
		const struct component_view *own = &view->components[i];
		bool package = strcmp(own->what.domain.id, "package-0") == 0;

		if (!own->what.counted)
			continue;
		assert_true(is_about(own->machine_j.value, package ? 3600 : 216));
		assert_int_equal(own->what.wraps, package ? 1 : 0);
		/* A quarter of 900 J and three quarters of 2700 J. */
		if (package)
			assert_true(is_about(own->attributed_j.value, 225 + 2025));
	}
}

/* Rows of the ledger, some of them left out. */
struct thinned {
	struct ledger *ledger;
	size_t row;
	size_t last;
	uint32_t chance; /* the state of a small generator */
};

static bool is_left_out(struct thinned *thinned, const struct sample *row)
{
	bool begins = false;

	for (uint32_t i = 0; i < row->domain_count; i++)
		begins = begins || row->state[i] == SAMPLE_RESTART;
	thinned->chance = thinned->chance * 1664525 + 1013904223;
	/* What a domain had last, before its gap to the end, is kept like the last row. */
	return thinned->row > 0 && thinned->row < thinned->last && !begins &&
	       thinned->row != DRAM_UNTIL_S && thinned->chance >> 31;
}

static int add_some(void *ctx, const struct sample *row)
{
	struct thinned *thinned = ctx;

	if (!is_left_out(thinned, row))
		ledger_add(thinned->ledger, row);
	thinned->row++;
	return 0;
}

static void dropping_any_stored_rows_keeps_the_machine_s_joules(void **state)
{
	struct play *play = *state;
	const struct run_record *record = &play->view.record;

	for (uint32_t seed = 1; seed <= 20; seed++) {
		struct thinned thinned = { .last = record->info.samples - 1,
					   .chance = seed };
		struct diag diag = { 0 };
		struct ledger_total total;

		assert_int_equal(ledger_new(record->domains, record->domain_count,
					    &record->info.reserve, &thinned.ledger),
				 0);
		assert_int_equal(store_rows(recorder_store(play->recorder),
					    play->info.key, add_some, &thinned, &diag),
				 0);
		assert_int_equal(thinned.row, record->info.samples);
		ledger_total_get(thinned.ledger, &total);
		assert_int_equal(total.sum.machine.value, 3816 * J);
		ledger_free(thinned.ledger);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recorded_run_gives_the_golden_json),
		cmocka_unit_test(a_recorded_run_gives_the_golden_text),
		cmocka_unit_test(a_recorded_run_gives_the_golden_summary),
		cmocka_unit_test(a_recorded_run_gives_the_golden_statement),
		cmocka_unit_test(the_joules_are_those_of_the_profile),
		cmocka_unit_test(dropping_any_stored_rows_keeps_the_machine_s_joules),
	};
	void *play = NULL;
	struct CMUnitTest of_play[ARRAY_SIZE(tests)];

	if (set_up(&play) != 0)
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		of_play[i] = tests[i];
		of_play[i].initial_state = play;
	}
	return cmocka_run_group_tests(of_play, NULL, NULL) + tear_down(&play);
}
