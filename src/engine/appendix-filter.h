/* SPDX-License-Identifier: Apache-2.0 */
/* The regular expressions of a site's spec: POSIX extended ones, searched for in a text. */
#pragma once

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

#define APPENDIX_FILTER_MAX 500

/*
 * Compiles it; ends with regfree(). -EINVAL with the reason in words: not well-formed, longer
 * than APPENDIX_FILTER_MAX, asking for more memory than a filter is worth, or in a notation of
 * other languages that POSIX would take for something else without a word.
 */
MUST_USE int appendix_filter_compile(const char *pattern, char *why, size_t size,
				     regex_t *ret);
