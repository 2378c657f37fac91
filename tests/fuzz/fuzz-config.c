/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file: any bytes end in settings or in a sentence that names the line. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/config.h"
#include "files.h"

static const char *const paths[] = { "gramme.conf" };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config config;
	struct diag diag = { 0 };
	char file[128];
	int64_t period_ns = NS_PER_S;
	double pue = 1;
	int r;

	files_lay(paths, ARRAY_SIZE(paths), data, size);
	(void)snprintf(file, sizeof file, "%s/gramme.conf", files_root());
	r = config_load(&config, file, &diag);
	PROMISE(r == 0 || (r == -EPROTO && strstr(diag.text, "line")));
	for (int i = 0; i < CONFIG_KEYS; i++)
		PROMISE(memchr(config.value[i].text, '\0', sizeof config.value[i].text));
	r = config_period_ns(&config, &period_ns, &diag);
	PROMISE(r <= 0 && period_ns >= NS_PER_MS && period_ns <= 3600 * NS_PER_S);
	r = config_pue(&config, &pue, &diag);
	PROMISE(r <= 0 && pue >= 1 && pue <= 10);
	return 0;
}
