/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a site: groups with means, runs with figures. Heads sort (web/page.js). */
#include <stdio.h>

#include "base/time-text.h"
#include "report/appendix-page.h"
#include "report/appendix-variable.h"
#include "report/html.h"

#define NUMBER_MAX 96

static void begin_table(struct strbuf *out, const char *label, const char *caption)
{
	strbuf_printf(out,
		      "<div class=\"scroll\" role=\"region\" aria-label=\"%s\">\n"
		      "<table class=\"sortable\">\n<caption>%s</caption>\n<thead><tr>",
		      label, caption);
}

static void end_table(struct strbuf *out)
{
	strbuf_add(out, "</tbody>\n</table>\n</div>\n");
}

/* Its label, and the unit of all its cells. */
static void add_head(struct strbuf *out, const struct appendix_column *column,
		     const struct appendix_unit *unit)
{
	strbuf_add(out, "<th scope=\"col\" class=\"num\"");
	if (column->variable != APPENDIX_NONE)
		strbuf_printf(out, " title=\"%s\"",
			      appendix_variables[column->variable].about);
	strbuf_add(out, ">");
	html_name(out, appendix_label(column));
	if (unit->name[0])
		strbuf_printf(out, "<br><span class=\"faint\">%s</span>", unit->name);
	strbuf_add(out, "</th>");
}

static void add_cell(struct strbuf *out, double value, double sem,
		     const struct appendix_unit *unit)
{
	char text[NUMBER_MAX];

	appendix_number(value, sem, unit, text, sizeof text);
	if (isfinite(value))
		strbuf_printf(out, "<td class=\"num\" data-v=\"%.9g\">%s</td>", value,
			      text);
	else
		strbuf_printf(out, "<td class=\"num faint\" data-v=\"\">%s</td>", text);
}

/* --- groups ------------------------------------------------------------------------------- */

static struct appendix_unit unit_of_rows(const struct appendix_page *page, size_t column)
{
	AUTO_FREE double *means = calloc(page->row_count + 1, sizeof *means);

	for (size_t i = 0; means && i < page->row_count; i++)
		means[i] = page->rows[i].stats[column].mean;
	return appendix_unit_for(&page->columns[column], means,
				 means ? page->row_count : 0);
}

/* Fewer runs than the group has finished: said in the cell. */
static void add_mean(struct strbuf *out, const struct appendix_stat *stat,
		     const struct appendix_unit *unit, size_t finished)
{
	char text[NUMBER_MAX];

	if (stat->count == 0 || stat->count == finished) {
		add_cell(out, stat->mean, stat->sem, unit);
		return;
	}
	appendix_number(stat->mean, stat->sem, unit, text, sizeof text);
	strbuf_printf(out,
		      "<td class=\"num\" data-v=\"%.9g\">%s <span class=\"range\">(of "
		      "%zu)</span></td>",
		      stat->mean, text, stat->count);
}

static void add_runs_cell(struct strbuf *out, const struct appendix_group *group)
{
	strbuf_printf(out, "<td class=\"num\" data-v=\"%zu\">%zu", group->run_count,
		      group->run_count);
	if (group->failed > 0)
		strbuf_printf(out, " <span class=\"range\">(%zu failed)</span>",
			      group->failed);
	strbuf_add(out, "</td>");
}

static void add_row(const struct appendix_page *page, const struct appendix_row *row,
		    const struct appendix_unit *units, struct strbuf *out)
{
	strbuf_add(out, "<tr><th scope=\"row\">");
	appendix_link(out, appendix_root(page->group->file), row->group->file);
	html_name(out, appendix_title(row->group));
	strbuf_add(out, "</a></th>");
	add_runs_cell(out, row->group);
	for (size_t c = 0; c < page->column_count; c++)
		add_mean(out, &row->stats[c], &units[c], row->group->finished);
	strbuf_add(out, "</tr>\n");
}

