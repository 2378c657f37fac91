/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"
#include "engine/calibration.h"
#include "engine/view.h"
#include "fixture.h"
#include "machine/server-model.h"

#define SECONDS 60
#define POWER_W 20 /* of each domain */

#define DESKTOP                                                                          \
	"{\"cpu\":{\"name\":\"AMD Ryzen 9 5950X\",\"chips\":1,\"threads\":32},"          \
	"\"memory_bytes\":64000000000,\"gpus\":[],\"chassis_type\":3}"
#define GUEST                                                                               \
	"{\"cpu\":{\"name\":\"Intel Xeon\",\"year\":2022,\"threads\":32,\"virtual\":true}," \
	"\"memory_bytes\":137438953472}"
#define SERVER "{\"cpu\":{\"name\":\"AMD EPYC 9654\",\"chips\":2,\"threads\":384}}"
#define SMALL                                                                            \
	"{\"cpu\":{\"name\":\"Intel Xeon E3-1220L\",\"chips\":1,\"threads\":4},"         \
	"\"memory_bytes\":4000000000}"
#define NODE                                                                             \
	"{\"cpu\":{\"name\":\"AMD EPYC 9654\",\"chips\":2,\"threads\":384},\"gpus\":[{}]}"
#define HOST "{\"hostname\":\"box\"}"

struct bench {
	struct fixture fixture;
	char path[128];
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
	struct bench *bench = calloc(1, sizeof *bench);

	fixture_open(&bench->fixture);
	(void)snprintf(bench->path, sizeof bench->path, "%s/l.db", bench->fixture.path);
	assert_int_equal(store_open(bench->path, STORE_WRITE, &bench->diag,
				    &bench->store),
			 0);
	assert_int_equal(tables_new(NULL, &bench->tables), 0);
	(void)copy_text(bench->info.id, sizeof bench->info.id, "20231114T221500-5eed01");
	(void)copy_text(bench->info.how, sizeof bench->info.how, "run");
	bench->info.duration_ns = SECONDS * NS_PER_S;
	bench->info.attributed_j = -1;
	bench->info.machine_j = -1;
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	run_view_done(&bench->view);
	store_close(bench->store);
	tables_free(bench->tables);
	fixture_close(&bench->fixture);
	free(bench);
	return 0;
}

static struct run_domain *add(struct bench *bench, const char *id, enum family family,
			      enum kind kind)
{
	struct run_domain *own = &bench->domains[bench->domain_count++];

	domain_init(&own->domain, id, family);
	own->domain.kind = kind;
	own->counted = true;
	(void)copy_text(own->source, sizeof own->source, "powercap");
	return own;
}

/* Exactly 20 W in each domain. */
static void put_run(struct bench *bench, const char *hardware)
{
	static struct sample row[SECONDS + 1];
	const struct store_block block = { 0, row, SECONDS + 1 };

	memset(row, 0, sizeof row);
	for (size_t i = 0; i <= SECONDS; i++) {
		row[i].t_ns = (int64_t)i * NS_PER_S;
		row[i].domain_count = (uint32_t)bench->domain_count;
		for (size_t k = 0; k < bench->domain_count; k++) {
			row[i].state[k] = i == 0 ? SAMPLE_RESTART : SAMPLE_OK;
			row[i].energy_uj[k] = i * POWER_W * UJ_PER_J;
		}
	}
	assert_int_equal(store_run_insert(bench->store, &bench->info, &bench->diag), 0);
	assert_int_equal(store_domains_put(bench->store, bench->info.key, bench->domains,
					   bench->domain_count, &bench->diag),
			 0);
	assert_int_equal(store_block_put(bench->store, bench->info.key, &block,
					 &bench->diag),
			 0);
	if (hardware)
		assert_int_equal(store_inventory_put(bench->store, bench->info.key,
						     hardware, HOST, &bench->diag),
				 0);
}

