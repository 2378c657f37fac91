/* SPDX-License-Identifier: Apache-2.0 */
/* A site's spec: any bytes end in a tree of groups, or in a sentence that names the file. */
#include <errno.h>
#include <string.h>

#include "engine/appendix-filter.h"
#include "engine/appendix-spec.h"
#include "files.h"

/* No escape sequence reaches a terminal. */
static bool is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static void check_wish(const struct appendix_spec *spec, size_t i)
{
	const struct appendix_wish *wish = &spec->wishes[i];
	char where[128];
	char why[128];
	regex_t regex;

	PROMISE(wish->name && wish->description);
	PROMISE(wish->parent == APPENDIX_SPEC_TOP || wish->parent < i);
	PROMISE(wish->depth >= 1 && wish->depth <= APPENDIX_SPEC_DEPTH_MAX);
	appendix_spec_where(spec, i, "filter", where, sizeof where);
	PROMISE(is_plain(where));
	if (!wish->filter)
		return;
	PROMISE(appendix_filter_compile(wish->filter, why, sizeof why, &regex) == 0);
	(void)regexec(&regex, "paper/lr-sweep/train.py", 0, NULL, 0);
	regfree(&regex);
}

static void check_refusal(const struct appendix_spec *spec, const struct diag *diag)
{
	PROMISE(strncmp(diag->text, "site.json: ", 11) == 0);
	PROMISE(is_plain(diag->text));
	PROMISE(!spec->root && spec->count == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct appendix_spec spec = { NULL, NULL, 0 };
	struct diag diag = { 0 };
	int r = appendix_spec_parse((const char *)data, size, "site.json", &diag, &spec);

	PROMISE(r == 0 || r == -EPROTO || r == -E2BIG);
	if (r < 0) {
		check_refusal(&spec, &diag);
		return 0;
	}
	PROMISE(spec.count > 0 && spec.count <= APPENDIX_SPEC_GROUPS_MAX);
	for (size_t i = 0; i < spec.count; i++)
		check_wish(&spec, i);
	appendix_spec_done(&spec);
	return 0;
}
