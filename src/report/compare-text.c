/* SPDX-License-Identifier: Apache-2.0 */
/* compare-view for people. */
#include <stdio.h>
#include <string.h>

#include "report/board-table.h"
#include "report/compare-view.h"
#include "report/number.h"
#include "report/phrase.h"
#include "report/shown.h"

#define SENTENCES_MAX 6

static enum ink verdict_ink(enum compare_verdict verdict)
{
	switch (verdict) {
	case VERDICT_LESS:
		return INK_GOOD;
	case VERDICT_MORE:
	case VERDICT_SAME:
		return INK_STRONG;
	case VERDICT_OPEN:
	case VERDICT_TOO_FEW:
	case VERDICT_NOT_ALIKE:
	default:
		return INK_WARN;
	}
}

/* --- cells -------------------------------------------------------------------------------- */

static void stats_text(const struct compare_stats *stats, enum compare_what what,
		       char *buf, size_t size)
{
	static const enum number_unit units[] = {
		[COMPARE_ENERGY] = NUMBER_J,    [COMPARE_TIME] = NUMBER_PLAIN,
		[COMPARE_POWER] = NUMBER_W,     [COMPARE_STEP] = NUMBER_J,
		[COMPARE_CARBON] = NUMBER_CO2E, [COMPARE_METRIC] = NUMBER_PLAIN,
	};

	char text[NUMBER_TEXT_MAX];

	if (stats->count == 0) {
		(void)snprintf(buf, size, "-");
		return;
	}
	number_mean(stats->mean, stats->sem, units[what], text, sizeof text);
	/* Of what the grammes are stands in the row's name: a cell has no room for it. */
	if (what == COMPARE_CARBON && strstr(text, " CO2e"))
		*strstr(text, " CO2e") = '\0';
	(void)snprintf(buf, size, "%s%s", text, what == COMPARE_TIME ? " s" : "");
}

static const char *row_name(const struct compare_view *view, enum compare_what what)
{
	if (what == COMPARE_STEP)
		return "energy/step";
	return what == COMPARE_CARBON ? "carbon CO2e" : compare_what_name(view, what);
}

/* A difference has its interval in the sentence: there is no room for both here. */
static void ratio_text(const struct compare_result *result, enum compare_what what,
		       char *buf, size_t size)
{
	struct quantity q = { .known = result->known,
			      .value = result->ratio,
			      .low = result->low,
			      .high = result->high };

	char text[NUMBER_TEXT_MAX];

	if (!result->known) {
		(void)snprintf(buf, size, "-");
	} else if (what != COMPARE_METRIC) {
		number_quantity(&q, NUMBER_PLAIN, buf, size);
	} else {
		number_digits(result->ratio, 2, text, sizeof text);
		(void)snprintf(buf, size, "%s%s apart", result->ratio > 0 ? "+" : "",
			       text);
	}
}

static void p_text(double p, char *buf, size_t size)
{
	if (!isfinite(p))
		(void)snprintf(buf, size, "-");
	else if (p < 1e-4)
		(void)snprintf(buf, size, "<0.0001");
	else
		number_digits(p, 2, buf, size);
}

static void add_stats(struct board_table *table, const struct compare_view *view,
		      size_t side, enum compare_what what)
{
	char text[NUMBER_TEXT_MAX + 8];

	stats_text(&view->outcome->stats[side][what], what, text, sizeof text);
	board_table_add(table, text);
}

static void add_result(struct board_table *table, const struct compare_result *result,
		       enum compare_what what)
{
	char text[NUMBER_TEXT_MAX + 8];

	ratio_text(result, what, text, sizeof text);
	board_table_add(table, text);
	p_text(result->p_adjusted, text, sizeof text);
	board_table_add(table, text);
}

/* --- two sides ---------------------------------------------------------------------------- */

static bool is_shown(const struct compare_view *view, enum compare_what what)
{
	if (what == COMPARE_METRIC)
		return view->ask->has_metric;
	return what == view->ask->what || view->outcome->pairs[0].what[what].known;
}

