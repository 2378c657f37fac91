/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  data/ip_country.bin, compiled in, as it lies: tools/ip_table.py has its form.
 * Gives:  the country of the network that announces an address.
 * Needs:  nothing: no memory, no network, no machine.
 * Limits: IPv4 by /24, IPv6 by /32; a block shared by several countries tells none. A
 *	   cloud's or a carrier's network counts for the country it is registered in, wherever
 *	   its machines stand: one IPv4 address in fourteen is elsewhere by the registries and
 *	   the networks' own lists (June 2026). Of addresses that carry another one inside
 *	   only ::ffff:a.b.c.d are told. That private addresses are nobody's is the
 *	   packer's promise.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "data-ip-country.h"
#include "place/region.h"

#define HEADER_SIZE 16
#define NAME_SIZE   2 /* "--", nobody, is the first */
#define FIRST_SIZE  ((size_t)4096 * 4)
#define COUNTS_SIZE ((size_t)65536)
#define ENTRY4_SIZE ((size_t)2)
#define TOP_SIZE    ((size_t)6)
#define ENTRY6_SIZE ((size_t)3)
#define TABLE_SIZE  (sizeof data_ip_country - 1)

/* Where the parts begin. */
struct parts {
	const unsigned char *names;
	const unsigned char *first4; /* of every sixteenth /16 */
	const unsigned char *count4; /* of each /16 */
	const unsigned char *entries4;
	const unsigned char *tops6;
	const unsigned char *entries6;
	size_t top_count;
	size_t count6;
};

static uint32_t u16_at(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t u32_at(const unsigned char *bytes)
{
	return u16_at(bytes) | u16_at(bytes + 2) << 16;
}

static struct parts parts_of(const unsigned char *table)
{
	struct parts parts = { .top_count = u16_at(table + 14),
			       .count6 = u32_at(table + 8) };

	assert(memcmp(table, "gip1", 4) == 0);
	parts.names = table + HEADER_SIZE;
	parts.first4 = parts.names + (size_t)NAME_SIZE * u16_at(table + 12);
	parts.count4 = parts.first4 + FIRST_SIZE;
	parts.entries4 = parts.count4 + COUNTS_SIZE;
	parts.tops6 = parts.entries4 + ENTRY4_SIZE * u32_at(table + 4);
	parts.entries6 = parts.tops6 + TOP_SIZE * parts.top_count;
	assert(parts.entries6 + ENTRY6_SIZE * parts.count6 == table + TABLE_SIZE);
	return parts;
}

/* How many of the items from..to, ascending by the number they begin with, are at most key;
 * counted from item 0. */
static size_t at_most(const unsigned char *items, size_t stride, size_t from, size_t to,
		      uint32_t key)
{
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const unsigned char *item = items + middle * stride;
		uint32_t number = stride == ENTRY4_SIZE ? *item : u16_at(item);

		if (number <= key)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* The number of the country; 0 is nobody. */
static unsigned find4(const struct parts *parts, uint32_t address)
{
	uint32_t top = address >> 16;
	size_t from = u32_at(parts->first4 + (size_t)4 * (top / 16));
	size_t after;

	for (uint32_t i = top & ~15U; i < top; i++)
		from += parts->count4[i];
	after = at_most(parts->entries4, ENTRY4_SIZE, from, from + parts->count4[top],
			address >> 8 & 255);
	return after == 0 ? 0 : parts->entries4[ENTRY4_SIZE * after - 1];
}

static size_t first6(const struct parts *parts, size_t top)
{
	return top == parts->top_count ? parts->count6
				       : u32_at(parts->tops6 + TOP_SIZE * top + 2);
}

static unsigned find6(const struct parts *parts, uint32_t block)
{
	size_t top = at_most(parts->tops6, TOP_SIZE, 0, parts->top_count, block >> 16);
	size_t after;

	if (top == 0)
		return 0;
	after = first6(parts, top);
	if (u16_at(parts->tops6 + TOP_SIZE * (top - 1)) == block >> 16)
		after = at_most(parts->entries6, ENTRY6_SIZE, first6(parts, top - 1),
				after, block & 65535);
	return after == 0 ? 0 : parts->entries6[ENTRY6_SIZE * after - 1];
}

static uint32_t be32_at(const unsigned char *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof value);
	return ntohl(value);
}

static unsigned country_of_6(const struct parts *parts, const unsigned char *bytes)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (memcmp(bytes, mapped, sizeof mapped) == 0)
		return find4(parts, be32_at(bytes + sizeof mapped));
	return find6(parts, be32_at(bytes));
}

int ip_country(const char *address, char ret_iso2[3])
{
	struct parts parts = parts_of(data_ip_country);
	unsigned char bytes[16];
	unsigned number;

	if (inet_pton(AF_INET, address, bytes) == 1)
		number = find4(&parts, be32_at(bytes));
	else if (inet_pton(AF_INET6, address, bytes) == 1)
		number = country_of_6(&parts, bytes);
	else
		return -EINVAL;
	if (number == 0)
		return -ENODATA;
	memcpy(ret_iso2, parts.names + (size_t)NAME_SIZE * number, 2);
	ret_iso2[2] = '\0';
	return 0;
}
