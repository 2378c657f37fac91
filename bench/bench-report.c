/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking back over much: a week of eight domains and four boards at 1 Hz, read back, worked out,
 * shown and reported; a ledger of 10,000 runs, listed. Beside them bare SQLite, which reads
 * the same blocks or rows and looks at each byte. Usage: bench-report GRAMME
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "engine/curve.h"
#include "load.h"
#include "store/store.h"

#define WEEK_S 604800
#define RUNS   10000
#define MS     1e6
#define MB     1e6

static void must(int r, const struct diag *diag)
{
	if (r < 0)
		bench_fail("%s", diag->text);
}

static struct store *make_store(const char *path)
{
	struct diag diag = { 0 };
	struct store *store;

	must(store_open(path, STORE_WRITE, &diag, &store), &diag);
	must(store_begin(store, &diag), &diag);
	return store;
}

static void keep_store(struct store *store)
{
	struct diag diag = { 0 };

	must(store_commit(store, &diag), &diag);
	store_close(store);
}

/* --- a week --- */

static void add_rows(struct store *store, int64_t run, struct bench_load *load,
		     int seconds)
{
	AUTO_FREE struct sample *rows = calloc(STORE_BLOCK_ROWS, sizeof *rows);
	struct diag diag = { 0 };
	struct store_block block = { 0, rows, 0 };

	if (!rows)
		bench_fail("no memory");
	for (int second = 0; second <= seconds; second++) {
		bench_load_next(load, second);
		rows[block.count++] = load->row;
		if (block.count < STORE_BLOCK_ROWS && second < seconds)
			continue;
		must(store_block_put(store, run, &block, &diag), &diag);
		block.number++;
		block.count = 0;
	}
}

static void make_week(const char *path, int seconds)
{
	AUTO_FREE struct bench_load *load = malloc(sizeof *load);
	struct store *store = make_store(path);
	struct run_info info = { .state = RUN_FINISHED,
				 .attributed_j = -1,
				 .machine_j = -1,
				 .period_ns = NS_PER_S,
				 .started_unix_ns = 1767225600 * NS_PER_S,
				 .duration_ns = seconds * NS_PER_S };
	struct diag diag = { 0 };

	if (!load)
		bench_fail("no memory");
	bench_load_init(load);
	(void)snprintf(info.id, sizeof info.id, "a-week");
	(void)snprintf(info.region, sizeof info.region, "DE");
	must(store_run_insert(store, &info, &diag), &diag);
	must(store_domains_put(store, info.key, load->domain, LOAD_DOMAINS, &diag),
	     &diag);
	add_rows(store, info.key, load, seconds);
	keep_store(store);
}

/* --- many runs --- */

/* As samplers leave them, less their rows, which no list reads. */
static void make_runs(const char *path)
{
	struct store *store = make_store(path);
	struct diag diag = { 0 };
	char command[] = "[\"python3\", \"train.py\", \"--seed\", \"17\"]";

	for (int i = 0; i < RUNS; i++) {
		struct run_info info = { .state = i % 37 ? RUN_FINISHED : RUN_FAILED,
					 .attributed_j = 1000 + i % 977,
					 .machine_j = 2000 + i % 977,
					 .command_json = command,
					 .period_ns = NS_PER_S,
					 .duration_ns = (60 + i % 600) * NS_PER_S };

		(void)snprintf(info.id, sizeof info.id, "20260101T000000-%06x",
			       (unsigned)i);
		(void)snprintf(info.name, sizeof info.name, "train-%d.py", i % 200);
		(void)snprintf(info.experiment, sizeof info.experiment, "lr-%d", i % 100);
		(void)snprintf(info.project, sizeof info.project, "project-%d", i % 10);
		(void)snprintf(info.version, sizeof info.version, "%s", GRAMME_VERSION);
		(void)snprintf(info.region, sizeof info.region, "%s",
			       i % 3 ? "DE" : "US-CA");
		info.started_unix_ns = (1767225600 + i * INT64_C(60)) * NS_PER_S;
		must(store_run_insert(store, &info, &diag), &diag);
	}
	keep_store(store);
}

/* --- figures --- */

static int look(void *ctx, const struct sample *row)
{
	*(uint64_t *)ctx += row->energy_uj[0];
	return 0;
}

struct parts {
	struct figure rows;
	struct figure view;
	struct figure curve;
};

static void time_parts(const struct view_door *door, struct parts *parts)
{
	struct run_view view;
	struct run_curve curve;
	struct diag diag = { 0 };
	uint64_t sum = 0;
	int64_t at_ns[4];

	memset(&view, 0, sizeof view);
	at_ns[0] = bench_cpu_ns();
	must(store_rows(door->store, 1, look, &sum, &diag), &diag);
	at_ns[1] = bench_cpu_ns();
	must(view_make(door, 1, &diag, &view), &diag);
	run_view_done(&view);
	at_ns[2] = bench_cpu_ns();
	must(view_make_curve(door, 1, 0, &diag, &view, &curve), &diag);
	at_ns[3] = bench_cpu_ns();
	run_view_done(&view);
	run_curve_done(&curve);
	figure_add(&parts->rows, (double)(at_ns[1] - at_ns[0]) / MS);
	figure_add(&parts->view, (double)(at_ns[2] - at_ns[1]) / MS);
	figure_add(&parts->curve, (double)(at_ns[3] - at_ns[2]) / MS);
}

