/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "fixture.h"
#include "import/zip.h"

#define ROOM 65536

/* An archive as it is written, so that a test can make it lie. */
struct made {
	char bytes[ROOM];
	size_t size;

	struct {
		const char *name;
		const char *data;
		uint32_t offset, packed, size, crc;
		uint16_t method;
	} file[8];

	size_t count;
	size_t directory;
};

static void put(struct made *made, uint32_t value, int size)
{
	for (int i = 0; i < size; i++)
		made->bytes[made->size++] = (char)(value >> (8 * i));
}

static void put_text(struct made *made, const char *text, size_t size)
{
	assert_true(made->size + size < ROOM);
	memcpy(made->bytes + made->size, text, size);
	made->size += size;
}

static uint32_t deflated(struct made *made, const char *data, size_t size)
{
	z_stream stream = { 0 };
	size_t room = ROOM - made->size - 2048;

	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY),
			 Z_OK);
	stream.next_in = (Bytef *)(uintptr_t)data;
	stream.avail_in = (uInt)size;
	stream.next_out = (Bytef *)made->bytes + made->size;
	stream.avail_out = (uInt)room;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	made->size += stream.total_out;
	(void)deflateEnd(&stream);
	return (uint32_t)stream.total_out;
}

static void add(struct made *made, const char *name, const char *data, size_t size,
		uint16_t method)
{
	size_t i = made->count++;

	made->file[i].name = name;
	made->file[i].offset = (uint32_t)made->size;
	made->file[i].size = (uint32_t)size;
	made->file[i].method = method;
	made->file[i].crc = (uint32_t)crc32(0, (const Bytef *)data, (uInt)size);
	put(made, 0x04034b50, 4);
	put_text(made, "\x14\0\0\0", 4);
	put(made, method, 2);
	for (int k = 0; k < 4; k++)
		put(made, 0, 4);
	put(made, (uint32_t)strlen(name), 2);
	put(made, 0, 2);
	put_text(made, name, strlen(name));
	if (method == 8) {
		made->file[i].packed = deflated(made, data, size);
		return;
	}
	put_text(made, data, size);
	made->file[i].packed = (uint32_t)size;
}

static void end(struct made *made)
{
	made->directory = made->size;
	for (size_t i = 0; i < made->count; i++) {
		put(made, 0x02014b50, 4);
		put(made, 0x00140014, 4);
		put(made, 0, 2);
		put(made, made->file[i].method, 2);
		put(made, 0, 4);
		put(made, made->file[i].crc, 4);
		put(made, made->file[i].packed, 4);
		put(made, made->file[i].size, 4);
		put(made, (uint32_t)strlen(made->file[i].name), 2);
		for (int k = 0; k < 6; k++)
			put(made, 0, 2);
		put(made, made->file[i].offset, 4);
		put_text(made, made->file[i].name, strlen(made->file[i].name));
	}
	uint32_t size = (uint32_t)(made->size - made->directory);

	put(made, 0x06054b50, 4);
	put(made, 0, 4);
	put(made, (uint32_t)made->count, 2);
	put(made, (uint32_t)made->count, 2);
	put(made, size, 4);
	put(made, (uint32_t)made->directory, 4);
	put(made, 0, 2);
}

/* The field of an entry's record in the directory. */
static void lie(struct made *made, size_t entry, size_t field, uint32_t value)
{
	size_t at = made->directory;

	for (size_t i = 0; i < entry; i++)
		at += 46 + strlen(made->file[i].name);
	for (int i = 0; i < 4; i++)
		made->bytes[at + field + (size_t)i] = (char)(value >> (8 * i));
}

static struct zip *opened(const struct made *made)
{
	struct zip *zip = NULL;
	struct diag diag = { 0 };

	if (zip_open(made->bytes, made->size, &diag, &zip) < 0)
		fail_msg("%s", diag.text);
	return zip;
}

static void refused(const struct made *made, const char *why)
{
	struct zip *zip = NULL;
	struct diag diag = { 0 };

	assert_int_equal(zip_open(made->bytes, made->size, &diag, &zip), -EPROTO);
	assert_null(zip);
	if (!strstr(diag.text, why))
		fail_msg("'%s' does not say '%s'", diag.text, why);
}

