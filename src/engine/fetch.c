/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/process.h"
#include "place/region.h"

#define TRY          "; try: "
#define METADATA_URL "http://169.254.169.254"
/* The child's, over what it begins with: an answer is bounded anyway, this is for a library that
 * is not. */
#define CHILD_MEMORY_MAX ((rlim_t)512 << 20)
#define CHILD_CPU_MAX_S  10

void fetch_result_done(struct fetch_result *result)
{
	if (!result)
		return;
	for (int i = 0; i < 2; i++)
		intensity_series_done(&result->series[i]);
	memset(result, 0, sizeof *result);
}

void fetch_name_series(const struct intensity_series *series, char *buf, size_t size)
{
	if (series->count > 0)
		(void)snprintf(buf, size, "%s %s", series->provider, series->zone);
}

void fetch_say(struct fetch_result *result, const char *code, const char *text)
{
	struct fetch_trouble *trouble;

	if (result->trouble_count == FETCH_TROUBLES || *text == '\0')
		return;
	trouble = &result->trouble[result->trouble_count++];
	(void)copy_text(trouble->code, sizeof trouble->code, code);
	(void)copy_text(trouble->text, sizeof trouble->text, text);
}

static void add_trouble(struct fetch_result *result, const char *code,
			const struct diag *diag)
{
	char text[sizeof result->trouble[0].text];
	size_t used;

	(void)copy_text(text, sizeof text, diag->text);
	used = strlen(text);
	/* Half a line to type helps nobody. */
	if (diag->fix[0] != '\0' && used + sizeof TRY + strlen(diag->fix) <= sizeof text)
		(void)snprintf(text + used, sizeof text - used, TRY "%s", diag->fix);
	fetch_say(result, code, text);
}

/* --- where ------------------------------------------------------------------------------- */

/* On a cloud's machine its own word goes first: the public address may be a gate elsewhere. */
static void find_place(const struct fetch_plan *plan, struct http *http,
		       struct fetch_result *ret)
{
	char ip_url[256];
	char metadata_url[256];
	char vendor[16];
	struct diag diag = { 0 };
	struct region_door door = { plan->host, http, plan->tables, ip_url,
				    metadata_url };
	int r;

	fetch_url(plan->config, "ipinfo", FETCH_IP_URL, ip_url, sizeof ip_url);
	fetch_url(plan->config, "metadata", METADATA_URL, metadata_url,
		  sizeof metadata_url);
	ret->asked_place = true;
	if (region_cloud_vendor(plan->host, vendor, sizeof vendor)) {
		r = region_of_cloud(&door, &diag, &ret->place);
		if (r == 0)
			return;
		add_trouble(ret, "region", &diag);
		diag_clear(&diag);
	}
	r = region_of_ip(&door, &diag, &ret->place);
	if (r < 0)
		add_trouble(ret, "region", &diag);
}

/* --- what its grid emitted ---------------------------------------------------------------- */

static int ask_one(const struct fetch_plan *plan, const struct grid_door *common,
		   const struct fetch_candidate *candidate, struct fetch_result *ret)
{
	struct grid_door door = *common;
	struct grid_query query = {
		.place = &plan->place,
		.from_unix_s = plan->from_unix_s,
		.to_unix_s = plan->to_unix_s,
		.forecast = plan->forecast,
		.now_unix_s = (int64_t)time(NULL),
	};
	struct intensity_series series = { .count = 0 };
	struct diag diag = { 0 };
	int r;

	door.base_url = candidate->base_url;
	r = candidate->grid->fetch(&door, &query, &series, &diag);
	if (r < 0) {
		intensity_series_done(&series);
		add_trouble(ret, "grid", &diag);
		return r;
	}
	ret->series[candidate->grid->signal] = series;
	return 0;
}

/* Who was named, and by the user, is not passed over in silence. */
static void say_why_not(const struct fetch_plan *plan,
			const struct fetch_candidate *candidate, struct fetch_result *ret)
{
	static const char *const reasons[] = {
		[FETCH_MAY] = "it has no forecast",
		[FETCH_OFFLINE] = "gramme is offline",
		[FETCH_NO_KEY] = "there is no key for it",
		[FETCH_NOT_SERVED] = "it does not serve this place",
		[FETCH_NOT_WANTED] = "it is not wanted",
		[FETCH_NO_FILE] = "the setting intensity names no file",
	};
	const char *named = fetch_names_grid(plan);
	char text[160];

	if (!named || strcmp(named, candidate->grid->name) != 0)
		return;
	(void)snprintf(text, sizeof text, "%s was not asked: %s", named,
		       reasons[candidate->may]);
	fetch_say(ret, "grid", text);
}

