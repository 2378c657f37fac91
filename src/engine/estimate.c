/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_estimate(): what a run would use, from its hardware's data or from runs like it. */
#include "calc/estimate.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "engine/locate.h"
#include "engine/select.h"
#include "machine/cpu-curve.h"
#include "machine/memory-model.h"
#include "machine/server-share.h"
#include "place/accelerator.h"
#include "place/equivalence.h"
#include "place/factor.h"
#include "report/estimate-view.h"

#define GIB         ((double)(1 << 30))
#define DEVICES_MAX 3
#define HOURS_MAX   (100 * 366 * 24.0)
#define LIKE_MAX    1000

struct planning {
	struct gramme *gramme;
	const struct gramme_estimate_opts *opts;
	double load;
	struct estimate_device device[DEVICES_MAX];
	size_t device_count;
	struct accelerator board;
	char cpu_name[CPU_NAME_MAX];
	double host_ratio; /* of this machine; NAN: all of it, or not asked of */
	struct quantity *similar_w;
	size_t similar_count;
	double similar_hours; /* their mean */
	struct factor pue;
	struct factor intensity;
	struct factor scc_country;
	struct factor scc_global;
	struct estimate estimate;
};

static void planning_done(struct planning *planning)
{
	free(planning->similar_w);
}

static void assume(struct planning *p, const char *what, const char *source,
		   const char *fmt, ...) PRINTF_LIKE(4, 5);

static void assume(struct planning *p, const char *what, const char *source,
		   const char *fmt, ...)
{
	char value[96];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(value, sizeof value, fmt, args);
	va_end(args);
	(void)estimate_assume(&p->estimate, what, value, source);
}

/* --- from runs like it -------------------------------------------------------------------- */

/* A run's mean power; false where its energy or time is not known, or it came to nothing. */
static bool power_of(const struct run_view *view, struct quantity *ret)
{
	double seconds = (double)view->record.info.duration_ns / (double)NS_PER_S;

	if (!view->attributed_j.known || seconds <= 0 ||
	    view->record.info.state == RUN_FAILED ||
	    view->record.info.state == RUN_INTERRUPTED)
		return false;
	*ret = view->attributed_j;
	ret->value /= seconds;
	ret->low /= seconds;
	ret->high /= seconds;
	return true;
}

/* A run inside another of them says nothing that the other does not. */
static bool is_inside(struct store *store, const struct run_view *view,
		      const int64_t *keys, size_t count)
{
	for (size_t i = 0; i < view->outer_count; i++) {
		struct diag ignored = { 0 };
		int64_t key = 0;

		if (store_find(store, view->outers[i], &ignored, &key) < 0)
			continue;
		for (size_t k = 0; k < count; k++)
			if (keys[k] == key)
				return true;
	}
	return false;
}

static int take_similar(struct planning *p, const struct view_door *door,
			const int64_t *keys, size_t count)
{
	p->similar_w = calloc(count, sizeof *p->similar_w);
	if (!p->similar_w)
		return diag_fail(&p->gramme->diag, -ENOMEM, "cannot look at %zu runs",
				 count);
	for (size_t i = 0; i < count; i++) {
		CLEANUP(run_view_done) struct run_view view;
		int r;

		memset(&view, 0, sizeof view);
		r = view_make(door, keys[i], &p->gramme->diag, &view);
		if (r < 0)
			return r;
		if (is_inside(door->store, &view, keys, count) ||
		    !power_of(&view, &p->similar_w[p->similar_count]))
			continue;
		p->similar_count++;
		p->similar_hours +=
			(double)view.record.info.duration_ns / (double)NS_PER_S / 3600;
	}
	if (p->similar_count == 0)
		return diag_say(&p->gramme->diag, -ENODATA,
				"no run like '%.60s' ended well with its energy known",
				p->opts->like);
	p->similar_hours /= (double)p->similar_count;
	return 0;
}

/* An experiment's name stands for all its runs, else it is a run. */
static int take_like(struct planning *p)
{
	struct gramme *gramme = p->gramme;
	const char *like = p->opts->like;
	const char *const runs[] = { like, NULL };
	struct gramme_filter filter =
		GRAMME_FILTER(.experiment = like, .limit = LIKE_MAX);
	CLEANUP(select_close) struct store *store = NULL;
	CLEANUP(selection_done) struct selection similar = { NULL, 0 };
	struct view_door door;
	int r = select_open(gramme, &store);

	if (r < 0)
		return r;
	r = select_runs(gramme, store, NULL, &filter, &similar);
	(void)snprintf(p->estimate.like, sizeof p->estimate.like, "the experiment %.70s",
		       like);
	if (r == -ENOENT) {
		r = select_runs(gramme, store, runs, NULL, &similar);
		(void)snprintf(p->estimate.like, sizeof p->estimate.like, "the run %.70s",
			       like);
	}
	if (r < 0)
		return r;
	door = (struct view_door){ store, gramme->tables };
	return take_similar(p, &door, similar.keys, similar.count);
}

/* --- from the hardware's data ------------------------------------------------------------- */

