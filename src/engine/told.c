/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/told.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static bool has_value(enum message_kind kind)
{
	return kind == MESSAGE_METRIC || kind == MESSAGE_WORK;
}

int told_pack(enum message_kind kind, const struct told *told, char buf[TOLD_MAX])
{
	size_t head = sizeof told->t_ns + (has_value(kind) ? sizeof told->value : 0);
	size_t len = told->name ? strlen(told->name) : 0;

	if (len == 0 || (has_value(kind) && !isfinite(told->value)) ||
	    (kind == MESSAGE_WORK && told->value < 0))
		return -EINVAL;
	if (head + len >= TOLD_MAX)
		return -EMSGSIZE;
	memcpy(buf, &told->t_ns, sizeof told->t_ns);
	if (has_value(kind))
		memcpy(buf + sizeof told->t_ns, &told->value, sizeof told->value);
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): a message has a length */
	memcpy(buf + head, told->name, len);
	return (int)(head + len);
}

int told_unpack(enum message_kind kind, const char *bytes, size_t size, struct told *ret)
{
	struct told told = { .value = 0 };
	size_t head = sizeof told.t_ns + (has_value(kind) ? sizeof told.value : 0);

	if (size <= head)
		return -EPROTO;
	memcpy(&told.t_ns, bytes, sizeof told.t_ns);
	if (has_value(kind))
		memcpy(&told.value, bytes + sizeof told.t_ns, sizeof told.value);
	told.name = bytes + head;
	if (*told.name == '\0' || !isfinite(told.value))
		return -EPROTO;
	*ret = told;
	return 0;
}
