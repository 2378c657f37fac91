/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forge-run LEDGER PLACE STARTED_UNIX_NS: a run that never was, of the rows on stdin, "t_ns
 * energy_uj" each; all of the machine's work was the run's. For tests/net/test_regrid.py, which
 * works out what it must weigh.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "store/store.h"

#define ROWS_MAX 4096

static size_t read_rows(struct sample *rows)
{
	size_t count = 0;

	while (count < ROWS_MAX) {
		struct sample *row = &rows[count];

		if (scanf("%" SCNd64 " %" SCNu64, &row->t_ns, &row->energy_uj[0]) != 2)
			break;
		row->domain_count = 1;
		row->state[0] = count == 0 ? SAMPLE_RESTART : SAMPLE_OK;
		row->use.t_ns = row->t_ns;
		row->use.has = USE_SCOPE_CPU | USE_MACHINE_CPU;
		row->use.scope_cpu_ns = (uint64_t)row->t_ns;
		row->use.machine_cpu_ns = (uint64_t)row->t_ns;
		count++;
	}
	return count;
}

static int put(struct store *store, struct run_info *info, const struct sample *rows,
	       size_t count, struct diag *diag)
{
	struct run_domain domain = { .counted = true, .source = "powercap" };
	int r = store_run_insert(store, info, diag);

	domain_init(&domain.domain, "package-0", FAMILY_CPU);
	domain.domain.kind = KIND_MEASURED;
	if (r == 0)
		r = store_domains_put(store, info->key, &domain, 1, diag);
	for (size_t at = 0; at < count && r == 0; at += STORE_BLOCK_ROWS) {
		struct store_block block = { (uint32_t)(at / STORE_BLOCK_ROWS), &rows[at],
					     STORE_BLOCK_ROWS };

		if (count - at < STORE_BLOCK_ROWS)
			block.count = count - at;
		r = store_block_put(store, info->key, &block, diag);
	}
	return r;
}

int main(int argc, char **argv)
{
	struct sample *rows = calloc(ROWS_MAX, sizeof *rows);
	struct run_info info = { .id = "20261001T000000-f0f0f0f0",
				 .name = "forged",
				 .how = "run",
				 .region_how = "option",
				 .state = RUN_FINISHED,
				 .attributed_j = -1,
				 .machine_j = -1,
				 .period_ns = NS_PER_S };
	struct store *store = NULL;
	struct diag diag = { 0 };
	size_t count;
	int r;

	if (argc != 4 || !rows)
		return 2;
	count = read_rows(rows);
	(void)copy_text(info.region, sizeof info.region, argv[2]);
	info.started_unix_ns = strtoll(argv[3], NULL, 10);
	info.duration_ns = count > 0 ? rows[count - 1].t_ns : 0;
	info.samples = (uint32_t)count;
	r = store_open(argv[1], STORE_WRITE, &diag, &store);
	if (r == 0)
		r = put(store, &info, rows, count, &diag);
	store_close(store);
	free(rows);
	if (r < 0)
		(void)fprintf(stderr, "%s\n", diag.text);
	return r < 0;
}
