/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/appendix-spec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "base/strbuf.h"
#include "engine/appendix-filter.h"
#include "report/shown.h"

#define CHILDREN   "child_experiments"
#define SHOWN_MAX  40 /* columns of a name in a sentence */
#define TEXT_MAX   256
#define DIAG_WORDS 120

/* A spec that is being read. */
struct reader {
	struct appendix_spec spec;
	const char *file;
	struct diag *diag;
	json_t **bodies; /* of each wish, borrowed */
	size_t room;
};

static void reader_done(struct reader *reader)
{
	appendix_spec_done(&reader->spec);
	free(reader->bodies);
}

void appendix_spec_done(struct appendix_spec *spec)
{
	json_decref(spec->root);
	free(spec->wishes);
}

/* --- words -------------------------------------------------------------------------------- */

void appendix_spec_where(const struct appendix_spec *spec, size_t wish, const char *key,
			 char *buf, size_t size)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	size_t path[APPENDIX_SPEC_DEPTH_MAX + 1];
	size_t depth = 0;

	for (size_t at = wish; at != APPENDIX_SPEC_TOP && depth < ARRAY_SIZE(path);
	     at = spec->wishes[at].parent)
		path[depth++] = at;
	for (size_t i = depth; i-- > 0;) {
		strbuf_add(&out, i + 1 < depth ? " > " CHILDREN " > " : "");
		shown_cut(&out, spec->wishes[path[i]].name, SHOWN_MAX);
	}
	if (key) {
		strbuf_add(&out, depth > 0 ? " > " : "");
		shown_cut(&out, key, SHOWN_MAX);
	}
	(void)snprintf(buf, size, "%s", out.text ? out.text : "");
}

static int say(const struct reader *reader, size_t wish, const char *key,
	       const char *wanted)
{
	char where[DIAG_TEXT_MAX - DIAG_WORDS];

	appendix_spec_where(&reader->spec, wish, key, where, sizeof where);
	return diag_say(reader->diag, -EPROTO, "%.100s: %s: %s", reader->file,
			where[0] ? where : "the file", wanted);
}

/* --- one group ---------------------------------------------------------------------------- */

static const char *const keys[] = {
	"filter",
	"description",
	"executive_summary_variables",
	"executive_summary_ordering_variable",
	"executive_summary_plots",
	CHILDREN,
	/* Code of theirs that read a score: of no use here, where runs log their metrics. */
	"extra_files_processor",
};

static int check_keys(const struct reader *reader, size_t wish, json_t *body)
{
	const char *key;
	json_t *value;

	json_object_foreach(body, key, value)
	{
		bool known = false;

		for (size_t i = 0; i < ARRAY_SIZE(keys) && !known; i++)
			known = strcmp(key, keys[i]) == 0;
		if (!known)
			return say(reader, wish, key,
				   "there is no such key: filter, description, "
				   "executive_summary_variables, _ordering_variable, "
				   "_plots, " CHILDREN);
	}
	return 0;
}

/* null is the same as nothing. */
static json_t *value_of(const json_t *body, const char *key)
{
	json_t *value = json_object_get(body, key);

	return json_is_null(value) ? NULL : value;
}

static bool is_short_text(const json_t *value)
{
	size_t len = json_string_length(value);

	return json_is_string(value) && len > 0 && len <= TEXT_MAX;
}

static int take_text(const struct reader *reader, size_t wish, const json_t *body,
		     const char *key, const char **ret)
{
	const json_t *value = value_of(body, key);

	if (value && !json_is_string(value))
		return say(reader, wish, key, "a text is expected");
	if (value)
		*ret = json_string_value(value);
	return 0;
}

