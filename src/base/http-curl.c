/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  an answer over HTTP or HTTPS, through libcurl, loaded at the first request
 * Gives:  the body, bounded after it was unpacked, and the server's clock
 * Needs:  libcurl.so.4 of any TLS library; older than 7.87 it may wait for a name that does not
 *         resolve past the time-out
 * Limits: redirects are followed here and not by libcurl, which takes custom headers, where keys
 *         are, along to other hosts. The library is never unloaded: a thread that still asks
 *         for a name may be in it
 */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* CURLOPT_PROTOCOLS has a successor that libcurl before 7.85 does not know. */
#define CURL_DISABLE_DEPRECATION
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>

#include "base/http-internal.h"
#include "base/http.h"
#include "base/parse.h"

#define TIMEOUT_NS        (10 * NS_PER_S)
#define REDIRECTS_MAX     3
#define HEADERS_BYTES_MAX ((size_t)256 << 10)
#define REFUSAL_BYTES_MAX ((size_t)64 << 10) /* of a body that nobody reads */
#define SLOW_BYTES_PER_S  64L
#define SLOW_S            20L
#define BODY_FIRST_BYTES  ((size_t)4 << 10)
#define WHERE_MAX         200

/* Younger than the headers of some distributions; an older library says that it cannot. */
#define OPTION_HTTP09_ALLOWED ((CURLoption)285)
#define OPTION_QUICK_EXIT     ((CURLoption)322)

enum need { REQUIRED, OPTIONAL };

/* NOLINTBEGIN(bugprone-macro-parentheses): a type and a list of parameters. */
struct api {
#define HTTP_SYMBOL(need, returns, member, name, args) returns(*member) args;
#include "base/http-symbols.def"
#undef HTTP_SYMBOL
};

/* NOLINTEND(bugprone-macro-parentheses) */

static const struct symbol {
	const char *name;
	size_t offset;
	enum need need;
} symbols[] = {

#define HTTP_SYMBOL(need, returns, member, name, args)                                   \
	{ name, offsetof(struct api, member), need },
#include "base/http-symbols.def"
#undef HTTP_SYMBOL
};

struct door {
	struct api api;
	CURL *easy; /* NULL: not loaded yet */
	int64_t deadline_ns;
};

/* One question, over all its redirects. */
struct question {
	struct door *door;
	const struct http_request *request;
	struct diag *diag;
	int64_t began_ns;
	int64_t end_ns;
	bool is_elsewhere; /* redirected to another host: no headers, no password */
	char where[WHERE_MAX];
};

/* One answer as it comes in. */
struct answer {
	const struct api *api;
	size_t max_bytes;
	size_t header_bytes;
	char *body;
	size_t size;
	size_t room;
	long status;
	time_t date;         /* 0: not told */
	time_t retry_at;     /* 0: not told */
	int64_t retry_s;     /* 0: not told */
	char *redirect;      /* NULL: nowhere */
	int err;             /* why a callback ended it; 0: it did not */
	size_t unread_bytes; /* of a refusal */
};

static int64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* --- the library ------------------------------------------------------------------------ */

static void *open_library(void)
{
	static const char *const sonames[] = { "libcurl.so.4", "libcurl-gnutls.so.4" };
	void *library = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(sonames) && !library; i++)
		library = dlopen(sonames[i], RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	return library;
}

static int load_symbols(struct api *api, void *library, struct diag *diag)
{
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		void *found = dlsym(library, symbols[i].name);

		if (!found && symbols[i].need == REQUIRED)
			return diag_say(diag, -ENOSYS, "the libcurl here has no %s",
					symbols[i].name);
		/* A function's address: ISO C would not let it be assigned. */
		memcpy((char *)api + symbols[i].offset, &found, sizeof found);
	}
	return 0;
}