static const char blocks[] = "SELECT packed FROM block";
static const char bare_blocks[] = "bare SQLite: its blocks";

static void print(const char *what, const struct figure *own, const char *reference,
		  const struct figure *bare, double budget_ms)
{
	bench_print(&(struct bench_row){ "report", what, "ms of CPU", own, reference,
					 bare, budget_ms });
}

static void bench_parts(const char *path, int repeats)
{
	AUTO_FREE struct parts *parts = calloc(1, sizeof *parts);
	struct figure bare = { 0 };
	struct view_door door = { .store = NULL };
	struct diag diag = { 0 };

	if (!parts)
		bench_fail("no memory");
	must(store_open(path, STORE_READ, &diag, &door.store), &diag);
	must(tables_new(NULL, &door.tables), &diag);
	for (int i = 0; i < repeats; i++) {
		time_parts(&door, parts);
		figure_add(&bare, bench_bare_ms(path, blocks));
	}
	print("rows of a week read back", &parts->rows, bare_blocks, &bare, 0);
	print("view of a week", &parts->view, bare_blocks, &bare, 0);
	print("view of a week and its curve", &parts->curve, bare_blocks, &bare, 0);
	store_close(door.store);
	tables_free(door.tables);
}

struct question {
	const char *what;
	const char *db;
	const char *sql;
	const char *reference;
	double budget_ms;
	const char *words[8];
};

static void ask(const char *gramme, const struct question *question, int repeats)
{
	struct figure own = { 0 };
	struct figure bare = { 0 };
	char *argv[ARRAY_SIZE(question->words) + 4] = { strdup(gramme) };
	size_t argc = 1;

	for (size_t i = 0; i < ARRAY_SIZE(question->words) && question->words[i]; i++)
		argv[argc++] = strdup(question->words[i]);
	argv[argc++] = strdup("--db");
	argv[argc++] = strdup(question->db);
	for (int i = 0; i < repeats; i++) {
		struct bench_cost cost;
		int64_t began_ns = bench_now_ns();

		if (!bench_wait(bench_spawn(argv, -1), began_ns, &cost) ||
		    cost.status != 0)
			bench_fail("gramme %s failed", question->words[0]);
		figure_add(&own, (double)cost.cpu_ns / MS);
		figure_add(&bare, bench_bare_ms(question->db, question->sql));
	}
	print(question->what, &own, question->reference, &bare, question->budget_ms);
	while (argc > 0)
		free(argv[--argc]);
}

int main(int argc, char **argv)
{
	static const char runs[] = "SELECT * FROM run ORDER BY started_unix_ns DESC";
	static const char bare_runs[] = "bare SQLite: all the runs";
	char folder[128], week[160], many[160], page[160];
	int repeats = bench_quick() ? 3 : 11;
	struct figure size = { 0 };
	const struct question questions[] = {
		{ "show of a week", week, blocks, bare_blocks, 1000, { "show" } },
		{ "report of a week",
		  week,
		  blocks,
		  bare_blocks,
		  1000,
		  { "report", "last", "-o", page } },
		{ "list of 10000 runs", many, runs, bare_runs, 100, { "list" } },
		{ "list of 10000 runs as JSON",
		  many,
		  runs,
		  bare_runs,
		  100,
		  { "list", "--json" } },
		{ "50 of 10000 runs as JSON",
		  many,
		  runs,
		  bare_runs,
		  100,
		  { "list", "--json", "--limit", "50", "--offset", "9000" } },
		{ "50 of 10000 runs found by a word",
		  many,
		  runs,
		  bare_runs,
		  100,
		  { "list", "--json", "--limit", "50", "--search", "TRAIN-17" } },
	};

	if (argc != 2)
		bench_fail("usage: bench-report GRAMME");
	bench_folder(true, folder, sizeof folder);
	(void)snprintf(week, sizeof week, "%s/week.db", folder);
	(void)snprintf(many, sizeof many, "%s/many.db", folder);
	(void)snprintf(page, sizeof page, "%s/week.html", folder);
	make_week(week, bench_quick() ? WEEK_S / 28 : WEEK_S);
	make_runs(many);
	bench_parts(week, repeats);
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
		ask(argv[1], &questions[i], repeats);
	figure_add(&size, (double)bench_file_bytes(page) / MB);
	bench_print(&(struct bench_row){ "report", "report of a week", "MB", &size, NULL,
					 NULL, 2 });
	bench_folder_remove(folder);
	return 0;
}
