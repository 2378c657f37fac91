/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-22 in a run's view: the wall of a server whose components are themselves a model's; of a
 * virtual machine, its part of its host's.
 */
#pragma once

#include <jansson.h>

#include "calc/wall.h"
#include "engine/view.h"

/*
 * Fills wall_j at the run's mean load. Where the model does not hold (no server, accelerators) or
 * too little is known, its source says so.
 * hardware: the run's, as it was stored; machine: the same, read. -ENOMEM.
 */
MUST_USE int view_wall_model(struct run_view *view, const json_t *hardware,
			     const struct wall_machine *machine);
