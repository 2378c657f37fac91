/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-11: what a machine drew at the plug, from what its components did.
 *
 *	E_wall = a * dt + b * E_components
 *
 * a: fans, disks, boards, a screen: watts that no counter sees. b: what regulators and the power
 * supply lose, which grows with the load. Both are uncertain; where they were fitted together
 * (`gramme calibrate`) their errors go against each other. Pure, floating point.
 */
#pragma once

#include "model/quantity.h"

/* Standard uncertainties (k = 1). */
struct wall_line {
	double a_w;
	double a_u_w;
	double b;
	double b_u;
	double cov_w;        /* covariance of a and b; 0 for those that were not fitted */
	double rest_u_ratio; /* of the wall: what else it errs by, on another day */
};

struct wall_answer {
	struct quantity wall_j; /* 95 %; its kind and source are the caller's */
	double low90_j;
	double high90_j;
};

/*
 * METHOD E-11, E-12: the components' own interval, the line's and what rests, in quadrature;
 * never below 0. False, and nothing is written, where the energy is not known or the time is not
 * above 0.
 */
MUST_USE bool wall_of(const struct wall_line *line, const struct quantity *components_j,
		      double seconds, struct wall_answer *ret);

/* What kind of machine it is, for which there are typical figures: data/wall_class.csv. */
enum wall_class { WALL_LAPTOP, WALL_DESKTOP, WALL_SERVER, WALL_GPU_NODE };

#define WALL_CLASSES 4

const char *wall_class_text(enum wall_class value); /* "gpu-node" */
MUST_USE int wall_class_of_text(const char *text, enum wall_class *ret);

/* What is known of the machine that ran. 0, "" and false: not known. */
struct wall_machine {
	const char *cpu;  /* its processor's name */
	int chips;        /* sockets that are filled */
	int chassis;      /* DMI's type */
	bool has_battery; /* that feeds it */
	bool is_virtual;  /* a part of a machine: it has no plug */
	int big_gpus;     /* boards whose limit is 250 W or more */
};

/* False: it has no plug of its own. */
MUST_USE bool wall_class_of(const struct wall_machine *machine, enum wall_class *ret);
