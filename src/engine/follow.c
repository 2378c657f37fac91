/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/follow.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "calc/ledger.h"
#include "engine/follow-power.h"
#include "engine/outlook.h"
#include "engine/run-sums.h"

/* What a run's rows come to, up to some row. */
struct sums {
	struct ledger *ledger;
	struct follow_power power;
	int64_t known_ns;
};

#define WAITING_MAX 64

struct followed {
	struct live_run live;
	bool listed; /* by this update */
	bool ended;
	struct run_domain *domains;
	size_t domain_count;
	struct store_cursor at;
	struct sums before;     /* the cursor's block, which may come again, longer */
	struct sums now;        /* with it */
	struct outlook outlook; /* a row that comes again changes nothing in it */
	struct store_metric_from told;
	/* What was told of progress, and is of rows to come; of too much the oldest goes. */
	struct run_metric waiting[WAITING_MAX];
	size_t waiting_count;
};

struct follow {
	struct view_door door;
	struct run_sums_cache rates;
	struct followed **runs;
	size_t count;
	size_t room;
};

int follow_open(const struct view_door *door, struct follow **ret)
{
	struct follow *follow = calloc(1, sizeof *follow);

	if (!follow)
		return -ENOMEM;
	follow->door = *door;
	*ret = follow;
	return 0;
}

static void run_free(struct followed *run)
{
	run_info_done(&run->live.info);
	free(run->domains);
	ledger_free(run->before.ledger);
	ledger_free(run->now.ledger);
	free(run);
}

void follow_close(struct follow *follow)
{
	if (!follow)
		return;
	for (size_t i = 0; i < follow->count; i++)
		run_free(follow->runs[i]);
	free(follow->runs);
	free(follow);
}

size_t follow_count(const struct follow *follow)
{
	return follow->count;
}

const struct live_run *follow_run(const struct follow *follow, size_t i)
{
	return i < follow->count ? &follow->runs[i]->live : NULL;
}

/* --- a run's rows --- */

static void sums_assign(struct sums *to, const struct sums *from)
{
	ledger_assign(to->ledger, from->ledger);
	to->power = from->power;
	to->known_ns = from->known_ns;
}

static int sums_begin(struct sums *sums, const struct followed *run)
{
	ledger_free(sums->ledger);
	memset(sums, 0, sizeof *sums);
	return ledger_new(run->domains, run->domain_count, &run->live.info.reserve,
			  &sums->ledger);
}

static void sums_add(struct sums *sums, const struct followed *run,
		     const struct sample *row)
{
	ledger_add(sums->ledger, row);
	follow_power_add(&sums->power, row, sums->ledger, run->domain_count);
	sums->known_ns = row->t_ns;
}

/* --- what it will come to --- */

static int take_told(void *ctx, const struct run_metric *metric)
{
	struct followed *run = ctx;

	if (run->waiting_count == WAITING_MAX)
		memmove(run->waiting, &run->waiting[1],
			--run->waiting_count * sizeof *run->waiting);
	run->waiting[run->waiting_count++] = *metric;
	return 0;
}

/* What was told goes before the row that comes with it, or after. */
static void look_ahead(struct followed *run, int64_t t_ns)
{
	size_t told = 0;

	while (told < run->waiting_count && run->waiting[told].t_ns <= t_ns) {
		const struct run_metric *metric = &run->waiting[told++];

		outlook_tell(&run->outlook, (double)metric->t_ns / 1e9, metric->value);
	}
	run->waiting_count -= told;
	memmove(run->waiting, &run->waiting[told],
		run->waiting_count * sizeof *run->waiting);
	outlook_see(&run->outlook, (double)t_ns / 1e9,
		    (double)ledger_active_uj(run->now.ledger) / 1e6);
}

/* Before the run's first row, also where they are all read again. */
static int begin_outlook(struct follow *follow, struct followed *run, struct diag *diag)
{
	struct run_tag tag;
	int64_t key = run->live.info.key;
	int r = store_tag_get(follow->door.store, key, OUTLOOK_TAG, diag, &tag);

	if (r < 0)
		return r;
	outlook_init(&run->outlook, outlook_expected_s(&tag, 1));
	run->waiting_count = 0;
	run->told = (struct store_metric_from){ .run = key, .name = OUTLOOK_METRIC };
	return 0;
}

/* What sums hang on: a domain's doubts and bounds may grow on. */
static bool same_domains(const struct followed *run, const struct run_domain *domains,
			 size_t count)
{
	if (!run->now.ledger || run->domain_count != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct run_domain *a = &run->domains[i];
		const struct run_domain *b = &domains[i];

		if (strcmp(a->domain.id, b->domain.id) != 0 ||
		    a->domain.family != b->domain.family ||
		    a->domain.kind != b->domain.kind || a->domain.gpu != b->domain.gpu ||
		    a->counted != b->counted)
			return false;
	}
	return true;
}

