/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data behind the pages of a site. CSV by RFC 4180: lines end in CR LF, numbers have a
 * point and nine digits, one that is not known is an empty field; a text that a spreadsheet
 * would run has an apostrophe in front.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/time-text.h"
#include "report/appendix-page.h"
#include "report/appendix-variable.h"
#include "report/html.h"
#include "report/json-value.h"
#include "report/shown.h"

#define END_OF_LINE "\r\n"
/* A spreadsheet has no more columns that anybody would look at; the runs' JSON has all. */
#define METRICS_MAX 200

static void add_real(struct strbuf *out, double value)
{
	strbuf_add(out, ",");
	if (isfinite(value))
		strbuf_printf(out, "%.9g", value);
}

static void add_text(struct strbuf *out, const char *text)
{
	strbuf_add(out, ",");
	html_csv_text(out, text);
}

static struct appendix_column metric_column(const struct appendix_site *site, size_t i)
{
	struct appendix_column column = { .variable = APPENDIX_NONE, .metric = i };

	(void)snprintf(column.title, sizeof column.title, "%s", site->metrics[i]);
	return column;
}

static size_t metric_columns(const struct appendix_site *site)
{
	return site->metric_count < METRICS_MAX ? site->metric_count : METRICS_MAX;
}

/* --- a row a run -------------------------------------------------------------------------- */

static void add_run_heads(const struct appendix_site *site, struct strbuf *out)
{
	strbuf_add(out, "run,name,project,experiment,state,started_utc");
	for (size_t i = 0; i < appendix_variable_count; i++)
		strbuf_printf(out, ",%s", appendix_variables[i].name);
	strbuf_add(out,
		   ",facility_kwh_low,facility_kwh_high,carbon_kg_low,carbon_kg_high,"
		   "energy_kind,zone,page");
	for (size_t i = 0; i < metric_columns(site); i++) {
		CLEANUP(strbuf_done) struct strbuf field = STRBUF_INIT;
		struct appendix_column column = metric_column(site, i);

		appendix_field(&column, &field);
		add_text(out, strbuf_part(out, &field));
	}
	strbuf_add(out, END_OF_LINE);
}

static void add_ends(struct strbuf *out, const struct quantity *quantity)
{
	add_real(out, quantity->known ? quantity->low : NAN);
	add_real(out, quantity->known ? quantity->high : NAN);
}

static void add_run(const struct appendix_site *site, size_t run, struct strbuf *out)
{
	const struct run_view *view = &site->views[run];
	const struct run_info *info = &view->record.info;
	char started[TIME_TEXT_MAX];

	time_text(info->started_unix_ns, started, sizeof started);
	html_csv_text(out, info->id);
	add_text(out, info->name);
	add_text(out, info->project);
	add_text(out, info->experiment);
	strbuf_printf(out, ",%s,%s", run_state_text(info->state), started);
	for (size_t i = 0; i < appendix_variable_count; i++)
		add_real(out, site->runs[run].value[i]);
	add_ends(out, &view->facility_kwh);
	add_ends(out, &view->carbon_kg);
	strbuf_printf(out, ",%s",
		      view->attributed_j.known ? kind_text(view->attributed_j.kind) : "");
	add_text(out, view->place.zone);
	strbuf_printf(out, ",%s.html", site->runs[run].file);
	for (size_t i = 0; i < metric_columns(site); i++) {
		struct appendix_column column = { .variable = APPENDIX_NONE,
						  .metric = i };

		add_real(out, appendix_figure(site, run, &column));
	}
	strbuf_add(out, END_OF_LINE);
}

void appendix_runs_csv(const struct appendix_page *page, struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();

	(void)locale;
	add_run_heads(page->site, out);
	for (size_t i = 0; i < page->group->run_count; i++)
		add_run(page->site, page->group->runs[i], out);
}

/* --- a row a group and variable ----------------------------------------------------------- */

static void add_stat(const struct appendix_group *group,
		     const struct appendix_column *column,
		     const struct appendix_stat *stat, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf field = STRBUF_INIT;

	appendix_field(column, &field);
	html_csv_text(out, appendix_title(group));
	add_text(out, strbuf_part(out, &field));
	strbuf_printf(out, ",%zu,%zu,%zu", group->run_count, group->failed, stat->count);
	add_real(out, stat->mean);
	add_real(out, stat->sem);
	add_real(out, stat->low);
	add_real(out, stat->high);
	add_real(out, stat->sum);
	strbuf_printf(out, ",%s.html" END_OF_LINE, group->file);
}

