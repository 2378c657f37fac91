/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  the processes' CPU clocks, proc/PID/stat, proc/loadavg; proc itself where those do
 *         not do; cgroup.procs where the run has a cgroup.
 * Gives:  the scope's CPU time with its dead included (not with a cgroup: that counts it
 *         better), its living processes, how many came and went.
 * Needs:  to see the processes: hidepid hides those of other users.
 * Limits: processes that live and die between two looks are in the time (by their parents'
 *         sums, in ticks) but not in the number. attach: a daemon whose parent died before
 *         either was seen is lost, and so is what nobody of the tree waited for after its
 *         last reading. Without live clocks all times are in ticks of 10 ms.
 *
 * New processes are found without walking proc: PIDs are handed out upwards, so those born
 * since the last look lie between two values of the last field of proc/loadavg, and asking
 * for the CPU clock of a PID that is no process costs a seventh of a microsecond. Where that
 * field cannot be trusted, all of proc is looked through, as seldom as LOOK_PART allows. A
 * snapshot that comes too soon for the clocks has no CPU time rather than an old one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "activity/account.h"
#include "activity/activity.h"
#include "activity/cgroup-list.h"
#include "activity/pace.h"
#include "base/parse.h"

#define LOOK_PART  1000 /* of a core: the most that finding new ones may take */
#define CLOCK_PART 300  /* of a core: the most that reading the known ones' clocks may */
#define PROBE_MAX  4096 /* PIDs asked one by one; above, proc is walked */
#define FDS_MAX    48   /* stat files kept open */
#define ROUNDS_MAX 4

struct tree {
	struct host host;
	struct account account;
	struct pid_list living;  /* what use->pids shows */
	struct pid_list before;  /* the cgroup's list, one look ago */
	struct proc_stat *found; /* a walk's scratch */
	size_t found_count;
	size_t found_room;
	struct pace clocks; /* reading the known processes' clocks */
	struct pace looks;  /* finding new ones, and what the dead left */
	uint64_t base_ns;
	uint32_t seen;
	uint32_t ended;
	uint32_t fds;
	pid_t last_pid; /* newest PID at the last look; 0: not usable */
	int loadavg_fd;
	DIR *proc;
	bool live;
	bool stirred; /* a known process died, or a look was left unfinished */
	char cgroup[256];
};

static void tree_close(void *state)
{
	struct tree *tree = state;

	if (!tree)
		return;
	account_done(&tree->account);
	pid_list_done(&tree->living);
	pid_list_done(&tree->before);
	free(tree->found);
	close_fd(&tree->loadavg_fd);
	if (tree->proc)
		(void)closedir(tree->proc);
	free(tree);
}

static void free_tree(struct tree **tree)
{
	tree_close(*tree);
}

static int clock_read(clockid_t clock, uint64_t *ret_ns)
{
	struct timespec spent;

	if (clock_gettime(clock, &spent) < 0)
		return -errno;
	*ret_ns = (uint64_t)spent.tv_sec * (uint64_t)NS_PER_S + (uint64_t)spent.tv_nsec;
	return 0;
}

static int member_stat(const struct tree *tree, const struct member *member,
		       struct proc_stat *ret)
{
	char text[1024];
	ssize_t n;

	if (member->stat_fd < 0)
		return proc_stat_read(&tree->host, member->pid, ret);
	n = fd_read_text(member->stat_fd, text, sizeof text);
	return n < 0 ? (int)n : proc_stat_parse(text, ret);
}

static int text_read(const struct tree *tree, const struct member *member,
		     uint64_t *ret_ns)
{
	struct proc_stat stat;
	int r = member_stat(tree, member, &stat);

	if (r < 0)
		return r;
	if (stat.start_ticks != member->start_ticks)
		return -ESRCH;
	*ret_ns = stat.own_ns;
	return 0;
}

static void mark_ended(struct tree *tree, struct member *member)
{
	if (!member->ended && !member->host_only)
		tree->ended++;
	member->ended = true;
}

static void mark_gone(struct tree *tree, struct member *member)
{
	mark_ended(tree, member);
	tree->stirred = true;
	account_gone(&tree->account, member);
}

/* A clock of no process is invalid; another error is a reading that failed, not a death. */
static bool says_gone(int err)
{
	return err == -EINVAL || err == -ESRCH || err == -ENOENT || err == -EPROTO;
}

