/* SPDX-License-Identifier: Apache-2.0 */
/* The page: its parts in order. */
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/time-text.h"
#include "report/html.h"
#include "report/json-value.h"
#include "report/page-part.h"
#include "report/shown.h"

#define GENERATOR "gramme " GRAMME_VERSION

static void form_done(struct page_form *forms)
{
	for (size_t i = 0; i < PAGE_FORMS_MAX; i++)
		free(forms[i].text);
}

void page_view_done(struct page_view *page)
{
	for (size_t i = 0; page->runs && i < page->count; i++) {
		run_curve_done(&page->runs[i].curve);
		region_list_done(&page->runs[i].regions);
		form_done(page->runs[i].forms);
	}
	form_done(page->forms);
	free(page->runs);
	memset(page, 0, sizeof *page);
}

static const char *name_of(const struct page_run *run)
{
	const struct run_info *info = &run->view->record.info;

	return info->name[0] != '\0' ? info->name : info->id;
}

static void make_title(const struct page_view *page, struct strbuf *out)
{
	if (page->title[0] != '\0')
		strbuf_add(out, page->title);
	else if (page->count == 1)
		strbuf_printf(out, "%s: energy and carbon", name_of(&page->runs[0]));
	else
		strbuf_printf(out, "%s and %zu more: energy and carbon",
			      page->count > 0 ? name_of(&page->runs[0]) : "",
			      page->count > 0 ? page->count - 1 : 0);
}

/* --- links within ------------------------------------------------------------------------- */

static void add_link(const struct page_part *part, const char *id, const char *words)
{
	strbuf_printf(part->out, "<li><a href=\"#r%zu-%s\">%s</a></li>\n", part->i, id,
		      words);
}

static void add_inside(const struct page_part *part)
{
	strbuf_add(part->out, "<nav class=\"inside\" aria-label=\"On this page\"><ul>\n");
	add_link(part, "power", "Power over time");
	add_link(part, "energy", "Where the energy went");
	add_link(part, "quality", "How sure that is");
	if (part->view->record.metric_count > 0)
		add_link(part, "metrics", "Metrics");
	if (part->run->regions.count > 0 && part->view->attributed_j.known)
		add_link(part, "regions", "Elsewhere");
	add_link(part, "machine", "Hardware and software");
	add_link(part, "statement", "The statement");
	strbuf_add(part->out, "<li><a href=\"#equations\">The equations</a></li>\n"
			      "</ul></nav>\n");
}

/* --- the foot ----------------------------------------------------------------------------- */

static void add_reproduce(const struct page_part *part)
{
	struct strbuf *out = part->out;

	strbuf_add(out, "<p>The figures behind this page: <code>gramme show ");
	html_text(out, part->page->count == 1 ? part->view->record.info.id : "ID");
	strbuf_add(out, " --json</code>, and <code>gramme report ");
	html_text(out, part->page->count == 1 ? part->view->record.info.id : "RUN…");
	strbuf_add(out, " --json</code>. Weighed again with better data of the grid: "
			"<code>gramme regrid</code>.</p>\n");
}

void page_foot(const struct page_part *part)
{
	const struct statement *total = part->page->total;
	struct strbuf *out = part->out;
	char text[TIME_TEXT_MAX];

	strbuf_add(out, "<footer>\n");
	add_reproduce(part);
	strbuf_add(out, "<p>Written by gramme ");
	html_text(out, total->version);
	if (total->written_unix_ns > 0) {
		time_text(total->written_unix_ns, text, sizeof text);
		strbuf_printf(out, " on %.10s", text);
	}
	strbuf_add(out, ", equations ");
	html_text(out, total->method);
	strbuf_add(out, ", tables of ");
	html_text(out, total->data_version);
	if (part->page->count == 1) {
		strbuf_add(out, "; recorded by gramme ");
		html_text(out, part->view->record.info.version);
	}
	strbuf_add(out, ". This page asks nothing of the network.</p>\n</footer>\n");
}

/* --- the whole ---------------------------------------------------------------------------- */

static struct page_part part_of(const struct page_view *page, size_t i,
				struct strbuf *out)
{
	bool several = page->count > 1;

	return (struct page_part){
		.out = out,
		.page = page,
		.run = &page->runs[i],
		.view = page->runs[i].view,
		.i = i,
		.heading = several ? "h3" : "h2",
		.sub = several ? "h4" : "h3",
	};
}

static void add_run(const struct page_part *part)
{
	strbuf_add(part->out, "<article>\n");
	page_head(part);
	if (part->page->count == 1)
		add_inside(part);
	page_power(part);
	page_energy(part);
	page_quality(part);
	page_metrics(part);
	page_regions(part);
	page_machine(part);
	page_forms(part, part->run->forms);
	strbuf_add(part->out, "</article>\n");
}

/* Ids of the sum's own parts must not be a run's: they come after the last one. */
static void add_several(const struct page_view *page, const char *title,
			struct strbuf *out)
{
	struct page_part whole = part_of(page, 0, out);

	whole.i = page->count;
	whole.heading = "h2";
	strbuf_add(out,
		   "<p class=\"eyebrow\">Energy and carbon of several runs</p>\n<h1>");
	html_name(out, title);
	strbuf_add(out, "</h1>\n");
	page_overview(&whole);
	page_forms(&whole, page->forms);
	for (size_t i = 0; i < page->count; i++) {
		struct page_part part = part_of(page, i, out);

		strbuf_add(out, "<hr>\n");
		add_run(&part);
	}
}

static void add_data(const struct page_view *page, struct strbuf *out)
{
	CLEANUP(json_value_release) json_t *json = page_json(page);

	if (!json || html_json(out, "gramme-data", json) < 0)
		out->failed = true;
}

void page_html(const struct page_view *page, struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(strbuf_done) struct strbuf title = STRBUF_INIT;
	struct html_page how = { .generator = GENERATOR, .charts = true };
	struct page_part part;

	(void)locale;
	if (page->count == 0)
		return;
	make_title(page, &title);
	how.title = strbuf_part(out, &title);
	how.root = page->root;
	html_begin(out, &how);
	strbuf_add(out, page->above ? page->above : "");
	part = part_of(page, 0, out);
	if (page->count == 1)
		add_run(&part);
	else
		add_several(page, how.title, out);
	strbuf_add(out, page->below ? page->below : "");
	page_glossary(out);
	page_foot(&part);
	add_data(page, out);
	html_end(out, &how);
}
