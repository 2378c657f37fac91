/* SPDX-License-Identifier: Apache-2.0 */
/* Who would be asked, and where: no network here. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "engine/fetch.h"

bool fetch_is_offline(const struct config *config)
{
	const char *text = config->value[CONFIG_OFFLINE].text;

	return text[0] != '\0' && strcmp(text, "0") != 0 && strcasecmp(text, "no") != 0 &&
	       strcasecmp(text, "false") != 0;
}

void fetch_span(struct fetch_plan *plan, int64_t started_unix_s, int64_t now_unix_s)
{
	int64_t now = now_unix_s > started_unix_s ? now_unix_s : started_unix_s;

	plan->from_unix_s = started_unix_s;
	plan->to_unix_s = now + 1;
	if (now - started_unix_s > FETCH_BACK_S)
		plan->from_unix_s = now - FETCH_BACK_S;
}

/* The setting is "ipinfo=http://… electricitymaps=http://…". */
void fetch_url(const struct config *config, const char *service, const char *standard,
	       char *buf, size_t size)
{
	const char *at = config->value[CONFIG_URLS].text;
	size_t len = strlen(service);

	(void)copy_text(buf, size, standard ? standard : "");
	while (*at != '\0') {
		size_t word = strcspn(at, " \t");

		if (word > len + 1 && strncmp(at, service, len) == 0 && at[len] == '=' &&
		    word - len - 1 < size) {
			memcpy(buf, at + len + 1, word - len - 1);
			buf[word - len - 1] = '\0';
		}
		at += word;
		at += strspn(at, " \t");
	}
}

const char *fetch_names_grid(const struct fetch_plan *plan)
{
	const char *name =
		plan->grid ? plan->grid : plan->config->value[CONFIG_GRID].text;

	return *name == '\0' || strcmp(name, "auto") == 0 ? NULL : name;
}

/* One of averages that is named leaves the marginal ones as they are. */
static bool is_wanted(const struct fetch_plan *plan, const struct grid *grid)
{
	const char *name = fetch_names_grid(plan);
	const struct grid *named = name ? grid_find(name) : NULL;

	return !name || strcmp(name, grid->name) == 0 ||
	       (grid->signal == SIGNAL_MARGINAL && named &&
		named->signal != SIGNAL_MARGINAL);
}

static enum fetch_may may_ask(const struct fetch_plan *plan, const struct keys *keys,
			      struct fetch_candidate *candidate)
{
	const struct grid *grid = candidate->grid;

	if (!is_wanted(plan, grid))
		return FETCH_NOT_WANTED;
	if ((grid->flags & GRID_IS_LOCAL) && candidate->base_url[0] == '\0')
		return FETCH_NO_FILE;
	if (!(grid->flags & GRID_IS_LOCAL) && fetch_is_offline(plan->config))
		return FETCH_OFFLINE;
	if ((grid->flags & GRID_NEEDS_KEY) && !keys_get(keys, grid->key))
		return FETCH_NO_KEY;
	if (!grid->zone_of(plan->tables, &plan->place, candidate->zone,
			   sizeof candidate->zone)) {
		candidate->zone[0] = '\0';
		return FETCH_NOT_SERVED;
	}
	return FETCH_MAY;
}

size_t fetch_candidates(const struct fetch_plan *plan, const struct keys *keys,
			struct fetch_candidate ret[FETCH_CANDIDATES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < grid_row_count && count < FETCH_CANDIDATES_MAX; i++) {
		struct fetch_candidate *own = &ret[count];
		const struct grid *grid = grid_rows[i].grid;

		if (strcmp(grid->name, "table") == 0)
			continue;
		memset(own, 0, sizeof *own);
		own->grid = grid;
		fetch_url(plan->config, grid->name, grid->base_url, own->base_url,
			  sizeof own->base_url);
		if (grid->flags & GRID_IS_LOCAL)
			(void)copy_text(own->base_url, sizeof own->base_url,
					plan->config->value[CONFIG_INTENSITY].text);
		own->may = may_ask(plan, keys, own);
		count++;
	}
	return count;
}