/* Brings its own time up to date; marks it gone when it is. */
static void refresh_own(struct tree *tree, struct member *member)
{
	uint64_t own_ns = 0;
	int r = tree->live ? clock_read(member->clock, &own_ns)
			   : text_read(tree, member, &own_ns);

	if (r < 0 && !says_gone(r))
		return;
	/* A clock that went back is another process's, of the same PID. */
	if (r < 0 || own_ns < member->own_ns) {
		mark_gone(tree, member);
		return;
	}
	if (!member->host_only)
		member->own_ns = own_ns;
}

static void refresh_all(struct tree *tree)
{
	for (size_t i = 0; i < tree->account.count; i++)
		if (!tree->account.members[i].gone)
			refresh_own(tree, &tree->account.members[i]);
}

/* What its dead left, and who its parent is now. One that cannot be read keeps both. */
static void refresh_reaped(struct tree *tree, struct member *member)
{
	struct proc_stat stat;

	/* Cleared before the reading: deaths seen after it set it again. */
	member->dirty = false;
	if (member_stat(tree, member, &stat) < 0)
		return;
	if (stat.start_ticks != member->start_ticks) {
		mark_gone(tree, member);
		return;
	}
	member->reaped_new_ns = stat.reaped_ns;
	member->ppid = stat.ppid;
	member->adopted = false;
	if (stat.state == 'Z')
		mark_ended(tree, member);
}

/* Until no process died between the reading of its ancestors' sums and now. */
static void take_stock(struct tree *tree)
{
	bool all = true;
	bool dirty = true;

	tree->stirred = false;
	for (int round = 0; round < ROUNDS_MAX && dirty; round++) {
		for (size_t i = 0; i < tree->account.count; i++) {
			struct member *member = &tree->account.members[i];

			if (!member->gone && (all || member->dirty))
				refresh_reaped(tree, member);
		}
		all = false;
		dirty = false;
		refresh_all(tree);
		for (size_t i = 0; i < tree->account.count; i++)
			dirty |= tree->account.members[i].dirty &&
				 !tree->account.members[i].gone;
	}
	account_settle(&tree->account);
	tree->stirred = dirty;
	tree->fds = 0;
	for (size_t i = 0; i < tree->account.count; i++)
		tree->fds += tree->account.members[i].stat_fd >= 0;
}

/* 0, also when it is there already or just died; -ENOMEM. */
static int adopt(struct tree *tree, const struct proc_stat *stat, bool host_only)
{
	struct member *member;
	char path[40];
	clockid_t clock = 0;
	int r;

	/* Where the job is the first process of a container, the sampler became its child. */
	if (tree->live && tree->account.count > 0 && stat->pid == getpid())
		return 0;
	if (tree->live && clock_getcpuclockid(stat->pid, &clock) != 0)
		return 0;
	r = account_add(&tree->account, stat, &member);
	if (r < 0)
		return r == -EEXIST ? 0 : r;
	member->clock = clock;
	member->host_only = host_only;
	if (host_only || tree->live)
		member->own_ns = 0;
	/* Held open only where a dead process's file fails: a made-up one would read on. */
	if (tree->live && tree->fds < FDS_MAX) {
		(void)snprintf(path, sizeof path, "proc/%d/stat", (int)stat->pid);
		member->stat_fd = host_open(&tree->host, path, O_RDONLY);
		tree->fds += member->stat_fd >= 0;
	}
	if (!host_only)
		tree->seen++;
	if (tree->live)
		refresh_own(tree, member);
	return 0;
}

static int adopt_if_ours(struct tree *tree, const struct proc_stat *stat)
{
	return account_find(&tree->account, stat->ppid) ? adopt(tree, stat, false) : 0;
}

/* In rising order a child comes after its parent. */
static int probe(struct tree *tree, pid_t after, pid_t last)
{
	int r = 0;

	for (pid_t pid = after + 1; pid <= last && r == 0; pid++) {
		struct proc_stat stat;
		clockid_t clock;

		/* Fails for threads too: they have PIDs, but are no processes. */
		if (clock_getcpuclockid(pid, &clock) != 0 ||
		    account_find(&tree->account, pid) ||
		    proc_stat_read(&tree->host, pid, &stat) < 0)
			continue;
		r = adopt_if_ours(tree, &stat);
	}
	return r;
}

