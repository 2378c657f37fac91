/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network made up for one test: answers in the order they are given, and what was asked,
 * word by word. Never sleeps. Header only.
 */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/http.h"
#include "base/parse.h"
#include "fixture.h"
#include "model/intensity.h"

#define FAKE_ASKED_MAX 80

struct fake_reply {
	const char *file; /* below tests/replies/; NULL: `body` */
	const char *body;
	int err; /* instead of an answer */
	int64_t date_unix_s;
};

struct fake_asked {
	char url[1024];
	char header[256]; /* the first */
	char user_password[64];
};

struct fake_http {
	struct http door;
	const struct fake_reply *replies; /* the last one stands for all that follow */
	size_t count;
	size_t asked;
	struct fake_asked log[FAKE_ASKED_MAX];
};

static inline char *fake_file(const char *name)
{
	char path[512];
	char *text = NULL;
	size_t room = 0;
	FILE *file;
	ssize_t len;

	(void)snprintf(path, sizeof path, TESTS_DIR "/replies/%s", name);
	file = fopen(path, "re");
	if (!file)
		fail_msg("no %s", path);
	len = getdelim(&text, &room, '\0', file);
	(void)fclose(file);
	assert_true(len > 0);
	return text;
}

static inline void fake_note(struct fake_http *fake, const struct http_request *request)
{
	struct fake_asked *asked = &fake->log[fake->asked++];
	const char *user = request->user_password;

	assert_true(copy_text(asked->url, sizeof asked->url, request->url));
	(void)copy_text(asked->header, sizeof asked->header,
			request->headers[0] ? request->headers[0] : "");
	(void)copy_text(asked->user_password, sizeof asked->user_password,
			user ? user : "");
}

static inline int fake_get(void *ctx, const struct http_request *request,
			   struct http_response *ret, struct diag *diag)
{
	struct fake_http *fake = ctx;
	size_t i = fake->asked < fake->count ? fake->asked : fake->count - 1;
	const struct fake_reply *reply = &fake->replies[i];

	assert_true(fake->asked < FAKE_ASKED_MAX);
	fake_note(fake, request);
	if (reply->err < 0)
		return diag_say(diag, reply->err, "the service said no");
	ret->status = 200;
	ret->body = reply->file ? fake_file(reply->file) : strdup(reply->body);
	ret->size = strlen(ret->body);
	ret->date_unix_s = reply->date_unix_s;
	return 0;
}

static inline void fake_pause(void *ctx, int64_t ns)
{
	(void)ctx;
	(void)ns;
}

static inline void fake_open(struct fake_http *fake, const struct fake_reply *replies,
			     size_t count)
{
	memset(fake, 0, sizeof *fake);
	fake->replies = replies;
	fake->count = count;
	fake->door.get = fake_get;
	fake->door.pause = fake_pause;
	fake->door.ctx = fake;
}

/* Unix seconds of "2024-03-05T20:00Z"-like numbers, so that tests read as they mean. */
static inline int64_t fake_time(int year, int month, int day, int hour, int minute)
{
	struct tm tm = { .tm_year = year - 1900,
			 .tm_mon = month - 1,
			 .tm_mday = day,
			 .tm_hour = hour,
			 .tm_min = minute };

	return (int64_t)timegm(&tm);
}

/* "20:00-21:00 599 e f;…" of a series: hours and minutes, value, estimated, forecast. */
static inline const char *fake_points(const struct intensity_series *series, char *buf,
				      size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < series->count && len + 1 < size; i++) {
		const struct intensity_point *p = &series->points[i];
		long from = (long)(p->from_unix_s % 86400 / 60);
		long to = (long)(p->to_unix_s % 86400 / 60);

		len += (size_t)snprintf(buf + len, size - len,
					"%s%02ld:%02ld-%02ld:%02ld %g%s%s", i ? "; " : "",
					from / 60, from % 60, to / 60, to % 60, p->gpkwh,
					p->estimated ? " e" : "",
					p->forecast ? " f" : "");
	}
	return buf;
}
