/* SPDX-License-Identifier: Apache-2.0 */
#include "import/records.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

void records_begin(struct records *records, const char *format, const char *tool)
{
	struct run_info *info = &records->record.info;

	memset(records, 0, sizeof *records);
	records->record.import = &records->import;
	records->record.domains = records->domains;
	(void)copy_text(records->import.format, sizeof records->import.format, format);
	(void)copy_text(records->import.tool, sizeof records->import.tool, tool);
	(void)copy_text(info->how, sizeof info->how, "import");
	info->state = RUN_FINISHED;
	info->attributed_j = info->machine_j = -1;
	info->reserve.cpu_permille = info->reserve.mem_permille = 0;
}

void records_done(struct records *records)
{
	records->record.import = NULL;
	records->record.domains = NULL;
	run_record_done(&records->record);
	run_import_done(&records->import);
}

/* Room for one more item, zeroed; its list's count is the caller's to move on. */
static void *grow(struct records *records, void *items_at, size_t count, size_t size)
{
	void **items = items_at;
	void *grown = *items;

	/* At powers of two, so that no room need be kept. */
	if ((count & (count - 1)) == 0)
		grown = reallocarray(*items, count ? count * 2 : 1, size);
	if (!grown) {
		records->failed = true;
		return NULL;
	}
	*items = grown;
	return memset((char *)grown + count * size, 0, size);
}

void records_figure(struct records *records, const char *name, double value,
		    const char *unit)
{
	struct run_import *import = &records->import;
	struct run_figure *figure;

	if (!isfinite(value))
		return;
	figure = grow(records, &import->figures, import->figure_count, sizeof *figure);
	if (!figure)
		return;
	import->figure_count++;
	(void)copy_text(figure->name, sizeof figure->name, name);
	(void)copy_text(figure->unit, sizeof figure->unit, unit);
	figure->value = value;
}

void records_warning(struct records *records, const char *code, const char *fmt, ...)
{
	struct run_record *record = &records->record;
	struct run_warning one = { .code = "" };
	struct run_warning *warning;
	va_list args;

	(void)copy_text(one.code, sizeof one.code, code);
	va_start(args, fmt);
	(void)vsnprintf(one.text, sizeof one.text, fmt, args);
	va_end(args);
	warning =
		grow(records, &record->warnings, record->warning_count, sizeof *warning);
	if (!warning)
		return;
	*warning = one;
	record->warning_count++;
}

void records_gap(struct records *records, const struct gap *gap)
{
	struct run_record *record = &records->record;
	struct gap *to = grow(records, &record->gaps, record->gap_count, sizeof *to);

	if (!to)
		return;
	*to = *gap;
	record->gap_count++;
}

void records_mark(struct records *records, int64_t t_ns, const char *name)
{
	struct run_record *record = &records->record;
	struct run_mark *mark =
		grow(records, &record->marks, record->mark_count, sizeof *mark);

	if (!mark)
		return;
	mark->t_ns = t_ns;
	(void)copy_text(mark->name, sizeof mark->name, name);
	record->mark_count++;
}

void records_metric(struct records *records, int64_t t_ns, const char *name, double value)
{
	struct run_record *record = &records->record;
	struct run_metric *metric =
		grow(records, &record->metrics, record->metric_count, sizeof *metric);

	if (!metric)
		return;
	metric->t_ns = t_ns;
	metric->value = value;
	(void)copy_text(metric->name, sizeof metric->name, name);
	record->metric_count++;
}

void records_work(struct records *records, const char *unit, double amount)
{
	struct run_record *record = &records->record;
	struct run_work *work =
		grow(records, &record->works, record->work_count, sizeof *work);

	if (!work)
		return;
	(void)copy_text(work->unit, sizeof work->unit, unit);
	work->amount = amount;
	work->count = 1;
	record->work_count++;
}

void records_tag(struct records *records, const char *key, const char *value)
{
	struct run_record *record = &records->record;
	struct run_tag *tag;

	if (*value == '\0')
		return;
	tag = grow(records, &record->tags, record->tag_count, sizeof *tag);
	if (!tag)
		return;
	(void)copy_text(tag->key, sizeof tag->key, key);
	(void)copy_text(tag->value, sizeof tag->value, value);
	record->tag_count++;
}

struct run_domain *records_domain(struct records *records, const char *id,
				  enum family family)
{
	struct run_domain *domain = &records->domains[records->record.domain_count];

	if (records->record.domain_count == DOMAINS_MAX)
		return NULL;
	records->record.domain_count++;
	domain_init(&domain->domain, id, family);
	return domain;
}

void records_digest_begin(struct sha256 *sha, const char *format)
{
	sha256_begin(sha);
	records_digest_add(sha, format, strlen(format));
}

void records_digest_add(struct sha256 *sha, const void *bytes, size_t size)
{
	unsigned char length[8];

	for (unsigned i = 0; i < sizeof length; i++)
		length[i] = (unsigned char)((uint64_t)size >> (8 * i));
	sha256_add(sha, length, sizeof length);
	sha256_add(sha, bytes, size);
}

void records_digest_end(struct sha256 *sha, struct records *records)
{
	sha256_end(sha, records->import.digest);
}

uint64_t records_uj(double joules)
{
	if (!(joules > 0) || joules > 9e12)
		return 0;
	return (uint64_t)(joules * 1e6 + 0.5);
}

void records_whole_machine(struct sample *row)
{
	row->use.t_ns = row->t_ns;
	row->use.has = USE_SCOPE_CPU | USE_MACHINE_CPU | USE_SCOPE_MEM | USE_MACHINE_MEM;
	row->use.scope_cpu_ns = row->use.machine_cpu_ns = (uint64_t)row->t_ns;
	row->use.scope_mem_bytes = row->use.machine_mem_bytes = 1;
	for (uint32_t i = 0; i < row->gpu_count && i < GPUS_MAX; i++)
		row->use.gpu[i] = (struct gpu_use){ .has = GPU_USE_CLIENTS,
						    .scope_clients = 1,
						    .all_clients = 1 };
}

bool records_is_before(const char *version, const char *other)
{
	while (*version >= '0' && *version <= '9') {
		char *version_end, *other_end;
		unsigned long a = strtoul(version, &version_end, 10);
		unsigned long b = strtoul(other, &other_end, 10);

		if (a != b)
			return a < b;
		if (*version_end != '.' || *other_end != '.')
			return false;
		version = version_end + 1;
		other = other_end + 1;
	}
	return false;
}
