/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: the text of /proc/cpuinfo, and the tables cpu_tdp, cpu_spec, cpu_cloud, cpu_model_year
 *        and cpu_arm of data/.
 * Gives: name, year, design power and threads of the processors.
 * Needs: nothing.
 * Limits: a name that is not in the tables has no design power here; what is drawn then is the
 *         curve's to guess, and to say so.
 */
#include "machine/cpu-model.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "data-cpu-arm.h"
#include "data-cpu-cloud.h"
#include "data-cpu-model-year.h"
#include "data-cpu-spec.h"
#include "data-cpu-tdp.h"
#include "machine/cpu-name.h"

#define CHIPS_MAX 64

/* A table sorted by name: each row begins with the offset of its name in text. */
struct name_table {
	const char *text;
	const void *rows;
	size_t row_size;
	size_t count;
};

#define NAME_TABLE(table)                                                                \
	{                                                                                \
		table##_text, table, sizeof(table)[0], ARRAY_SIZE(table)                 \
	}

static const struct name_table tdp_names = NAME_TABLE(data_cpu_tdp);
static const struct name_table spec_names = NAME_TABLE(data_cpu_spec);
static const struct name_table cloud_names = NAME_TABLE(data_cpu_cloud);

static const char *name_at(const struct name_table *table, size_t i)
{
	uint32_t offset;

	memcpy(&offset, (const char *)table->rows + i * table->row_size, sizeof offset);
	return table->text + offset;
}

/* The row's index, or -ENOENT. */
static int find_name(const struct name_table *table, const char *name)
{
	size_t low = 0;
	size_t high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, name_at(table, middle));

		if (order == 0)
			return (int)middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -ENOENT;
}

static bool has_digit(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (isdigit((unsigned char)text[i]))
			return true;
	return false;
}

/* Whether part stands in name as whole words, and what is left over has no digit. */
static bool names_within(const char *name, const char *part, size_t len)
{
	const char *at = strstr(name, part);
	const char *after;

	if (!at)
		return false;
	after = at + len;
	return (at == name || at[-1] == ' ') && (*after == '\0' || *after == ' ') &&
	       !has_digit(name, (size_t)(at - name)) && !has_digit(after, strlen(after));
}

static int find_within(const struct name_table *table, const char *name)
{
	size_t longest = 0;
	int found = -ENOENT;

	for (size_t i = 0; i < table->count; i++) {
		const char *part = name_at(table, i);
		size_t len = strlen(part);

		if (len > longest && names_within(name, part, len)) {
			longest = len;
			found = (int)i;
		}
	}
	return found;
}

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : NULL;
}

static bool add_chip(uint64_t *ids, uint32_t *count, uint64_t id)
{
	for (uint32_t i = 0; i < *count; i++)
		if (ids[i] == id)
			return false;
	if (*count == CHIPS_MAX)
		return false;
	ids[(*count)++] = id;
	return true;
}

static void count_processors(const char *text, struct cpu_seen *seen)
{
	uint64_t ids[CHIPS_MAX];
	uint64_t id;

	for (const char *line = text; line; line = next_line(line)) {
		if (strncmp(line, "processor\t", 10) == 0)
			seen->threads++;
		else if (strncmp(line, "physical id\t", 12) == 0 &&
			 parse_keyed_u64(line, "physical id\t:", &id) == 0)
			(void)add_chip(ids, &seen->chips, id);
	}
	if (seen->chips == 0)
		seen->chips = 1;
}

static uint32_t keyed(const char *text, const char *key)
{
	char buf[24];
	uint64_t value;

	if (parse_keyed_text(text, key, buf, sizeof buf) < 0)
		return 0;
	if (strncmp(buf, "0x", 2) == 0 ? parse_hex64(buf, &value)
				       : parse_u64(buf, &value))
		return 0;
	return value > UINT32_MAX ? 0 : (uint32_t)value;
}

/* "" where there is no such line: ARM names no model. */
static void keyed_text(const char *text, const char *key, char *buf, size_t size)
{
	if (parse_keyed_text(text, key, buf, size) < 0)
		buf[0] = '\0';
}

