/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/entsoe-xml.h"

#include <errno.h>
#include <expat.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "grid/mix.h"

#define DEPTH_MAX 16
#define TEXT_MAX  200
/* A year of quarters of an hour; the service gives no more at once. */
#define POINTS_MAX 36000

enum document { DOCUMENT_NONE, DOCUMENT_GENERATION, DOCUMENT_REFUSAL };

struct point {
	int64_t position; /* 0: none */
	double mw;
	bool told;
};

struct reader {
	struct grid_ask *ask;
	XML_Parser parser;
	int err;
	unsigned depth;
	enum document document;
	char text[TEXT_MAX];
	size_t text_len;
	/* Of the TimeSeries. */
	char fuel[8];
	bool drawn;
	bool repeats;
	/* Of its Period. */
	bool in_period;
	int64_t start_unix_s;
	int64_t end_unix_s;
	int64_t step_s;
	struct point last;
	struct point point;
	/* Of the refusal. */
	char code[8];
	char reason[TEXT_MAX];
};

static void stop(struct reader *reader, int err)
{
	if (reader->err == 0)
		reader->err = err;
	(void)XML_StopParser(reader->parser, XML_FALSE);
}

static void stop_bad(struct reader *reader, const char *what)
{
	if (reader->err == 0)
		stop(reader, grid_bad(reader->ask, "%s", what));
}

/* With a prefix or without: "ns2:Point". */
static const char *local_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon ? colon + 1 : name;
}

static void begin_document(struct reader *reader, const char *name)
{
	if (strcmp(name, "GL_MarketDocument") == 0)
		reader->document = DOCUMENT_GENERATION;
	else if (strcmp(name, "Acknowledgement_MarketDocument") == 0)
		reader->document = DOCUMENT_REFUSAL;
	else
		stop_bad(reader, "the answer is no document of a market");
}

static void begin_series(struct reader *reader)
{
	reader->fuel[0] = '\0';
	reader->drawn = false;
	reader->repeats = false;
}

static void begin_period(struct reader *reader)
{
	reader->in_period = true;
	reader->start_unix_s = 0;
	reader->end_unix_s = 0;
	reader->step_s = 0;
	reader->last = (struct point){ 0 };
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *reader = ctx;

	(void)attributes;
	name = local_name(name);
	reader->text_len = 0;
	if (++reader->depth > DEPTH_MAX)
		stop_bad(reader, "the answer is nested too deep");
	else if (reader->depth == 1)
		begin_document(reader, name);
	else if (strcmp(name, "TimeSeries") == 0)
		begin_series(reader);
	else if (strcmp(name, "Period") == 0)
		begin_period(reader);
	else if (strcmp(name, "Point") == 0)
		reader->point = (struct point){ 0 };
	else if (strcmp(name, "outBiddingZone_Domain.mRID") == 0)
		reader->drawn = true;
}

static void XMLCALL on_text(void *ctx, const XML_Char *text, int len)
{
	struct reader *reader = ctx;
	size_t room = sizeof reader->text - 1 - reader->text_len;
	size_t part = (size_t)len < room ? (size_t)len : room;

	memcpy(reader->text + reader->text_len, text, part);
	reader->text_len += part;
}

static void read_resolution(struct reader *reader, const char *text)
{
	static const struct {
		const char *text;
		int64_t step_s;
	} rows[] = {
		{ "PT15M", 900 }, { "PT30M", 1800 }, { "PT60M", 3600 }, { "PT1H", 3600 }
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(text, rows[i].text) == 0)
			reader->step_s = rows[i].step_s;
	if (reader->step_s == 0)
		stop_bad(reader, "a resolution that is not known");
}

static void read_time(struct reader *reader, const char *text, int64_t *ret)
{
	if (grid_time_of_text(text, ret) < 0)
		stop_bad(reader, "a time that is none");
}

static int64_t positions(const struct reader *reader)
{
	int64_t length_s = reader->end_unix_s - reader->start_unix_s;

	if (reader->step_s == 0 || length_s <= 0 ||
	    length_s > reader->step_s * (int64_t)POINTS_MAX)
		return 0;
	return length_s / reader->step_s;
}

static bool is_storage(const char *fuel)
{
	return strcmp(fuel, "B10") == 0 || strcmp(fuel, "B25") == 0;
}

/* The last point holds up to that position, not included. */
static void put_last(struct reader *reader, int64_t to_position)
{
	const struct point *last = &reader->last;
	struct intensity_point told;
	int r;

	if (last->position == 0 || !last->told || reader->drawn ||
	    is_storage(reader->fuel))
		return;
	if (!reader->repeats)
		to_position = last->position + 1;
	told = (struct intensity_point){
		.from_unix_s =
			reader->start_unix_s + (last->position - 1) * reader->step_s,
		.to_unix_s = reader->start_unix_s + (to_position - 1) * reader->step_s,
		.gpkwh = last->mw,
	};
	r = mix_add(reader->ask->own, reader->fuel, &told);
	if (r == -E2BIG)
		stop_bad(reader, "too many types of plants");
	else if (r < 0)
		stop(reader, r);
}

