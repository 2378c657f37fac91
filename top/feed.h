/* SPDX-License-Identifier: Apache-2.0 */
/* Where readings come from, a line of gramme.live/1 each: this machine, or a recording. */
#pragma once

#include "cli.h"

struct feed {
	const struct cli *cli;
	struct gramme_live *live;
	FILE *file; /* of --from; NULL: this machine */
	const char *path;
	size_t line_number;
};

/* Non-zero is the exit status, and the reason was said. */
int feed_open(struct feed *feed, const struct cli *cli, size_t processes);
void feed_close(struct feed *feed);

/* This machine's first reading has no powers: false for a recording, which begins at once. */
bool feed_needs_two(const struct feed *feed);

enum feed_next { FEED_LINE, FEED_END, FEED_FAILED };

/* The next line, without its new line, to be freed. FEED_FAILED: feed_say() tells why. */
enum feed_next feed_read(struct feed *feed, char **ret_line);

/* On stderr, once the screen is gone; returns the exit status. */
int feed_say(const struct feed *feed);
