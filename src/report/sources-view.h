/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `gramme sources` and `gramme doctor` say of a machine: what could be read, what could
 * not and the one line that mends it, which domain is counted and why another is not. Plain
 * data of a fixed size (some 100 KiB: keep it on the heap); the engine fills it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/macro.h"
#include "base/strbuf.h"
#include "model/domain.h"
#include "report/report.h"

#define SOURCES_MAX          16
#define SOURCES_DOMAINS_MAX  ((size_t)2 * DOMAINS_MAX) /* two sources may give the same */
#define SOURCES_SETTINGS_MAX 24
#define SOURCES_ASKS_MAX     16
#define SOURCES_NAME_MAX     32

/* How it went with a row of sources.def or activities.def. */
enum sources_status {
	SOURCES_OK,
	SOURCES_PARTLY,  /* it opened, and the text says what of it could not be read */
	SOURCES_NONE,    /* -ENODEV: this machine has none */
	SOURCES_DENIED,  /* -EACCES, -EPERM: there is, and we may not */
	SOURCES_ABSENT,  /* -ENOSYS: not compiled in */
	SOURCES_FAILED,  /* anything else: the text says what */
	SOURCES_UNTRIED, /* not asked, since a better source has it all */
};

/* One row. Zeroed, with name, about and a status, it is complete. */
struct source_view {
	char name[SOURCES_NAME_MAX];
	char about[DOMAIN_TEXT_MAX];
	enum sources_status status;
	bool estimate;            /* a model: nothing was measured */
	char text[DIAG_TEXT_MAX]; /* a sentence without a full stop; "" */
	char fix[DIAG_TEXT_MAX];  /* the line that mends it; "" */
};

struct sources_domain {
	size_t source; /* index into sources_view.source */
	char id[DOMAIN_ID_MAX];
	char label[DOMAIN_TEXT_MAX];
	char reason[DOMAIN_TEXT_MAX]; /* why it is not counted; "" when chosen */
	enum family family;
	enum boundary boundary;
	enum kind kind;
	enum measure measure;
	bool chosen; /* counted in a run's sum */
	bool has_energy;
	uint64_t energy_uj; /* the raw counter now */
	bool has_power;
	uint64_t power_uw; /* now, or the mean over the time it was watched */
};

/* A setting that holds, and where it comes from: "option", "GRAMME_PUE", a file, "default". */
struct sources_setting {
	char name[SOURCES_NAME_MAX];
	char value[DIAG_TEXT_MAX];
	char from[DIAG_TEXT_MAX];
};

/* Whom a run here would ask over the network, or why nobody. */
struct sources_ask {
	char what[SOURCES_NAME_MAX]; /* "place", "average", "marginal" */
	char who[160];               /* "ipinfo", a row of grids.def, a settings file */
	char host[96];               /* "ipinfo.io"; "" : no one outside */
	bool would;                  /* be asked */
	char text[DIAG_TEXT_MAX];    /* for what, or why not */
};

struct sources_view {
	char machine[DOMAIN_TEXT_MAX]; /* headline: CPU and host; "" */
	struct source_view source[SOURCES_MAX];
	size_t source_count;
	struct sources_domain domain[SOURCES_DOMAINS_MAX];
	size_t domain_count;
	struct source_view activity[SOURCES_MAX];
	size_t activity_count;
	struct sources_setting setting[SOURCES_SETTINGS_MAX];
	size_t setting_count;
	struct sources_ask ask[SOURCES_ASKS_MAX];
	size_t ask_count;
	char advice[DIAG_TEXT_MAX]; /* one more line for doctor; "" */
};

/* The status for what open() of a source or an activity returned. */
enum sources_status sources_status_of(int err);
const char *sources_status_text(enum sources_status status);

/* A row for name; NULL when there is no room. Domains name their source by index. */
struct source_view *sources_add(struct sources_view *view, const char *name,
				const char *about);
struct source_view *sources_add_activity(struct sources_view *view, const char *name,
					 const char *about);
struct sources_domain *sources_add_domain(struct sources_view *view, size_t source,
					  const struct domain *domain);
/* NULL when there is no room. */
struct sources_ask *sources_add_ask(struct sources_view *view, const char *what,
				    const char *who, const char *host);
void sources_add_setting(struct sources_view *view, const char *name, const char *value,
			 const char *from);

/* What a run here would rest on. */
enum sources_verdict {
	SOURCES_MEASURED,
	SOURCES_IN_PART, /* some families are an estimate */
	SOURCES_ESTIMATED,
	SOURCES_UNKNOWN, /* nothing at all: energy will be null */
};

enum sources_verdict sources_verdict(const struct sources_view *view);

/* gramme sources: every row with its domains. */
void sources_text(const struct sources_view *view, const struct report_opts *opts,
		  struct strbuf *out);

/* gramme doctor: the verdict first, then what is wrong and what mends it. */
void sources_doctor(const struct sources_view *view, const struct report_opts *opts,
		    struct strbuf *out);

/* gramme.sources/1, for both. 0 or -ENOMEM; the caller frees. */
MUST_USE int sources_json(const struct sources_view *view, char **ret);
