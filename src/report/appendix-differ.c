/* SPDX-License-Identifier: Apache-2.0 */
#include "report/appendix-differ.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "report/json-value.h"

#define PATH_MAX_BYTES 160
#define VALUE_MAX      96
#define NESTED_MAX     8
#define VALUES_SHOWN   5

/* A recorded text, and how many runs have it. */
struct record {
	const char *text; /* NULL: nothing was recorded */
	size_t runs;
};

/* One leaf of one record. */
struct leaf {
	char path[PATH_MAX_BYTES];
	char value[VALUE_MAX];
	size_t record;
};

struct leaves {
	struct leaf *leaf;
	size_t count;
	size_t room;
};

/* --- leaves ------------------------------------------------------------------------------- */

static int add_leaf(struct leaves *leaves, size_t record, const char *path,
		    const char *value)
{
	size_t room = leaves->room ? 2 * leaves->room : 128;
	struct leaf *own;

	if (leaves->count == leaves->room) {
		own = reallocarray(leaves->leaf, room, sizeof *own);
		if (!own)
			return -ENOMEM;
		leaves->leaf = own;
		leaves->room = room;
	}
	own = &leaves->leaf[leaves->count++];
	(void)copy_text(own->path, sizeof own->path, path);
	(void)copy_text(own->value, sizeof own->value, value);
	own->record = record;
	return 0;
}

static void value_text(const json_t *value, char *buf, size_t size)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		(void)copy_text(buf, size, json_string_value(value));
		break;
	case JSON_INTEGER:
		(void)snprintf(buf, size, "%lld", (long long)json_integer_value(value));
		break;
	case JSON_REAL:
		(void)snprintf(buf, size, "%.6g", json_real_value(value));
		break;
	case JSON_TRUE:
		(void)copy_text(buf, size, "yes");
		break;
	case JSON_FALSE:
		(void)copy_text(buf, size, "no");
		break;
	case JSON_NULL:
	case JSON_OBJECT:
	case JSON_ARRAY:
	default:
		buf[0] = '\0';
		break;
	}
}

/* An object or list on the way down. */
struct level {
	json_t *value;
	void *at;     /* of an object: the next key */
	size_t index; /* of a list */
	size_t path_len;
};

static void enter(struct level *level, json_t *value, size_t path_len)
{
	*level = (struct level){ value, json_object_iter(value), 0, path_len };
}

/* The next value of this level, its key behind path; NULL: no more. */
static json_t *next_value(struct level *level, char path[PATH_MAX_BYTES])
{
	json_t *value;

	path[level->path_len] = '\0';
	if (json_is_array(level->value))
		return json_array_get(level->value, level->index++);
	if (!level->at)
		return NULL;
	(void)snprintf(path + level->path_len, PATH_MAX_BYTES - level->path_len, "%s%s",
		       level->path_len > 0 ? "." : "", json_object_iter_key(level->at));
	value = json_object_iter_value(level->at);
	level->at = json_object_iter_next(level->value, level->at);
	return value;
}

static int add_leaves(struct leaves *leaves, size_t record, json_t *root)
{
	struct level levels[NESTED_MAX];
	char path[PATH_MAX_BYTES] = "";
	char text[VALUE_MAX];
	size_t depth = 1;
	int r = 0;

	enter(&levels[0], root, 0);
	while (r == 0 && depth > 0) {
		json_t *value = next_value(&levels[depth - 1], path);

		if (!value) {
			depth--;
		} else if (json_is_object(value) || json_is_array(value)) {
			if (depth < NESTED_MAX)
				enter(&levels[depth++], value, strlen(path));
		} else {
			value_text(value, text, sizeof text);
			r = text[0] ? add_leaf(leaves, record, path, text) : 0;
		}
	}
	return r;
}

static int compare_leaves(const void *a, const void *b)
{
	const struct leaf *x = a;
	const struct leaf *y = b;
	int r = strcmp(x->path, y->path);

	if (r == 0)
		r = (x->record > y->record) - (x->record < y->record);
	return r != 0 ? r : strcmp(x->value, y->value);
}

/* --- values of one path ------------------------------------------------------------------- */

struct choice {
	char *text;
	size_t runs;
};

struct choices {
	struct choice *list;
	size_t count;
	size_t known; /* runs that have any */
};

static void choices_done(struct choices *choices)
{
	for (size_t i = 0; i < choices->count; i++)
		free(choices->list[i].text);
	free(choices->list);
}

