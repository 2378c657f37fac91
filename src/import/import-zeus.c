/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zeus (ml.energy): what ZeusMonitor(log_file=…) wrote, and what PowerMonitor did.
 *
 * Reads:  start_time (Unix s), window_name, elapsed_time (s), gpuN_energy (J), a line a window;
 *         or lines "time,W,W…" of power, which tell nothing of themselves: `gramme import zeus`
 *         reads them where they are named.
 * Gives:  a run with a domain a board; each window a section.
 * Needs:  nothing: times are UTC.
 * Limits: windows lie in each other and cross: a joule is taken from the outermost one, of two that
 *         cross in proportion to time. Between windows nothing was read: a gap. Processors'
 *         energy is not in the file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "import/cells.h"
#include "import/lines.h"
#include "import/segments.h"

#define FORMAT           "zeus"
#define NVML_U_PERMILLE  25 /* a board's own counter: source/source-nvml.c */
#define POWER_U_PERMILLE 58
#define TIME_MAX_S       9e9
#define LENGTH_MAX_S     1.5e9 /* half a century */
#define ENERGY_MAX_J     1e12
#define POWER_MAX_W      1e6
#define HOLE_PACES       10
#define COLUMN_FIRST     3

struct log_state {
	const struct import_log *log;
	struct records run;
	struct cells cells;
	struct segments windows;
	unsigned int boards[GPUS_MAX];
	size_t board_count;
	bool powers; /* "time,W…" */
	double first_s;
	size_t crossing;
	size_t wrong; /* lines */
};

static void state_done(struct log_state *state)
{
	segments_done(&state->windows);
	cells_done(&state->cells);
	records_done(&state->run);
}

static int knows(const char *name, const char *head, size_t size)
{
	static const char first[] = "start_time,window_name,elapsed_time";
	size_t len = strlen(name);

	if (!head)
		return len >= 4 && same_ascii(name + len - 4, ".csv") ? 2 : 0;
	return size >= sizeof first - 1 && memcmp(head, first, sizeof first - 1) == 0 ? 2
										      : 0;
}

/* --- the head ----------------------------------------------------------------------------- */

/* "gpu3_energy" */
static int board_of(const char *name, unsigned int *ret)
{
	char number[8];
	uint64_t board;
	size_t len = strlen(name);

	if (strncmp(name, "gpu", 3) != 0 || len < 11 ||
	    strcmp(name + len - 7, "_energy") != 0 || len - 10 >= sizeof number)
		return -EPROTO;
	memcpy(number, name + 3, len - 10);
	number[len - 10] = '\0';
	if (parse_u64(number, &board) < 0 || board > 1000)
		return -EPROTO;
	*ret = (unsigned int)board;
	return 0;
}

/* A board that has a column already: its joules would be counted twice. */
static bool is_told(const struct log_state *state, unsigned int board)
{
	for (size_t i = 0; i < state->board_count; i++)
		if (state->boards[i] == board)
			return true;
	return false;
}

static int take_header(struct log_state *state, struct diag *diag)
{
	int r = cells_next(&state->cells);

	if (r <= 0)
		return r == 0 ? diag_say(diag, -ENODATA, "the file is empty")
			      : diag_fail(diag, r, "cannot read its first line");
	state->powers = strcmp(cells_field(&state->cells, 0), "start_time") != 0;
	if (state->powers) {
		state->board_count = state->cells.count - 1;
		for (unsigned int i = 0; i < GPUS_MAX; i++)
			state->boards[i] = i;
	}
	for (size_t i = COLUMN_FIRST; !state->powers && i < state->cells.count; i++) {
		if (state->board_count >= GPUS_MAX ||
		    board_of(cells_field(&state->cells, i),
			     &state->boards[state->board_count]) < 0)
			return diag_say(diag, -EPROTO,
					"its column '%.40s' is not a board's energy",
					cells_field(&state->cells, i));
		if (is_told(state, state->boards[state->board_count]))
			return diag_say(diag, -EPROTO, "it has two columns '%.40s'",
					cells_field(&state->cells, i));
		state->board_count++;
	}
	if (state->board_count == 0 || state->board_count > GPUS_MAX)
		return diag_say(diag, -EPROTO, "it is no log of Zeus");
	state->windows.parts = state->board_count;
	return 0;
}

/* --- windows ------------------------------------------------------------------------------ */

static double number_at(const struct log_state *state, size_t column, double most)
{
	double value;

	if (parse_double(cells_field(&state->cells, column), &value) < 0 || value < 0 ||
	    value > most)
		return NAN;
	return value;
}

