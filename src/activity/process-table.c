/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  proc, the processes' CPU clocks, proc/PID/stat.
 * Gives:  every process with its name, parent, memory and CPU time since the last look.
 * Needs:  to see the processes: hidepid hides those of other users.
 * Limits: what a process spent between the last look and its end, or all it did where it lived
 *         and died between two looks, is its parent's, in ticks of 10 ms; what nobody waited
 *         for (SIGCHLD ignored) is lost. Without live clocks all times are in ticks. Resident
 *         memory is as the kernel counts it in haste, some 100 KiB off.
 *
 * Most processes sleep most of the time. Asking for a CPU clock costs a system call and no
 * file; only of those that ran since is the line read again, for the name (exec), the parent
 * and the memory. A clock that went back, or a start that differs, is another process.
 */
#include "activity/process-table.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "activity/proc-stat.h"
#include "activity/user-names.h"
#include "base/parse.h"

#define FIELD_STATE    3
#define FIELD_RESIDENT 24
#define CLIMB_MAX      64
#define START_SLACK    2 /* ticks: when a process began is cut down to them */

struct rows {
	struct process *at;
	size_t count;
	size_t room;
};

struct process_table {
	const struct host *host;
	DIR *proc;
	bool live; /* CPU clocks of these PIDs are this kernel's */
	bool looked;
	int64_t looked_ns; /* HOST_BOOTTIME of the last look's begin */
	struct rows rows;
	struct rows next;
	struct user_names *users;
};

/* --- a line ------------------------------------------------------------------------------- */

static uint64_t page_bytes(void)
{
	long bytes = sysconf(_SC_PAGESIZE);

	return bytes > 0 ? (uint64_t)bytes : 4096;
}

static int resident_of(const char *state_text, uint64_t *ret_bytes)
{
	const char *at = state_text;
	uint64_t pages;
	char *end;

	for (int field = FIELD_STATE; field < FIELD_RESIDENT; field++) {
		at = strchr(at, ' ');
		if (!at)
			return -EPROTO;
		at++;
	}
	errno = 0;
	pages = strtoull(at, &end, 10);
	if (end == at || errno != 0 || *at == '-' || pages > UINT64_MAX / page_bytes())
		return -EPROTO;
	*ret_bytes = pages * page_bytes();
	return 0;
}

int process_line_parse(const char *text, struct process_line *ret)
{
	struct process_line line = { .resident_bytes = 0 };
	const char *name = strchr(text, '(');
	const char *name_end = strrchr(text, ')');
	int r = proc_stat_parse(text, &line.stat);

	if (r < 0)
		return r;
	if (!name || name >= name_end)
		return -EPROTO;
	r = resident_of(name_end + 2, &line.resident_bytes);
	if (r < 0)
		return r;
	(void)snprintf(line.name, sizeof line.name, "%.*s", (int)(name_end - name - 1),
		       name + 1);
	*ret = line;
	return 0;
}

static int read_line(const struct host *host, pid_t pid, struct process_line *ret)
{
	char text[PROC_STAT_ROOM];
	ssize_t n = proc_stat_text(host, pid, text);

	return n < 0 ? (int)n : process_line_parse(text, ret);
}

/* --- the table ---------------------------------------------------------------------------- */

int process_table_new(const struct host *host, struct process_table **ret)
{
	struct process_table *table = calloc(1, sizeof *table);
	int r = table ? user_names_new(host, &table->users) : -ENOMEM;

	if (r < 0) {
		process_table_free(table);
		return r;
	}
	table->host = host;
	table->live = proc_is_live(host);
	*ret = table;
	return 0;
}

void process_table_free(struct process_table *table)
{
	if (!table)
		return;
	if (table->proc)
		(void)closedir(table->proc);
	free(table->rows.at);
	free(table->next.at);
	user_names_free(table->users);
	free(table);
}

