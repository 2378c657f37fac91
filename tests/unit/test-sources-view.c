/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "report/json-value.h"
#include "report/shown.h"
#include "report/sources-view.h"
#include "view.h"

static struct sources_view *new_view(void)
{
	struct sources_view *view = calloc(1, sizeof *view);

	assert_non_null(view);
	return view;
}

static void add(struct sources_view *view, const char *name, const char *about, int err)
{
	struct source_view *row = sources_add(view, name, about);

	assert_non_null(row);
	row->status = sources_status_of(err);
}

static struct sources_domain *add_domain(struct sources_view *view, const char *id,
					 enum family family, enum kind kind)
{
	struct domain domain;
	struct sources_domain *row;

	domain_init(&domain, id, family);
	domain.kind = kind;
	row = sources_add_domain(view, view->source_count - 1, &domain);
	assert_non_null(row);
	row->chosen = true;
	return row;
}

static void fill_metered(struct sources_view *view)
{
	struct sources_domain *row;

	(void)copy_text(view->machine, sizeof view->machine, "AMD EPYC 9354, 64 threads");
	add(view, "powercap", "Intel and AMD RAPL counters through /sys/class/powercap",
	    0);
	row = add_domain(view, "package-0", FAMILY_CPU, KIND_MEASURED);
	row->has_power = true;
	row->power_uw = 45600000;
	row = add_domain(view, "core-0", FAMILY_CPU, KIND_MEASURED);
	row->chosen = false;
	row->has_energy = true;
	row->energy_uj = UINT64_C(12345678901);
	(void)strcpy(row->reason, "inside package-0");
	add(view, "nvml", "NVIDIA boards through libnvidia-ml", -ENODEV);
	add(view, "model", "an estimate from the CPU's name, its load and the memory", 0);
	view->source[2].estimate = true;
	sources_add_setting(view, "pue", "1.58", "default");
	sources_add_setting(view, "region", "", "not given");
}

static void fill_denied(struct sources_view *view)
{
	struct source_view *row;

	add(view, "powercap", "Intel and AMD RAPL counters through /sys/class/powercap",
	    -EACCES);
	(void)strcpy(view->source[0].text,
		     "cannot read /sys/class/powercap/intel-rapl:0/energy_uj: permission "
		     "denied");
	(void)strcpy(view->source[0].fix,
		     "sudo chmod a+r /sys/class/powercap/*/energy_uj");
	add(view, "nvml", "NVIDIA boards through libnvidia-ml", -ENODEV);
	add(view, "ipmi", "the node's power supply through IPMI DCMI", -ENOSYS);
	add(view, "model", "an estimate from the CPU's name, its load and the memory", 0);
	(void)add_domain(view, "cpu-model", FAMILY_CPU, KIND_MODELLED);
	(void)add_domain(view, "memory-model", FAMILY_MEMORY, KIND_MODELLED);
	row = sources_add_activity(view, "tree", "the run's processes, from /proc");
	assert_non_null(row);
	row = sources_add_activity(view, "cgroup",
				   "the CPU time of the run's own cgroup");
	assert_non_null(row);
	row->status = SOURCES_DENIED;
	(void)strcpy(row->text, "cannot make a cgroup below /: permission denied");
}

static char *printed(void (*print)(const struct sources_view *,
				   const struct report_opts *, struct strbuf *),
		     const struct sources_view *view)
{
	struct report_opts opts = { .width = 80 };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	char *text = NULL;

	print(view, &opts, &out);
	assert_int_equal(strbuf_steal(&out, &text), 0);
	return text;
}

static void sources_are_listed_with_their_domains(void **unused)
{
	AUTO_FREE struct sources_view *view = new_view();
	AUTO_FREE char *text = NULL;

	(void)unused;
	fill_metered(view);
	text = printed(sources_text, view);
	assert_golden("report-sources-metered.txt", text);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(shown_width(line) <= 80);
}

static void the_doctor_begins_with_the_verdict(void **unused)
{
	AUTO_FREE struct sources_view *metered = new_view();
	AUTO_FREE struct sources_view *denied = new_view();
	AUTO_FREE char *good = NULL;
	AUTO_FREE char *bad = NULL;

	(void)unused;
	fill_metered(metered);
	fill_denied(denied);
	good = printed(sources_doctor, metered);
	bad = printed(sources_doctor, denied);
	assert_true(strncmp(good, "Energy here is measured: ", 25) == 0);
	assert_true(strncmp(bad, "Energy here will be estimated:", 30) == 0);
	assert_golden("report-doctor-metered.txt", good);
	assert_golden("report-doctor-denied.txt", bad);
}

static void the_line_that_mends_it_is_in_one_piece(void **unused)
{
	AUTO_FREE struct sources_view *view = new_view();
	AUTO_FREE char *text = NULL;

	(void)unused;
	fill_denied(view);
	(void)strcpy(view->source[0].fix,
		     "sudo a-very-long-command with many words that "
		     "would not fit into a line of a terminal, at all");
	text = printed(sources_doctor, view);
	assert_non_null(strstr(text, view->source[0].fix));
}

static void the_verdict_is_as_good_as_what_is_chosen(void **unused)
{
	AUTO_FREE struct sources_view *view = new_view();

	(void)unused;
	assert_int_equal(sources_verdict(view), SOURCES_UNKNOWN);
	fill_denied(view);
	assert_int_equal(sources_verdict(view), SOURCES_ESTIMATED);
	fill_metered(view);
	assert_int_equal(sources_verdict(view), SOURCES_IN_PART);
	memset(view, 0, sizeof *view);
	fill_metered(view);
	assert_int_equal(sources_verdict(view), SOURCES_MEASURED);
}

static void a_full_view_takes_no_more(void **unused)
{
	AUTO_FREE struct sources_view *view = new_view();
	struct domain domain;

	(void)unused;
	domain_init(&domain, "package-0", FAMILY_CPU);
	for (size_t i = 0; i < SOURCES_MAX; i++)
		assert_non_null(sources_add(view, "x", "y"));
	assert_null(sources_add(view, "x", "y"));
	for (size_t i = 0; i < SOURCES_DOMAINS_MAX; i++)
		assert_non_null(sources_add_domain(view, 0, &domain));
	assert_null(sources_add_domain(view, 0, &domain));
}

static void programs_get_the_same(void **unused)
{
	AUTO_FREE struct sources_view *view = new_view();
	AUTO_FREE char *text = NULL;

	(void)unused;
	fill_denied(view);
	assert_int_equal(sources_json(view, &text), 0);
	assert_golden("report-sources-denied.json", text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_are_listed_with_their_domains),
		cmocka_unit_test(the_doctor_begins_with_the_verdict),
		cmocka_unit_test(the_line_that_mends_it_is_in_one_piece),
		cmocka_unit_test(the_verdict_is_as_good_as_what_is_chosen),
		cmocka_unit_test(a_full_view_takes_no_more),
		cmocka_unit_test(programs_get_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
