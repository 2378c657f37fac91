/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/export-name.h"

#include <stdbool.h>
#include <string.h>

static bool leads_astray(const char *part, size_t len)
{
	return len == 0 || (len == 1 && part[0] == '.') ||
	       (len == 2 && part[0] == '.' && part[1] == '.');
}

static char safe(char c)
{
	unsigned char byte = (unsigned char)c;

	if (byte < 0x20 || byte == 0x7f || c == '\\')
		return '_';
	return c;
}

/* The room left when it was added; 0 leaves out what has no room. */
static size_t add_part(char *buf, size_t size, size_t used, const char *part, size_t len)
{
	if (used + len + 2 > size)
		return used;
	if (used > 0)
		buf[used++] = '/';
	for (size_t i = 0; i < len; i++)
		buf[used++] = safe(part[i]);
	return used;
}

void export_name(const char *text, char *buf, size_t size)
{
	size_t used = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, "/");

		if (!leads_astray(text, len))
			used = add_part(buf, size, used, text, len);
		text += len;
		text += *text == '/';
	}
	if (used == 0)
		used = add_part(buf, size, 0, "file", 4);
	buf[used] = '\0';
}
