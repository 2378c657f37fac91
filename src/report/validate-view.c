/* SPDX-License-Identifier: Apache-2.0 */
#include "report/validate-view.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"
#include "report/shown.h"

validate_form *validate_form_find(const char *name)
{
	static const struct {
		const char *name;
		validate_form *form;
	} forms[] = {
		{ "text", validate_text },
		{ "json", validate_json },
		{ "csv", validate_csv_form },
		{ "markdown", validate_markdown },
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (strcmp(forms[i].name, name) == 0)
			return forms[i].form;
	return NULL;
}

static bool is_ours(const struct accuracy_row *row)
{
	return strncmp(row->method, ACCURACY_OURS, strlen(ACCURACY_OURS)) == 0;
}

int validate_suite_rows(const struct validate_view *view, const char *suite,
			const struct accuracy_row ***ret, size_t *ret_count)
{
	const struct accuracy_row **rows =
		calloc(view->row_count + 1, sizeof(struct accuracy_row *));
	size_t count = 0;

	if (!rows)
		return -ENOMEM;
	for (int ours = 1; ours >= 0; ours--)
		for (size_t i = 0; i < view->row_count; i++)
			if (strcmp(view->rows[i].suite, suite) == 0 &&
			    is_ours(&view->rows[i]) == ours)
				rows[count++] = &view->rows[i];
	*ret = rows;
	*ret_count = count;
	return 0;
}

/* --- columns for people ------------------------------------------------------------------- */

static void percent(double ratio, char *buf, size_t size)
{
	if (isfinite(ratio))
		(void)snprintf(buf, size, "%.1f", 100 * ratio);
	else
		(void)snprintf(buf, size, "-");
}

static void cases_text(const struct accuracy_row *row, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%zu", row->count);
}

static void mean_text(const struct accuracy_row *row, char *buf, size_t size)
{
	percent(row->mean_ratio, buf, size);
}

static void median_text(const struct accuracy_row *row, char *buf, size_t size)
{
	percent(row->median_ratio, buf, size);
}

static void bias_text(const struct accuracy_row *row, char *buf, size_t size)
{
	if (isfinite(row->bias_ratio))
		(void)snprintf(buf, size, "%+.1f", 100 * row->bias_ratio);
	else
		(void)snprintf(buf, size, "-");
}

static void full_text(const struct accuracy_row *row, char *buf, size_t size)
{
	percent(row->of_full_ratio, buf, size);
}

static void cover90_text(const struct accuracy_row *row, char *buf, size_t size)
{
	percent(row->cover90_ratio, buf, size);
}

static void cover95_text(const struct accuracy_row *row, char *buf, size_t size)
{
	percent(row->cover95_ratio, buf, size);
}

const struct validate_column validate_columns[] = {
	{ "cases", "cases", 6, cases_text },
	{ "mean", "mean error, %", 6, mean_text },
	{ "median", "median, %", 7, median_text },
	{ "bias", "bias, %", 7, bias_text },
	{ "/full", "of full, %", 6, full_text },
	{ "90 %", "90 % holds, %", 6, cover90_text },
	{ "95 %", "95 % holds, %", 6, cover95_text },
};
const size_t validate_column_count = ARRAY_SIZE(validate_columns);

/* --- a table for programs ----------------------------------------------------------------- */

static void add_csv_row(struct strbuf *out, const struct accuracy_row *row)
{
	const double numbers[] = { row->mean_ratio,    row->median_ratio,
				   row->bias_ratio,    row->of_full_ratio,
				   row->cover90_ratio, row->cover95_ratio };

	html_csv_text(out, row->suite);
	strbuf_add(out, ",");
	html_csv_text(out, row->method);
	strbuf_add(out, ",");
	html_csv_text(out, row->group);
	strbuf_printf(out, ",%zu,%zu", row->count, row->unanswered);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		strbuf_add(out, ",");
		if (isfinite(numbers[i]))
			strbuf_printf(out, "%.9g", numbers[i]);
	}
	strbuf_add(out, "\r\n");
}

int validate_csv_form(const struct validate_view *view, const struct report_opts *opts,
		      char **ret)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	(void)locale;
	(void)opts;
	strbuf_add(&out, "suite,method,group,cases,unanswered,mean_error_ratio,"
			 "median_error_ratio,bias_ratio,of_full_ratio,cover90_ratio,"
			 "cover95_ratio\r\n");
	for (size_t s = 0; s < view->suite_count; s++) {
		AUTO_FREE const struct accuracy_row **rows = NULL;
		size_t count;
		int r = validate_suite_rows(view, view->suites[s].name, &rows, &count);

		if (r < 0)
			return r;
		for (size_t i = 0; i < count; i++)
			add_csv_row(&out, rows[i]);
	}
	return strbuf_steal(&out, ret);
}
