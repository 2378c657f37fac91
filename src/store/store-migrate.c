/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  user_version.
 * Gives:  a file of this gramme's schema, from an empty one or an older one.
 * Needs:  a connection that may write, foreign keys not yet enforced.
 * Limits: forward only. A later version is one more row in `steps`, and schema.sql stays.
 */
#include <stdio.h>

#include "store-schema-2-read.h"
#include "store-schema-2.h"
#include "store-schema-3-read.h"
#include "store-schema-3.h"
#include "store-schema.h"
#include "store/store-internal.h"

static const struct store_step steps[] = {
	{ .to = 1, .sql = store_schema_sql },
	{ .to = 2, .sql = store_schema_2_sql, .read_sql = store_schema_2_read_sql },
	{ .to = 3, .sql = store_schema_3_sql, .read_sql = store_schema_3_read_sql },
};

const struct store_step *store_steps(size_t *ret_count)
{
	*ret_count = ARRAY_SIZE(steps);
	return steps;
}

static int step_up(struct store *store, const struct store_step *step, struct diag *diag)
{
	char pragmas[128];
	int err = store_exec(store, step->sql, diag);

	if (err < 0)
		return err;
	(void)snprintf(pragmas, sizeof pragmas,
		       "PRAGMA application_id = %d; PRAGMA user_version = %d",
		       STORE_APPLICATION_ID, step->to);
	return store_exec(store, pragmas, diag);
}

int store_migrate(struct store *store, const struct store_step *list, size_t count,
		  struct diag *diag)
{
	int version = 0;
	int err;

	err = store_exec(store, "BEGIN IMMEDIATE", diag);
	if (err < 0)
		return err;
	/* Asked again under the lock: another process may have been faster. */
	err = store_number(store, "PRAGMA user_version", &version, diag);
	for (size_t i = 0; err == 0 && i < count; i++)
		if (list[i].to > version)
			err = step_up(store, &list[i], diag);
	if (err == 0)
		err = store_exec(store, "COMMIT", diag);
	if (err < 0)
		(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}
