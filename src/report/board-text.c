/* SPDX-License-Identifier: Apache-2.0 */
/* board-view for people. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/time-text.h"
#include "report/board-table.h"
#include "report/board-view.h"
#include "report/number.h"
#include "report/phrase.h"

#define CELL_MAX 192

/* What stands in a column; "" : "-". */
typedef void cell_text(const struct board *board, const struct board_row *row, char *buf,
		       size_t size);

static void rank_text(const struct board *board, const struct board_row *row, char *buf,
		      size_t size)
{
	(void)snprintf(buf, size, "%zu", (size_t)(row - board->rows) + 1);
}

static void label_text(const struct board *board, const struct board_row *row, char *buf,
		       size_t size)
{
	CLEANUP(strbuf_done) struct strbuf label = STRBUF_INIT;
	size_t project = strlen(board_project(board));

	board_row_label(row, &label);
	(void)copy_text(buf, size,
			!label.text ? "" : label.text + (project > 0 ? project + 1 : 0));
}

static void runs_text(const struct board *board, const struct board_row *row, char *buf,
		      size_t size)
{
	(void)board;
	(void)snprintf(buf, size, "%zu", row->energy_j.count);
}

static void failed_text(const struct board *board, const struct board_row *row, char *buf,
			size_t size)
{
	(void)board;
	(void)snprintf(buf, size, "%zu", row->failed);
}

static void value_text(const struct board_value *value, enum number_unit unit, char *buf,
		       size_t size)
{
	if (value->count > 0)
		number_mean(value->mean, value->sem, unit, buf, size);
}

static void energy_text(const struct board *board, const struct board_row *row, char *buf,
			size_t size)
{
	(void)board;
	value_text(&row->energy_j, NUMBER_J, buf, size);
}

static void kind_words(const struct board *board, const struct board_row *row, char *buf,
		       size_t size)
{
	(void)board;
	if (row->energy_j.count > 0)
		(void)copy_text(buf, size, kind_text(row->kind));
}

static void time_cell(const struct board *board, const struct board_row *row, char *buf,
		      size_t size)
{
	(void)board;
	if (row->duration_s.count > 0)
		duration_text((int64_t)(row->duration_s.mean * 1e9), buf, size);
}

static void carbon_text(const struct board *board, const struct board_row *row, char *buf,
			size_t size)
{
	(void)board;
	if (row->carbon_kg.count > 0)
		number_text(row->carbon_kg.mean, NUMBER_CO2E, buf, size);
}

static void metric_text(const struct board *board, const struct board_row *row, char *buf,
			size_t size)
{
	(void)board;
	value_text(&row->metric, NUMBER_PLAIN, buf, size);
}

static void efficiency_text(const struct board *board, const struct board_row *row,
			    char *buf, size_t size)
{
	(void)board;
	if (row->metric_per_kwh.count > 0)
		number_text(row->metric_per_kwh.mean, NUMBER_PLAIN, buf, size);
}

static void target_text(const struct board *board, const struct board_row *row, char *buf,
			size_t size)
{
	(void)board;
	value_text(&row->target_j, NUMBER_J, buf, size);
}

static void reached_text(const struct board *board, const struct board_row *row,
			 char *buf, size_t size)
{
	(void)board;
	(void)snprintf(buf, size, "%zu of %zu", row->reached, row->duration_s.count);
}

static void pareto_text(const struct board *board, const struct board_row *row, char *buf,
			size_t size)
{
	size_t project = strlen(board_project(board));

	if (row->dominated)
		(void)copy_text(buf, size,
				row->dominated_by + (project > 0 ? project + 1 : 0));
	else if (row->energy_j.count > 0 && row->metric.count > 0)
		(void)copy_text(buf, size, "on the front");
}

/* When it has a place, and what it is. */
enum when { ALWAYS, WITH_FAILED, WITH_METRIC, WITH_EFFICIENCY, WITH_TARGET, WITH_PARETO };

