/* SPDX-License-Identifier: Apache-2.0 */
/* What the files behind http.h share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

int64_t http_now_ns(void); /* CLOCK_MONOTONIC */

/* Says "<where> answered <status>" and returns the errno of http.h. status is not 2xx. */
int http_say_status(long status, const char *where, struct diag *diag);

/* Host and path of a URL, without scheme, user, query and fragment: what a sentence may name. */
void http_where(const char *url, char *buf, size_t size);

/* Takes "user:password@" out of a URL, in place. */
void http_drop_user(char *url);

/* Scheme, host and port are the same. What is odd is not the same. */
bool http_same_origin(const char *url, const char *other);

bool http_is_https(const char *url);
