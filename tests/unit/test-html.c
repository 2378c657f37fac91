/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "fixture.h"
#include "report/html.h"

static void assert_text(const char *raw, const char *expected)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	html_text(&out, raw);
	assert_string_equal(strbuf_part(&out, &out), expected);
}

static void what_means_something_in_markup_is_named(void **state)
{
	(void)state;
	assert_text("a<b>&\"c'", "a&lt;b&gt;&amp;&quot;c&#39;");
	assert_text("</script><script>", "&lt;/script&gt;&lt;script&gt;");
	assert_text("", "");
	assert_text("caf\xc3\xa9 \xe6\xbc\xa2", "caf\xc3\xa9 \xe6\xbc\xa2");
}

static void control_characters_and_broken_utf_8_are_replaced(void **state)
{
	(void)state;
	assert_text("a\x01"
		    "b\x1b[31m",
		    "a\xef\xbf\xbd"
		    "b\xef\xbf\xbd[31m");
	assert_text("\xff", "\xef\xbf\xbd");
	assert_text("\xc0\xbc", "\xef\xbf\xbd\xef\xbf\xbd");
	assert_text("\xef\xbf\xbe", "\xef\xbf\xbd");
	assert_text("two\nlines\tand", "two\nlines\tand");
}

static void what_turns_the_reading_direction_is_left_out(void **state)
{
	(void)state;
	assert_text("exe\xe2\x80\xaegpj", "exegpj");
	assert_text("\xe2\x81\xa6x\xe2\x81\xa9\xe2\x80\x8f", "x");
}

static void a_long_name_is_cut_and_whole_in_its_title(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	char name[201];

	(void)state;
	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	html_name(&out, name);
	assert_non_null(strstr(out.text, "<bdi title=\"xxx"));
	assert_non_null(strstr(out.text, "x\xe2\x80\xa6</bdi>"));
	assert_true(out.len < 300);
	strbuf_done(&out);
	out = (struct strbuf)STRBUF_INIT;
	html_name(&out, "train.py");
	assert_string_equal(out.text, "<bdi>train.py</bdi>");
}

static void ten_thousand_letters_do_not_fill_the_page(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	char *name = malloc(10001);

	(void)state;
	assert_non_null(name);
	memset(name, '"', 10000);
	name[10000] = '\0';
	html_name(&out, name);
	free(name);
	assert_true(out.len < 8000);
	assert_null(strstr(out.text, "\"\"\""));
}

static void no_text_ends_the_element_that_holds_json(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	json_t *value = json_pack("{s:s, s:s}", "a", "</script><!-- & -->", "b",
				  "\xe2\x80\xa8 \xe2\x82\xac");
	const char *begin = "<script type=\"application/json\" id=\"d\">";

	(void)state;
	assert_int_equal(html_json(&out, "d", value), 0);
	json_decref(value);
	assert_int_equal(strncmp(out.text, begin, strlen(begin)), 0);
	assert_string_equal(
		out.text + strlen(begin),
		"{\"a\":\"\\u003c/script\\u003e\\u003c!-- \\u0026 --\\u003e\","
		"\"b\":\"\\u2028 \xe2\x82\xac\"}</script>\n");
}

static void a_file_s_name_holds_no_path(void **state)
{
	char buf[128];
	char other[128];

	(void)state;
	html_file_name("lr-0_1", buf, sizeof buf);
	assert_string_equal(buf, "lr-0_1");
	html_file_name("../../etc/passwd", buf, sizeof buf);
	assert_null(strpbrk(buf, "./"));
	html_file_name("..", buf, sizeof buf);
	assert_true(buf[0] != '\0' && !strpbrk(buf, "."));
	html_file_name("", buf, sizeof buf);
	assert_true(buf[0] != '\0');
	html_file_name("a b", buf, sizeof buf);
	html_file_name("a/b", other, sizeof other);
	assert_string_not_equal(buf, other);
}

static void a_long_file_s_name_is_cut_and_stays_its_own(void **state)
{
	char name[301];
	char buf[128];
	char other[128];

	(void)state;
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	html_file_name(name, buf, sizeof buf);
	name[299] = 'b';
	html_file_name(name, other, sizeof other);
	assert_true(strlen(buf) <= 60);
	assert_string_not_equal(buf, other);
}

static void assert_csv(const char *raw, const char *expected)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	html_csv_text(&out, raw);
	assert_string_equal(strbuf_part(&out, &out), expected);
}

static void a_field_is_quoted_and_no_formula(void **state)
{
	(void)state;
	assert_csv("plain", "plain");
	assert_csv("a,b", "\"a,b\"");
	assert_csv("say \"x\"", "\"say \"\"x\"\"\"");
	assert_csv("two\nlines", "\"two\nlines\"");
	assert_csv("=cmd()", "\"'=cmd()\"");
	assert_csv("+1", "\"'+1\"");
	assert_csv("-1", "\"'-1\"");
	assert_csv("@x", "\"'@x\"");
	assert_csv("", "");
}

static void page(struct strbuf *out, const char *root, bool charts)
{
	struct html_page how = {
		.title = "<x>", .root = root, .generator = "gramme 9", .charts = charts
	};

	html_begin(out, &how);
	html_end(out, &how);
}

static void a_page_alone_asks_nobody(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	(void)state;
	page(&out, NULL, true);
	assert_non_null(strstr(out.text, "<title>&lt;x&gt;</title>"));
	assert_non_null(strstr(out.text, "default-src 'none'"));
	assert_non_null(strstr(out.text, "style-src 'sha256-"));
	assert_non_null(strstr(out.text, "content=\"gramme 9\""));
	assert_null(strstr(out.text, "'unsafe"));
	assert_null(strstr(out.text, " src="));
	assert_null(strstr(out.text, "rel=\"stylesheet\""));
	assert_null(strstr(out.text, "@import"));
}

static void a_page_of_a_folder_names_what_lies_beside_it(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	(void)state;
	page(&out, "../", false);
	assert_non_null(strstr(out.text, "href=\"../assets/page.css\""));
	assert_non_null(strstr(out.text, "src=\"../assets/page.js\""));
	assert_null(strstr(out.text, "charts.js"));
	assert_null(strstr(out.text, "<style"));
}

static void the_files_beside_a_page_are_those_it_names(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	size_t count = 0;

	(void)state;
	page(&out, "", true);
	for (; html_asset(count); count++) {
		const struct html_asset *asset = html_asset(count);

		assert_non_null(strstr(out.text, asset->name));
		assert_true(asset->len > 0);
		assert_int_equal(strlen(asset->text), asset->len);
		assert_null(strstr(asset->text, "</script"));
		assert_null(strstr(asset->text, "</style"));
	}
	assert_true(count == 3 || count == 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_means_something_in_markup_is_named),
		cmocka_unit_test(control_characters_and_broken_utf_8_are_replaced),
		cmocka_unit_test(what_turns_the_reading_direction_is_left_out),
		cmocka_unit_test(a_long_name_is_cut_and_whole_in_its_title),
		cmocka_unit_test(ten_thousand_letters_do_not_fill_the_page),
		cmocka_unit_test(no_text_ends_the_element_that_holds_json),
		cmocka_unit_test(a_file_s_name_holds_no_path),
		cmocka_unit_test(a_long_file_s_name_is_cut_and_stays_its_own),
		cmocka_unit_test(a_field_is_quoted_and_no_formula),
		cmocka_unit_test(a_page_alone_asks_nobody),
		cmocka_unit_test(a_page_of_a_folder_names_what_lies_beside_it),
		cmocka_unit_test(the_files_beside_a_page_are_those_it_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
