/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One reading of the machine, taken out of a line of gramme.live/1 (docs/JSON.md). The line may
 * come from a file: anything in it may be missing or of the wrong type, and is then not known,
 * NAN or "". Texts are raw: only canvas.h puts them on a screen.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define TOP_TEXT_MAX   64
#define TOP_WHY_MAX    256
#define TOP_ROWS_MAX   4096 /* of each list: more is cut */
#define TOP_COMPONENTS 64
#define TOP_GPUS       16

/* By what a component is drawn in the chart. */
enum top_family { TOP_CPU, TOP_MEMORY, TOP_GPU, TOP_OTHER, TOP_FAMILIES };

/* How the watts came about, in one word for the head. */
enum top_basis { TOP_NOTHING, TOP_MEASURED, TOP_PART, TOP_ESTIMATE };

struct top_component {
	char domain[TOP_TEXT_MAX];
	char label[TOP_TEXT_MAX];
	char source[TOP_TEXT_MAX];
	char kind[16];
	char why_not[TOP_TEXT_MAX];
	enum top_family family;
	bool counted;
	double power_w;
	double energy_j;
};

struct top_gpu {
	char domain[TOP_TEXT_MAX];
	char label[TOP_TEXT_MAX];
	double power_w;
	double sm_ratio;
	double clients;
};

struct top_process {
	long pid;
	char name[TOP_TEXT_MAX];
	char user[TOP_TEXT_MAX];
	char run[TOP_TEXT_MAX];
	double cpu_ratio;
	double cpu_w;
	double gpu_w;
	double power_w; /* of the two, what is known */
	double resident_bytes;
};

struct top_run {
	char id[TOP_TEXT_MAX];
	char name[TOP_TEXT_MAX];
	double elapsed_s;
	double attributed_j;
	double power_w;
	double carbon_kg;
	double whole_j; /* what all of it will use; NAN: not known */
	double left_s;
};

struct reading {
	double window_s; /* 0: the first, no powers yet */
	double watched_s;
	double power_w;
	double power_low_w;
	double power_high_w;
	enum top_basis basis;
	double family_w[TOP_FAMILIES]; /* of the counted ones; NAN: none is known */
	double cpus;
	double cpu_busy_ratio;
	double memory_used_bytes;
	double memory_bytes;
	double gph;
	double gpkwh;
	double pue;
	char zone[TOP_TEXT_MAX];
	char year[TOP_TEXT_MAX];
	char region_how[16];
	bool processes_estimated;
	double process_count;
	double cost_cpu_s;
	char why[TOP_WHY_MAX];
	struct top_component components[TOP_COMPONENTS];
	size_t component_count;
	struct top_gpu gpus[TOP_GPUS];
	size_t gpu_count;
	struct top_process *processes;
	size_t listed; /* of them */
	struct top_run *runs;
	size_t run_count;
};

/* -EPROTO for what is no such line, with a reason; -ENOMEM. Free with reading_done(). */
int reading_parse(const char *line, const char **ret_why, struct reading *ret);
void reading_done(struct reading *reading);

/* Orders the processes, those first that have most; what is not known comes last. */
enum top_sort { SORT_WATTS, SORT_CPU, SORT_MEMORY, SORT_COUNT };

void reading_sort(struct reading *reading, enum top_sort sort);
