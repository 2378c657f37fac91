/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/message.h"

#include <errno.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/process.h"

static int send_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == ECONNRESET ? -EPIPE : -errno;
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

/* Up to a few dozen KiB the head and all of it come as one: who has seen the head waits for the
 * rest only so long, and this process may lose its processor between two calls. */
static ssize_t send_both(int fd, char *head, const void *bytes, size_t size)
{
	union {
		const void *in;
		void *out; /* sendmsg() changes nothing */
	} body = { .in = bytes };
	struct iovec parts[] = { { head, MESSAGE_HEAD_SIZE }, { body.out, size } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = size > 0 ? 2 : 1 };
	ssize_t n;

	do
		n = sendmsg(fd, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n;
}

int message_send(int fd, enum message_kind kind, const void *bytes, size_t size)
{
	char head[MESSAGE_HEAD_SIZE] = { (char)kind };
	uint32_t length = (uint32_t)size;
	size_t sent;
	ssize_t n;
	int r = 0;

	if (size > MESSAGE_SIZE_MAX)
		return -EMSGSIZE;
	memcpy(head + 1, &length, sizeof length);
	n = send_both(fd, head, bytes, size);
	if (n < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	sent = (size_t)n;
	if (sent < MESSAGE_HEAD_SIZE) {
		r = send_all(fd, head + sent, MESSAGE_HEAD_SIZE - sent);
		sent = MESSAGE_HEAD_SIZE;
	}
	sent -= MESSAGE_HEAD_SIZE;
	return r < 0 || sent == size
		       ? r
		       : send_all(fd, (const char *)bytes + sent, size - sent);
}

int message_send_text(int fd, enum message_kind kind, const char *text)
{
	return message_send(fd, kind, text, strlen(text));
}

/* Whether the other has taken all. Where that cannot be asked a full buffer still says no. */
static bool is_taken(int fd)
{
	int waiting = 0;

	return ioctl(fd, SIOCOUTQ, &waiting) < 0 || waiting == 0;
}

int message_offer(int fd, enum message_kind kind, const void *bytes, size_t size)
{
	char whole[MESSAGE_HEAD_SIZE + MESSAGE_OFFER_MAX] = { (char)kind };
	uint32_t length = (uint32_t)size;
	size_t all = MESSAGE_HEAD_SIZE + size;
	ssize_t n;

	if (size > MESSAGE_OFFER_MAX)
		return -EMSGSIZE;
	if (!is_taken(fd))
		return -EAGAIN;
	memcpy(whole + 1, &length, sizeof length);
	memcpy(whole + MESSAGE_HEAD_SIZE, bytes, size);
	do
		n = send(fd, whole, all, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	/* So few bytes go whole; half a message would spoil what follows it. */
	return send_all(fd, whole + n, all - (size_t)n);
}

static int receive_all(const struct host *host, int fd, int64_t deadline_ns, char *bytes,
		       size_t size)
{
	size_t used = 0;

	while (used < size) {
		struct wait_fd wait = { fd, false };
		int r = wait_until(host, &wait, 1, deadline_ns);
		ssize_t n;

		if (r == -EINTR && used > 0)
			continue;
		if (r <= 0)
			return r < 0 ? r : -ETIMEDOUT;
		n = recv(fd, bytes + used, size - used, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return -EPIPE;
		used += (size_t)n;
	}
	return 0;
}

int message_receive(const struct host *host, int fd, int64_t deadline_ns,
		    struct message *ret)
{
	AUTO_FREE char *bytes = NULL;
	char head[MESSAGE_HEAD_SIZE];
	uint32_t size;
	int r = receive_all(host, fd, deadline_ns, head, sizeof head);

	if (r < 0)
		return r;
	memcpy(&size, head + 1, sizeof size);
	if (size > MESSAGE_SIZE_MAX)
		return -EPROTO;
	bytes = malloc((size_t)size + 1);
	if (!bytes)
		return -ENOMEM;
	do
		r = receive_all(host, fd, deadline_ns, bytes, size);
	while (r == -EINTR);
	if (r < 0)
		return r;
	bytes[size] = '\0';
	ret->kind = (enum message_kind)head[0];
	ret->size = size;
	ret->bytes = STEAL(bytes);
	return 0;
}

void message_done(struct message *message)
{
	free(message->bytes);
	message->bytes = NULL;
}
