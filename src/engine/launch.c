/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "activity/reserve.h"
#include "base/parse.h"
#include "base/process.h"
#include "engine/message.h"
#include "engine/outlook.h"
#include "engine/tracker.h"
#include "place/factor.h"
#include "report/json-value.h"

void launch_done(struct launch *launch)
{
	run_info_done(&launch->info);
	close_fd(&launch->control_fd);
	close_fd(&launch->link_fd);
	close_fd(&launch->aside_fd);
	close_fd(&launch->root_fd);
	close_fd(&launch->cut_fd);
	if (*launch->control_path)
		(void)unlink(launch->control_path);
}

/* --- what is known before the start ------------------------------------------------------- */

static void make_id(const struct host *here, char *buf, size_t size)
{
	time_t now = (time_t)(host_clock_ns(here, HOST_REALTIME) / NS_PER_S);
	unsigned char random[4] = { 0 };
	struct tm tm;
	char date[24] = "";

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		random[0] = (unsigned char)getpid();
	if (gmtime_r(&now, &tm))
		(void)strftime(date, sizeof date, "%Y%m%dT%H%M%S", &tm);
	(void)snprintf(buf, size, "%s-%02x%02x%02x%02x", date, random[0], random[1],
		       random[2], random[3]);
}

static int take_tags(struct launch *launch)
{
	const char *const *tags = launch->opts->tags;

	for (; tags && *tags; tags++) {
		struct run_tag *tag = &launch->tags[launch->tag_count];
		const char *equals = strchr(*tags, '=');

		if (!equals || equals == *tags ||
		    (size_t)(equals - *tags) >= sizeof tag->key)
			return diag_say(&launch->gramme->diag, -EINVAL,
					"the tag '%.60s' is not key=value", *tags);
		if (launch->tag_count == TAGS_MAX)
			return diag_say(&launch->gramme->diag, -EINVAL,
					"more than %d tags", TAGS_MAX);
		memcpy(tag->key, *tags, (size_t)(equals - *tags));
		(void)copy_text(tag->value, sizeof tag->value, equals + 1);
		launch->tag_count++;
	}
	return 0;
}

/* Kept with the run, so that whoever looks at it while it goes on knows it. */
static int take_expected(struct launch *launch)
{
	struct run_tag *tag = &launch->tags[launch->tag_count];

	if (launch->opts->expect_ns == 0)
		return 0;
	if (launch->opts->expect_ns < 0)
		return diag_say(&launch->gramme->diag, -EINVAL,
				"no run takes less than no time");
	if (launch->tag_count == TAGS_MAX)
		return diag_say(&launch->gramme->diag, -EINVAL, "more than %d tags",
				TAGS_MAX);
	(void)copy_text(tag->key, sizeof tag->key, OUTLOOK_TAG);
	(void)snprintf(tag->value, sizeof tag->value, "%.12g s",
		       (double)launch->opts->expect_ns / 1e9);
	launch->tag_count++;
	return 0;
}

static const char *either(const char *option, const struct config *config,
			  enum config_key key)
{
	return option ? option : config->value[key].text;
}

/* A number that stands in a configuration and is none is the run's warning: the job comes
 * first. */
static void take_settings(struct launch *launch)
{
	struct config *config = &launch->gramme->config;
	struct run_info *info = &launch->info;
	struct diag diag = { 0 };

	info->period_ns = NS_PER_S;
	if (config_period_ns(config, &info->period_ns, &diag) < 0)
		config_doubt(config, diag.text);
	if (config_pue(config, &info->pue, &diag) < 0)
		config_doubt(config, diag.text);
	else
		(void)copy_text(info->pue_source, sizeof info->pue_source,
				config->value[CONFIG_PUE].from);
}

/* One that was typed just now is a mistake. */
static int take_numbers(struct launch *launch)
{
	struct gramme *gramme = launch->gramme;
	struct run_info *info = &launch->info;

	take_settings(launch);
	if (launch->opts->period_ns > 0)
		info->period_ns = launch->opts->period_ns;
	if (info->period_ns < NS_PER_MS || info->period_ns > 3600 * NS_PER_S)
		return diag_say(&gramme->diag, -ERANGE,
				"the period is not from 1ms to 1h");
	if (launch->opts->pue != 0) {
		if (!(launch->opts->pue >= 1 && launch->opts->pue <= 10))
			return diag_say(&gramme->diag, -ERANGE,
					"the PUE %g is not a number from 1 to 10",
					launch->opts->pue);
		info->pue = launch->opts->pue;
		(void)copy_text(info->pue_source, sizeof info->pue_source, "option");
	}
	return 0;
}

