/* SPDX-License-Identifier: Apache-2.0 */
#include "import/zip.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
/* zlib reads its input and does not write to it. */
#define ZLIB_CONST
#include <zlib.h>

#define END_SIGN     UINT32_C(0x06054b50)
#define CENTRAL_SIGN UINT32_C(0x02014b50)
#define LOCAL_SIGN   UINT32_C(0x04034b50)
#define END_SIZE     22
#define CENTRAL_SIZE 46
#define LOCAL_SIZE   30
#define COMMENT_MAX  65535
#define STORED       0
#define DEFLATED     8
#define ENCRYPTED    0x2041 /* any of the three ways */
#define RATIO_MAX    1032   /* what deflate can do at best */

struct zip {
	const char *bytes;
	size_t size;
	struct zip_entry *entries;
	size_t count;
	char *names; /* of all entries, each terminated */
};

static uint16_t u16(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;

	return (uint16_t)(b[0] | b[1] << 8);
}

static uint32_t u32(const char *at)
{
	return (uint32_t)u16(at) | (uint32_t)u16(at + 2) << 16;
}

static int damaged(struct diag *diag, const char *what)
{
	return diag_say(diag, -EPROTO, "the archive is damaged: %s", what);
}

/* --- the directory ------------------------------------------------------------------------- */

/* The end record stands last, behind it only a comment of the length it tells. */
static const char *find_end(const struct zip *zip)
{
	size_t back = END_SIZE;

	for (; back <= zip->size && back <= END_SIZE + COMMENT_MAX; back++) {
		const char *at = zip->bytes + zip->size - back;

		if (u32(at) == END_SIGN && u16(at + 20) == back - END_SIZE)
			return at;
	}
	return NULL;
}

struct directory {
	const char *at;
	const char *end;
	size_t count;
};

static int find_directory(const struct zip *zip, struct diag *diag, struct directory *ret)
{
	const char *end = find_end(zip);
	uint64_t offset, size;

	if (!end)
		return damaged(diag, "it has no end record");
	offset = u32(end + 16);
	size = u32(end + 12);
	if (u16(end + 4) != 0 || u16(end + 6) != 0 || u16(end + 8) != u16(end + 10))
		return diag_say(diag, -EPROTO, "an archive in several parts is not read");
	if (offset == UINT32_MAX || u16(end + 10) == UINT16_MAX)
		return diag_say(diag, -EPROTO,
				"an archive of the form zip64 is not read");
	if (offset + size > (uint64_t)(end - zip->bytes))
		return damaged(diag, "its directory is not where it should be");
	ret->at = zip->bytes + offset;
	ret->end = ret->at + size;
	ret->count = u16(end + 10);
	if (ret->count > size / CENTRAL_SIZE)
		return damaged(diag, "its directory is cut");
	return 0;
}

static bool is_folder(const char *name, size_t len)
{
	return len == 0 || name[len - 1] == '/';
}

/* Takes one record; *name_at is where the next name goes. */
static int take_record(struct zip *zip, struct directory *dir, char **name_at,
		       struct diag *diag)
{
	struct zip_entry *entry = &zip->entries[zip->count];
	const char *at = dir->at;
	size_t name_len, all;

	if (dir->end - at < CENTRAL_SIZE || u32(at) != CENTRAL_SIGN)
		return damaged(diag, "its directory is cut");
	name_len = u16(at + 28);
	all = CENTRAL_SIZE + name_len + u16(at + 30) + u16(at + 32);
	if ((size_t)(dir->end - at) < all)
		return damaged(diag, "its directory is cut");
	dir->at += all;
	at += CENTRAL_SIZE;
	if (is_folder(at, name_len) || memchr(at, '\0', name_len))
		return 0;
	memcpy(*name_at, at, name_len);
	(*name_at)[name_len] = '\0';
	at -= CENTRAL_SIZE;
	*entry = (struct zip_entry){
		.name = *name_at,
		.packed = u32(at + 20),
		.size = u32(at + 24),
		.offset = u32(at + 42),
		.crc = u32(at + 16),
		.method = u16(at + 10),
		.flags = u16(at + 8),
	};
	*name_at += name_len + 1;
	zip->count++;
	return 0;
}

static int take_records(struct zip *zip, struct directory *dir, struct diag *diag)
{
	char *name_at;
	int r = 0;

	/* A name is shorter than its record, so that they fit, each with its end. */
	zip->names = malloc((size_t)(dir->end - dir->at) + 1);
	zip->entries = calloc(dir->count + 1, sizeof *zip->entries);
	if (!zip->names || !zip->entries)
		return diag_fail(diag, -ENOMEM, "cannot read the archive");
	name_at = zip->names;
	for (size_t i = 0, count = dir->count; i < count && r == 0; i++)
		r = take_record(zip, dir, &name_at, diag);
	return r;
}

/* --- entries ------------------------------------------------------------------------------- */

/* Where its bytes are; NULL where they cannot be. */
static const char *data_of(const struct zip *zip, const struct zip_entry *entry)
{
	const char *at = zip->bytes + entry->offset;
	uint64_t head;

	if (entry->offset + LOCAL_SIZE > zip->size || u32(at) != LOCAL_SIGN)
		return NULL;
	head = LOCAL_SIZE + (uint64_t)u16(at + 26) + u16(at + 28);
	if (entry->offset + head + entry->packed > zip->size)
		return NULL;
	return at + head;
}

