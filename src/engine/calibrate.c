/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gramme_calibrate(): the runs that a meter's log overlaps, their components' power one after the
 * other, METHOD E-11's fit of it, and where that is kept.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/parse.h"
#include "calc/wall-fit.h"
#include "engine/calibration.h"
#include "engine/load-steps.h"
#include "engine/machine.h"
#include "engine/meter-csv.h"
#include "engine/select.h"
#include "report/calibrate-view.h"

#define OFFSET_MAX_S  600
#define BINS_MOST     200000
#define MINUTES       10
#define MINUTES_MOST  600
#define RUNS_MOST     1000
#define A_RUN_MOST_NS (INT64_C(31) * 24 * 3600 * NS_PER_S)

struct calibrating {
	struct gramme *gramme;
	const struct gramme_calibrate_opts *opts;
	struct store *store;
	struct meter_csv meter;
	struct selection selection;
	double *at_s; /* what wall_power points into */
	double *w;
	size_t bins;
	size_t room;
	struct calibration identity; /* of the first run that is used */
	size_t used;
	size_t left_out;
	char why_out[128];
	struct calibration made;
	struct calibrations kept;
	char *path;
	char *recorded;
	size_t forgotten;
};

static void calibrating_done(struct calibrating *c)
{
	store_close(c->store);
	meter_csv_done(&c->meter);
	selection_done(&c->selection);
	free(c->at_s);
	free(c->w);
	calibrations_done(&c->kept);
	free(c->path);
	free(c->recorded);
}

static struct diag *diag_of(const struct calibrating *c)
{
	return &c->gramme->diag;
}

/* --- the components' power ---------------------------------------------------------------- */

static int make_room(struct calibrating *c, size_t more)
{
	size_t room = 2 * (c->bins + more + 2);
	double *at_s;
	double *w;

	if (c->bins + more + 2 <= c->room)
		return 0;
	at_s = reallocarray(c->at_s, room, sizeof *at_s);
	if (!at_s)
		return -ENOMEM;
	c->at_s = at_s;
	w = reallocarray(c->w, room, sizeof *w);
	if (!w)
		return -ENOMEM;
	c->w = w;
	c->room = room;
	return 0;
}

/* All that is counted; NAN where of one of them nothing is known. */
static double power_of(const struct run_view *view, const struct run_curve *curve,
		       size_t bin)
{
	double sum = 0;

	for (size_t i = 0; i < curve->lane_count; i++) {
		const struct curve_lane *lane = &curve->lanes[i];

		if (view->components[lane->domain].what.counted)
			sum += lane->machine_w[bin];
	}
	return sum;
}

static int add_power(struct calibrating *c, const struct run_view *view,
		     const struct run_curve *curve)
{
	double begun_s = (double)view->record.info.started_unix_ns / 1e9;
	int r = make_room(c, curve->bins);

	if (r < 0)
		return r;
	if (c->used > 0)
		c->w[c->bins++] = (double)NAN; /* from the last run to this one */
	for (size_t i = 0; i < curve->bins; i++) {
		c->at_s[c->bins] = begun_s + curve->edge_s[i];
		c->w[c->bins++] = power_of(view, curve, i);
	}
	c->at_s[c->bins] = begun_s + curve->edge_s[curve->bins];
	c->used++;
	return 0;
}

static bool counts_cpu(const struct run_view *view)
{
	for (size_t i = 0; i < view->component_count; i++)
		if (view->components[i].what.counted &&
		    view->components[i].what.domain.family == FAMILY_CPU)
			return true;
	return false;
}

