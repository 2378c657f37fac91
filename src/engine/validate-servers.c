/* SPDX-License-Identifier: Apache-2.0 */
/* Suite `servers`: the wall power of whole servers at eleven levels of load (SPECpower). */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "base/parse.h"
#include "engine/validate-model.h"

#define LEVELS 11
#define SUITE  VALIDATE_SERVERS

static double number_of(const struct table *table, size_t row, const char *column)
{
	double value;

	return table_number(table, row, table_column(table, column), &value)
		       ? value
		       : (double)NAN;
}

static const char *text_of(const struct table *table, size_t row, const char *column)
{
	return table_text(table, row, table_column(table, column));
}

/* w_idle, w_10 … w_100. */
static double watts_at(const struct table *table, size_t row, size_t level)
{
	char column[16];

	if (level == 0)
		return number_of(table, row, "w_idle");
	(void)snprintf(column, sizeof column, "w_%zu", level * 10);
	return number_of(table, row, column);
}

/* "2019-04" to 2019.25. */
static double year_of(const char *available)
{
	int year;
	int month;

	// NOLINTNEXTLINE(cert-err34-c): both are counted
	if (sscanf(available, "%4d-%2d", &year, &month) != 2)
		return (double)NAN;
	return year + (month - 1) / 12.0;
}

void validate_read_server(struct validate *v, const struct table *table, size_t row,
			  struct machine_case *ret)
{
	*ret = (struct machine_case){
		.suite = SUITE,
		.cpu_name = text_of(table, row, "cpu_name"),
		.vendor = text_of(table, row, "vendor"),
		.chips = number_of(table, row, "chips"),
		.cores = number_of(table, row, "cores"),
		.mhz = number_of(table, row, "mhz"),
		.year = year_of(text_of(table, row, "hw_available")),
		.full_w = number_of(table, row, "w_100"),
		.machine = { .threads = number_of(table, row, "threads"),
			     .memory_gb = number_of(table, row, "memory_gb") },
	};
	ret->machine.tdp_w = number_of(table, row, "tdp_w") * ret->chips;
	validate_vcpu(v->tables, text_of(table, row, "microarchitecture"), &ret->machine);
	ret->group = validate_era(ret->year);
	ret->group2 = validate_maker(ret->cpu_name);
}

void validate_read_level(const struct table *table, size_t row, size_t level,
			 struct machine_case *one)
{
	one->machine.load_ratio = (double)level / (LEVELS - 1);
	one->measured_w = watts_at(table, row, level);
}

static int judge_server(struct validate *v, const struct table *table, size_t row)
{
	struct machine_case one;

	validate_read_server(v, table, row, &one);
	for (size_t level = 0; level < LEVELS; level++) {
		int r;

		validate_read_level(table, row, level, &one);
		r = one.measured_w > 0 ? validate_machine(v, &one) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_notes(struct validate *v, size_t servers)
{
	char note[400];
	int r;

	(void)snprintf(
		note, sizeof note,
		"Truth: AC watts of %zu servers of 2004 to 2022 at idle and 10 to 100 "
		"%% load, published results of SPECpower_ssj2008. SPEC and "
		"SPECpower_ssj2008 are trademarks of the Standard Performance "
		"Evaluation Corporation, see spec.org; errors are estimated from "
		"them. Groups: year of the hardware, maker of the processor.",
		servers);
	r = accuracy_note(v->accuracy, SUITE, note);
	if (r == 0)
		r = validate_machine_notes(v, SUITE);
	return r < 0 ? r
		     : accuracy_note(v->accuracy, SUITE,
				     "Cloud Carbon Footprint's watts a virtual CPU were "
				     "fitted by its authors to results of this same "
				     "benchmark: for them this is no test.");
}

int validate_servers(struct validate *v)
{
	const struct table *table = tables_get(v->tables, "server_power");
	size_t count = table ? table_rows(table) : 0;
	int r;

	if (count == 0)
		return diag_say(v->diag, -ENODATA, "the table server_power is not there");
	r = validate_servers_by_model(v, table);
	if (r < 0)
		return r;
	for (size_t row = 0; row < count; row++) {
		r = judge_server(v, table, row);
		if (r < 0)
			return r;
	}
	return add_notes(v, count);
}
