/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/follow.h"

#include <errno.h>

struct follow {
	struct view_door door;
};

int follow_open(const struct view_door *door, struct follow **ret)
{
	struct follow *follow = calloc(1, sizeof *follow);

	if (!follow)
		return -ENOMEM;
	follow->door = *door;
	*ret = follow;
	return 0;
}

void follow_close(struct follow *follow)
{
	free(follow);
}

int follow_update(struct follow *follow, struct diag *diag)
{
	(void)follow;
	(void)diag;
	return 0;
}

size_t follow_count(const struct follow *follow)
{
	(void)follow;
	return 0;
}

const struct live_run *follow_run(const struct follow *follow, size_t i)
{
	(void)follow;
	(void)i;
	return NULL;
}
