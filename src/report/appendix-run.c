/* SPDX-License-Identifier: Apache-2.0 */
/* The page of one run on a site. */
#include <string.h>

#include "report/appendix-page.h"
#include "report/appendix-variable.h"
#include "report/html.h"
#include "report/page-part.h"
#include "report/phrase.h"
#include "report/shown.h"

static void add_head(const struct appendix_run_page *page, struct strbuf *out)
{
	const struct run_info *info = &page->view->record.info;
	CLEANUP(strbuf_done) struct strbuf state = STRBUF_INIT;

	strbuf_add(out, "<header>\n<p class=\"eyebrow\">");
	appendix_way(page->site, page->site->runs[page->run].group, "../", true, out);
	strbuf_add(out, " › Run</p>\n<h1>");
	html_name(out, info->name[0] ? info->name : info->id);
	strbuf_add(out, "</h1>\n<ul class=\"facts\"><li>");
	page_state_badge(out, info);
	strbuf_add(out, " ");
	phrase_state(info, &state);
	html_text(out, strbuf_part(out, &state));
	strbuf_add(out, "</li><li>");
	html_text(out, info->id);
	strbuf_add(out, "</li></ul>\n</header>\n");
}

static void add_figures(const struct appendix_run_page *page, struct strbuf *out)
{
	strbuf_add(out, "<section>\n<h2>Figures</h2>\n<table class=\"keys\">\n<tbody>\n");
	for (size_t i = 0; i < appendix_variable_count; i++) {
		struct appendix_column column = { .variable = i };
		double value = appendix_variables[i].of(page->view);
		struct appendix_unit unit = appendix_unit_for(&column, &value, 1);
		char text[96];

		appendix_number(value, NAN, &unit, text, sizeof text);
		strbuf_printf(out,
			      "<tr><th scope=\"row\">%s</th><td>%s %s "
			      "<span class=\"faint\">%s</span></td></tr>\n",
			      appendix_variables[i].label, text,
			      isfinite(value) ? unit.name : "",
			      appendix_variables[i].about);
	}
	strbuf_add(out, "</tbody>\n</table>\n</section>\n");
}

static void add_data_link(struct strbuf *out, const char *file, const char *ending,
			  const char *words)
{
	strbuf_printf(out, "<li><a href=\"../data/%s%s\">%s</a></li>\n", file, ending,
		      words);
}

static void add_data(const struct appendix_run_page *page, struct strbuf *out)
{
	const char *file = page->site->runs[page->run].file;

	strbuf_add(out, "<section>\n<h2>Data</h2>\n<ul>\n");
	add_data_link(out, file, ".csv", "its components, as CSV");
	if (page->curve->bins > 0)
		add_data_link(out, file, "-power.csv", "power over time, as CSV");
	add_data_link(out, file, ".json", "all that is known of it, as JSON");
	strbuf_add(out, "</ul>\n</section>\n");
}

void appendix_run_html(const struct appendix_run_page *page, struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	const struct run_info *info = &page->view->record.info;
	const struct html_page html = {
		.title = info->name[0] ? info->name : info->id,
		.root = "../",
		.generator = page->site->generator,
	};

	(void)locale;
	html_begin(out, &html);
	add_head(page, out);
	add_figures(page, out);
	add_data(page, out);
	html_end(out, &html);
}
