/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few words this tree adds to C: who must look at a result, who owns what, and how
 * an owner hands over.
 *
 *	AUTO_FREE char *text = NULL;	freed when the scope ends
 *	AUTO_CLOSE int fd = -EBADF;	closed when the scope ends
 *	return STEAL(text);		the caller owns it now
 */
#pragma once

#include <stdlib.h>
#include <unistd.h>

#define MUST_USE                __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define CLEANUP(fn)             __attribute__((cleanup(fn)))
#define AUTO_FREE               CLEANUP(free_ptr)
#define AUTO_CLOSE              CLEANUP(close_fd)

#define ARRAY_SIZE(a)           (sizeof(a) / sizeof((a)[0]))

/* Takes the value out of an owner and leaves it empty. */
#define STEAL(ptr)                                                                       \
	({                                                                               \
		__typeof__(ptr) stolen_ = (ptr);                                         \
		(ptr) = NULL;                                                            \
		stolen_;                                                                 \
	})

#define STEAL_FD(fd)                                                                     \
	({                                                                               \
		int stolen_ = (fd);                                                      \
		(fd) = -1;                                                               \
		stolen_;                                                                 \
	})

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_US INT64_C(1000)
#define UJ_PER_J  UINT64_C(1000000)

static inline void free_ptr(void *ptr)
{
	free(*(void **)ptr);
}

static inline void close_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}
