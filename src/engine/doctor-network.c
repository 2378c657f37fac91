/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/doctor-network.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/parse.h"
#include "engine/fetch.h"
#include "engine/weigh.h"
#include "place/factor.h"
#include "place/region.h"

/* "api.example.org" of "https://api.example.org/v3". */
static void host_of(const char *url, char *buf, size_t size)
{
	const char *host = strstr(url, "://");
	const char *user;
	size_t len;

	host = host ? host + 3 : url;
	len = strcspn(host, "/?#");
	user = memrchr(host, '@', len);
	if (user) {
		len -= (size_t)(user + 1 - host);
		host = user + 1;
	}
	(void)snprintf(buf, size, "%.*s", (int)(len < size ? len : size - 1), host);
}

/* NULL where there is no room. url "": nobody outside. */
static struct sources_ask *add_ask(struct sources_view *view, const char *what,
				   const char *who, const char *url, const char *text)
{
	struct sources_ask *ask;
	char host[sizeof ask->host];

	host_of(url, host, sizeof host);
	ask = sources_add_ask(view, what, who, host);
	if (ask)
		(void)copy_text(ask->text, sizeof ask->text, text);
	return ask;
}

static void add_would_ask(struct sources_view *view, const char *what, const char *who,
			  const char *url, const char *text)
{
	struct sources_ask *ask = add_ask(view, what, who, url, text);

	if (ask)
		ask->would = true;
}

/* --- where -------------------------------------------------------------------------------- */

static void tell_given(struct sources_view *view, const struct place *place,
		       const char *from)
{
	char text[DIAG_TEXT_MAX];

	if (place->note[0] != '\0' && place->country[0] == '\0')
		(void)snprintf(text, sizeof text, "%s: the world's mean is taken",
			       place->note);
	else
		(void)snprintf(text, sizeof text, "%s%s%s, so nobody is asked%s%s",
			       place->text, place->country[0] ? ", " : "", place->country,
			       place->note[0] ? "; " : "", place->note);
	(void)add_ask(view, "place", from, "", text);
}

static void tell_timezone(struct gramme *gramme, struct sources_view *view,
			  const char *why)
{
	struct diag diag = { 0 };
	struct place place;
	char text[DIAG_TEXT_MAX];

	if (region_of_timezone(&gramme->here, gramme->tables, &diag, &place) < 0)
		(void)snprintf(text, sizeof text, "%s: not known, so the world's mean",
			       why);
	else
		(void)snprintf(text, sizeof text, "%s: %s, by the time zone", why,
			       place.text);
	(void)add_ask(view, "place", "time zone", "", text);
}

static void tell_place(struct gramme *gramme, struct sources_view *view,
		       struct place *ret)
{
	char vendor[16];
	char url[256];

	if (weigh_given_place(gramme->tables, &gramme->config, ret)) {
		tell_given(view, ret, gramme->config.value[CONFIG_REGION].from);
		return;
	}
	if (fetch_is_offline(&gramme->config)) {
		tell_timezone(gramme, view, "offline");
		return;
	}
	if (region_cloud_vendor(&gramme->host, vendor, sizeof vendor)) {
		fetch_url(&gramme->config, "metadata", "http://169.254.169.254", url,
			  sizeof url);
		add_would_ask(view, "place", vendor, url,
			      "its region, from the instance's own metadata");
	}
	fetch_url(&gramme->config, "ipinfo", FETCH_IP_URL, url, sizeof url);
	add_would_ask(
		view, "place", "ipinfo", url,
		"the country of this machine's public address, once a day; nothing of "
		"the run is sent. A region in the configuration saves it");
}

/* --- what its grid emits ------------------------------------------------------------------ */

static void why_text(const struct fetch_candidate *candidate, bool place_known, char *buf,
		     size_t size)
{
	char variable[KEYS_VARIABLE_MAX];

	switch (candidate->may) {
	case FETCH_MAY:
		(void)snprintf(buf, size, "intensity of %s while a run goes on",
			       candidate->zone);
		return;
	case FETCH_OFFLINE:
		(void)copy_text(buf, size, "not asked: offline");
		return;
	case FETCH_NO_KEY:
		keys_variable(candidate->grid->key, variable);
		(void)snprintf(buf, size, "not asked: no key; %s may hold one", variable);
		return;
	case FETCH_NOT_WANTED:
		(void)copy_text(buf, size, "not asked: the setting grid names another");
		return;
	case FETCH_NO_FILE:
		(void)copy_text(buf, size, "no file: the setting intensity names none");
		return;
	case FETCH_NOT_SERVED:
	default:
		(void)copy_text(buf, size,
				place_known ? "not asked: it does not serve this place"
					    : "where it serves the place that is found");
		return;
	}
}

