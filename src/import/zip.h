/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files out of a zip archive in memory. What its directory says is checked against the bytes
 * before anything is unpacked: entries that overlap, that claim to be larger than deflate can
 * make of their bytes, that are encrypted, or packed in another way than deflate, are refused.
 * Zip64 and archives in several parts are not read.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/diag.h"
#include "base/macro.h"

#define ZIP_FILE_MAX (UINT64_C(1) << 30) /* a larger file in an archive is refused */

struct zip_entry {
	const char *name; /* as it stands there; folders are left out */
	uint64_t packed;
	uint64_t size;
	uint64_t offset; /* of its own header */
	uint32_t crc;
	uint16_t method;
	uint16_t flags;
};

struct zip;

/* Borrows bytes. -EPROTO with what is wrong; -ENOMEM. */
MUST_USE int zip_open(const char *bytes, size_t size, struct diag *diag,
		      struct zip **ret);
void zip_free(struct zip *zip); /* takes NULL */

/* Sorted by name, natural order of bytes. */
size_t zip_count(const struct zip *zip);
const struct zip_entry *zip_entry(const struct zip *zip, size_t i);

/* The first entry whose name's beginning is not below those len bytes. */
size_t zip_seek(const struct zip *zip, const char *prefix, size_t len);

/* At most size bytes from its beginning; how many. -EPROTO, -EFBIG, -ENOMEM. */
MUST_USE ssize_t zip_head(const struct zip *zip, size_t i, char *buf, size_t size,
			  struct diag *diag);

/* The whole: buf has room for the entry's size. -EPROTO: its bytes are not what it says. */
MUST_USE int zip_read(const struct zip *zip, size_t i, char *buf, struct diag *diag);
