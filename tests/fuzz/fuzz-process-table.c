/* SPDX-License-Identifier: Apache-2.0 */
/* All processes of a machine: their lines, and the users they belong to. */
#include <errno.h>
#include <string.h>

#include "activity/process-table.h"
#include "files.h"

static const char *const paths[] = { "proc/40/stat", "proc/41/stat", "proc/41/status",
				     "etc/passwd" };

static void line_of(const char *text)
{
	struct process_line line = { .resident_bytes = 7 };
	int r = process_line_parse(text, &line);

	PROMISE(r == 0 || (r == -EPROTO && line.resident_bytes == 7));
	PROMISE(r < 0 || strlen(line.name) < sizeof line.name);
}

static void look_at(struct process_table *table, const struct process *process)
{
	const struct process *parent = process_table_parent(table, process);
	char user[PROCESS_USER_MAX];

	PROMISE(!parent || (parent != process && parent->pid == process->ppid));
	PROMISE(process_table_find(table, process->pid) == process);
	process_table_user(table, process->pid, user, sizeof user);
	PROMISE(strlen(user) < sizeof user);
}

static void look(struct process_table *table)
{
	struct diag diag = { 0 };

	(void)!process_table_update(table, &diag);
	for (size_t i = 0; i < process_table_count(table); i++)
		look_at(table, process_table_at(table, i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = files_text(data, size);
	struct process_table *table = NULL;

	line_of(text);
	files_lay(paths, ARRAY_SIZE(paths), data, size);
	if (process_table_new(files_host(), &table) < 0)
		return 0;
	look(table);
	files_pass(NS_PER_S);
	look(table);
	process_table_free(table);
	return 0;
}
