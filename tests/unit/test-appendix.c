/* SPDX-License-Identifier: Apache-2.0 */
/* A ledger made for the test, and the site that gramme_appendix() writes of it. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <gramme/gramme.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/parse.h"
#include "fixture.h"
#include "store/store.h"

#define SECONDS 11

struct desk {
	struct fixture fixture;
	struct store *store;
	struct gramme *gramme;
	struct diag diag;
	char db[96];
	char site[96];
	char *text; /* the file that was read last */
	int number;
};

static int set_up(void **state)
{
	struct desk *place = calloc(1, sizeof *place);

	fixture_open(&place->fixture);
	(void)snprintf(place->db, sizeof place->db, "%s/l.db", place->fixture.path);
	(void)snprintf(place->site, sizeof place->site, "%s/site", place->fixture.path);
	assert_int_equal(store_open(place->db, STORE_WRITE, &place->diag, &place->store),
			 0);
	*state = place;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	struct desk *place = *state;

	store_close(place->store);
	gramme_free(place->gramme);
	(void)nftw(place->site, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	fixture_close(&place->fixture);
	free(place->text);
	free(place);
	return 0;
}

/* What is left out is a finished run "n" of "e" in "p" at 36 W that logged nothing. */
struct made {
	const char *project;
	const char *experiment;
	const char *name;
	uint64_t watts;
	double score;
	const char *hardware;
	const char *software;
	enum run_state state;
	bool unmetered;
};

static void add_rows(struct desk *place, const struct made *made, int64_t run)
{
	static struct sample rows[SECONDS];

	memset(rows, 0, sizeof rows);
	for (size_t i = 0; i < SECONDS; i++) {
		rows[i].t_ns = (int64_t)i * NS_PER_S;
		rows[i].domain_count = 1;
		rows[i].state[0] = i == 0 ? SAMPLE_RESTART : SAMPLE_OK;
		rows[i].energy_uj[0] = i * made->watts * UJ_PER_J;
		rows[i].use.t_ns = rows[i].t_ns;
		rows[i].use.has = USE_SCOPE_CPU | USE_MACHINE_CPU;
		rows[i].use.scope_cpu_ns = i * (uint64_t)NS_PER_S;
		rows[i].use.machine_cpu_ns = i * (uint64_t)NS_PER_S;
	}
	assert_int_equal(store_block_put(place->store, run,
					 &(struct store_block){ 0, rows, SECONDS },
					 &place->diag),
			 0);
}

/* All of a package's joules are the run's: 10 s at so many watts. */
static void copy_name(char *buf, size_t size, const char *name, const char *usual)
{
	(void)copy_text(buf, size, name ? name : usual);
}

static void add(struct desk *place, struct made made)
{
	struct run_domain domain = { .counted = true };
	struct run_info info = { .state = RUN_RUNNING,
				 .attributed_j = -1,
				 .machine_j = -1,
				 .pue = 1.5,
				 .duration_ns = (SECONDS - 1) * NS_PER_S };

	(void)snprintf(info.id, sizeof info.id, "20261123T000000-%06x", ++place->number);
	made.watts = made.watts ? made.watts : 36;
	copy_name(info.name, sizeof info.name, made.name, "n");
	copy_name(info.experiment, sizeof info.experiment, made.experiment, "e");
	copy_name(info.project, sizeof info.project, made.project, "p");
	(void)copy_text(info.how, sizeof info.how, "run");
	(void)copy_text(info.region, sizeof info.region, "DE");
	(void)copy_text(info.region_how, sizeof info.region_how, "option");
	info.started_unix_ns = (1795400000 + place->number) * NS_PER_S;
	domain_init(&domain.domain, "package-0", FAMILY_CPU);
	(void)copy_text(domain.source, sizeof domain.source, "powercap");
	assert_int_equal(store_run_insert(place->store, &info, &place->diag), 0);
	assert_int_equal(store_domains_put(place->store, info.key, &domain,
					   made.unmetered ? 0 : 1, &place->diag),
			 0);
	if (!made.unmetered)
		add_rows(place, &made, info.key);
	if (made.score > 0) {
		struct run_metric metric = { NS_PER_S, "score", made.score / 2 };

		for (int i = 0; i < 2; i++, metric.value *= 2)
			assert_int_equal(store_metric_add(place->store, info.key, &metric,
							  &place->diag),
					 0);
	}
	if (made.hardware)
		assert_int_equal(store_inventory_put(place->store, info.key,
						     made.hardware, made.software,
						     &place->diag),
				 0);
	info.state = made.state ? made.state : RUN_FINISHED;
	assert_int_equal(store_run_update(place->store, &info, &place->diag), 0);
}

static int write_site(struct desk *place, const char *spec, int replace)
{
	char path[96];
	struct gramme_opts opts = GRAMME_OPTS(.db = place->db, .offline = 1);
	struct gramme_appendix_opts how =
		GRAMME_APPENDIX_OPTS(.folder = place->site, .replace = replace);
	size_t pages;

	store_close(STEAL(place->store));
	if (!place->gramme)
		assert_int_equal(gramme_new(&opts, &place->gramme), 0);
	if (spec) {
		fixture_write(&place->fixture, "spec.json", spec);
		(void)snprintf(path, sizeof path, "%s/spec.json", place->fixture.path);
		how.spec = path;
	}
	return gramme_appendix(place->gramme, &how, &pages);
}

static void assert_written(struct desk *place, const char *spec)
{
	if (write_site(place, spec, 0) != 0)
		fail_msg("%s (%s)", gramme_error(place->gramme),
			 gramme_error_fix(place->gramme));
}

/* NULL where there is no such file. */
static const char *file(struct desk *place, const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof path, "site/%s", name);
	free(STEAL(place->text));
	(void)!host_read_all(&place->fixture.host, path, &place->text);
	return place->text;
}