/* Why a run is of no use here; "" when it is. */
static const char *why_not(struct calibrating *c, const struct run_view *view)
{
	const struct calibrations first = { &c->identity, 1 };
	const struct calibration *same;
	struct calibration of;

	if (!view->machine_j.known || !counts_cpu(view))
		return "the processors have no meter there";
	if (view->machine_j.kind > KIND_DERIVED && !c->opts->modelled)
		return "its components are an estimate's: there is nothing to "
		       "calibrate but that, with --modelled";
	if (!calibration_identity(&view->record, &of))
		return "it does not say on which machine it ran";
	if (c->used > 0 && calibration_find(&first, &of, &same) != CALIBRATION_FITS)
		return "it is of another machine, other hardware or other components";
	if (c->used > 0 &&
	    (double)view->record.info.started_unix_ns / 1e9 < c->at_s[c->bins])
		return "another run that is used went on meanwhile";
	if (c->used == 0)
		c->identity = of;
	return "";
}

static int take_run(struct calibrating *c, const struct view_door *door, int64_t key)
{
	CLEANUP(run_view_done) struct run_view view;
	struct view_more more = { .bins_max = BINS_MOST };
	const char *why;
	int r;

	memset(&view, 0, sizeof view);
	r = view_make_more(door, key, &more, diag_of(c), &view);
	if (r < 0)
		return r;
	why = more.curve.bins == 0 ? "it has no two readings" : why_not(c, &view);
	if (why[0] == '\0')
		r = add_power(c, &view, &more.curve);
	else if (c->left_out++ == 0)
		(void)snprintf(c->why_out, sizeof c->why_out, "%s", why);
	run_curve_done(&more.curve);
	return r;
}

/* --- the runs ----------------------------------------------------------------------------- */

static bool overlaps(const struct calibrating *c, const struct run_info *info)
{
	const struct wall_reading *last = &c->meter.readings[c->meter.count - 1];
	double from_s = (double)info->started_unix_ns / 1e9;
	double to_s = from_s + (double)info->duration_ns / 1e9;

	return to_s > c->meter.readings[0].at_s - OFFSET_MAX_S &&
	       from_s < last->at_s + OFFSET_MAX_S;
}

/* The ledger tells the newest first. */
static int take_overlapping(struct calibrating *c, const struct view_door *door)
{
	const struct wall_reading *last = &c->meter.readings[c->meter.count - 1];
	struct store_filter filter = {
		.from_unix_ns =
			(int64_t)(c->meter.readings[0].at_s * 1e9) - A_RUN_MOST_NS,
		.to_unix_ns = (int64_t)((last->at_s + OFFSET_MAX_S) * 1e9),
		.limit = RUNS_MOST,
	};
	struct run_info *infos = NULL;
	size_t count = 0;
	int r = store_list(c->store, &filter, diag_of(c), &infos, &count);

	for (size_t i = count; r == 0 && i-- > 0;)
		if (overlaps(c, &infos[i]))
			r = take_run(c, door, infos[i].key);
	store_free_infos(infos, count);
	return r;
}

static int take_named(struct calibrating *c, const struct view_door *door,
		      const char *const *runs)
{
	int r = select_runs(c->gramme, c->store, runs, NULL, &c->selection);

	for (size_t i = 0; r == 0 && i < c->selection.count; i++)
		r = take_run(c, door, c->selection.keys[i]);
	return r;
}

static int no_runs(struct calibrating *c)
{
	if (c->left_out == 0) {
		(void)diag_say(diag_of(c), -ENODATA,
			       "no run of the ledger lies within 10 minutes of %s",
			       c->opts->csv);
		diag_fix(diag_of(c), "gramme calibrate --guided, while the meter logs");
		return -ENODATA;
	}
	return diag_say(diag_of(c), -ENODATA,
			"none of the %zu runs in the time of %s is of use: %s",
			c->left_out, c->opts->csv, c->why_out);
}

static int take_runs(struct calibrating *c)
{
	const char *const recorded[] = { c->recorded, NULL };
	const char *const *runs = c->recorded ? recorded : c->opts->runs;
	struct view_door door;
	int r = select_open(c->gramme, &c->store);

	if (r < 0)
		return r;
	door = (struct view_door){ c->store, context_tables(c->gramme) };
	if (!door.tables)
		return diag_fail(diag_of(c), -ENOMEM, "cannot calibrate");
	r = runs ? take_named(c, &door, runs) : take_overlapping(c, &door);
	if (r == -ENOMEM)
		return diag_fail(diag_of(c), r, "cannot calibrate");
	if (r == 0 && c->used == 0)
		return no_runs(c);
	return r;
}

