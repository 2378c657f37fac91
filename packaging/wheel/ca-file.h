/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates that the wheel's own libcurl trusts: ca-file.c looks where they are. */
#pragma once

#define CURL_CA_BUNDLE gramme_ca_file

extern char gramme_ca_file[];
