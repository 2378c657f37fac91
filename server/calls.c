/* SPDX-License-Identifier: Apache-2.0 */
/* Answers out of the ledger: what runs in a cook, one call of gramme.h each. */
#include <stdlib.h>
#include <string.h>

#include "handlers.h"

#define LIMIT_DEFAULT 50
#define SIDES_MAX     32

#define FILTER_PARAMS                                                                    \
	{ .name = "project", .kind = PARAM_TEXT },                                       \
		{ .name = "experiment", .kind = PARAM_TEXT },                            \
		{ .name = "name", .kind = PARAM_TEXT },                                  \
		{ .name = "search", .kind = PARAM_TEXT },                                \
		{ .name = "state", .kind = PARAM_TEXT },                                 \
		{ .name = "since", .kind = PARAM_TEXT },                                 \
	{                                                                                \
		.name = "until", .kind = PARAM_TEXT                                      \
	}

#define JSON "application/json"
#define HTML "text/html; charset=utf-8"
#define TEXT "text/plain; charset=utf-8"

/* An argument, NULL where it is not there or empty: a form sends its empty fields too. */
static const char *given(const struct ask *ask, const char *name)
{
	const char *value = ask_value(ask, name);

	return value && *value ? value : NULL;
}

/* Checked before: it is a number. */
static double number(const struct ask *ask, const char *name)
{
	const char *value = given(ask, name);

	return value ? strtod(value, NULL) : 0;
}

static size_t count(const struct ask *ask, const char *name, size_t without)
{
	const char *value = given(ask, name);

	return value ? (size_t)strtoul(value, NULL, 10) : without;
}

static bool flag(const struct ask *ask, const char *name)
{
	const char *value = ask_value(ask, name);

	return value && strcmp(value, "1") == 0;
}

static struct gramme_filter filter_of(const struct ask *ask)
{
	return GRAMME_FILTER(.project = given(ask, "project"),
			     .experiment = given(ask, "experiment"),
			     .name = given(ask, "name"), .since = given(ask, "since"),
			     .until = given(ask, "until"), .search = given(ask, "search"),
			     .state = given(ask, "state"));
}

/* {id} of /runs/{id} and of /api/v1/runs/{id}…: the part after "runs". */
static const char *run_of(const struct ask *ask)
{
	return strcmp(ask->part[0], "runs") == 0 ? ask->part[1] : ask->part[3];
}

/* --- runs --- */

static int list_runs(struct gramme *gramme, const struct ask *ask, char **ret)
{
	struct gramme_filter filter = filter_of(ask);

	filter.limit = count(ask, "limit", LIMIT_DEFAULT);
	filter.offset = count(ask, "offset", 0);
	return gramme_list(gramme, &filter, "json", 0, ret);
}

static const struct param runs_params[] = {
	FILTER_PARAMS,
	{ .name = "limit", .kind = PARAM_COUNT, .most = 500 },
	{ .name = "offset", .kind = PARAM_COUNT, .most = 100000000 },
	{ .name = NULL },
};

const struct handler handler_runs = { .type = JSON,
				      .param = runs_params,
				      .work = list_runs };

static int show_run(struct gramme *gramme, const struct ask *ask, char **ret)
{
	return gramme_show(gramme, run_of(ask), "json", 0, ret);
}

const struct handler handler_run = { .type = JSON, .work = show_run };

static int make_report(struct gramme *gramme, const struct ask *ask, const char *format,
		       char **ret)
{
	const char *runs[] = { run_of(ask), NULL };
	struct gramme_report_opts opts = GRAMME_REPORT_OPTS(.runs = runs);

	return gramme_report(gramme, &opts, format, 0, ret);
}

static int report_json(struct gramme *gramme, const struct ask *ask, char **ret)
{
	return make_report(gramme, ask, "json", ret);
}

const struct handler handler_report = { .type = JSON, .work = report_json };

static int report_html(struct gramme *gramme, const struct ask *ask, char **ret)
{
	return make_report(gramme, ask, "html", ret);
}

const struct handler handler_run_page = { .type = HTML,
					  .work = report_html,
					  .page = true };

static int state_run(struct gramme *gramme, const struct ask *ask, char **ret)
{
	const char *runs[] = { run_of(ask), NULL };
	const char *form = given(ask, "format");
	struct gramme_statement_opts opts = GRAMME_STATEMENT_OPTS(.runs = runs);

	return gramme_statement(gramme, &opts, form ? form : "text",
				flag(ask, "long") ? GRAMME_STATEMENT_LONG : 0, ret);
}