static int open_proc(struct process_table *table, struct diag *diag)
{
	int fd;

	if (table->proc)
		return 0;
	fd = host_open(table->host, "proc", O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return diag_fail(diag, fd, "cannot list the processes in /proc");
	table->proc = fdopendir(fd);
	if (table->proc)
		return 0;
	(void)close(fd);
	return diag_fail(diag, -ENOMEM, "cannot list the processes in /proc");
}

static struct process *find(const struct rows *rows, pid_t pid)
{
	size_t low = 0;
	size_t high = rows->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (rows->at[mid].pid < pid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < rows->count && rows->at[low].pid == pid ? &rows->at[low] : NULL;
}

static int add(struct rows *rows, const struct process *process)
{
	if (rows->count == rows->room) {
		size_t room = rows->room ? rows->room * 2 : 256;
		struct process *grown = reallocarray(rows->at, room, sizeof *grown);

		if (!grown)
			return -ENOMEM;
		rows->at = grown;
		rows->room = room;
	}
	rows->at[rows->count++] = *process;
	return 0;
}

static int clock_read(clockid_t clock, uint64_t *ret_ns)
{
	struct timespec spent;

	if (clock_gettime(clock, &spent) < 0)
		return -errno;
	*ret_ns = (uint64_t)spent.tv_sec * (uint64_t)NS_PER_S + (uint64_t)spent.tv_nsec;
	return 0;
}

/* One that was not known though it is older than the last look, hidden or unreadable until
 * now, has spent nobody knows what since. */
static bool began_since(const struct process_table *table, uint64_t start_ticks)
{
	uint64_t last_ticks = (uint64_t)table->looked_ns / proc_tick_ns();

	return table->looked && start_ticks + START_SLACK >= last_ticks;
}

static void set_spent(const struct process_table *table, const struct process *known,
		      struct process *process)
{
	if (!known && began_since(table, process->start_ticks))
		process->spent_ns = process->cpu_ns + process->reaped_ns;
	else if (known && process->cpu_ns > known->cpu_ns)
		process->spent_ns = process->cpu_ns - known->cpu_ns;
}

/* exec may change the user with the name. */
static void keep_user(const struct process *known, struct process *process)
{
	if (!known || strcmp(known->name, process->name) != 0)
		return;
	process->has_user = known->has_user;
	process->user = known->user;
}

/* 0, 1 when it is gone or not to be read, -ENOMEM. */
static int look_closely(struct process_table *table, pid_t pid,
			const struct process *known)
{
	struct process_line line;
	struct process process = { .pid = pid };

	if (read_line(table->host, pid, &line) < 0 || line.stat.pid != pid)
		return 1;
	if (known && known->start_ticks != line.stat.start_ticks)
		known = NULL;
	process.ppid = line.stat.ppid;
	process.start_ticks = line.stat.start_ticks;
	process.resident_bytes = line.resident_bytes;
	process.cpu_ns = line.stat.own_ns;
	process.reaped_ns = line.stat.reaped_ns;
	(void)copy_text(process.name, sizeof process.name, line.name);
	if (table->live && (clock_getcpuclockid(pid, &process.clock) != 0 ||
			    clock_read(process.clock, &process.cpu_ns) < 0))
		return 1;
	set_spent(table, known, &process);
	keep_user(known, &process);
	return add(&table->next, &process);
}

static int look_at(struct process_table *table, pid_t pid)
{
	const struct process *known = find(&table->rows, pid);
	struct process same;
	uint64_t cpu_ns = 0;

	if (!table->live || !known)
		return look_closely(table, pid, known);
	if (clock_read(known->clock, &cpu_ns) < 0)
		return 1;
	if (cpu_ns != known->cpu_ns)
		return look_closely(table, pid, known);
	same = *known;
	same.spent_ns = 0;
	same.owed_ns = 0;
	return add(&table->next, &same);
}

static int by_pid(const void *a, const void *b)
{
	const struct process *left = a;
	const struct process *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

/* The kernel lists PIDs upwards, a made-up folder as it likes. */
static void put_in_order(struct rows *rows)
{
	for (size_t i = 1; i < rows->count; i++)
		if (rows->at[i - 1].pid > rows->at[i].pid) {
			qsort(rows->at, rows->count, sizeof *rows->at, by_pid);
			return;
		}
}

static struct process *same_in(const struct rows *rows, const struct process *process)
{
	struct process *found = find(rows, process->pid);

	return found && found->start_ticks == process->start_ticks ? found : NULL;
}

/* Who gets a dead one's time, if anybody waited: the nearest above it that lives. */
static struct process *heir_of(const struct process_table *table,
			       const struct process *dead)
{
	const struct process *up = dead;

	for (int i = 0; up && i < CLIMB_MAX; i++) {
		struct process *living = same_in(&table->next, up);

		if (living)
			return living;
		up = find(&table->rows, up->ppid);
	}
	return NULL;
}

/*
 * What a dead process showed at the last look was told then; what it did since shows only as
 * growth of what its parent waited for. That growth less what was told is new.
 */
static void inherit(struct process_table *table)
{
	for (size_t i = 0; i < table->rows.count; i++) {
		const struct process *old = &table->rows.at[i];
		struct process *heir =
			same_in(&table->next, old) ? NULL : heir_of(table, old);

		if (heir)
			heir->owed_ns += old->cpu_ns + old->reaped_ns;
	}
	for (size_t i = 0; i < table->rows.count; i++) {
		const struct process *old = &table->rows.at[i];
		struct process *own = same_in(&table->next, old);

		if (own && own->reaped_ns > old->reaped_ns + own->owed_ns)
			own->spent_ns += own->reaped_ns - old->reaped_ns - own->owed_ns;
	}
}

static int look_at_all(struct process_table *table)
{
	const struct dirent *entry;

	table->next.count = 0;
	rewinddir(table->proc);
	errno = 0;
	while ((entry = readdir(table->proc))) {
		uint64_t pid;
		int r = 0;

		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    parse_u64(entry->d_name, &pid) == 0 && pid <= INT32_MAX)
			r = look_at(table, (pid_t)pid);
		if (r < 0)
			return r;
		errno = 0;
	}
	return -errno;
}

int process_table_update(struct process_table *table, struct diag *diag)
{
	int64_t now_ns = host_clock_ns(table->host, HOST_BOOTTIME);
	struct rows rows;
	int r = open_proc(table, diag);

	if (r < 0)
		return r;
	r = look_at_all(table);
	if (r < 0)
		return diag_fail(diag, r, "cannot list the processes in /proc");
	put_in_order(&table->next);
	inherit(table);
	rows = table->rows;
	table->rows = table->next;
	table->next = rows;
	table->looked = true;
	table->looked_ns = now_ns;
	return 0;
}

size_t process_table_count(const struct process_table *table)
{
	return table->rows.count;
}

const struct process *process_table_at(const struct process_table *table, size_t i)
{
	return &table->rows.at[i];
}

const struct process *process_table_find(const struct process_table *table, pid_t pid)
{
	return find(&table->rows, pid);
}

const struct process *process_table_parent(const struct process_table *table,
					   const struct process *process)
{
	const struct process *parent = find(&table->rows, process->ppid);

	return parent && parent != process && parent->start_ticks <= process->start_ticks
		       ? parent
		       : NULL;
}

void process_table_user(struct process_table *table, pid_t pid, char *buf, size_t size)
{
	struct process *process = find(&table->rows, pid);

	buf[0] = '\0';
	if (!process ||
	    (!process->has_user && user_of_process(table->host, pid, &process->user) < 0))
		return;
	process->has_user = true;
	(void)copy_text(buf, size, user_names_get(table->users, process->user));
}
