/* SPDX-License-Identifier: Apache-2.0 */
/* Experiments ranked, as they are shown: `gramme leaderboard`. What is not known is "-" for
 * people, null or an empty field for programs, never 0. */
#pragma once

#include "base/macro.h"
#include "base/strbuf.h"
#include "model/board.h"
#include "report/report.h"

/* 0 or -ENOMEM; the caller frees. */
typedef int board_form(const struct board *board, const struct report_opts *opts,
		       char **ret);

/* "text", "json" (gramme.leaderboard/1), "csv", "html"; NULL: there is no such form. */
board_form *board_form_find(const char *name);

/* What its files share. */
board_form board_text;
board_form board_json;
board_form board_csv;
board_form board_html;

/* "project/experiment", or of runs without one "project/name". */
void board_row_label(const struct board_row *row, struct strbuf *out);

/* The project of all rows; "" : they differ, or have none. */
const char *board_project(const struct board *board);

/* "energy", "carbon" …: what the rows are in order of, in words. */
const char *board_by_words(const struct board *board);
