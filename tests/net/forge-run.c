/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forge-run LEDGER PLACE STARTED_UNIX_NS [SHARE_PERMILLE [FAMILY:ID…]]: a run that never was, of
 * the rows on stdin, "t_ns energy_uj…" each, an energy a domain ("package-0", unless named), "-"
 * where it was not read. SHARE of the machine's CPU time and memory was the run's: all, unless
 * told. For tests that work out what it must weigh.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "store/store.h"

#define ROWS_MAX 4096

struct forge {
	struct sample rows[ROWS_MAX];
	size_t count;
	struct run_domain domains[DOMAINS_MAX];
	uint32_t domain_count;
	uint32_t gpu_count; /* boards are the run's alone */
	uint64_t share_permille;
};

/* After what was not read a counter begins anew, as at the start. */
static void take_energy(const struct sample *before, struct sample *row, uint32_t k,
			const char *word)
{
	row->energy_uj[k] = before ? before->energy_uj[k] : 0;
	row->state[k] = SAMPLE_NONE;
	if (!word || strcmp(word, "-") == 0)
		return;
	row->energy_uj[k] = strtoull(word, NULL, 10);
	row->state[k] =
		before && before->state[k] != SAMPLE_NONE ? SAMPLE_OK : SAMPLE_RESTART;
}

static void take_row(struct forge *forge, char *line)
{
	struct sample *row = &forge->rows[forge->count];
	char *rest = line;
	uint64_t t_ns = strtoull(strsep(&rest, " "), NULL, 10);

	row->t_ns = (int64_t)t_ns;
	row->domain_count = forge->domain_count;
	for (uint32_t k = 0; k < forge->domain_count; k++)
		take_energy(forge->count > 0 ? row - 1 : NULL, row, k,
			    strsep(&rest, " "));
	row->use.t_ns = row->t_ns;
	row->use.has = USE_SCOPE_CPU | USE_MACHINE_CPU | USE_SCOPE_MEM | USE_MACHINE_MEM;
	row->use.scope_cpu_ns = t_ns * forge->share_permille / 1000;
	row->use.machine_cpu_ns = t_ns;
	row->use.scope_mem_bytes = forge->share_permille << 20;
	row->use.machine_mem_bytes = UINT64_C(1000) << 20;
	row->gpu_count = forge->gpu_count;
	for (uint32_t k = 0; k < forge->gpu_count; k++)
		row->use.gpu[k] = (struct gpu_use){ .has = GPU_USE_CLIENTS,
						    .scope_clients = 1,
						    .all_clients = 1 };
	forge->count++;
}

static void read_rows(struct forge *forge)
{
	char line[512];

	while (forge->count < ROWS_MAX && fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0')
			take_row(forge, line);
	}
}

static int take_domain(struct forge *forge, const char *text)
{
	struct run_domain *domain = &forge->domains[forge->domain_count];
	const char *id = strchr(text, ':');
	char name[16] = "";
	enum family family;

	if (!id || forge->domain_count >= DOMAINS_MAX ||
	    (size_t)(id - text) >= sizeof name)
		return -EINVAL;
	memcpy(name, text, (size_t)(id - text));
	if (family_of_text(name, &family) < 0)
		return -EINVAL;
	domain_init(&domain->domain, id + 1, family);
	domain->domain.kind = KIND_MEASURED;
	if (family == FAMILY_GPU)
		domain->domain.gpu = (int)forge->gpu_count++;
	domain->counted = true;
	(void)copy_text(domain->source, sizeof domain->source, "powercap");
	forge->domain_count++;
	return 0;
}

static int put(struct store *store, struct run_info *info, const struct forge *forge,
	       struct diag *diag)
{
	int r = store_run_insert(store, info, diag);

	if (r == 0)
		r = store_domains_put(store, info->key, forge->domains,
				      forge->domain_count, diag);
	for (size_t at = 0; at < forge->count && r == 0; at += STORE_BLOCK_ROWS) {
		struct store_block block = { (uint32_t)(at / STORE_BLOCK_ROWS),
					     &forge->rows[at], STORE_BLOCK_ROWS };

		if (forge->count - at < STORE_BLOCK_ROWS)
			block.count = forge->count - at;
		r = store_block_put(store, info->key, &block, diag);
	}
	return r;
}

static int write_run(char **argv, const struct forge *forge)
{
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
	int r;

	(void)copy_text(info.region, sizeof info.region, argv[2]);
	info.started_unix_ns = strtoll(argv[3], NULL, 10);
	info.duration_ns = forge->count > 0 ? forge->rows[forge->count - 1].t_ns : 0;
	info.samples = (uint32_t)forge->count;
	r = store_open(argv[1], STORE_WRITE, &diag, &store);
	if (r == 0)
		r = put(store, &info, forge, &diag);
	store_close(store);
	if (r < 0)
		(void)fprintf(stderr, "%s\n", diag.text);
	return r < 0;
}

int main(int argc, char **argv)
{
	struct forge *forge = calloc(1, sizeof *forge);
	int r = 0;

	if (argc < 4 || !forge)
		return 2;
	forge->share_permille = argc > 4 ? strtoull(argv[4], NULL, 10) : 1000;
	for (int i = 5; i < argc && r == 0; i++)
		r = take_domain(forge, argv[i]);
	if (argc <= 5)
		r = take_domain(forge, "cpu:package-0");
	read_rows(forge);
	r = r < 0 ? 2 : write_run(argv, forge);
	free(forge);
	return r;
}
