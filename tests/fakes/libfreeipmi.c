/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stand-in for libfreeipmi.so.17 with a BMC that answers what the test tells it to.
 * Only the calls that source-ipmi makes, with the arguments it must make them with.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

static struct {
	uint8_t answer[20];
	int len;
	int asked;
	int open; /* contexts made and not destroyed */
	int connected;
	bool refuse;
} bmc;

EXPORT void fake_bmc_says(const uint8_t *answer, int len);
EXPORT void fake_bmc_refuses(bool refuse);
EXPORT int fake_bmc_asked(void);
EXPORT int fake_bmc_open(void);
EXPORT void *ipmi_ctx_create(void);
EXPORT void ipmi_ctx_destroy(void *ctx);
EXPORT int ipmi_ctx_close(void *ctx);
EXPORT int ipmi_ctx_open_inband(void *ctx, int driver_type, int disable_auto_probe,
				uint16_t driver_address, uint8_t register_spacing,
				const char *driver_device, unsigned workaround_flags,
				unsigned flags);
EXPORT int ipmi_cmd_raw(void *ctx, uint8_t lun, uint8_t net_fn, const void *request,
			unsigned request_len, void *answer, unsigned answer_len);
EXPORT const char *ipmi_ctx_errormsg(void *ctx);

void fake_bmc_says(const uint8_t *answer, int len)
{
	memset(bmc.answer, 0, sizeof bmc.answer);
	if (len > 0)
		memcpy(bmc.answer, answer, (size_t)len);
	bmc.len = len;
}

void fake_bmc_refuses(bool refuse)
{
	bmc.refuse = refuse;
}

int fake_bmc_asked(void)
{
	return bmc.asked;
}

int fake_bmc_open(void)
{
	return bmc.open + bmc.connected;
}

void *ipmi_ctx_create(void)
{
	bmc.open++;
	return &bmc;
}

void ipmi_ctx_destroy(void *ctx)
{
	bmc.open -= ctx == &bmc;
}

int ipmi_ctx_close(void *ctx)
{
	bmc.connected -= ctx == &bmc;
	return 0;
}

int ipmi_ctx_open_inband(void *ctx, int driver_type, int disable_auto_probe,
			 uint16_t driver_address, uint8_t register_spacing,
			 const char *driver_device, unsigned workaround_flags,
			 unsigned flags)
{
	const int openipmi = 7;

	if (ctx != &bmc || driver_type != openipmi || disable_auto_probe != 1 ||
	    driver_address != 0 || register_spacing != 0 || driver_device ||
	    workaround_flags != 0 || flags != 0 || bmc.refuse)
		return -1;
	bmc.connected++;
	return 0;
}

int ipmi_cmd_raw(void *ctx, uint8_t lun, uint8_t net_fn, const void *request,
		 unsigned request_len, void *answer, unsigned answer_len)
{
	static const uint8_t expected[] = { 0x02, 0xdc, 0x01, 0x00, 0x00 };

	bmc.asked++;
	if (ctx != &bmc || lun != 0 || net_fn != 0x2c || request_len != sizeof expected ||
	    memcmp(request, expected, sizeof expected) != 0 || bmc.len < 0 ||
	    answer_len < (unsigned)bmc.len)
		return -1;
	memcpy(answer, bmc.answer, (size_t)bmc.len);
	return bmc.len;
}

const char *ipmi_ctx_errormsg(void *ctx)
{
	(void)ctx;
	return "driver busy";
}
