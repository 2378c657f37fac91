/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  proc/PID/status; etc/passwd once; on this machine itself the system's directory of users.
 * Gives:  the users' names.
 * Needs:  nothing.
 * Limits: who is added to etc/passwd later has a number until the next start. A directory over
 *         the network (LDAP) is asked through the system's own daemon, once a user.
 */
#include "activity/user-names.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define USERS_MAX      64
#define USER_NAME_ROOM 33
#define PASSWD_ROOM    4096

struct user {
	uid_t id;
	char name[USER_NAME_ROOM];
};

struct user_names {
	const struct host *host;
	char *passwd; /* NULL: not read yet */
	struct user known[USERS_MAX];
	size_t count;
};

int user_names_new(const struct host *host, struct user_names **ret)
{
	struct user_names *users = calloc(1, sizeof *users);

	if (!users)
		return -ENOMEM;
	users->host = host;
	*ret = users;
	return 0;
}

void user_names_free(struct user_names *users)
{
	if (!users)
		return;
	free(users->passwd);
	free(users);
}

/* "Uid:	real	effective	saved	file" */
int user_of_process(const struct host *host, pid_t pid, uid_t *ret)
{
	char path[40];
	char text[2048];
	char ids[64];
	char *real_end;
	char *end;
	unsigned long id;
	AUTO_CLOSE int fd = -1;

	(void)snprintf(path, sizeof path, "proc/%d/status", (int)pid);
	fd = host_open(host, path, O_RDONLY);
	if (fd < 0)
		return fd;
	if (fd_read_text(fd, text, sizeof text) < 0 ||
	    parse_keyed_text(text, "Uid:", ids, sizeof ids) < 0)
		return -EPROTO;
	(void)strtoul(ids, &real_end, 10);
	id = strtoul(real_end, &end, 10);
	if (real_end == ids || end == real_end || id > UINT32_MAX)
		return -EPROTO;
	*ret = (uid_t)id;
	return 0;
}

/* "name:x:1000:…" */
static bool line_has_user(const char *line, uid_t id)
{
	const char *number = strchr(line, ':');
	const char *line_end = strchr(line, '\n');
	char *end;
	unsigned long found;

	number = number ? strchr(number + 1, ':') : NULL;
	if (!number || (line_end && number > line_end))
		return false;
	found = strtoul(number + 1, &end, 10);
	return end != number + 1 && *end == ':' && found == id;
}

static bool name_in_passwd(struct user_names *users, uid_t id, char *buf, size_t size)
{
	const char *next;

	if (!users->passwd &&
	    host_read_all(users->host, "etc/passwd", &users->passwd) < 0)
		return false;
	for (const char *line = users->passwd; *line != '\0'; line = next) {
		next = strchr(line, '\n');
		next = next ? next + 1 : line + strlen(line);
		if (line_has_user(line, id)) {
			(void)snprintf(buf, size, "%.*s", (int)strcspn(line, ":"), line);
			return true;
		}
	}
	return false;
}

static bool name_in_system(const struct user_names *users, uid_t id, char *buf,
			   size_t size)
{
	char room[PASSWD_ROOM];
	struct passwd entry;
	struct passwd *found = NULL;

	if (!users->host->real ||
	    getpwuid_r(id, &entry, room, sizeof room, &found) != 0 || !found)
		return false;
	(void)copy_text(buf, size, found->pw_name);
	return true;
}

const char *user_names_get(struct user_names *users, uid_t id)
{
	struct user *user;

	for (size_t i = 0; i < users->count && i < USERS_MAX; i++)
		if (users->known[i].id == id)
			return users->known[i].name;
	user = &users->known[users->count++ % USERS_MAX];
	user->id = id;
	if (!name_in_passwd(users, id, user->name, sizeof user->name) &&
	    !name_in_system(users, id, user->name, sizeof user->name))
		(void)snprintf(user->name, sizeof user->name, "%lu", (unsigned long)id);
	return user->name;
}
