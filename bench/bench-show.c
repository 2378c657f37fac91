/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking back: `gramme list` of a thousand runs, `gramme show` of one that took a day at
 * 1 Hz. Beside them the same rows through bare SQLite. Usage: bench-show GRAMME
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "engine/view.h"
#include "store/store.h"

#define RUNS    1000
#define RUN_S   60
#define DAY_S   86400
#define DOMAINS 4

static void fill_domains(struct run_domain *domains)
{
	static const struct {
		const char *id;
		enum family family;
	} like[DOMAINS] = {
		{ "package-0", FAMILY_CPU },
		{ "package-1", FAMILY_CPU },
		{ "dram-0", FAMILY_MEMORY },
		{ "dram-1", FAMILY_MEMORY },
	};

	memset(domains, 0, DOMAINS * sizeof *domains);
	for (int i = 0; i < DOMAINS; i++) {
		domain_init(&domains[i].domain, like[i].id, like[i].family);
		(void)snprintf(domains[i].source, sizeof domains[i].source, "powercap");
		domains[i].counted = true;
	}
}

static void next_row(struct sample *row, int second)
{
	uint64_t noise = (uint64_t)second * 2654435761u % 1000003;

	row->t_ns = second * NS_PER_S + (int64_t)(noise % 50000);
	row->domain_count = DOMAINS;
	for (int i = 0; i < DOMAINS; i++) {
		row->state[i] = SAMPLE_OK;
		row->energy_uj[i] += 60000000 + noise * 13 % 9000000;
	}
	row->use.t_ns = row->t_ns + 40000;
	row->use.has = USE_SCOPE_CPU | USE_MACHINE_CPU | USE_SCOPE_MEM | USE_MACHINE_MEM;
	row->use.scope_cpu_ns += 900000000 + noise % 9000000;
	row->use.machine_cpu_ns += 1200000000;
	row->use.scope_mem_bytes = UINT64_C(1) << 30;
	row->use.machine_mem_bytes = UINT64_C(4) << 30;
}

static void must(int r, const struct diag *diag)
{
	if (r < 0)
		bench_fail("%s", diag->text);
}

static void add_rows(struct store *store, int64_t run, int seconds)
{
	AUTO_FREE struct sample *rows = calloc(STORE_BLOCK_ROWS, sizeof *rows);
	struct sample row = { 0 };
	struct diag diag = { 0 };
	uint32_t block = 0;
	size_t count = 0;

	for (int second = 0; rows && second <= seconds; second++) {
		next_row(&row, second);
		rows[count++] = row;
		if (count < STORE_BLOCK_ROWS && second < seconds)
			continue;
		must(store_block_put(store, run,
				     &(struct store_block){ block++, rows, count },
				     &diag),
		     &diag);
		count = 0;
	}
}

/* As a sampler leaves it: finished, with its sums. */
static void add_run(struct store *store, int number, int seconds)
{
	struct view_door door = { .store = store };
	struct run_domain domains[DOMAINS];
	struct run_info info = { .state = RUN_RUNNING,
				 .attributed_j = -1,
				 .machine_j = -1,
				 .period_ns = NS_PER_S,
				 .duration_ns = seconds * NS_PER_S };
	struct diag diag = { 0 };
	struct run_view view;

	memset(&view, 0, sizeof view);
	fill_domains(domains);
	(void)snprintf(info.id, sizeof info.id, "20260101T000000-%06x", (unsigned)number);
	(void)snprintf(info.name, sizeof info.name, "run %d", number);
	(void)snprintf(info.version, sizeof info.version, "%s", GRAMME_VERSION);
	info.started_unix_ns = (1767225600 + number) * NS_PER_S;
	must(store_run_insert(store, &info, &diag), &diag);
	must(store_domains_put(store, info.key, domains, DOMAINS, &diag), &diag);
	add_rows(store, info.key, seconds);
	must(tables_new(NULL, &door.tables), &diag);
	must(view_make(&door, info.key, &diag, &view), &diag);
	tables_free(door.tables);
	info.state = RUN_FINISHED;
	info.attributed_j = view.attributed_j.value;
	info.machine_j = view.machine_j.value;
	info.energy_kind = view.machine_j.kind;
	run_view_done(&view);
	must(store_run_update(store, &info, &diag), &diag);
}

static void make_ledger(const char *path)
{
	struct diag diag = { 0 };
	struct store *store;

	must(store_open(path, STORE_WRITE, &diag, &store), &diag);
	must(store_begin(store, &diag), &diag);
	for (int i = 0; i < RUNS; i++)
		add_run(store, i, RUN_S);
	add_run(store, RUNS, DAY_S);
	must(store_commit(store, &diag), &diag);
	store_close(store);
}

struct question {
	const char *what;
	const char *words[4];
	const char *sql;
	const char *reference;
	double budget_ms;
};

static void ask(const char *gramme, char *db, const struct question *question)
{
	struct figure own = { 0 };
	struct figure bare = { 0 };
	char *argv[9] = { strdup(gramme) };
	size_t argc = 1;

	for (size_t i = 0; i < ARRAY_SIZE(question->words) && question->words[i]; i++)
		argv[argc++] = strdup(question->words[i]);
	argv[argc] = "--db";
	argv[argc + 1] = db;
	for (int repeat = 0; repeat < (bench_quick() ? 3 : 15); repeat++) {
		struct bench_cost cost;
		int64_t began_ns = bench_now_ns();

		if (!bench_wait(bench_spawn(argv, -1), began_ns, &cost) ||
		    cost.status != 0)
			bench_fail("gramme %s failed", question->words[0]);
		figure_add(&own, (double)cost.cpu_ns / 1e6);
		figure_add(&bare, bench_bare_ms(db, question->sql));
	}
	bench_print(&(struct bench_row){ "show", question->what, "ms of CPU", &own,
					 question->reference, &bare,
					 question->budget_ms });
	while (argc > 0)
		free(argv[--argc]);
}

int main(int argc, char **argv)
{
	static const char runs[] = "SELECT * FROM run ORDER BY started_unix_ns DESC";
	static const char blocks[] = "SELECT packed FROM block WHERE run = 1001";
	static const struct question questions[] = {
		{ "list of 1001 runs", { "list" }, runs, "bare SQLite: the runs", 200 },
		{ "list of 1001 runs as JSON",
		  { "list", "--json" },
		  runs,
		  "bare SQLite: the runs",
		  200 },
		{ "list of the last 20",
		  { "list", "--limit", "20" },
		  runs,
		  "bare SQLite: the runs",
		  0 },
		{ "show of a day at 1 Hz",
		  { "show" },
		  blocks,
		  "bare SQLite: its blocks",
		  1000 },
		{ "show of a day as JSON",
		  { "show", "--json" },
		  blocks,
		  "bare SQLite: its blocks",
		  1000 },
	};
	char folder[128];
	char db[160];

	if (argc != 2)
		bench_fail("usage: bench-show GRAMME");
	bench_folder(true, folder, sizeof folder);
	(void)snprintf(db, sizeof db, "%s/gramme.db", folder);
	make_ledger(db);
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
		ask(argv[1], db, &questions[i]);
	bench_folder_remove(folder);
	return 0;
}
