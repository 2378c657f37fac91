/* SPDX-License-Identifier: Apache-2.0 */
/* A user's own measurements: any bytes end in cases or in a sentence. */
#include <stdint.h>
#include <stdlib.h>

#include "engine/validate-machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag diag = { 0 };
	struct validate v = { .diag = &diag };
	struct accuracy_row *rows = NULL;
	size_t count = 0;

	if (tables_new(NULL, &v.tables) < 0 || accuracy_new(&v.accuracy) < 0)
		abort();
	if (validate_csv_text(&v, "own.csv", (const char *)data, size) < 0) {
		if (diag.text[0] == '\0')
			abort();
	} else if (accuracy_rows(v.accuracy, &rows, &count) < 0 || count == 0) {
		abort();
	}
	free(rows);
	accuracy_free(v.accuracy);
	tables_free(v.tables);
	return 0;
}
