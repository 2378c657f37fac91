/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "engine/export-name.h"
#include "fixture.h"
#include "import/gramme-record.h"
#include "import/segments.h"
#include "report/export-cells.h"
#include "report/export-record.h"
#include "report/export.h"

static void assert_cell(struct strbuf *out, const char *expected)
{
	assert_string_equal(out->text ? out->text : "", expected);
	strbuf_done(out);
	*out = (struct strbuf)STRBUF_INIT;
}

/* --- cells -------------------------------------------------------------------------------- */

static void a_decimal_is_exact_and_has_no_zeros_at_its_end(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	cell_decimal(&out, 0, 6);
	assert_cell(&out, "0");
	cell_decimal(&out, 1, 6);
	assert_cell(&out, "0.000001");
	cell_decimal(&out, 1500000, 6);
	assert_cell(&out, "1.5");
	cell_decimal(&out, 100, 0);
	assert_cell(&out, "100");
	cell_decimal(&out, UINT64_MAX, 9);
	assert_cell(&out, "18446744073.709551615");
	cell_seconds(&out, -1500 * NS_PER_MS);
	assert_cell(&out, "-1.5");
}

static void a_number_that_is_not_known_is_an_empty_cell(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	cell_real(&out, NAN);
	cell_exact(&out, INFINITY);
	cell_text(&out, NULL);
	assert_cell(&out, "");
}

static void an_exact_number_reads_as_itself_again(void **state)
{
	const double numbers[] = { 0.1, 1.0 / 3, 1e300, 5e-324, 123456789.123456789 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct strbuf out = STRBUF_INIT;

		cell_exact(&out, numbers[i]);
		assert_true(strtod(out.text, NULL) == numbers[i]);
		strbuf_done(&out);
	}
}

static void a_head_has_a_cell_for_each_of_its_rows(void **state)
{
	static const struct cell_column columns[] = { { "q_j", CELL_QUANTITY, 0, NULL },
						      { "v", CELL_VALUE, 0, NULL } };
	const struct cell_table table = { columns, ARRAY_SIZE(columns) };
	const struct quantity known = { .known = true, .value = 2, .low = 1, .high = 3 };
	const struct quantity unknown = { .known = false, .value = 2 };
	struct strbuf out = STRBUF_INIT;

	(void)state;
	cell_head(&out, &table);
	cell_row(&out, &table, &known);
	cell_row(&out, &table, &unknown);
	assert_cell(&out,
		    "q_j,q_j_low,q_j_high,q_j_kind,v\r\n2,1,3,measured,2\r\n,,,,\r\n");
}

/* --- where bytes go ----------------------------------------------------------------------- */

static int refuse(void *ctx, const char *bytes, size_t size)
{
	(void)bytes;
	(void)size;
	++*(int *)ctx;
	return -ENOSPC;
}

static void a_writer_that_fails_is_not_asked_again(void **state)
{
	int calls = 0;
	struct export_out out = { .write = refuse, .ctx = &calls };

	(void)state;
	strbuf_add(&out.text, "x");
	assert_int_equal(export_flush(&out), -ENOSPC);
	strbuf_add(&out.text, "x");
	assert_int_equal(export_flush(&out), -ENOSPC);
	assert_int_equal(export_pass(&out), -ENOSPC);
	assert_int_equal(calls, 1);
	export_out_done(&out);
}

static void a_format_s_first_table_is_its_default(void **state)
{
	(void)state;
	for (size_t i = 0; i < export_row_count; i++) {
		const struct export_format *format = export_rows[i].format;

		assert_ptr_equal(export_find(format->name), format);
		assert_ptr_equal(export_what_find(format, NULL), &format->whats[0]);
		assert_null(export_what_find(format, "none"));
	}
	assert_null(export_find("none"));
}

