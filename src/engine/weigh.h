/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What turns a run's joules into grammes, litres and dollars: its place, the series in time
 * that the ledger keeps for it, and the tables where there is none. Fed with the run's joules
 * as they add up; nothing here asks the network.
 */
#pragma once

#include "calc/carbon.h"
#include "engine/config.h"
#include "engine/view.h"

struct weigh {
	struct tables *tables;
	const struct run_info *info;
	struct place place;
	struct factor yearly[2]; /* by enum signal */
	struct intensity_series series[2];
	struct carbon_curve curve[2];
	bool slept; /* the machine did, during the run */
};

/* info must outlive it. A series that cannot be read is as one that is not there. store may be
 * NULL: yearly means alone. */
void weigh_begin(struct weigh *weigh, struct tables *tables, struct store *store,
		 const struct run_info *info);

/* t_ns since the run's start; sum_uj: the run's joules until then. */
void weigh_point(struct weigh *weigh, int64_t t_ns, uint64_t sum_uj);

/* Fills place, pue, intensity, marginal, kWh, kg, cost and water from view->attributed_j. */
void weigh_end(const struct weigh *weigh, struct run_view *view);

void weigh_done(struct weigh *weigh);

/* The place a run's info names; the world, with the reason as its note, where it names none. */
void weigh_place(struct tables *tables, const struct run_info *info, struct place *ret);

/* The place that the configuration names; false, and ret as it was, where it names none. */
bool weigh_given_place(struct tables *tables, const struct config *config,
		       struct place *ret);

/* The whole seconds that a run touches. */
void weigh_span(const struct run_info *info, int64_t *ret_from_unix_s,
		int64_t *ret_to_unix_s);

/* "electricitymaps DE" taken apart. False: "" or not of that form. */
bool weigh_series_of(const char *grid, enum signal signal, struct store_series *ret);
