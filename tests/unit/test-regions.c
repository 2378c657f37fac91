/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/region-rank.h"
#include "place/regions.h"
#include "report/regions-view.h"
#include "report/shown.h"
#include "view.h"

#define IN_2026 (INT64_C(1782864000) * NS_PER_S)

static const struct quantity one_kwh = {
	.known = true, .value = 1, .low = 0.9, .high = 1.1, .kind = KIND_MEASURED
};

static void assert_near(double a, double b)
{
	assert_true(fabs(a - b) < 1e-12);
}

/* A user's own table of regions: everything else stays as it is compiled in. */
static struct tables *small_tables(struct fixture *fixture, const char *rows)
{
	struct tables *tables;
	char text[2048];
	char path[256];

	fixture_open(fixture);
	(void)snprintf(
		text, sizeof text,
		"# title: made up\nprovider,region,year,location,iso2,zone,watttime,"
		"latitude,longitude,pue,wue_l_per_kwh,average_gpkwh,"
		"average_production_gpkwh,marginal_gpkwh,cfe_ratio,source\n%s",
		rows);
	fixture_write(fixture, "own/cloud_region.csv", text);
	(void)snprintf(path, sizeof path, "%s/own", fixture->path);
	assert_int_equal(tables_new(path, &tables), 0);
	return tables;
}

static void put_factor(struct factor *factor, double value, const char *zone,
		       const char *source)
{
	*factor = (struct factor){ 0 };
	if (!(value > 0)) {
		(void)copy_text(factor->why, sizeof factor->why, "no table has it");
		return;
	}
	factor->value = (struct quantity){ .known = true,
					   .value = value,
					   .low = value * 0.9,
					   .high = value * 1.1,
					   .kind = KIND_DERIVED };
	(void)copy_text(factor->value.source, sizeof factor->value.source, source);
	(void)copy_text(factor->zone, sizeof factor->zone, zone);
	(void)copy_text(factor->year_or_time, sizeof factor->year_or_time, "2024");
}

static void put_row(struct region_row *row, const char *name, const char *iso2,
		    double average, double marginal)
{
	*row = (struct region_row){ 0 };
	(void)copy_text(row->name, sizeof row->name, name);
	(void)copy_text(row->location, sizeof row->location, "Somewhere");
	(void)copy_text(row->place.iso2, sizeof row->place.iso2, iso2);
	put_factor(&row->average, average, iso2, "Ember 2024, Somewhere");
	put_factor(&row->marginal, marginal, iso2,
		   "WattTime by way of Green Software Foundation 2024");
	put_factor(&row->pue, 1.1, name, "its report");
}

/* Six regions, one without a marginal figure, one without both, and a laptop in Germany. */
static void made_up(struct region_list *list)
{
	list->rows = calloc(8, sizeof list->rows[0]);
	assert_non_null(list->rows);
	put_row(&list->rows[0], "aws:first", "SE", 30, 800);
	put_row(&list->rows[1], "gcp:second-with-a-long-name", "FR", 50, 400);
	put_row(&list->rows[2], "azure:third", "CA", 40, 300);
	put_row(&list->rows[3], "aws:fourth", "NO", 25, 0);
	put_row(&list->rows[4], "aws:fifth", "IN", 700, 850);
	put_row(&list->rows[5], "aws:sixth", "", 0, 0);
	put_row(&list->rows[6], "DE", "DE", 350, 600);
	list->rows[2].pue.zone[0] = '\0';
	(void)copy_text(list->rows[1].pue.zone, sizeof list->rows[1].pue.zone, "gcp");
	list->rows[6].own = true;
	list->rows[6].apart = true;
	list->count = 7;
	region_rank(list, &one_kwh);
}

static const struct region_row *row_of(const struct region_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->rows[i].name, name) == 0)
			return &list->rows[i];
	fail_msg("no row %s", name);
	return NULL;
}

static char *printed(const struct regions_view *view, int width, bool colour)
{
	struct report_opts opts = { .width = width, .colour = colour };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	char *text = NULL;

	regions_text(view, &opts, &out);
	assert_int_equal(strbuf_steal(&out, &text), 0);
	return text;
}

