/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  a column of numbers, or its bytes, which may be anything.
 * Gives:  the other: how values are guessed (byte), the first, the bias, one zig-zag
 *         residual a further value. Before these the unit; of a counter also its first
 *         value and its last rest.
 * Needs:  nothing.
 * Limits: all arithmetic is modulo 2^64, so that any numbers come back.
 */
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "store/block-internal.h"

#define UNARY_MAX 24
#define LOW_MAX   63

/* How a column's next value is guessed: the first, the last, or the last and its step.
 * STEADY: the guess of LAST and the bias is right every time, and no residual follows. */
enum predict { PREDICT_FIRST, PREDICT_LAST, PREDICT_STEP, PREDICT_STEADY };

/* How a column is written. */
struct way {
	enum predict how;
	unsigned low;  /* bits of a residual that are written plainly: 0 to 63 */
	uint64_t bias; /* what every guess is off by */
	uint64_t cost; /* bits */
};

static uint64_t zigzag(uint64_t value)
{
	return value << 1 ^ (0 - (value >> 63));
}

static uint64_t unzigzag(uint64_t value)
{
	return value >> 1 ^ (0 - (value & 1));
}

void block_byte_put(struct block_codec *codec, uint8_t byte)
{
	assert(codec->at < codec->size);
	codec->bytes[codec->at++] = byte;
}

void block_varint_put(struct block_codec *codec, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		block_byte_put(codec, (uint8_t)(value | 0x80));
	block_byte_put(codec, (uint8_t)value);
}

int block_byte_get(struct block_codec *codec, uint8_t *ret)
{
	if (codec->at >= codec->size)
		return -EPROTO;
	*ret = codec->bytes[codec->at++];
	return 0;
}

int block_varint_get(struct block_codec *codec, uint64_t *ret)
{
	uint64_t value = 0;
	uint8_t byte = 0x80;

	for (unsigned shift = 0; byte & 0x80; shift += 7) {
		if (shift > 63 || block_byte_get(codec, &byte) < 0)
			return -EPROTO;
		if (shift == 63 && byte > 1)
			return -EPROTO;
		value |= (uint64_t)(byte & 0x7f) << shift;
	}
	*ret = value;
	return 0;
}

static void bits_flush(struct block_codec *codec)
{
	block_byte_put(codec, codec->bits);
	codec->bits = 0;
	codec->bit = 0;
}

static uint64_t guess(const uint64_t *value, size_t i, enum predict how)
{
	switch (how) {
	case PREDICT_FIRST:
		return value[0];
	case PREDICT_STEP:
		return i < 2 ? value[0] : 2 * value[i - 1] - value[i - 2];
	case PREDICT_LAST:
	case PREDICT_STEADY:
	default:
		return value[i - 1];
	}
}

/* The mean step: with it a steady load's residuals are its noise alone. */
static uint64_t bias_of(const struct block_codec *codec, enum predict how)
{
	const uint64_t *value = codec->value;
	int64_t steps = (int64_t)codec->used - 1;

	if (steps < 1 || how == PREDICT_STEP || how == PREDICT_FIRST)
		return 0;
	return (uint64_t)((int64_t)(value[steps] - value[0]) / steps);
}

static uint64_t rest_of(const struct block_codec *codec, size_t i, struct way way)
{
	return zigzag(codec->value[i] - guess(codec->value, i, way.how) - way.bias);
}

/* Bits that the residuals take with their lowest `low` bits plain. */
static uint64_t cost_of(const struct block_codec *codec, struct way way, unsigned low)
{
	uint64_t bits = 0;

	for (size_t i = 1; i < codec->used; i++) {
		uint64_t high = rest_of(codec, i, way) >> low;

		bits += high < UNARY_MAX ? high + 1 + low : UNARY_MAX + 64;
	}
	return bits;
}

/* The best `low` is the length of the mean residual, or one less. */
static struct way way_of(const struct block_codec *codec, enum predict how)
{
	struct way way = { .how = how, .bias = bias_of(codec, how) };
	uint64_t sum = 0;
	uint64_t more;

	for (size_t i = 1; i < codec->used; i++)
		if (__builtin_add_overflow(sum, rest_of(codec, i, way), &sum))
			sum = UINT64_MAX;
	if (sum == 0) {
		way.how = PREDICT_STEADY;
		return way;
	}
	sum /= codec->used - 1;
	way.low = sum > 1 ? 63 - (unsigned)__builtin_clzll(sum) : 0;
	if (way.low > LOW_MAX - 1)
		way.low = LOW_MAX - 1;
	way.cost = cost_of(codec, way, way.low);
	more = cost_of(codec, way, way.low + 1);
	if (more < way.cost) {
		way.cost = more;
		way.low++;
	}
	return way;
}

