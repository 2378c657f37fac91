/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: the joule counter and the power of NVIDIA boards, through base/nvml.
 * Gives: gpu-N for each board, N as NVML counts. With a counter: MEASURE_ENERGY, power beside
 *	it for the curve; without: MEASURE_POWER; a board with neither is not listed.
 * Needs: libnvidia-ml.so.1 and leave to use /dev/nvidia*; in a container the same.
 * Limits: each board has a gain of its own, within 5 % (half-width, so u = 5 / sqrt 3 %). Some
 *	boards lose joules when their counter is asked much more often than once a second: it
 *	is asked at edges, and at ticks once a second at most, never between them. Counters
 *	begin anew when the driver is loaded or the board is reset: range 0, calc sees it.
 *	Under MIG the board is still one meter.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nvml.h"
#include "base/parse.h"
#include "source/source.h"

#define STEP_UJ          1000
#define UPDATE_NS        (100 * NS_PER_MS)
#define POWER_PACE_NS    (100 * NS_PER_MS)
#define GAIN_U_PERMILLE  29 /* 5 % / sqrt 3 */
#define POWER_U_PERMILLE 58 /* twice that: samples, not a sum */
/* Over the limit for a moment is usual; limits may be raised while we run. */
#define LIMIT_ROOM_PERMILLE 1200

/* Once a second, with room for the jitter of a clock that ticks once a second. */
#define ENERGY_REST_NS (950 * NS_PER_MS)
/* No sensor moves faster: asking more often costs and tells nothing. */
#define POWER_REST_NS (20 * NS_PER_MS)
#define RENEW_REST_NS NS_PER_S

struct due {
	bool asked;
	int64_t t_ns;
};

struct board {
	unsigned index;
	enum nvml_power way;
	bool has_counter;
	bool gone; /* its handle is to be asked for anew */
	uint32_t epoch;
	struct due energy;
	struct due power;
	struct due renew;
};

struct state {
	const struct host *host;
	struct nvml *nvml;
	size_t count;
	struct domain domains[GPUS_MAX];
	struct board boards[GPUS_MAX];
};

/* True, and noted, when rest_ns have passed since it last was. */
static bool is_due(struct due *due, int64_t now_ns, int64_t rest_ns)
{
	if (due->asked && now_ns - due->t_ns < rest_ns)
		return false;
	due->asked = true;
	due->t_ns = now_ns;
	return true;
}

static uint64_t most_uw(const struct nvml_board *board)
{
	uint64_t limit_uw = board->limit_uw > board->limit_max_uw ? board->limit_uw
								  : board->limit_max_uw;

	return limit_uw / 1000 * LIMIT_ROOM_PERMILLE;
}

static void note_doubts(struct domain *domain, const struct board *board, bool mig)
{
	const char *note = "";

	if (mig)
		note = "MIG: the board's power only, shares by slice are uncertain";
	else if (!board->has_counter && board->way == NVML_POWER_INSTANT)
		note = "integrated from power samples; on A100 and H100 the sensor sees "
		       "25 ms of every 100 ms";
	else if (!board->has_counter)
		note = "integrated from power samples";
	(void)copy_text(domain->note, sizeof domain->note, note);
}

static void describe(struct domain *domain, const struct board *board,
		     const struct nvml_board *about)
{
	char id[DOMAIN_ID_MAX];

	(void)snprintf(id, sizeof id, "gpu-%u", board->index);
	domain_init(domain, id, FAMILY_GPU);
	(void)copy_text(domain->label, sizeof domain->label,
			about->name[0] != '\0' ? about->name : "NVIDIA board");
	(void)copy_text(domain->device, sizeof domain->device,
			about->uuid[0] != '\0' ? about->uuid : about->pci);
	domain->gpu = (int)board->index;
	domain->max_uw = most_uw(about);
	if (board->has_counter) {
		domain->step_uj = STEP_UJ;
		domain->update_ns = UPDATE_NS;
		domain->gain_u_permille = GAIN_U_PERMILLE;
	} else {
		domain->measure = MEASURE_POWER;
		domain->pace_ns = POWER_PACE_NS;
		domain->gain_u_permille = POWER_U_PERMILLE;
	}
	note_doubts(domain, board, about->mig);
}

/* Keeps the first failure: a later board's must not hide it. */
static void say_first(struct diag *diag, const struct diag *more)
{
	if (diag->err == 0)
		*diag = *more;
}

static int add_board(struct state *state, unsigned index, struct diag *diag)
{
	struct board *board = &state->boards[state->count];
	struct nvml_board about;
	uint64_t uj;
	int r = nvml_board(state->nvml, index, &about);

	if (r == -ENXIO) {
		r = nvml_renew(state->nvml, index, diag);
		if (r == 0)
			r = nvml_board(state->nvml, index, &about);
	}
	if (r < 0)
		return r;
	memset(board, 0, sizeof *board);
	board->index = index;
	/* A counter that fails only now is still a counter. */
	r = nvml_energy_uj(state->nvml, index, &uj);
	board->has_counter = r != -EOPNOTSUPP && r != -EACCES;
	board->way = nvml_power_way(state->nvml, index);
	if (!board->has_counter && board->way == NVML_POWER_NONE)
		return diag_say(diag, r,
				"NVIDIA board %u (%s) tells neither joules nor watts",
				index, about.name);
	describe(&state->domains[state->count++], board, &about);
	return 0;
}

