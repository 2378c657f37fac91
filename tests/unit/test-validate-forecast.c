/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "engine/validate.h"
#include "fixture.h"

int validate_forecast(struct validate *v);

static const struct accuracy_row *row_of(const struct accuracy_row *rows, size_t count,
					 const char *method)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].method, method) == 0 && rows[i].group[0] == '\0')
			return &rows[i];
	fail_msg("no row of %s", method);
	return NULL;
}

static void judge(struct accuracy_row **ret, size_t *ret_count)
{
	struct diag diag = { 0 };
	struct validate v = { .diag = &diag };

	assert_int_equal(tables_new(NULL, &v.tables), 0);
	assert_int_equal(accuracy_new(&v.accuracy), 0);
	assert_int_equal(validate_forecast(&v), 0);
	assert_int_equal(accuracy_rows(v.accuracy, ret, ret_count), 0);
	accuracy_free(v.accuracy);
	tables_free(v.tables);
}

static void a_run_s_total_is_foretold_from_its_first_part(void **state)
{
	static const struct {
		const char *ours;
		const char *plain;
		double most;
	} limits[] = {
		{ "gramme, first 5 %", "mean power so far, first 5 %", 0.012 },
		{ "gramme, first 10 %", "mean power so far, first 10 %", 0.012 },
		{ "gramme, first 20 %", "mean power so far, first 20 %", 0.007 },
	};
	AUTO_FREE struct accuracy_row *rows = NULL;
	size_t count;

	(void)state;
	judge(&rows, &count);
	for (size_t i = 0; i < count; i++)
		print_message(
			"%-34s %-24s n %3zu none %zu mean %.4f median %.4f bias %+.4f "
			"in90 %.3f in95 %.3f\n",
			rows[i].method, rows[i].group, rows[i].count, rows[i].unanswered,
			rows[i].mean_ratio, rows[i].median_ratio, rows[i].bias_ratio,
			rows[i].cover90_ratio, rows[i].cover95_ratio);
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		const struct accuracy_row *ours = row_of(rows, count, limits[i].ours);
		const struct accuracy_row *plain = row_of(rows, count, limits[i].plain);

		assert_int_equal(ours->count, 30);
		assert_int_equal(ours->unanswered, 0);
		assert_true(ours->mean_ratio <= limits[i].most);
		assert_true(ours->cover90_ratio >= 0.88);
		assert_true(ours->mean_ratio < plain->mean_ratio);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_s_total_is_foretold_from_its_first_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
