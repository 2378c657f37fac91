/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/keys.h"
#include "fixture.h"

/* The core is linked into this program, so that its calls end here. */
static size_t wiped_bytes;

void explicit_bzero(void *bytes, size_t size)
{
	wiped_bytes += size;
	memset(bytes, 0, size);
}

void __explicit_bzero_chk(void *bytes, size_t size, size_t room);

void __explicit_bzero_chk(void *bytes, size_t size, size_t room)
{
	(void)room;
	explicit_bzero(bytes, size);
}

struct place {
	struct fixture fixture;
	char file[128];
};

static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof *place);

	assert_non_null(place);
	fixture_open(&place->fixture);
	(void)snprintf(place->file, sizeof place->file, "%s/gramme/keys",
		       place->fixture.path);
	assert_int_equal(setenv("XDG_CONFIG_HOME", place->fixture.path, 1), 0);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;

	(void)unsetenv("GRAMME_EIA_KEY");
	(void)unsetenv("GRAMME_UK_GRID_KEY");
	(void)unsetenv("XDG_CONFIG_HOME");
	fixture_close(&place->fixture);
	free(place);
	return 0;
}

static void write_keys(struct place *place, const char *text, mode_t mode)
{
	fixture_write(&place->fixture, "gramme/keys", text);
	assert_int_equal(chmod(place->file, mode), 0);
}

static void a_key_is_found_in_the_environment(void **state)
{
	struct keys *keys = NULL;

	(void)state;
	assert_int_equal(setenv("GRAMME_EIA_KEY", " abc#=1 ", 1), 0);
	assert_int_equal(setenv("GRAMME_UK_GRID_KEY", "d", 1), 0);
	assert_int_equal(keys_open(NULL, NULL, &keys), 0);
	assert_string_equal(keys_get(keys, "eia"), "abc#=1");
	assert_string_equal(keys_from(keys, "eia"), "GRAMME_EIA_KEY");
	assert_string_equal(keys_get(keys, "uk-grid"), "d");
	assert_null(keys_get(keys, "watttime"));
	assert_string_equal(keys_from(keys, "watttime"), "");
	keys_free(keys);
}

static void a_missing_file_is_no_error(void **state)
{
	struct keys *keys = NULL;

	(void)state;
	assert_int_equal(keys_open(NULL, NULL, &keys), 0);
	assert_null(keys_get(keys, "eia"));
	keys_free(keys);
}

static void a_file_that_was_named_must_be_there(void **state)
{
	struct place *place = *state;
	struct keys *keys = NULL;
	struct diag diag = { 0 };

	assert_int_equal(keys_open(place->file, &diag, &keys), -ENOENT);
	assert_non_null(strstr(diag.text, place->file));
	assert_non_null(keys);
	keys_free(keys);
}

static void a_key_is_found_in_the_file(void **state)
{
	struct place *place = *state;
	struct keys *keys = NULL;

	write_keys(place, "# mine\n\n eia = a b#c=d \r\n\twatttime=me:secret", 0600);
	assert_int_equal(keys_open(NULL, NULL, &keys), 0);
	assert_string_equal(keys_get(keys, "eia"), "a b#c=d");
	assert_string_equal(keys_get(keys, "watttime"), "me:secret");
	assert_string_equal(keys_from(keys, "eia"), place->file);
	keys_free(keys);
}

static void the_environment_goes_before_the_file(void **state)
{
	struct place *place = *state;
	struct keys *keys = NULL;

	write_keys(place, "eia = of the file\nentsoe = e\n", 0400);
	assert_int_equal(setenv("GRAMME_EIA_KEY", "mine", 1), 0);
	assert_int_equal(keys_open(NULL, NULL, &keys), 0);
	assert_string_equal(keys_get(keys, "eia"), "mine");
	assert_string_equal(keys_get(keys, "entsoe"), "e");
	keys_free(keys);
}

static void an_empty_variable_is_none(void **state)
{
	struct place *place = *state;
	struct keys *keys = NULL;

	write_keys(place, "eia = of the file\n", 0600);
	assert_int_equal(setenv("GRAMME_EIA_KEY", "", 1), 0);
	assert_int_equal(keys_open(NULL, NULL, &keys), 0);
	assert_string_equal(keys_get(keys, "eia"), "of the file");
	keys_free(keys);
}

static void a_file_that_others_may_read_is_not_read(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0620, 0602, 0610, 0601, 0644 };
	struct place *place = *state;

	assert_int_equal(setenv("GRAMME_EIA_KEY", "mine", 1), 0);
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		struct keys *keys = NULL;
		struct diag diag = { 0 };
		char fix[160];

		write_keys(place, "entsoe = s3cret\n", modes[i]);
		assert_int_equal(keys_open(NULL, &diag, &keys), -EACCES);
		(void)snprintf(fix, sizeof fix, "chmod 600 %s", place->file);
		assert_string_equal(diag.fix, fix);
		assert_null(strstr(diag.text, "s3cret"));
		assert_null(keys_get(keys, "entsoe"));
		assert_string_equal(keys_get(keys, "eia"), "mine");
		keys_free(keys);
	}
}

static void a_file_of_another_user_is_not_read(void **state)
{
	struct place *place = *state;
	struct keys *keys = NULL;
	struct diag diag = { 0 };

	if (geteuid() != 0) {
		print_message("skipped: giving a file away needs root\n");
		skip();
	}
	write_keys(place, "eia = s3cret\n", 0600);
	assert_int_equal(chown(place->file, 65534, 65534), 0);
	assert_int_equal(keys_open(place->file, &diag, &keys), -EACCES);
	assert_non_null(strstr(diag.text, "another user"));
	assert_null(keys_get(keys, "eia"));
	keys_free(keys);
}

