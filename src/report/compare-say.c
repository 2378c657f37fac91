/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict in words. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "report/compare-view.h"
#include "report/number.h"
#include "report/phrase.h"

#define RUNS_SAID_MAX 1000
#define AS_MUCH       0.005
#define COVERED       0.95 /* of the time; as in calc/compare-warn.c */
#define RUNS_LEAST    3    /* a side, for a verdict; as in calc/compare-internal.h */
#define HARDLY        0.05 /* of a metric: no "same" is said of what may be further apart */

/* "B uses less energy"; "B used less energy"; "… of more than 2 % in energy". */
static const struct {
	const char *key;
	const char *verb;
	const char *past;
	const char *noun;
	const char *of; /* "2.4 times the energy" */
} whats[] = {
	[COMPARE_ENERGY] = { "energy", "uses", "used", "energy", "energy" },
	[COMPARE_TIME] = { "time", "takes", "took", "time", "time" },
	[COMPARE_POWER] = { "power", "draws", "drew", "power", "power" },
	[COMPARE_STEP] = { "step", "uses", "used", "energy a step", "energy a step" },
	[COMPARE_CARBON] = { "carbon", "emits", "emitted", "carbon", "carbon" },
	[COMPARE_METRIC] = { "metric", "has", "had", "metric", "metric" },
};

const char *compare_what_text(enum compare_what what)
{
	return whats[(size_t)what < ARRAY_SIZE(whats) ? what : COMPARE_ENERGY].key;
}

int compare_what_of_text(const char *text, enum compare_what *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(whats); i++)
		if (strcmp(whats[i].key, text) == 0) {
			*ret = (enum compare_what)i;
			return 0;
		}
	return -EPROTO;
}

const char *compare_what_name(const struct compare_view *view, enum compare_what what)
{
	return what == COMPARE_METRIC ? view->ask->metric : whats[what].noun;
}

bool compare_is_estimate(const struct compare_view *view, size_t side,
			 enum compare_what what)
{
	const struct compare_side *sides = view->ask->sides;

	if (what == COMPARE_TIME || what == COMPARE_METRIC)
		return false;
	for (size_t i = 0; i < sides[0].count; i++)
		if (sides[0].runs[i].kind >= KIND_MODELLED)
			return true;
	for (size_t i = 0; i < sides[side].count; i++)
		if (sides[side].runs[i].kind >= KIND_MODELLED)
			return true;
	return false;
}

const char *compare_verdict_text(enum compare_verdict verdict)
{
	static const char *const texts[] = {
		[VERDICT_LESS] = "less",       [VERDICT_MORE] = "more",
		[VERDICT_SAME] = "same",       [VERDICT_OPEN] = "open",
		[VERDICT_TOO_FEW] = "too-few", [VERDICT_NOT_ALIKE] = "not-alike",
	};

	return texts[(size_t)verdict < ARRAY_SIZE(texts) ? verdict : VERDICT_OPEN];
}

/* --- numbers in a sentence ---------------------------------------------------------------- */

/* As many digits as an interval of that width bears. */
static int digits_for(double width)
{
	return width >= 2 ? 0 : width >= 0.2 ? 1 : 2;
}

/* "27 to 35 %", of what is less (below 1) or more. */
static void add_range(struct strbuf *out, double low, double high, int digits)
{
	strbuf_printf(out, "%.*f to %.*f %%", digits, low, digits, high);
}

/* "31 % less energy (27 to 35 %)"; "2.4 times the energy (2.1 to 2.8)". */
static void add_change(struct strbuf *out, const struct compare_result *result,
		       const char *noun, const char *than)
{
	bool less = result->ratio < 1;
	double sign = less ? -1 : 1;
	double change = 100 * sign * (result->ratio - 1);
	double a = 100 * sign * (result->low - 1);
	double b = 100 * sign * (result->high - 1);
	bool has_range = isfinite(a) && isfinite(b);
	int digits = digits_for(has_range ? fabs(b - a) : 2);

	if (result->ratio >= 2) {
		struct quantity q = { .known = true,
				      .value = result->ratio,
				      .low = result->low,
				      .high = result->high };
		char text[NUMBER_TEXT_MAX];

		number_text(result->ratio, NUMBER_PLAIN, text, sizeof text);
		strbuf_printf(out, "%s times the %s%s", text, noun, than);
		number_quantity(&q, NUMBER_PLAIN, text, sizeof text);
		if (has_range && strchr(text, '('))
			strbuf_printf(out, " %s", strchr(text, '('));
		return;
	}
	strbuf_printf(out, "%.*f %% %s %s%s", digits, change, less ? "less" : "more",
		      noun, than);
	if (has_range) {
		strbuf_add(out, " (");
		add_range(out, less ? b : a, less ? a : b, digits);
		strbuf_add(out, ")");
	}
}