static bool has(struct desk *place, const char *name, const char *text)
{
	const char *all = file(place, name);

	return all && strstr(all, text);
}

/* The same without the data for scripts, which nobody reads. */
static bool shows(struct desk *place, const char *name, const char *text)
{
	char *data = file(place, name) ? strstr(place->text, "<script type=") : NULL;

	if (data)
		*data = '\0';
	return place->text && strstr(place->text, text);
}

static void assert_has(struct desk *place, const char *name, const char *text)
{
	const char *all = file(place, name);

	if (!all)
		fail_msg("there is no %s", name);
	else if (!strstr(all, text))
		fail_msg("%s has no '%s':\n%s", name, text, all);
}

#define PLAIN(...) ((struct made){ __VA_ARGS__ })

/* --- what is in it ------------------------------------------------------------------------ */

static void there_is_a_page_a_project_an_experiment_and_a_run(void **state)
{
	struct desk *place = *state;

	add(place, PLAIN(.project = "one"));
	add(place, PLAIN(.project = "two"));
	assert_written(place, NULL);
	assert_has(place, "index.html", "<a href=\"projects/one.html\">");
	assert_has(place, "projects/one.html", "<a href=\"../experiments/e.html\">");
	assert_has(place, "experiments/e.html",
		   "<a href=\"../runs/20261123T000000-000001.html\">");
	assert_has(place, "runs/20261123T000000-000001.html", "../assets/page.css");
	assert_has(place, "runs/20261123T000000-000001.html",
		   "<a href=\"../experiments/e.html\">");
	assert_non_null(file(place, "assets/page.js"));
	assert_non_null(file(place, "data/runs/20261123T000000-000001.json"));
	assert_non_null(file(place, "data/runs/20261123T000000-000001-power.csv"));
}

static void one_project_needs_no_page_of_its_own(void **state)
{
	struct desk *place = *state;

	add(place, PLAIN(.experiment = "a"));
	add(place, PLAIN(.experiment = "b"));
	assert_written(place, NULL);
	assert_has(place, "index.html", "<a href=\"experiments/a.html\">");
	assert_null(file(place, "projects/p.html"));
}

/* 360, 720 and 1080 J are 0.0001, 0.0002 and 0.0003 kWh; by a PUE of 1.5. */
static void a_mean_has_its_standard_error(void **state)
{
	struct desk *place = *state;

	for (uint64_t i = 1; i <= 3; i++)
		add(place, PLAIN(.watts = 36 * i));
	assert_written(place, NULL);
	assert_has(place, "data/index-summary.csv",
		   "\ne,facility_kwh,3,0,3,0.0003,8.66025404e-05,0.00015,0.00045,0.0009,"
		   "experiments/e.html\r\n");
	assert_has(place, "index.html", "300 ± 87");
	assert_has(place, "index.html", "<span class=\"faint\">mWh</span>");
}

static void of_a_metric_the_last_value_counts(void **state)
{
	struct desk *place = *state;

	add(place, PLAIN(.score = 8));
	add(place, PLAIN(.score = 6));
	assert_written(place, NULL);
	assert_has(place, "data/index-summary.csv", "\ne,metric:score,2,0,2,7,1,6,8,14,");
}

