/* SPDX-License-Identifier: Apache-2.0 */
/* The files an imported run was read from, to the byte; nothing of our own is added. */
#include "report/export.h"

static int put_file(void *ctx, const char *name, const char *bytes, size_t size)
{
	struct export_out *out = ctx;

	if (out->err == 0 && out->file)
		out->err = out->file(out->ctx, name);
	if (out->err == 0 && size > 0)
		out->err = out->write(out->ctx, bytes, size);
	return out->err;
}

static int write_originals(const struct export_run *run, struct export_out *out)
{
	return run->door.originals(run->door.ctx, put_file, out);
}

static const struct export_what whats[] = {
	{ "files", "as they were read", 0, NULL, write_originals },
};

const struct export_format export_original = { .name = "original",
					       .whats = whats,
					       .what_count = ARRAY_SIZE(whats),
					       .one_run = true };
