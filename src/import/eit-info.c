/* SPDX-License-Identifier: Apache-2.0 */
/* experiment-impact-tracker's info.pkl: a dict of what it knew at the start and the end. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "import/eit.h"
#include "import/pickle.h"

#define GPUS_TOLD_MAX 64
#define PACKAGES_MAX  4096

static void free_pickle(struct pickle *const *pickle)
{
	pickle_free(*pickle);
}

static void release(json_t **value)
{
	json_decref(*value);
}

/* What is no UTF-8 is left out: jansson refuses it. */
static void set_text(json_t *object, const char *key, const struct pickle_value *value)
{
	char text[256];

	if (pickle_text(value, text, sizeof text) && *text)
		(void)json_object_set_new(object, key, json_string(text));
}

static json_t *cpu_json(const struct pickle_value *info)
{
	const struct pickle_value *count = pickle_get(info, "count");
	json_t *cpu = json_object();
	double threads;

	set_text(cpu, "name", pickle_get(info, "brand"));
	set_text(cpu, "name", pickle_get(info, "brand_raw")); /* of later versions */
	if (pickle_number(count, &threads) && threads >= 1 && threads < 65536)
		(void)json_object_set_new(cpu, "threads",
					  json_integer((json_int_t)threads));
	return cpu;
}

static json_t *gpus_json(const struct pickle_value *info)
{
	json_t *gpus = json_array();
	const struct pickle_value *one;

	for (size_t i = 0; i < GPUS_TOLD_MAX && (one = pickle_item(info, i)); i++) {
		json_t *gpu = json_object();

		set_text(gpu, "name", pickle_get(one, "name"));
		set_text(gpu, "memory", pickle_get(one, "total_memory"));
		set_text(gpu, "driver", pickle_get(one, "driver_version"));
		set_text(gpu, "cuda", pickle_get(one, "cuda_version"));
		(void)json_array_append_new(gpus, gpu);
	}
	return gpus;
}

static void add_hardware(const struct pickle_value *root, struct run_record *record)
{
	CLEANUP(release) json_t *hardware = json_object();

	(void)json_object_set_new(hardware, "cpu",
				  cpu_json(pickle_get(root, "cpu_info")));
	(void)json_object_set_new(hardware, "gpus",
				  gpus_json(pickle_get(root, "gpu_info")));
	record->hardware_json = json_dumps(hardware, JSON_COMPACT);
}

static size_t plain_bytes(const char *text)
{
	size_t n = 0;

	while (text[n] >= ' ' && text[n] <= '~' && text[n] != '"' && text[n] != '\\')
		n++;
	return n;
}

/* Names and versions of packages are plain letters; what is not is shown as '?'. */
static void add_plain(struct strbuf *json, const char *text)
{
	strbuf_add(json, "\"");
	while (*text) {
		size_t plain = plain_bytes(text);

		strbuf_add_bytes(json, text, plain);
		text += plain;
		if (*text) {
			strbuf_add(json, "?");
			text++;
		}
	}
	strbuf_add(json, "\"");
}

/* A list of pkg_resources' records, {project_name, _version}: hundreds in each run, and so written
 * without a tree. */
static void add_packages(struct strbuf *json, const struct pickle_value *list)
{
	const struct pickle_value *one;
	const char *comma = "";
	char name[128], version[64];

	for (size_t i = 0; i < PACKAGES_MAX && (one = pickle_item(list, i)); i++) {
		if (!pickle_text(pickle_attribute(one, "project_name"), name,
				 sizeof name) ||
		    !pickle_text(pickle_attribute(one, "_version"), version,
				 sizeof version))
			continue;
		strbuf_add(json, comma);
		add_plain(json, name);
		strbuf_add(json, ":");
		add_plain(json, version);
		comma = ",";
	}
}

static void add_software(const struct pickle_value *root, struct records *records)
{
	CLEANUP(strbuf_done) struct strbuf json = STRBUF_INIT;
	char version[64] = "";

	(void)pickle_text(pickle_get(pickle_get(root, "cpu_info"), "python_version"),
			  version, sizeof version);
	strbuf_add(&json, "{\"python\":{\"version\":");
	if (*version)
		add_plain(&json, version);
	else
		strbuf_add(&json, "null");
	strbuf_add(&json, ",\"packages\":{");
	add_packages(&json, pickle_get(root, "python_package_info"));
	strbuf_add(&json, "}}}");
	if (strbuf_steal(&json, &records->record.software_json) < 0)
		records->failed = true;
}

static size_t count_of(const struct pickle_value *list)
{
	return list && list->kind == PICKLE_LIST ? list->count : 0;
}

static void take_info(const struct pickle_value *root, struct eit_info *info)
{
	const struct pickle_value *gpus = pickle_get(root, "gpu_info");
	const struct pickle_value *cpu = pickle_get(root, "cpu_info");
	const struct pickle_value *mean =
		pickle_get(root, "region_carbon_intensity_estimate");
	const struct pickle_value *name = pickle_get(cpu, "brand");

	info->has_start = pickle_datetime(pickle_get(root, "experiment_start"),
					  &info->start_local_ns);
	info->has_end =
		pickle_datetime(pickle_get(root, "experiment_end"), &info->end_local_ns);
	(void)pickle_text(pickle_get(pickle_get(root, "region"), "id"), info->region,
			  sizeof info->region);
	(void)pickle_text(pickle_get(root, "experiment_impact_tracker_version"),
			  info->version, sizeof info->version);
	(void)pickle_number(pickle_get(mean, "carbonIntensity"), &info->region_gpkwh);
	info->gpus = count_of(gpus);
	(void)pickle_text(pickle_get(pickle_item(gpus, 0), "name"), info->gpu_name,
			  sizeof info->gpu_name);
	(void)pickle_text(name ? name : pickle_get(cpu, "brand_raw"), info->cpu_name,
			  sizeof info->cpu_name);
}

int eit_info_read(const struct import_file *file, struct records *records,
		  struct eit_info *ret, struct diag *diag)
{
	CLEANUP(free_pickle) struct pickle *pickle = NULL;
	const struct pickle_value *root;
	int r = pickle_read(file->bytes, file->size, diag, &pickle);

	if (r < 0)
		return r;
	root = pickle_root(pickle);
	if (root->kind != PICKLE_DICT)
		return diag_say(diag, -EPROTO, "%s holds something else", file->name);
	take_info(root, ret);
	(void)copy_text(records->import.tool_version, sizeof records->import.tool_version,
			ret->version);
	add_hardware(root, &records->record);
	add_software(root, records);
	return 0;
}
