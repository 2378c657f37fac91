/* SPDX-License-Identifier: Apache-2.0 */
/* A row an experiment after RFC 4180. A number that is not known is an empty field. */
#include <math.h>

#include "report/board-view.h"
#include "report/html.h"
#include "report/shown.h"

static const char head[] =
	"rank,project,experiment,name,runs,failed_runs,energy_runs,energy_j,energy_sem_j,"
	"energy_low_j,energy_high_j,all_j,duration_s,duration_sem_s,carbon_kg,"
	"carbon_sem_kg,metric_name,metric_runs,metric,metric_sem,metric_per_kwh,"
	"metric_per_kwh_sem,target,target_j,target_sem_j,reached_runs,kind,hardware,grid,"
	"machines,dominated,dominated_by\r\n";

static void add_number(struct strbuf *out, double value)
{
	strbuf_add(out, ",");
	if (isfinite(value))
		strbuf_printf(out, "%.9g", value);
}

static void add_count(struct strbuf *out, size_t count)
{
	strbuf_printf(out, ",%zu", count);
}

static void add_text(struct strbuf *out, const char *text)
{
	strbuf_add(out, ",");
	html_csv_text(out, text);
}

static void add_energy(struct strbuf *out, const struct board_row *row)
{
	add_count(out, row->runs);
	add_count(out, row->failed);
	add_count(out, row->energy_j.count);
	add_number(out, row->energy_j.mean);
	add_number(out, row->energy_j.sem);
	add_number(out, row->energy_j.low);
	add_number(out, row->energy_j.high);
	add_number(out, row->all_j);
	add_number(out, row->duration_s.mean);
	add_number(out, row->duration_s.sem);
	add_number(out, row->carbon_kg.mean);
	add_number(out, row->carbon_kg.sem);
}

static void add_metric(struct strbuf *out, const struct board *board,
		       const struct board_row *row)
{
	add_text(out, board->metric);
	add_count(out, row->metric.count);
	add_number(out, row->metric.mean);
	add_number(out, row->metric.sem);
	add_number(out, row->metric_per_kwh.mean);
	add_number(out, row->metric_per_kwh.sem);
	add_number(out, board->has_target ? board->target : NAN);
	add_number(out, row->target_j.mean);
	add_number(out, row->target_j.sem);
	add_number(out, board->has_target ? (double)row->reached : NAN);
}

static void add_rest(struct strbuf *out, const struct board *board,
		     const struct board_row *row)
{
	bool placed = board->pareto && row->energy_j.count > 0 && row->metric.count > 0;

	add_text(out, row->energy_j.count > 0 ? kind_text(row->kind) : "");
	add_text(out, row->hardware);
	add_text(out, row->grid);
	add_number(out, row->machines > 0 ? (double)row->machines : NAN);
	add_text(out, !placed ? "" : row->dominated ? "yes" : "no");
	add_text(out, row->dominated_by);
}

int board_csv(const struct board *board, const struct report_opts *opts, char **ret)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	(void)locale;
	(void)opts;
	strbuf_add(&out, head);
	for (size_t i = 0; i < board->count; i++) {
		const struct board_row *row = &board->rows[i];

		strbuf_printf(&out, "%zu", i + 1);
		add_text(&out, row->project);
		add_text(&out, row->experiment);
		add_text(&out, row->name);
		add_energy(&out, row);
		add_metric(&out, board, row);
		add_rest(&out, board, row);
		strbuf_add(&out, "\r\n");
	}
	return strbuf_steal(&out, ret);
}
