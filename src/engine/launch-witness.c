/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/launch-witness.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macro.h"
#include "base/process.h"

/* It has nothing else to do: who does not answer by then is stopped, or gone. */
#define ANSWER_NS (200 * NS_PER_MS)

/* In a process that may be one of many threads' copy: nothing is allocated. */
static _Noreturn void be_witness(int fd)
{
	const struct timespec now = { 0 };
	int signal;

	process_let_go(&fd, 1);
	(void)!chdir("/");
	while (read(fd, &signal, sizeof signal) == (ssize_t)sizeof signal) {
		sigset_t asked;
		int seen;

		(void)sigemptyset(&asked);
		(void)sigaddset(&asked, signal);
		seen = sigtimedwait(&asked, NULL, &now);
		(void)!write(fd, &seen, sizeof seen);
	}
	_exit(0);
}

/* Nobody's child: it is not the command's, and its time not the run's. */
static pid_t fork_witness(int fd)
{
	pid_t between = fork();

	if (between != 0)
		return between;
	if (fork() == 0)
		be_witness(fd);
	_exit(0);
}

void witness_start(struct witness *ret)
{
	sigset_t before;
	sigset_t all;
	int pair[2];

	*ret = (struct witness)WITNESS_NONE;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return;
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	ret->between = fork_witness(pair[1]);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	(void)close(pair[1]);
	ret->fd = pair[0];
}

void witness_let_go(struct witness *witness)
{
	while (witness->between > 0 && waitpid(witness->between, NULL, 0) < 0 &&
	       errno == EINTR)
		;
	witness->between = -1;
}

void witness_stop(struct witness *witness)
{
	close_fd(&witness->fd);
	witness->fd = -1;
}

bool witness_saw(struct witness *witness, const struct host *here, int signal)
{
	struct wait_fd wait = { witness->fd, false };
	int64_t deadline_ns = host_now_ns(here) + ANSWER_NS;
	int seen = -1;
	int r;

	if (witness->fd < 0 ||
	    send(witness->fd, &signal, sizeof signal, MSG_NOSIGNAL) < 0)
		return false;
	do
		r = wait_until(here, &wait, 1, deadline_ns);
	while (r == -EINTR);
	if (r <= 0 || read(witness->fd, &seen, sizeof seen) != (ssize_t)sizeof seen)
		witness_stop(witness);
	return seen == signal;
}
