/* SPDX-License-Identifier: Apache-2.0 */
/* A command's words: as a name for people, and as they are kept. */
#include <jansson.h>
#include <string.h>

#include "base/macro.h"
#include "engine/launch.h"
#include "report/json-value.h"

char *launch_command_json(char *const argv[])
{
	json_t *array = json_array();
	char *text = NULL;

	for (size_t i = 0; argv[i]; i++) {
		json_t *word = json_string(argv[i]);

		/* What is not UTF-8 is kept byte by byte as Latin-1: shown, never executed. */
		if (!word) {
			char wide[1024];
			size_t used = 0;

			for (const unsigned char *p = (const unsigned char *)argv[i];
			     *p && used < sizeof wide - 3; p++) {
				if (*p >= 0x80)
					wide[used++] = (char)(0xc0 | (*p >> 6));
				wide[used++] =
					(char)(*p >= 0x80 ? 0x80 | (*p & 0x3f) : *p);
			}
			wide[used] = '\0';
			word = json_string(wide);
		}
		(void)json_array_append_new(array, word);
	}
	(void)!json_value_compact(array, &text);
	json_decref(array);
	return text;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] != '\0' ? slash + 1 : path;
}

const char *launch_command_name(char *const argv[])
{
	static const char *const interpreters[] = { "python", "Rscript", "julia", "node",
						    "perl",   "ruby",    "bash",  "sh" };
	const char *program = last_part(argv[0]);
	bool interpreter = false;

	for (size_t i = 0; i < ARRAY_SIZE(interpreters); i++) {
		size_t len = strlen(interpreters[i]);

		if (strncmp(program, interpreters[i], len) == 0 &&
		    program[len + strspn(program + len, "0123456789.")] == '\0')
			interpreter = true;
	}
	for (size_t i = 1; interpreter && argv[i]; i++) {
		if (argv[i][0] != '-')
			return last_part(argv[i]);
		if (strcmp(argv[i], "-m") == 0 && argv[i + 1])
			return argv[i + 1];
		if (strcmp(argv[i], "-u") != 0)
			break; /* an option that may take a word, or code on the line */
	}
	return program;
}
