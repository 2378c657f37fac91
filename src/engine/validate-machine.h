/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine whose watts at a load are known, and what each way to guess them says: shared by
 * the suite `servers` and by a user's own measurements.
 */
#pragma once

#include "engine/validate.h"
#include "machine/peers.h"

/* NAN and "" are what is not known. Texts are borrowed. */
struct machine_case {
	const char *suite;
	struct peer_machine machine; /* what other tools' formulas ask for */
	const char *cpu_name;
	const char *vendor; /* of the server */
	double chips;
	double cores;
	double mhz;
	double year;
	double measured_w;
	double full_w; /* of the same machine; 0: not known */
	const char *group;
	const char *group2;
};

/* Adds what every method says of it. -EINVAL: measured_w is not over 0; -ENOMEM. */
MUST_USE int validate_machine(struct validate *v, const struct machine_case *one);

#define VALIDATE_SERVERS "servers"

/* A row of data/server_power.csv without its watts, and its watts at a level: 0 idle, 10 full. */
void validate_read_server(struct validate *v, const struct table *table, size_t row,
			  struct machine_case *ret);
void validate_read_level(const struct table *table, size_t row, size_t level,
			 struct machine_case *one);

/* Watts of a virtual CPU of that microarchitecture, and of any, as Cloud Carbon Footprint has
 * them: the means over its providers. */
void validate_vcpu(struct tables *tables, const char *microarchitecture,
		   struct peer_machine *machine);

/* "Intel", "AMD" or "ARM and others", by the processor's name. */
const char *validate_maker(const char *cpu_name);

/* "2014-2017"; NULL: year is NAN. */
const char *validate_era(double year);

/* What must be known to read the formulas' rows, below the suite's table. -ENOMEM. */
MUST_USE int validate_machine_notes(struct validate *v, const char *suite);

/* A user's own CSV file: suite "measurements". */
MUST_USE int validate_csv(struct validate *v, const char *path);

/* The same of a text in memory, for tests and fuzzing; name is for sentences. */
MUST_USE int validate_csv_text(struct validate *v, const char *name, const char *text,
			       size_t size);
