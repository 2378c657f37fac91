/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes are an archive or a sentence; what it unpacks to is what it says and no more. */
#include <errno.h>
#include <string.h>

#include "files.h"
#include "import/zip.h"

#define SIZE_MAX_HERE (1 << 20) /* larger ones would only be slow */
#define HEAD          64

static void take(const struct zip *zip, size_t i)
{
	const struct zip_entry *entry = zip_entry(zip, i);
	struct diag diag = { 0 };
	char head[HEAD];
	ssize_t got = zip_head(zip, i, head, sizeof head, &diag);
	AUTO_FREE char *all = NULL;
	int r;

	PROMISE(entry->name && entry->name[0] != '\0');
	PROMISE(got <= (ssize_t)sizeof head);
	if (entry->size > SIZE_MAX_HERE)
		return;
	all = malloc(entry->size ? entry->size : 1);
	if (!all)
		return;
	r = zip_read(zip, i, all, &diag);
	PROMISE(r == 0 || (r < 0 && diag.text[0] != '\0'));
	if (r == 0)
		PROMISE(got >= 0 && memcmp(head, all, (size_t)got) == 0);
	PROMISE(zip_seek(zip, entry->name, strlen(entry->name)) <= i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *bytes = malloc(size ? size : 1);
	struct zip *zip = NULL;
	struct diag diag = { 0 };
	int r;

	if (!bytes)
		return 0;
	memcpy(bytes, data, size);
	r = zip_open(bytes, size, &diag, &zip);
	PROMISE(r == 0 || (r == -EPROTO && diag.text[0] != '\0' && !zip));
	for (size_t i = 0; r == 0 && i < zip_count(zip); i++)
		take(zip, i);
	zip_free(zip);
	return 0;
}
