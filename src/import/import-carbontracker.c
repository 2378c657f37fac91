/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carbontracker's pair of logs, of versions 1 and 2.
 *
 * Reads:  *_carbontracker.log: components, and of each epoch its length and mean powers;
 *         *_carbontracker_output.log beside it: the consumption it says, and what it predicted.
 * Gives:  a run with a stretch an epoch; a domain a component.
 * Needs:  the zone of the times; it stands nowhere in the logs.
 * Limits: between epochs it did not measure: a gap. Times are whole seconds, lengths hundredths:
 *         an epoch ends with its line's second, or as soon after the last one as it can. A
 *         processor without RAPL is half its rated power by its arithmetic: modelled. How far
 *         power moved between its readings is not told. What it predicted is a figure, no energy.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "import/lines.h"
#include "import/segments.h"
#include "import/zone.h"

#define FORMAT            "carbontracker"
#define COMPONENTS_MAX    8
#define TIME_LEN          19 /* "2026-11-23 19:24:14" */
#define RAPL_U_PERMILLE   30 /* as source/rapl.c for a processor of any time */
#define NVIDIA_U_PERMILLE 58 /* as source/source-nvml.c: readings, not a counter */
#define MODELLED_PERMILLE 250
#define POWER_MAX_W       1e6
#define EPOCH_MAX_S       1e8
#define J_PER_KWH         3.6e6

struct component {
	char name[16]; /* "gpu", "cpu" */
	char devices[DOMAIN_TEXT_MAX];
	bool rapl;
};

struct log_state {
	const struct import_log *log;
	struct records run;
	struct segments epochs;
	struct zone *zone;
	struct component components[COMPONENTS_MAX];
	size_t component_count;
	int64_t first_ns; /* Unix; INT64_MIN: none yet */
	int64_t last_ns;
	int64_t begun_ns; /* when it began to measure */
	double pue;
	bool ended;
	bool early;
	struct segment *epoch; /* that is read now */
};

static void state_done(struct log_state *state)
{
	segments_done(&state->epochs);
	zone_free(state->zone);
	records_done(&state->run);
}

static int knows(const char *name, const char *head, size_t size)
{
	static const char ending[] = "_carbontracker.log";
	size_t len = strlen(name);

	if (len < sizeof ending - 1 ||
	    strcmp(name + len - (sizeof ending - 1), ending) != 0)
		return 0;
	if (!head)
		return 2;
	return memmem(head, size, "carbontracker", 13) ? 2 : 0;
}

/* --- a line ------------------------------------------------------------------------------- */

/* The message behind "2026-11-23 19:24:14 - "; NULL: the line has no time. */
static char *take_time(const struct log_state *state, char *line, int64_t *ret_unix_ns)
{
	int64_t local_ns;
	int32_t offset_s;
	char *rest = strstr(line, " - ");

	if (!rest || rest - line < TIME_LEN)
		return NULL;
	line[TIME_LEN] = '\0';
	if (zone_local_of_text(line, &local_ns, &offset_s) < 0)
		return NULL;
	*ret_unix_ns = zone_unix_s(state->zone, local_ns / NS_PER_S) * NS_PER_S;
	return rest + 3;
}

/* "0:00:01.50" */
static double seconds_of(const char *text)
{
	const char *at;
	double hours = lines_number(text, &at);
	double minutes = *at == ':' ? lines_number(at + 1, &at) : NAN;
	double seconds = *at == ':' ? lines_number(at + 1, &at) : NAN;

	seconds += 60 * minutes + 3600 * hours;
	return seconds >= 0 && seconds < EPOCH_MAX_S ? seconds : NAN;
}

/* "60.0", "[123.4 130.2]", "None": the sum of all devices; NAN: not known. */
static double watts_of(const char *text)
{
	const char *at = text + (*text == '[');
	double sum = 0;
	size_t count = 0;

	for (;; count++) {
		const char *end;
		double w;

		at += strspn(at, " ,\t");
		w = lines_number(at, &end);
		if (end == at)
			break;
		if (!(w >= 0 && w < POWER_MAX_W))
			return NAN;
		sum += w;
		at = end;
	}
	return count > 0 && (*at == ']' || *at == '\0') && sum < POWER_MAX_W ? sum : NAN;
}

static double number_after(const char *text, const char *what)
{
	const char *at = lines_after(text, what);

	return at ? lines_number(at, NULL) : NAN;
}

static struct component *component_of(struct log_state *state, const char *name)
{
	struct component *own;

