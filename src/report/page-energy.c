/* SPDX-License-Identifier: Apache-2.0 */
/* Where the energy went: this run against the rest of the machine, active against idle, and
 * every domain with how its joules came about. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/html.h"
#include "report/page-part.h"
#include "report/phrase.h"

#define BAR_WIDTH 1000.0

struct stretch {
	const char *class_name;
	double part; /* of the bar's whole, 0 to 1 */
};

static void add_bar(struct strbuf *out, const struct stretch *stretches, size_t count)
{
	double x = 0;

	strbuf_add(out, "<svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
			"aria-hidden=\"true\">");
	for (size_t i = 0; i < count; i++) {
		double width = stretches[i].part * BAR_WIDTH;

		if (!(width > 0))
			continue;
		strbuf_printf(out,
			      "<rect class=\"%s\" x=\"%.1f\" y=\"0\" width=\"%.1f\" "
			      "height=\"10\"/>",
			      stretches[i].class_name, x, width);
		x += width;
	}
	strbuf_add(out, "</svg>");
}

/* --- the run against the machine ---------------------------------------------------------- */

static double most_of(const struct run_view *view)
{
	double most = 0;

	for (size_t i = 0; i < view->component_count; i++) {
		const struct component_view *c = &view->components[i];

		if (c->what.counted && c->machine_j.known)
			most = fmax(most, c->machine_j.value);
	}
	return most;
}

static void add_shares_row(const struct page_part *part, const struct component_view *c,
			   double most)
{
	struct strbuf *out = part->out;
	int colour = page_colour(c->what.domain.family);
	/* Whose it is not known: that is no bar of the others'. */
	bool drawn = c->attributed_j.known && most > 0;
	double own = c->attributed_j.known ? c->attributed_j.value : 0;
	double whole = c->machine_j.known ? c->machine_j.value : 0;
	char class_name[16];
	char text[NUMBER_TEXT_MAX];

	(void)snprintf(class_name, sizeof class_name, "area c%d", colour);
	strbuf_printf(out, "<div class=\"row\"><div><span class=\"swatch c%d\"></span>",
		      colour);
	html_name(out, c->what.domain.id);
	strbuf_add(out, "</div>");
	add_bar(out,
		(struct stretch[]){ { class_name, drawn ? own / most : 0 },
				    { "rest", drawn ? (whole - own) / most : 0 } },
		2);
	page_joules(part, c->attributed_j.known ? own : NAN, text, sizeof text);
	strbuf_printf(out, "<div><b>%s</b>", text);
	page_joules(part, c->machine_j.known ? whole : NAN, text, sizeof text);
	strbuf_printf(out, " <span class=\"faint\">of %s</span></div></div>\n", text);
}

static void add_shares(const struct page_part *part)
{
	const struct run_view *view = part->view;
	struct strbuf *out = part->out;
	double most = most_of(view);

	if (phrase_basis(view) == BASIS_NOTHING) {
		strbuf_add(out, "<p class=\"soft\">Nothing was counted: ");
		html_text(out, phrase_reason(view, &view->attributed_j, "attributed_j"));
		strbuf_add(out, "</p>\n");
		return;
	}
	strbuf_add(out, "<div class=\"bars\">\n");
	for (size_t i = 0; i < view->component_count; i++)
		if (view->components[i].what.counted)
			add_shares_row(part, &view->components[i], most);
	strbuf_add(out, "</div>\n<ul class=\"legend\"><li>in colour: this run</li>"
			"<li><span class=\"swatch rest\"></span>the rest of the machine"
			"</li></ul>\n");
}

/* --- idle and active ---------------------------------------------------------------------- */

static void add_idle(const struct page_part *part)
{
	const struct run_view *view = part->view;
	struct strbuf *out = part->out;
	double all = view->attributed_j.value;
	double active = view->marginal_j.value;
	char text[NUMBER_TEXT_MAX];

	page_subheading(part, "Idle and active");
	if (!view->attributed_j.known || !view->marginal_j.known || !(all > 0)) {
		strbuf_add(out, "<p class=\"soft\">Not known: ");
		html_text(out, phrase_reason(view, &view->marginal_j, "marginal_j"));
		strbuf_add(out, ".</p>\n");
		return;
	}
	active = fmin(fmax(active, 0), all);
	strbuf_add(out, "<div class=\"bars\"><div class=\"row\"><div>this run</div>");
	add_bar(out,
		(struct stretch[]){ { "area c1", active / all },
				    { "area c1 idle", 1 - active / all } },
		2);
	page_joules(part, all, text, sizeof text);
	strbuf_printf(out, "<div><b>%s</b></div></div></div>\n<ul class=\"legend\">",
		      text);
	page_joules(part, active, text, sizeof text);
	strbuf_printf(out, "<li><span class=\"swatch c1\"></span>above idle %s", text);
	page_equation(out, 4);
	page_joules(part, all - active, text, sizeof text);
	strbuf_printf(
		out,
		"</li><li><span class=\"swatch c1 idle\"></span>its part of what the "
		"machine draws in any case %s</li></ul>\n",
		text);
}

/* --- the sums ----------------------------------------------------------------------------- */

