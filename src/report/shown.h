/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text from outside, made safe and fitted for a terminal. Names, commands and other people's
 * sentences may hold escape sequences, bidirectional overrides or broken UTF-8: none of it
 * gets through. A control byte is shown as \x1b, anything else that must not be seen as '?'.
 *
 * Widths are columns: wide East Asian letters and emoji take two, combining marks none.
 */
#pragma once

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "report/report.h"

/*
 * The C locale for this thread while the scope lasts, so that 1.5 is never written "1,5":
 *
 *	CLEANUP(plain_locale_leave) struct plain_locale plain = plain_locale_enter();
 */
struct plain_locale {
	locale_t plain;
	locale_t before;
};

MUST_USE struct plain_locale plain_locale_enter(void);
void plain_locale_leave(struct plain_locale *locale);

/*
 * The next character of a UTF-8 text, and *text moved past it. A byte that is not part of
 * well-formed UTF-8 gives SHOWN_BROKEN and moves by one. 0 at the end.
 */
#define SHOWN_BROKEN UINT32_MAX
uint32_t shown_next(const char **text);

void shown_add(struct strbuf *out, const char *text);

/* How many columns shown_add() takes for it. */
size_t shown_width(const char *text);

enum shown_side { SHOWN_LEFT, SHOWN_RIGHT };

/* Exactly `width` columns: filled with blanks, or cut with "..." at its end. */
void shown_cell(struct strbuf *out, const char *text, size_t width, enum shown_side side);

/* No more than `width` columns, cut with "..." at its end. */
void shown_cut(struct strbuf *out, const char *text, size_t width);

/*
 * Words broken into lines of at most `width` columns, for text that begins in column
 * `indent`; later lines are indented as much. Ends with a new line. A word longer than the
 * line stands on its own. width 0: one line.
 */
void shown_wrap(struct strbuf *out, const char *text, size_t indent, size_t width);

/* The same for text this program made itself, in `ink` where the reader wants colours. */
enum ink { INK_NONE, INK_STRONG, INK_FAINT, INK_GOOD, INK_WARN, INK_BAD };

void ink_add(struct strbuf *out, const struct report_opts *opts, enum ink ink,
	     const char *text);

/* opts->width, or 80 where there is no terminal; never less than 40. */
size_t shown_columns(const struct report_opts *opts);
