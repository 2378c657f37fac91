/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-22, from a question in words to a curve in watts.
 * Reads: what is asked; what the tables know of the processor's name.
 * Gives: watts at eleven loads with intervals, and what they rest on.
 * Needs: a processor's name, or how many cores there are.
 * Limits: a server; a laptop or a desktop draws less beside its processor.
 */
#include "machine/server-model.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "machine/cpu-model.h"

#define Z90 1.645
#define Z95 1.960

/* Chips that servers have, where that is not told, and how often they do among those published. */
static const struct {
	double chips;
	double part;
} usual_chips[] = { { 1, 0.25 }, { 2, 0.75 } };

void server_ask_init(struct server_ask *ask)
{
	*ask = (struct server_ask){
		.chips = (double)NAN,
		.cores = (double)NAN,
		.threads = (double)NAN,
		.mhz = (double)NAN,
		.memory_gb = (double)NAN,
		.tdp_w = (double)NAN,
		.year = (double)NAN,
	};
}

const char *server_how_text(enum server_how how)
{
	static const char *const texts[] = { "same-cpu", "like", "unlike" };

	return texts[how];
}

static bool outside(double value, double least, double most)
{
	return !isnan(value) && !(value >= least && value <= most);
}

static const char *what_no_server_has(const struct server_ask *ask)
{
	if (outside(ask->chips, 1, 64))
		return "chips: 1 to 64";
	if (outside(ask->cores, 1, 4096))
		return "cores: 1 to 4096";
	if (outside(ask->threads, 1, 16384))
		return "threads: 1 to 16384";
	if (outside(ask->mhz, 200, 10000))
		return "MHz: 200 to 10000";
	if (outside(ask->memory_gb, 0.1, 65536))
		return "memory: 0.1 to 65536 GB";
	if (outside(ask->tdp_w, 1, 2000))
		return "TDP: 1 to 2000 W a chip";
	if (outside(ask->year, 1995, 2100))
		return "year: 1995 to 2100";
	if (ask->cores < ask->chips)
		return "cores: fewer than chips";
	if (ask->threads < ask->cores)
		return "threads: fewer than cores";
	return NULL;
}

/* What the tables of processors know by the name. */
static void fill_by_name(struct server_ask *ask)
{
	struct cpu_seen seen = { .chips = 1, .threads = 1 };
	struct cpu_facts facts;
	char key[SERVER_KEY_MAX];
	int generation_year;

	if (!ask->cpu_name[0])
		return;
	(void)copy_text(seen.name, sizeof seen.name, ask->cpu_name);
	cpu_model_facts(&seen, &facts);
	if (isnan(ask->tdp_w) && facts.tdp_mw)
		ask->tdp_w = facts.tdp_mw / 1e3;
	if (isnan(ask->year) && facts.year)
		ask->year = facts.year + 0.5;
	server_key(ask->cpu_name, key, sizeof key);
	generation_year = server_generation_year(key);
	if (isnan(ask->year) && generation_year)
		ask->year = generation_year + 0.5;
	if (isnan(ask->chips) && facts.chip_threads && ask->threads > 0)
		ask->chips = fmax(1, round(ask->threads / facts.chip_threads));
	if (isnan(ask->threads) && facts.chip_threads && ask->chips > 0)
		ask->threads = fmax(facts.chip_threads * ask->chips, ask->cores);
}

void server_point_of(const struct server_ask *ask, double chips, struct server_point *ret)
{
	double *feature = ret->feature;

	feature[FEATURE_CHIPS] = log(chips);
	feature[FEATURE_CORES] = log(fmax(1, ask->cores / chips));
	if (isnan(ask->cores))
		feature[FEATURE_CORES] = (double)NAN;
	feature[FEATURE_THREADS] = log(ask->threads / ask->cores);
	feature[FEATURE_MHZ] = log(ask->mhz);
	feature[FEATURE_MEMORY] = log(ask->memory_gb / chips);
	feature[FEATURE_TDP] = log(ask->tdp_w);
	feature[FEATURE_YEAR] = ask->year;
	feature[FEATURE_AMD] = strcasestr(ask->cpu_name, "amd") != NULL;
	server_key(ask->cpu_name, ret->key, sizeof ret->key);
	ret->generation = server_group("generation", ret->key);
	ret->maker = server_group("vendor", ask->vendor);
}

/* The threads are known and the cores are not: they are those of the processor's rows. */
static void cores_of_threads(const struct server_ask *ask, double chips,
			     struct server_point *point)
{
	double *feature = point->feature;

	if (isnan(ask->cores) && ask->threads > 0 && !isnan(feature[FEATURE_THREADS]))
		feature[FEATURE_CORES] =
			fmax(0, log(ask->threads / chips) - feature[FEATURE_THREADS]);
}

static int guess_for(const struct server_fit *fit, const struct server_ask *ask,
		     double chips, struct server_guess *ret)
{
	struct server_point point;

	server_point_of(ask, chips, &point);
	server_fit_fill(fit, &point);
	cores_of_threads(ask, chips, &point);
	return server_fit_guess(fit, &point, ret);
}

