/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

#include "fixture.h"
#include "store/block.h"
#include "store/store.h"

#define ROWS STORE_BLOCK_ROWS

/* A generator of our own: the same rows on every machine. */
static uint64_t draw(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static uint64_t below(uint64_t *seed, uint64_t limit)
{
	return draw(seed) % limit;
}

/* Small, large and extreme numbers, all likely. */
static uint64_t wild(uint64_t *seed)
{
	static const uint64_t ends[] = { 0, 1, INT64_MAX, UINT64_MAX, UINT64_MAX - 1 };

	if (below(seed, 4) == 0)
		return ends[below(seed, ARRAY_SIZE(ends))];
	return draw(seed) >> below(seed, 64);
}

static void wild_gpu(struct gpu_use *gpu, uint64_t *seed)
{
	gpu->has = (uint32_t)wild(seed);
	if (gpu->has & GPU_USE_CLIENTS) {
		gpu->scope_clients = (uint32_t)wild(seed);
		gpu->all_clients = (uint32_t)wild(seed);
	}
	if (gpu->has & GPU_USE_SM) {
		gpu->scope_sm_permille = (uint32_t)wild(seed);
		gpu->all_sm_permille = (uint32_t)wild(seed);
	}
}

static void wild_use(struct sample *row, uint64_t *seed)
{
	struct use *use = &row->use;

	use->has = (uint32_t)wild(seed);
	if (use->has || row->gpu_count)
		use->t_ns = (int64_t)wild(seed);
	if (use->has & USE_SCOPE_CPU)
		use->scope_cpu_ns = wild(seed);
	if (use->has & USE_MACHINE_CPU)
		use->machine_cpu_ns = wild(seed);
	if (use->has & USE_SCOPE_MEM)
		use->scope_mem_bytes = wild(seed);
	if (use->has & USE_MACHINE_MEM)
		use->machine_mem_bytes = wild(seed);
	if (use->has & USE_PROCESSES) {
		use->processes_seen = (uint32_t)wild(seed);
		use->processes_ended = (uint32_t)wild(seed);
	}
	for (uint32_t i = 0; i < row->gpu_count; i++)
		wild_gpu(&use->gpu[i], seed);
}

static size_t wild_rows(struct sample *rows, uint64_t *seed)
{
	size_t count = 1 + below(seed, below(seed, 4) ? 9 : ROWS);
	uint32_t domains = (uint32_t)below(seed, DOMAINS_MAX + 1);
	uint32_t gpus = (uint32_t)below(seed, GPUS_MAX + 1);

	memset(rows, 0, count * sizeof *rows);
	for (size_t i = 0; i < count; i++) {
		struct sample *row = &rows[i];

		row->t_ns = (int64_t)wild(seed);
		row->domain_count = (uint32_t)below(seed, domains + 1);
		row->gpu_count = (uint32_t)below(seed, gpus + 1);
		for (uint32_t k = 0; k < row->domain_count; k++) {
			row->state[k] = (uint8_t)below(seed, 3);
			if (row->state[k] != SAMPLE_NONE)
				row->energy_uj[k] = wild(seed);
		}
		wild_use(row, seed);
	}
	return count;
}

static struct sample *round_trip(const struct sample *rows, size_t count)
{
	AUTO_FREE uint8_t *bytes = NULL;
	struct sample *back = NULL;
	size_t size = 0, back_count = 0;

	assert_int_equal(block_encode(rows, count, &bytes, &size), 0);
	assert_int_equal(block_decode(bytes, size, &back, &back_count), 0);
	assert_int_equal(back_count, count);
	return back;
}

static uint64_t apart(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static void assert_same_gpus(const struct sample *a, const struct sample *b)
{
	for (uint32_t i = 0; i < GPUS_MAX; i++)
		assert_memory_equal(&a->use.gpu[i], &b->use.gpu[i], sizeof a->use.gpu[i]);
}

static void assert_exact_parts(const struct sample *a, const struct sample *b)
{
	assert_int_equal(a->domain_count, b->domain_count);
	assert_int_equal(a->gpu_count, b->gpu_count);
	assert_memory_equal(a->state, b->state, sizeof a->state);
	assert_int_equal(a->use.has, b->use.has);
	assert_int_equal(a->use.processes_seen, b->use.processes_seen);
	assert_int_equal(a->use.processes_ended, b->use.processes_ended);
	assert_same_gpus(a, b);
	assert_null(b->use.pids);
	/* Modulo 2^64: a clock at its end may be rounded across it. */
	assert_true((uint64_t)a->t_ns - (uint64_t)b->t_ns < BLOCK_TIME_NS);
	assert_true(apart(a->use.scope_mem_bytes, b->use.scope_mem_bytes) <=
		    BLOCK_MEM_BYTES / 2);
	assert_true(apart(a->use.machine_mem_bytes, b->use.machine_mem_bytes) <=
		    BLOCK_MEM_BYTES / 2);
}

static void any_rows_come_back(void **unused)
{
	AUTO_FREE struct sample *rows = calloc(ROWS, sizeof *rows);
	uint64_t seed = 42;

	(void)unused;
	for (int round = 0; round < 400; round++) {
		size_t count = wild_rows(rows, &seed);
		AUTO_FREE struct sample *back = round_trip(rows, count);

		for (size_t i = 0; i < count; i++)
			assert_exact_parts(&rows[i], &back[i]);
		assert_int_equal(back[0].t_ns, rows[0].t_ns);
		assert_int_equal(back[count - 1].t_ns, rows[count - 1].t_ns);
	}
}

static void energies_that_do_not_rise_come_back_exactly(void **unused)
{
	AUTO_FREE struct sample *rows = calloc(ROWS, sizeof *rows);
	uint64_t seed = 7;

	(void)unused;
	for (size_t i = 0; i < ROWS; i++) {
		rows[i].domain_count = 1;
		rows[i].state[0] = SAMPLE_OK;
		rows[i].energy_uj[0] = wild(&seed);
	}
	rows[3].energy_uj[0] = UINT64_MAX;
	rows[4].energy_uj[0] = 0;
	AUTO_FREE struct sample *back = round_trip(rows, ROWS);

	for (size_t i = 0; i < ROWS; i++)
		assert_true(back[i].energy_uj[0] == rows[i].energy_uj[0]);
}

/* A machine as METHOD-NOTES knows them: steady loads under noise, one row a second. */
struct machine {
	uint64_t seed;
	uint32_t domains;
	uint32_t gpus;
	struct sample row;
};

static void machine_start(struct machine *machine, uint32_t domains, uint32_t gpus)
{
	memset(machine, 0, sizeof *machine);
	machine->seed = 99;
	machine->domains = domains;
	machine->gpus = gpus;
	machine->row.domain_count = domains;
	machine->row.gpu_count = gpus;
	machine->row.use.has = USE_SCOPE_CPU | USE_MACHINE_CPU | USE_SCOPE_MEM |
			       USE_MACHINE_MEM | USE_PROCESSES;
	machine->row.use.scope_mem_bytes = UINT64_C(3) << 30;
	machine->row.use.machine_mem_bytes = UINT64_C(20) << 30;
	machine->row.use.processes_seen = 3;
}

static uint64_t noisy(struct machine *machine, uint64_t mean)
{
	return mean - mean / 10 + below(&machine->seed, mean / 5 + 1);
}

static void machine_tick(struct machine *machine)
{
	struct sample *row = &machine->row;

	row->t_ns += NS_PER_S;
	for (uint32_t i = 0; i < machine->domains; i++) {
		row->state[i] = SAMPLE_OK;
		row->energy_uj[i] += noisy(machine, (50 + 35 * i) * UJ_PER_J);
	}
	row->use.scope_cpu_ns += noisy(machine, 3 * NS_PER_S);
	row->use.machine_cpu_ns += noisy(machine, 5 * NS_PER_S);
	row->use.scope_mem_bytes += below(&machine->seed, 1 << 20);
	row->use.machine_mem_bytes += below(&machine->seed, 4 << 20);
	row->use.machine_mem_bytes -= below(&machine->seed, 4 << 20);
	for (uint32_t i = 0; i < machine->gpus; i++)
		row->use.gpu[i] = (struct gpu_use){
			.has = GPU_USE_CLIENTS | GPU_USE_SM,
			.scope_clients = 1,
			.all_clients = 1,
			.scope_sm_permille =
				(uint32_t)(850 + 10 * below(&machine->seed, 15)),
			.all_sm_permille = 1000,
		};
}

/* The sampler's clock: a tick comes some microseconds late. */
static void machine_row(struct machine *machine, struct sample *ret)
{
	machine_tick(machine);
	*ret = machine->row;
	ret->t_ns += (int64_t)below(&machine->seed, 80000);
	ret->use.t_ns = ret->t_ns + (int64_t)below(&machine->seed, 20000);
}

static void what_a_block_holds_begins_and_ends_exactly(void **unused)
{
	AUTO_FREE struct sample *rows = calloc(ROWS, sizeof *rows);
	struct machine machine;

	(void)unused;
	machine_start(&machine, 8, 4);
	for (size_t count = 1; count <= ROWS; count += 15) {
		for (size_t i = 0; i < count; i++)
			machine_row(&machine, &rows[i]);
		AUTO_FREE struct sample *back = round_trip(rows, count);
		const struct sample *a = &rows[count - 1], *b = &back[count - 1];

		for (uint32_t k = 0; k < 8; k++) {
			assert_true(back[0].energy_uj[k] == rows[0].energy_uj[k]);
			assert_true(b->energy_uj[k] == a->energy_uj[k]);
		}
		assert_true(b->use.scope_cpu_ns == a->use.scope_cpu_ns);
		assert_true(b->use.machine_cpu_ns == a->use.machine_cpu_ns);
		assert_true(b->t_ns == a->t_ns);
		assert_true(llabs(b->use.t_ns - a->use.t_ns) <= 2 * BLOCK_TIME_NS);
	}
}

/* Within a 2048th of the mean step, downwards, and never back. */
static void between_them_energy_is_rounded_down_and_never_goes_back(void **unused)
{
	AUTO_FREE struct sample *rows = calloc(ROWS, sizeof *rows);
	struct machine machine;
	uint64_t last = 0;

	(void)unused;
	machine_start(&machine, 1, 0);
	for (int block = 0; block < 8; block++) {
		uint64_t unit;

		for (size_t i = 0; i < ROWS; i++)
			machine_row(&machine, &rows[i]);
		/* The second block is of another scale: idle after work. */
		for (size_t i = 1; block % 2 && i < ROWS; i++)
			rows[i].energy_uj[0] = rows[0].energy_uj[0] + i * 3000;
		machine.row.energy_uj[0] = rows[ROWS - 1].energy_uj[0];
		unit = (rows[ROWS - 1].energy_uj[0] - rows[0].energy_uj[0]) / (ROWS - 1) /
		       BLOCK_STEPS;
		AUTO_FREE struct sample *back = round_trip(rows, ROWS);

		for (size_t i = 0; i < ROWS; i++) {
			assert_true(back[i].energy_uj[0] <= rows[i].energy_uj[0]);
			assert_true(rows[i].energy_uj[0] - back[i].energy_uj[0] <= unit);
			assert_true(back[i].energy_uj[0] >= last);
			last = back[i].energy_uj[0];
		}
	}
}

static void small_energies_are_not_rounded(void **unused)
{
	struct sample rows[20];
	uint64_t seed = 5;

	(void)unused;
	memset(rows, 0, sizeof rows);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		rows[i].domain_count = 1;
		rows[i].state[0] = i == 0 ? SAMPLE_RESTART : SAMPLE_OK;
		rows[i].energy_uj[0] =
			(i ? rows[i - 1].energy_uj[0] : 0) + below(&seed, 4000);
	}
	AUTO_FREE struct sample *back = round_trip(rows, ARRAY_SIZE(rows));

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_true(back[i].energy_uj[0] == rows[i].energy_uj[0]);
}

static void what_is_not_there_comes_back_as_nothing(void **unused)
{
	struct sample rows[2];

	(void)unused;
	memset(rows, 0xa5, sizeof rows);
	for (size_t i = 0; i < 2; i++) {
		rows[i].domain_count = 1;
		rows[i].gpu_count = 0;
		rows[i].state[0] = SAMPLE_NONE;
		rows[i].use.has = 0;
	}
	AUTO_FREE struct sample *back = round_trip(rows, 2);

	assert_true(back[1].energy_uj[0] == 0);
	assert_int_equal(back[1].state[1], SAMPLE_NONE);
	assert_true(back[1].use.scope_cpu_ns == 0);
	assert_int_equal(back[1].use.gpu[0].has, 0);
	assert_null(back[1].use.pids);
}

static void rows_that_cannot_be_are_refused(void **unused)
{
	AUTO_FREE struct sample *rows = calloc(ROWS + 1, sizeof *rows);
	uint8_t *bytes = (uint8_t *)rows;
	size_t size = 7;

	(void)unused;
	assert_int_equal(block_encode(rows, 0, &bytes, &size), -EINVAL);
	assert_int_equal(block_encode(rows, ROWS + 1, &bytes, &size), -EINVAL);
	rows[1].domain_count = DOMAINS_MAX + 1;
	assert_int_equal(block_encode(rows, 2, &bytes, &size), -EINVAL);
	rows[1].domain_count = 1;
	rows[1].state[0] = SAMPLE_RESTART + 1;
	assert_int_equal(block_encode(rows, 2, &bytes, &size), -EINVAL);
	rows[1].state[0] = SAMPLE_OK;
	rows[1].gpu_count = GPUS_MAX + 1;
	assert_int_equal(block_encode(rows, 2, &bytes, &size), -EINVAL);
	assert_ptr_equal(bytes, rows);
	assert_int_equal(size, 7);
}

static void encode_machine(uint8_t **ret_bytes, size_t *ret_size)
{
	struct sample rows[12];
	struct machine machine;

	machine_start(&machine, 3, 2);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		machine_row(&machine, &rows[i]);
	assert_int_equal(block_encode(rows, ARRAY_SIZE(rows), ret_bytes, ret_size), 0);
}

/* What every caller may take for granted of rows it did not write. */
static void assert_sane(const struct sample *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_true(rows[i].domain_count <= DOMAINS_MAX);
		assert_true(rows[i].gpu_count <= GPUS_MAX);
		for (size_t k = 0; k < DOMAINS_MAX; k++)
			assert_true(rows[i].state[k] <= SAMPLE_RESTART);
	}
}