/* --- the fit ------------------------------------------------------------------------------ */

static int say_why(struct calibrating *c, int r, const struct wall_fit *fit)
{
	struct diag *diag = diag_of(c);

	switch (r) {
	case WALL_FIT_NO_OVERLAP:
		return diag_say(
			diag, -ENODATA,
			"too little of %s lies in runs: %zu spans, %.0f s; a line "
			"asks for 12 and 180 s",
			c->opts->csv, fit->spans, fit->seconds);
	case WALL_FIT_FLAT:
		(void)diag_say(diag, -ENODATA,
			       "the load hardly changed in these %.0f s, so that a and b "
			       "cannot be told apart",
			       fit->seconds);
		diag_fix(diag, "gramme calibrate --guided, while the meter logs");
		return -ENODATA;
	case WALL_FIT_STRANGERS:
		return diag_say(diag, -ENODATA,
				"%s and the runs do not go together (correlation %.2f): "
				"another machine's meter, or clocks more than 10 minutes "
				"apart?",
				c->opts->csv, fit->correlation);
	default:
		return diag_fail(diag, r, "cannot calibrate");
	}
}

/* The file's own name, without its folders. */
static const char *label_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void make(struct calibrating *c, const struct wall_fit *fit)
{
	struct calibration *made = &c->made;

	*made = c->identity;
	(void)copy_text(made->meter, sizeof made->meter, label_of(c->opts->csv));
	made->made_unix_ns = host_clock_ns(&c->gramme->here, HOST_REALTIME);
	made->a_w = fit->line.a_w;
	made->a_u_w = fit->line.a_u_w;
	made->b = fit->line.b;
	made->b_u = fit->line.b_u;
	made->cov_w = fit->line.cov_w;
	made->rest_u_ratio = fit->line.rest_u_ratio;
	made->residual_w = fit->residual_w;
	made->residual_ratio = fit->residual_ratio;
	made->correlation = fit->correlation;
	made->offset_s = fit->offset_s;
	made->width_s = fit->width_s;
	made->seconds = fit->seconds;
	made->low_w = fit->low_w;
	made->high_w = fit->high_w;
	made->spans = fit->spans;
	made->runs = c->used;
}

static void free_spans(struct wall_spans *spans)
{
	free(spans->spans);
}

static int fit(struct calibrating *c)
{
	CLEANUP(free_spans) struct wall_spans spans = { NULL, 0, 0 };
	struct wall_fit_ask ask = { .power = { c->at_s, c->w, c->bins },
				    .offset_max_s = OFFSET_MAX_S };
	struct wall_fit found = { .spans = 0 };
	int r = wall_spans(c->meter.meter, c->meter.readings, c->meter.count, &spans);

	if (r == 0) {
		ask.spans = spans.spans;
		ask.span_count = spans.count;
		ask.step_w = c->meter.meter == WALL_METER_W ? spans.step : 0;
		r = wall_fit(&ask, &found);
	}
	if (r < 0)
		return say_why(c, r, &found);
	make(c, &found);
	return 0;
}

/* --- what is kept ------------------------------------------------------------------------- */

static int read_kept(struct calibrating *c)
{
	c->path = calibrations_path(c->gramme->config.value[CONFIG_DB].text);
	if (!c->path)
		return diag_say(diag_of(c), -ENOENT,
				"there is no ledger to keep a calibration beside");
	return calibrations_read(c->path, diag_of(c), &c->kept);
}

static int keep(struct calibrating *c)
{
	size_t count = c->kept.count + 1;
	struct calibration *list = reallocarray(c->kept.list, count, sizeof *list);

	if (!list)
		return diag_fail(diag_of(c), -ENOMEM, "cannot keep the calibration");
	c->kept.list = list;
	list[c->kept.count++] = c->made;
	return c->opts->look_only ? 0 : calibrations_write(c->path, &c->kept, diag_of(c));
}

