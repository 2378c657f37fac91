/* SPDX-License-Identifier: Apache-2.0 */
#include "report/calibrate-view.h"

#include <math.h>
#include <stdio.h>

#include "base/time-text.h"
#include "model/quantity.h"
#include "report/json-value.h"
#include "report/number.h"
#include "report/shown.h"

#define LABEL_COLUMNS 10
#define K_95          1.959963984540054

static struct quantity about(double value, double u, enum kind kind)
{
	return (struct quantity){ .known = true,
				  .value = value,
				  .low = value - K_95 * u,
				  .high = value + K_95 * u,
				  .kind = kind };
}

/* --- for people --------------------------------------------------------------------------- */

static void add_line(struct strbuf *out, const char *label, struct strbuf *text,
		     const struct report_opts *opts)
{
	strbuf_printf(out, "%-*s", LABEL_COLUMNS, label);
	shown_wrap(out, strbuf_part(out, text), LABEL_COLUMNS, shown_columns(opts));
	strbuf_done(text);
	*text = (struct strbuf)STRBUF_INIT;
}

static void add_fit(struct strbuf *out, const struct calibration *own,
		    const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	struct quantity a = about(own->a_w, own->a_u_w, KIND_DERIVED);
	struct quantity b = about(own->b, own->b_u, KIND_DERIVED);
	char a_text[NUMBER_TEXT_MAX];
	char b_text[NUMBER_TEXT_MAX];
	char minutes[TIME_TEXT_MAX];
	char made[TIME_TEXT_MAX];

	number_quantity(&a, NUMBER_W, a_text, sizeof a_text);
	number_quantity(&b, NUMBER_PLAIN, b_text, sizeof b_text);
	duration_text((int64_t)(own->seconds * 1e9), minutes, sizeof minutes);
	time_text(own->made_unix_ns, made, sizeof made);
	strbuf_printf(&text, "%s + %s x components", a_text, b_text);
	add_line(out, "wall", &text, opts);
	strbuf_printf(&text, "%s: %s; %s, %s", own->machine, own->hardware, own->domains,
		      kind_text(own->kind));
	add_line(out, "of", &text, opts);
	strbuf_printf(&text,
		      "%llu run%s, %s of the meter in %s, %llu spans, components of "
		      "%.0f to %.0f W",
		      (unsigned long long)own->runs, own->runs == 1 ? "" : "s", minutes,
		      own->meter, (unsigned long long)own->spans, own->low_w,
		      own->high_w);
	add_line(out, "from", &text, opts);
	strbuf_printf(&text,
		      "the meter's is %.1f s %s this machine's; it averages over %g s",
		      fabs(own->offset_s), own->offset_s < 0 ? "behind" : "ahead of",
		      own->width_s);
	add_line(out, "clock", &text, opts);
	strbuf_printf(&text, "%.2g W root mean square, %.1f %%; correlation %.4f",
		      own->residual_w, 100 * own->residual_ratio, own->correlation);
	add_line(out, "left", &text, opts);
	strbuf_printf(&text, "%s", made);
	add_line(out, "made", &text, opts);
}

static void add_made(struct strbuf *out, const struct calibrate_view *view,
		     const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	add_fit(out, view->made, opts);
	strbuf_add(&text, "what else the meter feeds at an even power, a screen, is in "
			  "the first number");
	add_line(out, "note", &text, opts);
	if (view->left_out > 0) {
		strbuf_printf(&text, "%zu that overlap: %s", view->left_out,
			      view->why_out);
		add_line(out, "left out", &text, opts);
	}
	if (view->look_only)
		strbuf_add(&text, "nowhere, as asked");
	else
		strbuf_printf(&text,
			      "in %s; from now on wall_j of this machine's runs is by it",
			      view->file);
	add_line(out, "kept", &text, opts);
}

static void add_kept(struct strbuf *out, const struct calibrate_view *view,
		     const struct report_opts *opts)
{
	if (view->kept_count == 0)
		strbuf_add(out, "No calibration is kept: gramme calibrate --csv FILE "
				"makes one.\n");
	for (size_t i = view->kept_count; i-- > 0;) {
		add_fit(out, &view->kept[i], opts);
		strbuf_add(out, i > 0 ? "\n" : "");
	}
}

void calibrate_text(const struct calibrate_view *view, const struct report_opts *opts,
		    struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();

	(void)locale;
	if (view->forget)
		strbuf_printf(out, "%zu calibration%s of this machine forgotten\n",
			      view->forgotten, view->forgotten == 1 ? "" : "s");
	else if (view->recorded)
		strbuf_printf(out,
			      "The steps are recorded as run %s. Give the meter's log of "
			      "that time:\n  gramme calibrate --csv FILE --run %s\n",
			      view->recorded, view->recorded);
	else if (view->made)
		add_made(out, view, opts);
	else
		add_kept(out, view, opts);
}

/* --- for programs ------------------------------------------------------------------------- */

static json_t *fit_json(const struct calibration *own, int *failed)
{
	json_t *object = json_object();
	struct quantity a = about(own->a_w, own->a_u_w, KIND_DERIVED);
	struct quantity b = about(own->b, own->b_u, KIND_DERIVED);

	const struct {
		const char *key;
		json_t *value;
	} rows[] = {
		{ "machine", json_value_text(own->machine) },
		{ "hardware", json_value_text(own->hardware) },
		{ "domains", json_value_text(own->domains) },
		{ "kind", json_value_text(kind_text(own->kind)) },
		{ "meter", json_value_text(own->meter) },
		{ "made", json_value_time(own->made_unix_ns) },
		{ "a_w", json_value_quantity(&a) },
		{ "b_ratio", json_value_quantity(&b) },
		{ "covariance_w", json_value_real(own->cov_w) },
		{ "another_day_ratio", json_value_real(own->rest_u_ratio) },
		{ "residual_w", json_value_real(own->residual_w) },
		{ "residual_ratio", json_value_real(own->residual_ratio) },
		{ "correlation", json_value_real(own->correlation) },
		{ "clock_offset_s", json_value_real(own->offset_s) },
		{ "averages_over_s", json_value_real(own->width_s) },
		{ "seconds", json_value_real(own->seconds) },
		{ "components_low_w", json_value_real(own->low_w) },
		{ "components_high_w", json_value_real(own->high_w) },
		{ "spans", json_value_count(own->spans) },
		{ "runs", json_value_count(own->runs) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		(void)json_value_set(object, rows[i].key, rows[i].value, failed);
	return object;
}

int calibrate_json(const struct calibrate_view *view, char **ret)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(json_value_release) json_t *root = json_object();
	json_t *kept;
	int failed = 0;

	(void)locale;
	(void)json_value_set(root, "schema", json_value_text("gramme.calibration/1"),
			     &failed);
	(void)json_value_set(root, "made",
			     view->made ? fit_json(view->made, &failed) : json_null(),
			     &failed);
	kept = json_value_set(root, "kept", json_array(), &failed);
	for (size_t i = 0; i < view->kept_count; i++)
		(void)json_value_append(kept, fit_json(&view->kept[i], &failed), &failed);
	(void)json_value_set(root, "file", json_value_text_or_null(view->file), &failed);
	(void)json_value_set(root, "recorded", json_value_text(view->recorded), &failed);
	(void)json_value_set(root, "forgotten", json_value_count(view->forgotten),
			     &failed);
	(void)json_value_set(root, "left_out", json_value_count(view->left_out), &failed);
	(void)json_value_set(root, "why_left_out",
			     json_value_text_or_null(view->why_out ? view->why_out : ""),
			     &failed);
	return failed < 0 ? failed : json_value_dump(root, ret);
}