static void failed_runs_are_in_the_total_and_not_in_the_means(void **state)
{
	struct desk *place = *state;

	add(place, PLAIN(.watts = 36));
	add(place, PLAIN(.watts = 360, .state = RUN_FAILED));
	add(place, PLAIN(.watts = 360, .state = RUN_INTERRUPTED));
	assert_written(place, NULL);
	assert_has(place, "data/index-summary.csv",
		   "\ne,attributed_kwh,3,2,1,0.0001,,0.0001,0.0001,0.0001,");
	assert_has(place, "data/index.json",
		   "\"attributed_j\": {\n      \"value\": 7560");
	assert_has(place, "index.html", "2 of 3 runs failed or were interrupted.");
	assert_has(place, "index.html", "is in the totals, not in the means");
}

static void what_is_not_known_is_not_zero(void **state)
{
	struct desk *place = *state;

	add(place, PLAIN(.unmetered = true));
	assert_written(place, NULL);
	assert_has(place, "index.html", "Of 1 of 1 runs the energy is not known");
	assert_has(place, "index.html", "<td class=\"num faint\" data-v=\"\">not known");
	assert_has(place, "data/index-summary.csv", "\ne,facility_kwh,1,0,0,,,,,,");
	assert_has(place, "data/index.json", "\"facility_kwh\": null");
	assert_false(has(place, "index.html", "nan"));
}

static void differences_of_hardware_and_software_are_told(void **state)
{
	static const char h100[] = "{\"gpus\":[{\"name\":\"H100\"},{\"name\":\"H100\"}]}";
	static const char l4[] = "{\"gpus\":[{\"name\":\"L4\"}]}";
	static const char old[] = "{\"python\":{\"packages\":{\"numpy\":\"1.26\"}}}";
	static const char new[] = "{\"python\":{\"packages\":{\"numpy\":\"2.0\"}}}";
	struct desk *place = *state;

	for (int i = 0; i < 5; i++)
		add(place,
		    PLAIN(.hardware = i < 3 ? h100 : l4, .software = i % 2 ? new : old));
	assert_written(place, NULL);
	assert_has(place, "experiments/e.html",
		   "2 of 5 runs on another GPU: 2 x H100 in 3 of 5 runs, L4 in 2");
	assert_has(place, "experiments/e.html", "1.26 in 3 of 5 runs, 2.0 in 2");
}

static void runs_that_are_alike_are_said_to_be(void **state)
{
	struct desk *place = *state;

	for (int i = 0; i < 2; i++)
		add(place,
		    PLAIN(.hardware = "{\"cpu\":{\"name\":\"A\"}}", .software = "{}"));
	assert_written(place, NULL);
	assert_has(place, "experiments/e.html", "the same hardware and software");
}

/* --- names ------------------------------------------------------------------------------- */

static void hostile_names_do_no_harm(void **state)
{
	static const char *const names[] = {
		"<script>alert(1)</script>",
		"\"'><img src=x>",
		"\xe2\x80\xaegnp.exe",
		"=cmd()",
		"../../x",
		"",
		"..",
		".",
		"\xff\xfe",
		"a\nb",
		"%s%n",
		"con",
	};
	struct desk *place = *state;
	size_t files = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		add(place,
		    PLAIN(.project = names[i], .experiment = names[i], .name = names[i],
			  .hardware = "{\"<b>\":\"<script>\",\"x\":1}",
			  .software = "{\"=a\":\"</pre><script>\"}"));
	add(place, PLAIN(.project = "..", .experiment = "..",
			 .hardware = "{\"<b>\":\"&\"}", .software = "{}"));
	assert_written(place, NULL);
	for (size_t i = 1; i <= ARRAY_SIZE(names); i++) {
		char run[64];

		(void)snprintf(run, sizeof run, "runs/20261123T000000-%06zx.html", i);
		files += file(place, run) != NULL;
		assert_false(has(place, run, "<script>alert"));
		assert_false(has(place, run, "<img src=x"));
		assert_false(shows(place, run, "\xe2\x80\xae"));
	}
	assert_int_equal(files, ARRAY_SIZE(names));
	assert_false(has(place, "index.html", "<script>alert"));
	assert_false(has(place, "index.html", "<img src=x"));
	assert_has(place, "index.html", "&lt;script&gt;alert(1)&lt;/script&gt;");
	assert_has(place, "data/index.csv", ",\"'=cmd()\",");
	assert_has(place, "data/index-summary.csv", "\n\"'=cmd()\",");
	assert_null(file(place, "../x.html"));
	assert_false(host_exists(&place->fixture.host, "x.html"));
}

