/* SPDX-License-Identifier: Apache-2.0 */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct {
	char path[64];
	struct host host;
	int64_t now_ns;
} machine;

_Noreturn void files_broken(const char *what, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: broken: %s\n", file, line, what);
	abort();
}

char *files_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	PROMISE(text);
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

static int64_t machine_now(void *ctx, enum host_clock clock)
{
	(void)ctx;
	(void)clock;
	return machine.now_ns;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_machine(void)
{
	(void)nftw(machine.path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const struct host *files_host(void)
{
	if (machine.path[0] == '\0') {
		bool in_memory = access("/dev/shm", W_OK) == 0;

		(void)snprintf(machine.path, sizeof machine.path, "%s/gramme-fuzz-XXXXXX",
			       in_memory ? "/dev/shm" : "/tmp");
		PROMISE(mkdtemp(machine.path));
		PROMISE(host_init(&machine.host, machine.path) == 0);
		machine.host.now_ns = machine_now;
		machine.now_ns = 100 * NS_PER_S;
		(void)atexit(remove_machine);
	}
	return &machine.host;
}

const char *files_root(void)
{
	(void)files_host();
	return machine.path;
}

void files_pass(int64_t ns)
{
	machine.now_ns += ns;
}

static void make_folders(const char *path)
{
	char part[256];

	for (const char *slash = strchr(path, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		(void)snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
		(void)mkdirat(machine.host.root_fd, part, 0755);
	}
}

static void write_file(const char *path, const uint8_t *data, size_t size)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
	int fd = openat(files_host()->root_fd, path, flags, 0644);

	if (fd < 0 && errno == ENOENT) {
		make_folders(path);
		fd = openat(machine.host.root_fd, path, flags, 0644);
	}
	PROMISE(fd >= 0);
	PROMISE(write(fd, data, size) == (ssize_t)size);
	(void)close(fd);
}

void files_fixed(const char *path, const char *text)
{
	write_file(path, (const uint8_t *)text, strlen(text));
}

/* Where the line "%" begins; size when there is none. */
static size_t part_length(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i + 1 < size; i++)
		if (data[i] == '%' && data[i + 1] == '\n' &&
		    (i == 0 || data[i - 1] == '\n'))
			return i;
	return size;
}

void files_lay(const char *const *paths, size_t count, const uint8_t *data, size_t size)
{
	bool more = true;
	bool whole = size >= 3 && memcmp(data, "%%\n", 3) == 0;

	if (whole) {
		data += 3;
		size -= 3;
	}
	for (size_t i = 0; i < count; i++) {
		size_t len = whole ? size : part_length(data, size);

		if (!more) {
			(void)unlinkat(files_host()->root_fd, paths[i], 0);
			continue;
		}
		write_file(paths[i], data, len);
		more = len < size;
		data += more ? len + 2 : len;
		size -= more ? len + 2 : len;
	}
}

/* The lowest descriptor that is free: the same before and after, or one was lost. */
static int free_fd(void)
{
	int fd = dup(machine.host.root_fd);

	(void)close(fd);
	return fd;
}

static bool is_text(const char *text, size_t room)
{
	return memchr(text, '\0', room) != NULL;
}

static void check_domain(const struct domain *domain)
{
	PROMISE(domain->id[0] != '\0' && is_text(domain->id, sizeof domain->id));
	PROMISE(is_text(domain->device, sizeof domain->device));
	PROMISE(is_text(domain->label, sizeof domain->label));
	PROMISE(is_text(domain->inside, sizeof domain->inside));
	PROMISE(is_text(domain->note, sizeof domain->note));
	PROMISE(domain->gain_u_permille <= 1000 && domain->pace_ns >= 0);
	PROMISE(strcmp(domain->inside, domain->id) != 0);
}

static void check_reading(const struct domain *domain, const struct reading *reading)
{
	const unsigned wanted =
		domain->measure == MEASURE_ENERGY ? READING_ENERGY : READING_POWER;

	PROMISE(reading->err <= 0);
	PROMISE((reading->has != 0) == (reading->err == 0));
	if (reading->has == 0)
		return;
	PROMISE(reading->has & wanted);
	PROMISE(domain->duplicate_of[0] == '\0');
	PROMISE(!(reading->has & READING_ENERGY) || domain->range_uj == 0 ||
		reading->energy_uj < domain->range_uj);
}

static void read_source(const struct source *source, void *state,
			const struct domain *domains, size_t count)
{
	static const enum read_why whys[] = { READ_EDGE, READ_PACE, READ_TICK };
	struct reading readings[DOMAINS_MAX];

	for (size_t k = 0; k < ARRAY_SIZE(whys); k++) {
		memset(readings, 0, sizeof readings);
		source->read(state, whys[k], readings);
		for (size_t i = 0; i < count; i++)
			check_reading(&domains[i], &readings[i]);
		files_pass(NS_PER_S);
	}
}

void files_source(const struct source *source)
{
	struct diag diag = { 0 };
	void *state = NULL;
	const struct domain *domains = NULL;
	size_t count;
	int before;
	int err;

	(void)files_host();
	before = free_fd();
	err = source->open(&machine.host, &diag, &state);
	PROMISE(err <= 0 && (err == 0) == (state != NULL));
	PROMISE(is_text(diag.text, sizeof diag.text));
	PROMISE(err == 0 || diag.text[0] != '\0');
	if (err == 0) {
		count = source->domains(state, &domains);
		PROMISE(count >= 1 && count <= DOMAINS_MAX);
		for (size_t i = 0; i < count; i++)
			check_domain(&domains[i]);
		read_source(source, state, domains, count);
		source->close(state);
	}
	PROMISE(free_fd() == before);
}

void files_activity(const struct activity *activity, const struct scope *scope)
{
	struct diag diag = { 0 };
	struct use use = { 0 };
	void *state = NULL;
	int before;
	int err;

	(void)files_host();
	before = free_fd();
	err = activity->open(&machine.host, scope, &diag, &state);
	PROMISE(err <= 0 && (err == 0) == (state != NULL));
	for (int i = 0; err == 0 && i < 3; i++) {
		memset(&use, 0, sizeof use);
		activity->read(state, i == 2 ? READ_EDGE : READ_TICK, &use);
		PROMISE(use.pid_count == 0 || use.pids);
		files_pass(2 * NS_PER_S);
	}
	activity->close(state);
	PROMISE(free_fd() == before);
}
