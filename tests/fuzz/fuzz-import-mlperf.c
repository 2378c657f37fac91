/* SPDX-License-Identifier: Apache-2.0 */
#include "import-text.h"

extern const struct import_format import_mlperf;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	import_text_fuzz(&import_mlperf, "spl.txt", data, size);
	return 0;
}