/* "about as much energy" of a bare ratio that is about 1. */
static void add_change_or_none(struct strbuf *out, const struct compare_result *result,
			       const char *noun)
{
	if (fabs(result->ratio - 1) < AS_MUCH)
		strbuf_printf(out, "about as much %s", noun);
	else
		add_change(out, result, noun, "");
}

/* "3 % less", "1 % more", "as much". */
static void add_end(struct strbuf *out, double ratio, int digits)
{
	double change = 100 * (ratio - 1);

	if (ratio >= 2)
		strbuf_printf(out, "%.2g times as much", ratio);
	else
		strbuf_printf(out, "%.*f %% %s", digits, fabs(change),
			      change < 0 ? "less" : "more");
}

static void add_ends(struct strbuf *out, const struct compare_result *result,
		     const char *joint, int digits)
{
	add_end(out, result->low, digits);
	strbuf_add(out, joint);
	add_end(out, result->high, digits);
}

static const char *name_of(const struct compare_view *view, size_t side)
{
	return view->ask->sides[side].name;
}

/* --- the metric --------------------------------------------------------------------------- */

/* What people tell in points of a hundred. */
static bool is_in_points(const struct compare_view *view, const struct compare_pair *pair)
{
	static const char *const names[] = { "acc", "f1",  "precision", "recall",
					     "auc", "iou", "map" };
	char name[RUN_NAME_MAX];
	bool named = false;

	for (size_t i = 0; i < sizeof name; i++)
		name[i] = lower_ascii(view->ask->metric[i]);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		named = named || strstr(name, names[i]);
	if (!named)
		return false;
	for (size_t side = 0; side <= pair->side; side += pair->side) {
		const struct compare_stats *stats =
			&view->outcome->stats[side][COMPARE_METRIC];

		if (!(stats->mean >= 0 && stats->mean <= 1))
			return false;
	}
	return true;
}

/* Two digits, the second one up: a bound is not understated. */
static void add_bound(struct strbuf *out, double bound, bool points)
{
	char text[NUMBER_TEXT_MAX];
	double unit;

	bound *= points ? 100 : 1;
	unit = bound > 0 ? pow(10, floor(log10(bound)) - 1) : 1;
	number_digits(ceil(bound / unit - 1e-6) * unit, 2, text, sizeof text);
	strbuf_printf(out, "%s%s", text, points ? " points" : "");
}

/* "0.30 points (0.07 to 0.53)" */
static void add_interval(struct strbuf *out, struct quantity q, bool points)
{
	char text[NUMBER_TEXT_MAX];
	char *bracket;

	if (points) {
		q.value *= 100;
		q.low *= 100;
		q.high *= 100;
	}
	number_quantity(&q, NUMBER_PLAIN, text, sizeof text);
	bracket = strstr(text, " (");
	if (bracket)
		*bracket = '\0';
	strbuf_printf(out, "%s%s", text, points ? " points" : "");
	if (bracket)
		strbuf_printf(out, " %s", bracket + 1);
}

static void add_difference(struct strbuf *out, const struct compare_result *result,
			   bool points, const char *metric)
{
	bool higher = result->ratio > 0;
	struct quantity q = { .known = true,
			      .value = fabs(result->ratio),
			      .low = higher ? result->low : -result->high,
			      .high = higher ? result->high : -result->low };

	strbuf_printf(out, ", %s %s by ", metric, higher ? "higher" : "lower");
	add_interval(out, q, points);
}

/* Where nobody told a margin: a small part of what the reference reached. */
static bool is_close(const struct compare_view *view, double bound)
{
	return bound <= HARDLY * fabs(view->outcome->stats[0][COMPARE_METRIC].mean);
}

