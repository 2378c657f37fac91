/* SPDX-License-Identifier: Apache-2.0 */
/**
 * gramme.h - weigh a run of a program: joules, CO2e, and how sure that is.
 *
 * The whole stable interface of libgramme. Seven kinds of calls:
 *
 *   track      gramme_run_command(), gramme_run_attach(), gramme_run_begin() … _end()
 *   look back  gramme_list(), gramme_show(), gramme_statement(), gramme_regrid(),
 *              gramme_report(), gramme_appendix(), gramme_compare(), gramme_leaderboard(),
 *              gramme_tag(), gramme_remove()
 *   in, out    gramme_import(), gramme_export()
 *   look now   gramme_live_open(), gramme_live_read(), gramme_live_close()
 *   look ahead gramme_regions(), gramme_when(), gramme_estimate(), gramme_validate()
 *   look here  gramme_sources(), gramme_doctor(), gramme_doctor_script(), gramme_data(),
 *              gramme_data_export()
 *   context    gramme_new(), gramme_free(), gramme_error()
 *
 * Return values. A call that can fail returns 0 or a negative errno; the sentence that says
 * what, where and why is gramme_error(), and the line that would mend it gramme_error_fix().
 * Outputs are the last parameters, and untouched on failure. Texts that a call returns are
 * the caller's, to be freed with free(). NULL where an object is wanted is -EINVAL.
 *
 * Structs that callers fill start with their size, so that they can grow: set it with the
 * macro of the same name in capitals.
 *
 * Network: a run asks in the background where this machine is and what its grid emits, and so
 * do gramme_regrid() and gramme_when() in the open; nothing else does, and nothing at all where
 * the setting `offline` is on. gramme_doctor() says who would be asked.
 *
 * Threads: a context belongs to one thread at a time. Processes: after fork() a child's calls
 * on its parent's objects return -ECHILD. The library prints nothing and installs no signal
 * handler, except that gramme_run_command() blocks signals while the command runs and passes
 * on to it those that were sent to this process alone (not to its process group, and not by
 * the command's own). Once the command has ended SIGINT, SIGTERM, SIGHUP and SIGQUIT end the
 * waiting for what it left and for the numbers, and nothing else.
 */
#ifndef GRAMME_H
#define GRAMME_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GRAMME_API __attribute__((visibility("default")))

struct gramme;

/** The version of the library that is loaded, "0.1.0". Never NULL. */
GRAMME_API const char *gramme_version(void);

/* --- context ----------------------------------------------------------------------------- */

struct gramme_opts {
	size_t size; /**< GRAMME_OPTS sets it */
	const char *
		sysroot; /**< read the machine's files below this folder; NULL: this machine */
	const char *
		db; /**< the store's file; NULL: GRAMME_DB, the configuration, the default */
	const char *
		config; /**< a configuration file instead of the usual two; NULL: those */
	int offline; /**< not 0: the network is not used, whatever the configuration says */
};

#define GRAMME_OPTS(...)                                                                 \
	((struct gramme_opts){ .size = sizeof(struct gramme_opts), __VA_ARGS__ })

/**
 * A context. opts may be NULL. -ENOENT: no such sysroot, or no such file as opts->config. Even
 * when it fails, *ret may be set to a context that holds only the error: free it.
 *
 * Where a configuration file is not understood the tracking calls go on with what was, and the
 * run has a warning `config`; all others return -EPROTO (-EACCES where it cannot be read), with
 * the file and line in gramme_error().
 */
GRAMME_API int gramme_new(const struct gramme_opts *opts, struct gramme **ret);
GRAMME_API void gramme_free(struct gramme *gramme); /**< takes NULL */

/** The last failure in words, "" when there was none. Good until the next call. */
GRAMME_API const char *gramme_error(const struct gramme *gramme);
/** The line that would mend it, or "". */
GRAMME_API const char *gramme_error_fix(const struct gramme *gramme);

/* --- tracking ---------------------------------------------------------------------------- */

enum {
	GRAMME_RUN_NO_CGROUP =
		1 << 0, /**< count by process tree even where a cgroup could be made */
	GRAMME_RUN_WAIT_TREE =
		1
		<< 1, /**< the run ends with the last process of the tree, not the command */
};

