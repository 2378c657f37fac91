/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words every number carries: how it came about, what it contains, what it is of.
 * The text of each is fixed: it stands in JSON and in the store.
 */
#pragma once

#include "base/macro.h"

/* How a number came about, best first. A sum is as good as its worst part. */
enum kind { KIND_MEASURED, KIND_DERIVED, KIND_MODELLED, KIND_ASSUMED };

/* What a number contains. Numbers of different boundaries are never added. */
enum boundary { BOUNDARY_COMPONENT, BOUNDARY_NODE, BOUNDARY_WALL, BOUNDARY_FACILITY };

enum family { FAMILY_CPU, FAMILY_MEMORY, FAMILY_GPU, FAMILY_NODE, FAMILY_OTHER };

#define FAMILIES 5

/* A run's state in the ledger. */
enum run_state { RUN_RUNNING, RUN_FINISHED, RUN_FAILED, RUN_INTERRUPTED };

const char *kind_text(enum kind value);
const char *boundary_text(enum boundary value);
const char *family_text(enum family value);
const char *run_state_text(enum run_state value);

/* The worse of two: the kind of a sum. */
enum kind kind_worse(enum kind a, enum kind b);

MUST_USE int kind_of_text(const char *text, enum kind *ret);
MUST_USE int boundary_of_text(const char *text, enum boundary *ret);
MUST_USE int family_of_text(const char *text, enum family *ret);
MUST_USE int run_state_of_text(const char *text, enum run_state *ret);