static void no_file_s_name_leads_out_of_the_folder(void **state)
{
	static const char *const names[][2] = {
		{ "a/data.json", "a/data.json" },
		{ "../../evil", "evil" },
		{ "/etc/passwd", "etc/passwd" },
		{ "a/./../b", "a/b" },
		{ "..", "file" },
		{ "", "file" },
		{ "a\nb\x1b\\c", "a_b__c" },
		{ "//a//", "a" },
	};
	char name[EXPORT_NAME_MAX];
	char longer[2 * EXPORT_NAME_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		export_name(names[i][0], name, sizeof name);
		assert_string_equal(name, names[i][1]);
	}
	memset(longer, 'x', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	export_name(longer, name, sizeof name);
	assert_string_equal(name, "file");
}

/* --- rows --------------------------------------------------------------------------------- */

/* Everything that a row can have or lack. */
static void make_use(struct use *use, size_t i)
{
	use->scope_cpu_ns = use->has & USE_SCOPE_CPU ? i * 5 : 0;
	use->machine_cpu_ns = use->has & USE_MACHINE_CPU ? i * 9 : 0;
	use->scope_mem_bytes = use->has & USE_SCOPE_MEM ? 1000 - i : 0;
	use->machine_mem_bytes = use->has & USE_MACHINE_MEM ? 5000 : 0;
	use->processes_seen = use->has & USE_PROCESSES ? 4 : 0;
}

static void make_gpu(struct gpu_use *gpu, uint32_t i)
{
	gpu->has = i % 3;
	gpu->all_clients = gpu->has & 1 ? 9 : 0;
	gpu->all_sm_permille = gpu->has & 2 ? 77 - i % 8 : 0;
}

static void make_rows(struct sample *rows, size_t count)
{
	memset(rows, 0, count * sizeof *rows);
	for (size_t i = 0; i < count; i++) {
		struct sample *row = &rows[i];

		row->t_ns = (int64_t)i * NS_PER_S + 7;
		row->domain_count = i < 2 ? 1 : 3;
		row->gpu_count = i % 4 ? 2 : 0;
		for (uint32_t k = 0; k < row->domain_count; k++) {
			row->state[k] = (uint8_t)((i + k) % 3);
			if (row->state[k] != SAMPLE_NONE)
				row->energy_uj[k] = i * 1000003 + k;
		}
		row->use.has = (uint32_t)i % 32;
		if (row->use.has || row->gpu_count)
			row->use.t_ns = row->t_ns - 3;
		make_use(&row->use, i);
		for (uint32_t k = 0; k < row->gpu_count; k++)
			make_gpu(&row->use.gpu[k], (uint32_t)i);
	}
}

static void rows_that_were_packed_are_the_same_again(void **state)
{
	static struct sample rows[GRAMME_ROWS_MAX];
	static struct sample read[GRAMME_ROWS_MAX];
	const size_t counts[] = { 1, 2, 3, 17, GRAMME_ROWS_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		struct gramme_rows checks = { .domain_count = 3 };
		struct strbuf text = STRBUF_INIT;
		struct diag diag = { 0 };
		size_t count = 0;

		make_rows(rows, counts[i]);
		export_rows_pack(&text, rows, counts[i]);
		assert_int_equal(gramme_rows_read(&(struct span){ text.text, text.len },
						  &checks, &diag, read, &count),
				 0);
		assert_int_equal(count, counts[i]);
		assert_memory_equal(read, rows, count * sizeof *rows);
		strbuf_done(&text);
	}
}

static void rows_that_go_on_from_a_piece_to_the_next_go_not_back(void **state)
{
	static const char *const pieces[] = { "{\"n\":1,\"t_ns\":[5],\"use\":0}",
					      "{\"n\":1,\"t_ns\":[4],\"use\":0}" };
	struct gramme_rows checks = { .domain_count = 0 };
	static struct sample row[GRAMME_ROWS_MAX];
	struct diag diag = { 0 };
	size_t count;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		struct span piece = { pieces[i], strlen(pieces[i]) };

		assert_int_equal(gramme_rows_read(&piece, &checks, &diag, row, &count),
				 i == 0 ? 0 : -EPROTO);
	}
}

/* --- spans -------------------------------------------------------------------------------- */