struct gramme_run_opts {
	size_t size;      /**< GRAMME_RUN_OPTS sets it */
	const char *name; /**< NULL: the command's name, of an interpreter its script's */
	const char *experiment;
	const char *project;
	const char *const *tags; /**< "key=value" …, NULL-terminated; NULL: none */
	int64_t period_ns;       /**< 1 ms to 1 h; 0: the configuration's, else 1 s */
	double pue; /**< 1 or more; 0: the configuration's, else the world's mean */
	const char *region; /**< a place: "DE", "US-CA", "aws:us-east-1"; NULL: the
			     *   configuration's, else it is found out */
	uint32_t flags;     /**< GRAMME_RUN_* */
	/** Called about once a second while gramme_run_command() or _attach() waits, with a line
	 * without control characters: time, power, joules and grammes so far. NULL: never. What
	 * it does costs the launcher's time, not the command's. */
	void (*live)(void *ctx, const char *line);
	void *live_ctx;
	int64_t expect_ns; /**< how long you think it takes, for a forecast of a run that does
			    *   not tell its progress; 0: not told */
	/** What it may use: "2kWh", "500Wh", "3MJ", "100J" of attributed energy, "500g", "1kg" of CO2e
	 * at the facility; NULL: anything. More than that, or 90 % sure to become more, is a
	 * warning of the run, `budget-passed` or `budget-forecast`. */
	const char *budget;
	/** And what gramme_run_command() then does, once: "warn" (NULL), "signal": SIGUSR1 to the
	 * command, which ends a program that does not handle it, "stop": SIGTERM. */
	const char *budget_do;
	/** Called by gramme_run_command() with such a warning when it comes. NULL: never. */
	void (*notice)(void *ctx, const char *text);
	void *notice_ctx;
};

#define GRAMME_RUN_OPTS(...)                                                             \
	((struct gramme_run_opts){ .size = sizeof(struct gramme_run_opts), __VA_ARGS__ })

/** What a finished run gives back. Free the texts with gramme_run_result_done(). */
struct gramme_run_result {
	int exit_status; /**< as a shell sees it; 125: gramme failed before the command began,
			  *   126 not executable, 127 not found, 128+n for signal n */
	int end_signal; /**< that signal; 0: the command ended by itself */
	char *id;       /**< of the run in the ledger; NULL when nothing was recorded */
	char *summary;  /**< a few lines for a terminal; NULL when the sampler was lost */
	char *json;     /**< gramme.run/1; NULL likewise */
	char *trouble; /**< what went wrong with the measuring, a line each; NULL: nothing */
};

GRAMME_API void gramme_run_result_done(struct gramme_run_result *result);

/**
 * Runs argv (NULL-terminated, searched in PATH) and tracks it by a separate process until it
 * ends. Always runs the command, whatever fails in the measuring. Returns 0 when the command
 * began; else a negative errno, with result->exit_status 125, 126 or 127.
 */
GRAMME_API int gramme_run_command(struct gramme *gramme,
				  const struct gramme_run_opts *opts, char *const argv[],
				  struct gramme_run_result *ret);

/**
 * Tracks a running process until it ends, or until *stop (may be NULL) becomes non-zero and a
 * signal arrives. -ESRCH: there is none; -EACCES: it may not be watched.
 */
GRAMME_API int gramme_run_attach(struct gramme *gramme,
				 const struct gramme_run_opts *opts, pid_t pid,
				 const volatile int *stop, struct gramme_run_result *ret);

/** For the package of another language, which talks to the sampler itself: docs/LINK.md. */
struct gramme_link {
	size_t size;     /**< GRAMME_LINK sets it */
	pid_t pid;       /**< the tree of this process is tracked */
	pid_t ends_with; /**< the run ends with this one at the latest; 0: with pid */
	int fd; /**< the sampler's end of a stream socket; it is the library's from here on */
	int aside; /**< the end of a pipe, for what need not wake the sampler; 0: none */
};

#define GRAMME_LINK(...)                                                                 \
	((struct gramme_link){ .size = sizeof(struct gramme_link), __VA_ARGS__ })

/** Starts a sampler that is told by the other end of link->fd, and answers there. Returns once
 * there is such a process; it says itself when it has begun, and why where it could not. */
GRAMME_API int gramme_run_linked(struct gramme *gramme,
				 const struct gramme_run_opts *opts,
				 const struct gramme_link *link);

struct gramme_run;

