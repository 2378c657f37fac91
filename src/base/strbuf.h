/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing text. A failed allocation is remembered instead of reported at each call: check
 * once, at the end, with strbuf_steal().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

struct strbuf {
	char *text; /* always terminated once anything was added; NULL before */
	size_t len;
	size_t room;
	bool failed;
};

#define STRBUF_INIT                                                                      \
	{                                                                                \
		NULL, 0, 0, false                                                        \
	}

void strbuf_add(struct strbuf *buf, const char *text);
void strbuf_add_bytes(struct strbuf *buf, const char *bytes, size_t len);
void strbuf_printf(struct strbuf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* What part holds, "" for nothing, to be put into out: which has failed where part has. */
const char *strbuf_part(struct strbuf *out, const struct strbuf *part);

/* Hands the text over ("" when nothing was added); -ENOMEM when any call failed. */
MUST_USE int strbuf_steal(struct strbuf *buf, char **ret_text);
void strbuf_done(struct strbuf *buf);