/* Copied, so that a read past the end is seen by the sanitizer. */
static int decode_copy(const uint8_t *bytes, size_t size)
{
	AUTO_FREE struct sample *rows = NULL;
	AUTO_FREE uint8_t *copy = malloc(size ? size : 1);
	size_t count = 0;
	int err;

	if (size)
		memcpy(copy, bytes, size);
	err = block_decode(copy, size, &rows, &count);
	assert_true(err <= 0);
	assert_true(err == 0 ? rows && count <= ROWS : !rows && count == 0);
	assert_sane(rows, count);
	return err;
}

static void a_block_cut_anywhere_is_an_error(void **unused)
{
	AUTO_FREE uint8_t *bytes = NULL;
	size_t size = 0;

	(void)unused;
	encode_machine(&bytes, &size);
	assert_int_equal(decode_copy(bytes, size), 0);
	for (size_t cut = 0; cut < size; cut++)
		assert_int_equal(decode_copy(bytes, cut), -EPROTO);
	assert_int_equal(block_decode(NULL, 0, NULL, NULL), -EPROTO);
}

static void any_flipped_bit_ends_in_rows_or_an_error(void **unused)
{
	AUTO_FREE uint8_t *bytes = NULL;
	size_t size = 0;

	(void)unused;
	encode_machine(&bytes, &size);
	for (size_t bit = 0; bit < size * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		(void)decode_copy(bytes, size);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

/* The columns themselves, behind an honest head and an honest zstd frame. */
static void any_wrong_column_ends_in_rows_or_an_error(void **unused)
{
	enum { HEAD = 1 + 1 + 1 + 1 + 2, MOST = 16384 };

	AUTO_FREE uint8_t *bytes = NULL;
	AUTO_FREE uint8_t *plain = malloc(MOST);
	AUTO_FREE uint8_t *packed = malloc(HEAD + ZSTD_compressBound(MOST));
	uint64_t seed = 11;
	size_t size = 0, length;

	(void)unused;
	encode_machine(&bytes, &size);
	length = ZSTD_decompress(plain, MOST, bytes + HEAD, size - HEAD);
	assert_false(ZSTD_isError(length));
	memcpy(packed, bytes, HEAD);
	for (int round = 0; round < 3000; round++) {
		size_t at = below(&seed, length);
		uint8_t was = plain[at];
		size_t body;

		plain[at] = (uint8_t)draw(&seed);
		body = ZSTD_compress(packed + HEAD, ZSTD_compressBound(MOST), plain,
				     length, 1);
		(void)decode_copy(packed, HEAD + body);
		plain[at] = was;
	}
}

/* Found by trying: in which byte of the columns the number of domains stands. */
static void a_row_has_no_more_domains_than_its_block(void **unused)
{
	enum { HEAD = 1 + 1 + 1 + 1 + 1, MOST = 512 };

	struct sample row = { .domain_count = 40 };
	AUTO_FREE uint8_t *bytes = NULL;
	uint8_t plain[MOST], packed[HEAD + 2 * MOST];
	size_t size = 0, length, fewer = 0;

	(void)unused;
	assert_int_equal(block_encode(&row, 1, &bytes, &size), 0);
	length = ZSTD_decompress(plain, MOST, bytes + HEAD + 1, size - HEAD - 1);
	assert_false(ZSTD_isError(length));
	/* 1 row, 39 domains, and of the 40 columns of states one is cut off. */
	for (size_t cut = 1; cut < 8; cut++) {
		size_t body;

		memcpy(packed, (uint8_t[]){ 1, 1, 39, 0 }, 4);
		packed[4] = (uint8_t)((length - cut) | 0x80);
		packed[5] = (uint8_t)((length - cut) >> 7);
		body = ZSTD_compress(packed + 6, sizeof packed - 6, plain, length - cut,
				     1);
		fewer += decode_copy(packed, 6 + body) == -EPROTO;
	}
	assert_int_equal(fewer, 7);
}

static void a_newer_block_says_so(void **unused)
{
	const uint8_t newer[] = { BLOCK_VERSION + 1, 1, 1, 1, 1 };
	const uint8_t none[] = { 0, 1, 1, 1, 1 };

	(void)unused;
	assert_int_equal(decode_copy(newer, sizeof newer), -ENOSYS);
	assert_int_equal(decode_copy(none, sizeof none), -EPROTO);
}

/* 100 MB of zeros in some kB, under heads that promise much and under honest ones. */
static void a_bomb_does_not_go_off(void **unused)
{
	enum { ROOM = 1 << 16, PLAIN = 100 << 20 };

	AUTO_FREE uint8_t *zeros = calloc(1, PLAIN);
	AUTO_FREE uint8_t *bytes = malloc(ROOM);
	static const uint8_t heads[][10] = {
		{ 1, 0x80, 0x02, 64, 16, 0x80, 0x80, 0x80, 0x32, 0 }, /* 100 MiB */
		{ 1, 0x80, 0x02, 64, 16, 0x80, 0x80, 0x80, 0x80, 0x70 },
		{ 1, 0xff, 0xff, 0x7f, 64, 16, 10, 0, 0, 0 }, /* rows */
		{ 1, 1, 0xff, 0x7f, 16, 10, 0, 0, 0, 0 },     /* domains */
		{ 1, 1, 64, 17, 10, 0, 0, 0, 0, 0 },          /* GPUs */
		{ 1, 1, 64, 16, 10, 0, 0, 0, 0, 0 },
		{ 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	};
	size_t body;

	(void)unused;
	body = ZSTD_compress(bytes + 10, ROOM - 10, zeros, PLAIN, 1);
	assert_false(ZSTD_isError(body));
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		memcpy(bytes, heads[i], 10);
		assert_int_equal(decode_copy(bytes, body + 10), -EPROTO);
	}
}

static size_t bytes_a_day(uint32_t domains, uint32_t gpus)
{
	AUTO_FREE struct sample *rows = calloc(ROWS, sizeof *rows);
	struct machine machine;
	size_t sum = 0;

	machine_start(&machine, domains, gpus);
	for (int block = 0; block < 86400 / ROWS; block += 10) {
		AUTO_FREE uint8_t *bytes = NULL;
		size_t size = 0;

		for (size_t i = 0; i < ROWS; i++)
			machine_row(&machine, &rows[i]);
		assert_int_equal(block_encode(rows, ROWS, &bytes, &size), 0);
		sum += size * 10;
	}
	return sum;
}

/* Of the 2 MB that DESIGN allows, the rest is SQLite's: test-store looks at the file. */
static void eight_noisy_domains_a_day_fit(void **unused)
{
	size_t cpus = bytes_a_day(8, 0);
	size_t gpus = bytes_a_day(8, 4);

	(void)unused;
	print_message("8 domains at 1 Hz: %zu bytes a day, with 4 GPUs %zu\n", cpus,
		      gpus);
	assert_true(cpus < 1400000);
	assert_true(gpus < 1700000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_rows_come_back),
		cmocka_unit_test(energies_that_do_not_rise_come_back_exactly),
		cmocka_unit_test(what_a_block_holds_begins_and_ends_exactly),
		cmocka_unit_test(between_them_energy_is_rounded_down_and_never_goes_back),
		cmocka_unit_test(small_energies_are_not_rounded),
		cmocka_unit_test(what_is_not_there_comes_back_as_nothing),
		cmocka_unit_test(rows_that_cannot_be_are_refused),
		cmocka_unit_test(a_block_cut_anywhere_is_an_error),
		cmocka_unit_test(any_flipped_bit_ends_in_rows_or_an_error),
		cmocka_unit_test(any_wrong_column_ends_in_rows_or_an_error),
		cmocka_unit_test(a_row_has_no_more_domains_than_its_block),
		cmocka_unit_test(a_newer_block_says_so),
		cmocka_unit_test(a_bomb_does_not_go_off),
		cmocka_unit_test(eight_noisy_domains_a_day_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
