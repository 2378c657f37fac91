/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  proc/self/mountinfo, proc/PID/cgroup.
 * Gives:  the folder of a process's cgroup; a child of it for a run.
 * Needs:  write access to the own cgroup for the child: root, or a delegated subtree.
 * Limits: a place outside the visible mount (a namespace, a bind mount) is not guessed.
 */
#include "activity/cgroup-path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/parse.h"

struct mount {
	char root[CGROUP_PATH_MAX]; /* which folder of the hierarchy is mounted */
	char point[CGROUP_PATH_MAX];
};

/* mountinfo writes blank, tab, newline and backslash as \ooo. */
static void undo_octal(char *text)
{
	char *out = text;

	for (const char *in = text; *in; out++) {
		int value = (unsigned char)*in++;

		if (value == '\\' && strspn(in, "01234567") >= 3) {
			value = (in[0] - '0') * 64 + (in[1] - '0') * 8 + in[2] - '0';
			in += 3;
		}
		*out = (char)value;
	}
	*out = '\0';
}

/* True when word is one of the list's, which are parted by commas. */
static bool listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, word, len) == 0 && (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return false;
}

/* One line: "31 23 0:28 ROOT POINT opts … - TYPE SOURCE SUPER". */
static bool mount_of_line(char *line, const char *controller, struct mount *ret)
{
	char *tail = strstr(line, " - ");
	char *save = NULL;
	char *field[5] = { NULL };
	const char *type;
	const char *super = NULL;

	if (!tail)
		return false;
	*tail = '\0';
	type = strtok_r(tail + 3, " ", &save);
	if (!type || strcmp(type, controller ? "cgroup" : "cgroup2") != 0)
		return false;
	if (strtok_r(NULL, " ", &save))
		super = strtok_r(NULL, " ", &save);
	if (controller && (!super || !listed(super, controller)))
		return false;
	field[0] = strtok_r(line, " ", &save);
	for (int i = 1; i < 5; i++)
		field[i] = field[i - 1] ? strtok_r(NULL, " ", &save) : NULL;
	if (!field[4] || field[4][0] != '/')
		return false;
	undo_octal(field[3]);
	undo_octal(field[4]);
	return copy_text(ret->root, sizeof ret->root, field[3]) &&
	       copy_text(ret->point, sizeof ret->point, field[4] + 1);
}

static int find_mount(const struct host *host, const char *controller, struct mount *ret)
{
	AUTO_FREE char *text = NULL;
	char *save = NULL;
	int r = host_read_all(host, "proc/self/mountinfo", &text);

	if (r < 0)
		return r;
	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (mount_of_line(line, controller, ret))
			return 0;
	return -ENODEV;
}

/* The path part of "ID:CONTROLLERS:PATH" of the hierarchy asked for. */
static int place_in_hierarchy(const struct host *host, pid_t pid, const char *controller,
			      char *buf, size_t size)
{
	AUTO_FREE char *text = NULL;
	char file[48] = "proc/self/cgroup";
	char *save = NULL;
	int r;

	if (pid > 0)
		(void)snprintf(file, sizeof file, "proc/%d/cgroup", (int)pid);
	r = host_read_all(host, file, &text);
	if (r < 0)
		return r;
	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *names = strchr(line, ':');
		char *path = names ? strchr(names + 1, ':') : NULL;

		if (!path)
			continue;
		*path++ = '\0';
		names++;
		if (controller ? listed(names, controller) : *names == '\0')
			return copy_text(buf, size, path) ? 0 : -ENAMETOOLONG;
	}
	return -ENODEV;
}

/* What is left of path below root; NULL when it is not below. */
static const char *below(const char *path, const char *root)
{
	size_t len = strcmp(root, "/") == 0 ? 0 : strlen(root);

	if (strncmp(path, root, len) != 0 || (path[len] != '/' && path[len] != '\0'))
		return NULL;
	path += len;
	return strcmp(path, "/") == 0 ? "" : path;
}

int cgroup_place_of(const struct host *host, pid_t pid, const char *controller,
		    struct cgroup_place *ret)
{
	struct cgroup_place place;
	struct mount mount;
	char path[CGROUP_PATH_MAX];
	const char *rest;
	int n;
	int r = find_mount(host, controller, &mount);

	if (r < 0)
		return r;
	r = place_in_hierarchy(host, pid, controller, path, sizeof path);
	if (r < 0)
		return r;
	rest = below(path, mount.root);
	/* "/.." leads out of our cgroup namespace. */
	if (!rest || strncmp(rest, "/..", 3) == 0)
		return -ENODEV;
	n = snprintf(place.path, sizeof place.path, "%s%s", mount.point, rest);
	if (n < 0 || (size_t)n >= sizeof place.path)
		return -ENAMETOOLONG;
	place.mount_len = strlen(mount.point);
	*ret = place;
	return 0;
}

bool cgroup_up(struct cgroup_place *place)
{
	char *slash = strrchr(place->path, '/');

	if (strlen(place->path) <= place->mount_len || !slash)
		return false;
	*slash = '\0';
	return true;
}

