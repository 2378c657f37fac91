/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Root reads what nobody may, which hides the very errors a test of EACCES wants. Between
 * these two calls root is bound by file modes like everyone else; for other users they do
 * nothing.
 */
#pragma once

#include <linux/capability.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static void set_override(int on)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	const unsigned mask = 1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH;

	memset(data, 0, sizeof data);
	assert_int_equal(syscall(SYS_capget, &head, data), 0);
	if (on)
		data[0].effective |= mask & data[0].permitted;
	else
		data[0].effective &= ~mask;
	assert_int_equal(syscall(SYS_capset, &head, data), 0);
}

static void begin_plain_user(void)
{
	set_override(0);
}

static void end_plain_user(void)
{
	set_override(1);
}
