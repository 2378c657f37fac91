/* SPDX-License-Identifier: Apache-2.0 */
#include "region-door.h"

#define DMI           "sys/class/dmi/id/"
#define TOKEN         "/latest/api/token"
#define DOCUMENT      "/latest/dynamic/instance-identity/document"
#define GCP_ZONE      "/computeMetadata/v1/instance/zone"
#define AZURE         "/metadata/instance?api-version=2021-02-01"
#define AZURE_CHASSIS "7783-7084-3265-9085-8269-3286-77\n"

static void make_aws(struct region_test *t)
{
	fixture_write(&t->fixture, DMI "sys_vendor", "Amazon EC2\n");
	fixture_write(&t->fixture, DMI "product_name", "p5.48xlarge\n");
}

static void make_gcp(struct region_test *t)
{
	fixture_write(&t->fixture, DMI "sys_vendor", "Google\n");
	fixture_write(&t->fixture, DMI "product_name", "Google Compute Engine\n");
}

static void make_azure(struct region_test *t)
{
	fixture_write(&t->fixture, DMI "sys_vendor", "Microsoft Corporation\n");
	fixture_write(&t->fixture, DMI "product_name", "Virtual Machine\n");
	fixture_write(&t->fixture, DMI "chassis_asset_tag", AZURE_CHASSIS);
}

static void vendor_is(struct region_test *t, const char *name)
{
	char buf[16] = "";

	assert_int_equal(region_cloud_vendor(&t->fixture.host, buf, sizeof buf),
			 *name != '\0');
	assert_string_equal(buf, name);
}

static void place_is(struct region_test *t, const char *text, const char *from)
{
	struct place place;

	assert_int_equal(region_of_cloud(&t->door, &t->diag, &place), 0);
	assert_string_equal(place.text, text);
	assert_string_equal(place.how, "cloud");
	assert_string_equal(place.from, from);
	assert_string_equal(place.cloud_region, strchr(text, ':') + 1);
	assert_true(place.iso2[0] != '\0');
}

static void fails_with(struct region_test *t, int err)
{
	struct place place = { .text = "before" };

	diag_clear(&t->diag);
	assert_int_equal(region_of_cloud(&t->door, &t->diag, &place), err);
	assert_string_equal(place.text, "before");
	assert_true(t->diag.text[0] != '\0');
	for (const char *c = t->diag.text; *c; c++)
		assert_true(*c >= ' ' && *c <= '~');
}

static void a_machine_of_no_cloud_asks_nobody(void **state)
{
	struct region_test *t = *state;

	vendor_is(t, "");
	fails_with(t, -ENODEV);
	fixture_write(&t->fixture, DMI "sys_vendor", "LENOVO\n");
	vendor_is(t, "");
	fails_with(t, -ENODEV);
	assert_int_equal(t->asked_count, 0);
}

static void a_surface_a_chromebook_and_a_xen_at_home_are_no_cloud(void **state)
{
	struct region_test *t = *state;

	fixture_write(&t->fixture, DMI "sys_vendor", "Microsoft Corporation\n");
	fixture_write(&t->fixture, DMI "product_name", "Virtual Machine\n");
	vendor_is(t, "");
	fixture_write(&t->fixture, DMI "chassis_asset_tag", "7783-7084\n");
	vendor_is(t, "");
	fixture_write(&t->fixture, DMI "sys_vendor", "Google\n");
	fixture_write(&t->fixture, DMI "product_name", "Eve\n");
	vendor_is(t, "");
	fixture_write(&t->fixture, DMI "sys_vendor", "Xen\n");
	fixture_write(&t->fixture, "sys/hypervisor/uuid",
		      "9b1dd0ba-1a08-4c9d-ad3d-3ec2ec2ec2ec\n");
	vendor_is(t, "");
	fails_with(t, -ENODEV);
	assert_int_equal(t->asked_count, 0);
}

static void each_cloud_is_known_by_its_dmi(void **state)
{
	struct region_test *t = *state;

	make_aws(t);
	vendor_is(t, "aws");
	make_gcp(t);
	vendor_is(t, "gcp");
	make_azure(t);
	vendor_is(t, "azure");
	fixture_write(&t->fixture, DMI "sys_vendor", "Xen\n");
	fixture_write(&t->fixture, "sys/hypervisor/uuid",
		      "ec2e1916-9099-7caf-fd21-012345abcdef\n");
	vendor_is(t, "aws");
}

static const struct answer aws[] = {
	{ .path = TOKEN, .body = "AQAEAPoT0ken==\n" },
	{ .path = DOCUMENT,
	  .body = "{\"accountId\":\"123456789012\",\"region\":\"eu-central-1\","
		  "\"kernelId\":null,\"instanceId\":\"i-0abc\"}" },
};

