/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: who has a context on each NVIDIA board, and whose kernels ran, through base/nvml.
 * Gives: gpu[N], N as NVML counts: clients, ours among them, and shares of the board's time.
 * Needs: libnvidia-ml.so.1, and the scope's processes from an earlier row. The library is
 *	loaded at the first tick, after the command was started: it may take seconds.
 * Limits: asked once a second at most; between, and for 3 s after a failure, the last good
 *	answer stands. NVML gives the host's PIDs: in a container none can be found among
 *	ours, then a board's only client is taken for ours and GPU_USE_GUESSED is set. An MPS
 *	server counts as a client of its own.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "activity/activity.h"
#include "activity/proc-stat.h"
#include "base/nvml.h"

/* Once a second, with room for the jitter of a clock that ticks once a second. */
#define REST_NS (950 * NS_PER_MS)
#define KEEP_NS (3 * NS_PER_S)

struct level {
	struct gpu_use use; /* the last good answer */
	int64_t clients_ns; /* when its clients and shares were good */
	int64_t sm_ns;
	uint64_t since_us; /* newest utilisation sample seen, Unix time */
};

struct state {
	const struct host *host;
	struct nvml *nvml;
	bool tried;     /* to open the library: it is not tried twice */
	bool host_pids; /* NVML's PIDs are the ones we see */
	bool asked;     /* at t_ns */
	int64_t t_ns;
	struct level levels[GPUS_MAX];
	struct nvml_clients clients; /* of the board that is looked at; ours come first */
	struct nvml_users users;
};

/* How many of a board's clients are ours. */
struct crowd {
	size_t all;
	size_t ours;
	bool guessed;
};

static int state_open(const struct host *host, const struct scope *scope,
		      struct diag *diag, void **ret_state)
{
	struct state *state = calloc(1, sizeof *state);