static int by_offset(const void *a, const void *b)
{
	const struct zip_entry *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

static int by_name(const void *a, const void *b)
{
	const struct zip_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Many entries over the same bytes are how a small archive becomes a large one. */
static int check_overlaps(const struct zip *zip, struct diag *diag)
{
	uint64_t free_from = 0;

	if (zip->count == 0)
		return 0;
	qsort(zip->entries, zip->count, sizeof *zip->entries, by_offset);
	for (size_t i = 0; i < zip->count; i++) {
		const struct zip_entry *entry = &zip->entries[i];
		const char *data = data_of(zip, entry);

		if (!data)
			return damaged(diag, "a file is not where its directory says");
		if (entry->offset < free_from)
			return damaged(diag, "two files share their bytes");
		free_from = (uint64_t)(data - zip->bytes) + entry->packed;
	}
	return 0;
}

static int check_entry(const struct zip_entry *entry, struct diag *diag)
{
	if (entry->flags & ENCRYPTED)
		return diag_say(diag, -EPROTO, "it is encrypted in the archive");
	if (entry->method != STORED && entry->method != DEFLATED)
		return diag_say(diag, -EPROTO,
				"it is packed by method %u, which is not read",
				entry->method);
	if (entry->size > ZIP_FILE_MAX)
		return diag_say(diag, -EFBIG, "it has %llu MB unpacked, over 1024",
				(unsigned long long)(entry->size >> 20));
	if (entry->method == STORED ? entry->size != entry->packed
				    : entry->size > entry->packed * RATIO_MAX + 64)
		return damaged(diag, "a file cannot be as large as it says");
	return 0;
}

static int inflate_all(const char *data, const struct zip_entry *entry, char *buf,
		       size_t size)
{
	z_stream stream = { 0 };
	int r;

	stream.next_in = (const Bytef *)data;
	stream.avail_in = (uInt)entry->packed;
	stream.next_out = (Bytef *)buf;
	stream.avail_out = (uInt)size;
	if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
		return -ENOMEM;
	r = inflate(&stream, Z_FINISH);
	(void)inflateEnd(&stream);
	if (r == Z_STREAM_END && stream.total_out == size)
		return 0;
	/* A head is where the room ended before the stream did. */
	return (r == Z_OK || r == Z_BUF_ERROR) && stream.avail_out == 0 ? 1 : -EPROTO;
}

ssize_t zip_head(const struct zip *zip, size_t i, char *buf, size_t size,
		 struct diag *diag)
{
	const struct zip_entry *entry = &zip->entries[i];
	int r = check_entry(entry, diag);

	if (r < 0)
		return r;
	if (size > entry->size)
		size = (size_t)entry->size;
	if (entry->method == STORED)
		memcpy(buf, data_of(zip, entry), size);
	else if (size > 0)
		r = inflate_all(data_of(zip, entry), entry, buf, size);
	if (r < 0)
		return r == -ENOMEM ? diag_fail(diag, r, "cannot unpack it")
				    : damaged(diag, "a file cannot be unpacked");
	return (ssize_t)size;
}

int zip_read(const struct zip *zip, size_t i, char *buf, struct diag *diag)
{
	const struct zip_entry *entry = &zip->entries[i];
	int r = check_entry(entry, diag);

	if (r < 0)
		return r;
	if (entry->method == STORED)
		memcpy(buf, data_of(zip, entry), (size_t)entry->size);
	else
		r = inflate_all(data_of(zip, entry), entry, buf, (size_t)entry->size);
	if (r == -ENOMEM)
		return diag_fail(diag, r, "cannot unpack it");
	if (r != 0 || crc32(0, (const Bytef *)buf, (uInt)entry->size) != entry->crc)
		return damaged(diag, "a file's bytes are not those it was made of");
	return 0;
}

static void free_zip(struct zip *const *zip)
{
	zip_free(*zip);
}

int zip_open(const char *bytes, size_t size, struct diag *diag, struct zip **ret)
{
	CLEANUP(free_zip) struct zip *zip = calloc(1, sizeof *zip);
	struct directory dir = { 0 };
	int r;

	if (!zip)
		return diag_fail(diag, -ENOMEM, "cannot read the archive");
	zip->bytes = bytes;
	zip->size = size;
	r = find_directory(zip, diag, &dir);
	if (r == 0)
		r = take_records(zip, &dir, diag);
	if (r == 0)
		r = check_overlaps(zip, diag);
	if (r < 0)
		return r;
	if (zip->count > 0)
		qsort(zip->entries, zip->count, sizeof *zip->entries, by_name);
	*ret = STEAL(zip);
	return 0;
}

void zip_free(struct zip *zip)
{
	if (!zip)
		return;
	free(zip->entries);
	free(zip->names);
	free(zip);
}

size_t zip_count(const struct zip *zip)
{
	return zip->count;
}

const struct zip_entry *zip_entry(const struct zip *zip, size_t i)
{
	return &zip->entries[i];
}

size_t zip_seek(const struct zip *zip, const char *prefix, size_t len)
{
	size_t low = 0, high = zip->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strncmp(zip->entries[middle].name, prefix, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
