/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "region-door.h"

static int find_size(struct region_test *t, const char *body, size_t size,
		     struct place *ret)
{
	const struct answer answers[] = { { .path = "", .body = body, .size = size } };
	int r;

	t->asked_count = 0;
	diag_clear(&t->diag);
	ANSWERS(t, answers);
	r = region_of_ip(&t->door, &t->diag, ret);
	t->answer_count = 0;
	assert_true((r < 0) == (t->diag.text[0] != '\0'));
	for (const char *c = t->diag.text; *c; c++)
		assert_true(*c >= ' ' && *c <= '~');
	return r;
}

static int find(struct region_test *t, const char *body, struct place *ret)
{
	return find_size(t, body, 0, ret);
}

static struct place found(struct region_test *t, const char *body)
{
	struct place place;

	if (find(t, body, &place) != 0)
		fail_msg("%s: %s", body, t->diag.text);
	assert_string_equal(place.how, "ip");
	return place;
}

static void is_not_found(struct region_test *t, const char *body, int err)
{
	struct place place = { .text = "before" };
	int r = find(t, body, &place);

	if (r != err)
		fail_msg("%s: %d, not %d", body, r, err);
	assert_string_equal(place.text, "before");
	assert_non_null(strstr(t->diag.text, "ipinfo.io"));
}

static void an_answer_is_a_country_and_a_position_to_a_tenth(void **state)
{
	struct region_test *t = *state;
	struct place place = found(t, "{\"ip\":\"193.99.144.80\",\"city\":\"Hannover\","
				      "\"region\":\"Lower Saxony\",\"country\":\"DE\","
				      "\"loc\":\"52.3705,9.7332\","
				      "\"timezone\":\"Europe/Berlin\"}");

	assert_string_equal(place.text, "DE");
	assert_string_equal(place.country, "DEU");
	assert_string_equal(place.from, "ipinfo.io");
	assert_string_equal(place.state, "");
	assert_string_equal(place.note, "");
	assert_true(place.has_position);
	assert_true(fabs(place.latitude - 52.4) < 1e-12);
	assert_true(fabs(place.longitude - 9.7) < 1e-12);
}

static void nothing_is_told_about_the_user(void **state)
{
	struct region_test *t = *state;

	(void)found(t, "{\"country\":\"DE\"}");
	assert_int_equal(t->asked_count, 1);
	assert_string_equal(t->asked[0].url, "https://ipinfo.io/json");
	assert_string_equal(t->asked[0].method, "GET");
	assert_string_equal(t->asked[0].headers, "");
	assert_false(t->asked[0].link_local);
	assert_true(t->asked[0].timeout_ns > 0);
	assert_in_range(t->asked[0].max_bytes, 1, 1 << 20);
}

static void the_address_is_kept_nowhere(void **state)
{
	struct place place;

	memset(&place, 0, sizeof place);
	assert_int_equal(find(*state,
			      "{\"ip\":\"129.132.1.1\",\"hostname\":\"a.ethz.ch\"}",
			      &place),
			 0);
	assert_string_equal(place.iso2, "CH");
	assert_null(memmem(&place, sizeof place, "129.132", 7));
	assert_null(memmem(&place, sizeof place, "ethz", 4));
}

