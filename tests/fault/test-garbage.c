/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any file of any recorded machine, replaced in turn by something that no kernel writes. What
 * could be read before may be missing now; nothing may be there that was not, no value may
 * differ from what the whole machine said, and nobody may wait, crash or keep a descriptor.
 */
#include <fcntl.h>
#include <gramme/gramme.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/machine.h"
#include "fixture.h"
#include "machine-copy.h"
#include "privilege.h"

#define MUCH          65536
#define HANGS_AFTER_S 20
#define SEEN_MAX      512
#define FAULTS_TOLD   20
#define ASK_EVERY     16 /* doctor looks at every so manieth file */

/* What one source said of one domain. */
struct seen {
	const char *source;
	char id[DOMAIN_ID_MAX];
	struct reading reading;
};

struct look {
	struct seen seen[SEEN_MAX];
	size_t count;
	size_t counted; /* measured domains in the sum */
	char counted_ids[512];
};

typedef void spoiler(const struct machine_copy *copy, const char *file);

static char now_at[512]; /* for the handler that tells of a hang */
static unsigned faults;  /* told so far: one does not hide the next */

static void tell_hang(int signal)
{
	(void)signal;
	(void)!write(STDERR_FILENO, "hangs at ", 9);
	(void)!write(STDERR_FILENO, now_at, strlen(now_at));
	(void)!write(STDERR_FILENO, "\n", 1);
	_exit(1);
}

static void keep(struct look *look, const struct machine_source *source,
		 const struct reading *readings)
{
	for (size_t i = 0; i < source->domain_count; i++) {
		struct seen *seen = &look->seen[look->count++];

		assert_true(look->count < SEEN_MAX);
		seen->source = source->source->name;
		memcpy(seen->id, source->domains[i].id, sizeof seen->id);
		seen->reading = readings[i];
		if ((readings[i].has == 0) == (readings[i].err == 0))
			fail_msg("%s: %s has %u, err %d", now_at, seen->id,
				 readings[i].has, readings[i].err);
	}
}

static void count(const struct machine *machine, struct look *look)
{
	size_t used = 1;

	look->counted = 0;
	(void)snprintf(look->counted_ids, sizeof look->counted_ids, " ");
	for (uint32_t i = 0; i < machine->domain_count; i++) {
		const struct run_domain *own = &machine->domains[i];

		if (!own->counted || own->domain.kind > KIND_DERIVED)
			continue;
		look->counted++;
		if (used < sizeof look->counted_ids)
			used += (size_t)snprintf(look->counted_ids + used,
						 sizeof look->counted_ids - used, "%s ",
						 own->domain.id);
	}
}

/* Opens all, and reads each source twice more, as a run would. */
static void take_look(struct machine_copy *copy, struct look *look)
{
	static const enum read_why whys[] = { READ_PACE, READ_TICK };
	struct reading readings[DOMAINS_MAX];
	struct machine *machine = NULL;

	look->count = 0;
	copy->now_ns = 100 * NS_PER_S;
	assert_int_equal(machine_new(&copy->host, &machine), 0);
	machine_open(machine, MACHINE_FAST);
	machine_open(machine, MACHINE_SLOW);
	for (size_t i = 0; i < machine->source_count; i++) {
		struct machine_source *source = &machine->sources[i];

		assert_true(source->err <= 0);
		if (source->state)
			keep(look, source, source->first);
		for (size_t k = 0; source->state && k < ARRAY_SIZE(whys); k++) {
			memset(readings, 0, sizeof readings);
			machine_copy_pass(copy, 2 * NS_PER_S);
			source->source->read(source->state, whys[k], readings);
			keep(look, source, readings);
		}
	}
	count(machine, look);
	machine_free(machine);
}

static bool same_value(const struct reading *a, const struct reading *b)
{
	return a->has == b->has && a->energy_uj == b->energy_uj &&
	       a->power_uw == b->power_uw;
}

/* Under this name or another: without its label a rail bears its number. */
static bool was_seen(const struct look *whole, const struct seen *now)
{
	for (size_t i = 0; i < whole->count; i++)
		if (strcmp(whole->seen[i].source, now->source) == 0 &&
		    same_value(&whole->seen[i].reading, &now->reading))
			return true;
	return false;
}

/* Where a whole is gone, its parts are counted in its place (E-8): more of them, not more. */
static bool lacks_one(const struct look *whole, const struct look *spoilt)
{
	char ids[sizeof whole->counted_ids];
	char *rest = NULL;

	memcpy(ids, whole->counted_ids, sizeof ids);
	for (const char *id = strtok_r(ids, " ", &rest); id;
	     id = strtok_r(NULL, " ", &rest)) {
		char word[DOMAIN_ID_MAX + 2];

		(void)snprintf(word, sizeof word, " %s ", id);
		if (!strstr(spoilt->counted_ids, word))
			return true;
	}
	return false;
}

