/* SPDX-License-Identifier: Apache-2.0 */
#include "report/page-part.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/time-text.h"
#include "report/html.h"
#include "report/phrase.h"

void page_heading(const struct page_part *part, const char *id, const char *words)
{
	strbuf_printf(part->out, "<%s id=\"r%zu-%s\">%s</%s>\n", part->heading, part->i,
		      id, words, part->heading);
}

void page_subheading(const struct page_part *part, const char *words)
{
	strbuf_printf(part->out, "<%s>%s</%s>\n", part->sub, words, part->sub);
}

void page_equation(struct strbuf *out, int number)
{
	strbuf_printf(out, " <a class=\"eq\" href=\"#E-%d\">E-%d</a>", number, number);
}

/* --- numbers ------------------------------------------------------------------------------ */

void page_big_number(struct strbuf *out, double value, enum number_unit unit)
{
	char text[NUMBER_TEXT_MAX];
	char *blank;

	number_text(value, unit, text, sizeof text);
	blank = strchr(text, ' ');
	if (!blank) {
		strbuf_add(out, text);
		return;
	}
	*blank = '\0';
	strbuf_printf(out, "%s <span class=\"u\">%s</span>", text, blank + 1);
}

/* The bracket of "1.85 Wh (1.2 to 2.7)", in place; NULL: there is none. */
static char *bracket_of(char *text)
{
	char *open = strchr(text, '(');

	if (!open || open == text)
		return NULL;
	open[-1] = '\0';
	open[strcspn(open, ")")] = '\0';
	return open + 1;
}

bool page_range(struct strbuf *out, const struct quantity *quantity,
		enum number_unit unit)
{
	char text[NUMBER_TEXT_MAX];
	const char *blank;
	const char *inside;

	number_quantity(quantity, unit, text, sizeof text);
	inside = bracket_of(text);
	if (!inside)
		return false;
	blank = strchr(text, ' ');
	strbuf_printf(out, "%s%s", inside, blank ? blank : "");
	return true;
}

void page_number(struct strbuf *out, const struct quantity *quantity,
		 enum number_unit unit)
{
	char text[NUMBER_TEXT_MAX];
	const char *inside;

	if (!quantity->known) {
		strbuf_add(out, "not known");
		return;
	}
	number_quantity(quantity, unit, text, sizeof text);
	inside = bracket_of(text);
	strbuf_add(out, text);
	if (inside)
		strbuf_printf(out, " <span class=\"range\">(%s)</span>", inside);
}

void page_number_cell(struct strbuf *out, const struct quantity *quantity,
		      enum number_unit unit)
{
	if (quantity->known && isfinite(quantity->value))
		strbuf_printf(out, "<td class=\"num\" data-v=\"%.9g\">", quantity->value);
	else
		strbuf_add(out, "<td class=\"num\" data-v=\"\">");
	page_number(out, quantity, unit);
	strbuf_add(out, "</td>");
}

void page_value_cell(struct strbuf *out, double value, enum number_unit unit)
{
	struct quantity quantity = {
		.known = isfinite(value), .value = value, .low = value, .high = value
	};

	page_number_cell(out, &quantity, unit);
}

#define J_PER_KWH 3.6e6
#define KWH_FROM  1e6

static bool is_in_kwh(const struct page_part *part)
{
	const struct quantity *machine_j = &part->view->machine_j;

	return machine_j->known && machine_j->value >= KWH_FROM;
}

void page_energy_cell(const struct page_part *part, const struct quantity *joules)
{
	struct quantity kwh = *joules;

	if (!is_in_kwh(part)) {
		page_number_cell(part->out, joules, NUMBER_J);
		return;
	}
	kwh.value /= J_PER_KWH;
	kwh.low /= J_PER_KWH;
	kwh.high /= J_PER_KWH;
	page_number_cell(part->out, &kwh, NUMBER_KWH);
}

void page_joules_cell(const struct page_part *part, double joules)
{
	struct quantity quantity = {
		.known = isfinite(joules), .value = joules, .low = joules, .high = joules
	};

	page_energy_cell(part, &quantity);
}

