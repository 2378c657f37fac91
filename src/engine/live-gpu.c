/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is on the boards now. NVIDIA's alone tell; of others the power is all there is.
 *
 * NVML numbers processes as the host does. Where we do not (in a container) nobody can be told
 * from anybody: the boards' figures stand, and no process has a part.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "activity/proc-stat.h"
#include "base/parse.h"
#include "engine/live.h"

struct part {
	uint32_t pid;
	double power_w;
};

struct live_gpus {
	const struct host *host;
	struct nvml *nvml;
	bool tried;
	bool host_pids;
	uint64_t since_us[GPUS_MAX];
	bool any;      /* a counted board */
	bool all_told; /* who is on each of them is known */
	bool full;     /* there may be more on them than was read or had room */
	size_t part_count;
	struct part parts[GPUS_MAX * 64];
	struct nvml_clients clients;
	struct nvml_users users;
};

int live_gpus_new(const struct host *host, struct live_gpus **ret)
{
	struct live_gpus *gpus = calloc(1, sizeof *gpus);

	if (!gpus)
		return -ENOMEM;
	gpus->host = host;
	gpus->host_pids = proc_is_first_namespace(host);
	*ret = gpus;
	return 0;
}

void live_gpus_free(struct live_gpus *gpus)
{
	if (!gpus)
		return;
	nvml_close(gpus->nvml);
	free(gpus);
}

static void open_library(struct live_gpus *gpus)
{
	uint64_t now_us =
		(uint64_t)(host_clock_ns(gpus->host, HOST_REALTIME) / NS_PER_US);

	gpus->tried = true;
	/* The source says what is wrong, if anything is. */
	if (nvml_open(gpus->host, NULL, &gpus->nvml) < 0)
		return;
	for (size_t i = 0; i < GPUS_MAX; i++)
		gpus->since_us[i] = now_us;
}

static void add_part(struct live_gpus *gpus, uint32_t pid, double power_w)
{
	for (size_t i = 0; i < gpus->part_count; i++)
		if (gpus->parts[i].pid == pid) {
			gpus->parts[i].power_w += power_w;
			return;
		}
	if (gpus->part_count < ARRAY_SIZE(gpus->parts))
		gpus->parts[gpus->part_count++] = (struct part){ pid, power_w };
	else
		gpus->full = true;
}

static double sum_pct(const struct nvml_users *users)
{
	double sum = 0;

	for (size_t i = 0; i < users->count; i++)
		sum += users->user[i].sm_pct;
	return sum;
}

/* METHOD E-7 with nothing idle: by SM time, else by clients. */
static void share_out(struct live_gpus *gpus, double power_w, double all_pct)
{
	const struct nvml_clients *clients = &gpus->clients;

	for (size_t i = 0; i < clients->count; i++)
		add_part(gpus, clients->pids[i],
			 all_pct > 0 ? 0 : power_w / (double)clients->count);
	for (size_t i = 0; all_pct > 0 && i < gpus->users.count; i++)
		add_part(gpus, gpus->users.user[i].pid,
			 power_w * gpus->users.user[i].sm_pct / all_pct);
}

/* False: who is on it is not known. */
static bool look_at(struct live_gpus *gpus, unsigned index, struct live_gpu *ret)
{
	uint32_t pct = 0;
	double all_pct = 0;

	if (!gpus->nvml || index >= nvml_count(gpus->nvml))
		return false;
	if (nvml_board_sm_pct(gpus->nvml, index, &pct) == 0)
		ret->sm_ratio = pct / 100.0;
	if (nvml_clients(gpus->nvml, index, &gpus->clients) < 0)
		return false;
	ret->clients = (uint32_t)gpus->clients.count;
	ret->has_clients = true;
	if (gpus->clients.count == NVML_CLIENTS_MAX)
		gpus->full = true;
	if (nvml_users(gpus->nvml, index, &gpus->since_us[index], &gpus->users) == 0)
		all_pct = sum_pct(&gpus->users);
	if (gpus->clients.count > 0 && !gpus->host_pids)
		return false;
	share_out(gpus, ret->power_w, all_pct);
	return true;
}

static void add_board(struct live_gpus *gpus, const struct live_domain *own,
		      struct live_view *view)
{
	const struct domain *domain = &own->what.domain;
	struct live_gpu *gpu = &view->gpus[view->gpu_count++];
	bool told;

	*gpu = (struct live_gpu){ .power_w = own->power_w, .sm_ratio = NAN };
	(void)copy_text(gpu->domain, sizeof gpu->domain, domain->id);
	(void)copy_text(gpu->label, sizeof gpu->label, domain->label);
	told = domain->gpu >= 0 && domain->gpu < GPUS_MAX &&
	       look_at(gpus, (unsigned)domain->gpu, gpu);
	if (!own->what.counted)
		return;
	gpus->any = true;
	gpus->all_told = gpus->all_told && told;
	if (!told && view->window_s > 0)
		live_say(view, "whose the watts of %s are is not known%s", domain->id,
			 gpu->has_clients ? ": its PIDs are of another namespace" : "");
}

void live_gpus_read(struct live_gpus *gpus, bool library, struct live_view *view)
{
	if (library && !gpus->tried)
		open_library(gpus);
	gpus->any = false;
	gpus->all_told = true;
	gpus->full = false;
	gpus->part_count = 0;
	view->gpu_count = 0;
	for (uint32_t i = 0; i < view->domain_count && view->gpu_count < GPUS_MAX; i++) {
		const struct domain *domain = &view->domains[i].what.domain;

		if (domain->family == FAMILY_GPU && domain->inside[0] == '\0' &&
		    domain->boundary == BOUNDARY_COMPONENT)
			add_board(gpus, &view->domains[i], view);
	}
	if (gpus->full)
		live_say(view, "more processes are on the boards than are told apart");
}

double live_gpus_of(const struct live_gpus *gpus, pid_t pid)
{
	for (size_t i = 0; i < gpus->part_count; i++)
		if (gpus->parts[i].pid == (uint32_t)pid)
			return gpus->parts[i].power_w;
	return gpus->any && gpus->all_told && !gpus->full ? 0 : NAN;
}