/* Nothing else tells an APU from a board of its own. */
static bool tells_what_a_board_is(const char *file)
{
	return strstr(file, "/in1_label") != NULL;
}

/* An estimate may rest on less than before, and says so; it is never a measurement. */
static void compare(const struct machine_copy *copy, const struct look *whole,
		    const struct look *spoilt)
{
	for (size_t i = 0; i < spoilt->count; i++) {
		const struct seen *now = &spoilt->seen[i];
		const struct reading *reading = &now->reading;

		if (reading->has == 0 || strcmp(now->source, "model") == 0 ||
		    was_seen(whole, now) ||
		    machine_copy_holds(copy, reading->energy_uj + reading->power_uw))
			continue;
		if (faults++ < FAULTS_TOLD)
			print_error("%s: %s now says that %s has %llu uj, %llu uw\n",
				    now_at, now->source, now->id,
				    (unsigned long long)reading->energy_uj,
				    (unsigned long long)reading->power_uw);
	}
	if (spoilt->counted > whole->counted && !lacks_one(whole, spoilt) &&
	    !tells_what_a_board_is(now_at) && faults++ < FAULTS_TOLD)
		print_error("%s: counted are%s, not%s\n", now_at, spoilt->counted_ids,
			    whole->counted_ids);
}

static void ask_doctor(const struct machine_copy *copy)
{
	const struct gramme_opts opts =
		GRAMME_OPTS(.sysroot = copy->path, .config = "/dev/null");
	struct gramme *gramme = NULL;
	char *text = NULL;
	json_t *json;

	assert_int_equal(gramme_new(&opts, &gramme), 0);
	assert_int_equal(gramme_doctor(gramme, "text", 0, &text), 0);
	free(text);
	assert_int_equal(gramme_sources(gramme, "json", 0, &text), 0);
	json = json_loads(text, 0, NULL);
	if (!json)
		fail_msg("%s: no JSON: %s", now_at, text);
	json_decref(json);
	free(text);
	gramme_free(gramme);
}

static void spoil_file(struct machine_copy *copy, const char *file, spoiler *spoil,
		       const struct look *whole)
{
	static struct look look;
	static unsigned turn;

	(void)unlinkat(copy->host.root_fd, file, 0);
	spoil(copy, file);
	(void)snprintf(now_at, sizeof now_at, "%s of %s", file, strrchr(copy->from, '/'));
	(void)alarm(HANGS_AFTER_S);
	take_look(copy, &look);
	compare(copy, whole, &look);
	if (turn++ % ASK_EVERY == 0)
		ask_doctor(copy);
	(void)alarm(0);
	machine_copy_mend(copy, file);
}

/* Registers are bytes: no bytes are garbage there. */
static bool is_bytes(const char *file)
{
	return strncmp(file, "dev/cpu/", 8) == 0;
}

static void spoil_all(spoiler *spoil, bool (*but)(const char *file))
{
	static struct look whole;
	CLEANUP(names_done) struct names machines = { NULL, 0 };
	size_t fds;

	assert_true(signal(SIGALRM, tell_hang) != SIG_ERR);
	machine_copy_names(&machines);
	faults = 0;
	fds = machine_copy_fds();
	for (size_t i = 0; i < machines.count; i++) {
		struct machine_copy copy;

		machine_copy_open(&copy, machines.name[i]);
		(void)snprintf(now_at, sizeof now_at, "%s", machines.name[i]);
		take_look(&copy, &whole);
		for (size_t k = 0; k < copy.files.count; k++)
			if (!but || !but(copy.files.name[k]))
				spoil_file(&copy, copy.files.name[k], spoil, &whole);
		machine_copy_close(&copy);
	}
	assert_int_equal(machine_copy_fds(), fds);
	assert_int_equal(faults, 0);
}