	for (size_t i = 0; i < state->component_count; i++)
		if (strcmp(state->components[i].name, name) == 0)
			return &state->components[i];
	if (state->component_count == COMPONENTS_MAX)
		return NULL;
	own = &state->components[state->component_count++];
	(void)copy_text(own->name, sizeof own->name, name);
	return own;
}

/* " GPU with device(s) NVIDIA A, NVIDIA B. CPU with device(s) cpu:0, cpu:1." */
static void take_components(struct log_state *state, const char *text)
{
	static const char with[] = " with device(s) ";
	const char *at = text;
	const char *middle;

	while ((middle = strstr(at, with)) != NULL) {
		const char *devices = middle + sizeof with - 1;
		const char *next = strstr(devices, with);
		const char *end = next ? next : devices + strlen(devices);
		struct component *own;
		char name[16];

		at += strspn(at, " ");
		(void)snprintf(name, sizeof name, "%.*s", (int)(middle - at), at);
		for (char *c = name; *c != '\0'; c++)
			*c = lower_ascii(*c);
		/* The next one's name is the last word before its devices. */
		while (next && end > devices && end[-1] != ' ')
			end--;
		at = end;
		while (end > devices && (end[-1] == ' ' || end[-1] == '.'))
			end--;
		own = component_of(state, name);
		if (!own)
			return;
		(void)snprintf(own->devices, sizeof own->devices, "%.*s",
			       (int)(end - devices), devices);
		own->rapl = strncmp(own->devices, "cpu:", 4) == 0 ||
			    strncmp(own->devices, "dram:", 5) == 0;
	}
}

static void take_power(struct log_state *state, const char *text)
{
	struct component *own;
	const char *colon = strchr(text, ':');
	char name[16];
	double w;

	if (!colon || !state->epoch)
		return;
	(void)snprintf(name, sizeof name, "%.*s", (int)(colon - text), text);
	own = component_of(state, name);
	w = watts_of(colon + 1 + strspn(colon + 1, " "));
	if (own)
		state->epoch->parts_j[own - state->components] =
			w * (double)(state->epoch->to_ns - state->epoch->from_ns) / 1e9;
}

/* It is told once it is over; two are never at one time. */
static void take_epoch(struct log_state *state, const char *text, int64_t at_ns)
{
	double length_s = seconds_of(text);
	int64_t after_ns = state->epochs.count > 0
				   ? state->epochs.items[state->epochs.count - 1].to_ns
				   : INT64_MIN;
	int64_t length_ns;

	state->epoch = NULL;
	if (!isfinite(length_s))
		return;
	state->epoch = segments_add(&state->epochs);
	if (!state->epoch)
		return;
	length_ns = (int64_t)(length_s * 1e9 + 0.5);
	state->epoch->from_ns = at_ns - length_ns;
	if (state->epoch->from_ns < after_ns)
		state->epoch->from_ns = after_ns;
	state->epoch->to_ns = state->epoch->from_ns + length_ns;
}

