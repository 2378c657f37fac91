/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same log by our equations: powers become joules by the trapezoid (METHOD E-2), the time
 * without readings is a gap, and whose the joules are is told by the shares that the tool read,
 * for E-3 and E-7 to split them.
 *
 * The processors' power is the mean of about two seconds from the row's time on, every few
 * seconds; the boards' is one reading. Between rows neither was seen: E-2's bound says how far off
 * that may be.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "import/eit.h"

#define HOLE_PACES        10 /* as for a power that we read ourselves: calc/series.h */
#define RAPL_U_PERMILLE   30 /* as source/rapl.c for a processor of that time */
#define NVIDIA_U_PERMILLE 58 /* as source/source-nvml.c: samples, not a sum */
#define POWER_MAX_W       1e6
#define CORES_MAX         1e6
#define BUSY_MAX_PERCENT  1e6 /* of one board, of all its clients */

enum part { PROCESSORS, BOARDS, PARTS };

struct meter {
	enum eit_key power;
	bool there;      /* any row has it */
	uint32_t domain; /* its index */
	bool begun;
	double last_w; /* of the last good row */
	int64_t last_ns;
	double energy_j;
	double ripple_j;
};

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int eit_median(struct eit_run *run)
{
	AUTO_FREE double *dt_s = NULL;

	if (run->count < 2)
		return 0;
	dt_s = calloc(run->count - 1, sizeof *dt_s);
	if (!dt_s)
		return -ENOMEM;
	for (size_t i = 1; i < run->count; i++)
		dt_s[i - 1] = run->rows[i].is[EIT_TIMESTAMP] -
			      run->rows[i - 1].is[EIT_TIMESTAMP];
	qsort(dt_s, run->count - 1, sizeof *dt_s, by_size);
	run->median_s = dt_s[(run->count - 1) / 2];
	return 0;
}

int64_t eit_row_ns(const struct eit_row *row)
{
	return (int64_t)(row->is[EIT_TIMESTAMP] * 1e9);
}

static double power_of(const struct eit_row *row, enum eit_key key)
{
	double w = row->is[key];

	return w >= 0 && w < POWER_MAX_W ? w : NAN;
}

static bool any_power(const struct eit_run *run, enum eit_key key)
{
	for (size_t i = 0; i < run->count; i++)
		if (isfinite(power_of(&run->rows[i], key)))
			return true;
	return false;
}

static void set_domain(struct run_domain *domain, const char *label, const char *source,
		       uint32_t u_permille, int64_t pace_ns)
{
	domain->domain.measure = MEASURE_POWER;
	domain->domain.gain_u_permille = u_permille;
	domain->domain.pace_ns = pace_ns;
	(void)copy_text(domain->domain.label, sizeof domain->domain.label, label);
	(void)copy_text(domain->source, sizeof domain->source, source);
}

void eit_domains(const struct eit_run *run, struct records *records)
{
	const struct eit_info *info = &run->info;
	int64_t pace_ns = (int64_t)(run->median_s * 1e9);
	struct run_domain *domain;

	records->record.info.period_ns = pace_ns;
	if (any_power(run, EIT_CPU_W)) {
		domain = records_domain(records, "package-sum", FAMILY_CPU);
		set_domain(domain, *info->cpu_name ? info->cpu_name : "all packages",
			   "rapl", RAPL_U_PERMILLE, pace_ns);
	}
	if (any_power(run, EIT_GPU_W)) {
		domain = records_domain(records, "gpu-sum", FAMILY_GPU);
		set_domain(domain, *info->gpu_name ? info->gpu_name : "all boards",
			   "nvidia-smi", NVIDIA_U_PERMILLE, pace_ns);
		domain->domain.gpu = 0;
	}
}

/* --- whose -------------------------------------------------------------------------------- */

/* CPU time counts up: the cores that were busy, ours and all, over the time between rows. */
struct busy {
	double own_s;
	double all_s;
	double last_own; /* cores; NAN: not told */
	double last_all;
	int64_t last_ns;
};

