/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MLPerf Power: a session's folder as mlcommons/power-dev makes it.
 *
 * Reads:  run_1/spl.txt, lines "Time,MM-DD-YYYY hh:mm:ss.mmm,Watts,W,…,Mark,NAME" of a power
 *         analyzer between plug and machine; beside it mlperf_log_detail.txt (power_begin and
 *         power_end), mlperf_log_summary.txt, and ../power/{server,client}.json, ptd_logs.txt.
 * Gives:  a run with one domain at the wall. A session's ranging is no run.
 * Needs:  server.json's time zone, else the user's word.
 * Limits: AC power of the whole machine: what its components drew, and so the run's share of
 *         them, is not known and is not made up. A sample holds since the one before it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "import/lines.h"
#include "import/segments.h"
#include "import/zone.h"

#define FORMAT        "mlperf-power"
#define WALL_PERMILLE 5 /* the rules allow an analyzer 1 % (k = 2) */
#define POWER_MAX_W   1e9
#define PERIOD_NS     NS_PER_S /* analyzers are told to sample each second */
#define HOLE_PACES    10
#define DATE_LEN      23 /* "12-23-2020 10:21:51.496" */
#define OFFSET_MAX_S  (26 * 3600)

struct log_state {
	const struct import_log *log;
	struct records run;
	struct segments samples;
	struct lines lines;
	struct zone *zone;
	double offset_s; /* from the analyzer's clock to UTC; NAN: by zone */
	double client_offset_s;
	int64_t first_ns; /* Unix, of the first sample */
	int64_t last_ns;
	size_t wrong;
	size_t unsure; /* samples whose uncertainty the analyzer could not tell */
};

static void state_done(struct log_state *state)
{
	segments_done(&state->samples);
	zone_free(state->zone);
	records_done(&state->run);
}

static int knows(const char *name, const char *head, size_t size)
{
	const char *slash = strrchr(name, '/');
	const char *end;

	if (strcmp(slash ? slash + 1 : name, "spl.txt") != 0)
		return 0;
	if (!head)
		return 2;
	end = memchr(head, '\n', size);
	size = end ? (size_t)(end - head) : size;
	if (size < 5 || memcmp(head, "Time,", 5) != 0 || !memmem(head, size, "Watts,", 6))
		return 0;
	/* Its first part finds the analyzer's ranges, and is not the measurement. */
	return memmem(head, size, "_ranging", 8) ? 0 : 2;
}

/* --- times -------------------------------------------------------------------------------- */

/* "12-23-2020 10:21:51.496", as if it were UTC. */
static int local_of(const char *text, int64_t *ret_ns)
{
	char iso[32];
	int32_t offset_s;

	if (strnlen(text, DATE_LEN) < DATE_LEN - 4 || text[2] != '-' || text[5] != '-' ||
	    text[10] != ' ')
		return -EPROTO;
	(void)snprintf(iso, sizeof iso, "%.4s-%.2s-%.2s %.12s", text + 6, text, text + 3,
		       text + 11);
	iso[strcspn(iso, "\",")] = '\0';
	return zone_local_of_text(iso, ret_ns, &offset_s);
}

static int unix_of(const struct log_state *state, const char *text, int64_t *ret_ns)
{
	int64_t local_ns;
	int r = local_of(text, &local_ns);

	if (r < 0)
		return r;
	if (isfinite(state->offset_s))
		*ret_ns = local_ns + (int64_t)state->offset_s * NS_PER_S;
	else
		*ret_ns = zone_unix_s(state->zone, local_ns / NS_PER_S) * NS_PER_S +
			  local_ns % NS_PER_S;
	return 0;
}

/* "timezone": seconds that make UTC of its clock. */
static double offset_of(struct log_state *state, const char *name)
{
	double offset_s = NAN;

	lines_begin(&state->lines, import_log_file(state->log, name));
	while (!isfinite(offset_s) && lines_next(&state->lines)) {
		const char *at = lines_after(state->lines.text, "\"timezone\":");

		offset_s = at ? lines_number(at, NULL) : NAN;
	}
	return fabs(offset_s) <= OFFSET_MAX_S ? offset_s : NAN;
}

/* --- samples ------------------------------------------------------------------------------ */

