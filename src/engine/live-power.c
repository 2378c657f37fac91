/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/live-power.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/ledger.h"
#include "calc/series.h"
#include "engine/machine.h"
#include "sampler/sampler.h"

/* Nobody ticks here: it is read when somebody looks. */
#define PERIOD_NS SAMPLER_PERIOD_MAX_NS
/* How far apart a power's readings may be and still be joined by a line: METHOD E-2 has ten
 * paces, and who looks once a second or two has no finer pace than this. What they may differ by
 * in between is in the interval. */
#define PACE_LEAST_NS NS_PER_S
/* So long a counter must have stood still to be no meter. */
#define DEAD_NS NS_PER_S

struct live_power {
	const struct host *host;
	struct machine *machine;
	struct sampler *sampler;
	struct series series;
	struct frame frame;
	struct sample row;
	struct series_gaps gaps;
	struct live_window marks[DOMAINS_MAX]; /* the sums when the last window ended */
	struct live_window windows[DOMAINS_MAX];
	int64_t last_ns; /* of the frame that ended the last window, since the start */
	int64_t window_ns;
	uint32_t cpus;
	uint64_t memory_bytes;
	struct use use; /* of that frame */
	uint64_t busy_ns;
	bool has_busy;
	bool begun;
	bool opened_all;
};

/* --- opening ------------------------------------------------------------------------------ */

static int add_domains(struct live_power *power)
{
	for (uint32_t i = power->series.count; i < power->machine->domain_count; i++) {
		struct domain domain = power->machine->domains[i].domain;

		if (domain.pace_ns > 0 && domain.pace_ns < PACE_LEAST_NS)
			domain.pace_ns = PACE_LEAST_NS;
		if (series_add_domain(&power->series, &domain) < 0)
			return -ENOSPC;
	}
	return 0;
}

static bool is_used(const struct machine_source *source)
{
	for (size_t k = 0; k < source->domain_count; k++)
		if (source->slot[k] >= 0)
			return true;
	return false;
}

static int open_sources(struct live_power *power, enum machine_phase phase)
{
	int r;

	machine_open(power->machine, phase);
	r = add_domains(power);
	for (size_t i = 0; r == 0 && i < power->machine->source_count; i++) {
		struct machine_source *own = &power->machine->sources[i];

		if (!own->state || !is_used(own))
			continue;
		r = sampler_add_source(power->sampler, own->source, own->state, own->slot,
				       own->read_ns);
		if (r == 0)
			own->state = NULL;
	}
	return r;
}

static int open_machine_use(struct live_power *power)
{
	for (size_t i = 0; i < activity_row_count; i++) {
		const struct activity *activity = activity_rows[i].activity;
		struct scope nobody = { .root_pid = 0 };
		struct diag diag = { 0 };
		void *state = NULL;

		if (strcmp(activity->name, "machine") == 0 &&
		    activity->open(power->host, &nobody, &diag, &state) == 0)
			return sampler_add_activity(power->sampler, activity, state);
	}
	return 0;
}

static uint32_t count_cpus(const struct host *host)
{
	AUTO_FREE char *text = NULL;
	uint32_t count = 0;

	if (host_read_all(host, "proc/stat", &text) < 0)
		return 0;
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		count += strncmp(line, "cpu", 3) == 0 && line[3] >= '0' && line[3] <= '9';
	}
	return count;
}

static uint64_t all_memory(const struct host *host)
{
	AUTO_FREE char *text = NULL;
	uint64_t kib = 0;

	if (host_read_all(host, "proc/meminfo", &text) < 0 ||
	    parse_keyed_u64(text, "MemTotal:", &kib) < 0 || kib > UINT64_MAX / 1024)
		return 0;
	return kib * 1024;
}

static void free_power(struct live_power **power)
{
	live_power_free(*power);
}

