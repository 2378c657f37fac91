/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: proc/stat at each reading; proc/cpuinfo, proc/meminfo and GPUs' limits once; the tables
 *        of data/.
 * Gives: cpu-model and memory-model, counters it adds up itself, and gpu-model-N; all modelled.
 * Needs: nothing.
 * Limits: an estimate, good to tens of per cent: docs/decisions/estimate-without-a-meter.md.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "machine/cpu-curve.h"
#include "machine/memory-model.h"
#include "machine/server-share.h"
#include "source/cpu-load.h"
#include "source/gpu-model.h"
#include "source/source.h"

/* "a factor of 2 either way" as k = 1; more where only a share of the modules is ours. */
#define MEMORY_U_PERMILLE       400
#define MEMORY_SHARE_U_PERMILLE 500
#define GPU_U_PERMILLE          300

/* Joules added up from power and time, to the last nanosecond. */
struct meter {
	int64_t t_ns;     /* counted up to here */
	uint64_t rest_uj; /* in units of uj / NS_PER_S, not yet in energy_uj */
	uint64_t energy_uj;
	bool begun;
};

struct model {
	const struct host *host;
	int stat_fd; /* -1: no CPU domain */
	struct cpu_curve curve;
	struct cpu_load load;
	uint32_t epoch;
	struct meter cpu;
	struct meter memory;
	uint64_t memory_uw; /* 0: no memory domain */
	struct gpu_model gpus[GPUS_MAX];
	size_t gpu_count;
	struct domain domains[GPUS_MAX + 2];
	size_t domain_count;
};

static void meter_add(struct meter *meter, uint64_t power_uw, int64_t t_ns)
{
	unsigned __int128 sum;

	if (t_ns <= meter->t_ns)
		return;
	sum = (unsigned __int128)power_uw * (uint64_t)(t_ns - meter->t_ns) +
	      meter->rest_uj;
	meter->energy_uj += (uint64_t)(sum / (uint64_t)NS_PER_S);
	meter->rest_uj = (uint64_t)(sum % (uint64_t)NS_PER_S);
	meter->t_ns = t_ns;
}

static int read_ticks(const struct model *model, struct cpu_ticks *ret, int64_t *ret_t_ns)
{
	char text[256];
	ssize_t n = fd_read_text(model->stat_fd, text, sizeof text);
	int64_t t_ns = host_now_ns(model->host);
	int r = n < 0 ? (int)n : cpu_load_parse(text, ret);

	if (r == 0)
		*ret_t_ns = t_ns;
	return r;
}

static void fill_energy(const struct meter *meter, struct reading *reading)
{
	reading->t_ns = meter->t_ns;
	reading->energy_uj = meter->energy_uj;
	reading->has = READING_ENERGY;
}

/* The first reading is where counting begins: what came before is nobody's. */
static int read_cpu(struct model *model, struct reading *reading)
{
	struct cpu_ticks now = { 0 };
	int64_t t_ns = 0;
	int r = read_ticks(model, &now, &t_ns);

	if (r < 0)
		return r;
	if (!model->cpu.begun) {
		model->cpu.begun = true;
		model->cpu.t_ns = t_ns;
		cpu_load_begin(&model->load, &now);
	} else {
		r = cpu_load_take(&model->load, &now);
		if (r == -ERANGE) {
			model->cpu.t_ns = t_ns;
			model->epoch++;
		}
		if (r < 0)
			return r;
		meter_add(&model->cpu, cpu_curve_uw(&model->curve, model->load.busy_ppm),
			  t_ns);
	}
	fill_energy(&model->cpu, reading);
	return 0;
}

static void read_memory(struct model *model, struct reading *reading)
{
	int64_t t_ns = host_now_ns(model->host);

	if (!model->memory.begun) {
		model->memory.begun = true;
		model->memory.t_ns = t_ns;
	}
	meter_add(&model->memory, model->memory_uw, t_ns);
	fill_energy(&model->memory, reading);
}

static void read_gpu(const struct model *model, size_t i, struct reading *reading)
{
	reading->err = gpu_model_read(&model->gpus[i], &reading->power_uw);
	if (reading->err < 0)
		return;
	reading->t_ns = host_now_ns(model->host);
	reading->has = READING_POWER;
}

static void model_read(void *state, enum read_why why, struct reading *readings)
{
	struct model *model = state;
	struct reading *next = readings;

	(void)why; /* always the same, and cheap */
	memset(readings, 0, model->domain_count * sizeof *readings);
	if (model->stat_fd >= 0) {
		next->err = read_cpu(model, next);
		next->epoch = model->epoch;
		next++;
	}
	if (model->memory_uw)
		read_memory(model, next++);
	for (size_t i = 0; i < model->gpu_count; i++)
		read_gpu(model, i, next++);
}

static struct domain *add_domain(struct model *model, const char *id, enum family family)
{
	struct domain *domain = &model->domains[model->domain_count++];

	domain_init(domain, id, family);
	domain->kind = KIND_MODELLED;
	return domain;
}