static void take_sample(struct log_state *state, const char *text)
{
	const char *at = lines_after(text, "Watts,");
	double w = at ? lines_number(at, NULL) : NAN;
	struct segment *sample;
	int64_t at_ns;

	if (strncmp(text, "Time,", 5) != 0 || unix_of(state, text + 5, &at_ns) < 0 ||
	    (state->samples.count > 0 && at_ns <= state->last_ns)) {
		state->wrong++;
		return;
	}
	sample = segments_add(&state->samples);
	if (!sample)
		return;
	if (state->samples.count == 1) {
		state->first_ns = at_ns;
		state->last_ns = at_ns - PERIOD_NS;
	}
	sample->from_ns = state->last_ns - state->first_ns + PERIOD_NS;
	sample->to_ns = at_ns - state->first_ns + PERIOD_NS;
	/* After a hole a sample tells of its own second alone. */
	if (sample->to_ns - sample->from_ns > HOLE_PACES * PERIOD_NS)
		sample->from_ns = sample->to_ns - PERIOD_NS;
	state->last_ns = at_ns;
	if (w >= 0 && w < POWER_MAX_W)
		sample->parts_j[0] = w * (double)(sample->to_ns - sample->from_ns) / 1e9;
	else
		state->wrong++;
}

static void take_samples(struct log_state *state)
{
	lines_begin(&state->lines, &state->log->files[0]);
	while (lines_next(&state->lines))
		if (state->lines.text[0] != '\0')
			take_sample(state, state->lines.text);
}

/* --- the window that counts --------------------------------------------------------------- */

struct window {
	int64_t begin_ns; /* as the client's clock had it */
	int64_t end_ns;
	bool has_begin;
	bool has_end;
};

static void take_edge(const char *text, const char *key, int64_t *ret_ns, bool *has)
{
	const char *at = strstr(text, key);

	at = at ? lines_after(at, "\"value\": \"") : NULL;
	if (at && local_of(at, ret_ns) == 0)
		*has = true;
}

static struct window find_window(struct log_state *state)
{
	struct window window = { .has_begin = false };

	lines_begin(&state->lines, import_log_file(state->log, "mlperf_log_detail.txt"));
	while (lines_next(&state->lines)) {
		take_edge(state->lines.text, "\"power_begin\"", &window.begin_ns,
			  &window.has_begin);
		take_edge(state->lines.text, "\"power_end\"", &window.end_ns,
			  &window.has_end);
	}
	return window;
}

/* Which clock told it has changed from version to version: the one by which it lies in the
 * samples' time. */
static bool place_window(const struct log_state *state, struct window *window)
{
	const double offsets_s[] = { state->client_offset_s, 0, state->offset_s };
	int64_t begin_ns = window->begin_ns - state->first_ns + PERIOD_NS;
	int64_t end_ns = window->end_ns - state->first_ns + PERIOD_NS;

	if (!window->has_begin || !window->has_end || end_ns <= begin_ns)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(offsets_s); i++) {
		int64_t by_ns;

		if (!isfinite(offsets_s[i]))
			continue;
		by_ns = (int64_t)offsets_s[i] * NS_PER_S;
		if (begin_ns + by_ns < -HOLE_PACES * PERIOD_NS ||
		    end_ns + by_ns >
			    state->run.record.info.duration_ns + HOLE_PACES * PERIOD_NS)
			continue;
		window->begin_ns = begin_ns + by_ns;
		window->end_ns = end_ns + by_ns;
		return true;
	}
	return false;
}

/* The benchmark's own arithmetic: the mean of the samples in between, times the time. */
static void take_window(struct log_state *state)
{
	struct window window = find_window(state);
	double sum_w = 0;
	size_t count = 0;
	double seconds;

	if (!place_window(state, &window))
		return;
	for (size_t i = 0; i < state->samples.count; i++) {
		const struct segment *own = &state->samples.items[i];

		if (own->to_ns <= window.begin_ns || own->to_ns >= window.end_ns ||
		    !isfinite(own->parts_j[0]))
			continue;
		sum_w += own->parts_j[0] * 1e9 / (double)(own->to_ns - own->from_ns);
		count++;
	}
	seconds = (double)(window.end_ns - window.begin_ns) / 1e9;
	records_figure(&state->run, "power_duration", seconds, "s");
	records_figure(&state->run, "power_samples", (double)count, "");
	if (count > 0) {
		records_figure(&state->run, "average_power", sum_w / (double)count, "W");
		records_figure(&state->run, "energy", sum_w / (double)count * seconds,
			       "J");
	}
	records_mark(&state->run, window.begin_ns > 0 ? window.begin_ns : 0,
		     "power:begin");
	records_mark(&state->run, window.end_ns, "power:end");
}

/* --- what else is told -------------------------------------------------------------------- */

/* "Scenario : Offline", "SUT name : x" */
static void take_summary(struct log_state *state)
{
	static const struct {
		const char *line;
		const char *tag;
	} rows[] = { { "Scenario", "scenario" }, { "SUT name", "sut" } };

	lines_begin(&state->lines, import_log_file(state->log, "mlperf_log_summary.txt"));
	while (lines_next(&state->lines)) {
		const char *colon = strstr(state->lines.text, " : ");

		for (size_t i = 0; colon && i < ARRAY_SIZE(rows); i++)
			if (strncmp(state->lines.text, rows[i].line,
				    strlen(rows[i].line)) == 0)
				records_tag(&state->run, rows[i].tag, colon + 3);
	}
}

