/* SPDX-License-Identifier: Apache-2.0 */
/* A processor's or a maker's name, from a machine or a user's table: any bytes end in a key. */
#include <ctype.h>
#include <string.h>

#include "base/macro.h"
#include "files.h"
#include "machine/server-key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = files_text(data, size);
	char key[SERVER_KEY_MAX];
	char small[5];

	server_key(text, key, sizeof key);
	PROMISE(memchr(key, '\0', sizeof key));
	for (const char *c = key; *c; c++)
		PROMISE(islower((unsigned char)*c) || isdigit((unsigned char)*c));
	PROMISE(server_group("generation", key)[0] != '\0');
	PROMISE(server_group("vendor", text)[0] != '\0');
	PROMISE(server_generation_year(key) >= 0);
	server_key(text, small, sizeof small);
	PROMISE(strlen(small) < sizeof small && strncmp(small, key, strlen(small)) == 0);
	return 0;
}