static void a_line_not_understood_is_named_by_its_number(void **state)
{
	static const char *const bad[] = { "s3cret",      "= s3cret",       "eia =",
					   "EIA=s3cret",  "e a = s3cret",   "e_a=s3cret",
					   "a = \ts3\tc", "a = s3\x02xcret" };
	struct place *place = *state;

	assert_int_equal(setenv("GRAMME_EIA_KEY", "mine", 1), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct keys *keys = NULL;
		struct diag diag = { 0 };
		char text[64];

		(void)snprintf(text, sizeof text, "entsoe = good\n%s\n", bad[i]);
		write_keys(place, text, 0600);
		assert_int_equal(keys_open(NULL, &diag, &keys), -EPROTO);
		assert_non_null(strstr(diag.text, "line 2:"));
		assert_null(strstr(diag.text, "cret"));
		assert_null(keys_get(keys, "entsoe"));
		assert_string_equal(keys_get(keys, "eia"), "mine");
		keys_free(keys);
	}
}

static void a_key_has_at_most_512_characters(void **state)
{
	struct place *place = *state;
	struct keys *keys = NULL;
	char text[600] = "eia=";

	memset(text + 4, 'k', 512);
	write_keys(place, text, 0600);
	assert_int_equal(keys_open(NULL, NULL, &keys), 0);
	assert_int_equal(strlen(keys_get(keys, "eia")), 512);
	keys_free(keys);
	text[4 + 512] = 'k';
	write_keys(place, text, 0600);
	assert_int_equal(keys_open(NULL, NULL, &keys), -EPROTO);
	assert_null(keys_get(keys, "eia"));
	keys_free(keys);
	assert_int_equal(setenv("GRAMME_EIA_KEY", text + 4, 1), 0);
	(void)unlink(place->file);
	assert_int_equal(keys_open(NULL, NULL, &keys), -EPROTO);
	assert_null(keys_get(keys, "eia"));
	keys_free(keys);
}

static void a_variable_with_a_line_break_is_no_key(void **state)
{
	struct keys *keys = NULL;
	struct diag diag = { 0 };

	(void)state;
	assert_int_equal(setenv("GRAMME_EIA_KEY", "s3cret\r\nX-Other: 1", 1), 0);
	assert_int_equal(setenv("GRAMME_UK_GRID_KEY", "good", 1), 0);
	assert_int_equal(keys_open(NULL, &diag, &keys), -EPROTO);
	assert_non_null(strstr(diag.text, "GRAMME_EIA_KEY"));
	assert_null(strstr(diag.text, "s3cret"));
	assert_null(keys_get(keys, "eia"));
	assert_string_equal(keys_get(keys, "uk-grid"), "good");
	keys_free(keys);
}

static void what_is_no_file_is_not_waited_for(void **state)
{
	struct place *place = *state;
	struct keys *keys = NULL;

	fixture_write(&place->fixture, "gramme/other", "");
	assert_int_equal(mkfifo(place->file, 0600), 0);
	assert_int_equal(keys_open(NULL, NULL, &keys), -EPROTO);
	keys_free(keys);
	assert_int_equal(keys_open(place->fixture.path, NULL, &keys), -EPROTO);
	keys_free(keys);
}

static void a_file_without_an_end_is_not_read(void **state)
{
	struct place *place = *state;
	struct keys *keys = NULL;

	write_keys(place, "eia = a\n", 0600);
	fixture_write_bytes(&place->fixture, "gramme/keys", "\n", 1, 70000);
	assert_int_equal(chmod(place->file, 0600), 0);
	assert_int_equal(keys_open(NULL, NULL, &keys), -EPROTO);
	keys_free(keys);
}

static void a_key_is_overwritten_when_freed(void **state)
{
	struct place *place = *state;
	struct keys *keys = NULL;

	write_keys(place, "eia = s3cret\n", 0600);
	assert_int_equal(setenv("GRAMME_UK_GRID_KEY", "s3cret", 1), 0);
	wiped_bytes = 0;
	assert_int_equal(keys_open(NULL, NULL, &keys), 0);
	assert_true(wiped_bytes >= strlen("eia = s3cret\n"));
	wiped_bytes = 0;
	keys_free(keys);
	assert_true(wiped_bytes >= 2 * strlen("s3cret"));
}

static void no_keys_at_all_can_be_asked(void **state)
{
	(void)state;
	assert_null(keys_get(NULL, "eia"));
	assert_string_equal(keys_from(NULL, "eia"), "");
	keys_free(NULL);
}

#define promise(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		promise(a_key_is_found_in_the_environment),
		promise(a_missing_file_is_no_error),
		promise(a_file_that_was_named_must_be_there),
		promise(a_key_is_found_in_the_file),
		promise(the_environment_goes_before_the_file),
		promise(an_empty_variable_is_none),
		promise(a_file_that_others_may_read_is_not_read),
		promise(a_file_of_another_user_is_not_read),
		promise(a_line_not_understood_is_named_by_its_number),
		promise(a_key_has_at_most_512_characters),
		promise(a_variable_with_a_line_break_is_no_key),
		promise(what_is_no_file_is_not_waited_for),
		promise(a_file_without_an_end_is_not_read),
		promise(a_key_is_overwritten_when_freed),
		promise(no_keys_at_all_can_be_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
