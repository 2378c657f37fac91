/* SPDX-License-Identifier: Apache-2.0 */
/* gramme run: the command as a child of the launcher, the sampler's process beside it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "activity/cgroup-path.h"
#include "activity/proc-stat.h"
#include "base/process.h"
#include "engine/launch-live.h"
#include "engine/launch-witness.h"
#include "engine/launch.h"
#include "engine/message.h"

struct child {
	pid_t pid;
	int gate_fd;  /* closing it lets the command go */
	int error_fd; /* brings the errno of a failed exec */
	struct witness witness;
};

/* What the caller had, to be given to the command and put back in the end. */
struct signals {
	sigset_t blocked; /* by us, while the command runs */
	sigset_t before;  /* the caller's mask */
	struct sigaction
		child; /* the caller's SIGCHLD: ignored, none could be waited for */
};

/* All that the child needs: it may be one of many threads' process, and allocates nothing. */
struct spawn {
	const struct launch *launch;
	char *const *argv;
	const struct signals *signals;
	char **environment;
	char run_id[sizeof "GRAMME_RUN_ID=" + RUN_ID_MAX];
	char control[sizeof "GRAMME_CONTROL=" + sizeof((struct launch *)0)->control_path];
	int gate[2];
	int error[2];
	bool inside; /* born in the run's cgroup */
};

static bool is_ours(const struct spawn *spawn, const char *entry)
{
	return strncmp(entry, "GRAMME_RUN_ID=", 14) == 0 ||
	       (spawn->control[0] != '\0' && strncmp(entry, "GRAMME_CONTROL=", 15) == 0);
}

/* The caller's with the two names by which the command knows its run; without, for want of
 * memory, the command runs all the same. */
static void make_environment(struct spawn *spawn)
{
	const struct launch *launch = spawn->launch;
	size_t count = 0;

	(void)snprintf(spawn->run_id, sizeof spawn->run_id, "GRAMME_RUN_ID=%s",
		       launch->info.id);
	if (launch->control_path[0] != '\0')
		(void)snprintf(spawn->control, sizeof spawn->control, "GRAMME_CONTROL=%s",
			       launch->control_path);
	while (environ && environ[count])
		count++;
	spawn->environment = calloc(count + 3, sizeof *spawn->environment);
	if (!spawn->environment)
		return;
	count = 0;
	for (char **entry = environ; entry && *entry; entry++)
		if (!is_ours(spawn, *entry))
			spawn->environment[count++] = *entry;
	spawn->environment[count++] = spawn->run_id;
	if (spawn->control[0] != '\0')
		spawn->environment[count++] = spawn->control;
}

static void enter_cgroup(const struct launch *launch)
{
	char path[sizeof launch->scope.cgroup + 16];
	AUTO_CLOSE int fd = -1;

	if (launch->scope.cgroup[0] == '\0')
		return;
	(void)snprintf(path, sizeof path, "%s/cgroup.procs", launch->scope.cgroup);
	fd = host_open(&launch->gramme->here, path, O_WRONLY);
	if (fd >= 0)
		(void)!write(fd, "0", 1);
}

static _Noreturn void be_command(const struct spawn *spawn)
{
	char byte;
	int err;

	(void)close(spawn->gate[1]);
	(void)close(spawn->error[0]);
	if (!spawn->inside)
		enter_cgroup(spawn->launch);
	while (read(spawn->gate[0], &byte, 1) < 0 && errno == EINTR)
		;
	(void)sigaction(SIGCHLD, &spawn->signals->child, NULL);
	(void)sigprocmask(SIG_SETMASK, &spawn->signals->before, NULL);
	(void)execvpe(spawn->argv[0], spawn->argv,
		      spawn->environment ? spawn->environment : environ);
	err = errno;
	(void)!write(spawn->error[1], &err, sizeof err);
	_exit(err == ENOENT ? 127 : 126);
}

/* fork(), into the run's cgroup where the kernel can do that at once. */
static pid_t fork_inside(struct spawn *spawn)
{
	const struct launch *launch = spawn->launch;
	AUTO_CLOSE int fd = -1;
	pid_t pid;

	if (launch->scope.cgroup[0] != '\0')
		fd = host_open(&launch->gramme->here, launch->scope.cgroup,
			       O_RDONLY | O_DIRECTORY);
	spawn->inside = true;
	pid = fd < 0 ? fd : process_fork_into(fd);
	if (pid >= 0)
		return pid;
	spawn->inside = false;
	pid = fork();
	return pid < 0 ? -errno : pid;
}

