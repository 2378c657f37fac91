/* SPDX-License-Identifier: Apache-2.0 */
/* What went wrong between libcurl and a server, as an errno of http.h and a sentence. */
#include <errno.h>
#include <inttypes.h>

#include "base/http-curl.h"

static int say_late(const struct question *question, const struct answer *answer)
{
	int64_t tenths =
		(http_now_ns() - question->began_ns + 50 * NS_PER_MS) / (100 * NS_PER_MS);
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
	const struct http_api *api = &question->door->api;
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
int http_say_outcome(const struct question *question, const struct answer *answer,
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
	if (!http_is_success(answer->status))
		return http_say_status(answer->status, question->where, question->diag);
	return 0;
}