static void add_pair_table(const struct compare_view *view,
			   const struct report_opts *opts, struct strbuf *out)
{
	const struct compare_side *sides = view->ask->sides;
	const struct board_column columns[] = {
		{ "", SHOWN_LEFT, 11, 0 },
		{ sides[0].name, SHOWN_RIGHT, 16, 0 },
		{ sides[1].name, SHOWN_RIGHT, 16, 0 },
		{ "ratio", SHOWN_RIGHT, 8, 0 },
		{ "p", SHOWN_RIGHT, 0, 1 },
	};
	CLEANUP(board_table_done)
	struct board_table table = { .columns = columns,
				     .column_count = ARRAY_SIZE(columns) };

	for (size_t i = 0; i < COMPARE_WHATS; i++) {
		enum compare_what what = (enum compare_what)i;

		if (!is_shown(view, what))
			continue;
		board_table_add(&table, row_name(view, what));
		add_stats(&table, view, 0, what);
		add_stats(&table, view, 1, what);
		add_result(&table, &view->outcome->pairs[0].what[what], what);
	}
	board_table_print(&table, 0, opts, out);
}

/* More than a few are no longer read: then the table has the verdicts. */
static bool has_sentences(const struct compare_view *view)
{
	return view->outcome->pair_count <= SENTENCES_MAX;
}

/* --- more of them ------------------------------------------------------------------------- */

static void add_ranked_row(struct board_table *table, const struct compare_view *view,
			   size_t side)
{
	enum compare_what what = view->ask->what;
	const struct compare_result *result =
		side > 0 ? &view->outcome->pairs[side - 1].what[what] : NULL;
	char text[24];

	board_table_add(table, view->ask->sides[side].name);
	(void)snprintf(text, sizeof text, "%zu", view->ask->sides[side].count);
	board_table_add(table, text);
	add_stats(table, view, side, what);
	if (result)
		add_result(table, result, what);
	else
		board_table_add(table, "1");
	if (!result)
		board_table_add(table, "");
	board_table_add(table,
			result ? compare_verdict_text(result->verdict) : "reference");
	if (view->ask->has_metric)
		add_stats(table, view, side, COMPARE_METRIC);
}

static void add_ranked_table(const struct compare_view *view,
			     const struct report_opts *opts, struct strbuf *out)
{
	const struct board_column columns[] = {
		{ "by energy", SHOWN_LEFT, 12, 0 },
		{ "runs", SHOWN_RIGHT, 0, 1 },
		{ row_name(view, view->ask->what), SHOWN_RIGHT, 0, 0 },
		{ "ratio", SHOWN_RIGHT, 0, 0 },
		{ "p (Holm)", SHOWN_RIGHT, 0, 2 },
		{ "verdict", SHOWN_LEFT, 0, has_sentences(view) ? 3 : 5 },
		{ view->ask->metric, SHOWN_RIGHT, 0, 4 },
	};
	CLEANUP(board_table_done)
	struct board_table table = { .columns = columns,
				     .column_count = ARRAY_SIZE(columns) -
						     !view->ask->has_metric };

	for (size_t i = 0; i < view->ask->side_count; i++)
		add_ranked_row(&table, view, view->outcome->by_energy[i]);
	board_table_print(&table, 0, opts, out);
}

/* --- all of it ---------------------------------------------------------------------------- */

static void add_sentence(const struct compare_view *view, const struct compare_pair *pair,
			 const struct report_opts *opts, struct strbuf *out)
{
	enum compare_verdict verdict = pair->what[view->ask->what].verdict;
	CLEANUP(strbuf_done) struct strbuf raw = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf shown = STRBUF_INIT;

	compare_say(view, pair, &raw);
	shown_wrap(&shown, strbuf_part(out, &raw), 0, shown_columns(opts));
	if (shown.text && shown.len > 0)
		shown.text[shown.len - 1] = '\0';
	ink_add(out, opts, verdict_ink(verdict), strbuf_part(out, &shown));
	strbuf_add(out, "\n");
}

/* Those that need least first, as in the table. */
static void add_sentences(const struct compare_view *view, const struct report_opts *opts,
			  struct strbuf *out)
{
	if (!has_sentences(view))
		return;
	for (size_t i = 0; i < view->ask->side_count; i++) {
		size_t side = view->outcome->by_energy[i];

		if (side > 0)
			add_sentence(view, &view->outcome->pairs[side - 1], opts, out);
	}
	strbuf_add(out, "\n");
}

static void add_warnings(const struct compare_view *view, const struct report_opts *opts,
			 struct strbuf *out)
{
	if (view->outcome->warning_count > 0)
		strbuf_add(out, "\n");
	for (size_t i = 0; i < view->outcome->warning_count; i++) {
		ink_add(out, opts, INK_WARN, "! ");
		shown_wrap(out, view->outcome->warnings[i].text, 2, shown_columns(opts));
	}
}

