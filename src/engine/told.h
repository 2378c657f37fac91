/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run tells its sampler: an instant, a number where the kind has one, and a name. The
 * bytes of MESSAGE_MARK, MESSAGE_METRIC and MESSAGE_WORK on the link, and behind a byte of kind
 * on the control socket. docs/LINK.md has the form.
 */
#pragma once

#include "engine/message.h"

#define TOLD_MAX 512

struct told {
	int64_t t_ns; /* HOST_MONOTONIC of when it was said; 0: when it comes in */
	double value; /* of a metric, of work */
	const char *name;
};

/* Returns how many bytes; -EINVAL: no name, or a number that is none; -EMSGSIZE. */
MUST_USE int told_pack(enum message_kind kind, const struct told *told,
		       char buf[TOLD_MAX]);

/* bytes are terminated after size, and outlive ret. -EPROTO: too short, no name, no number. */
MUST_USE int told_unpack(enum message_kind kind, const char *bytes, size_t size,
			 struct told *ret);