/* The same of a place; whether the configuration's is one the sampler finds out. */
static int take_region(struct launch *launch)
{
	const struct config_value *set = &launch->gramme->config.value[CONFIG_REGION];
	const char *option = launch->opts->region;
	struct run_info *info = &launch->info;
	struct tables *tables;
	struct place place;

	if (!option) {
		(void)copy_text(info->region, sizeof info->region, set->text);
		(void)copy_text(info->region_how, sizeof info->region_how,
				info->region[0] ? "config" : "");
		(void)copy_text(info->region_from, sizeof info->region_from,
				info->region[0] ? set->from : "");
		return 0;
	}
	(void)copy_text(info->region, sizeof info->region, option);
	(void)copy_text(info->region_how, sizeof info->region_how, "option");
	(void)copy_text(info->region_from, sizeof info->region_from, "option");
	tables = context_tables(launch->gramme);
	return tables ? place_of_text(tables, option, &launch->gramme->diag, &place) : 0;
}

int launch_prepare(struct launch *launch, const char *how, const char *name)
{
	struct config *config = &launch->gramme->config;
	struct run_info *info = &launch->info;
	const struct gramme_run_opts *opts = launch->opts;
	int r = take_numbers(launch);

	if (r == 0)
		r = take_tags(launch);
	if (r == 0)
		r = take_expected(launch);
	if (r == 0)
		r = take_region(launch);
	if (r == 0 && opts->budget)
		r = budget_of_text(opts->budget, opts->budget_do, &launch->gramme->diag,
				   &launch->budget);
	if (r < 0)
		return r;
	make_id(&launch->gramme->here, info->id, sizeof info->id);
	(void)copy_text(info->how, sizeof info->how, how);
	(void)copy_text(info->name, sizeof info->name, opts->name ? opts->name : name);
	(void)copy_text(info->experiment, sizeof info->experiment,
			either(opts->experiment, config, CONFIG_EXPERIMENT));
	(void)copy_text(info->project, sizeof info->project,
			either(opts->project, config, CONFIG_PROJECT));
	(void)copy_text(info->version, sizeof info->version, GRAMME_VERSION);
	process_boot_id(&launch->gramme->here, info->boot_id, sizeof info->boot_id);
	(void)copy_text(info->zone, sizeof info->zone, getenv("TZ") ? getenv("TZ") : "");
	info->directory = getcwd(NULL, 0);
	info->state = RUN_RUNNING;
	info->attributed_j = -1;
	info->machine_j = -1;
	return 0;
}

/* The socket's mode is that of its descriptor, less the umask: nobody else's while it is made. */
static bool open_control_in(struct launch *launch, const char *folder)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int n = snprintf(address.sun_path, sizeof address.sun_path, "%s/gramme-%s.sock",
			 folder, launch->info.id);

	if (fd < 0 || n < 0 || (size_t)n >= sizeof address.sun_path ||
	    fchmod(fd, 0600) < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof address) < 0)
		return false;
	launch->control_fd = STEAL_FD(fd);
	(void)copy_text(launch->control_path, sizeof launch->control_path,
			address.sun_path);
	return true;
}

/* A socket by which the run's own processes can send marks. Without one nothing is lost. */
void launch_open_control(struct launch *launch)
{
	const char *folder = getenv("XDG_RUNTIME_DIR");

	if (!folder || *folder != '/' || !open_control_in(launch, folder))
		(void)open_control_in(launch, "/tmp");
}

/* --- the sampler's process ---------------------------------------------------------------- */

