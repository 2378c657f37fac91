/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of sentences that several formats say of a run. All add to a strbuf, raw: whoever
 * prints for a terminal passes the whole through shown_wrap() or shown_add().
 */
#pragma once

#include "base/strbuf.h"
#include "model/run.h"

/* How the counted joules came about, taken together. */
enum basis {
	BASIS_NOTHING,  /* nothing was counted */
	BASIS_MEASURED, /* all measured, or derived from measured power */
	BASIS_PART,     /* some of it is an estimate */
	BASIS_ESTIMATE, /* all of it is */
};

enum basis phrase_basis(const struct run_view *view);

/* "powercap (package-0, dram-0), nvml (gpu-0 and 7 more)": the counted domains, those that
 * were metered or those that were not. */
void phrase_domains(const struct run_view *view, bool metered, struct strbuf *out);

/* "memory, gpu": the families of counted domains that are an estimate. */
void phrase_estimated_families(const struct run_view *view, struct strbuf *out);

/* "finished in 3 m 12 s", "failed with status 2 after 4.00 s", "running for 2 h 05 m". */
void phrase_state(const struct run_info *info, struct strbuf *out);

/* Where the run was: the place's own zone, else what its intensity is of. */
const char *phrase_zone(const struct run_view *view);

/* "2 gaps"; "1 gap". */
void phrase_count(struct strbuf *out, size_t count, const char *one, const char *many);

/* The first warning with this code, or NULL. */
const struct run_warning *phrase_warning(const struct run_view *view, const char *code);

/* Why a number is not known: its own reason, or what a warning says of its key. */
const char *phrase_reason(const struct run_view *view, const struct quantity *quantity,
			  const char *key);

/* "AMD EPYC 9354, 64 threads, 256 GiB of memory, 2 x NVIDIA H100"; nothing when unknown. */
void phrase_hardware(const struct run_record *record, struct strbuf *out);

/* "Debian 12, Linux 6.1.0, Python 3.11.7, 42 packages, git 1a2b3c4d5e6f". */
void phrase_software(const struct run_record *record, struct strbuf *out);

/* What the brackets behind a social cost are, "; in brackets 16.7 to 83.3 %": never 95 %. */
void phrase_cost_interval(const struct factor *usd_per_t, struct strbuf *out);

/* The command as one would type it, from its JSON array; "" when unknown. */
void phrase_command(const struct run_info *info, struct strbuf *out);
