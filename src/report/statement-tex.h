/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain text for LaTeX. Every character that means something there is shown as itself:
 * \ { } $ & # _ % ~ ^ < > | ` and what makes ligatures; control characters and what could
 * turn the line's direction do not get through; UTF-8 stays, which pdflatex has for Latin
 * letters and XeLaTeX and LuaLaTeX for all. "CO2e" gets its subscript.
 */
#pragma once

#include "base/strbuf.h"

void tex_add(struct strbuf *out, const char *text);

/* LaTeX already: broken into lines of at most 90 columns at its blanks, where LaTeX does not
 * see a difference. Ends with a new line. */
void tex_wrap(struct strbuf *out, const char *tex);

/* Lines that LaTeX skips: "% " before each. */
void tex_comment(struct strbuf *out, const char *lines);