int launch_start_tracker(struct launch *launch, const char *program, bool ends_with_root)
{
	struct tracker_plan plan = {
		.host = &launch->gramme->host,
		.here = &launch->gramme->here,
		.config = &launch->gramme->config,
		.tables = launch->gramme->tables,
		.db = launch->gramme->config.value[CONFIG_DB].text,
		.info = &launch->info,
		.tags = launch->tags,
		.tag_count = launch->tag_count,
		.scope = launch->scope,
		.program = program,
		.ends_pid =
			launch->ends_pid > 0 ? launch->ends_pid : launch->scope.root_pid,
		.ends_with_root = ends_with_root,
		.root_fd = launch->root_fd,
		.aside_fd = launch->aside_fd,
		.control_fd = launch->control_fd,
		.control_path = launch->control_path,
		.live = launch->live,
		.expected_s = (double)launch->opts->expect_ns / 1e9,
		.budget = launch->budget,
		.live_when_asked = launch->given_fd >= 0,
	};
	int pair[2] = { -1, launch->given_fd };
	pid_t pid;

	if (launch->given_fd < 0 &&
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	(void)!reserve_of(&launch->gramme->here, &launch->scope, &launch->info.reserve);
	pid = process_fork_detached();
	if (pid == 0) {
		plan.link_fd = pair[1];
		_exit(tracker_main(&plan));
	}
	(void)close(pair[1]);
	launch->given_fd = -1;
	if (pid < 0) {
		close_fd(&pair[0]);
		return (int)pid;
	}
	launch->link_fd = pair[0];
	launch->tracker_pid = pid;
	return 0;
}

void launch_wait_ready(struct launch *launch)
{
	const struct host *here = &launch->gramme->here;
	struct message message = { 0 };
	int64_t deadline_ns = host_now_ns(here) + LAUNCH_READY_NS;

	if (launch->link_fd >= 0)
		(void)!message_receive(here, launch->link_fd, deadline_ns, &message);
	message_done(&message);
}

void launch_trouble(struct launch *launch, const char *text)
{
	strbuf_printf(launch->trouble, "%s%s", launch->trouble->len ? "\n" : "", text);
}

/* A byte that says whether the budget is passed, then the sentence. */
static void take_notice(struct launch *launch, const struct message *message)
{
	const struct gramme_run_opts *opts = launch->opts;

	if (message->size < 2)
		return;
	launch->over_budget = launch->over_budget || message->bytes[0] == '!';
	if (opts->notice)
		opts->notice(opts->notice_ctx, message->bytes + 1);
}

bool launch_take_result(struct launch *launch, struct message *message,
			struct gramme_run_result *ret)
{
	char **to = NULL;

	switch (message->kind) {
	case MESSAGE_ID:
		to = &ret->id;
		break;
	case MESSAGE_SUMMARY:
		to = &ret->summary;
		break;
	case MESSAGE_JSON:
		to = &ret->json;
		break;
	case MESSAGE_TROUBLE:
		launch_trouble(launch, message->bytes);
		break;
	case MESSAGE_NOTICE:
		take_notice(launch, message);
		break;
	case MESSAGE_DONE:
		return true;
	case MESSAGE_READY:
	case MESSAGE_BELL:
	case MESSAGE_END:
	case MESSAGE_ABORT:
	case MESSAGE_STOP:
	case MESSAGE_MARK:
	case MESSAGE_METRIC:
	case MESSAGE_WORK:
	case MESSAGE_TAG:
	case MESSAGE_WARNING:
	case MESSAGE_ASK:
	case MESSAGE_PROGRESS:
	case MESSAGE_LIVE:
	default:
		break;
	}
	if (to) {
		free(*to);
		*to = STEAL(message->bytes);
	}
	return false;
}

/* Until the sampler says something; -ECANCELED when we are told not to wait. */
static int wait_message(const struct launch *launch, int64_t deadline_ns)
{
	struct wait_fd wait[] = { { launch->link_fd, false }, { launch->cut_fd, false } };
	int r;

	do
		r = wait_until(&launch->gramme->here, wait, ARRAY_SIZE(wait),
			       deadline_ns);
	while (r == -EINTR);
	if (r < 0 || wait[0].ready)
		return r < 0 ? r : 0;
	return wait[1].ready ? -ECANCELED : -ETIMEDOUT;
}

static const char *why_no_result(int err)
{
	if (err == -ECANCELED)
		return "not waited for the numbers; gramme show last will tell them";
	if (err == -ETIMEDOUT)
		return "the sampler is slow; gramme show last will tell when it is done";
	return "the sampler's process was lost; what it had written is in the ledger as "
	       "interrupted";
}

void launch_wait_result(struct launch *launch, struct gramme_run_result *ret)
{
	const struct host *here = &launch->gramme->here;
	int64_t deadline_ns = host_now_ns(here) + LAUNCH_DONE_NS;
	bool done = launch->link_fd < 0 || launch->told_all;

	while (!done) {
		struct message message = { 0 };
		int r = wait_message(launch, deadline_ns);

		if (r == 0)
			r = message_receive(here, launch->link_fd, deadline_ns, &message);
		if (r == -EINTR)
			continue;
		/* A sampler that goes on still reads the folder, and removes it itself. */
		if (r == -ETIMEDOUT || r == -ECANCELED)
			launch->scope.cgroup[0] = '\0';
		if (r < 0) {
			launch_trouble(launch, why_no_result(r));
			break;
		}
		done = launch_take_result(launch, &message, ret);
		message_done(&message);
	}
}

void launch_init(struct launch *launch, struct gramme *gramme,
		 const struct gramme_run_opts *opts, struct strbuf *trouble)
{
	memset(launch, 0, sizeof *launch);
	launch->gramme = gramme;
	launch->opts = opts;
	launch->trouble = trouble;
	launch->control_fd = -1;
	launch->link_fd = -1;
	launch->given_fd = -1;
	launch->aside_fd = -1;
	launch->root_fd = -1;
	launch->cut_fd = -1;
}

void launch_give_trouble(struct launch *launch, struct gramme_run_result *ret)
{
	if (launch->trouble->len > 0)
		(void)!strbuf_steal(launch->trouble, &ret->trouble);
}
