/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  structs of model/, or a row of the run's or the domains' table.
 * Gives:  the other, by one list of columns each.
 * Needs:  nothing.
 * Limits: text longer than its field is cut; a double that is no number reads as `absent`.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "store/store-internal.h"

static void bind_real(sqlite3_stmt *stmt, int at, const struct field *field, double value)
{
	if (!isfinite(value) || (value <= field->absent && value >= field->absent))
		(void)sqlite3_bind_null(stmt, at);
	else
		(void)sqlite3_bind_double(stmt, at, value);
}

static void bind_field(sqlite3_stmt *stmt, int at, const struct field *field,
		       const char *from)
{
	const void *value = from + field->offset;

	switch (field->type) {
	case FIELD_TEXT:
		store_bind_text(stmt, at, value);
		return;
	case FIELD_OWNED:
		store_bind_text(stmt, at, *(char *const *)value);
		return;
	case FIELD_I64:
	case FIELD_U64:
		store_bind_u64(stmt, at, *(const uint64_t *)value);
		return;
	case FIELD_U32:
		store_bind_u64(stmt, at, *(const uint32_t *)value);
		return;
	case FIELD_INT:
		(void)sqlite3_bind_int(stmt, at, *(const int *)value);
		return;
	case FIELD_BOOL:
		(void)sqlite3_bind_int(stmt, at, *(const bool *)value);
		return;
	case FIELD_REAL:
		bind_real(stmt, at, field, *(const double *)value);
		return;
	case FIELD_WORD:
	default:
		store_bind_text(stmt, at, field->words->text(*(const unsigned *)value));
		return;
	}
}

void store_bind_fields(sqlite3_stmt *stmt, int first, struct fields fields,
		       const void *from)
{
	for (size_t i = 0; i < fields.count; i++) {
		const struct field *field = &fields.field[i];

		if (field->has && !*(const bool *)((const char *)from + field->has))
			(void)sqlite3_bind_null(stmt, first + (int)i);
		else
			bind_field(stmt, first + (int)i, field, from);
	}
}

static int take_word(sqlite3_stmt *stmt, int at, const struct field *field, unsigned *ret)
{
	char text[32];

	store_take_text(stmt, at, text, sizeof text);
	return field->words->value(text, ret);
}

static int take_field(sqlite3_stmt *stmt, int at, const struct field *field, char *to)
{
	void *value = to + field->offset;

	switch (field->type) {
	case FIELD_TEXT:
		store_take_text(stmt, at, value, field->size);
		return 0;
	case FIELD_OWNED:
		return store_take_owned(stmt, at, value);
	case FIELD_I64:
	case FIELD_U64:
		*(int64_t *)value = sqlite3_column_int64(stmt, at);
		return 0;
	case FIELD_U32:
		*(uint32_t *)value = (uint32_t)sqlite3_column_int64(stmt, at);
		return 0;
	case FIELD_INT:
		*(int *)value = sqlite3_column_int(stmt, at);
		return 0;
	case FIELD_BOOL:
		*(bool *)value = sqlite3_column_int(stmt, at) != 0;
		return 0;
	case FIELD_REAL:
		*(double *)value = sqlite3_column_type(stmt, at) == SQLITE_NULL
					   ? field->absent
					   : sqlite3_column_double(stmt, at);
		return 0;
	case FIELD_WORD:
	default:
		return take_word(stmt, at, field, value);
	}
}

static void take_flags(sqlite3_stmt *stmt, int first, struct fields fields, char *to)
{
	for (size_t i = 0; i < fields.count; i++)
		if (fields.field[i].has)
			*(bool *)(to + fields.field[i].has) = true;
	for (size_t i = 0; i < fields.count; i++)
		if (fields.field[i].has &&
		    sqlite3_column_type(stmt, first + (int)i) == SQLITE_NULL)
			*(bool *)(to + fields.field[i].has) = false;
}

int store_take_fields(sqlite3_stmt *stmt, int first, struct fields fields, void *to)
{
	take_flags(stmt, first, fields, to);
	for (size_t i = 0; i < fields.count; i++) {
		const struct field *field = &fields.field[i];
		int err;

		if (field->has && !*(const bool *)((const char *)to + field->has))
			continue;
		err = take_field(stmt, first + (int)i, field, to);
		if (err < 0)
			return err;
	}
	return 0;
}

void store_add_columns(struct strbuf *sql, const char *table, struct fields fields)
{
	for (size_t i = 0; i < fields.count; i++)
		strbuf_printf(sql, "%s%s.%s", i ? ", " : "", table,
			      fields.field[i].column);
}

void store_add_names(struct strbuf *sql, struct fields fields)
{
	for (size_t i = 0; i < fields.count; i++)
		strbuf_printf(sql, ", %s", fields.field[i].column);
}

void store_add_marks(struct strbuf *sql, struct fields fields, size_t first)
{
	for (size_t i = 0; i < fields.count; i++)
		strbuf_printf(sql, ", ?%zu", first + i);
}