static const struct {
	enum when when;
	cell_text *text;
	struct board_column column;
} columns[] = {
	{ ALWAYS, rank_text, { "", SHOWN_RIGHT, 0, 0 } },
	{ ALWAYS, label_text, { "experiment", SHOWN_LEFT, 16, 0 } },
	{ ALWAYS, runs_text, { "runs", SHOWN_RIGHT, 0, 7 } },
	{ WITH_FAILED, failed_text, { "failed", SHOWN_RIGHT, 0, 4 } },
	{ ALWAYS, energy_text, { "energy a run", SHOWN_RIGHT, 0, 0 } },
	{ WITH_METRIC, metric_text, { NULL, SHOWN_RIGHT, 0, 10 } },
	{ WITH_TARGET, target_text, { "until target", SHOWN_RIGHT, 0, 8 } },
	{ WITH_TARGET, reached_text, { "reached", SHOWN_RIGHT, 0, 6 } },
	{ WITH_PARETO, pareto_text, { "dominated by", SHOWN_LEFT, 16, 8 } },
	{ WITH_EFFICIENCY, efficiency_text, { "per kWh", SHOWN_RIGHT, 0, 5 } },
	{ ALWAYS, carbon_text, { "carbon", SHOWN_RIGHT, 0, 3 } },
	{ ALWAYS, kind_words, { "kind", SHOWN_LEFT, 0, 2 } },
	{ ALWAYS, time_cell, { "time", SHOWN_RIGHT, 0, 1 } },
};

static bool any_failed(const struct board *board)
{
	for (size_t i = 0; i < board->count; i++)
		if (board->rows[i].failed > 0)
			return true;
	return false;
}

static bool has_place(const struct board *board, enum when when)
{
	switch (when) {
	case WITH_FAILED:
		return any_failed(board);
	case WITH_METRIC:
		return board->metric[0] != '\0';
	case WITH_EFFICIENCY:
		return board->metric[0] != '\0' && !board->metric_less;
	case WITH_TARGET:
		return board->has_target;
	case WITH_PARETO:
		return board->pareto;
	case ALWAYS:
	default:
		return true;
	}
}

/* What it is in order of is not left out. */
static bool is_order(const struct board *board, cell_text *text)
{
	return (strcmp(board->by, "carbon") == 0 && text == carbon_text) ||
	       (strcmp(board->by, "efficiency") == 0 && text == efficiency_text);
}

static void add_table(const struct board *board, const struct report_opts *opts,
		      struct strbuf *out)
{
	struct board_column used[BOARD_COLUMNS_MAX];
	cell_text *texts[BOARD_COLUMNS_MAX];
	CLEANUP(board_table_done) struct board_table table = { .columns = used };
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		if (!has_place(board, columns[i].when))
			continue;
		texts[count] = columns[i].text;
		used[count] = columns[i].column;
		if (!used[count].head)
			used[count].head = board->metric;
		if (is_order(board, columns[i].text))
			used[count].weight = 0;
		count++;
	}
	table.column_count = count;
	for (size_t row = 0; row < board->count; row++)
		for (size_t i = 0; i < count; i++) {
			char text[CELL_MAX] = "";

			texts[i](board, &board->rows[row], text, sizeof text);
			board_table_add(&table, text[0] != '\0' ? text : "-");
		}
	board_table_print(&table, 0, opts, out);
}

static void add_title(const struct board *board, const struct report_opts *opts,
		      struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf title = STRBUF_INIT;

	phrase_count(&title, board->all, "experiment", "experiments");
	if (board_project(board)[0] != '\0')
		strbuf_printf(&title, " of %s", board_project(board));
	strbuf_printf(&title, " by %s", board_by_words(board));
	if (board->count < board->all)
		strbuf_printf(&title, "; the first %zu", board->count);
	shown_wrap(out, strbuf_part(out, &title), 0, shown_columns(opts));
	strbuf_add(out, "\n");
}

static void add_note(struct strbuf *out, const struct report_opts *opts, const char *text)
{
	strbuf_add(out, "  ");
	shown_wrap(out, text, 2, shown_columns(opts));
}

static void add_warning(struct strbuf *out, const struct report_opts *opts,
			const char *text)
{
	ink_add(out, opts, INK_WARN, "! ");
	shown_wrap(out, text, 2, shown_columns(opts));
}

static bool has_error(const struct board *board)
{
	for (size_t i = 0; i < board->count; i++)
		if (isfinite(board->rows[i].energy_j.sem))
			return true;
	return false;
}

static void add_notes(const struct board *board, const struct report_opts *opts,
		      struct strbuf *out)
{
	strbuf_add(out, "\n");
	for (size_t i = 0; i < board->warning_count; i++)
		add_warning(out, opts, board->warnings[i]);
	add_note(out, opts,
		 has_error(board)
			 ? "Means of the runs that finished, ± their standard error. "
			   "Energy: the runs' share, at the components."
			 : "Energy: the runs' share, at the components.");
	if (board->pareto)
		add_note(out, opts,
			 "Dominated: by the means another needs less energy and is at "
			 "least as good. How sure that is: gramme compare A B.");
}

int board_text(const struct board *board, const struct report_opts *opts, char **ret)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	(void)locale;
	add_title(board, opts, &out);
	add_table(board, opts, &out);
	add_notes(board, opts, &out);
	return strbuf_steal(&out, ret);
}
