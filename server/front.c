/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon's callbacks: a request from its first line to its answer. In this order: is it
 * understood, is it to us, do we know the method, the path, may they, are the arguments right.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "server.h"

/* --- a request's life --- */

static void *on_uri(void *ctx, const char *uri, struct MHD_Connection *mhd)
{
	struct request *request = calloc(1, sizeof *request);

	if (!request)
		return NULL;
	request->server = ctx;
	request->mhd = mhd;
	request->ask_err = ask_parse(uri, &request->ask);
	return request;
}

static void on_completed(void *ctx, struct MHD_Connection *mhd, void **con_cls,
			 enum MHD_RequestTerminationCode how)
{
	struct request *request = *con_cls;
	struct server *server = ctx;

	(void)mhd;
	(void)how;
	if (!request)
		return;
	conns_move(&server->conns, request->conn, CONN_WAITING);
	dish_drop(request->dish);
	ask_done(&request->ask);
	free(request);
	*con_cls = NULL;
}

static void on_connection(void *ctx, struct MHD_Connection *mhd, void **socket_context,
			  enum MHD_ConnectionNotificationCode what)
{
	struct server *server = ctx;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

	if (what == MHD_CONNECTION_NOTIFY_STARTED && info)
		*socket_context = conns_add(&server->conns, info->connect_fd);
	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		conns_remove(&server->conns, *socket_context);
		*socket_context = NULL;
	}
}

void request_suspend(struct request *request)
{
	MHD_suspend_connection(request->mhd);
}

void request_resume(struct request *request)
{
	MHD_resume_connection(request->mhd);
}

const char *request_header(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, name);
}

/* --- what is wrong with it --- */

static enum MHD_Result refuse_line(struct request *request)
{
	switch (request->ask_err) {
	case -ENOENT:
		return answer_problem(request, MHD_HTTP_NOT_FOUND,
				      "there is nothing here", "see /");
	case -ENAMETOOLONG:
		return answer_problem(request, MHD_HTTP_URI_TOO_LONG,
				      "the address is longer than 8 kB", "");
	case -E2BIG:
		return answer_problem(request, MHD_HTTP_BAD_REQUEST,
				      "there are more than 64 arguments", "");
	default:
		return answer_problem(request, MHD_HTTP_BAD_REQUEST,
				      "the address is not understood", "");
	}
}

struct hosts {
	const char *value;
	unsigned count;
};

static enum MHD_Result count_host(void *ctx, enum MHD_ValueKind kind, const char *key,
				  const char *value)
{
	struct hosts *hosts = ctx;

	(void)kind;
	if (strcasecmp(key, "Host") == 0) {
		hosts->value = value;
		hosts->count++;
	}
	return MHD_YES;
}

/* 0, or the status. */
static unsigned check_host(const struct server *server, const struct request *request)
{
	struct hosts hosts = { .count = 0 };

	(void)MHD_get_connection_values(request->mhd, MHD_HEADER_KIND, count_host,
					&hosts);
	if (hosts.count != 1 || !hosts.value)
		return MHD_HTTP_BAD_REQUEST;
	return guard_host(&server->guard, hosts.value) ? 0 : MHD_HTTP_MISDIRECTED_REQUEST;
}

static bool is_known_method(const char *method)
{
	static const char *const known[] = { "GET",   "HEAD",    "POST",
					     "PUT",   "DELETE",  "OPTIONS",
					     "TRACE", "CONNECT", "PATCH" };

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(method, known[i]) == 0)
			return true;
	return false;
}

static enum MHD_Result refuse_route(struct request *request, const char *method,
				    const char *allow)
{
	if (!is_known_method(method))
		return answer_problem(request, MHD_HTTP_NOT_IMPLEMENTED,
				      "there is no such method", "ask with GET");
	if (!allow)
		return answer_problem(request, MHD_HTTP_NOT_FOUND,
				      "there is nothing here", "see /");
	return answer_problem(request, MHD_HTTP_METHOD_NOT_ALLOWED,
			      "this is for reading only", "ask with GET");
}

static bool may(const struct server *server, const struct request *request)
{
	return !server->guard.has_token || request->route->handler->open ||
	       guard_bearer(&server->guard, request_header(request, "Authorization")) ||
	       guard_cookie(&server->guard, request_header(request, "Cookie"));
}

static enum MHD_Result refuse_stranger(struct request *request)
{
	const char *accept = request_header(request, "Accept");
	struct MHD_Response *response;

	if (!request->route->handler->page || !accept || !strstr(accept, "text/html"))
		return answer_problem(request, MHD_HTTP_UNAUTHORIZED,
				      "the token is needed",
				      "send Authorization: Bearer TOKEN");
	response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	answer_dress(response, "text/plain", NULL);
	(void)MHD_add_response_header(response, "Location", "/signin");
	(void)MHD_add_response_header(response, "Cache-Control", "no-store");
	return answer_send(request, MHD_HTTP_SEE_OTHER, response);
}

/* --- what is right with it --- */

static enum MHD_Result order(struct server *server, struct request *request)
{
	struct dish *dish = NULL;
	enum MHD_Result done;
	int r = kitchen_order(server, request, &dish);

	if (r == -EBUSY)
		return answer_problem(request, MHD_HTTP_SERVICE_UNAVAILABLE,
				      "too much is asked for at once",
				      "ask again in a moment");
	if (r < 0)
		return MHD_NO;
	if (!dish)
		return MHD_YES;
	done = answer_dish(request, dish);
	dish_drop(dish);
	return done;
}

