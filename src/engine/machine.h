/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this machine can measure: every source opened in the order of sources.def, every domain
 * given to the best source that reads it, and why. `gramme sources` shows it, a run uses it.
 */
#pragma once

#include "model/run.h"
#include "source/source.h"

#define MACHINE_SOURCES_MAX 16

enum machine_phase {
	MACHINE_FAST, /* the sources that open at once: before the command starts */
	MACHINE_SLOW, /* those with a vendor's library: after it has started */
};

struct machine_source {
	const struct source *source;
	const char *about;
	bool tried;
	int err;          /* of open: 0, or why not */
	struct diag diag; /* the sentence and its fix; also of a part that failed */
	void *state;      /* owned until it is handed to a sampler */
	const struct domain *domains;
	size_t domain_count;
	int32_t slot[DOMAINS_MAX]; /* index into machine.domains; -1: not used */
	char reason[DOMAINS_MAX][DOMAIN_TEXT_MAX]; /* why it is not used, "" when it is */
	struct reading first[DOMAINS_MAX];         /* what it said when it was tried */
	int64_t read_ns; /* how often the used domains must be read; INT64_MAX: any period */
};

struct machine {
	const struct host *host;
	size_t source_count;
	struct machine_source sources[MACHINE_SOURCES_MAX];
	uint32_t domain_count;
	struct run_domain
		domains[DOMAINS_MAX]; /* in use; counted and why_not are decided */
};

/* A machine with nothing opened yet. It is large: keep it off the stack. */
MUST_USE int machine_new(const struct host *host, struct machine **ret);
void machine_free(struct machine *machine);

/* Opens the sources of a phase and gives their domains out. Never fails: what did not open
 * says so in its row. Domains found later come after those found before. */
void machine_open(struct machine *machine, enum machine_phase phase);

/* True when a measured or derived domain of the component boundary is in use. */
bool machine_measures(const struct machine *machine);
