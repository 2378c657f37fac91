/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-18: a warning's words, and the texts of runs that are not alike.
 * Reads: the names of sides, and their runs' texts.
 * Gives: "A ran on X; B ran on Y", cut where it is too long, never within a character.
 * Needs: nothing.
 * Limits: of many sides the first that fit are named.
 */
#include "calc/compare-words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define MORE_ROOM 24 /* "; 31 more sides" */

/* Copies what fits, whole characters only. */
void compare_copy_cut(char *buf, size_t size, const char *text)
{
	size_t n = strlen(text), dots = strlen("...");

	if (n < size) {
		(void)copy_text(buf, size, text);
		return;
	}
	for (n = size - dots - 1; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80;)
		n--;
	(void)snprintf(buf, size, "%.*s...", (int)n, text);
}

void compare_warning(struct compare_outcome *outcome, const char *code, const char *fmt,
		     ...)
{
	struct compare_warning *to = &outcome->warnings[outcome->warning_count];
	char text[2 * sizeof to->text];
	va_list args;

	if (outcome->warning_count == COMPARE_WARNINGS_MAX)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	compare_copy_cut(to->text, sizeof to->text, text);
	(void)copy_text(to->code, sizeof to->code, code);
	outcome->warning_count++;
}

/* "A ran on X; B ran on Y", as many as there is room for. */
void compare_list_sides(const struct compare_ask *ask, const char *verb,
			compare_say_fn *say, char buf[WARNING_ROOM])
{
	size_t used = 0;

	*buf = '\0';
	for (size_t i = 0; i < ask->side_count; i++) {
		char name[NAME_ROOM], value[VALUE_ROOM], one[NAME_ROOM + VALUE_ROOM + 40];
		int n;

		if (ask->sides[i].count == 0)
			continue;
		compare_copy_cut(name, sizeof name, ask->sides[i].name);
		say(&ask->sides[i], value, sizeof value);
		n = snprintf(one, sizeof one, "%s%s %s %s", used ? "; " : "", name, verb,
			     value);
		if (n < 0 || used + (size_t)n + MORE_ROOM >= WARNING_ROOM) {
			(void)snprintf(buf + used, WARNING_ROOM - used,
				       "; %zu more sides", ask->side_count - i);
			return;
		}
		(void)copy_text(buf + used, WARNING_ROOM - used, one);
		used += (size_t)n;
	}
}

/* A text of a run, by where it stands. */
static const char *text_at(const struct compare_run *run, size_t offset)
{
	return (const char *)run + offset;
}

bool compare_one_text(const struct compare_side *side, size_t offset)
{
	for (size_t i = 1; i < side->count; i++)
		if (strcmp(text_at(&side->runs[i], offset),
			   text_at(&side->runs[0], offset)) != 0)
			return false;
	return true;
}

static size_t different_texts(const struct compare_side *side, size_t offset)
{
	size_t found = 0;

	for (size_t i = 0; i < side->count; i++) {
		size_t j = 0;

		while (j < i && strcmp(text_at(&side->runs[i], offset),
				       text_at(&side->runs[j], offset)) != 0)
			j++;
		found += j == i ? 1 : 0;
	}
	return found;
}

void compare_say_text(const struct compare_side *side, size_t offset, char *buf,
		      size_t size)
{
	if (!compare_one_text(side, offset))
		(void)snprintf(buf, size, "%zu different ones",
			       different_texts(side, offset));
	else if (*text_at(&side->runs[0], offset))
		compare_copy_cut(buf, size, text_at(&side->runs[0], offset));
	else
		(void)copy_text(buf, size, "what is not known");
}

#define SAY_TEXT(field)                                                                  \
	static void say_##field(const struct compare_side *side, char *buf, size_t size) \
	{                                                                                \
		compare_say_text(side, offsetof(struct compare_run, field), buf, size);  \
	}

SAY_TEXT(machine)
SAY_TEXT(hardware)
SAY_TEXT(software)
SAY_TEXT(domains)

static const struct text_row {
	const char *code;
	const char *verb;
	size_t offset;
	compare_say_fn *say;
} text_rows[] = {
	{ "boundary", "counts", offsetof(struct compare_run, domains), say_domains },
	{ "hardware", "ran on", offsetof(struct compare_run, hardware), say_hardware },
	{ "machine", "ran on", offsetof(struct compare_run, machine), say_machine },
	{ "software", "ran with", offsetof(struct compare_run, software), say_software },
};

/* The first side that has runs; NULL: none has. */
const struct compare_run *compare_first_run(const struct compare_ask *ask)
{
	for (size_t i = 0; i < ask->side_count; i++)
		if (ask->sides[i].count > 0)
			return &ask->sides[i].runs[0];
	return NULL;
}

bool compare_all_one_text(const struct compare_ask *ask, size_t offset)
{
	const struct compare_run *first = compare_first_run(ask);

	for (size_t i = 0; i < ask->side_count; i++) {
		const struct compare_side *side = &ask->sides[i];

		if (side->count > 0 && (!compare_one_text(side, offset) ||
					strcmp(text_at(&side->runs[0], offset),
					       text_at(first, offset)) != 0))
			return false;
	}
	return true;
}

static void warn_text(const struct compare_ask *ask, struct compare_outcome *outcome,
		      const struct text_row *row)
{
	char list[WARNING_ROOM];

	if (compare_all_one_text(ask, row->offset))
		return;
	compare_list_sides(ask, row->verb, row->say, list);
	compare_warning(outcome, row->code, "%s", list);
}

void compare_warn_texts(const struct compare_ask *ask, struct compare_outcome *outcome)
{
	const struct compare_run *first = compare_first_run(ask);

	for (size_t i = 0; i < ARRAY_SIZE(text_rows); i++)
		warn_text(ask, outcome, &text_rows[i]);
	if (first && !*first->machine &&
	    compare_all_one_text(ask, offsetof(struct compare_run, machine)))
		compare_warning(
			outcome, "machine",
			"it is not known which machines the runs ran on, so no error of "
			"a meter cancels");
}
