/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "activity/cgroup-path.h"
#include "activity/reserve.h"
#include "base/parse.h"
#include "base/process.h"
#include "engine/message.h"
#include "engine/tracker.h"

#define TAGS_MAX 64

/* Everything of one launch; lives on in the sampler's process after the fork. */
struct launch {
	struct gramme *gramme;
	const struct gramme_run_opts *opts;
	struct run_info info;
	struct run_tag tags[TAGS_MAX];
	size_t tag_count;
	struct scope scope;
	char control_path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int control_fd;
	int link_fd;
	int root_fd;
	struct strbuf *trouble;
};

static void launch_done(struct launch *launch)
{
	run_info_done(&launch->info);
	close_fd(&launch->control_fd);
	close_fd(&launch->link_fd);
	close_fd(&launch->root_fd);
}

/* --- what is known before the start ------------------------------------------------------- */

static void make_id(const struct host *here, char *buf, size_t size)
{
	time_t now = (time_t)(host_clock_ns(here, HOST_REALTIME) / NS_PER_S);
	unsigned char random[3] = { 0 };
	struct tm tm;
	char date[24] = "";

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		random[0] = (unsigned char)getpid();
	if (gmtime_r(&now, &tm))
		(void)strftime(date, sizeof date, "%Y%m%dT%H%M%S", &tm);
	(void)snprintf(buf, size, "%s-%02x%02x%02x", date, random[0], random[1],
		       random[2]);
}