int live_power_new(const struct host *host, struct live_power **ret)
{
	CLEANUP(free_power) struct live_power *power = calloc(1, sizeof *power);
	int r;

	if (!power)
		return -ENOMEM;
	power->host = host;
	r = machine_new(host, &power->machine);
	if (r == 0)
		r = sampler_new(host, PERIOD_NS, &power->sampler);
	if (r < 0)
		return r;
	series_init(&power->series, 0);
	r = open_sources(power, MACHINE_FAST);
	if (r == 0)
		r = open_machine_use(power);
	if (r < 0)
		return r;
	power->cpus = count_cpus(host);
	power->memory_bytes = all_memory(host);
	*ret = STEAL(power);
	return 0;
}

void live_power_free(struct live_power *power)
{
	if (!power)
		return;
	sampler_free(power->sampler);
	machine_free(power->machine);
	free(power);
}

/* --- reading ------------------------------------------------------------------------------ */

/* The model has said something when it was tried, a moment ago, and needs a tick to say more. */
static void begin_with_first_answers(struct live_power *power)
{
	for (size_t i = 0; i < power->machine->source_count; i++) {
		const struct machine_source *source = &power->machine->sources[i];

		for (size_t k = 0; k < source->domain_count; k++) {
			struct reading *own =
				source->slot[k] < 0
					? NULL
					: &power->frame.reading[source->slot[k]];

			if (own && own->err == -EAGAIN && source->first[k].err == 0)
				*own = source->first[k];
		}
	}
}

static void take(struct live_power *power, enum read_why why)
{
	bool first = !power->begun;

	sampler_take(power->sampler, why, &power->frame);
	/* The sampler counts its own ticks, which nobody waits for here. */
	power->frame.missed = 0;
	if (first) {
		begin_with_first_answers(power);
		power->series.start_ns = sampler_start_ns(power->sampler);
		power->begun = true;
	}
	(void)series_add(&power->series, &power->frame, false, &power->row, &power->gaps);
}

static bool is_dead(const struct live_power *power, uint32_t i)
{
	const struct series_domain *own = &power->series.domains[i];

	return own->domain.measure == MEASURE_ENERGY && !own->alive && own->last.has &&
	       (power->frame.reading[i].has & READING_ENERGY) &&
	       power->frame.reading[i].t_ns - own->last.t_ns >= DEAD_NS;
}

/* A counter that never moves is no meter: then the estimate counts, until it does move. */
static void decide(struct live_power *power)
{
	struct machine *machine = power->machine;
	bool changed = false;

	for (uint32_t i = 0; i < machine->domain_count; i++) {
		struct run_domain *own = &machine->domains[i];
		/* One that was alive and had a gap is not dead for that. */
		bool dead = power->series.domains[i].energy_uj == 0 && is_dead(power, i);

		changed = changed || dead != own->stood_still;
		own->stood_still = dead;
	}
	if (changed)
		ledger_decide(machine->domains, machine->domain_count);
}

/* E-8: two that show the same moving value are one. */
static void drop_twins(struct live_power *power)
{
	struct machine *machine = power->machine;

	for (uint32_t i = 0; i < machine->domain_count; i++) {
		struct run_domain *own = &machine->domains[i];
		int twin = power->series.domains[i].twin;
		char id[DOMAIN_ID_MAX];

		if (!own->counted || twin < 0 || !machine->domains[twin].counted)
			continue;
		own->counted = false;
		(void)copy_text(id, sizeof id, machine->domains[twin].domain.id);
		(void)snprintf(own->why_not, sizeof own->why_not, "reads the same as %s",
			       id);
	}
}

static double seconds(int64_t ns)
{
	return (double)ns / (double)NS_PER_S;
}

/* What a domain did since the last window ended: uj over ns. */
static struct live_window window_of(const struct live_power *power, uint32_t i)
{
	const struct series_domain *own = &power->series.domains[i];
	const struct live_window *mark = &power->marks[i];

