/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a log that was found: its own file and those beside it. */
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "import/find-internal.h"

static size_t folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Takes the bytes in any case. */
static int add_file(struct import_opened *opened, const char *name, struct bytes *bytes)
{
	size_t at = opened->log.file_count;

	if (at == IMPORT_FILES_MAX) {
		bytes_done(bytes);
		return 0;
	}
	opened->bytes[at] = *bytes;
	opened->names[at] = strdup(name);
	opened->files[at] = (struct import_file){
		.name = opened->names[at],
		.bytes = bytes->at,
		.size = bytes->size,
	};
	opened->log.file_count++;
	return opened->names[at] ? 0 : -ENOMEM;
}

/* --- on disk ------------------------------------------------------------------------------- */

static int add_path(struct import_opened *opened, const char *name, const char *path,
		    struct diag *diag)
{
	struct bytes bytes = { 0 };
	int r = bytes_read(path, &bytes);

	if (r < 0)
		return diag_fail(diag, r, "cannot read %s", path);
	return add_file(opened, name, &bytes);
}

static void free_glob(glob_t *all)
{
	globfree(all);
}

/* No sign of it is one of a pattern. */
static void add_plain(struct strbuf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr("*?[\\", text[i]))
			strbuf_add(out, "\\");
		strbuf_add_bytes(out, &text[i], 1);
	}
}

/* A name without its ending. */
static size_t stem_len(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? (size_t)(dot - name) : strlen(name);
}

static void add_stem(struct strbuf *out, const char *name)
{
	add_plain(out, name, stem_len(name));
}

/* What is beside the log's own file by that pattern; none is no failure. */
static int add_paths(struct import_opened *opened, const char *path, const char *pattern,
		     struct diag *diag)
{
	CLEANUP(strbuf_done) struct strbuf whole = STRBUF_INIT;
	CLEANUP(free_glob) glob_t all = { 0 };
	size_t len = folder_len(path);
	int r;

	add_plain(&whole, path, len);
	if (*pattern == '~')
		add_stem(&whole, path + len);
	strbuf_add(&whole, pattern + (*pattern == '~'));
	if (whole.failed)
		return -ENOMEM;
	r = glob(whole.text, 0, NULL, &all);
	if (r != 0)
		return r == GLOB_NOSPACE ? -ENOMEM : 0;
	r = 0;
	for (size_t i = 0; i < all.gl_pathc && r == 0; i++)
		if (strcmp(all.gl_pathv[i], path) != 0)
			r = add_path(opened, all.gl_pathv[i] + len, all.gl_pathv[i],
				     diag);
	return r;
}

static int open_on_disk(const struct import_found *found, struct diag *diag,
			struct import_opened *ret)
{
	const char *const *beside = found->format->beside;
	const char *name = found->path + folder_len(found->path);
	int r = add_path(ret, name, found->path, diag);

	for (; beside && *beside && r == 0; beside++)
		r = add_paths(ret, found->path, *beside, diag);
	return r;
}

/* --- in an archive ------------------------------------------------------------------------- */

static int add_entry(struct import_opened *opened, const char *name,
		     const struct zip *zip, size_t i, struct diag *diag)
{
	const struct zip_entry *entry = zip_entry(zip, i);
	struct bytes bytes = { 0 };
	int r;

	if (entry->size > ZIP_FILE_MAX)
		return diag_fail(diag, -EFBIG, "cannot unpack %s", entry->name);
	bytes.size = (size_t)entry->size;
	bytes.at = malloc(bytes.size + 1);
	if (!bytes.at)
		return diag_fail(diag, -ENOMEM, "cannot unpack %s", entry->name);
	r = zip_read(zip, i, bytes.at, diag);
	if (r < 0) {
		bytes_done(&bytes);
		return r;
	}
	return add_file(opened, name, &bytes);
}

/* "~" stands for the log's own name without its ending. */
static bool fits(const char *pattern, const char *own, const char *name)
{
	size_t len = stem_len(own);

	if (*pattern != '~')
		return fnmatch(pattern, name, FNM_PATHNAME | FNM_NOESCAPE) == 0;
	return strncmp(name, own, len) == 0 && strcmp(name + len, pattern + 1) == 0;
}

