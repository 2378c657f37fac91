/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  /sys/class/dmi/id, /sys/hypervisor/uuid; then, in a cloud only, the instance's
 *	   metadata: AWS IMDSv2, Google's and Azure's services, all link-local.
 * Gives:  the cloud's region as a place. The rest of the answers (account, instance, tags) is
 *	   dropped.
 * Needs:  nothing; AWS without IMDSv2's token is not asked further.
 * Limits: Where DMI is hidden, as in some containers and on Lambda, no cloud is seen. A
 *	   container on AWS may be a hop too far for the token: then it times out.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "place/factor-row.h"
#include "place/region-json.h"
#include "place/region.h"

#define DMI           "sys/class/dmi/id/"
#define METADATA      "http://169.254.169.254"
#define TIMEOUT_NS    NS_PER_S            /* of all requests together */
#define MAX_BYTES     ((size_t)256 << 10) /* Azure's answer holds the user's own data */
#define REGION_MAX    48
#define AZURE_CHASSIS "7783-7084-3265-9085-8269-3286-77"

/* One look-up. */
struct ask {
	const struct region_door *door;
	const struct cloud *cloud;
	struct diag *diag;
	int64_t until_ns;
	const char *base;
};

struct cloud {
	const char *name;
	const char *who;  /* of sentences, and place.from */
	const char *ipv6; /* where a machine without IPv4 asks; NULL: none */
	bool (*is_here)(const struct host *host);
	int (*region)(struct ask *ask, char *buf, size_t size);
};

static bool file_is(const struct host *host, const char *path, const char *text)
{
	char line[128];

	return host_read_line(host, path, line, sizeof line) == 0 &&
	       strcmp(line, text) == 0;
}

static bool file_begins(const struct host *host, const char *path, const char *text)
{
	char line[128];

	return host_read_line(host, path, line, sizeof line) == 0 &&
	       strncasecmp(line, text, strlen(text)) == 0;
}

/* The older machines run on Xen and say so; their UUID begins with ec2 (AWS, "Identify EC2
 * instances"). */
static bool is_aws(const struct host *host)
{
	if (file_is(host, DMI "sys_vendor", "Amazon EC2"))
		return true;
	return file_is(host, DMI "sys_vendor", "Xen") &&
	       (file_begins(host, "sys/hypervisor/uuid", "ec2") ||
		file_begins(host, DMI "product_uuid", "ec2"));
}

/* Google makes laptops too. */
static bool is_gcp(const struct host *host)
{
	return file_is(host, DMI "sys_vendor", "Google") &&
	       file_is(host, DMI "product_name", "Google Compute Engine");
}

/* Microsoft's name also stands on its laptops and on Hyper-V at home. */
static bool is_azure(const struct host *host)
{
	return file_is(host, DMI "sys_vendor", "Microsoft Corporation") &&
	       file_is(host, DMI "chassis_asset_tag", AZURE_CHASSIS);
}

/* Fills what all requests share. */
static int prepare(const struct ask *ask, const char *path, char *url, size_t size,
		   struct http_request *request)
{
	int64_t left_ns = ask->until_ns - host_now_ns(ask->door->host);

	if (left_ns <= 0)
		return diag_say(ask->diag, -ETIMEDOUT, "%s took longer than 1 s",
				ask->cloud->who);
	if ((size_t)snprintf(url, size, "%s%s", ask->base, path) >= size)
		return diag_say(ask->diag, -EINVAL, "the address of %s is too long",
				ask->cloud->who);
	request->url = url;
	request->timeout_ns = left_ns;
	request->max_bytes = MAX_BYTES;
	request->link_local = true;
	return 0;
}

static int ask_text(const struct ask *ask, const char *path, struct http_request *request,
		    char **ret)
{
	char url[256];
	int r = prepare(ask, path, url, sizeof url, request);

	if (r < 0)
		return r;
	return region_ask_text(ask->door->http, request, ask->cloud->who, ask->diag, ret);
}

static int ask_json(const struct ask *ask, const char *path, struct http_request *request,
		    json_t **ret)
{
	char url[256];
	int r = prepare(ask, path, url, sizeof url, request);

	if (r < 0)
		return r;
	return region_ask_json(ask->door->http, request, ask->cloud->who, ask->diag, ret);
}

static int no_region(const struct ask *ask)
{
	return diag_say(ask->diag, -ENODATA, "%s did not tell a region", ask->cloud->who);
}