	(void)scope;
	if (!state)
		return diag_fail(diag, -ENOMEM, "cannot watch NVIDIA's boards");
	state->host = host;
	state->host_pids = proc_is_first_namespace(host);
	*ret_state = state;
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

static void open_library(struct state *state)
{
	uint64_t now_us =
		(uint64_t)(host_clock_ns(state->host, HOST_REALTIME) / NS_PER_US);

	state->tried = true;
	/* The source says what is wrong, if anything is. */
	if (nvml_open(state->host, NULL, &state->nvml) < 0)
		return;
	for (size_t i = 0; i < GPUS_MAX; i++)
		state->levels[i].since_us = now_us;
}

static bool is_ours(const struct use *use, uint32_t pid)
{
	for (size_t i = 0; i < use->pid_count; i++) {
		if ((uint32_t)use->pids[i] == pid)
			return true;
	}
	return false;
}

static bool is_seen(const struct host *host, uint32_t pid)
{
	char path[32];

	(void)snprintf(path, sizeof path, "proc/%u", pid);
	return host_exists(host, path);
}

/* Puts our clients first, and counts. A lone client that nobody here knows must be ours. */
static void find_ours(struct state *state, const struct use *use, struct crowd *crowd)
{
	crowd->ours = 0;
	for (size_t i = 0; i < crowd->all; i++) {
		uint32_t pid = state->clients.pids[i];

		if (!is_ours(use, pid))
			continue;
		state->clients.pids[i] = state->clients.pids[crowd->ours];
		state->clients.pids[crowd->ours++] = pid;
	}
	crowd->guessed = crowd->ours == 0 && crowd->all == 1 && use->pid_count > 0 &&
			 !state->host_pids &&
			 !is_seen(state->host, state->clients.pids[0]);
	if (crowd->guessed)
		crowd->ours = 1;
}

static void set_sm(struct level *level, uint32_t scope_permille, uint32_t all_permille,
		   int64_t now_ns)
{
	/* Samples of several processes are not of one time: their sum may pass the whole. */
	if (all_permille > 1000) {
		scope_permille = scope_permille * 1000 / all_permille;
		all_permille = 1000;
	}
	level->use.scope_sm_permille = scope_permille;
	level->use.all_sm_permille = all_permille;
	level->use.has |= GPU_USE_SM;
	level->sm_ns = now_ns;
}

static int sm_by_process(struct state *state, unsigned index, const struct crowd *crowd,
			 int64_t now_ns)
{
	struct level *level = &state->levels[index];
	const struct nvml_users *users = &state->users;
	uint32_t scope_permille = 0;
	uint32_t all_permille = 0;
	int r = nvml_users(state->nvml, index, &level->since_us, &state->users);

	if (r < 0)
		return r;
	for (size_t i = 0; i < users->count; i++) {
		size_t k = 0;

		all_permille += users->user[i].sm_pct * 10;
		while (k < crowd->ours && state->clients.pids[k] != users->user[i].pid)
			k++;
		if (k < crowd->ours)
			scope_permille += users->user[i].sm_pct * 10;
	}
	set_sm(level, scope_permille, all_permille, now_ns);
	return 0;
}

/* The board's own figure tells our part only where the board is all ours, or not at all. */
static void sm_by_board(struct state *state, unsigned index, const struct crowd *crowd,
			int64_t now_ns)
{
	uint32_t pct = 0;

	if (nvml_board_sm_pct(state->nvml, index, &pct) < 0)
		return;
	if (pct == 0 || crowd->ours == 0)
		set_sm(&state->levels[index], 0, pct * 10, now_ns);
	else if (crowd->ours == crowd->all)
		set_sm(&state->levels[index], pct * 10, pct * 10, now_ns);
}

static void look_at(struct state *state, unsigned index, const struct use *use,
		    int64_t now_ns)
{
	struct level *level = &state->levels[index];
	struct crowd crowd = { 0, 0, false };
	int r = nvml_clients(state->nvml, index, &state->clients);

	if (r == -ENXIO)
		(void)nvml_renew(state->nvml, index, NULL);
	if (r < 0)
		return;
	crowd.all = state->clients.count;
	find_ours(state, use, &crowd);
	level->use.scope_clients = (uint32_t)crowd.ours;
	level->use.all_clients = (uint32_t)crowd.all;
	level->use.has |= GPU_USE_CLIENTS;
	level->use.has &= ~(uint32_t)GPU_USE_GUESSED;
	if (crowd.guessed)
		level->use.has |= GPU_USE_GUESSED;
	level->clients_ns = now_ns;
	if (sm_by_process(state, index, &crowd, now_ns) < 0)
		sm_by_board(state, index, &crowd, now_ns);
}

/* What is too old to be called the present is not known. */
static void forget_old(struct level *level, int64_t now_ns)
{
	if (now_ns - level->clients_ns > KEEP_NS)
		level->use.has &= ~(uint32_t)(GPU_USE_CLIENTS | GPU_USE_GUESSED);
	if (now_ns - level->sm_ns > KEEP_NS)
		level->use.has &= ~(uint32_t)GPU_USE_SM;
}

static void state_read(void *opaque, enum read_why why, struct use *use)
{
	struct state *state = opaque;
	int64_t now_ns = host_now_ns(state->host);
	unsigned count;
	int64_t rest_ns = why == READ_EDGE ? 0 : REST_NS;
	bool ask;

	if (why == READ_PACE)
		return;
	if (!state->tried && why == READ_TICK)
		open_library(state);
	if (!state->nvml)
		return;
	/* The run has ended: who was there until now says more of the time until now. */
	if (use->pid_count == 0)
		rest_ns = KEEP_NS;
	/* Without the scope's processes nobody can be told from anybody. */
	ask = use->pids && (!state->asked || now_ns - state->t_ns >= rest_ns);
	if (ask) {
		state->asked = true;
		state->t_ns = now_ns;
	}
	count = nvml_count(state->nvml);
	for (unsigned i = 0; i < count && i < GPUS_MAX; i++) {
		if (ask)
			look_at(state, i, use, now_ns);
		forget_old(&state->levels[i], now_ns);
		use->gpu[i] = state->levels[i].use;
	}
}

const struct activity activity_nvidia = {
	.name = "nvidia",
	.open = state_open,
	.read = state_read,
	.close = state_close,
};
