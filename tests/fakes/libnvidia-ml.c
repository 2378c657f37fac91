/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stand-in for libnvidia-ml.so.1: the true names and layouts, made-up boards. What the
 * machine is like stands in the text file that GRAMME_FAKE_NVML names; it is read anew at each
 * call, so a test or a generator may change it at any time. No file: no board.
 *
 *	init=ok|driver_not_loaded|no_permission|mismatch
 *	slow_ms=N		how long init takes
 *	driver=535.104.05
 *	now_ms=N		the boards' clock; else CLOCK_MONOTONIC
 *	entry=16|24|32		bytes of an entry of the _v3 lists; 24
 *	board N key=value ...
 *		name=NVIDIA_H100 uuid=GPU-0 bus=3b mem_gb=80	_ in a name is a space
 *		limit_w=700 max_w=700 mig=0|1
 *		energy=counter|none power=instant|average|usage|none	what it can tell
 *		power_w=300, or square=100:400:500ms	W low, W high, period; low comes first
 *		less_j=N	taken off the counter: a board that was reset
 *		exact=1		the counter moves all the time, else every 100 ms
 *		error=none|lost|timeout|unknown|permission	lost: until asked for anew
 *		clients=PID:MiB:SM%[,...] graphics=PID:MiB:SM%[,...]	who is on it
 *		util=N		% of time in use; without: the sum of its clients'
 *		sm=all|none	process utilisation: samples, or nothing new
 *
 * The counter is the exact integral of the profile from the clock's 0. Built with -DOLD it is
 * a library of 2016: no counter, no fields, no process utilisation, first names only.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/nvml-abi.h"

#define EXPORT  __attribute__((visibility("default")))
#define BOARDS  16
#define CLIENTS 512
#define STEP_NS (100 * NS_PER_MS)

struct client {
	unsigned pid;
	unsigned long long mib;
	unsigned sm_pct;
};

struct client_list {
	unsigned count;
	struct client client[CLIENTS];
};

struct nvml_device {
	unsigned present;
	char name[96];
	char uuid[96];
	unsigned bus;
	unsigned long long mem_gb;
	unsigned limit_w;
	unsigned max_w;
	unsigned mig;
	unsigned counter;
	int power; /* 0 none, 1 usage, 2 average, 3 instant: each with those below */
	uint64_t low_uw;
	uint64_t high_uw;
	int64_t period_ns; /* 0: always low_uw */
	uint64_t less_mj;
	unsigned exact;
	int error;
	int util;
	unsigned no_samples;
	struct client_list compute;
	struct client_list graphics;
};

struct machine {
	int init;
	unsigned slow_ms;
	char driver[80];
	int64_t now_ns; /* -1: the clock */
	unsigned entry;
	struct nvml_device board[BOARDS];
};

/* A handle is a place in this array: it must stay the same from call to call. */
static struct machine machine;
static unsigned energy_calls[BOARDS];
static unsigned power_calls[BOARDS];
static unsigned client_calls[BOARDS];
static bool stale[BOARDS]; /* was lost, and its handle not asked for since */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* How often each was asked for, for tests that say how seldom it must be. */
EXPORT unsigned fake_nvml_energy_calls(unsigned board);
EXPORT unsigned fake_nvml_power_calls(unsigned board);
EXPORT unsigned fake_nvml_client_calls(unsigned board);

unsigned fake_nvml_energy_calls(unsigned board)
{
	return energy_calls[board];
}

unsigned fake_nvml_power_calls(unsigned board)
{
	return power_calls[board];
}

unsigned fake_nvml_client_calls(unsigned board)
{
	return client_calls[board];
}

