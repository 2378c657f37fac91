/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_validate(): the suites of validations.def, or a user's own measurements. */
#include <errno.h>
#include <string.h>

#include "engine/context.h"
#include "engine/validate-machine.h"
#include "report/validate-view.h"

#define VALIDATION(name, about)                                                          \
	static const struct validation validation_##name = { #name, about,               \
							     validate_##name };
#include "engine/validations.def"
#undef VALIDATION

const struct validation *const validations[] = {
#define VALIDATION(name, about) &validation_##name,
#include "engine/validations.def"
#undef VALIDATION
};
const size_t validation_count = ARRAY_SIZE(validations);

static const struct validate_suite own_suite = { "measurements",
						 "your own file, against each method" };

struct call {
	struct accuracy *accuracy;
	struct validate_suite *suites;
	size_t suite_count;
	struct accuracy_row *rows;
	size_t row_count;
	const struct gramme_validate_opts *opts;
};

static void call_done(struct call *call)
{
	accuracy_free(call->accuracy);
	free(call->suites);
	free(call->rows);
}

const char *gramme_validate_suite(size_t at, const char **ret_about)
{
	if (at >= validation_count)
		return NULL;
	if (ret_about)
		*ret_about = validations[at]->about;
	return validations[at]->name;
}

static void pass_progress(void *data, const char *suite, double done_ratio)
{
	const struct call *call = data;

	call->opts->progress(call->opts->progress_ctx, suite, done_ratio);
}

static bool is_known(const char *suite)
{
	for (size_t i = 0; i < validation_count; i++)
		if (strcmp(validations[i]->name, suite) == 0)
			return true;
	return false;
}

static int check(struct gramme *gramme, const struct gramme_validate_opts *opts)
{
	if (opts->suite && opts->csv)
		return diag_say(&gramme->diag, -EINVAL,
				"a suite or a file of your own, not both");
	if (opts->suite && !is_known(opts->suite)) {
		(void)diag_say(&gramme->diag, -ENOENT, "there is no suite '%.60s'",
			       opts->suite);
		diag_fix(&gramme->diag, "gramme validate --help names them");
		return -ENOENT;
	}
	return 0;
}

static int judge_suites(struct call *call, struct validate *v)
{
	for (size_t i = 0; i < validation_count; i++) {
		const struct validation *one = validations[i];
		int r;

		if (call->opts->suite && strcmp(call->opts->suite, one->name) != 0)
			continue;
		call->suites[call->suite_count++] =
			(struct validate_suite){ one->name, one->about };
		r = one->judge(v);
		if (r < 0)
			return r;
	}
	return 0;
}

static int judge(struct gramme *gramme, struct call *call)
{
	struct validate v = { .tables = context_tables(gramme), .diag = &gramme->diag };
	int r;

	call->suites = calloc(validation_count + 1, sizeof *call->suites);
	if (!call->suites || !v.tables || accuracy_new(&call->accuracy) < 0)
		return -ENOMEM;
	v.accuracy = call->accuracy;
	if (call->opts->progress) {
		v.progress = pass_progress;
		v.progress_data = call;
	}
	if (call->opts->csv) {
		call->suites[call->suite_count++] = own_suite;
		r = validate_csv(&v, call->opts->csv);
	} else {
		r = judge_suites(call, &v);
	}
	return r < 0 ? r : accuracy_rows(call->accuracy, &call->rows, &call->row_count);
}

int gramme_validate(struct gramme *gramme, const struct gramme_validate_opts *given,
		    const char *format, uint32_t flags, char **ret)
{
	CLEANUP(call_done) struct call call = { .accuracy = NULL };
	struct report_opts how = { .colour = flags & GRAMME_TEXT_COLOUR, .width = 80 };
	struct gramme_validate_opts opts;
	validate_form *form = format ? validate_form_find(format) : NULL;
	struct validate_view view;
	int r = context_check(gramme);

	if (r < 0)
		return r;
	if (!ret || !form)
		return diag_say(&gramme->diag, -EINVAL,
				"the form is text, json, csv or markdown");
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	call.opts = &opts;
	r = check(gramme, &opts);
	if (r == 0)
		r = judge(gramme, &call);
	if (r == 0) {
		view = (struct validate_view){ call.suites,    call.suite_count,
					       call.accuracy,  call.rows,
					       call.row_count, opts.groups != 0 };
		r = form(&view, &how, ret);
	}
	if (r == -ENOMEM)
		return diag_fail(&gramme->diag, r, "cannot judge the methods");
	return r;
}
