/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings compared by their runs, as they are shown: `gramme compare`. First what follows, in a
 * sentence; where the runs cannot say, that is the sentence, with the reason.
 */
#pragma once

#include "base/macro.h"
#include "base/strbuf.h"
#include "model/compare.h"
#include "report/report.h"

struct compare_view {
	const struct compare_ask *ask;
	const struct compare_outcome *outcome;
};

void compare_text(const struct compare_view *view, const struct report_opts *opts,
		  struct strbuf *out);

/* gramme.compare/1. 0 or -ENOMEM; the caller frees. */
MUST_USE int compare_json(const struct compare_view *view, char **ret);

/* The verdict on a side against the first in one sentence, without a full stop; raw. */
void compare_say(const struct compare_view *view, const struct compare_pair *pair,
		 struct strbuf *out);

/* "energy", "time", "power", "step", "carbon", "metric"; -EPROTO. */
const char *compare_what_text(enum compare_what what);
MUST_USE int compare_what_of_text(const char *text, enum compare_what *ret);

/* "less", "more", "same", "open", "too-few", "not-alike". */
/* Whether an energy in it, of the side or of the reference, is a model's. */
bool compare_is_estimate(const struct compare_view *view, size_t side,
			 enum compare_what what);
const char *compare_verdict_text(enum compare_verdict verdict);

/* "accuracy": of what it is the number; the metric's own name for COMPARE_METRIC. */
const char *compare_what_name(const struct compare_view *view, enum compare_what what);
