/* SPDX-License-Identifier: Apache-2.0 */
#include "import/gramme-record.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/parse.h"
#include "model/fields.h"

/* Far more than a run with a million metrics has; a parser's tree is some ten times as large. */
#define RECORD_MAX (UINT64_C(256) << 20)
#define VERSION    1
/* A hundred years: longer than a run, and short enough for sums of such times. */
#define TIME_MAX_NS (INT64_C(100) * 366 * 86400 * NS_PER_S)

struct reader {
	const json_t *root;
	struct diag *diag;
};

static void release(json_t **value)
{
	json_decref(*value);
}

void gramme_record_done(struct gramme_record *record)
{
	for (size_t i = 0; i < record->history.series_count; i++)
		intensity_series_done(&record->history.series[i]);
	free(record->history.series);
	free(record->history.weighings);
	records_done(&record->records);
}

static int wrong(const struct reader *reader, const char *what)
{
	return diag_say(reader->diag, -EPROTO, "'%.40s' of its record is not understood",
			what);
}

/* --- values ------------------------------------------------------------------------------- */

/* Cut to the room there is, between two characters. */
static int take_text(const json_t *value, char *buf, size_t size)
{
	const char *text = json_string_value(value);
	size_t len;

	if (!text)
		return -EPROTO;
	if (copy_text(buf, size, text))
		return 0;
	len = size - 1;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	buf[len] = '\0';
	return 0;
}

static int take_owned(const json_t *value, char **ret)
{
	const char *text = json_string_value(value);
	char *own = NULL;

	if (!text && !json_is_null(value))
		return -EPROTO;
	if (text) {
		own = strdup(text);
		if (!own)
			return -ENOMEM;
	}
	free(*ret);
	*ret = own;
	return 0;
}

static int take_i64(const json_t *value, int64_t *ret)
{
	if (!json_is_integer(value))
		return -EPROTO;
	*ret = json_integer_value(value);
	return 0;
}

static int take_u64(const json_t *value, uint64_t *ret)
{
	if (json_is_string(value))
		return parse_u64(json_string_value(value), ret) < 0 ? -EPROTO : 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return -EPROTO;
	*ret = (uint64_t)json_integer_value(value);
	return 0;
}

static int take_range(const json_t *value, int64_t least, int64_t most, int64_t *ret)
{
	int64_t whole;

	if (take_i64(value, &whole) < 0 || whole < least || whole > most)
		return -EPROTO;
	*ret = whole;
	return 0;
}

static int take_real(const json_t *value, double absent, double *ret)
{
	if (!json_is_number(value) && !json_is_null(value))
		return -EPROTO;
	*ret = json_is_null(value) ? absent : json_number_value(value);
	return 0;
}

static int take_small(const json_t *value, const struct field *field, void *to)
{
	int64_t whole = 0;
	int r;

	if (field->type == FIELD_BOOL) {
		if (!json_is_boolean(value))
			return -EPROTO;
		*(bool *)to = json_is_true(value);
		return 0;
	}
	if (field->type == FIELD_U32) {
		r = take_range(value, 0, UINT32_MAX, &whole);
		if (r == 0)
			*(uint32_t *)to = (uint32_t)whole;
		return r;
	}
	r = take_range(value, INT32_MIN, INT32_MAX, &whole);
	if (r == 0)
		*(int *)to = (int)whole;
	return r;
}

static int take_word(const json_t *value, const struct field_words *words, void *to)
{
	const char *text = json_string_value(value);
	unsigned int word;

	if (!text || words->value(text, &word) < 0)
		return -EPROTO;
	*(unsigned int *)to = word;
	return 0;
}

