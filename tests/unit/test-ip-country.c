/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "place/region.h"

static void is(const char *address, const char *iso2)
{
	char country[3] = "??";

	if (ip_country(address, country) != 0 || strcmp(country, iso2) != 0)
		fail_msg("%s is in %s, not %s", address, iso2, country);
}

static void is_not(const char *address, int err)
{
	char country[3] = "??";
	int r = ip_country(address, country);

	if (r != err)
		fail_msg("%s: %d, not %d", address, r, err);
	assert_string_equal(country, "??");
}

/* Networks that have stood where they stand for decades. */
static void a_routed_address_has_its_network_s_country(void **unused)
{
	(void)unused;
	is("8.8.8.8", "US");
	is("129.132.1.1", "CH");
	is("133.11.0.1", "JP");
	is("193.99.144.80", "DE");
	is("130.88.0.1", "GB");
	is("::ffff:129.132.1.1", "CH");
	is("2001:4860:4860::8888", "US");
	is("2001:200::1", "JP");
	is("2a00:1450:4001::1", "US");
	is("2003::1", "DE");
}

static void an_address_is_of_the_block_it_lies_in(void **unused)
{
	(void)unused;
	is("129.132.0.0", "CH");
	is("129.132.255.255", "CH");
	is("2003:0:ffff:ffff:ffff:ffff:ffff:ffff", "DE");
}

/* Thousands of networks all over Europe have a /48 of this block. */
static void a_block_of_several_countries_tells_none(void **unused)
{
	(void)unused;
	is_not("2001:67c:10ec::1", -ENODATA);
}

static void what_is_no_address_is_said_to_be_none(void **unused)
{
	static const char *const bad[] = {
		"",         "8.8.8",        "8.8.8.8.8",  "256.1.1.1",
		" 8.8.8.8", "8.8.8.8 ",     "8.8.8.8/24", "example.org",
		"2001:::1", "fe80::1%eth0", "::g",        "0x8080808",
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		is_not(bad[i], -EINVAL);
}

static void a_private_address_is_in_no_country(void **unused)
{
	static const char *const nobodys[] = {
		"0.0.0.0",    "10.1.2.3",     "100.64.0.1",      "100.127.255.255",
		"127.0.0.1",  "169.254.1.1",  "172.16.0.1",      "172.31.255.255",
		"192.0.0.1",  "192.88.99.1",  "192.0.2.1",       "192.168.255.255",
		"198.18.0.1", "198.19.255.1", "198.51.100.1",    "203.0.113.1",
		"224.0.0.1",  "240.0.0.1",    "255.255.255.255",
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(nobodys); i++) {
		char mapped[64];

		is_not(nobodys[i], -ENODATA);
		(void)snprintf(mapped, sizeof mapped, "::ffff:%s", nobodys[i]);
		is_not(mapped, -ENODATA);
	}
}

static void nor_is_one_of_ipv6_that_nobody_announces(void **unused)
{
	static const char *const nobodys[] = {
		"::",
		"::1",
		"fe80::1",
		"fc00::1",
		"fd00:ec2::254",
		"ff02::1",
		"2001:db8::1",
		"2001::1",
		"2001:1ff:ffff::1",
		"2002:808::1",
		"64:ff9b::808:808",
		"3fff::1",
		"3fff:fff::1",
		"::808:808",
		"100::1",
		"4000::1",
		"1fff:ffff::1",
		"3ffe::1",
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(nobodys); i++)
		is_not(nobodys[i], -ENODATA);
}

static bool two_capitals(const char *text)
{
	return text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z' &&
	       text[2] == '\0';
}

/* 12.15 million blocks of /24 are routed; every 251st is looked at. */
static void any_address_has_two_letters_or_none(void **unused)
{
	size_t found = 0;

	(void)unused;
	for (unsigned block = 0; block < 1 << 24; block += 251) {
		char address[32];
		char country[3] = "";

		(void)snprintf(address, sizeof address, "%u.%u.%u.1", block >> 16,
			       block >> 8 & 255, block & 255);
		if (ip_country(address, country) == 0) {
			assert_true(two_capitals(country));
			found++;
		}
		(void)snprintf(address, sizeof address, "%x:%x::1", block >> 8,
			       block * 40503 & 65535);
		if (ip_country(address, country) == 0)
			assert_true(two_capitals(country));
	}
	assert_in_range(found, 40000, 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_routed_address_has_its_network_s_country),
		cmocka_unit_test(an_address_is_of_the_block_it_lies_in),
		cmocka_unit_test(a_block_of_several_countries_tells_none),
		cmocka_unit_test(what_is_no_address_is_said_to_be_none),
		cmocka_unit_test(a_private_address_is_in_no_country),
		cmocka_unit_test(nor_is_one_of_ipv6_that_nobody_announces),
		cmocka_unit_test(any_address_has_two_letters_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
