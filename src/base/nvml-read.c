/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a board says again and again: joules, watts, and who is on it. In this tree's units.
 */
#include <errno.h>
#include <string.h>

#include "base/nvml-abi.h"
#include "base/nvml.h"

#define UW_PER_MW UINT64_C(1000)
#define UJ_PER_MJ UINT64_C(1000)

/* A byte that neither a PID's top nor a size's top nor an instance number ends in. */
#define UNTOUCHED 0xA5

static int board_of(const struct nvml *nvml, unsigned index, struct nvml_device **ret)
{
	if (index >= nvml->count || !nvml->boards[index])
		return -ENXIO;
	*ret = nvml->boards[index];
	return 0;
}

int nvml_energy_uj(struct nvml *nvml, unsigned index, uint64_t *ret_uj)
{
	unsigned long long mj = 0;
	struct nvml_device *board;
	int r = board_of(nvml, index, &board);

	if (r < 0)
		return r;
	if (!nvml->api.energy)
		return -EOPNOTSUPP;
	r = nvml_errno(nvml->api.energy(board, &mj));
	if (r < 0)
		return r;
	*ret_uj = mj * UJ_PER_MJ;
	return 0;
}

/* The type differs from driver to driver. */
static int field_u64(const struct nvml_abi_field *field, uint64_t *ret)
{
	long long value;

	switch (field->type) {
	case NVML_TYPE_UINT:
		*ret = field->value.u;
		return 0;
	case NVML_TYPE_ULONG:
		*ret = field->value.ul;
		return 0;
	case NVML_TYPE_ULLONG:
		*ret = field->value.ull;
		return 0;
	case NVML_TYPE_USHORT:
		*ret = field->value.us;
		return 0;
	case NVML_TYPE_INT:
		value = field->value.i;
		break;
	case NVML_TYPE_LLONG:
		value = field->value.ll;
		break;
	default:
		return -EPROTO;
	}
	if (value < 0)
		return -EPROTO;
	*ret = (uint64_t)value;
	return 0;
}

static int field_mw(const struct nvml *nvml, struct nvml_device *board, unsigned id,
		    uint64_t *ret_mw)
{
	struct nvml_abi_field field;
	int code;

	if (!nvml->api.field_values)
		return -EOPNOTSUPP;
	memset(&field, 0, sizeof field);
	field.id = id;
	code = nvml->api.field_values(board, 1, &field);
	if (code == NVML_OK)
		code = field.result;
	/* To a driver that is older than the field its number is a wrong argument. */
	if (code == NVML_INVALID_ARGUMENT)
		return -EOPNOTSUPP;
	return code == NVML_OK ? field_u64(&field, ret_mw) : nvml_errno(code);
}

static int usage_mw(const struct nvml *nvml, struct nvml_device *board, uint64_t *ret_mw)
{
	unsigned mw = 0;
	int r;

	if (!nvml->api.power_usage)
		return -EOPNOTSUPP;
	r = nvml_errno(nvml->api.power_usage(board, &mw));
	if (r == 0)
		*ret_mw = mw;
	return r;
}

int nvml_power_uw(struct nvml *nvml, unsigned index, enum nvml_power way,
		  uint64_t *ret_uw)
{
	struct nvml_device *board;
	uint64_t mw = 0;
	int r = board_of(nvml, index, &board);

	if (r < 0)
		return r;
	switch (way) {
	case NVML_POWER_INSTANT:
		r = field_mw(nvml, board, NVML_FIELD_POWER_INSTANT, &mw);
		break;
	case NVML_POWER_AVERAGE:
		r = field_mw(nvml, board, NVML_FIELD_POWER_AVERAGE, &mw);
		break;
	case NVML_POWER_USAGE:
		r = usage_mw(nvml, board, &mw);
		break;
	case NVML_POWER_NONE:
	default:
		return -EOPNOTSUPP;
	}
	if (r == 0)
		*ret_uw = mw * UW_PER_MW;
	return r;
}

enum nvml_power nvml_power_way(struct nvml *nvml, unsigned index)
{
	for (int way = NVML_POWER_INSTANT; way < NVML_POWER_NONE; way++) {
		uint64_t uw;
		int r = nvml_power_uw(nvml, index, (enum nvml_power)way, &uw);

		if (r != -EOPNOTSUPP && r != -EPROTO && r != -EACCES)
			return (enum nvml_power)way;
	}
	return NVML_POWER_NONE;
}

/*
 * How far apart the entries of a list are. The name of a call does not tell: some drivers put
 * longer entries under _v3, and one was seen to put the first ones there. So the list is
 * marked before the call and what was written over is measured; an entry ends in bytes that
 * are never the mark. Where that gives no clear answer the documented length holds.
 */
static size_t stride_of(size_t written, size_t count, size_t documented)
{
	static const size_t strides[] = { sizeof(struct nvml_abi_client_v1),
					  sizeof(struct nvml_abi_client),
					  sizeof(struct nvml_abi_client_cc) };

	for (size_t i = 0; i < ARRAY_SIZE(strides); i++) {
		if (written == count * strides[i])
			return strides[i];
	}
	return documented;
}

static void add_client(struct nvml_clients *clients, uint32_t pid)
{
	for (size_t i = 0; i < clients->count; i++) {
		if (clients->pids[i] == pid)
			return;
	}
	if (clients->count < NVML_CLIENTS_MAX)
		clients->pids[clients->count++] = pid;
}