static int load(struct door *door, struct diag *diag)
{
	struct api api;
	void *library;
	int r;

	if (door->easy)
		return 0;
	library = open_library();
	if (!library) {
		(void)diag_say(diag, -ENOSYS,
			       "libcurl.so.4 is not here: nothing can be asked");
		diag_fix(diag,
			 "install libcurl (Debian, Ubuntu: libcurl4; Fedora: libcurl)");
		return -ENOSYS;
	}
	r = load_symbols(&api, library, diag);
	if (r < 0)
		return r;
	if (api.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return diag_say(diag, -ENOSYS, "libcurl does not start");
	door->api = api;
	door->easy = api.easy_init();
	return door->easy ? 0 : diag_fail(diag, -ENOMEM, "cannot use libcurl");
}

/* --- the answer ------------------------------------------------------------------------- */

static bool is_success(long status)
{
	return status >= 200 && status <= 299;
}

static bool make_room(struct answer *answer, size_t more)
{
	size_t room = answer->room ? answer->room : BODY_FIRST_BYTES;
	char *grown;

	while (room <= answer->size + more)
		room *= 2;
	if (room == answer->room)
		return true;
	grown = realloc(answer->body, room);
	if (!grown)
		return false;
	answer->body = grown;
	answer->room = room;
	return true;
}

/* libcurl's: anything but the length given ends the transfer. */
static size_t take_body(char *bytes, size_t one, size_t len, void *ctx)
{
	struct answer *answer = ctx;

	(void)one;
	if (!is_success(answer->status)) {
		answer->unread_bytes += len;
		return answer->unread_bytes > REFUSAL_BYTES_MAX ? 0 : len;
	}
	if (len > answer->max_bytes - answer->size) {
		answer->err = -EMSGSIZE;
		return 0;
	}
	if (!make_room(answer, len)) {
		answer->err = -ENOMEM;
		return 0;
	}
	memcpy(answer->body + answer->size, bytes, len);
	answer->size += len;
	return len;
}

/* A new answer begins: what 100 Continue said is not this one's. */
static void take_status(struct answer *answer, const char *line)
{
	const char *blank = strchr(line, ' ');

	answer->status = blank ? strtol(blank, NULL, 10) : 0;
	answer->date = 0;
	answer->retry_at = 0;
	answer->retry_s = 0;
}

static time_t date_of(const struct answer *answer, const char *text)
{
	time_t date = answer->api->getdate ? answer->api->getdate(text, NULL) : -1;

	return date > 0 ? date : 0;
}

static void take_field(struct answer *answer, const char *line)
{
	const char *value = strchr(line, ':');
	uint64_t seconds;

	if (!value)
		return;
	value++;
	if (strncasecmp(line, "date:", 5) == 0) {
		answer->date = date_of(answer, value);
	} else if (strncasecmp(line, "retry-after:", 12) == 0) {
		if (parse_u64(value, &seconds) == 0)
			answer->retry_s =
				seconds < INT32_MAX ? (int64_t)seconds : INT32_MAX;
		else
			answer->retry_at = date_of(answer, value);
	}
}

static size_t take_header(char *bytes, size_t one, size_t len, void *ctx)
{
	struct answer *answer = ctx;
	char line[256];

	(void)one;
	answer->header_bytes += len;
	if (answer->header_bytes > HEADERS_BYTES_MAX) {
		answer->err = -EMSGSIZE;
		return 0;
	}
	(void)snprintf(line, sizeof line, "%.*s", (int)least((int64_t)len, 255), bytes);
	if (strncasecmp(line, "HTTP/", 5) == 0)
		take_status(answer, line);
	else
		take_field(answer, line);
	return len;
}

/* By the server's own clock where it tells it: this machine's may be off. */
static int64_t retry_after_ns(const struct answer *answer)
{
	time_t now = answer->date ? answer->date : time(NULL);
	int64_t wait_s = answer->retry_s;

	if (answer->retry_at > now)
		wait_s = least(answer->retry_at - now, INT32_MAX);
	return wait_s * NS_PER_S;
}

static void answer_done(struct answer *answer)
{
	free(answer->body);
	free(answer->redirect);
}

/* --- what went wrong --------------------------------------------------------------------- */

static int say_late(const struct question *question, const struct answer *answer)
{
	int64_t tenths =
		(now_ns() - question->began_ns + 50 * NS_PER_MS) / (100 * NS_PER_MS);
	const char *what = answer->status ? "began to answer and was not done after"
					  : "did not answer in";

	return diag_say(question->diag, -ETIMEDOUT, "%s %s %" PRId64 ".%" PRId64 " s",
			question->where, what, tenths / 10, tenths % 10);
}

static int say_large(const struct question *question, size_t max_bytes)
{
	return diag_say(question->diag, -EMSGSIZE, "%s answers with more than %zu bytes",
			question->where, max_bytes);
}

static int say_no_way(const struct question *question, CURLcode code)
{
	const char *why = code == CURLE_COULDNT_RESOLVE_HOST ? "its name is not found"
			  : code == CURLE_COULDNT_RESOLVE_PROXY
				  ? "the proxy's name is not found"
				  : "no connection";

	(void)diag_say(question->diag, -EHOSTUNREACH, "%s cannot be reached: %s",
		       question->where, why);
	if (!question->request->link_local)
		diag_fix(question->diag, "look at the network; behind a proxy: export "
					 "https_proxy=http://HOST:PORT");
	return -EHOSTUNREACH;
}

static int say_not_trusted(const struct question *question)
{
	(void)diag_say(question->diag, -EKEYREJECTED,
		       "%s has a certificate that this machine does not trust",
		       question->where);
	diag_fix(
		question->diag,
		"look at the clock and install ca-certificates; behind a proxy that opens "
		"TLS: export SSL_CERT_FILE=its-certificates.pem");
	return -EKEYREJECTED;
}

static int say_odd(const struct question *question, CURLcode code)
{
	const struct api *api = &question->door->api;
	const char *why = api->strerror ? api->strerror(code) : NULL;

	return diag_say(question->diag, -EPROTO, "%s: %s", question->where,
			why ? why : "the answer is not understood");
}

/* libcurl's list is long and open: what is not named is odd. */
static int say_code(const struct question *question, const struct answer *answer,
		    CURLcode code)
{
	switch ((int)code) {
	case CURLE_OPERATION_TIMEDOUT:
		return say_late(question, answer);
	case CURLE_FILESIZE_EXCEEDED:
		return say_large(question, answer->max_bytes);
	case CURLE_OUT_OF_MEMORY:
		return diag_fail(question->diag, -ENOMEM, "cannot ask %s",
				 question->where);
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
		return say_no_way(question, code);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CACERT_BADFILE:
		return say_not_trusted(question);
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return diag_say(question->diag, -ECONNRESET,
				"%s broke off before its answer ended", question->where);
	default:
		return say_odd(question, code);
	}
}

/* A refusal is one, whatever became of its body. */
static int say(const struct question *question, const struct answer *answer,
	       CURLcode code)
{
	if (answer->status >= 300)
		return http_say_status(answer->status, question->where, question->diag);
	if (answer->err == -EMSGSIZE)
		return say_large(question, answer->max_bytes);
	if (answer->err < 0)
		return diag_fail(question->diag, answer->err, "cannot keep what %s said",
				 question->where);
	if (code != CURLE_OK)
		return say_code(question, answer, code);
	if (!is_success(answer->status))
		return http_say_status(answer->status, question->where, question->diag);
	return 0;
}

/* --- the question ------------------------------------------------------------------------ */

static bool set_fixed(const struct door *door)
{
	static const struct {
		CURLoption option;
		long value;
		enum need need;
	} rows[] = {
		{ CURLOPT_NOSIGNAL, 1, REQUIRED },
		{ CURLOPT_SSL_VERIFYPEER, 1, REQUIRED },
		{ CURLOPT_SSL_VERIFYHOST, 2, REQUIRED },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2, REQUIRED },
		{ CURLOPT_FOLLOWLOCATION, 0, REQUIRED },
		{ CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC, REQUIRED },
		{ CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES_PER_S, OPTIONAL },
		{ CURLOPT_LOW_SPEED_TIME, SLOW_S, OPTIONAL },
		{ CURLOPT_SUPPRESS_CONNECT_HEADERS, 1, OPTIONAL },
		{ OPTION_HTTP09_ALLOWED, 0, OPTIONAL },
		{ OPTION_QUICK_EXIT, 1, OPTIONAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CURLcode code =
			door->api.setopt(door->easy, rows[i].option, rows[i].value);

		if (code != CURLE_OK && rows[i].need == REQUIRED)
			return false;
	}
	return true;
}

static bool set_long(const struct door *door, CURLoption option, int64_t value)
{
	return door->api.setopt(door->easy, option, (long)value) == CURLE_OK;
}

static bool set_text(const struct door *door, CURLoption option, const char *text)
{
	return !text || door->api.setopt(door->easy, option, text) == CURLE_OK;
}

static bool set_times(const struct question *question)
{
	const struct door *door = question->door;
	int64_t left_ms = (question->end_ns - now_ns()) / NS_PER_MS;

	if (left_ms < 1)
		left_ms = 1;
	return set_long(door, CURLOPT_TIMEOUT_MS, left_ms) &&
	       set_long(door, CURLOPT_CONNECTTIMEOUT_MS, left_ms / 3 + 1);
}

static bool set_address(const struct question *question, const char *url)
{
	const struct door *door = question->door;
	bool link_local = question->request->link_local;

	return set_text(door, CURLOPT_URL, url) &&
	       set_long(door, CURLOPT_PROTOCOLS,
			CURLPROTO_HTTP | (link_local ? 0 : CURLPROTO_HTTPS)) &&
	       set_text(door, CURLOPT_PROXY, link_local ? "" : NULL) &&
	       set_text(door, CURLOPT_CAINFO, secure_getenv("SSL_CERT_FILE"));
}

static bool set_body(const struct question *question)
{
	const struct http_request *request = question->request;
	const struct door *door = question->door;

	if (request->body &&
	    !(set_long(door, CURLOPT_POSTFIELDSIZE, (int64_t)strlen(request->body)) &&
	      set_text(door, CURLOPT_POSTFIELDS, request->body)))
		return false;
	return set_text(door, CURLOPT_CUSTOMREQUEST, request->method);
}

static bool set_answer(const struct door *door, struct answer *answer)
{
	const struct api *api = &door->api;
	curl_off_t most = (curl_off_t)answer->max_bytes;

	/* "": all that the library can unpack. What is bounded is what comes out. */
	return set_text(door, CURLOPT_ACCEPT_ENCODING, "") &&
	       api->setopt(door->easy, CURLOPT_MAXFILESIZE_LARGE, most) == CURLE_OK &&
	       api->setopt(door->easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
	       api->setopt(door->easy, CURLOPT_WRITEDATA, answer) == CURLE_OK &&
	       api->setopt(door->easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
	       api->setopt(door->easy, CURLOPT_HEADERDATA, answer) == CURLE_OK;
}

/* Headers in *ret, which libcurl needs until the transfer is over. */
static bool set_secrets(const struct question *question, struct curl_slist **ret)
{
	const struct http_request *request = question->request;
	const struct door *door = question->door;

	if (question->is_elsewhere)
		return true;
	for (size_t i = 0; i < HTTP_HEADERS_MAX && request->headers[i]; i++) {
		struct curl_slist *longer =
			door->api.slist_append(*ret, request->headers[i]);

		if (!longer)
			return false;
		*ret = longer;
	}
	return door->api.setopt(door->easy, CURLOPT_HTTPHEADER, *ret) == CURLE_OK &&
	       set_text(door, CURLOPT_USERPWD, request->user_password);
}

static bool prepare(const struct question *question, const char *url,
		    struct answer *answer, struct curl_slist **ret_headers)
{
	const struct door *door = question->door;

	return set_fixed(door) && set_times(question) && set_address(question, url) &&
	       set_body(question) && set_answer(door, answer) &&
	       set_text(door, CURLOPT_USERAGENT, "gramme/" GRAMME_VERSION) &&
	       set_secrets(question, ret_headers);
}

/* libcurl writes this question's own user and password into where a relative address leads. */
static void take_redirect(const struct door *door, struct answer *answer)
{
	const char *to = NULL;

	if (door->api.getinfo(door->easy, CURLINFO_REDIRECT_URL, &to) != CURLE_OK || !to)
		return;
	answer->redirect = strdup(to);
	if (answer->redirect)
		http_drop_user(answer->redirect);
	else
		answer->err = -ENOMEM;
}

static CURLcode ask(const struct question *question, const char *url,
		    struct answer *answer)
{
	const struct door *door = question->door;
	struct curl_slist *headers = NULL;
	CURLcode code = CURLE_FAILED_INIT;

	door->api.easy_reset(door->easy);
	if (prepare(question, url, answer, &headers))
		code = door->api.perform(door->easy);
	take_redirect(door, answer);
	/* It points to the headers and the answer, which go. */
	door->api.easy_reset(door->easy);
	door->api.slist_free_all(headers);
	return code;
}

static bool follows(const struct http_request *request, const struct answer *answer)
{
	return answer->redirect && !request->link_local && !request->body &&
	       (!request->method || strcmp(request->method, "GET") == 0);
}

static int say_redirect(const struct question *question, const char *what)
{
	return diag_say(question->diag, -EPROTO, "%s %s", question->where, what);
}

/* Moves the question to where it was sent. */
static int go_on(struct question *question, size_t hops, char **url,
		 struct answer *answer)
{
	if (hops == REDIRECTS_MAX)
		return say_redirect(question, "sends from one place to the next");
	if (http_is_https(*url) && !http_is_https(answer->redirect))
		return say_redirect(question, "sends from https to what is not");
	if (!http_same_origin(*url, answer->redirect))
		question->is_elsewhere = true;
	free(*url);
	*url = STEAL(answer->redirect);
	http_where(*url, question->where, sizeof question->where);
	return 0;
}

static int finish(struct answer *answer, struct http_response *ret)
{
	if (!answer->body && !make_room(answer, 0))
		return -ENOMEM;
	answer->body[answer->size] = '\0';
	*ret = (struct http_response){
		.status = answer->status,
		.body = STEAL(answer->body),
		.size = answer->size,
		.date_unix_s = answer->date,
	};
	return 0;
}

/* 1: sent elsewhere. */
static int one_hop(struct question *question, size_t hops, char **url,
		   struct http_response *ret)
{
	const struct http_request *request = question->request;
	CLEANUP(answer_done)
	struct answer answer = {
		.api = &question->door->api,
		.max_bytes = request->max_bytes ? request->max_bytes : HTTP_BODY_MAX,
	};
	CURLcode code = ask(question, *url, &answer);
	int r;

	if (follows(request, &answer)) {
		r = go_on(question, hops, url, &answer);
		return r < 0 ? r : 1;
	}
	r = say(question, &answer, code);
	if (r < 0) {
		ret->retry_after_ns = retry_after_ns(&answer);
		return r;
	}
	r = finish(&answer, ret);
	return r < 0 ? diag_fail(question->diag, r, "cannot keep what %s said",
				 question->where)
		     : 0;
}

/* A line break in a header would begin another one. */
static bool is_one_line(const char *text)
{
	return !text || !strpbrk(text, "\r\n");
}

static int check(const struct question *question)
{
	const struct http_request *request = question->request;
	bool fine = is_one_line(request->user_password) && is_one_line(request->method);

	for (size_t i = 0; i < HTTP_HEADERS_MAX && request->headers[i]; i++)
		fine = fine && is_one_line(request->headers[i]);
	if (!fine)
		return diag_say(question->diag, -EPROTO,
				"%s was to be sent a header with a line break",
				question->where);
	if (question->end_ns - question->began_ns < NS_PER_MS)
		return diag_say(question->diag, -ETIMEDOUT,
				"%s was not asked: no time was left", question->where);
	return 0;
}

static int curl_get(void *ctx, const struct http_request *request,
		    struct http_response *ret, struct diag *diag)
{
	struct door *door = ctx;
	int64_t began_ns = now_ns();
	int64_t timeout_ns = request->timeout_ns > 0 ? request->timeout_ns : TIMEOUT_NS;
	struct question question = {
		.door = door,
		.request = request,
		.diag = diag,
		.began_ns = began_ns,
		.end_ns = least(timeout_ns, door->deadline_ns - began_ns) + began_ns,
	};
	AUTO_FREE char *url = strdup(request->url);
	int r;

	http_where(request->url, question.where, sizeof question.where);
	if (!url)
		return diag_fail(diag, -ENOMEM, "cannot ask %s", question.where);
	r = check(&question);
	if (r == 0)
		r = load(door, diag);
	if (r == 0)
		r = 1;
	for (size_t hops = 0; r == 1; hops++)
		r = one_hop(&question, hops, &url, ret);
	return r;
}

/* --- the door ---------------------------------------------------------------------------- */

int http_open(int64_t deadline_ns, struct http *ret)
{
	struct door *door = calloc(1, sizeof *door);

	if (!door)
		return -ENOMEM;
	door->deadline_ns = deadline_ns > 0 ? deadline_ns : 1;
	*ret = (struct http){
		.get = curl_get,
		.ctx = door,
		.deadline_ns = door->deadline_ns,
	};
	return 0;
}

void http_close(struct http *http)
{
	struct door *door = http->ctx;

	if (http->get != curl_get)
		return;
	if (door->easy)
		door->api.easy_cleanup(door->easy);
	free(door);
	memset(http, 0, sizeof *http);
}
