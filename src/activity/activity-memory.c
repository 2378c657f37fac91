/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  proc/PID/smaps_rollup of the processes the tree listed.
 * Gives:  the scope's memory as PSS: shared pages are split among those who map them.
 * Needs:  the right to ptrace them: our own processes, or CAP_SYS_PTRACE.
 * Limits: a few processes a snapshot, in turn, at most once a second and a five-thousandth
 *         of a core: the kernel walks all of a process's pages, milliseconds for each GiB of
 *         small ones. Where nothing changes each waits longer from time to time, up to 16
 *         seconds. The sum is of what each showed last. Nothing is given while less than
 *         half of the processes were read, or while one of them may not be: RSS would count
 *         shared pages more than once.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "activity/activity.h"
#include "activity/pace.h"
#include "base/parse.h"

#define PART      5000
#define PACE_NS   NS_PER_S
#define QUIET_NS  (16 * NS_PER_S)
#define BATCH_MAX 8
#define STEADY    16 /* a change of less than one part in so many is none */

enum pss_state { PSS_UNKNOWN, PSS_KNOWN, PSS_DENIED };

struct pss {
	pid_t pid;
	enum pss_state state;
	uint64_t bytes;
};

struct memory {
	struct host host;
	struct pss *rows; /* by PID, as the list was last */
	struct pss *next; /* the same room, for the next list */
	size_t count;
	size_t room;
	size_t turn; /* whose turn it is */
	struct pace pace;
	int64_t quiet_ns; /* the wait while nothing changes; 0: something did */
	int64_t quiet_until_ns;
};

static void memory_close(void *state)
{
	struct memory *memory = state;

	if (!memory)
		return;
	free(memory->rows);
	free(memory->next);
	free(memory);
}

static void free_memory(struct memory **memory)
{
	memory_close(*memory);
}

static int read_pss(const struct host *host, pid_t pid, uint64_t *ret_bytes)
{
	char path[48];
	char text[1024];
	uint64_t kib;
	ssize_t n;
	int r;

	(void)snprintf(path, sizeof path, "proc/%d/smaps_rollup", (int)pid);
	n = host_read_text(host, path, text, sizeof text);
	if (n < 0)
		return (int)n;
	/* No text: it has ended, or is the kernel's, and has no memory. */
	r = n == 0 ? -ESRCH : parse_keyed_u64(text, "Pss:", &kib);
	if (r == 0 && kib > UINT64_MAX / 1024)
		r = -EPROTO;
	if (r == 0)
		*ret_bytes = kib * 1024;
	return r;
}

/* Refuses early, with the reason, where it could never give anything. */
static int try_one(const struct host *host, pid_t pid, struct diag *diag)
{
	char path[48];
	uint64_t bytes;
	int r = read_pss(host, pid, &bytes);

	if (r == -EACCES || r == -EPERM) {
		r = diag_fail(diag, -EACCES, "cannot read proc/%d/smaps_rollup",
			      (int)pid);
		diag_fix(diag, "run gramme as the user who owns process %d, or as root",
			 (int)pid);
		return r;
	}
	(void)snprintf(path, sizeof path, "proc/%d/stat", (int)pid);
	if (r == -ENOENT && host_exists(host, path))
		return diag_say(diag, -ENOSYS,
				"this kernel has no proc/PID/smaps_rollup (Linux 4.14)");
	return 0;
}

static int memory_open(const struct host *host, const struct scope *scope,
		       struct diag *diag, void **ret_state)
{
	CLEANUP(free_memory) struct memory *memory = calloc(1, sizeof *memory);
	int r = 0;

	if (!memory)
		return -ENOMEM;
	memory->host = *host;
	memory->pace.part = PART;
	memory->pace.least_ns = PACE_NS;
	if (scope->root_pid > 0)
		r = try_one(host, scope->root_pid, diag);
	if (r < 0)
		return r;
	*ret_state = STEAL(memory);
	return 0;
}

