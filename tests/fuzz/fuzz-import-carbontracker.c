/* SPDX-License-Identifier: Apache-2.0 */
#include "import-text.h"

extern const struct import_format import_carbontracker;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	import_text_fuzz(&import_carbontracker, "x_carbontracker.log", data, size);
	return 0;
}
