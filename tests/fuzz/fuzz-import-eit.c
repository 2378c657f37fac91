/* SPDX-License-Identifier: Apache-2.0 */
/* data.json, then a line that holds a single '%', then info.pkl, which may be left out. */
#include "import-body.h"

extern const struct import_format import_eit;

#define PARTS "\n%\n"

static void read_as(const char *name, char *json, size_t json_size, char *info,
		    size_t info_size)
{
	const struct import_file files[] = {
		{ .name = name, .bytes = json, .size = json_size },
		{ .name = "info.pkl", .bytes = info, .size = info_size },
	};
	struct import_log log = {
		.path = "log", .base = "log", .files = files, .file_count = info ? 2 : 1
	};

	import_body_read(&import_eit, &log);
	log.zone = "+01:00";
	import_body_read(&import_eit, &log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *part = memmem(data, size, PARTS, sizeof PARTS - 1);
	size_t json_size = part ? (size_t)(part - data) : size;
	AUTO_FREE char *json = files_text(data, json_size);
	AUTO_FREE char *info = NULL;
	size_t info_size = 0;

	if (part) {
		info_size = size - json_size - (sizeof PARTS - 1);
		info = malloc(info_size + 1);
		if (!info)
			return 0;
		memcpy(info, part + sizeof PARTS - 1, info_size);
	}
	read_as("data.json", json, json_size, info, info_size);
	read_as("data.csv", json, json_size, info, info_size);
	return 0;
}