static const struct quantity *wall(struct bench *bench)
{
	const struct view_door door = { bench->store, bench->tables };

	run_view_done(&bench->view);
	memset(&bench->view, 0, sizeof bench->view);
	assert_int_equal(view_make(&door, bench->info.key, &bench->diag, &bench->view),
			 0);
	return &bench->view.wall_j;
}

static bool warns(const struct bench *bench, const char *code)
{
	for (size_t i = 0; i < bench->view.record.warning_count; i++)
		if (strcmp(bench->view.record.warnings[i].code, code) == 0)
			return true;
	return false;
}

static void expect_near(double got, double want)
{
	if (fabs(got - want) > 1e-6 * want)
		fail_msg("%.9g is not %.9g", got, want);
}

static void without_a_meter_its_class_tells(void **state)
{
	struct bench *bench = *state;
	const struct quantity *got;

	add(bench, "package-0", FAMILY_CPU, KIND_MEASURED);
	add(bench, "gpu-0", FAMILY_GPU, KIND_MEASURED);
	put_run(bench, DESKTOP);
	got = wall(bench);
	assert_true(got->known);
	assert_int_equal(got->kind, KIND_MODELLED);
	expect_near(got->value, SECONDS * (40 + 1.2 * 2 * POWER_W));
	assert_non_null(strstr(got->source, "class desktop"));
	assert_true(got->low > SECONDS * 2 * POWER_W / 2.0 && got->high > got->value);
	expect_near(bench->view.machine_j.value, SECONDS * 2 * POWER_W);
}

static void a_server_is_no_desktop(void **state)
{
	struct bench *bench = *state;

	add(bench, "package-0", FAMILY_CPU, KIND_MEASURED);
	put_run(bench, SERVER);
	expect_near(wall(bench)->value, SECONDS * (60 + 1.12 * POWER_W));
}

static void where_there_is_no_plug_there_is_no_wall(void **state)
{
	struct bench *bench = *state;
	const struct quantity *got;

	add(bench, "package-0", FAMILY_CPU, KIND_MEASURED);
	put_run(bench, GUEST);
	got = wall(bench);
	assert_false(got->known);
	assert_non_null(strstr(got->source, "virtual"));
}

static void a_gpu_alone_is_no_ground_for_a_wall(void **state)
{
	struct bench *bench = *state;
	const struct quantity *got;

	add(bench, "gpu-0", FAMILY_GPU, KIND_MEASURED);
	put_run(bench, DESKTOP);
	got = wall(bench);
	assert_false(got->known);
	assert_non_null(strstr(got->source, "processors"));
}

static void a_machine_that_is_not_known_has_no_class(void **state)
{
	struct bench *bench = *state;

	add(bench, "package-0", FAMILY_CPU, KIND_MEASURED);
	put_run(bench, NULL);
	assert_false(wall(bench)->known);
}

static void a_meter_of_the_node_is_better_than_a_line(void **state)
{
	struct bench *bench = *state;
	struct run_domain *node;

	add(bench, "package-0", FAMILY_CPU, KIND_MEASURED);
	node = add(bench, "node-ipmi", FAMILY_NODE, KIND_MEASURED);
	node->counted = false;
	put_run(bench, DESKTOP);
	assert_int_equal(wall(bench)->kind, KIND_MEASURED);
	expect_near(wall(bench)->value, SECONDS * POWER_W);
}

/* --- nothing was measured ----------------------------------------------------------------- */

static const struct quantity *modelled(struct bench *bench, const char *hardware,
				       double load_ratio)
{
	add(bench, "cpu-model", FAMILY_CPU, KIND_MODELLED);
	bench->info.has_machine_cpu = load_ratio >= 0;
	bench->info.machine_cpu_ns =
		(uint64_t)(fmax(0, load_ratio) * 384 * SECONDS * (double)NS_PER_S);
	put_run(bench, hardware);
	return wall(bench);
}

