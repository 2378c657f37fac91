/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a made-up machine: what there is, and what a read of each gives now. */
#pragma once

#include <stdio.h>

#include "meter.h"

#define METER_NODES_MAX 400
#define METER_PATH_MAX  128
#define METER_TEXT_MAX  4096

enum meter_kind {
	METER_DIR,
	METER_TEXT,
	METER_LINK,
	METER_ENERGY, /* powercap: microjoules as text */
	METER_PERF,   /* 2^-32 J as eight bytes */
	METER_MSR,    /* a file of registers */
	METER_POWER,  /* hwmon: microwatts as text */
	METER_CONTROL,
};

struct meter_node {
	char path[METER_PATH_MAX]; /* "/sys/class", "/" */
	enum meter_kind kind;
	struct meter_zone *zone; /* of what is a counter */
	unsigned package;        /* of METER_MSR */
	char text[METER_TEXT_MAX];
};

struct meter_tree {
	struct meter meter;
	bool powercap;
	bool perf;
	bool msr;
	bool amdgpu;
	unsigned cpus;
	uint64_t limit_uw;
	char nvml[METER_PATH_MAX]; /* what lib/libnvidia-ml.so.1 links to */
	FILE *log;
	size_t count;
	struct meter_node node[METER_NODES_MAX];
};

void meter_tree_init(struct meter_tree *tree);

/* A machine's word, or a way to read it: "powercap=0", "perf=1", "msr=1", "cpus=4", … */
int meter_tree_set(struct meter_tree *tree, const char *word);
void meter_tree_build(struct meter_tree *tree, int64_t now_ns);

/* NULL: there is none, or its zone has vanished. */
struct meter_node *meter_tree_find(struct meter_tree *tree, const char *path);

/* 0, or the negative errno that opening it gives now. */
int meter_tree_open(const struct meter_node *node);

/* As pread: the number of bytes, or a negative errno. Faults are spent by it. */
int meter_tree_read(struct meter_tree *tree, struct meter_node *node, char *buf,
		    size_t size, int64_t offset);

/* A line for the control file, as README.md has them. 0 or -EINVAL. */
int meter_tree_control(struct meter_tree *tree, char *line);

int64_t meter_now_ns(void);
