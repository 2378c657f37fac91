/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slow clients. The daemon's own time-out begins anew with every byte, so that one byte every
 * nine seconds would hold a connection for ever: here a request has REQUEST_MS as a whole, and
 * when connections become few, who has waited longest without asking anything goes first.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "server.h"

static const int64_t patience_ms[CONN_STATES] = {
	[CONN_WAITING] = REQUEST_MS,
	[CONN_ANSWERING] = ANSWER_MS,
	[CONN_STREAMING] = INT64_MAX,
};

void conns_init(struct conns *conns)
{
	for (int i = 0; i < CONN_STATES; i++)
		TAILQ_INIT(&conns->list[i]);
	conns->count = 0;
}

static void enter(struct conns *conns, struct conn *conn, enum conn_state state)
{
	conn->state = state;
	conn->since_ms = now_ms();
	TAILQ_INSERT_TAIL(&conns->list[state], conn, link);
}

/* The daemon sees the end, and tells us when it has put the connection away. Until then it is
 * last in its list, so that nobody is shut down twice for one place. */
static void shut(struct conns *conns, struct conn *conn)
{
	(void)shutdown(conn->fd, SHUT_RDWR);
	TAILQ_REMOVE(&conns->list[conn->state], conn, link);
	enter(conns, conn, conn->state);
}

struct conn *conns_add(struct conns *conns, int fd)
{
	struct conn *conn = calloc(1, sizeof *conn);
	/* A peer that vanished is noticed though the kernel would try for a quarter hour. */
	unsigned patience = 2 * REQUEST_MS;

	if (!conn)
		return NULL;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
	conn->fd = fd;
	enter(conns, conn, CONN_WAITING);
	if (++conns->count > CONNECTIONS_MAX - CONNECTIONS_SPARE) {
		struct conn *first = TAILQ_FIRST(&conns->list[CONN_WAITING]);

		if (first != conn)
			shut(conns, first);
	}
	return conn;
}

void conns_remove(struct conns *conns, struct conn *conn)
{
	if (!conn)
		return;
	TAILQ_REMOVE(&conns->list[conn->state], conn, link);
	conns->count--;
	free(conn);
}

void conns_move(struct conns *conns, struct conn *conn, enum conn_state state)
{
	if (!conn || (conn->state == state && state != CONN_WAITING))
		return;
	TAILQ_REMOVE(&conns->list[conn->state], conn, link);
	enter(conns, conn, state);
}

void conns_shed(struct conns *conns)
{
	int64_t now = now_ms();

	for (int i = 0; i < CONN_STREAMING; i++) {
		struct conn *conn = TAILQ_FIRST(&conns->list[i]);

		while (conn && now - conn->since_ms > patience_ms[i]) {
			shut(conns, conn);
			conn = TAILQ_FIRST(&conns->list[i]);
		}
	}
}