/* Which forms there are the library knows; most are to be read by people. */
static const struct format_row statement_formats[] = {
	{ "text", TEXT },   { "json", JSON },
	{ "boamps", JSON }, { "csv", "text/csv; charset=utf-8" },
	{ NULL, NULL },
};

static const struct param statement_params[] = {
	{ .name = "format", .kind = PARAM_TEXT },
	{ .name = "long", .kind = PARAM_FLAG },
	{ .name = NULL },
};

const struct handler handler_statement = { .param = statement_params,
					   .format = statement_formats,
					   .work = state_run };

/* --- over many --- */

static int compare(struct gramme *gramme, const struct ask *ask, char **ret)
{
	const char *sides[SIDES_MAX + 1];
	const char *format = given(ask, "format");
	struct gramme_compare_opts opts =
		GRAMME_COMPARE_OPTS(.sides = sides, .metric = given(ask, "metric"),
				    .quantity = given(ask, "quantity"),
				    .level = number(ask, "level"),
				    .margin = number(ask, "margin"),
				    .metric_margin = number(ask, "metric_margin"));

	(void)ask_values(ask, "side", sides, SIDES_MAX + 1);
	return gramme_compare(gramme, &opts, format ? format : "json", 0, ret);
}

static const struct format_row compare_formats[] = {
	{ "json", JSON },
	{ "text", TEXT },
	{ NULL, NULL },
};

static const struct param compare_params[] = {
	{ .name = "side", .kind = PARAM_TEXT, .most = SIDES_MAX },
	{ .name = "metric", .kind = PARAM_TEXT },
	{ .name = "quantity", .kind = PARAM_TEXT },
	{ .name = "level", .kind = PARAM_NUMBER },
	{ .name = "margin", .kind = PARAM_NUMBER },
	{ .name = "metric_margin", .kind = PARAM_NUMBER },
	{ .name = "format", .kind = PARAM_FORMAT },
	{ .name = NULL },
};

const struct handler handler_compare = { .param = compare_params,
					 .format = compare_formats,
					 .work = compare };

static int rank(struct gramme *gramme, const struct ask *ask, const char *format,
		char **ret)
{
	const char *experiments[ASK_ARGS_MAX + 1];
	struct gramme_filter filter = filter_of(ask);
	struct gramme_leaderboard_opts opts =
		GRAMME_LEADERBOARD_OPTS(.filter = &filter, .metric = given(ask, "metric"),
					.metric_less = flag(ask, "less"),
					.target = number(ask, "target"),
					.has_target = given(ask, "target") != NULL,
					.by = given(ask, "by"),
					.pareto = flag(ask, "pareto"),
					.limit = count(ask, "limit", LIMIT_DEFAULT));

	if (ask_values(ask, "of", experiments, ASK_ARGS_MAX + 1) > 0)
		opts.experiments = experiments;
	return gramme_leaderboard(gramme, &opts, format, 0, ret);
}

static int rank_as_asked(struct gramme *gramme, const struct ask *ask, char **ret)
{
	const char *format = given(ask, "format");

	return rank(gramme, ask, format ? format : "json", ret);
}

static int rank_html(struct gramme *gramme, const struct ask *ask, char **ret)
{
	return rank(gramme, ask, "html", ret);
}

static const struct format_row board_formats[] = {
	{ "json", JSON },
	{ "text", TEXT },
	{ "csv", "text/csv; charset=utf-8" },
	{ NULL, NULL },
};

#define BOARD_PARAMS                                                                     \
	FILTER_PARAMS, { .name = "of", .kind = PARAM_TEXT, .most = ASK_ARGS_MAX },       \
		{ .name = "metric", .kind = PARAM_TEXT },                                \
		{ .name = "less", .kind = PARAM_FLAG },                                  \
		{ .name = "target", .kind = PARAM_NUMBER },                              \
		{ .name = "by", .kind = PARAM_TEXT },                                    \
		{ .name = "pareto", .kind = PARAM_FLAG },                                \
	{                                                                                \
		.name = "limit", .kind = PARAM_COUNT, .most = 500                        \
	}

static const struct param board_params[] = {
	BOARD_PARAMS,
	{ .name = "format", .kind = PARAM_FORMAT },
	{ .name = NULL },
};

static const struct param board_page_params[] = { BOARD_PARAMS, { .name = NULL } };

const struct handler handler_board = { .param = board_params,
				       .format = board_formats,
				       .work = rank_as_asked };

const struct handler handler_board_page = {
	.type = HTML, .param = board_page_params, .work = rank_html, .page = true
};

static int list_sources(struct gramme *gramme, const struct ask *ask, char **ret)
{
	(void)ask;
	return gramme_sources(gramme, "json", 0, ret);
}

const struct handler handler_sources = { .type = JSON, .work = list_sources };