/* Entries below the first len bytes of name's folder that fit the pattern. */
static int add_entries(struct import_opened *opened, const struct zip *zip,
		       const char *name, const char *pattern, struct diag *diag)
{
	size_t len = folder_len(name);
	const char *rest = pattern;
	int r = 0;

	if (strncmp(rest, "../", 3) == 0) {
		rest += 3;
		if (len == 0)
			return 0;
		for (len--; len > 0 && name[len - 1] != '/';)
			len--;
	}
	for (size_t i = zip_seek(zip, name, len); i < zip_count(zip) && r == 0; i++) {
		const char *other = zip_entry(zip, i)->name;
		AUTO_FREE char *as = NULL;

		if (strncmp(other, name, len) != 0)
			break;
		if (strcmp(other, name) == 0 ||
		    !fits(rest, name + folder_len(name), other + len))
			continue;
		if (asprintf(&as, "%s%s", rest == pattern ? "" : "../", other + len) < 0)
			return -ENOMEM;
		r = add_entry(opened, as, zip, i, diag);
	}
	return r;
}

static int open_in_archive(struct import_find *find, const struct import_found *found,
			   struct diag *diag, struct import_opened *ret)
{
	AUTO_FREE char *path = strndup(found->path, found->archive_len);
	const char *const *beside = found->format->beside;
	const char *name = found->path + found->archive_len + 1;
	const struct zip *zip = NULL;
	size_t at;
	int r = path ? find_archive(find, path, diag, &zip) : -ENOMEM;

	if (r < 0)
		return r;
	at = zip_seek(zip, name, strlen(name));
	if (at == zip_count(zip) || strcmp(zip_entry(zip, at)->name, name) != 0)
		return diag_say(diag, -ENODATA, "it is not in the archive any more");
	r = add_entry(ret, name + folder_len(name), zip, at, diag);
	for (; beside && *beside && r == 0; beside++)
		r = add_entries(ret, zip, name, *beside, diag);
	return r;
}

/* --- names --------------------------------------------------------------------------------- */

/* Folders that trackers make; they tell nothing of the run. */
static bool says_nothing(const char *name, size_t len)
{
	static const char *const own[] = { "impacttracker", "power", "run_1", ".", ".." };

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (strlen(own[i]) == len && strncmp(own[i], name, len) == 0)
			return true;
	return len == 0;
}

/* The last folder of a path that says something; NULL with *ret_len 0: none does. */
static const char *telling_folder(const char *path, size_t *ret_len)
{
	size_t end = folder_len(path);

	while (end > 0) {
		size_t from = --end;

		while (from > 0 && path[from - 1] != '/')
			from--;
		if (!says_nothing(path + from, end - from)) {
			*ret_len = end - from;
			return path + from;
		}
		end = from;
	}
	*ret_len = 0;
	return NULL;
}

static char *base_of(const struct import_found *found)
{
	AUTO_FREE char *real = found->archive_len ? NULL : realpath(found->path, NULL);
	const char *path = real ? real : found->path;
	size_t len;
	const char *at = telling_folder(path, &len);

	if (!at)
		return strdup(found->path + folder_len(found->path));
	/* At the top of an archive the archive's name it is. */
	if (found->archive_len == (size_t)(at + len - found->path) && len > 4 &&
	    strncasecmp(at + len - 4, ".zip", 4) == 0)
		len -= 4;
	return strndup(at, len);
}

int import_open(struct import_find *find, const struct import_found *found,
		struct diag *diag, struct import_opened *ret)
{
	int r;

	memset(ret, 0, sizeof *ret);
	ret->base = base_of(found);
	ret->log.path = found->path;
	ret->log.base = ret->base;
	ret->log.files = ret->files;
	r = ret->base ? 0 : -ENOMEM;
	if (r == 0)
		r = found->archive_len ? open_in_archive(find, found, diag, ret)
				       : open_on_disk(found, diag, ret);
	return r == -ENOMEM ? diag_fail(diag, r, "cannot read it") : r;
}

void import_close(struct import_opened *opened)
{
	for (size_t i = 0; i < opened->log.file_count; i++) {
		bytes_done(&opened->bytes[i]);
		free(opened->names[i]);
	}
	free(opened->base);
	opened->base = NULL;
	opened->log.file_count = 0;
}
