/* SPDX-License-Identifier: Apache-2.0 */
/* What the inventory reads: git's files, os-release, the machine's name and size. */
#include <stdio.h>
#include <string.h>

#include "engine/inventory.h"
#include "files.h"

static const char *const paths[] = {
	"work/.git/HEAD",
	"work/.git/packed-refs",
	"work/.git/refs/heads/main",
	"etc/os-release",
	"proc/meminfo",
	"proc/cpuinfo",
	"sys/devices/system/cpu/online",
	"sys/class/dmi/id/product_name",
	"other/.git",
};

static void software(const char *folder)
{
	char directory[128];
	char *text = NULL;

	(void)snprintf(directory, sizeof directory, "%s/%s", files_root(), folder);
	PROMISE(inventory_software(files_host(),
				   &(struct inventory_run){ .directory = directory },
				   &text) == 0);
	PROMISE(text && text[0] == '{');
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = NULL;

	files_lay(paths, ARRAY_SIZE(paths), data, size);
	PROMISE(inventory_hardware(files_host(), NULL, 0, &text) == 0);
	PROMISE(text && text[0] == '{');
	free(text);
	software("work");
	software("other");
	return 0;
}