static void aws_is_asked_with_a_token(void **state)
{
	struct region_test *t = *state;

	make_aws(t);
	ANSWERS(t, aws);
	place_is(t, "aws:eu-central-1", "aws metadata");
	assert_int_equal(t->asked_count, 2);
	assert_string_equal(t->asked[0].method, "PUT");
	assert_string_equal(t->asked[0].url, "http://169.254.169.254" TOKEN);
	assert_string_equal(t->asked[0].headers,
			    "X-aws-ec2-metadata-token-ttl-seconds: 60\n");
	assert_string_equal(t->asked[1].method, "GET");
	assert_string_equal(t->asked[1].url, "http://169.254.169.254" DOCUMENT);
	assert_string_equal(t->asked[1].headers,
			    "X-aws-ec2-metadata-token: AQAEAPoT0ken==\n");
}

static void every_request_is_link_local_bounded_and_within_a_second(void **state)
{
	struct answer slow[ARRAY_SIZE(aws)];
	struct region_test *t = *state;

	memcpy(slow, aws, sizeof slow);
	slow[0].takes_ns = 600 * NS_PER_MS;
	make_aws(t);
	ANSWERS(t, slow);
	place_is(t, "aws:eu-central-1", "aws metadata");
	for (size_t i = 0; i < t->asked_count; i++) {
		assert_true(t->asked[i].link_local);
		assert_in_range(t->asked[i].max_bytes, 1, 1 << 20);
	}
	assert_true(t->asked[0].timeout_ns == NS_PER_S);
	assert_true(t->asked[1].timeout_ns == 400 * NS_PER_MS);
	t->asked_count = 0;
	slow[0].takes_ns = NS_PER_S;
	fails_with(t, -ETIMEDOUT);
	assert_int_equal(t->asked_count, 1);
}

static void without_a_token_aws_is_not_asked_further(void **state)
{
	static const int errs[] = { -EACCES, -ENOENT, -ETIMEDOUT, -EIO, -ENOSYS };
	struct region_test *t = *state;

	make_aws(t);
	for (size_t i = 0; i < ARRAY_SIZE(errs); i++) {
		const struct answer refused[] = { { .path = TOKEN, .err = errs[i] } };

		t->asked_count = 0;
		ANSWERS(t, refused);
		fails_with(t, errs[i]);
		assert_int_equal(t->asked_count, 1);
	}
}

static void a_token_cannot_smuggle_a_header(void **state)
{
	static const char *const bad[] = {
		"a\r\nHost: evil", "a\nb", "a b", "\x01", "", "\n", "t\xc3\xb6ken"
	};
	struct region_test *t = *state;

	make_aws(t);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const struct answer answers[] = { { .path = TOKEN, .body = bad[i] },
						  aws[1] };

		t->asked_count = 0;
		ANSWERS(t, answers);
		fails_with(t, -EPROTO);
		assert_int_equal(t->asked_count, 1);
	}
}

static void gcp_s_zone_is_in_a_region(void **state)
{
	static const struct answer answers[] = {
		{ .path = GCP_ZONE, .body = "projects/123456/zones/us-central1-a" },
	};
	struct region_test *t = *state;

	make_gcp(t);
	ANSWERS(t, answers);
	place_is(t, "gcp:us-central1", "gcp metadata");
	assert_string_equal(t->asked[0].url, "http://169.254.169.254" GCP_ZONE);
	assert_string_equal(t->asked[0].headers, "Metadata-Flavor: Google\n");
	assert_true(t->asked[0].link_local);
}

static void azure_s_location_is_its_region(void **state)
{
	static const struct answer answers[] = {
		{ .path = AZURE,
		  .body = "{\"compute\":{\"location\":\"WestEurope\",\"name\":\"vm\"},"
			  "\"network\":{}}" },
	};
	struct region_test *t = *state;

	make_azure(t);
	ANSWERS(t, answers);
	place_is(t, "azure:westeurope", "azure metadata");
	assert_string_equal(t->asked[0].headers, "Metadata: true\n");
	assert_true(t->asked[0].link_local);
}

static void a_machine_without_ipv4_asks_over_ipv6(void **state)
{
	const struct answer answers[] = {
		{ .path = "[fd00:ec2::254]" TOKEN, .body = "T" },
		{ .path = "[fd00:ec2::254]" DOCUMENT, .body = aws[1].body },
	};
	struct region_test *t = *state;

	make_aws(t);
	ANSWERS(t, answers);
	place_is(t, "aws:eu-central-1", "aws metadata");
	assert_int_equal(t->asked_count, 3);
}