static void values_are_found_whatever_stands_in_texts(void **state)
{
	static const char text[] =
		" {\"a}\\\"[\" : [1, {\"b\":\"]\\\\\"}], \"c\":null ,\"d\":\"x\"} rest";
	struct span whole = { text, sizeof text - 1 };
	struct span_walk walk;
	struct span key;
	struct span value;

	(void)state;
	assert_int_equal(span_walk_begin(&whole, '{', &walk), 0);
	assert_int_equal(span_walk_next(&walk, &key, &value), 1);
	assert_true(span_is(&key, "a}\\\"["));
	assert_true(span_is(&value, "[1, {\"b\":\"]\\\\\"}]"));
	assert_int_equal(span_walk_next(&walk, &key, &value), 1);
	assert_true(span_is(&key, "c") && span_is(&value, "null"));
	assert_int_equal(span_walk_next(&walk, &key, &value), 1);
	assert_true(span_is(&value, "\"x\""));
	assert_int_equal(span_walk_next(&walk, &key, &value), 0);
}

static void a_text_that_is_cut_anywhere_is_an_error_and_never_read_past(void **state)
{
	static const char text[] = "{\"a\":[1,{\"b\":\"x\"}],\"c\":2}";

	(void)state;
	for (size_t size = 0; size < sizeof text - 1; size++) {
		char *copy = malloc(size ? size : 1);
		struct span whole = { copy, size };
		struct span_walk walk;
		struct span value;
		int r;

		memcpy(copy, text, size);
		r = span_walk_begin(&whole, '{', &walk);
		while (r >= 0 && (r = span_walk_next(&walk, NULL, &value)) > 0)
			;
		assert_int_equal(r, -EPROTO);
		free(copy);
	}
}

/* --- segments ----------------------------------------------------------------------------- */

struct kept {
	struct sample rows[8];
	size_t count;
};

static int keep(void *ctx, const struct sample *row)
{
	struct kept *kept = ctx;

	kept->rows[kept->count++] = *row;
	return 0;
}

static void time_between_stretches_is_a_gap_and_touching_ones_are_one(void **state)
{
	struct segments segments = { .parts = 1 };
	const int64_t times_s[][2] = { { 1, 2 }, { 2, 4 }, { 6, 7 } };
	struct kept kept = { .count = 0 };
	const struct import_sink sink = { .ctx = &kept, .row = keep };
	struct records records;

	(void)state;
	records_begin(&records, "x", "x");
	(void)records_domain(&records, "cpu", FAMILY_CPU);
	records.record.info.duration_ns = 10 * NS_PER_S;
	for (size_t i = 0; i < ARRAY_SIZE(times_s); i++) {
		struct segment *own = segments_add(&segments);

		own->from_ns = times_s[i][0] * NS_PER_S;
		own->to_ns = times_s[i][1] * NS_PER_S;
		own->parts_j[0] = 5;
	}
	assert_int_equal(segments_give(&segments, 0, &records, &sink), 0);
	assert_int_equal(kept.count, 5);
	assert_int_equal(kept.rows[0].state[0], SAMPLE_RESTART);
	assert_int_equal(kept.rows[2].state[0], SAMPLE_OK);
	assert_int_equal(kept.rows[3].state[0], SAMPLE_RESTART);
	assert_int_equal(kept.rows[4].energy_uj[0], 15 * UJ_PER_J);
	assert_int_equal(records.record.gap_count, 3);
	assert_int_equal(records.record.gaps[1].from_ns, 4 * NS_PER_S);
	assert_int_equal(records.record.gaps[1].to_ns, 6 * NS_PER_S);
	segments_done(&segments);
	records_done(&records);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_decimal_is_exact_and_has_no_zeros_at_its_end),
		cmocka_unit_test(a_number_that_is_not_known_is_an_empty_cell),
		cmocka_unit_test(an_exact_number_reads_as_itself_again),
		cmocka_unit_test(a_head_has_a_cell_for_each_of_its_rows),
		cmocka_unit_test(a_writer_that_fails_is_not_asked_again),
		cmocka_unit_test(a_format_s_first_table_is_its_default),
		cmocka_unit_test(no_file_s_name_leads_out_of_the_folder),
		cmocka_unit_test(rows_that_were_packed_are_the_same_again),
		cmocka_unit_test(rows_that_go_on_from_a_piece_to_the_next_go_not_back),
		cmocka_unit_test(values_are_found_whatever_stands_in_texts),
		cmocka_unit_test(
			a_text_that_is_cut_anywhere_is_an_error_and_never_read_past),
		cmocka_unit_test(
			time_between_stretches_is_a_gap_and_touching_ones_are_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
