/* SPDX-License-Identifier: Apache-2.0 */
/* emissions.csv: any bytes end in runs, in rows that are none, or in a sentence. */
#include "import-body.h"

extern const struct import_format import_codecarbon;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = files_text(data, size);
	const struct import_file file = { .name = "emissions.csv",
					  .bytes = text,
					  .size = size };
	const struct import_log log = { .path = "log",
					.base = "log",
					.files = &file,
					.file_count = 1,
					.zone = "UTC" };

	import_body_read(&import_codecarbon, &log);
	return 0;
}