/* From the first time that was told: no log is so long, and sums of such times would be none. */
static bool is_far(const struct log_state *state, double unix_s)
{
	return isfinite(state->first_s) && fabs(unix_s - state->first_s) > LENGTH_MAX_S;
}

static int64_t since_first(struct log_state *state, double unix_s)
{
	if (!isfinite(state->first_s))
		state->first_s = unix_s;
	return (int64_t)((unix_s - state->first_s) * 1e9);
}

/* All boards' joules of it beside the sections, as the tool has them. */
static void tell_window(struct log_state *state, const struct segment *window,
			const char *name)
{
	char begin[RUN_NAME_MAX];
	char end[RUN_NAME_MAX];
	char metric[RUN_NAME_MAX];
	double sum_j = 0;

	for (size_t i = 0; i < state->board_count; i++)
		sum_j += window->parts_j[i];
	(void)snprintf(begin, sizeof begin, "%.100s:begin", name);
	(void)snprintf(end, sizeof end, "%.100s:end", name);
	(void)snprintf(metric, sizeof metric, "%.100s energy_j", name);
	records_mark(&state->run, window->from_ns, begin);
	records_mark(&state->run, window->to_ns, end);
	records_metric(&state->run, window->to_ns, metric, sum_j);
}

static void take_window(struct log_state *state)
{
	double start_s = number_at(state, 0, TIME_MAX_S);
	double elapsed_s = number_at(state, 2, LENGTH_MAX_S);
	struct segment *window;

	if (!isfinite(start_s) || !isfinite(elapsed_s) || is_far(state, start_s)) {
		state->wrong++;
		return;
	}
	window = segments_add(&state->windows);
	if (!window)
		return;
	window->from_ns = since_first(state, start_s);
	window->to_ns = window->from_ns + (int64_t)(elapsed_s * 1e9);
	for (size_t i = 0; i < state->board_count; i++)
		window->parts_j[i] = number_at(state, COLUMN_FIRST + i, ENERGY_MAX_J);
	tell_window(state, window, cells_field(&state->cells, 1));
}

/* A reading holds since the one before it, as integrals of samples go: METHOD E-2. */
static void take_power(struct log_state *state, double *last_s, double *last_w)
{
	double now_s = number_at(state, 0, TIME_MAX_S);
	struct segment *stretch;

	if (!isfinite(now_s) || now_s < *last_s) {
		state->wrong++;
		return;
	}
	stretch = isfinite(*last_s) ? segments_add(&state->windows) : NULL;
	if (!isfinite(*last_s))
		(void)since_first(state, now_s);
	for (size_t i = 0; i < state->board_count; i++) {
		double w = number_at(state, 1 + i, POWER_MAX_W);

		if (stretch)
			stretch->parts_j[i] = (w + last_w[i]) / 2 * (now_s - *last_s);
		last_w[i] = w;
	}
	if (stretch) {
		stretch->from_ns = since_first(state, *last_s);
		stretch->to_ns = since_first(state, now_s);
	}
	*last_s = now_s;
}

static int take_lines(struct log_state *state)
{
	double last_w[GPUS_MAX];
	double last_s = NAN;
	int r = 1;

	for (size_t i = 0; i < GPUS_MAX; i++)
		last_w[i] = NAN;
	if (state->powers)
		take_power(state, &last_s, last_w);
	while ((r = cells_next(&state->cells)) > 0) {
		if (state->powers)
			take_power(state, &last_s, last_w);
		else
			take_window(state);
	}
	return r == -EFBIG ? 0 : r;
}

/* --- outermost windows -------------------------------------------------------------------- */

/* What lies in one that is kept goes; of one that crosses it the part behind it stays. */
static void keep_outermost(struct log_state *state)
{
	struct segments *windows = &state->windows;
	int64_t until_ns = INT64_MIN;
	size_t kept = 0;

	segments_sort(windows);
	for (size_t i = 0; i < windows->count; i++) {
		struct segment window = windows->items[i];
		int64_t length_ns = window.to_ns - window.from_ns;

		if (kept > 0 && window.to_ns <= until_ns) {
			free(window.parts_j);
			continue;
		}
		if (kept > 0 && window.from_ns < until_ns) {
			state->crossing++;
			for (size_t k = 0; k < state->board_count; k++)
				window.parts_j[k] *= (double)(window.to_ns - until_ns) /
						     (double)length_ns;
			window.from_ns = until_ns;
		}
		until_ns = window.to_ns;
		windows->items[kept++] = window;
	}
	windows->count = kept;
}

