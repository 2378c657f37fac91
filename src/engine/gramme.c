/* SPDX-License-Identifier: Apache-2.0 */
/* The context and the tracking calls of gramme.h. The ledger's are in ledger-calls.c, the
 * machine's in doctor.c. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/parse.h"
#include "engine/context.h"
#include "engine/launch.h"
#include "engine/told.h"

const char *gramme_version(void)
{
	return GRAMME_VERSION;
}

int context_check_own(struct gramme *gramme)
{
	if (!gramme)
		return -EINVAL;
	if (gramme->pid != getpid())
		return -ECHILD;
	diag_clear(&gramme->diag);
	return 0;
}

int context_check(struct gramme *gramme)
{
	int r = context_check_own(gramme);

	if (r == 0 && gramme->config_err < 0)
		r = diag_say(&gramme->diag, gramme->config_err, "%s",
			     gramme->config.doubts[0]);
	return r;
}

/* The sampler's process and the caller may change folder: names are made absolute once. */
static void make_absolute(struct config *config)
{
	struct config_value *db = &config->value[CONFIG_DB];
	char from[sizeof db->from];
	char path[sizeof db->text];
	AUTO_FREE char *folder = NULL;

	if (db->text[0] == '/' || db->text[0] == '\0')
		return;
	folder = getcwd(NULL, 0);
	if (!folder ||
	    snprintf(path, sizeof path, "%s/%s", folder, db->text) >= (int)sizeof path)
		return;
	(void)copy_text(from, sizeof from, db->from);
	config_set(config, CONFIG_DB, path, from);
}

int context_format(struct gramme *gramme, const char *format, char *const *ret)
{
	int r = context_check(gramme);

	if (r < 0)
		return r;
	if (!ret || !format ||
	    (strcmp(format, "text") != 0 && strcmp(format, "json") != 0))
		return diag_say(&gramme->diag, -EINVAL, "the form is text or json");
	return 0;
}

void context_opts(void *own, size_t own_size, const void *given, size_t given_size)
{
	memset(own, 0, own_size);
	if (given)
		memcpy(own, given, given_size < own_size ? given_size : own_size);
}

struct tables *context_tables(struct gramme *gramme)
{
	if (!gramme->tables)
		(void)!tables_new(gramme->config.value[CONFIG_TABLES].text,
				  &gramme->tables);
	return gramme->tables;
}

/* A file that was named and is not there is a mistake of just now. What is not understood in
 * one is for each call to say: a run goes on without it. */
static int load_settings(struct gramme *gramme, const struct gramme_opts *opts)
{
	int r = config_load(&gramme->config, opts->config, &gramme->diag);

	if (r < 0 && (r == -EPROTO || !opts->config)) {
		gramme->config_err = r;
		diag_clear(&gramme->diag);
		r = 0;
	}
	if (opts->db)
		config_set(&gramme->config, CONFIG_DB, opts->db, "option");
	if (opts->offline)
		config_set(&gramme->config, CONFIG_OFFLINE, "1", "option");
	make_absolute(&gramme->config);
	return r;
}

int gramme_new(const struct gramme_opts *given, struct gramme **ret)
{
	struct gramme_opts opts;
	struct gramme *gramme;
	int r;

	if (!ret)
		return -EINVAL;
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	gramme = calloc(1, sizeof *gramme);
	if (!gramme)
		return -ENOMEM;
	gramme->pid = getpid();
	gramme->host.root_fd = -1;
	gramme->here.root_fd = -1;
	*ret = gramme;
	r = host_init(&gramme->here, NULL);
	if (r == 0)
		r = host_init(&gramme->host, opts.sysroot);
	if (r < 0)
		return diag_fail(&gramme->diag, r, "cannot use %s as a machine's root",
				 opts.sysroot ? opts.sysroot : "/");
	return load_settings(gramme, &opts);
}

void gramme_free(struct gramme *gramme)
{
	if (!gramme)
		return;
	host_done(&gramme->host);
	host_done(&gramme->here);
	tables_free(gramme->tables);
	free(gramme);
}

const char *gramme_error(const struct gramme *gramme)
{
	return gramme ? gramme->diag.text : "";
}

const char *gramme_error_fix(const struct gramme *gramme)
{
	return gramme ? gramme->diag.fix : "";
}

void gramme_run_result_done(struct gramme_run_result *result)
{
	if (!result)
		return;
	free(result->id);
	free(result->summary);
	free(result->json);
	free(result->trouble);
	memset(result, 0, sizeof *result);
}

int gramme_run_command(struct gramme *gramme, const struct gramme_run_opts *given,
		       char *const argv[], struct gramme_run_result *ret)
{
	struct gramme_run_opts opts;
	int r = context_check_own(gramme);

	if (r < 0)
		return r;
	if (!argv || !argv[0] || !ret)
		return diag_say(&gramme->diag, -EINVAL, "there is no command to run");
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	memset(ret, 0, sizeof *ret);
	return launch_command(gramme, &opts, argv, ret);
}

