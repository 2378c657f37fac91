/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening and closing the library, and what a board is. What it does is in nvml-read.c.
 */
#include "base/nvml.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nvml-abi.h"

#define SONAME    "libnvidia-ml.so.1"
#define UW_PER_MW UINT64_C(1000)

enum need { REQUIRED, OPTIONAL };

struct symbol {
	const char *newest;
	const char *older;
	size_t offset;
	enum need need;
};

static const struct symbol symbols[] = {
#define NVML_SYMBOL(need, returns, member, newest, older, args)                          \
	{ newest, older, offsetof(struct nvml_api, member), need },
#include "base/nvml-symbols.def"
#undef NVML_SYMBOL
};

int nvml_errno(int code)
{
	switch (code) {
	case NVML_OK:
		return 0;
	case NVML_NOT_SUPPORTED:
	case NVML_FUNCTION_NOT_FOUND:
	case NVML_ARGUMENT_VERSION_MISMATCH:
		return -EOPNOTSUPP;
	case NVML_NO_PERMISSION:
	case NVML_OPERATING_SYSTEM:
		return -EACCES;
	case NVML_NOT_FOUND:
		return -ENOENT;
	case NVML_INSUFFICIENT_SIZE:
		return -ENOSPC;
	case NVML_DRIVER_NOT_LOADED:
	case NVML_LIBRARY_NOT_FOUND:
		return -ENODEV;
	case NVML_UNINITIALIZED:
	case NVML_INVALID_ARGUMENT: /* a handle that has become stale */
	case NVML_GPU_IS_LOST:
	case NVML_RESET_REQUIRED:
	case NVML_GPU_NOT_FOUND:
		return -ENXIO;
	case NVML_VERSION_MISMATCH:
		return -EPROTO;
	default:
		return -EAGAIN;
	}
}

static const char *code_text(const struct nvml *nvml, int code)
{
	const char *text = nvml->api.error_string ? nvml->api.error_string(code) : NULL;

	return text ? text : "no reason given";
}

static int load_symbols(struct nvml *nvml, struct diag *diag)
{
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		const struct symbol *row = &symbols[i];
		void *found = dlsym(nvml->library, row->newest);

		if (!found && row->older[0] != '\0')
			found = dlsym(nvml->library, row->older);
		if (!found && row->need == REQUIRED)
			return diag_fail(diag, -EPROTO, "%s has no %s", SONAME,
					 row->newest);
		/* A function's address: ISO C would not let it be assigned. */
		memcpy((char *)&nvml->api + row->offset, &found, sizeof found);
	}
	return 0;
}

static void say_fix(struct diag *diag, int code)
{
	switch (code) {
	case NVML_DRIVER_NOT_LOADED:
		diag_fix(diag,
			 "sudo modprobe nvidia; a container: start it with --gpus all, "
			 "or NVIDIA_VISIBLE_DEVICES=all and "
			 "NVIDIA_DRIVER_CAPABILITIES=utility");
		break;
	case NVML_NO_PERMISSION:
	case NVML_OPERATING_SYSTEM:
		diag_fix(diag,
			 "let this user read and write /dev/nvidiactl and "
			 "/dev/nvidia*; a container: --gpus all; Slurm: ask for the "
			 "board with --gres=gpu:1");
		break;
	case NVML_VERSION_MISMATCH:
		diag_fix(diag,
			 "the driver was updated under the running system: reboot, or "
			 "reload its module (sudo rmmod nvidia_uvm nvidia_drm "
			 "nvidia_modeset nvidia; sudo modprobe nvidia)");
		break;
	default:
		diag_fix(diag, "see what nvidia-smi says, and dmesg | grep -i nvrm");
		break;
	}
}

static int start(struct nvml *nvml, struct diag *diag)
{
	int code = nvml->api.init();

	if (code == NVML_OK) {
		nvml->up = true;
		code = nvml->api.get_count(&nvml->count);
	}
	if (code != NVML_OK) {
		int err = nvml_errno(code);

		(void)diag_say(diag, err, "NVIDIA's library did not start: %s",
			       code_text(nvml, code));
		say_fix(diag, code);
		return err;
	}
	if (nvml->count == 0) {
		(void)diag_say(diag, -ENODEV, "NVIDIA's driver shows no board");
		diag_fix(diag, "a container: start it with --gpus all or "
			       "NVIDIA_VISIBLE_DEVICES=all; Slurm: --gres=gpu:1");
		return -ENODEV;
	}
	if (nvml->count > NVML_BOARDS_MAX)
		nvml->count = NVML_BOARDS_MAX;
	return 0;
}

