/* SPDX-License-Identifier: Apache-2.0 */
/* validate-view for programs: gramme.validate/1. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/json-value.h"
#include "report/shown.h"
#include "report/validate-view.h"

static json_t *row_json(const char *name, const struct accuracy_row *row, int *failed)
{
	json_t *object = json_object();

	const struct {
		const char *key;
		json_t *value;
	} rows[] = {
		{ "name", json_value_text(name) },
		{ "cases", json_value_count(row->count) },
		{ "unanswered", json_value_count(row->unanswered) },
		{ "mean_error_ratio", json_value_real(row->mean_ratio) },
		{ "median_error_ratio", json_value_real(row->median_ratio) },
		{ "bias_ratio", json_value_real(row->bias_ratio) },
		{ "of_full_ratio", json_value_real(row->of_full_ratio) },
		{ "cover90_ratio", json_value_real(row->cover90_ratio) },
		{ "cover95_ratio", json_value_real(row->cover95_ratio) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		(void)json_value_set(object, rows[i].key, rows[i].value, failed);
	return object;
}

static json_t *method_json(const struct accuracy_row *row, int *failed)
{
	bool ours = strncmp(row->method, ACCURACY_OURS, strlen(ACCURACY_OURS)) == 0;
	json_t *object = row_json(row->method, row, failed);

	(void)json_value_set(object, "ours", json_boolean(ours), failed);
	return object;
}

static json_t *notes_json(const struct validate_view *view, const char *suite,
			  int *failed)
{
	json_t *notes = json_array();
	const char *note;

	for (size_t i = 0; (note = accuracy_note_of(view->accuracy, suite, i)); i++)
		(void)json_value_append(notes, json_value_text(note), failed);
	return notes;
}

static void fill_methods(json_t *methods, const struct accuracy_row *const *rows,
			 size_t count, int *failed)
{
	json_t *groups = NULL;

	for (size_t i = 0; i < count; i++) {
		json_t *method;

		if (rows[i]->group[0] != '\0') {
			(void)json_value_append(groups,
						row_json(rows[i]->group, rows[i], failed),
						failed);
			continue;
		}
		method = json_value_append(methods, method_json(rows[i], failed), failed);
		groups = json_value_set(method, "groups", json_array(), failed);
	}
}

static json_t *suite_json(const struct validate_view *view,
			  const struct validate_suite *suite, int *failed)
{
	AUTO_FREE const struct accuracy_row **rows = NULL;
	json_t *object = json_object();
	size_t count = 0;
	json_t *methods;

	if (validate_suite_rows(view, suite->name, &rows, &count) < 0)
		*failed = -ENOMEM;
	(void)json_value_set(object, "name", json_value_text(suite->name), failed);
	(void)json_value_set(object, "about", json_value_text(suite->about), failed);
	methods = json_value_set(object, "methods", json_array(), failed);
	fill_methods(methods, rows, count, failed);
	(void)json_value_set(object, "notes", notes_json(view, suite->name, failed),
			     failed);
	return object;
}

int validate_json(const struct validate_view *view, const struct report_opts *opts,
		  char **ret)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(json_value_release) json_t *root = json_object();
	int failed = 0;
	json_t *suites;

	(void)locale;
	(void)opts;
	(void)json_value_set(root, "schema", json_value_text("gramme.validate/1"),
			     &failed);
	suites = json_value_set(root, "suites", json_array(), &failed);
	for (size_t i = 0; i < view->suite_count; i++)
		(void)json_value_append(suites,
					suite_json(view, &view->suites[i], &failed),
					&failed);
	return failed < 0 ? failed : json_value_dump(root, ret);
}
