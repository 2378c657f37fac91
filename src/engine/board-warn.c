/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader of a ranking must know beside it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/board.h"

#define J_PER_KWH 3.6e6
/* Rates that differ by no more are one: sums are stored in so many digits. */
#define SAME_RATIO 1e-6
/* Of the time; as where two are compared. */
#define COVERED 0.95

static void PRINTF_LIKE(2, 3) warn(struct board *board, const char *fmt, ...)
{
	va_list args;

	if (board->warning_count == ARRAY_SIZE(board->warnings))
		return;
	va_start(args, fmt);
	(void)vsnprintf(board->warnings[board->warning_count++],
			sizeof board->warnings[0], fmt, args);
	va_end(args);
}

static bool is_compared(const struct board_entry *entry)
{
	return entry->info->state == RUN_FINISHED && isfinite(entry->sums.attributed_j);
}

/* What all runs that are compared have in common, and what not. */
struct common {
	const struct board_entry *first;
	bool grid;
	bool pue;
	bool hardware;
	bool kind;
};

static double pue_of(const struct run_sums *sums)
{
	return sums->facility_kwh * J_PER_KWH / sums->attributed_j;
}

/* A series of one grid has one an hour. */
static double intensity_of(const struct run_sums *sums)
{
	return sums->carbon_kg / sums->facility_kwh;
}

static bool is_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void take_common(struct common *common, const struct board_entry *entry)
{
	const struct board_entry *first = common->first;

	common->grid = common->grid && entry->sums.grid[0] != '\0';
	if (!first) {
		common->first = entry;
		return;
	}
	if (strcmp(first->sums.grid, entry->sums.grid) != 0 ||
	    fabs(intensity_of(&entry->sums) / intensity_of(&first->sums) - 1) >
		    SAME_RATIO)
		common->grid = false;
	if (fabs(pue_of(&entry->sums) / pue_of(&first->sums) - 1) > SAME_RATIO)
		common->pue = false;
	if (!is_text(first->hardware, entry->hardware))
		common->hardware = false;
	if ((first->sums.kind <= KIND_DERIVED) != (entry->sums.kind <= KIND_DERIVED))
		common->kind = false;
}

void board_compare_runs(struct board *board, const struct board_ask *ask,
			const struct board_entry *entries, size_t count)
{
	struct common common = { NULL, true, true, true, true };

	for (size_t i = 0; i < count; i++)
		if (is_compared(&entries[i]))
			take_common(&common, &entries[i]);
	board->one_grid = common.first && common.grid;
	if (!common.kind)
		warn(board,
		     "the energy of some is measured and of others estimated: their "
		     "order may be the estimate's error");
	else if (common.first && common.first->sums.kind > KIND_DERIVED)
		warn(board, "the energy is estimated by a model: no meter was read");
	if (!common.hardware)
		warn(board, "they ran on different hardware: the order is of setting and "
			    "machine together");
	if (ask->by == BOARD_CARBON && !board->one_grid)
		warn(board, "ranked by energy: their carbon is of different grids, or of "
			    "none, or of different hours, and would rank those");
	else if (ask->by == BOARD_CARBON && !common.pue)
		warn(board, "the buildings' overhead (PUE) differs: the carbon ranks it "
			    "with the settings");
}

static void warn_metric(const struct board *board, size_t *ret_without,
			size_t *ret_not_reached)
{
	for (size_t i = 0; i < board->count; i++) {
		const struct board_row *row = &board->rows[i];

		*ret_without += row->metric.count == 0;
		if (row->metric.count > 0)
			*ret_not_reached += row->reached < row->runs - row->failed;
	}
}

static void warn_inside(struct board *board, size_t inside)
{
	if (inside > 0)
		warn(board,
		     "%zu %s inside another of the same row and %s no further %s of it",
		     inside, inside == 1 ? "run was" : "runs were",
		     inside == 1 ? "is" : "are", inside == 1 ? "run" : "runs");
}

void board_look_over(struct board *board)
{
	size_t failed = 0;
	size_t single = 0;
	size_t without = 0;
	size_t not_reached = 0;
	size_t unread = 0;
	size_t inside = 0;

	for (size_t i = 0; i < board->count; i++) {
		failed += board->rows[i].failed;
		single += board->rows[i].energy_j.count == 1;
		unread += board->rows[i].coverage_ratio < COVERED;
		inside += board->rows[i].inside;
	}
	warn_inside(board, inside);
	if (unread > 0)
		warn(board,
		     "in %zu %s some runs were not read all the time: their energy is "
		     "more than it says, and their place too good",
		     unread, unread == 1 ? "row" : "rows");
	if (single > 0)
		warn(board, "%zu %s on one run alone: how far it would vary is not known",
		     single, single == 1 ? "row rests" : "rows rest");
	if (failed > 0)
		warn(board,
		     "%zu failed or interrupted %s not in the means; all_j of --json and "
		     "--csv has them too",
		     failed, failed == 1 ? "run is" : "runs are");
	if (board->metric[0] == '\0')
		return;
	warn_metric(board, &without, &not_reached);
	if (without > 0)
		warn(board, "%zu %s no finished run that logged %.60s", without,
		     without == 1 ? "row has" : "rows have", board->metric);
	if (board->has_target && not_reached > 0)
		warn(board,
		     "in %zu %s some runs never reached the target: the mean is of "
		     "those that did",
		     not_reached, not_reached == 1 ? "row" : "rows");
}
