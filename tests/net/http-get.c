/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request through the door of src/base/http.h, for tests/net:
 *
 *	http-get [option=value…] URL…
 *
 *	timeout=MS deadline=MS max=BYTES method=M body=TEXT header=LINE user=U:P
 *	local=1 once=1 try=1 (the door's one try, without http_get's patience)
 *
 * One object serves all URLs, one after the other. Prints a JSON object a URL. Two names are
 * resolved here and not by the machine: hang.example never, both.example to ::1 and 127.0.0.1.
 */
#include <dlfcn.h>
#include <errno.h>
#include <jansson.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/host.h"
#include "base/http.h"
#include "base/parse.h"

#define FIRST_BYTES 256
#define EXPORT      __attribute__((visibility("default")))

struct options {
	struct http_request request;
	size_t headers;
	int64_t deadline_ms;
	bool try_once;
};

typedef int resolver(const char *name, const char *service, const struct addrinfo *hints,
		     struct addrinfo **ret);

/* libcurl's calls end here: meson.build exports it. */
EXPORT int getaddrinfo(const char *name, const char *service,
		       const struct addrinfo *hints, struct addrinfo **ret)
{
	resolver *real;
	int r;

	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	if (name && strcmp(name, "hang.example") == 0) {
		(void)nanosleep(&(struct timespec){ .tv_sec = 30 }, NULL);
		return EAI_AGAIN;
	}
	if (!name || strcmp(name, "both.example") != 0)
		return real(name, service, hints, ret);
	r = real("::1", service, hints, ret);
	return r ? r : real("127.0.0.1", service, hints, &(*ret)->ai_next);
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int64_t number(const char *text)
{
	int64_t value = 0;

	if (parse_i64(text, &value) < 0)
		exit(2);
	return value;
}

static void take_option(struct options *options, const char *name, const char *value)
{
	struct http_request *request = &options->request;

	if (strcmp(name, "timeout") == 0)
		request->timeout_ns = number(value) * NS_PER_MS;
	else if (strcmp(name, "deadline") == 0)
		options->deadline_ms = number(value);
	else if (strcmp(name, "max") == 0)
		request->max_bytes = (size_t)number(value);
	else if (strcmp(name, "method") == 0)
		request->method = value;
	else if (strcmp(name, "body") == 0)
		request->body = value;
	else if (strcmp(name, "user") == 0)
		request->user_password = value;
	else if (strcmp(name, "local") == 0)
		request->link_local = true;
	else if (strcmp(name, "once") == 0)
		request->ask_once = true;
	else if (strcmp(name, "try") == 0)
		options->try_once = true;
	else if (strcmp(name, "header") == 0 && options->headers < HTTP_HEADERS_MAX)
		request->headers[options->headers++] = value;
	else
		exit(2);
}

/* The most since the program began; getrusage() counts the parent's pages too. */
static int64_t resident_kib(void)
{
	struct host host;
	char text[4096];
	uint64_t kib = 0;

	if (host_init(&host, NULL) < 0)
		exit(3);
	if (host_read_text(&host, "proc/self/status", text, sizeof text) < 0 ||
	    parse_keyed_u64(text, "VmHWM:", &kib) < 0)
		exit(3);
	host_done(&host);
	return (int64_t)kib;
}

static void print(int err, const struct http_response *response, const struct diag *diag,
		  const int64_t spent_ns[2])
{
	size_t shown = response->size < FIRST_BYTES ? response->size : FIRST_BYTES;
	json_t *body = response->body ? json_stringn_nocheck(response->body, shown)
				      : json_null();
	json_t *row =
		json_pack("{s:s, s:I, s:I, s:o, s:I, s:I, s:s, s:s, s:I, s:I, s:I}",
			  "error", err ? strerrorname_np(-err) : "", "status",
			  (json_int_t)response->status, "size",
			  (json_int_t)response->size, "body", body ? body : json_null(),
			  "date", (json_int_t)response->date_unix_s, "retry_after_ms",
			  (json_int_t)(response->retry_after_ns / NS_PER_MS), "text",
			  diag->text, "fix", diag->fix, "elapsed_ms",
			  (json_int_t)(spent_ns[0] / NS_PER_MS), "cpu_us",
			  (json_int_t)(spent_ns[1] / NS_PER_US), "resident_kib",
			  (json_int_t)resident_kib());

	if (!row || json_dumpf(row, stdout, JSON_COMPACT) < 0)
		exit(3);
	(void)putchar('\n');
	json_decref(row);
}

static void ask(struct http *http, const struct options *options)
{
	struct http_response response = { 0 };
	struct diag diag = { 0 };
	int64_t began_ns = clock_ns(CLOCK_MONOTONIC);
	int64_t cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	int r;

	if (options->try_once)
		r = http->get(http->ctx, &options->request, &response, &diag);
	else
		r = http_get(http, &options->request, &response, &diag);
	print(r, &response, &diag,
	      (int64_t[]){ clock_ns(CLOCK_MONOTONIC) - began_ns,
			   clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_ns });
	http_response_done(&response);
}

int main(int argc, char **argv)
{
	struct options options = { .deadline_ms = 60000 };
	struct http http;
	int i;

	for (i = 1; i < argc && !strstr(argv[i], "://"); i++) {
		char *equals = strchr(argv[i], '=');

		if (!equals)
			return 2;
		*equals = '\0';
		take_option(&options, argv[i], equals + 1);
	}
	if (http_open(clock_ns(CLOCK_MONOTONIC) + options.deadline_ms * NS_PER_MS,
		      &http) < 0)
		return 3;
	for (; i < argc; i++) {
		options.request.url = argv[i];
		ask(&http, &options);
	}
	http_close(&http);
	return 0;
}
