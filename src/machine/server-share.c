/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-22, of the machine that this runs on.
 * Reads: what a machine says of its processors; what the tables know of their names.
 * Gives: the question, and what part of the answer is a virtual machine's.
 */
#include "machine/server-share.h"

#include <math.h>

#include "base/parse.h"

#define HOST_CHIPS 2 /* of a cloud's host, where nobody can see it */
/* A machine of few threads and much memory has no host of its like. */
#define HOST_MEMORY_GB_MOST 4096.0
/* What a virtual machine's neighbours, and a host that is not seen, add: k = 1 of the log. */
#define SHARE_SPREAD 0.35
/* Where the name hides the chip: of which a host has two, good to a factor of 2. */
#define CHIP_THREADS        64
#define CHIP_THREADS_SPREAD 0.6
#define Z90                 1.645
#define Z95                 1.960

/* The host as far as it can be guessed, and our part of it. */
static void ask_host(const struct cpu_seen *seen, struct server_ask *ask,
		     struct server_share *share)
{
	struct cpu_facts facts;
	double chip_threads;

	cpu_model_facts(seen, &facts);
	ask->chips = HOST_CHIPS;
	if (facts.year)
		ask->year = facts.year + SERVER_YEAR_MIDDLE;
	chip_threads = facts.chip_threads ? facts.chip_threads : CHIP_THREADS;
	share->ratio = fmin(1, seen->threads / (HOST_CHIPS * chip_threads));
	share->spread = hypot(SHARE_SPREAD, facts.chip_threads ? 0 : CHIP_THREADS_SPREAD);
}

static double host_memory_gb(double gb)
{
	return gb > HOST_MEMORY_GB_MOST ? HOST_MEMORY_GB_MOST : gb;
}

void server_share_ask(const struct cpu_seen *seen, double memory_gb,
		      struct server_ask *ret_ask, struct server_share *ret)
{
	server_ask_init(ret_ask);
	*ret = (struct server_share){ .ratio = (double)NAN };
	(void)copy_text(ret_ask->cpu_name, sizeof ret_ask->cpu_name, seen->name);
	if (seen->hypervisor) {
		ask_host(seen, ret_ask, ret);
		ret_ask->memory_gb = host_memory_gb(memory_gb / ret->ratio);
		return;
	}
	ret_ask->chips = seen->chips;
	ret_ask->threads = seen->threads;
	ret_ask->memory_gb = memory_gb;
}

double server_share_ratio(const struct cpu_seen *seen)
{
	struct server_share share;
	struct server_ask ask;

	server_share_ask(seen, (double)NAN, &ask, &share);
	return share.ratio;
}

/* A share's interval is wider. */
static double share_edge(const struct server_share *share, double w, double edge,
			 double z)
{
	double apart = hypot(log(edge / w), z * share->spread);

	return share->ratio * w * exp(edge < w ? -apart : apart);
}

void server_share_take(const struct server_share *share, struct server_curve *curve)
{
	for (int i = 0; i < SERVER_LEVELS && !isnan(share->ratio); i++) {
		const struct server_watts whole = curve->at[i];

		curve->at[i] = (struct server_watts){
			.w = share->ratio * whole.w,
			.low90 = share_edge(share, whole.w, whole.low90, Z90),
			.high90 = share_edge(share, whole.w, whole.high90, Z90),
			.low95 = share_edge(share, whole.w, whole.low95, Z95),
			.high95 = share_edge(share, whole.w, whole.high95, Z95),
		};
	}
}