static void cores_of(const struct eit_row *row, double *ret_own, double *ret_all)
{
	double cores = row->is[EIT_CPU_CORES], share = row->is[EIT_CPU_SHARE], all;

	*ret_own = *ret_all = NAN;
	if (!(cores >= 0 && cores < CORES_MAX) || !(share >= 0))
		return;
	/* Nobody of ours ran: of the others it is only known that some did, or none. */
	all = share > 0 ? cores / (share < 1 ? share : 1) : 1;
	if (!(all < CORES_MAX))
		return;
	*ret_own = cores;
	*ret_all = all;
}

static bool is_cpu_time(double cpu_s)
{
	return cpu_s >= 0 && cpu_s < EIT_NS_MAX_S;
}

static void add_busy(struct busy *busy, const struct eit_row *row, int64_t t_ns,
		     struct use *use)
{
	double own, all, dt_s = (double)(t_ns - busy->last_ns) / 1e9;

	cores_of(row, &own, &all);
	if (!isfinite(own))
		return;
	if (isfinite(busy->last_own)) {
		busy->own_s += (own + busy->last_own) / 2 * dt_s;
		busy->all_s += (all + busy->last_all) / 2 * dt_s;
	}
	busy->last_own = own;
	busy->last_all = all;
	busy->last_ns = t_ns;
	if (!is_cpu_time(busy->own_s) || !is_cpu_time(busy->all_s))
		return;
	use->has |= USE_SCOPE_CPU | USE_MACHINE_CPU;
	use->scope_cpu_ns = (uint64_t)(busy->own_s * 1e9);
	use->machine_cpu_ns = (uint64_t)(busy->all_s * 1e9);
}

static uint32_t bits(uint64_t word)
{
	return (uint32_t)__builtin_popcountll(word);
}

/*
 * One board: as it is. Of several the log holds the sum of their powers alone; who used them goes
 * by the watts that the tool credited board by board, and a board without anyone has a nobody of
 * its own, so that its idle power is not ours.
 */
static void set_gpu(const struct eit_run *run, const struct eit_row *row,
		    struct gpu_use *use)
{
	double all_w = power_of(row, EIT_GPU_W);
	double own_w = power_of(row, EIT_GPU_CREDITED_W);
	size_t boards = run->info.gpus;
	uint32_t idle =
		boards > bits(row->boards) ? (uint32_t)boards - bits(row->boards) : 0;

	if (!row->has_clients)
		return;
	use->has = GPU_USE_CLIENTS;
	use->scope_clients = row->own_clients;
	use->all_clients = row->clients + (boards > 1 ? idle : 0);
	if (boards <= 1 && !(row->busy_percent < BUSY_MAX_PERCENT))
		return;
	if (boards <= 1) {
		use->has |= GPU_USE_SM;
		use->scope_sm_permille = (uint32_t)(row->own_busy_percent * 10);
		use->all_sm_permille = (uint32_t)(row->busy_percent * 10);
	} else if (all_w > 0 && own_w <= all_w) {
		use->has |= GPU_USE_SM;
		use->scope_sm_permille = (uint32_t)(own_w / all_w * 1000 + 0.5);
		use->all_sm_permille = 1000;
	}
}

/* --- joules ------------------------------------------------------------------------------- */

static void gap(struct records *records, const struct meter *meter, int64_t from_ns,
		int64_t to_ns, enum gap_why why)
{
	const struct gap one = {
		.domain = meter->domain, .from_ns = from_ns, .to_ns = to_ns, .why = why
	};

	if (to_ns > from_ns)
		records_gap(records, &one);
}

/* METHOD E-2 */
static enum sample_state add_power(struct meter *meter, double w, int64_t t_ns,
				   int64_t hole_ns, struct records *records)
{
	double dt_s = (double)(t_ns - meter->last_ns) / 1e9;
	enum sample_state state = SAMPLE_OK;

	if (!isfinite(w))
		return SAMPLE_NONE;
	if (!meter->begun || t_ns - meter->last_ns > hole_ns) {
		gap(records, meter, meter->last_ns, t_ns,
		    meter->begun ? GAP_READ_FAILED : GAP_LATE);
		state = SAMPLE_RESTART;
	} else {
		meter->energy_j += (w + meter->last_w) / 2 * dt_s;
		meter->ripple_j += fabs(w - meter->last_w) / 2 * dt_s;
	}
	meter->begun = true;
	meter->last_w = w;
	meter->last_ns = t_ns;
	return state;
}

