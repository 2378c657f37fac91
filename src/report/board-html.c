/* SPDX-License-Identifier: Apache-2.0 */
#include "report/board-view.h"
#include "report/html.h"

int board_html(const struct board *board, const struct report_opts *opts, char **ret)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct html_page page = { .title = "Experiments", .generator = "gramme" };

	(void)board;
	(void)opts;
	html_begin(&out, &page);
	html_end(&out, &page);
	return strbuf_steal(&out, ret);
}
