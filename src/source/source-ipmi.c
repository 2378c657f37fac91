/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  the BMC's DCMI "Get Power Reading" through libfreeipmi and /dev/ipmi0.
 * Gives:  node-ipmi, node boundary: what the power supplies draw or deliver, by the
 *	   maker.
 * Needs:  the drivers ipmi_si and ipmi_devintf, /dev/ipmi0 to read and write,
 *	   libfreeipmi.
 * Limits: A reading takes tens of milliseconds, so it is taken at edges and else at most
 *	   every 5 s. Whole watts; over what time the BMC averages is not known, nor its
 *	   error: 5 % is a guess. Only the OpenIPMI driver is used: libfreeipmi's own
 *	   search for a BMC pokes at I/O ports, which is not for a meter to do. The
 *	   library's own descriptor may not be close-on-exec. Tried with a stand-in
 *	   library only: no machine with a BMC was at hand.
 */
#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>

#include "base/parse.h"
#include "source/source.h"

#define FREEIPMI_SONAME "libfreeipmi.so.17"
#define IPMI_DEV        "dev/ipmi0"
#define PACE_NS         (5 * NS_PER_S)

/* DCMI 1.5, 6.6.1: network function, command, and the bytes of question and answer. */
#define NETFN_GROUP     0x2c
#define CMD_GET_POWER   0x02
#define GROUP_DCMI      0xdc
#define MODE_SYSTEM     0x01
#define ANSWER_LEN      20
#define ANSWER_CODE     1
#define ANSWER_GROUP    2
#define ANSWER_WATTS    3
#define ANSWER_STATE    19
#define STATE_MEASURING 0x40

/* Of freeipmi/api/ipmi-api.h, the calls we make; the interface is that of soname 17. */
#define DRIVER_OPENIPMI 7

struct freeipmi {
	void *(*ipmi_ctx_create)(void);
	void (*ipmi_ctx_destroy)(void *ctx);
	int (*ipmi_ctx_close)(void *ctx);
	int (*ipmi_ctx_open_inband)(void *ctx, int driver_type, int disable_auto_probe,
				    uint16_t driver_address, uint8_t register_spacing,
				    const char *driver_device, unsigned workaround_flags,
				    unsigned flags);
	int (*ipmi_cmd_raw)(void *ctx, uint8_t lun, uint8_t net_fn, const void *request,
			    unsigned request_len, void *answer, unsigned answer_len);
	char *(*ipmi_ctx_errormsg)(void *ctx); /* optional */
};

struct ipmi {
	const struct host *host;
	void *library;
	struct freeipmi api;
	void *ctx;
	bool opened;
	bool read_before;
	int64_t read_ns;
	struct domain domain;
};

enum need { REQUIRED, OPTIONAL };

static const struct {
	const char *name;
	size_t offset;
	enum need need;
} symbols[] = {

#define SYMBOL(name, need)                                                               \
	{                                                                                \
#name, offsetof(struct freeipmi, name), need                             \
	}
	SYMBOL(ipmi_ctx_create, REQUIRED), SYMBOL(ipmi_ctx_destroy, REQUIRED),
	SYMBOL(ipmi_ctx_close, REQUIRED),  SYMBOL(ipmi_ctx_open_inband, REQUIRED),
	SYMBOL(ipmi_cmd_raw, REQUIRED),    SYMBOL(ipmi_ctx_errormsg, OPTIONAL),
#undef SYMBOL
};

static int library_open(struct ipmi *ipmi, struct diag *diag)
{
	int r = host_dlopen(ipmi->host, FREEIPMI_SONAME, &ipmi->library);

	if (r < 0) {
		(void)diag_say(diag, -ENODEV, "there is a BMC, but no " FREEIPMI_SONAME);
		diag_fix(diag, "sudo apt install libfreeipmi17");
		return -ENODEV;
	}
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		void *address = dlsym(ipmi->library, symbols[i].name);

		if (!address && symbols[i].need == REQUIRED)
			return diag_say(diag, -EPROTO, FREEIPMI_SONAME " has no %s",
					symbols[i].name);
		memcpy((char *)&ipmi->api + symbols[i].offset, &address, sizeof address);
	}
	return 0;
}

static int device_allowed(const struct host *host, struct diag *diag)
{
	AUTO_CLOSE int fd = host_open(host, IPMI_DEV, O_RDWR);

	if (fd >= 0)
		return 0;
	if (fd == -EACCES || fd == -EPERM) {
		(void)diag_fail(diag, -EACCES, "cannot open /" IPMI_DEV);
		diag_fix(diag, "sudo setfacl -m u:$USER:rw /" IPMI_DEV);
		return -EACCES;
	}
	if (fd == -ENOENT || fd == -ENXIO || fd == -ENODEV)
		return diag_say(diag, -ENODEV,
				"no /" IPMI_DEV ": no BMC, or no driver ipmi_devintf");
	return diag_fail(diag, fd, "cannot open /" IPMI_DEV);
}

