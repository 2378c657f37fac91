/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "engine/follow.h"
#include "fixture.h"

#define S NS_PER_S

/* A run that is written as a sampler does: a flush now and then, the last block anew. */
struct writer {
	struct run_info info;
	struct run_domain domains[3];
	size_t domain_count;
	struct sample block[STORE_BLOCK_ROWS];
	size_t rows;
	uint32_t number;
	struct sample row;
};

struct folder {
	struct view_door door;
	struct follow *follow;
	struct diag diag;
	struct writer writers[2];
};

static int set_up(void **state)
{
	struct folder *place = calloc(1, sizeof *place);

	assert_non_null(place);
	assert_int_equal(store_open(":memory:", STORE_WRITE, &place->diag,
				    &place->door.store),
			 0);
	assert_int_equal(tables_new(NULL, &place->door.tables), 0);
	assert_int_equal(follow_open(&place->door, &place->follow), 0);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	struct folder *place = *state;

	follow_close(place->follow);
	store_close(place->door.store);
	tables_free(place->door.tables);
	free(place);
	return 0;
}

static void add_domain(struct writer *writer, const char *id, enum family family)
{
	struct run_domain *own = &writer->domains[writer->domain_count++];

	domain_init(&own->domain, id, family);
	(void)copy_text(own->source, sizeof own->source, "powercap");
	own->counted = true;
}

static struct writer *begin(struct folder *place, size_t i)
{
	struct writer *writer = &place->writers[i];
	struct run_info *info = &writer->info;

	(void)snprintf(info->id, sizeof info->id, "run-%zu", i);
	info->started_unix_ns = (int64_t)(1700000000 + i) * S;
	info->attributed_j = info->machine_j = -1;
	add_domain(writer, "package-0", FAMILY_CPU);
	assert_int_equal(store_run_insert(place->door.store, info, &place->diag), 0);
	return writer;
}

/* A second more; half of the busy time is the run's, and each has a little noise. */
static void next_row(struct writer *writer, uint64_t power_w)
{
	struct sample *row = &writer->row;
	uint64_t noise = (uint64_t)row->t_ns / 1000003 * 2654435761u % 900001;

	if (writer->rows == STORE_BLOCK_ROWS) {
		writer->rows = 0;
		writer->number++;
	}
	row->t_ns += S + (int64_t)noise;
	row->domain_count = (uint32_t)writer->domain_count;
	for (size_t i = 0; i < writer->domain_count; i++) {
		row->state[i] = SAMPLE_OK;
		row->energy_uj[i] += power_w * UJ_PER_J + noise / 10;
	}
	row->use.has = USE_SCOPE_CPU | USE_MACHINE_CPU;
	row->use.scope_cpu_ns += 500000000 + noise * 3;
	row->use.machine_cpu_ns += 1000000000 + noise * 7;
	writer->block[writer->rows++] = *row;
}

static void flush(struct folder *place, struct writer *writer)
{
	struct store *store = place->door.store;
	struct store_block block = { writer->number, writer->block, writer->rows };

	writer->info.duration_ns = writer->row.t_ns;
	assert_int_equal(store_block_put(store, writer->info.key, &block, NULL), 0);
	assert_int_equal(store_domains_put(store, writer->info.key, writer->domains,
					   writer->domain_count, NULL),
			 0);
	assert_int_equal(store_run_update(store, &writer->info, NULL), 0);
}

/* Rows that fill more than a block go out in two. */
static void add_rows(struct folder *place, struct writer *writer, size_t count,
		     uint64_t power_w)
{
	for (size_t i = 0; i < count; i++) {
		next_row(writer, power_w);
		if (writer->rows == STORE_BLOCK_ROWS || i + 1 == count)
			flush(place, writer);
	}
}

static const struct live_run *update(struct folder *place)
{
	assert_int_equal(follow_update(place->follow, &place->diag), 0);
	return follow_run(place->follow, 0);
}

static bool is_about(double value, double expected)
{
	return fabs(value - expected) <= 1e-9 * fabs(expected);
}

