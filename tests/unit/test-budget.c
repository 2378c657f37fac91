/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "engine/budget.h"
#include "fixture.h"

static void amounts_have_units_and_no_others(void **state)
{
	static const struct {
		const char *text;
		enum budget_of of;
		double most;
	} good[] = {
		{ "2kWh", BUDGET_J, 7.2e6 }, { "500 Wh", BUDGET_J, 1.8e6 },
		{ "3MJ", BUDGET_J, 3e6 },    { "100J", BUDGET_J, 100 },
		{ "500g", BUDGET_KG, 0.5 },  { "1.5 kg", BUDGET_KG, 1.5 },
	};

	static const char *const bad[] = { "",     "2",    "kWh",  "-1J",  "0g",
					   "nanJ", "infJ", "3USD", "2kwh", "2 kWh a" };
	struct budget budget;
	struct diag diag = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(budget_of_text(good[i].text, NULL, &diag, &budget), 0);
		assert_int_equal(budget.of, good[i].of);
		assert_true(fabs(budget.most - good[i].most) < 1e-9 * good[i].most);
		assert_int_equal(budget.act, BUDGET_WARN);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(budget_of_text(bad[i], NULL, &diag, &budget), -EINVAL);
	assert_int_equal(budget_of_text("1J", "stop", &diag, &budget), 0);
	assert_int_equal(budget.act, BUDGET_STOP);
	assert_int_equal(budget_of_text("1J", "kill", &diag, &budget), -EINVAL);
}

static struct run_outlook outlook_of(double low90_j, double value_j, double high90_j)
{
	struct run_outlook outlook = { .low90_j = low90_j, .high90_j = high90_j };

	outlook.total_j = (struct quantity){ .known = true, .value = value_j };
	(void)strcpy(outlook.how, "50 % is done, as the run told");
	return outlook;
}

static void it_is_said_once_and_only_when_sure(void **state)
{
	const struct budget budget = { BUDGET_J, BUDGET_WARN, 1000 };
	struct run_outlook outlook = outlook_of(950, 1100, 1250);
	struct budget_now now = { 100, NAN, KIND_MEASURED, &outlook, true };
	struct budget_said said = { false, false, false };
	char text[BUDGET_TEXT_MAX];

	(void)state;
	assert_null(budget_look(&budget, &now, &said, text));
	outlook = outlook_of(1050, 1100, 1150);
	assert_string_equal(budget_look(&budget, &now, &said, text), "budget-forecast");
	assert_non_null(strstr(text, "90 % sure"));
	assert_non_null(strstr(text, "50 % is done"));
	assert_null(budget_look(&budget, &now, &said, text));
	now.used_j = 1001;
	assert_string_equal(budget_look(&budget, &now, &said, text), "budget-passed");
	assert_null(budget_look(&budget, &now, &said, text));
}

static void a_forecast_that_is_not_known_says_nothing(void **state)
{
	const struct budget budget = { BUDGET_J, BUDGET_WARN, 1000 };
	struct run_outlook outlook = { .low90_j = NAN };
	struct budget_now now = { 100, NAN, KIND_MEASURED, &outlook, false };
	struct budget_said said = { false, false, false };
	char text[BUDGET_TEXT_MAX];

	(void)state;
	assert_null(budget_look(&budget, &now, &said, text));
	/* After one epoch there is a value, and no interval. */
	outlook = outlook_of(NAN, 5000, NAN);
	assert_null(budget_look(&budget, &now, &said, text));
}

static void grammes_go_by_the_facility_s_rate(void **state)
{
	const struct budget budget = { BUDGET_KG, BUDGET_WARN, 0.5 };
	struct run_outlook outlook = { .low90_j = NAN };
	struct budget_now now = { 4e6, 1e-7, KIND_MODELLED, &outlook, false };
	struct budget_said said = { false, false, false };
	char text[BUDGET_TEXT_MAX];

	(void)state;
	assert_null(budget_look(&budget, &now, &said, text));
	now.used_j = 6e6;
	assert_string_equal(budget_look(&budget, &now, &said, text), "budget-passed");
	assert_non_null(strstr(text, "600 g"));
	assert_non_null(strstr(text, "an estimate"));
}

static void what_is_not_known_cannot_be_watched_and_that_is_said(void **state)
{
	const struct budget joules = { BUDGET_J, BUDGET_WARN, 1 };
	const struct budget grammes = { BUDGET_KG, BUDGET_WARN, 1 };
	struct run_outlook outlook = { .low90_j = NAN };
	struct budget_now now = { NAN, NAN, KIND_MEASURED, &outlook, true };
	struct budget_said said = { false, false, false };
	char text[BUDGET_TEXT_MAX];

	(void)state;
	assert_null(budget_look(&joules, &now, &said, text));
	now.patient = false;
	assert_string_equal(budget_look(&joules, &now, &said, text), "budget-unwatched");
	assert_non_null(strstr(text, "energy is not known"));
	assert_null(budget_look(&joules, &now, &said, text));
	said.unknown = false;
	now.used_j = 5;
	assert_string_equal(budget_look(&grammes, &now, &said, text), "budget-unwatched");
	assert_non_null(strstr(text, "CO2e"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts_have_units_and_no_others),
		cmocka_unit_test(it_is_said_once_and_only_when_sure),
		cmocka_unit_test(a_forecast_that_is_not_known_says_nothing),
		cmocka_unit_test(grammes_go_by_the_facility_s_rate),
		cmocka_unit_test(what_is_not_known_cannot_be_watched_and_that_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
