/* SPDX-License-Identifier: Apache-2.0 */
/* The library's call, from figures given by hand to the text. */
#include <gramme/gramme.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static char *written(const char *country, uint32_t flags)
{
	const struct gramme_opts opts =
		GRAMME_OPTS(.db = "/dev/null", .config = "/dev/null", .offline = 1);
	const struct gramme_statement_opts of =
		GRAMME_STATEMENT_OPTS(.energy_kwh = 24.343772, .carbon_kg = 8.020598,
				      .country = country);
	struct gramme *gramme = NULL;
	char *text = NULL;

	assert_int_equal(gramme_new(&opts, &gramme), 0);
	assert_int_equal(gramme_statement(gramme, &of, "text", flags, &text), 0);
	gramme_free(gramme);
	for (char *p = text; *p != '\0'; p++)
		*p = *p == '\n' ? ' ' : *p;
	return text;
}

static void the_country_is_called_by_its_name(void **unused)
{
	char *usa = written("USA", 0);
	char *germany = written("DE", 0);
	char *world = written(NULL, 0);

	(void)unused;
	assert_non_null(strstr(usa, "to the United States alone"));
	assert_non_null(strstr(germany, "to Germany alone"));
	assert_non_null(strstr(world, "to all countries together"));
	free(usa);
	free(germany);
	free(world);
}

static void the_long_one_is_asked_for(void **unused)
{
	char *brief = written("DE", 0);
	char *all = written("DE", GRAMME_STATEMENT_LONG);

	(void)unused;
	assert_true(strlen(brief) * 2 < strlen(all));
	assert_null(strstr(brief, "a tonne"));
	assert_non_null(strstr(all, "a tonne to Germany alone"));
	assert_non_null(strstr(all, "P. Henderson"));
	free(brief);
	free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_country_is_called_by_its_name),
		cmocka_unit_test(the_long_one_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
