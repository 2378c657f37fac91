/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gramme calls and the glibc of 2012 lacks, for a build that is to run there too: put before
 * every file by packaging/wheel/build. Macros, because headers may declare what the library has
 * not. With a younger glibc it is empty.
 */
#pragma once

#include <errno.h>
#include <features.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#if !__GLIBC_PREREQ(2, 25)
static inline ssize_t old_getrandom(void *bytes, size_t size, unsigned flags)
{
	return syscall(SYS_getrandom, bytes, size, flags);
}

#define getrandom old_getrandom

static inline void old_explicit_bzero(void *bytes, size_t size)
{
	memset(bytes, 0, size);
	__asm__ volatile("" : : "r"(bytes) : "memory"); /* it is looked at: not dropped */
}

#define explicit_bzero old_explicit_bzero
#endif

#if !__GLIBC_PREREQ(2, 26)
static inline void *old_reallocarray(void *old, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, bytes);
}

#define reallocarray old_reallocarray
#endif

#if !__GLIBC_PREREQ(2, 30)
static inline pid_t old_gettid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

#define gettid old_gettid
#endif

#if !__GLIBC_PREREQ(2, 32)
/* In English as long as no locale of messages is set, which gramme does not do. */
static inline const char *old_strerrordesc_np(int err)
{
	return strerror(err);
}

#define strerrordesc_np old_strerrordesc_np
#endif

#if !__GLIBC_PREREQ(2, 34)
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

static inline int old_close_range(unsigned first, unsigned last, int flags)
{
	return (int)syscall(SYS_close_range, first, last, flags);
}

#define close_range old_close_range
#endif
