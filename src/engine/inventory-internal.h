/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the inventory share. */
#pragma once

#include <jansson.h>

#include "engine/inventory.h"

/* Leaves out what is empty, and what is not UTF-8. */
void inventory_set_text(json_t *object, const char *key, const char *text);

/* Adds "python" with its version and packages, when one of the processes is a Python. */
void inventory_python(const struct host *host, const struct inventory_run *run,
		      json_t *software);