void page_joules(const struct page_part *part, double joules, char *buf, size_t size)
{
	if (is_in_kwh(part))
		number_text(joules / J_PER_KWH, NUMBER_KWH, buf, size);
	else
		number_text(joules, NUMBER_J, buf, size);
}

/* --- words -------------------------------------------------------------------------------- */

void page_key(struct strbuf *out, const char *key, const char *value)
{
	if (!value || value[0] == '\0')
		return;
	strbuf_printf(out, "<tr><th scope=\"row\">%s</th><td>", key);
	html_text(out, value);
	strbuf_add(out, "</td></tr>\n");
}

const char *page_basis_words(const struct run_view *view)
{
	if (!view->attributed_j.known)
		return "not known";
	switch (phrase_basis(view)) {
	case BASIS_MEASURED:
		return "measured";
	case BASIS_PART:
		return "in part an estimate";
	case BASIS_ESTIMATE:
		return "an estimate, no meter";
	case BASIS_NOTHING:
		break;
	}
	return "nothing was counted";
}

void page_basis_badge(struct strbuf *out, const struct run_view *view)
{
	strbuf_printf(out, "<span class=\"badge%s\">%s</span>",
		      view->attributed_j.known && phrase_basis(view) == BASIS_MEASURED
			      ? " good"
			      : " note",
		      page_basis_words(view));
}

static void add_state(struct strbuf *out, enum run_state state, const char *words)
{
	const char *class_name = state == RUN_FINISHED  ? " good"
				 : state == RUN_RUNNING ? " note"
							: " bad";

	strbuf_printf(out, "<span class=\"badge%s\">%s</span>", class_name, words);
}

void page_state_badge(struct strbuf *out, const struct run_info *info)
{
	add_state(out, info->state, run_state_text(info->state));
}

void page_state_words(struct strbuf *out, const struct run_info *info)
{
	CLEANUP(strbuf_done) struct strbuf words = STRBUF_INIT;

	phrase_state(info, &words);
	add_state(out, info->state, strbuf_part(out, &words));
}

void page_from(const struct page_part *part)
{
	CLEANUP(strbuf_done) struct strbuf domains = STRBUF_INIT;
	struct strbuf *out = part->out;
	enum basis basis = phrase_basis(part->view);

	if (basis == BASIS_NOTHING)
		return;
	strbuf_printf(out, "From: <a href=\"#r%zu-components\">", part->i);
	phrase_domains(part->view, true, &domains);
	if (domains.len > 0) {
		html_text(out, strbuf_part(out, &domains));
		strbuf_add(out, ", measured");
		strbuf_done(&domains);
	}
	if (basis != BASIS_MEASURED) {
		strbuf_add(out, basis == BASIS_PART ? "; " : "");
		phrase_domains(part->view, false, &domains);
		html_text(out, strbuf_part(out, &domains));
		strbuf_add(out, ", modelled");
	}
	strbuf_add(out, "</a>.");
}

void page_alike(struct strbuf *out, const struct page_alike *alike)
{
	if (alike->count == 0)
		return;
	strbuf_add(out, "<ul class=\"alike\" aria-label=\"As much as\">\n");
	for (size_t i = 0; i < alike->count; i++) {
		char amount[NUMBER_TEXT_MAX];

		number_digits(alike->of[i].amount, 2, amount, sizeof amount);
		strbuf_printf(out, "<li>about <b>%s</b> ", amount);
		html_text(out, alike->of[i].per);
		strbuf_add(out, "</li>\n");
	}
	strbuf_add(out, "</ul>\n");
}

void page_at(struct strbuf *out, double at_s)
{
	char text[TIME_TEXT_MAX];

	if (at_s == 0) {
		strbuf_add(out, "0 s");
		return;
	}
	duration_text(llround(at_s * 1e9), text, sizeof text);
	strbuf_add(out, text);
}

int page_colour(enum family family)
{
	return (int)family + 1;
}
