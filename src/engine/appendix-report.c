/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/appendix-report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "engine/statement.h"
#include "place/equivalence.h"
#include "report/page-view.h"
#include "report/statement.h"

/* The view stays the caller's: the statement is not to be done. */
static int state(struct gramme *gramme, struct tables *tables, struct run_view *view,
		 struct statement *ret)
{
	const struct run_info *info = &view->record.info;
	int r;

	memset(ret, 0, sizeof *ret);
	ret->views = view;
	ret->count = 1;
	(void)snprintf(ret->of, sizeof ret->of, "the run %s", info->name);
	(void)copy_text(ret->title, sizeof ret->title, info->name);
	r = statement_add_up(tables, &gramme->diag, ret);
	statement_sign(gramme, tables, ret);
	return r;
}

static int write_form(const struct statement *statement, struct page_form *form)
{
	const struct report_opts how = { .width = 80 };
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	form->name = statement_rows[0].form->name;
	form->about = statement_rows[0].about;
	statement_rows[0].form->write(statement, &how, &text);
	return strbuf_steal(&text, &form->text);
}

static void fill_alike(struct tables *tables, const struct run_view *view,
		       struct page_alike *ret)
{
	if (view->carbon_kg.known)
		ret->count = equivalences_of(tables, view->carbon_kg.value,
					     view->place.country, ret->of,
					     ARRAY_SIZE(ret->of));
}

int appendix_report(struct gramme *gramme, struct tables *tables,
		    const struct appendix_run_page *page, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf above = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf below = STRBUF_INIT;
	/* A statement has an array of views that it may change; it changes none. */
	struct run_view view = *page->view;
	struct statement statement;
	struct page_run run = { .view = page->view, .curve = *page->curve };
	struct page_view whole = { .total = &statement, .runs = &run, .count = 1 };
	int r = state(gramme, tables, &view, &statement);

	if (r == 0)
		r = write_form(&statement, &run.forms[0]);
	if (r < 0)
		return r;
	fill_alike(tables, page->view, &run.alike);
	whole.alike = run.alike;
	appendix_run_above(page, &above);
	appendix_run_below(page, &below);
	whole.root = "../";
	whole.above = strbuf_part(out, &above);
	whole.below = strbuf_part(out, &below);
	page_html(&whole, out);
	free(run.forms[0].text);
	return 0;
}
