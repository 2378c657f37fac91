/* SPDX-License-Identifier: Apache-2.0 */
/* A machine's own line from components to the wall, and what it was fitted to. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/kind.h"

#define CALIBRATION_TEXT_MAX 256

struct calibration {
	char machine[CALIBRATION_TEXT_MAX];  /* its host's name */
	char hardware[CALIBRATION_TEXT_MAX]; /* processor, chips, threads, boards */
	char domains[CALIBRATION_TEXT_MAX]; /* that were in the sum, "dram-0 package-0" */
	char meter[CALIBRATION_TEXT_MAX];   /* the file's name, a label */
	uint64_t memory_bytes;
	enum kind kind; /* of the components' energy */
	int64_t made_unix_ns;
	double a_w;
	double a_u_w; /* standard uncertainties */
	double b;
	double b_u;
	double cov_w;
	double rest_u_ratio;
	double residual_w;
	double residual_ratio;
	double correlation;
	double offset_s;
	double width_s;
	double seconds;
	double low_w; /* what the components drew, 5 % and 95 % */
	double high_w;
	uint64_t spans;
	uint64_t runs;
};