static void assert_as_the_view_says(struct folder *place, const struct live_run *run)
{
	CLEANUP(run_view_done) struct run_view view = { .component_count = 0 };

	assert_int_equal(view_make(&place->door, run->info.key, &place->diag, &view), 0);
	assert_true(is_about(run->machine_j, view.machine_j.value));
	assert_true(is_about(run->attributed_j, view.attributed_j.value));
	assert_true(is_about(run->carbon_kg, view.carbon_kg.value));
	assert_true(run->has_family[FAMILY_CPU] && !run->has_family[FAMILY_GPU]);
	assert_true(is_about(run->family_j[FAMILY_CPU], view.attributed_j.value));
}

static void a_run_is_at_each_update_what_its_view_says(void **state)
{
	struct folder *place = *state;
	struct writer *writer = begin(place, 0);
	double last_j = 0;

	add_rows(place, writer, 2, 20);
	for (size_t i = 0; i < 200; i++) {
		const struct live_run *run = update(place);

		assert_int_equal(follow_count(place->follow), 1);
		assert_as_the_view_says(place, run);
		assert_true(run->attributed_j >= last_j);
		assert_true(is_about(run->known_s, (double)writer->row.t_ns / 1e9));
		last_j = run->attributed_j;
		add_rows(place, writer, i % 7 == 0 ? 40 : 4, 20 + i % 30);
	}
	assert_true(writer->number > 4);
}

static void tell(struct folder *place, struct writer *writer, double done_ratio)
{
	struct run_metric metric = { .name = "progress", .value = done_ratio };

	/* Between two rows, of which the second is not there yet. */
	metric.t_ns = writer->row.t_ns + S / 3;
	assert_int_equal(store_metric_add(place->door.store, writer->info.key, &metric,
					  NULL),
			 0);
}

/* CPU times of a block's rows are kept to less than the last digit, and anew with each row. */
static bool is_near(double value, double expected)
{
	return fabs(value - expected) <= 1e-3 * fabs(expected);
}

static void assert_foretold_as_the_view_says(struct folder *place,
					     const struct live_run *run)
{
	CLEANUP(run_view_done) struct run_view view = { .component_count = 0 };
	const struct run_outlook *seen = &run->outlook;
	const struct run_outlook *said = &view.outlook;

	assert_int_equal(view_make(&place->door, run->info.key, &place->diag, &view), 0);
	assert_true(view.goes_on);
	assert_int_equal(seen->total_j.known, said->total_j.known);
	assert_string_equal(seen->how, said->how);
	assert_string_equal(seen->why_not, said->why_not);
	if (!said->total_j.known)
		return;
	assert_true(is_near(seen->total_j.value, said->total_j.value));
	assert_true(is_near(seen->time_left_s, said->time_left_s));
	if (isfinite(said->total_j.low))
		assert_true(is_near(seen->total_j.high, said->total_j.high));
}

static void what_is_foretold_is_what_the_view_foretells(void **state)
{
	struct folder *place = *state;
	struct writer *writer = begin(place, 0);
	const struct live_run *run = NULL;

	tell(place, writer, 0);
	add_rows(place, writer, 2, 20);
	for (int i = 1; i <= 40; i++) {
		tell(place, writer, 0.02 * i);
		if (i % 5 == 0)
			tell(place, writer, 0.02 * i + 0.001);
		add_rows(place, writer, i % 7 == 0 ? 40 : 4, 20 + (uint64_t)i % 3);
		if (i % 3 == 0)
			continue;
		run = update(place);
		assert_foretold_as_the_view_says(place, run);
	}
	assert_true(run->outlook.total_j.known);
	assert_true(fabs(run->outlook.done_ratio - 0.801) < 1e-9);
	assert_true(run->outlook.total_j.value > run->attributed_j);
}

static void what_was_expected_is_known_to_who_follows(void **state)
{
	struct folder *place = *state;
	struct writer *writer = begin(place, 0);
	const struct run_tag tag = { "expect", "400 s" };
	const struct live_run *run;

	assert_int_equal(store_tag_put(place->door.store, writer->info.key, &tag, NULL),
			 0);
	add_rows(place, writer, 10, 20);
	run = update(place);
	assert_false(run->outlook.total_j.known);
	assert_non_null(strstr(run->outlook.why_not, "too early"));
	assert_foretold_as_the_view_says(place, run);
	add_rows(place, writer, 50, 20);
	run = update(place);
	assert_true(run->outlook.total_j.known);
	assert_foretold_as_the_view_says(place, run);
}

