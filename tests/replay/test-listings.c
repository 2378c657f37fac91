/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gramme sources on each recorded machine is tests/golden/sources-<machine>, text and JSON,
 * byte for byte; GRAMME_GOLDEN_UPDATE=1 writes them. What the machine that runs the test adds
 * (who uses it, its settings) is left out.
 */
#include <gramme/gramme.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "view.h"

static char *listing(const char *machine, const char *form)
{
	char root[256];
	const struct gramme_opts opts =
		GRAMME_OPTS(.sysroot = root, .config = "/dev/null");
	struct gramme *gramme = NULL;
	char *text = NULL;

	(void)snprintf(root, sizeof root, SYSROOT "/%s", machine);
	assert_int_equal(gramme_new(&opts, &gramme), 0);
	assert_int_equal(gramme_sources(gramme, form, 0, &text), 0);
	gramme_free(gramme);
	return text;
}

static void check_text(const char *machine)
{
	AUTO_FREE char *text = listing(machine, "text");
	char *own = strstr(text, "\nwho used the machine\n");
	char name[128];

	assert_non_null(own);
	*own = '\0';
	(void)snprintf(name, sizeof name, "sources-%s.txt", machine);
	assert_golden(name, text);
}

static void check_json(const char *machine)
{
	AUTO_FREE char *text = listing(machine, "json");
	AUTO_FREE char *shown = NULL;
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	json_t *json = json_loads(text, 0, NULL);
	char name[128];

	assert_int_equal(json_object_del(json, "activities"), 0);
	assert_int_equal(json_object_del(json, "settings"), 0);
	shown = json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
	json_decref(json);
	assert_non_null(shown);
	strbuf_printf(&out, "%s\n", shown);
	(void)snprintf(name, sizeof name, "sources-%s.json", machine);
	assert_golden(name, out.text);
}

static void is_listed_as_before(void **state)
{
	check_text(*state);
	check_json(*state);
}

int main(void)
{
	CLEANUP(names_done) struct names machines = { NULL, 0 };
	AUTO_FREE struct CMUnitTest *tests = NULL;
	struct host host;
	int r = host_init(&host, SYSROOT);

	if (r == 0)
		r = host_names(&host, ".", &machines);
	tests = calloc(machines.count + 1, sizeof *tests);
	if (r < 0 || !tests || machines.count == 0)
		return 2;
	host_done(&host);
	for (size_t i = 0; i < machines.count; i++)
		tests[i] = (struct CMUnitTest){ .name = machines.name[i],
						.test_func = is_listed_as_before,
						.initial_state = machines.name[i] };
	return _cmocka_run_group_tests("tests", tests, machines.count, NULL, NULL);
}
