/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of gramme.h about this machine: sources, doctor, and the script that mends. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "activity/activity.h"
#include "base/parse.h"
#include "engine/context.h"
#include "engine/doctor-network.h"
#include "engine/machine.h"
#include "report/sources-view.h"

static void free_machine(struct machine **machine)
{
	machine_free(*machine);
}

static void add_domain(struct sources_view *view, const struct machine *machine,
		       size_t source, size_t i)
{
	const struct machine_source *own = &machine->sources[source];
	struct sources_domain *row = sources_add_domain(view, source, &own->domains[i]);
	const struct run_domain *used =
		own->slot[i] >= 0 ? &machine->domains[own->slot[i]] : NULL;

	if (!row)
		return;
	row->chosen = used && used->counted;
	(void)copy_text(row->reason, sizeof row->reason,
			used ? used->why_not : own->reason[i]);
	row->has_energy = own->first[i].has & READING_ENERGY;
	row->energy_uj = own->first[i].energy_uj;
	row->has_power = own->first[i].has & READING_POWER;
	row->power_uw = own->first[i].power_uw;
}

static void add_source(struct sources_view *view, const struct machine *machine, size_t i)
{
	const struct machine_source *own = &machine->sources[i];
	struct source_view *row = sources_add(view, own->source->name, own->about);

	if (!row)
		return;
	row->status = sources_status_of(own->err);
	if (own->err == 0 && own->diag.text[0] != '\0')
		row->status = SOURCES_PARTLY;
	row->estimate = own->source->flags & SOURCE_ESTIMATE;
	(void)copy_text(row->text, sizeof row->text, own->diag.text);
	(void)copy_text(row->fix, sizeof row->fix, own->diag.fix);
	for (size_t k = 0; k < own->domain_count; k++)
		add_domain(view, machine, i, k);
}

/* Processes are always this machine's, also where the sensors are a made-up root's. */
static void add_activity(struct sources_view *view, const struct host *host,
			 const struct activity_row *activity)
{
	struct source_view *row =
		sources_add_activity(view, activity->activity->name, activity->about);
	struct scope scope = { .root_pid = getpid() };
	struct diag diag = { 0 };
	void *state = NULL;
	int r;

	if (!row)
		return;
	r = activity->activity->open(host, &scope, &diag, &state);
	if (r == 0)
		activity->activity->close(state);
	row->status = sources_status_of(r);
	(void)copy_text(row->text, sizeof row->text, diag.text);
	(void)copy_text(row->fix, sizeof row->fix, diag.fix);
}

static void add_machine_name(struct sources_view *view, const struct host *host)
{
	AUTO_FREE char *info = NULL;

	if (host_read_all(host, "proc/cpuinfo", &info) == 0)
		(void)!parse_keyed_text(info, "model name", view->machine,
					sizeof view->machine);
}

/* A proxy's password in the address of a service is nobody's to see. */
static void add_setting(struct sources_view *view, enum config_key key,
			const struct config_value *value)
{
	char text[sizeof value->text];
	char *at = text;

	(void)copy_text(text, sizeof text, value->text);
	while ((at = strstr(at, "://")) != NULL) {
		char *user;

		at += 3;
		user = memrchr(at, '@', strcspn(at, "/?# \t"));
		if (user)
			memset(at, '*', (size_t)(user - at));
	}
	sources_add_setting(view, config_key_name(key), text, value->from);
}

/* Looks at the machine anew, each time; the caller frees. */
static int look(struct gramme *gramme, struct sources_view **ret)
{
	CLEANUP(free_machine) struct machine *machine = NULL;
	AUTO_FREE struct sources_view *view = calloc(1, sizeof *view);
	int r = machine_new(&gramme->host, &machine);

	if (r < 0 || !view)
		return diag_fail(&gramme->diag, -ENOMEM, "cannot look at the machine");
	machine_open(machine, MACHINE_FAST);
	machine_open(machine, MACHINE_SLOW);
	add_machine_name(view, &gramme->host);
	for (size_t i = 0; i < machine->source_count; i++)
		add_source(view, machine, i);
	for (size_t i = 0; i < activity_row_count; i++)
		add_activity(view, &gramme->here, &activity_rows[i]);
	for (int i = 0; i < CONFIG_KEYS; i++) {
		const struct config_value *value = &gramme->config.value[i];

		if (value->text[0] != '\0')
			add_setting(view, (enum config_key)i, value);
	}
	*ret = STEAL(view);
	return 0;
}

typedef void printer(const struct sources_view *view, const struct report_opts *opts,
		     struct strbuf *out);

static int print_as(struct gramme *gramme, printer *print, const char *format,
		    uint32_t flags, char **ret)
{
	AUTO_FREE struct sources_view *view = NULL;
	struct report_opts opts = { .colour = flags & GRAMME_TEXT_COLOUR, .width = 80 };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	int r = context_check(gramme);

	if (r < 0)
		return r;
	if (!ret || !format ||
	    (strcmp(format, "text") != 0 && strcmp(format, "json") != 0))
		return diag_say(&gramme->diag, -EINVAL, "the form is text or json");
	r = look(gramme, &view);
	if (r < 0)
		return r;
	if (print == sources_doctor)
		doctor_network(gramme, view);
	if (strcmp(format, "json") == 0)
		return sources_json(view, ret);
	print(view, &opts, &out);
	return strbuf_steal(&out, ret);
}

int gramme_sources(struct gramme *gramme, const char *format, uint32_t flags, char **ret)
{
	return print_as(gramme, sources_text, format, flags, ret);
}

int gramme_doctor(struct gramme *gramme, const char *format, uint32_t flags, char **ret)
{
	return print_as(gramme, sources_doctor, format, flags, ret);
}

/* Shell lines begin with sudo, by the convention of the fixes; the rest is for a person. */
static void add_fix(struct strbuf *out, const struct source_view *row)
{
	static const char sudo[] = "sudo ";
	bool is_line = strncmp(row->fix, sudo, sizeof sudo - 1) == 0;

	if (row->fix[0] == '\0')
		return;
	strbuf_printf(out, "\n# %s: %s\n%s%s\n", row->name, row->text,
		      is_line ? "" : "# by hand: ",
		      is_line ? row->fix + sizeof sudo - 1 : row->fix);
}

int gramme_doctor_script(struct gramme *gramme, char **ret)
{
	AUTO_FREE struct sources_view *view = NULL;
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	size_t before;
	int r = context_check(gramme);

	if (r == 0)
		r = ret ? look(gramme, &view) : -EINVAL;
	if (r < 0 || !view)
		return r;
	strbuf_add(
		&out,
		"#!/bin/sh\n"
		"# What would let gramme read more of this machine. Read it, keep what\n"
		"# you agree with, and run it as root. gramme itself runs none of it.\n"
		"set -eu\n");
	before = out.len;
	for (size_t i = 0; i < view->source_count; i++)
		add_fix(&out, &view->source[i]);
	for (size_t i = 0; i < view->activity_count; i++)
		add_fix(&out, &view->activity[i]);
	if (out.len == before)
		strbuf_add(&out, "\n# There is nothing here that a script could mend.\n");
	return strbuf_steal(&out, ret);
}
