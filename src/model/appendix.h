/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A site over many runs: groups of runs in groups, and what their pages are made from. The
 * engine fills it, report/appendix-*.c writes it. A number that is not known is NAN.
 */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/statement.h"

#define APPENDIX_FILE_MAX      96 /* "experiments/lr-sweep", without its ending */
#define APPENDIX_VARIABLES_MAX 32
#define APPENDIX_TOP           0 /* the group that is the whole site */
#define APPENDIX_NONE          SIZE_MAX
#define APPENDIX_COLUMNS_MAX   40
#define APPENDIX_PLOTS_MAX     16

/* The last value that a run logged under a name. */
struct appendix_metric {
	size_t name; /* index into the site's metrics */
	double value;
};

/*
 * What is kept of a run once its own page is written. Of the view's record only info, import,
 * warnings, hardware_json and software_json are there; the last two are the site's to free. It has
 * no sections.
 */
struct appendix_run {
	char file[APPENDIX_FILE_MAX];
	double value[APPENDIX_VARIABLES_MAX]; /* by report/appendix-variable.h */
	struct appendix_metric *metrics;
	size_t metric_count;
	size_t group; /* the first of the groups at the ends of the tree that has it */
	bool unread;  /* its rows cannot be read, or it was removed meanwhile */
};

/* What a column of a table is of. */
struct appendix_column {
	char title[RUN_NAME_MAX +
		   8];   /* raw: as asked for, or a variable's or metric's name */
	size_t variable; /* APPENDIX_NONE: a metric */
	size_t metric;   /* index into the site's metrics */
	bool per_kwh;    /* the metric over the facility's kWh */
};

/* Over the finished runs of a group that have the number. */
struct appendix_stat {
	double mean;
	double sem; /* NAN below two runs */
	double low; /* least and most */
	double high;
	double sum;
	size_t count;
};

struct appendix_plot {
	struct appendix_column x;
	struct appendix_column y;
};

enum appendix_kind {
	APPENDIX_SITE,
	APPENDIX_PROJECT,
	APPENDIX_EXPERIMENT,
	APPENDIX_GROUP
};

struct appendix_group {
	enum appendix_kind kind;
	char *title;       /* raw, of any length; "" : what is not named */
	char *description; /* raw; "" : none */
	size_t parent;     /* index; of the top its own */
	size_t *runs;      /* indices, oldest first */
	size_t run_count;
	size_t child_count; /* groups directly in it */
	size_t finished;
	size_t failed; /* and interrupted */
	size_t running;
	size_t unread;  /* runs that would be here: in none of the other numbers */
	size_t unknown; /* finished ones whose energy at the facility is not known */
	char file[APPENDIX_FILE_MAX];    /* "index", "experiments/lr-sweep" */
	struct appendix_column *columns; /* told by a spec; NULL: those by default */
	size_t column_count;
	struct appendix_plot *plots; /* told by a spec */
	size_t plot_count;
	bool has_order;
	struct appendix_column order; /* most first */
};

struct appendix_site {
	struct appendix_group *groups; /* the top first, parents before their children */
	size_t group_count;
	struct run_view *views; /* slim ones, see above: one a run, the same index */
	struct appendix_run *runs;
	size_t run_count;
	char **metrics; /* names that runs logged, raw, those of most runs first */
	size_t *metric_runs;
	size_t metric_count;
	char **texts; /* the hardware and software of the views, each once */
	size_t text_count;
	size_t left_out; /* selected runs that no group of the spec takes */
	char generator[48];
};

/* A group in a table of its parent. */
struct appendix_row {
	const struct appendix_group *group;
	struct appendix_stat stats[APPENDIX_COLUMNS_MAX]; /* one a column of the page */
};

/* Where runs of a group differ: "2 of 5 runs: NVIDIA L4; 3: NVIDIA H100". */
struct appendix_difference {
	bool software;
	char *what; /* raw: "gpus.0.name" */
	char *text; /* raw */
};

/* The page of a group. */
struct appendix_page {
	const struct appendix_site *site;
	const struct appendix_group *group;
	struct appendix_column columns[APPENDIX_COLUMNS_MAX];
	size_t column_count;
	struct appendix_row *rows; /* its groups, in order */
	size_t row_count;
	struct appendix_stat own[APPENDIX_COLUMNS_MAX]; /* over all its runs */
	size_t *loose; /* runs that none of its groups has; indices */
	size_t loose_count;
	struct statement
		statement; /* of all its runs, failed ones too; count 0: it has none */
	struct appendix_difference *differences;
	size_t difference_count;
	size_t differences_left_out;
};
