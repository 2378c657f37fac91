/* SPDX-License-Identifier: Apache-2.0 */
#include "guard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* Wrong tokens a second, of all who ask, until nobody is listened to for the rest of it. */
#define WRONG_MAX 10

/* Takes as long for every text of a length, however much of it is right. */
static bool same_secret(const char *secret, const char *given, size_t given_len)
{
	size_t len = strlen(secret);
	unsigned differs = given_len != len;

	for (size_t i = 0; i < len; i++) {
		unsigned other = i < given_len ? (unsigned char)given[i] : 0U;

		differs |= (unsigned char)secret[i] ^ other;
	}
	return differs == 0;
}

static int check_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return (st.st_mode & 077) || st.st_uid != geteuid() ? -EPERM : 0;
}

static int read_token(int fd, char *token)
{
	char text[GUARD_TOKEN_MAX + 3];
	ssize_t got = read(fd, text, sizeof text - 1);
	size_t len;

	if (got < 0)
		return -errno;
	text[got] = '\0';
	len = strcspn(text, "\r\n");
	if (len < GUARD_TOKEN_MIN || len > GUARD_TOKEN_MAX ||
	    strspn(text + len, "\r\n") != (size_t)got - len)
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return -EINVAL;
	memcpy(token, text, len);
	token[len] = '\0';
	return 0;
}

static int make_session(char *session)
{
	unsigned char bytes[GUARD_SESSION / 2];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return -EIO;
	for (size_t i = 0; i < sizeof bytes; i++)
		(void)snprintf(session + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

int guard_token(struct guard *guard, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int r;

	if (fd < 0)
		return -errno;
	r = check_file(fd);
	if (r == 0)
		r = read_token(fd, guard->token);
	(void)close(fd);
	if (r == 0)
		r = make_session(guard->session);
	guard->has_token = r == 0;
	return r;
}

static bool is_loopback4(in_addr_t address)
{
	return ntohl(address) >> 24 == 127;
}

/* A numeric address of either family, without a port. */
static bool parse_address(const char *text, struct sockaddr_storage *ret)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memset(ret, 0, sizeof *ret);
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		memcpy(ret, &in, sizeof in);
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		memcpy(ret, &in6, sizeof in6);
	else
		return false;
	return true;
}

static const struct in6_addr *address6(const struct sockaddr_storage *address)
{
	return &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
}

static in_addr_t address4(const struct sockaddr_storage *address)
{
	return ((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr;
}

static bool is_loopback(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET ? is_loopback4(address4(address))
					     : IN6_IS_ADDR_LOOPBACK(address6(address));
}

static bool is_any(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET ? address4(address) == INADDR_ANY
					     : IN6_IS_ADDR_UNSPECIFIED(address6(address));
}

static bool same_address(const struct sockaddr_storage *a,
			 const struct sockaddr_storage *b)
{
	if (a->ss_family != b->ss_family)
		return false;
	return a->ss_family == AF_INET
		       ? address4(a) == address4(b)
		       : memcmp(address6(a), address6(b), sizeof(struct in6_addr)) == 0;
}

int guard_address(struct guard *guard, const char *listen, in_port_t port)
{
	if (strcmp(listen, "localhost") == 0)
		listen = "127.0.0.1";
	if (!parse_address(listen, &guard->address))
		return -EINVAL;
	if (guard->address.ss_family == AF_INET)
		((struct sockaddr_in *)(void *)&guard->address)->sin_port = htons(port);
	else
		((struct sockaddr_in6 *)(void *)&guard->address)->sin6_port = htons(port);
	guard->loopback = is_loopback(&guard->address);
	if (gethostname(guard->host, sizeof guard->host - 1) < 0)
		guard->host[0] = '\0';
	return 0;
}

/* The name in "name:port" or "[address]:port", without either; false: it is none. */
static bool split_host(const char *host, char *name, size_t size)
{
	const char *end;

	if (*host == '[') {
		host++;
		end = strchr(host, ']');
	} else {
		end = host + strcspn(host, ":");
	}
	if (!end || end == host || (size_t)(end - host) >= size)
		return false;
	memcpy(name, host, (size_t)(end - host));
	name[end - host] = '\0';
	end += *end == ']';
	return *end == '\0' ||
	       (*end == ':' && strspn(end + 1, "0123456789") == strlen(end + 1));
}

/* The machine's own name, in full or its first word. */
static bool is_own_name(const struct guard *guard, const char *name)
{
	size_t first = strcspn(guard->host, ".");

	if (guard->host[0] == '\0')
		return false;
	return strcasecmp(name, guard->host) == 0 ||
	       (strlen(name) == first && strncasecmp(name, guard->host, first) == 0);
}

bool guard_host(const struct guard *guard, const char *host)
{
	struct sockaddr_storage address;
	char name[256];

	if (!split_host(host, name, sizeof name))
		return false;
	if (strcasecmp(name, "localhost") == 0)
		return true;
	if (!parse_address(name, &address))
		return !guard->loopback && is_own_name(guard, name);
	/* No name was looked up for a number, so that none can have been pointed here. */
	return is_loopback(&address) || same_address(&address, &guard->address) ||
	       is_any(&guard->address);
}

bool guard_bearer(const struct guard *guard, const char *authorization)
{
	static const char scheme[] = "Bearer ";

	if (!authorization || strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
		return false;
	authorization += sizeof scheme - 1;
	authorization += strspn(authorization, " ");
	return same_secret(guard->token, authorization, strlen(authorization));
}

bool guard_cookie(const struct guard *guard, const char *cookie)
{
	size_t name_len = strlen(guard->cookie);

	while (cookie && *cookie) {
		size_t len = strcspn(cookie, ";");

		if (len > name_len && strncmp(cookie, guard->cookie, name_len) == 0 &&
		    cookie[name_len] == '=' &&
		    same_secret(guard->session, cookie + name_len + 1,
				len - name_len - 1))
			return true;
		cookie += len;
		cookie += strspn(cookie, "; ");
	}
	return false;
}

int guard_sign_in(struct guard *guard, const char *typed, long long now_s)
{
	if (guard->second != now_s) {
		guard->second = now_s;
		guard->wrong = 0;
	}
	if (guard->wrong >= WRONG_MAX)
		return -EBUSY;
	if (same_secret(guard->token, typed, strlen(typed)))
		return 0;
	guard->wrong++;
	return -EACCES;
}
