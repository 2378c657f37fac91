/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ledger for the tests that look at pages: made-up-ledger FILE [week]. Runs of every sort, so
 * that no page is only ever seen with the easy one; their names are what the tests ask for.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "store/store.h"

#define STARTED_UNIX_S INT64_C(1795423077)
#define WEEK_S         604800
#define DOMAINS        14
#define WATT           UINT64_C(1000000) /* microjoules in a second */

struct part {
	const char *id;
	const char *label;
	enum family family;
	const char *source;
	const char *inside;
	double idle_w;
	double busy_w;
};

struct plan {
	const char *id;
	const char *name;
	const char *experiment;
	const char *command_json;
	const struct part *parts;
	size_t part_count;
	int64_t seconds;
	enum run_state state;
	bool meterless; /* its parts are a model's */
	bool story;     /* marks, metrics, a gap, a grid */
};

struct maker {
	struct store *store;
	struct diag diag;
	const struct plan *plan;
	struct run_info info;
	struct sample rows[STORE_BLOCK_ROWS];
	uint64_t energy_uj[DOMAINS];
	uint64_t scope_ns;
	uint64_t machine_ns;
	uint64_t random;
};

static void must(struct maker *m, int r)
{
	if (r >= 0)
		return;
	(void)fprintf(stderr, "made-up-ledger: %s\n", m->diag.text);
	exit(1);
}

static double noise(struct maker *m)
{
	m->random =
		m->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double)(m->random >> 40) / (double)(1u << 24) - 0.5;
}

/* How busy the run keeps the machine, 0 to 1: loading, epochs with breaths between, the end. */
static double load_at(const struct plan *plan, int64_t s)
{
	double part = (double)s / (double)plan->seconds;

	if (part < 0.08)
		return 0.25;
	if (part > 0.94)
		return 0.4;
	return 0.78 + 0.18 * sin(part * 70) - (fmod(part * 12, 1) < 0.12 ? 0.5 : 0);
}

static bool in_gap(const struct plan *plan, int64_t s)
{
	return plan->story && s > plan->seconds * 40 / 100 &&
	       s < plan->seconds * 43 / 100;
}

static void fill_row(struct maker *m, int64_t s, struct sample *row)
{
	const struct plan *plan = m->plan;
	double load = load_at(plan, s);

	memset(row, 0, sizeof *row);
	row->t_ns = s * NS_PER_S;
	row->domain_count = (uint32_t)plan->part_count;
	for (size_t k = 0; k < plan->part_count; k++) {
		const struct part *part = &plan->parts[k];
		double watts = part->idle_w + (part->busy_w - part->idle_w) *
						      fmax(0, load + 0.08 * noise(m));
		bool gap = in_gap(plan, s) && part->family == FAMILY_MEMORY;

		if (s > 0 && !gap)
			m->energy_uj[k] += (uint64_t)(watts * 1e6);
		row->energy_uj[k] = m->energy_uj[k];
		row->state[k] = gap                             ? SAMPLE_NONE
				: s == 0 || in_gap(plan, s - 1) ? SAMPLE_RESTART
								: SAMPLE_OK;
		if (!gap && s > 0 && part->family != FAMILY_MEMORY)
			row->state[k] = SAMPLE_OK;
	}
	m->scope_ns += (uint64_t)(load * 20e9);
	m->machine_ns += (uint64_t)(load * 20e9 + 3e9);
	row->use.t_ns = row->t_ns;
	row->use.has = USE_SCOPE_CPU | USE_MACHINE_CPU | USE_SCOPE_MEM | USE_MACHINE_MEM;
	row->use.scope_cpu_ns = m->scope_ns;
	row->use.machine_cpu_ns = m->machine_ns;
	row->use.scope_mem_bytes = UINT64_C(40) << 30;
	row->use.machine_mem_bytes = UINT64_C(60) << 30;
	row->gpu_count = 0;
	for (size_t k = 0; k < plan->part_count; k++)
		if (plan->parts[k].family == FAMILY_GPU)
			row->use.gpu[row->gpu_count++] =
				(struct gpu_use){ .has = GPU_USE_CLIENTS,
						  .scope_clients = 1,
						  .all_clients = 1 };
}

static void put_rows(struct maker *m)
{
	struct store_block block = { 0, m->rows, 0 };

	for (int64_t s = 0; s <= m->plan->seconds; s++) {
		fill_row(m, s, &m->rows[block.count++]);
		if (block.count < STORE_BLOCK_ROWS && s < m->plan->seconds)
			continue;
		must(m, store_block_put(m->store, m->info.key, &block, &m->diag));
		block.number++;
		block.count = 0;
	}
}

