/* SPDX-License-Identifier: Apache-2.0 */
#include "model/run.h"

#include <stdlib.h>
#include <string.h>

void run_info_done(struct run_info *info)
{
	if (!info)
		return;
	free(info->command_json);
	free(info->directory);
	info->command_json = NULL;
	info->directory = NULL;
}

int64_t run_time_unix_ns(const struct run_info *info, int64_t since_start_ns)
{
	int64_t at_ns;

	if (since_start_ns < 0 ||
	    __builtin_add_overflow(info->started_unix_ns, since_start_ns, &at_ns))
		return info->started_unix_ns;
	return at_ns;
}

void run_import_done(struct run_import *import)
{
	if (!import)
		return;
	free(import->file);
	free(import->figures);
	memset(import, 0, sizeof *import);
}

void run_record_done(struct run_record *record)
{
	if (!record)
		return;
	run_info_done(&record->info);
	free(record->domains);
	free(record->gaps);
	free(record->marks);
	free(record->metrics);
	free(record->tags);
	free(record->warnings);
	free(record->works);
	run_import_done(record->import);
	free(record->import);
	free(record->hardware_json);
	free(record->software_json);
	memset(record, 0, sizeof *record);
}

void section_views_free(struct section_view *sections, size_t count)
{
	for (size_t i = 0; sections && i < count; i++)
		free(sections[i].times);
	free(sections);
}

void run_view_done(struct run_view *view)
{
	if (!view)
		return;
	run_record_done(&view->record);
	free(view->components);
	free(view->outers);
	section_views_free(view->sections, view->section_count);
	memset(view, 0, sizeof *view);
}