static int take_field(const json_t *value, const struct field *field, void *to)
{
	switch (field->type) {
	case FIELD_TEXT:
		return take_text(value, to, field->size);
	case FIELD_OWNED:
		return take_owned(value, to);
	case FIELD_I64:
		return take_i64(value, to);
	case FIELD_U64:
		return take_u64(value, to);
	case FIELD_REAL:
		return take_real(value, field->absent, to);
	case FIELD_WORD:
		return take_word(value, field->words, to);
	case FIELD_U32:
	case FIELD_INT:
	case FIELD_BOOL:
	default:
		return take_small(value, field, to);
	}
}

/* A field that is not there stays as it was: an older file knew none of it. Of those that share
 * a `has` all have a value, or none does. */
static int take_fields(const struct reader *reader, const json_t *object,
		       struct fields fields, void *to)
{
	char *base = to;

	for (size_t i = 0; i < fields.count; i++)
		if (fields.field[i].has)
			*(bool *)(base + fields.field[i].has) = true;
	for (size_t i = 0; i < fields.count; i++) {
		const struct field *field = &fields.field[i];
		const json_t *value = json_object_get(object, field->column);
		int r = 0;

		if (field->has && (!value || json_is_null(value)))
			*(bool *)(base + field->has) = false;
		else if (value)
			r = take_field(value, field, base + field->offset);
		if (r < 0)
			return r == -ENOMEM ? r : wrong(reader, field->column);
	}
	return 0;
}

/* --- lists -------------------------------------------------------------------------------- */

typedef int take_item(struct gramme_record *record, const json_t *item);

static int each_item(const struct reader *reader, const char *key, take_item *take,
		     struct gramme_record *record)
{
	const json_t *list = json_object_get(reader->root, key);
	size_t count = json_array_size(list);

	if (list && !json_is_array(list))
		return wrong(reader, key);
	for (size_t i = 0; i < count; i++) {
		int r = take(record, json_array_get(list, i));

		if (r < 0)
			return r == -ENOMEM ? r : wrong(reader, key);
	}
	return 0;
}

static int take_gap(struct gramme_record *record, const json_t *item)
{
	int64_t domains = (int64_t)record->records.record.domain_count;
	struct gap gap = { .domain = 0 };
	int64_t domain = 0;
	unsigned int why = 0;

	if (take_range(json_array_get(item, 0), 0, domains - 1, &domain) < 0 ||
	    take_range(json_array_get(item, 1), 0, TIME_MAX_NS, &gap.from_ns) < 0 ||
	    take_range(json_array_get(item, 2), gap.from_ns, TIME_MAX_NS, &gap.to_ns) <
		    0 ||
	    take_word(json_array_get(item, 3), &field_gap_words, &why) < 0)
		return -EPROTO;
	gap.domain = (uint32_t)domain;
	gap.why = (enum gap_why)why;
	records_gap(&record->records, &gap);
	return 0;
}

static int take_mark(struct gramme_record *record, const json_t *item)
{
	char name[RUN_NAME_MAX];
	int64_t t_ns = 0;

	if (take_range(json_array_get(item, 0), 0, TIME_MAX_NS, &t_ns) < 0 ||
	    take_text(json_array_get(item, 1), name, sizeof name) < 0)
		return -EPROTO;
	records_mark(&record->records, t_ns, name);
	return 0;
}

static int take_metric(struct gramme_record *record, const json_t *item)
{
	char name[RUN_NAME_MAX];
	int64_t t_ns = 0;
	double value;

	if (take_range(json_array_get(item, 0), 0, TIME_MAX_NS, &t_ns) < 0 ||
	    take_text(json_array_get(item, 1), name, sizeof name) < 0 ||
	    take_real(json_array_get(item, 2), NAN, &value) < 0)
		return -EPROTO;
	records_metric(&record->records, t_ns, name, value);
	return 0;
}

static int take_tag(struct gramme_record *record, const json_t *item)
{
	struct run_tag tag;

	if (take_text(json_array_get(item, 0), tag.key, sizeof tag.key) < 0 ||
	    take_text(json_array_get(item, 1), tag.value, sizeof tag.value) < 0)
		return -EPROTO;
	records_tag(&record->records, tag.key, tag.value);
	return 0;
}

