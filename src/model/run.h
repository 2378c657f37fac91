/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run as the ledger knows it (run_info), and as people and programs are shown it
 * (run_view): the second is computed from the first and the stored rows, and is all that
 * report/ ever sees.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/factor.h"
#include "model/outlook.h"
#include "model/quantity.h"
#include "model/sample.h"

#define RUN_ID_MAX   32 /* "20261123T083757-7f3a9c": sorts by start */
#define RUN_NAME_MAX 128
#define RUN_GRID_MAX 96

struct run_info {
	int64_t key; /* the store's row; 0: not stored */
	char id[RUN_ID_MAX];
	char name[RUN_NAME_MAX];
	char experiment[RUN_NAME_MAX]; /* "" : none */
	char project[RUN_NAME_MAX];
	char inside
		[RUN_ID_MAX]; /* the run whose processes this one's are too; "" : none */
	char *command_json; /* JSON array of strings; NULL: unknown (attach gives what it saw) */
	char *directory; /* where it was started */
	enum run_state state;
	bool has_exit_status;
	int exit_status; /* as a shell sees it: 128+n for signal n */
	char how[16];    /* "run", "attach", "begin" or "import" */
	int64_t started_unix_ns;
	char zone[64];       /* the machine's time zone's name, a label */
	int64_t duration_ns; /* so far, for a run that goes on */
	int64_t period_ns;
	int64_t root_pid;
	int64_t tracker_pid; /* the sampler's process, with its start time: PIDs are reused */
	int64_t tracker_start;
	char boot_id[40]; /* tells whether tracker_pid can still be meant */
	double pue;       /* as given; 0: not given, the default holds */
	char pue_source[QUANTITY_SOURCE_MAX];
	/* As given by option or configuration, or found out during the run: struct place's text,
	 * how and from; "" : not known. The rest of the place comes from the tables when asked. */
	char region[PLACE_NAME_MAX];
	char region_how[16];
	char region_from[PLACE_NAME_MAX];
	bool has_position;
	double latitude;
	double longitude;
	/* The series in time that weigh it, "electricitymaps DE": a row of grids.def and its name
	 * of the zone; "" : the yearly table, none. */
	char grid[RUN_GRID_MAX];
	char grid_marginal[RUN_GRID_MAX];
	char version[32]; /* of gramme, when it was recorded */
	struct reserve reserve;
	uint32_t samples;
	uint32_t missed;
	uint32_t processes_seen;
	uint32_t processes_ended;
	uint64_t scope_cpu_ns;
	uint64_t machine_cpu_ns;
	bool has_scope_cpu;
	bool has_machine_cpu;
	uint64_t tracker_cpu_ns;
	uint64_t tracker_rss_kib;
	uint64_t tracker_written_bytes;
	/* Cached sums of the counted domains, so that a list needs no rows; -1: not known. */
	double attributed_j;
	double machine_j;
	enum kind energy_kind;
};

/* Frees what the struct owns, not the struct. Takes NULL. */
void run_info_done(struct run_info *info);

/* That much after its start; at its start where a ledger tells a time that cannot be. */
int64_t run_time_unix_ns(const struct run_info *info, int64_t since_start_ns);

/* A domain of a run, as stored: what it is, who read it, and whether it is in the sum. */
struct run_domain {
	struct domain domain;
	char source[16];
	char why_not[DOMAIN_TEXT_MAX]; /* "" when counted */
	/* What rows do not show, known at the run's end (calc/series). */
	uint64_t maybe_lost_uj; /* wraps that may have been missed: widens the high end */
	uint64_t ripple_uj;     /* E-2's bound of an integrated power, either way */
	uint32_t wraps;
	bool counted;     /* in the sum */
	bool stood_still; /* never moved in a run that was long enough: no working meter */
};

struct run_mark {
	int64_t t_ns;
	char name[RUN_NAME_MAX];
};

struct run_metric {
	int64_t t_ns;
	char name[RUN_NAME_MAX];
	double value;
};

/* What a run got done, all it told of one unit. */
struct run_work {
	char unit[RUN_NAME_MAX];
	double amount;
	uint64_t count; /* how often it was told */
};

/* A number that another tracker says of a run, or would by its own arithmetic. */
struct run_figure {
	char name[48]; /* as that tool calls it: "total_power" */
	double value;
	char unit[16]; /* "kWh" */
};

/* Where a run that gramme did not watch itself came from. */
struct run_import {
	char format[32]; /* a row of imports.def */
	char tool[48];   /* "experiment-impact-tracker" */
	char tool_version[32];
	char *file; /* as it was given */
	char digest[65];
	int64_t imported_unix_ns;
	struct run_figure *figures;
	size_t figure_count;
};

struct run_tag {
	char key[64];
	char value[RUN_NAME_MAX];
};

/* A warning stands once; the code is stable, for programs. */
struct run_warning {
	char code[32];
	char text[256];
};