/* A user's own file is looked at now: a run would say what is wrong with it only at its end. */
static void check_file(const struct fetch_plan *plan,
		       const struct fetch_candidate *candidate, char *buf, size_t size)
{
	CLEANUP(intensity_series_done) struct intensity_series series = { .count = 0 };
	struct grid_door door = { .tables = plan->tables,
				  .base_url = candidate->base_url };
	int64_t now_s = (int64_t)time(NULL);
	struct grid_query query = { .place = &plan->place,
				    .from_unix_s = now_s - 3600,
				    .to_unix_s = now_s,
				    .now_unix_s = now_s };
	struct diag diag = { 0 };
	int r = candidate->grid->fetch(&door, &query, &series, &diag);

	if (r < 0 && r != -ENODATA)
		(void)copy_text(buf, size, diag.text);
	else
		(void)snprintf(buf, size, "%.200s%s", candidate->base_url,
			       r == 0 ? "" : ", which has nothing for this hour");
}

static void tell_grids(struct gramme *gramme, struct sources_view *view,
		       const struct place *place, const struct keys *keys)
{
	struct fetch_candidate candidates[FETCH_CANDIDATES_MAX];
	struct fetch_plan plan = { .host = &gramme->host,
				   .config = &gramme->config,
				   .tables = gramme->tables,
				   .place = *place };
	size_t count = fetch_candidates(&plan, keys, candidates);

	for (size_t i = 0; i < count; i++) {
		const struct grid *grid = candidates[i].grid;
		bool local = grid->flags & GRID_IS_LOCAL;
		struct sources_ask *ask;
		char text[DIAG_TEXT_MAX];

		if (candidates[i].may == FETCH_NO_FILE)
			continue;
		why_text(&candidates[i], place->how[0] != '\0', text, sizeof text);
		if (local && candidates[i].may == FETCH_MAY)
			check_file(&plan, &candidates[i], text, sizeof text);
		ask = add_ask(view, signal_text(grid->signal), grid->name,
			      local ? "" : candidates[i].base_url, text);
		if (ask)
			ask->would = candidates[i].may == FETCH_MAY && !local;
	}
}

static void tell_table(struct gramme *gramme, struct sources_view *view,
		       const struct place *place)
{
	struct factor factor;
	struct place world;
	char text[DIAG_TEXT_MAX];

	place_world(&world);
	factor_average(gramme->tables, place->how[0] ? place : &world,
		       host_clock_ns(&gramme->here, HOST_REALTIME), 0, &factor);
	(void)snprintf(text, sizeof text, "else the yearly mean: %.0f g/kWh, %s",
		       factor.value.value, factor.value.source);
	(void)add_ask(view, "average", "table", "",
		      place->how[0] ? text : "else the yearly mean of the place");
}

static void free_keys(struct keys **keys)
{
	keys_free(*keys);
}

void doctor_network(struct gramme *gramme, struct sources_view *view)
{
	CLEANUP(free_keys) struct keys *keys = NULL;
	struct place place = { .how = "" };
	struct diag diag = { 0 };

	if (!context_tables(gramme))
		return;
	tell_place(gramme, view, &place);
	if (keys_open(NULL, &diag, &keys) < 0) {
		char text[sizeof diag.text + sizeof diag.fix + sizeof "; try: "];

		(void)snprintf(text, sizeof text, "%s%s%s", diag.text,
			       diag.fix[0] ? "; try: " : "", diag.fix);
		(void)add_ask(view, "keys", "file", "", text);
	}
	tell_grids(gramme, view, &place, keys);
	tell_table(gramme, view, &place);
	/* They are read when wanted: all, for one may be amiss. */
	for (size_t i = 0; i < table_text_count; i++)
		(void)tables_get(gramme->tables, table_texts[i].name);
	if (tables_trouble(gramme->tables)[0] != '\0')
		(void)add_ask(view, "tables", "own", "", tables_trouble(gramme->tables));
}