/** Tracks the calling process and its children from here to gramme_run_end(). */
GRAMME_API int gramme_run_begin(struct gramme *gramme, const struct gramme_run_opts *opts,
				struct gramme_run **ret);
/** Names an instant; a reading is taken there. */
GRAMME_API int gramme_run_mark(struct gramme_run *run, const char *name);
/** Logs a number beside the energy: a loss, an accuracy. */
GRAMME_API int gramme_run_metric(struct gramme_run *run, const char *name, double value);
/** Says what was got done since the last time, for joules a unit: 4096 "tokens". 0 or more. */
GRAMME_API int gramme_run_work(struct gramme_run *run, const char *unit, double amount);
/** Ends the run and frees it. exit_status is recorded. ret may be NULL. */
GRAMME_API int gramme_run_end(struct gramme_run *run, int exit_status,
			      struct gramme_run_result *ret);

/**
 * From inside a tracked command: the same three, sent to the run that GRAMME_CONTROL names.
 * -ENODEV when there is no such run.
 */
GRAMME_API int gramme_mark(struct gramme *gramme, const char *name);
GRAMME_API int gramme_metric(struct gramme *gramme, const char *name, double value);
GRAMME_API int gramme_work(struct gramme *gramme, const char *unit, double amount);

/* --- the ledger -------------------------------------------------------------------------- */

struct gramme_filter {
	size_t size; /**< GRAMME_FILTER sets it */
	const char *project;
	const char *experiment;
	const char *name;
	size_t limit;      /**< 0: all */
	const char *since; /**< begun then or later: "2026-11-01", RFC 3339, "7d" ago */
	const char *until; /**< begun before; the same forms */
	const char
		*search; /**< in the name, experiment, project or id, whatever the case */
	const char *state; /**< "finished", "failed", "interrupted", "running" */
	size_t offset;     /**< leave out so many of the newest */
};

#define GRAMME_FILTER(...)                                                               \
	((struct gramme_filter){ .size = sizeof(struct gramme_filter), __VA_ARGS__ })

enum {
	GRAMME_TEXT_COLOUR = 1 << 0, /**< the reader is a terminal that likes colours */
	GRAMME_STATEMENT_LONG = 1 << 1, /**< all that is known, not what fits a paper */
};

/** Runs, newest first: format "text" or "json" (gramme.list/1). filter may be NULL. */
GRAMME_API int gramme_list(struct gramme *gramme, const struct gramme_filter *filter,
			   const char *format, uint32_t flags, char **ret);

/**
 * One run: format "text", "json" (gramme.run/1) or "summary". `run` is an id, a prefix of
 * one, a name (its newest run), or "last". -ENOENT, -EEXIST when several fit.
 */
GRAMME_API int gramme_show(struct gramme *gramme, const char *run, const char *format,
			   uint32_t flags, char **ret);

/** What a statement is to be of, and what only the caller knows. */
struct gramme_statement_opts {
	size_t size; /**< GRAMME_STATEMENT_OPTS sets it */
	const char *const
		*runs; /**< as for gramme_show(), NULL at the end; NULL: by filter */
	const struct gramme_filter *filter; /**< NULL with runs NULL: the newest run */
	/* Figures instead of runs. */
	double energy_kwh;   /**< at the facility; 0: none are given */
	double carbon_kg;    /**< 0: energy times the intensity of `country` */
	const char *country; /**< a place; NULL: the world */
	/* For the forms that ask for it; NULL or 0: not told. */
	const char *model;
	const char *training_type; /**< "pre-training", "fine-tuning" */
	const char *task;
	const char *unit; /**< what the runs did, for the SCI: "epoch" */
	double units;     /**< how many */
	double flop;
	double embodied_kg;    /**< making of the whole machine, CO2e */
	double lifespan_years; /**< 0: 4 */
};

#define GRAMME_STATEMENT_OPTS(...)                                                       \
	((struct gramme_statement_opts){ .size = sizeof(struct gramme_statement_opts),   \
					 __VA_ARGS__ })

/**
 * The carbon impact statement of one run or the sum of many: form "text", "markdown", "latex",
 * … as gramme_statement_form() lists them. Flags: GRAMME_STATEMENT_LONG. -ENOENT: no such run, or none fits the filter.
 */