static void put_domains(struct maker *m)
{
	struct run_domain domains[DOMAINS];
	int gpu = 0;

	memset(domains, 0, sizeof domains);
	for (size_t k = 0; k < m->plan->part_count; k++) {
		const struct part *part = &m->plan->parts[k];
		struct run_domain *own = &domains[k];

		domain_init(&own->domain, part->id, part->family);
		(void)copy_text(own->domain.label, sizeof own->domain.label, part->label);
		(void)copy_text(own->source, sizeof own->source, part->source);
		own->domain.kind = m->plan->meterless ? KIND_MODELLED : KIND_MEASURED;
		own->domain.gain_u_permille = m->plan->meterless ? 150 : 20;
		own->counted = part->inside[0] == '\0' && part->family != FAMILY_NODE;
		if (part->family == FAMILY_NODE) {
			own->domain.boundary = BOUNDARY_NODE;
			(void)copy_text(own->why_not, sizeof own->why_not,
					"of the whole node, beside the sum");
		}
		if (part->inside[0] != '\0')
			(void)snprintf(own->why_not, sizeof own->why_not, "inside %s",
				       part->inside);
		(void)copy_text(own->domain.inside, sizeof own->domain.inside,
				part->inside);
		if (part->family == FAMILY_GPU)
			own->domain.gpu = gpu++;
	}
	must(m, store_domains_put(m->store, m->info.key, domains, m->plan->part_count,
				  &m->diag));
}

/* --- the story of the rich one ------------------------------------------------------------ */

static void put_mark(struct maker *m, double part, const char *name)
{
	struct run_mark mark = { .t_ns = (int64_t)(part * (double)m->plan->seconds) *
					 NS_PER_S };

	(void)copy_text(mark.name, sizeof mark.name, name);
	must(m, store_mark_add(m->store, m->info.key, &mark, &m->diag));
}

static void put_metric(struct maker *m, int64_t s, const char *name, double value)
{
	struct run_metric metric = { .t_ns = s * NS_PER_S, .value = value };

	(void)copy_text(metric.name, sizeof metric.name, name);
	must(m, store_metric_add(m->store, m->info.key, &metric, &m->diag));
}

static void put_grid(struct maker *m)
{
	struct intensity_series series = { .signal = SIGNAL_AVERAGE,
					   .error_ratio = 0.15,
					   .fetched_unix_s = STARTED_UNIX_S };

	(void)copy_text(series.provider, sizeof series.provider, "electricitymaps");
	(void)copy_text(series.zone, sizeof series.zone, "DE");
	(void)copy_text(series.basis, sizeof series.basis,
			"average, lifecycle, consumption");
	for (int64_t s = -3600; s < m->plan->seconds + 3600; s += 900) {
		struct intensity_point point = {
			.from_unix_s = STARTED_UNIX_S + s,
			.to_unix_s = STARTED_UNIX_S + s + 900,
			.gpkwh = 380 + 90 * sin((double)s / 4000),
		};

		must(m, intensity_series_add(&series, &point));
	}
	must(m, store_intensity_put(m->store, &series, &m->diag));
	intensity_series_done(&series);
}

static void put_gap(struct maker *m, uint32_t domain)
{
	struct gap gap = { .domain = domain,
			   .from_ns = m->plan->seconds * 40 / 100 * NS_PER_S,
			   .to_ns = m->plan->seconds * 43 / 100 * NS_PER_S,
			   .why = GAP_READ_FAILED };

	must(m, store_gap_add(m->store, m->info.key, &gap, &m->diag));
}

static void put_story(struct maker *m)
{
	static const struct run_tag tag = { "seed", "17" };
	static const struct run_warning warning = {
		"late", "The memory's counter could not be read for a while."
	};
	int64_t every = m->plan->seconds / 120;

	put_mark(m, 0, "load:begin");
	put_mark(m, 0.08, "load:end");
	put_mark(m, 0.08, "train:begin");
	put_mark(m, 0.94, "train:end");
	put_mark(m, 0.94, "evaluate:begin");
	put_mark(m, 1, "evaluate:end");
	for (int64_t i = 1; i <= 120; i++) {
		double x = (double)i / 120;

		put_metric(m, i * every, "loss",
			   0.3 + 2.1 * exp(-4 * x) + 0.05 * noise(m));
		put_metric(m, i * every, "accuracy", 0.93 - 0.6 * exp(-5 * x));
		put_metric(m, i * every, "learning rate", 1e-3 * (1 - x));
	}
	put_gap(m, 2);
	put_gap(m, 3);
	must(m, store_tag_put(m->store, m->info.key, &tag, &m->diag));
	must(m, store_warning_add(m->store, m->info.key, &warning, &m->diag));
	put_grid(m);
}