static int fork_command(struct launch *launch, char *const argv[],
			const struct signals *signals, struct child *ret)
{
	struct spawn spawn = { .launch = launch, .argv = argv, .signals = signals };
	pid_t pid;

	if (pipe2(spawn.gate, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(spawn.error, O_CLOEXEC) < 0) {
		int r = -errno;

		(void)close(spawn.gate[0]);
		(void)close(spawn.gate[1]);
		return r;
	}
	make_environment(&spawn);
	pid = fork_inside(&spawn);
	if (pid == 0)
		be_command(&spawn);
	free(spawn.environment);
	(void)close(spawn.gate[0]);
	(void)close(spawn.error[1]);
	if (pid < 0) {
		(void)close(spawn.gate[1]);
		(void)close(spawn.error[0]);
		return (int)pid;
	}
	*ret = (struct child){ pid, spawn.gate[1], spawn.error[0], WITNESS_NONE };
	return 0;
}

/* Lets the command go. 0 when it began, else the negative errno of its exec. */
static int open_gate(struct child *child)
{
	int err = 0;
	ssize_t n;

	(void)close(child->gate_fd);
	do
		n = read(child->error_fd, &err, sizeof err);
	while (n < 0 && errno == EINTR);
	(void)close(child->error_fd);
	return n == (ssize_t)sizeof err ? -err : 0;
}

static int shell_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* What the launcher waits for. */
struct wait {
	struct launch *launch;
	struct launch_live live;
	int signal_fd; /* says that one of them waits; -1: nobody asked for a live line, and
			* there is no budget */
	struct witness *witness;
	pid_t command;
	bool tree;   /* for all that the command left, too */
	bool ended;  /* the command has */
	bool enough; /* whoever waits for the rest was told to stop */
	bool acted;  /* the command was told of its budget */
	int status;
};

/*
 * A command that signals its whole group (a shell's `kill 0`) reaches us as well: sending that
 * back would reach it twice, the second time perhaps after it stopped minding.
 */
static bool sent_by_job(const struct wait *wait, const siginfo_t *info)
{
	pid_t pid = info->si_pid;

	for (int up = 0; up < 64 && pid > 1; up++) {
		struct proc_stat stat;

		if (pid == wait->command)
			return true;
		if (pid == getpid() ||
		    proc_stat_read(&wait->launch->gramme->here, pid, &stat) < 0)
			return false;
		pid = stat.ppid;
	}
	return false;
}

/*
 * Signals from the terminal reach the command by themselves, as it is in the same group, and so
 * does what was sent to all of the group; what a process sent to this one is passed on. A
 * terminal that closes tells the leader of its session alone, and an alarm that was set before
 * us was meant for the command.
 */
static bool is_for_command(const struct wait *wait, const siginfo_t *info)
{
	if (info->si_signo == SIGALRM && info->si_code > 0)
		return true;
	if (info->si_signo == SIGHUP && getsid(0) == getpid())
		return true;
	if (info->si_code > 0 || sent_by_job(wait, info))
		return false;
	return !witness_saw(wait->witness, &wait->launch->gramme->here, info->si_signo) ||
	       getpgid(wait->command) != getpgrp();
}

static bool asks_to_stop(int signal)
{
	return signal == SIGINT || signal == SIGTERM || signal == SIGHUP ||
	       signal == SIGQUIT;
}

/* Once the command is gone its PID may be another's: nothing is sent there any more. */
static void take_signal(struct wait *wait, const siginfo_t *info)
{
	if (info->si_signo == SIGCHLD)
		return;
	if (wait->ended)
		wait->enough = asks_to_stop(info->si_signo);
	else if (is_for_command(wait, info))
		(void)kill(wait->command, info->si_signo);
}

/*
 * Reaps all that has ended. True when the command has (or, with tree, nothing is left; where
 * we are init the sampler itself is). A command that another thread of the caller's waited for
 * has a status that is not known.
 */
static bool reap(struct wait *wait)
{
	int one;
	pid_t pid;

	while ((pid = waitpid(-1, &one, WNOHANG)) > 0) {
		if (pid == wait->command) {
			wait->status = one;
			wait->ended = true;
		}
	}
	if (pid < 0 && errno == ECHILD && !wait->ended) {
		wait->status = 125 << 8;
		wait->ended = true;
	}
	if (wait->ended)
		witness_stop(wait->witness);
	if (!wait->ended || !wait->tree || wait->enough)
		return wait->ended;
	return pid < 0 ||
	       process_only_child(&wait->launch->gramme->here, wait->launch->tracker_pid);
}

/* Only what was asked for, and once: a command that goes on all the same may. */
static void keep_budget(struct wait *wait)
{
	static const int signals[] = {
		[BUDGET_WARN] = 0, [BUDGET_SIGNAL] = SIGUSR1, [BUDGET_STOP] = SIGTERM
	};
	int signal = signals[wait->launch->budget.act];

	if (!wait->launch->over_budget || wait->acted || wait->ended || signal == 0)
		return;
	wait->acted = true;
	(void)kill(wait->command, signal);
}

/* The next signal; 0 when the line was to be drawn instead. */
static int next_signal(struct wait *wait, const sigset_t *blocked, siginfo_t *ret)
{
	const struct timespec now = { 0 };
	struct wait_fd fds[] = { { wait->signal_fd, false },
				 { live_fd(&wait->live), false } };

	if (wait->signal_fd < 0)
		return sigwaitinfo(blocked, ret);
	(void)wait_until(&wait->launch->gramme->here, fds, ARRAY_SIZE(fds),
			 wait->live.next_ns);
	live_take(&wait->live, fds[1].ready);
	keep_budget(wait);
	return sigtimedwait(blocked, ret, &now);
}

/* The status as waitpid() gave it. */
static int wait_command(struct launch *launch, const struct child *child,
			const struct signals *signals, struct gramme_run_result *ret)
{
	struct witness witness = child->witness;
	struct wait wait = { .launch = launch,
			     .witness = &witness,
			     .command = child->pid,
			     .signal_fd = -1 };

	wait.tree = launch->opts->flags & GRAMME_RUN_WAIT_TREE;
	live_begin(&wait.live, launch, ret);
	if (launch->live || launch->budget.of != BUDGET_NONE)
		wait.signal_fd = signalfd(-1, &signals->blocked, SFD_CLOEXEC);
	while (!reap(&wait)) {
		siginfo_t info;

		if (next_signal(&wait, &signals->blocked, &info) > 0)
			take_signal(&wait, &info);
	}
	close_fd(&wait.signal_fd);
	return wait.status;
}

/* All but those that stop a process, so that ^Z and fg work as ever, and the deadly ones. */
static void block_signals(struct signals *ret)
{
	static const int passed[] = { SIGCHLD, SIGINT,   SIGTERM, SIGHUP,
				      SIGQUIT, SIGUSR1,  SIGUSR2, SIGALRM,
				      SIGXCPU, SIGWINCH, SIGPWR };

	const struct sigaction plain = { .sa_handler = SIG_DFL };

	(void)sigemptyset(&ret->blocked);
	for (size_t i = 0; i < ARRAY_SIZE(passed); i++)
		(void)sigaddset(&ret->blocked, passed[i]);
	for (int i = SIGRTMIN; i <= SIGRTMAX; i++)
		(void)sigaddset(&ret->blocked, i);
	(void)sigprocmask(SIG_BLOCK, &ret->blocked, &ret->before);
	(void)sigaction(SIGCHLD, &plain, &ret->child);
}

/* Those that came for the command after it had ended: they are not the caller's. */
static void forget_late(const struct signals *signals)
{
	const struct timespec now = { 0 };
	sigset_t late = signals->blocked;

	for (int i = 1; i <= SIGRTMAX; i++)
		if (i == SIGCHLD || sigismember(&signals->before, i) == 1)
			(void)sigdelset(&late, i);
	while (sigtimedwait(&late, NULL, &now) > 0)
		;
}

static void restore_signals(const struct signals *signals)
{
	forget_late(signals);
	(void)sigaction(SIGCHLD, &signals->child, NULL);
	(void)sigprocmask(SIG_SETMASK, &signals->before, NULL);
}

static void make_scope(struct launch *launch)
{
	const struct gramme_run_opts *opts = launch->opts;
	struct diag ignored = { 0 };

	launch->scope.cgroup[0] = '\0';
	if (opts->flags & GRAMME_RUN_NO_CGROUP)
		return;
	if (cgroup_make(&launch->gramme->here, launch->info.id, &ignored,
			launch->scope.cgroup, sizeof launch->scope.cgroup) < 0)
		launch->scope.cgroup[0] = '\0';
}

/* The sampler and the witness are born before orphans are adopted, or they would be, too. The
 * witness goes first: to the sampler every child that is born later is the job's. */
static void start_measuring(struct launch *launch, struct child *child,
			    const char *program)
{
	bool tree = launch->opts->flags & GRAMME_RUN_WAIT_TREE;
	int r;

	launch->scope.root_pid = child->pid;
	launch->scope.launcher_pid = getpid();
	launch->info.root_pid = child->pid;
	launch->root_fd = process_watch(child->pid);
	witness_start(&child->witness);
	witness_let_go(&child->witness);
	r = launch_start_tracker(launch, program, !tree);
	if (r < 0)
		launch_trouble(launch,
			       "the sampler could not be started; nothing is measured");
	if (r == 0)
		launch_wait_ready(launch);
	if (tree || launch->scope.cgroup[0] == '\0')
		(void)!process_adopt_orphans(true);
}

/* end: its exit_status and began_ns are known; its children_cpu_ns is of before the run. */
static void end_measuring(struct launch *launch, struct message_end *end,
			  struct gramme_run_result *ret)
{
	end->has_children_cpu = 1;
	end->children_cpu_ns = process_children_cpu_ns() - end->children_cpu_ns;
	if (launch->link_fd >= 0)
		(void)!message_send(launch->link_fd, MESSAGE_END, end, sizeof *end);
	launch_wait_result(launch, ret);
}

static int not_begun(struct launch *launch, int err, const char *program,
		     struct gramme_run_result *ret)
{
	if (launch->link_fd >= 0)
		(void)!message_send(launch->link_fd, MESSAGE_ABORT, NULL, 0);
	launch_wait_result(launch, ret);
	ret->exit_status = err == -ENOENT ? 127 : 126;
	return diag_fail(&launch->gramme->diag, err, "cannot run '%.200s'", program);
}

static int run_prepared(struct launch *launch, char *const argv[],
			struct gramme_run_result *ret)
{
	static const int cuts[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, 0 };
	struct child child = { -1, -1, -1, WITNESS_NONE };
	struct signals signals;
	struct message_end end = { 0 };
	int status;
	int r;

	launch->info.command_json = launch_command_json(argv);
	make_scope(launch);
	launch_open_control(launch);
	block_signals(&signals);
	r = fork_command(launch, argv, &signals, &child);
	if (r < 0) {
		restore_signals(&signals);
		return diag_fail(&launch->gramme->diag, r, "cannot fork");
	}
	start_measuring(launch, &child, argv[0]);
	end.children_cpu_ns = process_children_cpu_ns();
	end.began_ns = host_now_ns(&launch->gramme->here);
	r = open_gate(&child);
	status = wait_command(launch, &child, &signals, ret);
	ret->exit_status = shell_status(status);
	ret->end_signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	end.exit_status = ret->exit_status;
	end.ended_ns = host_now_ns(&launch->gramme->here);
	forget_late(&signals);
	launch->cut_fd = process_signal_fd(cuts);
	if (r < 0)
		r = not_begun(launch, r, argv[0], ret);
	else
		end_measuring(launch, &end, ret);
	(void)!process_adopt_orphans(false);
	restore_signals(&signals);
	return r;
}

int launch_command(struct gramme *gramme, const struct gramme_run_opts *opts,
		   char *const argv[], struct gramme_run_result *ret)
{
	CLEANUP(strbuf_done) struct strbuf trouble = STRBUF_INIT;
	CLEANUP(launch_done) struct launch launch;
	int r;

	launch_init(&launch, gramme, opts, &trouble);
	launch.live = opts->live != NULL;
	ret->exit_status = 125;
	r = launch_prepare(&launch, "run", launch_command_name(argv));
	if (r == 0)
		r = run_prepared(&launch, argv, ret);
	cgroup_remove(&gramme->here, launch.scope.cgroup);
	launch_give_trouble(&launch, ret);
	return r;
}
