/* SPDX-License-Identifier: Apache-2.0 */
/* Text to number. What is taken for a number is that number when it is written again. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "files.h"

static int count_cpu(void *ctx, unsigned cpu)
{
	PROMISE(cpu <= 65535);
	++*(unsigned *)ctx;
	return *(unsigned *)ctx > 100000;
}

static bool known(int err)
{
	return err == 0 || err == -EPROTO || err == -ERANGE;
}

/* The digits of text, without what may stand around them. */
static const char *bare(char *text)
{
	text = trim_text(text);
	while (text[0] == '0' && text[1] >= '0' && text[1] <= '9')
		text++;
	return text;
}

static void whole_numbers(char *text)
{
	uint64_t u64 = 7, hex = 7;
	int64_t i64 = 7;
	char again[32];
	int r = parse_u64(text, &u64);

	PROMISE(known(r) && (r == 0 || u64 == 7));
	r = parse_hex64(text, &hex);
	PROMISE(known(r) && (r == 0 || hex == 7));
	r = parse_i64(text, &i64);
	PROMISE(known(r) && (r == 0 || i64 == 7));
	if (parse_u64(text, &u64) == 0) {
		(void)snprintf(again, sizeof again, "%llu", (unsigned long long)u64);
		PROMISE(strcmp(bare(text), again) == 0);
	}
}

static void other_numbers(const char *text)
{
	double real = 7;
	int64_t ns = 7;
	unsigned count = 0;
	int r = parse_double(text, &real);

	PROMISE(known(r) && (r == 0 || real == 7));
	PROMISE(real - real == 0); /* finite */
	r = parse_duration_ns(text, &ns);
	PROMISE(known(r) && ns > 0 && (r == 0 || ns == 7));
	r = parse_cpu_list(text, count_cpu, &count);
	PROMISE(known(r) || r == 1);
}

static void keyed(const char *text)
{
	uint64_t value = 7;
	char buf[8] = "before";
	int r = parse_keyed_u64(text, "Key:", &value);

	PROMISE((known(r) || r == -ENOENT) && (r == 0 || value == 7));
	r = parse_keyed_text(text, "Key:", buf, sizeof buf);
	PROMISE(r == 0 || (r == -ENOENT && strcmp(buf, "before") == 0));
	PROMISE(strlen(buf) < sizeof buf && !strchr(buf, '\n'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = files_text(data, size);
	char cut[8];

	other_numbers(text);
	keyed(text);
	PROMISE(copy_text(cut, sizeof cut, text) == (strlen(text) < sizeof cut));
	PROMISE(strncmp(cut, text, strlen(cut)) == 0);
	whole_numbers(text); /* cuts it */
	return 0;
}
