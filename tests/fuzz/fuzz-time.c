/* SPDX-License-Identifier: Apache-2.0 */
/* Times in words: what was read is written so that it reads the same, to the millisecond. */
#include <errno.h>
#include <string.h>

#include "base/time-text.h"
#include "files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = files_text(data, size);
	char again[TIME_TEXT_MAX];
	char length[TIME_TEXT_MAX];
	int64_t ns = 7;
	int64_t back = 0;
	int r = time_of_text(text, &ns);

	PROMISE(r == 0 || (r == -EPROTO && ns == 7) || (r == -ERANGE && ns == 7));
	duration_text(ns, length, sizeof length);
	PROMISE(memchr(length, '\0', sizeof length) && length[0] != '\0');
	time_text(ns, again, sizeof again);
	PROMISE(memchr(again, '\0', sizeof again));
	if (r == 0) {
		PROMISE(time_of_text(again, &back) == 0);
		PROMISE(back <= ns && ns - back < NS_PER_MS);
	}
	return 0;
}