static void add_sum(const struct page_part *part, const char *name, int equation,
		    const struct quantity *quantity, const char *key)
{
	struct strbuf *out = part->out;

	strbuf_printf(out, "<tr><th scope=\"row\">%s", name);
	page_equation(out, equation);
	strbuf_add(out, "</th>");
	page_energy_cell(part, quantity);
	strbuf_add(out, "<td>");
	if (quantity->known) {
		strbuf_printf(out, "%s", kind_text(quantity->kind));
		if (quantity == &part->view->wall_j && quantity->source[0] != '\0') {
			strbuf_add(out, ": ");
			html_text(out, quantity->source);
		}
	} else {
		strbuf_add(out, "<span class=\"faint\">");
		html_text(out, phrase_reason(part->view, quantity, key));
		strbuf_add(out, "</span>");
	}
	strbuf_add(out, "</td></tr>\n");
}

/* A whole server's model, or a line through its components. */
static int wall_equation(const struct quantity *wall)
{
	return strncmp(wall->source, "METHOD E-22", strlen("METHOD E-22")) == 0 ? 22 : 11;
}

static void add_sums(const struct page_part *part)
{
	const struct run_view *view = part->view;
	struct strbuf *out = part->out;

	page_subheading(part, "Sums of the components");
	strbuf_add(out, "<div class=\"scroll\" role=\"group\" aria-label=\"Sums\"><table>"
			"<thead><tr><th scope=\"col\">what</th><th scope=\"col\" "
			"class=\"num\">energy, 95&nbsp;% interval</th>"
			"<th scope=\"col\">how</th></tr></thead><tbody>\n");
	add_sum(part, "this run&#39;s share, the headline", 3, &view->attributed_j,
		"attributed_j");
	add_sum(part, "only what lies above idle", 4, &view->marginal_j, "marginal_j");
	add_sum(part, "with the idle it reserved", 5, &view->reserved_j, "reserved_j");
	add_sum(part, "all of the machine", 8, &view->machine_j, "machine_j");
	if (view->beside_j.known)
		add_sum(part, "a model&#39;s, for what has no meter", 8, &view->beside_j,
			"beside_j");
	add_sum(part, "at the plug, beside the sum", wall_equation(&view->wall_j),
		&view->wall_j, "wall_j");
	strbuf_add(out, "</tbody></table></div>\n");
}

/* --- every domain ------------------------------------------------------------------------- */

static int equation_of(const struct run_domain *what)
{
	switch (what->domain.family) {
	case FAMILY_MEMORY:
		return 6;
	case FAMILY_GPU:
		return 7;
	case FAMILY_NODE:
		return 8;
	case FAMILY_CPU:
	case FAMILY_OTHER:
		break;
	}
	return 3;
}

static void add_name_cells(const struct page_part *part, const struct component_view *c)
{
	const struct domain *domain = &c->what.domain;
	struct strbuf *out = part->out;

	strbuf_printf(out, "<tr%s><th scope=\"row\"><span class=\"swatch c%d\"></span>",
		      c->what.counted ? "" : " class=\"beside\"",
		      page_colour(domain->family));
	html_name(out, domain->id);
	if (domain->label[0] != '\0') {
		strbuf_add(out, "<br><span class=\"small faint\">");
		html_name(out, domain->label);
		strbuf_add(out, "</span>");
	}
	strbuf_printf(out, "</th><td>%s</td><td>", family_text(domain->family));
	html_text(out, c->what.source);
	strbuf_printf(out, ", %s", kind_text(domain->kind));
	page_equation(out, domain->measure == MEASURE_POWER ? 2 : 1);
	strbuf_add(out, "</td>");
}

static void add_component(const struct page_part *part, const struct component_view *c)
{
	struct strbuf *out = part->out;
	char text[NUMBER_TEXT_MAX] = "not known";

	add_name_cells(part, c);
	page_energy_cell(part, &c->machine_j);
	if (!c->what.counted) {
		strbuf_add(out, "<td colspan=\"4\">not in the sum: ");
		html_text(out, c->what.why_not[0] ? c->what.why_not : "not counted");
		strbuf_add(out, "</td></tr>\n");
		return;
	}
	page_energy_cell(part, &c->attributed_j);
	if (c->has_share)
		number_percent(c->share_ratio, text, sizeof text);
	strbuf_printf(out, "<td class=\"num\">%s", text);
	if (c->has_share)
		page_equation(out, equation_of(&c->what));
	number_percent(c->coverage_ratio, text, sizeof text);
	strbuf_printf(out, "</td><td class=\"num\">%s</td>", text);
	page_value_cell(out, c->idle_w < 0 ? NAN : c->idle_w, NUMBER_W);
	strbuf_add(out, "</tr>\n");
}

static void add_components(const struct page_part *part)
{
	const struct run_view *view = part->view;
	struct strbuf *out = part->out;

	if (view->component_count == 0)
		return;
	strbuf_printf(out, "<%s id=\"r%zu-components\">Every component</%s>\n", part->sub,
		      part->i, part->sub);
	strbuf_add(out,
		   "<div class=\"scroll\" role=\"group\" aria-label=\"Components\">"
		   "<table><thead><tr><th scope=\"col\">component</th>"
		   "<th scope=\"col\">family</th><th scope=\"col\">read by</th>"
		   "<th scope=\"col\" class=\"num\">drew</th>"
		   "<th scope=\"col\" class=\"num\">this run</th>"
		   "<th scope=\"col\" class=\"num\">share</th>"
		   "<th scope=\"col\" class=\"num\">covered</th>"
		   "<th scope=\"col\" class=\"num\">idle</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < view->component_count; i++)
		add_component(part, &view->components[i]);
	strbuf_add(out, "</tbody></table></div>\n");
}

void page_energy(const struct page_part *part)
{
	page_heading(part, "energy", "Where the energy went");
	add_shares(part);
	add_idle(part);
	add_sums(part);
	add_components(part);
}
