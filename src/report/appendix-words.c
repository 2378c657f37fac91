/* SPDX-License-Identifier: Apache-2.0 */
/* Titles, links and counts that the pages of a site share. */
#include <string.h>

#include "report/appendix-page.h"
#include "report/html.h"
#include "report/phrase.h"

const char *appendix_title(const struct appendix_group *group)
{
	static const char *const nameless[] = {
		[APPENDIX_SITE] = "All runs",
		[APPENDIX_PROJECT] = "Runs without a project",
		[APPENDIX_EXPERIMENT] = "Runs without an experiment",
		[APPENDIX_GROUP] = "Runs without a name",
	};

	return group->title[0] ? group->title : nameless[group->kind];
}

const char *appendix_short_id(const struct run_info *info)
{
	const char *dash = strrchr(info->id, '-');

	return dash && dash[1] != '\0' ? dash + 1 : info->id;
}

const char *appendix_root(const char *file)
{
	return strchr(file, '/') ? "../" : "";
}

void appendix_link(struct strbuf *out, const char *root, const char *file)
{
	strbuf_add(out, "<a href=\"");
	html_text(out, root);
	html_text(out, file);
	strbuf_add(out, ".html\">");
}

void appendix_way(const struct appendix_site *site, size_t group, const char *root,
		  bool itself, struct strbuf *out)
{
	size_t way[16];
	size_t depth = 0;

	if (itself)
		way[depth++] = group;
	for (size_t at = group; at != APPENDIX_TOP && depth < ARRAY_SIZE(way);) {
		at = site->groups[at].parent;
		way[depth++] = at;
	}
	for (size_t i = depth; i-- > 0;) {
		appendix_link(out, root, site->groups[way[i]].file);
		html_name(out, appendix_title(&site->groups[way[i]]));
		strbuf_add(out, "</a>");
		strbuf_add(out, i > 0 ? " › " : "");
	}
}

void appendix_count(const struct appendix_group *group, struct strbuf *out)
{
	phrase_count(out, group->run_count, "run", "runs");
	if (group->failed > 0)
		strbuf_printf(out, ", %zu failed or interrupted", group->failed);
	if (group->running > 0)
		strbuf_printf(out, ", %zu still running", group->running);
}
