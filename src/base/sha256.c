/* SPDX-License-Identifier: Apache-2.0 */
/* With the processor's own instructions where it has them: five times as fast, and much is
 * read at once when a folder of logs is imported. */
#include "base/sha256.h"

#include <stdio.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

#define BLOCK 64

static const uint32_t k[64] __attribute__((aligned(16))) = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t turn(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static uint32_t big_endian(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
	       at[3];
}

static void expand(const unsigned char *block, uint32_t w[64])
{
	for (size_t i = 0; i < 16; i++)
		w[i] = big_endian(block + i * 4);
	for (unsigned i = 16; i < 64; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + w[i - 7] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) +
		       (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
	}
}

static void take_block(uint32_t state[8], const unsigned char *block)
{
	uint32_t w[64], s[8];

	expand(block, w);
	memcpy(s, state, sizeof s);
	for (unsigned i = 0; i < 64; i++) {
		uint32_t e = s[4], a = s[0];
		uint32_t x = s[7] + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) +
			     ((e & s[5]) ^ (~e & s[6])) + k[i] + w[i];
		uint32_t y = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) +
			     ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));

		memmove(&s[1], &s[0], 7 * sizeof s[0]);
		s[4] += x;
		s[0] = x + y;
	}
	for (unsigned i = 0; i < 8; i++)
		state[i] += s[i];
}

#if defined(__x86_64__)
#define SHA_NI __attribute__((target("sha,sse4.1,ssse3")))

static bool has_instructions(void)
{
	unsigned a, b, c, d;

	if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & 1u << 29))
		return false;
	return __get_cpuid(1, &a, &b, &c, &d) && (c & 1u << 19) && (c & 1u << 9);
}

SHA_NI static void load_words(const unsigned char *block, __m128i w[4])
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);

	for (size_t i = 0; i < 4; i++) {
		__m128i four;

		memcpy(&four, block + i * 16, sizeof four);
		w[i] = _mm_shuffle_epi8(four, swap);
	}
}

/* The instructions hold the state as abef and cdgh. */
SHA_NI static void take_block_fast(__m128i *abef, __m128i *cdgh,
				   const unsigned char *block)
{
	__m128i w[4], x = *abef, y = *cdgh;

	load_words(block, w);
	for (size_t i = 0; i < 16; i++) {
		__m128i *now = &w[i % 4], *next = &w[(i + 1) % 4];
		__m128i last = w[(i + 3) % 4];
		__m128i sum =
			_mm_add_epi32(*now, _mm_load_si128((const __m128i *)&k[i * 4]));

		y = _mm_sha256rnds2_epu32(y, x, sum);
		x = _mm_sha256rnds2_epu32(x, y, _mm_shuffle_epi32(sum, 0x0e));
		if (i >= 12)
			continue;
		/* The words sixteen on take this one's place. */
		*now = _mm_sha256msg1_epu32(*now, *next);
		*now = _mm_add_epi32(*now, _mm_alignr_epi8(last, w[(i + 2) % 4], 4));
		*now = _mm_sha256msg2_epu32(*now, last);
	}
	*abef = _mm_add_epi32(*abef, x);
	*cdgh = _mm_add_epi32(*cdgh, y);
}

SHA_NI static void take_blocks_fast(uint32_t state[8], const unsigned char *at,
				    size_t count)
{
	__m128i abcd, efgh, low, high, abef, cdgh;

	memcpy(&abcd, &state[0], sizeof abcd);
	memcpy(&efgh, &state[4], sizeof efgh);
	low = _mm_shuffle_epi32(abcd, 0xb1);
	high = _mm_shuffle_epi32(efgh, 0x1b);
	abef = _mm_alignr_epi8(low, high, 8);
	cdgh = _mm_blend_epi16(high, low, 0xf0);
	for (; count > 0; count--, at += BLOCK)
		take_block_fast(&abef, &cdgh, at);
	low = _mm_shuffle_epi32(abef, 0x1b);
	high = _mm_shuffle_epi32(cdgh, 0xb1);
	abcd = _mm_blend_epi16(low, high, 0xf0);
	efgh = _mm_alignr_epi8(high, low, 8);
	memcpy(&state[0], &abcd, sizeof abcd);
	memcpy(&state[4], &efgh, sizeof efgh);
}
#else
static bool has_instructions(void)
{
	return false;
}

static void take_blocks_fast(uint32_t state[8], const unsigned char *at, size_t count)
{
	(void)state;
	(void)at;
	(void)count;
}
#endif

static void take_blocks(struct sha256 *sha, const unsigned char *at, size_t count)
{
	if (count == 0)
		return;
	if (sha->fast) {
		take_blocks_fast(sha->state, at, count);
		return;
	}
	for (; count > 0; count--, at += BLOCK)
		take_block(sha->state, at);
}

void sha256_begin(struct sha256 *sha)
{
	static const uint32_t first[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
	};

	memset(sha, 0, sizeof *sha);
	memcpy(sha->state, first, sizeof first);
	sha->fast = has_instructions();
}

void sha256_add(struct sha256 *sha, const void *bytes, size_t size)
{
	const unsigned char *at = bytes;
	size_t held = sha->size % BLOCK;

	sha->size += size;
	if (held > 0) {
		size_t more = size < BLOCK - held ? size : BLOCK - held;

		memcpy(sha->rest + held, at, more);
		if (held + more < BLOCK)
			return;
		take_blocks(sha, sha->rest, 1);
		at += more;
		size -= more;
	}
	take_blocks(sha, at, size / BLOCK);
	if (size % BLOCK > 0)
		memcpy(sha->rest, at + size / BLOCK * BLOCK, size % BLOCK);
}

void sha256_end(struct sha256 *sha, char text[SHA256_TEXT_MAX])
{
	static const unsigned char padding[BLOCK] = { 0x80 };
	uint64_t bits = sha->size * 8;
	size_t held = sha->size % BLOCK;
	unsigned char length[8];

	for (unsigned i = 0; i < 8; i++)
		length[i] = (unsigned char)(bits >> (56 - 8 * i));
	sha256_add(sha, padding, held < 56 ? 56 - held : 120 - held);
	sha256_add(sha, length, sizeof length);
	for (unsigned i = 0; i < 8; i++)
		(void)snprintf(text + (size_t)8 * i, 9, "%08x", sha->state[i]);
}