/* Several guesses of which one is right: their mean, and how far they lie apart. */
static void mix(const struct server_guess *guesses, const double *parts, size_t count,
		struct server_guess *ret)
{
	for (int i = 0; i < SERVER_LEVELS; i++) {
		double mean = 0;
		double square = 0;
		double spread2 = 0;
		double deviation = 0;

		for (size_t k = 0; k < count; k++) {
			mean += parts[k] * guesses[k].log_w[i];
			square += parts[k] * guesses[k].log_w[i] * guesses[k].log_w[i];
			spread2 += parts[k] * guesses[k].spread[i] * guesses[k].spread[i];
			deviation += parts[k] * guesses[k].deviation[i];
		}
		ret->log_w[i] = mean;
		ret->deviation[i] = deviation;
		ret->spread[i] = sqrt(fmax(0, square - mean * mean) + spread2);
	}
}

static int guess_all(const struct server_fit *fit, const struct server_ask *ask,
		     struct server_guess *ret)
{
	struct server_guess guesses[ARRAY_SIZE(usual_chips)];
	double parts[ARRAY_SIZE(usual_chips)];
	size_t count = 0;
	double sum = 0;

	if (!isnan(ask->chips))
		return guess_for(fit, ask, ask->chips, ret);
	for (size_t i = 0; i < ARRAY_SIZE(usual_chips); i++) {
		int r;

		if (ask->cores < usual_chips[i].chips)
			continue;
		r = guess_for(fit, ask, usual_chips[i].chips, &guesses[count]);
		if (r < 0)
			return r;
		sum += usual_chips[i].part;
		parts[count++] = usual_chips[i].part;
	}
	for (size_t i = 0; i < count; i++)
		parts[i] /= sum;
	mix(guesses, parts, count, ret);
	return 0;
}

static double edge(double log_w, double tail, double spread)
{
	double apart = hypot(tail, spread);

	return exp(log_w + (tail < 0 ? -apart : apart));
}

static struct server_watts watts_of(const struct server_guess *guess,
				    const struct server_tails *tails, int level)
{
	double mean = guess->log_w[level];
	double one = guess->deviation[level];
	double spread = guess->spread[level];

	return (struct server_watts){
		.w = exp(mean),
		.low90 = edge(mean, tails->low90 * one, Z90 * spread),
		.high90 = edge(mean, tails->high90 * one, Z90 * spread),
		.low95 = edge(mean, tails->low95 * one, Z95 * spread),
		.high95 = edge(mean, tails->high95 * one, Z95 * spread),
	};
}

static void say_how(const struct server_fit *fit, struct server_curve *curve)
{
	char key[SERVER_KEY_MAX];
	const char *generation;

	server_key(curve->as.cpu_name, key, sizeof key);
	generation = server_group("generation", key);
	curve->results = key[0] ? server_fit_members(fit, key) : 0;
	if (curve->results) {
		curve->how = SERVER_SAME_CPU;
		(void)snprintf(curve->method, sizeof curve->method,
			       "%u published %s with this processor, and those like %s",
			       curve->results, curve->results == 1 ? "result" : "results",
			       curve->results == 1 ? "it" : "them");
	} else if (strcmp(generation, "other") != 0) {
		curve->how = SERVER_LIKE;
		(void)snprintf(
			curve->method, sizeof curve->method,
			"published servers of its generation, %s, and those like it",
			generation);
	} else {
		curve->how = SERVER_UNLIKE;
		(void)copy_text(curve->method, sizeof curve->method,
				"published servers of like figures; the processor's "
				"generation is not among them");
	}
}

int server_curve_of(const struct server_fit *fit, const struct server_ask *ask,
		    struct server_curve *ret, const char **ret_why)
{
	struct server_curve curve = { .as = *ask };
	const char *why = what_no_server_has(ask);
	struct server_guess guess;
	int r;

	if (why) {
		if (ret_why)
			*ret_why = why;
		return -EINVAL;
	}
	if (!ask->cpu_name[0] && isnan(ask->cores) && isnan(ask->threads) &&
	    isnan(ask->tdp_w))
		return -ENODATA;
	fill_by_name(&curve.as);
	r = guess_all(fit, &curve.as, &guess);
	if (r < 0)
		return r;
	for (int i = 0; i < SERVER_LEVELS; i++)
		curve.at[i] = watts_of(&guess, server_fit_tails(fit, i), i);
	say_how(fit, &curve);
	*ret = curve;
	return 0;
}

static double between(double a, double b, double part)
{
	return a + (b - a) * part;
}

struct server_watts server_watts_at(const struct server_curve *curve, double load_ratio)
{
	double at = fmin(fmax(load_ratio, 0), 1) * (SERVER_LEVELS - 1);
	int i = at >= SERVER_LEVELS - 1 ? SERVER_LEVELS - 2 : (int)at;
	const struct server_watts *a = &curve->at[i];
	const struct server_watts *b = a + 1;

	if (isnan(load_ratio)) /* fmax() makes a number of it */
		at = (double)NAN;
	return (struct server_watts){
		.w = between(a->w, b->w, at - i),
		.low90 = between(a->low90, b->low90, at - i),
		.high90 = between(a->high90, b->high90, at - i),
		.low95 = between(a->low95, b->low95, at - i),
		.high95 = between(a->high95, b->high95, at - i),
	};
}
