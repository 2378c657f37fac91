/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer of the ENTSO-E transparency platform to a question for A75, generation by type:
 * a GL_MarketDocument, or an Acknowledgement_MarketDocument that says why there is none.
 *
 * Curve type A01 tells every point: a missing position is a gap. A03 tells changes: a missing
 * position repeats the one before. A series with an outBiddingZone is what plants drew, and is
 * left out, as is storage (B10, B25).
 */
#pragma once

#include <stddef.h>

#include "base/macro.h"
#include "grid/grid-json.h"

#define ENTSOE_STEP_S 900

/*
 * Any bytes. Adds to the mix in ask->own, whose steps are ENTSOE_STEP_S. -ENODATA: an
 * acknowledgement that no data match (code 999). -EPROTO: any other, with what it says; a
 * document type declaration, as no honest answer has one; what is not understood.
 */
MUST_USE int entsoe_read(struct grid_ask *ask, const char *text, size_t size);