void appendix_groups_csv(const struct appendix_page *page, struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();

	(void)locale;
	strbuf_add(out,
		   "group,variable,runs,runs_failed,runs_in_mean,mean,standard_error,"
		   "least,most,sum,page" END_OF_LINE);
	for (size_t i = 0; i < page->row_count; i++)
		for (size_t c = 0; c < page->column_count; c++)
			add_stat(page->rows[i].group, &page->columns[c],
				 &page->rows[i].stats[c], out);
}

/* --- JSON --------------------------------------------------------------------------------- */

static json_t *stats_json(const struct appendix_page *page,
			  const struct appendix_stat *stats, int *failed)
{
	json_t *all = json_object();

	for (size_t c = 0; c < page->column_count; c++) {
		CLEANUP(strbuf_done) struct strbuf field = STRBUF_INIT;
		json_t *own = json_object();

		appendix_field(&page->columns[c], &field);
		if (field.failed)
			*failed = -ENOMEM;
		json_value_set(own, "runs", json_value_count(stats[c].count), failed);
		json_value_set(own, "mean", json_value_real(stats[c].mean), failed);
		json_value_set(own, "standard_error", json_value_real(stats[c].sem),
			       failed);
		json_value_set(own, "least", json_value_real(stats[c].low), failed);
		json_value_set(own, "most", json_value_real(stats[c].high), failed);
		json_value_set(own, "sum", json_value_real(stats[c].sum), failed);
		/* A name from outside: made valid as any other text is. */
		if (field.text) {
			CLEANUP(json_value_release)
			json_t *key = json_value_text(field.text);

			json_value_set(all, key ? json_string_value(key) : "", own,
				       failed);
		} else {
			json_decref(own);
		}
	}
	return all;
}

static json_t *group_json(const struct appendix_page *page,
			  const struct appendix_group *group,
			  const struct appendix_stat *stats, int *failed)
{
	json_t *own = json_object();

	json_value_set(own, "title", json_value_text_or_null(group->title), failed);
	json_value_set(own, "description", json_value_text_or_null(group->description),
		       failed);
	json_value_set(own, "page", json_value_text(group->file), failed);
	json_value_set(own, "runs", json_value_count(group->run_count), failed);
	json_value_set(own, "finished", json_value_count(group->finished), failed);
	json_value_set(own, "failed", json_value_count(group->failed), failed);
	json_value_set(own, "running", json_value_count(group->running), failed);
	json_value_set(own, "unread", json_value_count(group->unread), failed);
	json_value_set(own, "means", stats_json(page, stats, failed), failed);
	return own;
}

static json_t *total_json(const struct total *total, int *failed)
{
	json_t *own = json_object();

	json_value_set(own, "attributed_j", json_value_quantity(&total->attributed_j),
		       failed);
	json_value_set(own, "facility_kwh", json_value_quantity(&total->facility_kwh),
		       failed);
	json_value_set(own, "carbon_kg", json_value_quantity(&total->carbon_kg), failed);
	json_value_set(own, "runs", json_value_count(total->runs), failed);
	json_value_set(own, "unknown_energy", json_value_count(total->unknown_energy),
		       failed);
	json_value_set(own, "unknown_carbon", json_value_count(total->unknown_carbon),
		       failed);
	return own;
}

static json_t *metrics_json(const struct appendix_site *site, size_t run, int *failed)
{
	const struct appendix_run *own = &site->runs[run];
	json_t *metrics = json_object();

	for (size_t i = 0; i < own->metric_count; i++) {
		CLEANUP(json_value_release)
		json_t *key = json_value_text(site->metrics[own->metrics[i].name]);

		json_value_set(metrics, key ? json_string_value(key) : "",
			       json_value_real(own->metrics[i].value), failed);
	}
	return metrics;
}

static json_t *run_json(const struct appendix_site *site, size_t run, int *failed)
{
	const struct run_info *info = &site->views[run].record.info;
	json_t *own = json_object();

	json_value_set(own, "id", json_value_text(info->id), failed);
	json_value_set(own, "name", json_value_text(info->name), failed);
	json_value_set(own, "project", json_value_text_or_null(info->project), failed);
	json_value_set(own, "experiment", json_value_text_or_null(info->experiment),
		       failed);
	json_value_set(own, "state", json_value_text(run_state_text(info->state)),
		       failed);
	json_value_set(own, "started", json_value_time(info->started_unix_ns), failed);
	json_value_set(own, "page", json_value_text(site->runs[run].file), failed);
	for (size_t i = 0; i < appendix_variable_count; i++)
		json_value_set(own, appendix_variables[i].name,
			       json_value_real(site->runs[run].value[i]), failed);
	json_value_set(own, "metrics", metrics_json(site, run, failed), failed);
	return own;
}