static void names_that_differ_in_case_or_in_odd_letters_stay_two(void **state)
{
	struct desk *place = *state;

	add(place, PLAIN(.experiment = "Adam"));
	add(place, PLAIN(.experiment = "adam"));
	add(place, PLAIN(.experiment = "a/b"));
	add(place, PLAIN(.experiment = "a b"));
	assert_written(place, NULL);
	assert_has(place, "index.html", "<a href=\"experiments/Adam.html\">");
	assert_has(place, "index.html", "<a href=\"experiments/adam-2.html\">");
	assert_has(place, "experiments/Adam.html", "<h1><bdi>Adam</bdi></h1>");
	assert_has(place, "experiments/adam-2.html", "<h1><bdi>adam</bdi></h1>");
	assert_has(place, "index.html", "<bdi>a/b</bdi>");
	assert_has(place, "index.html", "<bdi>a b</bdi>");
}

static void one_experiment_in_two_projects_is_two(void **state)
{
	struct desk *place = *state;

	add(place, PLAIN(.project = "x"));
	add(place, PLAIN(.project = "y"));
	assert_written(place, NULL);
	assert_has(place, "projects/x.html", "experiments/e.html");
	assert_has(place, "projects/y.html", "experiments/e-2.html");
}

/* --- by a spec --------------------------------------------------------------------------- */

static void a_spec_makes_groups_in_groups(void **state)
{
	struct desk *place = *state;

	add(place, PLAIN(.project = "a", .experiment = "x", .score = 4));
	add(place, PLAIN(.project = "a", .experiment = "y", .score = 9));
	add(place, PLAIN(.project = "b", .score = 1));
	assert_written(
		place,
		"{\"All <b>\": {\"filter\": \"^a/\", \"description\": \"So & so\","
		"\"executive_summary_variables\": [\"score\", \"total_power\","
		" \"scorePerkWh\"],"
		"\"executive_summary_ordering_variable\": \"score\","
		"\"child_experiments\": {\"low\": {\"filter\": \"x\"},"
		"\"high\": {\"filter\": \"y\"}, \"none\": {\"filter\": \"zzz\"}}}}");
	assert_has(place, "index.html", "<h1><bdi>All &lt;b&gt;</bdi></h1>");
	assert_has(place, "index.html", "So &amp; so");
	assert_has(place, "index.html", "1 more runs were selected");
	assert_has(place, "data/index-summary.csv",
		   "\nhigh,metric:score,1,0,1,9,,9,9,9,groups/high.html\r\n"
		   "high,facility_kwh,1,0,1,0.00015,");
	assert_has(place, "data/index-summary.csv",
		   "\nlow,metric:scorePerkWh,1,0,1,26666.");
	assert_true(strstr(place->text, "\nhigh,") < strstr(place->text, "\nlow,"));
	assert_has(place, "groups/none.html", "No run is in this group");
	assert_null(file(place, "runs/20261123T000000-000003.html"));
}

static void a_variable_that_nobody_has_is_named_with_all_there_are(void **state)
{
	struct desk *place = *state;

	add(place, PLAIN(.score = 1));
	assert_int_equal(write_site(place,
				    "{\"A\": {\"child_experiments\": {\"B\": "
				    "{\"executive_summary_variables\": [\"scores\"]}}}}",
				    0),
			 -EPROTO);
	assert_non_null(
		strstr(gramme_error(place->gramme),
		       "A > child_experiments > B > executive_summary_variables"));
	assert_non_null(strstr(gramme_error(place->gramme), "'scores'"));
	assert_non_null(strstr(gramme_error_fix(place->gramme), "facility_kwh"));
	assert_non_null(strstr(gramme_error_fix(place->gramme), "score"));
	assert_false(host_exists(&place->fixture.host, "site"));
}

static void runs_that_no_child_takes_are_listed(void **state)
{
	struct desk *place = *state;

	add(place, PLAIN(.name = "left"));
	add(place, PLAIN(.name = "right"));
	assert_written(place, "{\"A\": {\"child_experiments\": "
			      "{\"B\": {\"filter\": \"/left$\"}}}}");
	assert_has(place, "index.html", "Runs in none of these");
	assert_has(place, "index.html", "runs/20261123T000000-000002.html");
	assert_false(has(place, "index.html", "runs/20261123T000000-000001.html"));
}

/* --- the folder -------------------------------------------------------------------------- */

static void a_site_is_written_anew_only_when_asked(void **state)
{
	struct desk *place = *state;

	add(place, PLAIN(.experiment = "old"));
	assert_written(place, NULL);
	assert_int_equal(write_site(place, NULL, 0), -EEXIST);
	assert_non_null(strstr(gramme_error_fix(place->gramme), "--replace"));
	assert_int_equal(write_site(place,
				    "{\"new\": {}, \"other\": {\"filter\": \"n$\"}}", 1),
			 0);
	assert_non_null(file(place, "groups/new.html"));
	assert_null(file(place, "experiments/old.html"));
	assert_false(host_exists(&place->fixture.host, "site/experiments"));
}

