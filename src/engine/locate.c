/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/locate.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"
#include "engine/fetch.h"
#include "engine/select.h"
#include "engine/weigh.h"
#include "place/factor.h"
#include "place/region.h"

/* Somebody sits and waits. */
#define ASK_NS (5 * NS_PER_S)

void locate_host(char *buf, size_t size)
{
	if (gethostname(buf, size) < 0)
		buf[0] = '\0';
	buf[size - 1] = '\0';
}

bool locate_remembered(struct store *store, int64_t now_unix_s, struct place *ret)
{
	struct diag ignored = { 0 };
	struct place place;
	int64_t fetched_s;
	int64_t age_s;
	char host[64];

	locate_host(host, sizeof host);
	if (!store || store_place_get(store, host, &ignored, &place, &fetched_s) < 0)
		return false;
	age_s = now_unix_s - fetched_s;
	if (age_s < 0 ||
	    age_s >= (place.how[0] == '\0' ? LOCATE_NOBODY_S : LOCATE_GOOD_S))
		return false;
	*ret = place;
	return true;
}

/* The ledger may not be there, or be another's: then nothing is remembered. */
static bool remembered(struct gramme *gramme, struct place *ret)
{
	const char *path = gramme->config.value[CONFIG_DB].text;
	CLEANUP(select_close) struct store *store = NULL;
	struct diag ignored = { 0 };
	int64_t now_s = host_clock_ns(&gramme->here, HOST_REALTIME) / NS_PER_S;

	return *path != '\0' && access(path, R_OK) == 0 &&
	       store_open(path, STORE_READ, &ignored, &store) == 0 &&
	       locate_remembered(store, now_s, ret) && ret->how[0] != '\0';
}

/* A ledger that is there keeps what was found out; one is not made for it. */
static void remember(struct gramme *gramme, const struct place *place)
{
	const char *path = gramme->config.value[CONFIG_DB].text;
	CLEANUP(select_close) struct store *store = NULL;
	struct diag ignored = { 0 };
	char host[64];

	locate_host(host, sizeof host);
	if (*path != '\0' && access(path, W_OK) == 0 &&
	    store_open(path, STORE_WRITE, &ignored, &store) == 0)
		(void)!store_place_put(store, host, place,
				       host_clock_ns(&gramme->here, HOST_REALTIME) /
					       NS_PER_S,
				       &ignored);
}

static bool asked(struct gramme *gramme, struct place *ret)
{
	CLEANUP(fetch_result_done) struct fetch_result result;
	struct fetch_plan plan = { .host = &gramme->host,
				   .config = &gramme->config,
				   .tables = gramme->tables,
				   .place_only = true,
				   .budget_ns = ASK_NS };

	memset(&result, 0, sizeof result);
	if (fetch_is_offline(&gramme->config) || fetch_do(&plan, &result) < 0 ||
	    result.place.how[0] == '\0')
		return false;
	remember(gramme, &result.place);
	*ret = result.place;
	return true;
}

int locate(struct gramme *gramme, const char *region, bool may_ask, struct place *ret)
{
	struct diag ignored = { 0 };
	struct place place;
	int r;

	if (!context_tables(gramme))
		return diag_fail(&gramme->diag, -ENOMEM, "cannot find the place");
	if (region) {
		r = place_of_text(gramme->tables, region, &gramme->diag, &place);
		if (r < 0)
			return r;
		(void)copy_text(place.how, sizeof place.how, "option");
		(void)copy_text(place.from, sizeof place.from, "option");
	} else if (!weigh_given_place(gramme->tables, &gramme->config, &place) &&
		   !remembered(gramme, &place) && !(may_ask && asked(gramme, &place)) &&
		   region_of_timezone(&gramme->here, gramme->tables, &ignored, &place) <
			   0) {
		place_world(&place);
		(void)copy_text(place.note, sizeof place.note,
				"where this machine is is not known");
	}
	*ret = place;
	return 0;
}
