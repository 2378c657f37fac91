/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strbuf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool make_room(struct strbuf *buf, size_t more)
{
	size_t room = buf->room ? buf->room : 256;
	char *grown;

	if (buf->failed)
		return false;
	while (room - buf->len <= more)
		room *= 2;
	if (room == buf->room)
		return true;
	grown = realloc(buf->text, room);
	if (!grown) {
		buf->failed = true;
		return false;
	}
	buf->text = grown;
	buf->room = room;
	return true;
}

void strbuf_add_bytes(struct strbuf *buf, const char *bytes, size_t len)
{
	if (!make_room(buf, len))
		return;
	memcpy(buf->text + buf->len, bytes, len);
	buf->len += len;
	buf->text[buf->len] = '\0';
}

void strbuf_add(struct strbuf *buf, const char *text)
{
	strbuf_add_bytes(buf, text, strlen(text));
}

/* Nearly always there is room, and once through is enough. */
void strbuf_printf(struct strbuf *buf, const char *fmt, ...)
{
	size_t room = buf->failed ? 0 : buf->room - buf->len;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(room > 0 ? buf->text + buf->len : NULL, room, fmt, args);
	va_end(args);
	if (len >= 0 && (size_t)len < room) {
		buf->len += (size_t)len;
		return;
	}
	if (len < 0 || !make_room(buf, (size_t)len)) {
		buf->failed = true;
		if (room > 0)
			buf->text[buf->len] = '\0';
		return;
	}
	va_start(args, fmt);
	(void)vsnprintf(buf->text + buf->len, (size_t)len + 1, fmt, args);
	va_end(args);
	buf->len += (size_t)len;
}

const char *strbuf_part(struct strbuf *out, const struct strbuf *part)
{
	out->failed |= part->failed;
	return part->text ? part->text : "";
}

int strbuf_steal(struct strbuf *buf, char **ret_text)
{
	strbuf_add(buf, "");
	if (buf->failed)
		return -ENOMEM;
	*ret_text = buf->text;
	memset(buf, 0, sizeof *buf);
	return 0;
}

void strbuf_done(struct strbuf *buf)
{
	if (!buf)
		return;
	free(buf->text);
	memset(buf, 0, sizeof *buf);
}
