/* SPDX-License-Identifier: Apache-2.0 */
/* What a class of machine would have drawn at the plug: `gramme model wall`. */
#pragma once

#include "model/quantity.h"

struct wall_prior {
	const char *class_name; /* "desktop" */
	double energy_j;        /* of the components */
	double duration_s;
	struct quantity wall_j;
	double low90_j;
	double high90_j;
	struct quantity
		a_w; /* METHOD E-11's a and b; their kind says how they came about */
	struct quantity b_ratio;
	const char *source;
};
