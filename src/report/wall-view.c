/* SPDX-License-Identifier: Apache-2.0 */
#include "report/wall-view.h"

#include "base/time-text.h"
#include "report/json-value.h"
#include "report/number.h"
#include "report/shown.h"

#define LABEL_COLUMNS 10
#define HOURS_NS_MAX  9e9 /* seconds that a duration in ns holds */

static void add_line(struct strbuf *out, const char *label, const char *text,
		     const struct report_opts *opts)
{
	strbuf_printf(out, "%-*s", LABEL_COLUMNS, label);
	shown_wrap(out, text, LABEL_COLUMNS, shown_columns(opts));
}

static void add_quantity(struct strbuf *out, const char *label,
			 const struct quantity *quantity, enum number_unit unit,
			 const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT;
	char text[NUMBER_TEXT_MAX];

	number_quantity(quantity, unit, text, sizeof text);
	strbuf_printf(&line, "%s, %s", text, kind_text(quantity->kind));
	add_line(out, label, strbuf_part(out, &line), opts);
}

void wall_text(const struct wall_prior *prior, const struct report_opts *opts,
	       struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(strbuf_done) struct strbuf title = STRBUF_INIT;
	char joules[NUMBER_TEXT_MAX];
	char low[NUMBER_TEXT_MAX];
	char high[NUMBER_TEXT_MAX];
	char time[TIME_TEXT_MAX] = "";

	(void)locale;
	number_text(prior->energy_j, NUMBER_J, joules, sizeof joules);
	number_text(prior->low90_j, NUMBER_J, low, sizeof low);
	number_text(prior->high90_j, NUMBER_J, high, sizeof high);
	if (prior->duration_s < HOURS_NS_MAX)
		duration_text((int64_t)(prior->duration_s * 1e9), time, sizeof time);
	strbuf_printf(
		&title,
		"A %s whose components used %s in %s: a model of its class, nothing "
		"of it is measured",
		prior->class_name, joules, time[0] ? time : "all that time");
	shown_wrap(out, strbuf_part(out, &title), 0, shown_columns(opts));
	strbuf_add(out, "\n");
	add_quantity(out, "wall", &prior->wall_j, NUMBER_J, opts);
	strbuf_printf(out, "%-*s%s to %s\n", LABEL_COLUMNS, "90 %", low, high);
	add_quantity(out, "a", &prior->a_w, NUMBER_W, opts);
	add_quantity(out, "b", &prior->b_ratio, NUMBER_PLAIN, opts);
	add_line(out, "rests on", prior->source, opts);
}

int wall_json(const struct wall_prior *prior, char **ret)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(json_value_release) json_t *root = json_object();
	int failed = 0;

	const struct {
		const char *key;
		json_t *value;
	} rows[] = {
		{ "schema", json_value_text("gramme.wall/1") },
		{ "class", json_value_text(prior->class_name) },
		{ "energy_j", json_value_real(prior->energy_j) },
		{ "duration_s", json_value_real(prior->duration_s) },
		{ "wall_j", json_value_quantity(&prior->wall_j) },
		{ "low90_j", json_value_real(prior->low90_j) },
		{ "high90_j", json_value_real(prior->high90_j) },
		{ "a_w", json_value_quantity(&prior->a_w) },
		{ "b_ratio", json_value_quantity(&prior->b_ratio) },
		{ "source", json_value_text(prior->source) },
	};

	(void)locale;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		(void)json_value_set(root, rows[i].key, rows[i].value, &failed);
	return failed < 0 ? failed : json_value_dump(root, ret);
}