static void files_come_out_as_they_went_in_sorted_by_name(void **state)
{
	struct made made = { .size = 0 };
	struct zip *zip;
	char text[64] = "";

	(void)state;
	add(&made, "z/data", "stored bytes", 12, 0);
	add(&made, "folder/", "", 0, 0);
	add(&made, "a/data", "deflated bytes", 14, 8);
	add(&made, "none", "", 0, 8);
	end(&made);
	zip = opened(&made);
	assert_int_equal(zip_count(zip), 3);
	assert_string_equal(zip_entry(zip, 0)->name, "a/data");
	assert_string_equal(zip_entry(zip, 2)->name, "z/data");
	assert_int_equal(zip_read(zip, 0, text, NULL), 0);
	assert_memory_equal(text, "deflated bytes", 14);
	assert_int_equal(zip_head(zip, 0, text, 4, NULL), 4);
	assert_int_equal(zip_read(zip, 2, text, NULL), 0);
	assert_memory_equal(text, "stored bytes", 12);
	assert_int_equal(zip_read(zip, 1, text, NULL), 0);
	assert_int_equal(zip_seek(zip, "n", 1), 1);
	assert_int_equal(zip_seek(zip, "zz", 2), 3);
	zip_free(zip);
}

static void files_that_share_their_bytes_are_refused(void **state)
{
	struct made made = { .size = 0 };

	(void)state;
	add(&made, "one", "the same", 8, 0);
	add(&made, "two", "the same", 8, 0);
	end(&made);
	lie(&made, 1, 42, made.file[0].offset);
	refused(&made, "share their bytes");
}

static void a_size_that_cannot_be_is_refused_before_any_memory(void **state)
{
	struct made made = { .size = 0 };
	struct diag diag = { 0 };
	struct zip *zip;
	char head[8];

	(void)state;
	add(&made, "bomb", "small", 5, 8);
	end(&made);
	lie(&made, 0, 24, 0x30000000);
	zip = opened(&made);
	assert_int_equal(zip_head(zip, 0, head, sizeof head, NULL), -EPROTO);
	assert_int_equal(zip_read(zip, 0, head, &diag), -EPROTO);
	assert_non_null(strstr(diag.text, "cannot be as large"));
	zip_free(zip);
	lie(&made, 0, 24, 0x50000000);
	zip = opened(&made);
	assert_int_equal(zip_read(zip, 0, head, &diag), -EFBIG);
	zip_free(zip);
}

static void bytes_that_are_not_the_file_s_are_refused(void **state)
{
	struct made made = { .size = 0 };
	struct diag diag = { 0 };
	struct zip *zip;
	char text[16];

	(void)state;
	add(&made, "a", "right", 5, 8);
	add(&made, "b", "right", 5, 0);
	end(&made);
	lie(&made, 0, 24, 4);
	made.bytes[made.file[1].offset + 30 + 1] = 'w';
	zip = opened(&made);
	assert_int_equal(zip_read(zip, 0, text, &diag), -EPROTO);
	assert_int_equal(zip_read(zip, 1, text, &diag), -EPROTO);
	zip_free(zip);
}

static void what_is_encrypted_or_packed_otherwise_is_refused(void **state)
{
	struct made made = { .size = 0 };
	struct diag diag = { 0 };
	struct zip *zip;
	char text[16];

	(void)state;
	add(&made, "a", "right", 5, 0);
	end(&made);
	made.bytes[made.directory + 8] = 1;
	zip = opened(&made);
	assert_int_equal(zip_read(zip, 0, text, &diag), -EPROTO);
	assert_non_null(strstr(diag.text, "encrypted"));
	zip_free(zip);
	made.bytes[made.directory + 8] = 0;
	made.bytes[made.directory + 10] = 12;
	zip = opened(&made);
	assert_int_equal(zip_read(zip, 0, text, &diag), -EPROTO);
	assert_non_null(strstr(diag.text, "method 12"));
	zip_free(zip);
}

static void an_archive_that_is_cut_anywhere_is_refused(void **state)
{
	struct made made = { .size = 0 };
	size_t size;

	(void)state;
	add(&made, "a", "right", 5, 0);
	end(&made);
	for (size = made.size - 1; size > 0; size--) {
		made.size = size;
		refused(&made, "");
	}
}

static void a_place_outside_of_the_archive_is_refused(void **state)
{
	struct made made = { .size = 0 };

	(void)state;
	add(&made, "a", "right", 5, 0);
	end(&made);
	lie(&made, 0, 42, 0x7fffffff);
	refused(&made, "not where");
	lie(&made, 0, 42, 0);
	lie(&made, 0, 20, 0x7fffffff);
	refused(&made, "not where");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_come_out_as_they_went_in_sorted_by_name),
		cmocka_unit_test(files_that_share_their_bytes_are_refused),
		cmocka_unit_test(a_size_that_cannot_be_is_refused_before_any_memory),
		cmocka_unit_test(bytes_that_are_not_the_file_s_are_refused),
		cmocka_unit_test(what_is_encrypted_or_packed_otherwise_is_refused),
		cmocka_unit_test(an_archive_that_is_cut_anywhere_is_refused),
		cmocka_unit_test(a_place_outside_of_the_archive_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
