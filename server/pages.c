/* SPDX-License-Identifier: Apache-2.0 */
/* What the front answers at once: pages and their assets, the live readings, signing in. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "handlers.h"
#include "web-assets.h"

/* --- what is compiled in --- */

struct asset {
	const char *name;
	const char *type;
	const char *text;
	size_t len;
};

#define CSS  "text/css; charset=utf-8"
#define JS   "text/javascript; charset=utf-8"
#define HTML "text/html; charset=utf-8"

static const struct asset assets[] = {
	{ "page.css", CSS, web_page_css, web_page_css_len },
	{ "page.js", JS, web_page_js, web_page_js_len },
	{ "charts.js", JS, web_charts_js, web_charts_js_len },
	{ "uplot.css", CSS, web_uplot_css, web_uplot_css_len },
	{ "uplot.js", JS, web_uplot_js, web_uplot_js_len },
	{ "dashboard.css", CSS, web_dashboard_css, web_dashboard_css_len },
	{ "dashboard.js", JS, web_dashboard_js, web_dashboard_js_len },
	{ "compare.js", JS, web_compare_js, web_compare_js_len },
};

static const struct asset dashboard = { NULL, HTML, web_dashboard_html,
					web_dashboard_html_len };
static const struct asset compare_shell = { NULL, HTML, web_compare_html,
					    web_compare_html_len };
static const struct asset signin_shell = { NULL, HTML, web_signin_html,
					   web_signin_html_len };
static const struct asset openapi = { NULL, "application/json", web_openapi_json,
				      web_openapi_json_len };

/* As a dish, so that who has it already is told so. */
static enum MHD_Result answer_asset(struct request *request, const struct asset *asset)
{
	struct dish dish = { .status = MHD_HTTP_OK };
	enum MHD_Result done;

	answer_etag(asset->text, asset->len, dish.etag);
	dish.response = MHD_create_response_from_buffer(asset->len, unconst(asset->text),
							MHD_RESPMEM_PERSISTENT);
	if (!dish.response)
		return MHD_NO;
	answer_dress(dish.response, asset->type, POLICY_PAGE);
	(void)MHD_add_response_header(dish.response, "ETag", dish.etag);
	(void)MHD_add_response_header(dish.response, "Cache-Control",
				      "private, no-cache");
	done = answer_dish(request, &dish);
	MHD_destroy_response(dish.response);
	return done;
}

static enum MHD_Result send_dashboard(struct server *server, struct request *request)
{
	(void)server;
	return answer_asset(request, &dashboard);
}

const struct handler handler_dashboard = { .type = HTML,
					   .here = send_dashboard,
					   .page = true };

static enum MHD_Result send_asset(struct server *server, struct request *request)
{
	const char *name = route_value(request->route, &request->ask);

	(void)server;
	for (size_t i = 0; name && i < sizeof assets / sizeof assets[0]; i++)
		if (strcmp(assets[i].name, name) == 0)
			return answer_asset(request, &assets[i]);
	return answer_problem(request, MHD_HTTP_NOT_FOUND, "there is no such asset", "");
}

const struct handler handler_asset = { .here = send_asset, .open = true };

static enum MHD_Result send_compare(struct server *server, struct request *request)
{
	(void)server;
	return answer_asset(request, &compare_shell);
}

/* What /api/v1/compare takes: the page hands it on, and shows what is said of it. */
static const struct param compare_page_params[] = {
	{ .name = "side", .kind = PARAM_TEXT, .most = ASK_ARGS_MAX },
	{ .name = "metric", .kind = PARAM_TEXT },
	{ .name = "quantity", .kind = PARAM_TEXT },
	{ .name = "level", .kind = PARAM_NUMBER },
	{ .name = "margin", .kind = PARAM_NUMBER },
	{ .name = "metric_margin", .kind = PARAM_NUMBER },
	{ .name = NULL },
};

const struct handler handler_compare_page = {
	.type = HTML, .param = compare_page_params, .here = send_compare, .page = true
};

static enum MHD_Result send_openapi(struct server *server, struct request *request)
{
	(void)server;
	return answer_asset(request, &openapi);
}

const struct handler handler_openapi = { .here = send_openapi };

static enum MHD_Result send_healthz(struct server *server, struct request *request)
{
	(void)server;
	return answer_text(request, MHD_HTTP_OK, "text/plain; charset=utf-8", "ok\n");
}

const struct handler handler_healthz = { .here = send_healthz, .open = true };

/* --- the machine now --- */

/* The text of the last reading, or why there is none; waits for the first. */
static enum MHD_Result answer_live(struct server *server, struct request *request,
				   enum live_format format, const char *type)
{
	const struct live *live = &server->live;