static int make_room(struct memory *memory, size_t count)
{
	size_t room = memory->room ? memory->room : 64;
	struct pss *grown;

	while (room < count)
		room *= 2;
	if (room == memory->room)
		return 0;
	grown = reallocarray(memory->rows, room, sizeof *grown);
	if (!grown)
		return -ENOMEM;
	memory->rows = grown;
	grown = reallocarray(memory->next, room, sizeof *grown);
	if (!grown)
		return -ENOMEM;
	memory->next = grown;
	memory->room = room;
	return 0;
}

/* Rows for the listed processes, with what is known of them. Both are in rising order. */
static int follow_list(struct memory *memory, const pid_t *pids, size_t count)
{
	struct pss *swap;
	size_t at = 0;
	int r = make_room(memory, count);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		while (at < memory->count && memory->rows[at].pid < pids[i])
			at++;
		if (at < memory->count && memory->rows[at].pid == pids[i])
			memory->next[i] = memory->rows[at];
		else
			memory->next[i] = (struct pss){ .pid = pids[i] };
	}
	swap = memory->rows;
	memory->rows = memory->next;
	memory->next = swap;
	memory->count = count;
	return 0;
}

static bool has_changed(const struct pss *row, enum pss_state state, uint64_t bytes)
{
	uint64_t step = bytes > row->bytes ? bytes - row->bytes : row->bytes - bytes;

	return row->state != state || step > row->bytes / STEADY;
}

/* Whether it is news. */
static bool sample_one(const struct memory *memory, struct pss *row)
{
	struct pss before = *row;
	uint64_t bytes = 0;
	int r = read_pss(&memory->host, row->pid, &bytes);

	if (r == -EACCES || r == -EPERM) {
		row->state = PSS_DENIED;
	} else if (r == 0 || r == -ESRCH || r == -ENOENT) {
		row->state = PSS_KNOWN;
		row->bytes = bytes;
	}
	return has_changed(&before, row->state, row->bytes);
}

/* No process waits longer than QUIET_NS for its turn because of this. */
static void wait_longer(struct memory *memory, size_t batch, bool news)
{
	int64_t most_ns = QUIET_NS * (int64_t)batch / (int64_t)memory->count;

	memory->quiet_ns = memory->quiet_ns == 0 ? 2 * PACE_NS : 2 * memory->quiet_ns;
	if (memory->quiet_ns > most_ns)
		memory->quiet_ns = most_ns;
	if (news)
		memory->quiet_ns = 0;
	memory->quiet_until_ns = host_now_ns(&memory->host) + memory->quiet_ns;
}

static void sample_some(struct memory *memory)
{
	size_t batch = memory->count < BATCH_MAX ? memory->count : BATCH_MAX;
	bool news = false;

	pace_begin(&memory->pace, &memory->host);
	for (size_t i = 0; i < batch; i++)
		news |= sample_one(memory, &memory->rows[memory->turn++ % memory->count]);
	pace_end(&memory->pace, &memory->host);
	wait_longer(memory, batch, news);
}

/* Sooner for who is new, and at an edge. */
static bool is_due(const struct memory *memory, enum read_why why)
{
	if (!pace_due(&memory->pace, &memory->host))
		return false;
	if (why == READ_EDGE || host_now_ns(&memory->host) >= memory->quiet_until_ns)
		return true;
	for (size_t i = 0; i < memory->count; i++)
		if (memory->rows[i].state == PSS_UNKNOWN)
			return true;
	return false;
}

static void memory_read(void *state, enum read_why why, struct use *use)
{
	struct memory *memory = state;
	uint64_t bytes = 0;
	size_t known = 0;

	if (why == READ_PACE || !(use->has & USE_PROCESSES) || use->pid_count == 0 ||
	    follow_list(memory, use->pids, use->pid_count) < 0)
		return;
	if (is_due(memory, why))
		sample_some(memory);
	for (size_t i = 0; i < memory->count; i++) {
		if (memory->rows[i].state == PSS_DENIED)
			return;
		known += memory->rows[i].state == PSS_KNOWN;
		bytes += memory->rows[i].bytes;
	}
	if (known * 2 < memory->count)
		return;
	use->scope_mem_bytes = bytes;
	use->has |= USE_SCOPE_MEM;
}

const struct activity activity_memory = {
	.name = "memory",
	.open = memory_open,
	.read = memory_read,
	.close = memory_close,
};
