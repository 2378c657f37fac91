/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a place: it is one whose zone is one too and which has a figure, or is answered
 * with a sentence that a terminal may show. */
#include <errno.h>
#include <string.h>

#include "files.h"
#include "place/factor.h"

/* Read once: the tables are longer than any input. */
static struct tables *tables;

static void figures_of(const struct place *place)
{
	struct factor factor;
	const struct quantity *value = &factor.value;

	factor_average(tables, place, INT64_C(1719792000) * NS_PER_S, 0, &factor);
	PROMISE(value->known && value->low > 0 && value->low < value->value);
	PROMISE(value->value < value->high && value->high < 1e5);
	factor_pue(tables, place, 0, &factor);
	PROMISE(value->known && value->low >= 1 && value->low <= value->value);
	factor_marginal(tables, place, 0, &factor);
	PROMISE(value->known || (value->value == 0 && factor.why[0] != '\0'));
}

static void place_is_sound(const struct place *place)
{
	struct place again;

	PROMISE(memchr(place->note, '\0', sizeof place->note));
	PROMISE(memchr(place->zone, '\0', sizeof place->zone));
	PROMISE(place->how[0] == '\0' && place->from[0] == '\0');
	PROMISE(place_of_text(tables, place->zone, NULL, &again) == 0);
	PROMISE(strcmp(again.zone, place->zone) == 0);
	PROMISE(strcmp(again.country, place->country) == 0);
	PROMISE(place_of_text(tables, place->text, NULL, &again) == 0);
	PROMISE(memcmp(&again, place, sizeof again) == 0);
	figures_of(place);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = files_text(data, size);
	struct diag diag = { 0 };
	struct place place;
	int r;

	if (!tables && tables_new(NULL, &tables) < 0)
		return 0;
	memset(&place, 0, sizeof place);
	r = place_of_text(tables, text, &diag, &place);
	PROMISE(r == 0 || r == -ENOENT || r == -EINVAL);
	if (r == 0) {
		place_is_sound(&place);
		return 0;
	}
	PROMISE(place.text[0] == '\0' && diag.text[0] != '\0' && diag.fix[0] != '\0');
	for (const char *c = diag.text; *c != '\0'; c++)
		PROMISE((unsigned char)*c >= 0x20 && *c != 0x7f);
	return 0;
}
