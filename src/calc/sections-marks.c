/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-20, what its sections are.
 * Reads: a run's marks, in whatever order of time they were kept.
 * Gives: sections, the times each was open, and where these begin and end, in order.
 * Needs: nothing but the marks and the run's length.
 * Limits: of several of one name that are open at once an end is taken for that of the latest.
 */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "calc/sections-tally.h"

enum word { WORD_NONE, WORD_BEGIN, WORD_END };

static const struct {
	const char *text;
	enum word word;
} words[] = {
	{ "begin", WORD_BEGIN },
	{ "start", WORD_BEGIN },
	{ "end", WORD_END },
	{ "stop", WORD_END },
};

/* What marks say of one name, and how many of it are open. */
struct name {
	const char *text; /* not ended: len bytes */
	size_t len;
	bool begins;
	bool ends;
	uint32_t section; /* SECTION_NONE: it has none yet */
	uint32_t top;     /* the latest that is open; SECTION_NONE: none is */
	int64_t since_ns; /* something of it is open */
};

struct open {
	uint32_t below;
	uint32_t time;
	int64_t from_ns;
};

struct marking {
	const struct run_mark *mark;
	enum word word;
	bool sure; /* with a colon: it can only be meant so */
	struct name *name;
};

struct reading {
	const struct run_record *record;
	struct sections *sections;
	struct marking *markings; /* those that begin or end something, in time's order */
	size_t count;
	size_t begins;
	struct name *names;
	size_t name_count;
	uint32_t *table; /* of names by what they are; 0: free */
	size_t mask;
	struct open *opens;
	uint32_t open_count;
	int64_t end_ns;
};

static void reading_done(struct reading *reading)
{
	free(reading->markings);
	free(reading->names);
	free(reading->table);
	free(reading->opens);
}

/* --- which marks those are ---------------------------------------------------------------- */

/* Returns how long the name is before ":begin". */
static size_t parse(const char *text, struct marking *ret)
{
	size_t len = strlen(text);

	ret->word = WORD_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t tail = strlen(words[i].text);
		const char *at;

		if (len < tail + 2)
			continue;
		at = text + len - tail;
		if (strcmp(at, words[i].text) != 0 || !strchr(":.-_/ ", at[-1]))
			continue;
		ret->word = words[i].word;
		ret->sure = at[-1] == ':';
		return len - tail - 1;
	}
	return 0;
}

/* FNV-1a. */
static uint32_t hash_of(const char *text, size_t len)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619u;
	return hash;
}

static struct name *name_of(struct reading *reading, const char *text, size_t len)
{
	size_t at = hash_of(text, len) & reading->mask;
	struct name *name;

	for (; reading->table[at] > 0; at = (at + 1) & reading->mask) {
		name = &reading->names[reading->table[at] - 1];
		if (name->len == len && memcmp(name->text, text, len) == 0)
			return name;
	}
	name = &reading->names[reading->name_count++];
	*name = (struct name){
		.text = text, .len = len, .section = SECTION_NONE, .top = SECTION_NONE
	};
	reading->table[at] = (uint32_t)reading->name_count;
	return name;
}

static void take_mark(struct reading *reading, const struct run_mark *mark)
{
	struct marking *own = &reading->markings[reading->count];
	size_t len = parse(mark->name, own);

	if (own->word == WORD_NONE)
		return;
	own->mark = mark;
	own->name = name_of(reading, mark->name, len);
	own->name->begins |= own->word == WORD_BEGIN;
	own->name->ends |= own->word == WORD_END;
	reading->begins += own->word == WORD_BEGIN;
	reading->count++;
}

static int by_time(const void *a, const void *b)
{
	const struct run_mark *one = ((const struct marking *)a)->mark;
	const struct run_mark *two = ((const struct marking *)b)->mark;

	if (one->t_ns != two->t_ns)
		return one->t_ns < two->t_ns ? -1 : 1;
	return (one > two) - (one < two);
}

/* Nearly always they are in order. */
static void sort(struct marking *markings, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (markings[i].mark->t_ns < markings[i - 1].mark->t_ns) {
			qsort(markings, count, sizeof *markings, by_time);
			return;
		}
}

static int read_marks(struct reading *reading)
{
	const struct run_record *record = reading->record;
	size_t room = 2;

	while (room < 2 * record->mark_count)
		room *= 2;
	reading->mask = room - 1;
	reading->table = calloc(room, sizeof *reading->table);
	reading->names = calloc(record->mark_count + 1, sizeof *reading->names);
	reading->markings = calloc(record->mark_count + 1, sizeof *reading->markings);
	if (!reading->table || !reading->names || !reading->markings)
		return -ENOMEM;
	reading->end_ns = record->info.duration_ns;
	for (size_t i = 0; i < record->mark_count; i++) {
		take_mark(reading, &record->marks[i]);
		if (record->marks[i].t_ns > reading->end_ns)
			reading->end_ns = record->marks[i].t_ns;
	}
	sort(reading->markings, reading->count);
	return 0;
}

/* --- what they begin and end -------------------------------------------------------------- */

static struct section_event *add_event(struct sections *sections, int64_t t_ns,
				       uint32_t section, uint32_t time)
{
	struct section_event *event = &sections->events[sections->event_count++];

	*event = (struct section_event){ .t_ns = t_ns, .section = section, .time = time };
	return event;
}

static uint32_t add_section(struct sections *sections, const char *text, size_t len)
{
	struct section *section = &sections->list[sections->count];

	if (len >= sizeof section->name)
		len = sizeof section->name - 1;
	memcpy(section->name, text, len);
	section->name[len] = '\0';
	return (uint32_t)sections->count++;
}

