/* SPDX-License-Identifier: Apache-2.0 */
#include "report/board-view.h"

#include <string.h>

board_form *board_form_find(const char *name)
{
	static const struct {
		const char *name;
		board_form *form;
	} forms[] = {
		{ "text", board_text },
		{ "json", board_json },
		{ "csv", board_csv },
		{ "html", board_html },
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (strcmp(forms[i].name, name) == 0)
			return forms[i].form;
	return NULL;
}

void board_row_label(const struct board_row *row, struct strbuf *out)
{
	if (row->project[0] != '\0')
		strbuf_printf(out, "%s/", row->project);
	strbuf_add(out, row->experiment[0] != '\0' ? row->experiment : row->name);
}

const char *board_project(const struct board *board)
{
	for (size_t i = 1; i < board->count; i++)
		if (strcmp(board->rows[i].project, board->rows[0].project) != 0)
			return "";
	return board->count > 0 ? board->rows[0].project : "";
}

const char *board_by_words(const struct board *board)
{
	static const struct {
		const char *by;
		const char *words;
	} words[] = {
		{ "carbon", "carbon a run, least first" },
		{ "metric", NULL },
		{ "efficiency", "metric per kWh, most first" },
		{ "target", "energy until the target, least first" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i].by, board->by) == 0 && words[i].words)
			return words[i].words;
	if (strcmp(board->by, "metric") == 0)
		return board->metric_less ? "metric, least first" : "metric, most first";
	return "energy a run, least first";
}
