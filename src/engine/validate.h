/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How wrong every method is: cases whose truth is known, and what each method said of them.
 *
 * A suite (a row of validations.def) walks data that are in the tree and calls accuracy_add()
 * once a case and method; what is made of the cases is the same for all of them. Methods of other
 * tools are judged on the same cases by their published formulas.
 */
#pragma once

#include <stddef.h>

#include "base/diag.h"
#include "base/macro.h"
#include "model/accuracy.h"
#include "place/table.h"

struct validate {
	struct tables *tables; /* of data/, or a user's own */
	struct accuracy *accuracy;
	/* Called now and then with how much of the suite is done, 0 to 1. NULL: nobody asks. */
	void (*progress)(void *data, const char *suite, double done_ratio);
	void *progress_data;
	struct diag *diag;
};

/* A row of validations.def. */
struct validation {
	const char *name;  /* "forecast" */
	const char *about; /* one line */
	int (*judge)(struct validate *v);
};

extern const struct validation *const validations[];
extern const size_t validation_count;

/* validate_servers() …: one a row. */
#define VALIDATION(name, about) int validate_##name(struct validate *v);
#include "engine/validations.def"
#undef VALIDATION