int nvml_open(const struct host *host, struct diag *diag, struct nvml **ret)
{
	CLEANUP(nvml_close_ptr) struct nvml *nvml = calloc(1, sizeof *nvml);
	int r;

	if (!nvml)
		return diag_fail(diag, -ENOMEM, "cannot open %s", SONAME);
	r = host_dlopen(host, SONAME, &nvml->library);
	if (r < 0)
		return r;
	r = load_symbols(nvml, diag);
	if (r < 0)
		return r;
	r = start(nvml, diag);
	if (r < 0)
		return r;
	for (unsigned i = 0; i < nvml->count; i++)
		(void)nvml_renew(nvml, i, NULL);
	*ret = STEAL(nvml);
	return 0;
}

void nvml_close(struct nvml *nvml)
{
	if (!nvml)
		return;
	if (nvml->up && nvml->api.shutdown)
		(void)nvml->api.shutdown();
	if (nvml->library)
		(void)dlclose(nvml->library);
	free(nvml);
}

void nvml_close_ptr(struct nvml **nvml)
{
	nvml_close(*nvml);
}

unsigned nvml_count(const struct nvml *nvml)
{
	return nvml->count;
}

int nvml_renew(struct nvml *nvml, unsigned index, struct diag *diag)
{
	struct nvml_device *board = NULL;
	int code;
	int err;

	if (index >= nvml->count)
		return -ENXIO;
	code = nvml->api.handle(index, &board);
	err = nvml_errno(code);
	if (err < 0) {
		nvml->boards[index] = NULL;
		(void)diag_say(diag, err, "NVIDIA board %u: %s", index,
			       code_text(nvml, code));
		say_fix(diag, code);
		return err;
	}
	nvml->boards[index] = board;
	return 0;
}

static void fill_limits(const struct nvml *nvml, struct nvml_device *board,
			struct nvml_board *ret)
{
	const struct nvml_api *api = &nvml->api;
	unsigned least = 0;
	unsigned mw = 0;

	if ((api->enforced_limit && api->enforced_limit(board, &mw) == NVML_OK) ||
	    (api->default_limit && api->default_limit(board, &mw) == NVML_OK))
		ret->limit_uw = mw * UW_PER_MW;
	if (api->limit_range && api->limit_range(board, &least, &mw) == NVML_OK)
		ret->limit_max_uw = mw * UW_PER_MW;
}

static void fill_texts(const struct nvml *nvml, struct nvml_device *board,
		       struct nvml_board *ret)
{
	const struct nvml_api *api = &nvml->api;
	struct nvml_abi_pci pci = { 0 };

	if (api->name && api->name(board, ret->name, sizeof ret->name) != NVML_OK)
		ret->name[0] = '\0';
	if (api->uuid && api->uuid(board, ret->uuid, sizeof ret->uuid) != NVML_OK)
		ret->uuid[0] = '\0';
	if (api->driver_version &&
	    api->driver_version(ret->driver, sizeof ret->driver) != NVML_OK)
		ret->driver[0] = '\0';
	if (api->pci_info && api->pci_info(board, &pci) == NVML_OK)
		(void)snprintf(ret->pci, sizeof ret->pci, "%04x:%02x:%02x.0", pci.domain,
			       pci.bus, pci.device);
}

int nvml_board(struct nvml *nvml, unsigned index, struct nvml_board *ret)
{
	const struct nvml_api *api = &nvml->api;
	struct nvml_abi_memory memory = { 0 };
	struct nvml_board board = { 0 };
	struct nvml_device *handle;
	unsigned mig = 0;
	unsigned pending = 0;

	if (index >= nvml->count || !nvml->boards[index])
		return -ENXIO;
	handle = nvml->boards[index];
	fill_texts(nvml, handle, &board);
	fill_limits(nvml, handle, &board);
	if (api->memory_info && api->memory_info(handle, &memory) == NVML_OK)
		board.memory_bytes = memory.total;
	board.has_mig = api->mig_mode && api->mig_mode(handle, &mig, &pending) == NVML_OK;
	board.mig = board.has_mig && mig == 1;
	*ret = board;
	return 0;
}
