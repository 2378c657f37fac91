/* SPDX-License-Identifier: Apache-2.0 */
/* What a service says of a public address: any bytes end in a place of a known country, with
 * nothing finer than 0.1 degree, or in an error that quotes none of them. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "files.h"
#include "place/region.h"

struct said {
	const uint8_t *data;
	size_t size;
};

static int say(void *ctx, const struct http_request *request, struct http_response *ret,
	       struct diag *diag)
{
	const struct said *said = ctx;

	(void)diag;
	PROMISE(!request->link_local && !request->headers[0] && !request->body);
	ret->body = files_text(said->data, said->size);
	ret->size = said->size;
	return 0;
}

static bool is_tenth(double degrees)
{
	return fabs(degrees * 10 - round(degrees * 10)) < 1e-9;
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static void check_place(const struct place *place)
{
	PROMISE(strlen(place->iso2) == 2 && strlen(place->country) == 3);
	PROMISE(strncmp(place->zone, place->iso2, 2) == 0);
	PROMISE(strcmp(place->how, "ip") == 0);
	PROMISE(strcmp(place->from, "ipinfo.io") == 0);
	PROMISE(is_plain(place->text) && is_plain(place->note));
	PROMISE(!place->has_position ||
		(fabs(place->latitude) <= 90 && fabs(place->longitude) <= 180 &&
		 is_tenth(place->latitude) && is_tenth(place->longitude)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tables *tables;
	struct said said = { data, size };
	struct http http = { .get = say, .ctx = &said };
	struct region_door door = { .host = files_host(), .http = &http };
	struct place place = { .text = "before" };
	struct diag diag = { 0 };
	int r;

	if (!tables)
		PROMISE(tables_new(NULL, &tables) == 0);
	door.tables = tables;
	r = region_of_ip(&door, &diag, &place);
	PROMISE(r == 0 || r == -EPROTO || r == -ENODATA || r == -EMSGSIZE);
	PROMISE((r < 0) == (diag.text[0] != '\0') && is_plain(diag.text));
	if (r == 0)
		check_place(&place);
	else
		PROMISE(strcmp(place.text, "before") == 0);
	return 0;
}
