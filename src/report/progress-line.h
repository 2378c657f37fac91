/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one line about a run that goes on:
 *
 *	gramme  12 m 03 s   214 W   154 kJ   19.8 g CO2e   (epoch 3)
 *	gramme  12 m 03 s   214 W   154 kJ   19.8 g CO2e   of 1.2 MJ (1.1 to 1.3)   8 m 00 s to go
 *
 * An estimate is called one; what is not known is said to be so. No control characters, no new
 * line, about 60 columns: whoever shows it cuts it.
 */
#pragma once

#include "base/strbuf.h"
#include "model/progress.h"

struct progress_line {
	const struct progress *progress; /* NULL: no word from the sampler yet */
	int64_t elapsed_ns;
	int64_t age_ns; /* of the reading: said from PROGRESS_OLD_NS on */
	bool lost;      /* nothing more will come */
};

#define PROGRESS_OLD_NS (5 * NS_PER_S)

void progress_line(const struct progress_line *line, struct strbuf *out);
