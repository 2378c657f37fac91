/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runs of a ledger that go on, as far as it has them, for who shows them live. An update reads
 * the list of running runs and the rows that came since the last one, and no more: it may be
 * called every second. Counters never fall.
 *
 * Joules are those of view_make(), with two differences that the end of the run mends: a board
 * that others use too goes by its SM time alone (what it draws idle is known at the end), and
 * the carbon is by the place's mean, of no series in time.
 */
#pragma once

#include "engine/view.h"
#include "model/live.h"

struct follow;

/* The door's store and tables stay the caller's and outlive it. Nothing is read yet. */
MUST_USE int follow_open(const struct view_door *door, struct follow **ret);
void follow_close(struct follow *follow); /* takes NULL */

/*
 * A run that ended is there once more, whole and in its last state, and gone with the update
 * after. What cannot be read leaves the runs as they were; the next update tries again.
 */
MUST_USE int follow_update(struct follow *follow, struct diag *diag);

/* Newest first. Good until the next update; info is borrowed. elapsed_s is the ledger's, up to a
 * flush old: who knows the time knows it better. family_j are parts of attributed_j. */
size_t follow_count(const struct follow *follow);
const struct live_run *follow_run(const struct follow *follow, size_t i);
