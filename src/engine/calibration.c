/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/calibration.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "base/time-text.h"
#include "import/cells.h"
#include "report/json-value.h"
#include "report/shown.h"

#define SUFFIX       ".calibration.csv"
#define FILE_MAX     (1 << 20)
#define DOMAIN_NAMES DOMAINS_MAX
#define MEMORY_RATIO 0.03 /* a kernel keeps a part for itself, and not always the same */
#define NUMBER_SPACE 40

void calibrations_done(struct calibrations *calibrations)
{
	free(calibrations->list);
}

char *calibrations_path(const char *ledger)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT;
	char *text = NULL;

	if (ledger[0] == '\0' || strcmp(ledger, ":memory:") == 0)
		return NULL;
	strbuf_printf(&path, "%s" SUFFIX, ledger);
	return strbuf_steal(&path, &text) < 0 ? NULL : text;
}

/* --- the form ----------------------------------------------------------------------------- */

enum type { TEXT, REAL, COUNT };

struct column {
	const char *name;
	enum type type;
	size_t at;
};

#define COLUMN(name, type)                                                               \
	{                                                                                \
#name, type, offsetof(struct calibration, name)                          \
	}

static const struct column columns[] = {
	COLUMN(machine, TEXT),
	COLUMN(hardware, TEXT),
	COLUMN(domains, TEXT),
	COLUMN(meter, TEXT),
	COLUMN(memory_bytes, COUNT),
	COLUMN(a_w, REAL),
	COLUMN(a_u_w, REAL),
	COLUMN(b, REAL),
	COLUMN(b_u, REAL),
	COLUMN(cov_w, REAL),
	COLUMN(rest_u_ratio, REAL),
	COLUMN(residual_w, REAL),
	COLUMN(residual_ratio, REAL),
	COLUMN(correlation, REAL),
	COLUMN(offset_s, REAL),
	COLUMN(width_s, REAL),
	COLUMN(seconds, REAL),
	COLUMN(low_w, REAL),
	COLUMN(high_w, REAL),
	COLUMN(spans, COUNT),
	COLUMN(runs, COUNT),
};

static int take_field(const struct column *column, const char *text,
		      struct calibration *ret)
{
	char *at = (char *)ret + column->at;
	uint64_t count = 0;
	double real = 0;
	int r = 0;

	switch (column->type) {
	case TEXT:
		(void)copy_text(at, CALIBRATION_TEXT_MAX, text);
		return 0;
	case REAL:
		r = parse_double(text, &real);
		memcpy(at, &real, sizeof real);
		return r;
	case COUNT:
		r = parse_u64(text, &count);
		memcpy(at, &count, sizeof count);
		return r;
	}
	return -EPROTO;
}

static bool is_sound(const struct calibration *c)
{
	return c->a_u_w >= 0 && c->b > 0 && c->b_u >= 0 && c->rest_u_ratio >= 0;
}

static int take_row(const struct cells *cells, const size_t at[], size_t made,
		    size_t kind, struct calibration *ret)
{
	struct calibration one = { .runs = 0 };
	int r = time_of_text(cells_field(cells, made), &one.made_unix_ns);

	if (r == 0)
		r = kind_of_text(cells_field(cells, kind), &one.kind);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(columns); i++)
		r = take_field(&columns[i], cells_field(cells, at[i]), &one);
	if (r == 0 && !is_sound(&one))
		r = -EPROTO;
	if (r == 0)
		*ret = one;
	return r;
}

static int add(struct calibrations *all, const struct calibration *one)
{
	struct calibration *list = reallocarray(all->list, all->count + 1, sizeof *list);

	if (!list)
		return -ENOMEM;
	all->list = list;
	list[all->count++] = *one;
	return 0;
}