int gramme_run_attach(struct gramme *gramme, const struct gramme_run_opts *given,
		      pid_t pid, const volatile int *stop, struct gramme_run_result *ret)
{
	struct gramme_run_opts opts;
	int r = context_check_own(gramme);

	if (r < 0)
		return r;
	if (pid <= 0 || !ret)
		return diag_say(&gramme->diag, -EINVAL, "%d is not a process", (int)pid);
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	memset(ret, 0, sizeof *ret);
	return launch_attach(gramme, &opts, pid, stop, ret);
}

int gramme_run_begin(struct gramme *gramme, const struct gramme_run_opts *given,
		     struct gramme_run **ret)
{
	struct gramme_run_opts opts;
	int r = context_check_own(gramme);

	if (r < 0)
		return r;
	if (!ret)
		return -EINVAL;
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	return launch_begin(gramme, &opts, ret);
}

int gramme_run_linked(struct gramme *gramme, const struct gramme_run_opts *given,
		      const struct gramme_link *link)
{
	struct gramme_run_opts opts;
	struct gramme_link own;
	int r = context_check_own(gramme);

	if (r < 0)
		return r;
	if (!link)
		return -EINVAL;
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	context_opts(&own, sizeof own, link, link->size);
	if (own.ends_with <= 0)
		own.ends_with = own.pid;
	return launch_linked(gramme, &opts, &own);
}

static int check_run(const struct gramme_run *run)
{
	if (!run)
		return -EINVAL;
	return run->pid == getpid() ? 0 : -ECHILD;
}

/* Of now: whoever reads it may come to it later. */
static int pack_now(const struct host *here, enum message_kind kind, const char *name,
		    double value, char buf[TOLD_MAX])
{
	struct told told = { host_now_ns(here), value, name };

	return told_pack(kind, &told, buf);
}

static int tell_run(struct gramme_run *run, enum message_kind kind, const char *name,
		    double value)
{
	char bytes[TOLD_MAX];
	int r = check_run(run);

	if (r == 0)
		r = pack_now(&run->gramme->here, kind, name, value, bytes);
	return r < 0 ? r : message_send(run->link_fd, kind, bytes, (size_t)r);
}

int gramme_run_mark(struct gramme_run *run, const char *name)
{
	return tell_run(run, MESSAGE_MARK, name, 0);
}

int gramme_run_metric(struct gramme_run *run, const char *name, double value)
{
	return tell_run(run, MESSAGE_METRIC, name, value);
}

int gramme_run_work(struct gramme_run *run, const char *unit, double amount)
{
	return tell_run(run, MESSAGE_WORK, unit, amount);
}

int gramme_run_end(struct gramme_run *run, int exit_status, struct gramme_run_result *ret)
{
	int r = check_run(run);

	if (r < 0)
		return r;
	if (ret)
		memset(ret, 0, sizeof *ret);
	return launch_end(run, exit_status, ret);
}

/* --- from inside a tracked command -------------------------------------------------------- */

static int send_control(struct gramme *gramme, enum message_kind kind, const char *bytes,
			size_t size)
{
	const char *path = getenv("GRAMME_CONTROL");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char datagram[1 + TOLD_MAX];
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (!path || !*path) {
		(void)diag_say(
			&gramme->diag, -ENODEV,
			"this is not inside a tracked run: GRAMME_CONTROL is not set");
		diag_fix(&gramme->diag, "gramme run -- CMD, and call this inside CMD");
		return -ENODEV;
	}
	if (!copy_text(address.sun_path, sizeof address.sun_path, path))
		return diag_say(&gramme->diag, -EMSGSIZE,
				"the socket's path is too long");
	datagram[0] = (char)kind;
	memcpy(datagram + 1, bytes, size);
	if (fd < 0 || sendto(fd, datagram, size + 1, MSG_DONTWAIT | MSG_NOSIGNAL,
			     (const struct sockaddr *)&address, sizeof address) < 0)
		return diag_fail(&gramme->diag, -errno, "the run at %s does not answer",
				 path);
	return 0;
}

static int tell_control(struct gramme *gramme, enum message_kind kind, const char *name,
			double value)
{
	char bytes[TOLD_MAX];
	int r = context_check_own(gramme);

	if (r < 0)
		return r;
	r = pack_now(&gramme->here, kind, name, value, bytes);
	if (r == -EMSGSIZE)
		return diag_say(&gramme->diag, r, "the name is too long");
	if (r < 0)
		return diag_say(&gramme->diag, r,
				kind == MESSAGE_MARK
					? "a mark needs a name"
					: "this needs a name and a finite number");
	return send_control(gramme, kind, bytes, (size_t)r);
}

int gramme_mark(struct gramme *gramme, const char *name)
{
	return tell_control(gramme, MESSAGE_MARK, name, 0);
}

int gramme_metric(struct gramme *gramme, const char *name, double value)
{
	return tell_control(gramme, MESSAGE_METRIC, name, value);
}

int gramme_work(struct gramme *gramme, const char *unit, double amount)
{
	return tell_control(gramme, MESSAGE_WORK, unit, amount);
}
