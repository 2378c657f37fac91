/* SPDX-License-Identifier: Apache-2.0 */
/* gramme-serve: `gramme serve` itself, apart from the program because of libmicrohttpd. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "server.h"

#define PORT_DEFAULT 4726
#define MS_PER_NS    1000000

extern const struct command command_serve;

/* --- what it was told --- */

static int take_address(struct cli *cli, struct server *server)
{
	const char *listen = cli_value(cli, "listen");
	double port = PORT_DEFAULT;
	int r = cli_number(cli, "port", 0, &port);

	if (r != 0)
		return r;
	if (port > 65535)
		return cli_misused(cli, "--port is at most 65535");
	if (guard_address(&server->guard, listen ? listen : "127.0.0.1",
			  (in_port_t)port) < 0)
		return cli_misused(cli, "--listen wants an address, not '%s'", listen);
	return 0;
}

static int failed(const char *what, const char *fix)
{
	(void)fprintf(stderr, "gramme serve: %s\n", what);
	if (fix)
		(void)fprintf(stderr, "  try: %s\n", fix);
	return 1;
}

static int refuse_token(const char *path, int err)
{
	char what[600];
	char fix[600];

	(void)snprintf(what, sizeof what, "cannot take the token in %.400s: %s", path,
		       err == -EPERM ? "others can read it, or it is not yours"
		       : err == -EINVAL
			       ? "it has to be one line of 16 to 512 plain characters"
			       : strerror(-err));
	(void)snprintf(fix, sizeof fix,
		       err == -EPERM ? "chmod 600 %.400s"
				     : "(umask 077; openssl rand -hex 24 > %.400s)",
		       path);
	return failed(what, fix);
}

static int take_token(struct cli *cli, struct server *server)
{
	const char *path = cli_value(cli, "token-file");
	int r;

	if (path) {
		r = guard_token(&server->guard, path);
		return r < 0 ? refuse_token(path, r) : 0;
	}
	if (server->guard.loopback)
		return 0;
	return failed("an address that others can reach needs --token-file",
		      "gramme serve, and from there: ssh -L 4726:127.0.0.1:4726 HOST");
}

static int take_interval(struct cli *cli, struct server *server)
{
	int64_t interval_ns = INT64_C(1000) * MS_PER_NS;
	int r = cli_duration(cli, "interval", INT64_C(1000) * MS_PER_NS, &interval_ns);

	if (r != 0)
		return r;
	if (interval_ns < INT64_C(200) * MS_PER_NS ||
	    interval_ns > INT64_C(60000) * MS_PER_NS)
		return cli_misused(cli, "--interval is from 200ms to 1m");
	server->interval_ms = interval_ns / MS_PER_NS;
	return 0;
}

static int take_options(struct cli *cli, struct server *server)
{
	int r = take_address(cli, server);

	if (r == 0)
		r = take_token(cli, server);
	if (r == 0)
		r = take_interval(cli, server);
	/* Looking never asks the network, whoever may ask us. */
	server->opts = GRAMME_OPTS(.sysroot = cli_value(cli, "sysroot"),
				   .db = cli_value(cli, "db"),
				   .config = cli_value(cli, "config"), .offline = 1);
	return r;
}

/* Where the ledger is: of the settings that doctor shows. What cannot be found so, because
 * its name has to be written otherwise in JSON, is done without. */
static void find_ledger(struct cli *cli, struct server *server)
{
	static const char key[] = "\"value\": \"";
	char *text = NULL;
	const char *at;
	size_t len;

	if (gramme_doctor(cli->gramme, "json", 0, &text) < 0)
		return;
	at = strstr(text, "\"name\": \"db\"");
	at = at ? strstr(at, key) : NULL;
	if (at) {
		at += sizeof key - 1;
		len = strcspn(at, "\"\\\n");
		if (at[len] == '"' && *at == '/' && len < sizeof server->db) {
			memcpy(server->db, at, len);
			server->db[len] = '\0';
		}
	}
	free(text);
}

/* --- signals --- */

static void on_signal(void *ctx)
{
	struct server *server = ctx;
	struct signalfd_siginfo info;
	pid_t pid;

	if (read(server->signals.fd, &info, sizeof info) != (ssize_t)sizeof info)
		return;
	if (info.ssi_signo != SIGCHLD) {
		server->stop = true;
		return;
	}
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
		kitchen_ended(server, pid);
		live_ended(server, pid);
	}
}

static int watch_signals(struct server *server)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	server->signals =
		(struct watched){ signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
				  on_signal, server };
	return server->signals.fd < 0 ? -errno : loop_add(server, &server->signals);
}

/* --- its life --- */

static int refuse_port(const struct server *server, const char *listen, int err)
{
	char what[200];
	const struct sockaddr_in *in = (const void *)&server->guard.address;

	(void)snprintf(what, sizeof what, "cannot listen on %.60s, port %u: %s", listen,
		       (unsigned)ntohs(in->sin_port), strerror(-err));
	if (err == -EADDRINUSE)
		return failed(what, "gramme serve --port 0");
	if (err == -EACCES)
		return failed(what, "gramme serve --port 4726");
	return failed(what,
		      err == -EADDRNOTAVAIL ? "gramme serve --listen 127.0.0.1" : NULL);
}

static int say_where(const struct server *server, const char *listen, in_port_t port)
{
	bool six = server->guard.address.ss_family == AF_INET6;

	if (strcmp(listen, "localhost") == 0)
		listen = "127.0.0.1";
	(void)printf("http://%s%s%s:%u/\n", six ? "[" : "", listen, six ? "]" : "",
		     (unsigned)port);
	(void)printf("%s. ^C ends it.\n",
		     server->guard.has_token  ? "The token is asked for"
		     : server->guard.loopback ? "For this machine only"
					      : "");
	return fflush(stdout) == 0 ? 0 : failed("cannot write where it listens", NULL);
}

static int serve(struct server *server, const char *listen)
{
	in_port_t port = 0;
	int r = front_listen(server, &port);

	if (r < 0)
		return refuse_port(server, listen, r);
	(void)snprintf(server->guard.cookie, sizeof server->guard.cookie, "gramme_%u",
		       (unsigned)port);
	r = watch_signals(server);
	if (r == 0)
		r = front_open(server);
	if (r < 0)
		return failed("cannot start to serve", NULL);
	r = say_where(server, listen, port);
	if (r == 0 && loop_run(server) < 0)
		r = failed("cannot wait for requests", NULL);
	return r;
}

static int run(struct cli *cli)
{
	const char *listen = cli_value(cli, "listen");
	struct server *server = calloc(1, sizeof *server);
	int r;

	if (!server)
		return failed("no memory", NULL);
	server->listen_fd = -1;
	server->signals.fd = -1;
	conns_init(&server->conns);
	kitchen_init(&server->kitchen);
	live_init(&server->live);
	r = take_options(cli, server);
	if (r == 0) {
		find_ledger(cli, server);
		server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
		r = serve(server, listen ? listen : "127.0.0.1");
		front_close(server);
		(void)close(server->epoll_fd);
	}
	if (server->signals.fd >= 0)
		(void)close(server->signals.fd);
	free(server);
	return r;
}

int main(int argc, char **argv)
{
	struct command command = command_serve;

	command.helper = NULL;
	command.run = run;
	cli_begin();
	return cli_command(&command, "the ledger and live power as web pages", argc,
			   argv);
}
