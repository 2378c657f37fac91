/* SPDX-License-Identifier: Apache-2.0 */
/* Goes through what was given. */
#include "import/find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/parse.h"
#include "import/find-internal.h"

/* A folder that was gone through. */
struct place_id {
	dev_t dev;
	ino_t ino;
};

struct walk {
	struct import_find *find;
	char **folders; /* still to be gone through */
	size_t count;
	size_t room;
	void *seen; /* a tree of struct place_id */
};

/* Room for one more item; NULL without memory. */
static void *grow(void *items_at, size_t count, size_t *room, size_t size)
{
	void **items = items_at;
	size_t more = *room ? *room * 2 : 16;
	void *grown;

	if (count < *room)
		return (char *)*items + count * size;
	grown = reallocarray(*items, more, size);
	if (!grown)
		return NULL;
	*items = grown;
	*room = more;
	return (char *)grown + count * size;
}

int import_find_trouble(struct import_find *find, const char *path,
			const struct diag *diag)
{
	AUTO_FREE char *copy = strdup(path);
	struct import_trouble *trouble = grow(&find->troubles, find->trouble_count,
					      &find->trouble_room, sizeof *trouble);

	if (!copy || !trouble)
		return -ENOMEM;
	*trouble = (struct import_trouble){ .path = STEAL(copy), .diag = *diag };
	find->trouble_count++;
	return 0;
}

static int trouble(struct import_find *find, const char *path, int err, const char *what)
{
	struct diag diag = { 0 };

	(void)diag_fail(&diag, err, "%s", what);
	return err == -ENOMEM ? err : import_find_trouble(find, path, &diag);
}

/* Copies path. */
static int add_found(struct import_find *find, const char *path,
		     const struct import_found *found)
{
	struct import_found *to =
		grow(&find->found, find->found_count, &find->found_room, sizeof *to);
	AUTO_FREE char *copy = strdup(path);

	if (!to || !copy)
		return -ENOMEM;
	*to = *found;
	to->path = STEAL(copy);
	find->found_count++;
	return 0;
}

static const struct import_format *recognise(const struct import_find *find,
					     const char *name, const char *head,
					     size_t size)
{
	if (!find->only)
		return import_recognise(name, head, size);
	return find->only->knows(name, head, size) > 0 ? find->only : NULL;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && same_ascii(text + len - end_len, end);
}

/* --- archives ------------------------------------------------------------------------------ */

static void close_archive(struct import_find *find)
{
	zip_free(find->archive);
	bytes_done(&find->archive_bytes);
	free(find->archive_path);
	find->archive = NULL;
	find->archive_path = NULL;
}

int find_archive(struct import_find *find, const char *path, struct diag *diag,
		 const struct zip **ret)
{
	int r;

	if (!find->archive || strcmp(find->archive_path, path) != 0) {
		close_archive(find);
		find->archive_path = strdup(path);
		r = find->archive_path ? bytes_read(path, &find->archive_bytes) : -ENOMEM;
		if (r < 0)
			return diag_fail(diag, r, "cannot read it");
		r = zip_open(find->archive_bytes.at, find->archive_bytes.size, diag,
			     &find->archive);
		if (r < 0)
			return r;
	}
	*ret = find->archive;
	return 0;
}

static int take_entry(struct import_find *find, const char *path, const struct zip *zip,
		      size_t i)
{
	const struct zip_entry *entry = zip_entry(zip, i);
	struct import_found found = { .archive_len = strlen(path), .size = entry->size };
	AUTO_FREE char *whole = NULL;
	struct diag diag = { 0 };
	char head[IMPORT_HEAD];
	ssize_t size;

	if (!recognise(find, entry->name, NULL, 0))
		return 0;
	if (asprintf(&whole, "%s/%s", path, entry->name) < 0)
		return -ENOMEM;
	size = zip_head(zip, i, head, sizeof head, &diag);
	if (size < 0)
		return size == -ENOMEM ? -ENOMEM
				       : import_find_trouble(find, whole, &diag);
	found.format = recognise(find, entry->name, head, (size_t)size);
	return found.format ? add_found(find, whole, &found) : 0;
}

static int take_archive(struct import_find *find, const char *path)
{
	const struct zip *zip = NULL;
	size_t before = find->found_count + find->trouble_count;
	struct diag diag = { 0 };
	int r = find_archive(find, path, &diag, &zip);

	if (r < 0)
		return r == -ENOMEM ? r : import_find_trouble(find, path, &diag);
	for (size_t i = 0; i < zip_count(zip) && r == 0; i++)
		r = take_entry(find, path, zip, i);
	if (r == 0 && find->found_count + find->trouble_count == before)
		r = trouble(find, path, -ENODATA, "no log that is known is in it");
	return r;
}

/* --- files and folders --------------------------------------------------------------------- */

static ssize_t read_head(const char *path, char *buf, size_t size, uint64_t *ret_size)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	*ret_size = (uint64_t)st.st_size;
	return fd_read_full(fd, buf, size);
}

static bool is_archive(const char *head, size_t size)
{
	return size >= 4 &&
	       (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0);
}

