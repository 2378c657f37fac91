/* SPDX-License-Identifier: Apache-2.0 */
/* The same from C++: the header, its structs and every kind of call. */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <gramme/gramme.h>

static int failures;

static void check(bool ok, const char *promise)
{
	std::printf("%s - %s in C++\n", ok ? "ok" : "not ok", promise);
	failures += !ok;
}

int main(int argc, char **argv)
{
	gramme_opts opts = gramme_opts();
	gramme_run_opts run_opts = gramme_run_opts();
	gramme_run_result result = gramme_run_result();
	gramme *context = nullptr;
	gramme_run *run = nullptr;
	char *text = nullptr;

	opts.size = sizeof opts;
	opts.db = argc > 1 ? argv[1] : nullptr;
	run_opts.size = sizeof run_opts;
	run_opts.name = "abi-cxx";
	check(gramme_new(&opts, &context) == 0, "a context is made");
	check(gramme_run_begin(context, &run_opts, &run) == 0, "a run begins");
	check(gramme_run_mark(run, "middle") == 0, "a mark is taken");
	check(gramme_run_end(run, 0, &result) == 0 && result.id, "a run ends");
	gramme_run_result_done(&result);
	check(gramme_list(context, nullptr, "json", 0, &text) == 0 &&
		      std::strstr(text, "abi-cxx"),
	      "the list has it");
	std::free(text);
	check(gramme_remove(context, "abi-cxx") == 0, "it is removed");
	gramme_free(context);
	return failures > 0;
}
