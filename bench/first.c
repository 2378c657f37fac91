/* SPDX-License-Identifier: Apache-2.0 */
/* What bench-start runs: says when it began, in ns of CLOCK_MONOTONIC, and ends. */
#include <stdint.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
	struct timespec now;
	int64_t now_ns;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	return write(1, &now_ns, sizeof now_ns) != (ssize_t)sizeof now_ns;
}
