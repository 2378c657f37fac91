/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer as libcurl hands it over, bit by bit: the body up to its bound, after unpacking; of
 * the headers the status, the server's clock and Retry-After.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/http-curl.h"
#include "base/parse.h"

#define HEADERS_BYTES_MAX ((size_t)256 << 10)
#define REFUSAL_BYTES_MAX ((size_t)64 << 10) /* of a body that nobody reads */
#define BODY_FIRST_BYTES  ((size_t)4 << 10)

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

bool http_is_success(long status)
{
	return status >= 200 && status <= 299;
}

static bool make_room(struct answer *answer, size_t more)
{
	size_t room = answer->room ? answer->room : BODY_FIRST_BYTES;
	char *grown;

	while (room <= answer->size + more)
		room *= 2;
	if (answer->body && room == answer->room)
		return true;
	grown = realloc(answer->body, room);
	if (!grown)
		return false;
	answer->body = grown;
	answer->room = room;
	return true;
}

size_t http_take_body(char *bytes, size_t one, size_t len, void *ctx)
{
	struct answer *answer = ctx;

	(void)one;
	if (!http_is_success(answer->status)) {
		answer->unread_bytes += len;
		return answer->unread_bytes > REFUSAL_BYTES_MAX ? 0 : len;
	}
	if (len > answer->max_bytes - answer->size) {
		answer->err = -EMSGSIZE;
		return 0;
	}
	if (!make_room(answer, len)) {
		answer->err = -ENOMEM;
		return 0;
	}
	memcpy(answer->body + answer->size, bytes, len);
	answer->size += len;
	return len;
}

/* A new answer begins: what 100 Continue said is not this one's. */
static void take_status(struct answer *answer, const char *line)
{
	const char *blank = strchr(line, ' ');

	answer->status = blank ? strtol(blank, NULL, 10) : 0;
	answer->date = 0;
	answer->retry_at = 0;
	answer->retry_s = 0;
}

static time_t date_of(const struct answer *answer, const char *text)
{
	time_t date = answer->api->getdate ? answer->api->getdate(text, NULL) : -1;

	return date > 0 ? date : 0;
}

static void take_field(struct answer *answer, const char *line)
{
	const char *value = strchr(line, ':');
	uint64_t seconds;

	if (!value)
		return;
	value++;
	if (strncasecmp(line, "date:", 5) == 0) {
		answer->date = date_of(answer, value);
	} else if (strncasecmp(line, "retry-after:", 12) == 0) {
		if (parse_u64(value, &seconds) == 0)
			answer->retry_s =
				seconds < INT32_MAX ? (int64_t)seconds : INT32_MAX;
		else
			answer->retry_at = date_of(answer, value);
	}
}

size_t http_take_header(char *bytes, size_t one, size_t len, void *ctx)
{
	struct answer *answer = ctx;
	char line[256];

	(void)one;
	answer->header_bytes += len;
	if (answer->header_bytes > HEADERS_BYTES_MAX) {
		answer->err = -EMSGSIZE;
		return 0;
	}
	(void)snprintf(line, sizeof line, "%.*s", (int)least((int64_t)len, 255), bytes);
	if (strncasecmp(line, "HTTP/", 5) == 0)
		take_status(answer, line);
	else
		take_field(answer, line);
	return len;
}

/* By the server's own clock where it tells it: this machine's may be off. */
int64_t http_retry_after_ns(const struct answer *answer)
{
	time_t now = answer->date ? answer->date : time(NULL);
	int64_t wait_s = answer->retry_s;

	if (answer->retry_at > now)
		wait_s = least(answer->retry_at - now, INT32_MAX);
	return wait_s * NS_PER_S;
}

void http_answer_done(struct answer *answer)
{
	free(answer->body);
	free(answer->redirect);
}

/* libcurl writes this question's own user and password into where a relative address leads. */
void http_take_redirect(const struct door *door, struct answer *answer)
{
	const char *to = NULL;

	if (door->api.getinfo(door->easy, CURLINFO_REDIRECT_URL, &to) != CURLE_OK || !to)
		return;
	answer->redirect = strdup(to);
	if (answer->redirect)
		http_drop_user(answer->redirect);
	else
		answer->err = -ENOMEM;
}

int http_answer_finish(struct answer *answer, struct http_response *ret)
{
	if (!answer->body && !make_room(answer, 0))
		return -ENOMEM;
	answer->body[answer->size] = '\0';
	*ret = (struct http_response){
		.status = answer->status,
		.body = STEAL(answer->body),
		.size = answer->size,
		.date_unix_s = answer->date,
	};
	return 0;
}
