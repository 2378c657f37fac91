/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-18: what two sides have in common.
 * Reads: the machine, domains, PUE and grid of their runs, with their intervals.
 * Gives: the error that does not cancel when one side is divided by the other.
 * Needs: machine and domains that are known and the same for errors to cancel.
 * Limits: a side's runs are taken to err all alike, which is the worst case of several machines.
 */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "calc/compare-internal.h"

#define Z_95 1.95996398454005423552
/* Half-widths of one machine's meters move a little with the power: offsets, steps, ends. What
 * differs by no more than this part of the smaller one is taken for that. */
#define WIDTHS_ALIKE 0.1
/* A model knows how long a program ran and not what it did meanwhile: E-3's figure of that. */
#define MODEL_U  0.2
#define ROUNDING 1e-9

/* A 95 % interval's half-width in the logarithm, as a standard uncertainty. */
static double log_error(double low, double high)
{
	if (!(low > 0) || !(high >= low) || isinf(high))
		return NAN;
	return log(high / low) / 2 / Z_95;
}

/* How much further the energy may lie above its value than below, in the logarithm: what was not
 * read, or has no share (E-12). 0: bounds that are not known, too. */
static double unread_of(const struct compare_run *run)
{
	double value = run->value[COMPARE_ENERGY];
	double above = log(run->energy_high_j / value);
	double below = log(value / run->energy_low_j);

	return above - below > ROUNDING && isfinite(above) ? above - below : 0;
}

static double energy_error(const struct compare_run *run)
{
	return log_error(run->energy_low_j, run->energy_high_j * exp(-unread_of(run)));
}

static double pue_error(const struct compare_run *run)
{
	return log_error(run->pue_low, run->pue_high);
}

static double intensity_error(const struct compare_run *run)
{
	return log_error(run->intensity_low_gpkwh, run->intensity_high_gpkwh);
}

static double mean_error(const struct compare_side *side,
			 double (*error)(const struct compare_run *run))
{
	double sum = 0;

	for (size_t i = 0; i < side->count; i++)
		sum += error(&side->runs[i]);
	return sum / (double)side->count;
}

double compare_unread(const struct compare_side *side, enum compare_what what)
{
	return compare_is_energy(what) && side->count > 0 ? mean_error(side, unread_of)
							  : 0;
}

/* Both sides' in quadrature. */
static double both_errors(const struct duel *duel,
			  double (*error)(const struct compare_run *run))
{
	double a = mean_error(duel->side, error), b = mean_error(duel->reference, error);

	return a * a + b * b;
}

static bool same_text(const char *a, const char *b)
{
	return *a && strcmp(a, b) == 0;
}

/* A text that fills its room was cut: what it does not say is not known. */
static bool domains_cut(const struct compare_run *run)
{
	return strlen(run->domains) >= sizeof run->domains - 1;
}

/* Two machines may have one name; not with other parts. */
static bool same_machine(const struct compare_run *a, const struct compare_run *b)
{
	return same_text(a->machine, b->machine) && same_text(a->domains, b->domains) &&
	       !domains_cut(a) && strcmp(a->hardware, b->hardware) == 0;
}

static bool same_grid(const struct compare_run *a, const struct compare_run *b)
{
	return same_text(a->grid, b->grid);
}

/* No text says which site a run was at: one PUE, from one source, on one grid is one. */
static bool same_site(const struct compare_run *a, const struct compare_run *b)
{
	return same_machine(a, b) ||
	       (a->pue == b->pue && same_text(a->pue_source, b->pue_source) &&
		same_grid(a, b));
}

/* Whether every run of both is as the reference's first. */
static bool all_same(const struct compare_side *a, const struct compare_side *b,
		     bool (*same)(const struct compare_run *a,
				  const struct compare_run *b))
{
	if (a->count == 0 || b->count == 0)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!same(&a->runs[i], &b->runs[0]))
			return false;
	for (size_t i = 0; i < b->count; i++)
		if (!same(&b->runs[i], &b->runs[0]))
			return false;
	return true;
}

bool compare_one_machine(const struct compare_side *a, const struct compare_side *b)
{
	return all_same(a, b, same_machine);
}

bool compare_modelled(const struct compare_side *side)
{
	for (size_t i = 0; i < side->count; i++)
		if (side->runs[i].kind >= KIND_MODELLED)
			return true;
	return false;
}

/* What both have cancels; where the share of one was much less sure, the rest is its own. */
static double rest_on_one_machine(const struct duel *duel)
{
	double a = mean_error(duel->side, energy_error);
	double b = mean_error(duel->reference, energy_error);
	double rest = fmax(0, fabs(a - b) - WIDTHS_ALIKE * fmin(a, b));
	bool modelled = compare_modelled(duel->side) || compare_modelled(duel->reference);

	return rest * rest + (modelled ? MODEL_U * MODEL_U : 0);
}

/* METHOD E-18 */
double compare_systematic(const struct duel *duel)
{
	const struct compare_side *a = duel->side, *b = duel->reference;
	double variance;

	if (!compare_is_energy(duel->what))
		return 0;
	if (compare_one_machine(a, b))
		variance = rest_on_one_machine(duel);
	else
		variance = both_errors(duel, energy_error);
	if (duel->what != COMPARE_CARBON)
		return variance;
	if (!all_same(a, b, same_site))
		variance += both_errors(duel, pue_error);
	if (!all_same(a, b, same_grid))
		variance += both_errors(duel, intensity_error);
	return variance;
}

static const struct {
	const char *begin; /* of a word of the domains' text, in small letters */
	unsigned part;
} parts[] = {
	{ "package", 1 }, { "core", 1 }, { "cpu", 1 },  { "dram", 2 },
	{ "memory", 2 },  { "mem", 2 },  { "gpu", 4 },  { "accelerator", 4 },
	{ "node", 8 },    { "psys", 8 }, { "wall", 8 },
};

static unsigned part_of_word(const char *word, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t n = strlen(parts[i].begin);

		if (length >= n && strncasecmp(word, parts[i].begin, n) == 0)
			return parts[i].part;
	}
	return 0;
}

/* The families that a text like "package-0 (powercap, measured), gpu-0 (…)" names. */
static unsigned parts_of(const char *text)
{
	unsigned found = 0;

	while (*text) {
		size_t n = 0;

		while (isalnum((unsigned char)text[n]))
			n++;
		found |= part_of_word(text, n);
		text += n ? n : 1;
	}
	return found;
}

/* All of the known ones' parts must be `want`'s; 0: there is none yet. A text that was cut does
 * not say what is missing. */
static bool other_parts(const struct compare_side *side, unsigned *want)
{
	for (size_t i = 0; i < side->count; i++) {
		unsigned has =
			domains_cut(&side->runs[i]) ? 0 : parts_of(side->runs[i].domains);

		if (has && *want && has != *want)
			return true;
		*want = has ? has : *want;
	}
	return false;
}

bool compare_other_boundary(const struct compare_side *a, const struct compare_side *b)
{
	unsigned want = 0;

	return other_parts(b, &want) || other_parts(a, &want);
}
