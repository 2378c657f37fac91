/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/strbuf.h"
#include "engine/board.h"
#include "report/shown.h"

#define NAMES_SHOWN    6
#define NAME_SHOWN_MAX 32
#define NAME_ASKED_MAX 60

void board_label(const char *project, const char *experiment, const char *name,
		 struct strbuf *out)
{
	if (project[0] != '\0')
		strbuf_printf(out, "%s/", project);
	strbuf_add(out, experiment[0] != '\0' ? experiment : name);
}

bool board_means(const char *text, const struct run_info *info)
{
	const char *own = info->experiment[0] != '\0' ? info->experiment : info->name;
	size_t len = strlen(info->project);

	if (strcmp(text, own) == 0)
		return true;
	return strncmp(text, info->project, len) == 0 && text[len] == '/' &&
	       strcmp(text + len + 1, own) == 0;
}

static bool is_same(const struct run_info *a, const struct run_info *b)
{
	return strcmp(a->experiment, b->experiment) == 0 &&
	       strcmp(a->project, b->project) == 0;
}

/* Newest first, each once. */
static size_t take_names(const struct run_info *infos, size_t count,
			 const struct run_info *ret[NAMES_SHOWN], bool *ret_more)
{
	size_t n = 0;

	*ret_more = false;
	for (size_t i = 0; i < count && !*ret_more; i++) {
		bool seen = infos[i].experiment[0] == '\0';

		for (size_t k = 0; k < n && !seen; k++)
			seen = is_same(ret[k], &infos[i]);
		*ret_more = !seen && n == NAMES_SHOWN;
		if (!seen && !*ret_more)
			ret[n++] = &infos[i];
	}
	return n;
}

void board_no_such(const char *what, const char *name, const struct run_info *infos,
		   size_t count, struct strbuf *out)
{
	const struct run_info *shown[NAMES_SHOWN];
	bool more;
	size_t n = take_names(infos, count, shown, &more);

	strbuf_printf(out, "there is no %s \"", what);
	shown_cut(out, name, NAME_ASKED_MAX);
	strbuf_add(out, n > 0 ? "\"; the experiments are: "
			      : "\", and no run has an experiment");
	for (size_t i = 0; i < n; i++) {
		CLEANUP(strbuf_done) struct strbuf label = STRBUF_INIT;

		board_label(shown[i]->project, shown[i]->experiment, "", &label);
		strbuf_add(out, i > 0 ? ", " : "");
		shown_cut(out, strbuf_part(out, &label), NAME_SHOWN_MAX);
	}
	strbuf_add(out, more ? ", …" : "");
}
