/* SPDX-License-Identifier: Apache-2.0 */
/* What a machine draws by the model: `gramme model`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"
#include "base/strbuf.h"

#define MODEL_LEVELS 11

struct model_watts {
	double load_ratio;
	double w;
	double low90, high90, low95, high95;
	double cpu_w, memory_w, rest_w; /* they add up to w; NAN: within the rest */
};

/* Texts are borrowed. NAN is what is not known. */
struct model_view {
	const char *cpu_name;
	const char *vendor;
	double chips, cores, threads, mhz, memory_gb, tdp_w, year;
	const char *how;    /* "same-cpu", "like", "unlike" */
	const char *method; /* in words */
	uint32_t results;
	bool here;          /* this machine */
	double share_ratio; /* of the host, in a virtual machine; NAN: all of it */
	struct model_watts at[MODEL_LEVELS]; /* idle to full */
	bool has_asked;
	struct model_watts asked; /* at the load that was asked for */
};

void model_text(const struct model_view *view, struct strbuf *out);

/* gramme.model/1. 0 or -ENOMEM; the caller frees. */
MUST_USE int model_json(const struct model_view *view, char **ret);