/* Where samples stopped for a while the time between is not known. */
static int by_length(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t median_ns(const struct segments *stretches)
{
	AUTO_FREE int64_t *lengths = calloc(stretches->count + 1, sizeof *lengths);

	for (size_t i = 0; lengths && i < stretches->count; i++)
		lengths[i] = stretches->items[i].to_ns - stretches->items[i].from_ns;
	if (!lengths || stretches->count == 0)
		return INT64_MAX;
	qsort(lengths, stretches->count, sizeof *lengths, by_length);
	return lengths[stretches->count / 2];
}

static void drop_holes(struct log_state *state)
{
	struct segments *stretches = &state->windows;
	int64_t pace_ns = median_ns(stretches);
	int64_t hole_ns =
		pace_ns < INT64_MAX / HOLE_PACES ? HOLE_PACES * pace_ns : INT64_MAX;

	for (size_t i = 0; i < stretches->count; i++) {
		struct segment *own = &stretches->items[i];

		for (size_t k = 0;
		     own->to_ns - own->from_ns > hole_ns && k < state->board_count; k++)
			own->parts_j[k] = NAN;
	}
}

/* --- the run ------------------------------------------------------------------------------ */

/* The earliest window may not be the first to be told of: times are moved to it. */
static void take_info(struct log_state *state)
{
	struct run_info *info = &state->run.record.info;
	struct run_record *record = &state->run.record;
	struct segments *windows = &state->windows;
	int64_t from_ns = windows->items[0].from_ns;

	for (size_t i = 0; i < windows->count; i++) {
		windows->items[i].from_ns -= from_ns;
		windows->items[i].to_ns -= from_ns;
	}
	for (size_t i = 0; i < record->mark_count; i++)
		record->marks[i].t_ns -= from_ns;
	for (size_t i = 0; i < record->metric_count; i++)
		record->metrics[i].t_ns -= from_ns;
	/* A double has no more digits of a time of today than some microseconds. */
	info->started_unix_ns =
		(int64_t)(state->first_s * 1e6 + 0.5) * NS_PER_US + from_ns;
	info->duration_ns = windows->items[windows->count - 1].to_ns;
	info->samples = (uint32_t)windows->count;
	(void)copy_text(info->name, sizeof info->name, state->log->base);
}

static void add_domains(struct log_state *state)
{
	for (size_t i = 0; i < state->board_count; i++) {
		char id[DOMAIN_ID_MAX];
		struct run_domain *domain;

		(void)snprintf(id, sizeof id, "gpu-%u", state->boards[i]);
		domain = records_domain(&state->run, id, FAMILY_GPU);
		domain->domain.gpu = (int)i;
		domain->domain.measure = state->powers ? MEASURE_POWER : MEASURE_ENERGY;
		domain->domain.gain_u_permille =
			state->powers ? POWER_U_PERMILLE : NVML_U_PERMILLE;
		(void)copy_text(domain->source, sizeof domain->source, FORMAT);
	}
}

static void take_figures(struct log_state *state)
{
	double sum_j = 0;

	for (size_t i = 0; i < state->windows.count; i++)
		for (size_t k = 0; k < state->board_count; k++)
			if (isfinite(state->windows.items[i].parts_j[k]))
				sum_j += state->windows.items[i].parts_j[k];
	records_figure(&state->run, "gpu_energy", sum_j, "J");
	records_warning(&state->run, "whole-machine",
			"the log has the energy of whole boards: all of it is taken for "
			"the run's");
	if (state->crossing > 0)
		records_warning(&state->run, "crossing-windows",
				"%zu windows cross others: their joules are taken in "
				"proportion to time",
				state->crossing);
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
		r = segments_give(&state->windows, (uint32_t)state->board_count,
				  &state->run, sink);
	if (r == 0 && sink->original)
		r = sink->original(sink->ctx, &state->log->files[0]);
	return r == 0 ? sink->end(sink->ctx, &state->run.record) : r;
}

static int read_log(const struct import_log *log, const struct import_sink *sink,
		    struct diag *diag)
{
	CLEANUP(state_done) struct log_state state = { .log = log, .first_s = NAN };
	int r;

	records_begin(&state.run, FORMAT, "Zeus");
	cells_begin(&state.cells, log->files[0].bytes, log->files[0].size);
	r = take_header(&state, diag);
	if (r == 0)
		r = take_lines(&state);
	if (r < 0)
		return r;
	if (state.windows.count == 0)
		return diag_say(diag, -ENODATA, "there is no window in it");
	if (state.powers)
		drop_holes(&state);
	keep_outermost(&state);
	take_info(&state);
	add_domains(&state);
	take_figures(&state);
	take_digest(&state);
	if (state.run.failed || state.windows.failed)
		return -ENOMEM;
	return give(&state, sink);
}

const struct import_format import_zeus = {
	.name = FORMAT,
	.knows = knows,
	.read = read_log,
};
