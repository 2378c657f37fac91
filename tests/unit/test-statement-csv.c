/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "statement.h"

static void it_reads_as_approved(void **unused)
{
	(void)unused;
	assert_statements("csv", "csv", "hourly experiment unknown given hostile");
}

#define COLUMNS 33

/* RFC 4180, no kinder than it has to be. Fields of one record, unquoted in place; returns the
 * start of the next record. */
static char *take_record(char *p, char *fields[COLUMNS])
{
	size_t count = 0;

	for (;;) {
		char *to = p;

		assert_true(count < COLUMNS);
		fields[count++] = p;
		if (*p == '"') {
			for (p++; *p != '"' || p[1] == '"'; p++) {
				assert_int_not_equal(*p, '\0');
				p += *p == '"';
				*to++ = *p;
			}
			p++;
		} else {
			for (; *p != ',' && *p != '\r'; p++) {
				assert_int_not_equal(*p, '\0');
				assert_int_not_equal(*p, '"');
				assert_int_not_equal(*p, '\n');
				*to++ = *p;
			}
		}
		if (*p == '\r') {
			assert_int_equal(p[1], '\n');
			*to = '\0';
			assert_int_equal(count, COLUMNS);
			return p + 2;
		}
		assert_int_equal(*p, ',');
		p++;
		*to = '\0';
	}
}

static size_t column_of(char *const header[COLUMNS], const char *name)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (strcmp(header[i], name) == 0)
			return i;
	fail_msg("no column %s", name);
	return 0;
}

static void every_record_has_every_field(void **unused)
{
	static const char *const names[] = { "hourly",  "experiment", "modelled",
					     "unknown", "partly",     "no-carbon",
					     "given",   "hostile",    "negative" };
	static const size_t records[] = { 2, 4, 2, 2, 3, 2, 1, 2, 2 };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		AUTO_FREE char *text = statement_written("csv", names[i]);
		char *fields[COLUMNS];
		size_t count = 0;
		char *p = take_record(text, fields);

		for (; *p != '\0'; count++)
			p = take_record(p, fields);
		assert_int_equal(count, records[i]);
		assert_string_equal(fields[0], "total");
	}
}

static void what_is_not_known_is_an_empty_field(void **unused)
{
	AUTO_FREE char *text = statement_written("csv", "unknown");
	char *header[COLUMNS];
	char *fields[COLUMNS];
	char *p = take_record(text, header);

	(void)unused;
	while (*p != '\0') {
		p = take_record(p, fields);
		assert_string_equal(fields[column_of(header, "attributed_j")], "");
		assert_string_equal(fields[column_of(header, "facility_kwh")], "");
		assert_string_equal(fields[column_of(header, "carbon_kg_high")], "");
		assert_string_equal(fields[column_of(header, "coverage_ratio")], "");
		assert_string_equal(fields[column_of(header, "cost_country_usd")], "");
		assert_string_equal(fields[column_of(header, "unknown_energy")], "1");
	}
}

static void no_text_is_a_formula(void **unused)
{
	AUTO_FREE char *text = statement_written("csv", "hostile");
	char *header[COLUMNS];
	char *fields[COLUMNS];

	(void)unused;
	(void)take_record(take_record(text, header), fields);
	assert_string_equal(fields[column_of(header, "experiment")],
			    "'=HYPERLINK(\"http://x\")");
	assert_string_equal(fields[column_of(header, "project")], "'@SUM(1+1)|cmd");
	assert_null(strchr(fields[column_of(header, "name")], '\n'));
	assert_null(strchr(fields[column_of(header, "name")], '\x1b'));
}

static void a_cost_below_zero_stays_a_number(void **unused)
{
	AUTO_FREE char *text = statement_written("csv", "negative");
	char *header[COLUMNS];
	char *fields[COLUMNS];
	const char *cost;

	(void)unused;
	(void)take_record(take_record(text, header), fields);
	cost = fields[column_of(header, "cost_country_usd")];
	assert_int_equal(strncmp(cost, "-0.18", 5), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_as_approved),
		cmocka_unit_test(every_record_has_every_field),
		cmocka_unit_test(what_is_not_known_is_an_empty_field),
		cmocka_unit_test(no_text_is_a_formula),
		cmocka_unit_test(a_cost_below_zero_stays_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