static void what_somebody_else_put_there_is_never_removed(void **state)
{
	struct desk *place = *state;

	add(place, ((struct made){ 0 }));
	assert_written(place, NULL);
	fixture_write(&place->fixture, "site/experiments/mine.txt", "mine");
	assert_int_equal(write_site(place, NULL, 1), -EEXIST);
	assert_non_null(strstr(gramme_error(place->gramme), "mine.txt"));
	assert_has(place, "experiments/mine.txt", "mine");
	assert_non_null(file(place, "experiments/e.html"));
}

static void a_folder_with_anything_in_it_is_not_written_to(void **state)
{
	struct desk *place = *state;

	add(place, ((struct made){ 0 }));
	fixture_write(&place->fixture, "site/index.html", "theirs");
	assert_int_equal(write_site(place, NULL, 1), -EEXIST);
	assert_has(place, "index.html", "theirs");
	assert_null(file(place, "assets/page.css"));
}

/* Whoever can write the list must not be able to have files removed elsewhere. */
static void a_list_that_points_out_of_the_folder_removes_nothing(void **state)
{
	struct desk *place = *state;

	add(place, ((struct made){ 0 }));
	fixture_write(&place->fixture, "precious.txt", "kept");
	fixture_write(&place->fixture, "site/a.html", "a");
	fixture_write(
		&place->fixture, "site/.gramme-site",
		"gramme.site/1\na.html\n../precious.txt\n/etc/hosts\nx/../../precious.txt\n"
		"./../precious.txt\n");
	assert_int_equal(write_site(place, NULL, 1), 0);
	assert_true(host_exists(&place->fixture.host, "precious.txt"));
	assert_null(file(place, "a.html"));
}

static void a_link_in_the_folder_is_not_followed(void **state)
{
	struct desk *place = *state;

	add(place, ((struct made){ 0 }));
	fixture_write(&place->fixture, "else/a.html", "kept");
	fixture_write(&place->fixture, "site/.gramme-site",
		      "gramme.site/1\nruns/a.html\n");
	fixture_link(&place->fixture, "site/runs", "../else");
	assert_int_equal(write_site(place, NULL, 1), -EEXIST);
	assert_true(host_exists(&place->fixture.host, "else/a.html"));
}

static void without_runs_nothing_is_written(void **state)
{
	struct desk *place = *state;

	assert_int_equal(write_site(place, NULL, 0), -ENOENT);
	assert_false(host_exists(&place->fixture.host, "site"));
}

static void a_folder_is_made_with_those_above_it(void **state)
{
	struct desk *place = *state;

	add(place, ((struct made){ 0 }));
	(void)snprintf(place->site, sizeof place->site, "%s/site/a/b/",
		       place->fixture.path);
	assert_written(place, NULL);
	assert_non_null(file(place, "a/b/index.html"));
	place->site[strlen(place->site) - strlen("/a/b/")] = '\0';
}

#define PROMISE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROMISE(there_is_a_page_a_project_an_experiment_and_a_run),
		PROMISE(one_project_needs_no_page_of_its_own),
		PROMISE(a_mean_has_its_standard_error),
		PROMISE(of_a_metric_the_last_value_counts),
		PROMISE(failed_runs_are_in_the_total_and_not_in_the_means),
		PROMISE(what_is_not_known_is_not_zero),
		PROMISE(differences_of_hardware_and_software_are_told),
		PROMISE(runs_that_are_alike_are_said_to_be),
		PROMISE(hostile_names_do_no_harm),
		PROMISE(names_that_differ_in_case_or_in_odd_letters_stay_two),
		PROMISE(one_experiment_in_two_projects_is_two),
		PROMISE(a_spec_makes_groups_in_groups),
		PROMISE(a_variable_that_nobody_has_is_named_with_all_there_are),
		PROMISE(runs_that_no_child_takes_are_listed),
		PROMISE(a_site_is_written_anew_only_when_asked),
		PROMISE(what_somebody_else_put_there_is_never_removed),
		PROMISE(a_folder_with_anything_in_it_is_not_written_to),
		PROMISE(a_list_that_points_out_of_the_folder_removes_nothing),
		PROMISE(a_link_in_the_folder_is_not_followed),
		PROMISE(without_runs_nothing_is_written),
		PROMISE(a_folder_is_made_with_those_above_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
