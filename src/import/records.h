/* SPDX-License-Identifier: Apache-2.0 */
/* What formats share: a run_record that grows as a log is read. */
#pragma once

#include <math.h>

#include "base/sha256.h"
#include "import/import.h"

/* A record whose lists grow; record.import points to .import. Free with records_done(). */
struct records {
	struct run_record record;
	struct run_import import;
	struct run_domain domains[DOMAINS_MAX];
	bool failed; /* memory ran out: asked once, at the end */
};

/* All at "not known"; format, tool are set. */
void records_begin(struct records *records, const char *format, const char *tool);
void records_done(struct records *records);

/* A value that is not finite is not added: it is not known. */
void records_figure(struct records *records, const char *name, double value,
		    const char *unit);
void records_warning(struct records *records, const char *code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void records_gap(struct records *records, const struct gap *gap);
void records_mark(struct records *records, int64_t t_ns, const char *name);
void records_metric(struct records *records, int64_t t_ns, const char *name,
		    double value);
void records_work(struct records *records, const char *unit, double amount);
void records_tag(struct records *records, const char *key, const char *value);

/* One more domain, of the component boundary, measured; NULL past the most. */
struct run_domain *records_domain(struct records *records, const char *id,
				  enum family family);

/* The digest of what makes a run, over parts: each with its length, so that bytes that move
 * from one part to the next make another run. */
void records_digest_begin(struct sha256 *sha, const char *format);
void records_digest_add(struct sha256 *sha, const void *bytes, size_t size);
void records_digest_end(struct sha256 *sha, struct records *records);

/* "0.1.8" before "0.1.9"; a version that is not told is before none. */
bool records_is_before(const char *version, const char *other);

/* A row of a tool that charges the whole machine to the run: all that is used is the run's, until
 * the row's time, and of the boards that gpu_count tells of it is the only client. */
void records_whole_machine(struct sample *row);

/* Joules to what rows count; 0 for what is not finite or below 0. */
uint64_t records_uj(double joules);