struct client_list {
	int (*newest)(struct nvml_device *, unsigned *, void *);
	int (*first)(struct nvml_device *, unsigned *, void *);
};

/* Calls for one list; *ret_stride is 0 for none. Returns the number of entries. */
static int ask_list(struct nvml *nvml, struct nvml_device *board,
		    const struct client_list *call, size_t *ret_stride)
{
	size_t documented = call->newest ? sizeof(struct nvml_abi_client)
					 : sizeof(struct nvml_abi_client_v1);
	size_t written = sizeof nvml->list;
	unsigned count = NVML_CLIENTS_MAX;
	int code;

	memset(nvml->list, UNTOUCHED, sizeof nvml->list);
	code = call->newest ? call->newest(board, &count, nvml->list)
			    : call->first(board, &count, nvml->list);
	/* More than there is room for: those that were written count. */
	if (code == NVML_INSUFFICIENT_SIZE && count > NVML_CLIENTS_MAX)
		count = NVML_CLIENTS_MAX;
	else if (code != NVML_OK)
		return nvml_errno(code);
	if (count == 0)
		return 0;
	while (written > 0 && nvml->list[written - 1] == UNTOUCHED)
		written--;
	*ret_stride = stride_of(written, count, documented);
	if (count > written / *ret_stride)
		return code == NVML_OK ? -EPROTO : -ENOSPC;
	return (int)count;
}

static int list_clients(struct nvml *nvml, struct nvml_device *board,
			const struct client_list *call, struct nvml_clients *clients)
{
	size_t stride = 0;
	int count;

	if (!call->newest && !call->first)
		return -EOPNOTSUPP;
	count = ask_list(nvml, board, call, &stride);
	for (int i = 0; i < count; i++) {
		uint32_t pid;

		memcpy(&pid, nvml->list + (size_t)i * stride, sizeof pid);
		add_client(clients, pid);
	}
	return count < 0 ? count : 0;
}

int nvml_clients(struct nvml *nvml, unsigned index, struct nvml_clients *ret)
{
	const struct nvml_api *api = &nvml->api;
	const struct client_list lists[] = {
		{ api->compute, api->compute_v1 },
		{ api->graphics, api->graphics_v1 },
		{ api->mps, api->mps_v1 },
	};
	struct nvml_clients clients;
	struct nvml_device *board;
	size_t answers = 0;
	int r = board_of(nvml, index, &board);

	if (r < 0)
		return r;
	clients.count = 0;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		r = list_clients(nvml, board, &lists[i], &clients);
		if (r == -EOPNOTSUPP)
			continue;
		/* Half the clients are not the clients. */
		if (r < 0)
			return r;
		answers++;
	}
	if (answers == 0)
		return -EOPNOTSUPP;
	*ret = clients;
	return 0;
}

static void add_sample(struct nvml_users *users, const struct nvml_abi_sm *sample)
{
	size_t at = 0;

	while (at < users->count && users->user[at].pid != sample->pid)
		at++;
	if (at == NVML_CLIENTS_MAX)
		return;
	if (at == users->count) {
		memset(&users->user[at], 0, sizeof users->user[at]);
		users->user[at].pid = sample->pid;
		users->count++;
	}
	users->user[at].sm_pct += sample->sm_pct;
	users->user[at].samples++;
}

/* Returns the time of the newest. What is old, or no percentage, is no sample. */
static uint64_t add_samples(const struct nvml *nvml, unsigned count, uint64_t since_us,
			    struct nvml_users *users)
{
	uint64_t newest_us = since_us;

	for (unsigned i = 0; i < count; i++) {
		const struct nvml_abi_sm *sample = &nvml->sm[i];

		if (sample->time_us <= since_us || sample->sm_pct > 100)
			continue;
		if (sample->time_us > newest_us)
			newest_us = sample->time_us;
		add_sample(users, sample);
	}
	for (size_t i = 0; i < users->count; i++)
		users->user[i].sm_pct /= users->user[i].samples;
	return newest_us;
}

int nvml_users(struct nvml *nvml, unsigned index, uint64_t *since_us,
	       struct nvml_users *ret)
{
	unsigned count = NVML_CLIENTS_MAX;
	struct nvml_device *board;
	int r = board_of(nvml, index, &board);

	if (r < 0)
		return r;
	if (!nvml->api.process_utilization)
		return -EOPNOTSUPP;
	r = nvml_errno(nvml->api.process_utilization(board, nvml->sm, &count, *since_us));
	if (r < 0)
		return r;
	if (count > NVML_CLIENTS_MAX)
		return -EPROTO;
	ret->count = 0;
	*since_us = add_samples(nvml, count, *since_us, ret);
	return ret->count > 0 ? 0 : -ENOENT;
}

int nvml_board_sm_pct(struct nvml *nvml, unsigned index, uint32_t *ret_pct)
{
	struct nvml_abi_rates rates = { 0, 0 };
	struct nvml_device *board;
	int r = board_of(nvml, index, &board);

	if (r < 0)
		return r;
	if (!nvml->api.utilization)
		return -EOPNOTSUPP;
	r = nvml_errno(nvml->api.utilization(board, &rates));
	if (r < 0)
		return r;
	if (rates.gpu_pct > 100)
		return -EPROTO;
	*ret_pct = rates.gpu_pct;
	return 0;
}
