/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a request's arguments are what its handler takes: before anything is begun. */
#pragma once

#include "server.h"

/* True, or false with the sentence. */
bool check_args(const struct handler *handler, const struct ask *ask, char *ret_why,
		size_t size);
