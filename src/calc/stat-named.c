/* SPDX-License-Identifier: Apache-2.0 */
/* METHOD E-16: the rows of stat-tests.def as one kind of call. */
#include "calc/stat.h"

#define WITHOUT_SEED(name)                                                               \
	static int name(const struct stat_side *a, const struct stat_side *b,            \
			uint64_t seed, struct stat_test *ret)                            \
	{                                                                                \
		(void)seed;                                                              \
		return stat_##name(a, b, ret);                                           \
	}

WITHOUT_SEED(student)
WITHOUT_SEED(welch)
WITHOUT_SEED(mann_whitney)
WITHOUT_SEED(ranked_t)

#define TEST(name, function) { name, function },
const struct stat_named stat_named[] = {
#include "calc/stat-tests.def"
};
#undef TEST

const size_t stat_named_count = sizeof stat_named / sizeof stat_named[0];
