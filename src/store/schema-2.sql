-- Schema version 2: carbon over time. Never edited once released, as schema.sql is not.
--
-- *_unix_s: seconds since 1970, UTC. Latitude and longitude in degrees. NULL: not known.

ALTER TABLE run ADD COLUMN region_from TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN latitude REAL;
ALTER TABLE run ADD COLUMN longitude REAL;
-- The series that weigh it, "provider zone"; '' : the yearly table, and none.
ALTER TABLE run ADD COLUMN grid TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN grid_marginal TEXT NOT NULL DEFAULT '';

-- What a provider says of a zone. A basis is a series of its own: told differently, the same
-- hour is another number.
CREATE TABLE intensity_series (
	key INTEGER PRIMARY KEY,
	provider TEXT NOT NULL,
	zone TEXT NOT NULL,
	signal TEXT NOT NULL, -- average marginal
	basis TEXT NOT NULL,
	error_ratio REAL NOT NULL,
	UNIQUE (provider, zone, signal, basis)
) STRICT;

-- Steps of one series never overlap.
CREATE TABLE intensity_point (
	series INTEGER NOT NULL REFERENCES intensity_series ON DELETE CASCADE,
	from_unix_s INTEGER NOT NULL,
	to_unix_s INTEGER NOT NULL CHECK (to_unix_s > from_unix_s),
	gpkwh REAL NOT NULL,
	estimated INTEGER NOT NULL,
	forecast INTEGER NOT NULL,
	fetched_unix_s INTEGER NOT NULL,
	PRIMARY KEY (series, from_unix_s)
) STRICT, WITHOUT ROWID;

-- Where a machine was found to be, the last time it was asked.
CREATE TABLE place (
	host TEXT PRIMARY KEY,
	name TEXT NOT NULL, -- as given or found
	how TEXT NOT NULL, -- option config cloud ip timezone world
	told_by TEXT NOT NULL,
	zone TEXT NOT NULL,
	country TEXT NOT NULL,
	iso2 TEXT NOT NULL,
	state TEXT NOT NULL,
	cloud TEXT NOT NULL,
	cloud_region TEXT NOT NULL,
	latitude REAL,
	longitude REAL,
	note TEXT NOT NULL,
	fetched_unix_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Each answer to what a run weighs, as it was given.
CREATE TABLE weighing (
	key INTEGER PRIMARY KEY,
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	at_unix_ns INTEGER NOT NULL,
	facility_kwh REAL,
	facility_low_kwh REAL,
	facility_high_kwh REAL,
	facility_kind TEXT NOT NULL,
	facility_source TEXT NOT NULL,
	carbon_kg REAL,
	carbon_low_kg REAL,
	carbon_high_kg REAL,
	carbon_kind TEXT NOT NULL,
	carbon_source TEXT NOT NULL,
	intensity_gpkwh REAL,
	intensity_low_gpkwh REAL,
	intensity_high_gpkwh REAL,
	intensity_kind TEXT NOT NULL,
	intensity_source TEXT NOT NULL,
	place TEXT NOT NULL,
	grid TEXT NOT NULL,
	method TEXT NOT NULL,
	data_version TEXT NOT NULL
) STRICT;
CREATE INDEX weighing_run ON weighing (run, at_unix_ns);
