/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/appendix-folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/strbuf.h"

#define MARKER     ".gramme-site"
#define FIRST_LINE "gramme.site/1"
#define STAGE      ".gramme-new-"
#define STAGE_ENDS 6 /* letters and digits that mkdtemp() puts behind it */
#define DEPTH_MAX  3

struct list {
	char **path;
	size_t count;
	size_t room;
};

struct appendix_folder {
	char *path;
	char *stage; /* NULL once everything is in its place */
	bool made;   /* by us: goes again where nothing was finished */
	int stage_fd;
	struct list old; /* of the site that stood there */
	struct strbuf manifest;
};

static int list_add(struct list *list, const char *path)
{
	size_t room = list->room ? 2 * list->room : 64;
	char **grown;

	if (list->count == list->room) {
		grown = reallocarray(list->path, room, sizeof *grown);
		if (!grown)
			return -ENOMEM;
		list->path = grown;
		list->room = room;
	}
	list->path[list->count] = strdup(path);
	return list->path[list->count] ? (list->count++, 0) : -ENOMEM;
}

static void list_done(struct list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->path[i]);
	free(list->path);
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool list_has(const struct list *list, const char *path)
{
	return list->count > 0 &&
	       bsearch(&path, list->path, list->count, sizeof *list->path, compare_paths);
}

/* Below the folder and nowhere else, whoever wrote the list. */
static bool is_own_path(const char *path)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	size_t depth = 0;

	for (const char *at = path;; at++) {
		size_t len = strspn(at, letters);

		if (len == 0 || at[0] == '.' || ++depth > DEPTH_MAX)
			return false;
		at += len;
		if (*at == '\0')
			return true;
		if (*at != '/')
			return false;
	}
}

/* --- the site that stands there ----------------------------------------------------------- */

static int read_marker(const char *folder, struct list *ret)
{
	char path[PATH_MAX];
	char line[PATH_MAX];
	FILE *file;
	int fd;
	int r = 0;

	if (snprintf(path, sizeof path, "%s/" MARKER, folder) >= (int)sizeof path)
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file) {
		close_fd(&fd);
		return -ENOENT;
	}
	if (!fgets(line, sizeof line, file) || strcmp(line, FIRST_LINE "\n") != 0)
		r = -ENOENT;
	while (r == 0 && fgets(line, sizeof line, file)) {
		line[strcspn(line, "\n")] = '\0';
		if (is_own_path(line))
			r = list_add(ret, line);
	}
	(void)fclose(file);
	if (ret->count > 0)
		qsort(ret->path, ret->count, sizeof *ret->path, compare_paths);
	return r;
}

/* The folders of what is listed: "runs" of "runs/a.html". */
static bool is_folder_of(const struct list *list, const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < list->count; i++)
		if (strncmp(list->path[i], path, len) == 0 && list->path[i][len] == '/')
			return true;
	return false;
}

static bool is_known(const struct appendix_folder *folder, const FTSENT *entry,
		     const char *path)
{
	if (entry->fts_info == FTS_F)
		return strcmp(path, MARKER) == 0 ? folder->old.count > 0
						 : list_has(&folder->old, path);
	if (entry->fts_info == FTS_D || entry->fts_info == FTS_DP)
		return is_folder_of(&folder->old, path);
	return false;
}

/* What an interrupted call left. */
static bool is_stage(const FTSENT *entry)
{
	return entry->fts_level == 1 &&
	       strncmp(entry->fts_name, STAGE, strlen(STAGE)) == 0;
}

/* The first thing in the folder that is not of an older site, "" for none. */
static int find_other(const struct appendix_folder *folder, char *buf, size_t size)
{
	char *const roots[] = { folder->path, NULL };
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
	FTSENT *entry;

	buf[0] = '\0';
	if (!tree)
		return -errno;
	while (buf[0] == '\0' && (entry = fts_read(tree)) != NULL) {
		if (entry->fts_level < 1)
			continue;
		if (is_stage(entry))
			(void)fts_set(tree, entry, FTS_SKIP);
		else if (!is_known(folder, entry,
				   entry->fts_path + strlen(folder->path) + 1))
			(void)copy_text(buf, size, entry->fts_name);
	}
	(void)fts_close(tree);
	return 0;
}

