/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine whose a and b are known, and meters made up before it. Seeds are fixed: what is
 * counted here is the same each time.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calc/wall-fit.h"
#include "fixture.h"

#define RUNS    5
#define RUN_S   300
#define PAUSE_S 60
#define ALL_S   (PAUSE_S + RUNS * (RUN_S + PAUSE_S))
#ifndef CASES
#define CASES 100
#endif
#define BEGAN_S      1.7e9
#define OFFSET_MAX_S 600

struct world {
	uint64_t seed;
	double a;
	double b;
	double at_s[ALL_S + 1];
	double w[ALL_S];      /* the components; NAN between runs */
	double wall_w[ALL_S]; /* what the plug gives */
	struct wall_reading readings[ALL_S];
	size_t count;
	enum wall_meter meter;
};

struct made_meter {
	const char *name;
	double every_s;   /* between its readings */
	double average_s; /* what it averages over; 0: the second */
	double offset_s;
	double step; /* its resolution, W or J */
	double screen_w;
	bool counts; /* Wh, and no watts */
	bool holes;
};

static double uniform(struct world *world)
{
	world->seed = world->seed * 6364136223846793005u + 1442695040888963407u;
	return (double)(world->seed >> 11) / 9007199254740992.0;
}

static double normal(struct world *world)
{
	double u = uniform(world), v = uniform(world);

	return sqrt(-2 * log(u + 1e-300)) * cos(2 * M_PI * v);
}

/* Loads that last 20 to 90 s, 20 to 220 W; what else the machine does goes on for 40 s. */
static void make_world(struct world *world, uint64_t seed)
{
	double load_w = 20, other_w = 0;
	double until_s = 0;

	*world = (struct world){ .seed = seed * 7919 + 12345 };
	world->a = 25 + 30 * uniform(world);
	world->b = 1.08 + 0.15 * uniform(world);
	for (int t = 0; t < ALL_S; t++) {
		double w;

		if (t >= until_s) {
			until_s = t + 20 + 70 * uniform(world);
			load_w = 20 + 200 * uniform(world);
		}
		other_w = 0.975 * other_w + 2 * 0.222 * normal(world);
		w = load_w + normal(world);
		world->at_s[t] = BEGAN_S + t;
		world->wall_w[t] = world->a + world->b * w + other_w;
		world->w[t] = t % (RUN_S + PAUSE_S) < PAUSE_S ? NAN : w;
	}
	world->at_s[ALL_S] = BEGAN_S + ALL_S;
}

static double wall_mean_w(const struct world *world, double from, double to)
{
	double sum = 0;
	int n = 0;

	for (int t = (int)fmax(0, from); t < (int)to && t < ALL_S; t++, n++)
		sum += world->wall_w[t];
	return n > 0 ? sum / n : world->wall_w[0];
}

static double reading_at(const struct world *world, const struct made_meter *kind,
			 double at, double *joules, double *done)
{
	double value;

	for (; *done + 1 <= at; *done += 1)
		*joules += world->wall_w[(int)*done] + kind->screen_w;
	if (kind->counts)
		return floor(*joules / kind->step) * kind->step;
	value = wall_mean_w(world, at - (kind->average_s > 0 ? kind->average_s : 1), at);
	return round((value + kind->screen_w) / kind->step) * kind->step;
}

static void read_meter(struct world *world, const struct made_meter *kind)
{
	double hole_until = 0, joules = 1000 * uniform(world), done = 0;

	world->meter = kind->counts ? WALL_METER_J : WALL_METER_W;
	for (double at = kind->every_s * (1 + uniform(world)); at < ALL_S;
	     at += kind->every_s) {
		double value = reading_at(world, kind, floor(at), &joules, &done);

		if (kind->holes && uniform(world) < kind->every_s / 300)
			hole_until = at + 30 + 90 * uniform(world);
		if (at >= hole_until)
			world->readings[world->count++] = (struct wall_reading){
				BEGAN_S + floor(at) + kind->offset_s, value
			};
	}
}

static int fit(const struct world *world, struct wall_fit *ret)
{
	struct wall_fit_ask ask = {
		.power = { world->at_s, world->w, ALL_S },
		.offset_max_s = OFFSET_MAX_S,
	};
	AUTO_FREE struct wall_span *owned = NULL;
	struct wall_spans spans = { 0 };
	int r = wall_spans(world->meter, world->readings, world->count, &spans);

	if (r < 0)
		return r;
	owned = spans.spans;
	ask.spans = owned;
	ask.span_count = spans.count;
	ask.step_w = world->meter == WALL_METER_W ? spans.step : 0;
	return wall_fit(&ask, ret);
}

static bool is_within(double truth, double value, double u)
{
	return fabs(value - truth) <= 1.959964 * u;
}

/* The truth is inside 95 times in 100: 90 to 99 of these 100. */
static void judge(const struct made_meter *kind)
{
	static struct world world;
	unsigned a_in = 0, b_in = 0;
	double a_u = 0, b_u = 0, off = 0;

	for (uint64_t seed = 1; seed <= CASES; seed++) {
		struct wall_fit got;

		make_world(&world, seed);
		read_meter(&world, kind);
		assert_int_equal(fit(&world, &got), 0);
		a_in += is_within(world.a + kind->screen_w, got.line.a_w, got.line.a_u_w);
		b_in += is_within(world.b, got.line.b, got.line.b_u);
		a_u += got.line.a_u_w / CASES;
		b_u += got.line.b_u / CASES;
		off += fabs(got.offset_s - kind->offset_s) / CASES;
	}
	print_message("%s: a %u, b %u of %d; 1.96 u: %.2f W, %.4f; clock %.1f s off\n",
		      kind->name, a_in, b_in, CASES, 1.96 * a_u, 1.96 * b_u, off);
	assert_in_range(a_in, 90, 99);
	assert_in_range(b_in, 90, 99);
}

static const struct made_meter kinds[] = {
	{ "watts each second", 1, 0, 0, 0.1, 0, false, false },
	{ "steps of 1 Wh", 5, 0, 0, 3600, 0, true, false },
	{ "averages over 10 s", 1, 10, 0, 0.1, 0, false, false },
	{ "whole watts each 10 s", 10, 10, 0, 1, 0, false, false },
	{ "a clock 90 s ahead", 2, 0, 90, 0.1, 0, false, false },
	{ "a clock 90 s behind", 2, 0, -90, 0.1, 0, false, false },
	{ "holes", 2, 0, 0, 0.1, 0, false, true },
	{ "a screen too", 2, 0, 0, 0.1, 25, false, false },
	{ "all of it, in watts", 10, 10, 90, 1, 25, false, true },
	{ "all of it, in Wh", 5, 0, 90, 3600, 25, true, true },
};

static void the_truth_is_inside_95_times_in_100(void **state)
{
	judge(*state);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(kinds)];
	static struct made_meter all[ARRAY_SIZE(kinds)];

	memcpy(all, kinds, sizeof all);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		tests[i] = (struct CMUnitTest){
			.name = all[i].name,
			.test_func = the_truth_is_inside_95_times_in_100,
			.initial_state = &all[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
