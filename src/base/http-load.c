/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl, of any TLS library, from the list of http-symbols.def. It is never unloaded: a thread
 * of its own that still asks for a name may be in it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "base/http-curl.h"

enum need { REQUIRED, OPTIONAL };

static const struct symbol {
	const char *name;
	size_t offset;
	enum need need;
} symbols[] = {

#define HTTP_SYMBOL(need, returns, member, name, args)                                   \
	{ name, offsetof(struct http_api, member), need },
#include "base/http-symbols.def"
#undef HTTP_SYMBOL
};

/*
 * The host's own first: who patches the host patches it. A wheel brings one for hosts that have
 * none, in the folder of the helpers; ld.so(8) has $ORIGIN.
 */
static void *open_library(void)
{
	static const char *const sonames[] = {
		"libcurl.so.4",
		"libcurl-gnutls.so.4",
		"$ORIGIN/libcurl-gramme.so.4",
		"$ORIGIN/../libexec/gramme/libcurl-gramme.so.4",
	};
	void *library = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(sonames) && !library; i++)
		library = dlopen(sonames[i], RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	return library;
}

static int load_symbols(struct http_api *api, void *library, struct diag *diag)
{
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		void *found = dlsym(library, symbols[i].name);

		if (!found && symbols[i].need == REQUIRED)
			return diag_say(diag, -ENOSYS, "the libcurl here has no %s",
					symbols[i].name);
		/* A function's address: ISO C would not let it be assigned. */
		memcpy((char *)api + symbols[i].offset, &found, sizeof found);
	}
	return 0;
}

int http_load(struct http_api *api, struct diag *diag)
{
	void *library = open_library();
	int r;

	if (!library) {
		(void)diag_say(diag, -ENOSYS,
			       "libcurl.so.4 is not here: nothing can be asked");
		diag_fix(diag,
			 "install libcurl (Debian, Ubuntu: libcurl4; Fedora: libcurl)");
		return -ENOSYS;
	}
	r = load_symbols(api, library, diag);
	if (r < 0)
		return r;
	if (api->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return diag_say(diag, -ENOSYS, "libcurl does not start");
	return 0;
}
