/* SPDX-License-Identifier: Apache-2.0 */
/* Which runs are in which group of a site, by project and experiment or by a spec. */
#pragma once

#include "engine/appendix-spec.h"
#include "model/appendix.h"

/* Runs to be put into groups; those that no group takes are freed and left out. */
struct appendix_infos {
	struct run_info *infos; /* oldest first */
	size_t count;
};

/*
 * Fills site->groups, ->runs (file and group of each), ->run_count and ->left_out. spec NULL:
 * a group a project, where there are several, and in it one an experiment. -ENOENT: the spec
 * takes no run at all.
 */
MUST_USE int appendix_tree_make(struct appendix_infos *infos,
				const struct appendix_spec *spec, struct diag *diag,
				struct appendix_site *site);

/* Takes runs that are unread out of their groups, which count them. infos: as they were. */
void appendix_tree_drop_unread(const struct run_info *infos, struct appendix_site *site);

/* Frees what the site owns, not the struct. */
void appendix_site_done(struct appendix_site *site);
