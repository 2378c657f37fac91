/* SPDX-License-Identifier: Apache-2.0 */
/* The report of one run as a page of a site. */
#pragma once

#include "engine/context.h"
#include "report/appendix-page.h"

/* The page of gramme_report() with the statement as plain text alone, and without what the run
 * would weigh elsewhere: there are many of them. -ENOMEM. */
MUST_USE int appendix_report(struct gramme *gramme, struct tables *tables,
			     const struct appendix_run_page *page, struct strbuf *out);
