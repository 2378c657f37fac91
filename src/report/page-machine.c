/* SPDX-License-Identifier: Apache-2.0 */
/* What it ran on and with. */
#include <stdio.h>
#include <string.h>

#include "base/time-text.h"
#include "report/html.h"
#include "report/json-value.h"
#include "report/page-part.h"
#include "report/phrase.h"

#define PACKAGES_SHOWN 1000
#define GIB            (1024.0 * 1024 * 1024)

/* What a key of the inventory is called; others by their key. */
static const struct {
	const char *key;
	const char *words;
} names[] = {
	{ "name", "name" },
	{ "memory_bytes", "memory" },
	{ "tdp_w", "rated power, W" },
	{ "os", "system" },
	{ "hostname", "host" },
	{ "nvidia_driver", "NVIDIA driver" },
};

static const char *words_of(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i].key, key) == 0)
			return names[i].words;
	return key;
}

static void add_scalar(struct strbuf *out, const char *key, const json_t *value)
{
	if (json_is_string(value))
		html_text(out, json_string_value(value));
	else if (strcmp(key, "memory_bytes") == 0 && json_is_number(value))
		strbuf_printf(out, "%.1f GiB", json_number_value(value) / GIB);
	else if (json_is_number(value))
		strbuf_printf(out, "%.9g", json_number_value(value));
	else if (json_is_boolean(value))
		strbuf_add(out, json_is_true(value) ? "yes" : "no");
}

static bool is_scalar(const json_t *value)
{
	return json_is_string(value) || json_is_number(value) || json_is_boolean(value);
}

static void begin_row(struct strbuf *out, const char *of, const char *key)
{
	strbuf_add(out, "<tr><th scope=\"row\">");
	html_text(out, of);
	strbuf_add(out, of[0] && key[0] ? " " : "");
	html_text(out, words_of(key));
	strbuf_add(out, "</th><td>");
}

/* The scalars of an object, a row each. */
static void add_object(struct strbuf *out, const char *of, json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		if (!is_scalar(value))
			continue;
		begin_row(out, of, strcmp(key, "name") == 0 ? "" : key);
		add_scalar(out, key, value);
		strbuf_add(out, "</td></tr>\n");
	}
}

static void add_array(struct strbuf *out, const char *key, json_t *array)
{
	char of[64];
	json_t *value;
	size_t i;

	json_array_foreach(array, i, value)
	{
		(void)snprintf(of, sizeof of, "%s %zu",
			       strcmp(key, "gpus") == 0 ? "GPU" : key, i);
		if (json_is_object(value))
			add_object(out, of, value);
	}
}

static void add_inventory(struct strbuf *out, const char *text)
{
	CLEANUP(json_value_release)
	json_t *object = json_value_parse(text, JSON_OBJECT);
	const char *key;
	json_t *value;

	if (!object) {
		out->failed = true;
		return;
	}
	add_object(out, "", object);
	json_object_foreach(object, key, value)
	{
		if (json_is_object(value))
			add_object(out, strcmp(key, "cpu") == 0 ? "CPU" : key, value);
		else if (json_is_array(value))
			add_array(out, key, value);
	}
}

static void begin_table(const struct page_part *part, const char *words)
{
	strbuf_add(part->out, "<div>\n");
	page_subheading(part, words);
	strbuf_add(part->out, "<table class=\"keys\"><tbody>\n");
}

static void end_table(const struct page_part *part)
{
	strbuf_add(part->out, "</tbody></table>\n</div>\n");
}

static void add_hardware(const struct page_part *part)
{
	const struct run_info *info = &part->view->record.info;
	char text[128];

	begin_table(part, "Hardware");
	add_inventory(part->out, part->view->record.hardware_json);
	if (info->reserve.how[0] != '\0') {
		(void)snprintf(text, sizeof text,
			       "%u.%u %% of the CPUs, %u.%u %% of the memory (%s)",
			       info->reserve.cpu_permille / 10,
			       info->reserve.cpu_permille % 10,
			       info->reserve.mem_permille / 10,
			       info->reserve.mem_permille % 10, info->reserve.how);
		page_key(part->out, "reserved", text);
	}
	end_table(part);
}

static void add_activity(const struct page_part *part)
{
	const struct run_info *info = &part->view->record.info;
	struct strbuf *out = part->out;
	char text[TIME_TEXT_MAX] = "not known";
	char count[64];

	if (info->has_scope_cpu)
		duration_text((int64_t)info->scope_cpu_ns, text, sizeof text);
	page_key(out, "CPU time", text);
	(void)snprintf(text, sizeof text, "not known");
	if (info->has_machine_cpu)
		duration_text((int64_t)info->machine_cpu_ns, text, sizeof text);
	page_key(out, "the machine&#39;s", text);
	(void)snprintf(count, sizeof count, "%u seen, %u ended", info->processes_seen,
		       info->processes_ended);
	page_key(out, "processes", count);
}

static void add_software(const struct page_part *part)
{
	const struct run_info *info = &part->view->record.info;
	CLEANUP(strbuf_done) struct strbuf command = STRBUF_INIT;
	struct strbuf *out = part->out;

	begin_table(part, "Software");
	phrase_command(info, &command);
	if (command.len > 0) {
		strbuf_add(out, "<tr><th scope=\"row\">command</th><td><code>");
		html_text(out, strbuf_part(out, &command));
		strbuf_add(out, "</code></td></tr>\n");
	}
	page_key(out, "folder", info->directory);
	add_activity(part);
	add_inventory(out, part->view->record.software_json);
	end_table(part);
}

static void add_packages(const struct page_part *part)
{
	CLEANUP(json_value_release)
	json_t *software =
		json_value_parse(part->view->record.software_json, JSON_OBJECT);
	json_t *packages =
		json_object_get(json_object_get(software, "python"), "packages");
	struct strbuf *out = part->out;
	size_t shown = 0;
	const char *key;
	json_t *value;

	if (json_object_size(packages) == 0)
		return;
	strbuf_printf(out,
		      "<details>\n<summary>%zu Python packages</summary>\n"
		      "<p class=\"small soft\">",
		      json_object_size(packages));
	json_object_foreach(packages, key, value)
	{
		if (shown == PACKAGES_SHOWN)
			break;
		strbuf_add(out, shown++ > 0 ? ", " : "");
		html_text(out, key);
		strbuf_add(out, " ");
		add_scalar(out, key, value);
	}
	strbuf_add(out, "</p>\n</details>\n");
}

void page_machine(const struct page_part *part)
{
	page_heading(part, "machine", "Hardware and software");
	strbuf_add(part->out, "<div class=\"two\">\n");
	add_hardware(part);
	add_software(part);
	strbuf_add(part->out, "</div>\n");
	add_packages(part);
}