static void end_point(struct reader *reader)
{
	if (!reader->in_period || reader->fuel[0] == '\0')
		stop_bad(reader, "a point outside of a period of a type");
	else if (reader->point.position <= reader->last.position ||
		 reader->point.position > positions(reader))
		stop_bad(reader, "a position that is out of order or out of its period");
	else
		put_last(reader, reader->point.position);
	reader->last = reader->point;
}

static void end_period(struct reader *reader)
{
	if (reader->err == 0)
		put_last(reader, positions(reader) + 1);
	reader->in_period = false;
}

static void read_in_period(struct reader *reader, const char *name, const char *text)
{
	if (strcmp(name, "start") == 0) {
		read_time(reader, text, &reader->start_unix_s);
	} else if (strcmp(name, "end") == 0) {
		read_time(reader, text, &reader->end_unix_s);
	} else if (strcmp(name, "resolution") == 0) {
		read_resolution(reader, text);
	} else if (strcmp(name, "position") == 0) {
		if (parse_i64(text, &reader->point.position) < 0)
			stop_bad(reader, "a position that is no number");
	} else if (strcmp(name, "quantity") == 0 && *text != '\0') {
		if (parse_double(text, &reader->point.mw) < 0)
			stop_bad(reader, "a quantity that is no number");
		reader->point.told = true;
	} else if (strcmp(name, "Point") == 0) {
		end_point(reader);
	} else if (strcmp(name, "Period") == 0) {
		end_period(reader);
	}
}

static void read_in_series(struct reader *reader, const char *name, const char *text)
{
	if (strcmp(name, "psrType") == 0)
		(void)copy_text(reader->fuel, sizeof reader->fuel, text);
	else if (strcmp(name, "curveType") == 0)
		reader->repeats = strcmp(text, "A03") == 0;
	else if (strcmp(name, "quantity_Measure_Unit.name") == 0 &&
		 strcmp(text, "MAW") != 0)
		stop_bad(reader, "a quantity that is not in MW");
	else if (strcmp(name, "Point") == 0)
		stop_bad(reader, "a point outside of a period");
}

static void read_in_refusal(struct reader *reader, const char *name, const char *text)
{
	if (strcmp(name, "code") == 0 && reader->code[0] == '\0')
		(void)copy_text(reader->code, sizeof reader->code, text);
	if (strcmp(name, "text") == 0 && reader->reason[0] == '\0')
		(void)copy_text(reader->reason, sizeof reader->reason, text);
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
	struct reader *reader = ctx;
	const char *text;

	name = local_name(name);
	reader->text[reader->text_len] = '\0';
	text = trim_text(reader->text);
	if (reader->document == DOCUMENT_REFUSAL)
		read_in_refusal(reader, name, text);
	else if (reader->in_period)
		read_in_period(reader, name, text);
	else if (reader->document == DOCUMENT_GENERATION)
		read_in_series(reader, name, text);
	reader->text_len = 0;
	reader->depth--;
}

/* Entities are declared there, and a few lines of them are a billion laughs. */
static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *system_id,
			       const XML_Char *public_id, int has_internal_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_internal_subset;
	stop_bad(ctx, "the answer declares a document type, which none needs");
}

/* 999 is also what a question that is too large is refused with. */
static int refused(const struct reader *reader)
{
	char code[GRID_QUOTE_MAX];
	char reason[GRID_QUOTE_MAX];

	if (strcmp(reader->code, "999") == 0 &&
	    (reader->reason[0] == '\0' ||
	     strcasestr(reader->reason, "no matching data") ||
	     strcasestr(reader->reason, "no data")))
		return -ENODATA;
	return grid_bad(reader->ask, "refused with code %s: %s",
			grid_quote(reader->ask, reader->code, code),
			grid_quote(reader->ask, reader->reason, reason));
}

static int parse(struct reader *reader, const char *text, size_t size)
{
	XML_SetUserData(reader->parser, reader);
	XML_SetElementHandler(reader->parser, on_start, on_end);
	XML_SetCharacterDataHandler(reader->parser, on_text);
	XML_SetStartDoctypeDeclHandler(reader->parser, on_doctype);
	if (size > INT_MAX)
		return grid_bad(reader->ask, "the answer is too long");
	if (XML_Parse(reader->parser, text, (int)size, 1) == XML_STATUS_ERROR &&
	    reader->err == 0) {
		if (XML_GetErrorCode(reader->parser) == XML_ERROR_NO_MEMORY)
			return -ENOMEM;
		return grid_bad(reader->ask, "the answer is no XML: %s in line %lu",
				XML_ErrorString(XML_GetErrorCode(reader->parser)),
				(unsigned long)XML_GetCurrentLineNumber(reader->parser));
	}
	return reader->err;
}

int entsoe_read(struct grid_ask *ask, const char *text, size_t size)
{
	struct reader reader = { .ask = ask };
	int r;

	reader.parser = XML_ParserCreate(NULL);
	if (!reader.parser)
		return -ENOMEM;
	r = parse(&reader, text, size);
	XML_ParserFree(reader.parser);
	if (r == 0 && reader.document == DOCUMENT_REFUSAL)
		r = refused(&reader);
	return r;
}
