/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "fixture.h"
#include "import/pickle.h"

#define BYTES(text) (text), sizeof(text) - 1

static void read_as(const char *bytes, size_t size, int want)
{
	AUTO_FREE char *copy = malloc(size ? size : 1);
	struct pickle *pickle = NULL;
	struct diag diag = { 0 };
	int r;

	/* Of exactly its size, so that a sanitizer sees a step too far. */
	assert_non_null(copy);
	memcpy(copy, bytes, size);
	r = pickle_read(copy, size, &diag, &pickle);
	assert_int_equal(r, want);
	assert_true(r == 0 || (pickle == NULL && diag.text[0] != '\0'));
	pickle_free(pickle);
}

static struct pickle *must_read(const char *bytes, size_t size)
{
	struct pickle *pickle = NULL;
	struct diag diag = { 0 };

	if (pickle_read(bytes, size, &diag, &pickle) < 0)
		fail_msg("%s", diag.text);
	return pickle;
}

static void numbers_are_read_in_every_form(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		double value;
	} all[] = {
		{ BYTES("K\x07."), 7 },
		{ BYTES("M\x01\x02."), 513 },
		{ BYTES("J\xff\xff\xff\xff."), -1 },
		{ BYTES("I42\n."), 42 },
		{ BYTES("L-9L\n."), -9 },
		{ BYTES("\x8a\x00."), 0 },
		{ BYTES("\x8a\x02\x00\xff."), -256 },
		{ BYTES("F1.25\n."), 1.25 },
		{ BYTES("G\x3f\xf8\x00\x00\x00\x00\x00\x00."), 1.5 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct pickle *pickle = must_read(all[i].bytes, all[i].size);
		double value = -77;

		assert_true(pickle_number(pickle_root(pickle), &value));
		assert_true(fabs(value - (all[i].value)) <= 0);
		pickle_free(pickle);
	}
}

static void a_number_of_more_than_64_bits_is_not_known(void **state)
{
	struct pickle *pickle =
		must_read(BYTES("\x8a\x09\x01\x02\x03\x04\x05\x06\x07\x08\x09."));
	double value = -77;

	(void)state;
	assert_false(pickle_number(pickle_root(pickle), &value));
	assert_true(fabs(value - (-77)) <= 0);
	pickle_free(pickle);
}

static void a_dict_s_value_is_the_one_put_in_last(void **state)
{
	struct pickle *pickle = must_read(BYTES("}(X\x01\x00\x00\x00"
						"aK\x01X\x01\x00\x00\x00"
						"aK\x02u."));
	double value = 0;

	(void)state;
	assert_true(pickle_number(pickle_get(pickle_root(pickle), "a"), &value));
	assert_true(fabs(value - (2)) <= 0);
	assert_null(pickle_get(pickle_root(pickle), "b"));
	pickle_free(pickle);
}

/* os.system("touch never"), by each way that a pickle has to call. */
static void a_call_is_an_inert_record(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} all[] = {
		{ BYTES("cos\nsystem\n(S'touch never'\ntR.") },
		{ BYTES("\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x0btouch never\x85R.") },
		{ BYTES("\x80\x02"
			"cos\nsystem\nU\x0btouch never\x85\x81.") },
		{ BYTES("(S'touch never'\nios\nsystem\n.") },
		{ BYTES("(cos\nsystem\nS'touch never'\no.") },
	};

	(void)state;
	(void)unlink("never");
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct pickle *pickle = must_read(all[i].bytes, all[i].size);
		const struct pickle_value *root = pickle_root(pickle);

		assert_true(pickle_is_record(root, "os", "system"));
		assert_null(pickle_get(root, "anything"));
		pickle_free(pickle);
	}
	assert_int_not_equal(access("never", F_OK), 0);
}

static void what_holds_itself_is_read_and_let_go(void **state)
{
	struct pickle *pickle = must_read(BYTES("\x80\x02]q\x00h\x00"
						"a."));
	const struct pickle_value *root = pickle_root(pickle);

	(void)state;
	assert_ptr_equal(pickle_item(root, 0), root);
	assert_null(pickle_item(root, 1));
	pickle_free(pickle);
}

static void a_pickle_that_is_cut_anywhere_is_refused(void **state)
{
	static const char whole[] = "\x80\x03}q\x00(X\x01\x00\x00\x00"
				    "aq\x01K\x01X\x01\x00\x00\x00"
				    "bq\x02]q\x03(K\x02K\x03"
				    "eu.";

	(void)state;
	pickle_free(must_read(whole, sizeof whole - 1));
	for (size_t size = 0; size < sizeof whole - 1; size++)
		read_as(whole, size, -EPROTO);
}

static void lengths_that_lie_are_refused(void **state)
{
	(void)state;
	read_as(BYTES("X\xff\xff\xff\x7f"
		      "abc."),
		-EPROTO);
	read_as(BYTES("\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
		      "abc."),
		-EPROTO);
	read_as(BYTES("\x8b\xff\xff\xff\xff"
		      "abc."),
		-EPROTO);
	read_as(BYTES("\x8e\xff\xff\xff\xff\xff\xff\xff\x7f"
		      "abc."),
		-EPROTO);
	read_as(BYTES("\x80\x02]r\xff\xff\xff\xff."), -EPROTO);
	read_as(BYTES("\x80\x02h\x05."), -EPROTO);
	read_as(BYTES("j\xff\xff\xff\xff."), -EPROTO);
}

