/* SPDX-License-Identifier: Apache-2.0 */
/* The Python of a run and its packages, by the names of their .dist-info folders. */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"
#include "engine/inventory-internal.h"

/* "numpy-1.26.4.dist-info" becomes "numpy": "1.26.4". */
static void add_package(json_t *packages, const char *folder)
{
	char name[256];
	const char *end = strstr(folder, ".dist-info");
	char *dash;

	if (!end || end[strlen(".dist-info")] != '\0' ||
	    (size_t)(end - folder) >= sizeof name)
		return;
	memcpy(name, folder, (size_t)(end - folder));
	name[end - folder] = '\0';
	dash = strrchr(name, '-');
	if (!dash || dash == name)
		return;
	*dash = '\0';
	inventory_set_text(packages, name, dash + 1);
}

static void add_site(const struct host *host, json_t *packages, const char *prefix,
		     const char *version, const char *site)
{
	char path[1400];
	CLEANUP(names_done) struct names names = { NULL, 0 };

	(void)snprintf(path, sizeof path, "%s/lib/python%s/%s", prefix + (*prefix == '/'),
		       version, site);
	if (host_names(host, path, &names) < 0)
		return;
	for (size_t i = 0; i < names.count; i++)
		add_package(packages, names.name[i]);
}

/* "…/bin/python3.11" gives "3.11"; a name without a version is resolved by its link. */
static bool version_in(const char *path, char *ret, size_t size)
{
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	if (strncmp(base, "python", 6) != 0)
		return false;
	return base[6] == '\0' || copy_text(ret, size, base + 6);
}

/* The program as found on PATH, so that a virtual environment's own folder is seen. */
static bool find_program(const char *program, char *ret, size_t size)
{
	const char *path = getenv("PATH");

	if (strchr(program, '/'))
		return copy_text(ret, size, program);
	while (path && *path) {
		size_t len = strcspn(path, ":");
		int n = snprintf(ret, size, "%.*s/%s", (int)len, path, program);

		if (n > 0 && (size_t)n < size && access(ret, X_OK) == 0)
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

/* "…/bin/python3" gives what is before bin. */
static bool prefix_of(const char *program, char *prefix, size_t size)
{
	if (!copy_text(prefix, size, program))
		return false;
	for (int i = 0; i < 2; i++) {
		char *slash = strrchr(prefix, '/');

		if (!slash)
			return false;
		*slash = '\0';
	}
	return true;
}

/* A virtual environment that does not see what its base has. */
static bool stands_alone(const struct host *host, const char *program)
{
	char prefix[1024];
	char path[1100];
	char text[2048];
	char seen[16];

	if (!prefix_of(program, prefix, sizeof prefix))
		return false;
	(void)snprintf(path, sizeof path, "%s/pyvenv.cfg", prefix + (*prefix == '/'));
	if (host_read_text(host, path, text, sizeof text) < 0)
		return false;
	return parse_keyed_text(text, "include-system-site-packages =", seen,
				sizeof seen) < 0 ||
	       strcmp(seen, "true") != 0;
}

static void add_prefix(const struct host *host, json_t *packages, const char *program,
		       const char *version)
{
	static const char *const sites[] = { "site-packages", "dist-packages" };
	char prefix[1024];

	if (!prefix_of(program, prefix, sizeof prefix))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(sites); i++)
		add_site(host, packages, prefix, version, sites[i]);
	/* Debian keeps its own beside the versions. */
	if (strcmp(prefix, "/usr") == 0)
		add_site(host, packages, prefix, "3", "dist-packages");
}

/* argv[0] of a living process: in a virtual environment it names what exe does not. */
static bool first_word(const struct host *host, pid_t pid, char *ret, size_t size)
{
	char path[64];

	(void)snprintf(path, sizeof path, "proc/%d/cmdline", (int)pid);
	return host_read_text(host, path, ret, size) > 0 && ret[0] != '\0';
}

static void add_python(const struct host *host, json_t *software, const char *exe,
		       const char *program)
{
	char found[1024];
	char version[32] = "";
	json_t *python = json_object();
	json_t *packages = json_object();

	(void)version_in(exe, version, sizeof version);
	inventory_set_text(python, "version", version);
	inventory_set_text(python, "executable", exe);
	if (!program || !find_program(program, found, sizeof found))
		found[0] = '\0';
	if (found[0] == '\0' || !stands_alone(host, found))
		add_prefix(host, packages, exe, version);
	if (found[0] != '\0')
		add_prefix(host, packages, found, version);
	(void)json_object_set_new(python, "packages", packages);
	(void)json_object_set_new(software, "python", python);
}

static bool add_process(const struct host *host, json_t *software, pid_t pid)
{
	char link[64];
	char exe[1024];
	char version[32];
	char program[1024];

	(void)snprintf(link, sizeof link, "proc/%d/exe", (int)pid);
	if (host_read_link(host, link, exe, sizeof exe) < 0 ||
	    !version_in(exe, version, sizeof version))
		return false;
	add_python(host, software, exe,
		   first_word(host, pid, program, sizeof program) ? program : NULL);
	return true;
}

/* A script by that name, as pyenv's, starts some Python: which one its name does not tell. */
static bool is_script(const char *path)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	char head[2];

	return fd >= 0 && read(fd, head, sizeof head) == (ssize_t)sizeof head &&
	       memcmp(head, "#!", sizeof head) == 0;
}

/* The command itself may be over: then what its name leads to. */
static void add_program(const struct host *host, json_t *software, const char *program)
{
	AUTO_FREE char *exe = NULL;
	char found[1024];
	char version[32];

	/* PATH and links are this machine's: they say nothing of a made-up root. */
	if (!host->real || !program || !find_program(program, found, sizeof found))
		return;
	exe = realpath(found, NULL);
	if (exe && version_in(exe, version, sizeof version) && !is_script(exe))
		add_python(host, software, exe, program);
}

bool inventory_awaits_python(const char *program, const char *software_json)
{
	const char *slash = program ? strrchr(program, '/') : NULL;
	const char *base = slash ? slash + 1 : program;

	return base && strncmp(base, "python", 6) == 0 &&
	       !strstr(software_json, "\"python\":");
}

void inventory_python(const struct host *host, const struct inventory_run *run,
		      json_t *software)
{
	for (size_t i = 0; i < run->pid_count; i++)
		if (add_process(host, software, run->pids[i]))
			return;
	add_program(host, software, run->program);
}
