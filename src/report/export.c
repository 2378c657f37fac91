/* SPDX-License-Identifier: Apache-2.0 */
#include "report/export.h"

#include <errno.h>
#include <string.h>

#define EXPORT(name, about) extern const struct export_format export_##name;
#include "report/exports.def"
#undef EXPORT

const struct export_row export_rows[] = {
#define EXPORT(name, about) { &export_##name, about },
#include "report/exports.def"
#undef EXPORT
};

const size_t export_row_count = ARRAY_SIZE(export_rows);

const struct export_format *export_find(const char *name)
{
	for (size_t i = 0; i < export_row_count; i++)
		if (strcmp(export_rows[i].format->name, name) == 0)
			return export_rows[i].format;
	return NULL;
}

const struct export_what *export_what_find(const struct export_format *format,
					   const char *what)
{
	if (!what)
		return &format->whats[0];
	for (size_t i = 0; i < format->what_count; i++)
		if (strcmp(format->whats[i].name, what) == 0)
			return &format->whats[i];
	return NULL;
}

int export_flush(struct export_out *out)
{
	if (out->err == 0 && out->text.failed)
		out->err = -ENOMEM;
	if (out->err == 0 && out->text.len > 0)
		out->err = out->write(out->ctx, out->text.text, out->text.len);
	out->text.len = 0;
	return out->err;
}

int export_pass(struct export_out *out)
{
	if (out->text.len >= EXPORT_GATHERED || out->text.failed)
		return export_flush(out);
	return out->err;
}

void export_out_done(struct export_out *out)
{
	strbuf_done(&out->text);
}