static void add_cpu(struct model *model, const struct cpu_seen *seen)
{
	struct cpu_facts facts;
	struct domain *domain = add_domain(model, "cpu-model", FAMILY_CPU);

	cpu_model_facts(seen, &facts);
	cpu_curve_of(seen, &facts, &model->curve);
	(void)copy_text(domain->device, sizeof domain->device, "cpu");
	(void)copy_text(domain->label, sizeof domain->label,
			seen->name[0] ? seen->name : facts.name);
	(void)copy_text(domain->note, sizeof domain->note, model->curve.note);
	domain->gain_u_permille = model->curve.gain_u_permille;
	domain->offset_u_uw = model->curve.offset_u_uw;
}

/* Threads from proc/stat, one line each, where proc/cpuinfo says nothing that we understand. */
static int see_threads(const struct host *host, struct cpu_seen *ret)
{
	AUTO_FREE char *text = NULL;
	struct cpu_seen seen = { .chips = 1 };
	int r = host_read_all(host, "proc/stat", &text);

	if (r < 0)
		return r;
	for (const char *line = strstr(text, "\ncpu"); line;
	     line = strstr(line + 1, "\ncpu"))
		seen.threads++;
	if (seen.threads == 0)
		return -EPROTO;
	*ret = seen;
	return 0;
}

static int see_cpu(const struct host *host, struct cpu_seen *ret)
{
	AUTO_FREE char *text = NULL;

	if (host_read_all(host, "proc/cpuinfo", &text) == 0 &&
	    cpu_model_parse(text, ret) == 0)
		return 0;
	return see_threads(host, ret);
}

static int open_cpu(struct model *model, struct diag *diag, double *ret_host_ratio)
{
	AUTO_CLOSE int fd = host_open(model->host, "proc/stat", O_RDONLY);
	struct cpu_seen seen = { 0 };
	char text[256];
	struct cpu_ticks ticks;
	ssize_t n;
	int r;

	if (fd < 0)
		return diag_fail(diag, fd == -ENOENT ? -ENODEV : fd,
				 "cannot read /proc/stat");
	n = fd_read_text(fd, text, sizeof text);
	r = n < 0 ? (int)n : cpu_load_parse(text, &ticks);
	if (r < 0)
		return diag_fail(diag, r, "cannot read the busy time in /proc/stat");
	r = see_cpu(model->host, &seen);
	if (r < 0)
		return diag_fail(diag, r, "no processor in /proc/cpuinfo or /proc/stat");
	*ret_host_ratio = server_share_ratio(&seen);
	add_cpu(model, &seen);
	model->stat_fd = STEAL_FD(fd);
	return 0;
}

static void open_memory(struct model *model, double host_ratio)
{
	struct memory_seen seen;
	struct domain *domain;

	if (memory_model_see(model->host, &seen) < 0)
		return;
	model->memory_uw = memory_model_part_uw(seen.bytes, host_ratio);
	if (model->memory_uw == 0)
		return;
	domain = add_domain(model, "memory-model", FAMILY_MEMORY);
	(void)copy_text(domain->device, sizeof domain->device, "memory");
	(void)snprintf(domain->note, sizeof domain->note,
		       "estimate: %llu MiB of %smemory, by size, good to a factor of 2",
		       (unsigned long long)(seen.bytes >> 20),
		       isnan(host_ratio) ? "" : "a host's ");
	domain->gain_u_permille =
		isnan(host_ratio) ? MEMORY_U_PERMILLE : MEMORY_SHARE_U_PERMILLE;
}

static void open_gpus(struct model *model, struct diag *diag)
{
	char id[DOMAIN_ID_MAX];

	model->gpu_count = gpu_model_open(model->host, diag, model->gpus, GPUS_MAX);
	for (size_t i = 0; i < model->gpu_count; i++) {
		struct domain *domain;

		(void)snprintf(id, sizeof id, "gpu-model-%zu", i);
		domain = add_domain(model, id, FAMILY_GPU);
		domain->measure = MEASURE_POWER;
		domain->pace_ns = NS_PER_S;
		domain->gain_u_permille = GPU_U_PERMILLE;
		(void)copy_text(domain->device, sizeof domain->device,
				model->gpus[i].device);
		(void)copy_text(domain->note, sizeof domain->note,
				"estimate: the board's limit x how busy its driver says "
				"it is");
	}
}

static void model_close(void *state)
{
	struct model *model = state;

	if (!model)
		return;
	close_fd(&model->stat_fd);
	gpu_model_close(model->gpus, model->gpu_count);
	free(model);
}

static void close_model(struct model **model)
{
	model_close(*model);
}

static int model_open(const struct host *host, struct diag *diag, void **ret_state)
{
	CLEANUP(close_model) struct model *model = calloc(1, sizeof *model);
	double host_ratio = (double)NAN;
	int r;

	if (!model)
		return -ENOMEM;
	model->host = host;
	model->stat_fd = -1;
	r = open_cpu(model, diag, &host_ratio);
	open_memory(model, host_ratio);
	open_gpus(model, r < 0 ? NULL : diag);
	if (model->domain_count == 0)
		return r;
	*ret_state = STEAL(model);
	return 0;
}

static size_t model_domains(const void *state, const struct domain **ret)
{
	const struct model *model = state;

	*ret = model->domains;
	return model->domain_count;
}

const struct source source_model = {
	.name = "model",
	.flags = SOURCE_ESTIMATE,
	.open = model_open,
	.domains = model_domains,
	.read = model_read,
	.close = model_close,
};