/* As `gramme model --cpu "AMD EPYC 9654" --chips 2 --threads 384 --load 0.5` says it. */
static void a_server_without_a_meter_has_its_model_s_wall(void **state)
{
	struct bench *bench = *state;
	const struct quantity *got = modelled(bench, SERVER, 0.5);
	struct server_fit *fit = NULL;
	struct server_curve curve;
	struct server_ask ask;

	server_ask_init(&ask);
	(void)strcpy(ask.cpu_name, "AMD EPYC 9654");
	ask.chips = 2;
	ask.threads = 384;
	assert_int_equal(server_fit_new(NULL, &fit), 0);
	assert_int_equal(server_curve_of(fit, &ask, &curve, NULL), 0);
	server_fit_free(fit);
	assert_true(got->known);
	assert_int_equal(got->kind, KIND_MODELLED);
	expect_near(got->value, SECONDS * curve.at[5].w);
	expect_near(got->low, SECONDS * curve.at[5].low95);
	expect_near(got->high, SECONDS * curve.at[5].high95);
	assert_non_null(strstr(got->source, "E-22"));
	assert_non_null(strstr(got->source, "50 %"));
}

static void a_wall_below_its_components_is_none(void **state)
{
	struct bench *bench = *state;
	const struct quantity *got;

	add(bench, "memory-model", FAMILY_MEMORY, KIND_MODELLED);
	got = modelled(bench, SMALL, 0);
	assert_false(got->known);
	assert_non_null(strstr(got->source, "disagree"));
}

static void how_busy_a_server_was_must_be_known(void **state)
{
	const struct quantity *got = modelled(*state, SERVER, -1);

	assert_false(got->known);
	assert_non_null(strstr(got->source, "busy"));
}

static void the_model_knows_servers_only(void **state)
{
	const struct quantity *got = modelled(*state, DESKTOP, 0.01);

	assert_false(got->known);
	assert_non_null(strstr(got->source, "servers only"));
}

static void the_model_knows_no_accelerators(void **state)
{
	const struct quantity *got = modelled(*state, NODE, 0.5);

	assert_false(got->known);
	assert_non_null(strstr(got->source, "accelerators"));
}

/* 32 threads of a host's two chips, of which each is taken for 64. */
static void a_modelled_guest_has_its_part_of_its_host_s_wall(void **state)
{
	struct bench *bench = *state;
	const struct quantity *got = modelled(bench, GUEST, 32 / 384.0);
	struct server_fit *fit = NULL;
	struct server_curve host;
	struct server_ask ask;

	server_ask_init(&ask);
	(void)strcpy(ask.cpu_name, "Intel Xeon");
	ask.chips = 2;
	ask.year = 2022.5;
	ask.memory_gb = 512;
	assert_int_equal(server_fit_new(NULL, &fit), 0);
	assert_int_equal(server_curve_of(fit, &ask, &host, NULL), 0);
	server_fit_free(fit);
	assert_true(got->known);
	assert_int_equal(got->kind, KIND_MODELLED);
	expect_near(got->value, SECONDS * host.at[10].w * 32 / 128);
	assert_true(got->high / got->value > host.at[10].high95 / host.at[10].w);
	assert_non_null(strstr(got->source, "25 % of a host"));
}

static void a_guest_of_no_server_has_no_wall(void **state)
{
	const struct quantity *got =
		modelled(*state,
			 "{\"cpu\":{\"name\":\"AMD Ryzen 9 5950X\",\"virtual\":true}}",
			 0);

	assert_false(got->known);
	assert_non_null(strstr(got->source, "servers only"));
}

static void calibrate(struct bench *bench, const char *hardware_of)
{
	AUTO_FREE char *path = calibrations_path(bench->path);
	struct run_record record = {
		.hardware_json = (char[]){ DESKTOP },
		.software_json = (char[]){ HOST },
		.domains = bench->domains,
		.domain_count = bench->domain_count,
	};
	struct calibration own;
	struct calibrations all = { &own, 1 };

	assert_true(calibration_identity(&record, &own));
	own.a_w = 50;
	own.a_u_w = 1;
	own.b = 1.1;
	own.b_u = 0.01;
	own.made_unix_ns = 1700000000 * NS_PER_S;
	if (hardware_of)
		(void)copy_text(own.hardware, sizeof own.hardware, hardware_of);
	assert_int_equal(calibrations_write(path, &all, &bench->diag), 0);
}

