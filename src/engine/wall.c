/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_wall(): what a class of machine draws at the plug. */
#include "engine/wall.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "engine/context.h"
#include "model/wall.h"
#include "report/wall-view.h"

#define K_95 1.959963984540054

/* --- the table ---------------------------------------------------------------------------- */

bool wall_row_of(struct tables *tables, enum wall_class of, struct wall_row *ret)
{
	const struct table *table = tables_get(tables, "wall_class");
	struct wall_row row = { .basis = KIND_ASSUMED };
	struct wall_line *line = &row.line;
	size_t at;

	if (!table)
		return false;
	at = table_find(table, table_column(table, "class"), wall_class_text(of), 0);
	if (at == table_rows(table) ||
	    !table_number(table, at, table_column(table, "a_w"), &line->a_w) ||
	    !table_number(table, at, table_column(table, "a_u_w"), &line->a_u_w) ||
	    !table_number(table, at, table_column(table, "b"), &line->b) ||
	    !table_number(table, at, table_column(table, "b_u"), &line->b_u) ||
	    line->a_w < 0 || line->a_u_w < 0 || line->b < 0 || line->b_u < 0)
		return false;
	(void)!kind_of_text(table_text(table, at, table_column(table, "basis")),
			    &row.basis);
	row.source = table_text(table, at, table_column(table, "source"));
	*ret = row;
	return true;
}

/* --- the call ----------------------------------------------------------------------------- */

static struct quantity about(double value, double u, enum kind kind)
{
	return (struct quantity){ .known = true,
				  .value = value,
				  .low = value - K_95 * u > 0 ? value - K_95 * u : 0,
				  .high = value + K_95 * u,
				  .kind = kind };
}

static int check(struct gramme *gramme, const struct gramme_wall_opts *opts,
		 enum wall_class *ret)
{
	if (!opts->machine_class || wall_class_of_text(opts->machine_class, ret) < 0)
		return diag_say(&gramme->diag, -EINVAL,
				"'%.40s' is no class: laptop, desktop, server, gpu-node",
				opts->machine_class ? opts->machine_class : "");
	if (!(opts->energy_j >= 0 && opts->energy_j <= 1e18))
		return diag_say(&gramme->diag, -EINVAL,
				"the energy is not a number of joules, 0 or more");
	if (!(opts->duration_s > 0 && opts->duration_s <= 1e11))
		return diag_say(&gramme->diag, -EINVAL,
				"the duration is not a number of seconds above 0");
	return 0;
}

static int make(struct gramme *gramme, const struct gramme_wall_opts *opts,
		struct wall_prior *ret)
{
	struct quantity own = { .known = true,
				.value = opts->energy_j,
				.low = opts->energy_j,
				.high = opts->energy_j };
	struct wall_answer answer;
	enum wall_class of = WALL_DESKTOP;
	struct wall_row row;
	int r = check(gramme, opts, &of);

	if (r < 0)
		return r;
	if (!context_tables(gramme))
		return diag_fail(&gramme->diag, -ENOMEM, "cannot tell the wall");
	if (!wall_row_of(gramme->tables, of, &row) ||
	    !wall_of(&row.line, &own, opts->duration_s, &answer))
		return diag_say(&gramme->diag, -ENODATA,
				"the table wall_class has no good row of %s",
				wall_class_text(of));
	*ret = (struct wall_prior){
		.class_name = wall_class_text(of),
		.energy_j = opts->energy_j,
		.duration_s = opts->duration_s,
		.wall_j = answer.wall_j,
		.low90_j = answer.low90_j,
		.high90_j = answer.high90_j,
		.a_w = about(row.line.a_w, row.line.a_u_w, row.basis),
		.b_ratio = about(row.line.b, row.line.b_u, row.basis),
		.source = row.source,
	};
	(void)copy_text(ret->wall_j.source, sizeof ret->wall_j.source, "METHOD E-11");
	return 0;
}

int gramme_wall(struct gramme *gramme, const struct gramme_wall_opts *given,
		const char *format, uint32_t flags, char **ret)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct report_opts how = { .colour = flags & GRAMME_TEXT_COLOUR, .width = 80 };
	struct gramme_wall_opts opts;
	struct wall_prior prior;
	int r = context_format(gramme, format, ret);

	if (r < 0)
		return r;
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	r = make(gramme, &opts, &prior);
	if (r < 0)
		return r;
	if (strcmp(format, "json") == 0)
		return wall_json(&prior, ret);
	wall_text(&prior, &how, &out);
	return strbuf_steal(&out, ret);
}