/* Which analyzer it was, and what it said of its own samples while the run went on. */
static void take_ptd(struct log_state *state, struct domain *domain)
{
	bool testing = false;

	lines_begin(&state->lines, import_log_file(state->log, "ptd_logs.txt"));
	while (lines_next(&state->lines)) {
		const char *text = state->lines.text;
		const char *at = lines_after(text, ": Connected to ");

		if (at)
			(void)snprintf(domain->label, sizeof domain->label, "%.*s",
				       (int)strcspn(at, " "), at);
		at = lines_after(text, "version=");
		if (at && state->run.import.tool_version[0] == '\0')
			(void)snprintf(state->run.import.tool_version,
				       sizeof state->run.import.tool_version,
				       "PTDaemon %.*s", (int)strcspn(at, "-,"), at);
		if (strstr(text, "Go with mark"))
			testing = !strstr(text, "_ranging");
		state->unsure += testing && strstr(text, "Uncertainty unknown") != NULL;
	}
}

static void add_wall(struct log_state *state)
{
	struct run_domain *domain = records_domain(&state->run, "wall", FAMILY_NODE);

	domain->domain.boundary = BOUNDARY_WALL;
	domain->domain.measure = MEASURE_POWER;
	domain->domain.gain_u_permille = WALL_PERMILLE;
	(void)copy_text(domain->source, sizeof domain->source, FORMAT);
	take_ptd(state, &domain->domain);
}

static void take_info(struct log_state *state)
{
	struct run_info *info = &state->run.record.info;

	info->started_unix_ns = state->first_ns - PERIOD_NS;
	info->duration_ns = state->last_ns - info->started_unix_ns;
	info->period_ns = PERIOD_NS;
	info->samples = (uint32_t)state->samples.count;
	(void)copy_text(info->name, sizeof info->name, state->log->base);
}

static void take_warnings(struct log_state *state)
{
	if (!isfinite(state->offset_s) && !state->log->zone)
		records_warning(&state->run, "zone-assumed",
				"there is no server.json to tell the analyzer's time "
				"zone: this machine's was taken; --zone says another");
	records_warning(&state->run, "wall-only",
			"only AC power of the whole machine was measured: what its "
			"components drew is not known");
	if (state->unsure > 0)
		records_warning(&state->run, "analyzer-unsure",
				"of %zu samples the analyzer could not tell the "
				"uncertainty",
				state->unsure);
	if (state->wrong > 0)
		records_warning(&state->run, "torn-lines",
				"%zu lines were not understood, and are left out",
				state->wrong);
}

static void take_digest(struct log_state *state)
{
	const struct import_file *file = &state->log->files[0];
	struct sha256 sha;

	records_digest_begin(&sha, FORMAT);
	records_digest_add(&sha, file->bytes, file->size);
	records_digest_end(&sha, &state->run);
}

static int give(struct log_state *state, const struct import_sink *sink)
{
	int r = sink->begin(sink->ctx, &state->run.record);

	if (r == -EEXIST)
		return 0;
	if (r == 0)
		r = segments_give(&state->samples, 0, &state->run, sink);
	for (size_t i = 0; i < state->log->file_count && r == 0 && sink->original; i++)
		r = sink->original(sink->ctx, &state->log->files[i]);
	return r == 0 ? sink->end(sink->ctx, &state->run.record) : r;
}

static int read_all(struct log_state *state, const struct import_sink *sink,
		    struct diag *diag)
{
	state->offset_s = state->log->zone ? NAN : offset_of(state, "server.json");
	state->client_offset_s = offset_of(state, "client.json");
	take_samples(state);
	if (state->samples.count == 0)
		return diag_say(diag, -ENODATA, "there is no sample in it");
	take_info(state);
	add_wall(state);
	take_window(state);
	take_summary(state);
	take_warnings(state);
	take_digest(state);
	if (state->run.failed || state->samples.failed)
		return -ENOMEM;
	return give(state, sink);
}

static int read_log(const struct import_log *log, const struct import_sink *sink,
		    struct diag *diag)
{
	CLEANUP(state_done)
	struct log_state state = { .log = log,
				   .samples = { .parts = 1 },
				   .offset_s = NAN };
	int r;

	records_begin(&state.run, FORMAT, "MLPerf Power");
	r = zone_open(log->zone, diag, &state.zone);
	return r < 0 ? r : read_all(&state, sink, diag);
}

static const char *const beside[] = { "mlperf_log_detail.txt", "mlperf_log_summary.txt",
				      "../power/server.json",  "../power/client.json",
				      "../power/ptd_logs.txt", NULL };

const struct import_format import_mlperf = {
	.name = FORMAT,
	.knows = knows,
	.beside = beside,
	.read = read_log,
};