static void a_machine_s_own_line_is_better_than_its_class(void **state)
{
	struct bench *bench = *state;
	const struct quantity *got;

	add(bench, "package-0", FAMILY_CPU, KIND_MEASURED);
	put_run(bench, DESKTOP);
	calibrate(bench, NULL);
	got = wall(bench);
	expect_near(got->value, SECONDS * (50 + 1.1 * POWER_W));
	assert_non_null(strstr(got->source, "calibration of 2023-11-14"));
	assert_false(warns(bench, "calibration-stale"));
}

static void a_line_of_other_hardware_is_left_aside_and_that_is_said(void **state)
{
	struct bench *bench = *state;

	add(bench, "package-0", FAMILY_CPU, KIND_MEASURED);
	put_run(bench, DESKTOP);
	calibrate(bench, "AMD Ryzen 9 5950X, 1 chips, 32 threads, NVIDIA RTX 4090");
	expect_near(wall(bench)->value, SECONDS * (40 + 1.2 * POWER_W));
	assert_true(warns(bench, "calibration-stale"));
}

static void what_is_kept_is_read_back_as_it_was(void **state)
{
	struct bench *bench = *state;
	AUTO_FREE char *path = calibrations_path(bench->path);
	CLEANUP(calibrations_done) struct calibrations got = { NULL, 0 };
	struct calibration own[2] = {
		{ .machine = "box",
		  .hardware = "a \"b\", c",
		  .domains = "package-0",
		  .meter = "=plug.csv",
		  .memory_bytes = 1,
		  .a_w = -3.5,
		  .a_u_w = 1,
		  .b = 1.25,
		  .b_u = .5,
		  .cov_w = -.25,
		  .runs = 5 },
	};
	struct calibrations all = { own, 2 };

	own[1] = own[0];
	own[1].b = 1.5;
	assert_int_equal(calibrations_write(path, &all, &bench->diag), 0);
	assert_int_equal(calibrations_read(path, &bench->diag, &got), 0);
	assert_int_equal(got.count, 2);
	assert_memory_equal(got.list, own, sizeof own);
	all.count = 0;
	assert_int_equal(calibrations_write(path, &all, &bench->diag), 0);
	assert_int_equal(access(path, F_OK), -1);
}

static void what_is_not_understood_is_said_with_its_line(void **state)
{
	struct bench *bench = *state;
	AUTO_FREE char *path = calibrations_path(bench->path);
	struct calibrations got = { NULL, 0 };

	fixture_write(&bench->fixture, "l.db.calibration.csv", "made,kind\nx,measured\n");
	assert_int_equal(calibrations_read(path, &bench->diag, &got), -EPROTO);
	assert_non_null(strstr(bench->diag.text, "line 2"));
	assert_null(got.list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_meter_its_class_tells),
		TEST(a_server_is_no_desktop),
		TEST(where_there_is_no_plug_there_is_no_wall),
		TEST(a_gpu_alone_is_no_ground_for_a_wall),
		TEST(a_machine_that_is_not_known_has_no_class),
		TEST(a_server_without_a_meter_has_its_model_s_wall),
		TEST(a_wall_below_its_components_is_none),
		TEST(how_busy_a_server_was_must_be_known),
		TEST(the_model_knows_servers_only),
		TEST(the_model_knows_no_accelerators),
		TEST(a_modelled_guest_has_its_part_of_its_host_s_wall),
		TEST(a_guest_of_no_server_has_no_wall),
		TEST(a_meter_of_the_node_is_better_than_a_line),
		TEST(a_machine_s_own_line_is_better_than_its_class),
		TEST(a_line_of_other_hardware_is_left_aside_and_that_is_said),
		TEST(what_is_kept_is_read_back_as_it_was),
		TEST(what_is_not_understood_is_said_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
