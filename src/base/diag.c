/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *diag_errno_text(int err)
{
	const char *text;

	switch (-err) {
	case ENODEV:
		return "there is none";
	case EACCES:
	case EPERM:
		return "permission denied";
	case EAGAIN:
		return "no value this time";
	case ERANGE:
		return "the value is out of range";
	case EPROTO:
		return "not understood";
	case ENOSYS:
		return "not compiled in";
	case ESTALE:
		return "too old";
	case ECHILD:
		return "not the process that opened it";
	default:
		text = strerrordesc_np(-err);
		return text ? text : "unknown error";
	}
}

static void PRINTF_LIKE(3, 0)
	keep(struct diag *diag, int err, const char *fmt, va_list args)
{
	diag->err = err;
	diag->fix[0] = '\0';
	(void)vsnprintf(diag->text, sizeof diag->text, fmt, args);
}

int diag_fail(struct diag *diag, int err, const char *fmt, ...)
{
	va_list args;
	size_t used;

	if (!diag)
		return err;
	va_start(args, fmt);
	keep(diag, err, fmt, args);
	va_end(args);
	used = strlen(diag->text);
	(void)snprintf(diag->text + used, sizeof diag->text - used, ": %s",
		       diag_errno_text(err));
	return err;
}

int diag_say(struct diag *diag, int err, const char *fmt, ...)
{
	va_list args;

	if (!diag)
		return err;
	va_start(args, fmt);
	keep(diag, err, fmt, args);
	va_end(args);
	return err;
}

void diag_fix(struct diag *diag, const char *fmt, ...)
{
	va_list args;

	if (!diag)
		return;
	va_start(args, fmt);
	(void)vsnprintf(diag->fix, sizeof diag->fix, fmt, args);
	va_end(args);
}

void diag_clear(struct diag *diag)
{
	if (diag)
		memset(diag, 0, sizeof *diag);
}