/* "2 x NVIDIA H100, NVIDIA L4": all values that one record has here. */
static void add_values(struct strbuf *out, const struct leaf *leaf, size_t count)
{
	for (size_t i = 0; i < count;) {
		size_t same = 1;

		while (i + same < count &&
		       strcmp(leaf[i].value, leaf[i + same].value) == 0)
			same++;
		strbuf_add(out, out->len > 0 ? ", " : "");
		if (same > 1)
			strbuf_printf(out, "%zu x ", same);
		strbuf_add(out, leaf[i].value);
		i += same;
	}
}

static int add_choice(struct choices *choices, char *text, size_t runs)
{
	AUTO_FREE char *own = text;
	struct choice *grown;

	choices->known += runs;
	for (size_t i = 0; i < choices->count; i++) {
		if (strcmp(choices->list[i].text, own) != 0)
			continue;
		choices->list[i].runs += runs;
		return 0;
	}
	grown = reallocarray(choices->list, choices->count + 1, sizeof *grown);
	if (!grown)
		return -ENOMEM;
	choices->list = grown;
	choices->list[choices->count++] = (struct choice){ STEAL(own), runs };
	return 0;
}

/* All leaves of one path: what each record has there. */
static int take_choices(const struct leaf *leaf, size_t count,
			const struct record *records, struct choices *ret)
{
	for (size_t i = 0; i < count;) {
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
		char *taken;
		size_t same = 1;
		int r;

		while (i + same < count && leaf[i + same].record == leaf[i].record)
			same++;
		add_values(&text, leaf + i, same);
		r = strbuf_steal(&text, &taken);
		if (r == 0)
			r = add_choice(ret, taken, records[leaf[i].record].runs);
		if (r < 0)
			return r;
		i += same;
	}
	return 0;
}

/* --- words -------------------------------------------------------------------------------- */

static const struct {
	const char *path;
	const char *name;
	const char *another; /* "2 of 5 runs on another …" */
} names[] = {
	{ "cpu.name", "processor", "on another processor" },
	{ "cpu.threads", "CPU threads", "with another number of CPU threads" },
	{ "cpu.governor", "frequency governor", "under another frequency governor" },
	{ "gpus.name", "GPU", "on another GPU" },
	{ "memory_bytes", "memory", "with another amount of memory" },
	{ "product", "machine model", "on another model of machine" },
	{ "hostname", "machine", "on another machine" },
	{ "kernel", "kernel", "under another kernel" },
	{ "os", "operating system", "under another operating system" },
	{ "git.commit", "git commit", "at another git commit" },
	{ "git.branch", "git branch", "on another git branch" },
	{ "python.version", "Python", "with another Python" },
	{ "nvidia_driver", "NVIDIA driver", "with another NVIDIA driver" },
};

/* Different on every machine, and told by nothing that follows from it. */
static bool is_serial(const char *path)
{
	return strcmp(path, "gpus.device") == 0;
}

#define PACKAGES "python.packages."

static const char *name_of(const char *path, const char **ret_another)
{
	*ret_another = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(path, names[i].path) != 0)
			continue;
		*ret_another = names[i].another;
		return names[i].name;
	}
	if (strncmp(path, PACKAGES, strlen(PACKAGES)) == 0)
		return path + strlen(PACKAGES);
	return path;
}

static int compare_choices(const void *a, const void *b)
{
	const struct choice *x = a;
	const struct choice *y = b;

	if (x->runs != y->runs)
		return x->runs < y->runs ? 1 : -1;
	return strcmp(x->text, y->text);
}

/* Bytes as people read memory. */
static void add_value(struct strbuf *out, const char *path, const char *text)
{
	uint64_t bytes;

	if (strcmp(path, "memory_bytes") == 0 && parse_u64(text, &bytes) == 0)
		strbuf_printf(out, "%.1f GiB", (double)bytes / 1073741824.0);
	else if (strcmp(path, "git.commit") == 0)
		strbuf_printf(out, "%.12s", text);
	else
		strbuf_add(out, text);
}

