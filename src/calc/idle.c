/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-4, its P_idle.
 * Reads: rows.
 * Gives: the 1st percentile of a domain's power, with an interval.
 * Needs: 20 intervals of at least 50 ms; shorter ones are put together.
 * Limits: a machine that never idled in this run shows no idle: the low end is half of what
 * was seen, because a floor below it cannot be ruled out.
 */
#include <assert.h>
#include <errno.h>

#include "base/parse.h"
#include "calc/ledger.h"
#include "calc/wide.h"

/* 64 bins an octave (at most 1.6 % wide) from 2^10 uw, a milliwatt, to 2^37 uw, 137 kW. */
#define BIN_BITS     6
#define OCTAVE_FIRST 10
#define OCTAVE_LAST  36
#define BINS         ((OCTAVE_LAST - OCTAVE_FIRST + 1) << BIN_BITS)
#define LEAST_NS     INT64_C(50000000)
#define LEAST_COUNT  20

struct idle_domain {
	bool based;
	int64_t t_ns;
	uint64_t energy_uj;
	uint32_t count;
	uint32_t bin[BINS];
};

struct idle_finder {
	size_t count;
	struct idle_domain domain[];
};

int idle_finder_new(const struct run_domain *domains, size_t count,
		    struct idle_finder **ret)
{
	struct idle_finder *finder;

	(void)domains;
	if (count > DOMAINS_MAX)
		return -EINVAL;
	finder = calloc(1, sizeof *finder + count * sizeof finder->domain[0]);
	if (!finder)
		return -ENOMEM;
	finder->count = count;
	*ret = finder;
	return 0;
}

void idle_finder_free(struct idle_finder *finder)
{
	free(finder);
}

static size_t bin_of(uint64_t power_uw)
{
	int octave;

	if (power_uw < UINT64_C(1) << OCTAVE_FIRST)
		return 0;
	octave = 63 - __builtin_clzll(power_uw);
	if (octave > OCTAVE_LAST)
		return BINS - 1;
	return ((size_t)(octave - OCTAVE_FIRST) << BIN_BITS) +
	       ((power_uw >> (octave - BIN_BITS)) & ((1u << BIN_BITS) - 1));
}

/* The least power of a bin; of BINS, the most of the last. */
static uint64_t bin_uw(size_t bin)
{
	size_t octave = (bin >> BIN_BITS) + OCTAVE_FIRST;
	uint64_t part = (bin & ((1u << BIN_BITS) - 1)) + (1u << BIN_BITS);

	return part << (octave - BIN_BITS);
}

static void take(struct idle_domain *d, int64_t t_ns, uint64_t energy_uj)
{
	int64_t ns = t_ns - d->t_ns;

	if (ns < LEAST_NS)
		return;
	if (energy_uj >= d->energy_uj) {
		d->bin[bin_of(wide_muldiv(energy_uj - d->energy_uj, (uint64_t)NS_PER_S,
					  (uint64_t)ns))]++;
		d->count++;
	}
	d->t_ns = t_ns;
	d->energy_uj = energy_uj;
}

void idle_finder_add(struct idle_finder *finder, const struct sample *row)
{
	for (size_t i = 0; i < finder->count && i < row->domain_count; i++) {
		struct idle_domain *d = &finder->domain[i];

		if (row->state[i] == SAMPLE_NONE)
			continue;
		if (d->based && row->state[i] == SAMPLE_OK) {
			take(d, row->t_ns, row->energy_uj[i]);
			continue;
		}
		d->based = true;
		d->t_ns = row->t_ns;
		d->energy_uj = row->energy_uj[i];
	}
}

/* METHOD E-4 */
void idle_finder_get(const struct idle_finder *finder, size_t domain, struct idle *ret)
{
	const struct idle_domain *d = &finder->domain[domain];
	uint32_t rank, seen = 0;
	size_t bin = 0;

	assert(domain < finder->count);
	*ret = (struct idle){ .known = false };
	if (d->count < LEAST_COUNT) {
		(void)copy_text(ret->how, sizeof ret->how,
				"the run is too short to show an idle power");
		return;
	}
	rank = d->count / 100 + (d->count % 100 != 0);
	while ((seen += d->bin[bin]) < rank)
		bin++;
	ret->known = true;
	ret->power_uw = bin ? bin_uw(bin) : 0;
	ret->low_uw = ret->power_uw / 2;
	ret->high_uw = bin_uw(bin + 1);
	(void)copy_text(ret->how, sizeof ret->how, "1st percentile of this run's power");
}