static int take_filter(const struct reader *reader, size_t i, const json_t *body)
{
	struct appendix_wish *wish = &reader->spec.wishes[i];
	char sentence[DIAG_WORDS];
	char why[DIAG_WORDS / 2];
	regex_t regex;
	int r = take_text(reader, i, body, "filter", &wish->filter);

	if (r < 0 || !wish->filter)
		return r;
	r = appendix_filter_compile(wish->filter, why, sizeof why, &regex);
	if (r == -ENOMEM)
		return diag_fail(reader->diag, r, "cannot read %s", reader->file);
	if (r < 0) {
		(void)snprintf(sentence, sizeof sentence,
			       "no regular expression (POSIX extended): %s", why);
		return say(reader, i, "filter", sentence);
	}
	regfree(&regex);
	return 0;
}

static int take_variables(const struct reader *reader, size_t i, const json_t *body)
{
	static const char key[] = "executive_summary_variables";
	const json_t *list = value_of(body, key);

	if (!list)
		return 0;
	if (!json_is_array(list) || json_array_size(list) > APPENDIX_SPEC_VARIABLES_MAX)
		return say(reader, i, key, "a list of at most 32 names is expected");
	for (size_t k = 0; k < json_array_size(list); k++)
		if (!is_short_text(json_array_get(list, k)))
			return say(reader, i, key,
				   "each is a name of at most 256 bytes, in quotes");
	reader->spec.wishes[i].variables = list;
	return 0;
}

static int take_plots(const struct reader *reader, size_t i, const json_t *body)
{
	static const char key[] = "executive_summary_plots";
	const json_t *list = value_of(body, key);

	if (!list)
		return 0;
	if (!json_is_array(list) || json_array_size(list) > APPENDIX_SPEC_PLOTS_MAX)
		return say(reader, i, key, "a list of at most 16 plots is expected");
	for (size_t k = 0; k < json_array_size(list); k++) {
		const json_t *plot = json_array_get(list, k);

		if (!is_short_text(json_object_get(plot, "x")) ||
		    !is_short_text(json_object_get(plot, "y")) ||
		    json_object_size(plot) != 2)
			return say(reader, i, key,
				   "each is {\"x\": a variable, \"y\": another}");
	}
	reader->spec.wishes[i].plots = list;
	return 0;
}

static int take_order(const struct reader *reader, size_t i, const json_t *body)
{
	static const char key[] = "executive_summary_ordering_variable";
	const json_t *value = value_of(body, key);

	if (value && !is_short_text(value))
		return say(reader, i, key, "the name of one variable is expected");
	reader->spec.wishes[i].order = json_string_value(value);
	return 0;
}

/* --- the tree ----------------------------------------------------------------------------- */

static int make_room(struct reader *reader)
{
	struct appendix_spec *spec = &reader->spec;
	size_t room = reader->room ? 2 * reader->room : 64;
	void *grown;

	if (spec->count < reader->room)
		return 0;
	grown = reallocarray(spec->wishes, room, sizeof *spec->wishes);
	if (!grown)
		return diag_fail(reader->diag, -ENOMEM, "cannot read %s", reader->file);
	spec->wishes = grown;
	grown = reallocarray(reader->bodies, room, sizeof(json_t *));
	if (!grown)
		return diag_fail(reader->diag, -ENOMEM, "cannot read %s", reader->file);
	reader->bodies = grown;
	reader->room = room;
	return 0;
}

static int add_wish(struct reader *reader, size_t parent, const char *name, json_t *body)
{
	struct appendix_spec *spec = &reader->spec;
	int r;

	if (spec->count == APPENDIX_SPEC_GROUPS_MAX)
		return diag_say(reader->diag, -E2BIG, "%.100s: more than %d groups",
				reader->file, APPENDIX_SPEC_GROUPS_MAX);
	r = make_room(reader);
	if (r < 0)
		return r;
	reader->bodies[spec->count] = body;
	spec->wishes[spec->count++] = (struct appendix_wish){
		.name = name,
		.description = "",
		.parent = parent,
		.depth = parent == APPENDIX_SPEC_TOP ? 1 : spec->wishes[parent].depth + 1,
	};
	return 0;
}

