/* SPDX-License-Identifier: Apache-2.0 */
/* What a site adds to the page of a run: the way back, and its data. */
#include "report/appendix-page.h"

static void add_data_link(struct strbuf *out, const char *file, const char *ending,
			  const char *words)
{
	strbuf_printf(out, "<li><a href=\"../data/%s%s\">%s</a></li>\n", file, ending,
		      words);
}

void appendix_run_above(const struct appendix_run_page *page, struct strbuf *out)
{
	strbuf_add(out, "<nav aria-label=\"Way back\"><p class=\"small\">");
	appendix_way(page->site, page->site->runs[page->run].group, "../", true, out);
	strbuf_add(out, "</p></nav>\n");
}

void appendix_run_below(const struct appendix_run_page *page, struct strbuf *out)
{
	const char *file = page->site->runs[page->run].file;

	strbuf_add(out, "<section>\n<h2>Data</h2>\n<ul>\n");
	add_data_link(out, file, ".csv", "its components, as CSV");
	if (page->curve->bins > 0)
		add_data_link(out, file, "-power.csv", "power over time, as CSV");
	add_data_link(out, file, ".json", "all that is known of it, as JSON");
	strbuf_add(out, "</ul>\n</section>\n");
}
