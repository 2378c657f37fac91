/* SPDX-License-Identifier: Apache-2.0 */
/* What the terminal's description says; apart, as its header takes common words for macros. */
#pragma once

#include <stdbool.h>

/* False too where the terminal is not known, or one of paper. */
bool terminal_moves_cursor(void);