static void states_of_three_countries_are_known(void **state)
{
	static const struct {
		const char *iso2;
		const char *region;
		const char *zone;
	} cases[] = {
		{ "US", "California", "US-CA" },
		{ "US", "Georgia", "US-GA" }, /* a country's name as well */
		{ "US", "Washington", "US-WA" },
		{ "US", "Washington, D.C.", "US-DC" },
		{ "US", "New York", "US-NY" },
		{ "IN", "Kerala", "IN-Kerala" },
		{ "IN", "National Capital Territory of Delhi", "IN-Delhi" },
		{ "AU", "New South Wales", "AU-NSW" },
		{ "AU", "Western Australia", "AU-WA" },
		{ "AU", "Northern Territory", "AU-NT" },
		{ "AU", "Australian Capital Territory", "AU-ACT" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char body[256];
		struct place place;

		(void)snprintf(body, sizeof body,
			       "{\"country\":\"%s\",\"region\":\"%s\"}", cases[i].iso2,
			       cases[i].region);
		place = found(*state, body);
		assert_string_equal(place.iso2, cases[i].iso2);
		assert_string_equal(place.zone, cases[i].zone);
	}
}

static void a_state_that_is_not_known_leaves_the_country(void **state)
{
	static const char *const bodies[] = {
		"{\"country\":\"US\",\"region\":\"Germany\"}",
		"{\"country\":\"US\",\"region\":\"CA\"}",
		"{\"country\":\"US\",\"region\":\"../../etc/passwd\"}",
		"{\"country\":\"US\",\"region\":\"%n%n%n\"}",
		"{\"country\":\"US\",\"region\":\"US-CAL-CISO\"}",
		"{\"country\":\"US\",\"region\":\"Cali\\nfornia\"}",
		"{\"country\":\"US\",\"region\":\"\xc3\x8ele\"}",
		"{\"country\":\"US\",\"region\":null}",
		"{\"country\":\"US\",\"region\":{}}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++)
		assert_string_equal(found(*state, bodies[i]).zone, "US");
	assert_string_equal(
		found(*state, "{\"country\":\"AU\",\"region\":\"Kerala\"}").zone, "AU");
	assert_string_equal(found(*state, "{\"country\":\"IN\",\"region\":\"XX\"}").zone,
			    "IN");
	assert_string_equal(
		found(*state, "{\"country\":\"DE\",\"region\":\"California\"}").zone,
		"DE");
}

static void without_a_country_the_address_is_looked_up(void **state)
{
	static const char *const bodies[] = {
		"{\"ip\":\"133.11.0.1\"}",
		"{\"ip\":\"133.11.0.1\",\"country\":null}",
		"{\"ip\":\"133.11.0.1\",\"country\":7}",
		"{\"ip\":\"133.11.0.1\",\"country\":\"Japan\"}",
		"{\"ip\":\"133.11.0.1\",\"country\":\"ZZ\"}",
		"{\"ip\":\"133.11.0.1\",\"country\":\"\"}",
		"{\"ip\":\"2001:200::1\",\"country\":\"..\"}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		struct place place = found(*state, bodies[i]);

		assert_string_equal(place.iso2, "JP");
		assert_non_null(strstr(place.note, "packed table"));
	}
}

static void an_answer_of_no_country_is_no_data(void **state)
{
	is_not_found(*state, "{}", -ENODATA);
	is_not_found(*state, "{\"ip\":\"10.0.0.1\",\"bogon\":true}", -ENODATA);
	is_not_found(*state, "{\"ip\":\"fe80::1\"}", -ENODATA);
	is_not_found(*state, "{\"ip\":\"the moon\"}", -ENODATA);
	is_not_found(*state, "{\"ip\":null,\"country\":null}", -ENODATA);
	is_not_found(*state, "{\"country\":\"ZZ\"}", -ENODATA);
	is_not_found(*state, "{\"loc\":\"52.5,13.4\"}", -ENODATA);
}

static void what_is_no_json_is_not_understood(void **state)
{
	static const char *const bodies[] = {
		"",
		"<html>",
		"{\"country\":\"DE\"",
		"[\"DE\"]",
		"\"DE\"",
		"null",
		"DE",
		"\xff",
		"{\"country\":\"DE\"}{}",
		"{\"country\":\"D\\u0000\"}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++)
		is_not_found(*state, bodies[i], -EPROTO);
}

static void a_position_that_is_none_is_left_out(void **state)
{
	static const char *const locs[] = {
		"null",           "7",          "\"\"",        "\",\"",
		"\"52.4\"",       "\"52.4,\"",  "\"91,0\"",    "\"0,181\"",
		"\"nan,nan\"",    "\"inf,0\"",  "\"1e999,0\"", "\"52,4;9,7\"",
		"\"52.4,9.7,1\"", "[52.4,9.7]",
	};

	for (size_t i = 0; i < ARRAY_SIZE(locs); i++) {
		char body[128];
		struct place place;

		(void)snprintf(body, sizeof body, "{\"country\":\"DE\",\"loc\":%s}",
			       locs[i]);
		place = found(*state, body);
		if (place.has_position)
			fail_msg("%s is %g, %g", locs[i], place.latitude,
				 place.longitude);
	}
}

static void a_position_near_nought_has_no_sign(void **state)
{
	struct place place =
		found(*state, "{\"country\":\"GB\",\"loc\":\"51.4779,-0.0015\"}");

	assert_true(place.has_position);
	assert_true(fabs(place.latitude - 51.5) < 1e-12);
	assert_false(signbit(place.longitude));
	assert_true(place.longitude == 0);
}

static void the_errors_of_the_network_are_passed_on(void **state)
{
	static const int errs[] = { -EACCES, -EBUSY,        -EIO,      -ETIMEDOUT,
				    -ENOSYS, -EHOSTUNREACH, -EMSGSIZE, -EKEYREJECTED };
	struct region_test *t = *state;

	for (size_t i = 0; i < ARRAY_SIZE(errs); i++) {
		const struct answer answers[] = { { .path = "", .err = errs[i] } };
		struct place place = { .text = "before" };

		t->asked_count = 0;
		ANSWERS(t, answers);
		assert_int_equal(region_of_ip(&t->door, &t->diag, &place), errs[i]);
		assert_string_equal(place.text, "before");
	}
}

static void four_mebibytes_of_garbage_are_refused(void **state)
{
	const size_t size = (size_t)4 << 20;
	struct place place = { .text = "before" };
	char *garbage = malloc(size + 1);

	assert_non_null(garbage);
	memset(garbage, '[', size);
	garbage[size] = '\0';
	assert_int_equal(find_size(*state, garbage, size, &place), -EMSGSIZE);
	assert_int_equal(find_size(*state, garbage, 60000, &place), -EPROTO);
	memset(garbage, 'x', size);
	memcpy(garbage, "{\"country\":\"", 12);
	memcpy(garbage + 60000 - 2, "\"}", 2);
	assert_int_equal(find_size(*state, garbage, 60000, &place), -ENODATA);
	assert_string_equal(place.text, "before");
	free(garbage);
}

static void the_answer_is_credited_to_the_host_of_the_url(void **state)
{
	static const struct {
		const char *url;
		const char *from;
	} cases[] = {
		{ "https://ip.example.org/json?token=secret", "ip.example.org" },
		{ "http://127.0.0.1:8080/json", "127.0.0.1" },
		{ "http://[::1]:8080/json", "[::1]" },
		{ "https://user:secret@ip.example.org:8443/a@b:c", "ip.example.org" },
		{ "https://ip.example.org?token=secret", "ip.example.org" },
		{ "ip.example.org/json", "ip.example.org" },
	};
	struct region_test *t = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct place place;

		t->door.ip_url = cases[i].url;
		place = found(t, "{\"country\":\"DE\"}");
		assert_string_equal(place.from, cases[i].from);
		assert_string_equal(t->asked[0].url, cases[i].url);
		assert_true(find(t, "{}", &place) < 0);
		assert_null(strstr(t->diag.text, "secret"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		region_unit(an_answer_is_a_country_and_a_position_to_a_tenth),
		region_unit(nothing_is_told_about_the_user),
		region_unit(the_address_is_kept_nowhere),
		region_unit(states_of_three_countries_are_known),
		region_unit(a_state_that_is_not_known_leaves_the_country),
		region_unit(without_a_country_the_address_is_looked_up),
		region_unit(an_answer_of_no_country_is_no_data),
		region_unit(what_is_no_json_is_not_understood),
		region_unit(a_position_that_is_none_is_left_out),
		region_unit(a_position_near_nought_has_no_sign),
		region_unit(the_errors_of_the_network_are_passed_on),
		region_unit(four_mebibytes_of_garbage_are_refused),
		region_unit(the_answer_is_credited_to_the_host_of_the_url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