int cgroup_mount(const struct host *host, char *buf, size_t size)
{
	struct mount mount;
	int r = find_mount(host, NULL, &mount);

	if (r < 0)
		return r;
	return copy_text(buf, size, mount.point) ? 0 : -ENAMETOOLONG;
}

int cgroup_own_path(const struct host *host, char *buf, size_t size)
{
	struct cgroup_place place;
	int r = cgroup_place_of(host, 0, NULL, &place);

	if (r < 0)
		return r;
	return copy_text(buf, size, place.path) ? 0 : -ENAMETOOLONG;
}

static int writable(const struct host *host, const char *folder, const char *name)
{
	char path[CGROUP_PATH_MAX + 32];

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	return faccessat(host->root_fd, path, W_OK, AT_EACCESS) < 0 ? -errno : 0;
}

/*
 * In the root cgroup processes can live beside children that have controllers. One of these
 * would weigh the job against all others as a whole, or charge its memory: another world.
 */
static bool would_change_the_job(const char *controllers)
{
	static const char *const words[] = { "cpu", "cpuset", "io", "memory" };

	for (const char *at = controllers; *at; at += strspn(at, " \n")) {
		size_t len = strcspn(at, " \n");

		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			if (strlen(words[i]) == len && memcmp(at, words[i], len) == 0)
				return true;
		at += len;
	}
	return false;
}

/* Whether it counts CPU time, takes processes and not only threads, and does nothing else. */
static int usable(const struct host *host, const char *folder)
{
	char path[CGROUP_PATH_MAX + 32];
	char text[1024];
	uint64_t usage_us;
	ssize_t n;

	(void)snprintf(path, sizeof path, "%s/cpu.stat", folder);
	n = host_read_text(host, path, text, sizeof text);
	if (n < 0)
		return (int)n;
	if (parse_keyed_u64(text, "usage_usec ", &usage_us) < 0)
		return -ENOSYS;
	(void)snprintf(path, sizeof path, "%s/cgroup.type", folder);
	n = host_read_text(host, path, text, sizeof text);
	if (n >= 0 && strcmp(trim_text(text), "domain") != 0)
		return -EBUSY;
	(void)snprintf(path, sizeof path, "%s/cgroup.controllers", folder);
	n = host_read_text(host, path, text, sizeof text);
	if (n > 0 && would_change_the_job(text))
		return -EBUSY;
	return writable(host, folder, "cgroup.procs");
}

static int refused(struct diag *diag, int err, const char *path)
{
	(void)diag_fail(diag, err, "cannot use a cgroup of the run's own, %s", path);
	if (err == -EACCES || err == -EPERM)
		diag_fix(diag, "systemd-run --user --scope -p Delegate=yes gramme run …");
	return err;
}

int cgroup_make(const struct host *host, const char *run_id, struct diag *diag,
		char *ret_path, size_t size)
{
	char own[CGROUP_PATH_MAX];
	char path[CGROUP_PATH_MAX];
	int n;
	int r = cgroup_own_path(host, own, sizeof own);

	if (r < 0)
		return diag_fail(diag, r, "no cgroup2 folder of this process");
	n = snprintf(path, sizeof path, "%s/gramme-%s", own, run_id);
	if (n < 0 || (size_t)n >= sizeof path || (size_t)n >= size)
		return refused(diag, -ENAMETOOLONG, own);
	/* Moving a process needs the right to write where it comes from, too. */
	r = writable(host, own, "cgroup.procs");
	if (r < 0)
		return refused(diag, r, path);
	if (mkdirat(host->root_fd, path, 0755) < 0)
		return refused(diag, -errno, path);
	r = usable(host, path);
	if (r < 0) {
		cgroup_remove(host, path);
		return refused(diag, r, path);
	}
	(void)copy_text(ret_path, size, path);
	return 0;
}

void cgroup_remove(const struct host *host, const char *path)
{
	if (path && *path)
		(void)unlinkat(host->root_fd, path, AT_REMOVEDIR);
}

/* Old enough that no launcher is still about to enter it. */
#define SWEEP_AGE_NS (60 * NS_PER_S)

static bool is_old(const struct host *host, const char *path)
{
	int64_t now_ns = host_clock_ns(host, HOST_REALTIME);
	struct stat st;

	return fstatat(host->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       now_ns - (int64_t)st.st_mtim.tv_sec * NS_PER_S > SWEEP_AGE_NS;
}

void cgroup_sweep(const struct host *host, const char *path)
{
	CLEANUP(names_done) struct names names = { NULL, 0 };
	char folder[CGROUP_PATH_MAX];
	char *slash;

	if (!copy_text(folder, sizeof folder, path))
		return;
	slash = strrchr(folder, '/');
	if (!slash)
		return;
	*slash = '\0';
	if (host_names(host, folder, &names) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		char old[2 * CGROUP_PATH_MAX];

		(void)snprintf(old, sizeof old, "%s/%s", folder, names.name[i]);
		if (strncmp(names.name[i], "gramme-", strlen("gramme-")) == 0 &&
		    is_old(host, old))
			(void)unlinkat(host->root_fd, old, AT_REMOVEDIR);
	}
}
