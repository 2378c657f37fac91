/* SPDX-License-Identifier: Apache-2.0 */
#include "import-text.h"

extern const struct import_format import_gramme;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	import_text_fuzz(&import_gramme, "a.jsonl", data, size);
	return 0;
}
