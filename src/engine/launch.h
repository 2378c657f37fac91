/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The launcher's side of a run: makes the command and the sampler's process, keeps the two
 * apart, passes signals on, and brings the exit status back. It never waits for the sampler
 * longer than the times below, whatever the sampler does.
 */
#pragma once

#include <sys/un.h>

#include "activity/activity.h"
#include "base/strbuf.h"
#include "engine/budget.h"
#include "engine/context.h"
#include "engine/message.h"
#include "model/run.h"

/* The command starts this much later at most, when the first reading is slow in coming. */
#define LAUNCH_READY_NS (8 * NS_PER_MS)
/* After the command's end: for the last rows and the summary. */
#define LAUNCH_DONE_NS (10 * NS_PER_S)

#define TAGS_MAX       64

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
	int given_fd; /* the sampler's end of a link that somebody else made; -1: we make it */
	int aside_fd;   /* the sampler's too: tracker.h; -1: none */
	pid_t ends_pid; /* with whose end the run ends; 0: the scope's root */
	int root_fd;    /* of it */
	int cut_fd; /* readable when whoever waits for the numbers was told not to; -1: none */
	pid_t tracker_pid;
	bool live;     /* whoever waits wants to be told how far the run is */
	bool told_all; /* the sampler's last word came while the run was waited for */
	struct budget budget;
	bool over_budget; /* the sampler said so */
	struct strbuf *trouble;
};

void launch_init(struct launch *launch, struct gramme *gramme,
		 const struct gramme_run_opts *opts, struct strbuf *trouble);
void launch_done(struct launch *launch);

/* Checks the options and fills info; name is used where the options give none. */
MUST_USE int launch_prepare(struct launch *launch, const char *how, const char *name);

/* A socket by which the run's own processes can send marks. Without one nothing is lost. */
void launch_open_control(struct launch *launch);

/* The sampler's process, for launch->scope and root_fd. */
MUST_USE int launch_start_tracker(struct launch *launch, const char *program,
				  bool ends_with_root);
void launch_wait_ready(struct launch *launch);

/* The summary and the rest from the sampler, or a trouble when it is slow or lost, or when
 * cut_fd says not to wait. */
void launch_wait_result(struct launch *launch, struct gramme_run_result *ret);

/* Takes one of the sampler's last messages in; true when nothing more will come. */
bool launch_take_result(struct launch *launch, struct message *message,
			struct gramme_run_result *ret);

void launch_trouble(struct launch *launch, const char *text);
void launch_give_trouble(struct launch *launch, struct gramme_run_result *ret);

/* What a person would call a command: of an interpreter's run the script or the module. */
const char *launch_command_name(char *const argv[]);

/* argv as a JSON array's text, to be freed; NULL without memory. */
char *launch_command_json(char *const argv[]);

/* As gramme_run_command(), gramme_run_attach(), gramme_run_begin(), …: gramme.h. */
MUST_USE int launch_command(struct gramme *gramme, const struct gramme_run_opts *opts,
			    char *const argv[], struct gramme_run_result *ret);
MUST_USE int launch_attach(struct gramme *gramme, const struct gramme_run_opts *opts,
			   pid_t pid, const volatile int *stop,
			   struct gramme_run_result *ret);
MUST_USE int launch_begin(struct gramme *gramme, const struct gramme_run_opts *opts,
			  struct gramme_run **ret);
/* As gramme_run_linked(). */
MUST_USE int launch_linked(struct gramme *gramme, const struct gramme_run_opts *opts,
			   const struct gramme_link *link);
/* Ends it, waits for its numbers, frees run. ret may be NULL. */
MUST_USE int launch_end(struct gramme_run *run, int exit_status,
			struct gramme_run_result *ret);