static json_t *differences_json(const struct appendix_page *page, int *failed)
{
	json_t *all = json_array();

	for (size_t i = 0; i < page->difference_count; i++) {
		const struct appendix_difference *own = &page->differences[i];
		json_t *one = json_object();

		json_value_set(one, "of",
			       json_value_text(own->software ? "software" : "hardware"),
			       failed);
		json_value_set(one, "what", json_value_text(own->what), failed);
		json_value_set(one, "text", json_value_text(own->text), failed);
		json_value_append(all, one, failed);
	}
	return all;
}

int appendix_group_json(const struct appendix_page *page, char **ret)
{
	int failed = 0;
	CLEANUP(json_value_release)
	json_t *root = group_json(page, page->group, page->own, &failed);
	json_t *list;

	json_value_set(root, "schema", json_value_text("gramme.appendix/1"), &failed);
	json_value_set(root, "total", total_json(&page->statement.total, &failed),
		       &failed);
	json_value_set(root, "total_of_failed",
		       total_json(&page->statement.lost, &failed), &failed);
	list = json_value_set(root, "groups", json_array(), &failed);
	for (size_t i = 0; i < page->row_count; i++)
		json_value_append(list,
				  group_json(page, page->rows[i].group,
					     page->rows[i].stats, &failed),
				  &failed);
	json_value_set(root, "differences", differences_json(page, &failed), &failed);
	list = json_value_set(root, "each_run", json_array(), &failed);
	for (size_t i = 0; i < page->group->run_count; i++)
		json_value_append(list,
				  run_json(page->site, page->group->runs[i], &failed),
				  &failed);
	return failed < 0 ? failed : json_value_dump(root, ret);
}

/* --- one run ------------------------------------------------------------------------------ */

void appendix_power_csv(const struct appendix_run_page *page, struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	const struct run_curve *curve = page->curve;

	(void)locale;
	strbuf_add(out, "from_s,to_s,covered_s,domain,machine_w,peak_w,"
			"attributed_w,intensity_gpkwh" END_OF_LINE);
	for (size_t i = 0; i < curve->bins; i++) {
		for (size_t k = 0; k < curve->lane_count; k++) {
			const struct curve_lane *lane = &curve->lanes[k];
			const struct component_view *component =
				&page->view->components[lane->domain];

			strbuf_printf(out, "%.9g", curve->edge_s[i]);
			add_real(out, curve->edge_s[i + 1]);
			add_real(out, lane->covered_s[i]);
			add_text(out, component->what.domain.id);
			add_real(out, lane->machine_w[i]);
			add_real(out, lane->peak_w[i]);
			add_real(out, lane->attributed_w[i]);
			add_real(out, curve->intensity_gpkwh ? curve->intensity_gpkwh[i]
							     : NAN);
			strbuf_add(out, END_OF_LINE);
		}
	}
}

void appendix_components_csv(const struct appendix_run_page *page, struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();

	(void)locale;
	strbuf_add(out,
		   "domain,family,source,kind,counted,machine_j,attributed_j,marginal_j,"
		   "reserved_j,coverage_ratio" END_OF_LINE);
	for (size_t i = 0; i < page->view->component_count; i++) {
		const struct component_view *own = &page->view->components[i];

		html_csv_text(out, own->what.domain.id);
		strbuf_printf(out, ",%s", family_text(own->what.domain.family));
		add_text(out, own->what.source);
		strbuf_printf(out, ",%s,%s", kind_text(own->what.domain.kind),
			      own->what.counted ? "true" : "false");
		add_real(out, quantity_or_nan(&own->machine_j));
		add_real(out, quantity_or_nan(&own->attributed_j));
		add_real(out, quantity_or_nan(&own->marginal_j));
		add_real(out, quantity_or_nan(&own->reserved_j));
		add_real(out, own->machine_j.known ? own->coverage_ratio : NAN);
		strbuf_add(out, END_OF_LINE);
	}
}
