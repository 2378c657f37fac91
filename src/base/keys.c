/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  the environment's GRAMME_<NAME>_KEY and a file of `name = value` lines
 * Gives:  keys by name; the environment's goes before the file's
 * Needs:  a file that belongs to the user, or root, and that nobody else may read
 * Limits: names of a-z, 0-9 and '-', 1 to 63 of them; values of 1 to 512 printable bytes; a
 *         file of 64 KiB. A list and not an array: growing one would leave copies of keys
 */
#include "base/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/parse.h"

#define NAME_MAX_LEN  64
#define VALUE_MAX_LEN 512
#define PATH_MAX_LEN  512
#define FILE_MAX      ((size_t)64 << 10)
#define PREFIX        "GRAMME_"
#define SUFFIX        "_KEY"

struct key {
	struct key *next;
	char name[NAME_MAX_LEN];
	char from[PATH_MAX_LEN];
	char value[VALUE_MAX_LEN + 1];
};

struct keys {
	struct key *first;
};

static void free_list(struct key *key)
{
	while (key) {
		struct key *next = key->next;

		explicit_bzero(key, sizeof *key);
		free(key);
		key = next;
	}
}

static void free_list_ptr(struct key **key)
{
	free_list(*key);
}

void keys_free(struct keys *keys)
{
	if (!keys)
		return;
	free_list(keys->first);
	free(keys);
}

static void keys_free_ptr(struct keys **keys)
{
	keys_free(*keys);
}

static bool is_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len > 0 && len < NAME_MAX_LEN && name[len] == '\0';
}

static bool is_value(const char *value)
{
	size_t len = 0;

	while (value[len] >= ' ' && value[len] != 0x7f)
		len++;
	return len > 0 && len <= VALUE_MAX_LEN && value[len] == '\0';
}

/* In front: the newest one of a name is found. */
static int add(struct key **list, const char *name, const char *value, const char *from)
{
	struct key *key = calloc(1, sizeof *key);

	if (!key)
		return -ENOMEM;
	(void)copy_text(key->name, sizeof key->name, name);
	(void)copy_text(key->value, sizeof key->value, value);
	(void)copy_text(key->from, sizeof key->from, from);
	key->next = *list;
	*list = key;
	return 0;
}

/* --- the environment ------------------------------------------------------------------- */

/* "GRAMME_UK_GRID_KEY=…" to "uk-grid" and the variable's own name; false: it is no key's. */
static bool variable_names(const char *variable, char *name, char *from)
{
	size_t len = strcspn(variable, "=");
	size_t outside = strlen(PREFIX) + strlen(SUFFIX);
	size_t i;

	if (variable[len] != '=' || len <= outside || len - outside >= NAME_MAX_LEN ||
	    strncmp(variable, PREFIX, strlen(PREFIX)) != 0 ||
	    strncmp(variable + len - strlen(SUFFIX), SUFFIX, strlen(SUFFIX)) != 0)
		return false;
	for (i = 0; i < len - outside; i++) {
		char c = variable[strlen(PREFIX) + i];

		if (c == '_')
			c = '-';
		else if (c >= 'A' && c <= 'Z')
			c = lower_ascii(c);
		else if (c < '0' || c > '9')
			return false;
		name[i] = c;
	}
	name[i] = '\0';
	memcpy(from, variable, len);
	from[len] = '\0';
	return true;
}

/* The value without white space around it, in buf; false when it is none. */
static bool copy_value(char buf[VALUE_MAX_LEN + 1], const char *text)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r\n", text[len - 1]))
		len--;
	if (len > VALUE_MAX_LEN)
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	return is_value(buf);
}

static int take_variable(struct keys *keys, const char *variable, struct diag *diag)
{
	char name[NAME_MAX_LEN];
	char from[NAME_MAX_LEN + sizeof PREFIX + sizeof SUFFIX];
	char value[VALUE_MAX_LEN + 1];
	const char *text = strchr(variable, '=');
	int r;

	if (!text || text[1] == '\0' || !variable_names(variable, name, from))
		return 0;
	if (copy_value(value, text + 1))
		r = add(&keys->first, name, value, from);
	else
		r = diag_say(diag, -EPROTO, "%s does not hold a key: 1 to %d characters",
			     from, VALUE_MAX_LEN);
	explicit_bzero(value, sizeof value);
	return r;
}

/* All that are keys, whatever the others are. */
static int take_environment(struct keys *keys, struct diag *diag)
{
	int err = 0;

	for (char **variable = environ; variable && *variable; variable++) {
		int r = take_variable(keys, *variable, diag);

		if (r == -ENOMEM)
			return diag_fail(diag, r, "cannot keep keys");
		if (err == 0)
			err = r;
	}
	return err;
}

/* --- the file --------------------------------------------------------------------------- */

/* Of the descriptor, not the path: what is looked at is what is read. */
static int check_file(int fd, const char *path, struct diag *diag)
{
	struct stat stat;

	if (fstat(fd, &stat) < 0)
		return diag_fail(diag, -errno, "cannot look at %s", path);
	if (!S_ISREG(stat.st_mode))
		return diag_say(diag, -EPROTO, "%s is not a file", path);
	if (stat.st_uid != geteuid() && stat.st_uid != 0) {
		(void)diag_say(diag, -EACCES,
			       "%s is another user's: its keys are not read", path);
		diag_fix(diag, "sudo chown \"$USER\" %s && chmod 600 %s", path, path);
		return -EACCES;
	}
	if (stat.st_mode & 077) {
		(void)diag_say(diag, -EACCES,
			       "%s can be read by others: its keys are not read", path);
		diag_fix(diag, "chmod 600 %s", path);
		return -EACCES;
	}
	return 0;
}

