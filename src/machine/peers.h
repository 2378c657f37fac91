/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What other tools would say that a machine draws, by their published formulas, for judging
 * them on the same data (gramme validate). They tell the power of the processors, or of these
 * and the memory; their users read it as the machine's. Nothing of ours rests on them.
 */
#pragma once

#include <stddef.h>

/* NAN: not known, and a formula that needs it has no answer. */
struct peer_machine {
	double tdp_w; /* of all chips together */
	double threads;
	double memory_gb;
	double load_ratio;
	/* Watts of a virtual CPU at rest and busy: of the processor's family, of all families. */
	double family_low_w;
	double family_high_w;
	double any_low_w;
	double any_high_w;
};

struct peer {
	const char *name;    /* "Green Algorithms" */
	const char *formula; /* in words a reader can check */
	const char *source;
	double (*watts)(const struct peer_machine *machine); /* NAN: no answer */
};

extern const struct peer peers[];
extern const size_t peer_count;
