/* SPDX-License-Identifier: Apache-2.0 */
#include "model/curve.h"

void run_curve_done(struct run_curve *curve)
{
	for (size_t i = 0; i < curve->lane_count; i++) {
		free(curve->lanes[i].machine_w);
		free(curve->lanes[i].peak_w);
		free(curve->lanes[i].attributed_w);
		free(curve->lanes[i].covered_s);
	}
	free(curve->lanes);
	free(curve->edge_s);
	free(curve->intensity_gpkwh);
	free(curve->scope_cpu_ratio);
}