static void another_service_is_asked_where_one_is_named(void **state)
{
	struct region_test *t = *state;

	make_aws(t);
	ANSWERS(t, aws);
	t->door.metadata_url = "http://127.0.0.1:8080";
	place_is(t, "aws:eu-central-1", "aws metadata");
	assert_string_equal(t->asked[1].url, "http://127.0.0.1:8080" DOCUMENT);
	t->asked_count = 0;
	t->answer_count = 0;
	fails_with(t, -EHOSTUNREACH);
	assert_int_equal(t->asked_count, 1);
}

static void an_answer_without_a_region_is_no_data(void **state)
{
	static const char *const bodies[] = {
		"{}",
		"{\"region\":null}",
		"{\"region\":7}",
		"{\"region\":\"\"}",
		"{\"region\":[\"us-east-1\"]}",
		"{\"region\":\"us-east-1\\n\"}",
		"{\"region\":\"../../etc\"}",
		"{\"region\":\"us-east-1:x\"}",
		"{\"region\":\"\\u001b[31m\"}",
		"{\"region\":\"----------------------------------------------------\"}",
	};
	struct region_test *t = *state;

	make_aws(t);
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		const struct answer answers[] = {
			aws[0], { .path = DOCUMENT, .body = bodies[i] }
		};

		t->asked_count = 0;
		ANSWERS(t, answers);
		fails_with(t, -ENODATA);
	}
}

static void a_zone_of_another_form_is_no_data(void **state)
{
	static const char *const bodies[] = {
		"us-central1-a",
		"projects/1/zones/",
		"projects/1/zones/us",
		"projects/1/zones/-a",
		"projects/1/zones/us central1-a",
		"projects/1/zones/a/b-c",
		"projects/1/zones/us-central1",
		"<html>",
		"{\"zone\":1}",
	};
	struct region_test *t = *state;

	make_gcp(t);
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		const struct answer answers[] = { { .path = GCP_ZONE,
						    .body = bodies[i] } };

		t->asked_count = 0;
		ANSWERS(t, answers);
		fails_with(t, -ENODATA);
	}
}

static void what_is_no_json_is_not_understood(void **state)
{
	static const char *const bodies[] = {
		"",
		"<html>captive portal</html>",
		"[]",
		"null",
		"{\"compute\":",
		"{\"compute\":{\"location\":\"a\\u0000b\"}}",
		"\xff\xfe",
	};
	struct region_test *t = *state;

	make_azure(t);
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		const struct answer answers[] = { { .path = AZURE, .body = bodies[i] } };

		t->asked_count = 0;
		ANSWERS(t, answers);
		fails_with(t, -EPROTO);
		assert_non_null(strstr(t->diag.text, "azure metadata"));
	}
}

static void four_mebibytes_of_garbage_are_refused(void **state)
{
	const size_t size = (size_t)4 << 20;
	struct region_test *t = *state;
	char *garbage = malloc(size + 1);

	assert_non_null(garbage);
	memset(garbage, '[', size);
	garbage[size] = '\0';
	make_azure(t);
	{
		const struct answer answers[] = {
			{ .path = AZURE, .body = garbage, .size = size },
		};

		ANSWERS(t, answers);
		fails_with(t, -EMSGSIZE);
	}
	garbage[1000] = '\0';
	{
		const struct answer answers[] = {
			{ .path = AZURE, .body = garbage, .size = 2000 },
		};

		ANSWERS(t, answers);
		fails_with(t, -EPROTO);
	}
	free(garbage);
}

static void a_region_that_no_table_has_is_not_guessed(void **state)
{
	const struct answer answers[] = {
		aws[0], { .path = DOCUMENT, .body = "{\"region\":\"xx-moon-9\"}" }
	};
	struct region_test *t = *state;

	make_aws(t);
	ANSWERS(t, answers);
	fails_with(t, -ENOENT);
	assert_non_null(strstr(t->diag.text, "aws:xx-moon-9"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		region_unit(a_machine_of_no_cloud_asks_nobody),
		region_unit(a_surface_a_chromebook_and_a_xen_at_home_are_no_cloud),
		region_unit(each_cloud_is_known_by_its_dmi),
		region_unit(aws_is_asked_with_a_token),
		region_unit(every_request_is_link_local_bounded_and_within_a_second),
		region_unit(without_a_token_aws_is_not_asked_further),
		region_unit(a_token_cannot_smuggle_a_header),
		region_unit(gcp_s_zone_is_in_a_region),
		region_unit(azure_s_location_is_its_region),
		region_unit(a_machine_without_ipv4_asks_over_ipv6),
		region_unit(another_service_is_asked_where_one_is_named),
		region_unit(an_answer_without_a_region_is_no_data),
		region_unit(a_zone_of_another_form_is_no_data),
		region_unit(what_is_no_json_is_not_understood),
		region_unit(four_mebibytes_of_garbage_are_refused),
		region_unit(a_region_that_no_table_has_is_not_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
