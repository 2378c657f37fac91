/* SPDX-License-Identifier: Apache-2.0 */
/* The pages of a site, and the data behind each. */
#pragma once

#include "base/strbuf.h"
#include "model/appendix.h"
#include "model/curve.h"

/* A run whose page is written: its whole view, once. */
struct appendix_run_page {
	const struct appendix_site *site;
	size_t run; /* index */
	const struct run_view *view;
	const struct run_curve *curve;
};

void appendix_group_html(const struct appendix_page *page, struct strbuf *out);

/* What stands above and below the report of a run: report/page-view.h. */
void appendix_run_above(const struct appendix_run_page *page, struct strbuf *out);
void appendix_run_below(const struct appendix_run_page *page, struct strbuf *out);

/* --- their parts: appendix-table.c, appendix-plots.c, appendix-words.c --- */

/* The groups of this one, and the runs of a list, as sortable tables. */
void appendix_rows_table(const struct appendix_page *page, struct strbuf *out);
void appendix_runs_table(const struct appendix_page *page, const size_t *runs,
			 size_t count, struct strbuf *out);
void appendix_plots(const struct appendix_page *page, struct strbuf *out);

/* "Runs without a project" where there is no title; raw. */
const char *appendix_title(const struct appendix_group *group);

/* What tells a run from others of its name: the end of its id, "7f3a9c". */
const char *appendix_short_id(const struct run_info *info);

/* From a page to the site's folder: "" or "../". */
const char *appendix_root(const char *file);

/* <a href="ROOTFILE.html">; all of our own letters. */
void appendix_link(struct strbuf *out, const char *root, const char *file);

/* The way down to a group, as links, without the group itself. */
void appendix_way(const struct appendix_site *site, size_t group, const char *root,
		  bool itself, struct strbuf *out);

/* "12 runs"; how many did not come to their end. */
void appendix_count(const struct appendix_group *group, struct strbuf *out);

/* --- data: appendix-data.c. Numbers that are not known are empty fields, and null. --- */

/* A row a run. Columns have their units in their names. */
void appendix_runs_csv(const struct appendix_page *page, struct strbuf *out);
/* A row a group and variable: runs, mean, standard error, least, most, sum. */
void appendix_groups_csv(const struct appendix_page *page, struct strbuf *out);
/* gramme.appendix/1: both, the sums, the differences. -ENOMEM. */
MUST_USE int appendix_group_json(const struct appendix_page *page, char **ret);

/* Power over time, a row a bin and domain; a row a component. */
void appendix_power_csv(const struct appendix_run_page *page, struct strbuf *out);
void appendix_components_csv(const struct appendix_run_page *page, struct strbuf *out);
