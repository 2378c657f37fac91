/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_data(), gramme_data_export(): the tables inside, told and written out. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/context.h"
#include "grid/table.h"

/* Never over a file that is there: it may be a table of the user's own. */
static int write_table(struct gramme *gramme, const char *folder,
		       const struct table_text *table)
{
	char path[4096];
	FILE *file;
	int fd;
	bool bad;

	if (snprintf(path, sizeof path, "%s/%s.csv", folder, table->name) >=
	    (int)sizeof path)
		return diag_say(&gramme->diag, -ENAMETOOLONG,
				"the folder's name is too long");
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file)
		return diag_fail(&gramme->diag, -errno, "cannot write %s", path);
	bad = fwrite(table->text, 1, table->size, file) != table->size;
	if (fclose(file) != 0 || bad)
		return diag_fail(&gramme->diag, -errno, "cannot write %s", path);
	return 0;
}

int gramme_data_export(struct gramme *gramme, const char *folder, size_t *ret_count)
{
	size_t count = 0;
	int r = context_check(gramme);

	if (r < 0)
		return r;
	if (!folder || *folder == '\0')
		return diag_say(&gramme->diag, -EINVAL, "there is no folder to write to");
	if (mkdir(folder, 0777) < 0 && errno != EEXIST)
		return diag_fail(&gramme->diag, -errno, "cannot make %s", folder);
	for (; count < table_text_count; count++) {
		r = write_table(gramme, folder, &table_texts[count]);
		if (r < 0)
			return r;
	}
	if (ret_count)
		*ret_count = count;
	return 0;
}
