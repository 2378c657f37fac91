/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4): what names the content of a file that was read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE     32
#define SHA256_TEXT_MAX 65

struct sha256 {
	uint32_t state[8];
	uint64_t size;
	unsigned char rest[64];
	bool fast; /* the processor has instructions for it */
};

void sha256_begin(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t size);

/* In hexadecimal, terminated. */
void sha256_end(struct sha256 *sha, char text[SHA256_TEXT_MAX]);
