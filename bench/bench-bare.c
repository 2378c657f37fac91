/* SPDX-License-Identifier: Apache-2.0 */
#include <sqlite3.h>

#include "bench.h"

double bench_bare_ms(const char *path, const char *sql)
{
	int64_t began_ns = bench_cpu_ns();
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	volatile unsigned sum = 0;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		bench_fail("cannot read %s: %s", path, sqlite3_errmsg(db));
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			const unsigned char *bytes = sqlite3_column_blob(stmt, i);

			for (int k = 0; k < sqlite3_column_bytes(stmt, i); k++)
				sum += bytes[k];
		}
	}
	(void)sum;
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	return (double)(bench_cpu_ns() - began_ns) / 1e6;
}
