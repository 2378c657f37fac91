/* SPDX-License-Identifier: Apache-2.0 */
#include "activity/activity.h"

#define ACTIVITY(name, about) extern const struct activity activity_##name;
#include "activity/activities.def"
#undef ACTIVITY

const struct activity_row activity_rows[] = {
#define ACTIVITY(name, about) { &activity_##name, about },
#include "activity/activities.def"
#undef ACTIVITY
};

const size_t activity_row_count = ARRAY_SIZE(activity_rows);