/* given: by the user, and not met in a folder. */
static int take_file(struct import_find *find, const char *path, bool given)
{
	struct import_found found = { .archive_len = 0 };
	bool zipped = ends_with(path, ".zip");
	char head[IMPORT_HEAD];
	ssize_t size;

	if (!given && !zipped && !recognise(find, path, NULL, 0))
		return 0;
	size = read_head(path, head, sizeof head, &found.size);
	if (size == -EINVAL && !given)
		return 0;
	if (size < 0)
		return trouble(find, path, (int)size, "cannot read it");
	if (is_archive(head, (size_t)size) && (given || zipped))
		return take_archive(find, path);
	found.format = recognise(find, path, head, (size_t)size);
	if (!found.format && given)
		found.format = find->only;
	if (found.format)
		return add_found(find, path, &found);
	return given ? trouble(find, path, -ENODATA, "it is no log that is known") : 0;
}

static int by_place(const void *a, const void *b)
{
	const struct place_id *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return (x->ino > y->ino) - (x->ino < y->ino);
}

/* 1: this folder was not seen before. */
static int first_time(struct walk *walk, const struct stat *st)
{
	AUTO_FREE struct place_id *id = malloc(sizeof *id);
	void **node;

	if (!id)
		return -ENOMEM;
	*id = (struct place_id){ .dev = st->st_dev, .ino = st->st_ino };
	node = tsearch(id, &walk->seen, by_place);
	if (!node)
		return -ENOMEM;
	if (*(struct place_id **)node != id)
		return 0;
	(void)STEAL(id);
	return 1;
}

static int push_folder(struct walk *walk, const char *path)
{
	char **to = grow(&walk->folders, walk->count, &walk->room, sizeof *to);

	if (!to)
		return -ENOMEM;
	*to = strdup(path);
	if (!*to)
		return -ENOMEM;
	walk->count++;
	return 0;
}

/* What the folder's entry is, without a stat where the folder tells. */
static bool may_be_folder(const struct dirent *entry)
{
	return entry->d_type == DT_DIR || entry->d_type == DT_LNK ||
	       entry->d_type == DT_UNKNOWN;
}

static int take_child(struct walk *walk, const char *folder, const struct dirent *entry)
{
	AUTO_FREE char *path = NULL;
	struct stat st;

	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return 0;
	if (asprintf(&path, "%s%s%s", folder, ends_with(folder, "/") ? "" : "/",
		     entry->d_name) < 0)
		return -ENOMEM;
	if (may_be_folder(entry) && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return push_folder(walk, path);
	if (entry->d_type == DT_DIR)
		return trouble(walk->find, path, -errno, "cannot read the folder");
	return take_file(walk->find, path, false);
}

static void close_folder(DIR *const *dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static int take_folder(struct walk *walk, const char *path)
{
	CLEANUP(close_folder) DIR *dir = opendir(path);
	struct dirent *entry;
	struct stat st;
	int r;

	if (!dir || fstat(dirfd(dir), &st) < 0)
		return trouble(walk->find, path, -errno, "cannot read the folder");
	r = first_time(walk, &st);
	if (r <= 0)
		return r;
	for (r = 0; r == 0;) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			break;
		r = take_child(walk, path, entry);
	}
	if (r == 0 && errno != 0)
		r = trouble(walk->find, path, -errno, "cannot read the folder");
	return r;
}

static int walk_folders(struct walk *walk, const char *path)
{
	size_t before = walk->find->found_count + walk->find->trouble_count;
	int r = push_folder(walk, path);

	while (r == 0 && walk->count > 0) {
		AUTO_FREE char *folder = walk->folders[--walk->count];

		r = take_folder(walk, folder);
	}
	if (r == 0 && walk->find->found_count + walk->find->trouble_count == before)
		r = trouble(walk->find, path, -ENODATA, "no log that is known is in it");
	return r;
}

static void walk_done(struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++)
		free(walk->folders[i]);
	free(walk->folders);
	tdestroy(walk->seen, free);
}

static int take_given(struct import_find *find, const char *path)
{
	CLEANUP(walk_done) struct walk walk = { .find = find };
	struct stat st;

	if (stat(path, &st) < 0)
		return trouble(find, path, -errno, "cannot read it");
	return S_ISDIR(st.st_mode) ? walk_folders(&walk, path)
				   : take_file(find, path, true);
}

/* --- all of it ----------------------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
	const struct import_found *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static void drop_twins(struct import_find *find)
{
	size_t kept = 0;

	qsort(find->found, find->found_count, sizeof *find->found, by_path);
	for (size_t i = 0; i < find->found_count; i++) {
		if (kept > 0 &&
		    strcmp(find->found[kept - 1].path, find->found[i].path) == 0)
			free(find->found[i].path);
		else
			find->found[kept++] = find->found[i];
	}
	find->found_count = kept;
}

int import_find(struct import_find *find, const char *const *paths)
{
	int r = 0;

	for (; *paths && r == 0; paths++)
		r = take_given(find, *paths);
	if (r == 0 && find->found_count > 0)
		drop_twins(find);
	return r;
}

void import_find_done(struct import_find *find)
{
	for (size_t i = 0; i < find->found_count; i++)
		free(find->found[i].path);
	for (size_t i = 0; i < find->trouble_count; i++)
		free(find->troubles[i].path);
	free(find->found);
	free(find->troubles);
	close_archive(find);
}