static int take_work(struct gramme_record *record, const json_t *item)
{
	struct run_record *own = &record->records.record;
	struct run_work work;
	size_t before = own->work_count;

	if (take_text(json_array_get(item, 0), work.unit, sizeof work.unit) < 0 ||
	    take_real(json_array_get(item, 1), 0, &work.amount) < 0 ||
	    take_u64(json_array_get(item, 2), &work.count) < 0)
		return -EPROTO;
	records_work(&record->records, work.unit, work.amount);
	if (own->work_count > before)
		own->works[before].count = work.count;
	return 0;
}

static int take_warning(struct gramme_record *record, const json_t *item)
{
	struct run_warning warning;

	if (take_text(json_array_get(item, 0), warning.code, sizeof warning.code) < 0 ||
	    take_text(json_array_get(item, 1), warning.text, sizeof warning.text) < 0)
		return -EPROTO;
	records_warning(&record->records, warning.code, "%s", warning.text);
	return 0;
}

static int take_domains(const struct reader *reader, struct gramme_record *record)
{
	const json_t *list = json_object_get(reader->root, "domains");
	size_t count = json_array_size(list);

	if (count > DOMAINS_MAX)
		return wrong(reader, "domains");
	for (size_t i = 0; i < count; i++) {
		struct run_domain *domain =
			records_domain(&record->records, "", FAMILY_OTHER);
		int r = take_fields(reader, json_array_get(list, i), fields_of_domain(),
				    domain);

		if (r < 0)
			return r;
		if (domain->domain.gpu < -1 || domain->domain.gpu >= GPUS_MAX ||
		    domain->domain.id[0] == '\0')
			return wrong(reader, "domains");
	}
	return 0;
}

/* --- what weighs it ----------------------------------------------------------------------- */

static int take_point(const json_t *item, struct intensity_series *series)
{
	struct intensity_point point = { .from_unix_s = 0 };

	if (take_i64(json_array_get(item, 0), &point.from_unix_s) < 0 ||
	    take_i64(json_array_get(item, 1), &point.to_unix_s) < 0 ||
	    take_real(json_array_get(item, 2), NAN, &point.gpkwh) < 0)
		return -EPROTO;
	point.estimated = json_is_true(json_array_get(item, 3));
	point.forecast = json_is_true(json_array_get(item, 4));
	return intensity_series_add(series, &point);
}

static int take_series(struct gramme_record *record, const json_t *item)
{
	struct import_history *history = &record->history;
	struct intensity_series *series = &history->series[history->series_count];
	const json_t *points = json_object_get(item, "points");
	char signal[16];

	if (take_text(json_object_get(item, "provider"), series->provider,
		      sizeof series->provider) < 0 ||
	    take_text(json_object_get(item, "zone"), series->zone, sizeof series->zone) <
		    0 ||
	    take_text(json_object_get(item, "basis"), series->basis,
		      sizeof series->basis) < 0 ||
	    take_text(json_object_get(item, "signal"), signal, sizeof signal) < 0 ||
	    signal_of_text(signal, &series->signal) < 0 ||
	    take_real(json_object_get(item, "error_ratio"), 0, &series->error_ratio) <
		    0 ||
	    take_i64(json_object_get(item, "fetched_unix_s"), &series->fetched_unix_s) <
		    0)
		return -EPROTO;
	history->series_count++;
	for (size_t i = 0; i < json_array_size(points); i++) {
		int r = take_point(json_array_get(points, i), series);

		if (r < 0)
			return r;
	}
	return intensity_series_sort(series);
}

