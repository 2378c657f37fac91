/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_model(), gramme_model_csv(): what a machine without a meter draws. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "engine/context.h"
#include "engine/machine-sheet.h"
#include "machine/cpu-model.h"
#include "machine/memory-model.h"
#include "machine/server-share.h"
#include "machine/server-split.h"
#include "report/html.h"
#include "report/model-view.h"
#include "report/shown.h"

/* A machine's curve, and what part of it is ours. */
struct modelled {
	struct server_curve curve;
	struct server_share share;
	struct server_parts parts;
	bool here;
};

static void free_fit(struct server_fit **fit)
{
	server_fit_free(*fit);
}

static double or_nan(double value)
{
	return value > 0 ? value : (double)NAN;
}

static int see_here(struct gramme *gramme, struct cpu_seen *ret)
{
	AUTO_FREE char *text = NULL;
	int r = host_read_all(&gramme->host, "proc/cpuinfo", &text);

	if (r == 0)
		r = cpu_model_parse(text, ret);
	return r < 0 ? diag_fail(&gramme->diag, r,
				 "cannot tell this machine's processor by /proc/cpuinfo")
		     : 0;
}

static int ask_here(struct gramme *gramme, struct server_ask *ask,
		    struct modelled *modelled)
{
	double memory_gb = (double)NAN;
	struct memory_seen memory = { 0 };
	struct cpu_seen seen = { 0 };
	int r = see_here(gramme, &seen);

	if (r < 0)
		return r;
	if (memory_model_see(&gramme->host, &memory) == 0)
		memory_gb = (double)memory.bytes / SERVER_BYTES_PER_GB;
	server_share_ask(&seen, memory_gb, ask, &modelled->share);
	server_parts_seen(&seen, memory.bytes, &modelled->parts);
	return 0;
}

static bool is_here(const struct gramme_model_opts *opts)
{
	return !opts->cpu && !opts->vendor && opts->chips <= 0 && opts->cores <= 0 &&
	       opts->threads <= 0 && opts->mhz <= 0 && opts->memory_gb <= 0 &&
	       opts->tdp_w <= 0 && opts->year <= 0;
}

static void ask_given(const struct gramme_model_opts *opts, struct server_ask *ask)
{
	(void)copy_text(ask->cpu_name, sizeof ask->cpu_name, opts->cpu ? opts->cpu : "");
	(void)copy_text(ask->vendor, sizeof ask->vendor,
			opts->vendor ? opts->vendor : "");
	ask->chips = or_nan(opts->chips);
	ask->cores = or_nan(opts->cores);
	ask->threads = or_nan(opts->threads);
	ask->mhz = or_nan(opts->mhz);
	ask->memory_gb = or_nan(opts->memory_gb);
	ask->tdp_w = or_nan(opts->tdp_w);
	ask->year = or_nan(opts->year);
}

static int say_why(struct gramme *gramme, int err, const char *why)
{
	if (err == -EINVAL)
		return diag_say(&gramme->diag, err, "no server has that: %s", why);
	if (err != -ENODATA)
		return diag_fail(&gramme->diag, err, "cannot work the model out");
	(void)diag_say(&gramme->diag, err,
		       "too little is known of the machine to say what it draws");
	diag_fix(&gramme->diag, "tell its processor, --cpu \"Xeon Gold 6148\", or its "
				"--cores");
	return err;
}

static void fill_watts(const struct modelled *modelled, double load_ratio,
		       struct model_watts *ret)
{
	struct server_watts watts = server_watts_at(&modelled->curve, load_ratio);
	struct server_split split;

	server_split_at(&modelled->parts, watts.w, load_ratio, &split);
	*ret = (struct model_watts){
		.load_ratio = load_ratio,
		.w = watts.w,
		.low90 = watts.low90,
		.high90 = watts.high90,
		.low95 = watts.low95,
		.high95 = watts.high95,
		.cpu_w = split.cpu_w,
		.memory_w = split.memory_w,
		.rest_w = split.rest_w,
	};
}

static void fill_view(const struct modelled *modelled, double load_ratio,
		      struct model_view *ret)
{
	const struct server_ask *as = &modelled->curve.as;

	*ret = (struct model_view){
		.cpu_name = as->cpu_name,
		.vendor = as->vendor,
		.chips = as->chips,
		.cores = as->cores,
		.threads = as->threads,
		.mhz = as->mhz,
		.memory_gb = as->memory_gb,
		.tdp_w = as->tdp_w,
		.year = as->year,
		.how = server_how_text(modelled->curve.how),
		.method = modelled->curve.method,
		.results = modelled->curve.results,
		.here = modelled->here,
		.share_ratio = modelled->share.ratio,
		.has_asked = load_ratio >= 0,
	};
	for (int i = 0; i < SERVER_LEVELS; i++)
		fill_watts(modelled, i / (SERVER_LEVELS - 1.0), &ret->at[i]);
	if (ret->has_asked)
		fill_watts(modelled, load_ratio, &ret->asked);
}

