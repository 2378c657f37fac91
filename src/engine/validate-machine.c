/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/validate-machine.h"

#include <math.h>
#include <strings.h>

static struct accuracy_case case_of(const struct machine_case *one, double guess)
{
	return (struct accuracy_case){
		.truth = one->measured_w,
		.guess = guess,
		.low90 = (double)NAN,
		.high90 = (double)NAN,
		.low95 = (double)NAN,
		.high95 = (double)NAN,
		.group = one->group,
		.group2 = one->group2,
		.full = one->full_w,
	};
}

static int add_peers(struct validate *v, const struct machine_case *one)
{
	for (size_t i = 0; i < peer_count; i++) {
		struct accuracy_case guess = case_of(one, peers[i].watts(&one->machine));
		int r = accuracy_add(v->accuracy, one->suite, peers[i].name, &guess);

		if (r < 0)
			return r;
	}
	return 0;
}

/* What is judged of a machine, one function a kind of method: the product's own come first. */
static int (*const methods[])(struct validate *v, const struct machine_case *one) = {
	add_peers,
};

int validate_machine(struct validate *v, const struct machine_case *one)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		int r = methods[i](v, one);

		if (r < 0)
			return r;
	}
	return 0;
}

/* The mean of a column over the rows of a microarchitecture; NULL: over all. NAN: none. */
static double mean_of(const struct table *table, const char *column, const char *of)
{
	size_t name = table_column(table, "microarchitecture");
	size_t number = table_column(table, column);
	size_t count = 0;
	double sum = 0;

	for (size_t row = 0; row < table_rows(table); row++) {
		double value;

		if (of && strcasecmp(table_text(table, row, name), of) != 0)
			continue;
		if (!table_number(table, row, number, &value))
			continue;
		sum += value;
		count++;
	}
	return count > 0 ? sum / (double)count : (double)NAN;
}

void validate_vcpu(struct tables *tables, const char *microarchitecture,
		   struct peer_machine *machine)
{
	const struct table *table = tables_get(tables, "vcpu_power");

	machine->any_low_w = (double)NAN;
	machine->any_high_w = (double)NAN;
	machine->family_low_w = (double)NAN;
	machine->family_high_w = (double)NAN;
	if (!table)
		return;
	machine->any_low_w = mean_of(table, "low_w", NULL);
	machine->any_high_w = mean_of(table, "high_w", NULL);
	machine->family_low_w = mean_of(table, "low_w", microarchitecture);
	machine->family_high_w = mean_of(table, "high_w", microarchitecture);
}

const char *validate_maker(const char *cpu_name)
{
	if (strncasecmp(cpu_name, "Intel", 5) == 0)
		return "Intel";
	return strncasecmp(cpu_name, "AMD", 3) == 0 ? "AMD" : "ARM and others";
}

const char *validate_era(double year)
{
	static const struct {
		double before;
		const char *name;
	} eras[] = { { 2010, "2004-2009" },
		     { 2014, "2010-2013" },
		     { 2018, "2014-2017" },
		     { 2021, "2018-2020" } };

	if (isnan(year))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(eras); i++)
		if (year < eras[i].before)
			return eras[i].name;
	return "from 2021";
}

int validate_machine_notes(struct validate *v, const char *suite)
{
	return accuracy_note(
		v->accuracy, suite,
		"Other tools' formulas are ours to write down and theirs to publish. They "
		"claim the processors' power (or that and the memory's), which is less than "
		"the wall's; users read it as the machine's, so part of their error is that "
		"boundary.");
}
