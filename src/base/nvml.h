/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to NVIDIA's management library, libnvidia-ml.so.1: loaded when first wanted, never
 * linked. What the library lacks is missed one ability at a time, so that an old driver, or a
 * board that cannot count joules, still shows what it can.
 *
 * Boards are numbered as the library numbers them. Numbers come out in this tree's units.
 * Errors of a board's calls:
 *	-EOPNOTSUPP	this board or this library cannot: asking again is no use
 *	-ENXIO		the board is gone (fell off the bus, is in reset): see nvml_renew()
 *	-EACCES		not allowed; -EAGAIN not this time; -EPROTO not understood
 * Not for several threads at once. Nothing but nvml_open() allocates.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/host.h"

#define NVML_BOARDS_MAX  64
#define NVML_CLIENTS_MAX 256 /* a board; further ones are not seen */
#define NVML_TEXT_MAX    96

struct nvml;

/*
 * Loads and starts the library; this can take seconds where no driver daemon keeps the boards
 * awake. -ENODEV without a sentence: there is no library. With a sentence and a fix: -ENODEV
 * the driver is not loaded, or shows no board; -EACCES it may not be used; -EPROTO library
 * and driver are of different versions, or the library is not what it should be.
 */
MUST_USE int nvml_open(const struct host *host, struct diag *diag, struct nvml **ret);
void nvml_close(struct nvml *nvml); /* takes NULL */
void nvml_close_ptr(struct nvml **nvml);

unsigned nvml_count(const struct nvml *nvml);

/* Asks for the board's handle, anew after -ENXIO. Says which board and why when it fails. */
int nvml_renew(struct nvml *nvml, unsigned index, struct diag *diag);

/* A text that is not known is "", a number that is not known is 0. */
struct nvml_board {
	char name[NVML_TEXT_MAX];
	char uuid[NVML_TEXT_MAX];
	char pci[32]; /* as in sysfs: "0000:3b:00.0" */
	char driver[NVML_TEXT_MAX];
	uint64_t limit_uw;     /* the power limit in force, else the default one */
	uint64_t limit_max_uw; /* the highest limit it could be given */
	uint64_t memory_bytes;
	bool has_mig; /* mig is known */
	bool mig;     /* cut into instances now */
};

/* For inventories. -ENXIO when there is no such board. */
MUST_USE int nvml_board(struct nvml *nvml, unsigned index, struct nvml_board *ret);

/* The counter: since the driver was loaded. Do not ask much more often than once a second. */
MUST_USE int nvml_energy_uj(struct nvml *nvml, unsigned index, uint64_t *ret_uj);

/* The ways to ask for power, best first. */
enum nvml_power {
	NVML_POWER_INSTANT, /* newest sample of the sensor */
	NVML_POWER_AVERAGE, /* mean of the last second */
	NVML_POWER_USAGE,   /* one of the two, as the board's generation has it */
	NVML_POWER_NONE,
};

/* The best way this board answers to; one that fails only for now counts as answering. */
enum nvml_power nvml_power_way(struct nvml *nvml, unsigned index);
MUST_USE int nvml_power_uw(struct nvml *nvml, unsigned index, enum nvml_power way,
			   uint64_t *ret_uw);

/* Who has a context open, each process once: PIDs of the host. */
struct nvml_clients {
	size_t count;
	uint32_t pids[NVML_CLIENTS_MAX];
};

MUST_USE int nvml_clients(struct nvml *nvml, unsigned index, struct nvml_clients *ret);

/* The processes whose kernels ran, and the part of the board's time each had: a mean. */
struct nvml_users {
	size_t count;

	struct {
		uint32_t pid;
		uint32_t sm_pct; /* 0 to 100 */
		uint32_t samples;
	} user[NVML_CLIENTS_MAX];
};

/*
 * Those after *since_us (Unix time), which moves to the newest sample. -ENOENT: no sample
 * since, which is not the same as no use. After a failure *ret has no meaning.
 */
MUST_USE int nvml_users(struct nvml *nvml, unsigned index, uint64_t *since_us,
			struct nvml_users *ret);

/* The part of the last sample period in which anything ran on the board: 0 to 100. */
MUST_USE int nvml_board_sm_pct(struct nvml *nvml, unsigned index, uint32_t *ret_pct);