GRAMME_API int gramme_statement(struct gramme *gramme,
				const struct gramme_statement_opts *opts,
				const char *form, uint32_t flags, char **ret);

/** The name of the i-th form, and in *ret_about (may be NULL) what it is for. NULL: no more. */
GRAMME_API const char *gramme_statement_form(size_t i, const char **ret_about);

struct gramme_regrid_opts {
	size_t size; /**< GRAMME_REGRID_OPTS sets it */
	const char *const
		*runs; /**< as for gramme_show(), NULL at the end; NULL: by filter */
	const struct gramme_filter *filter;
	const char *grid; /**< this provider; "table": the yearly means; NULL: the best */
	const char *region; /**< the runs were there; NULL: as they are */
	int look_only;      /**< tell old and new, keep nothing */
	int old;            /**< ask nobody: tell every figure that was ever given */
	/** Called before each run, and after the last (done is all); may be NULL. */
	void (*progress)(void *ctx, size_t done, size_t all, const char *id);
	void *progress_ctx;
};

#define GRAMME_REGRID_OPTS(...)                                                          \
	((struct gramme_regrid_opts){ .size = sizeof(struct gramme_regrid_opts),         \
				      __VA_ARGS__ })

/** Weighs runs again with what is known of the grid now: format "text" or "json"
 * (gramme.regrid/1), old beside new. */
GRAMME_API int gramme_regrid(struct gramme *gramme, const struct gramme_regrid_opts *opts,
			     const char *format, uint32_t flags, char **ret);

struct gramme_report_opts {
	size_t size; /**< GRAMME_REPORT_OPTS sets it */
	const char *const
		*runs; /**< as for gramme_show(), NULL at the end; NULL: by filter */
	const struct gramme_filter *filter; /**< NULL with runs NULL: the newest run */
	const char *title;                  /**< NULL: made from the runs' names */
	/** Called before each run, and after the last (done is all); may be NULL. */
	void (*progress)(void *ctx, size_t done, size_t all, const char *id);
	void *progress_ctx;
};

#define GRAMME_REPORT_OPTS(...)                                                          \
	((struct gramme_report_opts){ .size = sizeof(struct gramme_report_opts),         \
				      __VA_ARGS__ })

/** A page over one run or several, complete in itself: format "html", or "json"
 * (gramme.report/1), the figures it is drawn from. Nobody is asked. */
GRAMME_API int gramme_report(struct gramme *gramme, const struct gramme_report_opts *opts,
			     const char *format, uint32_t flags, char **ret);

struct gramme_appendix_opts {
	size_t size;        /**< GRAMME_APPENDIX_OPTS sets it */
	const char *folder; /**< made where it is missing */
	const char *spec;   /**< a JSON file that says what goes in; NULL: by project */
	const struct gramme_filter *filter; /**< NULL: every run */
	int replace; /**< not 0: a site that stands there is written anew */
	/** Called before each page, and after the last (done is all); may be NULL. */
	void (*progress)(void *ctx, size_t done, size_t all, const char *page);
	void *progress_ctx;
};

#define GRAMME_APPENDIX_OPTS(...)                                                        \
	((struct gramme_appendix_opts){ .size = sizeof(struct gramme_appendix_opts),     \
					__VA_ARGS__ })

/** A static site over many runs. -EEXIST: there is something in the folder that this call did
 * not write, or a site and replace is 0. *ret_pages (may be NULL): how many. */
GRAMME_API int gramme_appendix(struct gramme *gramme,
			       const struct gramme_appendix_opts *opts,
			       size_t *ret_pages);

struct gramme_compare_opts {
	size_t size; /**< GRAMME_COMPARE_OPTS sets it */
	/** Two or more, NULL at the end, the first is what the others are compared with: an
	 * experiment's name, "project/experiment", a run's name (all runs of it), an id, or ids
	 * with commas between. */
	const char *const *sides;
	const char *metric;   /**< one that the runs logged; NULL: none. Its last value */
	const char *quantity; /**< what the verdict is about: "energy", "time", "power",
			       *   "step" (energy a step), "carbon"; NULL: energy */
	double level;         /**< of the intervals, over 0.5 and under 1; 0: 0.95 */
	double margin;        /**< of equivalence, as a part: 0.02; 0: 0.02 */
	double metric_margin; /**< how far metrics may be apart and count as the same; 0: not told */
};

