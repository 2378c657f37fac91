/* SPDX-License-Identifier: Apache-2.0 */
/* What the model of servers says of a machine, as every other method is asked. */
#pragma once

#include "engine/validate-machine.h"
#include "machine/server-model.h"

#define VALIDATE_MODEL      "gramme"
#define VALIDATE_MODEL_SEEN "gramme, the processor seen elsewhere"

/* By that fit, under that method's name. No answer where the model has none. -ENOMEM. */
MUST_USE int validate_by_model(struct validate *v, const struct server_fit *fit,
			       const char *method, const struct machine_case *one);

/* The servers of a table (data/server_power.csv's columns): each by a fit that has none of its
 * processor, and where others with it were published also by one without those like it. */
MUST_USE int validate_servers_by_model(struct validate *v, const struct table *table);