static int take_history(const struct reader *reader, struct gramme_record *record)
{
	const json_t *series = json_object_get(reader->root, "intensity");
	const json_t *weighings = json_object_get(reader->root, "weighings");
	struct import_history *history = &record->history;

	history->series = calloc(json_array_size(series) + 1, sizeof *history->series);
	history->weighings =
		calloc(json_array_size(weighings) + 1, sizeof *history->weighings);
	if (!history->series || !history->weighings)
		return -ENOMEM;
	for (size_t i = 0; i < json_array_size(weighings); i++) {
		struct weighing *weighing = &history->weighings[i];
		const json_t *item = json_array_get(weighings, i);
		int r = take_fields(reader, item, fields_of_weighing(), weighing);

		if (r == 0 && take_i64(json_object_get(item, "at_unix_ns"),
				       &weighing->at_unix_ns) < 0)
			r = wrong(reader, "weighings");
		if (r < 0)
			return r;
		history->weighing_count++;
	}
	return each_item(reader, "intensity", take_series, record);
}

/* --- the run ------------------------------------------------------------------------------ */

/* What a ledger of ours cannot hold, whoever wrote it. */
static int check_info(const struct reader *reader, const struct run_info *info)
{
	if (info->id[0] == '\0')
		return wrong(reader, "id");
	if (info->started_unix_ns <= 0 || info->started_unix_ns > TIME_MAX_NS)
		return wrong(reader, "started_unix_ns");
	if (info->duration_ns < 0 || info->duration_ns > TIME_MAX_NS)
		return wrong(reader, "duration_ns");
	if (info->period_ns < 0 || info->period_ns > TIME_MAX_NS)
		return wrong(reader, "period_ns");
	if (info->pue != 0 && !(info->pue >= 1 && info->pue < 100))
		return wrong(reader, "pue");
	return 0;
}

static int take_info(const struct reader *reader, struct run_info *info)
{
	const json_t *run = json_object_get(reader->root, "run");
	int r = json_is_object(run) ? 0 : wrong(reader, "run");

	if (r == 0)
		r = take_fields(reader, run, fields_of_run(), info);
	if (r < 0)
		return r;
	if (take_text(json_object_get(run, "project"), info->project,
		      sizeof info->project) < 0)
		return wrong(reader, "project");
	if (take_text(json_object_get(run, "experiment"), info->experiment,
		      sizeof info->experiment) < 0)
		return wrong(reader, "experiment");
	if (take_text(json_object_get(run, "inside"), info->inside, sizeof info->inside) <
	    0)
		return wrong(reader, "inside");
	/* It went on when it was written out; what was to come is not here. */
	if (info->state == RUN_RUNNING)
		info->state = RUN_INTERRUPTED;
	return check_info(reader, info);
}

static int take_figure(struct gramme_record *record, const json_t *item)
{
	struct run_figure figure;

	if (take_text(json_array_get(item, 0), figure.name, sizeof figure.name) < 0 ||
	    take_real(json_array_get(item, 1), NAN, &figure.value) < 0 ||
	    take_text(json_array_get(item, 2), figure.unit, sizeof figure.unit) < 0)
		return -EPROTO;
	records_figure(&record->records, figure.name, figure.value, figure.unit);
	return 0;
}

static bool is_digest(const char *text)
{
	return strlen(text) == SHA256_TEXT_MAX - 1 &&
	       strspn(text, "0123456789abcdef") == SHA256_TEXT_MAX - 1;
}

/* The same run whichever way it came: of another tool's log it keeps that log's digest. */
static int take_import(const struct reader *reader, struct gramme_record *record)
{
	const json_t *object = json_object_get(reader->root, "import");
	struct run_import *import = &record->records.import;
	const json_t *figures = json_object_get(object, "figures");
	struct run_import own = { .format = "" };

	if (!object || json_is_null(object))
		return 0;
	if (take_text(json_object_get(object, "format"), own.format, sizeof own.format) <
		    0 ||
	    take_text(json_object_get(object, "tool"), own.tool, sizeof own.tool) < 0 ||
	    take_text(json_object_get(object, "tool_version"), own.tool_version,
		      sizeof own.tool_version) < 0 ||
	    take_text(json_object_get(object, "digest"), own.digest, sizeof own.digest) <
		    0 ||
	    !is_digest(own.digest))
		return wrong(reader, "import");
	*import = own;
	for (size_t i = 0; i < json_array_size(figures); i++)
		if (take_figure(record, json_array_get(figures, i)) < 0)
			return wrong(reader, "figures");
	return 0;
}