static struct way best_way(const struct block_codec *codec)
{
	struct way best = way_of(codec, PREDICT_LAST);

	/* A block that grows on is written many times over: the best way waits for its end. */
	if (codec->count < STORE_BLOCK_ROWS)
		return best;
	for (enum predict how = PREDICT_FIRST; best.cost > 0 && how <= PREDICT_STEP;
	     how++) {
		struct way way = way_of(codec, how);

		/* STEADY is what LAST alone can be. */
		if (way.how != PREDICT_STEADY && way.cost < best.cost)
			best = way;
	}
	return best;
}

/* Bits fill a byte from its lowest; a column ends with a whole byte. */
static void bits_put(struct block_codec *codec, uint64_t value, unsigned count)
{
	while (count > 0) {
		unsigned left = 8 - codec->bit;
		unsigned part = left < count ? left : count;
		unsigned now;

		assert(part <= 8);
		now = (unsigned)value & ((1u << part) - 1);
		codec->bits = (uint8_t)(codec->bits | now << codec->bit);
		codec->bit += part;
		value >>= part;
		count -= part;
		if (codec->bit == 8)
			bits_flush(codec);
	}
}

/* Rice: the high part as so many ones and a zero; what is too long for that, plainly. */
static void rest_put(struct block_codec *codec, uint64_t rest, unsigned low)
{
	uint64_t high = rest >> low;

	if (high >= UNARY_MAX) {
		bits_put(codec, UINT64_MAX, UNARY_MAX);
		bits_put(codec, rest, 64);
		return;
	}
	bits_put(codec, (UINT64_C(1) << high) - 1, (unsigned)high + 1);
	bits_put(codec, rest, low);
}

/*
 * The same back, a word at a time: eight bytes can be read anywhere, since behind the payload lies
 * BLOCK_PAD. Whether a column ended within it is asked at its end.
 */
struct bits {
	const uint8_t *at; /* the first byte that is not in the word */
	uint64_t word;
	unsigned count; /* of its bits that are ours */
};

/* At least WORD_BITS are there after it. */
#define WORD_BITS 56

static inline void bits_fill(struct bits *bits)
{
	uint64_t next;

	memcpy(&next, bits->at, sizeof next);
	bits->word |= le64toh(next) << bits->count;
	bits->at += (63 - bits->count) / 8;
	bits->count |= WORD_BITS;
}

/* count: 0 to WORD_BITS, and there. */
static inline uint64_t bits_take(struct bits *bits, unsigned count)
{
	uint64_t value = bits->word & ((UINT64_C(1) << count) - 1);

	bits->word >>= count;
	bits->count -= count;
	return value;
}

static uint64_t bits_take_long(struct bits *bits, unsigned count)
{
	uint64_t low;

	bits_fill(bits);
	if (count <= WORD_BITS)
		return bits_take(bits, count);
	low = bits_take(bits, 32);
	bits_fill(bits);
	return bits_take(bits, count - 32) << 32 | low;
}

static uint64_t rest_get_long(struct bits *bits, unsigned low)
{
	unsigned high;

	bits_fill(bits);
	high = ~bits->word ? (unsigned)__builtin_ctzll(~bits->word) : UNARY_MAX;
	if (high >= UNARY_MAX) {
		(void)bits_take(bits, UNARY_MAX);
		return bits_take_long(bits, 64);
	}
	(void)bits_take(bits, high + 1);
	return (uint64_t)high << low | bits_take_long(bits, low);
}

/* What the word holds whole is taken from it; it is filled again when it does not. */
static inline uint64_t rest_get(struct bits *bits, unsigned low)
{
	unsigned high = (unsigned)__builtin_ctzll(~bits->word | UINT64_C(1) << 63);

	if (high >= UNARY_MAX || high + 1 + low > bits->count)
		return rest_get_long(bits, low);
	(void)bits_take(bits, high + 1);
	return (uint64_t)high << low | bits_take(bits, low);
}

static void values_put(struct block_codec *codec)
{
	struct way way;

	if (codec->used == 0)
		return;
	way = best_way(codec);
	block_byte_put(codec, (uint8_t)((unsigned)way.how << 6 | way.low));
	block_varint_put(codec, codec->value[0]);
	block_varint_put(codec, zigzag(way.bias));
	for (size_t i = 1; way.how != PREDICT_STEADY && i < codec->used; i++)
		rest_put(codec, rest_of(codec, i, way), way.low);
	if (codec->bit > 0)
		bits_flush(codec);
}