/* "2 of 5 runs on another GPU: NVIDIA H100 in 3, NVIDIA L4 in 2" */
static void say(struct strbuf *out, const char *path, const struct choices *choices,
		size_t runs)
{
	const char *another;
	size_t others = choices->known - choices->list[0].runs;

	(void)name_of(path, &another);
	if (another && others > 0)
		strbuf_printf(out, "%zu of %zu runs %s: ", others, runs, another);
	for (size_t i = 0; i < choices->count && i < VALUES_SHOWN; i++) {
		strbuf_add(out, i > 0 ? ", " : "");
		add_value(out, path, choices->list[i].text);
		strbuf_printf(out, i == 0 ? " in %zu of %zu runs" : " in %zu",
			      choices->list[i].runs, runs);
	}
	if (choices->count > VALUES_SHOWN)
		strbuf_printf(out, ", %zu more", choices->count - VALUES_SHOWN);
	if (choices->known < runs)
		strbuf_printf(out, ", none in %zu", runs - choices->known);
}

/* --- a group ------------------------------------------------------------------------------ */

static int add_difference(struct appendix_page *page, bool software, const char *path,
			  const struct choices *choices, size_t runs)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	struct appendix_difference *own;
	const char *another;

	if (page->difference_count == APPENDIX_DIFFERENCES_MAX) {
		page->differences_left_out++;
		return 0;
	}
	own = reallocarray(page->differences, page->difference_count + 1, sizeof *own);
	if (!own)
		return -ENOMEM;
	page->differences = own;
	own = &page->differences[page->difference_count];
	say(&text, path, choices, runs);
	*own = (struct appendix_difference){ .software = software };
	own->what = strdup(name_of(path, &another));
	page->difference_count++;
	return own->what ? strbuf_steal(&text, &own->text) : -ENOMEM;
}

/* What was recorded of a group's runs. */
struct recorded {
	bool software;
	struct record *records; /* each text once */
	size_t count;
	size_t runs; /* that have any */
};

/* A path that some records lack, or have otherwise. */
static int look_at(struct appendix_page *page, const struct recorded *recorded,
		   const struct leaf *leaf, size_t count)
{
	CLEANUP(choices_done) struct choices choices = { NULL, 0, 0 };
	int r = take_choices(leaf, count, recorded->records, &choices);

	if (r < 0 || is_serial(leaf->path) || choices.count == 0 ||
	    (choices.count == 1 && choices.known == recorded->runs))
		return r;
	qsort(choices.list, choices.count, sizeof *choices.list, compare_choices);
	return add_difference(page, recorded->software, leaf->path, &choices,
			      recorded->runs);
}

/* The site keeps each text once: the same text is the same pointer. */
static void gather(const struct appendix_page *page, struct recorded *ret)
{
	for (size_t i = 0; i < page->group->run_count; i++) {
		const struct run_record *own =
			&page->site->views[page->group->runs[i]].record;
		const char *text =
			ret->software ? own->software_json : own->hardware_json;
		size_t k = 0;

		if (!text)
			continue;
		ret->runs++;
		while (k < ret->count && ret->records[k].text != text)
			k++;
		ret->records[k].text = text;
		ret->records[k].runs++;
		ret->count += k == ret->count;
	}
}

static int add_all_leaves(const struct recorded *recorded, struct leaves *leaves)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < recorded->count; i++) {
		CLEANUP(json_value_release)
		json_t *root = json_value_parse(recorded->records[i].text, JSON_OBJECT);

		r = add_leaves(leaves, i, root);
	}
	if (leaves->count > 0)
		qsort(leaves->leaf, leaves->count, sizeof *leaves->leaf, compare_leaves);
	return r;
}

static int differ_in(struct appendix_page *page, bool software)
{
	AUTO_FREE struct record *records =
		calloc(page->group->run_count + 1, sizeof *records);
	AUTO_FREE struct leaf *owned = NULL;
	struct recorded recorded = { .software = software, .records = records };
	struct leaves leaves = { NULL, 0, 0 };
	int r = records ? 0 : -ENOMEM;

	if (r == 0)
		gather(page, &recorded);
	if (recorded.count > 1)
		r = add_all_leaves(&recorded, &leaves);
	owned = leaves.leaf;
	for (size_t i = 0; r == 0 && i < leaves.count;) {
		size_t same = 1;

		while (i + same < leaves.count &&
		       strcmp(owned[i].path, owned[i + same].path) == 0)
			same++;
		r = look_at(page, &recorded, owned + i, same);
		i += same;
	}
	return r;
}

int appendix_differ(struct appendix_page *page)
{
	int r = differ_in(page, false);

	return r < 0 ? r : differ_in(page, true);
}