	if (power->window_ns <= 0)
		return (struct live_window){ .covered_ns = 0 };
	return (struct live_window){ own->energy_uj - mark->energy_uj,
				     own->maybe_lost_uj - mark->maybe_lost_uj,
				     own->ripple_uj - mark->ripple_uj,
				     own->covered_ns - mark->covered_ns };
}

static void fill_domain(const struct live_power *power, uint32_t i,
			struct live_domain *ret)
{
	const struct series_domain *own = &power->series.domains[i];
	const struct live_window *window = &power->windows[i];
	double covered = seconds(own->covered_ns);

	*ret = (struct live_domain){ .power_w = NAN,
				     .energy_j = NAN,
				     .covered_ratio = NAN };
	ret->what = power->machine->domains[i];
	ret->what.wraps = own->wraps;
	ret->what.maybe_lost_uj = own->maybe_lost_uj;
	ret->what.ripple_uj = own->ripple_uj;
	if (power->frame.t_ns > 0)
		ret->covered_ratio = fmin(1, covered / seconds(power->frame.t_ns));
	if (own->covered_ns > 0)
		ret->energy_j = (double)own->energy_uj / (double)UJ_PER_J;
	if (window->covered_ns > 0)
		ret->power_w = (double)window->energy_uj / (double)UJ_PER_J /
			       seconds(window->covered_ns);
}

static void fill_use(struct live_power *power, struct live_view *view)
{
	const struct use *from = &power->use;
	const struct use *to = &power->frame.use;
	uint32_t both = from->has & to->has;
	double cpu_s = seconds(to->t_ns - from->t_ns) * power->cpus;

	power->has_busy = power->window_ns > 0 && (both & USE_MACHINE_CPU) &&
			  to->machine_cpu_ns >= from->machine_cpu_ns;
	power->busy_ns = power->has_busy ? to->machine_cpu_ns - from->machine_cpu_ns : 0;
	view->cpu_busy_ratio = NAN;
	if (power->has_busy && cpu_s > 0)
		view->cpu_busy_ratio = fmin(1, seconds((int64_t)power->busy_ns) / cpu_s);
	view->cpus = power->cpus;
	view->memory_bytes = power->memory_bytes;
	view->memory_used_bytes = to->has & USE_MACHINE_MEM ? to->machine_mem_bytes : 0;
	power->use = *to;
}

static void set_marks(struct live_power *power)
{
	for (uint32_t i = 0; i < power->series.count; i++) {
		const struct series_domain *own = &power->series.domains[i];

		power->marks[i] =
			(struct live_window){ own->energy_uj, own->maybe_lost_uj,
					      own->ripple_uj, own->covered_ns };
	}
	power->last_ns = power->frame.t_ns;
}

int live_power_read(struct live_power *power, struct live_view *view)
{
	bool first = !power->begun;
	int r = 0;

	take(power, first ? READ_EDGE : READ_TICK);
	power->window_ns = first ? 0 : power->frame.t_ns - power->last_ns;
	decide(power);
	drop_twins(power);
	view->at_unix_ns = host_clock_ns(power->host, HOST_REALTIME);
	view->window_s = seconds(power->window_ns);
	view->watched_s = seconds(power->frame.t_ns);
	view->domain_count = power->machine->domain_count;
	for (uint32_t i = 0; i < view->domain_count; i++) {
		power->windows[i] = window_of(power, i);
		fill_domain(power, i, &view->domains[i]);
	}
	live_power_sum(power->machine->domains, power->windows, view->domain_count,
		       &view->power_w);
	fill_use(power, view);
	set_marks(power);
	if (!first && !power->opened_all) {
		power->opened_all = true;
		r = open_sources(power, MACHINE_SLOW);
		take(power, READ_EDGE);
	}
	return r;
}

bool live_power_is_open(const struct live_power *power)
{
	return power->opened_all;
}

bool live_power_busy_ns(const struct live_power *power, uint64_t *ret_ns)
{
	if (power->has_busy)
		*ret_ns = power->busy_ns;
	return power->has_busy;
}