static int take_rows(struct cells *cells, struct calibrations *ret)
{
	size_t at[ARRAY_SIZE(columns)];
	size_t made, kind;
	int r = cells_next(cells);

	if (r <= 0)
		return r;
	made = cells_column(cells, "made");
	kind = cells_column(cells, "kind");
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		at[i] = cells_column(cells, columns[i].name);
	while ((r = cells_next(cells)) > 0) {
		struct calibration one;

		r = take_row(cells, at, made, kind, &one);
		if (r == 0)
			r = add(ret, &one);
		if (r < 0)
			return r == -ENOMEM ? r : -EPROTO;
	}
	return r;
}

static int read_text(const char *path, char **ret, size_t *ret_size)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	AUTO_FREE char *text = NULL;
	ssize_t n;

	if (fd < 0)
		return -errno;
	text = malloc(FILE_MAX);
	if (!text)
		return -ENOMEM;
	n = fd_read_text(fd, text, FILE_MAX);
	if (n < 0)
		return (int)n;
	*ret_size = (size_t)n;
	*ret = STEAL(text);
	return 0;
}

int calibrations_read(const char *path, struct diag *diag, struct calibrations *ret)
{
	CLEANUP(calibrations_done) struct calibrations all = { NULL, 0 };
	CLEANUP(cells_done) struct cells cells = { .line = 0 };
	AUTO_FREE char *text = NULL;
	size_t size = 0;
	int r = read_text(path, &text, &size);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return diag_fail(diag, r, "cannot read %s", path);
	cells_begin(&cells, text, size);
	r = take_rows(&cells, &all);
	if (r == -EPROTO)
		return diag_say(diag, r, "%s line %zu is not understood", path,
				cells.line);
	if (r < 0)
		return diag_fail(diag, r, "cannot read %s", path);
	*ret = all;
	all = (struct calibrations){ NULL, 0 };
	return 0;
}

static void put_text(struct strbuf *out, const char *text)
{
	strbuf_add(out, "\"");
	for (; *text; text++) {
		const char *byte = (unsigned char)*text < ' ' ? " " : text;

		strbuf_add(out, *byte == '"' ? "\"" : "");
		strbuf_add_bytes(out, byte, 1);
	}
	strbuf_add(out, "\"");
}

static void put_field(struct strbuf *out, const struct column *column,
		      const struct calibration *one)
{
	const char *at = (const char *)one + column->at;
	uint64_t count;
	double real;

	switch (column->type) {
	case TEXT:
		put_text(out, at);
		return;
	case REAL:
		memcpy(&real, at, sizeof real);
		strbuf_printf(out, "%.9g", real);
		return;
	case COUNT:
		memcpy(&count, at, sizeof count);
		strbuf_printf(out, "%" PRIu64, count);
		return;
	}
}

static void put_all(struct strbuf *out, const struct calibrations *all)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	char made[TIME_TEXT_MAX];

	(void)locale;
	strbuf_add(out, "made,kind");
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		strbuf_printf(out, ",%s", columns[i].name);
	strbuf_add(out, "\n");
	for (size_t i = 0; i < all->count; i++) {
		time_text(all->list[i].made_unix_ns, made, sizeof made);
		strbuf_printf(out, "%s,%s", made, kind_text(all->list[i].kind));
		for (size_t k = 0; k < ARRAY_SIZE(columns); k++) {
			strbuf_add(out, ",");
			put_field(out, &columns[k], &all->list[i]);
		}
		strbuf_add(out, "\n");
	}
}

static int write_whole(const char *path, const char *text)
{
	AUTO_CLOSE int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	size_t left = strlen(text);

	if (fd < 0)
		return -errno;
	while (left > 0) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno != EINTR)
			return -errno;
		text += n > 0 ? n : 0;
		left -= n > 0 ? (size_t)n : 0;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

int calibrations_write(const char *path, const struct calibrations *all,
		       struct diag *diag)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf beside = STRBUF_INIT;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *new_path = NULL;
	int r;

	if (all->count == 0) {
		if (unlink(path) < 0 && errno != ENOENT)
			return diag_fail(diag, -errno, "cannot remove %s", path);
		return 0;
	}
	put_all(&out, all);
	strbuf_printf(&beside, "%s.%ld", path, (long)getpid());
	r = strbuf_steal(&out, &text);
	if (r == 0)
		r = strbuf_steal(&beside, &new_path);
	if (r == 0)
		r = write_whole(new_path, text);
	if (r == 0 && rename(new_path, path) < 0)
		r = -errno;
	if (r < 0 && new_path)
		(void)unlink(new_path);
	return r < 0 ? diag_fail(diag, r, "cannot write %s", path) : 0;
}