static char *command_json(char *const argv[])
{
	json_t *array = json_array();
	char *text;

	for (size_t i = 0; argv[i]; i++) {
		json_t *word = json_string(argv[i]);

		/* What is not UTF-8 is kept byte by byte as Latin-1: shown, never executed. */
		if (!word) {
			char wide[1024];
			size_t used = 0;

			for (const unsigned char *p = (const unsigned char *)argv[i];
			     *p && used < sizeof wide - 3; p++) {
				if (*p >= 0x80)
					wide[used++] = (char)(0xc0 | (*p >> 6));
				wide[used++] =
					(char)(*p >= 0x80 ? 0x80 | (*p & 0x3f) : *p);
			}
			wide[used] = '\0';
			word = json_string(wide);
		}
		(void)json_array_append_new(array, word);
	}
	text = json_dumps(array, JSON_COMPACT);
	json_decref(array);
	return text;
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

static const char *either(const char *option, const struct config *config,
			  enum config_key key)
{
	return option ? option : config->value[key].text;
}

static int take_numbers(struct launch *launch)
{
	struct gramme *gramme = launch->gramme;
	struct run_info *info = &launch->info;
	int r = config_period_ns(&gramme->config, &info->period_ns, &gramme->diag);

	if (r == 0)
		r = config_pue(&gramme->config, &info->pue, &gramme->diag);
	if (r < 0)
		return r;
	(void)copy_text(info->pue_source, sizeof info->pue_source,
			gramme->config.value[CONFIG_PUE].from);
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

static int prepare(struct launch *launch, const char *how, const char *name)
{
	struct config *config = &launch->gramme->config;
	struct run_info *info = &launch->info;
	const struct gramme_run_opts *opts = launch->opts;
	int r = take_numbers(launch);

	if (r == 0)
		r = take_tags(launch);
	if (r < 0)
		return r;
	make_id(&launch->gramme->here, info->id, sizeof info->id);
	(void)copy_text(info->how, sizeof info->how, how);
	(void)copy_text(info->name, sizeof info->name, opts->name ? opts->name : name);
	(void)copy_text(info->experiment, sizeof info->experiment,
			either(opts->experiment, config, CONFIG_EXPERIMENT));
	(void)copy_text(info->project, sizeof info->project,
			either(opts->project, config, CONFIG_PROJECT));
	(void)copy_text(info->region, sizeof info->region,
			either(opts->region, config, CONFIG_REGION));
	(void)copy_text(info->region_how, sizeof info->region_how,
			opts->region      ? "option"
			: info->region[0] ? "config"
					  : "");
	(void)copy_text(info->version, sizeof info->version, GRAMME_VERSION);
	process_boot_id(&launch->gramme->here, info->boot_id, sizeof info->boot_id);
	(void)copy_text(info->zone, sizeof info->zone, getenv("TZ") ? getenv("TZ") : "");
	info->directory = getcwd(NULL, 0);
	info->state = RUN_RUNNING;
	info->attributed_j = -1;
	info->machine_j = -1;
	return 0;
}

/* A socket by which the run's own processes can send marks. Without one nothing is lost. */
static void open_control(struct launch *launch)
{
	const char *folder = getenv("XDG_RUNTIME_DIR");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	mode_t mask;
	int n = snprintf(address.sun_path, sizeof address.sun_path, "%s/gramme-%s.sock",
			 folder && *folder ? folder : "/tmp", launch->info.id);

	if (fd < 0 || n < 0 || (size_t)n >= sizeof address.sun_path) {
		close_fd(&fd);
		return;
	}
	mask = umask(0177);
	if (bind(fd, (const struct sockaddr *)&address, sizeof address) == 0) {
		launch->control_fd = STEAL_FD(fd);
		(void)copy_text(launch->control_path, sizeof launch->control_path,
				address.sun_path);
	}
	(void)umask(mask);
	close_fd(&fd);
}

/* --- the sampler's process ---------------------------------------------------------------- */

static int start_tracker(struct launch *launch, const char *program, bool ends_with_root)
{
	struct tracker_plan plan = {
		.host = &launch->gramme->host,
		.here = &launch->gramme->here,
		.db = launch->gramme->config.value[CONFIG_DB].text,
		.info = &launch->info,
		.tags = launch->tags,
		.tag_count = launch->tag_count,
		.scope = launch->scope,
		.program = program,
		.ends_with_root = ends_with_root,
		.root_fd = launch->root_fd,
		.control_fd = launch->control_fd,
		.control_path = launch->control_path,
	};
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	(void)!reserve_of(&launch->gramme->here, &launch->scope, &launch->info.reserve);
	pid = process_fork_detached();
	if (pid == 0) {
		plan.link_fd = pair[1];
		_exit(tracker_main(&plan));
	}
	(void)close(pair[1]);
	launch->link_fd = pair[0];
	return pid < 0 ? (int)pid : 0;
}

static void wait_ready(struct launch *launch)
{
	const struct host *here = &launch->gramme->here;
	struct message message = { 0 };
	int64_t deadline_ns = host_now_ns(here) + LAUNCH_READY_NS;

	if (launch->link_fd >= 0)
		(void)!message_receive(here, launch->link_fd, deadline_ns, &message);
	message_done(&message);
}

static void add_trouble(struct launch *launch, const char *text)
{
	strbuf_printf(launch->trouble, "%s%s", launch->trouble->len ? "\n" : "", text);
}

/* Takes one of the last messages in; true when nothing more will come. */
static bool take_result(struct launch *launch, struct message *message,
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
		add_trouble(launch, message->bytes);
		break;
	case MESSAGE_DONE:
		return true;
	case MESSAGE_READY:
	case MESSAGE_END:
	case MESSAGE_ABORT:
	case MESSAGE_STOP:
	case MESSAGE_MARK:
	case MESSAGE_METRIC:
	default:
		break;
	}
	if (to) {
		free(*to);
		*to = STEAL(message->bytes);
	}
	return false;
}

static void wait_result(struct launch *launch, struct gramme_run_result *ret)
{
	const struct host *here = &launch->gramme->here;
	int64_t deadline_ns = host_now_ns(here) + LAUNCH_DONE_NS;
	bool done = launch->link_fd < 0;

	while (!done) {
		struct message message = { 0 };
		int r = message_receive(here, launch->link_fd, deadline_ns, &message);

		if (r == -EINTR)
			continue;
		if (r < 0) {
			add_trouble(
				launch,
				r == -ETIMEDOUT
					? "the sampler is slow; gramme show last "
					  "will tell when it is done"
					: "the sampler's process was lost; what it had "
					  "written is in the ledger as interrupted");
			break;
		}
		done = take_result(launch, &message, ret);
		message_done(&message);
	}
	if (*launch->control_path)
		(void)unlink(launch->control_path);
}

/* --- the command -------------------------------------------------------------------------- */

struct child {
	pid_t pid;
	int gate_fd;  /* closing it lets the command go */
	int error_fd; /* brings the errno of a failed exec */
};

static void enter_cgroup(const struct launch *launch)
{
	char path[sizeof launch->scope.cgroup + 16];
	AUTO_CLOSE int fd = -1;

	if (launch->scope.cgroup[0] == '\0')
		return;
	(void)snprintf(path, sizeof path, "%s/cgroup.procs", launch->scope.cgroup);
	fd = host_open(&launch->gramme->here, path, O_WRONLY);
	if (fd >= 0)
		(void)!write(fd, "0", 1);
}

static _Noreturn void be_command(const struct launch *launch, const int gate[2],
				 const int error[2], char *const argv[],
				 const sigset_t *mask)
{
	char byte;
	int err;

	(void)close(gate[1]);
	(void)close(error[0]);
	enter_cgroup(launch);
	while (read(gate[0], &byte, 1) < 0 && errno == EINTR)
		;
	if (launch->control_path[0] != '\0')
		(void)setenv("GRAMME_CONTROL", launch->control_path, 1);
	(void)setenv("GRAMME_RUN_ID", launch->info.id, 1);
	(void)sigprocmask(SIG_SETMASK, mask, NULL);
	(void)execvp(argv[0], argv);
	err = errno;
	(void)!write(error[1], &err, sizeof err);
	_exit(err == ENOENT ? 127 : 126);
}

static int fork_command(struct launch *launch, char *const argv[], const sigset_t *mask,
			struct child *ret)
{
	int gate[2];
	int error[2];
	pid_t pid;

	if (pipe2(gate, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(error, O_CLOEXEC) < 0) {
		int r = -errno;

		(void)close(gate[0]);
		(void)close(gate[1]);
		return r;
	}
	pid = fork();
	if (pid == 0)
		be_command(launch, gate, error, argv, mask);
	(void)close(gate[0]);
	(void)close(error[1]);
	if (pid < 0) {
		int r = -errno;

		(void)close(gate[1]);
		(void)close(error[0]);
		return r;
	}
	*ret = (struct child){ pid, gate[1], error[0] };
	return 0;
}

/* Lets the command go. 0 when it began, else the negative errno of its exec. */
static int open_gate(struct child *child)
{
	int err = 0;
	ssize_t n;

	(void)close(child->gate_fd);
	do
		n = read(child->error_fd, &err, sizeof err);
	while (n < 0 && errno == EINTR);
	(void)close(child->error_fd);
	return n == (ssize_t)sizeof err ? -err : 0;
}

static int shell_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/*
 * Signals from the terminal reach the command by themselves, as it is in the same group; what
 * a process sent to this one alone is passed on.
 */
static void pass_on(const siginfo_t *info, pid_t pid)
{
	if (info->si_code <= 0)
		(void)kill(pid, info->si_signo);
}

/* Reaps all that has ended. True when the command has (or, with tree, nothing is left). */
static bool reap(pid_t command, bool tree, int *status, bool *ended)
{
	int one;
	pid_t pid;

	while ((pid = waitpid(-1, &one, WNOHANG)) > 0) {
		if (pid == command) {
			*status = one;
			*ended = true;
		}
	}
	return *ended && (!tree || (pid < 0 && errno == ECHILD));
}

static int wait_command(pid_t pid, bool tree, const sigset_t *blocked)
{
	int status = 0;
	bool ended = false;

	while (!reap(pid, tree, &status, &ended)) {
		siginfo_t info;

		if (sigwaitinfo(blocked, &info) > 0 && info.si_signo != SIGCHLD)
			pass_on(&info, pid);
	}
	return shell_status(status);
}

/* All but those that stop a process, so that ^Z and fg work as ever, and the deadly ones. */
static void block_signals(sigset_t *ret_blocked, sigset_t *ret_before)
{
	static const int passed[] = { SIGCHLD, SIGINT,  SIGTERM, SIGHUP,  SIGQUIT,
				      SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH };

	(void)sigemptyset(ret_blocked);
	for (size_t i = 0; i < ARRAY_SIZE(passed); i++)
		(void)sigaddset(ret_blocked, passed[i]);
	(void)sigprocmask(SIG_BLOCK, ret_blocked, ret_before);
}

static void make_scope(struct launch *launch)
{
	const struct gramme_run_opts *opts = launch->opts;
	struct diag ignored = { 0 };

	launch->scope.cgroup[0] = '\0';
	if (opts->flags & GRAMME_RUN_NO_CGROUP)
		return;
	if (cgroup_make(&launch->gramme->here, launch->info.id, &ignored,
			launch->scope.cgroup, sizeof launch->scope.cgroup) < 0)
		launch->scope.cgroup[0] = '\0';
}

/* The sampler is born before orphans are adopted, or it would be adopted too. */
static void start_measuring(struct launch *launch, struct child *child,
			    const char *program)
{
	bool tree = launch->opts->flags & GRAMME_RUN_WAIT_TREE;
	int r;

	launch->scope.root_pid = child->pid;
	launch->scope.launcher_pid = getpid();
	launch->info.root_pid = child->pid;
	launch->root_fd = process_watch(child->pid);
	r = start_tracker(launch, program, !tree);
	if (r < 0)
		add_trouble(launch,
			    "the sampler could not be started; nothing is measured");
	if (tree || launch->scope.cgroup[0] == '\0')
		(void)!process_adopt_orphans(true);
	if (r == 0)
		wait_ready(launch);
}

static void end_measuring(struct launch *launch, int exit_status, uint64_t cpu_before_ns,
			  struct gramme_run_result *ret)
{
	struct message_end end = {
		.exit_status = exit_status,
		.has_children_cpu = 1,
		.children_cpu_ns = process_children_cpu_ns() - cpu_before_ns,
	};

	if (launch->link_fd >= 0)
		(void)!message_send(launch->link_fd, MESSAGE_END, &end, sizeof end);
	wait_result(launch, ret);
}

static int not_begun(struct launch *launch, int err, const char *program,
		     struct gramme_run_result *ret)
{
	if (launch->link_fd >= 0)
		(void)!message_send(launch->link_fd, MESSAGE_ABORT, NULL, 0);
	if (*launch->control_path)
		(void)unlink(launch->control_path);
	ret->exit_status = err == -ENOENT ? 127 : 126;
	return diag_fail(&launch->gramme->diag, err, "cannot run '%.200s'", program);
}

static int run_prepared(struct launch *launch, char *const argv[],
			struct gramme_run_result *ret)
{
	struct child child;
	sigset_t blocked;
	sigset_t before;
	uint64_t cpu_before_ns;
	int r;

	launch->info.command_json = command_json(argv);
	make_scope(launch);
	open_control(launch);
	block_signals(&blocked, &before);
	r = fork_command(launch, argv, &before, &child);
	if (r < 0) {
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
		return diag_fail(&launch->gramme->diag, r, "cannot fork");
	}
	start_measuring(launch, &child, argv[0]);
	cpu_before_ns = process_children_cpu_ns();
	r = open_gate(&child);
	ret->exit_status =
		wait_command(child.pid, launch->opts->flags & GRAMME_RUN_WAIT_TREE,
			     &blocked);
	if (r < 0)
		r = not_begun(launch, r, argv[0], ret);
	else
		end_measuring(launch, ret->exit_status, cpu_before_ns, ret);
	if (launch->scope.cgroup[0] != '\0')
		cgroup_remove(&launch->gramme->here, launch->scope.cgroup);
	(void)process_adopt_orphans(false);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

static void launch_init(struct launch *launch, struct gramme *gramme,
			const struct gramme_run_opts *opts, struct strbuf *trouble)
{
	memset(launch, 0, sizeof *launch);
	launch->gramme = gramme;
	launch->opts = opts;
	launch->trouble = trouble;
	launch->control_fd = -1;
	launch->link_fd = -1;
	launch->root_fd = -1;
}

static void give_trouble(struct launch *launch, struct gramme_run_result *ret)
{
	if (launch->trouble->len > 0)
		(void)!strbuf_steal(launch->trouble, &ret->trouble);
}

int launch_command(struct gramme *gramme, const struct gramme_run_opts *opts,
		   char *const argv[], struct gramme_run_result *ret)
{
	CLEANUP(strbuf_done) struct strbuf trouble = STRBUF_INIT;
	CLEANUP(launch_done) struct launch launch;
	const char *slash = strrchr(argv[0], '/');
	int r;

	launch_init(&launch, gramme, opts, &trouble);
	ret->exit_status = 125;
	r = prepare(&launch, "run", slash ? slash + 1 : argv[0]);
	if (r == 0)
		r = run_prepared(&launch, argv, ret);
	give_trouble(&launch, ret);
	return r;
}

/* --- attach and begin --------------------------------------------------------------------- */

static int watch(struct launch *launch, pid_t pid)
{
	launch->scope.root_pid = pid;
	launch->info.root_pid = pid;
	launch->root_fd = process_watch(pid);
	if (launch->root_fd == -ESRCH || launch->root_fd == -EINVAL)
		return diag_say(&launch->gramme->diag, -ESRCH, "there is no process %d",
				(int)pid);
	if (launch->root_fd < 0)
		return diag_fail(&launch->gramme->diag, launch->root_fd,
				 "cannot watch process %d", (int)pid);
	return 0;
}

static void name_of(const struct host *host, pid_t pid, char *buf, size_t size)
{
	char path[32];

	(void)snprintf(path, sizeof path, "proc/%d/comm", (int)pid);
	if (host_read_line(host, path, buf, size) < 0)
		(void)snprintf(buf, size, "process %d", (int)pid);
}

/* The words of a running process's command line. */
static char *command_of(const struct host *host, pid_t pid)
{
	char path[32];
	char text[4096];
	char *argv[256];
	size_t count = 0;
	ssize_t n;

	(void)snprintf(path, sizeof path, "proc/%d/cmdline", (int)pid);
	n = host_read_text(host, path, text, sizeof text);
	if (n <= 0)
		return NULL;
	for (char *word = text; word < text + n && count < ARRAY_SIZE(argv) - 1;
	     word += strlen(word) + 1)
		argv[count++] = word;
	argv[count] = NULL;
	return command_json(argv);
}

int launch_attach(struct gramme *gramme, const struct gramme_run_opts *opts, pid_t pid,
		  const volatile int *stop, struct gramme_run_result *ret)
{
	CLEANUP(strbuf_done) struct strbuf trouble = STRBUF_INIT;
	CLEANUP(launch_done) struct launch launch;
	char name[RUN_NAME_MAX];
	int r;

	launch_init(&launch, gramme, opts, &trouble);
	ret->exit_status = 125;
	name_of(&gramme->here, pid, name, sizeof name);
	r = watch(&launch, pid);
	if (r == 0)
		r = prepare(&launch, "attach", name);
	if (r < 0)
		return r;
	launch.info.command_json = command_of(&gramme->here, pid);
	r = start_tracker(&launch, NULL, true);
	if (r < 0)
		return diag_fail(&gramme->diag, r, "cannot start the sampler");
	wait_ready(&launch);
	for (;;) {
		struct wait_fd wait[] = { { launch.root_fd, false },
					  { launch.link_fd, false } };

		r = wait_until(&gramme->here, wait, ARRAY_SIZE(wait), INT64_MAX);
		if (r > 0 || (r == -EINTR && stop && *stop))
			break;
	}
	if (r == -EINTR)
		(void)!message_send(launch.link_fd, MESSAGE_STOP, NULL, 0);
	wait_result(&launch, ret);
	ret->exit_status = 0;
	give_trouble(&launch, ret);
	return 0;
}

int launch_begin(struct gramme *gramme, const struct gramme_run_opts *opts,
		 struct gramme_run **ret)
{
	CLEANUP(strbuf_done) struct strbuf trouble = STRBUF_INIT;
	CLEANUP(launch_done) struct launch launch;
	char name[RUN_NAME_MAX];
	struct gramme_run *run;
	int r;

	launch_init(&launch, gramme, opts, &trouble);
	name_of(&gramme->here, getpid(), name, sizeof name);
	r = watch(&launch, getpid());
	if (r == 0)
		r = prepare(&launch, "begin", name);
	if (r < 0)
		return r;
	launch.info.command_json = command_of(&gramme->here, getpid());
	run = calloc(1, sizeof *run);
	if (!run)
		return diag_fail(&gramme->diag, -ENOMEM, "cannot begin a run");
	r = start_tracker(&launch, NULL, true);
	if (r < 0) {
		free(run);
		return diag_fail(&gramme->diag, r, "cannot start the sampler");
	}
	wait_ready(&launch);
	run->gramme = gramme;
	run->pid = getpid();
	run->link_fd = STEAL_FD(launch.link_fd);
	*ret = run;
	return 0;
}

int launch_end(struct gramme_run *run, int exit_status, struct gramme_run_result *ret)
{
	CLEANUP(strbuf_done) struct strbuf trouble = STRBUF_INIT;
	CLEANUP(launch_done) struct launch launch;
	struct message_end end = { .exit_status = exit_status };
	struct gramme_run_result unused = { 0 };

	launch_init(&launch, run->gramme, NULL, &trouble);
	launch.link_fd = run->link_fd;
	(void)!message_send(launch.link_fd, MESSAGE_END, &end, sizeof end);
	wait_result(&launch, ret ? ret : &unused);
	if (ret) {
		ret->exit_status = exit_status;
		give_trouble(&launch, ret);
	}
	gramme_run_result_done(&unused);
	free(run);
	return 0;
}
