/* SPDX-License-Identifier: Apache-2.0 */
/* A cloud's metadata: any bytes, be they the token or the answer, end in that cloud's region or
 * in an error, and in no header but the ones meant. The input's first byte chooses the cloud;
 * a newline with a '%' parts what is said to the first request from what is said to the next. */
#include <errno.h>
#include <string.h>

#include "files.h"
#include "place/region.h"

struct said {
	const uint8_t *data;
	size_t size;
	unsigned asked;
};

static const struct {
	const char *cloud;
	const char *vendor;
	const char *product;
	const char *chassis;
} machines[] = {
	{ "aws", "Amazon EC2\n", "m7i.large\n", "Amazon EC2\n" },
	{ "gcp", "Google\n", "Google Compute Engine\n", "\n" },
	{ "azure", "Microsoft Corporation\n", "Virtual Machine\n",
	  "7783-7084-3265-9085-8269-3286-77\n" },
};

static void check_headers(const struct http_request *request)
{
	for (size_t i = 0; request->headers[i]; i++) {
		PROMISE(!strpbrk(request->headers[i], "\r\n"));
		PROMISE(strlen(request->headers[i]) < 320);
	}
	PROMISE(request->headers[0] && !request->headers[1]);
}

static int say(void *ctx, const struct http_request *request, struct http_response *ret,
	       struct diag *diag)
{
	struct said *said = ctx;
	const uint8_t *cut = memmem(said->data, said->size, "\n%", 2);
	size_t size = cut ? (size_t)(cut - said->data) : said->size;

	(void)diag;
	PROMISE(request->link_local && request->timeout_ns > 0);
	PROMISE(++said->asked <= 2);
	check_headers(request);
	ret->body = files_text(said->data, size);
	ret->size = size;
	size += cut ? 2 : 0;
	said->data += size;
	said->size -= size;
	return 0;
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static struct tables *the_tables(void)
{
	static struct tables *tables;

	if (!tables)
		PROMISE(tables_new(NULL, &tables) == 0);
	return tables;
}

static size_t make_machine(uint8_t byte)
{
	size_t i = byte % ARRAY_SIZE(machines);

	files_fixed("sys/class/dmi/id/sys_vendor", machines[i].vendor);
	files_fixed("sys/class/dmi/id/product_name", machines[i].product);
	files_fixed("sys/class/dmi/id/chassis_asset_tag", machines[i].chassis);
	return i;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct said said = { data + 1, size - 1, 0 };
	struct http http = { .get = say, .ctx = &said };
	struct region_door door = { .host = files_host(), .http = &http };
	struct place place = { .text = "before" };
	struct diag diag = { 0 };
	size_t machine;
	int r;

	if (size == 0)
		return 0;
	machine = make_machine(data[0]);
	door.tables = the_tables();
	r = region_of_cloud(&door, &diag, &place);
	PROMISE(r == 0 || r == -EPROTO || r == -ENODATA || r == -EMSGSIZE ||
		r == -ENOENT);
	PROMISE((r < 0) == (diag.text[0] != '\0') && is_plain(diag.text));
	if (r < 0) {
		PROMISE(strcmp(place.text, "before") == 0);
		return 0;
	}
	PROMISE(strcmp(place.cloud, machines[machine].cloud) == 0);
	PROMISE(place.cloud_region[0] != '\0' && is_plain(place.text));
	return 0;
}
