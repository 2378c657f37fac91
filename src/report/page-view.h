/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `gramme report` shows: a run or several, each with its power over time, what it would
 * weigh elsewhere, and the statement in every form. The engine fills it; this room turns it into
 * a page (page_html) or into figures for programs (page_json).
 */
#pragma once

#include <jansson.h>

#include "base/strbuf.h"
#include "model/curve.h"
#include "model/estimate.h"
#include "model/regions.h"
#include "model/statement.h"

#define PAGE_FORMS_MAX 16

/* The statement in one form, to be copied. */
struct page_form {
	const char *name; /* "neurips" */
	const char *about;
	char *text; /* owned; NULL: the form is not on this page */
};

struct page_alike {
	struct equivalence of[ESTIMATE_EQUIVALENCES_MAX];
	size_t count;
};

struct page_run {
	const struct run_view *view; /* borrowed */
	struct run_curve curve;
	struct region_list regions; /* after region_rank(); no rows: not known */
	struct page_alike alike;
	struct page_form forms[PAGE_FORMS_MAX];
};

struct page_view {
	char title[RUN_NAME_MAX]; /* raw; "": made from the runs' names */
	struct statement *total;  /* over the runs; borrowed */
	struct page_run *runs;
	size_t count;
	struct page_alike alike;                /* of all runs together */
	struct page_form forms[PAGE_FORMS_MAX]; /* with several runs: of all together */
	/* One of a site's pages: the way to its assets (struct html_page), and markup, escaped
	 * already, before the run and behind it. NULL: a page that stands alone. Borrowed. */
	const char *root;
	const char *above;
	const char *below;
};

/* Frees what the struct owns: runs with curves, regions, texts. */
void page_view_done(struct page_view *page);

/* A whole page, html_begin() to html_end(). */
void page_html(const struct page_view *page, struct strbuf *out);

/* gramme.report/1. A new reference; NULL without memory. */
json_t *page_json(const struct page_view *page);