static void add_metric(struct strbuf *out, const struct compare_view *view,
		       const struct compare_pair *pair)
{
	const struct compare_result *result = &pair->what[COMPARE_METRIC];
	const char *metric = view->ask->metric;
	double margin = view->ask->metric_margin;
	bool points = is_in_points(view, pair);
	struct quantity q = { .known = true,
			      .value = result->ratio,
			      .low = result->low,
			      .high = result->high };

	if (!result->known) {
		strbuf_printf(out, ", no %s of both to compare", metric);
	} else if (!isfinite(result->low)) {
		strbuf_printf(out, ", %s apart by ", metric);
		add_interval(out, q, points);
		strbuf_add(out, ", how sure is not known");
	} else if (margin > 0 && result->verdict == VERDICT_SAME) {
		strbuf_printf(out, ", same %s within ", metric);
		add_bound(out, margin, points);
	} else if (result->low > 0 || result->high < 0) {
		add_difference(out, result, points, metric);
	} else if (margin > 0) {
		strbuf_printf(out, ", %s not shown to be the same within ", metric);
		add_bound(out, margin, points);
		strbuf_add(out, ": apart by ");
		add_interval(out, q, points);
	} else {
		double bound = fmax(fabs(result->low), fabs(result->high));

		strbuf_printf(out,
			      is_close(view, bound)
				      ? ", same %s within "
				      : ", %s hardly known: apart by up to ",
			      metric);
		add_bound(out, bound, points);
	}
}

/* --- the verdict -------------------------------------------------------------------------- */

static const char *warning_of(const struct compare_view *view, const char *code)
{
	for (size_t i = 0; i < view->outcome->warning_count; i++)
		if (strcmp(view->outcome->warnings[i].code, code) == 0)
			return view->outcome->warnings[i].text;
	return NULL;
}

static void say_not_alike(struct strbuf *out, const struct compare_view *view,
			  const struct compare_pair *pair)
{
	const char *why = warning_of(view, "boundary");

	strbuf_printf(out, "cannot compare %s with %s: %s", name_of(view, pair->side),
		      name_of(view, 0),
		      why ? why : "what was counted of their machines is not the same");
}

static void say_too_few(struct strbuf *out, const struct compare_view *view,
			const struct compare_pair *pair,
			const struct compare_result *result)
{
	enum compare_what what = view->ask->what;
	size_t a = view->outcome->stats[0][what].count;
	size_t b = view->outcome->stats[pair->side][what].count;

	strbuf_add(out, "cannot say: ");
	phrase_count(out, a, "run", "runs");
	strbuf_printf(out, " of %s and %zu of %s", name_of(view, 0), b,
		      name_of(view, pair->side));
	strbuf_printf(out,
		      " finished with a known %s; three a side are the least, five "
		      "are better",
		      whats[what].noun);
	if (!result->known)
		return;
	strbuf_printf(out, ". In these runs %s %s ", name_of(view, pair->side),
		      whats[what].past);
	add_change_or_none(out, result, whats[what].of);
}

static bool is_covered(const struct compare_side *side)
{
	for (size_t i = 0; i < side->count; i++)
		if (side->runs[i].coverage_ratio < COVERED)
			return false;
	return true;
}

/* What keeps more runs from telling. */
static const char *limit_of(const struct compare_view *view, size_t side,
			    enum compare_what what)
{
	if (compare_is_estimate(view, side, what))
		return "the error of the model";
	if (!is_covered(&view->ask->sides[side]) || !is_covered(view->ask->sides))
		return "what was not read";
	return "the error of the machines' meters";
}

/* Whether more runs would tell, and how many. */
static void add_needed(struct strbuf *out, const struct compare_result *result,
		       const char *limit)
{
	bool is_apart = result->high < 1 || result->low > 1;

	if (!is_apart && (result->random_high < 1 || result->random_low > 1))
		strbuf_printf(out, "; more runs would not settle it, %s is as large",
			      limit);
	else if (!isfinite(result->runs_needed))
		strbuf_add(out, "; more runs like these would not settle it");
	else if (result->runs_needed > RUNS_SAID_MAX)
		strbuf_printf(out, "; over %d runs a side would be needed",
			      RUNS_SAID_MAX);
	else
		strbuf_printf(out, "; about %.0f runs a side would settle it",
			      ceil(result->runs_needed));
}