/* A row of model_parameter.csv with its interval. */
static struct quantity parameter(struct tables *tables, const char *name)
{
	const struct table *table = tables_get(tables, "model_parameter");
	struct quantity q = { .kind = KIND_ASSUMED };
	size_t row;

	if (!table)
		return q;
	row = table_find(table, table_column(table, "name"), name, 0);
	q.known = row < table_rows(table) &&
		  table_number(table, row, table_column(table, "value"), &q.value) &&
		  table_number(table, row, table_column(table, "low"), &q.low) &&
		  table_number(table, row, table_column(table, "high"), &q.high);
	return q;
}

static int take_gpu(struct planning *p)
{
	struct gramme *gramme = p->gramme;
	struct quantity idle = parameter(gramme->tables, "gpu_idle_share");
	struct quantity full = parameter(gramme->tables, "gpu_full_share");
	struct estimate_device *device = &p->device[p->device_count];
	int r;

	if (!p->opts->gpu || strcasecmp(p->opts->gpu, "none") == 0)
		return 0;
	r = accelerator_of_text(gramme->tables, p->opts->gpu, &gramme->diag, &p->board);
	if (r < 0)
		return r;
	*device = (struct estimate_device){ .family = FAMILY_GPU,
					    .name = p->board.name,
					    .count = p->board.count };
	device->each_w = estimate_board_w(&p->board.limit_w, &idle, &full, p->load);
	assume(p, "power limit of a board", p->board.limit_w.source, "%.0f W (%s)",
	       p->board.limit_w.value, p->board.name);
	if (p->board.note[0] != '\0')
		assume(p, "which board", "the name fits several", "%.90s", p->board.note);
	assume(p, "a busy board draws", "8-GPU nodes, MLPerf training power",
	       "%.0f %% of its limit", 100 * full.value);
	p->device_count++;
	return 0;
}

/* The processor by its name, or as this machine says it. */
static int see_cpu(struct planning *p, struct cpu_seen *seen, struct cpu_facts *facts)
{
	AUTO_FREE char *text = NULL;
	const char *name = p->opts->cpu;

	memset(seen, 0, sizeof *seen);
	memset(facts, 0, sizeof *facts);
	if (!name) {
		if (host_read_all(&p->gramme->host, "proc/cpuinfo", &text) < 0 ||
		    cpu_model_parse(text, seen) < 0)
			return diag_say(&p->gramme->diag, -ENODATA,
					"this machine does not tell its processor: "
					"--cpu NAME, or --cpu none");
		cpu_model_facts(seen, facts);
		p->host_ratio = server_share_ratio(seen);
		return 0;
	}
	(void)copy_text(seen->name, sizeof seen->name, name);
	seen->chips = 1;
	cpu_model_facts(seen, facts);
	seen->threads = facts->chip_threads;
	if (facts->tdp_mw == 0)
		return diag_say(&p->gramme->diag, -ENOENT,
				"no table knows a processor '%.60s'", name);
	return 0;
}

/* The part of the machine's cores that is used; 1 where it is not known how many it has. */
static double cores_part(const struct planning *p, const struct cpu_seen *seen)
{
	double cores = seen->threads / 2.0;

	if (p->opts->cores <= 0 || cores <= 0 || p->opts->cores >= cores)
		return 1;
	return p->opts->cores / cores;
}

static int take_cpu(struct planning *p)
{
	struct estimate_device *device = &p->device[p->device_count];
	struct cpu_curve curve;
	struct cpu_facts facts;
	struct cpu_seen seen;
	int r;

	if (p->opts->cpu && strcasecmp(p->opts->cpu, "none") == 0)
		return 0;
	r = see_cpu(p, &seen, &facts);
	if (r < 0)
		return r;
	cpu_curve_of(&seen, &facts, &curve);
	(void)copy_text(p->cpu_name, sizeof p->cpu_name,
			seen.name[0] ? seen.name : "processor");
	*device = (struct estimate_device){ .family = FAMILY_CPU,
					    .name = p->cpu_name,
					    .count = cores_part(p, &seen) };
	device->each_w =
		estimate_cpu_w(cpu_curve_uw(&curve, (uint32_t)(p->load * LOAD_FULL_PPM)),
			       curve.gain_u_permille, curve.offset_u_uw);
	if (!p->opts->cpu)
		assume(p, "processor", "this machine's, as none was given", "%s",
		       p->cpu_name);
	assume(p, "power of the processor", "docs/METHOD.md, estimate without a meter",
	       "%.90s", curve.note);
	if (p->opts->cores > 0)
		assume(p, "part of its cores", "two threads a core", "%.0f %%",
		       100 * device->count);
	p->device_count++;
	return 0;
}

static void take_memory(struct planning *p)
{
	struct estimate_device *device = &p->device[p->device_count];
	struct memory_seen seen = { 0 };
	double bytes = p->opts->memory_gib * GIB;
	bool given = bytes > 0;

	if (!given && memory_model_see(&p->gramme->host, &seen) == 0)
		bytes = (double)seen.bytes;
	if (!(bytes > 0 && bytes < 1e18))
		return;
	*device = (struct estimate_device){ .family = FAMILY_MEMORY,
					    .name = "memory",
					    .count = 1 };
	device->each_w = estimate_memory_w(
		memory_model_part_uw((uint64_t)bytes,
				     given ? (double)NAN : p->host_ratio));
	assume(p, "memory", given ? "given" : "this machine's, as none was given",
	       "%.0f GiB", bytes / GIB);
	p->device_count++;
}

