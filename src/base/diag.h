/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went wrong, in words. The sentence is made once, where the path is known, and kept;
 * callers pass the number up. A diag also carries the one line that would mend the matter,
 * where there is one: `gramme doctor` prints both.
 */
#pragma once

#include "base/macro.h"

#define DIAG_TEXT_MAX 384

struct diag {
	int err;                  /* negative errno of the last failure, 0 for none */
	char text[DIAG_TEXT_MAX]; /* a sentence without a full stop; "" for none */
	char fix[DIAG_TEXT_MAX];  /* a shell line or an instruction; "" for none */
};

/*
 * Keeps "<sentence>: <meaning of err>" and returns err, so that log and return are one line.
 * diag may be NULL. Clears an earlier fix.
 */
int diag_fail(struct diag *diag, int err, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same, without the errno's text: for sentences that say all. */
int diag_say(struct diag *diag, int err, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Adds the line that mends it. diag may be NULL. */
void diag_fix(struct diag *diag, const char *fmt, ...) PRINTF_LIKE(2, 3);

void diag_clear(struct diag *diag);

/* The house's meaning of an errno (DESIGN, "Errors"); never NULL, no locale. */
const char *diag_errno_text(int err);
