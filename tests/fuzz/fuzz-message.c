/* SPDX-License-Identifier: Apache-2.0 */
/* What comes over the socket between launcher and sampler: messages, or the end of them. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "engine/message.h"
#include "files.h"

static void take_all(int fd)
{
	int r = 0;

	while (r == 0) {
		struct message message = { .bytes = NULL };

		r = message_receive(files_host(), fd, 0, &message);
		PROMISE(r <= 0 && (r == 0) == (message.bytes != NULL));
		PROMISE(r == 0 || r == -EPIPE || r == -EPROTO || r == -ETIMEDOUT);
		if (r == 0)
			PROMISE(message.bytes[message.size] == '\0');
		message_done(&message);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd[2];

	if (size > 65536)
		return 0;
	PROMISE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) == 0);
	PROMISE(size == 0 || send(fd[0], data, size, 0) == (ssize_t)size);
	(void)close(fd[0]);
	take_all(fd[1]);
	(void)close(fd[1]);
	return 0;
}
