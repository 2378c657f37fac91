/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sources-view.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "report/json-value.h"

enum sources_status sources_status_of(int err)
{
	switch (-err) {
	case 0:
		return SOURCES_OK;
	case ENODEV:
		return SOURCES_NONE;
	case EACCES:
	case EPERM:
		return SOURCES_DENIED;
	case ENOSYS:
		return SOURCES_ABSENT;
	default:
		return SOURCES_FAILED;
	}
}

const char *sources_status_text(enum sources_status status)
{
	static const char *const text[] = {
		[SOURCES_OK] = "ok",           [SOURCES_PARTLY] = "partly",
		[SOURCES_NONE] = "none",       [SOURCES_DENIED] = "denied",
		[SOURCES_ABSENT] = "absent",   [SOURCES_FAILED] = "failed",
		[SOURCES_UNTRIED] = "untried",
	};
	size_t i = (size_t)status;

	return i < ARRAY_SIZE(text) ? text[i] : "unknown";
}

static struct source_view *add_row(struct source_view *rows, size_t *count,
				   const char *name, const char *about)
{
	struct source_view *row;

	if (*count >= SOURCES_MAX)
		return NULL;
	row = &rows[(*count)++];
	memset(row, 0, sizeof *row);
	(void)copy_text(row->name, sizeof row->name, name);
	(void)copy_text(row->about, sizeof row->about, about);
	return row;
}

struct source_view *sources_add(struct sources_view *view, const char *name,
				const char *about)
{
	return add_row(view->source, &view->source_count, name, about);
}

struct source_view *sources_add_activity(struct sources_view *view, const char *name,
					 const char *about)
{
	return add_row(view->activity, &view->activity_count, name, about);
}

struct sources_ask *sources_add_ask(struct sources_view *view, const char *what,
				    const char *who, const char *host)
{
	struct sources_ask *ask;

	if (view->ask_count == SOURCES_ASKS_MAX)
		return NULL;
	ask = &view->ask[view->ask_count++];
	memset(ask, 0, sizeof *ask);
	(void)copy_text(ask->what, sizeof ask->what, what);
	(void)copy_text(ask->who, sizeof ask->who, who);
	(void)copy_text(ask->host, sizeof ask->host, host);
	return ask;
}

struct sources_domain *sources_add_domain(struct sources_view *view, size_t source,
					  const struct domain *domain)
{
	struct sources_domain *row;

	if (view->domain_count >= SOURCES_DOMAINS_MAX)
		return NULL;
	row = &view->domain[view->domain_count++];
	memset(row, 0, sizeof *row);
	row->source = source;
	(void)copy_text(row->id, sizeof row->id, domain->id);
	(void)copy_text(row->label, sizeof row->label, domain->label);
	row->family = domain->family;
	row->boundary = domain->boundary;
	row->kind = domain->kind;
	row->measure = domain->measure;
	return row;
}

void sources_add_setting(struct sources_view *view, const char *name, const char *value,
			 const char *from)
{
	struct sources_setting *row;

	if (view->setting_count >= SOURCES_SETTINGS_MAX)
		return;
	row = &view->setting[view->setting_count++];
	(void)copy_text(row->name, sizeof row->name, name);
	(void)copy_text(row->value, sizeof row->value, value);
	(void)copy_text(row->from, sizeof row->from, from);
}

enum sources_verdict sources_verdict(const struct sources_view *view)
{
	size_t metered = 0;
	size_t estimated = 0;

	for (size_t i = 0; i < view->domain_count; i++) {
		const struct sources_domain *domain = &view->domain[i];

		if (!domain->chosen)
			continue;
		if (domain->kind == KIND_MEASURED || domain->kind == KIND_DERIVED)
			metered++;
		else
			estimated++;
	}
	if (metered > 0)
		return estimated > 0 ? SOURCES_IN_PART : SOURCES_MEASURED;
	return estimated > 0 ? SOURCES_ESTIMATED : SOURCES_UNKNOWN;
}