static int take_devices(struct planning *p)
{
	int r = take_gpu(p);

	if (r == 0)
		r = take_cpu(p);
	if (r < 0)
		return r;
	take_memory(p);
	assume(p, "load", p->opts->utilisation > 0 ? "given" : "not given", "%.0f %%",
	       100 * p->load);
	return 0;
}

/* --- where -------------------------------------------------------------------------------- */

static int take_place(struct planning *p, double hours)
{
	struct tables *tables = p->gramme->tables;
	struct place *place = &p->estimate.place;
	int64_t now_ns = host_clock_ns(&p->gramme->here, HOST_REALTIME);
	int r = locate(p->gramme, p->opts->region, false, place);

	if (r < 0)
		return r;
	if (place->note[0] != '\0')
		assume(p, "place", place->note, "%s", place->text);
	factor_pue(tables, place, now_ns, &p->pue);
	if (p->opts->pue > 0) {
		p->pue = (struct factor){ .value = { .known = true,
						     .value = p->opts->pue,
						     .low = p->opts->pue,
						     .high = p->opts->pue,
						     .kind = KIND_ASSUMED } };
		(void)copy_text(p->pue.value.source, sizeof p->pue.value.source,
				"option");
	}
	factor_average(tables, place, now_ns, (int64_t)(hours * 3600e9), &p->intensity);
	factor_scc_country(tables, place, &p->scc_country);
	factor_scc_global(tables, now_ns, &p->scc_global);
	return 0;
}

/* --- the call ----------------------------------------------------------------------------- */

static int check(struct planning *p)
{
	const struct gramme_estimate_opts *opts = p->opts;

	p->load = opts->utilisation > 0 ? opts->utilisation : 1;
	if (!(p->load <= 1))
		return diag_say(&p->gramme->diag, -EINVAL,
				"the utilisation is not a ratio from 0 to 1");
	if (!(opts->hours >= 0 && opts->hours <= HOURS_MAX))
		return diag_say(&p->gramme->diag, -EINVAL,
				"the hours are not a number from 0 to %.0f (100 years)",
				HOURS_MAX);
	if (opts->pue > 0 && !(opts->pue >= 1 && opts->pue <= 10))
		return diag_say(&p->gramme->diag, -EINVAL,
				"the PUE is not a number from 1 to 10");
	return 0;
}

static int plan(struct planning *p)
{
	struct tables *tables = p->gramme->tables;
	struct estimate_ask ask = { .hours = p->opts->hours };
	int r = check(p);

	if (r == 0)
		r = p->opts->like ? take_like(p) : take_devices(p);
	if (r < 0)
		return r;
	if (ask.hours <= 0)
		ask.hours = p->similar_hours;
	r = take_place(p, ask.hours);
	if (r < 0)
		return r;
	ask.devices = p->device;
	ask.device_count = p->device_count;
	ask.similar_w = p->similar_w;
	ask.similar_count = p->similar_count;
	ask.pue = &p->pue;
	ask.intensity = &p->intensity;
	ask.scc_country = &p->scc_country;
	ask.scc_global = &p->scc_global;
	ask.dollars_country = factor_dollars_of(tables, "scc_country");
	ask.dollars_global = factor_dollars_of(tables, "scc_global");
	r = estimate_of(&ask, &p->estimate);
	if (r < 0)
		return diag_say(&p->gramme->diag, r,
				"there is nothing to estimate from: --hours with --gpu, "
				"--cpu or --like");
	if (tables_trouble(tables)[0] != '\0')
		assume(p, "tables of your own", tables_trouble(tables), "left aside");
	p->estimate.equivalence_count =
		equivalences_of(tables,
				p->estimate.carbon_kg.known ? p->estimate.carbon_kg.value
							    : 0,
				p->estimate.place.country, p->estimate.equivalence,
				ESTIMATE_EQUIVALENCES_MAX);
	return 0;
}

int gramme_estimate(struct gramme *gramme, const struct gramme_estimate_opts *given,
		    const char *format, uint32_t flags, char **ret)
{
	CLEANUP(planning_done)
	struct planning planning = { .gramme = gramme, .host_ratio = (double)NAN };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct report_opts how = { .colour = flags & GRAMME_TEXT_COLOUR, .width = 80 };
	struct gramme_estimate_opts opts;
	int r = context_format(gramme, format, ret);

	if (r < 0)
		return r;
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	planning.opts = &opts;
	if (!context_tables(gramme))
		return diag_fail(&gramme->diag, -ENOMEM, "cannot estimate");
	r = plan(&planning);
	if (r < 0)
		return r;
	if (strcmp(format, "json") == 0)
		return estimate_json(&planning.estimate, ret);
	estimate_text(&planning.estimate, &how, &out);
	return strbuf_steal(&out, ret);
}
