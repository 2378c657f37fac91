/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where this machine is, when nobody has said so: the cloud's own word, the public address,
 * the time zone. Each way is a function of its own; the engine knows the order.
 */
#pragma once

#include "base/host.h"
#include "base/http.h"
#include "place/factor.h"

/* Whom to ask. NULL stands for the real one; tests and configuration put others. */
struct region_door {
	const struct host *host;
	struct http *http;
	struct tables *tables;
	const char *ip_url;       /* "https://ipinfo.io/json" */
	const char *metadata_url; /* "http://169.254.169.254" */
};

/* "aws", "gcp" or "azure" when DMI says that this is one of their machines; else false. */
bool region_cloud_vendor(const struct host *host, char *buf, size_t size);

/* Asks the instance's metadata, link-local, 1 s. -ENODEV: DMI says no cloud, nobody is asked;
 * -ENODATA: the answer has no region. */
MUST_USE int region_of_cloud(const struct region_door *door, struct diag *diag,
			     struct place *ret);

/* An ipinfo-shaped service; where its answer has no country, its address and the packed
 * table. The position is rounded to 0.1 degree, and the address is not kept. */
MUST_USE int region_of_ip(const struct region_door *door, struct diag *diag,
			  struct place *ret);

/* $TZ, /etc/timezone or /etc/localtime. -ENODATA: it is UTC, or in no country. */
MUST_USE int region_of_timezone(const struct host *host, struct tables *tables,
				struct diag *diag, struct place *ret);

/* The packed table: an IPv4 or IPv6 address to alpha-2. -EINVAL: no address; -ENODATA: private,
 * or nobody's. */
MUST_USE int ip_country(const char *address, char ret_iso2[3]);
