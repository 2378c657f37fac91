/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is to go into a site, as JSON: a tree of named groups, in the form that
 * experiment-impact-tracker's create-compute-appendix takes. docs/APPENDIX.md has the keys.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/diag.h"

#define APPENDIX_SPEC_BYTES_MAX     (1 << 20)
#define APPENDIX_SPEC_DEPTH_MAX     8
#define APPENDIX_SPEC_GROUPS_MAX    10000
#define APPENDIX_SPEC_VARIABLES_MAX 32
#define APPENDIX_SPEC_PLOTS_MAX     16
#define APPENDIX_SPEC_TOP           SIZE_MAX

/* All texts are borrowed from the JSON, and none is longer than the file. */
struct appendix_wish {
	const char *name;
	const char *description; /* "" : none */
	const char *filter;      /* NULL: all that its parent has */
	size_t parent;           /* index, below its own; APPENDIX_SPEC_TOP: none */
	size_t depth;            /* 1 for those without a parent */
	const json_t *variables; /* array of texts; NULL: not told */
	const char *order;       /* NULL: as in the file */
	const json_t *plots;     /* array of { "x", "y" }, both texts; NULL: not told */
};

struct appendix_spec {
	json_t *root;
	struct appendix_wish
		*wishes; /* parents before their children, both as in the file */
	size_t count;
};

void appendix_spec_done(struct appendix_spec *spec);

/*
 * file is its name for sentences. -EPROTO with file, keys and what is wanted there: no JSON,
 * a wrong type, an unknown key, a filter that does not compile, deeper than
 * APPENDIX_SPEC_DEPTH_MAX. -E2BIG: more groups, or bytes, than there may be.
 */
MUST_USE int appendix_spec_parse(const char *text, size_t size, const char *file,
				 struct diag *diag, struct appendix_spec *ret);

/* The same from a file. */
MUST_USE int appendix_spec_load(const char *path, struct diag *diag,
				struct appendix_spec *ret);

/* "Pong > child_experiments > PPO > filter", fit for a terminal; key NULL: the group itself. */
void appendix_spec_where(const struct appendix_spec *spec, size_t wish, const char *key,
			 char *buf, size_t size);
