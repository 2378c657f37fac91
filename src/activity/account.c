/* SPDX-License-Identifier: Apache-2.0 */
#include "activity/account.h"

#include <errno.h>
#include <string.h>

void account_init(struct account *account)
{
	memset(account, 0, sizeof *account);
	/* User and system time are cut down to ticks one by one. */
	account->tolerance_ns = 2 * proc_tick_ns();
}

void account_done(struct account *account)
{
	for (size_t i = 0; i < account->count; i++)
		close_fd(&account->members[i].stat_fd);
	free(account->members);
	memset(account, 0, sizeof *account);
}

/* The first place whose PID is not below pid. */
static size_t place_of(const struct account *account, pid_t pid)
{
	size_t low = 0;
	size_t high = account->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (account->members[mid].pid < pid)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct member *account_find(const struct account *account, pid_t pid)
{
	size_t at = place_of(account, pid);

	if (at == account->count || account->members[at].pid != pid)
		return NULL;
	return &account->members[at];
}

static int make_room(struct account *account)
{
	size_t room = account->room ? account->room * 2 : 16;
	struct member *grown;

	if (account->count < account->room)
		return 0;
	grown = reallocarray(account->members, room, sizeof *grown);
	if (!grown)
		return -ENOMEM;
	account->members = grown;
	account->room = room;
	return 0;
}

int account_add(struct account *account, const struct proc_stat *stat,
		struct member **ret)
{
	size_t at = place_of(account, stat->pid);
	struct member *member;
	int r;

	if (at < account->count && account->members[at].pid == stat->pid)
		return -EEXIST;
	r = make_room(account);
	if (r < 0)
		return r;
	member = &account->members[at];
	memmove(member + 1, member, (account->count - at) * sizeof *member);
	account->count++;
	*member = (struct member){
		.pid = stat->pid,
		.ppid = stat->ppid,
		.start_ticks = stat->start_ticks,
		.own_ns = stat->own_ns,
		.reaped_ns = stat->reaped_ns,
		.reaped_new_ns = stat->reaped_ns,
		.new_ppid = -1,
		.stat_fd = -1,
	};
	*ret = member;
	return 0;
}

/*
 * The next ancestor that is a member; NULL at the top. Parents recorded at different times
 * could form a ring where a PID was reused, so a climb is bounded by steps.
 */
static struct member *next_up(const struct account *account, const struct member *member,
			      size_t *steps)
{
	if (++*steps > account->count || member->ppid <= 0)
		return NULL;
	return account_find(account, member->ppid);
}

static struct member *living_up(const struct account *account,
				const struct member *member, size_t *steps)
{
	struct member *up = next_up(account, member, steps);

	while (up && up->gone)
		up = next_up(account, up, steps);
	return up;
}

void account_gone(struct account *account, struct member *member)
{
	size_t steps = 0;

	member->gone = true;
	for (struct member *up = living_up(account, member, &steps); up;
	     up = living_up(account, up, &steps))
		up->dirty = true;
}

static bool below_dirty(const struct account *account, const struct member *member)
{
	size_t steps = 0;

	for (struct member *up = living_up(account, member, &steps); up;
	     up = living_up(account, up, &steps))
		if (up->dirty)
			return true;
	return false;
}

static uint64_t sum_of(const struct member *member)
{
	return member->own_ns + member->reaped_ns + member->pending_ns;
}

/* Its sum is asked of the nearest ancestor that still lives; with none, it is kept. */
static void hand_up(struct account *account, struct member *dead)
{
	size_t steps = 0;
	struct member *heir = living_up(account, dead, &steps);
	uint64_t sum_ns = sum_of(dead);
	bool floats;

	if (!heir) {
		account->kept_ns += sum_ns;
		return;
	}
	heir->owed_ns += sum_ns;
	/* Its parent died too, before it perhaps, and then a subreaper waited for it. */
	floats = heir->pid != dead->ppid || dead->adopted || heir->ended;
	heir->floating_ns += floats ? sum_ns : dead->floating_ns;
}

/* What came, against what should have. Leaves in owed_ns what is still missing. */
static void balance(struct member *member)
{
	uint64_t due_ns = member->pending_ns + member->owed_ns;
	uint64_t came_ns = 0;

	if (member->reaped_new_ns > member->reaped_ns)
		came_ns = member->reaped_new_ns - member->reaped_ns;
	member->reaped_ns += came_ns;
	member->spare_ns = came_ns > due_ns ? came_ns - due_ns : 0;
	member->owed_ns = due_ns > came_ns ? due_ns - came_ns : 0;
	if (member->floating_ns > member->owed_ns)
		member->floating_ns = member->owed_ns;
}

/* Takes what may have gone to an ancestor from what came there unasked. */
static void cover_above(const struct account *account, struct member *member)
{
	size_t steps = 0;

	for (struct member *up = living_up(account, member, &steps);
	     up && member->floating_ns > 0; up = living_up(account, up, &steps)) {
		uint64_t taken_ns = up->spare_ns < member->floating_ns
					    ? up->spare_ns
					    : member->floating_ns;

		up->spare_ns -= taken_ns;
		member->floating_ns -= taken_ns;
		member->owed_ns -= taken_ns;
	}
}

/* What is missing may be ticks that come yet; beyond that, nobody will bring it. */
static void write_off(struct account *account, struct member *member)
{
	member->pending_ns = member->owed_ns < account->tolerance_ns
				     ? member->owed_ns
				     : account->tolerance_ns;
	account->kept_ns += member->owed_ns - member->pending_ns;
	member->owed_ns = 0;
	if (member->floating_ns > member->pending_ns)
		member->floating_ns = member->pending_ns;
}

static bool settles(const struct member *member)
{
	return !member->gone && !member->dirty;
}

/* Those whose parent leaves the books hang on the nearest one that stays. */
static void adopt_orphans(struct account *account)
{
	for (size_t i = 0; i < account->count; i++) {
		struct member *member = &account->members[i];
		const struct member *parent = account_find(account, member->ppid);
		size_t steps = 0;

		if (!parent || !parent->gone || parent->dirty)
			continue;
		parent = living_up(account, member, &steps);
		member->new_ppid = parent ? parent->pid : 0;
		member->adopted = true;
	}
	for (size_t i = 0; i < account->count; i++) {
		struct member *member = &account->members[i];

		if (member->new_ppid >= 0)
			member->ppid = member->new_ppid;
		member->new_ppid = -1;
	}
}

static void drop_settled(struct account *account)
{
	size_t kept = 0;

	adopt_orphans(account);

	for (size_t i = 0; i < account->count; i++) {
		struct member *member = &account->members[i];

		if (member->gone && !member->dirty)
			close_fd(&member->stat_fd);
		else
			account->members[kept++] = *member;
	}
	account->count = kept;
}

void account_settle(struct account *account)
{
	for (size_t i = 0; i < account->count; i++) {
		struct member *member = &account->members[i];

		member->spare_ns = 0;
		/* On the dead, dirty means: not this time. */
		if (member->gone)
			member->dirty = below_dirty(account, member);
		if (member->gone && !member->dirty)
			hand_up(account, member);
	}
	for (size_t i = 0; i < account->count; i++)
		if (settles(&account->members[i]))
			balance(&account->members[i]);
	for (size_t i = 0; i < account->count; i++) {
		if (!settles(&account->members[i]))
			continue;
		cover_above(account, &account->members[i]);
		write_off(account, &account->members[i]);
	}
	drop_settled(account);
}

uint64_t account_total(const struct account *account)
{
	uint64_t sum_ns = account->kept_ns;

	for (size_t i = 0; i < account->count; i++)
		sum_ns += sum_of(&account->members[i]);
	return sum_ns;
}