static void state_close(void *opaque)
{
	struct state *state = opaque;

	if (!state)
		return;
	nvml_close(state->nvml);
	free(state);
}

static void state_close_ptr(struct state **state)
{
	state_close(*state);
}

static int state_open(const struct host *host, struct diag *diag, void **ret_state)
{
	CLEANUP(state_close_ptr) struct state *state = calloc(1, sizeof *state);
	struct diag first = { 0 };
	unsigned count;
	int err = 0;
	int r;

	if (!state)
		return diag_fail(diag, -ENOMEM, "cannot open NVIDIA's boards");
	state->host = host;
	r = nvml_open(host, diag, &state->nvml);
	if (r < 0)
		return r;
	count = nvml_count(state->nvml);
	for (unsigned i = 0; i < count && i < GPUS_MAX; i++) {
		struct diag one = { 0 };

		r = add_board(state, i, &one);
		if (r < 0) {
			say_first(&first, &one);
			err = err < 0 ? err : r;
		}
	}
	if (count > GPUS_MAX && first.err == 0)
		(void)diag_say(&first, -ENOSPC, "only the first %d of %u NVIDIA boards",
			       GPUS_MAX, count);
	if (first.err < 0 && diag)
		*diag = first;
	if (state->count == 0)
		return err == -EACCES || err == -EPROTO ? err : -ENODEV;
	*ret_state = STEAL(state);
	return 0;
}

static size_t state_domains(const void *opaque, const struct domain **ret)
{
	const struct state *state = opaque;

	*ret = state->domains;
	return state->count;
}

/* A board that was gone may be back; its counter may then have begun anew. */
static bool board_back(struct state *state, struct board *board, int64_t now_ns)
{
	if (!board->gone)
		return true;
	if (!is_due(&board->renew, now_ns, RENEW_REST_NS) ||
	    nvml_renew(state->nvml, board->index, NULL) < 0)
		return false;
	board->gone = false;
	board->epoch++;
	return true;
}

static bool energy_wanted(struct board *board, enum read_why why, int64_t now_ns)
{
	if (!board->has_counter || why == READ_PACE)
		return false;
	return is_due(&board->energy, now_ns, why == READ_EDGE ? 0 : ENERGY_REST_NS);
}

static bool power_wanted(struct board *board, enum read_why why, int64_t now_ns)
{
	if (board->way == NVML_POWER_NONE)
		return false;
	return is_due(&board->power, now_ns, why == READ_EDGE ? 0 : POWER_REST_NS);
}

static int read_energy(struct state *state, const struct board *board,
		       struct reading *reading)
{
	uint64_t uj;
	int r = nvml_energy_uj(state->nvml, board->index, &uj);

	if (r < 0)
		return r;
	reading->t_ns = host_now_ns(state->host);
	reading->energy_uj = uj;
	reading->has |= READING_ENERGY;
	return 0;
}

static int read_power(struct state *state, const struct board *board,
		      struct reading *reading)
{
	uint64_t uw;
	int r = nvml_power_uw(state->nvml, board->index, board->way, &uw);

	if (r < 0)
		return r;
	/* One time for both: the counter's, which the joules hang on. */
	if (!(reading->has & READING_ENERGY))
		reading->t_ns = host_now_ns(state->host);
	reading->power_uw = uw;
	reading->has |= READING_POWER;
	return 0;
}

static void read_board(struct state *state, struct board *board, enum read_why why,
		       struct reading *reading)
{
	int64_t now_ns = host_now_ns(state->host);
	int energy = 0;
	int power = 0;

	if (!board_back(state, board, now_ns)) {
		reading->err = -ENXIO;
		return;
	}
	reading->epoch = board->epoch;
	if (energy_wanted(board, why, now_ns))
		energy = read_energy(state, board, reading);
	if (power_wanted(board, why, now_ns))
		power = read_power(state, board, reading);
	board->gone = energy == -ENXIO || power == -ENXIO;
	/* What the domain is measured by is what its error is about. */
	reading->err = board->has_counter && energy < 0 ? energy : 0;
	if (reading->has == 0 && reading->err == 0)
		reading->err = power;
}

static void state_read(void *opaque, enum read_why why, struct reading *readings)
{
	struct state *state = opaque;

	for (size_t i = 0; i < state->count; i++) {
		memset(&readings[i], 0, sizeof readings[i]);
		readings[i].t_ns = host_now_ns(state->host);
		readings[i].epoch = state->boards[i].epoch;
		read_board(state, &state->boards[i], why, &readings[i]);
	}
}

const struct source source_nvml = {
	.name = "nvml",
	.flags = SOURCE_SLOW,
	.open = state_open,
	.domains = state_domains,
	.read = state_read,
	.close = state_close,
};
