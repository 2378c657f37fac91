/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the hardware and the software of a group's runs differ, leaf by leaf of what was
 * recorded. Lists count: two boards of a name are "2 x NVIDIA H100".
 */
#pragma once

#include "base/macro.h"
#include "model/appendix.h"

#define APPENDIX_DIFFERENCES_MAX 40

/* Fills page->differences, of hardware first; more than the most are counted. -ENOMEM. */
MUST_USE int appendix_differ(struct appendix_page *page);