static void put(const struct machine_copy *copy, const char *file, const char *bytes,
		size_t size)
{
	AUTO_CLOSE int fd = openat(copy->host.root_fd, file,
				   O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
}

static void put_nothing(const struct machine_copy *copy, const char *file)
{
	put(copy, file, "", 0);
}

static void put_letters(const struct machine_copy *copy, const char *file)
{
	put(copy, file, "abracadabra\n", 12);
}

static void put_huge(const struct machine_copy *copy, const char *file)
{
	put(copy, file, "99999999999999999999999999\n", 27);
}

static void put_largest(const struct machine_copy *copy, const char *file)
{
	put(copy, file, "18446744073709551615\n", 21);
}

static void put_negative(const struct machine_copy *copy, const char *file)
{
	put(copy, file, "-5\n", 3);
}

static void put_much(const struct machine_copy *copy, const char *file)
{
	static char bytes[MUCH];

	memset(bytes, 0xff, sizeof bytes);
	put(copy, file, bytes, sizeof bytes);
}

static void put_zeros(const struct machine_copy *copy, const char *file)
{
	static const char bytes[MUCH];

	put(copy, file, bytes, sizeof bytes);
}

static void put_no_end(const struct machine_copy *copy, const char *file)
{
	static char bytes[MUCH];

	memset(bytes, '7', sizeof bytes);
	put(copy, file, bytes, sizeof bytes);
}

static void put_folder(const struct machine_copy *copy, const char *file)
{
	assert_int_equal(mkdirat(copy->host.root_fd, file, 0755), 0);
}

static void put_dangling(const struct machine_copy *copy, const char *file)
{
	assert_int_equal(symlinkat("nowhere", copy->host.root_fd, file), 0);
}

static void put_loop(const struct machine_copy *copy, const char *file)
{
	const char *name = strrchr(file, '/');

	assert_int_equal(symlinkat(name ? name + 1 : file, copy->host.root_fd, file), 0);
}

static void put_fifo(const struct machine_copy *copy, const char *file)
{
	assert_int_equal(mkfifoat(copy->host.root_fd, file, 0644), 0);
}

static void put_secret(const struct machine_copy *copy, const char *file)
{
	put(copy, file, "1\n", 2);
	assert_int_equal(fchmodat(copy->host.root_fd, file, 0, 0), 0);
}

static void put_none(const struct machine_copy *copy, const char *file)
{
	(void)copy;
	(void)file;
}

/* A gauge's minus is a direction. */
static bool is_signed(const char *file)
{
	return is_bytes(file) || strstr(file, "/power_supply/");
}

/* Raw counts of perf have all 64 bits, and so have the counters that do not say their range. */
static bool takes_all_numbers(const char *file)
{
	return is_bytes(file) || strncmp(file, "dev/perf/", 9) == 0 ||
	       (strstr(file, "energy") && strstr(file, "_input"));
}

static void an_empty_file_is_a_gap(void **unused)
{
	(void)unused;
	spoil_all(put_nothing, NULL);
}

static void letters_are_no_number(void **unused)
{
	(void)unused;
	spoil_all(put_letters, is_bytes);
}

static void a_number_past_64_bits_is_a_gap(void **unused)
{
	(void)unused;
	spoil_all(put_huge, is_bytes);
}

static void the_largest_number_is_no_value_where_a_range_says_less(void **unused)
{
	(void)unused;
	spoil_all(put_largest, takes_all_numbers);
}

static void a_negative_number_is_no_energy(void **unused)
{
	(void)unused;
	spoil_all(put_negative, is_signed);
}

static void bytes_that_are_no_text_are_a_gap(void **unused)
{
	(void)unused;
	spoil_all(put_much, is_bytes);
}

static void zero_bytes_are_a_gap(void **unused)
{
	(void)unused;
	spoil_all(put_zeros, is_bytes);
}

static void a_line_without_an_end_is_a_gap(void **unused)
{
	(void)unused;
	spoil_all(put_no_end, is_bytes);
}

static void a_folder_in_place_of_a_file_is_a_gap(void **unused)
{
	(void)unused;
	spoil_all(put_folder, NULL);
}

static void a_dangling_link_is_a_gap(void **unused)
{
	(void)unused;
	spoil_all(put_dangling, NULL);
}

static void a_link_to_itself_is_a_gap(void **unused)
{
	(void)unused;
	spoil_all(put_loop, NULL);
}

static void nobody_waits_for_a_fifo(void **unused)
{
	(void)unused;
	spoil_all(put_fifo, NULL);
}

static void what_may_not_be_read_is_a_gap(void **unused)
{
	(void)unused;
	begin_plain_user();
	spoil_all(put_secret, NULL);
	end_plain_user();
}

static void a_file_that_is_not_there_is_a_gap(void **unused)
{
	(void)unused;
	spoil_all(put_none, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_is_a_gap),
		cmocka_unit_test(letters_are_no_number),
		cmocka_unit_test(a_number_past_64_bits_is_a_gap),
		cmocka_unit_test(the_largest_number_is_no_value_where_a_range_says_less),
		cmocka_unit_test(a_negative_number_is_no_energy),
		cmocka_unit_test(bytes_that_are_no_text_are_a_gap),
		cmocka_unit_test(zero_bytes_are_a_gap),
		cmocka_unit_test(a_line_without_an_end_is_a_gap),
		cmocka_unit_test(a_folder_in_place_of_a_file_is_a_gap),
		cmocka_unit_test(a_dangling_link_is_a_gap),
		cmocka_unit_test(a_link_to_itself_is_a_gap),
		cmocka_unit_test(nobody_waits_for_a_fifo),
		cmocka_unit_test(what_may_not_be_read_is_a_gap),
		cmocka_unit_test(a_file_that_is_not_there_is_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