static unsigned number(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

static uint64_t watts(const char *text)
{
	return (uint64_t)(strtod(text, NULL) * 1e6 + 0.5);
}

struct word {
	const char *text;
	int value;
};

static int word_of(const char *text, const struct word *words, int otherwise)
{
	for (; words->text; words++) {
		if (strcmp(text, words->text) == 0)
			return words->value;
	}
	return otherwise;
}

static void set_clients(struct client_list *list, const char *text)
{
	int used = 0;

	list->count = 0;
	while (list->count < CLIENTS) {
		struct client *client = &list->client[list->count];

		if (sscanf(text, "%u:%llu:%u%n", &client->pid, &client->mib,
			   &client->sm_pct, &used) != 3)
			return;
		list->count++;
		text += used;
		text += *text == ',';
	}
}

static void set_square(struct nvml_device *board, const char *text)
{
	double low = 0;
	double high = 0;
	double period_ms = 0;

	if (sscanf(text, "%lf:%lf:%lfms", &low, &high, &period_ms) != 3)
		return;
	board->low_uw = (uint64_t)(low * 1e6);
	board->high_uw = (uint64_t)(high * 1e6);
	board->period_ns = (int64_t)(period_ms * 1e6);
}

static void set_name(struct nvml_device *board, const char *text)
{
	(void)snprintf(board->name, sizeof board->name, "%s", text);
	for (char *c = board->name; *c; c++)
		*c = *c == '_' ? ' ' : *c;
}

static void set_what(struct nvml_device *board, const char *key, const char *value)
{
	static const struct word errors[] = { { "lost", NVML_GPU_IS_LOST },
					      { "timeout", NVML_TIMEOUT },
					      { "unknown", NVML_UNKNOWN },
					      { "permission", NVML_NO_PERMISSION },
					      { NULL, 0 } };
	static const struct word ways[] = { { "none", 0 },
					    { "usage", 1 },
					    { "average", 2 },
					    { "instant", 3 },
					    { NULL, 0 } };

	if (strcmp(key, "name") == 0)
		set_name(board, value);
	else if (strcmp(key, "uuid") == 0)
		(void)snprintf(board->uuid, sizeof board->uuid, "%s", value);
	else if (strcmp(key, "bus") == 0)
		board->bus = (unsigned)strtoul(value, NULL, 16);
	else if (strcmp(key, "mem_gb") == 0)
		board->mem_gb = number(value);
	else if (strcmp(key, "error") == 0)
		board->error = word_of(value, errors, NVML_OK);
	else if (strcmp(key, "power") == 0)
		board->power = word_of(value, ways, 3);
	else if (strcmp(key, "energy") == 0)
		board->counter = strcmp(value, "none") != 0;
	else if (strcmp(key, "mig") == 0)
		board->mig = number(value);
}

static void set_figure(struct nvml_device *board, const char *key, const char *value)
{
	if (strcmp(key, "limit_w") == 0)
		board->limit_w = number(value);
	else if (strcmp(key, "max_w") == 0)
		board->max_w = number(value);
	else if (strcmp(key, "power_w") == 0)
		board->low_uw = watts(value);
	else if (strcmp(key, "square") == 0)
		set_square(board, value);
	else if (strcmp(key, "less_j") == 0)
		board->less_mj = watts(value) / 1000;
	else if (strcmp(key, "exact") == 0)
		board->exact = number(value);
	else if (strcmp(key, "util") == 0)
		board->util = (int)number(value);
	else if (strcmp(key, "sm") == 0)
		board->no_samples = strcmp(value, "none") == 0;
	else if (strcmp(key, "clients") == 0)
		set_clients(&board->compute, value);
	else if (strcmp(key, "graphics") == 0)
		set_clients(&board->graphics, value);
}

static void board_line(char *line)
{
	char *rest = NULL;
	char *word = strtok_r(line, " \t", &rest);
	unsigned index = word ? number(word) : BOARDS;
	struct nvml_device *board;

	if (index >= BOARDS)
		return;
	board = &machine.board[index];
	board->present = 1;
	board->bus = 0x3b + index;
	board->mem_gb = 80;
	board->limit_w = 700;
	board->max_w = 700;
	board->counter = 1;
	board->power = 3;
	board->low_uw = 100000000;
	board->util = -1;
	set_name(board, "NVIDIA_Fake");
	(void)snprintf(board->uuid, sizeof board->uuid, "GPU-%04u", index);
	while ((word = strtok_r(NULL, " \t", &rest))) {
		char *value = strchr(word, '=');

		if (!value)
			continue;
		*value++ = '\0';
		set_what(board, word, value);
		set_figure(board, word, value);
	}
}

static void machine_line(char *line)
{
	static const struct word inits[] = { { "driver_not_loaded",
					       NVML_DRIVER_NOT_LOADED },
					     { "no_permission", NVML_NO_PERMISSION },
					     { "mismatch", NVML_VERSION_MISMATCH },
					     { NULL, 0 } };
	char *value = strchr(line, '=');

	if (strncmp(line, "board ", 6) == 0) {
		board_line(line + 6);
		return;
	}
	if (!value)
		return;
	*value++ = '\0';
	if (strcmp(line, "init") == 0)
		machine.init = word_of(value, inits, NVML_OK);
	else if (strcmp(line, "slow_ms") == 0)
		machine.slow_ms = number(value);
	else if (strcmp(line, "driver") == 0)
		(void)snprintf(machine.driver, sizeof machine.driver, "%s", value);
	else if (strcmp(line, "now_ms") == 0)
		machine.now_ns = (int64_t)strtoll(value, NULL, 10) * NS_PER_MS;
	else if (strcmp(line, "entry") == 0)
		machine.entry = number(value);
}

static void look(void)
{
	const char *path = getenv("GRAMME_FAKE_NVML");
	FILE *file = path ? fopen(path, "re") : NULL;
	char *line = NULL;
	size_t room = 0;

	memset(&machine, 0, sizeof machine);
	machine.now_ns = -1;
	machine.entry = 24;
	(void)snprintf(machine.driver, sizeof machine.driver, "535.104.05");
	while (file && getline(&line, &room, file) > 0) {
		line[strcspn(line, "#\n")] = '\0';
		machine_line(line);
	}
	free(line);
	if (file)
		(void)fclose(file);
}

static int64_t clock_of(clockid_t id)
{
	struct timespec now;

	(void)clock_gettime(id, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int64_t now_ns(void)
{
	return machine.now_ns >= 0 ? machine.now_ns : clock_of(CLOCK_MONOTONIC);
}

/* Looks at the file, then answers with what stands there, one caller at a time. */
static int begin(struct nvml_device *board)
{
	(void)pthread_mutex_lock(&lock);
	look();
	if (!board || !board->present)
		return NVML_INVALID_ARGUMENT;
	if (board->error == NVML_GPU_IS_LOST)
		stale[board - machine.board] = true;
	return stale[board - machine.board] ? NVML_GPU_IS_LOST : board->error;
}

static int end(int code)
{
	(void)pthread_mutex_unlock(&lock);
	return code;
}

/* ns * uW is past 64 bits within hours: seconds and the rest apart. */
static uint64_t energy_uj_of(uint64_t uw, int64_t ns)
{
	return uw * (uint64_t)(ns / NS_PER_S) +
	       uw * (uint64_t)(ns % NS_PER_S) / (uint64_t)NS_PER_S;
}

static uint64_t integral_uj(const struct nvml_device *board, int64_t t_ns)
{
	int64_t half_ns = board->period_ns / 2;
	int64_t rest_ns;
	int64_t high_ns;

	if (board->period_ns == 0)
		return energy_uj_of(board->low_uw, t_ns);
	rest_ns = t_ns % board->period_ns;
	high_ns = t_ns / board->period_ns * (board->period_ns - half_ns);
	high_ns += rest_ns > half_ns ? rest_ns - half_ns : 0;
	return energy_uj_of(board->high_uw, high_ns) +
	       energy_uj_of(board->low_uw, t_ns - high_ns);
}

static unsigned instant_mw(const struct nvml_device *board)
{
	int64_t t_ns = now_ns();
	int high =
		board->period_ns > 0 && t_ns % board->period_ns >= board->period_ns / 2;

	return (unsigned)((high ? board->high_uw : board->low_uw) / 1000);
}

static unsigned average_mw(const struct nvml_device *board)
{
	int64_t t_ns = now_ns();
	int64_t from_ns = t_ns > NS_PER_S ? t_ns - NS_PER_S : 0;

	if (t_ns == from_ns)
		return instant_mw(board);
	return (unsigned)((integral_uj(board, t_ns) - integral_uj(board, from_ns)) *
			  1000000 / (uint64_t)(t_ns - from_ns));
}

static int text_out(char *to, unsigned size, const char *text)
{
	if (strlen(text) >= size)
		return NVML_INSUFFICIENT_SIZE;
	memcpy(to, text, strlen(text) + 1);
	return NVML_OK;
}

/* Entries of any length; the rest of the caller's room is left as it was. */
static int list_out(const struct client_list *list, size_t entry, unsigned *count,
		    unsigned char *to)
{
	unsigned room = *count;

	*count = list->count;
	for (unsigned i = 0; i < list->count && i < room; i++) {
		struct nvml_abi_client_cc one;

		memset(&one, 0, sizeof one);
		one.pid = list->client[i].pid;
		one.memory = list->client[i].mib << 20;
		one.gpu_instance = 0xffffffff;
		one.compute_instance = 0xffffffff;
		memcpy(to + i * entry, &one, entry);
	}
	return list->count > room ? NVML_INSUFFICIENT_SIZE : NVML_OK;
}

/* The interface. Each is declared before it is defined, as the warnings want it. */
#define CALL(name, ...)                                                                  \
	EXPORT int name(__VA_ARGS__);                                                    \
	int name(__VA_ARGS__)

#ifdef OLD
#define NAME_INIT   nvmlInit
#define NAME_COUNT  nvmlDeviceGetCount
#define NAME_HANDLE nvmlDeviceGetHandleByIndex
#define NAME_PCI    nvmlDeviceGetPciInfo
#else
#define NAME_INIT   nvmlInit_v2
#define NAME_COUNT  nvmlDeviceGetCount_v2
#define NAME_HANDLE nvmlDeviceGetHandleByIndex_v2
#define NAME_PCI    nvmlDeviceGetPciInfo_v3
#endif

EXPORT const char *nvmlErrorString(int code);

const char *nvmlErrorString(int code)
{
	switch (code) {
	case NVML_OK:
		return "fake: fine";
	case NVML_DRIVER_NOT_LOADED:
		return "fake: Driver Not Loaded";
	case NVML_NO_PERMISSION:
		return "fake: Insufficient Permissions";
	case NVML_VERSION_MISMATCH:
		return "fake: Driver/library version mismatch";
	case NVML_GPU_IS_LOST:
		return "fake: GPU is lost";
	default:
		return "fake: Unknown Error";
	}
}

CALL(NAME_INIT, void)
{
	int code;

	(void)begin(NULL);
	code = machine.init;
	if (machine.slow_ms > 0) {
		struct timespec wait = { machine.slow_ms / 1000,
					 (long)(machine.slow_ms % 1000) * 1000000 };

		(void)nanosleep(&wait, NULL);
	}
	return end(code);
}

CALL(nvmlShutdown, void)
{
	return NVML_OK;
}

CALL(NAME_COUNT, unsigned *count)
{
	(void)begin(NULL);
	*count = 0;
	for (unsigned i = 0; i < BOARDS; i++) {
		if (machine.board[i].present)
			*count = i + 1;
	}
	return end(NVML_OK);
}

CALL(NAME_HANDLE, unsigned index, struct nvml_device **device)
{
	int code = begin(index < BOARDS ? &machine.board[index] : NULL);

	if (code == NVML_INVALID_ARGUMENT || code == NVML_NO_PERMISSION)
		return end(code);
	if (machine.board[index].error == NVML_GPU_IS_LOST)
		return end(NVML_GPU_IS_LOST);
	stale[index] = false;
	*device = &machine.board[index];
	return end(NVML_OK);
}

CALL(nvmlSystemGetDriverVersion, char *text, unsigned size)
{
	(void)begin(NULL);
	return end(text_out(text, size, machine.driver));
}

CALL(nvmlDeviceGetName, struct nvml_device *board, char *text, unsigned size)
{
	int code = begin(board);

	return end(code == NVML_OK ? text_out(text, size, board->name) : code);
}

CALL(nvmlDeviceGetUUID, struct nvml_device *board, char *text, unsigned size)
{
	int code = begin(board);

	return end(code == NVML_OK ? text_out(text, size, board->uuid) : code);
}

CALL(NAME_PCI, struct nvml_device *board, struct nvml_abi_pci *pci)
{
	int code = begin(board);

	if (code == NVML_OK) {
		memset(pci, 0, sizeof *pci);
		(void)snprintf(pci->legacy_id, sizeof pci->legacy_id, "0000:%02X:00.0",
			       board->bus & 0xff);
		(void)snprintf(pci->id, sizeof pci->id, "00000000:%02X:00.0",
			       board->bus & 0xff);
		pci->bus = board->bus;
	}
	return end(code);
}

CALL(nvmlDeviceGetMemoryInfo, struct nvml_device *board, struct nvml_abi_memory *memory)
{
	int code = begin(board);

	if (code == NVML_OK)
		*memory = (struct nvml_abi_memory){ board->mem_gb << 30,
						    board->mem_gb << 30, 0 };
	return end(code);
}

CALL(nvmlDeviceGetMigMode, struct nvml_device *board, unsigned *now, unsigned *pending)
{
	int code = begin(board);

	if (code == NVML_OK) {
		*now = board->mig;
		*pending = board->mig;
	}
	return end(code);
}

CALL(nvmlDeviceGetEnforcedPowerLimit, struct nvml_device *board, unsigned *mw)
{
	int code = begin(board);

	if (code == NVML_OK && board->limit_w == 0)
		code = NVML_NOT_SUPPORTED;
	if (code == NVML_OK)
		*mw = board->limit_w * 1000;
	return end(code);
}

CALL(nvmlDeviceGetPowerManagementDefaultLimit, struct nvml_device *board, unsigned *mw)
{
	int code = begin(board);

	if (code == NVML_OK && board->max_w == 0)
		code = NVML_NOT_SUPPORTED;
	if (code == NVML_OK)
		*mw = board->max_w * 1000;
	return end(code);
}

CALL(nvmlDeviceGetPowerManagementLimitConstraints, struct nvml_device *board,
     unsigned *least, unsigned *most)
{
	int code = begin(board);

	if (code == NVML_OK && board->max_w == 0)
		code = NVML_NOT_SUPPORTED;
	if (code == NVML_OK) {
		*least = 100000;
		*most = board->max_w * 1000;
	}
	return end(code);
}

CALL(nvmlDeviceGetPowerUsage, struct nvml_device *board, unsigned *mw)
{
	int code = begin(board);

	if (board >= machine.board && board < machine.board + BOARDS)
		power_calls[board - machine.board]++;
	if (code == NVML_OK && board->power < 1)
		code = NVML_NOT_SUPPORTED;
	if (code == NVML_OK)
		*mw = average_mw(board);
	return end(code);
}

static unsigned used_pct(const struct nvml_device *board)
{
	unsigned sum = 0;

	if (board->util >= 0)
		return (unsigned)board->util;
	for (unsigned i = 0; i < board->compute.count; i++)
		sum += board->compute.client[i].sm_pct;
	for (unsigned i = 0; i < board->graphics.count; i++)
		sum += board->graphics.client[i].sm_pct;
	return sum > 100 ? 100 : sum;
}

CALL(nvmlDeviceGetUtilizationRates, struct nvml_device *board,
     struct nvml_abi_rates *rates)
{
	int code = begin(board);

	if (code == NVML_OK && board->mig)
		code = NVML_NOT_SUPPORTED;
	if (code == NVML_OK)
		*rates = (struct nvml_abi_rates){ used_pct(board), 0 };
	return end(code);
}

CALL(nvmlDeviceGetComputeRunningProcesses, struct nvml_device *board, unsigned *count,
     struct nvml_abi_client_v1 *to)
{
	int code = begin(board);

	if (code == NVML_OK)
		code = list_out(&board->compute, 16, count, (unsigned char *)to);
	return end(code);
}

CALL(nvmlDeviceGetGraphicsRunningProcesses, struct nvml_device *board, unsigned *count,
     struct nvml_abi_client_v1 *to)
{
	int code = begin(board);

	if (code == NVML_OK)
		code = list_out(&board->graphics, 16, count, (unsigned char *)to);
	return end(code);
}

#ifndef OLD
CALL(nvmlDeviceGetComputeRunningProcesses_v3, struct nvml_device *board, unsigned *count,
     void *to)
{
	int code = begin(board);

	client_calls[board - machine.board]++;
	if (code == NVML_OK)
		code = list_out(&board->compute, machine.entry, count, to);
	return end(code);
}

CALL(nvmlDeviceGetGraphicsRunningProcesses_v3, struct nvml_device *board, unsigned *count,
     void *to)
{
	int code = begin(board);

	if (code == NVML_OK)
		code = list_out(&board->graphics, machine.entry, count, to);
	return end(code);
}

CALL(nvmlDeviceGetTotalEnergyConsumption, struct nvml_device *board,
     unsigned long long *mj)
{
	int code = begin(board);

	energy_calls[board - machine.board]++;
	if (code == NVML_OK && !board->counter)
		code = NVML_NOT_SUPPORTED;
	if (code == NVML_OK) {
		int64_t t_ns = now_ns();

		t_ns -= board->exact ? 0 : t_ns % STEP_NS;
		*mj = integral_uj(board, t_ns) / 1000 - board->less_mj;
	}
	return end(code);
}

static void field_out(const struct nvml_device *board, struct nvml_abi_field *field)
{
	field->type = NVML_TYPE_UINT;
	field->timestamp_us = clock_of(CLOCK_REALTIME) / NS_PER_US;
	field->result = NVML_OK;
	if (field->id == NVML_FIELD_POWER_INSTANT && board->power >= 3)
		field->value.u = instant_mw(board);
	else if (field->id == NVML_FIELD_POWER_AVERAGE && board->power >= 2)
		field->value.u = average_mw(board);
	else
		field->result = NVML_NOT_SUPPORTED;
}

CALL(nvmlDeviceGetFieldValues, struct nvml_device *board, int count,
     struct nvml_abi_field *fields)
{
	int code = begin(board);

	power_calls[board - machine.board]++;
	for (int i = 0; code == NVML_OK && i < count; i++)
		field_out(board, &fields[i]);
	return end(code);
}

static unsigned samples_out(const struct client_list *list, unsigned at, unsigned room,
			    struct nvml_abi_sm *to)
{
	for (unsigned i = 0; i < list->count; i++) {
		if (list->client[i].sm_pct == 0)
			continue;
		if (at < room)
			to[at] = (struct nvml_abi_sm){
				list->client[i].pid,
				(unsigned long long)(clock_of(CLOCK_REALTIME) /
						     NS_PER_US),
				list->client[i].sm_pct,
				0,
				0,
				0,
			};
		at++;
	}
	return at;
}

CALL(nvmlDeviceGetProcessUtilization, struct nvml_device *board, struct nvml_abi_sm *to,
     unsigned *count, unsigned long long since_us)
{
	int code = begin(board);
	unsigned room = to ? *count : 0;
	unsigned found;

	if (code == NVML_OK && board->mig)
		code = NVML_NOT_SUPPORTED;
	if (code == NVML_OK && board->no_samples)
		code = NVML_NOT_FOUND;
	if (code != NVML_OK)
		return end(code);
	if (since_us >= (unsigned long long)(clock_of(CLOCK_REALTIME) / NS_PER_US))
		return end(NVML_NOT_FOUND);
	found = samples_out(&board->compute, 0, room, to);
	found = samples_out(&board->graphics, found, room, to);
	*count = found;
	if (found == 0)
		return end(NVML_NOT_FOUND);
	return end(found > room ? NVML_INSUFFICIENT_SIZE : NVML_OK);
}
#endif
