/* SPDX-License-Identifier: Apache-2.0 */
/* A constant handler_<name> for each name in routes.def. */
#pragma once

#include "server.h"

#define ROUTE(method, path, name, about) extern const struct handler handler_##name;
#include "routes.def"
#undef ROUTE