static int check_empty(struct appendix_folder *folder, bool replace, struct diag *diag)
{
	char other[NAME_MAX + 1];
	int r = read_marker(folder->path, &folder->old);

	if (r < 0 && r != -ENOENT)
		return diag_fail(diag, r, "cannot read %s/" MARKER, folder->path);
	r = find_other(folder, other, sizeof other);
	if (r < 0)
		return diag_fail(diag, r, "cannot look into %s", folder->path);
	if (other[0] != '\0') {
		(void)diag_say(diag, -EEXIST,
			       "%s is in use: %.60s there is no file of a site",
			       folder->path, other);
		diag_fix(diag, "name a new or empty folder with -o");
		return -EEXIST;
	}
	if (folder->old.count > 0 && !replace) {
		(void)diag_say(diag, -EEXIST, "there is a site in %s already",
			       folder->path);
		diag_fix(diag, "add --replace to write it anew, or name another folder");
		return -EEXIST;
	}
	return 0;
}

/* --- folders ------------------------------------------------------------------------------ */

/* Those above it, too. *ret_made: the last one is new. */
static int make_folders(const char *path, bool *ret_made)
{
	AUTO_FREE char *part = strdup(path);

	if (!part)
		return -ENOMEM;
	for (char *at = strchr(part + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(part, 0777) < 0 && errno != EEXIST)
			return -errno;
		*at = '/';
	}
	*ret_made = mkdir(part, 0777) == 0;
	return *ret_made || errno == EEXIST ? 0 : -errno;
}

static void remove_tree(char *path)
{
	char *const roots[] = { path, NULL };
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
	FTSENT *entry;

	while (tree && (entry = fts_read(tree)) != NULL) {
		if (entry->fts_info == FTS_DP)
			(void)rmdir(entry->fts_path);
		else if (entry->fts_info != FTS_D)
			(void)unlink(entry->fts_path);
	}
	if (tree)
		(void)fts_close(tree);
}

void appendix_folder_close(struct appendix_folder *folder)
{
	if (!folder)
		return;
	if (folder->stage) {
		remove_tree(folder->stage);
		if (folder->made)
			(void)rmdir(folder->path);
	}
	close_fd(&folder->stage_fd);
	list_done(&folder->old);
	strbuf_done(&folder->manifest);
	free(folder->path);
	free(folder->stage);
	free(folder);
}

static void close_folder(struct appendix_folder **folder)
{
	appendix_folder_close(*folder);
}

static char *without_slashes(const char *path)
{
	char *copy = strdup(path);
	size_t len = copy ? strlen(copy) : 0;

	while (len > 1 && copy[len - 1] == '/')
		copy[--len] = '\0';
	return copy;
}

static int write_file(int root, const char *file, const char *text, size_t len)
{
	int fd = openat(root, file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0666);
	int r;

	if (fd < 0)
		return -errno;
	r = fd_write_all(fd, text, len);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

static int open_stage(struct appendix_folder *folder)
{
	AUTO_FREE char *name = NULL;

	if (asprintf(&name, "%s/" STAGE "XXXXXX", folder->path) < 0)
		return -ENOMEM;
	if (!mkdtemp(name))
		return -errno;
	folder->stage = STEAL(name);
	folder->stage_fd = open(folder->stage, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->stage_fd < 0)
		return -errno;
	/* Where there are no locks, what is left of it stays. */
	(void)flock(folder->stage_fd, LOCK_EX | LOCK_NB);
	return write_file(folder->stage_fd, MARKER, FIRST_LINE "\n",
			  strlen(FIRST_LINE "\n"));
}

/* --- what an interrupted call left -------------------------------------------------------- */

static bool is_stage_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	const char *ends = name + strlen(STAGE);

	return strncmp(name, STAGE, strlen(STAGE)) == 0 && strlen(ends) == STAGE_ENDS &&
	       strspn(ends, letters) == STAGE_ENDS;
}

/* One with our marker that no call holds any more. */
static void remove_stage(const char *folder, const char *name)
{
	CLEANUP(list_done) struct list listed = { NULL, 0, 0 };
	char path[PATH_MAX];
	AUTO_CLOSE int fd = -1;

	if (!is_stage_name(name) ||
	    snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
		return;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && read_marker(path, &listed) == 0 &&
	    flock(fd, LOCK_EX | LOCK_NB) == 0)
		remove_tree(path);
}

static void remove_stages(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL)
		remove_stage(folder, entry->d_name);
	if (dir)
		(void)closedir(dir);
}

