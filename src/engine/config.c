/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

static const struct {
	const char *name;
	const char *environment;
} keys[CONFIG_KEYS] = {
	[CONFIG_DB] = { "db", "GRAMME_DB" },
	[CONFIG_REGION] = { "region", "GRAMME_REGION" },
	[CONFIG_PUE] = { "pue", "GRAMME_PUE" },
	[CONFIG_PERIOD] = { "period", "GRAMME_PERIOD" },
	[CONFIG_PROJECT] = { "project", "GRAMME_PROJECT" },
	[CONFIG_EXPERIMENT] = { "experiment", "GRAMME_EXPERIMENT" },
	[CONFIG_OFFLINE] = { "offline", "GRAMME_OFFLINE" },
	[CONFIG_GRID] = { "grid", "GRAMME_GRID" },
	[CONFIG_INTENSITY] = { "intensity", "GRAMME_INTENSITY" },
	[CONFIG_TABLES] = { "tables", "GRAMME_TABLES" },
	[CONFIG_URLS] = { "urls", "GRAMME_URLS" },
};

const char *config_key_name(enum config_key key)
{
	return keys[key].name;
}

void config_set(struct config *config, enum config_key key, const char *text,
		const char *from)
{
	struct config_value *value = &config->value[key];

	(void)copy_text(value->text, sizeof value->text, text);
	(void)copy_text(value->from, sizeof value->from, from);
}

void config_doubt(struct config *config, const char *text)
{
	char own[sizeof config->doubts[0]];

	(void)copy_text(own, sizeof own, text);
	for (size_t i = 0; i < config->doubt_count; i++)
		if (strcmp(config->doubts[i], own) == 0)
			return;
	if (config->doubt_count < CONFIG_DOUBTS_MAX)
		memcpy(config->doubts[config->doubt_count++], own, sizeof own);
}

static int take_line(struct config *config, char *line, const char *file, unsigned number,
		     struct diag *diag)
{
	char *equals;
	char *key;

	line[strcspn(line, "#\r\n")] = '\0';
	line = trim_text(line);
	if (*line == '\0')
		return 0;
	equals = strchr(line, '=');
	if (!equals)
		return diag_say(diag, -EPROTO, "%s line %u: no '=' in it", file, number);
	*equals = '\0';
	key = trim_text(line);
	for (int i = 0; i < CONFIG_KEYS; i++) {
		if (strcmp(key, keys[i].name) != 0)
			continue;
		config_set(config, (enum config_key)i, trim_text(equals + 1), file);
		return 0;
	}
	return diag_say(diag, -EPROTO, "%s line %u: there is no setting '%.40s'", file,
			number, key);
}

static void close_file(FILE **file)
{
	if (*file)
		(void)fclose(*file);
}

/* must_exist is for a file that was named by the user. */
static int take_file(struct config *config, const char *path, bool must_exist,
		     struct diag *diag)
{
	CLEANUP(close_file) FILE *file = fopen(path, "re");
	char line[1024];
	int first = 0;

	/* A folder that may not be entered is one that is not there: another user's home. */
	if (!file && !must_exist && access(path, F_OK) < 0)
		return 0;
	if (!file) {
		first = diag_fail(diag, -errno, "cannot read %s", path);
		config_doubt(config, diag->text);
		return first;
	}
	for (unsigned number = 1; fgets(line, sizeof line, file); number++) {
		struct diag own = { 0 };
		int r = take_line(config, line, path, number, &own);

		if (r == 0)
			continue;
		config_doubt(config, own.text);
		if (first == 0)
			*diag = own;
		first = first ? first : r;
	}
	return first;
}

static void take_environment(struct config *config)
{
	for (int i = 0; i < CONFIG_KEYS; i++) {
		const char *text = getenv(keys[i].environment);

		if (text && *text)
			config_set(config, (enum config_key)i, text, keys[i].environment);
	}
}

static int take_home(struct config *config, struct diag *diag)
{
	const char *folder = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	char path[512];

	if (folder && *folder)
		(void)snprintf(path, sizeof path, "%s/gramme/gramme.conf", folder);
	else if (home && *home)
		(void)snprintf(path, sizeof path, "%s/.config/gramme/gramme.conf", home);
	else
		return 0;
	return take_file(config, path, false, diag);
}

static void default_db(struct config *config)
{
	const char *data = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");
	char path[512] = "";

	if (config->value[CONFIG_DB].text[0] != '\0')
		return;
	if (data && *data)
		(void)snprintf(path, sizeof path, "%s/gramme/gramme.db", data);
	else if (home && *home)
		(void)snprintf(path, sizeof path, "%s/.local/share/gramme/gramme.db",
			       home);
	config_set(config, CONFIG_DB, path, "built in");
}

int config_load(struct config *config, const char *file, struct diag *diag)
{
	struct diag later = { 0 };
	int r, more = 0;

	memset(config, 0, sizeof *config);
	config_set(config, CONFIG_PERIOD, "1s", "built in");
	if (file) {
		r = take_file(config, file, true, diag);
	} else {
		r = take_file(config, "/etc/gramme.conf", false, diag);
		more = take_home(config, r == 0 ? diag : &later);
	}
	take_environment(config);
	default_db(config);
	return r ? r : more;
}

int config_period_ns(const struct config *config, int64_t *ret_ns, struct diag *diag)
{
	const struct config_value *value = &config->value[CONFIG_PERIOD];
	int64_t ns;
	int r;

	if (value->text[0] == '\0')
		return 0;
	r = parse_duration_ns(value->text, &ns);
	if (r == 0 && (ns < NS_PER_MS || ns > 3600 * NS_PER_S))
		r = -ERANGE;
	if (r < 0)
		return diag_say(diag, r,
				"the period '%.40s' (%s) is not a time from 1ms to 1h",
				value->text, value->from);
	*ret_ns = ns;
	return 0;
}

int config_pue(const struct config *config, double *ret, struct diag *diag)
{
	const struct config_value *value = &config->value[CONFIG_PUE];
	double pue;
	int r;

	if (value->text[0] == '\0')
		return 0;
	r = parse_double(value->text, &pue);
	if (r == 0 && !(pue >= 1 && pue <= 10))
		r = -ERANGE;
	if (r < 0)
		return diag_say(diag, r,
				"the PUE '%.40s' (%s) is not a number from 1 to 10",
				value->text, value->from);
	*ret = pue;
	return 0;
}