	live_want(server);
	if (live->text[LIVE_OPENMETRICS] && live->text[format])
		return answer_text(request, MHD_HTTP_OK, type, live->text[format]);
	if (live->trouble)
		return answer_problem(request, answer_status(live->trouble_err),
				      live->trouble, live->fix ? live->fix : "");
	if (request->waited)
		return answer_problem(request, MHD_HTTP_SERVICE_UNAVAILABLE,
				      "there is no reading yet", "");
	live_wait(server, request);
	return MHD_YES;
}

static enum MHD_Result send_live(struct server *server, struct request *request)
{
	return answer_live(server, request, LIVE_JSON, "application/json");
}

const struct handler handler_live = { .here = send_live };

static bool wants_openmetrics(const struct request *request)
{
	const char *accept = request_header(request, "Accept");

	return accept && strstr(accept, "application/openmetrics-text");
}

static enum MHD_Result send_metrics(struct server *server, struct request *request)
{
	if (wants_openmetrics(request))
		return answer_live(
			server, request, LIVE_OPENMETRICS,
			"application/openmetrics-text; version=1.0.0; charset=utf-8");
	return answer_live(server, request, LIVE_PROMETHEUS,
			   "text/plain; version=0.0.4; charset=utf-8");
}

const struct handler handler_metrics = { .here = send_metrics };

/* The first event: what comes after the last one that the viewer has, all that is kept, or
 * only what comes. */
static uint64_t first_event(const struct live *live, const struct request *request)
{
	const char *last = request_header(request, "Last-Event-ID");
	const char *history = ask_value(&request->ask, "history");

	if (last && strspn(last, "0123456789") == strlen(last) && *last)
		return strtoull(last, NULL, 10) + 1;
	return history && strcmp(history, "1") == 0 ? live->oldest : live->next;
}

static enum MHD_Result send_stream(struct server *server, struct request *request)
{
	struct MHD_Response *response;

	if (server->live.viewer_count >= VIEWERS_MAX)
		return answer_problem(request, MHD_HTTP_SERVICE_UNAVAILABLE,
				      "too many watch already", "ask /api/v1/live");
	live_want(server);
	response = stream_open(request, first_event(&server->live, request));
	if (!response)
		return MHD_NO;
	answer_dress(response, "text/event-stream", NULL);
	(void)MHD_add_response_header(response, "Cache-Control", "no-store");
	/* A proxy in front shall not gather events. */
	(void)MHD_add_response_header(response, "X-Accel-Buffering", "no");
	conns_move(&server->conns, request->conn, CONN_STREAMING);
	return answer_send(request, MHD_HTTP_OK, response);
}

static const struct param stream_params[] = {
	{ .name = "history", .kind = PARAM_FLAG },
	{ .name = NULL },
};

const struct handler handler_stream = { .param = stream_params, .here = send_stream };

/* --- signing in --- */

static enum MHD_Result send_signin(struct server *server, struct request *request)
{
	(void)server;
	return answer_asset(request, &signin_shell);
}

static const struct param signin_params[] = {
	{ .name = "wrong", .kind = PARAM_FLAG },
	{ .name = NULL },
};

const struct handler handler_signin_page = { .type = HTML,
					     .param = signin_params,
					     .here = send_signin,
					     .page = true,
					     .open = true };

/* To a place of ours; cookie may be NULL. */
static enum MHD_Result send_to(struct request *request, const char *where,
			       const char *cookie)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);

	if (!response)
		return MHD_NO;
	answer_dress(response, "text/plain", NULL);
	(void)MHD_add_response_header(response, "Location", where);
	(void)MHD_add_response_header(response, "Cache-Control", "no-store");
	if (cookie)
		(void)MHD_add_response_header(response, "Set-Cookie", cookie);
	return answer_send(request, MHD_HTTP_SEE_OTHER, response);
}

/* The form's one field, decoded in place; NULL: it is not there. */
static char *typed_token(struct request *request)
{
	static const char field[] = "token=";
	char *text = request->upload;

	if (strncmp(text, field, sizeof field - 1) != 0)
		return NULL;
	text += sizeof field - 1;
	text[strcspn(text, "&\r\n")] = '\0';
	return ask_decode(text, true) ? text : NULL;
}

static enum MHD_Result take_signin(struct server *server, struct request *request)
{
	const char *typed = typed_token(request);
	char cookie[160];
	int r;

	if (!server->guard.has_token)
		return send_to(request, "/", NULL);
	r = guard_sign_in(&server->guard, typed ? typed : "", (long long)time(NULL));
	explicit_bzero(request->upload, sizeof request->upload);
	if (r == -EBUSY)
		return answer_problem(request, MHD_HTTP_TOO_MANY_REQUESTS,
				      "too many wrong tokens", "wait a second");
	if (r < 0)
		return send_to(request, "/signin?wrong=1", NULL);
	(void)snprintf(cookie, sizeof cookie, "%s=%s; Path=/; HttpOnly; SameSite=Strict",
		       server->guard.cookie, server->guard.session);
	return send_to(request, "/", cookie);
}

const struct handler handler_signin = {
	.type = HTML, .here = take_signin, .page = true, .open = true
};
