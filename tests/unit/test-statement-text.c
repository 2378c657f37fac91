/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "statement.h"

static void it_reads_as_approved(void **unused)
{
	static const char *const names[] = { "hourly", "experiment", "modelled", "unknown",
					     "partly", "no-carbon", "given", "hostile",
					     "negative" };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_statement("text", names[i], "txt");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_as_approved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