static void an_update_without_news_changes_nothing(void **state)
{
	struct folder *place = *state;
	struct writer *writer = begin(place, 0);
	double machine_j;

	add_rows(place, writer, 300, 20);
	machine_j = update(place)->machine_j;
	for (int i = 0; i < 3; i++)
		assert_true(is_about(update(place)->machine_j, machine_j));
}

static void a_run_that_ended_is_there_once_more_and_whole(void **state)
{
	struct folder *place = *state;
	struct writer *writer = begin(place, 0);
	const struct live_run *run;

	add_rows(place, writer, 100, 20);
	(void)update(place);
	writer->info.state = RUN_FINISHED;
	add_rows(place, writer, 3, 20);
	run = update(place);
	assert_non_null(run);
	assert_int_equal(run->info.state, RUN_FINISHED);
	assert_as_the_view_says(place, run);
	assert_null(update(place));
	assert_int_equal(follow_count(place->follow), 0);
}

static void a_run_that_was_removed_is_gone(void **state)
{
	struct folder *place = *state;
	struct writer *writer = begin(place, 0);

	add_rows(place, writer, 3, 20);
	assert_non_null(update(place));
	assert_int_equal(store_run_remove(place->door.store, writer->info.key, NULL), 0);
	assert_null(update(place));
}

static void a_source_that_comes_late_is_taken_in(void **state)
{
	struct folder *place = *state;
	struct writer *writer = begin(place, 0);

	add_rows(place, writer, 300, 20);
	(void)update(place);
	add_domain(writer, "package-1", FAMILY_CPU);
	add_rows(place, writer, 100, 20);
	assert_as_the_view_says(place, update(place));
}

static void runs_are_the_newest_first(void **state)
{
	struct folder *place = *state;
	struct writer *newer = begin(place, 1);

	add_rows(place, newer, 3, 20);
	add_rows(place, begin(place, 0), 3, 20);
	(void)update(place);
	assert_int_equal(follow_count(place->follow), 2);
	assert_string_equal(follow_run(place->follow, 0)->info.id, "run-1");
	assert_string_equal(follow_run(place->follow, 1)->info.id, "run-0");
	newer->info.state = RUN_FAILED;
	flush(place, newer);
	(void)update(place);
	assert_int_equal(follow_count(place->follow), 2);
	assert_string_equal(update(place)->info.id, "run-0");
}

static void a_sum_is_as_well_known_as_the_worst_that_was_in_it(void **state)
{
	struct folder *place = *state;
	struct writer *writer = begin(place, 0);
	const struct live_run *run;

	add_rows(place, writer, 20, 20);
	run = update(place);
	assert_int_equal(run->machine_kind, KIND_MEASURED);
	assert_int_equal(run->kind, KIND_DERIVED);
	add_domain(writer, "gpu-0", FAMILY_GPU);
	writer->domains[1].domain.kind = KIND_MODELLED;
	add_rows(place, writer, 20, 20);
	run = update(place);
	assert_int_equal(run->machine_kind, KIND_MODELLED);
	assert_int_equal(run->kind, KIND_MODELLED);
	/* The estimate's joules stay in the sum. */
	writer->domains[1].counted = false;
	add_rows(place, writer, 20, 20);
	assert_int_equal(update(place)->kind, KIND_MODELLED);
}

static void power_is_of_the_last_ten_seconds(void **state)
{
	struct folder *place = *state;
	struct writer *writer = begin(place, 0);

	add_rows(place, writer, 1, 20);
	assert_true(isnan(update(place)->power_w));
	add_rows(place, writer, 100, 20);
	assert_true(fabs(update(place)->power_w - 10) < 0.2);
	add_rows(place, writer, 12, 80);
	assert_true(fabs(update(place)->power_w - 40) < 0.6);
	/* Also where a block has just begun. */
	add_rows(place, writer, STORE_BLOCK_ROWS - writer->rows + 2, 200);
	assert_true(fabs(update(place)->power_w - 100) < 1.5);
}

static void power_of_a_counter_that_fell_silent_is_not_known(void **state)
{
	struct folder *place = *state;
	struct writer *writer = begin(place, 0);

	add_domain(writer, "package-1", FAMILY_CPU);
	add_rows(place, writer, 20, 20);
	assert_true(update(place)->power_w > 0);
	for (size_t i = 0; i < 100; i++) {
		next_row(writer, 20);
		writer->block[writer->rows - 1].state[1] = SAMPLE_NONE;
	}
	flush(place, writer);
	assert_true(isnan(update(place)->power_w));
}