/* --- a run -------------------------------------------------------------------------------- */

static const char hardware[] =
	"{\"machine\": \"PowerEdge R7525\", \"cpu\": {\"name\": \"AMD EPYC 9354 32-Core "
	"Processor\", \"threads\": 64, \"cores\": 32, \"governor\": \"performance\"}, "
	"\"memory_bytes\": 274877906944, \"gpus\": [{\"domain\": \"gpu-0\", \"name\": "
	"\"NVIDIA H100 80GB HBM3\", \"tdp_w\": 700}, {\"domain\": \"gpu-1\", \"name\": "
	"\"NVIDIA H100 80GB HBM3\", \"tdp_w\": 700}]}";

static const char software[] =
	"{\"os\": \"Debian GNU/Linux 12 (bookworm)\", \"kernel\": \"6.1.0-28-amd64\", "
	"\"hostname\": \"node-17\", \"git\": {\"commit\": "
	"\"1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b\", \"branch\": \"main\"}, "
	"\"python\": {\"version\": \"3.11\", \"packages\": {\"numpy\": \"2.1.0\", "
	"\"torch\": \"2.5.1\", \"transformers\": \"4.46.0\"}}}";

static void fill_info(struct maker *m)
{
	const struct plan *plan = m->plan;
	struct run_info *info = &m->info;

	memset(info, 0, sizeof *info);
	(void)copy_text(info->id, sizeof info->id, plan->id);
	(void)copy_text(info->name, sizeof info->name, plan->name);
	(void)copy_text(info->experiment, sizeof info->experiment, plan->experiment);
	(void)copy_text(info->project, sizeof info->project, "paper");
	info->command_json = strdup(plan->command_json);
	info->directory = strdup("/home/ada/paper");
	info->state = plan->state;
	info->has_exit_status = plan->state == RUN_FINISHED || plan->state == RUN_FAILED;
	info->exit_status = plan->state == RUN_FAILED ? 137 : 0;
	(void)copy_text(info->how, sizeof info->how, "run");
	info->started_unix_ns = STARTED_UNIX_S * NS_PER_S;
	(void)copy_text(info->zone, sizeof info->zone, "Europe/Berlin");
	info->duration_ns = plan->seconds * NS_PER_S;
	info->period_ns = NS_PER_S;
	info->samples = (uint32_t)plan->seconds;
	info->attributed_j = info->machine_j = -1;
	info->tracker_cpu_ns = 21 * (uint64_t)NS_PER_MS;
	info->reserve = (struct reserve){ 1000, 1000, "whole machine" };
	info->scope_cpu_ns = (uint64_t)plan->seconds * 15 * (uint64_t)NS_PER_S;
	info->machine_cpu_ns = (uint64_t)plan->seconds * 18 * (uint64_t)NS_PER_S;
	info->has_scope_cpu = info->has_machine_cpu = true;
	(void)copy_text(info->version, sizeof info->version, GRAMME_VERSION);
	(void)copy_text(info->region, sizeof info->region, "DE");
	(void)copy_text(info->region_how, sizeof info->region_how, "option");
	if (plan->story)
		(void)copy_text(info->grid, sizeof info->grid, "electricitymaps DE");
}

static void make_run(struct store *store, const struct plan *plan)
{
	struct maker *m = calloc(1, sizeof *m);

	if (!m)
		exit(1);
	m->store = store;
	m->plan = plan;
	m->random = 17;
	fill_info(m);
	must(m, store_begin(store, &m->diag));
	must(m, store_run_insert(store, &m->info, &m->diag));
	put_domains(m);
	if (plan->seconds > 0)
		put_rows(m);
	must(m, store_inventory_put(store, m->info.key, hardware, software, &m->diag));
	if (plan->story)
		put_story(m);
	must(m, store_commit(store, &m->diag));
	run_info_done(&m->info);
	free(m);
}

/* --- which there are ---------------------------------------------------------------------- */

static const struct part server[] = {
	{ "package-0", "AMD EPYC 9354", FAMILY_CPU, "powercap", "", 62, 235 },
	{ "package-1", "AMD EPYC 9354", FAMILY_CPU, "powercap", "", 58, 170 },
	{ "dram-0", "", FAMILY_MEMORY, "powercap", "", 11, 28 },
	{ "dram-1", "", FAMILY_MEMORY, "powercap", "", 11, 24 },
	{ "gpu-0", "NVIDIA H100 80GB HBM3", FAMILY_GPU, "nvml", "", 70, 560 },
	{ "gpu-1", "NVIDIA H100 80GB HBM3", FAMILY_GPU, "nvml", "", 70, 520 },
	{ "node-ipmi", "", FAMILY_NODE, "ipmi", "", 390, 1780 },
	{ "core-0", "", FAMILY_CPU, "powercap", "package-0", 10, 150 },
};