/* buf holds FILE_MAX + 1. */
static int read_file(int fd, const char *path, char *buf, struct diag *diag)
{
	ssize_t len = fd_read_full(fd, buf, FILE_MAX + 1);

	if (len < 0)
		return diag_fail(diag, (int)len, "cannot read %s", path);
	if ((size_t)len > FILE_MAX)
		return diag_say(diag, -EPROTO, "%s is longer than %zu bytes", path,
				FILE_MAX);
	if (memchr(buf, '\0', (size_t)len))
		return diag_say(diag, -EPROTO, "%s is not a text", path);
	buf[len] = '\0';
	return 0;
}

static int take_line(struct key **list, char *line, const char *path)
{
	char *equals;
	char *name;
	char *value;

	line = trim_text(line);
	if (*line == '\0' || *line == '#')
		return 0;
	equals = strchr(line, '=');
	if (!equals)
		return -EPROTO;
	*equals = '\0';
	name = trim_text(line);
	value = trim_text(equals + 1);
	if (!is_name(name) || !is_value(value))
		return -EPROTO;
	return add(list, name, value, path);
}

static int take_lines(struct key **list, char *text, const char *path, struct diag *diag)
{
	for (unsigned number = 1; text; number++) {
		char *line = strsep(&text, "\n");
		int r = take_line(list, line, path);

		if (r == -EPROTO) {
			(void)diag_say(diag, r, "%s line %u: not understood", path,
				       number);
			diag_fix(diag, "write it as: name = key");
		}
		if (r == -ENOMEM)
			(void)diag_fail(diag, r, "cannot keep keys");
		if (r < 0)
			return r;
	}
	return 0;
}

static void append(struct key **list, struct key *more)
{
	while (*list)
		list = &(*list)->next;
	*list = more;
}

/* All of the file or nothing. */
static int take_open_file(struct keys *keys, int fd, const char *path, struct diag *diag)
{
	CLEANUP(free_list_ptr) struct key *list = NULL;
	char *text;
	int r = check_file(fd, path, diag);

	if (r < 0)
		return r;
	text = malloc(FILE_MAX + 1);
	if (!text)
		return diag_fail(diag, -ENOMEM, "cannot read %s", path);
	r = read_file(fd, path, text, diag);
	if (r == 0)
		r = take_lines(&list, text, path, diag);
	explicit_bzero(text, FILE_MAX + 1);
	free(text);
	if (r == 0)
		append(&keys->first, STEAL(list));
	return r;
}

static int take_file(struct keys *keys, const char *path, bool must_exist,
		     struct diag *diag)
{
	/* A FIFO would be waited for. */
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 && !must_exist && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0)
		return diag_fail(diag, -errno, "cannot read %s", path);
	return take_open_file(keys, fd, path, diag);
}

/* "" where there is no home. */
static void usual_file(char *buf, size_t size)
{
	const char *folder = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");

	int len = 0;

	if (folder && *folder)
		len = snprintf(buf, size, "%s/gramme/keys", folder);
	else if (home && *home)
		len = snprintf(buf, size, "%s/.config/gramme/keys", home);
	if (len <= 0 || (size_t)len >= size)
		buf[0] = '\0';
}

/* --- the keys --------------------------------------------------------------------------- */

int keys_open(const char *file, struct diag *diag, struct keys **ret)
{
	CLEANUP(keys_free_ptr) struct keys *keys = calloc(1, sizeof *keys);
	char usual[PATH_MAX_LEN];
	int r;
	int of_file = 0;

	if (!keys)
		return diag_fail(diag, -ENOMEM, "cannot keep keys");
	usual_file(usual, sizeof usual);
	r = take_environment(keys, diag);
	if (r == -ENOMEM)
		return r;
	if (file || usual[0])
		of_file = take_file(keys, file ? file : usual, file != NULL, diag);
	if (of_file == -ENOMEM)
		return of_file;
	*ret = STEAL(keys);
	return of_file < 0 ? of_file : r;
}

static const struct key *find(const struct keys *keys, const char *name)
{
	for (const struct key *key = keys ? keys->first : NULL; key; key = key->next)
		if (strcmp(key->name, name) == 0)
			return key;
	return NULL;
}

void keys_variable(const char *name, char buf[KEYS_VARIABLE_MAX])
{
	(void)snprintf(buf, KEYS_VARIABLE_MAX, PREFIX "%.48s" SUFFIX, name);
	for (char *c = buf; *c != '\0'; c++)
		*c = (char)(*c == '-' ? '_' : upper_ascii(*c));
}

const char *keys_get(const struct keys *keys, const char *name)
{
	const struct key *key = find(keys, name);

	return key ? key->value : NULL;
}

const char *keys_from(const struct keys *keys, const char *name)
{
	const struct key *key = find(keys, name);

	return key ? key->from : "";
}
