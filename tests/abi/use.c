/* SPDX-License-Identifier: Apache-2.0 */
/* A program that knows <gramme/gramme.h> only: a run from begin to end, and the look back. */
#include <gramme/gramme.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void check(int ok, const char *promise, const struct gramme *gramme)
{
	printf("%s - %s\n", ok ? "ok" : "not ok", promise);
	if (!ok) {
		printf("# %s\n", gramme_error(gramme));
		failures++;
	}
}

static void track(struct gramme *gramme)
{
	struct gramme_run_opts opts =
		GRAMME_RUN_OPTS(.name = "abi", .period_ns = 10000000);
	struct gramme_run_result result = { 0 };
	struct gramme_run *run = NULL;
	int r = gramme_run_begin(gramme, &opts, &run);

	check(r == 0 && run, "a run begins", gramme);
	if (!run)
		return;
	check(gramme_run_mark(run, "middle") == 0, "a mark is taken", gramme);
	check(gramme_run_metric(run, "loss", 0.25) == 0, "a metric is taken", gramme);
	check(gramme_run_end(run, 0, &result) == 0, "a run ends", gramme);
	check(result.id && result.json && strstr(result.json, "gramme.run/1"),
	      "its result is JSON", gramme);
	check(result.json && strstr(result.json, "\"middle\"") &&
		      strstr(result.json, "\"loss\""),
	      "with the mark and the metric", gramme);
	gramme_run_result_done(&result);
}

static void run_command(struct gramme *gramme)
{
	char *argv[] = { "sh", "-c", "exit 3", NULL };
	char *nothing[] = { "no-such-command", NULL };
	struct gramme_run_result result = { 0 };

	check(gramme_run_command(gramme, NULL, argv, &result) == 0 &&
		      result.exit_status == 3,
	      "a command's status comes back", gramme);
	gramme_run_result_done(&result);
	check(gramme_run_command(gramme, NULL, nothing, &result) < 0 &&
		      result.exit_status == 127 && *gramme_error(gramme),
	      "a command that is not there is an error in words", gramme);
	gramme_run_result_done(&result);
}

static void look_back(struct gramme *gramme)
{
	struct gramme_filter filter = GRAMME_FILTER(.name = "abi");
	char *text = NULL;

	check(gramme_list(gramme, &filter, "json", 0, &text) == 0 &&
		      strstr(text, "\"abi\""),
	      "the list has it", gramme);
	free(text);
	text = NULL;
	check(gramme_tag(gramme, "abi", "a=b") == 0, "it takes a tag", gramme);
	check(gramme_show(gramme, "abi", "text", 0, &text) == 0, "it is shown", gramme);
	free(text);
	text = NULL;
	check(gramme_show(gramme, "abi", "no-such-format", 0, &text) < 0 && !text,
	      "a failure leaves the output alone", gramme);
	check(gramme_sources(gramme, "json", 0, &text) == 0, "the machine is seen",
	      gramme);
	free(text);
	check(gramme_remove(gramme, "abi") == 0, "it is removed", gramme);
}

int main(int argc, char **argv)
{
	struct gramme_opts opts = GRAMME_OPTS(.db = argc > 1 ? argv[1] : NULL);
	struct gramme *gramme = NULL;

	check(gramme_new(&opts, &gramme) == 0, "a context is made", gramme);
	check(strcmp(gramme_version(), "") != 0, "the library has a version", gramme);
	track(gramme);
	run_command(gramme);
	look_back(gramme);
	gramme_free(gramme);
	gramme_free(NULL);
	return failures > 0;
}