static bool has_flag(const char *text, const char *flag)
{
	const char *line = strstr(text, "\nflags\t");
	size_t len = strlen(flag);
	const char *end;

	if (!line)
		return false;
	end = line + 1 + strcspn(line + 1, "\n");
	for (const char *at = strstr(line, flag); at && at < end;
	     at = strstr(at + 1, flag))
		if (at[-1] == ' ' && (at[len] == ' ' || at + len == end))
			return true;
	return false;
}

int cpu_model_parse(const char *cpuinfo, struct cpu_seen *ret)
{
	struct cpu_seen seen = { 0 };

	count_processors(cpuinfo, &seen);
	if (seen.threads == 0)
		return -EPROTO;
	keyed_text(cpuinfo, "vendor_id\t", seen.vendor, sizeof seen.vendor);
	keyed_text(cpuinfo, "model name\t", seen.name, sizeof seen.name);
	seen.family = keyed(cpuinfo, "cpu family\t");
	seen.model = keyed(cpuinfo, "model\t");
	seen.stepping = keyed(cpuinfo, "stepping\t");
	seen.implementer = keyed(cpuinfo, "CPU implementer\t");
	seen.part = keyed(cpuinfo, "CPU part\t");
	seen.hypervisor = has_flag(cpuinfo, "hypervisor");
	*ret = seen;
	return 0;
}

/* Rows are sorted, so the last that fits has the highest stepping. */
static uint32_t year_of_model(const struct cpu_seen *seen)
{
	uint32_t year = 0;

	for (size_t i = 0; i < ARRAY_SIZE(data_cpu_model_year); i++) {
		const struct data_cpu_model_year *row = &data_cpu_model_year[i];

		if (row->family == seen->family && row->model == seen->model &&
		    row->stepping <= seen->stepping &&
		    strcmp(data_cpu_model_year_text + row->vendor, seen->vendor) == 0)
			year = row->year;
	}
	return year;
}

static void facts_of_part(const struct cpu_seen *seen, struct cpu_facts *facts)
{
	for (size_t i = 0; i < ARRAY_SIZE(data_cpu_arm); i++) {
		const struct data_cpu_arm *row = &data_cpu_arm[i];

		if (row->implementer != seen->implementer || row->part != seen->part)
			continue;
		(void)copy_text(facts->name, sizeof facts->name,
				data_cpu_arm_text + row->name);
		facts->year = row->year;
		facts->core_mw = row->core_mw;
	}
}

static void facts_of_name(const char *name, struct cpu_facts *facts)
{
	char with_maker[CPU_NAME_MAX + 8];
	int row = find_name(&tdp_names, name);

	/* "Pentium(R) Dual-Core CPU T4200" leaves its maker out. */
	(void)copy_text(with_maker, sizeof with_maker, "intel ");
	(void)copy_text(with_maker + 6, sizeof with_maker - 6, name);
	if (row < 0)
		row = find_name(&tdp_names, with_maker);
	if (row < 0)
		row = find_within(&tdp_names, name);
	(void)copy_text(facts->name, sizeof facts->name,
			row < 0 ? name : name_at(&tdp_names, (size_t)row));
	if (row >= 0)
		facts->tdp_mw = data_cpu_tdp[row].tdp_mw;

	row = find_name(&cloud_names, facts->name);
	if (row >= 0)
		facts->chip_threads = data_cpu_cloud[row].threads;
	row = find_name(&spec_names, facts->name);
	if (row >= 0) {
		facts->chip_threads = data_cpu_spec[row].threads;
		facts->year = data_cpu_spec[row].year;
	}
}

void cpu_model_facts(const struct cpu_seen *seen, struct cpu_facts *ret)
{
	struct cpu_facts facts = { 0 };
	char name[CPU_NAME_MAX];
	uint32_t year = year_of_model(seen);

	cpu_name_short(seen->name, name, sizeof name);
	if (name[0])
		facts_of_name(name, &facts);
	else if (seen->implementer)
		facts_of_part(seen, &facts);
	if (year)
		facts.year = year;
	*ret = facts;
}
