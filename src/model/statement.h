/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a carbon impact statement is written from: one run, or all of an experiment, a project
 * or a span of time, failed and interrupted ones included, or figures given by hand. Every
 * form (report/statement-*.c) takes this and nothing else.
 */
#pragma once

#include "model/run.h"
#include "model/total.h"

#define STATEMENT_TEXT_MAX 256

/* What only the user knows. Empty texts and numbers of 0 or less: not told, never printed as 0. */
struct statement_facts {
	char model[STATEMENT_TEXT_MAX];         /* "BERT base" */
	char training_type[STATEMENT_TEXT_MAX]; /* "pre-training", "fine-tuning" */
	char task[STATEMENT_TEXT_MAX];          /* "text classification" */
	char unit[STATEMENT_TEXT_MAX];          /* SCI's R: "epoch", "1000 tokens" */
	double units;                           /* how many R the runs did */
	double flop;                            /* floating point operations in all */
	double embodied_kg;                     /* TE: making of the whole machine */
	double lifespan_years;                  /* EL; 0: 4 */
};

struct statement {
	char of[STATEMENT_TEXT_MAX]; /* "the run train.py", "the experiment lr-sweep" */
	char title[RUN_NAME_MAX];    /* "train.py": for a heading or a file's name */
	bool given;                  /* figures given by hand: there are no runs */
	struct run_view *views;      /* oldest first */
	size_t count;
	size_t finished;
	size_t failed;
	size_t interrupted;
	size_t running;
	size_t inside; /* of them, those that ran inside others: in no sum again */
	size_t in_part; /* and those that outlived the other: in the sums, but for low ends */
	int64_t duration_ns;  /* all runs' times added */
	int64_t from_unix_ns; /* the first one's start and the last one's end */
	int64_t to_unix_ns;
	size_t machines; /* on how many they ran, as far as the host's name tells */
	/* The sum over the runs (E-12); of a single run its own numbers. */
	struct total total;
	/* The runs of `failed` and `interrupted` alone, which are in `total` as well. */
	struct total lost;
	struct quantity marginal_kg; /* unknown as soon as one run's is */
	struct quantity water_l;
	struct cost cost_country; /* of the country they all ran in, else of the world */
	struct cost cost_global;
	struct quantity
		embodied_kg; /* E-14, of facts.embodied_kg; beside, never in the sum */
	struct statement_facts facts;
	char country[4]; /* alpha-3 of all runs; "" when they differ or it is not known */
	char country_name[64];   /* "Germany"; "" with it, or where the table has none */
	int64_t written_unix_ns; /* 0: not told */
	char version[32];
	char method[32];
	char data_version[32];
};

/* Whether the i-th run is in the sums by itself: a run inside another is in that one's. */
static inline bool statement_adds(const struct statement *statement, size_t i)
{
	return statement->count == 1 || statement->views[i].nesting != NESTING_INSIDE;
}

void statement_done(struct statement *statement);