#define GRAMME_COMPARE_OPTS(...)                                                         \
	((struct gramme_compare_opts){ .size = sizeof(struct gramme_compare_opts),       \
				       __VA_ARGS__ })

/** Is B better than A? Format "text" or "json" (gramme.compare/1). Where the data cannot say
 * that is the answer, with its reason, and no failure. */
GRAMME_API int gramme_compare(struct gramme *gramme,
			      const struct gramme_compare_opts *opts, const char *format,
			      uint32_t flags, char **ret);

struct gramme_leaderboard_opts {
	size_t size;                        /**< GRAMME_LEADERBOARD_OPTS sets it */
	const struct gramme_filter *filter; /**< NULL: every run */
	const char *const *experiments;     /**< only these, NULL at the end; NULL: all */
	const char *metric; /**< a logged one; NULL: none. Its last value */
	int metric_less;    /**< not 0: less of it is better */
	double target;      /**< energy until the metric got there; with has_target */
	int has_target;
	const char *by; /**< "energy", "carbon", "metric", "efficiency" (metric per kWh),
			     *   "target"; NULL: energy */
	int pareto;     /**< not 0: which experiments another one dominates */
	size_t limit;   /**< rows; 0: all */
};

#define GRAMME_LEADERBOARD_OPTS(...)                                                     \
	((struct gramme_leaderboard_opts){                                               \
		.size = sizeof(struct gramme_leaderboard_opts), __VA_ARGS__ })

/** Experiments ranked: format "text", "json" (gramme.leaderboard/1), "csv" or "html". */
GRAMME_API int gramme_leaderboard(struct gramme *gramme,
				  const struct gramme_leaderboard_opts *opts,
				  const char *format, uint32_t flags, char **ret);

/** Sets "key=value"; "key=" takes it away. */
GRAMME_API int gramme_tag(struct gramme *gramme, const char *run, const char *tag);
GRAMME_API int gramme_remove(struct gramme *gramme, const char *run);

/* --- other trackers ---------------------------------------------------------------------- */

struct gramme_import_opts {
	size_t size;              /**< GRAMME_IMPORT_OPTS sets it */
	const char *format;       /**< "experiment-impact-tracker", "codecarbon", … as
				   *   gramme_import_format() lists them; NULL: found out */
	const char *const *paths; /**< files, folders, archives; NULL at the end */
	const char *experiment;   /**< NULL: as the log says */
	const char *project;
	const char *const *tags; /**< "key=value" …, NULL at the end; NULL: none */
	const char
		*zone; /**< the time zone of the log's local times, "America/Los_Angeles";
			   *   NULL: found out where that can be, else this machine's */
	const char *region; /**< where it ran; NULL: as the log says */
	double pue;         /**< 0: as the log says, else the configuration's */
	int original; /**< not 0: the answer tells the tool's own figures by its own arithmetic
		       *   instead of ours; what is kept is the same */
	int look_only;      /**< not 0: keep nothing */
	size_t *ret_failed; /**< how many files or runs could not be read; may be NULL */
	/** Called now and then, and after the last byte (done is all); may be NULL. */
	void (*progress)(void *ctx, uint64_t done, uint64_t all, const char *path);
	void *progress_ctx;
};

#define GRAMME_IMPORT_OPTS(...)                                                          \
	((struct gramme_import_opts){ .size = sizeof(struct gramme_import_opts),         \
				      __VA_ARGS__ })

/** Takes other trackers' runs into the ledger: format "text" or "json" (gramme.import/1). What
 * was read before is told, and not taken again. One file that cannot be read leaves the others
 * in: it is told in the answer; -ENODATA when nothing could be read at all. */
GRAMME_API int gramme_import(struct gramme *gramme, const struct gramme_import_opts *opts,
			     const char *format, uint32_t flags, char **ret);

/** The name of the i-th format, and in *ret_about (may be NULL) what it is. NULL: no more. */
GRAMME_API const char *gramme_import_format(size_t i, const char **ret_about);

