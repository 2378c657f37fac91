/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "fixture.h"
#include "place/accelerator.h"

static int open_tables(void **state)
{
	struct tables *tables;

	if (tables_new(NULL, &tables) < 0)
		return -1;
	*state = tables;
	return 0;
}

static int close_tables(void **state)
{
	tables_free(*state);
	return 0;
}

static struct accelerator of(struct tables *tables, const char *text)
{
	struct accelerator one = { 0 };
	struct diag diag = { 0 };

	if (accelerator_of_text(tables, text, &diag, &one) < 0)
		fail_msg("%s: %s", text, diag.text);
	return one;
}

static int refused(struct tables *tables, const char *text, struct diag *diag)
{
	struct accelerator one = { .count = 77 };
	int r = accelerator_of_text(tables, text, diag, &one);

	assert_true(r < 0);
	assert_int_equal(one.count, 77);
	assert_string_equal(one.name, "");
	return r;
}

static void names_of_drivers_and_people_are_known(void **state)
{
	static const struct {
		const char *text;
		const char *name;
		double watts;
	} rows[] = {
		{ "NVIDIA A100-SXM4-80GB", "NVIDIA A100 SXM", 400 },
		{ "NVIDIA A100-PCIE-40GB", "NVIDIA A100 PCIe 40GB", 250 },
		{ "a100 pcie 80 GiB", "NVIDIA A100 PCIe 80GB", 300 },
		{ "Tesla V100-SXM2-16GB", "NVIDIA V100 SXM", 300 },
		{ "NVIDIA GeForce RTX 4090", "NVIDIA RTX 4090", 450 },
		{ "4090", "NVIDIA RTX 4090", 450 },
		{ "rtx 4070 ti", "NVIDIA RTX 4070 Ti", 285 },
		{ "rtx 4070", "NVIDIA RTX 4070", 200 },
		{ "L40S", "NVIDIA L40S PCIe", 350 },
		{ "A10", "NVIDIA A10 PCIe", 150 },
		{ "NVIDIA A10G", "NVIDIA A10G PCIe", 300 },
		{ "AMD Instinct MI300X OAM", "AMD Instinct MI300X OAM", 750 },
		{ "Intel Data Center GPU Max 1550", "Intel Data Center GPU Max 1550 OAM",
		  600 },
		{ "TPU v4", "Google TPU v4", 192 },
		{ "H100 NVL", "NVIDIA H100 NVL", 400 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct accelerator one = of(*state, rows[i].text);

		assert_string_equal(one.name, rows[i].name);
		assert_int_equal(one.count, 1);
		assert_true(one.limit_w.known);
		assert_true(one.limit_w.value == rows[i].watts);
		assert_true(one.limit_w.low == rows[i].watts);
		assert_true(one.limit_w.source[0] != '\0');
		assert_string_equal(one.note, "");
	}
}

static void a_count_stands_before_the_name(void **state)
{
	static const struct {
		const char *text;
		uint32_t count;
	} rows[] = {
		{ "8 x H100", 8 }, { "8xH100", 8 },       { " 8 X H100 SXM ", 8 },
		{ "8 H100", 8 },   { "16*A100", 16 },     { "2x4090", 2 },
		{ "4090", 1 },     { "1024 x L4", 1024 }, { "4 \xc3\x97 T4", 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(of(*state, rows[i].text).count, rows[i].count);
}

static void a_name_of_several_variants_holds_all_of_them(void **state)
{
	struct accelerator one = of(*state, "NVIDIA H100 80GB HBM3");

	assert_string_equal(one.name, "NVIDIA H100 SXM");
	assert_true(one.limit_w.value == 700 && one.limit_w.low == 350);
	assert_non_null(strstr(one.note, "PCIe 350 W"));
	assert_non_null(strstr(one.note, "NVL 400 W"));
}

static void what_is_not_listed_is_not_guessed(void **state)
{
	struct diag diag;

	assert_int_equal(refused(*state, "RTX 4090 Laptop GPU", &diag), -ENOENT);
	assert_non_null(strstr(diag.text, "RTX 4090"));
	assert_int_equal(refused(*state, "GTX 1080", &diag), -ENOENT);
	assert_non_null(strstr(diag.text, "GTX 1080 Ti"));
	assert_int_equal(refused(*state, "RTX 6000", &diag), -ENOENT);
	assert_int_equal(refused(*state, "H1000", &diag), -ENOENT);
	assert_non_null(strstr(diag.text, "H100"));
	assert_int_equal(refused(*state, "H100 SXM9000 flux", &diag), -ENOENT);
	assert_int_equal(refused(*state, "NVIDIA", &diag), -ENOENT);
	assert_non_null(strstr(diag.fix, "accelerator_tdp"));
}

static void nonsense_is_refused_with_a_sentence(void **state)
{
	char lots[300];
	struct diag diag;

	memset(lots, 'x', sizeof lots - 1);
	lots[sizeof lots - 1] = '\0';
	assert_int_equal(refused(*state, "", &diag), -EINVAL);
	assert_int_equal(refused(*state, "8 x ", &diag), -EINVAL);
	assert_int_equal(refused(*state, "0 x H100", &diag), -EINVAL);
	assert_int_equal(refused(*state, "999999 x H100", &diag), -EINVAL);
	assert_int_equal(refused(*state, lots, &diag), -EINVAL);
	assert_int_equal(refused(*state, "a b c d e f g h i j k l m n", &diag), -ENOENT);
	assert_int_equal(refused(*state, "\x1b[31mH100", &diag), -ENOENT);
	assert_int_equal(refused(*state, "gb gib gb gb gb", &diag), -ENOENT);
	assert_int_equal(refused(*state, "sxm pcie 80gb hbm", &diag), -ENOENT);
}

static void two_models_at_once_are_told_apart(void **state)
{
	struct diag diag = { 0 };

	assert_int_equal(refused(*state, "H100 A100", &diag), -ENOENT);
	assert_non_null(strstr(diag.text, "A100"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_drivers_and_people_are_known),
		cmocka_unit_test(a_count_stands_before_the_name),
		cmocka_unit_test(a_name_of_several_variants_holds_all_of_them),
		cmocka_unit_test(what_is_not_listed_is_not_guessed),
		cmocka_unit_test(nonsense_is_refused_with_a_sentence),
		cmocka_unit_test(two_models_at_once_are_told_apart),
	};

	return cmocka_run_group_tests(tests, open_tables, close_tables);
}
