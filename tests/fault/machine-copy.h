/* SPDX-License-Identifier: Apache-2.0 */
/* A recorded machine copied where its files may be spoilt, and its walk. */
#pragma once

#include "base/host.h"

struct machine_copy {
	char from[256]; /* tests/sysroot/<name> */
	char path[64];  /* the copy */
	struct host host;
	int64_t now_ns;
	struct names files; /* paths of all that are files, in order */
};

/* The clock of the copy's host stands still but for machine_copy_pass(). */
void machine_copy_open(struct machine_copy *copy, const char *name);
void machine_copy_close(struct machine_copy *copy);

void machine_copy_pass(struct machine_copy *copy, int64_t ns);

/* Puts file back as it was recorded, whatever is there now. */
void machine_copy_mend(const struct machine_copy *copy, const char *file);

/* Whether some file of the copy holds this number: it was passed over for a better one. */
bool machine_copy_holds(const struct machine_copy *copy, uint64_t value);

/* All machines of tests/sysroot that hold files of a machine's root; names_done(). */
void machine_copy_names(struct names *ret);

/* How many descriptors this process has open. */
size_t machine_copy_fds(void);