/* Everything the store holds of a run besides its rows. */
struct run_record {
	struct run_info info;
	struct run_domain *domains;
	size_t domain_count;
	struct gap *gaps;
	size_t gap_count;
	struct run_mark *marks;
	size_t mark_count;
	struct run_metric *metrics;
	size_t metric_count;
	struct run_tag *tags;
	size_t tag_count;
	struct run_warning *warnings;
	size_t warning_count;
	struct run_work *works;
	size_t work_count;
	struct run_import *import; /* NULL: gramme watched it itself */
	char *hardware_json;       /* JSON objects; NULL: not recorded */
	char *software_json;
};

void run_record_done(struct run_record *record);

/* Frees what the struct owns, not the struct. Takes NULL. */
void run_import_done(struct run_import *import);

struct component_view {
	struct run_domain what;
	struct quantity machine_j;
	struct quantity attributed_j; /* active share */
	struct quantity marginal_j;
	struct quantity reserved_j;
	bool has_share;
	double share_ratio;    /* attributed over machine */
	double coverage_ratio; /* of the run's time */
	double idle_w;         /* taken for idle; < 0: not known */
	char idle_how[64];
};

/* Who used a board during the run, over the rows that say. */
struct gpu_view {
	char domain[DOMAIN_ID_MAX]; /* "gpu-0" */
	bool has_clients;
	uint32_t scope_clients; /* the most at one time */
	uint32_t all_clients;
	bool has_sm;
	double scope_sm_ratio; /* mean */
	double all_sm_ratio;
	bool guessed; /* PIDs did not match; the one client was taken for the run's */
};

/* Parts of the run's energy, 0 to 1. */
struct in_time {
	double covered_ratio; /* had a point of a series; the rest has the yearly mean */
	double estimated_ratio; /* of all: where the provider calls it an estimate */
	double forecast_ratio;  /* of all: where only a forecast was known */
	int64_t fetched_unix_s; /* 0: nothing was */
};

struct cost {
	struct quantity usd;
	struct factor usd_per_t;
	int dollars_of; /* 2005 */
};

/* One answer to "how much", kept when it was given, so that it can be told after better data
 * has given another. */
struct weighing {
	int64_t at_unix_ns;
	struct quantity facility_kwh;
	struct quantity carbon_kg; /* its source: of the intensity */
	struct quantity intensity_gpkwh;
	char place[PLACE_NAME_MAX];
	char grid[RUN_GRID_MAX];
	char method[32];
	char data_version[32];
};

/* One time that a section was open. */
struct section_time {
	int64_t from_ns;
	int64_t to_ns;
	double attributed_j; /* NAN: not known */
	double machine_j;
	double coverage_ratio; /* of the counted domains, the least; NAN: it has no length */
};

/* What a run did between two marks of its own, over all the times that it did it (E-20). */
struct section_view {
	char name[RUN_NAME_MAX];
	bool paired;  /* "load:begin", "load:end"; false: from a plain mark to the next */
	size_t count; /* how often it was begun */
	int64_t duration_ns; /* when several are open at once the time counts once */
	struct quantity attributed_j;
	struct quantity machine_j;
	double coverage_ratio;
	struct section_time *times; /* the first of them */
	size_t time_count;
};

/* How a run lies to the others of a sum. */
enum nesting {
	NESTING_NONE,   /* its joules are in no other's */
	NESTING_INSIDE, /* they are in another's: it is not added again */
	NESTING_PART, /* some are: it outlived the other. It is added, and that is said */
};

struct run_view {
	struct run_record record;
	enum nesting nesting; /* in the statement that it is in */
	/* The ids of the runs around this one, the nearest first: record.info.inside and those
	 * which that one is inside of. */
	char (*outers)[RUN_ID_MAX];
	size_t outer_count;
	struct section_view *sections; /* in the order of their first begin */
	size_t section_count;
	struct component_view *components;
	size_t component_count;
	struct gpu_view gpus[GPUS_MAX];
	size_t gpu_count;
	/* E-8, component boundary, counted domains only. */
	struct quantity attributed_j;
	struct quantity marginal_j;
	struct quantity reserved_j;
	struct quantity machine_j;
	/* The scope's part by the model where no meter is, when others are: never in the sum. */
	struct quantity beside_j;
	struct quantity wall_j;       /* node meter or E-11; not known: null */
	struct quantity facility_kwh; /* E-9 */
	struct place place;
	struct factor pue; /* a ratio */
	struct factor
		intensity; /* g/kWh, average: the mean over the run, weighted by energy */
	struct factor marginal; /* the same of a marginal one; often not known */
	struct in_time in_time; /* how much of that came from a series in time */
	struct in_time marginal_in_time;
	struct quantity carbon_kg;          /* E-10 */
	struct quantity carbon_marginal_kg; /* not known: null */
	struct cost cost_country;           /* E-13, what this country loses */
	struct cost cost_global;            /* and what all do */
	struct quantity water_l; /* of generation, and on site where the WUE is known */
	double coverage_ratio; /* of the counted domains' time, the least; < 0: nothing counted */
	bool goes_on; /* then this is what the whole of it will have used, E-21: */
	struct run_outlook outlook;
	char method[32];       /* version of the equations, "gramme-1" */
	char data_version[32]; /* of the compiled-in tables */
};

void run_view_done(struct run_view *view);
void section_views_free(struct section_view *sections, size_t count);
