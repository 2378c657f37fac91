/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine made up for one test: a fresh folder that a struct host opens as its root, and a
 * clock that stands still until it is told to move.
 */
#pragma once

/* cmocka wants these first, in this order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/host.h"

#define SYSROOT TESTS_DIR "/sysroot"

struct fixture {
	char path[64]; /* the folder */
	struct host host;
	int64_t now_ns;    /* HOST_MONOTONIC */
	int64_t asleep_ns; /* BOOTTIME is now_ns + asleep_ns */
	int64_t unix_ns;   /* HOST_REALTIME at now_ns 0 */
};

void fixture_open(struct fixture *fixture);
void fixture_close(struct fixture *fixture); /* removes the folder */

/* Writes a file below the root, with its folders. */
void fixture_write(struct fixture *fixture, const char *path, const char *text);
void fixture_write_bytes(struct fixture *fixture, const char *path, const void *bytes,
			 size_t size, int64_t offset);
void fixture_remove(struct fixture *fixture, const char *path);
void fixture_link(struct fixture *fixture, const char *path, const char *target);
