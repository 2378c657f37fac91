/* SPDX-License-Identifier: Apache-2.0 */
#include "report/model-view.h"

#include <math.h>
#include <stdio.h>

#include "report/json-value.h"
#include "report/shown.h"

static void say_number(struct strbuf *out, const char *what, double value)
{
	if (!isnan(value))
		strbuf_printf(out, ", %.6g %s", value, what);
}

static void say_machine(const struct model_view *view, struct strbuf *out)
{
	strbuf_printf(out, "%s", view->here ? "this machine: " : "");
	shown_add(out, view->cpu_name[0] ? view->cpu_name : "a processor without a name");
	say_number(out, view->chips > 1 ? "chips" : "chip", view->chips);
	say_number(out, "cores", view->cores);
	say_number(out, "threads", view->threads);
	say_number(out, "MHz", view->mhz);
	say_number(out, "GB", view->memory_gb);
	say_number(out, "W TDP a chip", view->tdp_w);
	if (!isnan(view->year))
		strbuf_printf(out, ", %.0f", floor(view->year));
	strbuf_printf(out, "\n");
}

static void say_row(const struct model_watts *at, struct strbuf *out)
{
	strbuf_printf(out, "%5.0f %%  %7.4g W  %7.4g to %-7.4g", 100 * at->load_ratio,
		      at->w, at->low90, at->high90);
	strbuf_printf(out, "  %7.4g to %-7.4g  %6.3g", at->low95, at->high95, at->cpu_w);
	if (isnan(at->memory_w))
		strbuf_printf(out, "       -");
	else
		strbuf_printf(out, "  %6.3g", at->memory_w);
	strbuf_printf(out, "  %6.3g\n", at->rest_w);
}

void model_text(const struct model_view *view, struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale plain = plain_locale_enter();

	(void)plain;
	say_machine(view, out);
	if (!isnan(view->share_ratio))
		strbuf_printf(
			out,
			"A virtual machine: %.3g %% of a host, its idle part too; who "
			"else is on it is not known.\n",
			100 * view->share_ratio);
	strbuf_printf(out, "Modelled, at the wall, from %s.\n\n", view->method);
	strbuf_printf(out, "%7s  %9s  %18s  %18s  %6s  %6s  %6s\n", "load", "the whole",
		      "90 % sure, W", "95 % sure, W", "CPU", "memory", "rest");
	if (view->has_asked)
		say_row(&view->asked, out);
	for (int i = 0; i < MODEL_LEVELS && !view->has_asked; i++)
		say_row(&view->at[i], out);
}

static void set_watts(json_t *object, const struct model_watts *at, int *failed)
{
	const struct {
		const char *name;
		double value;
	} rows[] = {
		{ "load_ratio", at->load_ratio }, { "model_w", at->w },
		{ "low90_w", at->low90 },         { "high90_w", at->high90 },
		{ "low95_w", at->low95 },         { "high95_w", at->high95 },
		{ "cpu_w", at->cpu_w },           { "memory_w", at->memory_w },
		{ "rest_w", at->rest_w },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		(void)json_value_set(object, rows[i].name, json_value_real(rows[i].value),
				     failed);
}

static void set_machine(json_t *root, const struct model_view *view, int *failed)
{
	json_t *machine = json_value_set(root, "machine", json_object(), failed);

	const struct {
		const char *name;
		double value;
	} rows[] = {
		{ "chips", view->chips },
		{ "cores", view->cores },
		{ "threads", view->threads },
		{ "mhz", view->mhz },
		{ "memory_gb", view->memory_gb },
		{ "tdp_w", view->tdp_w },
		{ "year", view->year },
		{ "host_share_ratio", view->share_ratio },
	};

	(void)json_value_set(machine, "cpu_name", json_value_text_or_null(view->cpu_name),
			     failed);
	(void)json_value_set(machine, "vendor", json_value_text_or_null(view->vendor),
			     failed);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		(void)json_value_set(machine, rows[i].name,
				     json_value_real(rows[i].value), failed);
	(void)json_value_set(machine, "here", json_boolean(view->here), failed);
}

int model_json(const struct model_view *view, char **ret)
{
	CLEANUP(plain_locale_leave) struct plain_locale plain = plain_locale_enter();
	CLEANUP(json_value_release) json_t *root = json_object();
	json_t *curve;
	int failed = 0;

	(void)plain;
	(void)json_value_set(root, "schema", json_string("gramme.model/1"), &failed);
	set_machine(root, view, &failed);
	(void)json_value_set(root, "kind", json_string("modelled"), &failed);
	(void)json_value_set(root, "boundary", json_string("wall"), &failed);
	(void)json_value_set(root, "how", json_string(view->how), &failed);
	(void)json_value_set(root, "method", json_value_text(view->method), &failed);
	(void)json_value_set(root, "results", json_value_count(view->results), &failed);
	if (view->has_asked)
		set_watts(root, &view->asked, &failed);
	curve = json_value_set(root, "curve", json_array(), &failed);
	for (int i = 0; i < MODEL_LEVELS; i++)
		set_watts(json_value_append(curve, json_object(), &failed), &view->at[i],
			  &failed);
	return failed < 0 ? failed : json_value_dump(root, ret);
}