static enum MHD_Result dispatch(struct server *server, struct request *request,
				const char *method)
{
	const struct handler *handler;
	const char *allow = NULL;
	char why[160];
	unsigned refused;

	if (request->ask_err != 0)
		return refuse_line(request);
	refused = check_host(server, request);
	if (refused == MHD_HTTP_BAD_REQUEST)
		return answer_problem(request, refused, "a request has one Host", "");
	if (refused)
		return answer_problem(request, refused,
				      "this server goes by another name",
				      "use the address that gramme serve printed");
	request->route = route_find(method, &request->ask, &allow);
	if (!request->route)
		return refuse_route(request, method, allow);
	if (!may(server, request))
		return refuse_stranger(request);
	handler = request->route->handler;
	if (!check_args(handler, &request->ask, why, sizeof why))
		return answer_problem(request, MHD_HTTP_BAD_REQUEST, why,
				      "see /api/v1/openapi.json");
	return handler->here ? handler->here(server, request) : order(server, request);
}

/* It was suspended, and what it waited for has come. */
static enum MHD_Result go_on(struct server *server, struct request *request)
{
	if (request->dish)
		return answer_dish(request, request->dish);
	if (request->waited)
		return request->route->handler->here(server, request);
	return answer_problem(request, MHD_HTTP_SERVICE_UNAVAILABLE,
			      "the answer could not be made", "");
}

static bool has_body(const struct request *request)
{
	const char *length = request_header(request, "Content-Length");

	return request_header(request, "Transfer-Encoding") ||
	       (length && strcmp(length, "0") != 0);
}

/* Headers are complete. A body is read of one kind of request only. */
static enum MHD_Result begin(struct server *server, struct request *request,
			     const char *method, const char *version)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(request->mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	request->begun = true;
	request->conn = info ? info->socket_context : NULL;
	conns_move(&server->conns, request->conn, CONN_ANSWERING);
	if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
		return answer_problem(request, MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED,
				      "HTTP/1.1 is spoken here", "");
	if (has_body(request) && is_known_method(method) && strcmp(method, "POST") != 0)
		return answer_problem(request, MHD_HTTP_CONTENT_TOO_LARGE,
				      "no body is taken", "");
	return MHD_YES;
}

static void take_upload(struct request *request, const char *data, size_t *len)
{
	size_t room = UPLOAD_MAX - request->upload_len;
	size_t take = *len < room ? *len : room;

	memcpy(request->upload + request->upload_len, data, take);
	/* What is over is let go: it is no token of ours. */
	request->upload_len += take;
	*len = 0;
}

/* NOLINTNEXTLINE(readability-function-size): its shape is the library's. */
static enum MHD_Result on_request(void *ctx, struct MHD_Connection *mhd, const char *url,
				  const char *method, const char *version,
				  const char *data, size_t *data_len, void **con_cls)
{
	struct request *request = *con_cls;
	struct server *server = ctx;

	(void)mhd;
	(void)url;
	/* Nobody may be made to wait any more when all is to end. */
	if (!request || server->stop)
		return MHD_NO;
	if (!request->begun)
		return begin(server, request, method, version);
	if (*data_len > 0) {
		take_upload(request, data, data_len);
		return MHD_YES;
	}
	if (request->route)
		return go_on(server, request);
	return dispatch(server, request, method);
}

/* --- the daemon --- */

int front_listen(struct server *server, in_port_t *ret_port)
{
	struct sockaddr_storage *address = &server->guard.address;
	socklen_t len = address->ss_family == AF_INET ? sizeof(struct sockaddr_in)
						      : sizeof(struct sockaddr_in6);
	int yes = 1;
	int fd =
		socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	server->listen_fd = fd;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(fd, (struct sockaddr *)address, len) < 0 ||
	    listen(fd, CONNECTIONS_MAX) < 0 ||
	    getsockname(fd, (struct sockaddr *)address, &len) < 0)
		return -errno;
	*ret_port = ntohs(address->ss_family == AF_INET
				  ? ((struct sockaddr_in *)(void *)address)->sin_port
				  : ((struct sockaddr_in6 *)(void *)address)->sin6_port);
	return 0;
}

static void on_daemon(void *ctx)
{
	/* loop_run() lets it run after every event. */
	(void)ctx;
}

int front_open(struct server *server)
{
	const union MHD_DaemonInfo *info;
	unsigned per_host = server->guard.loopback ? 0 : CONNECTIONS_PER_HOST;

	server->daemon =
		MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
				 on_request, server, MHD_OPTION_LISTEN_SOCKET,
				 server->listen_fd, MHD_OPTION_CONNECTION_LIMIT,
				 (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
				 CONNECTION_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				 CONNECTION_MEMORY, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
				 per_host, MHD_OPTION_STRICT_FOR_CLIENT, 1,
				 MHD_OPTION_URI_LOG_CALLBACK, on_uri, server,
				 MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
				 MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
				 MHD_OPTION_END);
	if (!server->daemon)
		return -EIO;
	server->listen_fd = -1;
	info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info)
		return -EIO;
	server->mhd = (struct watched){ info->epoll_fd, on_daemon, server };
	return loop_add(server, &server->mhd);
}

void front_close(struct server *server)
{
	server->stop = true;
	kitchen_stop(server);
	live_stop(server);
	if (server->daemon) {
		(void)MHD_run(server->daemon);
		MHD_stop_daemon(server->daemon);
	}
	if (server->listen_fd >= 0)
		(void)close(server->listen_fd);
}