static const struct part eight[] = {
	{ "package-0", "", FAMILY_CPU, "powercap", "", 62, 235 },
	{ "package-1", "", FAMILY_CPU, "powercap", "", 58, 170 },
	{ "dram-0", "", FAMILY_MEMORY, "powercap", "", 11, 28 },
	{ "dram-1", "", FAMILY_MEMORY, "powercap", "", 11, 24 },
	{ "gpu-0", "", FAMILY_GPU, "nvml", "", 70, 560 },
	{ "gpu-1", "", FAMILY_GPU, "nvml", "", 70, 520 },
	{ "gpu-2", "", FAMILY_GPU, "nvml", "", 70, 530 },
	{ "gpu-3", "", FAMILY_GPU, "nvml", "", 70, 540 },
	{ "gpu-4", "", FAMILY_GPU, "nvml", "", 70, 550 },
	{ "gpu-5", "", FAMILY_GPU, "nvml", "", 70, 510 },
	{ "gpu-6", "", FAMILY_GPU, "nvml", "", 70, 500 },
	{ "gpu-7", "", FAMILY_GPU, "nvml", "", 70, 490 },
};

static const struct part board[] = {
	{ "gpu-0", "NVIDIA L4", FAMILY_GPU, "nvml", "", 12, 70 },
};

static const struct part model[] = {
	{ "cpu-model", "AMD EPYC 9354", FAMILY_CPU, "model", "", 60, 250 },
	{ "memory-model", "", FAMILY_MEMORY, "model", "", 20, 40 },
};

#define EVIL                                                                             \
	"<script>alert(1)</script>\" onmouseover='alert(2)' \xe2\x80\xae"                \
	"gpj.exe =cmd() ]]> --> </title>"

#define PARTS(list) .parts = (list), .part_count = ARRAY_SIZE(list)
#define PYTHON      "[\"python\", \"train.py\", \"--seed\", \"17\"]"

static const struct plan plans[] = {
	{ .id = "20261123T083757-000001",
	  .name = "train.py",
	  .experiment = "base",
	  .command_json = PYTHON,
	  PARTS(server),
	  .seconds = 9600,
	  .state = RUN_FINISHED,
	  .story = true },
	{ .id = "20261123T083757-000002",
	  .name = "modelled",
	  .experiment = "base",
	  .command_json = PYTHON,
	  PARTS(model),
	  .seconds = 600,
	  .state = RUN_FINISHED,
	  .meterless = true },
	{ .id = "20261123T083757-000003",
	  .name = "gpu-only",
	  .experiment = "small",
	  .command_json = "[]",
	  PARTS(board),
	  .seconds = 300,
	  .state = RUN_FAILED },
	{ .id = "20261123T083757-000004",
	  .name = "nothing",
	  .experiment = "",
	  .command_json = "[\"true\"]",
	  PARTS(server),
	  .seconds = 0,
	  .state = RUN_INTERRUPTED },
	{ .id = "20261123T083757-000005",
	  .name = "eight",
	  .experiment = "large",
	  .command_json = PYTHON,
	  PARTS(eight),
	  .seconds = 3000,
	  .state = RUN_FINISHED },
	{ .id = "20261123T083757-000006",
	  .name = EVIL,
	  .experiment = EVIL,
	  .command_json = "[\"</script><script>alert(3)</script>\", \"=cmd()\"]",
	  PARTS(board),
	  .seconds = 120,
	  .state = RUN_FINISHED },
	{ .id = "20261123T083757-000007",
	  .name = "no-meter",
	  .experiment = "",
	  .command_json = "[\"sleep\", \"5\"]",
	  .parts = NULL,
	  .part_count = 0,
	  .seconds = 5,
	  .state = RUN_FINISHED },
};

static const struct plan week = { .id = "20261123T083757-000008",
				  .name = "week",
				  .experiment = "long",
				  .command_json = PYTHON,
				  PARTS(server),
				  .seconds = WEEK_S,
				  .state = RUN_FINISHED };

int main(int argc, char **argv)
{
	struct diag diag = { 0 };
	struct store *store;

	if (argc < 2 || store_open(argv[1], STORE_WRITE, &diag, &store) < 0) {
		(void)fprintf(stderr, "made-up-ledger FILE [week]: %s\n", diag.text);
		return 2;
	}
	for (size_t i = 0; i < ARRAY_SIZE(plans); i++)
		make_run(store, &plans[i]);
	if (argc > 2)
		make_run(store, &week);
	store_close(store);
	return 0;
}
