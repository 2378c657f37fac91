/* SPDX-License-Identifier: Apache-2.0 */
/* The statement, to be copied: a choice of forms that needs no script. */
#include "report/html.h"
#include "report/page-part.h"

static size_t count_forms(const struct page_form *forms)
{
	size_t count = 0;

	for (size_t i = 0; i < PAGE_FORMS_MAX; i++)
		count += forms[i].text != NULL;
	return count;
}

static void add_choices(const struct page_part *part, const struct page_form *forms)
{
	size_t number = 0;

	for (size_t i = 0; i < PAGE_FORMS_MAX; i++) {
		if (!forms[i].text)
			continue;
		number++;
		strbuf_printf(part->out,
			      "<input class=\"s%zu\" type=\"radio\" name=\"r%zu-form\" "
			      "id=\"r%zu-form%zu\"%s><label for=\"r%zu-form%zu\">",
			      number, part->i, part->i, number,
			      number == 1 ? " checked" : "", part->i, number);
		html_text(part->out, forms[i].name);
		strbuf_add(part->out, "</label>\n");
	}
}

static void add_text(const struct page_part *part, const struct page_form *form,
		     size_t number)
{
	struct strbuf *out = part->out;

	strbuf_printf(out, "<div class=\"pane p%zu copyable\">\n<p class=\"about\">",
		      number);
	html_text(out, form->about);
	strbuf_printf(out, "</p>\n<pre id=\"r%zu-text%zu\" role=\"group\" aria-label=\"",
		      part->i, number);
	html_text(out, form->name);
	strbuf_add(out, "\">");
	/* A parser drops one new line here. */
	strbuf_add(out, form->text[0] == '\n' ? "\n" : "");
	html_text(out, form->text);
	strbuf_printf(out,
		      "</pre>\n<button class=\"button\" type=\"button\" "
		      "data-copy=\"r%zu-text%zu\" hidden>Copy</button>\n</div>\n",
		      part->i, number);
}

void page_forms(const struct page_part *part, const struct page_form *forms)
{
	size_t number = 0;

	if (count_forms(forms) == 0)
		return;
	page_heading(part, "statement", "The statement");
	strbuf_add(part->out,
		   "<p class=\"lead\">For a paper, a model card or a form.</p>\n");
	if (count_forms(forms) == 1) {
		for (size_t i = 0; i < PAGE_FORMS_MAX; i++)
			if (forms[i].text)
				add_text(part, &forms[i], 0);
		return;
	}
	strbuf_add(part->out, "<div class=\"switch\" role=\"group\" "
			      "aria-label=\"Form of the statement\">\n");
	add_choices(part, forms);
	for (size_t i = 0; i < PAGE_FORMS_MAX; i++)
		if (forms[i].text)
			add_text(part, &forms[i], ++number);
	strbuf_add(part->out, "</div>\n");
}
