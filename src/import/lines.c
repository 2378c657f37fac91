/* SPDX-License-Identifier: Apache-2.0 */
#include "import/lines.h"

#include <math.h>
#include <string.h>

#include "base/parse.h"

void lines_begin(struct lines *lines, const struct import_file *file)
{
	lines->at = file ? file->bytes : NULL;
	lines->end = file ? file->bytes + file->size : NULL;
	lines->number = 0;
	lines->text[0] = '\0';
}

bool lines_next(struct lines *lines)
{
	const char *stop;
	size_t len;

	if (!lines->at || lines->at >= lines->end)
		return false;
	stop = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
	len = (size_t)((stop ? stop : lines->end) - lines->at);
	if (len >= sizeof lines->text)
		len = sizeof lines->text - 1;
	memcpy(lines->text, lines->at, len);
	while (len > 0 && lines->text[len - 1] == '\r')
		len--;
	lines->text[len] = '\0';
	lines->at = stop ? stop + 1 : lines->end;
	lines->number++;
	return true;
}

const char *lines_after(const char *text, const char *what)
{
	const char *found = strstr(text, what);

	return found ? found + strlen(what) : NULL;
}

double lines_number(const char *text, const char **ret_end)
{
	const char *at = text + strspn(text, " \t");
	size_t len = strspn(at, "0123456789+-.eE");
	char number[64];
	double value = NAN;

	if (len > 0 && len < sizeof number) {
		memcpy(number, at, len);
		number[len] = '\0';
		if (parse_double(number, &value) < 0)
			value = NAN;
	}
	if (ret_end)
		*ret_end = isfinite(value) ? at + len : text;
	return value;
}