struct gramme_export_opts {
	size_t size; /**< GRAMME_EXPORT_OPTS sets it */
	const char *const
		*runs; /**< as for gramme_show(), NULL at the end; NULL: by filter */
	const struct gramme_filter *filter; /**< NULL with runs NULL: every run */
	const char
		*what; /**< of "csv": "runs", "components", "rows", "metrics", "sections",
			   *   "work"; NULL: runs */
	/** Takes the bytes as they come; non-zero stops, and is returned. */
	int (*write)(void *ctx, const char *bytes, size_t size);
	void *write_ctx;
	/** Called before each run, and after the last (done is all); may be NULL. */
	void (*progress)(void *ctx, size_t done, size_t all, const char *id);
	void *progress_ctx;
	/** "original" alone: called with write_ctx before the bytes of each file, with its name,
	 * which leads out of no folder ("impacttracker/data.json"). NULL: a run of several files
	 * is -EINVAL. */
	int (*file)(void *ctx, const char *name);
	/** How many runs were written whole, where the last one was come to; may be NULL. */
	size_t *ret_written;
};

#define GRAMME_EXPORT_OPTS(...)                                                          \
	((struct gramme_export_opts){ .size = sizeof(struct gramme_export_opts),         \
				      __VA_ARGS__ })

/** Writes runs out: format "csv" (tidy), "jsonl" (a gramme.run/1 a line, with its rows: what
 * gramme_import() takes back whole), "codecarbon" (its columns), "boamps", or "original" (the
 * bytes that an imported run was read from), as gramme_export_format() lists them. A run that
 * cannot be read leaves the others in, and is the failure that is returned. */
GRAMME_API int gramme_export(struct gramme *gramme, const struct gramme_export_opts *opts,
			     const char *format, uint32_t flags);

/** The name of the i-th format, and in *ret_about (may be NULL) what it is. NULL: no more. */
GRAMME_API const char *gramme_export_format(size_t i, const char **ret_about);
/** The same of what a format can be of: opts->what. */
GRAMME_API const char *gramme_export_what(const char *format, size_t i,
					  const char **ret_about);

/* --- ahead ------------------------------------------------------------------------------- */

struct gramme_regions_opts {
	size_t size;       /**< GRAMME_REGIONS_OPTS sets it */
	const char *run;   /**< weigh this run elsewhere; NULL: energy_kwh, else 1 kWh */
	double energy_kwh; /**< at the component boundary; 0: not given */
	const char *provider; /**< "aws", "azure", "gcp"; NULL: all */
	const char *region; /**< to compare with; NULL: the run's, the configuration's */
	size_t limit;       /**< rows; 0: all */
};

#define GRAMME_REGIONS_OPTS(...)                                                         \
	((struct gramme_regions_opts){ .size = sizeof(struct gramme_regions_opts),       \
				       __VA_ARGS__ })

/** What a run would weigh elsewhere: format "text" or "json" (gramme.regions/1). */
GRAMME_API int gramme_regions(struct gramme *gramme,
			      const struct gramme_regions_opts *opts, const char *format,
			      uint32_t flags, char **ret);

struct gramme_when_opts {
	size_t size;         /**< GRAMME_WHEN_OPTS sets it */
	int64_t duration_ns; /**< 0: like's */
	double energy_kwh;   /**< at the component boundary; 0: like's, else not known */
	const char *like;    /**< a run to take both from */
	int64_t deadline_ns; /**< to be done so long from now; 0: 24 h */
	const char *region;  /**< NULL: the configuration's, else it is found out */
};

#define GRAMME_WHEN_OPTS(...)                                                            \
	((struct gramme_when_opts){ .size = sizeof(struct gramme_when_opts),             \
				    __VA_ARGS__ })

/** When to start: format "text" or "json" (gramme.when/1). Asks the network. */
GRAMME_API int gramme_when(struct gramme *gramme, const struct gramme_when_opts *opts,
			   const char *format, uint32_t flags, char **ret);

struct gramme_estimate_opts {
	size_t size;        /**< GRAMME_ESTIMATE_OPTS sets it */
	double hours;       /**< of the job; 0: as the runs of `like` took */
	const char *like;   /**< a run, or an experiment's name: its runs' power */
	const char *gpu;    /**< "H100", "8 x A100 SXM"; NULL: none */
	const char *cpu;    /**< a processor's name; NULL: this machine's; "none" */
	double cores;       /**< of it; 0: all */
	double memory_gib;  /**< 0: this machine's */
	double utilisation; /**< of accelerator and processor, 0 to 1; 0: 1 */
	const char *region;
	double pue; /**< 0: the region's */
};

