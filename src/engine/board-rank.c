/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "engine/board.h"

static const char *const by_texts[] = {
	[BOARD_ENERGY] = "energy", [BOARD_CARBON] = "carbon",
	[BOARD_METRIC] = "metric", [BOARD_EFFICIENCY] = "efficiency",
	[BOARD_TARGET] = "target",
};

const char *board_by_text(enum board_by by)
{
	return by_texts[(size_t)by < ARRAY_SIZE(by_texts) ? by : BOARD_ENERGY];
}

int board_by_of_text(const char *text, enum board_by *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(by_texts); i++)
		if (strcmp(by_texts[i], text) == 0) {
			*ret = (enum board_by)i;
			return 0;
		}
	return -EPROTO;
}

/* Less is better; NAN where it is not known. */
static double rank_of(const struct board_row *row, enum board_by by, bool metric_less)
{
	switch (by) {
	case BOARD_CARBON:
		return row->carbon_kg.mean;
	case BOARD_METRIC:
		return metric_less ? row->metric.mean : -row->metric.mean;
	case BOARD_EFFICIENCY:
		return -row->metric_per_kwh.mean;
	case BOARD_TARGET:
		return row->target_j.mean;
	case BOARD_ENERGY:
	default:
		return row->energy_j.mean;
	}
}

static int compare_names(const struct board_row *a, const struct board_row *b)
{
	int order = strcmp(a->project, b->project);

	if (order == 0)
		order = strcmp(a->experiment, b->experiment);
	return order != 0 ? order : strcmp(a->name, b->name);
}

/* -1, 0 or 1 with what is not known last. */
static int compare_known(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return (a > b) - (a < b);
}

struct order {
	enum board_by by;
	bool metric_less;
};

static int compare_rows(const void *left, const void *right, void *ctx)
{
	const struct board_row *a = left;
	const struct board_row *b = right;
	const struct order *order = ctx;
	int way = compare_known(rank_of(a, order->by, order->metric_less),
				rank_of(b, order->by, order->metric_less));

	if (way == 0)
		way = compare_known(a->energy_j.mean, b->energy_j.mean);
	return way != 0 ? way : compare_names(a, b);
}

void board_sort(struct board *board, enum board_by by)
{
	struct order order = { by, board->metric_less };

	if (board->count > 0)
		qsort_r(board->rows, board->count, sizeof *board->rows, compare_rows,
			&order);
}

/* --- who dominates whom ------------------------------------------------------------------- */

static double goodness(const struct board_row *row, bool metric_less)
{
	return metric_less ? -row->metric.mean : row->metric.mean;
}

static int compare_on_front(const void *left, const void *right, void *ctx)
{
	const struct board_row *a = *(struct board_row *const *)left;
	const struct board_row *b = *(struct board_row *const *)right;
	const bool *metric_less = ctx;
	int way = compare_known(a->energy_j.mean, b->energy_j.mean);

	return way != 0 ? way
			: compare_known(goodness(b, *metric_less),
					goodness(a, *metric_less));
}

static void say_dominated(struct board_row *row, const struct board_row *by)
{
	CLEANUP(strbuf_done) struct strbuf label = STRBUF_INIT;

	row->dominated = true;
	board_label(by->project, by->experiment, by->name, &label);
	(void)copy_text(row->dominated_by, sizeof row->dominated_by,
			label.text ? label.text : "");
}

/* By rising energy: the best metric so far belongs to one on the front, and dominates all that
 * are no better. Two that are the same in both do not dominate each other. */
static void sweep(struct board_row **rows, size_t count, bool metric_less)
{
	const struct board_row *best = NULL;

	for (size_t i = 0; i < count; i++) {
		double good = goodness(rows[i], metric_less);

		if (!best || good > goodness(best, metric_less))
			best = rows[i];
		else if (good < goodness(best, metric_less) ||
			 rows[i]->energy_j.mean > best->energy_j.mean)
			say_dominated(rows[i], best);
	}
}

int board_pareto(struct board *board)
{
	AUTO_FREE struct board_row **rows = calloc(board->count + 1, sizeof(void *));
	size_t count = 0;

	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; i < board->count; i++)
		if (!isnan(board->rows[i].energy_j.mean) &&
		    !isnan(board->rows[i].metric.mean))
			rows[count++] = &board->rows[i];
	qsort_r(rows, count, sizeof(void *), compare_on_front, &board->metric_less);
	sweep(rows, count, board->metric_less);
	return 0;
}
