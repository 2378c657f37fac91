/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "handlers.h"

static const struct route routes[] = {
#define ROUTE(method, path, handler, about) { #method, path, &handler_##handler },
#include "routes.def"
#undef ROUTE
};

#define ROUTE_COUNT (sizeof routes / sizeof routes[0])

/* The next part of a row's path: its length, with *at behind it; false: no more. */
static bool next_part(const char **at, const char **ret_part, size_t *ret_len)
{
	if (**at != '/')
		return false;
	*ret_part = *at + 1;
	*ret_len = strcspn(*ret_part, "/");
	*at = *ret_part + *ret_len;
	return true;
}

/* Whether the path fits; *ret_value (untouched without one) is what {x} stands for. */
static bool fits(const char *path, const struct ask *ask, const char **ret_value)
{
	const char *part = NULL;
	size_t len = 0;
	size_t i = 0;

	for (; next_part(&path, &part, &len); i++) {
		if (i == ask->part_count)
			return false;
		if (*part == '{' && ask->part[i][0] != '\0')
			*ret_value = ask->part[i];
		else if (strlen(ask->part[i]) != len ||
			 strncmp(part, ask->part[i], len) != 0)
			return false;
	}
	return i == ask->part_count;
}

const struct route *route_find(const char *method, const struct ask *ask,
			       const char **ret_allow)
{
	const struct route *found = NULL;
	const char *ignored = NULL;
	bool get = false;
	bool post = false;

	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	for (size_t i = 0; i < ROUTE_COUNT; i++) {
		if (!fits(routes[i].path, ask, &ignored))
			continue;
		get = get || strcmp(routes[i].method, "GET") == 0;
		post = post || strcmp(routes[i].method, "POST") == 0;
		if (strcmp(routes[i].method, method) == 0)
			found = &routes[i];
	}
	*ret_allow = get && post ? "GET, HEAD, POST" : get ? "GET, HEAD" : NULL;
	return found;
}

const char *route_value(const struct route *route, const struct ask *ask)
{
	const char *value = NULL;

	return fits(route->path, ask, &value) ? value : NULL;
}
