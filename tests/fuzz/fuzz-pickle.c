/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes are plain data or a sentence. What is read is walked along paths of known length, for
 * a value may hold itself. */
#include <errno.h>
#include <string.h>

#include "files.h"
#include "import/pickle.h"

#define LOOKED_AT 64

static void look(const struct pickle_value *value)
{
	char text[32];
	double number;
	int64_t ns;

	if (pickle_text(value, text, sizeof text))
		PROMISE(memchr(text, '\0', sizeof text));
	(void)pickle_number(value, &number);
	if (pickle_datetime(value, &ns))
		PROMISE(ns >= 0);
	(void)pickle_get(value, "region");
	(void)pickle_attribute(value, "_version");
	(void)pickle_is_record(value, "os", "system");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *bytes = malloc(size + 1);
	struct pickle *pickle = NULL;
	struct diag diag = { 0 };
	int r;

	if (!bytes)
		return 0;
	memcpy(bytes, data, size);
	/* Without the byte behind it, so that one step too far is seen. */
	bytes = realloc(bytes, size ? size : 1);
	r = pickle_read(bytes, size, &diag, &pickle);
	PROMISE(r == 0 || ((r == -EPROTO || r == -EFBIG) && diag.text[0] && !pickle));
	if (r == 0) {
		const struct pickle_value *value = pickle_root(pickle);

		PROMISE(value);
		look(value);
		for (size_t i = 0; i < LOOKED_AT && i < value->count; i++)
			look(value->items[i]);
	}
	pickle_free(pickle);
	return 0;
}
