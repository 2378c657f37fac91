/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: sys/class/drm/card<N>/device/gpu_busy_percent and its hwmon's power1_cap (amdgpu);
 *        class, vendor and driver in sys/bus/pci/devices.
 * Gives: power of boards between an idle and a busy share of their limit.
 * Needs: the amdgpu driver.
 * Limits: NVIDIA tells its load through NVML only, and then its power too; see source-nvml.
 */
#include "source/gpu-model.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "machine/cpu-curve.h"

#define PCI       "sys/bus/pci/devices"
#define DRM       "sys/class/drm"
#define PATH_ROOM 512

enum { PCI_NVIDIA = 0x10de, PCI_AMD = 0x1002 };

enum { PCI_CLASS_VGA = 0x0300, PCI_CLASS_3D = 0x0302 };

/* "card0" and not "card0-DP-1". */
static bool is_card(const char *name)
{
	return strncmp(name, "card", 4) == 0 && name[4] != '\0' &&
	       name[4 + strspn(name + 4, "0123456789")] == '\0';
}

static int read_limit(const struct host *host, const char *card, uint64_t *ret_uw)
{
	CLEANUP(names_done) struct names names = { 0 };
	char path[PATH_ROOM];
	int r;

	(void)snprintf(path, sizeof path, DRM "/%s/device/hwmon", card);
	r = host_names(host, path, &names);
	if (r < 0)
		return r;
	for (size_t i = 0; i < names.count; i++) {
		(void)snprintf(path, sizeof path, DRM "/%s/device/hwmon/%s/power1_cap",
			       card, names.name[i]);
		if (host_read_u64(host, path, ret_uw) == 0 && *ret_uw > 0)
			return 0;
	}
	return -ENODEV;
}

static void name_device(const struct host *host, const char *card, char *buf, size_t size)
{
	char path[PATH_ROOM];
	char link[PATH_ROOM];
	const char *slash;

	(void)copy_text(buf, size, card);
	(void)snprintf(path, sizeof path, DRM "/%s/device", card);
	if (host_read_link(host, path, link, sizeof link) < 0)
		return;
	slash = strrchr(link, '/');
	(void)copy_text(buf, size, slash ? slash + 1 : link);
}

static int open_card(const struct host *host, const char *card, struct gpu_model *ret)
{
	char path[PATH_ROOM];
	uint64_t limit_uw = 0;
	int fd;
	int r = read_limit(host, card, &limit_uw);

	if (r < 0)
		return r;
	(void)snprintf(path, sizeof path, DRM "/%s/device/gpu_busy_percent", card);
	fd = host_open(host, path, O_RDONLY);
	if (fd < 0)
		return fd;
	ret->busy_fd = fd;
	ret->full_uw = limit_uw / 1000 * model_parameter_permille("gpu_full_share");
	ret->idle_uw = limit_uw / 1000 * model_parameter_permille("gpu_idle_share");
	name_device(host, card, ret->device, sizeof ret->device);
	return 0;
}

static bool is_gpu(const struct host *host, const char *device)
{
	char path[PATH_ROOM];
	char text[32];
	uint64_t vendor;
	uint64_t class;

	(void)snprintf(path, sizeof path, PCI "/%s/vendor", device);
	if (host_read_line(host, path, text, sizeof text) < 0 ||
	    parse_hex64(text, &vendor) < 0)
		return false;
	(void)snprintf(path, sizeof path, PCI "/%s/class", device);
	if (host_read_line(host, path, text, sizeof text) < 0 ||
	    parse_hex64(text, &class) < 0)
		return false;
	class >>= 8;
	return (vendor == PCI_NVIDIA || vendor == PCI_AMD) &&
	       (class == PCI_CLASS_VGA || class == PCI_CLASS_3D);
}

/* With their makers' drivers other sources read them, and say what is amiss. */
static bool has_driver(const struct host *host, const char *device)
{
	char path[PATH_ROOM];
	char link[PATH_ROOM];
	const char *slash;

	(void)snprintf(path, sizeof path, PCI "/%s/driver", device);
	if (host_read_link(host, path, link, sizeof link) < 0)
		return false;
	slash = strrchr(link, '/');
	slash = slash ? slash + 1 : link;
	return strcmp(slash, "nvidia") == 0 || strcmp(slash, "amdgpu") == 0;
}

static void say_silent(const struct host *host, struct diag *diag)
{
	CLEANUP(names_done) struct names names = { 0 };

	if (host_names(host, PCI, &names) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		if (!is_gpu(host, names.name[i]) || has_driver(host, names.name[i]))
			continue;
		(void)diag_say(
			diag, -ENODEV,
			"the GPU at %s is left out: without its maker's driver its "
			"load is not known, and it is not guessed",
			names.name[i]);
		return;
	}
}

size_t gpu_model_open(const struct host *host, struct diag *diag, struct gpu_model *gpus,
		      size_t max)
{
	CLEANUP(names_done) struct names names = { 0 };
	size_t count = 0;

	say_silent(host, diag);
	if (host_names(host, DRM, &names) < 0)
		return 0;
	for (size_t i = 0; i < names.count && count < max; i++)
		if (is_card(names.name[i]) &&
		    open_card(host, names.name[i], &gpus[count]) == 0)
			count++;
	return count;
}

void gpu_model_close(struct gpu_model *gpus, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close_fd(&gpus[i].busy_fd);
}

int gpu_model_read(const struct gpu_model *gpu, uint64_t *ret_uw)
{
	uint64_t busy_percent = 0;
	int r = fd_read_u64(gpu->busy_fd, &busy_percent);

	if (r < 0)
		return r;
	if (busy_percent > 100)
		return -EPROTO;
	*ret_uw = gpu->idle_uw + (gpu->full_uw - gpu->idle_uw) / 100 * busy_percent;
	return 0;
}