void appendix_rows_table(const struct appendix_page *page, struct strbuf *out)
{
	struct appendix_unit units[APPENDIX_COLUMNS_MAX];
	const char *what = page->rows[0].group->kind == APPENDIX_PROJECT ? "Project"
			   : page->rows[0].group->kind == APPENDIX_EXPERIMENT
				   ? "Experiment"
				   : "Group";

	begin_table(out, "Summary",
		    "Mean of a finished run ± standard error. Press a head to sort.");
	strbuf_printf(
		out, "<th scope=\"col\">%s</th><th scope=\"col\" class=\"num\">runs</th>",
		what);
	for (size_t c = 0; c < page->column_count; c++) {
		units[c] = unit_of_rows(page, c);
		add_head(out, &page->columns[c], &units[c]);
	}
	strbuf_add(out, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < page->row_count; i++)
		add_row(page, &page->rows[i], units, out);
	end_table(out);
}

/* --- runs --------------------------------------------------------------------------------- */

static struct appendix_unit unit_of_runs(const struct appendix_page *page,
					 const size_t *runs, size_t count,
					 const struct appendix_column *column)
{
	AUTO_FREE double *values = calloc(count + 1, sizeof *values);

	for (size_t i = 0; values && i < count; i++)
		values[i] = appendix_figure(page->site, runs[i], column);
	return appendix_unit_for(column, values, values ? count : 0);
}

static void add_state(struct strbuf *out, enum run_state state)
{
	static const char *const grounds[] = { [RUN_RUNNING] = " note",
					       [RUN_FINISHED] = " good",
					       [RUN_FAILED] = " bad",
					       [RUN_INTERRUPTED] = " bad" };

	strbuf_printf(out, "<span class=\"badge%s\">%s</span>", grounds[state],
		      run_state_text(state));
}

static void add_run(const struct appendix_page *page, size_t run,
		    const struct appendix_unit *units, struct strbuf *out)
{
	const struct run_info *info = &page->site->views[run].record.info;
	char started[TIME_TEXT_MAX];

	time_text(info->started_unix_ns, started, sizeof started);
	strbuf_add(out, "<tr><th scope=\"row\">");
	appendix_link(out, appendix_root(page->group->file), page->site->runs[run].file);
	html_name(out, info->name[0] ? info->name : info->id);
	strbuf_add(out, "</a> <span class=\"faint small\">");
	html_name(out, appendix_short_id(info));
	strbuf_add(out, "</span></th><td>");
	add_state(out, info->state);
	strbuf_printf(out, "</td><td class=\"num\" data-v=\"%lld\">%.10s %.5s</td>",
		      (long long)(info->started_unix_ns / NS_PER_S), started,
		      started + 11);
	for (size_t c = 0; c < page->column_count; c++)
		add_cell(out, appendix_figure(page->site, run, &page->columns[c]), NAN,
			 &units[c]);
	strbuf_add(out, "</tr>\n");
}

static void add_means(const struct appendix_page *page, const struct appendix_unit *units,
		      struct strbuf *out)
{
	strbuf_add(out, "</tbody>\n<tfoot><tr><th scope=\"row\" colspan=\"3\">mean of "
			"finished runs ± standard error</th>");
	for (size_t c = 0; c < page->column_count; c++)
		add_cell(out, page->own[c].mean, page->own[c].sem, &units[c]);
	strbuf_add(out, "</tr></tfoot>\n</table>\n</div>\n");
}

void appendix_runs_table(const struct appendix_page *page, const size_t *runs,
			 size_t count, struct strbuf *out)
{
	struct appendix_unit units[APPENDIX_COLUMNS_MAX];

	begin_table(out, "Runs",
		    "One row a run; of a metric its last value. Press a head to sort.");
	strbuf_add(out, "<th scope=\"col\">Run</th><th scope=\"col\">state</th>"
			"<th scope=\"col\" class=\"num\">started<br><span "
			"class=\"faint\">UTC</span></th>");
	for (size_t c = 0; c < page->column_count; c++) {
		units[c] = unit_of_runs(page, runs, count, &page->columns[c]);
		add_head(out, &page->columns[c], &units[c]);
	}
	strbuf_add(out, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < count; i++)
		add_run(page, runs[i], units, out);
	if (count == page->group->run_count)
		add_means(page, units, out);
	else
		end_table(out);
}
