/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/csv-read.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/parse.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

void csv_begin(struct csv_reader *reader, char *text, size_t size)
{
	size_t mark = strlen(BYTE_ORDER_MARK);

	*reader = (struct csv_reader){
		.at = text, .end = text + size, .line = 1, .next_line = 1
	};
	*reader->end = '\0';
	if (size >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0)
		reader->at += mark;
}

/* Over a line's end, and what marks it is taken out. False where there is none. */
static bool end_line(struct csv_reader *reader)
{
	if (reader->at < reader->end && *reader->at == '\r')
		*reader->at++ = '\0';
	if (reader->at < reader->end && *reader->at == '\n') {
		*reader->at++ = '\0';
		reader->next_line++;
		return true;
	}
	return false;
}

static void skip_empty(struct csv_reader *reader)
{
	while (reader->at < reader->end) {
		char *start = reader->at;

		while (*reader->at == ' ' || *reader->at == '\t')
			reader->at++;
		if (reader->at >= reader->end)
			return;
		if (*reader->at != '\r' && *reader->at != '\n') {
			reader->at = start;
			return;
		}
		(void)end_line(reader);
	}
}

char *csv_comment(struct csv_reader *reader)
{
	char *text;

	skip_empty(reader);
	if (reader->at >= reader->end || *reader->at != '#')
		return NULL;
	text = reader->at + 1;
	reader->line = reader->next_line;
	while (reader->at < reader->end && *reader->at != '\n')
		reader->at++;
	(void)end_line(reader);
	return trim_text(text);
}

/* reader->at is past the closing quote then. */
static int quoted(struct csv_reader *reader, char **ret)
{
	char *out = ++reader->at;
	char *start = out;

	for (; reader->at < reader->end && *reader->at != '\0'; reader->at++) {
		if (*reader->at == '\n')
			reader->next_line++;
		if (*reader->at == '"' && *++reader->at != '"') {
			/* What follows is a comma or the line's end, which tell themselves. */
			memset(out, '\0', (size_t)(reader->at - out));
			*ret = start;
			return 0;
		}
		*out++ = *reader->at;
	}
	return -EPROTO;
}

static int one_field(struct csv_reader *reader, char **ret)
{
	char *start;

	while (*reader->at == ' ' || *reader->at == '\t')
		reader->at++;
	start = reader->at;
	if (*start == '"') {
		int r = quoted(reader, &start);

		if (r < 0)
			return r;
		while (*reader->at == ' ' || *reader->at == '\t')
			reader->at++;
	} else {
		reader->at += strcspn(start, ",\r\n");
	}
	if (reader->at < reader->end && !strchr(",\r\n", *reader->at))
		return -EPROTO;
	if (reader->at < reader->end && *reader->at == '\0')
		return -EPROTO;
	*ret = start;
	return 0;
}

/* The row's end: the next row begins after it. */
static int finish(struct csv_reader *reader)
{
	if (reader->at >= reader->end || end_line(reader) || reader->at >= reader->end)
		return 0;
	return -EPROTO;
}

int csv_row(struct csv_reader *reader, char **fields, size_t max)
{
	size_t count = 0;
	bool more = true;

	while (csv_comment(reader))
		;
	if (reader->at >= reader->end)
		return 0;
	reader->line = reader->next_line;
	while (more) {
		int r = count < max ? one_field(reader, &fields[count]) : -EPROTO;

		if (r < 0)
			return r;
		more = *reader->at == ',';
		if (more)
			*reader->at++ = '\0';
		count++;
	}
	if (finish(reader) < 0)
		return -EPROTO;
	for (size_t i = 0; i < count; i++)
		fields[i] = trim_text(fields[i]);
	return (int)count;
}