static uint32_t add_time(struct sections *sections, uint32_t section, int64_t from_ns)
{
	if (sections->list[section].kept == SECTION_TIMES_MAX)
		return SECTION_NONE;
	sections->list[section].kept++;
	sections->times[sections->time_count] =
		(struct section_open){ section, from_ns, from_ns };
	return (uint32_t)sections->time_count++;
}

static void begin(struct reading *reading, const struct marking *own)
{
	struct sections *sections = reading->sections;
	struct name *name = own->name;
	int64_t t_ns = own->mark->t_ns;
	struct section_event *event;
	struct open *open;

	if (!own->sure && !name->ends)
		return;
	if (name->section == SECTION_NONE && sections->count == SECTIONS_MAX) {
		sections->left_out++;
		return;
	}
	if (name->section == SECTION_NONE) {
		name->section = add_section(sections, name->text, name->len);
		sections->list[name->section].paired = true;
	}
	open = &reading->opens[reading->open_count];
	*open = (struct open){ .below = name->top, .from_ns = t_ns };
	open->time = add_time(sections, name->section, t_ns);
	sections->list[name->section].count++;
	event = add_event(sections, t_ns, name->section, open->time);
	event->begins = true;
	event->edge = name->top == SECTION_NONE;
	if (event->edge)
		name->since_ns = t_ns;
	event->from_ns = t_ns;
	event->since_ns = name->since_ns;
	name->top = reading->open_count++;
}

static void end_latest(struct reading *reading, struct name *name, int64_t t_ns)
{
	struct sections *sections = reading->sections;
	const struct open *open = &reading->opens[name->top];
	struct section_event *event =
		add_event(sections, t_ns, name->section, open->time);

	name->top = open->below;
	event->edge = name->top == SECTION_NONE;
	event->from_ns = open->from_ns;
	event->since_ns = name->since_ns;
	if (event->edge)
		sections->list[name->section].duration_ns += t_ns - name->since_ns;
	if (open->time != SECTION_NONE)
		sections->times[open->time].to_ns = t_ns;
}

/* "the end" of nothing that was ever begun is a mark like any other. */
static void end(struct reading *reading, const struct marking *own)
{
	struct name *name = own->name;

	if (name->top != SECTION_NONE)
		end_latest(reading, name, own->mark->t_ns);
	else if (name->begins && name->section == SECTION_NONE &&
		 reading->sections->count == SECTIONS_MAX)
		reading->sections->left_out++;
	else if (own->sure || name->begins)
		reading->sections->lost_ends++;
}

static int take_pairs(struct reading *reading)
{
	struct sections *sections = reading->sections;
	size_t names = reading->begins < SECTIONS_MAX ? reading->begins : SECTIONS_MAX;

	sections->list = calloc(names + 1, sizeof *sections->list);
	sections->times = calloc(reading->begins + 1, sizeof *sections->times);
	sections->events = calloc(2 * reading->begins + 1, sizeof *sections->events);
	reading->opens = calloc(reading->begins + 1, sizeof *reading->opens);
	if (!sections->list || !sections->times || !sections->events || !reading->opens)
		return -ENOMEM;
	for (size_t i = 0; i < reading->count; i++) {
		if (reading->markings[i].word == WORD_BEGIN)
			begin(reading, &reading->markings[i]);
		else
			end(reading, &reading->markings[i]);
	}
	for (size_t i = 0; i < reading->name_count; i++)
		while (reading->names[i].top != SECTION_NONE)
			end_latest(reading, &reading->names[i], reading->end_ns);
	return 0;
}

/* --- where none is begun ------------------------------------------------------------------ */

static void add_plain(struct sections *sections, const struct run_mark *mark,
		      int64_t to_ns)
{
	uint32_t section = add_section(sections, mark->name, strlen(mark->name));
	struct section *own = &sections->list[section];
	uint32_t time = add_time(sections, section, mark->t_ns);

	own->count = 1;
	own->duration_ns = to_ns - mark->t_ns;
	sections->times[time].to_ns = to_ns;
	for (int ends = 0; ends < 2; ends++) {
		struct section_event *event =
			add_event(sections, ends ? to_ns : mark->t_ns, section, time);

		event->begins = !ends;
		event->edge = true;
		event->from_ns = event->since_ns = mark->t_ns;
	}
}

static void free_plain(struct sections *sections)
{
	free(sections->list);
	free(sections->times);
	free(sections->events);
	sections->list = NULL;
	sections->times = NULL;
	sections->events = NULL;
}

static int take_plain(struct reading *reading)
{
	struct sections *sections = reading->sections;
	const struct run_record *record = reading->record;
	size_t count = record->mark_count;

	if (count < 2 || count > SECTIONS_PLAIN_MAX)
		return 0;
	for (size_t i = 0; i < count; i++)
		reading->markings[i].mark = &record->marks[i];
	sort(reading->markings, count);
	free_plain(sections);
	sections->list = calloc(count, sizeof *sections->list);
	sections->times = calloc(count, sizeof *sections->times);
	sections->events = calloc(2 * count, sizeof *sections->events);
	if (!sections->list || !sections->times || !sections->events)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		add_plain(sections, reading->markings[i].mark,
			  i + 1 < count ? reading->markings[i + 1].mark->t_ns
					: reading->end_ns);
	return 0;
}

int sections_of_marks(const struct run_record *record, struct sections *sections)
{
	CLEANUP(reading_done)
	struct reading reading = { .record = record, .sections = sections };
	int r = read_marks(&reading);

	if (r == 0)
		r = take_pairs(&reading);
	if (r == 0 && sections->count == 0)
		r = take_plain(&reading);
	return r;
}
