/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/sha256.h"
#include "fixture.h"

#define MILLION 1000000

static void digest(const char *text, size_t size, size_t step, bool fast,
		   char ret[SHA256_TEXT_MAX])
{
	struct sha256 sha;

	sha256_begin(&sha);
	sha.fast = sha.fast && fast;
	for (size_t at = 0; at < size; at += step)
		sha256_add(&sha, text + at, size - at < step ? size - at : step);
	sha256_end(&sha, ret);
}

static void check(const char *text, const char *hex)
{
	char is[SHA256_TEXT_MAX];

	for (size_t step = 1; step < 130; step += 63) {
		digest(text, strlen(text), step, false, is);
		assert_string_equal(is, hex);
		digest(text, strlen(text), step, true, is);
		assert_string_equal(is, hex);
	}
}

/* FIPS 180-4's examples, and what NIST gives beside them. */
static void the_standard_s_examples_come_out(void **state)
{
	(void)state;
	check("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	check("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	      "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
}

static void a_million_letters_come_out(void **state)
{
	AUTO_FREE char *text = malloc(MILLION);
	char is[SHA256_TEXT_MAX];

	(void)state;
	assert_non_null(text);
	memset(text, 'a', MILLION);
	for (int fast = 0; fast < 2; fast++) {
		digest(text, MILLION, 1001, fast, is);
		assert_string_equal(is, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e"
					"046d39ccc7112cd0");
	}
}

static void with_the_processor_s_instructions_it_is_the_same(void **state)
{
	char text[300], slow[SHA256_TEXT_MAX], fast[SHA256_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i * 37 + i / 7);
	for (size_t size = 0; size <= sizeof text; size++) {
		digest(text, size, 97, false, slow);
		digest(text, size, 300, true, fast);
		assert_string_equal(slow, fast);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_standard_s_examples_come_out),
		cmocka_unit_test(a_million_letters_come_out),
		cmocka_unit_test(with_the_processor_s_instructions_it_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
