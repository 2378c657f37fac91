/* SPDX-License-Identifier: Apache-2.0 */
/* How wrong every method was: `gramme validate`. What is not known is "-" for people, null or an
 * empty field for programs. The product's own methods come first. */
#pragma once

#include <stddef.h>

#include "base/macro.h"
#include "base/strbuf.h"
#include "model/accuracy.h"
#include "report/report.h"

struct validate_suite {
	const char *name;
	const char *about;
};

struct validate_view {
	const struct validate_suite *suites; /* in order */
	size_t suite_count;
	const struct accuracy *accuracy; /* its notes */
	const struct accuracy_row *rows; /* as accuracy_rows() gives them */
	size_t row_count;
	bool groups; /* for people: a method's groups, too. Programs always get them */
};

/* 0 or -ENOMEM; the caller frees. */
typedef int validate_form(const struct validate_view *view,
			  const struct report_opts *opts, char **ret);

/* "text", "json" (gramme.validate/1), "csv", "markdown"; NULL: there is no such form. */
validate_form *validate_form_find(const char *name);

/* What its files share. */
validate_form validate_text;
validate_form validate_json;
validate_form validate_csv_form;
validate_form validate_markdown;

/* The rows of a suite in the order they are shown; the caller frees *ret. -ENOMEM. */
MUST_USE int validate_suite_rows(const struct validate_view *view, const char *suite,
				 const struct accuracy_row ***ret, size_t *ret_count);

/* The columns behind the method's name, the same for people in every form. */
struct validate_column {
	const char *narrow; /* "mean" */
	const char *wide;   /* "mean error, %" */
	int width;
	void (*text)(const struct accuracy_row *row, char *buf, size_t size);
};

#define VALIDATE_CELL_MAX 32

extern const struct validate_column validate_columns[];
extern const size_t validate_column_count;
