/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "engine/validate.h"
#include "fixture.h"

static struct accuracy_row row_of(const char *method)
{
	struct diag diag = { 0 };
	struct validate v = { .diag = &diag };
	AUTO_FREE struct accuracy_row *rows = NULL;
	struct accuracy_row found = { .count = 0 };
	size_t count = 0;

	assert_int_equal(tables_new(NULL, &v.tables), 0);
	assert_int_equal(accuracy_new(&v.accuracy), 0);
	assert_int_equal(validate_wall(&v), 0);
	assert_int_equal(accuracy_rows(v.accuracy, &rows, &count), 0);
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].method, method) == 0 && rows[i].group[0] == '\0')
			found = rows[i];
	accuracy_free(v.accuracy);
	tables_free(v.tables);
	assert_int_equal(found.count, 45);
	return found;
}

static void ac_is_told_from_dc_within_1_percent(void **state)
{
	struct accuracy_row ours = row_of("gramme: power supply");

	(void)state;
	assert_true(ours.mean_ratio <= 0.01);
	assert_true(ours.cover90_ratio >= 0.9);
	assert_true(ours.cover95_ratio >= 0.95);
}

static void so_it_is_of_a_system_never_seen(void **state)
{
	struct accuracy_row ours = row_of("gramme: power supply, other system");

	(void)state;
	assert_true(ours.mean_ratio <= 0.01);
	assert_true(ours.cover90_ratio >= 0.88);
}

static void dc_taken_for_ac_errs_by_more_than_2_percent(void **state)
{
	struct accuracy_row plain = row_of("DC taken for AC");

	(void)state;
	assert_true(plain.mean_ratio > 0.02);
	assert_true(isnan(plain.cover90_ratio));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ac_is_told_from_dc_within_1_percent),
		cmocka_unit_test(so_it_is_of_a_system_never_seen),
		cmocka_unit_test(dc_taken_for_ac_errs_by_more_than_2_percent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
