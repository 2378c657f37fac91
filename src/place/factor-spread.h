/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a figure may be from the truth: half-widths of 95 % as natural logarithms of ratios,
 * since a grid's intensity errs by a factor and is never below 0. Independent ones add in
 * quadrature, up and down apart.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/quantity.h"
#include "place/table.h"

struct factor_spread {
	double down_squares;
	double up_squares;
};

/* What is not above 0 adds nothing. */
void factor_spread_add(struct factor_spread *spread, double down, double up);

/* Sets low and high about value. */
void factor_spread_bounds(const struct factor_spread *spread, struct quantity *value);

/* A row of carbon_spread.csv, as a logarithm: half of such ratios are under the median, 95 % are
 * under the other. A row that is not there is a factor of 2, so that nothing looks exact. */
double factor_spread_median(struct tables *tables, const char *what);
double factor_spread_95(struct tables *tables, const char *what);

/* Adds what a figure errs by that is so many years from the run's: a year, two years; from
 * there on as a random walk. */
void factor_spread_years(struct tables *tables, int years, struct factor_spread *spread);

/* Adds what a yearly mean errs by for a run of that length: up to a day, up to 30, none. */
void factor_spread_short(struct tables *tables, int64_t duration_ns,
			 struct factor_spread *spread);

/* The figures of a country's states or zones, or of the world's countries, in a year. */
struct factor_parts {
	size_t count;
	double whole; /* of them all, by the same source; 0: it does not tell */
	double least;
	double low; /* 2.5 % are below */
	double high;
	double most;
};

/* iso2 "": of the world. */
void factor_parts_of(struct tables *tables, const char *iso2, int year,
		     struct factor_parts *ret);

/* Adds how far they lie from their whole: a run was in one of them. */
void factor_spread_parts(const struct factor_parts *parts, struct factor_spread *spread);

/* Whether they can be all there is of it: three or more, with the mean of the whole between
 * them. Where it is not, they are islands beside a grid that bears the country's name. */
bool factor_parts_span(const struct factor_parts *parts);
