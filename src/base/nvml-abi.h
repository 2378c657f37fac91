/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The binary interface of libnvidia-ml as far as we call it: numbers and layouts from its
 * public documentation, in our own words (docs/NVML.md lists them). Only base/nvml*.c and the
 * stand-in library of the tests include this.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/nvml.h"

enum {
	NVML_OK = 0,
	NVML_UNINITIALIZED = 1,
	NVML_INVALID_ARGUMENT = 2,
	NVML_NOT_SUPPORTED = 3,
	NVML_NO_PERMISSION = 4,
	NVML_NOT_FOUND = 6,
	NVML_INSUFFICIENT_SIZE = 7,
	NVML_DRIVER_NOT_LOADED = 9,
	NVML_TIMEOUT = 10,
	NVML_LIBRARY_NOT_FOUND = 12,
	NVML_FUNCTION_NOT_FOUND = 13,
	NVML_GPU_IS_LOST = 15,
	NVML_RESET_REQUIRED = 16,
	NVML_OPERATING_SYSTEM = 17, /* the device is blocked, by a cgroup as a rule */
	NVML_VERSION_MISMATCH = 18, /* the library is not of the loaded driver */
	NVML_NO_DATA = 21,
	NVML_ARGUMENT_VERSION_MISMATCH = 25,
	NVML_GPU_NOT_FOUND = 28,
	NVML_UNKNOWN = 999,
};

enum { NVML_FIELD_POWER_AVERAGE = 185, NVML_FIELD_POWER_INSTANT = 186 };

/* What stands in a field's value. */
enum {
	NVML_TYPE_DOUBLE,
	NVML_TYPE_UINT,
	NVML_TYPE_ULONG,
	NVML_TYPE_ULLONG,
	NVML_TYPE_LLONG,
	NVML_TYPE_INT,
	NVML_TYPE_USHORT,
};

struct nvml_abi_field {
	unsigned id;
	unsigned scope; /* 0: the GPU */
	long long timestamp_us;
	long long latency_us;
	int type;   /* NVML_TYPE_* */
	int result; /* NVML_OK, or the value is not there */

	union {
		double d;
		unsigned u;
		unsigned long ul;
		unsigned long long ull;
		long long ll;
		int i;
		unsigned short us;
	} value;
};

/* An entry of the first lists of clients. */
struct nvml_abi_client_v1 {
	unsigned pid;
	unsigned long long memory;
};

/* Of _v2 and _v3. */
struct nvml_abi_client {
	unsigned pid;
	unsigned long long memory;
	unsigned gpu_instance;
	unsigned compute_instance;
};

/* Of _v3 in the drivers 535.43 to 535.86 only, under the same name. */
struct nvml_abi_client_cc {
	unsigned pid;
	unsigned long long memory;
	unsigned gpu_instance;
	unsigned compute_instance;
	unsigned long long protected_memory;
};

struct nvml_abi_sm {
	unsigned pid;
	unsigned long long time_us; /* since 1970 */
	unsigned sm_pct;
	unsigned mem_pct;
	unsigned enc_pct;
	unsigned dec_pct;
};

struct nvml_abi_rates {
	unsigned gpu_pct;
	unsigned memory_pct;
};

struct nvml_abi_memory {
	unsigned long long total;
	unsigned long long free;
	unsigned long long used;
};

/* domain, bus and device stand at the same places in every version of the call. */
struct nvml_abi_pci {
	char legacy_id[16];
	unsigned domain;
	unsigned bus;
	unsigned device;
	unsigned device_id;
	unsigned subsystem_id;
	char id[32];
};

struct nvml_device; /* the library's own */

/* NOLINTBEGIN(bugprone-macro-parentheses): a type and a list of parameters. */
struct nvml_api {
#define NVML_SYMBOL(need, returns, member, newest, older, args) returns(*member) args;
#include "base/nvml-symbols.def"
#undef NVML_SYMBOL
};

/* NOLINTEND(bugprone-macro-parentheses) */

struct nvml {
	void *library;
	bool up; /* init was done, shutdown is due */
	struct nvml_api api;
	unsigned count;
	struct nvml_device *boards[NVML_BOARDS_MAX]; /* NULL: no handle now */
	/* What the library writes lists into; here, since readers may not allocate. */
	unsigned char list[NVML_CLIENTS_MAX * sizeof(struct nvml_abi_client_cc)];
	struct nvml_abi_sm sm[NVML_CLIENTS_MAX];
};

/* A return code as a negative errno; 0 for NVML_OK. */
int nvml_errno(int code);
