/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "engine/view.h"
#include "fixture.h"

#define ROWS 61 /* a minute at 1 Hz */

struct folder {
	struct store *store;
	struct tables *tables;
	struct run_info info;
	struct run_domain domains[2];
	size_t domain_count;
	struct run_view view;
	struct diag diag;
};

static int set_up(void **state)
{
	struct folder *place = calloc(1, sizeof *place);

	assert_int_equal(store_open(":memory:", STORE_WRITE, &place->diag, &place->store),
			 0);
	assert_int_equal(tables_new(NULL, &place->tables), 0);
	(void)copy_text(place->info.id, sizeof place->info.id, "20231114T221500-5eed01");
	(void)copy_text(place->info.how, sizeof place->info.how, "run");
	place->info.duration_ns = (ROWS - 1) * NS_PER_S;
	place->info.attributed_j = -1;
	place->info.machine_j = -1;
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	struct folder *place = *state;

	run_view_done(&place->view);
	store_close(place->store);
	tables_free(place->tables);
	free(place);
	return 0;
}

static struct run_domain *add_domain(struct folder *place, const char *id,
				     enum family family, enum kind kind)
{
	struct run_domain *own = &place->domains[place->domain_count++];

	domain_init(&own->domain, id, family);
	own->domain.kind = kind;
	(void)copy_text(own->source, sizeof own->source,
			kind == KIND_MODELLED ? "model" : "powercap");
	own->counted = true;
	return own;
}

/* 20 W in each domain; half of the busy time is the run's. */
static void store_run(struct folder *place, size_t rows, bool with_use)
{
	static struct sample row[ROWS];

	memset(row, 0, sizeof row);
	for (size_t i = 0; i < rows; i++) {
		row[i].t_ns = (int64_t)i * NS_PER_S;
		row[i].domain_count = (uint32_t)place->domain_count;
		for (size_t k = 0; k < place->domain_count; k++) {
			row[i].state[k] = i == 0 ? SAMPLE_RESTART : SAMPLE_OK;
			row[i].energy_uj[k] = i * 20 * UJ_PER_J;
		}
		row[i].use.t_ns = row[i].t_ns;
		row[i].use.has = with_use ? USE_SCOPE_CPU | USE_MACHINE_CPU : 0;
		row[i].use.scope_cpu_ns = i * (uint64_t)NS_PER_S / 2;
		row[i].use.machine_cpu_ns = i * (uint64_t)NS_PER_S;
	}
	assert_int_equal(store_run_insert(place->store, &place->info, &place->diag), 0);
	assert_int_equal(store_domains_put(place->store, place->info.key, place->domains,
					   place->domain_count, &place->diag),
			 0);
	if (rows > 0)
		assert_int_equal(store_block_put(place->store, place->info.key,
						 &(struct store_block){ 0, row, rows },
						 &place->diag),
				 0);
}

static const struct run_view *view_of(struct folder *place)
{
	assert_int_equal(view_make(&(struct view_door){ place->store, place->tables },
				   place->info.key, &place->diag, &place->view),
			 0);
	return &place->view;
}

static bool is_about(double value, double expected)
{
	return fabs(value - expected) <= 1e-3 * fabs(expected);
}

static void a_run_that_is_not_there_has_no_view(void **state)
{
	struct folder *place = *state;

	place->view.component_count = 7;
	assert_int_equal(view_make(&(struct view_door){ place->store, place->tables }, 42,
				   &place->diag, &place->view),
			 -ENOENT);
	assert_true(place->diag.text[0] != '\0');
	assert_int_equal(place->view.component_count, 7);
	place->view.component_count = 0;
}

static void a_run_without_a_meter_is_unknown_and_not_zero(void **state)
{
	struct folder *place = *state;
	const struct run_view *view;

	store_run(place, ROWS, true);
	view = view_of(place);
	assert_false(view->attributed_j.known);
	assert_false(view->machine_j.known);
	assert_false(view->facility_kwh.known);
	assert_false(view->carbon_kg.known);
	assert_true(view->coverage_ratio < 0);
}

static void a_run_without_rows_is_unknown_and_not_zero(void **state)
{
	struct folder *place = *state;
	const struct run_view *view;

	add_domain(place, "package-0", FAMILY_CPU, KIND_MEASURED);
	store_run(place, 0, true);
	view = view_of(place);
	assert_false(view->machine_j.known);
	assert_false(view->components[0].machine_j.known);
	assert_false(view->carbon_kg.known);
}