/* value[1 …] are what each guess is off by, and become the values. */
static void add_guesses(struct block_codec *codec, enum predict how)
{
	uint64_t *value = codec->value;

	switch (how) {
	case PREDICT_FIRST:
		for (size_t i = 1; i < codec->used; i++)
			value[i] += value[0];
		break;
	case PREDICT_STEP:
		for (size_t i = 1; i < codec->used; i++)
			value[i] += guess(value, i, how);
		break;
	case PREDICT_LAST:
	case PREDICT_STEADY:
	default:
		for (size_t i = 1; i < codec->used; i++)
			value[i] += value[i - 1];
		break;
	}
}

static int rests_get(struct block_codec *codec, unsigned low, uint64_t bias)
{
	struct bits bits = { .at = codec->bytes + codec->at };

	for (size_t i = 1; i < codec->used; i++)
		codec->value[i] = unzigzag(rest_get(&bits, low)) + bias;
	codec->at = (size_t)(bits.at - codec->bytes) - bits.count / 8;
	return codec->at > codec->size ? -EPROTO : 0;
}

static int values_get(struct block_codec *codec)
{
	uint64_t bias;
	uint8_t way;
	enum predict how;
	int err = 0;

	if (codec->used == 0)
		return 0;
	if (block_byte_get(codec, &way) < 0 ||
	    block_varint_get(codec, &codec->value[0]) < 0 ||
	    block_varint_get(codec, &bias) < 0)
		return -EPROTO;
	how = (enum predict)(way >> 6);
	bias = unzigzag(bias);
	if (how != PREDICT_STEADY)
		err = rests_get(codec, way & 63, bias);
	else
		for (size_t i = 1; i < codec->used; i++)
			codec->value[i] = bias;
	if (err == 0)
		add_guesses(codec, how);
	return err;
}

static bool rises(const struct block_codec *codec)
{
	for (size_t i = 1; i < codec->used; i++)
		if (codec->value[i] < codec->value[i - 1])
			return false;
	return true;
}

static uint64_t counter_unit(const struct block_codec *codec)
{
	uint64_t unit;

	if (codec->used < 2 || !rises(codec))
		return 1;
	unit = (codec->value[codec->used - 1] - codec->value[0]) / (codec->used - 1) /
	       BLOCK_STEPS;
	return unit > 1 ? unit : 1;
}

/* From the first value on, in whole units; the last's rest is kept beside. */
void block_counter_put(struct block_codec *codec, uint64_t unit)
{
	uint64_t first, rest;

	if (codec->used == 0)
		return;
	if (unit == 0)
		unit = counter_unit(codec);
	first = codec->value[0];
	rest = (codec->value[codec->used - 1] - first) % unit;
	block_varint_put(codec, unit);
	block_varint_put(codec, first);
	block_varint_put(codec, rest);
	for (size_t i = 0; i < codec->used; i++)
		codec->value[i] = (codec->value[i] - first) / unit;
	values_put(codec);
}

int block_counter_get(struct block_codec *codec)
{
	uint64_t unit, first, rest;

	if (codec->used == 0)
		return 0;
	if (block_varint_get(codec, &unit) < 0 || block_varint_get(codec, &first) < 0 ||
	    block_varint_get(codec, &rest) < 0 || values_get(codec) < 0)
		return -EPROTO;
	for (size_t i = 0; i < codec->used; i++)
		codec->value[i] = first + codec->value[i] * unit;
	codec->value[codec->used - 1] += rest;
	return 0;
}

/* What all values are multiples of: a percentage in permille moves in tens. */
static uint64_t common_unit(const struct block_codec *codec)
{
	uint64_t unit = 0;

	for (size_t i = 0; i < codec->used && unit != 1; i++)
		for (uint64_t a = codec->value[i]; a != 0;) {
			uint64_t rest = unit % a;

			unit = a;
			a = rest;
		}
	return unit ? unit : 1;
}

void block_level_put(struct block_codec *codec, uint64_t unit)
{
	if (codec->used == 0)
		return;
	if (unit == 0)
		unit = common_unit(codec);
	block_varint_put(codec, unit);
	for (size_t i = 0; i < codec->used; i++) {
		uint64_t value = codec->value[i];

		codec->value[i] = value / unit + (value % unit >= unit - unit / 2);
	}
	values_put(codec);
}

int block_level_get(struct block_codec *codec)
{
	uint64_t unit;

	if (codec->used == 0)
		return 0;
	if (block_varint_get(codec, &unit) < 0 || values_get(codec) < 0)
		return -EPROTO;
	for (size_t i = 0; unit != 1 && i < codec->used; i++)
		if (__builtin_mul_overflow(codec->value[i], unit, &codec->value[i]))
			codec->value[i] = UINT64_MAX;
	return 0;
}