/* What makes a run of ours the run it is; tags and marks may still come. */
static void make_digest(struct gramme_record *record)
{
	const struct run_info *info = &record->records.record.info;
	const int64_t numbers[] = { info->started_unix_ns, info->duration_ns,
				    info->tracker_start, (int64_t)info->samples };
	struct sha256 sha;

	if (record->records.import.digest[0] != '\0')
		return;
	records_digest_begin(&sha, "gramme");
	records_digest_add(&sha, info->id, strlen(info->id));
	records_digest_add(&sha, info->boot_id, strlen(info->boot_id));
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		unsigned char bytes[8];

		for (unsigned int k = 0; k < sizeof bytes; k++)
			bytes[k] = (unsigned char)((uint64_t)numbers[i] >> (8 * k));
		records_digest_add(&sha, bytes, sizeof bytes);
	}
	records_digest_end(&sha, &record->records);
	(void)copy_text(record->records.import.tool_version,
			sizeof record->records.import.tool_version, info->version);
}

static int take_lists(const struct reader *reader, struct gramme_record *record)
{
	static const struct {
		const char *key;
		take_item *take;
	} lists[] = {
		{ "gaps", take_gap },       { "marks", take_mark },
		{ "metrics", take_metric }, { "tags", take_tag },
		{ "works", take_work },     { "warnings", take_warning },
	};

	int r = take_domains(reader, record);

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(lists); i++)
		r = each_item(reader, lists[i].key, lists[i].take, record);
	return r;
}

static int take_inventory(const struct reader *reader, struct run_record *record)
{
	const json_t *hardware = json_object_get(reader->root, "hardware_json");
	const json_t *software = json_object_get(reader->root, "software_json");
	int r = hardware ? take_owned(hardware, &record->hardware_json) : 0;

	if (r == 0 && software)
		r = take_owned(software, &record->software_json);
	return r == -EPROTO ? wrong(reader, "hardware_json") : r;
}

static int take_all(const struct reader *reader, struct gramme_record *ret)
{
	int64_t version;
	int r = 0;

	if (take_range(json_object_get(reader->root, "version"), 1, INT32_MAX, &version) <
	    0)
		return wrong(reader, "version");
	if (version > VERSION)
		return diag_say(reader->diag, -EPROTO,
				"a newer gramme wrote it: its record has version %d",
				(int)version);
	r = take_info(reader, &ret->records.record.info);
	if (r == 0)
		r = take_lists(reader, ret);
	if (r == 0)
		r = take_inventory(reader, &ret->records.record);
	if (r == 0)
		r = take_import(reader, ret);
	if (r == 0)
		r = take_history(reader, ret);
	return r == 0 && ret->records.failed ? -ENOMEM : r;
}

int gramme_record_read(const struct span *text, struct diag *diag,
		       struct gramme_record *ret)
{
	CLEANUP(release) json_t *root = NULL;
	struct reader reader = { .diag = diag };
	json_error_t error;
	int r;

	memset(ret, 0, sizeof *ret);
	records_begin(&ret->records, "gramme", "gramme");
	if (text->size > RECORD_MAX)
		return diag_say(diag, -EFBIG, "its record is larger than %d MiB",
				(int)(RECORD_MAX >> 20));
	root = json_loadb(text->at, text->size, 0, &error);
	if (!root)
		return diag_say(diag, -EPROTO, "its record is no JSON: %.120s",
				error.text);
	reader.root = root;
	r = take_all(&reader, ret);
	if (r == 0)
		make_digest(ret);
	return r;
}
