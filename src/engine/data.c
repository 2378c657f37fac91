/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_data(), gramme_data_export(): the tables inside, told and written out. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/context.h"
#include "place/table.h"
#include "report/data-view.h"

static void row_of(struct tables *tables, const char *name, struct data_row *ret)
{
	const struct table *table = tables_get(tables, name);

	*ret = (struct data_row){ .name = name };
	if (!table)
		return;
	ret->what = table_meta(table, "title");
	ret->year = table_meta(table, "year");
	ret->licence = table_meta(table, "licence");
	ret->taken = table_meta(table, "taken");
	ret->source = table_meta(table, "source");
	ret->attribution = table_meta(table, "attribution");
	ret->rows = table_rows(table);
	ret->own = table_is_own(table);
}

int gramme_data(struct gramme *gramme, const char *format, uint32_t flags, char **ret)
{
	struct report_opts how = { .colour = flags & GRAMME_TEXT_COLOUR, .width = 80 };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	AUTO_FREE struct data_row *rows = NULL;
	struct tables *tables;
	struct data_view view;
	int r = context_format(gramme, format, ret);

	if (r < 0)
		return r;
	tables = context_tables(gramme);
	rows = calloc(table_text_count + 1, sizeof *rows);
	if (!tables || !rows)
		return diag_fail(&gramme->diag, -ENOMEM, "cannot list the tables");
	for (size_t i = 0; i < table_text_count; i++)
		row_of(tables, table_texts[i].name, &rows[i]);
	view = (struct data_view){ rows, table_text_count, tables_version(tables),
				   tables_trouble(tables) };
	if (strcmp(format, "json") == 0)
		return data_json(&view, ret);
	data_text(&view, &how, &out);
	return strbuf_steal(&out, ret);
}

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
	if (!file) {
		int err = -errno;

		close_fd(&fd);
		(void)diag_fail(&gramme->diag, err, "cannot write %s", path);
		if (err == -EEXIST)
			diag_fix(&gramme->diag, "a folder of another name: no file is "
						"written over");
		return err;
	}
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
