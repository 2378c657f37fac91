/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_regions(): what a run would weigh elsewhere. Nobody is asked: yearly means. */
#include "place/regions.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/region-rank.h"
#include "engine/select.h"
#include "engine/weigh.h"
#include "place/factor.h"
#include "report/regions-view.h"

#define J_PER_KWH 3.6e6

/* What is weighed, and where it is now. */
struct load {
	struct quantity energy_kwh;
	struct place place;
	struct factor pue;
	bool has_pue;
	int64_t at_unix_ns;
	int64_t duration_ns;
	char of[96];
};

static void take_energy(struct load *load, double kwh)
{
	load->energy_kwh = (struct quantity){
		.known = true, .value = kwh, .low = kwh, .high = kwh, .kind = KIND_ASSUMED
	};
}

static int take_run(struct gramme *gramme, const char *run, struct load *load)
{
	CLEANUP(run_view_done) struct run_view view;
	int r;

	memset(&view, 0, sizeof view);
	r = select_view(gramme, run, &view);
	if (r < 0)
		return r;
	if (!view.attributed_j.known)
		return diag_say(&gramme->diag, -ENODATA, "the energy of %s is not known",
				view.record.info.id);
	load->energy_kwh = view.attributed_j;
	load->energy_kwh.value /= J_PER_KWH;
	load->energy_kwh.low /= J_PER_KWH;
	load->energy_kwh.high /= J_PER_KWH;
	load->place = view.place;
	load->pue = view.pue;
	load->has_pue = view.record.info.pue > 0;
	load->at_unix_ns = view.record.info.started_unix_ns;
	load->duration_ns = view.record.info.duration_ns;
	(void)snprintf(load->of, sizeof load->of, "the run %.80s", view.record.info.name);
	return 0;
}

static int take_load(struct gramme *gramme, const struct gramme_regions_opts *opts,
		     struct load *load)
{
	int r = 0;

	load->at_unix_ns = host_clock_ns(&gramme->here, HOST_REALTIME);
	if (opts->run)
		r = take_run(gramme, opts->run, load);
	else
		take_energy(load, opts->energy_kwh > 0 ? opts->energy_kwh : 1);
	if (r == 0 && opts->region)
		r = place_of_text(gramme->tables, opts->region, &gramme->diag,
				  &load->place);
	else if (r == 0 && !opts->run)
		(void)weigh_given_place(gramme->tables, &gramme->config, &load->place);
	return r;
}

static int fill(struct gramme *gramme, const struct gramme_regions_opts *opts,
		struct load *load, struct region_list *list)
{
	struct regions_ask ask = { .provider = opts->provider };
	int r = take_load(gramme, opts, load);

	if (r < 0)
		return r;
	if (load->place.text[0] != '\0')
		ask.own = &load->place;
	if (load->has_pue && !opts->region)
		ask.own_pue = &load->pue;
	ask.at_unix_ns = load->at_unix_ns;
	ask.duration_ns = load->duration_ns;
	r = regions_of(gramme->tables, &ask, &gramme->diag, list);
	if (r == 0)
		region_rank(list, &load->energy_kwh);
	return r;
}

int gramme_regions(struct gramme *gramme, const struct gramme_regions_opts *given,
		   const char *format, uint32_t flags, char **ret)
{
	CLEANUP(region_list_done) struct region_list list = { .rows = NULL };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct report_opts how = { .colour = flags & GRAMME_TEXT_COLOUR, .width = 80 };
	struct load load = { .duration_ns = 0 };
	struct gramme_regions_opts opts;
	struct regions_view view;
	int r = context_format(gramme, format, ret);

	if (r < 0)
		return r;
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	if (!context_tables(gramme))
		return diag_fail(&gramme->diag, -ENOMEM, "cannot compare regions");
	r = fill(gramme, &opts, &load, &list);
	if (r < 0)
		return r;
	view = (struct regions_view){ .list = &list, .limit = opts.limit };
	(void)copy_text(view.of, sizeof view.of, load.of);
	if (strcmp(format, "json") == 0)
		return regions_json(&view, ret);
	regions_text(&view, &how, &out);
	return strbuf_steal(&out, ret);
}
