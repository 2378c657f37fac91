/* SPDX-License-Identifier: Apache-2.0 */
/* METHOD E-11 in a run's view: what the machine drew at the plug, beside the sum. */
#pragma once

#include "engine/view.h"

/*
 * Fills wall_j, from the best there is: a meter of the whole machine, this machine's calibration,
 * its class. Where there is none its source says why. A calibration that is of another hardware
 * is a warning. After the sums. -ENOMEM.
 */
MUST_USE int view_wall(const struct view_door *door, struct run_view *view);