/* Where a source came late, or another proved better, the rows are read from the first again. */
static int take_domains(struct follow *follow, struct followed *run, struct diag *diag)
{
	AUTO_FREE struct run_domain *domains = NULL;
	size_t count = 0;
	int r = store_domains(follow->door.store, run->live.info.key, diag, &domains,
			      &count);

	if (r < 0 || same_domains(run, domains, count))
		return r;
	free(run->domains);
	run->domains = STEAL(domains);
	run->domain_count = count;
	run->at = (struct store_cursor){ .run = run->live.info.key };
	r = begin_outlook(follow, run, diag);
	if (r == 0)
		r = sums_begin(&run->before, run);
	if (r == 0)
		r = sums_begin(&run->now, run);
	if (r == 0)
		return 0;
	/* Made anew by the next update. */
	ledger_free(run->now.ledger);
	run->now.ledger = NULL;
	return diag_fail(diag, r, "cannot follow run %s", run->live.info.id);
}

static int take_block(void *ctx, const struct store_block *block)
{
	struct followed *run = ctx;

	if (block->number == run->at.block)
		sums_assign(&run->now, &run->before);
	else
		sums_assign(&run->before, &run->now);
	for (size_t i = 0; i < block->count; i++) {
		sums_add(&run->now, run, &block->rows[i]);
		look_ahead(run, block->rows[i].t_ns);
	}
	run->at.block = block->number;
	run->at.rows = block->count;
	return 0;
}

/* --- what they come to --- */

/* A counter may come to be known, or not known, but never falls. */
static double never_less(double before, double now)
{
	return now < before ? before : now;
}

static void fill_joules(struct followed *run)
{
	struct live_run *live = &run->live;
	struct ledger_total total;

	ledger_total_get(run->now.ledger, &total);
	live->machine_j =
		never_less(live->machine_j,
			   total.sum.has_machine ? (double)total.sum.machine.value / 1e6
						 : NAN);
	live->attributed_j =
		never_less(live->attributed_j,
			   total.sum.has_share ? (double)total.sum.active.value / 1e6
					       : NAN);
	/* Sums never fall, so an estimate's joules stay in them when a meter comes. */
	live->machine_kind = kind_worse(live->machine_kind, total.kind);
	live->kind = kind_worse(live->machine_kind, KIND_DERIVED);
}

/* As in the ledger's sums: up to a hundredth of a sum may be nobody's. */
#define UNKNOWN_PART 100

struct family_sum {
	bool any;
	double share_j;
	double machine_j;
	double lacking_j; /* of those whose share is not known */
};

static void family_add(struct family_sum *sum, const struct ledger_domain *own)
{
	double machine_j = own->has_machine ? (double)own->machine.value / 1e6 : 0;

	sum->machine_j += machine_j;
	if (!own->has_share) {
		sum->lacking_j += machine_j;
		return;
	}
	sum->any = true;
	sum->share_j += (double)own->active.value / 1e6;
}

static void fill_families(struct followed *run)
{
	struct live_run *live = &run->live;
	struct family_sum sums[FAMILIES] = { { .any = false } };

	for (size_t i = 0; i < run->domain_count; i++) {
		struct ledger_domain own;

		ledger_domain_get(run->now.ledger, i, &own);
		if (run->domains[i].counted)
			family_add(&sums[run->domains[i].domain.family], &own);
	}
	for (size_t i = 0; i < FAMILIES; i++) {
		live->has_family[i] = sums[i].any && sums[i].lacking_j * UNKNOWN_PART <=
							     sums[i].machine_j;
		if (live->has_family[i])
			live->family_j[i] =
				never_less(live->family_j[i], sums[i].share_j);
	}
}

static void fill_carbon(struct follow *follow, struct followed *run)
{
	struct live_run *live = &run->live;
	const struct run_rate *rate =
		run_rate_of(follow->door.tables, &follow->rates, &live->info);

	if (rate->known)
		live->carbon_kg =
			never_less(live->carbon_kg, live->attributed_j * rate->kg_per_j);
	else
		live->carbon_kg = NAN;
}