/* A header is made of it: it may hold nothing that would end one. */
static bool is_token(const char *text)
{
	size_t len = strlen(text);

	for (const char *c = text; *c; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return len > 0 && len <= 256;
}

static int aws_token(const struct ask *ask, char *buf, size_t size)
{
	struct http_request request = {
		.method = "PUT",
		.headers = { "X-aws-ec2-metadata-token-ttl-seconds: 60" },
	};

	AUTO_FREE char *text = NULL;
	int r = ask_text(ask, "/latest/api/token", &request, &text);

	if (r < 0)
		return r;
	if (!is_token(trim_text(text)))
		return diag_say(ask->diag, -EPROTO, "%s answered no token",
				ask->cloud->who);
	(void)snprintf(buf, size, "X-aws-ec2-metadata-token: %s", trim_text(text));
	return 0;
}

static int aws_region(struct ask *ask, char *buf, size_t size)
{
	CLEANUP(region_json_done) json_t *json = NULL;
	char header[320];
	struct http_request request = { .headers = { header } };
	int r = aws_token(ask, header, sizeof header);

	if (r < 0)
		return r;
	r = ask_json(ask, "/latest/dynamic/instance-identity/document", &request, &json);
	if (r < 0)
		return r;
	return region_json_text(json, "region", buf, size) ? 0 : no_region(ask);
}

/* "projects/1/zones/us-central1-a" is in us-central1. */
static int gcp_region(struct ask *ask, char *buf, size_t size)
{
	struct http_request request = { .headers = { "Metadata-Flavor: Google" } };

	AUTO_FREE char *text = NULL;
	char *zone;
	char *dash;
	int r = ask_text(ask, "/computeMetadata/v1/instance/zone", &request, &text);

	if (r < 0)
		return r;
	zone = strstr(text, "/zones/");
	zone = zone ? trim_text(zone + strlen("/zones/")) : NULL;
	dash = zone ? strrchr(zone, '-') : NULL;
	if (!dash || strlen(dash) != 2)
		return no_region(ask);
	*dash = '\0';
	return copy_text(buf, size, zone) ? 0 : no_region(ask);
}

static int azure_region(struct ask *ask, char *buf, size_t size)
{
	struct http_request request = { .headers = { "Metadata: true" } };

	CLEANUP(region_json_done) json_t *json = NULL;
	int r = ask_json(ask, "/metadata/instance?api-version=2021-02-01", &request,
			 &json);

	if (r < 0)
		return r;
	return region_json_text(json_object_get(json, "compute"), "location", buf, size)
		       ? 0
		       : no_region(ask);
}

static const struct cloud clouds[] = {
	{ "aws", "aws metadata", "http://[fd00:ec2::254]", is_aws, aws_region },
	{ "gcp", "gcp metadata", "http://[fd20:ce::254]", is_gcp, gcp_region },
	{ "azure", "azure metadata", NULL, is_azure, azure_region },
};

static const struct cloud *cloud_of(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_SIZE(clouds); i++)
		if (clouds[i].is_here(host))
			return &clouds[i];
	return NULL;
}

bool region_cloud_vendor(const struct host *host, char *buf, size_t size)
{
	const struct cloud *cloud = cloud_of(host);

	return cloud && copy_text(buf, size, cloud->name);
}

/* The forms of all three: letters, digits and hyphens. */
static bool is_region(const char *text)
{
	size_t good = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return good > 0 && text[good] == '\0';
}

/* At most two addresses: a machine without IPv4 has no way to the first. */
static int ask_region(struct ask *ask, char *buf, size_t size)
{
	const char *given = ask->door->metadata_url;
	int r;

	ask->base = given ? given : METADATA;
	r = ask->cloud->region(ask, buf, size);
	if (r == -EHOSTUNREACH && !given && ask->cloud->ipv6) {
		ask->base = ask->cloud->ipv6;
		r = ask->cloud->region(ask, buf, size);
	}
	if (r < 0)
		return r;
	for (char *c = buf; *c; c++)
		*c = lower_ascii(*c);
	return is_region(buf) ? 0 : no_region(ask);
}

int region_of_cloud(const struct region_door *door, struct diag *diag, struct place *ret)
{
	struct ask ask = { .door = door, .diag = diag, .cloud = cloud_of(door->host) };
	char region[REGION_MAX];
	char text[PLACE_NAME_MAX];
	struct place place;
	int r;

	if (!ask.cloud)
		return diag_say(diag, -ENODEV, "this is no machine of a known cloud");
	ask.until_ns = host_now_ns(door->host) + TIMEOUT_NS;
	r = ask_region(&ask, region, sizeof region);
	if (r < 0)
		return r;
	(void)snprintf(text, sizeof text, "%s:%s", ask.cloud->name, region);
	r = place_of_text(door->tables, text, diag, &place);
	if (r < 0)
		return r;
	(void)copy_text(place.how, sizeof place.how, "cloud");
	(void)copy_text(place.from, sizeof place.from, ask.cloud->who);
	*ret = place;
	return 0;
}