static json_t *domain_object(const struct sources_domain *domain, int *failed)
{
	json_t *object = json_object();

	json_value_set(object, "domain", json_value_text(domain->id), failed);
	json_value_set(object, "label", json_value_text_or_null(domain->label), failed);
	json_value_set(object, "family", json_value_text(family_text(domain->family)),
		       failed);
	json_value_set(object, "boundary",
		       json_value_text(boundary_text(domain->boundary)), failed);
	json_value_set(object, "kind", json_value_text(kind_text(domain->kind)), failed);
	json_value_set(object, "measure",
		       json_value_text(domain->measure == MEASURE_POWER ? "power"
									: "energy"),
		       failed);
	json_value_set(object, "counted", json_boolean(domain->chosen), failed);
	json_value_set(object, "why_not",
		       json_value_text_or_null(domain->chosen ? NULL : domain->reason),
		       failed);
	json_value_set(object, "counter_j",
		       domain->has_energy ? json_value_real((double)domain->energy_uj /
							    (double)UJ_PER_J)
					  : json_null(),
		       failed);
	json_value_set(object, "power_w",
		       domain->has_power ? json_value_real((double)domain->power_uw / 1e6)
					 : json_null(),
		       failed);
	return object;
}

static json_t *row_object(const struct source_view *row, int *failed)
{
	json_t *object = json_object();

	json_value_set(object, "name", json_value_text(row->name), failed);
	json_value_set(object, "about", json_value_text(row->about), failed);
	json_value_set(object, "status",
		       json_value_text(sources_status_text(row->status)), failed);
	json_value_set(object, "text", json_value_text_or_null(row->text), failed);
	json_value_set(object, "fix", json_value_text_or_null(row->fix), failed);
	return object;
}

static json_t *source_object(const struct sources_view *view, size_t source, int *failed)
{
	json_t *object = row_object(&view->source[source], failed);
	json_t *domains;

	json_value_set(object, "estimate", json_boolean(view->source[source].estimate),
		       failed);
	domains = json_value_set(object, "domains", json_array(), failed);
	for (size_t i = 0; i < view->domain_count; i++)
		if (view->domain[i].source == source)
			json_value_append(domains,
					  domain_object(&view->domain[i], failed),
					  failed);
	return object;
}

static json_t *setting_object(const struct sources_setting *setting, int *failed)
{
	json_t *object = json_object();

	json_value_set(object, "name", json_value_text(setting->name), failed);
	json_value_set(object, "value", json_value_text_or_null(setting->value), failed);
	json_value_set(object, "from", json_value_text(setting->from), failed);
	return object;
}

static json_t *ask_object(const struct sources_ask *ask, int *failed)
{
	json_t *object = json_object();

	json_value_set(object, "what", json_value_text(ask->what), failed);
	json_value_set(object, "who", json_value_text(ask->who), failed);
	json_value_set(object, "host", json_value_text_or_null(ask->host), failed);
	json_value_set(object, "would", json_boolean(ask->would), failed);
	json_value_set(object, "text", json_value_text_or_null(ask->text), failed);
	return object;
}

int sources_json(const struct sources_view *view, char **ret)
{
	static const char *const verdicts[] = { "measured", "part", "estimated",
						"unknown" };
	CLEANUP(json_value_release) json_t *root = json_object();
	json_t *sources;
	json_t *activities;
	json_t *settings;
	json_t *network;
	int failed = 0;

	json_value_set(root, "schema", json_value_text("gramme.sources/1"), &failed);
	json_value_set(root, "verdict", json_value_text(verdicts[sources_verdict(view)]),
		       &failed);
	json_value_set(root, "machine", json_value_text_or_null(view->machine), &failed);
	sources = json_value_set(root, "sources", json_array(), &failed);
	activities = json_value_set(root, "activities", json_array(), &failed);
	settings = json_value_set(root, "settings", json_array(), &failed);
	network = json_value_set(root, "network", json_array(), &failed);
	json_value_set(root, "advice", json_value_text_or_null(view->advice), &failed);
	for (size_t i = 0; i < view->source_count; i++)
		json_value_append(sources, source_object(view, i, &failed), &failed);
	for (size_t i = 0; i < view->activity_count; i++)
		json_value_append(activities, row_object(&view->activity[i], &failed),
				  &failed);
	for (size_t i = 0; i < view->setting_count; i++)
		json_value_append(settings, setting_object(&view->setting[i], &failed),
				  &failed);
	for (size_t i = 0; i < view->ask_count; i++)
		json_value_append(network, ask_object(&view->ask[i], &failed), &failed);
	return failed < 0 ? failed : json_value_dump(root, ret);
}