static int keep_found(struct tree *tree, const struct proc_stat *stat)
{
	if (tree->found_count == tree->found_room) {
		size_t room = tree->found_room ? tree->found_room * 2 : 256;
		struct proc_stat *grown = reallocarray(tree->found, room, sizeof *grown);

		if (!grown)
			return -ENOMEM;
		tree->found = grown;
		tree->found_room = room;
	}
	tree->found[tree->found_count++] = *stat;
	return 0;
}

/* What says nothing of the process: it would be missed, and be taken for a new one later. */
static int our_trouble(int err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOMEM ? err : 0;
}

/* Every process that is not known yet. */
static int list_strangers(struct tree *tree)
{
	const struct dirent *entry;
	int r = 0;

	tree->found_count = 0;
	rewinddir(tree->proc);
	errno = 0;
	while (r == 0 && (entry = readdir(tree->proc))) {
		struct proc_stat stat;
		uint64_t pid;

		if (parse_u64(entry->d_name, &pid) < 0 || pid > INT32_MAX ||
		    account_find(&tree->account, (pid_t)pid))
			continue;
		r = proc_stat_read(&tree->host, (pid_t)pid, &stat);
		r = r == 0 ? keep_found(tree, &stat) : our_trouble(r);
		errno = 0;
	}
	return r == 0 ? -errno : r;
}

/* Takes the strangers whose parents are ours until none is left. */
static int walk(struct tree *tree)
{
	int r = list_strangers(tree);
	size_t left = tree->found_count;
	size_t count;

	do {
		count = left;
		left = 0;
		for (size_t i = 0; i < count && r == 0; i++) {
			struct proc_stat stat = tree->found[i];

			if (account_find(&tree->account, stat.ppid))
				r = adopt(tree, &stat, false);
			else
				tree->found[left++] = stat;
		}
	} while (r == 0 && left < count);
	return r;
}

static int find_new(struct tree *tree)
{
	pid_t last = proc_last_pid(tree->loadavg_fd);
	bool known = tree->last_pid > 0 && last >= tree->last_pid;
	int r;

	if (known && last - tree->last_pid <= PROBE_MAX)
		r = probe(tree, tree->last_pid, last);
	else
		r = walk(tree);
	if (r == 0)
		tree->last_pid = last;
	return r;
}

static void look(struct tree *tree)
{
	pace_begin(&tree->looks, &tree->host);
	take_stock(tree);
	/* After the settlement: a PID that died and was given out anew is free again. */
	if (find_new(tree) < 0)
		tree->stirred = true;
	pace_end(&tree->looks, &tree->host);
}

static void refresh_paced(struct tree *tree)
{
	pace_begin(&tree->clocks, &tree->host);
	refresh_all(tree);
	pace_end(&tree->clocks, &tree->host);
}

/* Nothing was born and nobody died: no sum can have grown, and nobody is new. */
static bool moved(const struct tree *tree)
{
	return tree->stirred || tree->last_pid == 0 ||
	       proc_last_pid(tree->loadavg_fd) != tree->last_pid;
}

static void list_living(struct tree *tree)
{
	tree->living.count = 0;
	for (size_t i = 0; i < tree->account.count; i++) {
		const struct member *member = &tree->account.members[i];

		if (!member->ended && !member->host_only)
			(void)!pid_list_add(&tree->living, member->pid);
	}
}

static void read_tree(struct tree *tree, bool edge, struct use *use)
{
	bool may_look = edge || pace_due(&tree->looks, &tree->host);
	bool fresh = may_look && (edge || moved(tree));
	uint64_t total_ns;

	if (fresh) {
		look(tree);
	} else if (pace_due(&tree->clocks, &tree->host)) {
		fresh = true;
		refresh_paced(tree);
		if (tree->stirred && may_look)
			look(tree);
	}
	if (!fresh)
		return;
	list_living(tree);
	total_ns = account_total(&tree->account);
	use->scope_cpu_ns = total_ns > tree->base_ns ? total_ns - tree->base_ns : 0;
	use->has |= USE_SCOPE_CPU;
}

static void count_changes(struct tree *tree)
{
	for (size_t i = 0; i < tree->living.count; i++)
		tree->seen += !pid_list_has(&tree->before, tree->living.pids[i]);
	for (size_t i = 0; i < tree->before.count; i++)
		tree->ended += !pid_list_has(&tree->living, tree->before.pids[i]);
}