static void a_share_is_of_the_busy_time(void **state)
{
	struct folder *place = *state;
	const struct run_view *view;

	add_domain(place, "package-0", FAMILY_CPU, KIND_MEASURED);
	store_run(place, ROWS, true);
	view = view_of(place);
	assert_true(is_about(view->machine_j.value, 1200));
	assert_int_equal(view->machine_j.kind, KIND_MEASURED);
	assert_true(is_about(view->attributed_j.value, 600));
	assert_int_equal(view->attributed_j.kind, KIND_DERIVED);
	assert_true(is_about(view->components[0].share_ratio, 0.5));
	assert_true(is_about(view->coverage_ratio, 1));
	assert_string_equal(view->machine_j.source, "powercap: package-0");
}

static void joules_of_nobody_known_are_the_machine_s_alone(void **state)
{
	struct folder *place = *state;
	const struct run_view *view;

	add_domain(place, "package-0", FAMILY_CPU, KIND_MEASURED);
	store_run(place, ROWS, false);
	view = view_of(place);
	assert_true(is_about(view->machine_j.value, 1200));
	assert_false(view->attributed_j.known);
	assert_false(view->facility_kwh.known);
	assert_false(view->carbon_kg.known);
}

static void what_is_not_counted_is_not_in_the_sum(void **state)
{
	struct folder *place = *state;
	struct run_domain *core;
	const struct run_view *view;

	add_domain(place, "package-0", FAMILY_CPU, KIND_MEASURED);
	core = add_domain(place, "core-0", FAMILY_CPU, KIND_MEASURED);
	core->counted = false;
	(void)copy_text(core->why_not, sizeof core->why_not, "inside package-0");
	store_run(place, ROWS, true);
	view = view_of(place);
	assert_true(is_about(view->machine_j.value, 1200));
	assert_true(is_about(view->components[1].machine_j.value, 1200));
	assert_string_equal(view->components[1].what.why_not, "inside package-0");
}

static void a_sum_with_an_estimate_is_an_estimate(void **state)
{
	struct folder *place = *state;

	add_domain(place, "package-0", FAMILY_CPU, KIND_MEASURED);
	add_domain(place, "memory-model", FAMILY_MEMORY, KIND_MODELLED);
	store_run(place, ROWS, true);
	assert_int_equal(view_of(place)->machine_j.kind, KIND_MODELLED);
}

static void the_facility_is_the_share_times_the_pue(void **state)
{
	struct folder *place = *state;
	const struct run_view *view;

	add_domain(place, "package-0", FAMILY_CPU, KIND_MEASURED);
	place->info.pue = 1.5;
	(void)copy_text(place->info.pue_source, sizeof place->info.pue_source, "option");
	store_run(place, ROWS, true);
	view = view_of(place);
	assert_true(is_about(view->pue.value.value, 1.5));
	assert_string_equal(view->pue.value.source, "option");
	assert_true(is_about(view->facility_kwh.value, 1.5 * 600 / 3.6e6));
	assert_true(
		is_about(view->carbon_kg.value,
			 view->facility_kwh.value * view->intensity.value.value / 1000));
}

static void a_view_is_the_same_each_time(void **state)
{
	struct folder *place = *state;
	struct run_view again = { .component_count = 0 };
	const struct run_view *view;

	add_domain(place, "package-0", FAMILY_CPU, KIND_MEASURED);
	store_run(place, ROWS, true);
	view = view_of(place);
	assert_int_equal(view_make(&(struct view_door){ place->store, place->tables },
				   place->info.key, &place->diag, &again),
			 0);
	assert_memory_equal(&view->carbon_kg, &again.carbon_kg, sizeof again.carbon_kg);
	assert_memory_equal(&view->marginal_j, &again.marginal_j,
			    sizeof again.marginal_j);
	run_view_done(&again);
}

int main(void)
{
#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_PLACE(a_run_that_is_not_there_has_no_view),
		WITH_PLACE(a_run_without_a_meter_is_unknown_and_not_zero),
		WITH_PLACE(a_run_without_rows_is_unknown_and_not_zero),
		WITH_PLACE(a_share_is_of_the_busy_time),
		WITH_PLACE(joules_of_nobody_known_are_the_machine_s_alone),
		WITH_PLACE(what_is_not_counted_is_not_in_the_sum),
		WITH_PLACE(a_sum_with_an_estimate_is_an_estimate),
		WITH_PLACE(the_facility_is_the_share_times_the_pue),
		WITH_PLACE(a_view_is_the_same_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