/* By hand: ranks 1 2 3 4 5 against 2 1 4 3 5, sum of squares 4, 1 - 6*4/(5*24) = 0.8. */
static void the_correlation_is_spearmans(void **unused)
{
	const double a[] = { 10, 20, 30, 40, 50 };
	const double b[] = { 7, 3, 900, 11, 1e6 };
	const double down[] = { 5, 4, 3, 2, 1 };
	double r = 0;

	(void)unused;
	assert_true(region_correlation(a, b, 5, &r));
	assert_near(r, 0.8);
	assert_true(region_correlation(a, down, 5, &r));
	assert_near(r, -1);
}

/* By hand: ranks 1.5 1.5 3 4 against 1 2 3.5 3.5: 4.5 over the root of 4.5 times 4.5. */
static void equal_values_share_the_mean_of_their_ranks(void **unused)
{
	const double a[] = { 1, 1, 2, 3 };
	const double b[] = { 1, 2, 3, 3 };
	double r = 0;

	(void)unused;
	assert_true(region_correlation(a, b, 4, &r));
	assert_near(r, (1 * 1.5 + 1 * 0.5 + 0.5 * 1 + 1.5 * 1) / 4.5);
}

static void too_few_or_all_equal_have_no_correlation(void **unused)
{
	const double a[] = { 1, 2, 3 };
	const double same[] = { 4, 4, 4 };
	double r = 77;

	(void)unused;
	assert_false(region_correlation(a, a, 2, &r));
	assert_false(region_correlation(a, same, 3, &r));
	assert_true(r == 77);
}

static void ranks_stand_side_by_side_and_gaps_are_last(void **unused)
{
	CLEANUP(region_list_done) struct region_list list = { 0 };

	(void)unused;
	made_up(&list);
	assert_string_equal(list.rows[0].name, "aws:fourth");
	assert_string_equal(list.rows[list.count - 1].name, "aws:sixth");
	assert_int_equal(row_of(&list, "aws:first")->average_rank, 2);
	assert_int_equal(row_of(&list, "aws:first")->marginal_rank, 3);
	assert_int_equal(row_of(&list, "azure:third")->marginal_rank, 1);
	assert_int_equal(row_of(&list, "aws:fourth")->marginal_rank, 0);
	assert_int_equal(row_of(&list, "aws:fourth")->agree, REGION_UNKNOWN);
	assert_int_equal(row_of(&list, "aws:fifth")->agree, REGION_NEITHER);
	assert_int_equal(list.average_ranked, 5);
	assert_int_equal(list.marginal_ranked, 4);
	assert_int_equal(list.both_ranked, 4);
	/* By hand: 30 40 50 700 are 1 2 3 4, 800 300 400 850 are 3 1 2 4: 1 - 36/60. */
	assert_true(list.has_correlation);
	assert_near(list.correlation, 0.4);
}

static void the_own_place_moves_no_others_rank(void **unused)
{
	CLEANUP(region_list_done) struct region_list list = { 0 };

	(void)unused;
	made_up(&list);
	assert_int_equal(row_of(&list, "DE")->average_rank, 5);
	assert_int_equal(row_of(&list, "aws:fifth")->average_rank, 5);
	assert_int_equal(list.agree[REGION_UNKNOWN] + list.agree[REGION_BOTH_LOW] +
				 list.agree[REGION_AVERAGE_ONLY] +
				 list.agree[REGION_MARGINAL_ONLY] +
				 list.agree[REGION_NEITHER],
			 6);
}

static void masses_have_the_energys_interval_and_a_gap_has_none(void **unused)
{
	CLEANUP(region_list_done) struct region_list list = { 0 };
	const struct region_row *row;

	(void)unused;
	made_up(&list);
	row = row_of(&list, "aws:first");
	assert_near(row->average_kg.value, 0.033);
	assert_true(row->average_kg.low < 0.033 * 0.9 && row->average_kg.high > 0.033);
	assert_false(row_of(&list, "aws:fourth")->marginal_kg.known);
	assert_false(row_of(&list, "aws:sixth")->average_kg.known);
}