static void add_test(struct strbuf *text, const char *comma, const char *name, double p)
{
	char value[NUMBER_TEXT_MAX];

	p_text(p, value, sizeof value);
	if (!isfinite(p))
		strbuf_printf(text, "%s%s not known", comma, name);
	else
		strbuf_printf(text, "%s%s p %s%s", comma, name,
			      value[0] == '<' ? "" : "= ", value);
}

/* The least p that all splits of so many runs can have: 2 of them. */
static double least_p(const struct compare_view *view, enum compare_what what)
{
	double a = (double)view->outcome->stats[0][what].count;
	double b = (double)view->outcome->stats[view->outcome->pairs[0].side][what].count;

	return 2 / exp(lgamma(a + b + 1) - lgamma(a + 1) - lgamma(b + 1));
}

static void add_our_tests(struct strbuf *text, const struct compare_view *view)
{
	enum compare_what what = view->ask->what;
	const struct compare_result *r = &view->outcome->pairs[0].what[what];
	bool too_few = least_p(view, what) > 1 - view->ask->level;
	char value[NUMBER_TEXT_MAX];

	strbuf_printf(text, "How, for %s: ", compare_what_name(view, what));
	add_test(text, "", "Welch's t-test on logarithms", r->p_welch);
	add_test(text, ", ", r->permutation_exact ? "exact permutation" : "permutation",
		 r->p_permutation);
	add_test(text, ", ", "Mann-Whitney", r->p_mann_whitney);
	if (too_few)
		strbuf_add(text, " (so few runs have no less by order)");
	if (isfinite(r->p_equivalence))
		add_test(text, ", ", "two one-sided tests at the margin",
			 r->p_equivalence);
	if (isfinite(r->cliffs_delta)) {
		struct quantity q = { .known = true,
				      .value = r->cliffs_delta,
				      .low = r->cliffs_low,
				      .high = r->cliffs_high };

		number_quantity(&q, NUMBER_PLAIN, value, sizeof value);
		strbuf_printf(text, ", Cliff's delta %s", value);
	}
	if (isfinite(r->bootstrap_low))
		strbuf_printf(text, ", bootstrap interval %.3f to %.3f", r->bootstrap_low,
			      r->bootstrap_high);
	if (isfinite(r->systematic_ratio) && r->systematic_ratio > 0)
		strbuf_printf(text, ", of which the %s %.1f %% either way",
			      compare_is_estimate(view, view->outcome->pairs[0].side,
						  what)
				      ? "model"
				      : "meters",
			      100 * expm1(r->systematic_ratio));
	strbuf_add(text, ".");
}

static void add_their_tests(struct strbuf *text, const struct compare_view *view)
{
	const struct compare_result *r = &view->outcome->pairs[0].what[view->ask->what];

	strbuf_add(text, "The six of experiment-impact-tracker, on the values: ");
	for (size_t i = 0; i < COMPARE_TESTS; i++)
		add_test(text, i > 0 ? ", " : "", r->tests[i].name,
			 r->tests[i].known ? r->tests[i].p : NAN);
	strbuf_add(text, ".");
}

static void add_paragraph(struct strbuf *out, const struct report_opts *opts,
			  const struct strbuf *text)
{
	shown_wrap(out, strbuf_part(out, text), 0, shown_columns(opts));
}

static void add_how(const struct compare_view *view, const struct report_opts *opts,
		    struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf ours = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf theirs = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf rest = STRBUF_INIT;

	strbuf_add(out, "\n");
	if (view->outcome->pair_count == 1 &&
	    isfinite(view->outcome->pairs[0].what[view->ask->what].p_welch)) {
		add_our_tests(&ours, view);
		add_paragraph(out, opts, &ours);
		add_their_tests(&theirs, view);
		add_paragraph(out, opts, &theirs);
	}
	strbuf_printf(
		&rest,
		"Means ± standard errors of the runs that finished; ratios of "
		"geometric means with %.4g %% intervals, the meters' errors in them; p "
		"of the runs' variation alone%s. METHOD E-16 to E-19; --json has "
		"every figure.",
		100 * view->ask->level,
		view->outcome->pair_count > 1
			? ", by Welch's t-test on logarithms, adjusted by Holm"
			: "");
	add_paragraph(out, opts, &rest);
}

void compare_text(const struct compare_view *view, const struct report_opts *opts,
		  struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();

	(void)locale;
	add_sentences(view, opts, out);
	if (view->outcome->pair_count == 1)
		add_pair_table(view, opts, out);
	else
		add_ranked_table(view, opts, out);
	add_warnings(view, opts, out);
	add_how(view, opts, out);
}
