/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run may use, as the user said, and what is done when it uses more, or will: METHOD E-21
 * says so when the 90 % interval of what the whole will use lies above it. Never by default.
 */
#pragma once

#include <stdbool.h>

#include "base/diag.h"
#include "base/macro.h"
#include "model/outlook.h"

enum budget_of {
	BUDGET_NONE,
	BUDGET_J,  /* the run's attributed joules, without the building's overhead */
	BUDGET_KG, /* CO2e at the facility, as in a statement */
};

enum budget_do { BUDGET_WARN, BUDGET_SIGNAL, BUDGET_STOP };

struct budget {
	enum budget_of of;
	enum budget_do act;
	double most; /* J or kg */
};

/* "2kWh", "500 g"; act: "warn", "signal", "stop", NULL is the first. -EINVAL. */
MUST_USE int budget_of_text(const char *text, const char *act, struct diag *diag,
			    struct budget *ret);

/* What was said already: each once. All zeros at first. */
struct budget_said {
	bool forecast;
	bool passed;
	bool unknown;
};

struct budget_now {
	double used_j; /* NAN: not known */
	double kg_per_j;
	enum kind kind; /* of the joules */
	const struct run_outlook *outlook;
	bool patient; /* what is not known yet may come to be */
};

#define BUDGET_TEXT_MAX 400

/* The code of a warning that is to be given now, with its text; NULL: nothing new. */
const char *budget_look(const struct budget *budget, const struct budget_now *now,
			struct budget_said *said, char ret_text[BUDGET_TEXT_MAX]);