static void an_unknown_energy_has_ranks_but_no_mass(void **unused)
{
	CLEANUP(region_list_done) struct region_list list = { 0 };
	const struct quantity unknown = { 0 };

	(void)unused;
	made_up(&list);
	region_rank(&list, &unknown);
	assert_int_equal(row_of(&list, "aws:fourth")->average_rank, 1);
	assert_false(row_of(&list, "aws:fourth")->average_kg.known);
}

static void the_table_fits_80_columns(void **unused)
{
	CLEANUP(region_list_done) struct region_list list = { 0 };
	struct regions_view view = { .list = &list, .of = "the run train.py" };
	AUTO_FREE char *text = NULL;

	(void)unused;
	made_up(&list);
	text = printed(&view, 80, false);
	assert_golden("regions-80.txt", text);
	assert_null(strchr(text, '\x1b'));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(shown_width(line) <= 80);
}

static void a_limit_never_hides_the_own_place(void **unused)
{
	CLEANUP(region_list_done) struct region_list list = { 0 };
	struct regions_view view = { .list = &list, .limit = 2 };
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *json = NULL;

	(void)unused;
	made_up(&list);
	text = printed(&view, 0, false);
	assert_golden("regions-wide.txt", text);
	assert_int_equal(regions_json(&view, &json), 0);
	assert_golden("regions.json", json);
}

static void unknown_is_never_zero(void **unused)
{
	CLEANUP(region_list_done) struct region_list list = { 0 };
	struct regions_view view = { .list = &list };
	AUTO_FREE char *json = NULL;

	(void)unused;
	list.rows = calloc(1, sizeof list.rows[0]);
	list.count = 1;
	put_row(&list.rows[0], "aws:none", "", 0, 0);
	list.rows[0].pue = (struct factor){ 0 };
	region_rank(&list, &(struct quantity){ 0 });
	assert_int_equal(regions_json(&view, &json), 0);
	assert_non_null(strstr(json, "\"average_kg\": null"));
	assert_non_null(strstr(json, "\"pue\": null"));
	assert_non_null(strstr(json, "\"average_rank\": null"));
	assert_non_null(strstr(json, "\"correlation\": null"));
	assert_non_null(strstr(json, "\"energy_kwh\": null"));
}

static void hostile_names_reach_no_terminal(void **unused)
{
	CLEANUP(region_list_done) struct region_list list = { 0 };
	struct regions_view view = { .list = &list, .of = "\x1b[2Jrun\xff\n" };
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *json = NULL;

	(void)unused;
	made_up(&list);
	put_row(&list.rows[0], "aws:\x1b]0;x\x07\xe2\x80\xae", "\xff\x1b", 3, 4);
	list.rows[0].own = true;
	(void)copy_text(list.rows[0].location, sizeof list.rows[0].location, "\x1b[31m");
	region_rank(&list, &one_kwh);
	text = printed(&view, 0, false);
	assert_null(strchr(text, '\x1b'));
	assert_null(strchr(text, '\x07'));
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_int_equal(regions_json(&view, &json), 0);
	assert_null(strchr(json, '\x1b'));
}

static void colours_only_where_they_are_liked(void **unused)
{
	CLEANUP(region_list_done) struct region_list list = { 0 };
	struct regions_view view = { .list = &list };
	AUTO_FREE char *plain = NULL;
	AUTO_FREE char *inked = NULL;

	(void)unused;
	made_up(&list);
	plain = printed(&view, 80, false);
	inked = printed(&view, 80, true);
	assert_null(strchr(plain, '\x1b'));
	assert_non_null(strchr(inked, '\x1b'));
}

