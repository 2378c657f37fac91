/* SPDX-License-Identifier: Apache-2.0 */
/* A user's own file: any bytes end in points or in a sentence with a line. */
#include <stdio.h>

#include "grid-body.h"

extern const struct grid grid_csv;

static const char *const paths[] = { "own.csv" };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct place place = { .iso2 = "DE", .zone = "DE" };
	struct grid_query query = { .place = &place, .from_unix_s = INT64_C(1767225600) };
	struct grid_door door = { 0 };
	char path[512];

	(void)grid_body_fuzz; /* of those with a network */
	files_lay(paths, ARRAY_SIZE(paths), data, size);
	(void)snprintf(path, sizeof path, "%s/%s", files_root(), paths[0]);
	grid_body_door(&door);
	door.base_url = path;
	query.to_unix_s = query.from_unix_s + INT64_C(2) * 86400;
	query.now_unix_s = query.from_unix_s + 86400;
	if (host_exists(files_host(), paths[0]))
		grid_body_ask(&grid_csv, &door, &query);
	return 0;
}