static void ask_grids(const struct fetch_plan *plan, const struct grid_door *door,
		      struct fetch_result *ret)
{
	struct fetch_candidate candidates[FETCH_CANDIDATES_MAX];
	size_t count = fetch_candidates(plan, door->keys, candidates);

	for (size_t i = 0; i < count; i++) {
		const struct grid *grid = candidates[i].grid;

		if (ret->series[grid->signal].count > 0)
			continue;
		if (candidates[i].may != FETCH_MAY ||
		    (plan->forecast && !(grid->flags & GRID_HAS_FORECAST)))
			say_why_not(plan, &candidates[i], ret);
		else
			(void)!ask_one(plan, door, &candidates[i], ret);
	}
}

static void say_no_such(const struct fetch_plan *plan, struct fetch_result *ret)
{
	const char *named = fetch_names_grid(plan);
	char text[160];

	if (!named || grid_find(named))
		return;
	(void)snprintf(text, sizeof text, "there is no provider '%.40s'", named);
	fetch_say(ret, "grid", text);
}

static void free_keys(struct keys **keys)
{
	keys_free(*keys);
}

int fetch_do(const struct fetch_plan *given, struct fetch_result *ret)
{
	CLEANUP(free_keys) struct keys *keys = NULL;
	struct fetch_plan plan = *given;
	int64_t budget_ns = plan.budget_ns > 0 ? plan.budget_ns : FETCH_NS;
	CLEANUP(http_close) struct http http = { .ctx = NULL };
	struct grid_door door = { .http = &http, .tables = plan.tables };
	struct diag diag = { 0 };
	int r;

	memset(ret, 0, sizeof *ret);
	r = http_open(host_now_ns(plan.host) + budget_ns, &http);
	if (r < 0)
		return r;
	if (keys_open(NULL, &diag, &keys) < 0)
		add_trouble(ret, "keys", &diag);
	if (plan.place.how[0] == '\0' && !fetch_is_offline(plan.config)) {
		find_place(&plan, &http, ret);
		plan.place = ret->place;
	}
	door.keys = keys;
	if (plan.place_only)
		return 0;
	say_no_such(&plan, ret);
	ask_grids(&plan, &door, ret);
	return 0;
}

/* --- the child ---------------------------------------------------------------------------- */

/* Both ends are one program's memory: what is sent is the struct, and the points after it. */
/* Sanitizers map terabytes that they never touch. */
#ifdef __SANITIZE_ADDRESS__
#undef CHILD_MEMORY_MAX
#define CHILD_MEMORY_MAX ((rlim_t)1 << 62)
#endif

static void limit(int what, rlim_t most)
{
	struct rlimit now;

	if (getrlimit((__rlimit_resource_t)what, &now) == 0 && most < now.rlim_cur) {
		now.rlim_cur = most;
		(void)setrlimit((__rlimit_resource_t)what, &now);
	}
}

/* A caller of the library may have mapped more than the limit before it forked. */
static void limit_memory(void)
{
	rlim_t begun = process_own_space_bytes();

	if (begun > 0)
		limit(RLIMIT_AS, begun + CHILD_MEMORY_MAX);
}

static _Noreturn void be_child(const struct fetch_plan *plan, int fd)
{
	static const int ends[] = { SIGTERM, SIGINT, SIGHUP, SIGXFSZ };
	int kept[] = { fd, plan->host->root_fd };
	struct fetch_result result;
	sigset_t none;
	bool sent;

	process_let_go(kept, ARRAY_SIZE(kept));
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		(void)signal(ends[i], SIG_DFL);
	/* A TLS library may write to a connection that is gone. */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	process_end_with_parent();
	limit_memory();
	limit(RLIMIT_CPU, CHILD_CPU_MAX_S);
	(void)alarm((unsigned)(2 * FETCH_NS / NS_PER_S));
	(void)setpriority(PRIO_PROCESS, 0, 19);
	if (fetch_do(plan, &result) < 0)
		_exit(1);
	for (int i = 0; i < 2; i++)
		if (result.series[i].count > FETCH_POINTS_MAX)
			result.series[i].count = FETCH_POINTS_MAX;
	sent = fd_write_all(fd, &result, sizeof result) == 0;
	for (int i = 0; i < 2 && sent; i++)
		sent = fd_write_all(fd, result.series[i].points,
				    result.series[i].count *
					    sizeof *result.series[i].points) == 0;
	_exit(sent ? 0 : 1);
}

