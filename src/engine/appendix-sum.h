/* SPDX-License-Identifier: Apache-2.0 */
/* What the page of a group says: its columns, its rows, its means, the statement. */
#pragma once

#include "engine/appendix-spec.h"
#include "engine/context.h"
#include "model/appendix.h"

/*
 * Turns what the spec calls its columns into what these runs have. -EPROTO where one is
 * neither a variable nor logged by any of them, with file, keys and what there is.
 */
MUST_USE int appendix_sum_columns(const struct appendix_spec *spec, const char *file,
				  struct diag *diag, struct appendix_site *site);

/* -ENOMEM. Free with appendix_page_done(). */
MUST_USE int appendix_sum_page(struct gramme *gramme, struct tables *tables,
			       const struct appendix_site *site, size_t group,
			       struct appendix_page *ret);

void appendix_page_done(struct appendix_page *page);
