/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An estimate of a GPU's power where its driver tells how busy it is and what it may draw at
 * most, and nothing better. Without both there is none: a load that is not known is not guessed.
 */
#pragma once

#include "base/diag.h"
#include "base/host.h"
#include "model/domain.h"

struct gpu_model {
	int busy_fd; /* percent */
	uint64_t idle_uw;
	uint64_t full_uw;
	char device[DOMAIN_TEXT_MAX]; /* PCI address, else "card0" */
};

/*
 * Opens those that can be estimated, at most max, and returns how many. A GPU that no driver
 * speaks for is said in diag.
 */
size_t gpu_model_open(const struct host *host, struct diag *diag, struct gpu_model *gpus,
		      size_t max);
void gpu_model_close(struct gpu_model *gpus, size_t count);

/* Power now. Allocates nothing. */
MUST_USE int gpu_model_read(const struct gpu_model *gpu, uint64_t *ret_uw);
