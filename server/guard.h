/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may ask. On loopback everybody on this machine may, unless there is a token; elsewhere
 * nobody without it. A page of somebody else's, whose name was pointed at this address (DNS
 * rebinding), is told by the Host that its reader's browser sends.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#define GUARD_TOKEN_MIN 16
#define GUARD_TOKEN_MAX 512
#define GUARD_SESSION   64

struct guard {
	struct sockaddr_storage address; /* where we listen */
	bool loopback;                   /* that is only here */
	char host[256];                  /* this machine's name */
	bool has_token;
	char token[GUARD_TOKEN_MAX + 1];
	char session[GUARD_SESSION +
		     1]; /* what browsers that showed it are told apart by */
	char cookie[32]; /* its name: a host's ports share their cookies */
	/* Wrong tokens of this second. */
	long long second;
	unsigned wrong;
};

/* Reads the token and makes the session's secret. -EPERM: others can read the file, or it is
 * not ours; -EINVAL: under GUARD_TOKEN_MIN characters, too long or no plain text. */
int guard_token(struct guard *guard, const char *path);

/* A numeric address or "localhost" as a socket's. -EINVAL. */
int guard_address(struct guard *guard, const char *listen, in_port_t port);

/* Host names us, with whatever port: ssh -L has its own. */
bool guard_host(const struct guard *guard, const char *host);

/* What an Authorization header, or a Cookie header, shows is right; both may be NULL. */
bool guard_bearer(const struct guard *guard, const char *authorization);
bool guard_cookie(const struct guard *guard, const char *cookie);

/* The same of what was typed on the sign-in page. -EACCES: wrong; -EBUSY: too many were. */
int guard_sign_in(struct guard *guard, const char *typed, long long now_s);