static void every_region_of_the_table_is_a_row_and_has_a_country(void **unused)
{
	CLEANUP(region_list_done) struct region_list list = { 0 };
	const struct regions_ask ask = { .at_unix_ns = IN_2026 };
	struct tables *tables;
	struct diag diag = { 0 };

	(void)unused;
	assert_int_equal(tables_new(NULL, &tables), 0);
	assert_int_equal(regions_of(tables, &ask, &diag, &list), 0);
	tables_free(tables);
	region_rank(&list, &one_kwh);
	assert_true(list.count > 100);
	assert_int_equal(list.average_ranked, list.count);
	for (size_t i = 0; i < list.count; i++) {
		assert_true(list.rows[i].place.country[0] != '\0');
		assert_true(list.rows[i].pue.value.known);
	}
	assert_true(list.has_correlation);
	assert_true(list.correlation > 0.2 && list.correlation < 0.5);
}

static void a_provider_and_an_own_region_are_found(void **unused)
{
	CLEANUP(region_list_done) struct region_list list = { 0 };
	struct regions_ask ask = { .provider = "GCP", .at_unix_ns = IN_2026 };
	struct place own;
	struct tables *tables;
	struct diag diag = { 0 };
	size_t marked = 0;

	(void)unused;
	assert_int_equal(tables_new(NULL, &tables), 0);
	assert_int_equal(place_of_text(tables, "gcp:europe-west9", &diag, &own), 0);
	ask.own = &own;
	assert_int_equal(regions_of(tables, &ask, &diag, &list), 0);
	for (size_t i = 0; i < list.count; i++) {
		assert_memory_equal(list.rows[i].name, "gcp:", 4);
		marked += list.rows[i].own;
		assert_false(list.rows[i].apart);
	}
	assert_int_equal(marked, 1);
	assert_int_equal(regions_of(tables, &(struct regions_ask){ .provider = "ovh" },
				    &diag, &list),
			 -EINVAL);
	assert_non_null(strstr(diag.text, "ovh"));
	tables_free(tables);
}

static void the_worlds_mean_is_no_regions(void **unused)
{
	CLEANUP(region_list_done) struct region_list list = { 0 };
	const struct regions_ask ask = { .at_unix_ns = IN_2026 };
	struct fixture fixture;
	struct diag diag = { 0 };
	struct tables *tables =
		small_tables(&fixture,
			     "aws,known-1,2024,Known,FR,,,,,1.2,,,,400,,made up\n"
			     "aws,nowhere-1,2024,Nowhere,AQ,,,,,,,,,,,made up\n"
			     "aws,known-1,2023,Known,FR,,,,,1.3,,,,390,,made up\n");

	(void)unused;
	assert_int_equal(regions_of(tables, &ask, &diag, &list), 0);
	region_rank(&list, &one_kwh);
	assert_int_equal(list.count, 2);
	assert_true(row_of(&list, "aws:known-1")->average.value.known);
	assert_false(row_of(&list, "aws:nowhere-1")->average.value.known);
	assert_int_equal(row_of(&list, "aws:nowhere-1")->average_rank, 0);
	assert_true(row_of(&list, "aws:nowhere-1")->average.why[0] != '\0');
	tables_free(tables);
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_correlation_is_spearmans),
		cmocka_unit_test(equal_values_share_the_mean_of_their_ranks),
		cmocka_unit_test(too_few_or_all_equal_have_no_correlation),
		cmocka_unit_test(ranks_stand_side_by_side_and_gaps_are_last),
		cmocka_unit_test(the_own_place_moves_no_others_rank),
		cmocka_unit_test(masses_have_the_energys_interval_and_a_gap_has_none),
		cmocka_unit_test(an_unknown_energy_has_ranks_but_no_mass),
		cmocka_unit_test(the_table_fits_80_columns),
		cmocka_unit_test(a_limit_never_hides_the_own_place),
		cmocka_unit_test(unknown_is_never_zero),
		cmocka_unit_test(hostile_names_reach_no_terminal),
		cmocka_unit_test(colours_only_where_they_are_liked),
		cmocka_unit_test(every_region_of_the_table_is_a_row_and_has_a_country),
		cmocka_unit_test(a_provider_and_an_own_region_are_found),
		cmocka_unit_test(the_worlds_mean_is_no_regions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