/* "… at detected location: Copenhagen, Capital Region, DK.": a country's two letters. */
static void take_place(struct log_state *state, const char *text)
{
	struct run_info *info = &state->run.record.info;
	const char *at = lines_after(text, "detected location: ");
	const char *comma = NULL;

	for (; at && *at != '\0' && *at != ':' && *at != '['; at++)
		if (at[0] == ',' && at[1] == ' ')
			comma = at + 2;
	if (!comma || strspn(comma, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2)
		return;
	(void)snprintf(info->region, sizeof info->region, "%.2s", comma);
	(void)copy_text(info->region_how, sizeof info->region_how, "log");
	(void)copy_text(info->region_from, sizeof info->region_from, FORMAT);
}

static void take_intensity(struct log_state *state, const char *text)
{
	double gpkwh = number_after(text, "during training was ");

	if (isfinite(gpkwh))
		records_figure(&state->run, "average_carbon_intensity", gpkwh, "g/kWh");
	take_place(state, text);
}

static void take_message(struct log_state *state, char *text, int64_t at_ns)
{
	static const char power[] = "Average power usage (W) for ";
	const char *at;

	if ((at = lines_after(text, "carbontracker version ")) != NULL)
		(void)copy_text(state->run.import.tool_version,
				sizeof state->run.import.tool_version, at);
	else if ((at = lines_after(text, "components were found:")) != NULL)
		take_components(state, at);
	else if (strncmp(text, power, sizeof power - 1) == 0)
		take_power(state, text + sizeof power - 1);
	else if (strncmp(text, "Duration: ", 10) == 0)
		take_epoch(state, text + 10, at_ns);
	else if (strstr(text, "Monitoring thread started"))
		state->begun_ns = at_ns;
	else if (strstr(text, "Monitoring thread ended"))
		state->ended = true;
	else if (strstr(text, "Training was interrupted"))
		state->early = true;
	else if (strstr(text, "arbon intensit"))
		take_intensity(state, text);
	else if (strstr(text, "PUE coefficient"))
		state->pue = number_after(text, "coefficient of ");
}

static void take_lines(struct log_state *state, struct lines *lines)
{
	lines_begin(lines, &state->log->files[0]);
	while (lines_next(lines)) {
		int64_t at_ns;
		char *text = take_time(state, lines->text, &at_ns);

		if (!text)
			continue;
		if (state->first_ns == INT64_MIN)
			state->first_ns = at_ns;
		if (at_ns > state->last_ns)
			state->last_ns = at_ns;
		take_message(state, text, at_ns);
	}
}

/* --- what it says itself ------------------------------------------------------------------ */

/* Blocks of the other log: "Actual consumption…:", then a line a figure. */
static void take_output(struct log_state *state, struct lines *lines)
{
	static const struct {
		const char *line;
		const char *name;
		const char *unit;
	} figures[] = {
		{ "\tEnergy:\t", "energy", "kWh" },
		{ "\tCO2eq:\t", "co2eq", "g" },
	};

	const char *which = NULL;
	const struct import_file *file = NULL;

	for (size_t i = 1; i < state->log->file_count; i++)
		if (strstr(state->log->files[i].name, "_carbontracker_output.log"))
			file = &state->log->files[i];
	lines_begin(lines, file);
	while (lines_next(lines)) {
		if (strncmp(lines->text, "Actual consumption", 18) == 0)
			which = "actual";
		else if (strncmp(lines->text, "Predicted consumption", 21) == 0)
			which = "predicted";
		for (size_t i = 0; which && i < ARRAY_SIZE(figures); i++) {
			char name[48];

			(void)snprintf(name, sizeof name, "%s_%s", which,
				       figures[i].name);
			records_figure(&state->run, name,
				       number_after(lines->text, figures[i].line),
				       figures[i].unit);
		}
	}
}

static double all_j(const struct log_state *state)
{
	double sum = 0;

	for (size_t i = 0; i < state->epochs.count; i++)
		for (size_t k = 0; k < state->component_count; k++)
			if (isfinite(state->epochs.items[i].parts_j[k]))
				sum += state->epochs.items[i].parts_j[k];
	return sum;
}

/* By its arithmetic: mean power times length, with the PUE. */
static void take_figures(struct log_state *state)
{
	records_figure(&state->run, "pue", state->pue, "");
	records_figure(&state->run, "epochs", (double)state->epochs.count, "");
	if (state->epochs.count > 0)
		records_figure(&state->run, "energy",
			       (isfinite(state->pue) ? state->pue : 1) * all_j(state) /
				       J_PER_KWH,
			       "kWh");
}

/* --- the run ------------------------------------------------------------------------------ */

static void add_domain(struct log_state *state, const struct component *own)
{
	bool gpu = strcmp(own->name, "gpu") == 0;
	struct run_domain *domain;

	domain = records_domain(&state->run,
				gpu         ? "gpu-sum"
				: own->rapl ? "package-sum"
					    : "cpu-model",
				gpu ? FAMILY_GPU : FAMILY_CPU);
	if (strcmp(own->name, "cpu") != 0 && !gpu) {
		domain->domain.family = FAMILY_OTHER;
		(void)snprintf(domain->domain.id, sizeof domain->domain.id, "other-%s",
			       own->name);
	}
	domain->domain.measure = MEASURE_POWER;
	domain->domain.kind = gpu || own->rapl ? KIND_MEASURED : KIND_MODELLED;
	domain->domain.gain_u_permille = gpu         ? NVIDIA_U_PERMILLE
					 : own->rapl ? RAPL_U_PERMILLE
						     : MODELLED_PERMILLE;
	domain->domain.gpu = gpu ? 0 : -1;
	(void)copy_text(domain->domain.label, sizeof domain->domain.label, own->devices);
	(void)copy_text(domain->source, sizeof domain->source, FORMAT);
}

/* From here on times are since the start. */
static void take_info(struct log_state *state)
{
	struct run_info *info = &state->run.record.info;
	struct segments *epochs = &state->epochs;
	int64_t from_ns =
		state->begun_ns != INT64_MIN ? state->begun_ns : state->first_ns;
	int64_t to_ns = state->last_ns;

	if (epochs->count > 0 && epochs->items[0].from_ns < from_ns)
		from_ns = epochs->items[0].from_ns;
	if (epochs->count > 0 && epochs->items[epochs->count - 1].to_ns > to_ns)
		to_ns = epochs->items[epochs->count - 1].to_ns;
	for (size_t i = 0; i < epochs->count; i++) {
		epochs->items[i].from_ns -= from_ns;
		epochs->items[i].to_ns -= from_ns;
		records_mark(&state->run, epochs->items[i].from_ns, "epoch:begin");
		records_mark(&state->run, epochs->items[i].to_ns, "epoch:end");
	}
	info->started_unix_ns = from_ns;
	info->duration_ns = to_ns - from_ns;
	info->samples = (uint32_t)epochs->count;
	info->state = state->ended ? RUN_FINISHED : RUN_INTERRUPTED;
	(void)copy_text(info->name, sizeof info->name, state->log->base);
	if (epochs->count > 0)
		records_work(&state->run, "epochs", (double)epochs->count);
}

static void take_warnings(struct log_state *state)
{
	if (!state->log->zone)
		records_warning(&state->run, "zone-assumed",
				"the log's times are local and tell no zone: this "
				"machine's was taken; --zone says another");
	records_warning(&state->run, "whole-machine",
			"the log has the energy of whole devices: all of it is taken for "
			"the run's");
	if (state->early)
		records_warning(&state->run, "stopped-early",
				"it was stopped before all epochs that it was to watch");
	for (size_t i = 0; i < state->component_count; i++)
		if (strcmp(state->components[i].name, "cpu") == 0 &&
		    !state->components[i].rapl)
			records_warning(&state->run, "modelled-processor",
					"no meter of the processor was read: the log has "
					"half of its rated power");
}

static int give(struct log_state *state, const struct import_sink *sink)
{
	bool has_gpu = false;
	int r = sink->begin(sink->ctx, &state->run.record);

	if (r == -EEXIST)
		return 0;
	for (size_t i = 0; i < state->component_count; i++)
		has_gpu |= strcmp(state->components[i].name, "gpu") == 0;
	if (r == 0)
		r = segments_give(&state->epochs, has_gpu, &state->run, sink);
	for (size_t i = 0; i < state->log->file_count && r == 0 && sink->original; i++)
		r = sink->original(sink->ctx, &state->log->files[i]);
	return r == 0 ? sink->end(sink->ctx, &state->run.record) : r;
}

static void take_digest(struct log_state *state)
{
	const struct import_file *file = &state->log->files[0];
	struct sha256 sha;

	records_digest_begin(&sha, FORMAT);
	records_digest_add(&sha, file->bytes, file->size);
	records_digest_end(&sha, &state->run);
}

static int read_all(struct log_state *state, const struct import_sink *sink,
		    struct diag *diag)
{
	AUTO_FREE struct lines *lines = malloc(sizeof *lines);

	if (!lines)
		return -ENOMEM;
	take_lines(state, lines);
	if (state->first_ns == INT64_MIN)
		return diag_say(diag, -ENODATA, "no line of it has a time");
	take_info(state);
	take_figures(state);
	take_output(state, lines);
	for (size_t i = 0; i < state->component_count; i++)
		add_domain(state, &state->components[i]);
	take_warnings(state);
	take_digest(state);
	if (state->run.failed || state->epochs.failed)
		return -ENOMEM;
	return give(state, sink);
}

static int read_log(const struct import_log *log, const struct import_sink *sink,
		    struct diag *diag)
{
	CLEANUP(state_done)
	struct log_state state = {
		.log = log,
		.epochs = { .parts = COMPONENTS_MAX },
		.first_ns = INT64_MIN,
		.last_ns = INT64_MIN,
		.begun_ns = INT64_MIN,
		.pue = NAN,
	};
	int r;

	records_begin(&state.run, FORMAT, FORMAT);
	r = zone_open(log->zone, diag, &state.zone);
	return r < 0 ? r : read_all(&state, sink, diag);
}

static const char *const beside[] = { "~_output.log", NULL };

const struct import_format import_carbontracker = {
	.name = FORMAT,
	.knows = knows,
	.beside = beside,
	.read = read_log,
};
