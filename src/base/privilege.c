/* SPDX-License-Identifier: Apache-2.0 */
#include "base/privilege.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macro.h"

bool privilege_lent(void)
{
	return getauxval(AT_SECURE) != 0 && geteuid() != 0;
}

static bool get(struct __user_cap_header_struct *head, struct __user_cap_data_struct *set)
{
	*head = (struct __user_cap_header_struct){ .version =
							   _LINUX_CAPABILITY_VERSION_3 };
	memset(set, 0, _LINUX_CAPABILITY_U32S_3 * sizeof *set);
	return syscall(SYS_capget, head, set) == 0;
}

static void set_effective(bool on)
{
	struct __user_cap_header_struct head;
	struct __user_cap_data_struct set[_LINUX_CAPABILITY_U32S_3];

	if (!get(&head, set))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(set); i++)
		set[i].effective = on ? set[i].permitted : 0;
	(void)syscall(SYS_capset, &head, set);
}

void privilege_lower(void)
{
	set_effective(false);
}

void privilege_raise(void)
{
	set_effective(true);
}

void privilege_give_up(void)
{
	struct __user_cap_header_struct head;
	struct __user_cap_data_struct set[_LINUX_CAPABILITY_U32S_3];

	if (!get(&head, set))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(set); i++)
		set[i].effective = set[i].permitted = 0;
	(void)syscall(SYS_capset, &head, set);
}
