/* SPDX-License-Identifier: Apache-2.0 */
/* Names of files that came from an archive, for a folder of the reader's. */
#pragma once

#include <stddef.h>

#define EXPORT_NAME_MAX 512

/*
 * "impacttracker/data.json" as it is; nothing that leads out of the folder or cannot be a file's
 * name comes through: no "..", no "." and no slash in front, and what is no printable ASCII nor a
 * letter beyond it becomes "_". Never empty.
 */
void export_name(const char *text, char *buf, size_t size);
