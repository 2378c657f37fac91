/* SPDX-License-Identifier: Apache-2.0 */
/**
 * gramme.h - weigh a run of a program: joules, CO2e, and how sure that is.
 *
 * The whole stable interface of libgramme. Four kinds of calls:
 *
 *   track      gramme_run_command(), gramme_run_attach(), gramme_run_begin() … _end()
 *   look back  gramme_list(), gramme_show(), gramme_tag(), gramme_remove()
 *   look here  gramme_sources(), gramme_doctor(), gramme_doctor_script()
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
 * Threads: a context belongs to one thread at a time. Processes: after fork() a child's calls
 * on its parent's objects return -ECHILD. The library prints nothing and installs no signal
 * handler, except that gramme_run_command() blocks signals while the command runs and passes
 * on to it those that were sent to this process (by others than the command's own). Once the
 * command has ended SIGINT, SIGTERM, SIGHUP and SIGQUIT end the waiting for what it left and
 * for the numbers, and nothing else.
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
};

#define GRAMME_OPTS(...)                                                                 \
	((struct gramme_opts){ .size = sizeof(struct gramme_opts), __VA_ARGS__ })

/**
 * A context. opts may be NULL. -ENOENT: no such sysroot; -EPROTO: a configuration file that is
 * not understood. Even when it fails, *ret may be set to a context that holds only the error:
 * free it.
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
	const char *region; /**< zone; NULL: the configuration's, else the world */
	uint32_t flags;     /**< GRAMME_RUN_* */
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

struct gramme_run;

/** Tracks the calling process and its children from here to gramme_run_end(). */
GRAMME_API int gramme_run_begin(struct gramme *gramme, const struct gramme_run_opts *opts,
				struct gramme_run **ret);
/** Names an instant; a reading is taken there. */
GRAMME_API int gramme_run_mark(struct gramme_run *run, const char *name);
/** Logs a number beside the energy: a loss, an accuracy. */
GRAMME_API int gramme_run_metric(struct gramme_run *run, const char *name, double value);
/** Ends the run and frees it. exit_status is recorded. ret may be NULL. */
GRAMME_API int gramme_run_end(struct gramme_run *run, int exit_status,
			      struct gramme_run_result *ret);

/**
 * From inside a tracked command: the same two, sent to the run that GRAMME_CONTROL names.
 * -ENODEV when there is no such run.
 */
GRAMME_API int gramme_mark(struct gramme *gramme, const char *name);
GRAMME_API int gramme_metric(struct gramme *gramme, const char *name, double value);

/* --- the ledger -------------------------------------------------------------------------- */

struct gramme_filter {
	size_t size; /**< GRAMME_FILTER sets it */
	const char *project;
	const char *experiment;
	const char *name;
	size_t limit; /**< 0: all */
};

#define GRAMME_FILTER(...)                                                               \
	((struct gramme_filter){ .size = sizeof(struct gramme_filter), __VA_ARGS__ })

enum {
	GRAMME_TEXT_COLOUR = 1 << 0, /**< the reader is a terminal that likes colours */
};

/** Runs, newest first: format "text" or "json" (gramme.list/1). filter may be NULL. */
GRAMME_API int gramme_list(struct gramme *gramme, const struct gramme_filter *filter,
			   const char *format, uint32_t flags, char **ret);

/**
 * One run: format "text", "json" (gramme.run/1), "summary" or "statement". `run` is an id, a
 * prefix of one, a name (its newest run), or "last". -ENOENT, -EEXIST when several fit.
 */
GRAMME_API int gramme_show(struct gramme *gramme, const char *run, const char *format,
			   uint32_t flags, char **ret);

/** Sets "key=value"; "key=" takes it away. */
GRAMME_API int gramme_tag(struct gramme *gramme, const char *run, const char *tag);
GRAMME_API int gramme_remove(struct gramme *gramme, const char *run);

/* --- this machine ------------------------------------------------------------------------ */

/** What can be measured here, source by source: format "text" or "json" (gramme.sources/1). */
GRAMME_API int gramme_sources(struct gramme *gramme, const char *format, uint32_t flags,
			      char **ret);

/** The same with what is missing, why, what would mend it, and the configuration in force. */
GRAMME_API int gramme_doctor(struct gramme *gramme, const char *format, uint32_t flags,
			     char **ret);

/** A shell script that would mend it. It is only written, never run. */
GRAMME_API int gramme_doctor_script(struct gramme *gramme, char **ret);

#ifdef __cplusplus
}
#endif

#endif