/* --- whose it is -------------------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void put_hardware(const json_t *hardware, struct strbuf *out)
{
	const json_t *cpu = json_object_get(hardware, "cpu");
	const json_t *gpus = json_object_get(hardware, "gpus");

	strbuf_printf(out, "%.120s, %lld chips, %lld threads", text_of(cpu, "name"),
		      (long long)json_integer_value(json_object_get(cpu, "chips")),
		      (long long)json_integer_value(json_object_get(cpu, "threads")));
	for (size_t i = 0; i < json_array_size(gpus); i++)
		strbuf_printf(out, ", %.60s", text_of(json_array_get(gpus, i), "name"));
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void put_domains(const struct run_record *record, struct calibration *ret)
{
	const char *ids[DOMAIN_NAMES];
	size_t count = 0, used = 0;

	ret->kind = KIND_MEASURED;
	for (size_t i = 0; i < record->domain_count && count < DOMAIN_NAMES; i++) {
		if (!record->domains[i].counted)
			continue;
		ret->kind = kind_worse(ret->kind, record->domains[i].domain.kind);
		ids[count++] = record->domains[i].domain.id;
	}
	qsort(ids, count, sizeof *ids, compare_ids);
	for (size_t i = 0; i < count && used < sizeof ret->domains; i++) {
		int n = snprintf(ret->domains + used, sizeof ret->domains - used, "%s%s",
				 i > 0 ? " " : "", ids[i]);

		used += n > 0 ? (size_t)n : 0;
	}
}

bool calibration_identity(const struct run_record *record, struct calibration *ret)
{
	CLEANUP(json_value_release)
	json_t *hardware = json_value_parse(record->hardware_json, JSON_OBJECT);
	CLEANUP(json_value_release)
	json_t *software = json_value_parse(record->software_json, JSON_OBJECT);
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	json_int_t bytes = json_integer_value(json_object_get(hardware, "memory_bytes"));

	*ret = (struct calibration){ .memory_bytes = bytes > 0 ? (uint64_t)bytes : 0 };
	(void)copy_text(ret->machine, sizeof ret->machine, text_of(software, "hostname"));
	put_hardware(hardware, &text);
	(void)copy_text(ret->hardware, sizeof ret->hardware, text.text ? text.text : "");
	put_domains(record, ret);
	return ret->machine[0] != '\0' && ret->domains[0] != '\0' && !text.failed &&
	       text_of(json_object_get(hardware, "cpu"), "name")[0] != '\0';
}

static bool is_near(uint64_t a, uint64_t b)
{
	double x = (double)a, y = (double)b;

	return fabs(x - y) <= MEMORY_RATIO * fmax(x, y);
}

static enum calibration_match match_of(const struct calibration *own,
				       const struct calibration *of)
{
	if (strcmp(own->machine, of->machine) != 0)
		return CALIBRATION_NONE;
	if (strcmp(own->hardware, of->hardware) != 0 ||
	    !is_near(own->memory_bytes, of->memory_bytes))
		return CALIBRATION_HARDWARE;
	return strcmp(own->domains, of->domains) == 0 && own->kind == of->kind
		       ? CALIBRATION_FITS
		       : CALIBRATION_DOMAINS;
}

enum calibration_match calibration_find(const struct calibrations *all,
					const struct calibration *of,
					const struct calibration **ret)
{
	enum calibration_match best = CALIBRATION_NONE;

	*ret = NULL;
	for (size_t i = 0; i < all->count; i++) {
		enum calibration_match match = match_of(&all->list[i], of);

		if (match == CALIBRATION_NONE || match < best)
			continue;
		best = match;
		*ret = &all->list[i];
	}
	return best;
}