#define GRAMME_ESTIMATE_OPTS(...)                                                        \
	((struct gramme_estimate_opts){ .size = sizeof(struct gramme_estimate_opts),     \
					__VA_ARGS__ })

/** Before a run: format "text" or "json" (gramme.estimate/1). */
GRAMME_API int gramme_estimate(struct gramme *gramme,
			       const struct gramme_estimate_opts *opts,
			       const char *format, uint32_t flags, char **ret);

struct gramme_validate_opts {
	size_t size; /**< GRAMME_VALIDATE_OPTS sets it */
	const char *
		suite; /**< only this one, as gramme_validate_suite() names it; NULL: all */
	const char *csv; /**< a file of your own measurements instead; NULL: none */
	int groups;      /**< not 0: "text" and "markdown" tell groups of cases, too */
	/** Called now and then, with how much of a suite is done, 0 to 1. NULL: nobody asks. */
	void (*progress)(void *ctx, const char *suite, double done_ratio);
	void *progress_ctx;
};

#define GRAMME_VALIDATE_OPTS(...)                                                        \
	((struct gramme_validate_opts){ .size = sizeof(struct gramme_validate_opts),     \
					__VA_ARGS__ })

/** How wrong every method without a meter is, ours and other tools', on data whose truth is known:
 * format "text", "json" (gramme.validate/1), "csv" or "markdown". -ENOENT: no such suite; -EPROTO:
 * the file is not understood, with the line. */
GRAMME_API int gramme_validate(struct gramme *gramme,
			       const struct gramme_validate_opts *opts,
			       const char *format, uint32_t flags, char **ret);

/** The name of the i-th suite, and in *ret_about (may be NULL) what it judges. NULL: no more. */
GRAMME_API const char *gramme_validate_suite(size_t i, const char **ret_about);

struct gramme_model_opts {
	size_t size; /**< GRAMME_MODEL_OPTS sets it */
	const char *
		cpu; /**< a processor's name; NULL, and nothing else given: this machine */
	const char *vendor; /**< who made the server */
	double chips;       /**< 0 here and below: not known, which widens the interval */
	double cores;       /**< of all chips */
	double threads;     /**< of all chips */
	double mhz;
	double memory_gb;
	double tdp_w; /**< of a chip; 0: by the processor's name */
	double year;
	double load_ratio; /**< 0 to 1; below 0: the whole curve */
};

#define GRAMME_MODEL_OPTS(...)                                                           \
	((struct gramme_model_opts){ .size = sizeof(struct gramme_model_opts),           \
				     .load_ratio = -1,                                   \
				     __VA_ARGS__ })

/** What a server draws at the wall, by METHOD E-22: format "text" or "json" (gramme.model/1). In a
 * virtual machine, this machine is its share of the host. -EINVAL: a figure that no server has;
 * -ENODATA: too little is known. */
GRAMME_API int gramme_model(struct gramme *gramme, const struct gramme_model_opts *opts,
			    const char *format, uint32_t flags, char **ret);

/** The same of each row of a CSV file with any of the columns cpu_name, chips, cores, threads, mhz,
 * memory_gb, year, vendor, load_ratio: the file again, with model_w, low90_w, high90_w, low95_w,
 * high95_w and method after each row; empty where there is no answer, and method says why. */
GRAMME_API int gramme_model_csv(struct gramme *gramme, const char *path, char **ret);

struct gramme_wall_opts {
	size_t size;               /**< GRAMME_WALL_OPTS sets it */
	const char *machine_class; /**< "laptop", "desktop", "server", "gpu-node" */
	double energy_j;           /**< of the machine's components */
	double duration_s;
};

#define GRAMME_WALL_OPTS(...)                                                            \
	((struct gramme_wall_opts){ .size = sizeof(struct gramme_wall_opts),             \
				    __VA_ARGS__ })

/** What a machine of that class draws at the plug, by METHOD E-11: format "text" or "json"
 * (gramme.wall/1). A model: of a machine with a meter gramme_calibrate() tells better. */
GRAMME_API int gramme_wall(struct gramme *gramme, const struct gramme_wall_opts *opts,
			   const char *format, uint32_t flags, char **ret);

/* --- now --------------------------------------------------------------------------------- */

struct gramme_live;

