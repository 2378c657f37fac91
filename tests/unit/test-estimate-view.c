/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/parse.h"
#include "calc/estimate.h"
#include "report/estimate-view.h"
#include "report/shown.h"
#include "view.h"

static struct factor factor_of(double value, double part, const char *source)
{
	struct factor factor = { .value = { .known = true,
					    .value = value,
					    .low = value * (1 - part),
					    .high = value * (1 + part),
					    .kind = KIND_DERIVED } };

	(void)copy_text(factor.value.source, sizeof factor.value.source, source);
	(void)copy_text(factor.year_or_time, sizeof factor.year_or_time, "2024");
	return factor;
}

static struct quantity watts(double value, double half, const char *source)
{
	struct quantity q = { .known = true,
			      .value = value,
			      .low = value - half,
			      .high = value + half,
			      .kind = KIND_MODELLED };

	(void)copy_text(q.source, sizeof q.source, source);
	return q;
}

static void fill(struct estimate *estimate, const struct estimate_ask *ask)
{
	const struct factor pue = factor_of(1.1, 0.02, "Google environmental report");
	const struct factor intensity = factor_of(44.2, 0.3, "Ember 2024, France");
	struct factor ricke = factor_of(3.1, 0.9, "Ricke et al. 2018");
	const struct factor epa = factor_of(215, 0.4, "US EPA 2023");
	struct estimate_ask full = *ask;

	(void)copy_text(ricke.country, sizeof ricke.country, "FRA");
	full.pue = &pue;
	full.intensity = &intensity;
	full.scc_country = &ricke;
	full.scc_global = &epa;
	full.dollars_country = 2005;
	full.dollars_global = 2020;
	assert_int_equal(estimate_of(&full, estimate), 0);
	(void)copy_text(estimate->place.text, sizeof estimate->place.text, "FR");
	(void)copy_text(estimate->place.country, sizeof estimate->place.country, "FRA");
	estimate->equivalence_count = 2;
	estimate->equivalence[0] = (struct equivalence){
		.name = "car-eu", .amount = 63.4, .per = "km driven", .source = "them"
	};
	estimate->equivalence[1] = (struct equivalence){ .name = "tree-year",
							 .amount = 1.01,
							 .per = "trees in a year" };
}

static void fill_devices(struct estimate *estimate)
{
	const struct estimate_device devices[] = {
		{ FAMILY_GPU, "NVIDIA H100 SXM", 8,
		  watts(525, 175,
			"0.75 of its limit of 700 W, busy; a maker's datasheet") },
		{ FAMILY_CPU, "AMD EPYC 9654, 48 of 96 cores", 1,
		  watts(190, 112, "design power 360 W and load shapes of its years") },
		{ FAMILY_MEMORY, "memory, 512 GiB", 1,
		  watts(64, 32, "by its size: data/memory_power.csv") },
	};

	*estimate = (struct estimate){ 0 };
	(void)estimate_assume(estimate, "load of GPUs and processor", "1", "not given");
	fill(estimate, &(struct estimate_ask){
			       .hours = 48, .devices = devices, .device_count = 3 });
}

static char *printed(const struct estimate *estimate, bool colour)
{
	struct report_opts opts = { .width = 80, .colour = colour };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	char *text = NULL;

	estimate_text(estimate, &opts, &out);
	assert_int_equal(strbuf_steal(&out, &text), 0);
	return text;
}

static void every_assumption_is_a_row(void **unused)
{
	struct estimate estimate;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *json = NULL;

	(void)unused;
	fill_devices(&estimate);
	text = printed(&estimate, false);
	assert_golden("estimate-devices.txt", text);
	assert_non_null(strstr(text, "load of GPUs and processor: 1; not given"));
	assert_non_null(strstr(text, "nothing of it is measured"));
	assert_int_equal(estimate_json(&estimate, &json), 0);
	assert_golden("estimate-devices.json", json);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(shown_width(line) <= 80);
}

static void runs_like_it_are_counted_and_their_spread_told(void **unused)
{
	const struct quantity runs[] = { watts(400, 20, ""), watts(410, 20, ""),
					 watts(395, 20, "") };
	struct estimate estimate = { .like = "resnet" };
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *json = NULL;

	(void)unused;
	fill(&estimate,
	     &(struct estimate_ask){ .hours = 6, .similar_w = runs, .similar_count = 3 });
	text = printed(&estimate, false);
	assert_golden("estimate-runs.txt", text);
	assert_non_null(strstr(text, "Like 3 runs of resnet"));
	assert_non_null(strstr(text, "standard deviation of 3 runs"));
	assert_int_equal(estimate_json(&estimate, &json), 0);
	assert_golden("estimate-runs.json", json);
}

static void unknown_is_never_zero(void **unused)
{
	const struct estimate_device device = { FAMILY_CPU, "a processor", 1, { 0 } };
	struct estimate estimate = { 0 };
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *json = NULL;

	(void)unused;
	fill(&estimate,
	     &(struct estimate_ask){ .hours = 6, .devices = &device, .device_count = 1 });
	estimate.equivalence_count = 0;
	text = printed(&estimate, false);
	assert_non_null(strstr(text, "energy      not known"));
	assert_non_null(strstr(text, "carbon      not known"));
	assert_int_equal(estimate_json(&estimate, &json), 0);
	assert_non_null(strstr(json, "\"energy_kwh\": null"));
	assert_non_null(strstr(json, "\"carbon_kg\": null"));
	assert_non_null(strstr(json, "\"scc_usd\": null"));
	assert_non_null(strstr(json, "\"similar\": null"));
}

static void hostile_names_reach_no_terminal(void **unused)
{
	const struct estimate_device device = { FAMILY_GPU, "\x1b[2J\xe2\x80\xaeGPU\xff",
						2, watts(100, 10, "\x1b]0;x\x07") };
	struct estimate estimate = { .like = "\x1b[31m" };
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *json = NULL;

	(void)unused;
	(void)estimate_assume(&estimate, "\x1b[1m", "\r\n", "\xe2\x80\xae");
	fill(&estimate, &(struct estimate_ask){
				.hours = 1e300, .devices = &device, .device_count = 1 });
	(void)copy_text(estimate.place.text, sizeof estimate.place.text, "\x1b[0m");
	text = printed(&estimate, false);
	assert_null(strchr(text, '\x1b'));
	assert_null(strchr(text, '\x07'));
	assert_null(strchr(text, '\r'));
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_int_equal(estimate_json(&estimate, &json), 0);
	assert_null(strchr(json, '\x1b'));
}

static void colours_only_where_they_are_liked(void **unused)
{
	struct estimate estimate;
	AUTO_FREE char *plain = NULL;
	AUTO_FREE char *inked = NULL;

	(void)unused;
	fill_devices(&estimate);
	plain = printed(&estimate, false);
	inked = printed(&estimate, true);
	assert_null(strchr(plain, '\x1b'));
	assert_non_null(strchr(inked, '\x1b'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_assumption_is_a_row),
		cmocka_unit_test(runs_like_it_are_counted_and_their_spread_told),
		cmocka_unit_test(unknown_is_never_zero),
		cmocka_unit_test(hostile_names_reach_no_terminal),
		cmocka_unit_test(colours_only_where_they_are_liked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
