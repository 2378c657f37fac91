/* SPDX-License-Identifier: Apache-2.0 */
/* Whose a process is, for people. */
#pragma once

#include <sys/types.h>

#include "base/host.h"

struct user_names;

MUST_USE int user_names_new(const struct host *host, struct user_names **ret);
void user_names_free(struct user_names *users); /* takes NULL */

/* A name, else the number. Good until the next call. A user that etc/passwd does not have costs
 * what the system's directory takes, once. */
const char *user_names_get(struct user_names *users, uid_t id);

/* The effective one, from proc/PID/status. -EPROTO, or what reading that gives. */
MUST_USE int user_of_process(const struct host *host, pid_t pid, uid_t *ret);
