/* SPDX-License-Identifier: Apache-2.0 */
#include "report/export-cells.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time-text.h"
#include "report/html.h"

#define REAL_DIGITS 9
#define NS_PLACES   9

void cell_text(struct strbuf *out, const char *text)
{
	if (text)
		html_csv_text(out, text);
}

void cell_real(struct strbuf *out, double value)
{
	if (isfinite(value))
		strbuf_printf(out, "%.*g", REAL_DIGITS, value);
}

void cell_exact(struct strbuf *out, double value)
{
	char text[40];

	if (!isfinite(value))
		return;
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof text, "%.*g", digits, value);
		if (strtod(text, NULL) == value) /* the very same, or one more digit */
			break;
	}
	strbuf_add(out, text);
}

void cell_count(struct strbuf *out, uint64_t value)
{
	cell_decimal(out, value, 0);
}

void cell_decimal(struct strbuf *out, uint64_t value, unsigned int places)
{
	char text[48];
	char *at = text + sizeof text;
	unsigned int place = 0;
	bool begun = false;

	while (value > 0 || place <= places) {
		char digit = (char)('0' + value % 10);

		if (place == places && begun && places > 0)
			*--at = '.';
		begun = begun || digit != '0' || place >= places;
		if (begun)
			*--at = digit;
		value /= 10;
		place++;
	}
	strbuf_add_bytes(out, at, (size_t)(text + sizeof text - at));
}

void cell_seconds(struct strbuf *out, int64_t ns)
{
	if (ns < 0)
		strbuf_add(out, "-");
	cell_decimal(out, ns < 0 ? -(uint64_t)ns : (uint64_t)ns, NS_PLACES);
}

void cell_time(struct strbuf *out, int64_t unix_ns)
{
	char text[TIME_TEXT_MAX];

	time_text(unix_ns, text, sizeof text);
	strbuf_add(out, text);
}

static void head_of(struct strbuf *out, const struct cell_column *column)
{
	strbuf_add(out, column->name);
	if (column->type == CELL_QUANTITY)
		strbuf_printf(out, ",%s_low,%s_high,%s_kind", column->name, column->name,
			      column->name);
}

void cell_head(struct strbuf *out, const struct cell_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		strbuf_add(out, i ? "," : "");
		head_of(out, &table->columns[i]);
	}
	strbuf_add(out, "\r\n");
}

static void put_quantity(struct strbuf *out, const struct quantity *quantity)
{
	cell_real(out, quantity_or_nan(quantity));
	strbuf_add(out, ",");
	cell_real(out, quantity->known ? quantity->low : NAN);
	strbuf_add(out, ",");
	cell_real(out, quantity->known ? quantity->high : NAN);
	strbuf_add(out, ",");
	strbuf_add(out, quantity->known ? kind_text(quantity->kind) : "");
}

static void put_cell(struct strbuf *out, const struct cell_column *column,
		     const void *item)
{
	const char *at = (const char *)item + column->offset;

	switch (column->type) {
	case CELL_TEXT:
		cell_text(out, at);
		return;
	case CELL_REAL:
		cell_real(out, *(const double *)(const void *)at);
		return;
	case CELL_QUANTITY:
		put_quantity(out, (const void *)at);
		return;
	case CELL_VALUE:
		cell_real(out, quantity_or_nan((const void *)at));
		return;
	case CELL_OWN:
	default:
		column->own(out, item);
		return;
	}
}

void cell_row(struct strbuf *out, const struct cell_table *table, const void *item)
{
	for (size_t i = 0; i < table->count; i++) {
		strbuf_add(out, i ? "," : "");
		put_cell(out, &table->columns[i], item);
	}
	strbuf_add(out, "\r\n");
}
