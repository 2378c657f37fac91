/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"
#include "engine/fetch.h"
#include "fixture.h"

struct sent {
	struct fetch_result result;
	struct intensity_point points[2];
};

static void fill(struct sent *sent)
{
	struct intensity_series *series = &sent->result.series[SIGNAL_AVERAGE];

	memset(sent, 0, sizeof *sent);
	(void)copy_text(series->provider, sizeof series->provider, "eia");
	(void)copy_text(series->zone, sizeof series->zone, "CISO");
	series->count = 2;
	series->points = (struct intensity_point *)(uintptr_t)0xdeadbeef;
	for (int i = 0; i < 2; i++)
		sent->points[i] = (struct intensity_point){ .from_unix_s = i,
							    .to_unix_s = i + 1,
							    .gpkwh = 100 + i };
	fetch_say(&sent->result, "grid", "eia was slow");
}

/* A pipe with these bytes in it, and nobody at its other end unless `open`. */
static int pipe_of(const void *bytes, size_t size, struct fetch *ret)
{
	int pair[2];

	assert_int_equal(pipe2(pair, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(write(pair[1], bytes, size), (ssize_t)size);
	*ret = (struct fetch){ .fd = pair[0] };
	return pair[1];
}

static int take(const void *bytes, size_t size, struct fetch_result *ret)
{
	struct fetch fetch;
	int r;

	(void)close(pipe_of(bytes, size, &fetch));
	r = fetch_take(&fetch, ret);
	assert_int_equal(fetch.fd, -1);
	assert_null(fetch.bytes);
	return r;
}

static void an_answer_is_taken_whole(void **unused)
{
	struct fetch_result result;
	struct sent sent;

	(void)unused;
	fill(&sent);
	assert_int_equal(take(&sent, sizeof sent, &result), 0);
	assert_int_equal(result.series[SIGNAL_AVERAGE].count, 2);
	assert_true(result.series[SIGNAL_AVERAGE].points[1].gpkwh == 101);
	assert_null(result.series[SIGNAL_MARGINAL].points);
	assert_string_equal(result.trouble[0].text, "eia was slow");
	fetch_result_done(&result);
}

static void an_answer_that_comes_in_parts_is_waited_for(void **unused)
{
	struct fetch_result result;
	struct sent sent;
	struct fetch fetch;
	size_t half = sizeof sent / 2;
	int fd;

	(void)unused;
	fill(&sent);
	fd = pipe_of(&sent, half, &fetch);
	assert_int_equal(fetch_take(&fetch, &result), -EAGAIN);
	assert_true(fetch.fd >= 0);
	assert_int_equal(write(fd, (char *)&sent + half, sizeof sent - half),
			 (ssize_t)(sizeof sent - half));
	assert_int_equal(fetch_take(&fetch, &result), -EAGAIN);
	(void)close(fd);
	assert_int_equal(fetch_take(&fetch, &result), 0);
	assert_int_equal(result.series[SIGNAL_AVERAGE].count, 2);
	fetch_result_done(&result);
}

static void an_answer_cut_short_anywhere_is_none(void **unused)
{
	struct fetch_result result = { .trouble_count = 3 };
	struct sent sent;

	(void)unused;
	fill(&sent);
	for (size_t size = 0; size < sizeof sent; size += 1 + size / 7) {
		assert_int_equal(take(&sent, size, &result), -EPIPE);
		assert_int_equal(result.trouble_count, 3);
	}
}

static void counts_that_do_not_add_up_are_no_answer(void **unused)
{
	static const size_t counts[] = { 3, FETCH_POINTS_MAX, FETCH_POINTS_MAX + 1,
					 SIZE_MAX,
					 SIZE_MAX / sizeof(struct intensity_point) + 2 };
	struct fetch_result result;
	struct sent sent;

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		fill(&sent);
		sent.result.series[SIGNAL_AVERAGE].count = counts[i];
		assert_int_equal(take(&sent, sizeof sent, &result), -EPIPE);
	}
	fill(&sent);
	sent.result.trouble_count = FETCH_TROUBLES + 1;
	assert_int_equal(take(&sent, sizeof sent, &result), -EPIPE);
}

static void texts_without_an_end_are_ended(void **unused)
{
	struct fetch_result result;
	struct sent sent;
	bool asked = true;

	(void)unused;
	fill(&sent);
	memset(&sent.result.place, 'x', sizeof sent.result.place);
	memcpy(&sent.result.place.has_position, &asked, sizeof asked);
	memset(sent.result.series[0].zone, 'x', sizeof sent.result.series[0].zone);
	memset(sent.result.trouble, 'x', sizeof sent.result.trouble);
	assert_int_equal(take(&sent, sizeof sent, &result), 0);
	assert_int_equal(strlen(result.place.text), sizeof result.place.text - 1);
	assert_int_equal(strlen(result.place.iso2), sizeof result.place.iso2 - 1);
	assert_int_equal(strlen(result.series[0].zone), sizeof result.series[0].zone - 1);
	assert_int_equal(strlen(result.trouble[FETCH_TROUBLES - 1].text),
			 sizeof result.trouble[0].text - 1);
	fetch_result_done(&result);
}

static void bytes_by_chance_end_in_an_answer_or_an_error(void **unused)
{
	AUTO_FREE unsigned char *bytes = malloc(sizeof(struct sent));
	unsigned seed = 42;

	(void)unused;
	assert_non_null(bytes);
	for (int round = 0; round < 200; round++) {
		struct fetch_result result;

		for (size_t i = 0; i < sizeof(struct sent); i++) {
			seed = seed * 1103515245u + 12345u;
			bytes[i] = (unsigned char)(seed >> 16);
		}
		if (take(bytes, sizeof(struct sent), &result) == 0)
			fetch_result_done(&result);
	}
}

static void a_ninth_trouble_is_let_go(void **unused)
{
	struct fetch_result result = { .trouble_count = 0 };

	(void)unused;
	fetch_say(&result, "grid", "");
	assert_int_equal(result.trouble_count, 0);
	for (int i = 0; i < FETCH_TROUBLES + 3; i++)
		fetch_say(&result, "grid", "no");
	assert_int_equal(result.trouble_count, FETCH_TROUBLES);
}

static void nothing_under_way_is_stopped_without_harm(void **unused)
{
	struct fetch fetch = FETCH_NONE;

	(void)unused;
	fetch_stop(&fetch);
	assert_int_equal(fetch.fd, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_taken_whole),
		cmocka_unit_test(an_answer_that_comes_in_parts_is_waited_for),
		cmocka_unit_test(an_answer_cut_short_anywhere_is_none),
		cmocka_unit_test(counts_that_do_not_add_up_are_no_answer),
		cmocka_unit_test(texts_without_an_end_are_ended),
		cmocka_unit_test(bytes_by_chance_end_in_an_answer_or_an_error),
		cmocka_unit_test(a_ninth_trouble_is_let_go),
		cmocka_unit_test(nothing_under_way_is_stopped_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