static int forget(struct calibrating *c)
{
	struct utsname name;
	size_t left = 0;

	if (uname(&name) < 0)
		return diag_fail(diag_of(c), -errno, "cannot tell this machine's name");
	for (size_t i = 0; i < c->kept.count; i++) {
		if (strcmp(c->kept.list[i].machine, name.nodename) == 0)
			continue;
		c->kept.list[left++] = c->kept.list[i];
	}
	c->forgotten = c->kept.count - left;
	c->kept.count = left;
	return c->forgotten > 0 ? calibrations_write(c->path, &c->kept, diag_of(c)) : 0;
}

/* --- the call ----------------------------------------------------------------------------- */

static void free_machine(struct machine **machine)
{
	machine_free(*machine);
}

static int check_meters(struct calibrating *c)
{
	CLEANUP(free_machine) struct machine *machine = NULL;
	int r = machine_new(&c->gramme->host, &machine);

	if (r < 0)
		return diag_fail(diag_of(c), r, "cannot look at this machine");
	machine_open(machine, MACHINE_FAST);
	if (!machine_measures(machine))
		machine_open(machine, MACHINE_SLOW);
	if (machine_measures(machine) || c->opts->modelled)
		return 0;
	(void)diag_say(diag_of(c), -ENODEV,
		       "nothing reads what the components here draw: there is nothing to "
		       "calibrate but the estimate, with --modelled");
	diag_fix(diag_of(c), "gramme doctor");
	return -ENODEV;
}

static int run_guided(struct calibrating *c)
{
	const struct load_steps steps = {
		.minutes = c->opts->minutes > 0 ? c->opts->minutes : MINUTES,
		.notice = c->opts->notice,
		.notice_ctx = c->opts->notice_ctx,
	};
	int r = check_meters(c);

	if (r < 0)
		return r;
	if (!(steps.minutes <= MINUTES_MOST))
		return diag_say(diag_of(c), -EINVAL, "more than %d minutes",
				MINUTES_MOST);
	return load_steps_run(c->gramme, &steps, &c->recorded);
}

static int calibrate(struct calibrating *c)
{
	const struct gramme_calibrate_opts *opts = c->opts;
	int r = read_kept(c);

	if (r < 0 || opts->show)
		return r;
	if (opts->forget)
		return forget(c);
	if (!opts->csv && !opts->guided)
		return diag_say(diag_of(c), -EINVAL,
				"neither a meter's log nor steps of load");
	if (opts->guided)
		r = run_guided(c);
	if (r < 0 || !opts->csv)
		return r;
	r = meter_csv_read(opts->csv, diag_of(c), &c->meter);
	if (r == 0)
		r = take_runs(c);
	if (r == 0)
		r = fit(c);
	return r == 0 ? keep(c) : r;
}

int gramme_calibrate(struct gramme *gramme, const struct gramme_calibrate_opts *given,
		     const char *format, uint32_t flags, char **ret)
{
	CLEANUP(calibrating_done) struct calibrating c = { .gramme = gramme };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct report_opts how = { .colour = flags & GRAMME_TEXT_COLOUR, .width = 80 };
	struct gramme_calibrate_opts opts;
	struct calibrate_view view;
	int r = context_format(gramme, format, ret);

	if (r < 0)
		return r;
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	c.opts = &opts;
	r = calibrate(&c);
	if (r < 0)
		return r;
	view = (struct calibrate_view){
		.made = c.used > 0 ? &c.made : NULL,
		.kept = c.kept.list,
		.kept_count = c.kept.count,
		.file = c.path,
		.look_only = opts.look_only,
		.left_out = c.left_out,
		.why_out = c.why_out,
		.forgotten = c.forgotten,
		.forget = opts.forget,
		.recorded = c.used > 0 ? NULL : c.recorded,
	};
	if (strcmp(format, "json") == 0)
		return calibrate_json(&view, ret);
	calibrate_text(&view, &how, &out);
	return strbuf_steal(&out, ret);
}