static void a_stack_that_does_not_hold_it_is_refused(void **state)
{
	static const char *const all[] = { ".",
					   "0.",
					   "1.",
					   "2.",
					   "a.",
					   "s.",
					   "e.",
					   "u.",
					   "t.",
					   "R.",
					   "b.",
					   "]K\x01s.",
					   "K\x01K\x02"
					   "a.",
					   "o.",
					   "(o.",
					   "}(K\x01u.",
					   "q\x01.",
					   "\x85.",
					   "\x87." };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		read_as(all[i], strlen(all[i]), -EPROTO);
}

static void depth_costs_no_stack(void **state)
{
	enum { DEPTH = 1000000 };

	AUTO_FREE char *bytes = malloc(2 * DEPTH + 1);
	struct pickle *pickle;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, ']', DEPTH);
	memset(bytes + DEPTH, 'a', DEPTH - 1);
	bytes[2 * DEPTH - 1] = '.';
	pickle = must_read(bytes, 2 * DEPTH);
	assert_int_equal(pickle_root(pickle)->kind, PICKLE_LIST);
	pickle_free(pickle);
}

static void memory_has_a_limit(void **state)
{
	enum { COUNT = 8 << 20 };

	AUTO_FREE char *bytes = malloc(COUNT);
	struct pickle *pickle = NULL;
	struct diag diag = { 0 };

	(void)state;
	assert_non_null(bytes);
	memset(bytes, ']', COUNT);
	assert_int_equal(pickle_read(bytes, COUNT, &diag, &pickle), -EFBIG);
	assert_null(pickle);
}

static void a_datetime_is_its_ten_bytes(void **state)
{
	static const char as_bytes[] = "\x80\x03"
				       "cdatetime\ndatetime\nC\x0a"
				       "\x07\xe3\x0a\x1f\x0c\x01\x0a\x0b\xbf\x46\x85R.";
	/* Protocol 2 writes bytes as a call that makes them of text. */
	static const char as_text[] =
		"\x80\x02"
		"cdatetime\ndatetime\nc_codecs\nencode\n"
		"X\x0c\x00\x00\x00\x07\xc3\xa3\x0a\x1f\x0c\x01\x0a\x0b\xc2\xbf"
		"F"
		"X\x06\x00\x00\x00latin1\x86R\x85R.";
	int64_t ns = 0;
	struct pickle *pickle = must_read(BYTES(as_bytes));

	(void)state;
	assert_true(pickle_datetime(pickle_root(pickle), &ns));
	assert_int_equal(ns, INT64_C(1572523270769862000));
	pickle_free(pickle);
	ns = 0;
	pickle = must_read(BYTES(as_text));
	assert_true(pickle_datetime(pickle_root(pickle), &ns));
	assert_int_equal(ns, INT64_C(1572523270769862000));
	pickle_free(pickle);
}

static void text_of_the_first_protocol_is_read_with_its_escapes(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *text;
	} all[] = {
		{ BYTES("Vplain\n."), "plain" },
		{ BYTES("Va\\u000ab\n."), "a\nb" },
		{ BYTES("V\xe9\\u20ac\\U0001f600\n."),
		  "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ BYTES("S'it\\'s \\x41\\\\'\n."), "it's A\\" },
		{ BYTES("Vcut \\u00\n."), "cut \\u00" },
		{ BYTES("V\\\n."), "\\" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct pickle *pickle = must_read(all[i].bytes, all[i].size);
		char text[32] = "";

		assert_true(pickle_text(pickle_root(pickle), text, sizeof text));
		assert_string_equal(text, all[i].text);
		pickle_free(pickle);
	}
}

static void a_datetime_that_cannot_be_is_none(void **state)
{
	static const char month_13[] = "cdatetime\ndatetime\nC\x0a"
				       "\x07\xe3\x0d\x1f\x0c\x01\x0a\x0b\xbf\x46\x85R.";
	static const char short_one[] = "cdatetime\ndatetime\nC\x02\x07\xe3\x85R.";
	int64_t ns = 5;
	struct pickle *pickle = must_read(BYTES(month_13));

	(void)state;
	assert_false(pickle_datetime(pickle_root(pickle), &ns));
	pickle_free(pickle);
	pickle = must_read(BYTES(short_one));
	assert_false(pickle_datetime(pickle_root(pickle), &ns));
	assert_false(pickle_datetime(NULL, &ns));
	assert_int_equal(ns, 5);
	pickle_free(pickle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_in_every_form),
		cmocka_unit_test(a_number_of_more_than_64_bits_is_not_known),
		cmocka_unit_test(a_dict_s_value_is_the_one_put_in_last),
		cmocka_unit_test(a_call_is_an_inert_record),
		cmocka_unit_test(what_holds_itself_is_read_and_let_go),
		cmocka_unit_test(a_pickle_that_is_cut_anywhere_is_refused),
		cmocka_unit_test(lengths_that_lie_are_refused),
		cmocka_unit_test(a_stack_that_does_not_hold_it_is_refused),
		cmocka_unit_test(depth_costs_no_stack),
		cmocka_unit_test(memory_has_a_limit),
		cmocka_unit_test(a_datetime_is_its_ten_bytes),
		cmocka_unit_test(text_of_the_first_protocol_is_read_with_its_escapes),
		cmocka_unit_test(a_datetime_that_cannot_be_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
