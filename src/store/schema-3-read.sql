-- An older ledger as schema version 3 reads it, as schema-2-read.sql does.

CREATE TEMP TABLE nested (run, inside);
CREATE TEMP TABLE work (run, unit, amount, count);
CREATE TEMP TABLE import (run, format, tool, tool_version, file, digest, imported_unix_ns);
CREATE TEMP TABLE import_figure (run, number, name, value, unit);
CREATE TEMP TABLE import_original (run, name, size, packed);