static void what_is_not_known_is_nan_and_not_zero(void **state)
{
	struct folder *place = *state;
	struct writer *writer = begin(place, 0);
	const struct live_run *run;

	run = update(place);
	assert_true(isnan(run->machine_j) && isnan(run->attributed_j));
	assert_true(isnan(run->carbon_kg) && isnan(run->power_w));
	for (size_t i = 0; i < 20; i++) {
		next_row(writer, 20);
		writer->block[writer->rows - 1].use.has = 0;
	}
	flush(place, writer);
	run = update(place);
	assert_true(run->machine_j > 0);
	assert_true(isnan(run->attributed_j) && isnan(run->carbon_kg));
	assert_true(isnan(run->power_w));
	assert_false(run->has_family[FAMILY_CPU]);
}

/* Two boards, and who was on the second nobody saw. */
static void a_family_with_a_part_that_is_not_known_is_not_known(void **state)
{
	struct folder *place = *state;
	struct writer *writer = begin(place, 0);
	const struct live_run *run;

	add_domain(writer, "gpu-0", FAMILY_GPU);
	add_domain(writer, "gpu-1", FAMILY_GPU);
	writer->domains[1].domain.gpu = 0;
	writer->domains[2].domain.gpu = 1;
	for (size_t i = 0; i < 20; i++) {
		struct sample *row;

		next_row(writer, 20);
		row = &writer->block[writer->rows - 1];
		row->gpu_count = 2;
		row->use.gpu[0] = (struct gpu_use){ .has = GPU_USE_SM | GPU_USE_CLIENTS,
						    .scope_clients = 1,
						    .all_clients = 1,
						    .scope_sm_permille = 500,
						    .all_sm_permille = 1000 };
	}
	flush(place, writer);
	run = update(place);
	assert_true(run->has_family[FAMILY_CPU] && run->family_j[FAMILY_CPU] > 0);
	assert_true(isnan(run->attributed_j));
	assert_false(run->has_family[FAMILY_GPU]);
}

static void spoil(const char *path, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void a_block_that_cannot_be_read_leaves_the_run_as_it_was(void **state)
{
	struct folder *place = *state;
	struct fixture fixture;
	char path[128];
	struct writer *writer;
	double machine_j;

	fixture_open(&fixture);
	(void)snprintf(path, sizeof path, "%s/gramme.db", fixture.path);
	store_close(place->door.store);
	follow_close(place->follow);
	assert_int_equal(store_open(path, STORE_WRITE, &place->diag, &place->door.store),
			 0);
	assert_int_equal(follow_open(&place->door, &place->follow), 0);
	writer = begin(place, 0);
	add_rows(place, writer, 300, 20);
	machine_j = update(place)->machine_j;
	add_rows(place, writer, 4, 20);
	spoil(path, "UPDATE block SET packed = x'01' WHERE number = 1");
	assert_true(follow_update(place->follow, &place->diag) < 0);
	assert_non_null(strstr(place->diag.text, "block 1"));
	assert_true(is_about(follow_run(place->follow, 0)->machine_j, machine_j));
	add_rows(place, writer, 4, 20);
	assert_as_the_view_says(place, update(place));
	fixture_close(&fixture);
}

int main(void)
{
#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_PLACE(a_run_is_at_each_update_what_its_view_says),
		WITH_PLACE(what_is_foretold_is_what_the_view_foretells),
		WITH_PLACE(what_was_expected_is_known_to_who_follows),
		WITH_PLACE(an_update_without_news_changes_nothing),
		WITH_PLACE(a_run_that_ended_is_there_once_more_and_whole),
		WITH_PLACE(a_run_that_was_removed_is_gone),
		WITH_PLACE(a_source_that_comes_late_is_taken_in),
		WITH_PLACE(runs_are_the_newest_first),
		WITH_PLACE(a_sum_is_as_well_known_as_the_worst_that_was_in_it),
		WITH_PLACE(power_is_of_the_last_ten_seconds),
		WITH_PLACE(power_of_a_counter_that_fell_silent_is_not_known),
		WITH_PLACE(what_is_not_known_is_nan_and_not_zero),
		WITH_PLACE(a_family_with_a_part_that_is_not_known_is_not_known),
		WITH_PLACE(a_block_that_cannot_be_read_leaves_the_run_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