int appendix_folder_open(const char *path, bool replace, struct diag *diag,
			 struct appendix_folder **ret)
{
	CLEANUP(close_folder) struct appendix_folder *folder = calloc(1, sizeof *folder);
	int r;

	if (!folder)
		return diag_fail(diag, -ENOMEM, "cannot write %s", path);
	folder->stage_fd = -1;
	folder->path = without_slashes(path);
	if (!folder->path)
		return diag_fail(diag, -ENOMEM, "cannot write %s", path);
	r = make_folders(folder->path, &folder->made);
	if (r < 0)
		return diag_fail(diag, r, "cannot make the folder %s", path);
	r = check_empty(folder, replace, diag);
	if (r < 0)
		return r;
	if (replace)
		remove_stages(folder->path);
	r = open_stage(folder);
	if (r < 0)
		return diag_fail(diag, r, "cannot write to %s", path);
	strbuf_add(&folder->manifest, FIRST_LINE "\n");
	*ret = STEAL(folder);
	return 0;
}

/* --- writing ------------------------------------------------------------------------------ */

static int make_parents(int root, const char *file)
{
	char part[PATH_MAX];

	for (const char *at = strchr(file, '/'); at; at = strchr(at + 1, '/')) {
		(void)snprintf(part, sizeof part, "%.*s", (int)(at - file), file);
		if (mkdirat(root, part, 0777) < 0 && errno != EEXIST)
			return -errno;
	}
	return 0;
}

int appendix_folder_write(struct appendix_folder *folder, const char *file,
			  const char *text, size_t len, struct diag *diag)
{
	int r = is_own_path(file) ? make_parents(folder->stage_fd, file) : -EINVAL;

	if (r == 0)
		r = write_file(folder->stage_fd, file, text, len);
	if (r < 0)
		return diag_fail(diag, r, "cannot write %s/%s", folder->path, file);
	strbuf_printf(&folder->manifest, "%s\n", file);
	return 0;
}

/* --- to its place ------------------------------------------------------------------------- */

static void remove_parents(int root, const char *file)
{
	char part[PATH_MAX];

	(void)copy_text(part, sizeof part, file);
	for (char *at = strrchr(part, '/'); at; at = strrchr(part, '/')) {
		*at = '\0';
		if (unlinkat(root, part, AT_REMOVEDIR) < 0)
			return;
	}
}

static int remove_old(const struct appendix_folder *folder, int root)
{
	for (size_t i = 0; i < folder->old.count; i++) {
		if (unlinkat(root, folder->old.path[i], 0) < 0 && errno != ENOENT)
			return -errno;
		remove_parents(root, folder->old.path[i]);
	}
	return 0;
}

/* The list first: what was moved is on it, whenever this stops. */
static int move_new(const struct appendix_folder *folder, int root)
{
	char *const roots[] = { folder->stage, NULL };
	FTSENT *entry;
	FTS *tree;
	int r = renameat(folder->stage_fd, MARKER, root, MARKER) < 0 ? -errno : 0;

	tree = r == 0 ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
	if (!tree)
		return r < 0 ? r : -errno;
	(void)fts_read(tree);
	for (entry = fts_children(tree, FTS_NAMEONLY); entry && r == 0;
	     entry = entry->fts_link)
		if (renameat(folder->stage_fd, entry->fts_name, root, entry->fts_name) <
		    0)
			r = -errno;
	(void)fts_close(tree);
	return r;
}

/* In place of the one that says no more than whose the stage is. */
static int write_manifest(int root, const char *manifest, size_t len)
{
	return unlinkat(root, MARKER, 0) < 0 ? -errno
					     : write_file(root, MARKER, manifest, len);
}

int appendix_folder_finish(struct appendix_folder *folder, struct diag *diag)
{
	const char *manifest = folder->manifest.text;
	size_t len = folder->manifest.len;
	AUTO_CLOSE int root = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = root < 0 ? -errno : 0;

	if (r == 0 && (folder->manifest.failed || !manifest))
		r = -ENOMEM;
	if (r == 0)
		r = write_manifest(folder->stage_fd, manifest, len);
	if (r == 0)
		r = remove_old(folder, root);
	if (r == 0)
		r = move_new(folder, root);
	if (r < 0)
		return diag_fail(diag, r, "cannot put the site into %s", folder->path);
	(void)rmdir(folder->stage);
	free(STEAL(folder->stage));
	return 0;
}
