/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/appendix-keep.h"

#include <errno.h>
#include <string.h>

#include "report/appendix-variable.h"

void appendix_keep_done(struct appendix_keep *keep)
{
	intern_done(&keep->texts);
	intern_done(&keep->metrics);
	free(keep->metric_runs);
	free(keep->mine);
}

/* --- metrics ------------------------------------------------------------------------------ */

static int make_room(struct appendix_keep *keep)
{
	size_t room = keep->metric_room ? 2 * keep->metric_room : 16;
	size_t *grown;

	if (keep->metrics.count <= keep->metric_room)
		return 0;
	grown = reallocarray(keep->metric_runs, room, sizeof *grown);
	if (!grown)
		return -ENOMEM;
	keep->metric_runs = grown;
	memset(grown + keep->metric_room, 0, (room - keep->metric_room) * sizeof *grown);
	grown = reallocarray(keep->mine, room, sizeof *grown);
	if (!grown)
		return -ENOMEM;
	keep->mine = grown;
	memset(grown + keep->metric_room, 0, (room - keep->metric_room) * sizeof *grown);
	keep->metric_room = room;
	return 0;
}

/* The last value under a name stands; the list has room for every metric of the record. */
static int keep_metric(struct appendix_keep *keep, const struct run_metric *metric,
		       struct appendix_run *own)
{
	size_t number;
	int r = intern_add(&keep->metrics, metric->name, &number, NULL);

	if (r == 0)
		r = make_room(keep);
	if (r < 0)
		return r;
	if (keep->mine[number] == 0) {
		own->metrics[own->metric_count++].name = number;
		keep->mine[number] = own->metric_count;
		keep->metric_runs[number]++;
	}
	own->metrics[keep->mine[number] - 1].value = metric->value;
	return 0;
}

static int keep_metrics(struct appendix_keep *keep, const struct run_record *record,
			struct appendix_run *own)
{
	struct appendix_metric *fitted;
	int r = 0;

	own->metrics = calloc(record->metric_count + 1, sizeof *own->metrics);
	if (!own->metrics)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < record->metric_count; i++)
		r = keep_metric(keep, &record->metrics[i], own);
	for (size_t i = 0; i < own->metric_count; i++)
		keep->mine[own->metrics[i].name] = 0;
	fitted = reallocarray(own->metrics, own->metric_count + 1, sizeof *fitted);
	if (fitted)
		own->metrics = fitted;
	return r;
}

/* --- the view ----------------------------------------------------------------------------- */

/* Most runs of a site have the machine and the software of another. */
static int keep_text(struct intern *texts, const char *text, char **ret)
{
	size_t number;
	int r = text ? intern_add(texts, text, &number, NULL) : 0;

	if (r == 0)
		*ret = text ? texts->texts[number] : NULL;
	return r;
}

int appendix_keep_run(struct appendix_keep *keep, struct appendix_site *site, size_t run,
		      struct run_view *view)
{
	struct appendix_run *own = &site->runs[run];
	struct run_view *slim = &site->views[run];
	char *hardware = NULL;
	char *software = NULL;
	int r;

	for (size_t i = 0; i < appendix_variable_count; i++)
		own->value[i] = appendix_variables[i].of(view);
	r = keep_metrics(keep, &view->record, own);
	if (r == 0)
		r = keep_text(&keep->texts, view->record.hardware_json, &hardware);
	if (r == 0)
		r = keep_text(&keep->texts, view->record.software_json, &software);
	if (r < 0)
		return r;
	*slim = *view;
	memset(&slim->record, 0, sizeof slim->record);
	slim->record.info = view->record.info;
	slim->record.hardware_json = hardware;
	slim->record.software_json = software;
	slim->record.warnings = STEAL(view->record.warnings);
	slim->record.warning_count = view->record.warning_count;
	view->record.warning_count = 0;
	slim->record.import = STEAL(view->record.import);
	slim->sections = NULL;
	slim->section_count = 0;
	view->outers = NULL;
	view->outer_count = 0;
	view->components = NULL;
	view->component_count = 0;
	view->record.info.command_json = view->record.info.directory = NULL;
	return 0;
}

/* --- the end ------------------------------------------------------------------------------ */

struct ranked {
	size_t number;
	size_t runs;
	const char *name;
};

static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a;
	const struct ranked *y = b;

	if (x->runs != y->runs)
		return x->runs < y->runs ? 1 : -1;
	return strcmp(x->name, y->name);
}

static struct ranked *rank(const struct appendix_keep *keep)
{
	size_t count = keep->metrics.count;
	struct ranked *list = calloc(count + 1, sizeof *list);

	for (size_t i = 0; list && i < count; i++)
		list[i] = (struct ranked){ i, keep->metric_runs[i],
					   keep->metrics.texts[i] };
	if (list)
		qsort(list, count, sizeof *list, compare_ranked);
	return list;
}

static void number_anew(struct appendix_site *site, const size_t *place)
{
	for (size_t i = 0; i < site->run_count; i++)
		for (size_t k = 0; k < site->runs[i].metric_count; k++)
			site->runs[i].metrics[k].name =
				place[site->runs[i].metrics[k].name];
}

static void give_texts(struct intern *from, char ***ret, size_t *ret_count)
{
	*ret = STEAL(from->texts);
	*ret_count = from->count;
	from->count = 0;
}

int appendix_keep_end(struct appendix_keep *keep, struct appendix_site *site)
{
	size_t count = keep->metrics.count;
	AUTO_FREE struct ranked *ranks = rank(keep);
	AUTO_FREE size_t *place = calloc(count + 1, sizeof *place);
	AUTO_FREE char **names = calloc(count + 1, sizeof *names);

	site->metric_runs = calloc(count + 1, sizeof *site->metric_runs);
	if (!ranks || !place || !names || !site->metric_runs)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		place[ranks[i].number] = i;
		names[i] = keep->metrics.texts[ranks[i].number];
		site->metric_runs[i] = ranks[i].runs;
	}
	number_anew(site, place);
	free(STEAL(keep->metrics.texts));
	keep->metrics.count = 0;
	site->metrics = STEAL(names);
	site->metric_count = count;
	give_texts(&keep->texts, &site->texts, &site->text_count);
	return 0;
}