struct gramme_live_opts {
	size_t size;      /**< GRAMME_LIVE_OPTS sets it */
	size_t processes; /**< of the machine's, those that draw most; 0: none are looked at */
	int runs;         /**< not 0: the runs that go on, as the ledger has them */
	const char *region; /**< NULL: the configuration's, the time zone's */
};

#define GRAMME_LIVE_OPTS(...)                                                            \
	((struct gramme_live_opts){ .size = sizeof(struct gramme_live_opts),             \
				    __VA_ARGS__ })

/** Opens this machine's sources to watch it; nothing is recorded, nobody is asked. The context
 * outlives it. Free with gramme_live_close(), which takes NULL. A machine where nothing can be
 * read is none the less opened, and its readings say so. -ENOENT, -EINVAL: no such region. */
GRAMME_API int gramme_live_open(struct gramme *gramme,
				const struct gramme_live_opts *opts,
				struct gramme_live **ret);
GRAMME_API void gramme_live_close(struct gramme_live *live);

/** Reads, and moves the window: powers are means since the last call of it. The first has none.
 * The second opens the vendors' libraries, which may take seconds; their boards' powers come with
 * the third. Nothing is read in between: once in one to ten seconds is right, and where a sensor
 * tells watts and no joules the power is the mean of the window's two ends. */
GRAMME_API int gramme_live_read(struct gramme_live *live);

/** What was last read: format "json" (gramme.live/1, one line), "prometheus" or "openmetrics".
 * Costs no reading, so that many can ask. -EAGAIN: nothing was read yet. */
GRAMME_API int gramme_live_text(struct gramme_live *live, const char *format, char **ret);

/* --- this machine ------------------------------------------------------------------------ */

/** What can be measured here, source by source: format "text" or "json" (gramme.sources/1). */
GRAMME_API int gramme_sources(struct gramme *gramme, const char *format, uint32_t flags,
			      char **ret);

/** The same with what is missing, why, what would mend it, and the configuration in force. */
GRAMME_API int gramme_doctor(struct gramme *gramme, const char *format, uint32_t flags,
			     char **ret);

/** A shell script that would mend it. It is only written, never run. */
GRAMME_API int gramme_doctor_script(struct gramme *gramme, char **ret);

/** The tables in force with their years, sources and licences: "text" or "json"
 * (gramme.data/1). */
GRAMME_API int gramme_data(struct gramme *gramme, const char *format, uint32_t flags,
			   char **ret);

struct gramme_calibrate_opts {
	size_t size; /**< GRAMME_CALIBRATE_OPTS sets it */
	const char *
		csv; /**< what a meter at the plug logged: a column of times and one of watts, or
			  *   of a counter that names its unit; NULL: none */
	const char *const
		*runs;  /**< to fit to, NULL at the end; NULL: all that it overlaps */
	int guided;     /**< not 0: first run steps of load, as a run of their own */
	double minutes; /**< that they take; 0: 10 */
	int modelled; /**< not 0: fit runs whose components are the estimate's, where there is no
		       *   meter of them */
	int look_only; /**< not 0: keep nothing */
	int show;      /**< not 0: tell what is kept, and do nothing else */
	int forget;    /**< not 0: forget what is kept of this machine */
	/** Called when a step of load begins, with what to note. NULL: never. */
	void (*notice)(void *ctx, const char *text);
	void *notice_ctx;
};

#define GRAMME_CALIBRATE_OPTS(...)                                                       \
	((struct gramme_calibrate_opts){ .size = sizeof(struct gramme_calibrate_opts),   \
					 __VA_ARGS__ })

/** Fits this machine's line of METHOD E-11 to a meter at the plug, and keeps it beside the ledger,
 * from where wall_j of its runs is told: format "text" or "json" (gramme.calibration/1). -ENODATA:
 * the meter's log and the runs of the ledger do not overlap, or the load hardly changed; -ENODEV:
 * nothing reads the components here. */
GRAMME_API int gramme_calibrate(struct gramme *gramme,
				const struct gramme_calibrate_opts *opts,
				const char *format, uint32_t flags, char **ret);

/** Writes them into a folder, NAME.csv each, which is made where it is missing. -EEXIST: a file
 * of that name is there already. *ret_count (may be NULL): how many. */
GRAMME_API int gramme_data_export(struct gramme *gramme, const char *folder,
				  size_t *ret_count);

#ifdef __cplusplus
}
#endif

#endif