int fetch_start(const struct fetch_plan *plan, struct fetch *ret)
{
	int pair[2];
	pid_t pid;

	if (pipe2(pair, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		be_child(plan, pair[1]);
	(void)close(pair[1]);
	if (pid < 0) {
		(void)close(pair[0]);
		return -errno;
	}
	(void)fcntl(pair[0], F_SETFL, O_NONBLOCK);
	*ret = (struct fetch){ .pid = pid, .fd = pair[0] };
	return 0;
}

void fetch_stop(struct fetch *fetch)
{
	if (fetch->pid > 0) {
		(void)kill(fetch->pid, SIGKILL);
		while (waitpid(fetch->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (fetch->fd >= 0)
		(void)close(fetch->fd);
	free(fetch->bytes);
	*fetch = (struct fetch)FETCH_NONE;
}

/* What a child that went wrong may have left: no text without an end, no pointer of its own. */
static void end_texts(struct fetch_result *result)
{
	struct place *place = &result->place;
	char *const texts[] = {
		&place->text[sizeof place->text - 1],
		&place->how[sizeof place->how - 1],
		&place->from[sizeof place->from - 1],
		&place->zone[sizeof place->zone - 1],
		&place->country[sizeof place->country - 1],
		&place->iso2[sizeof place->iso2 - 1],
		&place->state[sizeof place->state - 1],
		&place->cloud[sizeof place->cloud - 1],
		&place->cloud_region[sizeof place->cloud_region - 1],
		&place->note[sizeof place->note - 1],
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		*texts[i] = '\0';
	for (int i = 0; i < 2; i++) {
		struct intensity_series *series = &result->series[i];

		series->points = NULL;
		series->signal = (enum signal)i;
		series->provider[sizeof series->provider - 1] = '\0';
		series->zone[sizeof series->zone - 1] = '\0';
		series->basis[sizeof series->basis - 1] = '\0';
	}
	for (size_t i = 0; i < FETCH_TROUBLES; i++) {
		struct fetch_trouble *trouble = &result->trouble[i];

		trouble->code[sizeof trouble->code - 1] = '\0';
		trouble->text[sizeof trouble->text - 1] = '\0';
	}
}

/* The answer out of its bytes. What does not add up is no answer. */
static int unpack(const struct fetch *fetch, struct fetch_result *ret)
{
	CLEANUP(fetch_result_done) struct fetch_result result;
	size_t at = sizeof result;

	memset(&result, 0, sizeof result);
	if (fetch->size < sizeof result)
		return -EPIPE;
	memcpy(&result, fetch->bytes, sizeof result);
	end_texts(&result);
	if (result.trouble_count > FETCH_TROUBLES)
		return -EPIPE;
	for (int i = 0; i < 2; i++) {
		struct intensity_series *series = &result.series[i];
		size_t size = series->count * sizeof *series->points;

		series->room = series->count;
		if (series->count > FETCH_POINTS_MAX || fetch->size - at < size)
			return -EPIPE;
		series->points = size > 0 ? malloc(size) : NULL;
		if (size > 0 && !series->points)
			return -ENOMEM;
		if (size > 0)
			memcpy(series->points, fetch->bytes + at, size);
		at += size;
	}
	*ret = result;
	memset(&result, 0, sizeof result);
	return 0;
}

static int make_room(struct fetch *fetch)
{
	size_t most = sizeof(struct fetch_result) +
		      2 * FETCH_POINTS_MAX * sizeof(struct intensity_point);
	size_t room = fetch->room ? 2 * fetch->room : (size_t)64 << 10;
	char *bytes;

	if (fetch->size < fetch->room)
		return 0;
	bytes = fetch->room > most ? NULL : realloc(fetch->bytes, room);
	if (!bytes)
		return -ENOMEM;
	fetch->bytes = bytes;
	fetch->room = room;
	return 0;
}

int fetch_take(struct fetch *fetch, struct fetch_result *ret)
{
	int r = 0;

	while (r == 0) {
		ssize_t n;

		r = make_room(fetch);
		if (r < 0)
			break;
		n = read(fetch->fd, fetch->bytes + fetch->size,
			 fetch->room - fetch->size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return -EAGAIN;
		if (n < 0)
			r = -errno;
		if (n <= 0)
			break;
		fetch->size += (size_t)n;
	}
	if (r == 0)
		r = unpack(fetch, ret);
	fetch_stop(fetch);
	return r < 0 ? -EPIPE : 0;
}
