/* SPDX-License-Identifier: Apache-2.0 */
#include "feed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int open_file(struct feed *feed)
{
	feed->file = fopen(feed->path, "re");
	if (feed->file)
		return 0;
	(void)fprintf(stderr, "gramme top: cannot read %s: %s\n", feed->path,
		      strerror(errno));
	return 1;
}

int feed_open(struct feed *feed, const struct cli *cli, size_t processes)
{
	struct gramme_live_opts opts =
		GRAMME_LIVE_OPTS(.processes = processes, .runs = 1);

	*feed = (struct feed){ .cli = cli, .path = cli_value(cli, "from") };
	if (feed->path)
		return open_file(feed);
	return gramme_live_open(cli->gramme, &opts, &feed->live) < 0 ? cli_failed(cli)
								     : 0;
}

void feed_close(struct feed *feed)
{
	gramme_live_close(feed->live);
	if (feed->file)
		(void)fclose(feed->file);
	feed->live = NULL;
	feed->file = NULL;
}

bool feed_needs_two(const struct feed *feed)
{
	return !feed->file;
}

static enum feed_next end_line(char *line, char **ret_line)
{
	line[strcspn(line, "\n")] = '\0';
	*ret_line = line;
	return FEED_LINE;
}

static enum feed_next read_file(struct feed *feed, char **ret_line)
{
	char *line = NULL;
	size_t size = 0;

	errno = 0;
	if (getline(&line, &size, feed->file) >= 0) {
		feed->line_number++;
		return end_line(line, ret_line);
	}
	free(line);
	return feof(feed->file) ? FEED_END : FEED_FAILED;
}

enum feed_next feed_read(struct feed *feed, char **ret_line)
{
	char *line = NULL;

	if (feed->file)
		return read_file(feed, ret_line);
	if (gramme_live_read(feed->live) < 0 ||
	    gramme_live_text(feed->live, "json", &line) < 0)
		return FEED_FAILED;
	return end_line(line, ret_line);
}

int feed_say(const struct feed *feed)
{
	if (!feed->file)
		return cli_failed(feed->cli);
	(void)fprintf(stderr, "gramme top: cannot read %s: %s\n", feed->path,
		      strerror(errno));
	return 1;
}