/* All groups of one object; where it is none, key says of what. */
static int add_wishes(struct reader *reader, size_t parent, json_t *groups)
{
	const char *key = parent == APPENDIX_SPEC_TOP ? NULL : CHILDREN;
	const char *name;
	json_t *body;

	if (!json_is_object(groups))
		return say(reader, parent, key,
			   "an object of groups is expected, {\"name\": {…}, …}");
	if (parent != APPENDIX_SPEC_TOP && json_object_size(groups) > 0 &&
	    reader->spec.wishes[parent].depth == APPENDIX_SPEC_DEPTH_MAX)
		return say(reader, parent, key, "groups in groups more than 8 deep");
	json_object_foreach(groups, name, body)
	{
		int r = add_wish(reader, parent, name, body);

		if (r < 0)
			return r;
	}
	return 0;
}

static int take_wish(struct reader *reader, size_t i)
{
	json_t *body = reader->bodies[i];
	const char *ignored;
	int r;

	if (!json_is_object(body))
		return say(reader, i, NULL,
			   "an object is expected, {\"filter\": …, \"description\": …}");
	r = check_keys(reader, i, body);
	if (r == 0)
		r = take_filter(reader, i, body);
	if (r == 0)
		r = take_text(reader, i, body, "description",
			      &reader->spec.wishes[i].description);
	if (r == 0)
		r = take_text(reader, i, body, "extra_files_processor", &ignored);
	if (r == 0)
		r = take_variables(reader, i, body);
	if (r == 0)
		r = take_order(reader, i, body);
	if (r == 0)
		r = take_plots(reader, i, body);
	if (r == 0 && value_of(body, CHILDREN))
		r = add_wishes(reader, i, value_of(body, CHILDREN));
	return r;
}

/* Level by level: a parent stands before its children. */
static int take_tree(struct reader *reader)
{
	int r = add_wishes(reader, APPENDIX_SPEC_TOP, reader->spec.root);

	for (size_t i = 0; r == 0 && i < reader->spec.count; i++)
		r = take_wish(reader, i);
	if (r == 0 && reader->spec.count == 0)
		r = say(reader, APPENDIX_SPEC_TOP, NULL, "there is no group in it");
	return r;
}

int appendix_spec_parse(const char *text, size_t size, const char *file,
			struct diag *diag, struct appendix_spec *ret)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(reader_done) struct reader reader = { .file = file, .diag = diag };
	json_error_t error = { .line = 0 };
	int r;

	(void)locale;
	if (size > APPENDIX_SPEC_BYTES_MAX)
		return diag_say(diag, -E2BIG, "%.100s: larger than 1 MiB", file);
	reader.spec.root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (!reader.spec.root) {
		CLEANUP(strbuf_done) struct strbuf said = STRBUF_INIT;

		shown_cut(&said, error.text, DIAG_WORDS);
		return diag_say(diag, -EPROTO, "%.100s: no JSON in line %d: %s", file,
				error.line, said.text ? said.text : "");
	}
	r = take_tree(&reader);
	if (r < 0)
		return r;
	*ret = reader.spec;
	reader.spec = (struct appendix_spec){ NULL, NULL, 0 };
	return 0;
}

/* --- the file ----------------------------------------------------------------------------- */

int appendix_spec_load(const char *path, struct diag *diag, struct appendix_spec *ret)
{
	AUTO_FREE char *text = malloc(APPENDIX_SPEC_BYTES_MAX + 1);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	if (!text)
		return diag_fail(diag, -ENOMEM, "cannot read %s", path);
	if (fd < 0)
		return diag_fail(diag, -errno, "cannot read %s", path);
	size = fd_read_full(fd, text, APPENDIX_SPEC_BYTES_MAX + 1);
	if (size < 0)
		return diag_fail(diag, (int)size, "cannot read %s", path);
	return appendix_spec_parse(text, (size_t)size, path, diag, ret);
}
