/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers of a run that an appendix has columns of, as rows: name with its unit, words for
 * a reader, how it is shown. And the names that experiment-impact-tracker has for them.
 */
#pragma once

#include "base/strbuf.h"
#include "model/appendix.h"

/* Which units a column may be shown in. */
enum appendix_scale {
	SCALE_PLAIN,
	SCALE_KWH,
	SCALE_KG,
	SCALE_HOUR,
	SCALE_WATT,
	SCALE_LITRE,
	SCALE_USD,
	SCALE_GPKWH,
	SCALE_PERCENT,
};

struct appendix_variable {
	const char *name;  /* "facility_kwh": in files, and what a spec may ask for */
	const char *label; /* "energy, facility" */
	enum appendix_scale scale;
	double (*of)(const struct run_view *view); /* NAN: not known */
	const char *about;
};

extern const struct appendix_variable appendix_variables[];
extern const size_t appendix_variable_count;

/* An older tracker's name for one of ours. */
struct appendix_alias {
	const char *alias; /* "total_power" */
	const char *name;  /* "facility_kwh" */
};

extern const struct appendix_alias appendix_aliases[];
extern const size_t appendix_alias_count;

/* By name or alias, whatever the case; APPENDIX_NONE. */
size_t appendix_variable_find(const char *name);

/*
 * A column by what a spec calls it: a variable, a logged metric, or a metric's name with
 * "PerkWh" behind it. -ENOENT: no such thing in these runs.
 */
MUST_USE int appendix_column_find(const struct appendix_site *site, const char *name,
				  struct appendix_column *ret);

/* All that may be asked for, "facility_kwh, …; logged: loss, accuracy", raw. */
void appendix_column_names(const struct appendix_site *site, struct strbuf *out);

/* A run's number of that column; NAN. */
double appendix_figure(const struct appendix_site *site, size_t run,
		       const struct appendix_column *column);

/* How numbers of a column are shown: times factor, with this unit behind. */
struct appendix_unit {
	double factor;
	const char *name; /* "Wh"; "" : none */
};

/* The unit in which most of the values lie between 1 and 1000; NANs are left aside. */
struct appendix_unit appendix_unit_for(const struct appendix_column *column,
				       const double *values, size_t count);

/* "12.3", "not known" for NAN; with_sem "12.3 ± 0.4". Plain text of our own. */
void appendix_number(double value, double sem, const struct appendix_unit *unit,
		     char *buf, size_t size);

/* "energy, facility"; a metric's own name, raw. */
const char *appendix_label(const struct appendix_column *column);

/* "facility_kwh", "metric:loss", "metric:loss_per_kwh": a column's name in files, raw. */
void appendix_field(const struct appendix_column *column, struct strbuf *out);