static void begin_meters(const struct eit_run *run, struct meter meters[PARTS])
{
	uint32_t count = 0;

	memset(meters, 0, PARTS * sizeof meters[0]);
	meters[PROCESSORS].power = EIT_CPU_W;
	meters[BOARDS].power = EIT_GPU_W;
	for (int i = 0; i < PARTS; i++) {
		meters[i].there = any_power(run, meters[i].power);
		meters[i].domain = count;
		count += meters[i].there;
	}
}

static void end_meters(struct records *records, struct meter meters[PARTS],
		       int64_t duration_ns)
{
	for (int i = 0; i < PARTS; i++) {
		if (!meters[i].there)
			continue;
		gap(records, &meters[i], meters[i].last_ns, duration_ns, GAP_READ_FAILED);
		records->domains[meters[i].domain].ripple_uj =
			records_uj(meters[i].ripple_j);
	}
}

/* The run's ends, where nothing was read: the time to and from them is known to be a gap. */
static int give_edge(const struct records *records, const struct import_sink *sink,
		     const struct meter meters[PARTS], int64_t t_ns)
{
	struct sample sample = { .t_ns = t_ns,
				 .domain_count = (uint32_t)records->record.domain_count,
				 .gpu_count = meters[BOARDS].there };

	sample.use.t_ns = t_ns;
	for (int i = 0; i < PARTS; i++)
		if (meters[i].there)
			sample.energy_uj[meters[i].domain] =
				records_uj(meters[i].energy_j);
	return sink->row(sink->ctx, &sample);
}

/* Rows may be centuries apart. */
static int64_t hole_of(const struct eit_run *run)
{
	double hole_s = run->median_s * HOLE_PACES;

	return hole_s < EIT_NS_MAX_S ? (int64_t)(hole_s * 1e9) : INT64_MAX;
}

static void fill_sample(const struct eit_run *run, struct records *records, size_t i,
			struct meter meters[PARTS], struct sample *sample)
{
	const struct eit_row *row = &run->rows[i];
	int64_t hole_ns = hole_of(run);

	sample->domain_count = (uint32_t)records->record.domain_count;
	sample->use.t_ns = sample->t_ns;
	for (int k = 0; k < PARTS; k++) {
		struct meter *meter = &meters[k];

		if (!meter->there)
			continue;
		sample->state[meter->domain] =
			(uint8_t)add_power(meter, power_of(row, meter->power),
					   sample->t_ns, hole_ns, records);
		sample->energy_uj[meter->domain] = records_uj(meter->energy_j);
	}
	if (!meters[BOARDS].there)
		return;
	sample->gpu_count = 1;
	set_gpu(run, row, &sample->use.gpu[0]);
}

int eit_series(const struct eit_run *run, struct records *records,
	       const struct import_sink *sink)
{
	struct run_info *info = &records->record.info;
	struct busy busy = { .last_own = NAN };
	struct meter meters[PARTS];
	int64_t last_ns = 0;
	int r;

	begin_meters(run, meters);
	r = give_edge(records, sink, meters, 0);
	for (size_t i = 0; i < run->count && r == 0; i++) {
		struct sample sample = { .t_ns = eit_row_ns(&run->rows[i]) -
						 run->start_ns };

		if (sample.t_ns < last_ns)
			continue;
		last_ns = sample.t_ns;
		fill_sample(run, records, i, meters, &sample);
		add_busy(&busy, &run->rows[i], sample.t_ns, &sample.use);
		info->samples++;
		r = sink->row(sink->ctx, &sample);
	}
	end_meters(records, meters, info->duration_ns);
	if (r == 0 && info->duration_ns > last_ns)
		r = give_edge(records, sink, meters, info->duration_ns);
	return r;
}