static int context_open(struct ipmi *ipmi, struct diag *diag)
{
	const char *why = NULL;

	ipmi->ctx = ipmi->api.ipmi_ctx_create();
	if (!ipmi->ctx)
		return diag_fail(diag, -ENOMEM, "cannot make an IPMI context");
	if (ipmi->api.ipmi_ctx_open_inband(ipmi->ctx, DRIVER_OPENIPMI, 1, 0, 0, NULL, 0,
					   0) == 0) {
		ipmi->opened = true;
		return 0;
	}
	if (ipmi->api.ipmi_ctx_errormsg)
		why = ipmi->api.ipmi_ctx_errormsg(ipmi->ctx);
	return diag_say(diag, -EPROTO, "cannot talk to the BMC: %s",
			why ? why : "libfreeipmi does not say why");
}

static int watts_ask(const struct ipmi *ipmi, uint64_t *ret_uw)
{
	static const uint8_t request[] = { CMD_GET_POWER, GROUP_DCMI, MODE_SYSTEM, 0, 0 };
	uint8_t answer[64] = { 0 };
	uint64_t watts;
	int len;

	assert(ipmi->api.ipmi_cmd_raw);
	len = ipmi->api.ipmi_cmd_raw(ipmi->ctx, 0, NETFN_GROUP, request, sizeof request,
				     answer, sizeof answer);
	if (len < 0)
		return -EIO;
	if (len > ANSWER_CODE && answer[ANSWER_CODE] != 0)
		return answer[ANSWER_CODE] == 0xc0 ? -EAGAIN : -ENODEV; /* busy, or no */
	if (len < ANSWER_LEN || answer[ANSWER_GROUP] != GROUP_DCMI)
		return -EPROTO;
	watts = answer[ANSWER_WATTS] | (uint64_t)answer[ANSWER_WATTS + 1] << 8;
	if (!(answer[ANSWER_STATE] & STATE_MEASURING) || watts == 0)
		return -EAGAIN;
	*ret_uw = watts * 1000000;
	return 0;
}

static void ipmi_close(void *state)
{
	struct ipmi *ipmi = state;

	if (!ipmi)
		return;
	if (ipmi->opened)
		(void)ipmi->api.ipmi_ctx_close(ipmi->ctx);
	if (ipmi->ctx)
		ipmi->api.ipmi_ctx_destroy(ipmi->ctx);
	if (ipmi->library)
		(void)dlclose(ipmi->library);
	free(ipmi);
}

static void ipmi_close_ptr(struct ipmi **ipmi)
{
	ipmi_close(*ipmi);
}

static void describe(struct domain *domain)
{
	domain_init(domain, "node-ipmi", FAMILY_NODE);
	(void)copy_text(domain->device, sizeof domain->device, "BMC");
	(void)copy_text(domain->note, sizeof domain->note,
			"every 5 s, in whole watts; its error, 5 %, is a guess");
	domain->measure = MEASURE_POWER;
	domain->pace_ns = PACE_NS;
	domain->gain_u_permille = 50;
}

static int ipmi_open(const struct host *host, struct diag *diag, void **ret_state)
{
	CLEANUP(ipmi_close_ptr) struct ipmi *ipmi = calloc(1, sizeof *ipmi);
	uint64_t uw;
	int r;

	if (!ipmi)
		return diag_fail(diag, -ENOMEM, "cannot open IPMI");
	ipmi->host = host;
	r = device_allowed(host, diag);
	if (r == 0)
		r = library_open(ipmi, diag);
	if (r == 0)
		r = context_open(ipmi, diag);
	if (r < 0)
		return r;
	r = watts_ask(ipmi, &uw);
	if (r == -ENODEV)
		return diag_say(diag, r, "the BMC does not know DCMI's power reading");
	if (r == -EAGAIN)
		return diag_say(diag, -ENODEV, "the BMC is not measuring power");
	if (r < 0)
		return diag_fail(diag, r, "cannot read the BMC's power");
	describe(&ipmi->domain);
	*ret_state = STEAL(ipmi);
	return 0;
}

static size_t ipmi_domains(const void *state, const struct domain **ret)
{
	const struct ipmi *ipmi = state;

	*ret = &ipmi->domain;
	return 1;
}

static void ipmi_read(void *state, enum read_why why, struct reading *readings)
{
	struct ipmi *ipmi = state;
	struct reading reading = { .t_ns = host_now_ns(ipmi->host), .err = -EAGAIN };

	if (why == READ_EDGE || !ipmi->read_before ||
	    reading.t_ns - ipmi->read_ns >= PACE_NS) {
		reading.err = watts_ask(ipmi, &reading.power_uw);
		reading.t_ns = host_now_ns(ipmi->host);
		ipmi->read_ns = reading.t_ns;
		ipmi->read_before = true;
	}
	reading.has = reading.err == 0 ? READING_POWER : 0;
	*readings = reading;
}

const struct source source_ipmi = {
	.name = "ipmi",
	.flags = SOURCE_SLOW,
	.open = ipmi_open,
	.domains = ipmi_domains,
	.read = ipmi_read,
	.close = ipmi_close,
};
