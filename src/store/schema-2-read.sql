-- An older ledger as schema version 2 reads it, for a connection that may not write: names of
-- the connection's own hide those of the file. Columns that the file has go before.

PRAGMA temp_store = MEMORY;
CREATE TEMP VIEW run AS SELECT *, '' AS region_from, NULL AS latitude, NULL AS longitude,
	'' AS grid, '' AS grid_marginal FROM main.run;
CREATE TEMP TABLE intensity_series (key, provider, zone, signal, basis, error_ratio);
CREATE TEMP TABLE intensity_point (series, from_unix_s, to_unix_s, gpkwh, estimated,
	forecast, fetched_unix_s);
CREATE TEMP TABLE place (host, name, how, told_by, zone, country, iso2, state, cloud,
	cloud_region, latitude, longitude, note, fetched_unix_s);
CREATE TEMP TABLE weighing (key, run, at_unix_ns,
	facility_kwh, facility_low_kwh, facility_high_kwh, facility_kind, facility_source,
	carbon_kg, carbon_low_kg, carbon_high_kg, carbon_kind, carbon_source,
	intensity_gpkwh, intensity_low_gpkwh, intensity_high_gpkwh, intensity_kind,
	intensity_source, place, grid, method, data_version);