/* An empty list once the folder is gone: it can be removed only when nobody is in it. */
static void read_cgroup(struct tree *tree, bool edge)
{
	struct pid_list swap = tree->before;
	int r;

	if (!edge && !pace_due(&tree->looks, &tree->host))
		return;
	pace_begin(&tree->looks, &tree->host);
	tree->before = tree->living;
	tree->living = swap;
	r = cgroup_list(&tree->host, tree->cgroup, &tree->living);
	if (r == 0 || r == -ENOENT || r == -ENODEV) {
		count_changes(tree);
	} else {
		swap = tree->before;
		tree->before = tree->living;
		tree->living = swap;
	}
	pace_end(&tree->looks, &tree->host);
}

static void tree_read(void *state, enum read_why why, struct use *use)
{
	struct tree *tree = state;

	if (why == READ_PACE)
		return;
	if (tree->cgroup[0])
		read_cgroup(tree, why == READ_EDGE);
	else
		read_tree(tree, why == READ_EDGE, use);
	use->processes_seen = tree->seen;
	use->processes_ended = tree->ended;
	use->pids = tree->living.pids;
	use->pid_count = tree->living.count;
	use->has |= USE_PROCESSES;
}

/* Only a proc file of the same mount: some containers lay their own over it. */
static void open_loadavg(struct tree *tree)
{
	AUTO_CLOSE int fd = host_open(&tree->host, "proc/loadavg", O_RDONLY);
	struct stat proc;
	struct stat file;

	if (!tree->live || fd < 0 || fstat(dirfd(tree->proc), &proc) < 0 ||
	    fstat(fd, &file) < 0 || proc.st_dev != file.st_dev)
		return;
	tree->loadavg_fd = STEAL_FD(fd);
}

static int open_proc(struct tree *tree, pid_t head, struct diag *diag)
{
	clockid_t clock;
	int fd = host_open(&tree->host, "proc", O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return diag_fail(diag, fd, "cannot read proc");
	tree->proc = fdopendir(fd);
	if (!tree->proc) {
		(void)close(fd);
		return diag_fail(diag, -ENOMEM, "cannot read proc");
	}
	/* Some sandboxes have the file system but not the clocks. */
	tree->live = proc_is_live(&tree->host) && clock_getcpuclockid(head, &clock) == 0;
	open_loadavg(tree);
	return 0;
}

/* The head of the tree and those who are below it already. */
static int plant(struct tree *tree, const struct scope *scope, struct diag *diag)
{
	bool run = scope->launcher_pid > 0;
	pid_t head = run ? scope->launcher_pid : scope->root_pid;
	struct proc_stat stat;
	int r = open_proc(tree, head, diag);

	if (r < 0)
		return r;
	r = proc_stat_read(&tree->host, head, &stat);
	if (r < 0)
		return diag_fail(diag, r, "cannot read proc/%d/stat", (int)head);
	r = adopt(tree, &stat, run);
	/* What a launcher started was born after it; a root may be older than its PID. */
	tree->last_pid = run && tree->loadavg_fd >= 0 ? head : 0;
	if (r == 0)
		r = find_new(tree);
	if (r < 0)
		return diag_fail(diag, r, "cannot list the processes below %d",
				 (int)head);
	tree->base_ns = account_total(&tree->account);
	return 0;
}

static int tree_open(const struct host *host, const struct scope *scope,
		     struct diag *diag, void **ret_state)
{
	CLEANUP(free_tree) struct tree *tree = calloc(1, sizeof *tree);
	int r = 0;

	if (!tree)
		return -ENOMEM;
	tree->host = *host;
	tree->loadavg_fd = -1;
	tree->clocks.part = CLOCK_PART;
	tree->looks.part = LOOK_PART;
	account_init(&tree->account);
	(void)copy_text(tree->cgroup, sizeof tree->cgroup, scope->cgroup);
	if (!tree->cgroup[0])
		r = plant(tree, scope, diag);
	if (r < 0)
		return r;
	*ret_state = STEAL(tree);
	return 0;
}

const struct activity activity_tree = {
	.name = "tree",
	.open = tree_open,
	.read = tree_read,
	.close = tree_close,
};