/* Two runs of a side: close by chance, or not. */
static bool is_few(const struct compare_view *view, const struct compare_pair *pair)
{
	enum compare_what what = view->ask->what;

	return view->outcome->stats[0][what].count < RUNS_LEAST ||
	       view->outcome->stats[pair->side][what].count < RUNS_LEAST;
}

/* Where there is no interval. */
static void say_bare(struct strbuf *out, const struct compare_view *view,
		     const struct compare_pair *pair, const struct compare_result *result)
{
	enum compare_what what = view->ask->what;
	bool has_sd = isfinite(view->outcome->stats[0][what].sd) &&
		      isfinite(view->outcome->stats[pair->side][what].sd);

	strbuf_printf(out, "in these runs it %s ", whats[what].past);
	add_change_or_none(out, result, whats[what].of);
	strbuf_add(out, isnan(result->p_welch) && has_sd
				? ", but every run of each is the same to the last "
				  "digit: nothing tells how it varies, so there is no p"
				: ", and how far that may be off is not known");
}

static void say_open(struct strbuf *out, const struct compare_view *view,
		     const struct compare_pair *pair, const struct compare_result *result)
{
	enum compare_what what = view->ask->what;

	strbuf_printf(out, "cannot say whether %s %s less %s than %s: ",
		      name_of(view, pair->side), whats[what].verb, whats[what].noun,
		      name_of(view, 0));
	if (!isfinite(result->low) || !isfinite(result->high)) {
		say_bare(out, view, pair, result);
		return;
	}
	strbuf_add(out, "between ");
	add_ends(out, result, " and ", digits_for(100 * (result->high - result->low)));
	if (is_few(view, pair)) {
		strbuf_add(out, ", but two runs of a side do not tell how its runs vary");
		add_needed(out, result, limit_of(view, pair->side, what));
	} else if (result->low > 1 || result->high < 1) {
		strbuf_printf(out, ", but among %zu comparisons chance does as much",
			      view->outcome->pair_count);
	} else {
		add_needed(out, result, limit_of(view, pair->side, what));
	}
}

static void say_same(struct strbuf *out, const struct compare_view *view,
		     const struct compare_pair *pair, const struct compare_result *result)
{
	char margin[NUMBER_TEXT_MAX];

	(void)snprintf(margin, sizeof margin, "%.3g", 100 * view->ask->margin);
	strbuf_printf(out, "no difference of more than %s %% in %s between %s and %s (",
		      margin, whats[view->ask->what].noun, name_of(view, pair->side),
		      name_of(view, 0));
	add_ends(out, result, " to ", 1);
	strbuf_add(out, ")");
}

static void say_apart(struct strbuf *out, const struct compare_view *view,
		      const struct compare_pair *pair,
		      const struct compare_result *result)
{
	enum compare_what what = view->ask->what;
	CLEANUP(strbuf_done) struct strbuf than = STRBUF_INIT;

	if (view->ask->side_count > 2)
		strbuf_printf(&than, " %s %s", result->ratio >= 2 ? "of" : "than",
			      name_of(view, 0));
	strbuf_printf(out, "%s %s ", name_of(view, pair->side), whats[what].verb);
	add_change(out, result, whats[what].of, strbuf_part(out, &than));
	if (compare_is_estimate(view, pair->side, what))
		strbuf_add(out, " by a model's estimate");
	if (what == COMPARE_CARBON && !view->outcome->carbon_ranked)
		strbuf_add(out, ", weighed at another intensity");
}

void compare_say(const struct compare_view *view, const struct compare_pair *pair,
		 struct strbuf *out)
{
	const struct compare_result *result = &pair->what[view->ask->what];

	switch (result->verdict) {
	case VERDICT_LESS:
	case VERDICT_MORE:
		say_apart(out, view, pair, result);
		break;
	case VERDICT_SAME:
		say_same(out, view, pair, result);
		break;
	case VERDICT_TOO_FEW:
		say_too_few(out, view, pair, result);
		return;
	case VERDICT_NOT_ALIKE:
		say_not_alike(out, view, pair);
		return;
	case VERDICT_OPEN:
	default:
		say_open(out, view, pair, result);
		return;
	}
	if (view->ask->has_metric)
		add_metric(out, view, pair);
}