static int work_out(struct gramme *gramme, const struct gramme_model_opts *opts,
		    struct modelled *ret)
{
	CLEANUP(free_fit) struct server_fit *fit = NULL;
	struct server_ask ask;
	const char *why = "";
	int r = 0;

	*ret = (struct modelled){ .share = { .ratio = (double)NAN },
				  .here = is_here(opts) };
	server_ask_init(&ask);
	if (ret->here)
		r = ask_here(gramme, &ask, ret);
	else
		ask_given(opts, &ask);
	if (r < 0)
		return r;
	r = server_fit_new(NULL, &fit);
	if (r == 0)
		r = server_curve_of(fit, &ask, &ret->curve, &why);
	if (r < 0)
		return say_why(gramme, r, why);
	if (!ret->here)
		server_parts_told(&ret->curve.as, &ret->parts);
	server_share_take(&ret->share, &ret->curve);
	return 0;
}

int gramme_model(struct gramme *gramme, const struct gramme_model_opts *given,
		 const char *format, uint32_t flags, char **ret)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct gramme_model_opts opts = GRAMME_MODEL_OPTS();
	struct modelled modelled;
	struct model_view view;
	int r = context_format(gramme, format, ret);

	(void)flags;
	if (r < 0)
		return r;
	if (given)
		context_opts(&opts, sizeof opts, given, given->size);
	if (opts.load_ratio > 1)
		return diag_say(&gramme->diag, -EINVAL, "a load is a ratio from 0 to 1");
	r = work_out(gramme, &opts, &modelled);
	if (r < 0)
		return r;
	fill_view(&modelled, opts.load_ratio, &view);
	if (strcmp(format, "json") == 0)
		return model_json(&view, ret);
	model_text(&view, &out);
	return strbuf_steal(&out, ret);
}

/* --- a table of machines ----------------------------------------------------------------- */

static void ask_row(const struct machine_row *row, struct server_ask *ask)
{
	const double *number = row->number;

	server_ask_init(ask);
	(void)copy_text(ask->cpu_name, sizeof ask->cpu_name, row->cpu_name);
	(void)copy_text(ask->vendor, sizeof ask->vendor, row->vendor);
	ask->chips = number[COLUMN_CHIPS];
	ask->cores = number[COLUMN_CORES];
	ask->threads = number[COLUMN_THREADS];
	ask->mhz = number[COLUMN_MHZ];
	ask->memory_gb = number[COLUMN_MEMORY_GB];
	ask->year = number[COLUMN_YEAR];
}

static void write_answer(const struct server_fit *fit, const struct machine_row *row,
			 struct strbuf *out)
{
	double load = row->number[COLUMN_LOAD_RATIO];
	const char *why = "too little is known of the machine";
	struct server_curve curve;
	struct server_watts watts;
	struct server_ask ask;
	int r;

	ask_row(row, &ask);
	r = server_curve_of(fit, &ask, &curve, &why);
	if (r < 0 || isnan(load)) {
		strbuf_printf(out, ",,,,,,");
		html_csv_text(out, r < 0 ? why : "no load_ratio");
		return;
	}
	watts = server_watts_at(&curve, load);
	strbuf_printf(out, ",%.6g,%.6g,%.6g,%.6g,%.6g,", watts.w, watts.low90,
		      watts.high90, watts.low95, watts.high95);
	html_csv_text(out, curve.method);
}

static void write_row(const struct machine_sheet *sheet, struct strbuf *out)
{
	strbuf_add_bytes(out, sheet->cells.row, sheet->cells.row_size);
}

static int answer_all(struct machine_sheet *sheet, const struct server_fit *fit,
		      struct strbuf *out)
{
	struct machine_row row;
	int r;

	write_row(sheet, out);
	strbuf_printf(out, ",model_w,low90_w,high90_w,low95_w,high95_w,method\n");
	while ((r = machine_sheet_next(sheet, &row)) > 0) {
		write_row(sheet, out);
		write_answer(fit, &row, out);
		strbuf_printf(out, "\n");
	}
	return r;
}

int gramme_model_csv(struct gramme *gramme, const char *path, char **ret)
{
	CLEANUP(plain_locale_leave) struct plain_locale plain = plain_locale_enter();
	CLEANUP(machine_sheet_done) struct machine_sheet sheet = { .name = path };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	CLEANUP(free_fit) struct server_fit *fit = NULL;
	AUTO_FREE char *text = NULL;
	size_t size = 0;
	int r = context_format(gramme, "text", ret);

	(void)plain;
	if (r < 0)
		return r;
	r = machine_sheet_read_file(path, &text, &size);
	if (r < 0)
		return diag_fail(&gramme->diag, r, "cannot read %.200s", path);
	r = machine_sheet_begin(&sheet, path, text, size, &gramme->diag);
	if (r < 0)
		return r;
	r = server_fit_new(NULL, &fit);
	if (r < 0)
		return say_why(gramme, r, "");
	r = answer_all(&sheet, fit, &out);
	return r < 0 ? r : strbuf_steal(&out, ret);
}
