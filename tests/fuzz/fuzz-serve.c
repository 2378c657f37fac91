/* SPDX-License-Identifier: Apache-2.0 */
/* What anybody may send to the server's own parsers: an address, a Host, headers with secrets. */
#include <string.h>

#include "../../server/ask.c"
#include "../../server/guard.c"
#include "files.h"

static void try_guard(const char *text)
{
	struct guard guard = { .token = "correct-horse-battery",
			       .session = "0123456789abcdef",
			       .cookie = "gramme_4726",
			       .has_token = true };

	PROMISE(guard_address(&guard, "127.0.0.1", 4726) == 0 && guard.loopback);
	/* Nothing but a number or "localhost" is this machine on loopback. */
	if (guard_host(&guard, text))
		PROMISE(*text == '[' || *text == '1' || *text == 'l' || *text == 'L');
	if (guard_bearer(&guard, text))
		PROMISE(strstr(text, guard.token) != NULL);
	if (guard_cookie(&guard, text))
		PROMISE(strstr(text, guard.session) != NULL);
	(void)guard_address(&guard, text, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = files_text(data, size);
	struct ask ask = { .uri = NULL };
	int r = ask_parse(text, &ask);

	PROMISE(r <= 0 && (r < 0) == (ask.uri == NULL));
	if (r == 0) {
		PROMISE(strcmp(ask.uri, text) == 0 && ask.part_count > 0);
		for (size_t i = 0; i < ask.part_count; i++)
			PROMISE(is_text(ask.part[i]));
		for (size_t i = 0; i < ask.arg_count; i++)
			PROMISE(is_text(ask.arg[i].key) && is_text(ask.arg[i].value));
	}
	ask_done(&ask);
	try_guard(text);
	return 0;
}
