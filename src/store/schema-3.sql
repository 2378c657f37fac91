-- Schema version 3: runs inside runs, what a run did, and what other trackers wrote. Never edited
-- once released, as schema.sql is not.

-- A run whose processes are also another run's: its joules are in both.
CREATE TABLE nested (
	run INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
	inside TEXT NOT NULL -- the other run's id, which may have been removed since
) STRICT;

-- What a run got done, in its own units: tokens, images.
CREATE TABLE work (
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	unit TEXT NOT NULL,
	amount REAL NOT NULL,
	count INTEGER NOT NULL, -- how often it was told
	PRIMARY KEY (run, unit)
) STRICT, WITHOUT ROWID;

-- Where a run that gramme did not watch itself came from.
CREATE TABLE import (
	run INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
	format TEXT NOT NULL, -- a row of imports.def
	tool TEXT NOT NULL,
	tool_version TEXT NOT NULL,
	file TEXT NOT NULL, -- as it was given
	digest TEXT NOT NULL UNIQUE, -- of what makes the run: read again it is the same run
	imported_unix_ns INTEGER NOT NULL
) STRICT;

-- What that tool itself says of the run, or would say by its own arithmetic.
CREATE TABLE import_figure (
	run INTEGER NOT NULL REFERENCES import ON DELETE CASCADE,
	number INTEGER NOT NULL, -- their order
	name TEXT NOT NULL,
	value REAL NOT NULL,
	unit TEXT NOT NULL,
	PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

-- The bytes that were read, compressed with zstd.
CREATE TABLE import_original (
	run INTEGER NOT NULL REFERENCES import ON DELETE CASCADE,
	name TEXT NOT NULL, -- of the file in its folder or archive
	size INTEGER NOT NULL,
	packed BLOB NOT NULL,
	UNIQUE (run, name)
) STRICT;