static void fill(struct follow *follow, struct followed *run)
{
	struct live_run *live = &run->live;
	struct ledger_total total;

	fill_joules(run);
	fill_families(run);
	fill_carbon(follow, run);
	live->power_w = follow_power_w(&run->now.power, run->domains, run->domain_count,
				       run->now.known_ns);
	ledger_total_get(run->now.ledger, &total);
	outlook_get(&run->outlook, &total, &live->outlook);
	live->known_s = (double)run->now.known_ns / (double)NS_PER_S;
	live->elapsed_s =
		fmax((double)live->info.duration_ns / (double)NS_PER_S, live->known_s);
}

static int read_run(struct follow *follow, struct followed *run, struct diag *diag)
{
	int r = take_domains(follow, run, diag);

	if (r == 0)
		r = store_metric_after(follow->door.store, &run->told, take_told, run,
				       diag);
	if (r == 0)
		r = store_blocks(follow->door.store, &run->at, take_block, run, diag);
	if (r == 0)
		fill(follow, run);
	return r;
}

/* --- which runs --- */

static struct followed *find(const struct follow *follow, int64_t key)
{
	for (size_t i = 0; i < follow->count; i++)
		if (follow->runs[i]->live.info.key == key)
			return follow->runs[i];
	return NULL;
}

static struct followed *add_run(struct follow *follow)
{
	struct followed *run;
	struct followed **grown =
		reallocarray(follow->runs, follow->count + 1, sizeof(struct followed *));

	if (!grown)
		return NULL;
	follow->runs = grown;
	run = calloc(1, sizeof *run);
	if (!run)
		return NULL;
	run->live.machine_j = run->live.attributed_j = NAN;
	run->live.carbon_kg = run->live.power_w = NAN;
	run->live.outlook.time_left_s = run->live.outlook.done_ratio = NAN;
	follow->runs[follow->count++] = run;
	return run;
}

/* What info owns goes over. */
static void take_info(struct followed *run, struct run_info *info)
{
	run_info_done(&run->live.info);
	run->live.info = *info;
	memset(info, 0, sizeof *info);
}

static int take_running(struct follow *follow, struct diag *diag)
{
	static const struct store_filter running = { .has_state = true,
						     .state = RUN_RUNNING };
	struct run_info *infos;
	size_t count;
	int r = store_list(follow->door.store, &running, diag, &infos, &count);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count && r == 0; i++) {
		struct followed *run = find(follow, infos[i].key);

		if (!run)
			run = add_run(follow);
		if (!run) {
			r = diag_fail(diag, -ENOMEM, "cannot follow run %s", infos[i].id);
			break;
		}
		take_info(run, &infos[i]);
		run->listed = true;
	}
	store_free_infos(infos, count);
	return r;
}

/* Its last state, and what was written with it. */
static int end_run(struct follow *follow, struct followed *run, struct diag *diag)
{
	CLEANUP(run_record_done) struct run_record record = { .domain_count = 0 };
	int r = store_load(follow->door.store, run->live.info.key, diag, &record);

	if (r < 0)
		return r;
	take_info(run, &record.info);
	run->ended = run->live.info.state != RUN_RUNNING;
	return 0;
}

static void drop(struct follow *follow, size_t i)
{
	run_free(follow->runs[i]);
	follow->runs[i] = follow->runs[--follow->count];
}

static void drop_ended(struct follow *follow)
{
	for (size_t i = follow->count; i-- > 0;) {
		follow->runs[i]->listed = false;
		if (follow->runs[i]->ended)
			drop(follow, i);
	}
}

static int newest_first(const void *a, const void *b)
{
	const struct run_info *left = &(*(struct followed *const *)a)->live.info;
	const struct run_info *right = &(*(struct followed *const *)b)->live.info;

	if (left->started_unix_ns != right->started_unix_ns)
		return left->started_unix_ns < right->started_unix_ns ? 1 : -1;
	return left->key < right->key ? 1 : -1;
}

/* One run's trouble is not the others'. */
static int read_all(struct follow *follow, struct diag *diag)
{
	int first = 0;

	for (size_t i = follow->count; i-- > 0;) {
		struct followed *run = follow->runs[i];
		struct diag own = { 0 };
		int r = run->listed ? 0 : end_run(follow, run, &own);

		if (r == -ENOENT) {
			drop(follow, i);
			continue;
		}
		if (r == 0)
			r = read_run(follow, run, &own);
		if (r < 0 && first == 0) {
			first = r;
			if (diag)
				*diag = own;
		}
	}
	return first;
}

int follow_update(struct follow *follow, struct diag *diag)
{
	int r;

	drop_ended(follow);
	r = take_running(follow, diag);
	if (r == 0)
		r = read_all(follow, diag);
	if (follow->count > 1)
		qsort(follow->runs, follow->count, sizeof(struct followed *),
		      newest_first);
	return r;
}
